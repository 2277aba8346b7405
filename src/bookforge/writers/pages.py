"""WeasyPrint's laid-out boxes in, plain facts about pages, lines, notes and anchors out.

Boxes are told apart by the names of their classes, so that only :mod:`bookforge.writers.pdf` imports the engine.
Lengths are points from the top left corner of the page.
"""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from bookforge import words
from bookforge.numerals import roman

PIXEL_PT: Final = 0.75
"""A CSS pixel in points."""

_SLACK: Final = 1.0
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
    unbroken word was cut: compare letters, not words. ``hyphenated``: the last word goes on on the next page.
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


@dataclass(frozen=True, slots=True)
class Laid:
    """A laid-out edition as plain facts.

    ``notes`` maps a note's id to its text as set, at a foot or at a chapter's end. ``anchors`` maps an id to
    (page index, x, y). ``unfit`` are the notes that would lose text or cover other text. ``shown`` are all characters
    drawn. ``document`` is the engine's own, for the writer only.
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
        return "".join(page.text + ("" if page.hyphenated else "\n") for page in self.pages)


def facts(document: Any, root: Any) -> Laid:
    """Read a rendered document; ``root`` is the element tree it was made from."""
    surveyor = _Surveyor()
    surveyed = [surveyor.page(index, page) for index, page in enumerate(document.pages)]
    anchors = _anchors(document)
    start = _first_of_body(root, anchors)
    pages = tuple(dataclasses.replace(page, label=_label(page.index, start)) for page in surveyed)
    notes = {note: "\n".join(parts) for note, parts in surveyor.notes.items()}
    unfit = frozenset(surveyor.unfit | _short_of_text(root, notes))
    return Laid(pages, notes, anchors, unfit, frozenset(surveyor.shown), document)


def _label(index: int, start: int) -> str:
    return str(index - start + 1) if index >= start else roman(index + 1).lower()


def _anchors(document: Any) -> dict[str, tuple[int, float, float]]:
    """Anchors are listed on every page their box goes on to: the first is where it starts."""
    found: dict[str, tuple[int, float, float]] = {}
    for index, page in enumerate(document.pages):
        for name, (x, y, *_) in page.anchors.items():
            found.setdefault(name, (index, x * PIXEL_PT, y * PIXEL_PT))
    return found


def _first_of_body(root: Any, anchors: Mapping[str, tuple[int, float, float]]) -> int:
    """Return the index of the page that is arabic 1; 0 when the book does not say."""
    for element in root.iter("section"):
        if "first-of-body" in (element.get("class") or "").split():
            return anchors.get(element.get("id"), (0, 0, 0))[0]
    return 0


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
        text, foot = tuple(_lines(flow, frame)), tuple(_lines(notes, frame))
        self._keep_notes([*(run for run in flow if run.context.note is not None), *notes])
        self._judge_notes(text, foot)
        kind = box.page_type
        return LaidPage(
            index=index,
            side=kind.side,
            label="",
            name=kind.name or "",
            blank=bool(kind.blank),
            width=page.width * PIXEL_PT,
            height=page.height * PIXEL_PT,
            text=_text(flow),
            authored=_text(run for run in flow if run.context.authored and run.context.note is None),
            hyphenated=bool(flow) and _is_cut(flow[-1].text, flow[-1]),
            lines=text + foot,
        )

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

    def _judge_notes(self, text: tuple[Line, ...], foot: tuple[Line, ...]) -> None:
        """Find notes at the foot that leave the page, or lie over the text because they are too tall for it."""
        self.unfit |= {line.note for line in foot if line.note is not None and line.outside}
        tops = [line.y for line in foot if line.note is not None]
        if tops and any(line.authored and line.y + line.height > min(tops) + _SLACK for line in text):
            heights: dict[str, float] = {}
            for line in foot:
                if line.note is not None:
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
            text, box.position_x * PIXEL_PT, box.position_y * PIXEL_PT, box.width * PIXEL_PT, box.height * PIXEL_PT,
            first.block, first.note, first.authored, not first.placed and not frame.holds(box),
        )  # fmt: skip


def _is_cut(text: str, run: _Run) -> bool:
    return bool(run.hyphen) and text.endswith(run.hyphen)


def _text(runs: Iterable[_Run]) -> str:
    """Join runs to text: hyphenation undone, a space at the end of a line, a new line at the end of a block."""
    text = ""
    previous: _Run | None = None
    for group in _by_line(runs):
        if previous is not None and previous.context.block != group[0].context.block:
            text += "\n"
        elif previous is not None:
            text = text[: -len(previous.hyphen)] if _is_cut(text, previous) else text + " "
        text += "".join(run.text for run in group)
        previous = group[-1]
    return text[: -len(previous.hyphen)] if previous is not None and _is_cut(text, previous) else text
