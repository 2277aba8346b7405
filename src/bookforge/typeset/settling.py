"""One section: laid out, measured, corrected, laid out again, until nothing is left to correct."""

import dataclasses
from collections.abc import Callable
from typing import Final

from bookforge.typeset import columns, footnotes, grid, plates, tails
from bookforge.typeset.grid import Grid
from bookforge.typeset.plan import Corrections, PartedNote, SectionPlan, Shape, Tail
from bookforge.typeset.plates import Plates
from bookforge.writers.galley import Galley

_ROUNDS: Final = 12
"""Looks at one section at most: what is not right then is said, not corrected."""

_OF_PLATE: Final = 4
"""Looks more for each plate."""

_FREE_LOOKS: Final = 3
"""Rounds after which margins only grow, so that they come to rest."""

_PARTINGS: Final = 2
"""How often notes are parted anew when the pages moved under them."""


def settle(lay: Callable[[Corrections], Galley]) -> SectionPlan:
    """Settle a section; ``lay`` lays it out with corrections."""
    state = _Settling()
    galley = lay(state.corrections)
    for _ in range(_ROUNDS + _OF_PLATE * len(galley.plates)):
        before = state.corrections
        hopeless = state.is_hopeless(galley)
        state.look(galley)
        if hopeless or state.corrections == before:
            return _plan(before, galley, restless=False)
        galley = lay(state.corrections)
    if state.by_lines:
        galley = lay(state.join(galley))
    return _plan(state.corrections, galley, restless=True)


def _tails(galley: Galley) -> tuple[Tail, ...]:
    return () if columns.has(galley) else tails.of(galley)


def _plan(corrections: Corrections, galley: Galley, restless: bool) -> SectionPlan:
    unfit = tuple(sorted(galley.laid.unfit | footnotes.crowded(galley)))
    shape, levelled = _shape(galley), columns.level(galley)
    # What that moves is known without a further look.
    shape = dataclasses.replace(shape, anchors={**shape.anchors, **dict.fromkeys(levelled.moved, galley.end - 1)})
    corrections = dataclasses.replace(corrections, columns=levelled.begins)
    return SectionPlan(corrections, shape, restless, grid.off_grid(galley), unfit)


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

    def look(self, galley: Galley) -> None:
        """Take in a layout with the corrections so far; correct further."""
        before = self.corrections
        self._looks += 1
        self._grid = grid.correct(galley, self._grid, least=self._looks <= _FREE_LOOKS)
        self.corrections = dataclasses.replace(
            before,
            margins=self._grid.margins,
            level=self._grid.level,
            line=_line(galley) if self._grid.level else before.line,
            edges=self._edges(galley),
            sheets=before.sheets + footnotes.beyond(galley) if self.by_lines or before.notes else before.sheets,
        )
        if self.corrections == before and not self.by_lines:
            self.corrections = dataclasses.replace(before, held=plates.held(galley, before.held, self._held))
        if self.corrections == before and not self.by_lines:
            self.corrections = dataclasses.replace(before, plates=self._plates.moved(galley, before.plates))
        if self.corrections == before:
            self.corrections = dataclasses.replace(
                before, pushed=self._pushed(galley), tails=before.tails or _tails(galley)
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
    sided = any(page.blank for page in pages) or any(
        size != sizes.get((name, "left" if side == "right" else "right"), size) for (name, side), size in sizes.items()
    )
    anchors = {name: index for name, (index, _, _) in galley.laid.anchors.items() if index < galley.end}
    # A layout may show nothing of a section.
    names = (pages[0].name, pages[-1].name) if pages else ("", "")
    return Shape(galley.end, galley.start, anchors, sided, names)
