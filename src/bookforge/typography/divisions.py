"""A dressed text in, the same with its words marked that are not to be divided, or only where the author says.

The engine divides words by the patterns of their language. A ``span`` of the class ``own-divisions`` is divided at its
soft hyphens alone, which is nowhere if it has none: layouts set ``hyphens: manual`` for it. A word of the class
``no-ligatures`` has an f where two of its parts meet.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from lxml import etree

from bookforge import words, xhtml
from bookforge.book import Book
from bookforge.typography.choices import Choices
from bookforge.typography.runs import LEFT_ALONE, SKIPPED_BLOCKS

_SOFT: Final = "\u00ad"
_LONG: Final = 6
"""Letters of the shortest word that layouts divide."""
_WORD: Final = re.compile(rf"[^\W\d_]{{{_LONG},}}")
_NAME: Final = re.compile(r"[^\W\d_]+")
_LAST: Final = re.compile(rf"([^\W\d_]{{{_LONG},}})[\W_]*\Z")
_NEAR: Final = 6
_TEXTS: Final = 4096
_BEGINS: Final = re.compile(r"(?:\A|[.!?…:])[^\w\u00a0\u202f]*\Z")
"""A sentence begins; not after the no-break space of “Mr. Smith”."""
_BREAKS: Final = re.compile(r"[ \t\n\r]+")
"""Where a line may end whatever stands around."""
_ACRONYM: Final = re.compile(r"\b(?![IVXLCDM]+\b)[A-Z][A-Z0-9]*[A-Z][A-Z0-9]*(?=s?\b)")

_CLASS: Final = "own-divisions"
_UNTIED: Final = "no-ligatures"
# Where parts of a word meet at an f, no ligature ties them (DUDEN, Ligaturen). This is a list of the usual stems and
# endings, not all of German; English ties them but for a third f.
_APART: Final = {
    "de": re.compile(
        r"auf(?=[fjl])|\bauf(?=i)|[^\W\d_]{2}f(?=lich(?!t)|ling|lein\b|los(?!s))|(?:dorf|stoff|schiff|schilf|brief|hof|golf|"
        r"wolf|schlaf|chef|straf|kampf|dampf|topf|kopf|ruf|tief|fünf|zwölf|elf|kauf|lauf|senf|strumpf|wurf|torf|hanf|"
        r"griff|tarif|treff|hilf|huf|graf)(?=f|l[aeiouäöü])|schilf(?=i)",
        re.IGNORECASE,
    ),
    "en": re.compile(r"shelf(?=ful)|cuff(?=link)|off(?=load|line)|self(?=less)", re.IGNORECASE),
}
_ACRONYM_CLASS: Final = "acronym"
_NOT_IN: Final = frozenset({*LEFT_ALONE, *SKIPPED_BLOCKS, "h1", "h2", "h3", "h4", "h5", "h6"})


_Marked = tuple[int, int, str, str]
"""A stretch of a text: where it begins and ends, what stands there now, and its classes."""


@dataclass(frozen=True, slots=True, eq=False)
class Divisions:
    """What decides on the division of words: ``known`` words in small letters, with soft hyphens where they divide.

    One for all books that decide the same, so that what it found in a text is known by itself.
    """

    choices: Choices
    known: Mapping[str, str]
    language: str

    def mark(self, root: xhtml.Element, language: str) -> None:
        """Mark the words of a text that is printed."""
        last = set() if self.choices.divide_last else {place for each in root.iter("p") if (place := _last_place(each))}
        for element, is_tail, of in list(_places(root, language)):
            text = (element.tail if is_tail else element.text) or ""
            found = _marked(self, text, of, (element, is_tail) in last)
            if found:
                _wrap(element, is_tail, text, found)

    def own(self, text: str, language: str, is_last: bool) -> Iterator["_Marked"]:
        """Yield the words of a text that are marked; ``is_last``: it has the last word of its paragraph."""
        apart = _APART.get(language.partition("-")[0].lower())
        has_apart = apart is not None and apart.search(text) is not None
        for start, end, word, name in self._divided(text, is_last):
            untied = has_apart and apart is not None and apart.search(word) is not None
            names = " ".join(each for each in (name, _UNTIED if untied else "") if each)
            if names:
                yield start, end, word, names

    def _divided(self, text: str, is_last: bool) -> Iterator["_Marked"]:
        final = _LAST.search(text) if is_last else None
        whole = not self.choices.divide_capitalised
        for match in _WORD.finditer(text):
            word = match[0]
            if word.lower() in self.known:
                yield match.start(), match.end(), _with_divisions(word, self.known[word.lower()]), _CLASS
            elif (final is not None and match.start() == final.start(1)) or (
                whole and word[0].isupper() and not _BEGINS.search(text[max(0, match.start() - _NEAR) : match.start()])
            ):
                yield match.start(), match.end(), word, _CLASS
            else:
                yield match.start(), match.end(), word, ""


@lru_cache(maxsize=_TEXTS)
def _marked(divisions: Divisions, text: str, language: str, is_last: bool) -> "tuple[_Marked, ...]":
    """Return what is marked of a text; kept, since a changed section has most of its texts from before."""
    return tuple(_with_neighbours(text, list(divisions.own(text, language, is_last))))


def of(choices: Choices, book: Book) -> Divisions:
    """Gather the words whose division the manifest decides: its own list, and the names of authors and voices."""
    known: dict[str, str] = {}
    if choices.care and not choices.divide_names:
        names = [*(author.name for author in book.metadata.authors), *(voice.name for voice in book.voices.values())]
        known |= {word.lower(): word.lower() for name in names for word in _NAME.findall(name) if word[0].isupper()}
    known |= {word.replace("-", "").lower(): word.lower().replace("-", _SOFT) for word in choices.hyphenation}
    return _of(choices, tuple(known.items()), book.metadata.language)


@lru_cache(maxsize=8)
def _of(choices: Choices, known: tuple[tuple[str, str], ...], language: str) -> Divisions:
    return Divisions(choices, dict(known), language)


def mark_acronyms(root: xhtml.Element, language: str) -> None:
    """Mark acronyms, for layouts that set them in small capitals; Roman numerals are none."""
    for element, is_tail, _ in list(_places(root, language)):
        text = (element.tail if is_tail else element.text) or ""
        found = [(match.start(), match.end(), match[0], _ACRONYM_CLASS) for match in _ACRONYM.finditer(text)]
        if found:
            _wrap(element, is_tail, text, found)


def _places(element: xhtml.Element, language: str) -> Iterator[tuple[xhtml.Element, bool, str]]:
    """Yield every place of text that a line may end in: element, whether it is its tail, language."""
    yield element, False, language
    for child in element:
        name = words.local_name(child)
        own = child.get("lang") or language
        if name and name not in _NOT_IN and child.get("data-generated") is None:
            yield from _places(child, own)
        yield child, True, language


def _last_place(paragraph: xhtml.Element) -> tuple[xhtml.Element, bool] | None:
    """Find where the last word of a paragraph stands, notes at the foot left out."""
    found = None
    for element, is_tail in _own_places(paragraph):
        if _NAME.search((element.tail if is_tail else element.text) or ""):
            found = element, is_tail
    return found


def _own_places(element: xhtml.Element) -> Iterator[tuple[xhtml.Element, bool]]:
    yield element, False
    for child in element:
        if words.local_name(child) in words.INLINE and child.get("data-note-id") is None:
            yield from _own_places(child)
        yield child, True


def _with_neighbours(text: str, found: "list[_Marked]") -> Iterator["_Marked"]:
    """Widen stretches to all that holds fast to them: “Mrs. Keller’s” is no word and more, but one thing in a line.

    The engine finds no break before an element that its text may not part from, and breaks the line anywhere before.
    """
    waiting: _Marked | None = None
    for start, end, word, name in found:
        if waiting is not None and _BREAKS.search(text, waiting[1], start) is None:
            waiting = (waiting[0], end, waiting[2] + text[waiting[1] : start] + word, waiting[3])
            continue
        if waiting is not None:
            yield _to_the_right(text, waiting)
        left = max((each.end() for each in _BREAKS.finditer(text, 0, start)), default=0)
        waiting = (left, end, text[left:start] + word, name)
    if waiting is not None:
        yield _to_the_right(text, waiting)


def _to_the_right(text: str, marked: "_Marked") -> "_Marked":
    start, end, word, name = marked
    stop = _BREAKS.search(text, end)
    until = stop.start() if stop else len(text)
    return start, until, word + text[end:until], name


def _with_divisions(word: str, form: str) -> str:
    """Put the soft hyphens of a known form into a word, whatever its capitals."""
    letters = iter(word)
    return "".join(each if each == _SOFT else next(letters, "") for each in form)


def _wrap(element: xhtml.Element, is_tail: bool, text: str, found: "Sequence[_Marked]") -> None:
    """Put stretches of a text into spans of a class."""
    head = text[: found[0][0]]
    ends = [start for start, *_ in found[1:]] + [len(text)]
    spans = []
    for (_, end, word, name), until in zip(found, ends, strict=True):
        span = etree.Element("span")
        span.set("class", name)
        span.text = word
        span.tail = text[end:until] or None
        spans.append(span)
    if is_tail:
        element.tail = head or None
        parent = element.getparent()
        assert parent is not None
        at = parent.index(element) + 1
    else:
        element.text = head or None
        parent, at = element, 0
    for number, span in enumerate(spans):
        parent.insert(at + number, span)
