"""Converted trees and our own reading of the source into a source map, with every word that differs."""

from collections.abc import Mapping
from dataclasses import dataclass

from lxml.etree import _Element

from bookforge.book import Place, Source, SourceMap
from bookforge.markdown.lexer import Lexed


@dataclass(frozen=True, slots=True)
class Difference:
    """Words that one side has and the other has not.

    ``stream`` is ``""`` for the flow, else the note's id. ``lost`` are words of the source that the tree lacks,
    ``added`` words of the tree that the source lacks. ``sentence`` is the source's text around the place.
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
    raise NotImplementedError
