"""The rows of a section in, where its pages end out: all of them chosen together, so that facing pages are as deep.

A dynamic programme over the places where a page may end: how a page is filled depends only on where it begins, and what
it costs on the page it faces. Paragraphs may be set a line longer or shorter, and both pages of a spread may run short.
"""

import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import Final

from bookforge.laid import ON_GRID
from bookforge.makeup import SHORT_END
from bookforge.typeset.feet import Rest
from bookforge.typeset.filling import Filled, Filler, Filling, Place, Sheet
from bookforge.typeset.plan import Start
from bookforge.typeset.plates import rest_of
from bookforge.typeset.rows import Option, Slab

__all__ = ["NO_PLATES", "Fills", "Pages", "Plates", "Sheet", "plan"]

_UNEVEN: Final = 1500.0
_UNEVEN_LINE: Final = 100.0
_SHORT: Final = 30.0
"""Both pages of a spread, or a page alone, a line short of the type area."""

_SHEET: Final = 1000.0
"""A page more, for the rest of a note alone."""

_TURNED_HYPHEN: Final = 400.0
_HYPHEN: Final = 40.0
_LONELY: Final = 300.0
"""Lines of their own that begin or end a quotation, as a letter's date or its signature, without any of its text."""

_LINES: Final = 3
"""How many there are at most."""

_FEW: Final = 2000.0
"""Each line that the last page has too few."""

_NOTES: Final = -1.0
"""The depth of a page that is closed by notes."""


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

    def stand(self, filled: Filled, slabs: tuple[Slab, ...], names: tuple[str, ...]) -> bool:
        """Whether plates may stand behind a page: no word is divided by one, no note, and nothing but a paragraph."""
        after = filled.next
        if after.rest is not None:
            return False
        if after.row:
            return not filled.hyphen and slabs[after.slab].block in self.among
        moved = any(at < after.slab for name, at in zip(self.names, self.at, strict=True) if name in names)
        return not moved or slabs[after.slab - 1].block in self.among


NO_PLATES: Final = Plates()
_FIRST: Final = Place(0, 0, -1)


@dataclass(slots=True, eq=False)
class _Spot:
    """A place in a slab, whatever its number, where a page may begin; ``onward`` are the pages that may, once found."""

    row: int
    option: int
    rest: Rest | None
    forced: bool
    onward: "_Onward | None" = None

    def place(self, slab: int) -> Place:
        """Return the place when the slab has a number."""
        return Place(slab, self.row, self.option, self.rest, self.forced)


@dataclass(slots=True, eq=False)
class _State:
    """Where the next page begins, on which side, and how deep the page on the left is that it faces, if there is one.

    All that is before it matters no more.
    """

    spot: _Spot
    right: bool
    facing: float | None


_Step = tuple[_State, _State, float, float, float, float | None, Filled]
"""A page that may follow: where it leads from the left and from the right; what it costs on the left, on the right
alone, and on the right beside another of the same depth; that depth, and the page. At the end of a section it has no
depth: it costs the same whatever is beside it."""


@dataclass(frozen=True, slots=True, eq=False)
class _Onward:
    """The pages that may follow, found when their first slab had the number ``first``: so many slabs were ``seen``."""

    first: int
    seen: int
    steps: tuple[_Step, ...]


class _Stand:
    """What is known of the pages that begin in a slab."""

    def __init__(self) -> None:
        self._spots: dict[tuple[object, ...], _Spot] = {}
        self._states: dict[tuple[_Spot, bool, float | None], _State] = {}

    def spot(self, place: Place) -> _Spot:
        """Return the one spot for a place in the slab."""
        name = place[1:]
        found = self._spots.get(name)
        if found is None:
            found = self._spots[name] = _Spot(*name)
        return found

    def state(self, spot: _Spot, right: bool, facing: float | None) -> _State:
        """Return the one state for a spot, a side and what is faced."""
        name = (spot, right, facing)
        found = self._states.get(name)
        if found is None:
            found = self._states[name] = _State(spot, right, facing)
        return found

    def forget(self, same: int) -> None:
        """Forget the pages for which more slabs were seen than are the ``same`` from this one on.

        The rest of a note is that of another slab: it may be another.
        """
        for spot in self._spots.values():
            if spot.onward is not None and (spot.onward.seen > same or spot.rest is not None):
                spot.onward = None


class Fills:
    """How pages may follow each other, from plan to plan of a section: what begins at a slab goes on as it did before,
    as long as the same slabs follow. They are told by what they are, not by what they say: comparing takes as long."""

    def __init__(self) -> None:
        self._sheet: Sheet | None = None
        self._slabs: tuple[Slab, ...] = ()
        self._lonely: frozenset[int] = frozenset()
        self._stands: list[_Stand] = [_Stand()]

    def begin(self, slabs: tuple[Slab, ...], lonely: frozenset[int], sheet: Sheet) -> list[_Stand]:
        """Begin a plan: return what is known of each slab, and of the end behind them."""
        before = self._numbers() if sheet == self._sheet else {}
        were = [before.pop((id(slab), number in lonely), None) for number, slab in enumerate(slabs)]
        were.append(len(self._slabs) if sheet == self._sheet else None)
        stands: list[_Stand] = []
        same = 0
        for number in reversed(range(len(were))):
            was = were[number]
            goes_on = was is not None and number < len(slabs) and were[number + 1] == was + 1
            same = same + 1 if goes_on else 1
            stand = _Stand() if was is None else self._stands[was]
            stand.forget(same)
            stands.append(stand)
        stands.reverse()
        self._sheet, self._slabs, self._lonely, self._stands = sheet, slabs, lonely, stands
        return stands

    def _numbers(self) -> dict[tuple[int, bool], int]:
        """Return the number of each slab; one that has to stay with its neighbours is another."""
        return {(id(slab), number in self._lonely): number for number, slab in enumerate(self._slabs)}


def plan(
    slabs: tuple[Slab, ...], sheet: Sheet, right: bool, plates: Plates = NO_PLATES, fills: Fills | None = None
) -> Pages | None:
    """Choose the ends of the pages; ``right``: the first is a right page. ``None`` when something fits nowhere.

    ``fills`` remembers from plan to plan, if there are no plates.
    """
    filler = Filler(slabs, sheet)
    steps = _Steps(filler, slabs, plates, sheet, fills if fills is not None and not plates.names else Fills())
    path = _best_way(steps, _State(_Spot(*_FIRST[1:]), right, None), len(slabs), sheet)
    if path is None:
        return None
    found = _traced(slabs, path, plates)
    added = {name: length for place, page in reversed(path) for name, length in filler.added(place, page)}
    end = path[-1][1].next if path else _FIRST
    return replace(found, parted=(*found.parted, *filler.sheets(end)), added=added)


_Ways = dict[_State, tuple[float, _State | None, Filled | None]]
"""The best way to a state so far: what it costs, the state it goes on from, and its last page."""


def _best_way(steps: "_Steps", start: _State, slabs: int, sheet: Sheet) -> list[tuple[Place, Filled]] | None:
    """Return the pages of the best way to the end of a section: from each place in turn, since none leads back."""
    unlike = cache(partial(_unlike, sheet=sheet))
    best: _Ways = {start: (0.0, None, None)}
    ahead = {(0, 0): [start]}
    queue = [(0, 0)]
    while queue:
        here = heapq.heappop(queue)
        states = ahead.pop(here)
        if here[0] == slabs:
            return _path(best, min(states, key=lambda state: best[state][0]))
        for state in states:
            right, facing, so_far = state.right, state.facing, best[state][0]
            onward = steps.behind(state.spot, here[0])
            moved = here[0] - onward.first
            for from_left, from_right, left, alone, beside, depth, page in onward.steps:
                to = from_right if right else from_left
                if facing is None:
                    cost = alone if right else left
                else:
                    cost = beside if depth is None else beside + unlike(facing, depth)
                cost += so_far
                known = best.get(to)
                if known is None:
                    at = (page.next.slab + moved, page.next.row)
                    if at not in ahead:
                        ahead[at] = []
                        heapq.heappush(queue, at)
                    ahead[at].append(to)
                elif cost >= known[0]:
                    continue
                best[to] = cost, state, page
    return None


class _Steps:
    """The pages that may follow: they are the same whatever stands before a place."""

    def __init__(self, filler: Filler, slabs: tuple[Slab, ...], plates: Plates, sheet: Sheet, fills: Fills) -> None:
        self._filler = filler
        self._slabs = slabs
        self._plates = plates
        self._lonely = frozenset(_lonely(slabs))
        self._stands = fills.begin(slabs, self._lonely, sheet)
        self._known: dict[Filling, _Onward] = {}

    def behind(self, spot: _Spot, slab: int) -> _Onward:
        """Return the pages that may begin at a spot in a slab."""
        if spot.onward is None:
            place = spot.place(slab)
            filling = self._filler.fill(place)
            onward = self._known.get(filling)
            if onward is None:
                steps = tuple(self._anew(place, filling.pages))
                onward = self._known[filling] = _Onward(slab, filling.reach - slab, steps)
            spot.onward = onward
        return spot.onward

    def _anew(self, place: Place, pages: Iterable[Filled]) -> Iterator[_Step]:
        for page in pages:
            after = page.next
            shown = self._plates.between(place, after) if self._plates.names else ()
            if shown and not self._plates.stand(page, self._slabs, shown):
                continue
            left, alone, beside, depth = _judged(place, page, len(self._slabs))
            if not after.row and after.slab in self._lonely:
                left, alone, beside = left + _LONELY, alone + _LONELY, beside + _LONELY
            stand = self._stands[after.slab]
            spot = stand.spot(after)
            turned = bool(len(shown) % 2)
            from_left = stand.state(spot, not turned, None if shown else depth)
            yield from_left, stand.state(spot, turned, None), left, alone, beside, depth, page


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


def _judged(place: Place, page: Filled, slabs: int) -> tuple[float, float, float, float | None]:
    """Return what a page costs and how deep it is: see :data:`_Step`."""
    cost = page.cost
    if page.next.slab == slabs:
        few = max(0, SHORT_END - page.rows) if place != _FIRST else 0
        cost = cost + few * _FEW + _SHEET * (page.next.rest is not None)
        return cost, cost, cost, None
    left, right = (cost + _HYPHEN, cost + _TURNED_HYPHEN) if page.hyphen else (cost, cost)
    depth = _NOTES if page.depth is None else page.depth
    if not page.short:
        return left, right, right, depth
    short = page.short**2 * _SHORT
    return left + short / 2, right + short, right + short / 2, depth


def _unlike(left: float, right: float, sheet: Sheet) -> float:
    """Return what it costs that two facing pages are not as deep; one with notes goes down to the foot."""
    one, other = (sheet.height if each == _NOTES else each for each in (left, right))
    away = abs(one - other)
    limit = ON_GRID if _NOTES not in (left, right) else sheet.leading / 2
    return 0.0 if away <= limit else _UNEVEN + _UNEVEN_LINE * away / sheet.leading


def _path(best: _Ways, end: _State) -> list[tuple[Place, Filled]]:
    """Return the pages on the way to a state, each with the place where it begins."""
    pages: list[tuple[_Onward, Filled]] = []
    _, before, page = best[end]
    while before is not None and before.spot.onward is not None and page is not None:
        pages.append((before.spot.onward, page))
        _, before, page = best[before]
    path: list[tuple[Place, Filled]] = []
    place = _FIRST
    for onward, page in reversed(pages):
        path.append((place, page.moved(place.slab - onward.first)))
        place = path[-1][1].next
    return path


def _traced(slabs: tuple[Slab, ...], path: list[tuple[Place, Filled]], plates: Plates) -> Pages:
    starts: list[Start] = []
    chosen: dict[str, Option] = {}
    places: list[Place] = []
    parted: list[Place] = []
    for place, filled in reversed(path):
        after = filled.next
        for number, option in filled.chosen:
            if option:
                chosen[slabs[number].block] = slabs[number].options[option]
        shown = plates.between(place, after)
        places += [after] * len(shown)
        parted += [after] if after.rest is not None else []
        if after.slab < len(slabs):
            slab = slabs[after.slab]
            if shown and after.row:
                starts = [_in_rest(start, slab.block, after.row) for start in starts]
            starts.append(_start(slab, after, filled.room, by_itself=bool(shown)))
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
