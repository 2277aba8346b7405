"""A section laid out alone in, the margins that bring its text onto the page's grid out.

The text's lines stand ``leading`` below each other from the top of the page. Whatever stands between them may be of any
height; what is wanting to whole lines is added around it, half above and half below, all above where a heading belongs
to what follows. At the top of a page margins are dropped, so a page begins on the grid by itself.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from bookforge.laid import ON_GRID, LaidPage, Line
from bookforge.writers.galley import Galley

TOLERANCE: Final = 0.05
"""Points a line may lie beside the grid before it is moved; the eye would take five times as much."""

_AMONG: Final = frozenset({"table", "caption", "code"})
"""What may stand among quotations and is of any height."""

_QUOTED: Final = frozenset({"quote", "letter"})


@dataclass(frozen=True, slots=True)
class Pad:
    """What is added between two stretches of text: above the first free block there, and above the text again."""

    block: str
    above: str | None
    upper: float
    lower: float


@dataclass(frozen=True, slots=True)
class Grid:
    """What was found about a section's grid so far.

    ``natural`` are the gaps above blocks as the layout has them; ``pads`` what was added, by the block of the text
    below; ``level`` blocks with lines of more than one leading, and the heights of the pictures in them.
    """

    natural: Mapping[str, float] = field(default_factory=dict)
    pads: Mapping[str, Pad] = field(default_factory=dict)
    level: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    @property
    def margins(self) -> dict[str, float]:
        """The margins above blocks, by their ids, in order."""
        found: dict[str, float] = {}
        for pad in self.pads.values():
            if pad.above is not None and pad.upper:
                found[pad.above] = round(self.natural.get(pad.above, 0) + pad.upper, 3)
            if pad.lower:
                found[pad.block] = round(self.natural.get(pad.block, 0) + pad.lower, 3)
        return dict(sorted(found.items()))


def off_grid(galley: Galley) -> tuple[str, ...]:
    """Return the blocks of the text with lines that are not on the grid."""
    found = [
        line.block or ""
        for page in galley.laid.pages[: galley.end]
        for line in body(page)
        if abs(page.off_grid(line)) > ON_GRID
    ]
    return tuple(dict.fromkeys(found))


def body(page: LaidPage) -> Iterator[Line]:
    """Yield the lines of a page that belong on its grid."""
    return (line for line in page.lines if line.body and line.note is None)


def correct(galley: Galley, grid: Grid, least: bool = True) -> Grid:
    """Return the grid with what the last layout needs added; the same when every line that can be moved is right.

    ``least``: no more is added above a block than less than a line in all. Where the pages break elsewhere with an
    addition, and elsewhere again without it, that may never end; what is only ever added to comes to rest.
    """
    tall = {
        line.block
        for page in galley.laid.pages[: galley.end]
        for line in body(page)
        if line.block is not None and line.height > page.leading + TOLERANCE
    }
    if tall - grid.level.keys():
        # Lines that are too high move all below them: what is to be moved besides is seen when they are level.
        found = {name: galley.pictures.get(name, ()) for name in sorted(tall - grid.level.keys())}
        return Grid(grid.natural, grid.pads, {**grid.level, **found})
    natural, margins = dict(grid.natural), grid.margins
    for name, gap in galley.gaps.items():
        if name not in natural and name not in margins:
            natural[name] = gap
    pads = dict(grid.pads)
    for page in galley.laid.pages[: galley.end]:
        for pad in _pads(page, galley, pads, least):
            pads[pad.block] = pad
    used = {name for pad in pads.values() for name in (pad.block, pad.above)}
    if pads == grid.pads:
        return grid
    return Grid({name: gap for name, gap in natural.items() if name in used}, pads, grid.level)


def _pads(page: LaidPage, galley: Galley, known: Mapping[str, Pad], least: bool) -> Iterator[Pad]:
    moved = 0.0
    before: Line | None = None
    lines = [line for line in page.lines if line.note is None]
    for place, line in enumerate(lines):
        parted = _parted_from(lines, place, page)
        if not line.body and parted is None:
            continue
        before = parted or before
        wanting = -(line.baseline + moved - page.first) % page.leading
        if line.starts and line.block and TOLERANCE < wanting < page.leading - TOLERANCE:
            moved += wanting
            above = _first_free(line.block, page, before, galley) if before is not None else None
            heading = place > 0 and lines[place - 1].kind == "heading"
            old = known.get(line.block, Pad(line.block, above, 0, 0))
            yield _pad(old, wanting, page.leading if least else math.inf, above, heading)
        before = line


def _parted_from(lines: list[Line], place: int, page: LaidPage) -> Line | None:
    """Return the line from which a table parts one of a quotation; ``None`` unless it was on the grid, as this can be.

    Quotations are free of the grid, but where nothing stands among them their lines are on it.
    """
    line = lines[place]
    if line.body or not resumes(lines[place - 1].kind if place else "", line.kind, line.height, page.leading):
        return None
    above = next((each for each in reversed(lines[:place]) if each.kind not in _AMONG), None)
    return above if above is not None and abs(page.off_grid(above)) <= ON_GRID else None


def resumes(before: str, kind: str, height: float, leading: float) -> bool:
    """Whether a line of a quotation follows a table, and is as high as those of the text."""
    return before in _AMONG and kind in _QUOTED and abs(height - leading) <= TOLERANCE


def _pad(old: Pad, wanting: float, limit: float, above: str | None, heading: bool) -> Pad:
    """Spread what is wanting above a block of the text; ``above`` is the first of the free blocks before it."""
    if old.above != above:
        # The page now breaks elsewhere: what stands above the free block may stay there, it is not on this page.
        return Pad(old.block, old.above, old.upper, (old.lower + wanting) % limit)
    whole = (old.upper + old.lower + wanting) % limit
    upper = 0.0 if above is None else whole if heading else whole / 2
    return Pad(old.block, above, upper, whole - upper)


def _first_free(block: str, page: LaidPage, before: Line, galley: Galley) -> str | None:
    """Return the first block between a line and a block below it."""
    edge = before.y + before.height - TOLERANCE
    between = [name for name, (index, top) in galley.tops.items() if index == page.index and top >= edge]
    first = between[0] if between else block
    return first if first != block and block in between else None
