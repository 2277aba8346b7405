"""One section: laid out, measured, corrected, laid out again, until nothing is left to correct."""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from bookforge.composer import Composed, Lines
from bookforge.laid import LaidPage
from bookforge.typeset import columns, footnotes, grid, plates, rows, spreads, tails
from bookforge.typeset.grid import Grid
from bookforge.typeset.plan import Corrections, PartedNote, Plate, SectionPlan, Shape, Tail
from bookforge.typeset.plates import Plates
from bookforge.writers.galley import Block, Galley

_ROUNDS: Final = 12
"""Looks at one section at most: what is not right then is said, not corrected."""

_OF_PLATE: Final = 4
"""Looks more for each plate."""

_FREE_LOOKS: Final = 3
"""Rounds after which margins only grow, so that they come to rest."""

_TRIALS: Final = 4
"""How often the ends of pages are planned anew when they do not come out as planned."""

FACING: Final = 4_000
"""Characters of markup that are less than facing pages, mostly."""

_PARTED_TRIALS: Final = 1
"""How often the same with parted notes."""

SPREAD: Final = 3
"""Pages of a section that has two facing each other, neither its last."""

_PARTINGS: Final = 2
"""How often notes are parted anew when the pages moved under them."""


@dataclass(frozen=True, slots=True)
class Paging:
    """What a section's pages are planned with: what its blocks come to, the type area, the side it begins on."""

    slabs: tuple[rows.Slab, ...]
    sheet: spreads.Sheet
    right: bool
    composed: Mapping[str, Composed]


class Lay(Protocol):
    """Lays a section out."""

    def __call__(self, corrections: Corrections, running: frozenset[str] = ...) -> Galley:
        """Lay out with corrections; the blocks ``running`` each in a line that is as long as it needs."""


class Compositor(Protocol):
    """Chooses where lines end."""

    @property
    def pages(self) -> bool:
        """Whether it is to be chosen where pages end, too."""

    def compose(self, galley: Galley) -> Mapping[str, Composed]:
        """Return the blocks of a section that was set greedily with their lines, by id; keep them."""

    def measure(self, lay: Callable[[frozenset[str]], Galley]) -> tuple[Galley, Mapping[str, Composed]]:
        """Return the same of a section that is only to be measured, and the galley."""

    def keep(self, composed: Mapping[str, Composed]) -> None:
        """Keep lines."""

    def differs(self, galley: Galley, lines: Mapping[str, Lines]) -> frozenset[str]:
        """Return the blocks whose lines were not set as chosen."""


def settle(lay: Lay, compositor: Compositor, length: int) -> tuple[SectionPlan, Paging | None]:
    """Settle a section; its markup has so many characters.

    Returned is also what its pages were planned with, where it was measured and the first plan came out.
    """
    if compositor.pages and length > FACING:
        state = _Settling()
        galley, state.composed = compositor.measure(lambda running: lay(state.corrections, running))
        compositor.keep(state.composed)
        paged = _paged(state, galley, lay, compositor) if _can_be_paged(galley) else None
        if paged is not None:
            return paged
    state = _Settling()
    galley = lay(state.corrections)
    state.composed = compositor.compose(galley)
    paged = _paged(state, galley, lay, compositor) if compositor.pages and _can_be_paged(galley) else None
    if paged is not None:
        return paged[0], None
    return state.plan(state.rest(state.in_lines(galley, lay, compositor), lay)), None


def _can_be_paged(galley: Galley) -> bool:
    """Whether the pages of a section are all of one kind but plates, without columns."""
    of_plates = plates.pages(galley)
    areas = {_area(page) for page in galley.laid.pages[: galley.end] if page.index not in of_plates}
    first = 0 in rows.plates(galley)  # nothing that could go on before it
    odd = first or plates.beside_text(galley) or columns.has(galley)
    return len(areas) == 1 and not odd


def _paged(
    state: "_Settling", galley: Galley, lay: Lay, compositor: Compositor
) -> tuple[SectionPlan, Paging | None] | None:
    """Plan the ends of the pages, and settle the section with them; ``None`` where they do not come out as planned.

    What comes out otherwise is learned from, and not tried again.
    """
    memory = rows.Memory()
    for number in range(_TRIALS):
        slabs = rows.slabs(galley, state.composed, memory)
        paging = _paging_of(galley, slabs, state.composed)
        found = ends(paging, _plates(galley))
        if found is None or len(found.starts) + 1 < SPREAD:
            return None
        moved = _moved(found, slabs, galley)
        if len({plate.block for plate in moved.values()}) < len(set(moved.values())):
            return None  # a paragraph is divided once
        trial = state.anew()
        trial.set_pages(found, moved, parted(found, slabs))
        trial.foresee(galley, found)
        shown = lay(trial.corrections)
        unlike = compositor.differs(plates.undivided(shown, trial.corrections.plates), trial.whole_lines(galley))
        wrong = first_wrong(shown, trial.corrections)
        if wrong is None and not unlike:
            shown = trial.rest(shown, lay)
            wrong = first_wrong(shown, trial.corrections)
            if wrong is None:
                sure = not number and rows.is_certain(galley, state.composed)
                return None if trial.restless else (trial.plan(shown), paging if sure else None)
        if unlike and galley.running:
            return None  # how it is set greedily was not measured
        if trial.corrections.notes and number >= _PARTED_TRIALS:
            return None  # what a layout shows says little of why a note is not where it is to be
        state.forget(unlike)
        rows.learn(shown, memory)
        if wrong is not None:
            memory.refused |= {(start.block, start.row) for start in found.starts[wrong : wrong + 1]}
    return None


def _paging_of(galley: Galley, slabs: tuple[rows.Slab, ...], composed: Mapping[str, Composed]) -> Paging:
    """Return what the pages of a section that is set in slabs are planned with."""
    page = galley.laid.pages[0]
    sheet = spreads.Sheet(page.bottom - page.top, page.leading, galley.above_notes)
    return Paging(slabs, sheet, page.side == "right", composed)


def ends(
    paging: Paging, plates: spreads.Plates = spreads.NO_PLATES, fills: spreads.Fills | None = None
) -> spreads.Pages | None:
    """Plan the ends of the pages; ``fills`` remembers from plan to plan."""
    return spreads.plan(paging.slabs, paging.sheet, paging.right, plates, fills)


def _plates(galley: Galley) -> spreads.Plates:
    return spreads.Plates(galley.plates, rows.plates(galley), galley.paragraphs)


def parted(pages: spreads.Pages, slabs: tuple[rows.Slab, ...]) -> dict[str, PartedNote]:
    """Return the notes that go on overleaf, parted: the rest of each is called at the end of the page it begins on."""
    notes = {note.name: note for slab in slabs for row in slab.options[0].rows for note in row.notes}
    found: dict[str, PartedNote] = {}
    for place in pages.parted:
        rest = place.rest
        assert rest is not None
        slab = slabs[place.slab if place.row else place.slab - 1]
        option = pages.chosen.get(slab.block, slab.options[0])
        call = rows.call_before(slab, option, place.row or len(option.rows))
        known = found.get(rest.note, PartedNote((), call))
        found[rest.note] = dataclasses.replace(known, cuts=(*known.cuts, notes[rest.note].cuts[rest.line]))
    return found


def _moved(pages: spreads.Pages, slabs: tuple[rows.Slab, ...], galley: Galley) -> dict[str, Plate]:
    """Return where the plates are set that do not stay where they are: at the ends of pages.

    The last comes first: of those at one place each is set before the one that is there.
    """
    found = {}
    for name, at, place in reversed([*zip(galley.plates, rows.plates(galley), pages.plates, strict=True)]):
        if place.row:
            block = slabs[place.slab].block
            option = slabs[place.slab].options[place.option]
            found[name] = Plate(block, option.letters[place.row - 1], full=True)
        elif place.slab > at:
            block = slabs[place.slab - 1].block
            found[name] = Plate(block, galley.blocks[block].rows[-1].letters, full=False)
    return found


def _area(page: LaidPage) -> tuple[float, float]:
    return round(page.top, 2), round(page.bottom, 2)


def first_wrong(galley: Galley, planned: Corrections) -> int | None:
    """Return the number of the first page start that is not where it is to be; ``None`` when all are, and all notes."""
    for number, start in enumerate(planned.starts):
        if not start.block:  # what begins a page by itself needs no name
            continue
        block = galley.blocks.get(start.block)
        page = galley.tops[start.block][0] if start.block in galley.tops else -1
        if page != number + 1 if block is None else not _begins(block, start.row, number + 1):
            return number
    astray = footnotes.astray(galley, planned.notes)
    return None if astray is None else min(astray, max(0, len(planned.starts) - 1))


def _begins(block: Block, row: int, page: int) -> bool:
    before = block.rows[row - 1].page if row else page - 1
    return row < len(block.rows) and block.rows[row].page == page and before < page


def _tails(galley: Galley) -> tuple[Tail, ...]:
    return () if columns.has(galley) else tails.of(galley)


class _Settling:
    """What is known of a section so far, and what was corrected."""

    def __init__(self) -> None:
        self.corrections = Corrections()
        self._grid = Grid()
        self.by_lines = False
        self._looks = 0
        self._partings = 0
        self._idle: set[str] = set()
        self._edges_seen: dict[str, int] = {}
        self._cuts: dict[str, PartedNote] = {}
        self._plates = Plates()
        self._held: set[str] = set()
        self.composed: Mapping[str, Composed] = {}
        self.restless = False

    def anew(self) -> "_Settling":
        """Return one to try something with, that knows nothing but the lines."""
        other = _Settling()
        other.composed = self.composed
        return other

    def plan(self, galley: Galley) -> SectionPlan:
        """Return what came of it."""
        unfit = tuple(sorted(galley.laid.unfit | footnotes.crowded(galley)))
        shape, levelled = _shape(galley), columns.level(galley)
        # What that moves is known without a further look.
        shape = dataclasses.replace(shape, anchors={**shape.anchors, **dict.fromkeys(levelled.moved, galley.end - 1)})
        corrections = dataclasses.replace(self.corrections, columns=levelled.begins)
        return SectionPlan(corrections, shape, self.restless, grid.off_grid(galley), unfit)

    @property
    def _best_lines(self) -> dict[str, Lines]:
        return {name: composed.lines for name, composed in self.composed.items()}

    def set_pages(self, pages: spreads.Pages, moved: Mapping[str, Plate], parted: Mapping[str, PartedNote]) -> None:
        """Let the pages begin where they are planned to, with the lines and the plates and notes as chosen for that."""
        chosen = {block: option.lines for block, option in pages.chosen.items() if option.lines is not None}
        self.corrections = dataclasses.replace(
            self.corrections, lines={**self._best_lines, **chosen}, starts=pages.starts, plates=moved, notes=parted
        )
        self._partings = _PARTINGS  # no note is parted but as planned

    def foresee(self, galley: Galley, pages: spreads.Pages) -> None:
        """Correct what will have to be corrected with the pages as planned: what is foreseen costs no layout more."""
        self._grid = grid.foreseen(galley, pages.added, {start.block: start.row for start in pages.starts})
        breaks = {each.id for page in galley.laid.pages for each in page.breaks}
        self.corrections = dataclasses.replace(
            self.corrections,
            margins=self._grid.margins,
            level=self._grid.level,
            line=_line(galley) if self._grid.level else self.corrections.line,
            edges=tuple(sorted(each.opener for each in pages.starts if not each.row and each.opener in breaks)),
        )

    def whole_lines(self, galley: Galley) -> dict[str, Lines]:
        """Return the lines of all blocks but those of notes that are parted: their rests have no names."""
        parted = footnotes.blocks(galley, self.corrections.notes)
        return {name: lines for name, lines in self.corrections.lines.items() if name not in parted}

    def forget(self, blocks: frozenset[str]) -> None:
        """Leave blocks as the page sets them: their lines did not come out as chosen."""
        if blocks:
            self.composed = {name: each for name, each in self.composed.items() if name not in blocks}

    def rest(self, galley: Galley, lay: Lay) -> Galley:
        """Correct until there is nothing left to correct."""
        for _ in range(_ROUNDS + _OF_PLATE * len(galley.plates)):
            before = self.corrections
            hopeless = self.is_hopeless(galley)
            self.look(galley)
            if hopeless or self.corrections == before:
                self.corrections = before
                return galley
            galley = lay(self.corrections)
        self.restless = True
        return lay(self.join(galley)) if self.by_lines else galley

    def in_lines(self, galley: Galley, lay: Lay, compositor: Compositor) -> Galley:
        """Set a section, of which ``galley`` is a greedy setting, in its composed lines."""
        while self.composed:
            lines = self._best_lines
            self.corrections = dataclasses.replace(self.corrections, lines=lines)
            shown = lay(self.corrections)
            unlike = compositor.differs(shown, lines)
            if not unlike:
                return shown
            self.forget(unlike)
        self.corrections = dataclasses.replace(self.corrections, lines={})
        return galley

    def look(self, galley: Galley) -> None:
        """Take in a layout with the corrections so far; correct further."""
        before = self.corrections
        self._looks += 1
        self._grid = grid.correct(galley, self._grid, self._looks <= _FREE_LOOKS, fixed=bool(before.starts))
        self.corrections = dataclasses.replace(
            before,
            margins=self._grid.margins,
            level=self._grid.level,
            line=_line(galley) if self._grid.level else before.line,
            edges=self._edges(galley),
            sheets=before.sheets + footnotes.beyond(galley) if self.by_lines or before.notes else before.sheets,
        )
        filling = not self.by_lines and not before.starts
        if self.corrections == before and filling:
            self.corrections = dataclasses.replace(before, held=plates.held(galley, before.held, self._held))
        if self.corrections == before and filling:
            self.corrections = dataclasses.replace(before, plates=self._plates.moved(galley, before.plates))
        if self.corrections == before:
            self.corrections = dataclasses.replace(
                before,
                pushed=self._pushed(galley),
                tails=() if before.starts else before.tails or _tails(galley),
            )
        if self.by_lines and self.corrections == before:
            self.join(galley)
        elif not self.by_lines and self._partings < _PARTINGS and self._needs_parting(galley):
            self.by_lines = True
            self._partings += 1
            self.corrections = dataclasses.replace(self.corrections, notes=self._parted(galley))

    def is_hopeless(self, galley: Galley) -> bool:
        """Say whether notes must go elsewhere: what else there is to correct comes when they are gone."""
        if self.by_lines:
            return bool(footnotes.crowded(galley))
        return self._partings == _PARTINGS and bool(galley.laid.unfit)

    def join(self, galley: Galley) -> Corrections:
        """Join the parts of notes that came to stand on one page; return the corrections."""
        self.by_lines = False
        self.corrections = dataclasses.replace(self.corrections, notes=footnotes.joined(galley, self.corrections.notes))
        return self.corrections

    def _pushed(self, galley: Galley) -> tuple[str, ...]:
        """Return the blocks that begin a page for the sake of a note; none that leaves more empty than it is for."""
        known = set(self.corrections.pushed)
        idle = {name for name in known if footnotes.leaves_hole(galley, name)}
        self._idle |= idle
        return tuple(sorted((known - idle) | (footnotes.pushed(galley) - self._idle)))

    def _needs_parting(self, galley: Galley) -> bool:
        if self._partings:
            return bool(galley.laid.unfit) or not footnotes.kept(galley, self.corrections.notes)
        return footnotes.troubled(galley)

    def _parted(self, galley: Galley) -> dict[str, PartedNote]:
        # The lines of a note are read while it is whole: in parts it ends where it only goes on elsewhere.
        self._cuts = self._cuts or footnotes.by_lines(galley)
        return self._cuts

    def _edges(self, galley: Galley) -> tuple[str, ...]:
        """Return the scene breaks at the edges of pages; one that comes and goes is taken to be there."""
        known = set(self.corrections.edges)
        at_edges = (each.id for page in galley.laid.pages[: galley.end] for each in page.breaks_at_edge())
        now = {name for name in at_edges if name is not None}
        for name in known ^ now:
            self._edges_seen[name] = self._edges_seen.get(name, 0) + 1
        settled = {name for name in known if self._edges_seen.get(name, 0) > 1}
        return tuple(sorted(now | settled))


def _line(galley: Galley) -> tuple[float, float]:
    page = galley.laid.pages[0]
    return round(page.leading, 3), round(page.first - page.top, 3)


def _shape(galley: Galley) -> Shape:
    pages = galley.laid.pages[: galley.end]
    sizes = {
        (page.name, page.side): (round(page.right - page.left, 2), round(page.bottom - page.top, 2)) for page in pages
    }
    sided = (
        len(pages) >= SPREAD
        or any(page.blank for page in pages)
        or any(
            size != sizes.get((name, "left" if side == "right" else "right"), size)
            for (name, side), size in sizes.items()
        )
    )
    anchors = {name: index for name, (index, _, _) in galley.laid.anchors.items() if index < galley.end}
    # A layout may show nothing of a section.
    names = (pages[0].name, pages[-1].name) if pages else ("", "")
    return Shape(galley.end, galley.start, anchors, sided, names)
