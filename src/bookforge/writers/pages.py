"""WeasyPrint's laid-out boxes in, plain facts about pages, lines, notes and anchors out.

Boxes are told apart by the names of their classes, so that only :mod:`bookforge.writers.engine` imports the engine.
Lengths are points from the top left corner of the page.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final, Protocol

from bookforge import words
from bookforge.laid import Area, Laid, LaidPage, Line, Picture, SceneBreak, label
from bookforge.writers import boxes

PIXEL_PT: Final = 0.75
"""A CSS pixel in points."""

_SLACK: Final = 1.0
_MADE_BY_STYLE: Final = frozenset({"before", "after", "marker", "footnote-call", "footnote-marker"})
_SAME: Final = 0.01
_TYPED_HYPHENS: Final = ("-", "\u2010")

_KINDS_BY_CLASS: Final = {
    "opening": "opening",
    "footnote": "note",
    "endnotes": "note",
    "verse": "verse",
    "letter": "letter",
    "pullquote": "quote",
    "epigraph": "quote",
    "transcript": "other",
    "display": "other",
    "dateline": "label",
    "salutation": "label",
}
"""What a class says of the lines inside: none of these stands on the page's grid."""

_KINDS_BY_TAG: Final = {
    "blockquote": "quote",
    "table": "table",
    "caption": "caption",
    "figure": "caption",
    "pre": "code",
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "heading"),
}
_LISTS: Final = frozenset({"ul", "ol", "dl"})
_ON_GRID: Final = frozenset({"p", "li"})
_APART: Final = frozenset({"TableBox", "InlineTableBox", "TableRowGroupBox", "TableCellBox"})
_INSIDE_WORDS: Final = frozenset({"InlineBox", "TextBox", "LineBox"})
_FACE: Final = (
    *("font_family", "font_size", "font_style", "font_weight", "font_stretch", "font_kerning", "font_feature_settings"),
    *("font_variant_ligatures", "font_variant_position", "font_variant_caps", "font_variant_numeric", "letter_spacing"),
    *("font_variant_alternates", "font_variant_east_asian", "font_language_override", "font_variation_settings"),
    *("lang", "direction"),
)
"""What the width of a space depends on, beside what is added to it."""


class Ruler(Protocol):
    """Measures fonts, in the engine's pixels."""

    def space(self, style: Any) -> float:
        """Return the width of a style's normal word space."""

    def strut(self, style: Any) -> tuple[float, float]:
        """Return a style's line height, and where in it the baseline is."""


def facts(document: Any, root: Any, ruler: Ruler) -> Laid:
    """Read a rendered document; ``root`` is the element tree it was made from."""
    anchors = _anchors(document)
    start = _first_of_body(root, anchors)
    surveyor = _Surveyor(_Measures(document, ruler))
    surveyed = [surveyor.page(index, page, label(index, start)) for index, page in enumerate(document.pages)]
    pages = tuple(found.page(surveyor.last_lines) for found in surveyed)
    notes = {note: "\n".join(parts) for note, parts in surveyor.notes.items()}
    unfit = frozenset(surveyor.unfit | _short_of_text(root, notes))
    return Laid(pages, notes, anchors, unfit, frozenset(surveyor.shown), document)


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
    """Return the notes whose text was not set whole; one in several parts counts as one."""
    whole: dict[str, list[str]] = {}
    for element in root.iter("span"):
        if element.get("data-note-id") is not None:
            whole.setdefault(element.get("data-note-id"), []).extend(element.itertext())
    return {note for note, texts in whole.items() if letters("\n".join(texts)) != letters(notes.get(note, ""))}


# ---------------------------------------------------------------- walking the boxes


class _Stream:
    """A text in the manuscript's order, which may go on from page to page: of a page, or of a cell, or a table in it.

    The cells of a row are broken each for itself: what a page shows of the second comes before the rest of the first.
    """

    def __init__(self, *parts: "_Stream") -> None:
        self.parts: list[_Run | _Stream] = [*parts]

    def runs(self) -> Iterator["_Run"]:
        """Yield all pieces of text in order."""
        for part in self.parts:
            if isinstance(part, _Stream):
                yield from part.runs()
            else:
                yield part


@dataclass(frozen=True, slots=True)
class _Context:
    """Where in the tree a box is: what it inherits from the elements around it.

    ``stream`` is the text it is a part of; ``line`` the outermost line box; ``free``: nothing in here stands on the
    grid; ``dropped``: in a letter that drops into the lines of its paragraph.
    """

    stream: _Stream
    block: str | None = None
    note: str | None = None
    authored: bool = True
    styled: bool = False
    placed: bool = False
    line: Any = None
    kind: str = "other"
    free: bool = False
    dropped: bool = False


@dataclass(slots=True)
class _Run:
    """A piece of text on one line. ``normal`` and ``extra`` are all its word spaces, and what was added to them.

    ``hanging`` is how wide the spaces at its end are: at the end of a line of code they show nowhere.
    """

    text: str
    context: _Context
    hyphen: str
    normal: float
    extra: float
    hanging: float


class _Measures:
    """What the fonts of a document measure; each style is asked for once."""

    def __init__(self, document: Any, ruler: Ruler) -> None:
        self._ruler = ruler
        self._spaces: dict[int, float] = {}
        self._faces: dict[tuple[Any, ...], float] = {}
        self._struts: dict[int, tuple[float, float, float]] = {}
        root = document.pages[0]._page_box.children[0]
        body = next((child for child in boxes.children(root) if child.element_tag == "body"), root)
        self.text = self.strut(body.style)

    def space(self, style: Any) -> float:
        """Return the width of a normal word space."""
        if id(style) not in self._spaces:
            # Every composed paragraph has spaces of its own, in the same few faces.
            face, added = tuple(style[name] for name in _FACE), style["word_spacing"]
            if face not in self._faces:
                self._faces[face] = self._ruler.space(style) - added
            self._spaces[id(style)] = self._faces[face] + added
        return self._spaces[id(style)]

    def strut(self, style: Any) -> tuple[float, float, float]:
        """Return font size, line height, and where in the line the baseline is."""
        if id(style) not in self._struts:
            self._struts[id(style)] = (style["font_size"], *self._ruler.strut(style))
        return self._struts[id(style)]

    def is_text(self, style: Any) -> bool:
        """Whether a style has the size and the line height of the body's text."""
        size, height, _ = self.strut(style)
        return abs(size - self.text[0]) < _SAME and abs(height - self.text[1]) < _SAME


@dataclass(slots=True)
class _SetLine:
    """A line before it is known whether its element goes on. ``element`` is that element."""

    runs: list[_Run]
    box: Any
    text: str
    body: bool
    outside: bool
    starts: bool

    @property
    def element(self) -> int:
        return id(self.box.element)

    def line(self, ends: bool) -> Line:
        """Return the finished fact."""
        first, box = self.runs[0].context, self.box
        normal = sum(run.normal for run in self.runs)
        extra = sum(run.extra for run in self.runs)
        return Line(
            text=self.text,
            x=box.position_x * PIXEL_PT,
            y=box.position_y * PIXEL_PT,
            width=box.width * PIXEL_PT,
            height=box.height * PIXEL_PT,
            block=first.block,
            note=first.note,
            authored=first.authored,
            outside=self.outside,
            baseline=(box.position_y + box.baseline) * PIXEL_PT,
            body=self.body,
            kind=first.kind,
            starts=self.starts,
            ends=ends,
            hyphen=_is_cut(self.text, self.runs[-1]) or (not ends and _ends_in_hyphen(self.text)),
            stretch=1 + extra / normal if normal and extra else None,
        )


@dataclass(slots=True)
class _Sheet:
    """A page before it is known which of its elements go on on the next. ``facts`` are all but its lines and text."""

    facts: dict[str, Any]
    lines: list[_SetLine]
    authored: _Stream

    def page(self, last_lines: Mapping[int, _SetLine]) -> LaidPage:
        """Return the finished page."""
        lines = tuple(line.line(last_lines[line.element] is line) for line in self.lines)
        return LaidPage(lines=lines, authored=_text(self.authored.runs()), **self.facts)


class _Surveyor:
    """Reads page after page; knows what was seen before, because table heads are repeated and elements go on."""

    def __init__(self, measures: _Measures) -> None:
        self.notes: dict[str, list[str]] = {}
        self.unfit: set[str] = set()
        self.shown: set[str] = set()
        self._shown_here: set[str] = set()
        self.last_lines: dict[int, _SetLine] = {}
        self._measures = measures
        self._heads_seen: set[int] = set()
        self._heads_here: set[int] = set()
        self._streams: dict[tuple[int, str], _Stream] = {}
        self._streams_here: set[tuple[int, str]] = set()
        self._breaks: list[SceneBreak] = []
        self._pictures: list[Picture] = []
        self._marked = False

    def page(self, index: int, page: Any, label: str) -> _Sheet:
        """Read one page."""
        box = page._page_box
        self._heads_here, self._streams_here = set(), set()
        self._breaks, self._pictures, self._marked = [], [], False
        self._shown_here = set()
        flow: list[_Run] = []
        notes: list[_Run] = []
        stream, aside = _Stream(), _Stream()
        for child in box.children:
            if boxes.kind(child) == "MarginBox":
                self._read(child, _Context(aside, styled=True), [])
            elif boxes.kind(child) == "FootnoteAreaBox":
                self._read(child, _Context(aside, kind="note", free=True), notes)
            else:
                self._read(child, _Context(stream), flow)
        self._heads_seen |= self._heads_here
        self.shown |= self._shown_here
        frame = _Frame.of(box)
        text, foot = self._lines(flow, frame), self._lines(notes, frame)
        self._keep_notes([*(run for run in flow if run.context.note is not None), *notes])
        self._judge_notes(text, foot, frame)
        kind, leading = box.page_type, self._measures.text
        known = {
            "index": index,
            "side": kind.side,
            "label": label,
            "name": kind.name or "",
            "blank": bool(kind.blank),
            "width": page.width * PIXEL_PT,
            "height": page.height * PIXEL_PT,
            "text": _text(flow),
            "hyphenated": bool(flow) and _is_cut(flow[-1].text, flow[-1]),
            "top": frame.top * PIXEL_PT,
            "bottom": frame.bottom * PIXEL_PT,
            "left": frame.left * PIXEL_PT,
            "right": frame.right * PIXEL_PT,
            "leading": leading[1] * PIXEL_PT,
            "first": (frame.top + leading[2]) * PIXEL_PT,
            "breaks": tuple(self._breaks),
            "pictures": tuple(self._pictures),
            "marked": self._marked,
            "shown": "".join(sorted(self._shown_here)),
        }
        return _Sheet(known, text + foot, stream)

    def _read(self, box: Any, context: _Context, runs: list[_Run]) -> None:
        """Read a box and what is inside; add what it has of the text to ``runs``."""
        box = getattr(box, "_box", box)
        if self._is_repeated(box):
            return
        context = _inside(box, context)
        kind = boxes.kind(box)
        if kind == "TextBox":
            self._shown_here.update(box.text)
            self._marked = self._marked or not box.text.isspace()
            if not context.styled:
                run = self._run(box, context)
                if context.authored and context.note is None:
                    context.stream.parts.append(run)
                runs.append(run)
            return
        if kind in _APART:
            context = replace(context, stream=self._stream(box, context.stream))
        self._look_at(box, kind, context.block)
        for child in boxes.children(box):
            self._read(child, context, runs)

    def _stream(self, box: Any, around: _Stream) -> _Stream:
        """Return the text of a table, its head, body or foot, or a cell, which may have begun on a page before."""
        if boxes.kind(box) == "TableRowGroupBox":
            head, body, foot = around.parts
            part = head if box.is_header else foot if box.is_footer else body
            assert isinstance(part, _Stream)
            return part
        key = (id(box.element), boxes.kind(box))
        # Boxes that only a style makes share the element around them: two on one page are not parts of the same.
        if key not in self._streams or key in self._streams_here:
            parts = () if boxes.kind(box) == "TableCellBox" else (_Stream(), _Stream(), _Stream())
            self._streams[key] = _Stream(*parts)
            around.parts.append(self._streams[key])
        self._streams_here.add(key)
        return self._streams[key]

    def _run(self, box: Any, context: _Context) -> _Run:
        added = box.justification_spacing
        spaces = box.text.count(" ") + box.text.count("\u00a0") if added else 0
        ended = len(box.text) - len(box.text.rstrip(" "))
        space = self._measures.space(box.style) if spaces or ended else 0.0
        hanging = ended * (space + added) if ended else 0.0
        # Composed lines begin with narrow spaces, which are widened.
        narrower = min(0.0, box.style["word_spacing"]) if spaces else 0.0
        more = spaces * (added + narrower)
        return _Run(box.text, context, box.style["hyphenate_character"], spaces * (space - narrower), more, hanging)

    def _look_at(self, box: Any, kind: str, block: str | None) -> None:
        """Note what a box shows beside text."""
        if kind.endswith("ReplacedBox"):
            self._marked = True
            area = _area(box)
            source = box.element.get("src") if box.element is not None else None
            self._pictures.append(Picture(area.x, area.y, area.width, area.height, source or "", block))
        elif kind not in _INSIDE_WORDS and "scene-break" in _classes(box.element):
            area = _area(box)
            self._breaks.append(SceneBreak(box.element.get("id"), area.y, area.height, _has_ornament(box)))

    def _is_repeated(self, box: Any) -> bool:
        if not (getattr(box, "is_header", False) or getattr(box, "is_footer", False)) or box.element is None:
            return False
        self._heads_here.add(id(box.element))
        return id(box.element) in self._heads_seen

    def _lines(self, runs: Iterable[_Run], frame: "_Frame") -> list[_SetLine]:
        """Gather runs to lines, a dropped letter to the line beside it."""
        by_line: dict[int, list[_Run]] = {}
        for run in runs:
            if run.context.line is not None:
                by_line.setdefault(id(run.context.line), []).append(run)
        lines: list[_SetLine] = []
        dropped: list[_Run] = []
        for group in by_line.values():
            if group[0].context.dropped:
                dropped = group
                continue
            line = self._line(group, dropped, frame)
            dropped = []
            if line is not None:
                lines.append(line)
        return lines

    def _line(self, runs: list[_Run], dropped: list[_Run], frame: "_Frame") -> _SetLine | None:
        text = "".join(run.text for run in (*dropped, *runs))
        if not text.strip():
            return None
        first, box = runs[0].context, runs[0].context.line
        body = not first.free and first.authored and box.element_tag in _ON_GRID and self._measures.is_text(box.style)
        outside = not first.placed and not frame.holds(box, runs[-1].hanging)
        line = _SetLine(runs, box, text, body, outside, id(box.element) not in self.last_lines)
        self.last_lines[id(box.element)] = line
        return line

    def _keep_notes(self, runs: list[_Run]) -> None:
        by_note: dict[str, list[_Run]] = {}
        for run in runs:
            if run.context.note is not None:
                by_note.setdefault(run.context.note, []).append(run)
        for note, its_runs in by_note.items():
            self.notes.setdefault(note, []).append(_text(its_runs))

    def _judge_notes(self, text: list[_SetLine], foot: list[_SetLine], frame: "_Frame") -> None:
        """Find notes at the foot that leave the page, or lie over the text because they are too tall for it."""
        noted = [(line.runs[0].context.note, line) for line in foot]
        self.unfit |= {
            note for note, line in noted if note is not None and line.outside and not frame.reaches(line.box)
        }
        tops = [line.box.position_y for note, line in noted if note is not None]
        if tops and any(
            line.runs[0].context.authored and line.box.position_y + line.box.height > min(tops) + _SLACK
            for line in text
        ):
            heights: dict[str, float] = {}
            for note, line in noted:
                if note is not None:
                    heights[note] = heights.get(note, 0) + line.box.height
            self.unfit.add(max(sorted(heights), key=lambda note: heights[note]))


def _area(box: Any) -> Area:
    return Area(
        box.border_box_x() * PIXEL_PT,
        box.border_box_y() * PIXEL_PT,
        box.border_width() * PIXEL_PT,
        box.border_height() * PIXEL_PT,
    )


def _has_ornament(box: Any) -> bool:
    background = getattr(box, "background", None)
    if background is not None and any(layer.image is not None for layer in background.layers):
        return True
    return any(
        boxes.kind(child).endswith("ReplacedBox") or (boxes.kind(child) == "TextBox" and not child.text.isspace())
        for child in _below(box)
    )


def _below(box: Any) -> Iterator[Any]:
    for child in boxes.children(box):
        yield child
        yield from _below(child)


def _classes(element: Any) -> tuple[str, ...]:
    return _split(element.get("class") or "") if element is not None else ()


@cache
def _split(classes: str) -> tuple[str, ...]:
    return tuple(classes.split())


def _inside(box: Any, context: _Context) -> _Context:
    """Return what holds below ``box``."""
    shape = boxes.kind(box)
    if shape == "LineBox":
        # A line inside a line (an inline block) is part of it.
        return context if context.line is not None else replace(context, line=box)
    element, tag = box.element, box.element_tag or ""
    if element is None or shape == "TextBox":
        return replace(context, styled=True) if _is_made_by_style(tag) and not context.styled else context
    get = element.get
    placed = hasattr(box, "is_absolutely_positioned") and box.is_absolutely_positioned()
    floated = hasattr(box, "is_floated") and box.is_floated()
    authored = context.authored and get("data-generated") is None
    kind, free = _kind_inside(context.kind, context.free, element.tag, _classes(element), authored)
    return _Context(
        stream=context.stream,
        block=get("id") if get("id") is not None and shape not in _INSIDE_WORDS else context.block,
        note=get("data-note-id") or context.note,
        authored=authored,
        styled=context.styled or _is_made_by_style(tag),
        placed=context.placed or placed,
        line=None if placed or floated else context.line,
        kind=kind,
        free=free,
        dropped=context.dropped or (floated and (element.tag == "span" or tag.endswith("::first-letter"))),
    )


def _is_made_by_style(tag: str) -> bool:
    return "::" in tag and tag.rpartition("::")[2] in _MADE_BY_STYLE


@cache
def _kind_inside(kind: str, free: bool, tag: str, classes: tuple[str, ...], authored: bool) -> tuple[str, bool]:
    """Return the kind of the lines inside an element, and whether they are free of the grid; ``kind`` is around it."""
    if kind in {"opening", "note", "generated"}:
        return kind, free
    found = next((_KINDS_BY_CLASS[name] for name in classes if name in _KINDS_BY_CLASS), None)
    if found in {"opening", "note"}:
        return str(found), True
    if not authored or "generated" in classes:
        return "generated", True
    found = found or _KINDS_BY_TAG.get(tag)
    if found is not None:
        return found, True
    if tag in _LISTS:
        return "list", free
    if tag == "p" and kind == "other" and not free:
        return "body", False
    return kind, free


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

    def holds(self, line: Any, hanging: float) -> bool:
        """Say whether a line is in the area, the spaces at its end left out."""
        return bool(
            line.position_x >= self.left - _SLACK
            and line.position_x + line.width - hanging <= self.right + _SLACK
            and self.reaches(line)
        )

    def reaches(self, line: Any) -> bool:
        """Say whether a line stands neither above the area nor below it."""
        return bool(line.position_y >= self.top - _SLACK and line.position_y + line.height <= self.bottom + _SLACK)


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


def _is_cut(text: str, run: _Run) -> bool:
    return bool(run.hyphen) and text.endswith(run.hyphen)


def _ends_in_hyphen(text: str) -> bool:
    text = text.rstrip()
    return text.endswith(_TYPED_HYPHENS) and text[-2:-1].isalnum()


def _text(runs: Iterable[_Run]) -> str:
    """Join runs to text: hyphenation undone, a space at the end of a line, a new line at the end of a block."""
    text = ""
    previous: _Run | None = None
    for group in _by_line(runs):
        if previous is not None and previous.context.block != group[0].context.block:
            text += "\n"
        elif previous is not None and not previous.context.dropped:
            text = text[: -len(previous.hyphen)] if _is_cut(text, previous) else text + " "
        text += "".join(run.text for run in group)
        previous = group[-1]
    return text[: -len(previous.hyphen)] if previous is not None and _is_cut(text, previous) else text
