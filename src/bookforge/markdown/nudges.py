"""What an author asks of the printed page where it came out wrong, into classes on the blocks it is asked of.

Passages that only ask for something are no passages of the text: they go, so that what stands in them is set as if
they had never been. E-books and web pages know none of these classes.
"""

from collections.abc import Iterator
from typing import Final

from bookforge import xhtml
from bookforge.diagnostics import Severity
from bookforge.markdown.finder import Problem
from bookforge.xhtml import Element

OF_LINES: Final = ("looser", "tighter")
"""Paragraphs that shall take a line more, or one fewer."""

NEW_PAGE: Final = "new-page"
_TOGETHER: Final = "keep-together"
_WITH_NEXT: Final = "keep-with-next"


def looser(passage: Element) -> Iterator[Problem]:
    """Ask it of every block of the passage."""
    _hand_down(passage)
    yield from ()


def keep_together(passage: Element) -> Iterator[Problem]:
    """Let no page end inside the passage: neither in its blocks nor between them."""
    for block in _hand_down(passage)[:-1]:
        xhtml.add_class(block, _WITH_NEXT)
    yield from ()


def keep_with_next(passage: Element) -> Iterator[Problem]:
    """Let the page not end after the passage."""
    for block in _hand_down(passage)[:-1]:
        xhtml.drop_class(block, _WITH_NEXT)
    yield from ()


def page_break(passage: Element) -> Iterator[Problem]:
    """Begin a page with the passage, or with what follows it when it holds nothing."""
    blocks = _blocks(passage)
    first = blocks[0] if blocks else _following(passage)
    if first is None:
        before = passage.getprevious()
        hint = "put it before what shall begin the page"
        message = "nothing follows the page break after this"
        place = before if before is not None else passage.getparent()
        yield Problem("nudge-obeyed", Severity.WARNING, message, hint, place)
    else:
        xhtml.add_class(first, NEW_PAGE)
    xhtml.drop_class(passage, "page-break")
    if not passage.attrib and not (passage.text or "").strip():
        _unwrap(passage)


def _hand_down(passage: Element) -> list[Element]:
    """Give a passage's class to its blocks and take it away; one that says more stays as it is. Return its blocks."""
    blocks = _blocks(passage)
    name = passage.get("class") or ""
    if not blocks or (passage.text or "").strip() or set(passage.attrib) != {"class"} or " " in name:
        return []
    for block in blocks:
        xhtml.add_class(block, name)
    _unwrap(passage)
    return blocks


def _unwrap(passage: Element) -> None:
    """Take a passage's tags away, with the white space that was inside."""
    passage.text = None
    if len(passage):
        passage[-1].tail = None
    else:
        passage.tail = None
    xhtml.unwrap(passage)


def _blocks(passage: Element) -> list[Element]:
    return [child for child in passage if isinstance(child.tag, str)]


def _following(element: Element) -> Element | None:
    """Return the next block in the text after an element, whatever it stands in."""
    here: Element | None = element
    while here is not None:
        following = next((each for each in here.itersiblings() if isinstance(each.tag, str)), None)
        if following is not None:
            return following
        here = here.getparent()
    return None
