"""Converted trees and our own reading of the source into a source map, with every word that differs.

Both sides are the same letters in the same order, or words were lost. So letters are matched, not words: what parts
words may be read differently here and by pandoc in odd markup, and places stay exact all the same.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Final

from lxml.etree import _Element

from bookforge import words
from bookforge.book import Place, Source, SourceMap
from bookforge.manuscript import place, raw_offsets
from bookforge.markdown.lexer import Block, Lexed, Stream, Word


@dataclass(frozen=True, slots=True)
class Difference:
    """Words that one side has and the other has not.

    ``stream`` is ``""`` for the flow, else the note's id. ``lost`` are words of the source that the tree lacks,
    ``added`` words of the tree that the source lacks. ``sentence`` is the text around the place, as shown.
    """

    stream: str
    lost: tuple[str, ...]
    added: tuple[str, ...]
    at: Place
    sentence: str


def source_map(
    source: Source, lexed: Lexed, title: _Element | None, body: _Element, notes: Mapping[str, _Element]
) -> tuple[SourceMap, tuple[Difference, ...]]:
    """Find the place of every block and word of a converted section, and the words that were lost or added.

    ``title`` is the heading taken out of the body, if any; it is read before ``body``. ``notes`` maps a note's id to
    an element holding its blocks, in order of the calls. An empty second value is the proof that no word was lost.
    """
    aligner = _Aligner(source, lexed)
    flow = words.of_tree(*([] if title is None else [title]), body)
    aligner.stream("", 0, lexed.flow, flow)
    for number, (note, root) in enumerate(notes.items(), start=1):
        stream = lexed.notes[number - 1].stream if number <= len(lexed.notes) else _NOTHING
        aligner.stream(note, number, stream, words.of_tree(root))
    for number in range(len(notes) + 1, len(lexed.notes) + 1):
        aligner.stream(f"note-{number}", number, lexed.notes[number - 1].stream, words.of_tree())
    found = SourceMap(aligner.blocks, aligner.words, source.offsets.line_starts)
    return found, tuple(aligner.differences)


_NOTHING: Final = Stream("", (), ())


@dataclass(slots=True)
class _Spans:
    """Where each word of a tree starts and ends in the source."""

    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)

    def extend(self, other: "_Spans") -> None:
        """Append the words of another stretch."""
        self.starts += other.starts
        self.ends += other.ends


class _Aligner:
    def __init__(self, source: Source, lexed: Lexed) -> None:
        self.source = source
        self.lexed = lexed
        self.blocks: dict[str, Place] = {}
        self.words: dict[str, tuple[int, ...]] = {}
        self.differences: list[Difference] = []

    def stream(self, key: str, number: int, stream: Stream, shown: words.Shown) -> None:
        """Align one stream of the tree with the source's."""
        expected, starts, ends = stream.located()
        same = shown.words == tuple(expected)
        spans = _Spans(starts, ends) if same else self._matched(key, stream, shown)
        self._compare_formulas(key, stream, shown)
        self.words[key] = raw_offsets(self.source, spans.starts)
        self._place_blocks(number, shown, spans)

    # ------------------------------------------------------------ words

    def _matched(self, key: str, stream: Stream, shown: words.Shown) -> _Spans:
        """Match words that are not one by one the same: by their letters, if these are."""
        letters, starts, ends = stream.letters()
        if letters != words.letters(shown.words):
            return self._align(key, stream, shown)
        self._compare_boundaries(key, stream, shown)
        return _direct(shown.words, starts, ends)

    def _align(self, key: str, stream: Stream, shown: words.Shown) -> _Spans:
        """Match what is equal; a word of the tree that the source lacks stands where the last one before it ended."""
        expected = stream.words()
        spans = _Spans()
        done = at = 0
        for gap in words.differences([word.text for word in expected], shown.words):
            begin, end, start, stop = gap
            self._match(expected[done:begin], shown.words[at:start], spans)
            behind = expected[begin - 1].end if begin else 0
            spans.extend(_Spans([behind] * (stop - start), [behind] * (stop - start)))
            self._differ(key, stream, shown, gap)
            done, at = end, stop
        self._match(expected[done:], shown.words[at:], spans)
        return spans

    def _differ(self, key: str, stream: Stream, shown: words.Shown, gap: tuple[int, int, int, int]) -> None:
        begin, end, start, stop = gap
        expected = stream.words()
        lost = expected[begin:end]
        if lost:
            where = place(self.source, lost[0].start, lost[-1].end)
            at = [at for at, _ in words.find(stream.text)][begin]
            quoted = words.sentence(stream.text, at)
        else:
            behind = expected[begin - 1].end if begin else 0
            where = place(self.source, behind, behind)
            quoted = words.sentence(shown.text, shown.starts[start])
        texts = tuple(word.text for word in lost)
        self.differences.append(Difference(key, texts, shown.words[start:stop], where, quoted))

    def _match(self, expected: Iterable[Word], found: tuple[str, ...], spans: _Spans) -> None:
        starts: list[int] = []
        ends: list[int] = []
        for word in expected:
            length = len(words.normal(word.text))
            starts += [word.start] * length
            ends += [word.end] * length
        spans.extend(_direct(found, starts, ends))

    def _compare_boundaries(self, key: str, stream: Stream, shown: words.Shown) -> None:
        """Find words run together: letters with a space between them in the source and nothing in the tree."""
        in_tree = set(_first_letters(shown.words))
        expected = stream.words()
        for number, first in enumerate(_first_letters(word.text for word in expected)):
            word = expected[number]
            if first in in_tree or not self.source.text[word.start - 1 : word.start].isspace():
                continue
            before = expected[number - 1].text
            where = place(self.source, word.start, word.end)
            at = [at for at, _ in words.find(stream.text)][number]
            quoted = words.sentence(stream.text, at)
            self.differences.append(Difference(key, (before, word.text), (before + word.text,), where, quoted))

    def _compare_formulas(self, key: str, stream: Stream, shown: words.Shown) -> None:
        expected = [_tex(formula.tex) for formula in stream.formulas]
        found = [_tex(tex) for tex in shown.formulas]
        if expected == found:
            return
        at = next((at for at, pair in enumerate(zip(expected, found, strict=False)) if pair[0] != pair[1]), None)
        at = min(len(expected), len(found)) if at is None else at
        formula = stream.formulas[min(at, len(expected) - 1)] if expected else None
        where = place(self.source, formula.start, formula.end) if formula else place(self.source, 0, 0)
        lost, added = tuple(expected[at : at + 1]), tuple(found[at : at + 1])
        self.differences.append(Difference(key, lost, added, where, formula.tex if formula else ""))

    # ------------------------------------------------------------ blocks

    def _place_blocks(self, number: int, shown: words.Shown, spans: _Spans) -> None:
        leaves = sorted((leaf for leaf in self.lexed.blocks if leaf.stream == number), key=lambda leaf: leaf.start)
        order = _Order(sorted(spans.starts), leaves, [leaf.start for leaf in leaves])
        wordless: list[tuple[int, str]] = []
        for block, (begin, end) in shown.extents.items():
            if begin == end:
                wordless.append((begin, block))
                continue
            first, last = order.widen(min(spans.starts[begin:end]), max(spans.ends[begin:end]))
            self.blocks[block] = place(self.source, first, last)
        self._place_wordless(wordless, order, spans)

    def _place_wordless(self, blocks: list[tuple[int, str]], order: "_Order", spans: _Spans) -> None:
        """Give rules, images and other blocks without words the leaves without words between the same two words."""
        free: dict[int, list[Block]] = {}
        for leaf in order.leaves:
            if not order.has_word(leaf.start, leaf.end):
                free.setdefault(bisect_left(order.words, leaf.start), []).append(leaf)
        for before, block in sorted(blocks, key=lambda each: each[0]):
            waiting = free.get(before, [])
            if waiting:
                leaf = waiting.pop(0)
                self.blocks[block] = place(self.source, leaf.start, leaf.end)
            else:
                behind = spans.ends[before - 1] if before else 0
                self.blocks[block] = place(self.source, behind, behind)


@dataclass(frozen=True, slots=True)
class _Order:
    """A stream in order of the source: where its words start, and its leaves with their starts."""

    words: list[int]
    leaves: list[Block]
    starts: list[int]

    def has_word(self, begin: int, end: int) -> bool:
        """Say whether a word starts in a stretch of the source."""
        return bisect_left(self.words, begin) < bisect_left(self.words, end)

    def widen(self, first: int, last: int) -> tuple[int, int]:
        """Take in what stands before the first and after the last word of a block: quotes, brackets, images."""
        head, tail = self._leaf(first), self._leaf(last - 1)
        if head is not None and not self.has_word(head.start, first):
            first = head.start
        if tail is not None and not self.has_word(last, tail.end):
            last = tail.end
        return first, last

    def _leaf(self, offset: int) -> Block | None:
        which = bisect_right(self.starts, offset) - 1
        return self.leaves[which] if which >= 0 and offset <= self.leaves[which].end else None


def _direct(found: Iterable[str], starts: list[int], ends: list[int]) -> _Spans:
    """Place words by the source places of their letters, which are the same letters."""
    behind = list(accumulate(len(words.normal(word)) for word in found))
    last = ends[-1] if ends else 0
    return _Spans(
        [starts[at] if at < len(starts) else last for at in (0, *behind)[: len(behind)]],
        [ends[at - 1] if at <= len(ends) else last for at in behind],
    )


def _first_letters(found: Iterable[str]) -> list[int]:
    """Return the numbers of letters before each word."""
    at, starts = 0, []
    for word in found:
        starts.append(at)
        at += len(words.normal(word))
    return starts


def _tex(tex: str) -> str:
    return "".join(tex.split())
