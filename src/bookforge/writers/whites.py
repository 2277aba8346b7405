"""WeasyPrint's laid-out boxes in, the white between the lines of two blocks out, whether a page shows it or not.

Where a page ends between two blocks their margins are dropped; but what they are is known from their styles. Lengths
are points.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from bookforge.writers import boxes
from bookforge.writers.pages import PIXEL_PT

_SIMPLE: Final = "BlockBox"
"""What sets its children below each other. Anything else, such as a table, is measured where it shows."""


@dataclass(frozen=True, slots=True)
class _Step:
    """A step through a section: an edge of a box, with its ``margin`` and the ``solid`` width of border and padding.

    Or ``solid`` alone, a height without lines; or the line of a ``block``; or nothing: white that is not known. ``box``
    is the same for every part of a box that goes over pages.
    """

    box: tuple[int, str] | None = None
    opens: bool = False
    margin: float = 0.0
    solid: float = 0.0
    block: str | None = None


class Whites:
    """Takes the boxes of a section in order, page after page."""

    def __init__(self) -> None:
        self._steps: list[_Step] = []
        self._around: Any = None
        """What is no simple box, if such a one is open."""
        self._lined = False
        self._edge = 0.0
        """Its top, until its first line has come; then the bottom of its last."""

    def opens(self, box: Any) -> None:
        """Take in the beginning of a box, or of a part of it."""
        if self._around is None and boxes.kind(box) == _SIMPLE:
            self._steps.append(_edge(box, "top", opens=True))
            if not box.children and box.height:
                self._steps.append(_Step(solid=box.height))
        elif self._around is None:
            self._around, self._lined, self._edge = box, False, box.border_box_y()

    def closes(self, box: Any) -> None:
        """Take in its end."""
        if self._around is None:
            self._steps.append(_edge(box, "bottom", opens=False))
        elif self._around is box:
            bottom = box.border_box_y() + box.border_height()
            self._steps.append(_Step(_part(box, "whole"), solid=bottom - self._edge))
            self._around = None

    def line(self, line: Any, block: str, has_text: bool) -> None:
        """Take in a line."""
        if self._around is not None:
            above = _Step(_part(self._around, "whole"), opens=True, solid=line.position_y - self._edge)
            self._steps.append(_Step() if self._lined else above)
            self._lined, self._edge = True, line.position_y + line.height
        self._steps.append(_Step(block=block if has_text else None))

    def between(self) -> dict[tuple[str, str], float]:
        """Return the white between the last line of a block and the first of the next, by both their names."""
        found: dict[tuple[str, str], float] = {}
        before: str | None = None
        white, margins = 0.0, [0.0]
        for step in self._once():
            if step.box is None and not step.solid:
                if before is not None and step.block is not None and step.block != before:
                    found.setdefault((before, step.block), (white + _collapsed(margins)) * PIXEL_PT)
                before, white, margins = step.block, 0.0, [0.0]
                continue
            if step.opens:
                margins.append(step.margin)
            if step.solid:
                white += _collapsed(margins) + step.solid
                margins = [0.0]
            if not step.opens:
                margins.append(step.margin)
        return found

    def _once(self) -> Iterator[_Step]:
        """Yield the steps, each edge once: where a page ends inside a box there is none."""
        last = {step.box: place for place, step in enumerate(self._steps) if not step.opens}
        seen: set[tuple[int, str] | None] = set()
        for place, step in enumerate(self._steps):
            if step.box is None or (step.opens and step.box not in seen) or last.get(step.box) == place:
                yield step
            if step.opens:
                seen.add(step.box)


def _edge(box: Any, side: str, opens: bool) -> _Step:
    style = box.style
    solid = style[f"border_{side}_width"] + _pixels(style[f"padding_{side}"])
    return _Step(_part(box), opens, _pixels(style[f"margin_{side}"]), solid)


def _part(box: Any, what: str = "") -> tuple[int, str]:
    return id(box.element), what or box.element_tag or ""


def _pixels(length: Any) -> float:
    """Return a computed length; what depends on the width of something else is not known from a style."""
    return float(length.value) if getattr(length, "unit", None) == "px" else 0.0


def _collapsed(margins: list[float]) -> float:
    return max(margins) + min(margins)
