"""A block whose lines were pushed apart by a sign in, the same block with every sign taking no height of its own out.

A line is as high as its highest part: a face that stands in for a missing sign, or a smaller or another face in the
line, makes it a little higher than the text's leading, and every line below it leaves the grid.
"""

import re
from typing import Final

from bookforge import xhtml

_CLASS: Final = "level"
_KEPT: Final = frozenset({"img", "br"})
_UNUSUAL: Final = re.compile(r"[^\s\u0000-\u024f\u2010-\u2026]+(?:\s+[^\s\u0000-\u024f\u2010-\u2026]+)*")
"""Words beyond the Latin letters and marks every text face has."""


def level(block: xhtml.Element) -> None:
    """Give everything inside the lines of a block no height of its own."""
    for element in _inline(block):
        xhtml.add_class(element, _CLASS)
    for element in [block, *_inline(block)]:
        _wrap(element)


def _inline(block: xhtml.Element) -> list[xhtml.Element]:
    found: list[xhtml.Element] = []
    for child in block:
        if child.tag in _KEPT or xhtml.has_class(child, "footnote"):
            continue
        found += [child, *_inline(child)]
    return found


def _wrap(element: xhtml.Element) -> None:
    """Put what stand-in faces may set into spans."""
    for child in list(element):
        _wrap_text(child.tail, child, element)
    _wrap_text(element.text, None, element)


def _wrap_text(text: str | None, after: xhtml.Element | None, parent: xhtml.Element) -> None:
    found = list(_UNUSUAL.finditer(text or ""))
    if text is None or not found:
        return
    head = text[: found[0].start()]
    if after is None:
        parent.text = head
    else:
        after.tail = head
    at = 0 if after is None else parent.index(after) + 1
    for number, match in enumerate(found):
        span = xhtml.read(xhtml.escape(match.group()), "span")
        span.set("class", _CLASS)
        end = found[number + 1].start() if number + 1 < len(found) else len(text)
        span.tail = text[match.end() : end]
        parent.insert(at + number, span)
