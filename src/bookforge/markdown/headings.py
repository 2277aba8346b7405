"""The heading a chapter opens with out of the flow, and the others to levels of their own."""

from bookforge import xhtml
from bookforge.book import Heading
from bookforge.markdown.blocks import HEADINGS
from bookforge.xhtml import Element


def free_from_passages(root: Element) -> None:
    """Give headings back what pandoc 3.9 moves to a passage that opens with one: id, classes and data."""
    for passage in root.iter("div"):
        if not len(passage) or passage[0].tag not in HEADINGS or passage[0].get("id") or not passage.get("id"):
            continue
        heading = passage[0]
        heading.set("id", passage.get("id") or "")
        for key in ("id", *(key for key, value in heading.items() if passage.get(key) == value and key != "class")):
            passage.attrib.pop(key, "")
        left = [name for name in xhtml.classes(passage) if name not in xhtml.classes(heading)]
        passage.attrib.pop("class", "")
        for name in left:
            xhtml.add_class(passage, name)


def take_title(root: Element) -> Element | None:
    """Remove and return the heading that is the first block of ``root``, paragraphs of queries alone aside."""
    for child in root:
        if child.tag in HEADINGS:
            child.tail = None
            root.remove(child)
            child.tag = "h1"
            return child
        if child.tag != "p" or xhtml.text(child).strip() or child.find(".//img") is not None:
            return None
    return None


def opens_above(root: Element) -> bool:
    """Say whether the first heading of ``root`` stands above all others."""
    levels = [int(str(heading.tag)[1]) for heading in root.iter(*HEADINGS)]
    return all(level > levels[0] for level in levels[1:])


def normalise(root: Element) -> None:
    """Set the levels anew: the highest is 1, and none is skipped on the way down."""
    above: list[int] = []
    for heading in root.iter(*HEADINGS):
        typed = int(str(heading.tag)[1])
        while above and above[-1] >= typed:
            above.pop()
        above.append(typed)
        heading.tag = f"h{len(above)}"


def lower(note: Element) -> None:
    """Turn the headings of a note into paragraphs: a book's outline has no place for them."""
    for heading in note.iter(*HEADINGS):
        heading.tag = "p"
        xhtml.add_class(heading, "heading")


def found(root: Element) -> tuple[Heading, ...]:
    """Return the headings below ``root`` in order."""
    return tuple(
        Heading(int(str(each.tag)[1]), each.get("id") or "", inner(each), " ".join(xhtml.text(each).split()))
        for each in root.iter(*HEADINGS)
    )


def inner(heading: Element) -> str:
    """Return the markup a heading holds."""
    return xhtml.write(heading)
