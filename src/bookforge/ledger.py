"""A composed edition, or its pages, against the manuscript: the proof that no word was lost, doubled or moved.

Each section's flow is compared in order, each note by itself, formulas as a list of their own. Letters are compared,
not words, so that hyphens at line ends, ligatures and capitals set by a style make no difference.
"""

import copy
import hashlib
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Final, Protocol

from lxml import etree

from bookforge import words, xhtml
from bookforge.book import BookSection, SectionId
from bookforge.cache import Shelf
from bookforge.diagnostics import Diagnostic, Location, error
from bookforge.edition import Composition, Document


@dataclass(frozen=True, slots=True)
class Streams:
    """The words of one section: the flow, and each note by its id."""

    flow: words.Shown
    notes: Mapping[str, words.Shown]


class Page(Protocol):
    """A page as laid out."""

    @property
    def authored(self) -> str:
        """The manuscript's text on the page, without notes."""


class Pages(Protocol):
    """An edition as laid out."""

    @property
    def pages(self) -> Sequence[Page]:
        """The pages in order."""

    @property
    def notes(self) -> Mapping[str, str]:
        """Each note's text by its id, wherever it was set."""

    @property
    def runs(self) -> Sequence[tuple[str, int]]:
        """The pages in parts that were laid out together, each with a hash of all that is on them, and how many."""


# ---------------------------------------------------------------- what is expected, what is there


def of_section(section: BookSection) -> Streams | None:
    """Read the words the manuscript has for a section; ``None`` for one that layouts generate."""
    if section.content is None:
        return None
    return Streams(
        words.of_tree(*map(xhtml.read, _flow(section))),
        {note.id: words.of_tree(xhtml.read(note.markup)) for note in section.content.notes},
    )


def _flow(section: BookSection) -> tuple[str, ...]:
    """Return the markup of what is read in one go."""
    assert section.content is not None
    return (section.title, section.content.body) if section.title else (section.content.body,)


def _sections(root: xhtml.Element) -> Iterator[tuple[str, xhtml.Element]]:
    for element in root.iter(etree.Element):
        identity = element.get("data-section")
        if identity is not None:
            yield identity, element


def _notes(root: xhtml.Element) -> Iterator[tuple[str, xhtml.Element]]:
    """Yield the notes; one that goes on over pages is joined from its parts."""
    found = [element for element in root.iter(etree.Element) if element.get("data-note-id") is not None]
    later: dict[str, list[xhtml.Element]] = {}
    for element in found:
        if element.get("data-note-part") is not None:
            later.setdefault(element.get("data-note-id") or "", []).append(element)
    for element in found:
        identity = element.get("data-note-id") or ""
        if element.get("data-note-part") is None:
            yield identity, _joined([element, *later[identity]]) if identity in later else element


def _joined(parts: list[xhtml.Element]) -> xhtml.Element:
    whole = etree.Element("span")
    for part in parts:
        one = copy.deepcopy(part)
        del one.attrib["data-note-id"]
        one.tail = " "
        whole.append(one)
    return whole


# ---------------------------------------------------------------- what is known already


@dataclass(frozen=True, slots=True)
class Heard:
    """The streams in a piece of markup, in order: sections and notes by their ids, each with a hash of its words."""

    flows: tuple[tuple[str, str], ...]
    notes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Printed:
    """The letters a section puts on pages without its notes; its notes by their ids, with their numbers and without."""

    flow: str
    notes: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Letters:
    """The letters of the manuscript on pages that follow each other, without those of notes."""

    flow: str


def conserves(sections: Mapping[SectionId, BookSection], composition: Composition, shelf: Shelf) -> bool:
    """Say whether a composition surely has the words of the sections, in their order; else :func:`compare` knows more.

    What each piece says, and what each section wants said, is kept by its text on ``shelf``.
    """
    if composition.parts and (not _is_of_parts(composition) or _has_streams("".join(composition.frame))):
        return False
    told = [section for section in sections.values() if section.content is not None]
    wanted = [_wanted(section, shelf) for section in told]
    try:
        heard = list(_heard(composition, shelf))
    except (etree.XMLSyntaxError, KeyError):
        return False
    known = {section.id for section in told}
    flows = [flow for each in heard for flow in each.flows if flow[0] in known]
    notes = sorted(note for each in heard for note in each.notes)
    return flows == [flow for each in wanted for flow in each.flows] and notes == sorted(
        note for each in wanted for note in each.notes
    )


def _is_of_parts(composition: Composition) -> bool:
    """Say whether the document of a PDF is its sections in their frame, and nothing else."""
    first, *rest = composition.frame
    pieces = (piece for part, after in zip(composition.parts, rest, strict=True) for piece in (part.text, after))
    return [document.text for document in composition.documents] == [first + "".join(pieces)]


def _has_streams(text: str) -> bool:
    return "data-section" in text or "data-note-id" in text


def _heard(composition: Composition, shelf: Shelf) -> Iterator[Heard]:
    for part in composition.parts:
        yield shelf.kept("heard", Heard, partial(_hear, xhtml.read, part.text), part.text)
    for document in composition.documents if not composition.parts else ():
        if _has_streams(document.text):
            yield shelf.kept("heard", Heard, partial(_hear, _parse, document.text), document.text)


def _hear(read: Callable[[str], xhtml.Element], text: str) -> Heard:
    root = read(text)
    put_back(root)
    flows, notes = (
        tuple((name, _digest(element)) for name, element in marked) for marked in (_sections(root), _notes(root))
    )
    return Heard(flows, notes)


def _wanted(section: BookSection, shelf: Shelf) -> Heard:
    content = section.content
    assert content is not None

    def make() -> Heard:
        notes = tuple((note.id, _digest(xhtml.read(note.markup))) for note in content.notes)
        return Heard(((section.id, _digest(*map(xhtml.read, _flow(section)))),), notes)

    notes = (text for note in content.notes for text in (note.id, note.markup))
    return shelf.kept("wanted", Heard, make, section.id, repr(section.title), content.body, *notes)


def _digest(*roots: xhtml.Element) -> str:
    letters, formulas = words.letters_of_tree(*roots)
    return hashlib.sha256("\0".join((letters, *formulas)).encode("utf-8", "surrogatepass")).hexdigest()


def pages_conserve(composition: Composition, laid: Pages, shelf: Shelf) -> bool:
    """Say whether pages surely have the words of a composition; :func:`compare_pages` says what is wrong."""
    if not composition.parts or not _is_of_parts(composition):
        return False
    try:
        around = _parse("".join(composition.frame))
        texts = [part.text for part in composition.parts]
        printed = [shelf.kept("printed", Printed, partial(_read_and_print, text), text) for text in texts]
    except etree.XMLSyntaxError:
        return False
    if _print(around) != Printed("", ()):
        return False
    notes = {name: spoken for each in printed for name, *spoken in each.notes}
    return "".join(each.flow for each in printed) == "".join(each.flow for each in _on_pages(laid, shelf)) and all(
        _letters(laid.notes.get(name, "")) in spoken for name, spoken in notes.items()
    )


def _on_pages(laid: Pages, shelf: Shelf) -> Iterator[Letters]:
    first = 0
    for name, count in laid.runs:
        pages = laid.pages[first : first + count]
        yield shelf.kept("letters", Letters, partial(_on, pages), name)
        first += count
    yield _on(laid.pages[first:])


def _on(pages: Sequence[Page]) -> Letters:
    return Letters("".join(_letters(page.authored) for page in pages))


def _read_and_print(text: str) -> Printed:
    return _print(xhtml.read(text))


def _print(root: xhtml.Element) -> Printed:
    body = next(root.iter("{*}body"), root)
    return Printed(_shown(body), tuple((name, _whole(note), _shown(note)) for name, note in _notes(root)))


def _shown(element: xhtml.Element) -> str:
    return words.letters_of_tree(element, drawings=False)[0].casefold()


def _whole(note: xhtml.Element) -> str:
    return words.letters_of("\n".join(str(text) for text in note.itertext())).casefold()


@lru_cache(maxsize=16384)
def _letters(text: str) -> str:
    """Return the letters of a page's text, reckoned once for pages that stay as they are."""
    return words.letters_of(text).casefold()


# ---------------------------------------------------------------- documents


def compare(sections: Mapping[SectionId, BookSection], documents: Iterable[Document]) -> tuple[Diagnostic, ...]:
    """Compare composed documents with the sections they were made from; each stream that differs is one error.

    Errors: ``words-conserved``, with the first missing sentence and its place in the source.
    """
    placed: dict[str, xhtml.Element] = {}
    noted: dict[str, xhtml.Element] = {}
    found: list[Diagnostic] = []
    for document in documents:
        if _has_streams(document.text):
            root = _parse(document.text)
            put_back(root)
            for streams, marked in ((placed, _sections(root)), (noted, _notes(root))):
                for identity, element in marked:
                    if identity in streams:
                        found.append(error("words-conserved", f"'{identity}' stands twice in the edition", None, _HINT))
                    streams[identity] = element
    for section in sections.values():
        found += _compare_section(section, placed.get(section.id), noted)
    wanted = [section.id for section in sections.values() if section.content is not None and section.id in placed]
    if wanted != [identity for identity in placed if identity in set(wanted)]:
        found.append(error("words-conserved", "the sections of the edition are not in their order", None, _HINT))
    return tuple(found)


def put_back(root: xhtml.Element) -> None:
    """Put plates back where the manuscript has them, and join the paragraphs they were moved into."""
    moved = [each for each in root.iter(etree.Element) if each.get("data-before") is not None]
    rests = [each for each in root.iter(etree.Element) if each.get("data-rest-of") is not None and not _in_part(each)]
    if not moved and not rests:
        return
    by_id = {each.get("id"): each for each in root.iter(etree.Element) if each.get("id") is not None}
    for rest in reversed(rests):
        first = by_id[rest.get("data-rest-of")]
        space = etree.SubElement(first, "span")
        space.tail = f" {rest.text or ''}"
        first.extend(list(rest))
        xhtml.remove(rest)
    for plate in moved:
        by_id[plate.get("data-before")].addprevious(plate)


def _in_part(element: xhtml.Element) -> bool:
    """Whether an element stands in a later part of a note, all of which are joined in another way."""
    return any(each.get("data-note-part") is not None for each in (element, *element.iterancestors()))


def _parse(text: str) -> xhtml.Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True, remove_comments=True)
    return etree.fromstring(text.encode(), parser)


def _compare_section(
    section: BookSection, placed: xhtml.Element | None, noted: Mapping[str, xhtml.Element]
) -> Iterator[Diagnostic]:
    if section.content is None:
        return
    nowhere = etree.Element("div")
    yield from _compare_stream(section, "", _flow(section), placed if placed is not None else nowhere)
    for note in section.content.notes:
        yield from _compare_stream(section, note.id, (note.markup,), noted.get(note.id, nowhere))
    known = {note.id for note in section.content.notes}
    for identity, element in noted.items():
        if identity.partition(".")[0] == section.id and identity not in known:
            yield from _compare_stream(section, identity, (), element)


def _compare_stream(
    section: BookSection, stream: str, expected: tuple[str, ...], placed: xhtml.Element
) -> Iterator[Diagnostic]:
    roots = [xhtml.read(markup) for markup in expected]
    if words.letters_of_tree(*roots) == words.letters_of_tree(placed):
        return
    manuscript, edition = words.of_tree(*roots), words.of_tree(placed)
    gaps = words.differences(manuscript.words, edition.words)
    what = f"note {stream.rpartition('-')[2]} of '{section.id}'" if stream else f"'{section.id}'"
    if gaps:
        number = _first_missing(gaps)
        yield _difference(what, manuscript, edition, gaps, _location(section, stream, number))
    elif manuscript.formulas != edition.formulas:
        message = f"the formulas of {what} are not those of the manuscript"
        assert section.content is not None
        yield error("words-conserved", message, Location(section.content.path), _HINT)


# ---------------------------------------------------------------- pages


def compare_pages(
    document: Document, laid: Pages, sections: Mapping[SectionId, BookSection] | None = None
) -> tuple[Diagnostic, ...]:
    """Compare laid-out pages with the document they were made from; ``sections`` say where its words come from.

    Errors: ``words-conserved``.
    """
    root = _parse(document.text)
    body = next(root.iter("{*}body"), root)
    found: list[Diagnostic] = []
    text = "\n".join(page.authored for page in laid.pages)
    found += _compare_text(body, text, "the pages", sections or {})
    for identity, element in _notes(root):
        if not _is_same(element, laid.notes.get(identity, "")):
            what = f"note {identity.rpartition('-')[2]} of '{identity.partition('.')[0]}'"
            found += _compare_text(element, laid.notes.get(identity, ""), what, sections or {}, identity)
    return tuple(found)


def _is_same(note: xhtml.Element, text: str) -> bool:
    """Say whether a note was set whole, with its number or without."""
    return _letters(text) in (_whole(note), _shown(note))


def _compare_text(
    element: xhtml.Element, text: str, what: str, sections: Mapping[SectionId, BookSection], stream: str = ""
) -> Iterator[Diagnostic]:
    letters, _ = words.letters_of_tree(element, drawings=False)
    if letters.casefold() == words.letters_of(text).casefold():
        return
    manuscript = words.of_tree(element, drawings=False)
    found = [(match.start(), match.group()) for match in words.WORD.finditer(text)]
    gaps = words.differences([word.casefold() for word in manuscript.words], [word.casefold() for _, word in found])
    if gaps:
        edition = words.Shown(text, tuple(word for _, word in found), tuple(at for at, _ in found), (), {}, ())
        at = _page_location(sections, manuscript, _first_missing(gaps), stream)
        yield _difference(what, manuscript, edition, gaps, at)


def _page_location(
    sections: Mapping[SectionId, BookSection], shown: words.Shown, number: int, stream: str
) -> Location | None:
    """Find the source of a word of the document: through its block, and the word's number there."""
    if number >= len(shown.words):
        return None
    block = shown.blocks[number] or stream
    section = sections.get(SectionId((stream or block).partition(".")[0]))
    if section is None or section.content is None:
        return None
    place = section.content.source_map.blocks.get(block)
    of_manuscript = of_section(section)
    assert of_manuscript is not None
    flow = of_manuscript.notes.get(stream) if stream else of_manuscript.flow
    if flow is not None and block in flow.extents and block in shown.extents:
        number = flow.extents[block][0] + number - shown.extents[block][0]
        return _location(section, stream, number)
    if place is not None:
        return Location(section.content.path, place.line, place.column)
    return Location(section.content.path)


# ---------------------------------------------------------------- messages

_HINT: Final = "the manuscript is whole: this is a fault of the layout or of bookforge, and the edition is not made"


def _first_missing(gaps: list[tuple[int, int, int, int]]) -> int:
    """Return the number of the first word that is missing; if none is, of the one before which words were added."""
    return next((begin for begin, end, _, _ in gaps if end > begin), gaps[0][0])


def _difference(
    what: str, manuscript: words.Shown, edition: words.Shown, gaps: list[tuple[int, int, int, int]], at: Location | None
) -> Diagnostic:
    expected = Counter(word for begin, end, _, _ in gaps for word in manuscript.words[begin:end])
    present = Counter(word for _, _, begin, end in gaps for word in edition.words[begin:end])
    missing, added = (expected - present).total(), (present - expected).total()
    number = _first_missing(gaps)
    if missing:
        quoted = words.sentence(manuscript.text, manuscript.starts[number])
        message = f"{_count(missing)} of {what} {'is' if missing == 1 else 'are'} missing"
        message += f" and {_count(added)} added" if added else ""
        message += f", first in: “{quoted}”"
    elif added:
        start = next(start for _, _, start, stop in gaps if stop > start)
        quoted = words.sentence(edition.text, edition.starts[start])
        message = f"{_count(added)} too many in {what}, first in: “{quoted}”"
    else:
        quoted = words.sentence(manuscript.text, manuscript.starts[min(number, len(manuscript.starts) - 1)])
        message = f"the words of {what} are not in their order, first at: “{quoted}”"
    return error("words-conserved", message, at, _HINT)


def _count(number: int) -> str:
    return f"{number} word{'' if number == 1 else 's'}"


def _location(section: BookSection, stream: str, number: int) -> Location:
    """Return where a section's word stands, by its number in the stream; a title from the manifest has no place."""
    content = section.content
    assert content is not None
    offsets = content.source_map.words.get(stream, ())
    if not stream and section.title != content.title:  # the title is the manifest's and stands in no chapter
        number -= words.count(_text(section.title))
        if number < 0:
            return Location(content.path)
        number += words.count(_text(content.title))
    if not offsets:
        return Location(content.path)
    offset = offsets[min(number, len(offsets) - 1)]
    starts = content.source_map.line_starts
    line = bisect_right(starts, offset)
    return Location(content.path, line, offset - starts[line - 1] + 1)


def _text(markup: str | None) -> str:
    return words.of_tree(xhtml.read(markup)).text if markup else ""
