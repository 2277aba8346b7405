"""What a word is, for counting, for the source map and for the proof that none is lost.

A word is a run of letters, marks and digits (Unicode categories L, M, N). Apostrophes and hyphens part words, on both
sides of every comparison alike, so curling quotes or breaking lines changes nothing. Words compare after NFKC, so a
ligature or a superscript figure equals its letters.
"""

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Final

from bookforge.cache import Recent

if TYPE_CHECKING:
    from lxml.etree import _Element

_MARK_RANGES: Final = (
    "300-36f 483-489 591-5bd 5bf 5c1-5c2 5c4-5c5 5c7 610-61a 64b-65f 670 6d6-6dc 6df-6e8 6ea-6ed 711-7f3 7fd "
    "816-82d 859-85b 898-8e1 8e3-963 981-9e3 9fe-a75 a81-ae3 afa-b63 b82-bd7 c00-c63 c81-c83 cbc-d4d d57-d63 "
    "d81-df3 e31-e3a e47-e4e eb1-ecd f18-f19 f35 f37 f39 f3e-f84 f86-fbc fc6 102b-103e 1056-109d 135d-135f "
    "1712-1734 1752-17d3 17dd 180b-180d 180f-193b 1a17-1a1b 1a55-1a7f 1ab0-1b44 1b6b-1b73 1b80-1bf3 1c24-1c37 "
    "1cd0-1cd2 1cd4-1dff 20d0-20f0 2cef-2cf1 2d7f-2dff 302a-302f 3099-309a a66f-a672 a674-a67d a69e-a6f1 "
    "a802-a827 a82c a880-a8c5 a8e0-a8f1 a8ff-a92d a947-a953 a980-a9c0 a9e5-aa4d aa7b-aac1 aaeb-aaef aaf5-aaf6 "
    "abe3-abea abec-abed fb1e fe20-fe2f 101fd-1037a 10a01-10a3f 10ae5-10ae6 10d24-10eac 10f46-10f50 "
    "10f82-10f85 11000-11046 11070-110ba 110c2 11100-11134 11145-11173 11180-111c0 111c9-111cc 111ce-111cf "
    "1122c-11237 1123e 112df-11446 1145e-114c3 115af-115c0 115dc-11640 116ab-116b7 1171d-1172b 1182c-1183a "
    "11930-11943 119d1-119e0 119e4-11a3e 11a47-11a99 11c2f-11c3f 11c92-11ef6 16af0-16af4 16b30-16b36 16f4f-16f92 "
    "16fe4-16ff1 1bc9d-1bc9e 1cf00-1cf46 1d165-1d169 1d16d-1d172 1d17b-1d182 1d185-1d18b 1d1aa-1d1ad 1d242-1d244 "
    "1da00-1da36 1da3b-1da6c 1da75 1da84 1da9b-1daaf 1e000-1e136 1e2ae-1e2ef 1e8d0-1e94a e0100-e01ef "
)
"""The marks of Unicode 14, in ranges that hold nothing but marks, letters, digits and places not yet given away."""
_MARKS: Final = "".join(
    "-".join(re.escape(chr(int(edge, 16))) for edge in edges.split("-")) for edges in _MARK_RANGES.split()
)

_UNSEEN: Final = "\u00ad\u200c\u200d\ufe00-\ufe0f"
"""Soft hyphen, joiner, non-joiner, variation selectors: they stand in words and change none."""

WORD: Final = re.compile(rf"[^\W_]+(?:[{_MARKS}{_UNSEEN}]+[^\W_]*)*")
_JOINING: Final = re.compile(f"[{_MARKS}{_UNSEEN}]")
_PARTED: Final = re.compile(f"({WORD.pattern})")
_IGNORED: Final = re.compile(f"[{_UNSEEN}]+")
_NO_LETTERS: Final = bytes(code for code in range(128) if not chr(code).isalnum())
_BEYOND_ASCII: Final = re.compile(r"[^\x00-\x7f]+")
_LATIN: Final = "\u024f"
"""The last of the letters that nothing but marks joins: they have the same normal form alone and in a word."""


def find(text: str) -> Iterator[tuple[int, str]]:
    """Yield (offset, word) for each word of ``text``, as it stands there."""
    for match in WORD.finditer(text):
        yield match.start(), match.group()


def parted(text: str) -> tuple[list[str], list[int], list[int]]:
    """Return the words of ``text`` and where each starts and ends there.

    It is read line by line, and a line that was read lately is not read again: a converted chapter has the lines of its
    source, and after a change most of those it had before.
    """
    found, starts, ends = list[str](), list[int](), list[int]()
    at = 0
    for line in text.split("\n"):
        if line:
            known = _in_line(line)
            found += known.words
            starts += [at + start for start in known.starts]
            ends += [at + end for end in known.ends]
        at += len(line) + 1
    return found, starts, ends


@dataclass(frozen=True, slots=True)
class _Line:
    """The words of a line and where each starts and ends in it."""

    words: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]


_LINES: Final = Recent(16 * 1024 * 1024)
_BYTES: Final = 25
"""What a character of a line takes when its words are kept."""


def _in_line(line: str) -> _Line:
    known = _LINES.get("line", line, _Line)
    if known is None:
        pieces = _PARTED.split(line)
        edges = tuple(accumulate(map(len, pieces)))
        known = _Line(tuple(pieces[1::2]), edges[:-1:2], edges[1::2])
        _LINES.keep("line", line, known, _BYTES * len(line))
    return known


def normal(word: str) -> str:
    """Return the form in which words are compared: NFKC, without what is not seen."""
    return word if word.isascii() else unicodedata.normalize("NFKC", _IGNORED.sub("", word))


def count(text: str) -> int:
    """Count the words of ``text``."""
    return sum(1 for _ in WORD.finditer(text))


_SENTENCE: Final = 200
_SENTENCE_END: Final = re.compile(r"\n|[.!?…][\"'”’)]*\s")


def sentence(text: str, at: int) -> str:
    """Return the sentence around a place in a text, shortened if it is long, to show an author what is meant."""
    begin = max(0, at - _SENTENCE // 2)
    for end in _SENTENCE_END.finditer(text, begin, at):
        begin = end.end()
    following = _SENTENCE_END.search(text, at, begin + _SENTENCE)
    return " ".join(text[begin : following.end() if following else begin + _SENTENCE].split())


# ---------------------------------------------------------------- words of a tree

_INLINE_NAMES: Final = (
    "a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd label mark q ruby s samp small span "
    "strong sub sup time tt u var wbr"
)
INLINE: Final = frozenset(_INLINE_NAMES.split())
"""Elements that part no words."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a tree shows: its text, blocks parted by line ends, and the words in it.

    ``starts`` are the words' places in ``text``; ``blocks`` the id of the block each word stands in (``None``: one
    without id). ``extents`` maps each block's id to its words, as a range of their numbers; ``formulas`` are TeX.
    """

    text: str
    words: tuple[str, ...]
    starts: tuple[int, ...]
    blocks: tuple[str | None, ...]
    extents: dict[str, tuple[int, int]]
    formulas: tuple[str, ...]


def of_tree(*roots: "_Element", drawings: bool = True) -> Shown:
    """Read elements one after the other as one stream of text.

    Left out are calls of notes (``a.noteref``), notes (``data-note-id``), queries, formulas and what the layout
    generated; without ``drawings`` also text in SVG. An id counts as a block's unless its element is inline.
    """
    return _read(roots, drawings).shown()


def letters_of_tree(*roots: "_Element", drawings: bool = True) -> tuple[str, tuple[str, ...]]:
    """Return all letters that :func:`of_tree` finds, in normal form, and the formulas: enough to see it is the same."""
    reader = _read(roots, drawings)
    return letters_of("".join(reader.parts)), tuple(reader.formulas)


def local_name(element: "_Element") -> str:
    """Return an element's name without its namespace; the empty string for a comment."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _read(roots: Iterable["_Element"], drawings: bool) -> "_TreeReader":
    reader = _TreeReader(drawings)
    for root in roots:
        reader.read(root)
        reader.part()
    return reader


@dataclass(slots=True)
class _TreeReader:
    drawings: bool
    parts: list[str] = field(default_factory=list)
    at: int = 0
    changes: list[tuple[int, str | None]] = field(default_factory=list)
    extents: dict[str, tuple[int, int]] = field(default_factory=dict)
    formulas: list[str] = field(default_factory=list)

    def read(self, root: "_Element") -> None:
        """Read an element and all below it, whatever its own attributes say."""
        self._content(root, root.get("id"))

    def part(self) -> None:
        """End a word."""
        self._put("\n")

    def _put(self, text: str | None) -> None:
        if text:
            self.parts.append(text)
            self.at += len(text)

    def _content(self, element: "_Element", block: str | None) -> None:
        begin = self.at
        self.changes.append((self.at, block))
        self._put(element.text)
        for child in element:
            name = local_name(child)
            if name and not self._is_left_out(child, name):
                self._element(child, name, block)
            self._put(child.tail)
        if block is not None and element.get("id") == block:
            self.extents.setdefault(block, (begin, self.at))

    def _element(self, child: "_Element", name: str, block: str | None) -> None:
        if name in INLINE:
            self._content(child, block)
            return
        self.part()
        self._content(child, child.get("id") or block)
        self.part()
        self.changes.append((self.at, block))

    def _is_left_out(self, element: "_Element", name: str) -> bool:
        if element.get("data-generated") is not None or element.get("data-note-id") is not None:
            return True
        if element.get("data-tex") is not None:
            self.formulas.append(element.get("data-tex") or "")
            self.part()
            return True
        if name == "math" or (name == "svg" and not self.drawings):
            self.part()
            return True
        classes = (element.get("class") or "").split()
        return (name == "a" and "noteref" in classes) or (name == "span" and "query" in classes)

    def shown(self) -> Shown:
        """Return what was read."""
        text = "".join(self.parts)
        found, starts, _ = parted(text)
        blocks: list[str | None] = []
        ends = (*(bisect_left(starts, at) for at, _ in self.changes[1:]), len(starts))
        for (_, block), end in zip(self.changes, ends, strict=False):
            blocks += [block] * (end - len(blocks))
        return Shown(text, tuple(found), tuple(starts), tuple(blocks), self._word_extents(starts), tuple(self.formulas))

    def _word_extents(self, starts: list[int]) -> dict[str, tuple[int, int]]:
        return {
            block: (bisect_left(starts, begin), bisect_left(starts, end))
            for block, (begin, end) in self.extents.items()
        }


# ---------------------------------------------------------------- comparison

_LARGE_GAP: Final = 2_000_000
"""Word pairs in a gap between equal stretches above which no finer comparison is made."""


def letters(found: Sequence[str]) -> str:
    """Return all letters of words, as they are compared."""
    joined = "".join(found)
    return joined if joined.isascii() else "".join([word if word.isascii() else normal(word) for word in found])


def letters_of(text: str) -> str:
    """Return all letters of the words of ``text``, as they are compared: ``letters(WORD.findall(text))``."""
    return "".join(map(_letters_in_line, text.split("\n")))


@lru_cache(maxsize=2048)
def _letters_in_line(text: str) -> str:
    """Return the letters of a line; kept, since typography and layout leave most of them as they are."""
    others = set("".join(_BEYOND_ASCII.findall(text)))
    silent = {char for char in others if not char.isalnum()}
    if any(char > _LATIN for char in others - silent) or any(map(_JOINING.match, silent)):
        return letters(WORD.findall(text))
    found = text.encode().translate(None, _NO_LETTERS).decode()
    for char in silent:
        found = found.replace(char, "")
    return normal(found)


def differences(first: Sequence[str], second: Sequence[str]) -> list[tuple[int, int, int, int]]:
    """Find where two lists of words differ, as ranges (begin, end) of the one and (begin, end) of the other.

    Where only the boundaries of words differ, not their letters, there is no difference.
    """
    one, other = [normal(word) for word in first], [normal(word) for word in second]
    found = [gap for gap in _gaps(one, other) if "".join(one[gap[0] : gap[1]]) != "".join(other[gap[2] : gap[3]])]
    return found if letters(first) != letters(second) else []


def _gaps(one: list[str], other: list[str]) -> Iterator[tuple[int, int, int, int]]:
    """Yield the stretches between equal words: equal ends first, then words that both have once as anchors."""
    stack = [(0, len(one), 0, len(other))]
    while stack:
        begin, end, start, stop = stack.pop()
        while begin < end and start < stop and one[begin] == other[start]:
            begin, start = begin + 1, start + 1
        while begin < end and start < stop and one[end - 1] == other[stop - 1]:
            end, stop = end - 1, stop - 1
        if begin == end and start == stop:
            continue
        if begin == end or start == stop:
            yield begin, end, start, stop
            continue
        anchors = _anchors(one[begin:end], other[start:stop])
        if anchors:
            edges = [(-1, -1), *anchors, (end - begin, stop - start)]
            stack += [
                (begin + before[0] + 1, begin + after[0], start + before[1] + 1, start + after[1])
                for before, after in reversed(list(pairwise(edges)))
            ]
        else:
            yield from _fine_gaps(one, other, (begin, end, start, stop))


def _fine_gaps(one: list[str], other: list[str], gap: tuple[int, int, int, int]) -> Iterator[tuple[int, int, int, int]]:
    begin, end, start, stop = gap
    if (end - begin) * (stop - start) > _LARGE_GAP:
        yield gap
        return
    matcher = SequenceMatcher(None, one[begin:end], other[start:stop], autojunk=False)
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag != "equal":
            yield begin + i, begin + j, start + k, start + m


def _anchors(one: list[str], other: list[str]) -> list[tuple[int, int]]:
    """Return pairs of places of words that occur once on both sides, rising on both."""
    counts, others = Counter(one), Counter(other)
    places = {word: place for place, word in enumerate(other) if others[word] == 1 and counts[word] == 1}
    pairs = [(place, places[word]) for place, word in enumerate(one) if word in places]
    tails: list[int] = []
    chosen: list[int] = []
    before: list[int] = []
    for number, (_, place) in enumerate(pairs):
        at = bisect_left(tails, place)
        before.append(chosen[at - 1] if at else -1)
        tails[at : at + 1] = [place]
        chosen[at : at + 1] = [number]
    rising: list[tuple[int, int]] = []
    number = chosen[-1] if chosen else -1
    while number >= 0:
        rising.append(pairs[number])
        number = before[number]
    return rising[::-1]
