"""A clean tree into one in which every text stands in a block, and no block is empty."""

from collections.abc import Iterator
from typing import Final

from lxml import etree

from bookforge import xhtml
from bookforge.xhtml import Element

INLINE: Final = frozenset(
    {"a", "abbr", "b", "bdi", "bdo", "br", "cite", "code", "del", "dfn", "em", "i", "img", "ins", "kbd", "mark", "q"}
    | {"rb", "rp", "rt", "ruby", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "u", "var", "wbr"}
)
HEADINGS: Final = ("h1", "h2", "h3", "h4", "h5", "h6")
_SPACE: Final = " \t\n\r\f"
"""White space that means nothing; a no-break space is a character of the text."""
_CONTAINERS: Final = ("div", "blockquote", "aside")


def tidy(root: Element) -> None:
    """Wrap loose text of containers into paragraphs, part the paragraphs of definitions, drop what is empty.

    Line blocks are left alone: they are verse.
    """
    for element in list(root.iter("span", "em", "strong", "b", "i", "u", "s", "small", "mark", "sub", "sup", "code")):
        if _holds_block(element):
            _open_up(element)
    for container in [root, *root.iter(*_CONTAINERS)]:
        if not xhtml.has_class(container, "line-block"):
            wrap_loose(container)
    for definition in root.iter("dd"):
        _part(definition)
    for block in list(root.iter("p", *HEADINGS)):
        if is_blank(block) and block is not root and (block.tag != "p" or not block.get("id")):
            xhtml.remove(block)
    for block in root.iter("p", *HEADINGS, "li", "td", "th", "caption", "dt", "figcaption"):
        block.text = (block.text or "").lstrip(_SPACE) or None
        _trim_end(block)


def is_blank(element: Element) -> bool:
    """Say whether an element shows nothing and holds no place that links or the index lead to."""
    if (element.text or "").strip(_SPACE):
        return False
    return all(
        isinstance(child.tag, str)
        and child.tag not in ("img", "a", f"{{{xhtml.SVG}}}svg")
        and not (child.get("id") or child.get("data-query") or xhtml.has_class(child, "index"))
        and not (child.text or "").strip(_SPACE)
        and not (child.tail or "").strip(_SPACE)
        for child in element.iterdescendants()
    )


def is_inline(node: Element) -> bool:
    """Say whether an element may stand in a line of text."""
    if not isinstance(node.tag, str):
        return True
    return (node.tag in INLINE and not _holds_block(node)) or node.tag.startswith("{")


def _holds_block(element: Element) -> bool:
    return any(
        isinstance(child.tag, str) and child.tag not in INLINE and not child.tag.startswith("{")
        for child in element.iterdescendants()
    )


def _open_up(element: Element) -> None:
    if element.tag == "span" and element.attrib:
        element.tag = "div"
    else:
        xhtml.unwrap(element)


def wrap_loose(container: Element) -> None:
    """Put each run of text and inline elements that stands directly in ``container`` into a paragraph."""
    if all(not is_inline(child) and not (child.tail or "").strip(_SPACE) for child in container) and not (
        container.text or ""
    ).strip(_SPACE):
        return
    for run in list(_runs(container)):
        _wrap(container, *run)


def _runs(container: Element) -> Iterator[tuple[Element | None, list[Element]]]:
    """Yield the runs of inline content: the block before each (``None`` at the start), and the elements in it."""
    before: Element | None = None
    run: list[Element] = []
    for child in container:
        if is_inline(child):
            run.append(child)
        else:
            yield before, run
            before, run = child, []
    yield before, run


def _wrap(container: Element, before: Element | None, run: list[Element]) -> None:
    text = container.text if before is None else before.tail
    if not run and not (text or "").strip(_SPACE):
        return
    paragraph = etree.Element("p")
    paragraph.text = (text or "").lstrip(_SPACE)
    if before is None:
        container.text = None
        container.insert(0, paragraph)
    else:
        before.tail = None
        before.addnext(paragraph)
    paragraph.extend(run)
    _trim_end(paragraph)
    paragraph.tail = "\n"


def _trim_end(element: Element) -> None:
    if len(element):
        element[-1].tail = (element[-1].tail or "").rstrip(_SPACE) or None
    else:
        element.text = (element.text or "").rstrip(_SPACE) or None


def _part(definition: Element) -> None:
    """Part the paragraphs of a definition that pandoc sets tight: it parts them by nothing but a line end."""
    _trim_end(definition)
    definition.text = (definition.text or "").lstrip(_SPACE) or None
    if not any("\n" in run for run in _lines_of(definition)):
        return
    pieces: list[Element] = [etree.Element("p")]
    _pour(pieces, definition.text)
    for child in list(definition):
        tail, child.tail = child.tail, None
        if is_inline(child):
            pieces[-1].append(child)
        else:
            pieces += [child, etree.Element("p")]
        _pour(pieces, tail)
    definition.text = None
    definition[:] = [piece for piece in pieces if piece.tag != "p" or len(piece) or (piece.text or "").strip(_SPACE)]


def _lines_of(element: Element) -> Iterator[str]:
    """Yield the runs of text and inline elements (as ``*``) that stand directly in ``element``, trimmed."""
    run = element.text or ""
    for child in element:
        tail = child.tail or ""
        if is_inline(child):
            run += "*" + (tail.lstrip("\n") if child.tag == "br" else tail)
        else:
            yield run.strip(_SPACE)
            run = tail
    yield run.strip(_SPACE)


def _pour(pieces: list[Element], text: str | None) -> None:
    """Add text to the last of ``pieces``, a new paragraph for each line; the line end after ``<br/>`` is none."""
    after_break = len(pieces[-1]) > 0 and pieces[-1][-1].tag == "br" and not pieces[-1][-1].tail
    lines = ((text or "").lstrip("\n") if after_break else (text or "")).split("\n")
    for number, line in enumerate(lines):
        if number:
            pieces.append(etree.Element("p"))
        target = pieces[-1]
        if len(target):
            target[-1].tail = (target[-1].tail or "") + line
        else:
            target.text = (target.text or "") + line
