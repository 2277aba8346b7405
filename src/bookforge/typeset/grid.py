"""A section laid out alone in, the margins that bring its text onto the page's grid out.

The text's lines stand ``leading`` below each other from the top of the page. Whatever stands between them may be of any
height; what is wanting to whole lines is added around it, half above and half below, all above where a heading belongs
to what follows. At the top of a page margins are dropped, so a page begins on the grid by itself.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from bookforge.laid import ON_GRID, LaidPage, Line
from bookforge.writers.galley import Galley

TOLERANCE: Final = 0.05
"""Points a line may lie beside the grid before it is moved; the eye would take five times as much."""

_AMONG: Final = frozenset({"table", "caption", "code"})
"""What may stand among quotations and is of any height."""

_APART: Final = 1e-6
"""Points by which lengths are kept from where chance would decide how they are rounded."""

QUOTED: Final = frozenset({"quote", "letter"})


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


def correct(galley: Galley, grid: Grid, least: bool = True, fixed: bool = False) -> Grid:
    """Return the grid with what the last layout needs added; the same when every line that can be moved is right.

    ``least``: no more is added above a block than less than a line in all. Where the pages break elsewhere with an
    addition, and elsewhere again without it, that may never end; what is only ever added to comes to rest.
    ``fixed``: the pages end where they do whatever is added, so what is found depends on no layout before.
    """
    level = _level(galley)
    if level.keys() - grid.level.keys():
        # Lines that are too high move all below them: what is to be moved besides is seen when they are level.
        return replace(grid, level={**level, **grid.level})
    margins = grid.margins
    natural = {name: gap for name, gap in galley.gaps.items() if name not in margins} | dict(grid.natural)
    pads = {} if fixed else dict(grid.pads)
    for page in galley.laid.pages[: galley.end]:
        for pad in _pads(page, galley, grid.pads, least, fixed):
            pads[pad.block] = _rounded(pad, natural)
    return grid if pads == grid.pads else _grid(natural, pads, grid.level)


def _grid(natural: Mapping[str, float], pads: Mapping[str, Pad], level: Mapping[str, tuple[float, ...]]) -> Grid:
    used = {name for pad in pads.values() for name in (pad.block, pad.above)}
    return Grid({name: gap for name, gap in natural.items() if name in used}, pads, level)


def _rounded(pad: Pad, natural: Mapping[str, float]) -> Pad:
    """Return what is really added when margins have three decimals: never more, or the last line of a page is over."""

    def added(name: str | None, length: float) -> float:
        gap = natural.get(name or "", 0.0)
        return math.floor((gap + length + _APART) * 1000) / 1000 - gap if length else 0.0

    return replace(pad, upper=added(pad.above, pad.upper), lower=added(pad.block, pad.lower))


def _level(galley: Galley) -> dict[str, tuple[float, ...]]:
    """Return the blocks of the text with lines of more than one leading, and the heights of the pictures in them."""
    pages = galley.laid.pages[: galley.end]
    tall = {line.block for page in pages for line in body(page) if line.height > page.leading + TOLERANCE}
    return {name: galley.pictures.get(name, ()) for name in sorted(filter(None, tall))}


def foreseen(galley: Galley, added: Mapping[str, float], begin: Mapping[str, int]) -> Grid:
    """Return what a layout will need of which the pages are planned, as far as this one shows it.

    ``added`` is what will want above blocks of the text; ``begin`` are the blocks that begin a page, each with the row
    that is the first there.
    """
    level = _level(galley)
    if level:  # the rest is seen when that is done
        return Grid(level=level)
    pages = galley.laid.pages[: galley.end]
    firsts: dict[str, Line] = {}
    in_flow = (line for page in pages for line in page.lines if line.note is None and not page.has_beside(line))
    for line in in_flow:
        firsts.setdefault(line.block or "", line)
    names = [*galley.tops]
    places = {name: place for place, name in enumerate(names)}
    pads: dict[str, Pad] = {}
    for block in (name for name in added if name in firsts and name in places):
        place = places[block]
        free = _free(names, place, firsts, begin) if begin.get(block) != 0 else place
        above = names[free] if free < place else None
        lined = next((firsts[names[each]] for each in range(place - 1, -1, -1) if names[each] in firsts), None)
        heading = lined is not None and lined.kind == "heading"
        pad = _pad(Pad(block, above, 0, 0), added[block], pages[0].leading, above, heading)
        if galley.naturals.keys() >= {block, above or block}:
            pads[block] = _rounded(pad, galley.naturals)
    return _grid(galley.naturals, pads, {})


def _free(names: list[str], place: int, firsts: Mapping[str, Line], begin: Mapping[str, int]) -> int:
    """Return the place of the first block that stands on one page with one below, with text above it; else that one's.

    ``firsts`` are the first lines of blocks. What begins a page, or goes on on it, is the first there.
    """
    among_quotations = not firsts[names[place]].body
    for each in range(place - 1, -1, -1):
        line = firsts.get(names[each])
        if line is not None and (line.body or (among_quotations and line.kind not in _AMONG)):
            return each + 1
        if names[each] in begin:
            break
    return place


def _pads(page: LaidPage, galley: Galley, known: Mapping[str, Pad], least: bool, fixed: bool) -> Iterator[Pad]:
    moved = 0.0
    before: Line | None = None
    lines = [line for line in page.lines if line.note is None]
    for place, line in enumerate(lines):
        resumed = resumes(lines[place - 1].kind if place else "", line.kind, line.height, page.leading)
        if resumed:
            before = next((each for each in reversed(lines[:place]) if each.kind not in _AMONG), None)
        if not (line.body or resumed):
            continue
        wanting = -(line.baseline + moved - page.first) % page.leading
        is_off = TOLERANCE < wanting < page.leading - TOLERANCE
        if line.starts and line.block and (is_off or (fixed and line.block in known)):
            moved += wanting
            above = _first_free(line.block, page, before, galley) if before is not None else None
            heading = place > 0 and lines[place - 1].kind == "heading"
            old = known.get(line.block, Pad(line.block, above, 0, 0))
            limit = page.leading if least else math.inf
            if old.above == above or fixed:
                yield _pad(old, wanting, limit, above, heading)
            else:
                # The page now breaks elsewhere: what stands above the free block may stay there, it is not on this one.
                yield replace(old, lower=(old.lower + wanting) % limit)
        before = line


def resumes(before: str, kind: str, height: float, leading: float) -> bool:
    """Whether a line of a quotation follows a table, and is as high as those of the text: then it is on the grid.

    Quotations are free of it, but where nothing stands among them their lines are on it.
    """
    return before in _AMONG and kind in QUOTED and abs(height - leading) <= TOLERANCE


def _part(length: float, whole: float) -> float:
    """Return by how much a length is more than whole ones; zero where that cannot be told from none."""
    part = length % whole
    return part if TOLERANCE < part < whole - TOLERANCE else 0.0


def _pad(old: Pad, wanting: float, limit: float, above: str | None, heading: bool) -> Pad:
    """Spread what is wanting above a block of the text; ``above`` is the first of the free blocks before it."""
    whole = _part(old.upper + old.lower + wanting, limit)
    upper = 0.0 if above is None else whole if heading else whole / 2
    return Pad(old.block, above, upper, whole - upper)


def _first_free(block: str, page: LaidPage, before: Line, galley: Galley) -> str | None:
    """Return the first block between a line and a block below it."""
    edge = before.y + before.height - TOLERANCE
    between = [name for name, (index, top) in galley.tops.items() if index == page.index and top >= edge]
    first = between[0] if between else block
    return first if first != block and block in between else None
