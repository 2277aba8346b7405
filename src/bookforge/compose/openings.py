"""The first paragraph of a section in, the same with its first words marked for a layout out.

A capital that drops into the lines below is a real ``span`` in the text. Layouts place it by the measures of its glyph:
one class a capital.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from bookforge import xhtml
from bookforge.book import BookSection
from bookforge.compose.views import InitialView
from bookforge.semantics import SEMANTICS

WORD_ID: Final = "opening.word"
"""What the id of a word with a dropped capital ends in; ids of authors hold no dot."""

_BEFORE: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_OTHER: Final = frozenset({"dateline", "salutation", "teller", "asker", "attribution", "align-right", "align-center"})
_STOPS: Final = frozenset({"br", "img", "math", "code", "sup", "sub"})
_WORDS: Final = re.compile(r"[^ \t\r\n]+")
_MOST_WORDS: Final = 4
_SENTENCE: Final = re.compile(r"[.,;:!?…—–][\"'”’»)]*\Z")
_CAPITAL: Final = re.compile(r"\s*(?P<mark>[\"'“”„‘’‚«»‹›¿¡(\[]*)[\u00a0\u202f]?(?P<letter>[^\W\d_])(?P<rest>[^\s—–]*)")
_CHARACTERS_A_LINE: Final = 66
_LONGEST_WORD: Final = 20
"""Characters after a capital that certainly fit on the line beside it: the word is not divided."""


@dataclass(frozen=True, slots=True)
class Opening:
    """How sections open: ``drop-cap``, ``small-caps`` or ``plain``.

    ``initial`` gives what places a capital with the marks before it, ``None`` when the face has no such glyph.
    """

    kind: str = "plain"
    initial: Callable[[str, str], InitialView | None] = lambda mark, letter: None


def mark(body: xhtml.Element, section: BookSection, opening: Opening) -> None:
    """Mark the first words of what is read as text; a headline or an epigraph may stand before them."""
    paragraph = _first_paragraph(body)
    if paragraph is None or not SEMANTICS[section.role].told or opening.kind == "plain":
        return
    pieces = tuple(_pieces(paragraph))
    if opening.kind == "drop-cap":
        initial = _initial(paragraph, pieces, opening)
        if initial is not None:
            found, view = initial
            xhtml.add_class(paragraph, view.name)
            _drop(pieces, section, found)
            _make_room(paragraph)
            return
    _mark_words(pieces, _MOST_WORDS)


def consistent(kind: str, sections: Iterable[BookSection], lines: int) -> str:
    """Return how the sections of a book open: capitals drop where most sections can have one, else nowhere."""
    told = [section for section in sections if SEMANTICS[section.role].told and section.content is not None]
    bodies = [section.content.body for section in told if section.content is not None]
    if kind == "drop-cap" and 2 * sum(_can_drop(body, lines) for body in bodies) < len(bodies):
        return "small-caps"
    return kind


@lru_cache(maxsize=2048)
def _can_drop(body: str, lines: int) -> bool:
    paragraph = _first_paragraph(xhtml.read(body))
    return paragraph is not None and _has_lines(paragraph, lines) and _capital(tuple(_pieces(paragraph))) is not None


def _first_paragraph(body: xhtml.Element) -> xhtml.Element | None:
    for block in body:
        if block.tag in _BEFORE or xhtml.has_class(block, "epigraph"):
            continue
        plain = block.tag == "p" and not _OTHER.intersection(xhtml.classes(block))
        return block if plain else None
    return None


# ---------------------------------------------------------------- pieces of text


@dataclass(frozen=True, slots=True)
class _Piece:
    """A run of text: the text of ``holder``, or what follows it."""

    holder: xhtml.Element
    follows: bool

    @property
    def text(self) -> str:
        return (self.holder.tail if self.follows else self.holder.text) or ""

    def put(self, made: xhtml.Element, start: int, end: int) -> None:
        """Put ``made`` in the place of a stretch of the text."""
        before, after = self.text[:start], self.text[end:]
        made.tail = after
        if self.follows:
            parent = self.holder.getparent()
            assert parent is not None
            self.holder.tail = before
            parent.insert(parent.index(self.holder) + 1, made)
        else:
            self.holder.text = before
            self.holder.insert(0, made)


def _pieces(element: xhtml.Element) -> Iterator[_Piece]:
    """Yield the runs of text of a paragraph in order, up to the first note, picture, formula or turned line."""
    return (piece for piece in _runs(element) if piece.text.strip())


def _runs(element: xhtml.Element) -> Iterator[_Piece]:
    yield _Piece(element, follows=False)
    for child in element:
        if _stops(child):
            return
        yield from _runs(child)
        if any(_stops(each) for each in child.iterdescendants()):
            return
        yield _Piece(child, follows=True)


def _stops(element: xhtml.Element) -> bool:
    if not isinstance(element.tag, str) or element.tag in _STOPS or element.get("data-generated") is not None:
        return True
    return bool({"noteref", "footnote", "math"}.intersection(xhtml.classes(element)))


# ---------------------------------------------------------------- words and capitals


def _mark_words(pieces: Iterable[_Piece], most: int) -> None:
    """Wrap the first words, up to the end of a phrase; a word or two inside emphasis count."""
    for piece in pieces:
        if not most:
            return
        end, most, ended = _span_of_words(piece.text, most)
        if end:
            start = len(piece.text) - len(piece.text.lstrip())
            piece.put(_span("opening-words", piece.text[start:end]), start, end)
        if ended:
            return


def _span_of_words(text: str, most: int) -> tuple[int, int, bool]:
    """Return where the first words end, how many may still come, and whether a phrase ends with them."""
    end = 0
    for word in _WORDS.finditer(text):
        if not most:
            break
        end, most = word.end(), most - 1
        if _SENTENCE.search(word.group()):
            return end, most, True
    return end, most, False


def _initial(
    paragraph: xhtml.Element, pieces: tuple[_Piece, ...], opening: Opening
) -> tuple[re.Match[str], InitialView] | None:
    """Find the capital and what places it; ``None`` where none can drop: not a capital, not enough lines beside it."""
    found = _capital(pieces)
    view = opening.initial(found["mark"], found["letter"]) if found else None
    return (found, view) if found and view and _has_lines(paragraph, view.lines) else None


def _capital(pieces: tuple[_Piece, ...]) -> re.Match[str] | None:
    found = _CAPITAL.match(pieces[0].text) if pieces else None
    if found is None or unicodedata.category(found["letter"]) != "Lu" or len(found["rest"]) > _LONGEST_WORD:
        return None
    return found


def _has_lines(paragraph: xhtml.Element, lines: int) -> bool:
    """Say whether a paragraph surely has so many lines."""
    broken = any(True for _ in paragraph.iter("br"))
    return not broken and len(" ".join(xhtml.text(paragraph).split())) >= lines * _CHARACTERS_A_LINE


def _drop(pieces: tuple[_Piece, ...], section: BookSection, found: re.Match[str]) -> None:
    """Set the word apart that begins with the capital, and the words after it."""
    first, *later = pieces
    words = _span("opening-words", "")
    word = _span("opening-word", "")
    word.set("id", f"{section.id}.{WORD_ID}")
    capital = _span("initial" if found["rest"] else "initial alone", found["letter"])
    if found["mark"]:
        capital.text = None
        before = _span("initial-mark", found["mark"])
        before.tail = found["letter"]
        capital.append(before)
    word.append(capital)
    capital.tail = found["rest"]
    words.append(word)
    end, most, ended = _span_of_words(first.text, _MOST_WORDS)
    end = max(end, found.end())
    word.tail = first.text[found.end() : end]
    first.put(words, len(first.text) - len(first.text.lstrip()), end)
    if not ended:
        _mark_words(later, most)


def _make_room(paragraph: xhtml.Element) -> None:
    """Put an empty element at the head of a paragraph, by which layouts hold its lines beside the capital."""
    room = _span("initial-room", "")
    room.tail, paragraph.text = paragraph.text, None
    paragraph.insert(0, room)


def _span(name: str, text: str) -> xhtml.Element:
    made = xhtml.read(xhtml.escape(text), "span")
    made.set("class", name)
    return made
