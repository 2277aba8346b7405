"""Index marks in, the index as a reader meets it out: sorted, in letters, with pages or links."""

import dataclasses
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from bookforge import xhtml
from bookforge.indexing import Heading, Spot, Topic
from bookforge.numerals import roman

_ROMAN: Final = {roman(number).lower(): number for number in range(1, 500)}
_ITALICS: Final = re.compile(r"\*+([^*]+)\*+")
_SIGNS_BEFORE: Final = re.compile(r"^\W+")
_DASH: Final = "\u2013"
_LATIN: Final = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ı": "i", "ß": "ss"}
)
_AFTER_Z: Final = {
    "sv": "åäö", "fi": "åäö", "da": "æøå", "nb": "æøå", "nn": "æøå", "no": "æøå", "is": "þæö", "et": "õäöü",
}  # fmt: skip
"""Letters that a language sorts behind z, in their order."""
_AFTER: Final = {"es": {"ñ": "n"}, "gl": {"ñ": "n"}, "pl": dict(zip("ąćęłńóśźż", "acelnoszz", strict=True))}
"""Letters that a language sorts behind another one."""
_TWIN: Final = {"ä": "æ", "ö": "ø"}
_LAST: Final = 0x10FF00


@dataclass(frozen=True, slots=True)
class Locator:
    """Where an entry leads: ``text`` as printed; ``main``: the place that matters most.

    ``beside``: it follows another one of the same chapter.
    """

    href: str
    text: str
    main: bool = False
    beside: bool = False


@dataclass(frozen=True, slots=True)
class Reference:
    """An entry to see: its headings in a row as printed, and its address where the index has it."""

    text: Markup
    href: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the index, or one below another."""

    id: str
    term: Markup
    places: tuple[Locator, ...]
    see: tuple[Reference, ...]
    see_also: tuple[Reference, ...]
    entries: tuple["Entry", ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The entries that begin with one letter; those with figures and signs come first, under no letter."""

    letter: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Style:
    """How an index is made.

    ``order`` is ``letters`` or ``words``, ``ranges`` one of ``chicago``, ``oxford`` and ``full``. ``note`` is the
    pattern of a page's note, of ``page`` and ``note``. ``apart``: notes stand at the end of chapters or of the book.
    ``set_words`` gives a heading the marks and spaces of its language.
    """

    language: str
    order: str
    ranges: str
    note: str
    apart: bool
    set_words: Callable[[str], str] = str


def index(
    found: Sequence[Topic], identity: str, style: Style, locate: Callable[[Topic], tuple[Locator, ...]]
) -> tuple[Group, ...]:
    """Return the index of a section called ``identity``; ``locate`` makes the locators of an entry."""
    ordered = _ordered(found, style)
    numbered = [topic for top in ordered for topic in _in_order(top, style)]
    ids = {topic.heading: f"{identity}.entry-{number}" for number, topic in enumerate(numbered, 1)}
    groups: dict[str, list[Entry]] = {}
    for topic in ordered:
        groups.setdefault(_letter(topic, style), []).append(_entry(topic, ids, style, locate))
    return tuple(Group(letter, tuple(entries)) for letter, entries in groups.items())


def _in_order(topic: Topic, style: Style) -> Iterator[Topic]:
    yield topic
    for each in _ordered(topic.below, style):
        yield from _in_order(each, style)


def _ordered(found: Iterable[Topic], style: Style) -> list[Topic]:
    return sorted(found, key=lambda topic: (sort_key(_sorted_by(topic), style), topic.heading))


def _sorted_by(topic: Topic) -> str:
    return topic.sort or topic.heading[-1]


def _entry(
    topic: Topic, ids: Mapping[Heading, str], style: Style, locate: Callable[[Topic], tuple[Locator, ...]]
) -> Entry:
    return Entry(
        id=ids[topic.heading],
        term=_markup(topic.heading[-1], style),
        places=locate(topic),
        see=_references(topic.see, ids, style),
        see_also=_references(topic.see_also, ids, style),
        entries=tuple(_entry(each, ids, style, locate) for each in _ordered(topic.below, style)),
    )


def _references(headings: Sequence[Heading], ids: Mapping[Heading, str], style: Style) -> tuple[Reference, ...]:
    ordered = sorted(headings, key=lambda heading: [sort_key(word, style) for word in heading])
    return tuple(
        Reference(
            Markup(": ").join(_markup(word, style) for word in heading), f"#{ids[heading]}" if heading in ids else None
        )
        for heading in ordered
    )


def _markup(text: str, style: Style) -> Markup:
    """Return a heading as markup: italics between asterisks."""
    return Markup(_ITALICS.sub(r"<em>\1</em>", xhtml.escape(style.set_words(text))))


# ---------------------------------------------------------------- order


def sort_key(text: str, style: Style) -> tuple[tuple[str, ...], ...]:
    """Return what an entry sorts by: its words, or its letters run together, up to a comma or bracket and behind it.

    Figures sort as numbers, before letters; accents and capitals count for nothing, except for letters that the
    language takes for letters of their own.
    """
    parts = re.split(r"[,(]", _SIGNS_BEFORE.sub("", text.casefold()))
    if style.order == "words":
        return tuple(tuple(filter(None, (_bare(word, style.language) for word in part.split()))) for part in parts)
    return tuple((_bare(part, style.language),) for part in parts)


def _bare(text: str, language: str) -> str:
    own = _own_letters(language)
    kept = []
    for char in unicodedata.normalize("NFC", text):
        plain = own.get(char) or unicodedata.normalize("NFKD", char.translate(_LATIN))
        kept.append("".join(each for each in plain if each.isalnum() or ord(each) >= _LAST))
    return re.sub(r"\d+", lambda figures: figures.group().zfill(12), "".join(kept))


def _own_letters(language: str) -> dict[str, str]:
    """Return the letters that a language sorts by themselves, each with what puts it in its place."""
    short = language.lower().split("-")[0]
    after_z = _AFTER_Z.get(short, "")
    found = {letter: chr(_LAST + place) for place, letter in enumerate(after_z)}
    found |= {twin: found[letter] for twin, letter in _TWIN.items() if letter in found and twin not in found}
    return found | {letter: before + chr(_LAST) for letter, before in _AFTER.get(short, {}).items()}


def _letter(topic: Topic, style: Style) -> str:
    """Return the letter an entry stands under."""
    text = unicodedata.normalize("NFC", _sorted_by(topic).casefold())
    first = next((char for char in text if char.isalnum()), "")
    own = _own_letters(style.language)
    if first in own:
        first = next(letter for letter, place in own.items() if place == own[first])
    else:
        first = unicodedata.normalize("NFKD", first.translate(_LATIN))[:1]
    return first.upper() if first.isalpha() else ""


# ---------------------------------------------------------------- pages


def on_pages(style: Style, pages: Mapping[str, str]) -> Callable[[Topic], tuple[Locator, ...]]:
    """Return what makes locators for print: pages in order, in runs, each once.

    ``pages`` are labels by id; with some known, a place that stands on no page is left out.
    """

    def locate(topic: Topic) -> tuple[Locator, ...]:
        return tuple(_printed(run, style) for run in _runs(topic.spots, pages, style))

    return locate


@dataclass(frozen=True, slots=True)
class _Run:
    """Pages in a row: numeral system (0: roman), first and last page, the note's suffix pattern, where it begins."""

    system: int
    first: int
    last: int
    main: bool
    note: str
    id: str


def _runs(spots: Sequence[Spot], pages: Mapping[str, str], style: Style) -> list[_Run]:
    found: dict[tuple[int, int, int, str], _Run] = {}
    for spot in spots:
        start, end = (each if not pages or each in pages else None for each in (spot.id, spot.end))
        if start is None:
            continue
        system, first = _counted(pages[start])
        to_system, last = _counted(pages[end]) if end else (system, first)
        note = (str(spot.note) if style.apart else "-") if spot.note is not None else ""
        if to_system != system:  # a stretch from the front matter into the text: where it begins is enough
            last = first
        run = _Run(system, first, max(first, last), spot.main, note, spot.id)
        key = (system, run.first, run.last, note)
        if key not in found or (run.main and not found[key].main):
            found[key] = run
    text = _merged(sorted((run for run in found.values() if not run.note), key=_in_book))
    return sorted([*text, *(run for run in found.values() if run.note)], key=_in_book)


def _in_book(run: _Run) -> tuple[int, int, bool, int, int]:
    return run.system, run.first, bool(run.note), run.last, int(run.note) if run.note.isdecimal() else 0


def _merged(ordered: list[_Run]) -> list[_Run]:
    """Join runs that meet, the main places for themselves; what lies within one of those is not said twice."""
    main = _joined(run for run in ordered if run.main)
    others = (run for run in ordered if not run.main and not any(_holds(each, run) for each in main))
    return [*main, *_joined(others)]


def _holds(outer: _Run, inner: _Run) -> bool:
    return outer.system == inner.system and outer.first <= inner.first and inner.last <= outer.last


def _joined(ordered: Iterable[_Run]) -> list[_Run]:
    joined: list[_Run] = []
    for run in ordered:
        before = joined[-1] if joined else None
        if before is not None and before.system == run.system and run.first <= before.last + 1:
            joined[-1] = dataclasses.replace(before, last=max(before.last, run.last))
        else:
            joined.append(run)
    return joined


def _counted(label: str) -> tuple[int, int]:
    return (1, int(label)) if label.isdecimal() else (0, _ROMAN.get(label, 0))


def _printed(run: _Run, style: Style) -> Locator:
    if run.system == 0:
        first, last = roman(run.first).lower(), roman(run.last).lower()
    else:
        first, last = str(run.first), str(run.last)
    text = first
    if run.last > run.first:
        text = f"{first}{_DASH}{shortened(run.first, run.last, style.ranges) if run.system else last}"
    if run.note:
        text = style.note.format(page=first, note="" if run.note == "-" else run.note)
    return Locator(f"#{run.id}", text, run.main)


def shortened(first: int, last: int, ranges: str) -> str:
    """Return the second number of a range as a style guide writes it.

    ``chicago``: all of it below 100 and after a full hundred, the changed part after 101 to 109, else two figures or
    more (107–8, 321–28, 1496–1500). ``oxford``: the changed part, both figures from 10 to 19 (21–2, 115–18).
    """
    one, other = str(first), str(last)
    if ranges == "full" or len(one) != len(other):
        return other
    same = next((place for place, pair in enumerate(zip(one, other, strict=True)) if pair[0] != pair[1]), len(one))
    if ranges == "oxford":
        return other[min(same, len(other) - 2) :] if other[-2:-1] == "1" else other[same:]
    if first < 100 or first % 100 == 0:
        return other
    if first % 100 < 10:
        return other[same:]
    changed = other[min(same, len(other) - 2) :]
    return other if len(other) == 4 and len(changed) == 3 else changed


# ---------------------------------------------------------------- links


def as_links(href_of: Callable[[str], str], names: Mapping[str, str]) -> Callable[[Topic], tuple[Locator, ...]]:
    """Return what makes locators where there are no pages: the chapter's name, further places in it counted."""

    def locate(topic: Topic) -> tuple[Locator, ...]:
        counts: dict[str, int] = {}
        found = []
        for spot in sorted(topic.spots, key=lambda spot: spot.number):
            counts[spot.section] = count = counts.get(spot.section, 0) + 1
            text = names[spot.section] if count == 1 else str(count)
            found.append(Locator(href_of(spot.id), text, spot.main, beside=count > 1))
        return tuple(found)

    return locate
