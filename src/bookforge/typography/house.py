"""A book as typed in, the same words with the typography of their languages out.

Everything here changes marks and spaces, never a letter or a figure, and changes nothing a second time.
"""

import dataclasses
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from bookforge import xhtml
from bookforge.book import Book, BookSection, Contributor, CopyrightPage, Metadata, Section, Series, Voice, When
from bookforge.cache import NOTHING_KEPT, Shelf
from bookforge.typography import languages, marks, quotes, runs, spaces
from bookforge.typography.choices import AS_TYPED, BY_LANGUAGE, Choices
from bookforge.typography.languages import NARROW, NO_BREAK, Language, Pair

PRINT: Final = "print"
SCREEN: Final = "screen"
READER: Final = "reader"
"""What a text is set for: pages of ours, a browser, or a reading system that knows few spaces (EPUB, Kindle)."""

CHARACTERS: Final = "’‘“”„‚«»‹›–—…′″\u00a0\u202f\u2060\u00ad"
"""Every character that this package may put where another stood."""

_PRIMES: Final[Pair] = ("′", "″")
_HOUSE_QUOTES: Final[dict[str, tuple[Pair, Pair]]] = {
    "double": (("“", "”"), ("‘", "’")),
    "single": (("‘", "’"), ("“", "”")),
    "low": (("„", "“"), ("‚", "‘")),
    "guillemets": (("«", "»"), ("‹", "›")),
    "inward-guillemets": (("»", "«"), ("›", "‹")),
}
_KEPT: Final = 4096
_LINES: Final = 8192
_KNOWN_TO_READERS: Final = {
    NARROW: NO_BREAK,
    "\u2009": NO_BREAK,  # thin
    "\u205f": NO_BREAK,
    "\u200a": "",  # hair
    "\u2002": " ",
    "\u2003": " ",
    "\u00ad": "",  # soft hyphen
    "\u200b": "",
    "\u2060": "",  # word joiner
    "\ufeff": "",
}
"""Kindle Publishing Guidelines 6: of all spaces only the usual one and the no-break space, and no format characters."""


@dataclass(frozen=True, slots=True)
class House:
    """How one edition sets its text.

    ``language`` is the book's: the choices are for it, other languages follow their own customs. ``single_outside``:
    the author typed single marks outside. ``medium`` is :data:`PRINT`, :data:`SCREEN` or :data:`READER`. ``primes``:
    the faces have them.
    """

    choices: Choices
    language: str
    single_outside: bool
    medium: str
    primes: bool = True

    def set_line(self, text: str, language: str) -> str:
        """Set one run of text; separators of :mod:`runs` stay where they are."""
        return _set_line(self, text, language)

    def set_words(self, text: str, language: str) -> str:
        """Set a plain text that has not been through pandoc: its marks are straight."""
        plain = dataclasses.replace(self, medium=READER) if self.medium == PRINT else self
        return runs.with_addresses_aside(quotes.curl(text), language, plain.set_line)


def _for_readers(text: str) -> str:
    for unknown, known in _KNOWN_TO_READERS.items():
        text = text.replace(unknown, known)
    return text


@lru_cache(maxsize=_LINES)
def _set_line(house: House, text: str, language: str) -> str:
    """Set one run of text; kept, since a changed section has most of its lines from before."""
    text = _in_any_medium(house.choices, house.language, house.single_outside, house.primes, text, language)
    if house.choices.no_break:
        text = marks.held_dashes(text, marks.JOINER if house.medium != READER else "")
    if house.medium == PRINT and house.choices.quotes != AS_TYPED:
        text = spaces.quotes_apart(text)
    return _for_readers(text) if house.medium == READER else text


@lru_cache(maxsize=_LINES)
def _in_any_medium(chosen: Choices, of_book: str, single_outside: bool, primes: bool, text: str, language: str) -> str:
    """Do what is most of the work and the same for every edition of a book; kept for the next one."""
    customs, sets = _settled(chosen, of_book, single_outside, primes, language)
    if chosen.spaces:
        text = spaces.single(text)
    text = quotes.resolve(text, customs, sets)
    text = marks.dashes(text, customs.dashes)
    if chosen.ranges:
        text = marks.ranges(text)
    text = marks.ellipses(text, customs.ellipsis)
    if chosen.spaces:
        text = spaces.spaced(text, customs)
    return spaces.held(text, customs) if chosen.no_break else text


@lru_cache(maxsize=256)
def _settled(
    chosen: Choices, of_book: str, single_outside: bool, primes: bool, language: str
) -> tuple[Language, quotes.Marks]:
    """Lay the house's choices over the customs of a language, if it is the book's."""
    customs = languages.of(language)
    outer, inner = customs.outer, customs.inner
    if language.partition("-")[0].lower() == of_book.partition("-")[0].lower():
        if chosen.quotes == AS_TYPED:
            outer = inner = None
        elif chosen.quotes != BY_LANGUAGE:
            outer, inner = _HOUSE_QUOTES[chosen.quotes]
        customs = dataclasses.replace(
            customs,
            dashes=customs.dashes if chosen.dashes == BY_LANGUAGE else chosen.dashes,
            ellipsis=customs.ellipsis if chosen.ellipsis == BY_LANGUAGE else chosen.ellipsis,
        )
    sets = quotes.Marks(
        outer=outer,
        inner=inner,
        single_outside=single_outside,
        elisions=chosen.apostrophes,
        primes=_PRIMES if chosen.primes and primes and customs.outer else None,
    )
    return customs, sets


def of(choices: Choices, book: Book, medium: str, has: Callable[[str], bool]) -> House:
    """Settle how an edition of a book is set; ``has`` says whether its faces have a character."""
    texts = [section.content.body for section in book.sections if section.content]
    single = quotes.outside_is_single(texts)
    return House(choices, book.metadata.language, single, medium, all(map(has, _PRIMES)))


# ---------------------------------------------------------------- a book


@dataclass(frozen=True, slots=True)
class _Set:
    """The markup of a section as it was set: its title, its text, its notes."""

    title: str | None
    body: str
    notes: tuple[str, ...]


def set_book(original: Book, chosen: House, shelf: Shelf = NOTHING_KEPT) -> Book:
    """Set every word of a book that an edition shows, its metadata's included; ``shelf`` keeps set sections."""
    if not chosen.choices.care:
        return original
    words = _Words(chosen, original.metadata.language)
    return dataclasses.replace(
        original,
        metadata=set_metadata(original.metadata, chosen),
        voices={name: words.voice(voice) for name, voice in original.voices.items()},
        sections=tuple(_section(section, chosen, shelf) for section in original.sections),
    )


def set_metadata(said: Metadata, chosen: House) -> Metadata:
    """Set what is said about a book as a whole: what title pages and covers print."""
    return _Words(chosen, said.language).metadata(said) if chosen.choices.care else said


def _section(section: BookSection, chosen: House, shelf: Shelf) -> BookSection:
    words = _Words(chosen, section.language)
    content = section.content
    typed = content is not None and section.title == content.title
    title = section.title
    return dataclasses.replace(
        section,
        title=set_markup(title, section.language, chosen, not typed) if title else title,
        title_text=words.maybe(section.title_text),
        short_title=words.maybe(section.short_title),
        subtitle=words.maybe(section.subtitle),
        when=words.moment(section.when),
        content=_content(content, section.language, chosen, shelf) if content else None,
    )


def _content(content: Section, language: str, chosen: House, shelf: Shelf) -> Section:
    def make() -> _Set:
        title = set_markup(content.title, language, chosen) if content.title else None
        notes = tuple(set_markup(note.markup, language, chosen) for note in content.notes)
        return _Set(title, set_markup(content.body, language, chosen), notes)

    parts = (repr(content.title), content.body, *(note.markup for note in content.notes))
    done = shelf.kept("house", _Set, make, repr(chosen), language, *parts)
    notes = zip(content.notes, done.notes, strict=True)
    return dataclasses.replace(
        content,
        title=done.title,
        body=done.body,
        notes=tuple(dataclasses.replace(note, markup=markup) for note, markup in notes),
    )


@lru_cache(maxsize=_KEPT)
def set_markup(markup: str, language: str, chosen: House, straight: bool = False) -> str:
    """Set a fragment of markup; ``straight``: it has not been through pandoc.

    Kept, since every edition of a run and every round of laying out asks for the same.
    """
    root = xhtml.read(markup)

    def change(text: str, of: str) -> str:
        return chosen.set_line(quotes.curl(text) if straight else text, of)

    runs.rewrite(root, language, change)
    return xhtml.write(root)


@dataclass(frozen=True, slots=True)
class _Words:
    """Sets the plain texts of the manifest."""

    chosen: House
    language: str

    def line(self, text: str) -> str:
        return self.chosen.set_words(text, self.language)

    def maybe(self, text: str | None) -> str | None:
        return None if text is None else self.line(text)

    def lines(self, texts: Iterable[str]) -> tuple[str, ...]:
        return tuple(map(self.line, texts))

    def moment(self, when: When | None) -> When | None:
        return dataclasses.replace(when, label=self.maybe(when.label)) if when else None

    def voice(self, voice: Voice) -> Voice:
        return dataclasses.replace(voice, name=self.line(voice.name), label=self.line(voice.label))

    def person(self, person: Contributor) -> Contributor:
        biography = person.biography
        told = "\n\n".join(map(self.line, biography.split("\n\n"))) if biography else biography
        return dataclasses.replace(person, name=self.line(person.name), biography=told)

    def series(self, series: Series | None) -> Series | None:
        return dataclasses.replace(series, name=self.line(series.name)) if series else None

    def copyright_page(self, page: CopyrightPage) -> CopyrightPage:
        return dataclasses.replace(
            page,
            holder=self.maybe(page.holder),
            year=self.maybe(page.year),
            credits=self.lines(page.credits),
            permissions=self.lines(page.permissions),
            memory=self.maybe(page.memory),
            names=self.maybe(page.names),
        )

    def metadata(self, said: Metadata) -> Metadata:
        return dataclasses.replace(
            said,
            title=self.line(said.title),
            subtitle=self.maybe(said.subtitle),
            authors=tuple(map(self.person, said.authors)),
            contributors=tuple(map(self.person, said.contributors)),
            series=self.series(said.series),
            publisher=self.maybe(said.publisher),
            rights=self.maybe(said.rights),
            description=self.maybe(said.description),
            back_cover=self.lines(said.back_cover),
            copyright_page=self.copyright_page(said.copyright_page),
        )
