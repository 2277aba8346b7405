"""WeasyPrint's laid-out boxes in, the white between the lines of two blocks out, whether a page shows it or not.

Where a page ends between two blocks their margins are dropped; but what they are is known from their styles. Lengths
are points.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from bookforge.writers import boxes
from bookforge.writers.pages import PIXEL_PT

_SIMPLE: Final = "BlockBox"
"""What sets its children below each other. Anything else, such as a table, is measured where it shows."""

_PICTURE: Final = "BlockReplacedBox"


@dataclass(frozen=True, slots=True)
class _Step:
    """A step through a section: an edge of a box, with its ``margin`` and the ``solid`` width of border and padding.

    Or ``solid`` alone, a height without lines; or the line of a ``block``; or nothing: white that is not known. ``box``
    is the same for every part of a box that goes over pages, ``name`` its id.
    """

    box: tuple[int, str] | None = None
    opens: bool = False
    margin: float = 0.0
    solid: float = 0.0
    block: str | None = None
    name: str | None = None


class Whites:
    """Takes the boxes of a section in order, page after page."""

    def __init__(self) -> None:
        self._steps: list[_Step] = []
        self._around: Any = None
        """What is no simple box, if such a one is open."""
        self._lined = False
        self._edge = 0.0
        """Its top, until its first line has come; then the bottom of its last."""

    def opens(self, box: Any, block: str) -> None:
        """Take in the beginning of a box, or of a part of it, that belongs to a block."""
        if self._around is None and boxes.kind(box) in {_SIMPLE, _PICTURE}:
            self._steps.append(_edge(box, "top", opens=True))
            if boxes.kind(box) == _PICTURE:
                self._steps.append(_Step(block=block))
            elif not box.children and box.height:
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

    def line(self, line: Any, block: str | None, picture: Any) -> None:
        """Take in a line of a block, or of none that is known; ``picture`` is all that stands in it."""
        if self._around is not None:
            above = _Step(_part(self._around, "whole"), opens=True, solid=line.position_y - self._edge)
            self._steps.append(_Step() if self._lined else above)
            self._lined, self._edge = True, line.position_y + line.height
        if picture is None:
            self._steps.append(_Step(block=block))
            return
        top, bottom = picture.content_box_y(), picture.content_box_y() + picture.height
        above, below = top - line.position_y, line.position_y + line.height - bottom
        self._steps += [_Step(solid=above)] * (above > 0) + [_Step(block=block)] + [_Step(solid=below)] * (below > 0)

    def between(self) -> dict[tuple[str, str], float]:
        """Return the white between the last line of a block and the first of the next, by both their names."""
        found: dict[tuple[str, str], float] = {}
        before: str | None = None
        white = 0.0
        for margin, _, step in self._margins():
            white += margin + step.solid
            if step.box is None and not step.solid:
                if before is not None and step.block not in {None, before} and not math.isnan(white):
                    found.setdefault((before, step.block), white * PIXEL_PT)
                before, white = step.block, 0.0
        return found

    def above(self) -> dict[str, float]:
        """Return the white above boxes, from the edge of what stands before, by their ids."""
        known = ((margin, opened) for margin, opened, _ in self._margins() if not math.isnan(margin))
        return {name: margin * PIXEL_PT for margin, opened in known for name in opened}

    def _margins(self) -> Iterator[tuple[float, list[str], _Step]]:
        """Yield lines and what else has a height, each with the margin above it and the boxes that open there."""
        margins, opened = [0.0], list[str]()
        for step in self._once():
            if step.opens:
                margins.append(step.margin)
                opened += [step.name] if step.name is not None else []
            if step.solid or step.box is None:
                yield _collapsed(margins), opened, step
                margins, opened = [0.0], []
            if not step.opens:
                margins.append(step.margin)

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
    name = box.element.get("id") if opens and box.element is not None else None
    return _Step(_part(box), opens, _pixels(style[f"margin_{side}"]), solid, name=name)


def _part(box: Any, what: str = "") -> tuple[int, str]:
    return id(box.element), what or box.element_tag or ""


def _pixels(length: Any) -> float:
    """Return a computed length; not a number for what depends on the width of something else."""
    unit = getattr(length, "unit", None)
    return float(length.value) if unit == "px" else math.nan if unit == "%" else 0.0


def _collapsed(margins: list[float]) -> float:
    return math.nan if any(map(math.isnan, margins)) else max(margins) + min(margins)
