"""The notes of a section laid out alone in, the feet of pages that are planned with them out.

A note that does not fit on the page of its call begins there and goes on overleaf: the page is then full. Where it is
parted, its rest is called in the last line of that page, which has no room for it; so the page after it begins its foot
with the rest. Lengths are points.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import accumulate, groupby, pairwise
from typing import Final, NamedTuple

from bookforge.composer import Composed
from bookforge.composer.paragraph import END, SPACE
from bookforge.laid import Line
from bookforge.typeset.footnotes import LEAST
from bookforge.typeset.plan import Cut
from bookforge.writers.galley import Galley

MOST: Final = 0.75
"""How much of a page its notes may take: the text keeps the rest."""

_TOLERANCE: Final = 0.6


@dataclass(frozen=True, slots=True)
class Note:
    """A note: how deep it is with each of its lines, and where it may be parted, by the number of lines before.

    ``gaps`` are the whites above its lines, which a part that begins with one does not have.
    """

    name: str
    depths: tuple[float, ...]
    cuts: Mapping[int, Cut]
    gaps: tuple[float, ...]

    @property
    def height(self) -> float:
        """The height of the whole."""
        return self.depths[-1]

    def fitting(self, room: float, begin: int = 0) -> int | None:
        """Return the last place for a part that begins with a line to end; ``None`` where there is none."""
        above = self._above(begin)
        lines = bisect_right(self.depths, above + room)
        return max((cut for cut in self.cuts if begin < cut <= lines), default=None)

    def part(self, begin: int, end: int) -> float:
        """Return the height of the lines from one on up to another."""
        return self.depths[end - 1] - self._above(begin)

    def _above(self, begin: int) -> float:
        return self.depths[begin - 1] + self.gaps[begin] if begin else 0.0


class Rest(NamedTuple):
    """What a page leaves of a note to the next: the lines from ``line`` on, counted from 0."""

    note: str
    line: int


@dataclass(frozen=True, slots=True)
class Foot:
    """The notes on a page so far: their height, the ``last`` one that may still be parted, the ``rest`` that is left.

    ``above`` is the space above the notes, ``most`` the height that they may have without it.
    """

    above: float
    most: float
    height: float = 0.0
    last: Note | None = None
    rest: Rest | None = None

    @property
    def depth(self) -> float:
        """What the notes take of the page, all of them whole."""
        return self.height + self.above if self.height else 0.0

    @property
    def least(self) -> float:
        """What they take at least."""
        return self.depth - (self.last.height - self.last.depths[min(self.last.cuts) - 1] if self.last else 0.0)

    def after(self, note: Note, rest: Rest) -> "Foot":
        """Return the foot of a page that begins with the rest of a note."""
        whole = note.part(rest.line, len(note.depths))
        cut = None if whole <= self.most else note.fitting(self.most, rest.line)
        if cut is None:
            return Foot(self.above, self.most, whole)
        return Foot(self.above, self.most, note.part(rest.line, cut), rest=Rest(rest.note, cut))

    def with_notes(self, notes: Iterable[Note]) -> "Foot":
        """Return the foot with more notes; it is endless where they cannot stand below each other."""
        foot = self
        for note in notes:
            foot = Foot(self.above, self.most, foot.height + note.height, note if note.cuts else None, self.rest)
            if self.rest is not None or foot.least - self.above > self.most + _TOLERANCE:
                return Foot(self.above, self.most, math.inf)
        return foot

    def within(self, room: float) -> "Foot | None":
        """Return the foot of a page that leaves it such a room: with all its notes, else with the last one parted."""
        room = min(room, self.most + self.above)
        if self.depth <= room + _TOLERANCE:
            return self
        cut = self.last.fitting(room - self.depth + self.last.height) if self.last is not None else None
        if self.last is None or cut is None:
            return None
        height = self.height - self.last.height + self.last.part(0, cut)
        return Foot(self.above, self.most, height, rest=Rest(self.last.name, cut))


# ---------------------------------------------------------------- reading


def of(galley: Galley, composed: Mapping[str, Composed]) -> dict[str, Note]:
    """Return the notes at the foot of a galley as they are with their composed lines, by id."""
    lines: dict[str, list[Line]] = {}
    for page in galley.laid.pages:
        for line in page.lines:
            if line.note in galley.notes and line.kind == "note" and not page.has_beside(line):
                lines.setdefault(line.note or "", []).append(line)
    return {name: _note(name, *galley.notes[name], found, composed) for name, found in lines.items()}


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a note: what it adds to the height, its letters, and whether it is justified and ends in a word.

    ``gap`` is the white above it, which is part of what it adds.
    """

    height: float
    letters: int
    full: bool
    divided: bool
    gap: float = 0.0


def _note(name: str, top: float, height: float, lines: list[Line], composed: Mapping[str, Composed]) -> Note:
    heights = [
        lines[0].y + lines[0].height - top,
        *(line.y + line.height - before.y - before.height for before, line in pairwise(lines)),
    ]
    found: list[_Line] = []
    for block, group in groupby(zip(lines, heights, strict=True), key=lambda each: each[0].block):
        own = [*group]
        usual = own[-1][0].height
        lined = [*(_composed(own[0][1], usual, composed[block]) if block in composed else map(_as_set, own))]
        found += [replace(lined[0], gap=max(0.0, own[0][1] - own[0][0].height)), *lined[1:]]
    depths = [*accumulate(line.height for line in found)]
    depths[-1] += height - sum(heights)
    depths = [round(depth, 3) for depth in depths]  # what its place on a page adds is in the last decimals
    letters = [*accumulate(line.letters for line in found)]
    places = range(LEAST, len(found) - LEAST + 1)
    cuts = {at: Cut(letters[at - 1], found[at - 1].full) for at in places if not found[at - 1].divided}
    return Note(name, tuple(depths), cuts, tuple(round(line.gap, 3) for line in found))


def _as_set(each: tuple[Line, float]) -> _Line:
    line, height = each
    return _Line(height, sum(map(str.isalnum, line.text)), line.stretch is not None and not line.ends, line.hyphen)


def _composed(first: float, usual: float, composed: Composed) -> Iterator[_Line]:
    """Yield the lines of a block as they are chosen: ``first`` and ``usual`` are what they add to the height."""
    lines = composed.lines
    letters = [0, *composed.letters(lines)]
    heights = [first] + [usual] * (len(lines.ends) - 1)
    for height, end, (before, after) in zip(heights, lines.ends, pairwise(letters), strict=True):
        yield _Line(height, after - before, lines.justified and end.kind != END, end.kind not in {SPACE, END})
