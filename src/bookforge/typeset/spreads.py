"""The rows of a section in, where its pages end out: all of them chosen together, so that facing pages are as deep.

A dynamic programme over the places where a page may end: how a page is filled depends only on where it begins, and what
it costs on the page it faces. Paragraphs may be set a line longer or shorter, and both pages of a spread may run short.
"""

import heapq
import operator
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import Final, NamedTuple

from bookforge.laid import ON_GRID
from bookforge.makeup import SHORT_END
from bookforge.typeset import grid
from bookforge.typeset.feet import MOST, Foot, Rest
from bookforge.typeset.plan import Start
from bookforge.typeset.plates import rest_of
from bookforge.typeset.rows import Option, Row, Slab

_UNEVEN: Final = 1500.0
_UNEVEN_LINE: Final = 100.0
_SHORT: Final = 30.0
"""Both pages of a spread, or a page alone, a line short of the type area."""

_EMPTY: Final = 12.0
"""A line left empty above notes."""

_PARTED: Final = 400.0
"""A note that goes on overleaf, and each of its lines there."""

_OVER: Final = 4.0
_SHEET: Final = 1000.0
"""A page more, for the rest of a note alone."""

_TURNED_HYPHEN: Final = 400.0
_HYPHEN: Final = 40.0
_EDGE: Final = 300.0
"""A scene break between two pages."""

_LONELY: Final = 300.0
"""Lines of their own that begin or end a quotation, as a letter's date or its signature, without any of its text."""

_LINES: Final = 3
"""How many there are at most."""

_FEW: Final = 2000.0
"""Each line that the last page has too few."""

_SHORTEST: Final = 3.2
"""Lines by which a page may be short of the type area by choice."""

_ROW: Final = 0.2
"""How much of a row less than all its room is kept free where none is to be set."""

_MOST_FREE: Final = 3.5
"""Rows for which room can be kept free: with more, a note would be tried before the page is full."""

_FRONTIER: Final = 6
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


class _Filled(NamedTuple):
    """A page filled: where the next begins, how deep it is (``None``: down to its notes), and what it costs.

    ``chosen`` are the options of the slabs that begin on it. ``room`` is to be kept free for it to end there.
    """

    next: Place
    depth: float | None
    short: float
    cost: float
    hyphen: bool
    rows: int
    chosen: tuple[tuple[int, int], ...]
    room: float = 0.0

    def moved(self, by: int) -> "_Filled":
        """Return the same with other numbers of slabs."""
        chosen = tuple((slab + by, option) for slab, option in self.chosen)
        return self._replace(next=self.next._replace(slab=self.next.slab + by), chosen=chosen)


@dataclass(frozen=True, slots=True)
class Pages:
    """Pages planned: ``starts`` is what each begins with, but for the first; ``chosen`` are the options by block, where
    they are not the usual ones. ``plates`` are the places before which each plate has its page, ``parted`` those where
    a note goes on. ``added`` is what is added above blocks, in points, so that they stand on the grid."""

    starts: tuple[Start, ...]
    chosen: dict[str, Option]
    plates: tuple[Place, ...] = ()
    parted: tuple[Place, ...] = ()
    added: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plates:
    """Plates, which have a page each: the one after the first page that ends before the slab ``at``, or behind that.

    ``among`` are the blocks that a plate may be moved behind, or into.
    """

    names: tuple[str, ...] = ()
    at: tuple[int, ...] = ()
    among: frozenset[str] = frozenset()

    def between(self, place: Place, after: Place) -> tuple[str, ...]:
        """Return the plates behind a page that begins at a place when the text goes on at another."""
        return tuple(name for name, at in zip(self.names, self.at, strict=True) if place.slab < at <= after.slab)

    def stand(self, filled: "_Filled", slabs: tuple[Slab, ...], names: tuple[str, ...]) -> bool:
        """Whether plates may stand behind a page: no word is divided by one, no note, and nothing but a paragraph."""
        after = filled.next
        if after.rest is not None:
            return False
        if after.row:
            return not filled.hyphen and slabs[after.slab].block in self.among
        moved = any(at < after.slab for name, at in zip(self.names, self.at, strict=True) if name in names)
        return not moved or slabs[after.slab - 1].block in self.among


class _State(NamedTuple):
    place: Place
    right: bool
    facing: float | None
    """Depth of the page on the left, -1 when it is closed by notes; ``None`` when there is none."""


@dataclass(slots=True, eq=False)
class _Way:
    """The best way to a state so far: what it costs, the way it goes on from, and its last page."""

    state: _State
    cost: float = 0.0
    before: "_Way | None" = None
    page: _Filled | None = None


class _Step(NamedTuple):
    """A page that may follow: where it leads, what it costs ``alone``, and ``beside`` another of the same ``depth``.

    At the end of a section it has none: it costs the same whatever is beside it.
    """

    to: _Way
    alone: float
    beside: float
    depth: float | None
    page: _Filled


_NOTES: Final = -1.0
NO_PLATES: Final = Plates()


class Fills:
    """How pages were filled when a section was planned last: what begins at a slab fills a page as it did before,
    as long as the same slabs follow. They are told by what they are, not by what they say: comparing takes as long."""

    def __init__(self) -> None:
        self._sheet: Sheet | None = None
        self._known: dict[tuple[int, int, int, bool], _Known] = {}
        self._used: dict[tuple[int, int, int, bool], _Known] = {}

    def begin(self, sheet: Sheet) -> None:
        """Begin a plan; what the one before did not use is forgotten."""
        self._known = self._used if sheet == self._sheet else {}
        self._used, self._sheet = {}, sheet

    def get(self, slabs: tuple[Slab, ...], place: Place) -> "tuple[_Filled, ...] | None":
        """Return how a page is filled that begins at a place."""
        if place.slab >= len(slabs) or place.rest is not None:
            return None  # of a note that is called before these slabs
        name = (id(slabs[place.slab]), place.row, place.option, place.forced)
        known = self._known.get(name)
        if known is None or not known.holds(slabs, place.slab):
            return None
        self._used[name] = known
        return known.moved(place.slab)

    def keep(self, slabs: tuple[Slab, ...], place: Place, reach: int, filled: "tuple[_Filled, ...]") -> None:
        """Keep how a page is filled; ``reach`` is the slab before which nothing more was looked at."""
        if place.slab < len(slabs) and place.rest is None:
            seen = slabs[place.slab : reach]
            self._used[id(seen[0]), place.row, place.option, place.forced] = _Known(
                place.slab, seen, reach > len(slabs), filled
            )


@dataclass(frozen=True, slots=True)
class _Known:
    """How a page was filled that began with the slab ``first``; ``seen`` are the slabs that decided about it."""

    first: int
    seen: tuple[Slab, ...]
    ended: bool
    filled: tuple[_Filled, ...]

    def holds(self, slabs: tuple[Slab, ...], first: int) -> bool:
        """Whether the same slabs stand at a place."""
        here = slabs[first : first + len(self.seen)]
        ended = first + len(self.seen) == len(slabs)
        return len(here) == len(self.seen) and self.ended == ended and all(map(operator.is_, here, self.seen))

    def moved(self, first: int) -> "tuple[_Filled, ...]":
        """Return the same for a section in which its slabs have other numbers."""
        by = first - self.first
        return tuple(each.moved(by) for each in self.filled) if by else self.filled


def plan(
    slabs: tuple[Slab, ...], sheet: Sheet, right: bool, plates: Plates = NO_PLATES, fills: Fills | None = None
) -> Pages | None:
    """Choose the ends of the pages; ``right``: the first is a right page. ``None`` when something fits nowhere.

    ``fills`` remembers from plan to plan.
    """
    planner = _Planner(slabs, sheet, fills or Fills())
    end = _best_way(_Steps(planner, slabs, plates), _Way(_State(Place(0, 0, -1), right, None)), slabs, sheet)
    if end is None:
        return None
    found = _traced(slabs, end, plates)
    added = {name: length for state, _, page in _path(end) for name, length in planner.added(state.place, page)}
    return replace(found, parted=(*found.parted, *planner.sheets(end.state.place)), added=added)


def _best_way(steps: "_Steps", start: _Way, slabs: tuple[Slab, ...], sheet: Sheet) -> _Way | None:
    """Return the best way to the end of a section: from each place in turn, since none leads back."""
    unlike = cache(partial(_unlike, sheet=sheet))
    ahead = {(0, 0): [start]}
    queue = [(0, 0)]
    while queue:
        here = heapq.heappop(queue)
        if here[0] == len(slabs):
            return min(ahead[here], key=lambda way: way.cost)
        for way in ahead.pop(here):
            facing = way.state.facing
            for step in steps.behind(way.state.place, way.state.right):
                to, cost, beside, depth, page = step
                if facing is not None:
                    cost = beside if depth is None else beside + unlike(facing, depth)
                cost += way.cost
                if to.before is None:
                    at = to.state.place[:2]
                    if at not in ahead:
                        ahead[at] = []
                        heapq.heappush(queue, at)
                    ahead[at].append(to)
                elif cost >= to.cost:
                    continue
                to.cost, to.before, to.page = cost, way, page
    return None


class _Steps:
    """The pages that may follow: they are the same whatever stands before a place on the same side."""

    def __init__(self, planner: "_Planner", slabs: tuple[Slab, ...], plates: Plates) -> None:
        self._planner = planner
        self._slabs = slabs
        self._plates = plates
        self._lonely = frozenset(_lonely(slabs))
        self._ways: dict[_State, _Way] = {}
        self._known: dict[tuple[Place, bool], list[_Step]] = {}

    def behind(self, place: Place, right: bool) -> list[_Step]:
        """Return the pages that may begin at a place, on a side."""
        known = self._known.get((place, right))
        if known is None:
            known = self._known[place, right] = [*self._anew(place, right)]
        return known

    def _anew(self, place: Place, right: bool) -> Iterator[_Step]:
        for page in self._planner.fill(place):
            shown = self._plates.between(place, page.next) if self._plates.names else ()
            if shown and not self._plates.stand(page, self._slabs, shown):
                continue
            alone, beside, depth = _judged(place, right, page, len(self._slabs))
            if not page.next.row and page.next.slab in self._lonely:
                alone, beside = alone + _LONELY, beside + _LONELY
            faces = None if right or shown or depth is None else depth
            state = _State(page.next, right == bool(len(shown) % 2), faces)
            to = self._ways.get(state)
            if to is None:
                to = self._ways[state] = _Way(state)
            yield _Step(to, alone, beside, depth, page)


def _lonely(slabs: tuple[Slab, ...]) -> Iterator[int]:
    """Yield the slabs that would begin a page with the last lines of a quotation, or leave its first ones behind."""
    begin = 0
    for end in range(1, len(slabs) + 1):
        if end < len(slabs) and slabs[end].quoted and not _is_apart(slabs[end - 1], slabs[end]):
            continue
        first, last = begin, end - 1
        while first < last and first < begin + _LINES and _is_a_line(slabs[first]):
            first += 1
            yield first
        while last > begin and last > end - 1 - _LINES and _is_a_line(slabs[last]):
            yield last
            last -= 1
        begin = end


def _is_a_line(slab: Slab) -> bool:
    return slab.quoted and len(slab.options[0].rows) == 1


def _is_apart(before: Slab, slab: Slab) -> bool:
    """Whether there is white between two slabs, or the first is no quotation."""
    return not before.quoted or slab.lead - before.options[0].rows[-1].drop - slab.options[0].rows[0].rise > ON_GRID


def _judged(place: Place, right: bool, page: _Filled, slabs: int) -> tuple[float, float, float | None]:
    """Return what a page costs alone on its spread and beside another, and how deep it is: see :class:`_Step`."""
    cost = page.cost
    if page.next.slab == slabs:
        few = max(0, SHORT_END - page.rows) if place != Place(0, 0, -1) else 0
        cost = cost + few * _FEW + _SHEET * (page.next.rest is not None)
        return cost, cost, None
    if page.hyphen:
        cost += _TURNED_HYPHEN if right else _HYPHEN
    beside = cost + page.short**2 * _SHORT / 2
    return cost + page.short**2 * _SHORT if right else beside, beside, _NOTES if page.depth is None else page.depth


def _unlike(left: float, right: float, sheet: Sheet) -> float:
    """Return what it costs that two facing pages are not as deep; one with notes goes down to the foot."""
    one, other = (sheet.height if each == _NOTES else each for each in (left, right))
    away = abs(one - other)
    limit = ON_GRID if _NOTES not in (left, right) else sheet.leading / 2
    return 0.0 if away <= limit else _UNEVEN + _UNEVEN_LINE * away / sheet.leading


def _path(end: _Way) -> Iterator[tuple[_State, _State, _Filled]]:
    """Yield what is before each page, what is behind it, and how it is filled, from the last page to the first."""
    way = end
    while way.before is not None and way.page is not None:
        yield way.before.state, way.state, way.page
        way = way.before


def _traced(slabs: tuple[Slab, ...], end: _Way, plates: Plates) -> Pages:
    starts: list[Start] = []
    chosen: dict[str, Option] = {}
    places: list[Place] = []
    parted: list[Place] = []
    for state, after, filled in _path(end):
        for number, option in filled.chosen:
            if option:
                chosen[slabs[number].block] = slabs[number].options[option]
        shown = plates.between(state.place, after.place)
        places += [after.place] * len(shown)
        parted += [after.place] if after.place.rest is not None else []
        if after.place.slab < len(slabs):
            slab = slabs[after.place.slab]
            if shown and after.place.row:
                starts = [_in_rest(start, slab.block, after.place.row) for start in starts]
            starts.append(_start(slab, after.place, filled.room, by_itself=bool(shown)))
        starts += (Start(name, 0, 0, "") for name in reversed(shown))
    return Pages(tuple(reversed(starts)), chosen, tuple(reversed(places)), tuple(reversed(parted)))


def _start(slab: Slab, place: Place, room: float, by_itself: bool) -> Start:
    """Return the beginning of a page; ``by_itself``: there is one in any case, after a plate."""
    rows = len(slab.options[max(0, place.option)].rows)
    if by_itself:
        return Start(rest_of(slab.block) if place.row else slab.block, 0, rows - place.row, "")
    return Start(slab.block, place.row, rows, slab.opener, place.rest is not None, room)


def _in_rest(start: Start, block: str, row: int) -> Start:
    """Return a beginning as it is when a block is divided before a row that comes earlier."""
    if start.block != block:
        return start
    return Start(rest_of(block), start.row - row, start.rows - row, start.opener, room=start.room)


class _Front(NamedTuple):
    """A page filled so far, up to the end of a slab: the last baseline, and what it took."""

    y: float
    drop: float
    foot: Foot
    rows: int
    cost: float
    chosen: tuple[tuple[int, int], ...]
    hyphen: bool


def _frontier(fronts: list[_Front]) -> list[_Front]:
    """Return the best ways to fill a page so far, one for each depth."""
    if len(fronts) < 2:
        return fronts
    best: dict[float, _Front] = {}
    for front in fronts:
        depth = round(front.y + front.foot.depth, 1)
        if depth not in best or front.cost < best[depth].cost:
            best[depth] = front
    return sorted(best.values(), key=lambda each: each.cost)[:_FRONTIER]


class _Inside(NamedTuple):
    """A page that ends inside a slab, with the height of what it leaves of its notes; ``full``: no row more fits."""

    page: _Filled
    overleaf: float
    full: bool


class _Plain(NamedTuple):
    """The rows of an option that call no notes: the advance of each, and the largest drop of all."""

    advances: tuple[float, ...]
    drop: float
    last: Row


def _plain(rows: tuple[Row, ...]) -> _Plain | None:
    if not rows or any(row.notes or row.advance < 0 for row in rows[1:]) or rows[0].notes:
        return None
    return _Plain(tuple(row.advance for row in rows), max(row.drop for row in rows), rows[-1])


class _Planner:
    def __init__(self, slabs: tuple[Slab, ...], sheet: Sheet, fills: Fills) -> None:
        self._slabs = slabs
        self._sheet = sheet
        self._fills = fills
        self._reach = 0
        fills.begin(sheet)
        self._filled: dict[Place, tuple[_Filled, ...]] = {}
        self._plain: dict[int, list[_Plain | None]] = {}
        self._least = 0.0
        self._bottom = sheet.height + _TOLERANCE
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

    def added(self, place: Place, filled: _Filled) -> Iterator[tuple[str, float]]:
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

    def fill(self, place: Place) -> tuple[_Filled, ...]:
        """Return the ways to fill a page that begins at a place; each next place once."""
        found = self._filled.get(place)
        if found is None:
            found = self._fills.get(self._slabs, place)
            if found is None:
                found = self._anew(place)
                self._fills.keep(self._slabs, place, self._reach, found)
            self._filled[place] = found
        return found

    def _anew(self, place: Place) -> tuple[_Filled, ...]:
        self._reach = place.slab
        self._least = self._sheet.height - _SHORTEST * self._sheet.leading
        found = self._best(place)
        if not found:
            # Something large follows: the page is as full as it can be, however short that is; above notes it costs.
            self._least = 0.0
            found = sorted(self._best(place), key=lambda each: (each.short, each.cost))[:1]
        return tuple(found)

    def _best(self, place: Place) -> list[_Filled]:
        best: dict[tuple[Place, float | None], _Filled] = {}
        for filled in self._fill(place):
            key = (filled.next, filled.depth)
            known = best.get(key)
            if known is None or filled.cost < known.cost:
                best[key] = filled
        return [*best.values()]

    def _foot(self, rest: Rest | None) -> Foot:
        """Return the foot of a page on which nothing is called yet."""
        foot = Foot(self._sheet.above_notes, MOST * self._sheet.height)
        return foot if rest is None else foot.after(self._notes[rest.note], rest)

    def _fill(self, place: Place) -> list[_Filled]:
        pages: list[_Filled] = []
        fronts = [_Front(0.0, 0.0, self._foot(place.rest), 0, 0.0, (), hyphen=False)]
        index = place.slab
        while fronts and index < len(self._slabs):
            slab = self._slabs[index]
            self._reach = max(self._reach, index + 1)
            is_first = index == place.slab
            if not is_first and (slab.open or slab.forced):
                for front in fronts:
                    if slab.forced or front.y + front.drop + front.foot.depth >= self._least:
                        pages += (page for page, _ in self._pages(front, Place(index, 0, -1)))
                if slab.forced:
                    return pages
            options = (place.option,) if is_first and place.row else range(len(slab.options))
            further = (
                self._whole(front, index, option, place) or self._parted(front, index, option, place, pages)
                for option in options
                for front in fronts
            )
            fronts = _frontier([front for front in further if front is not None])
            index += 1
        if index == len(self._slabs):
            self._reach = index + 1
            pages += (page for front in fronts for page, _ in self._pages(front, Place(index, 0, 0)))
        return pages

    def _whole(self, front: _Front, index: int, option: int, place: Place) -> _Front | None:
        """Set all rows of a slab below what stands, where they call no notes and fit: then no page ends inside."""
        plains = self._plain.get(index)
        slab = self._slabs[index]
        if plains is None:
            plains = self._plain[index] = [_plain(each.rows) for each in slab.options]
        plain = plains[option]
        if plain is None:
            return None
        advances, drop, last = plain
        is_first = index == place.slab
        start = place.row if is_first else 0
        chosen = slab.options[option]
        y, _, foot, count, cost, taken, _ = front
        y = self._below(y, slab, chosen.rows[start], start, is_first)
        for advance in advances[start + 1 :]:
            y += advance
        if y + drop + foot.depth > self._bottom:
            return None
        if not start:
            cost += chosen.cost
            taken = (*taken, (index, option))
        return _Front(y, last.drop, foot, count + len(advances) - start, cost, taken, last.hyphen)

    def _parted(self, front: _Front, index: int, option: int, place: Place, pages: list[_Filled]) -> _Front | None:
        """Set a slab's rows below what stands; add the pages that may end inside, return what is filled behind it."""
        slab = self._slabs[index]
        chosen = slab.options[option]
        is_first = index == place.slab
        start = place.row if is_first else 0
        cost = front.cost + (0.0 if start else chosen.cost)
        taken = front.chosen + (() if start else ((index, option),))
        may_end = not (is_first and place.forced)
        y, drop, foot, count, hyphen = front.y, front.drop, front.foot, front.rows, front.hyphen
        depth, bottom = foot.depth, self._bottom
        inside: list[_Inside] = []
        deepest = 0.0
        fits = True
        for number in range(start, len(chosen.rows)):
            row = chosen.rows[number]
            below = y + row.advance if number > start else self._below(y, slab, row, number, is_first)
            after = foot.with_notes(row.notes) if row.notes else foot
            after_depth = after.depth if row.notes else depth
            deepest = below + row.drop + after_depth
            if row.open and may_end and number > start and y + drop + depth >= self._least:
                here = _Front(y, drop, foot, count, cost, taken, hyphen)
                least = below + row.drop + after.least if row.notes else deepest
                for page, overleaf in self._pages(here, Place(index, number, option)):
                    inside.append(_Inside(page, overleaf, full=least - overleaf > bottom))
            if row.notes and not foot.height and below + row.drop <= bottom < y + drop + foot.above:
                # WeasyPrint 70 still counts the white above notes when the first has gone overleaf with its line. With
                # it there is no room for all rows before that line: the whole block is taken over, wherever it ends,
                # if it is not made to end before that line is tried.
                inside = [self._kept_free(each) for each in inside if slab.clear and self._can_be_kept_free(each.page)]
            if deepest > bottom and below + row.drop + after.least > bottom:
                fits = False
                break
            y, drop, foot, depth, count, hyphen = below, row.drop, after, after_depth, count + 1, row.hyphen
        # Only a block that does not fit can be made to break, at this place or before it.
        ends = [each for each in inside if deepest - each.overleaf > bottom]
        for each in ends:
            is_last = ((each.full or each is ends[-1]) and not each.page.room) or self._ends_on(each.page.next)
            pages.append(each.page if is_last else each.page._replace(next=each.page.next._replace(forced=True)))
        return _Front(y, drop, foot, count, cost, taken, hyphen) if fits else None

    def _kept_free(self, inside: _Inside) -> _Inside:
        """Return a page that ends inside a slab with the room kept free that the next row would need."""
        return inside._replace(page=inside.page._replace(room=(inside.page.short - _ROW) * self._sheet.leading))

    def _can_be_kept_free(self, page: _Filled) -> bool:
        """Whether room can be kept free below a page, and all that is left of its last slab stands on the next."""
        rows = self._slabs[page.next.slab].options[page.next.option].rows[page.next.row :]
        foot = self._foot(None).with_notes(note for row in rows for note in row.notes)
        return page.short < _MOST_FREE and len(rows) * self._sheet.leading + foot.least <= self._sheet.height

    def _ends_on(self, place: Place) -> bool:
        """Whether a page that begins inside a slab has room for the rest of it in any case."""
        rows = self._slabs[place.slab].options[place.option].rows
        noted = place.rest is not None or place.slab in self._noted
        room = self._sheet.height * (1 - MOST if noted else 1)
        return (len(rows) - place.row) * self._sheet.leading <= room

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

    def _pages(self, front: _Front, after: Place) -> tuple[tuple[_Filled, float], ...]:
        """Return the page that ends at a place, if there is one, with the height of what it leaves of its notes."""
        foot = front.foot
        if foot.height:
            within = foot.within(self._sheet.height - front.y - front.drop)
            if within is not foot:
                if within is None or not self._slabs[after.slab if after.row else after.slab - 1].calls:
                    return ()
                page = self._page(front._replace(foot=within), after._replace(rest=within.rest))
                return ((page, foot.depth - within.depth),)
        return ((self._page(front, after._replace(rest=foot.rest) if foot.rest is not None else after), 0.0),)

    def _page(self, front: _Front, after: Place) -> _Filled:
        cost = front.cost
        if after.rest is not None:
            cost += _PARTED + _OVER * (len(self._notes[after.rest.note].depths) - after.rest.line)
        if after.slab < len(self._slabs) and not after.row:
            following = self._slabs[after.slab]
            if following.forced:
                return _Filled(after, None, 0.0, cost, hyphen=False, rows=SHORT_END, chosen=front.chosen)
            cost += _EDGE * following.parted
        left = (self._sheet.height - front.foot.depth - front.y - front.drop) / self._sheet.leading
        short = max(0.0, left)
        if front.foot.height:
            empty = max(0.0, short - 1)
            return _Filled(after, None, 0.0, cost + _EMPTY * empty**2, front.hyphen, front.rows, front.chosen)
        short = 0.0 if short < 0.9 else short
        return _Filled(after, round(front.y, 1), short, cost, front.hyphen, front.rows, front.chosen)
