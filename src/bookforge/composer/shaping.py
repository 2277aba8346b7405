"""A text and its style in, its width out, shaped by HarfBuzz with the files and the features the page is set with."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import pyphen
import uharfbuzz

from bookforge import fonts
from bookforge.edition import FontFace
from bookforge.flow import TextStyle

_SOFT_HYPHEN: Final = "\u00ad"
_WORD: Final = re.compile(r"(?:[^\W\d_]|\u00ad)+")
_HYPHENS: Final = "-\u2010"
_DASHES: Final = frozenset(f"{_HYPHENS}\u2013\u2014\u2026/")
_JOINERS: Final = "\u2060\ufeff\u200a"
_OPENING: Final = "\u201c\u2018\u00ab\u201e\u201a("
_CLOSING: Final = "\u201d\u2019\u00bb.,:;!?)\u2026"
_SPACES: Final = frozenset("\u00ad\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u2060")
"""What the page engine never asks another face for: HarfBuzz makes it of the space."""

_MIN_SIDE: Final = 2
_PIXELS: Final = 96 / 72
_MISLEADING: Final = {
    "de": re.compile("erb-las|urin-stin"),
    "en": re.compile(
        "(au-to|di-am|en-gl|ev-er|hand-iw|in-ter|leg-end|read-just|rein-v|su-per|sum-merh|un-der|wher-ev)"
    ),
}
"""Divisions, by language, that the patterns allow and no compositor does: they make one read on wrongly, or part what
belongs together where a better place is near."""

_ADDRESS: Final = re.compile(r"://|^www\.|\w@\w")
_IN_ADDRESS: Final = re.compile(r"(?<=\w)(?=[.?&=_~#%@-]\w)|(?<=\w/)(?=\w)|(?<=//)(?=\w)")
"""Where an address is parted: before its signs, but after its strokes; never with a hyphen (Chicago 7.46)."""
_MEMORY: Final = 60_000
"""Words remembered for one style: more than a long book has."""


class Division(NamedTuple):
    """A place inside a word where a line may end, after so many of its characters.

    ``head`` is the width up to it, with the hyphen it needs; ``tail`` is the width of what is left. ``inserted``: a
    hyphen has to be set, ``cost`` says how little it is wished for (nothing, or more).
    """

    at: int
    head: float
    tail: float
    inserted: bool
    cost: int


class Chunk(NamedTuple):
    """What is shaped as one: a word and the space behind it, if it is ``spaced``.

    ``width`` is the word's and ``whole`` that of all; ``spaces`` are those inside the word.
    """

    word: str
    spaced: bool
    width: float
    whole: float
    spaces: int
    divisions: tuple[Division, ...]


NAME: Final = 1
"""The cost of dividing what is written with a capital: mostly a name."""

COMPOUND: Final = 2
"""The cost of dividing a word that has a hyphen of its own elsewhere."""

FIGURES: Final = 2
"""The cost of parting two figures at the dash between them."""

SPELT: Final = 5
"""The cost of parting a single letter at its hyphen, as in *T-shirt* or *s-p-e-l-t*."""


class Gauge:
    """Measures text of one style. Widths are points, its tracking included."""

    def __init__(self, face: "_Face", style: TextStyle) -> None:
        self.style = style
        self._face = face
        self._features = dict(style.features)
        self._scale = style.size / face.upem
        self._widths: dict[str, float] = {}
        self._joints: dict[str, float] = {}
        self._divisions: dict[str, tuple[Division, ...]] = {}
        self._chunks: dict[str, Chunk] = {}
        self.space = self.width(" ")

    def has(self, text: str) -> bool:
        """Whether the style's face has every character of a text; else another one stands in, but not for spaces."""
        return self._face.characters.issuperset(map(ord, frozenset(text) - _SPACES))

    def width(self, text: str) -> float:
        """Return the width of a text, shaped as one."""
        known = self._widths.get(text)
        if known is None:
            if len(self._widths) > _MEMORY:
                self._widths.clear()
            known = self._widths[text] = self._shaped(text)
        return known

    def line(self, chunks: Iterable[str]) -> float:
        """Return the width of a line: of what is shaped as one each, where one follows the other."""
        width = 0.0
        widths, joints = self._widths, self._joints
        for number, chunk in enumerate(chunks):
            own = widths[chunk] if chunk in widths else self.width(chunk)
            width += own if not number else own + (joints[chunk[0]] if chunk[0] in joints else self.joint(chunk[0]))
        return width

    def joint(self, sign: str) -> float:
        """Return how much nearer, or less than nothing, a sign stands to the space before it than shaped alone."""
        known = self._joints.get(sign)
        if known is None:
            known = self._joints[sign] = self.width(f" {sign}") - self.space - self.width(sign)
        return known

    def chunk(self, text: str) -> Chunk:
        """Return all that is to be known of what is shaped as one."""
        known = self._chunks.get(text)
        if known is None:
            if len(self._chunks) > _MEMORY:
                self._chunks.clear()
            word = text.removesuffix(" ")
            width = self.width(word) if word else 0.0
            divisions = self.divisions(word) if self.style.wraps else ()
            known = Chunk(word, word != text, width, self.width(text), word.count("\u00a0"), divisions)
            self._chunks[text] = known
        return known

    def _shaped(self, text: str) -> float:
        buffer = uharfbuzz.Buffer()
        buffer.add_str(text)
        buffer.guess_segment_properties()
        if self.style.language:
            buffer.language = self.style.language
        uharfbuzz.shape(self._face.font, buffer, self._features)
        advance = sum([position.x_advance for position in buffer.glyph_positions])
        return float(advance * self._scale + self.style.tracking * len(text))

    def divisions(self, word: str) -> tuple[Division, ...]:
        """Return where a line may end inside a word: a run of characters without a space."""
        known = self._divisions.get(word)
        if known is None:
            known = self._divisions[word] = tuple(self._divided(word))
        return known

    def _divided(self, word: str) -> Iterable[Division]:
        if _ADDRESS.search(word):
            return tuple(self._division(word, at.start(), inserted=False, cost=0) for at in _IN_ADDRESS.finditer(word))
        dashed = () if _DASHES.isdisjoint(word) else _after_dashes(word)
        found = {at: self._division(word, at, inserted=False, cost=_parting(word, at)) for at in dashed}
        has_own = bool(found)
        for part in _WORD.finditer(word):
            for at in _positions(part.group(), self.style):
                cost = NAME * part.group()[0].isupper() + COMPOUND * has_own
                found.setdefault(part.start() + at, self._division(word, part.start() + at, inserted=True, cost=cost))
        return (found[at] for at in sorted(found))

    def _division(self, word: str, at: int, inserted: bool, cost: int) -> Division:
        head = word[:at] + (self.style.hyphen if inserted else "")
        return Division(at, self.width(head), self.width(word[at:]), inserted, cost)


def _after_dashes(word: str) -> Iterable[int]:
    """Yield the places after hyphens, dashes, strokes and dots that stand between what belongs to the text before and
    what belongs to the text after."""
    for at in range(_MIN_SIDE, len(word)):
        before = word[: at - 1].rstrip(_JOINERS)[-1:]
        ends = before.isalnum() or (before in _CLOSING and word[at - 1] not in _HYPHENS)
        if word[at - 1] in _DASHES and before and ends and (word[at].isalnum() or word[at] in _OPENING):
            yield at


def _parting(word: str, at: int) -> int:
    """Return the cost of ending a line after the dash before a place."""
    dash = word[at - 1]
    before, after = word[: at - 1].rstrip(_JOINERS), word[at:]
    if before[-1:].isdigit() and after[0].isdigit():
        return FIGURES
    alone = not before[-2:-1].isalnum() or not after[1:2].isalnum()
    return SPELT if dash in _HYPHENS and alone else 0


def _positions(word: str, style: TextStyle) -> Iterable[int]:
    """Return where a word may be divided: at its soft hyphens, or else as the language does."""
    if style.divides == "none":
        return ()
    if _SOFT_HYPHEN in word:
        return [at + 1 for at, char in enumerate(word[:-1]) if char == _SOFT_HYPHEN and at]
    total, left, right = style.limits
    if style.divides != "auto" or len(word) < total:
        return ()
    patterns = _patterns(style.language)
    if patterns is None:
        return ()
    found = [at for at in patterns.positions(word) if left <= at <= len(word) - right]
    misleading = _MISLEADING.get(style.language.partition("-")[0].casefold())
    if misleading is None:
        return found
    return [at for at in found if not misleading.match(f"{word[:at]}-{word[at:]}".casefold())]


class _Patterns:
    """A language's patterns of division (Liang, 1983), as pyphen reads them.

    Most of what a word might be looked up with begins no pattern: that ends a search here, which pyphen goes on with.
    """

    def __init__(self, patterns: Mapping[str, tuple[int, tuple[int, ...]]]) -> None:
        begun = {pattern[:end] for pattern in patterns for end in range(1, len(pattern))}
        self._known = dict.fromkeys(begun) | dict(patterns)
        self._positions: dict[str, list[int]] = {}

    def positions(self, word: str) -> list[int]:
        """Return where a word may be divided."""
        word = word.lower()
        found = self._positions.get(word)
        if found is None:
            if len(self._positions) > _MEMORY:
                self._positions.clear()
            found = self._positions[word] = self._found(f".{word}.")
        return found

    def _found(self, signs: str) -> list[int]:
        known, length = self._known, len(signs) + 1
        points = [0] * length
        for start in range(length - 2):
            for end in range(start + 1, length):
                part = signs[start:end]
                if part not in known:
                    break
                if found := known[part]:
                    offset, values = found
                    for at, value in zip(range(start + offset, length), values, strict=False):
                        if value > points[at]:
                            points[at] = value
        return [at - 1 for at, value in enumerate(points) if value % 2]


@cache
def _patterns(language: str) -> _Patterns | None:
    known = pyphen.language_fallback(language) if language else None
    return _Patterns(pyphen.Pyphen(lang=known).hd.patterns) if known else None


# ---------------------------------------------------------------- faces


@dataclass(frozen=True, slots=True)
class _Face:
    font: uharfbuzz.Font
    upem: int
    characters: frozenset[int]


@cache
def _file(path: str) -> uharfbuzz.Face:
    return uharfbuzz.Face(Path(path).read_bytes())


@cache
def _face(path: str, weight: int, size: float) -> _Face:
    """Return a face of a weight for a size in points; one that is cut for each size is told it in pixels of CSS."""
    face = _file(path)
    font = uharfbuzz.Font(face)
    if "fvar" in face.table_tags:
        font.set_variations({"wght": weight, "opsz": size * _PIXELS})
    return _Face(font, face.upem, fonts.characters(path))


class Gauges:
    """The gauges of an edition's styles."""

    def __init__(self, faces: Iterable[FontFace]) -> None:
        self._files = {(face.family.casefold(), face.style == "italic"): face.path for face in reversed([*faces])}
        self._gauges: dict[TextStyle, Gauge | None] = {}

    def of(self, style: TextStyle) -> Gauge | None:
        """Return the gauge of a style; ``None`` when its first family is none of the edition's."""
        if style not in self._gauges:
            path = self._files.get((style.families[0].casefold(), style.italic)) if style.families else None
            self._gauges[style] = Gauge(_face(path, style.weight, style.size), style) if path else None
        return self._gauges[style]
