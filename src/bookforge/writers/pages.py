"""WeasyPrint's laid-out boxes in, plain facts about pages, lines, notes and anchors out.

Boxes are told apart by the names of their classes, so that only :mod:`bookforge.writers.pdf` imports the engine.
Lengths are points from the top left corner of the page.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from bookforge import words

_POINTS: Final = 0.75
_SLACK: Final = 1.0
_GAP: Final = 2.0
"""Between two notes in a margin, in pixels."""

_EDGE: Final = 24.0
"""Between the last note in a margin and the end of the sheet, in pixels."""

_MADE_BY_STYLE: Final = frozenset({"before", "after", "marker", "footnote-call", "footnote-marker"})


@dataclass(frozen=True, slots=True)
class Line:
    """One line as set. ``block`` is the id of the element it stands in, ``note`` the note's when it is in one.

    ``authored``: not put there by the layout. ``outside``: it leaves the area meant for text.
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


@dataclass(frozen=True, slots=True)
class LaidPage:
    """One page. ``side`` is ``left`` or ``right``; ``label`` what its folio says, printed or not (``iv``, ``12``).

    ``text`` is the flow in order, hyphenation undone, without running heads, notes and what stylesheets add;
    ``authored`` the same without elements marked ``data-generated``. At a line end a space stands, also where an
    unbroken word was cut: compare letters, not words.
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
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Laid:
    """A laid-out edition as plain facts.

    ``notes`` maps a note's id to its text as set. ``anchors`` maps an id to (page index, x, y).
    ``unfit`` are the notes that would lose text or cover other text. ``shown`` are all characters drawn.
    ``document`` is the engine's own, for the writer only.
    """

    pages: tuple[LaidPage, ...]
    notes: Mapping[str, str]
    anchors: Mapping[str, tuple[int, float, float]]
    unfit: frozenset[str]
    shown: frozenset[str]
    document: Any = field(repr=False, compare=False)

    @property
    def text(self) -> str:
        """The flow of all pages."""
        return "\n".join(page.text for page in self.pages)


def facts(document: Any, root: Any) -> Laid:
    """Read a rendered document; ``root`` is the element tree it was made from."""
    surveyor = _Surveyor()
    surveyed = [surveyor.page(index, page) for index, page in enumerate(document.pages)]
    anchors = _anchors(document)
    start = _first_of_body(root, anchors)
    pages = tuple(_labelled(page, start) for page in surveyed)
    notes = {note: "\n".join(parts) for note, parts in surveyor.notes.items()}
    unfit = frozenset(surveyor.unfit | _short_of_text(root, notes))
    return Laid(pages, notes, anchors, unfit, frozenset(surveyor.shown), document)


def roman(number: int) -> str:
    """Write a number above 0 in lower-case Roman figures."""
    written = ""
    for value, figure in zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ("m", "cm", "d", "cd", "c", "xc", "l", "xl", "x", "ix", "v", "iv", "i"),
        strict=True,
    ):
        written += figure * (number // value)
        number %= value
    return written


def _anchors(document: Any) -> dict[str, tuple[int, float, float]]:
    """Anchors are listed on every page their box goes on to: the first is where it starts."""
    found: dict[str, tuple[int, float, float]] = {}
    for index, page in enumerate(document.pages):
        for name, (x, y, *_) in page.anchors.items():
            found.setdefault(name, (index, x * _POINTS, y * _POINTS))
    return found


def _first_of_body(root: Any, anchors: Mapping[str, tuple[int, float, float]]) -> int:
    """Return the index of the page that is arabic 1; 0 when the book does not say."""
    for element in root.iter("section"):
        if "first-of-body" in (element.get("class") or "").split():
            return anchors.get(element.get("id"), (0, 0, 0))[0]
    return 0


def _labelled(page: LaidPage, start: int) -> LaidPage:
    label = str(page.index - start + 1) if page.index >= start else roman(page.index + 1)
    return LaidPage(
        page.index, page.side, label, page.name, page.blank, page.width, page.height, page.text, page.authored,
        page.lines,
    )  # fmt: skip


def letters(text: str) -> str:
    """Return only the letters and figures of a text, in the form in which words are compared."""
    return "".join(words.normal(word) for _, word in words.find(text))


def _short_of_text(root: Any, notes: Mapping[str, str]) -> set[str]:
    """Return the notes whose text was not set whole."""
    return {
        element.get("data-note-id")
        for element in root.iter("span")
        if element.get("data-note-id") is not None
        and letters("\n".join(element.itertext())) != letters(notes.get(element.get("data-note-id"), ""))
    }


# ---------------------------------------------------------------- margin notes


def part_margin_notes(document: Any, kinds: tuple[str, ...]) -> None:
    """Move the notes in a page's margins apart, down where there is room, else up; nothing in the flow moves.

    ``kinds`` are the classes of such notes, which are placed absolutely; each class has a column of its own.
    """
    for page in document.pages:
        box = page._page_box
        for kind in kinds:
            _stack([note for note in _placed(box) if kind in (note.element.get("class") or "").split()], box)


def _placed(box: Any) -> Iterator[Any]:
    """Yield the absolutely placed boxes below a box."""
    for child in _children(box):
        real = getattr(child, "_box", child)
        if real is not child and real.element is not None:
            yield real
        else:
            yield from _placed(real)


def _stack(notes: list[Any], page: Any) -> None:
    notes.sort(key=lambda note: note.position_y)
    wanted = []
    free = 0.0
    for note in notes:
        wanted.append(max(note.position_y, free))
        free = wanted[-1] + note.margin_height() + _GAP
    floor = page.margin_height() - _EDGE
    for place in reversed(range(len(notes))):
        wanted[place] = min(wanted[place], floor - notes[place].margin_height())
        floor = wanted[place] - _GAP
    for note, y in zip(notes, wanted, strict=True):
        note.translate(0, y - note.position_y)


# ---------------------------------------------------------------- walking the boxes


@dataclass(frozen=True, slots=True)
class _Context:
    """Where in the tree a box is: what it inherits from the elements around it."""

    block: str | None = None
    note: str | None = None
    authored: bool = True
    styled: bool = False
    placed: bool = False
    line: Any = None


@dataclass(slots=True)
class _Run:
    """A piece of text on one line."""

    text: str
    context: _Context
    hyphen: str


def _children(box: Any) -> Iterable[Any]:
    return getattr(box, "children", ())


def _kind(box: Any) -> str:
    return type(box).__name__


class _Surveyor:
    """Reads page after page; knows what was seen before, because table heads are repeated."""

    def __init__(self) -> None:
        self.notes: dict[str, list[str]] = {}
        self.unfit: set[str] = set()
        self.shown: set[str] = set()
        self._heads_seen: set[int] = set()
        self._heads_here: set[int] = set()

    def page(self, index: int, page: Any) -> LaidPage:
        """Read one page; its label comes later."""
        box = page._page_box
        self._heads_here = set()
        flow: list[_Run] = []
        notes: list[_Run] = []
        for child in box.children:
            if _kind(child) == "MarginBox":
                for run in self._runs(child, _Context(styled=True)):
                    self.shown.update(run.text)
            elif _kind(child) == "FootnoteAreaBox":
                notes += self._runs(child, _Context())
            else:
                flow += self._runs(child, _Context())
        self._heads_seen |= self._heads_here
        frame = _Frame.of(box)
        lines = tuple(_lines(flow, frame)) + tuple(_lines(notes, frame))
        self._keep_notes(notes)
        self._judge_notes(lines)
        kind = box.page_type
        return LaidPage(
            index, kind.side, "", kind.name or "", bool(kind.blank), page.width * _POINTS, page.height * _POINTS,
            _text(flow), _text(run for run in flow if run.context.authored), lines,
        )  # fmt: skip

    def _runs(self, box: Any, context: _Context) -> Iterator[_Run]:
        box = getattr(box, "_box", box)
        if self._is_repeated(box):
            return
        context = _inside(box, context)
        if _kind(box) == "TextBox":
            self.shown.update(box.text)
            if not context.styled:
                yield _Run(box.text, context, box.style["hyphenate_character"])
            return
        for child in _children(box):
            yield from self._runs(child, context)

    def _is_repeated(self, box: Any) -> bool:
        if not (getattr(box, "is_header", False) or getattr(box, "is_footer", False)) or box.element is None:
            return False
        self._heads_here.add(id(box.element))
        return id(box.element) in self._heads_seen

    def _keep_notes(self, runs: list[_Run]) -> None:
        by_note: dict[str, list[_Run]] = {}
        for run in runs:
            if run.context.note is not None:
                by_note.setdefault(run.context.note, []).append(run)
        for note, its_runs in by_note.items():
            self.notes.setdefault(note, []).append(_text(its_runs))

    def _judge_notes(self, lines: tuple[Line, ...]) -> None:
        """Find notes that leave the page, or that lie over the text because they are too tall for it."""
        set_notes = [line for line in lines if line.note is not None]
        self.unfit |= {line.note for line in set_notes if line.note is not None and line.outside}
        if not set_notes:
            return
        top = min(line.y for line in set_notes)
        if any(line.note is None and line.authored and line.y + line.height > top + _SLACK for line in lines):
            heights: dict[str, float] = {}
            for line in set_notes:
                assert line.note is not None
                heights[line.note] = heights.get(line.note, 0) + line.height
            self.unfit.add(max(sorted(heights), key=lambda note: heights[note]))


def _inside(box: Any, context: _Context) -> _Context:
    """Return what holds below ``box``."""
    element = box.element
    pseudo = (box.element_tag or "").rpartition("::")[2] if "::" in (box.element_tag or "") else ""
    get = element.get if element is not None else lambda _: None
    block = context.block
    if get("id") is not None and _kind(box) not in {"InlineBox", "TextBox", "LineBox"}:
        block = get("id")
    return _Context(
        block=block,
        note=get("data-note-id") or context.note,
        authored=context.authored and get("data-generated") is None,
        styled=context.styled or pseudo in _MADE_BY_STYLE,
        placed=context.placed or (hasattr(box, "is_absolutely_positioned") and box.is_absolutely_positioned()),
        line=box if _kind(box) == "LineBox" else context.line,
    )


@dataclass(frozen=True, slots=True)
class _Frame:
    """The area of a page meant for text, in the engine's pixels."""

    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def of(cls, box: Any) -> "_Frame":
        left, top = box.content_box_x(), box.content_box_y()
        return cls(left, top, left + box.width, top + box.height)

    def holds(self, line: Any) -> bool:
        return bool(
            line.position_x >= self.left - _SLACK
            and line.position_y >= self.top - _SLACK
            and line.position_x + line.width <= self.right + _SLACK
            and line.position_y + line.height <= self.bottom + _SLACK
        )


def _by_line(runs: Iterable[_Run]) -> Iterator[list[_Run]]:
    """Group runs that follow each other on the same line."""
    group: list[_Run] = []
    for run in runs:
        if group and run.context.line is not group[-1].context.line:
            yield group
            group = []
        group.append(run)
    if group:
        yield group


def _lines(runs: Iterable[_Run], frame: _Frame) -> Iterator[Line]:
    for group in _by_line(runs):
        first, box = group[0].context, group[0].context.line
        text = "".join(run.text for run in group)
        if box is None or not text.strip():
            continue
        yield Line(
            text, box.position_x * _POINTS, box.position_y * _POINTS, box.width * _POINTS, box.height * _POINTS,
            first.block, first.note, first.authored, not first.placed and not frame.holds(box),
        )  # fmt: skip


def _text(runs: Iterable[_Run]) -> str:
    """Join runs to text: hyphenation undone, a space at the end of a line, a new line at the end of a block."""
    text = ""
    previous: _Run | None = None
    for group in _by_line(runs):
        line = "".join(run.text for run in group)
        if previous is not None and previous.context.block == group[0].context.block:
            cut = previous.hyphen and text.endswith(previous.hyphen)
            text = text[: -len(previous.hyphen)] if cut else text + " "
        elif previous is not None:
            text += "\n"
        text += line
        previous = group[-1]
    return text
