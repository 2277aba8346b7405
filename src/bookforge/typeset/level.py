"""A block whose lines were pushed apart by a sign in, the same block with every sign taking no height of its own out.

A line is as high as its highest part: a face that stands in for a missing sign, or a smaller or another face in the
line, makes it a little higher than the text's leading, and every line below it leaves the grid.
"""

import math
import re
from typing import Final

from bookforge import xhtml

_CLASS: Final = "level"
_PICTURE: Final = "level-picture"
_OVER: Final = 0.4
"""Lines by which a picture in a line may reach into the lines around it, both together."""

_BLOCKS: Final = frozenset({"p", "div", "ul", "ol", "dl", "li", "dd", "dt", "blockquote", "table", "figure", "pre"})
_KEPT: Final = frozenset({"img", "br"})
_UNUSUAL: Final = re.compile(r"[^\s\u0000-\u024f\u2010-\u2026]+(?:\s+[^\s\u0000-\u024f\u2010-\u2026]+)*")
"""Words beyond the Latin letters and marks every text face has."""


def level(block: xhtml.Element, pictures: tuple[float, ...], leading: float, first: float) -> None:
    """Give everything inside the lines of a block no height of its own.

    ``pictures`` are the heights of those in its lines, in order; ``first`` is where in a line of ``leading`` the
    baseline is, from above. All are points.
    """
    for element in _inline(block):
        xhtml.add_class(element, _CLASS)
    for element in [block, *_inline(block)]:
        _wrap(element)
    for picture, height in zip(_pictures(block), pictures, strict=False):
        _frame(picture, height, leading, first)


def _frame(picture: xhtml.Element, height: float, leading: float, first: float) -> None:
    """Set a picture into a frame of whole lines, an odd number, so that its line stays on the grid."""
    around = max(0, math.ceil((height / leading - 1 - _OVER) / 2))
    frame = xhtml.read("", "span")
    frame.set("class", _PICTURE)
    frame.set(
        "style",
        f"height: {(2 * around + 1) * leading:.3f}pt; vertical-align: {first - (around + 1) * leading:.3f}pt",
    )
    picture.set(
        "style",
        f"margin: 0; transform: translateY({around * leading + first:.3f}pt) translateY(-0.5ex) translateY(-50%)",
    )
    frame.tail, picture.tail = picture.tail, None
    parent = picture.getparent()
    assert parent is not None
    parent.replace(picture, frame)
    frame.append(picture)


def _pictures(block: xhtml.Element) -> list[xhtml.Element]:
    found: list[xhtml.Element] = []
    for child in block:
        if child.tag == "img":
            found.append(child)
        elif child.tag not in _BLOCKS and not xhtml.has_class(child, "footnote"):
            found += _pictures(child)
    return found


def _inline(block: xhtml.Element) -> list[xhtml.Element]:
    found: list[xhtml.Element] = []
    for child in block:
        if child.tag in _KEPT or child.tag in _BLOCKS or xhtml.has_class(child, "footnote"):
            continue
        found += [child, *_inline(child)]
    return found


def _wrap(element: xhtml.Element) -> None:
    """Put what stand-in faces may set into spans of no height."""
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
