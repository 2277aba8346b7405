"""What is decided of a book's pages before they are set, as plain values.

WeasyPrint sets text greedily from above: it keeps no grid, parts no note, and knows nothing of a page's edges. So each
section is laid out alone, measured, and corrected; the corrections go into the document that is set. Lengths are
points; letters are counted as :func:`str.isalnum` knows them, notes in the text left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bookforge.composer import Lines


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a note is parted: after ``letters`` of its letters and figures. ``full``: the line before is justified."""

    letters: int
    full: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the text between two words: after ``letters`` of a block's letters and figures."""

    block: str
    letters: int


@dataclass(frozen=True, slots=True)
class PartedNote:
    """A note in several parts. The later ones are called at ``call``; ``None``: beside the first.

    ``loose``: parts may come to stand on one page.
    """

    cuts: tuple[Cut, ...]
    call: Place | None = None
    loose: bool = False


@dataclass(frozen=True, slots=True)
class Plate:
    """Where a plate is set, or a paragraph divided: behind so many ``letters`` of a block.

    ``full``: the line before is justified.
    """

    block: str
    letters: int
    full: bool


@dataclass(frozen=True, slots=True)
class Tail:
    """A block at the end of a section whose last ``lines`` stay together; ``whole``: with what comes before, too."""

    block: str
    lines: int
    whole: bool


@dataclass(frozen=True, slots=True)
class Start:
    """The beginning of a page: a row of a block, which has ``rows`` of them. ``opener`` is what comes before its text
    on the same page: a scene break's id, or the block's own. ``over``: a note goes on from the page before. ``room``
    is kept free below the row before, in points, where the page would else not end there."""

    block: str
    row: int
    rows: int
    opener: str
    over: bool = False
    room: float = 0.0


@dataclass(frozen=True, slots=True)
class Corrections:
    """What one section needs so that its pages come out right.

    ``margins`` are margins above blocks by their ids; ``notes`` the notes that are parted; ``edges`` the scene
    breaks at the top or the bottom of a page; ``level`` the blocks with signs that would push lines apart, and the
    heights of the pictures in their lines; ``line`` is leading, and where in a line the baseline is. ``pushed`` are
    blocks that begin a page; ``tails`` those that go over to the last page, so that it has lines enough;
    ``columns`` those that begin a column; ``plates`` are moved, by their ids; ``held`` are paragraphs divided over
    two pages; ``sheets`` are pages for the rest of notes after the section's last. ``lines`` are those chosen for
    blocks, ``starts`` the places with which the pages after the first begin.
    """

    margins: Mapping[str, float] = field(default_factory=dict)
    notes: Mapping[str, PartedNote] = field(default_factory=dict)
    edges: tuple[str, ...] = ()
    level: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    line: tuple[float, float] = (0, 0)
    pushed: tuple[str, ...] = ()
    tails: tuple[Tail, ...] = ()
    columns: tuple[str, ...] = ()
    plates: Mapping[str, Plate] = field(default_factory=dict)
    held: Mapping[str, Plate] = field(default_factory=dict)
    sheets: int = 0
    lines: Mapping[str, Lines] = field(default_factory=dict)
    starts: tuple[Start, ...] = ()


@dataclass(frozen=True, slots=True)
class Shape:
    """What a section alone comes to.

    ``start`` is where it wants to begin: ``any`` (it just goes on), ``page``, ``left`` or ``right``. ``anchors`` are
    the pages on which its ids stand, counted from 0. ``sided``: it comes out differently when it begins on the other
    side. ``names`` are the page names of its first and last page.
    """

    pages: int
    start: str
    anchors: Mapping[str, int]
    sided: bool
    names: tuple[str, str]


@dataclass(frozen=True, slots=True)
class SectionPlan:
    """A section settled: what was corrected, what came of it, and what is still wrong.

    ``restless``: with each correction the pages came out in another way that needed others; ``off_grid`` are the blocks
    with lines that are not on the grid; ``unfit`` the notes that do not fit.
    """

    corrections: Corrections
    shape: Shape
    restless: bool = False
    off_grid: tuple[str, ...] = ()
    unfit: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unit:
    """What stands between two forced page starts: its sections, from ``first`` up to ``end``, and their plan.

    ``section`` is the id of the first; ``key`` is a hash of all that decides how it is set, its side among them:
    ``right`` or ``left``.
    """

    section: str
    first: int
    end: int
    side: str
    key: str
    plan: SectionPlan


@dataclass(frozen=True, slots=True)
class Plan:
    """A book settled.

    ``units`` are in order; ``corrections`` are those of every section. ``pages`` (from 0) and ``labels`` are where
    every id stands; ``total`` counts all pages.
    """

    units: tuple[Unit, ...]
    corrections: Mapping[str, Corrections]
    pages: Mapping[str, int]
    labels: Mapping[str, str]
    total: int

    @property
    def unfit(self) -> tuple[str, ...]:
        """The notes that fit no page."""
        return tuple(note for unit in self.units for note in unit.plan.unfit)
