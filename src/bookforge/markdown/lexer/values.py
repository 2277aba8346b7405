"""What our own reading of a chapter's Markdown finds, as values. All offsets count characters of ``Source.text``."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from bookforge import words


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the book, as shown to the reader; ``start`` and ``end`` enclose it, and any markup inside it."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Formula:
    """A TeX formula without its dollar signs; ``start`` and ``end`` enclose them too."""

    tex: str
    display: bool
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of shown text: ``at`` is its place in the stream's text, ``start`` its place in the source.

    The source has ``length`` characters for it; when that is not the length of the shown stretch (an entity, a number
    put in for a label), the whole stretch stands for the whole source.
    """

    at: int
    start: int
    length: int


@dataclass(frozen=True, slots=True)
class Stream:
    """Text that is read in one go: the body's flow, or one note. Blocks are parted by line ends."""

    text: str
    runs: tuple[Run, ...]
    formulas: tuple[Formula, ...]

    def words(self) -> tuple[Word, ...]:
        """Return the words in order."""
        return tuple(map(Word, *self.located()))

    def located(self) -> tuple[list[str], list[int], list[int]]:
        """Return the words with the source offsets where each starts and ends."""
        found, starts, ends = words.parted(self.text)
        before: list[int] = []
        behind: list[int] = []
        first = last = 0
        for run, until in self._stretches():
            head, tail = bisect_left(starts, until, first), bisect_right(ends, until, last)
            shift, end = run.start - run.at, run.start + run.length
            whole = until - run.at != run.length
            before += [run.start if whole else start + shift for start in starts[first:head]]
            behind += [end if whole else stop + shift for stop in ends[last:tail]]
            first, last = head, tail
        return found, before, behind

    def letters(self) -> tuple[str, list[int], list[int]]:
        """Return all letters of the words in normal form, with the source offsets where each starts and ends."""
        before, behind = self._places()
        normals: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        for at, word in words.find(self.text):
            normal, end = words.normal(word), at + len(word)
            normals.append(normal)
            if len(normal) == len(word):
                starts += before[at:end]
                ends += behind[at:end]
            else:
                starts += [before[at]] * len(normal)
                ends += [behind[end - 1]] * len(normal)
        return "".join(normals), starts, ends

    def _places(self) -> tuple[list[int], list[int]]:
        """Return the source offsets where each character of the text starts and ends."""
        starts: list[int] = []
        ends: list[int] = []
        for run, until in self._stretches():
            shown, end = until - run.at, run.start + run.length
            whole = shown != run.length
            starts += [run.start] * shown if whole else range(run.start, end)
            ends += [end] * shown if whole else range(run.start + 1, end + 1)
        return starts, ends

    def _stretches(self) -> Iterable[tuple[Run, int]]:
        """Return the runs, each with the place in the text where it ends."""
        return zip(self.runs, (*(run.at for run in self.runs[1:]), len(self.text)), strict=False)


@dataclass(frozen=True, slots=True)
class NoteCall:
    """A call of a footnote, in order of the calls. ``label`` is ``None`` for an inline note.

    ``start`` and ``end`` enclose the call; ``at`` is where the note's own text begins.
    """

    label: str | None
    start: int
    end: int
    at: int
    stream: Stream


@dataclass(frozen=True, slots=True)
class Removal:
    """A stretch of source whose words are not words of the book.

    ``kind`` is ``comment``, ``query``, ``attributes``, ``target`` (of a link or image, with its title), ``reference``
    (a link's definition), ``unused-reference``, ``raw`` (for another format), ``html`` (a tag), ``html-content``
    (of an element that is never published), ``alt``, ``unused-note``, ``note-label``, ``list-marker``, ``checkbox``,
    ``info`` (of a code fence) or ``fence`` (of a div).
    """

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class AuthorQuery:
    """A question to the author. ``number`` counts from 1 in order of the source."""

    number: int
    who: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reserved:
    """Something that must not be built: ``what`` is ``insertion``, ``deletion``, ``substitution``, ``highlight``,
    ``comment`` (CriticMarkup), ``unclosed`` (a query that never ends) or ``nested-note`` (a note called in a note).
    """

    what: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Block:
    """A block of the source and its extent, in the order blocks are read. ``kind`` is ``rule``, ``image``, ``text`` …

    ``stream`` is 0 for the flow, N for the Nth note call.
    """

    kind: str
    start: int
    end: int
    stream: int


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A word like TK or TODO that stands for text still to come."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Lexed:
    """Everything found in one chapter.

    ``notes`` has one stream for each call, in order of the calls. ``prepared`` is the text for pandoc: every query
    replaced by an empty span with the attribute ``query=N``. ``pairs`` are (offset in prepared, offset in text) where
    the difference changes.
    """

    flow: Stream
    notes: tuple[NoteCall, ...]
    removals: tuple[Removal, ...]
    queries: tuple[AuthorQuery, ...]
    reserved: tuple[Reserved, ...]
    placeholders: tuple[Placeholder, ...]
    blocks: tuple[Block, ...]
    prepared: str
    pairs: tuple[tuple[int, int], ...]

    def text_offset(self, prepared: int) -> int:
        """Return the offset in the text that a place in ``prepared`` comes from."""
        which = bisect_right(self.pairs, (prepared, len(self.prepared) + prepared)) - 1
        at, start = self.pairs[which]
        following = self.pairs[which + 1] if which + 1 < len(self.pairs) else None
        offset = start + prepared - at
        return offset if following is None else min(offset, following[1])
