"""The rows of a section and where a page begins in, the ways to fill that page out: where it may end, and at what cost.

Pages are filled as WeasyPrint fills them: a page ends inside a block only where that has no room. Lengths are points.
"""

import math
import operator
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from bookforge.makeup import SHORT_END
from bookforge.typeset import grid
from bookforge.typeset.feet import MOST, Foot, Rest
from bookforge.typeset.rows import Row, Slab

_EMPTY: Final = 12.0
"""A line left empty above notes."""

_PARTED: Final = 400.0
"""A note that goes on overleaf, and each of its lines there."""

_OVER: Final = 4.0
_EDGE: Final = 300.0
"""A scene break between two pages."""

_SHORTEST: Final = 3.2
"""Lines by which a page may be short of the type area by choice."""

_A_LINE: Final = 0.9
"""What is short of the type area by less is as deep as it."""

OF_A_ROW: Final = 0.2
"""How much of a row less than all its room is kept free where none is to be set."""

_MOST_FREE: Final = 3.5
"""Rows for which room can be kept free: with more, a note would be tried before the page is full."""

_FRONTIER: Final = 6
_COST: Final = operator.attrgetter("cost")
_TOLERANCE: Final = 0.6


class Place(NamedTuple):
    """Where a page begins: a slab, the option in which it is set, the row, and what is left of a note for it.

    ``forced``: more of the slab would fit on the page before. That can be asked once of a block, at its last end.
    """

    slab: int
    row: int
    option: int
    rest: Rest | None = None
    forced: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """The type area: its height, the leading of the text, and the space above notes. In points."""

    height: float
    leading: float
    above_notes: float


class Filled(NamedTuple):
    """A page filled: where the next begins, how deep it is (``None``: down to its notes), and what it costs.

    ``short`` are the lines that it has too few, ``hyphen``: it ends inside a word. ``chosen`` are the options of the
    slabs that begin on it. ``room`` is to be kept free for it to end there.
    """

    next: Place
    depth: float | None
    short: float
    cost: float
    hyphen: bool
    rows: int
    chosen: tuple[tuple[int, int], ...]
    room: float = 0.0

    def moved(self, by: int) -> "Filled":
        """Return the same with other numbers of slabs."""
        chosen = tuple((slab + by, option) for slab, option in self.chosen)
        return self._replace(next=self.next._replace(slab=self.next.slab + by), chosen=chosen)


@dataclass(frozen=True, slots=True, eq=False)
class Filling:
    """The ways to fill a page; each next place once. ``reach``: no slab from this one on was looked at.

    That is one more than there are where the section may end on the page.
    """

    pages: tuple[Filled, ...]
    reach: int


class _Front(NamedTuple):
    """A page filled so far, up to the end of a row: its baseline, and what it took."""

    y: float
    drop: float
    foot: Foot
    rows: int
    cost: float
    chosen: tuple[tuple[int, int], ...]
    hyphen: bool


class _Inside(NamedTuple):
    """A page that ends inside a slab, with the height of what it leaves of its notes; ``full``: no row more fits.

    ``room`` is to be kept free for it to end there.
    """

    front: _Front
    foot: Foot
    row: int
    overleaf: float
    full: bool
    room: float = 0.0


class _Piece(NamedTuple):
    """The rows of a slab, the number of which is ``at``, from ``start`` on: as they go below what stands on a page.

    ``at_top``: nothing does; ``may_end``: the page may end among them. ``cost`` and ``chosen`` are those of the option,
    where it begins here. ``advances`` are the distances between these rows, if the option calls no note; ``drop`` is
    the largest of all.
    """

    at: int
    option: int
    slab: Slab
    rows: tuple[Row, ...]
    advances: tuple[float, ...] | None
    drop: float
    cost: float
    chosen: tuple[tuple[int, int], ...]
    start: int = 0
    at_top: bool = False
    may_end: bool = True

    def top(self, place: Place) -> "_Piece":
        """Return what is at the top of a page that begins at a place in the slab."""
        at, option, slab, rows, advances, drop, cost, chosen, _, _, _ = self
        start, may_end = place.row, not place.forced
        if not start:
            return _Piece(at, option, slab, rows, advances, drop, cost, chosen, start, True, may_end)
        advances = advances[start:] if advances is not None else None
        return _Piece(at, option, slab, rows, advances, drop, 0.0, (), start, True, may_end)


def _pieces(slab: Slab, at: int) -> Iterator[_Piece]:
    """Yield a slab in each of its options."""
    for number, option in enumerate(slab.options):
        rows = option.rows
        plain = rows and not any(row.notes for row in rows) and all(row.advance >= 0 for row in rows[1:])
        advances = tuple(row.advance for row in rows[1:]) if plain else None
        drop = max((row.drop for row in rows), default=0.0)
        yield _Piece(at, number, slab, rows, advances, drop, option.cost, ((at, number),))


class Filler:
    """Fills the pages of a section."""

    def __init__(self, slabs: tuple[Slab, ...], sheet: Sheet) -> None:
        self._slabs = slabs
        self._sheet = sheet
        self._reach = 0
        self._options: dict[int, tuple[_Piece, ...]] = {}
        self._alike: dict[tuple[int, float, float, int, bool], Filling] = {}
        self._least = 0.0
        self._bottom = sheet.height + _TOLERANCE
        self._bare = Foot(sheet.above_notes, MOST * sheet.height)
        self._noted = {index for index, slab in enumerate(slabs) if any(row.notes for row in slab.options[0].rows)}
        self._notes = {
            note.name: note for slab in slabs for option in slab.options for row in option.rows for note in row.notes
        }

    def sheets(self, place: Place) -> Iterator[Place]:
        """Yield where what is left of a note behind the text goes on once more."""
        rest = self._foot(place.rest).rest
        while rest is not None:
            yield place._replace(rest=rest)
            rest = self._foot(rest).rest

    def added(self, place: Place, filled: Filled) -> Iterator[tuple[str, float]]:
        """Yield the blocks on a page above which something is added, so that they stand on the grid, with how much."""
        options, y = dict(filled.chosen), 0.0
        for index in range(place.slab, filled.next.slab + (filled.next.row > 0)):
            slab = self._slabs[index]
            is_first = index == place.slab
            lines = slab.options[options.get(index, place.option)].rows
            end = filled.next.row if index == filled.next.slab else len(lines)
            for number in range(place.row if is_first else 0, end):
                at_top = is_first and number == place.row
                plain = slab.top if at_top else y + slab.lead
                if slab.body and not number and (wanting := self._wanting(plain, lines[0])):
                    yield slab.block, wanting
                y = self._below(y, slab, lines[number], number, at_top)

    def fill(self, place: Place) -> Filling:
        """Return the ways to fill a page that begins at a place.

        They are the very same for places in a slab behind which as much of it stands on the page.
        """
        pieces = self._pieces(place.slab)
        top = tuple(piece.top(place) for piece in ((pieces[place.option],) if place.row else pieces))
        front = self._empty(place.rest)
        begun = self._whole(front, top[0]) if place.row and place.rest is None else None
        if begun is None:
            return self._anew(front, place.slab + 1, top)
        name = (place.slab, begun.y, begun.drop, begun.rows, begun.hyphen)
        known = self._alike.get(name)
        if known is None:
            known = self._alike[name] = self._anew(begun, place.slab + 1)
        return known

    def _anew(self, front: _Front, index: int, top: tuple[_Piece, ...] = ()) -> Filling:
        """Fill a page on with a slab and those behind it, or begin it with the pieces at its ``top``."""
        self._reach = index
        self._least = self._sheet.height - _SHORTEST * self._sheet.leading
        found = _best(self._fill(front, index, top))
        if not found:
            # Something large follows: the page is as full as it can be, however short that is; above notes it costs.
            self._least = 0.0
            found = sorted(_best(self._fill(front, index, top)), key=lambda each: (each.short, each.cost))[:1]
        return Filling(tuple(found), self._reach)

    def _pieces(self, index: int) -> tuple[_Piece, ...]:
        """Return a slab in each of its options."""
        found = self._options.get(index)
        if found is None:
            found = self._options[index] = tuple(_pieces(self._slabs[index], index))
        return found

    def _empty(self, rest: Rest | None) -> _Front:
        """Return a page on which nothing stands yet."""
        return _Front(0.0, 0.0, self._foot(rest), 0, 0.0, (), hyphen=False)

    def _foot(self, rest: Rest | None) -> Foot:
        """Return the foot of a page on which nothing is called yet."""
        return self._bare if rest is None else self._bare.after(self._notes[rest.note], rest)

    def _fill(self, front: _Front, index: int, top: tuple[_Piece, ...]) -> list[Filled]:
        pages: list[Filled] = []
        fronts = self._further([front], top, pages) if top else [front]
        while fronts and index < len(self._slabs):
            slab = self._slabs[index]
            self._reach = max(self._reach, index + 1)
            if slab.open or slab.forced:
                pages += self._ending(fronts, Place(index, 0, -1), -math.inf if slab.forced else self._least)
                if slab.forced:
                    return pages
            fronts = self._further(fronts, self._pieces(index), pages)
            index += 1
        if fronts:
            self._reach = index + 1
            pages += self._ending(fronts, Place(index, 0, 0), -math.inf)
        return pages

    def _ending(self, fronts: list[_Front], after: Place, least: float) -> Iterator[Filled]:
        """Yield the pages that are filled so far, as deep as the ``least``, and end before a slab."""
        for front in fronts:
            foot = self._within(front, after.slab - 1) if front.y + front.drop + front.foot.depth >= least else None
            if foot is not None:
                yield self._page(front, foot, after if foot.rest is None else after._replace(rest=foot.rest))

    def _further(self, fronts: list[_Front], pieces: tuple[_Piece, ...], pages: list[Filled]) -> list[_Front]:
        """Set a slab below what stands; return the best ways, one for each depth, and add the pages that end inside."""
        best: dict[float, _Front] = {}
        for piece in pieces:
            for front in fronts:
                further = self._whole(front, piece) or self._parted(front, piece, pages)
                if further is not None:
                    depth = round(further.y + further.foot.depth, 1)
                    known = best.get(depth)
                    if known is None or further.cost < known.cost:
                        best[depth] = further
        return [*best.values()] if len(best) < 2 else sorted(best.values(), key=_COST)[:_FRONTIER]

    def _whole(self, front: _Front, piece: _Piece) -> _Front | None:
        """Set all rows below what stands, where they call no notes and fit: then no page ends inside."""
        if piece.advances is None:
            return None
        y, _, foot, count, cost, chosen, _ = front
        y = self._top(y, piece)
        for advance in piece.advances:
            y += advance
        if y + piece.drop + foot.depth > self._bottom:
            return None
        last = piece.rows[-1]
        count += len(piece.rows) - piece.start
        return _Front(y, last.drop, foot, count, cost + piece.cost, chosen + piece.chosen, last.hyphen)

    def _parted(self, front: _Front, piece: _Piece, pages: list[Filled]) -> _Front | None:
        """Set rows below what stands; add the pages that may end inside, return what is filled behind them."""
        if piece.advances is None or front.foot.height:
            return self._parted_above_notes(front, piece, pages)
        rows, start, bottom = piece.rows, piece.start, self._bottom
        least = self._least if piece.may_end else math.inf
        y, drop, hyphen = self._top(front.y, piece), rows[start].drop, rows[start].hyphen
        if y + drop > bottom:
            return None
        ends: list[tuple[int, float, float, bool, bool]] = []
        for number in range(start + 1, len(rows)):
            row = rows[number]
            below = y + row.advance
            full = below + row.drop > bottom
            if row.open and y + drop >= least:
                ends.append((number, y, drop, hyphen, full))
            if full:
                pages += self._pages(front, piece, ends)
                return None
            y, drop, hyphen = below, row.drop, row.hyphen
        count, cost = front.rows + len(rows) - start, front.cost + piece.cost
        return _Front(y, drop, front.foot, count, cost, front.chosen + piece.chosen, hyphen)

    def _pages(
        self, front: _Front, piece: _Piece, ends: list[tuple[int, float, float, bool, bool]]
    ) -> Iterator[Filled]:
        """Yield the pages that end inside a piece: before which row, what stands above, and whether it is full.

        Only a block that does not fit can be made to break.
        """
        height, leading = self._sheet.height, self._sheet.leading
        count, cost, chosen = front.rows - piece.start, front.cost + piece.cost, front.chosen + piece.chosen
        for end in ends:
            number, y, drop, hyphen, full = end
            forced = not (full or end is ends[-1] or self._ends_on(piece, number, None))
            short = (height - y - drop) / leading
            after = Place(piece.at, number, piece.option, None, forced)
            yield Filled(after, round(y, 1), short if short >= _A_LINE else 0.0, cost, hyphen, count + number, chosen)

    def _parted_above_notes(self, front: _Front, piece: _Piece, pages: list[Filled]) -> _Front | None:
        """Do the same where rows call notes, or stand above some."""
        y, drop, foot, count, cost, chosen, hyphen = front
        cost, chosen = cost + piece.cost, chosen + piece.chosen
        depth, bottom = foot.depth, self._bottom
        inside: list[_Inside] = []
        deepest = 0.0
        fits = True
        for number in range(piece.start, len(piece.rows)):
            row = piece.rows[number]
            below = y + row.advance if number > piece.start else self._top(y, piece)
            after = foot.with_notes(row.notes) if row.notes else foot
            after_depth = after.depth if row.notes else depth
            deepest = below + row.drop + after_depth
            if row.open and piece.may_end and number > piece.start and y + drop + depth >= self._least:
                here = _Front(y, drop, foot, count, cost, chosen, hyphen)
                within = self._within(here, piece.at)
                if within is not None:
                    least = below + row.drop + after.least if row.notes else deepest
                    overleaf = depth - within.depth
                    inside.append(_Inside(here, within, number, overleaf, full=least - overleaf > bottom))
            if row.notes and not foot.height and below + row.drop <= bottom < y + drop + foot.above:
                # WeasyPrint 70 still counts the white above notes when the first has gone overleaf with its line. With
                # it there is no room for all rows before that line: the whole block is taken over, wherever it ends,
                # if it is not made to end before that line is tried.
                inside = [*self._kept_free(piece, inside)] if piece.slab.clear else []
            if deepest > bottom and below + row.drop + after.least > bottom:
                fits = False
                break
            y, drop, foot, depth, count, hyphen = below, row.drop, after, after_depth, count + 1, row.hyphen
        ends = [each for each in inside if deepest - each.overleaf > bottom]
        for each in ends:
            is_last = (each.full or each is ends[-1]) and not each.room
            forced = not is_last and not self._ends_on(piece, each.row, each.foot.rest)
            after_it = Place(piece.at, each.row, piece.option, each.foot.rest, forced)
            pages.append(self._page(each.front, each.foot, after_it)._replace(room=each.room))
        return _Front(y, drop, foot, count, cost, chosen, hyphen) if fits else None

    def _kept_free(self, piece: _Piece, inside: list[_Inside]) -> Iterator[_Inside]:
        """Yield pages that end inside a slab with the room kept free that a row more would need.

        That can be asked once of a block, so all that is left of it has to stand on the next page.
        """
        height, leading = self._sheet.height, self._sheet.leading
        for each in inside:
            rows = piece.rows[each.row :]
            foot = self._bare.with_notes(note for row in rows for note in row.notes)
            room = height - each.front.y - each.front.drop
            if room < _MOST_FREE * leading and len(rows) * leading + foot.least <= height:
                yield each._replace(room=room - OF_A_ROW * leading)

    def _ends_on(self, piece: _Piece, row: int, rest: Rest | None) -> bool:
        """Whether a page that begins inside a slab has room for the rest of it in any case."""
        noted = rest is not None or piece.at in self._noted
        room = self._sheet.height * (1 - MOST if noted else 1)
        return (len(piece.rows) - row) * self._sheet.leading <= room

    def _top(self, y: float, piece: _Piece) -> float:
        """Return the baseline of the first row of a piece."""
        return self._below(y, piece.slab, piece.rows[piece.start], piece.start, piece.at_top)

    def _below(self, y: float, slab: Slab, row: Row, number: int, at_top: bool) -> float:
        """Return the baseline of the next row."""
        if at_top:
            y = row.rise if number else slab.top
        else:
            y += row.advance if number else slab.lead
        return y + self._wanting(y, row) if slab.body and not number else y

    def _wanting(self, y: float, row: Row) -> float:
        """Return what is wanting above a row of the text for it to stand on the grid."""
        leading = self._sheet.leading
        off = (y - row.rise) % leading
        return leading - off if grid.TOLERANCE < off < leading - grid.TOLERANCE else 0.0

    def _within(self, front: _Front, index: int) -> Foot | None:
        """Return the foot of a page that ends with a slab or in it: a note may go overleaf. ``None`` where none can."""
        foot = front.foot
        if not foot.height:
            return foot
        within = foot.within(self._sheet.height - front.y - front.drop)
        return within if within is foot or self._slabs[index].calls else None

    def _page(self, front: _Front, foot: Foot, after: Place) -> Filled:
        """Return the page that ends before a place, with its foot."""
        cost = front.cost
        if after.rest is not None:
            cost += _PARTED + _OVER * (len(self._notes[after.rest.note].depths) - after.rest.line)
        if after.slab < len(self._slabs) and not after.row:
            following = self._slabs[after.slab]
            if following.forced:
                return Filled(after, None, 0.0, cost, hyphen=False, rows=SHORT_END, chosen=front.chosen)
            cost += _EDGE * following.parted
        left = (self._sheet.height - foot.depth - front.y - front.drop) / self._sheet.leading
        short = max(0.0, left)
        if foot.height:
            empty = max(0.0, short - 1)
            return Filled(after, None, 0.0, cost + _EMPTY * empty**2, front.hyphen, front.rows, front.chosen)
        short = 0.0 if short < _A_LINE else short
        return Filled(after, round(front.y, 1), short, cost, front.hyphen, front.rows, front.chosen)


def _best(pages: list[Filled]) -> list[Filled]:
    """Return the cheapest page for each next place and depth."""
    best: dict[tuple[Place, float | None], Filled] = {}
    for filled in pages:
        name = (filled.next, filled.depth)
        known = best.get(name)
        if known is None or filled.cost < known.cost:
            best[name] = filled
    return [*best.values()]
