"""A laid-out edition as plain facts: pages, lines, notes, anchors. Lengths are points from a page's top left corner."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from bookforge.numerals import roman

ON_GRID: Final = 0.25
"""How far from the grid a baseline still stands on it, in points."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line as set. ``block`` is the id of the element it stands in, ``note`` the note's when it is in one.

    ``authored``: not put there by the layout. ``outside``: it leaves the area meant for text. ``baseline`` is
    measured from the top of the page. ``body``: it belongs to the text that stands on the page's grid. ``kind`` is
    ``body``, ``heading``, ``label`` (the date and the salutation of a letter), ``note``, ``opening``, ``verse``,
    ``quote``, ``letter``, ``table``, ``caption``, ``list``, ``code``, ``generated`` or ``other``. ``starts``,
    ``ends``: the first, the last line of its block element. ``hyphen``: it ends with a hyphen, typed or not, inside
    a word. ``stretch`` is its word space divided by the normal one of its fonts, ``None`` where words are not
    spread.

    A letter that a style lets drop into the lines below is part of the first one's text.
    """

    text: str
    x: float
    y: float
    width: float
    height: float
    block: str | None
    note: str | None
    authored: bool
    outside: bool
    baseline: float
    body: bool
    kind: str
    starts: bool
    ends: bool
    hyphen: bool
    stretch: float | None


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle on a page."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Picture(Area):
    """A picture at its place, in a block; ``source`` is its address in the edition, empty for what has none."""

    source: str = ""
    block: str | None = None


@dataclass(frozen=True, slots=True)
class SceneBreak:
    """A scene break: its space, and whether anything is drawn or written in it."""

    id: str | None
    y: float
    height: float
    ornament: bool


@dataclass(frozen=True, slots=True)
class LaidPage:
    """One page. ``side`` is ``left`` or ``right``; ``label`` what its folio says, printed or not (``iv``, ``12``).

    ``text`` is the flow in order, hyphenation undone, without running heads, notes and what stylesheets add;
    ``authored`` the same without elements marked ``data-generated``, and a table that goes on overleaf whole, on
    the page where it begins. At a line end a space stands, also where an unbroken word was cut: compare letters,
    not words. ``hyphenated``: the last word goes on on the next page. ``top``, ``bottom``, ``left``, ``right`` are
    the edges of the type area; ``leading`` is the line height of the body's text, ``first`` the baseline of a line
    of it at the top: the grid is ``first`` and every ``leading`` below. ``lines`` are the flow in order, then the
    notes at the foot. ``marked``: something is printed on the page, if only in its margins. ``shown`` are all
    characters drawn on it, its margins left out, in order.
    """

    index: int
    side: str
    label: str
    name: str
    blank: bool
    width: float
    height: float
    text: str
    authored: str
    hyphenated: bool
    lines: tuple[Line, ...]
    top: float
    bottom: float
    left: float
    right: float
    leading: float
    first: float
    breaks: tuple[SceneBreak, ...]
    pictures: tuple[Picture, ...]
    marked: bool
    shown: str = ""

    @property
    def flow(self) -> tuple[Line, ...]:
        """The lines without notes and without what the layout puts there."""
        return tuple(line for line in self.lines if line.kind not in {"note", "generated"})

    def has_beside(self, line: Line) -> bool:
        """Whether a line stands beside the type area, as a proof's remarks do."""
        return line.x >= self.right or line.x + line.width <= self.left

    def off_grid(self, line: Line) -> float:
        """Return how far a line's baseline is below the grid's nearest, or above it: then less than nothing."""
        away = (line.baseline - self.first) % self.leading if self.leading else 0.0
        return away if away <= self.leading / 2 else away - self.leading

    def breaks_at_edge(self) -> tuple[SceneBreak, ...]:
        """Return the scene breaks with nothing above or nothing below them on the page."""
        shown = [_middle(line) for line in self.flow]
        shown += [_middle(each) for each in self.pictures if self.top <= _middle(each) <= self.bottom]
        return tuple(each for each in self.breaks if not shown or not min(shown) < _middle(each) < max(shown))


@dataclass(frozen=True, slots=True)
class Laid:
    """A laid-out edition as plain facts.

    ``notes`` maps a note's id to its text as set, at a foot or at a chapter's end. ``anchors`` maps an id to
    (page index, x, y). ``unfit`` are the notes that would lose text or cover other text. ``shown`` are all characters
    drawn. ``document`` is the engine's own, for the writer only. ``runs`` are the pages in parts where they were laid
    out so: a name that tells each from all others but for its place, and how many pages it has.
    """

    pages: tuple[LaidPage, ...]
    notes: Mapping[str, str]
    anchors: Mapping[str, tuple[int, float, float]]
    unfit: frozenset[str]
    shown: frozenset[str]
    document: Any = field(repr=False, compare=False)
    runs: tuple[tuple[str, int], ...] = field(default=(), repr=False, compare=False)

    @property
    def text(self) -> str:
        """The flow of all pages."""
        return "".join(page.text + ("" if page.hyphenated else "\n") for page in self.pages)


def _middle(area: Line | Area | SceneBreak) -> float:
    return area.y + area.height / 2


def label(index: int, start: int) -> str:
    """Return what the folio of a page says; ``start`` is the index of the page that is arabic 1."""
    return str(index - start + 1) if index >= start else roman(index + 1).lower()
