"""The source map and the proof of words on the benchmark manuscript: every word and every block, nothing less."""

import functools
import re
from pathlib import Path

import pytest

from bookforge import manuscript, markdown, words, xhtml
from bookforge.book import Section, Source
from bookforge.diagnostics import Diagnostic
from tests.corpus import book

NAME = "the-story-of-my-life"
CHAPTERS = 36
_MARKUP = re.compile(r"\]\([^)]*\)|\[\^[^\]]*\]|\{[^}]*\}|\*")
"""All the markup of this manuscript that is made of more than signs, and what would part a word."""

pytestmark = pytest.mark.corpus


@functools.cache
def converted(path: Path) -> tuple[Source, Section]:
    said: list[Diagnostic] = []
    source = manuscript.from_text(path.read_text(encoding="utf-8"), path.name)
    section = markdown.parse(source, "en", said.append)
    assert said == []
    return source, section


def test_the_manuscript_is_whole(corpus: Path) -> None:
    assert len(book.chapters()) == CHAPTERS
    assert all(path.is_relative_to(corpus) for path in book.chapters())


@pytest.mark.parametrize("number", range(CHAPTERS))
def test_every_word_is_where_the_map_says(number: int) -> None:
    source, section = converted(book.chapters()[number])
    title = [xhtml.read(section.title)] if section.title else []
    shown = {"": words.of_tree(*title, xhtml.read(section.body))}
    shown |= {note.id: words.of_tree(xhtml.read(note.markup)) for note in section.notes}
    assert shown.keys() == section.source_map.words.keys()
    for stream, tree in shown.items():
        places = section.source_map.words[stream]
        assert len(places) == len(tree.words)
        assert list(places) == sorted(set(places))
        typed = [source.raw[at:].replace("*", "")[: len(word)] for at, word in zip(places, tree.words, strict=True)]
        assert typed == list(tree.words)


@pytest.mark.parametrize("number", range(CHAPTERS))
def test_every_block_is_where_the_map_says(number: int) -> None:
    source, section = converted(book.chapters()[number])
    places = section.source_map.blocks
    roots = [xhtml.read(section.body), *(xhtml.read(note.markup) for note in section.notes)]
    for root in roots:
        shown = words.of_tree(root)
        for block, (begin, end) in shown.extents.items():
            place = places[block]
            stretch = source.raw[place.start : place.end]
            assert source.raw[: place.start].count("\n") + 1 == place.line
            assert place.column == place.start - (source.raw.rfind("\n", 0, place.start) + 1) + 1
            if end > begin:
                typed = _MARKUP.sub("", stretch)
                assert [word for _, word in words.find(typed)] == list(shown.words[begin:end])
            else:
                assert stretch.strip(), block


def test_blocks_stand_in_the_order_of_the_file() -> None:
    for path in book.chapters():
        _, section = converted(path)
        shown = words.of_tree(xhtml.read(section.body))
        starts = [section.source_map.blocks[block].start for block in dict.fromkeys(shown.blocks) if block is not None]
        assert starts == sorted(starts), path.name
