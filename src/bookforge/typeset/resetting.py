"""A section as it was set and its markup after a change in, the same section set anew out: the changed pages alone.

Of the blocks nothing is measured again but the changed ones and those beside them; the pages are planned from what all
blocks come to; and of the pages those are set that have other blocks, other lines or another side than before. What
comes out is what setting the whole section gives. Where that is not sure, nothing comes out, and the whole is set.
"""

import dataclasses
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import groupby
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from bookforge.cache import key
from bookforge.composer import Composed, Lines
from bookforge.laid import Laid, LaidPage
from bookforge.typeset import columns, filling, footnotes, grid, rows, settling, spreads
from bookforge.typeset.plan import Corrections, SectionPlan, Shape, Start
from bookforge.typeset.settling import Paging
from bookforge.typeset.takes import Copy
from bookforge.writers.galley import Galley

if TYPE_CHECKING:
    from bookforge.writers.assembly.drawn import Drawn, DrawnPage, Facts, PageKind

Taken = TypeVar("Taken")

_LOOKS: Final = 3
"""Looks at a take at most."""

_HOLE: Final = 2
"""Lines that want at the foot of a page for a paragraph to be divided."""

_LEAST_GAP: Final = 1.0
"""Points: what stands for the pages before a take is a page, too."""

_WORTH: Final = 3000
"""Characters of markup that take as long to measure as to lay out anything at all."""

_WORTH_SHARING: Final = 12
"""Pages from which on two processes are quicker than one: each has a take to begin, and one has to send its pages."""

_ABOVE: Final = ("opener", "lead", "top", "open", "forced", "parted", "body")
"""What of a slab is decided by what stands above it."""

_ROOM: Final = 0.2
"""How much of a line less than a whole block a page has room for that is to end inside it."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A section as it was set last.

    ``ground`` is a hash of all that decides about it but its text; ``marks`` are those of its atoms, ``places`` the
    atoms of its slabs. ``keys`` are hashes of what decides about each page; ``drawn`` names the section as drawn.
    """

    ground: str
    marks: tuple[str, ...]
    places: tuple[int, ...]
    paging: Paging
    plan: SectionPlan
    keys: tuple[str, ...]
    drawn: str


@dataclass(frozen=True, slots=True)
class SetPage:
    """A page set anew: drawn, and as facts. ``anchors`` are the places of what begins on it.

    ``margins`` and ``edges`` are what was corrected on it.
    """

    drawn: "DrawnPage"
    laid: LaidPage
    anchors: Mapping[str, tuple[float, float]]
    notes: Mapping[str, str]
    margins: Mapping[str, float]
    edges: tuple[str, ...]


def _set_page(drawn: "DrawnPage", index: int, facts: "Facts | Laid", corrections: Corrections) -> SetPage:
    """Return a page of a section, or of a take, that is so corrected."""
    laid = facts.pages[index]
    anchors = {name: (x, y) for name, (page, x, y) in facts.anchors.items() if page == index}
    breaks = {each.id for each in laid.breaks}
    return SetPage(
        drawn,
        laid,
        anchors,
        {name: facts.notes[name] for name in _notes(laid)},
        {name: each for name, each in corrections.margins.items() if name in anchors},
        tuple(name for name in corrections.edges if name in breaks),
    )


@dataclass(frozen=True, slots=True)
class Reset:
    """A section set anew."""

    plan: SectionPlan
    paging: Paging
    keys: tuple[str, ...]
    pages: tuple[SetPage, ...]


class Press(Protocol):
    """Sets takes of a section."""

    @property
    def fills(self) -> spreads.Fills:
        """What is remembered of its last plan."""

    def lay(self, html: str, corrections: Corrections, *, left: bool, bare: frozenset[str], follows: bool) -> Galley:
        """Lay out a part of a section that begins on the ``left``; without white above the blocks ``bare``.

        ``follows``: something of the section stands before it.
        """

    def measure(self, html: str, *, left: bool, follows: bool) -> tuple[Galley, dict[str, Composed]]:
        """Measure a part of a section, and choose the lines of its blocks."""

    def differs(self, galley: Galley, lines: Mapping[str, Lines]) -> frozenset[str]:
        """Return the blocks whose lines were not set as chosen."""

    def draw(self, galley: Galley, pages: range) -> "tuple[DrawnPage, ...]":
        """Draw pages of a take."""

    @property
    def is_helped(self) -> bool:
        """Whether another process may work at once."""

    def beside(self, work: Callable[[], Taken]) -> AbstractContextManager[Callable[[], Taken]]:
        """Do some work in another process meanwhile: :func:`bookforge.crew.beside`."""


class UnsureError(Exception):
    """It is not sure that a part of the section comes out as in the whole."""


def keep(  # noqa: PLR0913  what is kept
    ground: str,
    copy: Copy,
    paging: Paging,
    plan: SectionPlan,
    drawn: str,
    pages: "Sequence[DrawnPage]",
    keys: tuple[str, ...] = (),
) -> Setting | None:
    """Return what is needed to set a section again after a change; ``None`` for one that is then set as a whole.

    ``pages`` are those that were drawn, ``drawn`` is their name; ``keys`` are those of the pages, where they are known.
    """
    try:
        _demand(all(page.kind == _kind(pages[0], page, index) for index, page in enumerate(pages)))
        _demand(plan.shape.pages >= settling.SPREAD and _is_plain(plan) and copy.is_named)
        places = tuple(_place(copy, slab.block) for slab in paging.slabs)
        _demand(places == tuple(sorted(places)))
        keys = keys or _keys(copy, [*_groups(copy, plan.corrections, paging)], paging)
    except UnsureError:
        return None
    return Setting(ground, tuple(atom.mark for atom in copy.atoms), places, paging, plan, keys, drawn)


def reset(old: Setting, drawn: "Drawn", copy: Copy, press: Press) -> Reset | None:
    """Set a section anew of which ``copy`` is the markup; ``None`` where the whole is to be set."""
    try:
        return _Resetting(old, drawn, copy, press).reset()
    except UnsureError:
        return None


def _demand(sure: bool) -> None:
    if not sure:
        raise UnsureError


def _is_plain(plan: SectionPlan) -> bool:
    """Whether nothing was corrected in a section but margins, scene breaks at edges, lines, notes and ends of pages."""
    its = plan.corrections
    usual = Corrections(its.margins, its.notes, its.edges, lines=its.lines, starts=its.starts)
    return its == usual and not (plan.restless or plan.off_grid or plan.unfit)


def _kind(first: "DrawnPage", page: "DrawnPage", index: int) -> "PageKind":
    """Return the kind of a section's so many-th page, when all are of one kind."""
    groups = tuple((name, place + index) for name, place in first.kind.groups)
    return dataclasses.replace(page.kind, name=first.kind.name, groups=groups)


def _place(copy: Copy, name: str) -> int:
    place = copy.ids.get(name, copy.ids.get(name.partition("#")[0]))
    if place is None:
        raise UnsureError
    return place


# ---------------------------------------------------------------- pages


@dataclass(frozen=True, slots=True)
class _Group:
    """Pages from ``page`` up to ``end`` that are set together: they begin and end at an atom, or at a row of one.

    ``starts`` are those of their pages, and that of the page behind them; the first page of a section has none.
    """

    page: int
    end: int
    first: int
    last: int
    starts: tuple[Start | None, ...]
    planned: Corrections = field(repr=False)

    @property
    def pages(self) -> range:
        """The numbers of its pages."""
        return range(self.page, self.end)

    def keys(self, copy: Copy, paging: Paging) -> Iterator[str]:
        """Yield a hash of all that decides about each page."""
        html = copy.take(self.first, self.last)
        lines, notes = self.planned.lines, self.planned.notes
        names = [*copy.names(self.first, self.last)]
        chosen = [lines[name] for name in names if name in lines]
        parted = [notes[name] for name in names if name in notes]
        before = copy.notes(self.first)
        # Where no note is called, it does not matter how many were called before.
        numbered = str(before) if copy.notes(self.last) > before else ""
        name = key("take", html, repr(chosen), repr(parted), repr(self.starts), numbered)
        for page in self.pages:
            yield f"{name} {_is_right(paging, page)} {page - self.page} {page == 0}"


def _keys(copy: Copy, groups: Sequence[_Group], paging: Paging) -> tuple[str, ...]:
    return tuple(name for group in groups for name in group.keys(copy, paging))


def _is_right(paging: Paging, page: int) -> bool:
    return paging.right == (page % 2 == 0)


def _groups(copy: Copy, corrections: Corrections, paging: Paging) -> Iterator[_Group]:
    """Yield the pages of a section, those together that cannot be set apart."""
    starts: list[Start | None] = [None, *corrections.starts]
    firsts = [0]
    for start in corrections.starts:
        firsts.append(_place(copy, start.block if start.row else start.opener))
    clean = [place == 0 or _is_clean(copy, starts, place, firsts[place], paging) for place in range(len(starts))]
    page = 0
    for end in range(1, len(starts) + 1):
        if end < len(starts) and not clean[end]:
            continue
        behind = starts[end] if end < len(starts) else None
        last = len(copy.atoms) if behind is None else firsts[end] + bool(behind.row)
        yield _Group(page, end, firsts[page], last, (*starts[page:end], behind), corrections)
        page = end


def _middle(groups: Sequence[_Group]) -> int:
    """Return the page of the group with which the second half of all pages begins; few pages have no second half."""
    count = sum(len(group.pages) for group in groups)
    done = 0
    for group in groups:
        if count >= _WORTH_SHARING and done >= count / 2:
            return group.page
        done += len(group.pages)
    return groups[-1].end if groups else 0


def _is_clean(copy: Copy, starts: Sequence[Start | None], place: int, atom: int, paging: Paging) -> bool:
    """Whether what begins with a page can be set without what comes before."""
    start = starts[place]
    assert start is not None
    if start.over or copy.atoms[atom].name != (start.block if start.row else start.opener):
        return False
    beside = [starts[place - 1], starts[place + 1] if place + 1 < len(starts) else None]
    alone = not any(each and each.block == start.block for each in beside)
    return not start.row or (alone and start.rows * paging.sheet.leading < paging.sheet.height / 2)


# ---------------------------------------------------------------- setting anew


class _Resetting:
    def __init__(self, old: Setting, drawn: "Drawn", copy: Copy, press: Press) -> None:
        self._old = old
        self._drawn = drawn
        self._copy = copy
        self._press = press
        self._changes = self._joined(_changes(old.marks, [atom.mark for atom in copy.atoms]))

    def reset(self) -> Reset:
        """Set the section anew."""
        _demand(self._copy.is_named)
        paging = self._paging()
        planned = self._planned(paging)
        groups = [*_groups(self._copy, planned, paging)]
        keys = _keys(self._copy, groups, paging)
        pages = [self._in_place(page, index) for index, page in enumerate(self._pages(groups, keys, planned, paging))]
        corrections = dataclasses.replace(
            planned,
            margins=dict(sorted((name, each) for page in pages for name, each in page.margins.items())),
            edges=tuple(sorted(name for page in pages for name in page.edges)),
        )
        return Reset(self._plan(corrections, pages), paging, keys, tuple(pages))

    def _planned(self, paging: Paging) -> Corrections:
        """Return the lines, the ends of the pages and the parts of notes as planned."""
        found = settling.ends(paging, fills=self._press.fills)
        if found is None:
            raise UnsureError
        _demand(len(found.starts) + 1 >= settling.SPREAD and all(start.block for start in found.starts))
        _demand(not any(place.slab == len(paging.slabs) for place in found.parted))
        lines = {name: each.lines for name, each in paging.composed.items()}
        lines |= {name: option.lines for name, option in found.chosen.items() if option.lines is not None}
        return Corrections(lines=lines, starts=found.starts, notes=settling.parted(found, paging.slabs))

    def _pages(
        self, groups: Sequence[_Group], keys: Sequence[str], planned: Corrections, paging: Paging
    ) -> Iterator[SetPage]:
        """Yield the pages in order: those that are as they were, and takes of those that are not."""
        known = {name: place for place, name in enumerate(self._old.keys)}
        missing = [group for group in groups if any(keys[page] not in known for page in group.pages)]
        middle = _middle(missing) if self._press.is_helped else len(keys)
        new = {group.page for group in missing}
        runs = [[*run] for _, run in groupby(groups, lambda group: (group.page in new, group.page < middle))]
        takes = [_Take(self._copy, run, paging, self._press) for run in runs if run[0].page in new]
        made = self._taken(takes, middle, planned)
        for run in runs:
            if run[0].page in new:
                yield from next(made)
            else:
                yield from (self._again(known[keys[page]]) for group in run for page in group.pages)

    def _taken(self, takes: "Sequence[_Take]", middle: int, planned: Corrections) -> Iterator[list[SetPage]]:
        """Yield what comes of takes, set in order; those from a page on are set by another process meanwhile."""
        here = [take for take in takes if take.first < middle]
        there = takes[len(here) :]
        if not there:
            yield from (take.set(planned) for take in here)
            return
        with self._press.beside(lambda: [take.set(planned) for take in there]) as others:
            yield from [take.set(planned) for take in here]
            yield from others()

    def _plan(self, corrections: Corrections, pages: Sequence[SetPage]) -> SectionPlan:
        was = self._old.plan.shape
        anchors: dict[str, int] = {}
        for index, page in enumerate(pages):
            anchors |= dict.fromkeys(page.anchors, index)
        return SectionPlan(corrections, Shape(len(pages), was.start, anchors, sided=True, names=was.names))

    def _again(self, index: int) -> SetPage:
        """Return a page that is as it was."""
        drawn = self._drawn.drawing.pages[index]
        return _set_page(drawn, index, self._drawn.facts, self._old.plan.corrections)

    def _in_place(self, page: SetPage, index: int) -> SetPage:
        """Return a page as the section's so many-th."""
        first = self._drawn.drawing.pages[0]
        _demand(page.drawn.kind.name == first.kind.name)
        _demand([name for name, _ in page.drawn.kind.groups] == [name for name, _ in first.kind.groups])
        kind = _kind(first, page.drawn, index)
        laid = dataclasses.replace(page.laid, index=index, label=str(index + 1))
        drawn = page.drawn if page.drawn.kind == kind else dataclasses.replace(page.drawn, kind=kind)
        return dataclasses.replace(page, drawn=drawn, laid=laid)

    # ------------------------------------------------------------ what the blocks come to

    def _paging(self) -> Paging:
        """Return what the pages are planned with: the slabs of before, those of changed atoms measured."""
        old = self._old.paging
        kept, above_notes = [*old.slabs], old.sheet.above_notes
        changed = {atom for change in self._changes for atom in change.after}
        same = {name for name, atom in self._copy.ids.items() if atom not in changed}
        composed = {name: each for name, each in old.composed.items() if name in same}
        slabs: list[rows.Slab] = []
        done = 0
        for change in self._changes:
            measured, its = self._measured(change), self._slabs(change)
            slabs += (*kept[done : its.start], *measured.slabs)
            done = its.stop
            if done < len(kept):
                kept[done] = _below(kept[done], measured.behind)
            composed |= measured.composed
            above_notes = max(above_notes, measured.above_notes)
        sheet = dataclasses.replace(old.sheet, above_notes=above_notes)
        return dataclasses.replace(old, slabs=(*slabs, *kept[done:]), sheet=sheet, composed=composed)

    def _joined(self, changes: Iterable["_Change"]) -> "list[_Change]":
        """Measure changes together where what lies between is soon measured, too."""
        found: list[_Change] = []
        for change in changes:
            if found and self._between(found[-1], change) < _WORTH:
                found[-1] = found[-1].up_to(change)
            else:
                found.append(change)
        return found

    def _between(self, change: "_Change", other: "_Change") -> int:
        """Return how much markup is measured neither with a change nor with the next one."""
        between = range(self._measured_with(change).stop, self._measured_with(other).start)
        return sum(len(self._copy.atoms[atom].html) for atom in between)

    def _slabs(self, change: "_Change") -> range:
        """Return the numbers of the slabs that a change takes away."""
        places = self._old.places
        return range(bisect_left(places, change.before.start), bisect_left(places, change.before.stop))

    def _measured_with(self, change: "_Change") -> range:
        """Return the changed atoms with their neighbours: the next on either side that come to anything."""
        places, its = self._old.places, self._slabs(change)
        before, after = change.before, change.after
        first = places[its.start - 1] + after.start - before.start if its.start else 0
        last = places[its.stop] + after.stop - before.stop if its.stop < len(places) else len(self._copy.atoms) - 1
        return range(first, last + 1)

    def _measured(self, change: "_Change") -> "_Measured":
        """Measure changed atoms, set with their neighbours."""
        copy, paging = self._copy, self._old.paging
        atoms, changed = self._measured_with(change), change.after
        html = copy.take(atoms.start, atoms.stop, copy.gap(atoms.start))
        galley, composed = self._press.measure(html, left=not paging.right, follows=atoms.start > 0)
        self._check(galley)
        found = rows.slabs(galley, composed, rows.Memory())
        _demand(rows.is_certain(galley, composed))
        places = [_place(copy, slab.block) for slab in found]
        between = [slab for slab, place in zip(found, places, strict=True) if place in changed]
        following = next((slab for slab, place in zip(found, places, strict=True) if place >= changed.stop), None)
        fresh = {name: each for name, each in composed.items() if copy.ids.get(name) in changed}
        return _Measured(between, following, fresh, galley.above_notes)

    def _check(self, galley: Galley) -> None:
        """Demand that a take is what any of this section is: lines and pictures on pages of one kind."""
        sheet = self._old.paging.sheet
        pages = galley.laid.pages[: galley.end]
        _demand(not (galley.said or galley.asked or galley.plates or galley.laid.unfit) and galley.apart)
        _demand(not columns.has(galley))
        _demand(all(abs(page.bottom - page.top - sheet.height) < grid.TOLERANCE for page in pages))
        above = galley.above_notes if galley.notes and sheet.above_notes else sheet.above_notes
        _demand(abs(above - sheet.above_notes) < grid.TOLERANCE)


@dataclass(frozen=True, slots=True)
class _Change:
    """Atoms that follow each other and are others now: their numbers before and after; either may be none."""

    before: range
    after: range

    def up_to(self, other: "_Change") -> "_Change":
        """Return a change from this one up to another, with all between."""
        return _Change(range(self.before.start, other.before.stop), range(self.after.start, other.after.stop))


def _changes(before: Sequence[str], after: Sequence[str]) -> Iterator[_Change]:
    """Yield the changes that make other marks out of some."""
    for kind, start, stop, new_start, new_stop in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind != "equal":
            yield _Change(range(start, stop), range(new_start, new_stop))


def _below(slab: rows.Slab, measured: rows.Slab | None) -> rows.Slab:
    """Return the slab behind a change: nothing of it is different but what is above it, as measured."""
    if measured is None or measured.block != slab.block:
        raise UnsureError
    return dataclasses.replace(slab, **{name: getattr(measured, name) for name in _ABOVE})


@dataclass(frozen=True, slots=True)
class _Measured:
    """What changed atoms come to: their slabs, the one ``behind`` them, their lines, and the space above notes."""

    slabs: list[rows.Slab]
    behind: rows.Slab | None
    composed: dict[str, Composed]
    above_notes: float


def _notes(page: LaidPage) -> list[str]:
    return [*dict.fromkeys(line.note for line in page.lines if line.note is not None)]


# ---------------------------------------------------------------- takes


class _Take:
    """Pages that follow each other, set without the rest of their section."""

    def __init__(self, copy: Copy, groups: Sequence[_Group], paging: Paging, press: Press) -> None:
        self._copy = copy
        self._groups = groups
        self._paging = paging
        self._press = press
        self.first, self._end = groups[0].page, groups[-1].end
        inner = [start for group in groups for start in group.starts[:-1]]
        self._starts = [*inner, groups[-1].starts[-1]]
        self._skipped = int(self.first > 0)

    def set(self, planned: Corrections) -> list[SetPage]:
        """Set the pages."""
        first, last = self._groups[0].first, self._groups[-1].last
        names = frozenset(self._copy.names(first, last))
        its = Corrections(
            lines={name: each for name, each in planned.lines.items() if name in names},
            starts=tuple(start for start in self._starts if start is not None),
            notes={name: each for name, each in planned.notes.items() if name in names},
        )
        corrections, galley = self._settled(self._copy.take(first, last, self._gap(first)), its)
        kept = range(self._skipped, self._skipped + self._end - self.first)
        drawn = self._press.draw(galley, kept)
        return [_set_page(each, index, galley.laid, corrections) for each, index in zip(drawn, kept, strict=True)]

    def _gap(self, first: int) -> str:
        """Return what stands for all that comes before: so high that the block ends its page where it is to."""
        start = self._starts[0]
        height = _LEAST_GAP
        if self._skipped and start is not None and start.row:
            height = max(_LEAST_GAP, self._paging.sheet.height - self._room(start))
        return self._copy.gap(first, height) if self._skipped else ""

    def _slab(self, start: Start) -> rows.Slab:
        return next(each for each in self._paging.slabs if each.block == start.block)

    def _room(self, start: Start) -> float:
        """Return the room for a block that is to go over to the next page: for nearly all of it, or as planned."""
        option = next(each for each in self._slab(start).options if len(each.rows) == start.rows)
        notes = [note.height for row in option.rows[: start.row] for note in row.notes]
        above = self._paging.sheet.above_notes if notes else 0.0
        if start.room:
            return (start.row + filling.OF_A_ROW) * option.rows[-1].advance + start.room
        return (start.rows - _ROOM) * option.rows[-1].advance + sum(notes) + above

    def _settled(self, html: str, corrections: Corrections) -> tuple[Corrections, Galley]:
        left = _is_right(self._paging, self.first) == bool(self._skipped)
        start = self._starts[0]
        bare = frozenset({start.block}) if start is not None and start.row else frozenset[str]()
        known = grid.Grid()
        for look in range(_LOOKS):
            galley = self._press.lay(html, corrections, left=left, bare=bare, follows=self._skipped > 0)
            shown = self._shown(galley)
            if look == 0:  # as the whole is compared before anything is corrected
                self._check_plan(galley, shown, corrections)
            known = grid.correct(shown, known, fixed=True)
            edges = {each.id for page in shown.laid.pages for each in page.breaks_at_edge()}
            found = dataclasses.replace(
                corrections, margins=known.margins, edges=tuple(sorted(name for name in edges if name))
            )
            _demand(not known.level)
            if found == corrections:
                self._check(galley, shown, corrections)
                return corrections, galley
            corrections = found
        raise UnsureError

    def _shown(self, galley: Galley) -> Galley:
        """Return a take without the pages around it."""
        kept = galley.laid.pages[self._skipped : self._skipped + self._end - self.first]
        return dataclasses.replace(galley, laid=dataclasses.replace(galley.laid, pages=kept), end=len(kept))

    def _check_plan(self, galley: Galley, shown: Galley, corrections: Corrections) -> None:
        """Demand that the pages are those that were planned, and the lines."""
        count = self._end - self.first
        _demand(len(shown.laid.pages) == count)
        right = _is_right(self._paging, self.first)
        _demand((shown.laid.pages[0].side == "right") == right)
        starts = [start or Start("", 0, 0, "") for start in self._starts[1 - self._skipped :]]
        behind = self._starts[-1]
        if behind is None or not behind.row:
            _demand(galley.end == self._skipped + count)
            starts = starts[:-1]
        _demand(settling.first_wrong(galley, Corrections(starts=tuple(starts), notes=corrections.notes)) is None)
        parted = footnotes.blocks(galley, corrections.notes)  # their rests have no names
        whole = {name: lines for name, lines in corrections.lines.items() if name not in parted}
        _demand(not self._press.differs(galley, whole))

    def _check(self, galley: Galley, shown: Galley, corrections: Corrections) -> None:
        """Demand that the pages are those that were planned, and that there is nothing to be corrected."""
        self._check_plan(galley, shown, corrections)
        behind, last = self._starts[-1], self._skipped + self._end - self.first - 1
        _demand(not (galley.said or galley.asked or galley.laid.unfit) and galley.apart)
        _demand(not grid.off_grid(shown) and not footnotes.pushed(galley) and not footnotes.beyond(galley))
        # Whether the page behind would need a paragraph divided is not to be seen without it.
        noted = behind is not None and not behind.room and any(row.notes for row in self._slab(behind).options[0].rows)
        _demand(not noted or footnotes.hole(galley, last) < _HOLE)
