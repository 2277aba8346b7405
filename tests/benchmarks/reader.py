"""A finished PDF and the manuscript it was made from in, laid-out pages out: the same reading for whoever made it.

Lines are gathered from the characters pdfium finds, with their baselines and the spaces between words. Their letters
are then followed through the manuscript: so it is known where each line stands, and where paragraphs start and end.
What is not in the manuscript (running heads, folios, contents) falls out.
"""

import contextlib
import ctypes
import json
import math
import statistics
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import pypandoc
import pypdfium2
from pypdfium2 import raw

from bookforge.laid import LaidPage, Line, Picture, SceneBreak
from bookforge.writers.pages import letters

NO_GLYPH = "\N{REPLACEMENT CHARACTER}"
HYPHENS = ("-", "\u2010", "\u00ad", "\u0002")

_AHEAD = 6000
"""How many letters a line may lie ahead of the one before it, when something between them cannot be followed."""
_SURE = 20
"""So many letters are found once in a chapter."""
_CERTAIN = 6
_CAPITAL = 12
_SPACE = 0x20
_SAME_LINE = 0.75
_WORD_GAP = 0.07
"""Two characters this far apart, in parts of the size, belong to two words, where no space is written."""


# ---------------------------------------------------------------- lines of a PDF


@dataclass(slots=True)
class Set:
    """A line as it stands on a page. ``gaps`` are those between its words, as wide as set and as the font has them."""

    text: str
    baseline: float
    left: float
    right: float
    size: float
    gaps: list[tuple[float, float | None]]

    def stretch(self, usual: float) -> float | None:
        """Return its word space over the normal one; ``usual`` is that of most spaces, in parts of the size.

        It is that of most gaps of the line: some fonts kern single signs with the space beside them.
        """
        ratios = [gap / (usual * self.size if width is None else width) for gap, width in self.gaps]
        return statistics.median(ratios) if ratios else None


@dataclass(slots=True)
class Sheet:
    """A page as read."""

    label: str
    width: float
    height: float
    lines: list[Set]
    pictures: tuple[Picture, ...]
    is_empty: bool


@dataclass(frozen=True, slots=True)
class _Char:
    """A character. ``size`` is that of its type, by its height."""

    text: str
    x: float
    y: float
    left: float
    right: float
    size: float


def sheets(data: bytes) -> list[Sheet]:
    """Read every page of a PDF."""
    with contextlib.closing(pypdfium2.PdfDocument(data)) as document:
        return [_sheet(document, index) for index in range(len(document))]


def _sheet(document: pypdfium2.PdfDocument, index: int) -> Sheet:
    page = document[index]
    width, height = page.get_size()
    chars = list(_chars(page.get_textpage()))
    pictures = []
    for found in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=4):
        left, bottom, right, top = found.get_bounds() if hasattr(found, "get_bounds") else found.get_pos()
        pictures.append(Picture(left, height - top, right - left, top - bottom))
    is_empty = not chars and next(page.get_objects(max_depth=1), None) is None
    label = document.get_page_label(index) or str(index + 1)
    return Sheet(label, width, height, [_set(line, height) for line in _gather(chars)], tuple(pictures), is_empty)


def _chars(text: pypdfium2.PdfTextPage) -> Iterator[_Char]:
    x, y, box, matrix = ctypes.c_double(), ctypes.c_double(), raw.FS_RECTF(), raw.FS_MATRIX()
    for at in range(raw.FPDFText_CountChars(text.raw)):
        code = raw.FPDFText_GetUnicode(text.raw, at)
        # Where a space is wide pdfium puts one of its own in its place, without a width.
        if raw.FPDFText_IsGenerated(text.raw, at) and code != _SPACE:
            continue
        lost = raw.FPDFText_HasUnicodeMapError(text.raw, at) == 1 or code == 0
        raw.FPDFText_GetCharOrigin(text.raw, at, x, y)
        raw.FPDFText_GetLooseCharBox(text.raw, at, box)
        raw.FPDFText_GetMatrix(text.raw, at, matrix)
        across, up = math.hypot(matrix.a, matrix.b), math.hypot(matrix.c, matrix.d)
        size = raw.FPDFText_GetFontSize(text.raw, at) * up
        # A space that pdfium puts there has no width of its own; one of the file is as wide as the type it is of is,
        # before its letters were set wider or narrower.
        is_own = not raw.FPDFText_IsGenerated(text.raw, at)
        right = box.right if code != _SPACE else box.left + is_own * (box.right - box.left) * up / across
        yield _Char(NO_GLYPH if lost else chr(code), x.value, y.value, box.left, right, size)


def _gather(chars: Iterable[_Char]) -> Iterator[list[_Char]]:
    """Gather characters to lines: those that go on to the right at about the same height."""
    line: list[_Char] = []
    last: _Char | None = None
    for char in chars:
        if char.text.isspace():
            line += [char] if line else []
            continue
        if last and (abs(char.y - last.y) > _SAME_LINE * last.size or char.x < last.x - 1):
            yield line
            line = []
        line.append(char)
        last = char
    if line:
        yield line


def _set(chars: list[_Char], height: float) -> Set:
    drawn = [char for char in chars if not char.text.isspace()]
    baseline = Counter(round(char.y, 2) for char in drawn).most_common(1)[0][0]
    gaps = []
    widths: list[float] | None = None
    before, text = chars[0], ""
    for char in chars:
        if char.text.isspace():
            widths = (widths or []) + ([char.right - char.left] if char.right > char.left else [])
            continue
        if widths is not None or char.left - before.right > _WORD_GAP * char.size:
            gaps.append((char.left - before.right, widths[0] if widths else None))
            text += " "
        text += char.text
        widths, before = None, char
    size = statistics.median(char.size for char in drawn)
    return Set(text, height - baseline, drawn[0].left, drawn[-1].right, size, gaps)


# ---------------------------------------------------------------- paragraphs of a manuscript


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of a chapter, from one of its letters up to another."""

    kind: str
    start: int
    end: int


@dataclass(slots=True)
class Chapter:
    """A chapter, or a note, as letters. ``calls`` are where notes are called, ``breaks`` where scenes end."""

    name: str
    note: str | None = None
    letters: str = ""
    paragraphs: list[Paragraph] = field(default_factory=list)
    calls: set[int] = field(default_factory=set)
    breaks: set[int] = field(default_factory=set)
    cursor: int = 0


_KINDS = {
    "BlockQuote": "quote",
    "BulletList": "list",
    "OrderedList": "list",
    "DefinitionList": "list",
    "Table": "table",
    "Figure": "caption",
}
_TEXT_BLOCKS = {"Para", "Plain", "Header", "LineBlock"}


def chapters(paths: Sequence[Path]) -> list[Chapter]:
    """Read a manuscript, chapters and notes, with pandoc."""
    found: list[Chapter] = []
    for number, path in enumerate(paths):
        command = [pypandoc.get_pandoc_path(), "--to=json", str(path)]
        tree = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
        found += _Reading(f"c{number}").read(tree["blocks"])
    return found


class _Reading:
    """Reads the blocks of one chapter."""

    def __init__(self, name: str) -> None:
        self.flow = Chapter(name)
        self.notes: list[Chapter] = []

    def read(self, blocks: Any) -> list[Chapter]:
        self._blocks(blocks, "body", self.flow)
        return [self.flow, *self.notes]

    def _blocks(self, node: Any, kind: str, into: Chapter) -> None:
        if isinstance(node, list):
            for each in node:
                self._blocks(each, kind, into)
        elif isinstance(node, dict) and node.get("t") == "HorizontalRule":
            into.breaks.add(len(into.letters))
        elif isinstance(node, dict) and node.get("t") in _TEXT_BLOCKS:
            own = {"Header": "heading", "LineBlock": "verse"}.get(node["t"], kind)
            start = len(into.letters)
            self._inlines(node["c"][2] if node["t"] == "Header" else node["c"], into)
            into.paragraphs.append(Paragraph(own, start, len(into.letters)))
        elif isinstance(node, dict):
            self._blocks(list(node.values()), _KINDS.get(str(node.get("t")), kind), into)

    def _inlines(self, node: Any, into: Chapter) -> None:
        if isinstance(node, list):
            for each in node:
                self._inlines(each, into)
        elif isinstance(node, dict) and node.get("t") == "Note":
            note = Chapter(into.name, note=f"{into.name}.note-{len(self.notes) + 1}")
            self.notes.append(note)
            self._blocks(node["c"], "note", note)
            into.calls.add(len(into.letters))
        elif isinstance(node, dict) and node.get("t") in {"Str", "Code", "Math"}:
            text = node["c"] if isinstance(node["c"], str) else node["c"][-1]
            into.letters += plain(text)
        elif isinstance(node, dict) and node.get("t") != "Image":
            self._inlines(node.get("c", []), into)


def plain(text: str) -> str:
    """Return the letters of a text as they are followed."""
    return letters(text).casefold()


# ---------------------------------------------------------------- one in the other


@dataclass(frozen=True, slots=True)
class _Found:
    """A line found in a chapter: from one of its letters up to another."""

    chapter: Chapter
    start: int
    end: int


class _Follower:
    """Follows lines through a manuscript."""

    def __init__(self, manuscript: Sequence[Chapter]) -> None:
        self._all = [chapter for chapter in manuscript if chapter.letters]
        self._current = self._all[0]
        self._last = self._current

    def find(self, text: str) -> _Found | None:
        wanted = plain(text)
        if not wanted:
            return None
        found = self._at(self._current, self._current.cursor, wanted)
        if found is None and 0 < self._last.cursor < len(self._last.letters):
            found = self._at(self._last, self._last.cursor, wanted)
        if found is None and len(wanted) >= _CERTAIN:
            found = self._elsewhere(wanted) or self._ahead(self._current, wanted)
        if found is None:
            return None
        found.chapter.cursor = found.end
        self._last = found.chapter
        if found.chapter.note is None:
            self._current = found.chapter
        return found

    def _elsewhere(self, wanted: str) -> _Found | None:
        """Look where other chapters and notes go on; a note begins with its number."""
        for chapter in self._all:
            for start in self._starts(chapter):
                found = self._at(chapter, start, wanted)
                is_begun = 0 < start == chapter.cursor != chapter.paragraphs[0].end
                if found is not None and (is_begun or len(wanted) >= _SURE or found.end in self._ends(chapter)):
                    return found
            found = self._below_a_capital(chapter, wanted)
            if found is not None:
                return found
        return None

    def _below_a_capital(self, chapter: Chapter, wanted: str) -> _Found | None:
        """Find the first line of a chapter without its first letters: a dropped capital is read by itself."""
        title = chapter.paragraphs[0].end
        if chapter.note or chapter.cursor > title or len(wanted) < _SURE:
            return None
        found = (self._match(chapter, title + skipped, wanted) for skipped in range(1, _CAPITAL))
        return next((_Found(chapter, title, each.end) for each in found if each), None)

    def _starts(self, chapter: Chapter) -> list[int]:
        """Return where a chapter may go on; a title stands in the contents before, or is too short to be sure of."""
        title = chapter.paragraphs[0].end
        return [chapter.cursor] if chapter.note or chapter.cursor > title else [0, title]

    def _ends(self, chapter: Chapter) -> tuple[int, ...]:
        return tuple(each.end for each in chapter.paragraphs[:2])

    def _at(self, chapter: Chapter, start: int, wanted: str) -> _Found | None:
        """Match a line; a note begins with its number."""
        found = self._match(chapter, start, wanted)
        bare = wanted.lstrip("0123456789")
        return found or (self._match(chapter, start, bare) if chapter.note and not start and bare else None)

    def _ahead(self, chapter: Chapter, wanted: str) -> _Found | None:
        if len(wanted) < _SURE:
            return None
        at = chapter.letters.find(wanted, chapter.cursor, chapter.cursor + _AHEAD)
        return _Found(chapter, at, at + len(wanted)) if at >= 0 else None

    def _match(self, chapter: Chapter, start: int, wanted: str) -> _Found | None:
        """Compare letter by letter; where a note is called the line may have figures of its own."""
        if chapter.letters.startswith(wanted, start):
            return _Found(chapter, start, start + len(wanted))
        at, place = start, 0
        while place < len(wanted):
            if at < len(chapter.letters) and chapter.letters[at] == wanted[place]:
                at, place = at + 1, place + 1
            elif at in chapter.calls and wanted[place].isdigit():
                place += 1
            else:
                return None
        return _Found(chapter, start, at) if at > start else None


def pages(data: bytes, manuscript: Sequence[Chapter], space: float | None = None) -> list[LaidPage]:
    """Read a PDF's pages as :mod:`bookforge.writers.pages` reads the engine's.

    ``space`` is the normal word space where the file has no spaces of its own, in parts of the size; without it, it is
    that of most spaces.
    """
    for chapter in manuscript:
        chapter.cursor = 0
    follower = _Follower(manuscript)
    read = sheets(data)
    placed = [[(line, found) for line in sheet.lines if (found := follower.find(line.text))] for sheet in read]
    _drop_contents(placed)
    grid = _Grid.of(read, placed, space)
    return [_page(index, sheet, lines, grid) for index, (sheet, lines) in enumerate(zip(read, placed, strict=True))]


_Placed = list[tuple[Set, _Found]]


def _drop_contents(placed: list[_Placed]) -> None:
    """Keep of lines that were found twice, as titles are in the contents, only the last."""
    seen: set[tuple[str, str | None, int]] = set()
    for lines in reversed(placed):
        kept = []
        for line, found in reversed(lines):
            key = (found.chapter.name, found.chapter.note, found.start)
            if key not in seen:
                kept.append((line, found))
            seen.add(key)
        lines[:] = reversed(kept)


def _paragraph(found: _Found) -> tuple[int, Paragraph]:
    return next(
        (number, each) for number, each in enumerate(found.chapter.paragraphs) if each.start <= found.start < each.end
    )


@dataclass(frozen=True, slots=True)
class _Grid:
    """What the pages of a book have in common."""

    size: float
    leading: float
    first: float
    top: float
    bottom: float
    left: tuple[float, float]
    right: tuple[float, float]
    space: float

    @classmethod
    def of(cls, read: Sequence[Sheet], placed: Sequence[_Placed], space: float | None) -> "_Grid":
        flow = [
            (index, line, _paragraph(found))
            for index, lines in enumerate(placed)
            for line, found in lines
            if found.chapter.note is None
        ]
        text = [each for each in flow if each[2][1].kind == "body"]
        size = _usual(line.size for _, line, _ in text)
        steps = [
            below.baseline - above.baseline
            for (one, above, paragraph), (other, below, going_on) in pairwise(text)
            if one == other and paragraph == going_on
        ]
        leading = _usual(steps)
        first = _usual(line.baseline % leading for _, line, _ in text)
        edges = {side: [line for index, line, _ in text if index % 2 == side] for side in (0, 1)}
        return cls(
            size, leading, first, min(line.baseline for _, line, _ in text), max(line.baseline for _, line, _ in text),
            (_edge((line.left for line in edges[0]), 0.002), _edge((line.left for line in edges[1]), 0.002)),
            (_edge((line.right for line in edges[0]), 0.998), _edge((line.right for line in edges[1]), 0.998)),
            usual_space(line for _, line, _ in text) if space is None else space,
        )  # fmt: skip


def usual_space(lines: Iterable[Set]) -> float:
    """Return the width of most word spaces, in parts of the size."""
    return statistics.median(width / line.size for line in lines for _, width in line.gaps if width is not None)


def _usual(values: Iterable[float]) -> float:
    return Counter(round(value, 2) for value in values).most_common(1)[0][0]


def _edge(values: Iterable[float], share: float) -> float:
    """Return the edge that all but a few lines keep: long words may leave it."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def _page(index: int, sheet: Sheet, placed: _Placed, grid: _Grid) -> LaidPage:
    side = index % 2
    lines = tuple(_line(line, found, grid, side) for line, found in placed)
    breaks = tuple(
        SceneBreak(None, line.baseline + grid.leading / 2, grid.leading, True)
        for line, found in placed
        if found.chapter.note is None and found.end in found.chapter.breaks
    )
    return LaidPage(
        index=index, side="left" if side else "right", label=sheet.label, name="", blank=sheet.is_empty,
        width=sheet.width, height=sheet.height, text="", authored="", hyphenated=False, lines=lines,
        top=grid.top, bottom=grid.bottom, left=grid.left[side], right=grid.right[side], leading=grid.leading,
        first=grid.first, breaks=breaks, pictures=sheet.pictures, marked=not sheet.is_empty,
    )  # fmt: skip


def _line(line: Set, found: _Found, grid: _Grid, side: int) -> Line:
    number, paragraph = _paragraph(found)
    note = found.chapter.note
    is_text = paragraph.kind in {"body", "list"} and abs(line.size - grid.size) < 0.1
    ends = found.end >= paragraph.end
    return Line(
        text=line.text, x=line.left, y=line.baseline - grid.leading, width=line.right - line.left,
        height=grid.leading, block=f"{found.chapter.name}.{number}", note=note, authored=True,
        outside=line.right > grid.right[side] + 1 or line.left < grid.left[side] - 1,
        baseline=line.baseline, body=is_text and note is None, kind="note" if note else paragraph.kind,
        starts=found.start <= paragraph.start, ends=ends, hyphen=line.text.endswith(HYPHENS) and not ends,
        stretch=line.stretch(grid.space),
    )  # fmt: skip


def followed(read: Sequence[LaidPage], manuscript: Sequence[Chapter]) -> float:
    """Return the share of the manuscript's letters that was found on the pages."""
    there = sum(len(plain(line.text)) for page in read for line in page.lines)
    return min(1.0, there / sum(len(chapter.letters) for chapter in manuscript))
