"""A dressed body in, the same with every space before an inline element in a box of its own out, for the page.

WeasyPrint 70 takes a text that fits its line but for the space at its end as too wide, and breaks the line after the
text's first word (``split_first_line``). A space that is a box of its own is dropped at the end of the line instead.
"""

from typing import Final

from bookforge import words, xhtml

_SPACE: Final = " "
_OUT_OF_LINE: Final = frozenset({"br", "img", "wbr"})
_NO_WORDS: Final = frozenset({"pre", "code", "math", "svg"})


def part(body: xhtml.Element) -> None:
    """Part the spaces, in place."""
    for element in list(body.iter()):
        inside = isinstance(element.tag, str) and element.tag in words.INLINE and element.tag not in _OUT_OF_LINE
        parent = element.getparent()
        if not inside or parent is None or any(each.tag in _NO_WORDS for each in element.iterancestors()):
            continue
        before = element.getprevious()
        text = (parent.text if before is None else before.tail) or ""
        if not text.endswith(_SPACE) or not text.strip():
            continue
        _part_before(element, text.rstrip(_SPACE))


def _part_before(element: xhtml.Element, text: str) -> None:
    parent, before = element.getparent(), element.getprevious()
    assert parent is not None
    if before is None:
        parent.text = text
    else:
        before.tail = text
    space = xhtml.read(_SPACE, "span")
    parent.insert(parent.index(element), space)
