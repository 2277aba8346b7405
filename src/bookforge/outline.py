"""Manifest and sections in, book out: reading order, numbers, bound ids, resolved links. Pure.

Binding: a section's id is unique in the book, an id inside it is unique in the section; ``section.local`` is unique in
the book. Links that named files lead to bound ids afterwards.
"""

import dataclasses
import re
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from typing import Final, TypeVar
from urllib.parse import unquote

from bookforge import indexing, xhtml
from bookforge.book import Asset, Book, BookSection, ChapterMeta, Entry, Heading, Section, SectionId
from bookforge.cache import Recent
from bookforge.cache import key as cache_key
from bookforge.diagnostics import (
    BookforgeError,
    Diagnostic,
    Location,
    ManuscriptError,
    Report,
    error,
    has_errors,
    note,
    warning,
)
from bookforge.illustrations import captioned
from bookforge.manifest import Manifest
from bookforge.semantics import GENERATED, SEMANTICS, Matter, Role, made_id

_LEADING: Final = (
    Role.HALFTITLEPAGE,
    Role.FRONTISPIECE,
    Role.TITLEPAGE,
    Role.COPYRIGHT_PAGE,
    Role.DEDICATION,
    Role.EPIGRAPH,
    Role.CONTENTS,
    Role.ILLUSTRATIONS,
)
"""The order of the pages before the text; source: Chicago Manual of Style, 1.4."""

_NAMES_SHOWN: Final = 5

_ROMAN: Final = r"(?=[IVXLC])(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})"
_SPELT: Final = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
    "eighteen|nineteen|twenty"
)
_OWN_NUMERAL: Final = re.compile(
    rf"(?:(?i:chapter|part|book|kapitel|teil|chapitre|partie|capítulo|parte|capitolo|hoofdstuk|deel)\s+"
    rf"(?:{_ROMAN}|\d{{1,3}}|(?i:{_SPELT}))\b)"
    rf"|(?:(?:{_ROMAN}|\d{{1,2}})(?:\s*[.:)\u2013\u2014]|\s*$))"
    rf"|(?:(?i:{_SPELT})\s*$)"
)


def build(
    manifest: Manifest,
    sections: Mapping[str, Section],
    metas: Mapping[str, ChapterMeta],
    assets: Mapping[str, Asset],
    revision: str,
    report: Report,
) -> Book:
    """Put the sections into the book.

    ``sections`` and ``metas`` are keyed by path; an entry whose section is missing is left out (``--only``).
    Errors: ``link-resolves``, ``voice-declared``, ``index-range-closed``, ``index-entry-clear``, ``index-see-leads``.
    """
    _RECENT.begin()
    entries = _with_generated(manifest.entries, any(section.index for section in sections.values()))
    said = {entry.id: entry.meta.over(metas.get(entry.path or "", ChapterMeta())) for entry in entries}
    numbered = _number([_place(entry, manifest, sections, said[entry.id]) for entry in entries], said)
    present = {entry.id for entry in entries if entry.path is None or entry.path in sections}
    present -= _parts_left_out(manifest.entries, sections)
    placed = [section for section in numbered if section.id in present]
    book = Book(manifest.metadata, manifest.voices, tuple(placed), dict(assets), revision)
    left_out = {entry.path for entry in manifest.entries if entry.path} - sections.keys()
    bound = _bind(book, frozenset(left_out), report)
    _check_index(bound, not left_out, report)
    return _without_empty(bound, report if not left_out else _ignore)


def _check_index(book: Book, whole: bool, report: Report) -> None:
    """Report what is wrong with the index; one of a part of the book misses what other chapters say."""
    found = list(indexing.check(book.sections)) if whole else []
    if has_errors(found):
        raise ManuscriptError(*found)
    for finding in found:
        report(finding)


def _ignore(_: Diagnostic) -> None:
    """Say nothing of what a part of the book lacks."""


def _without_empty(book: Book, report: Report) -> Book:
    """Leave out an index, or a list of illustrations, that the manifest asks for and nothing fills."""
    indexed = any(section.content and section.content.index for section in book.sections)
    shown = any(True for section in book.sections for _ in captioned(section))
    empty = []
    for section in book.sections:
        if section.role is Role.INDEX and section.content is None and not indexed:
            hint = "mark what it lists, as in [lantern]{.index}"
            message = "the index is left out: nothing in the text is marked"
            report(warning("index-has-marks", message, section.at, hint))
            empty.append(section)
        if section.role is Role.ILLUSTRATIONS and section.content is None and not shown:
            hint = 'give the pictures captions: ![The house](house.jpg){alt="…"}'
            message = "the list of illustrations is left out: no picture has a caption"
            report(warning("illustrations-shown", message, section.at, hint))
            empty.append(section)
    return dataclasses.replace(book, sections=tuple(section for section in book.sections if section not in empty))


def _parts_left_out(entries: tuple[Entry, ...], sections: Mapping[str, Section]) -> set[SectionId]:
    """Return the parts without a file of their own none of whose chapters is there."""
    held = {entry.part for entry in entries if entry.path in sections}
    parts = {place: entry for place, entry in enumerate(entries) if entry.role is Role.PART and entry.path is None}
    with_chapters = {entry.part for entry in entries if entry.part is not None}
    return {entry.id for place, entry in parts.items() if place in with_chapters - held}


# ---------------------------------------------------------------- reading order


def _with_generated(entries: tuple[Entry, ...], indexed: bool) -> tuple[Entry, ...]:
    """Add the pages every book has to those the manifest lists, each in its customary place."""
    order = list(entries)
    present = {entry.role for entry in entries}
    for role in GENERATED:
        if role not in present:
            order.insert(_leading_place(order, role), _generated(role, entries))
    if indexed and Role.INDEX not in present:
        last = len(order) - bool(order and order[-1].role is Role.COLOPHON)
        order.insert(last, _generated(Role.INDEX, entries))
    if Role.COLOPHON not in present:
        order.append(_generated(Role.COLOPHON, entries))
    return tuple(order)


def _leading_place(order: list[Entry], role: Role) -> int:
    """Find where an implied page goes: before the first leading page that comes later in the customary order."""
    rank = _LEADING.index(role)
    for place, entry in enumerate(order):
        if entry.role not in _LEADING or _LEADING.index(entry.role) > rank:
            return place
    return len(order)


def _generated(role: Role, entries: tuple[Entry, ...]) -> Entry:
    at = Location(entries[0].at.path) if entries else Location("book.yaml")
    return Entry(SectionId(made_id(role)), role, SEMANTICS[role].matter, None, ChapterMeta(), at)


def _place(entry: Entry, manifest: Manifest, sections: Mapping[str, Section], meta: ChapterMeta) -> BookSection:
    content = sections.get(entry.path or "")
    if content is not None and meta.title is not None:
        content = _with_declared_title(content, meta.title)
    title = content.title if content and content.title else xhtml.escape(meta.title) if meta.title else None
    part = manifest.entries[entry.part] if entry.part is not None else None
    return BookSection(
        id=entry.id,
        role=entry.role,
        matter=entry.matter,
        level=2 if part else 1,
        number=None,
        title=title,
        title_text=xhtml.plain(title) if title is not None else None,
        short_title=meta.short_title,
        subtitle=meta.subtitle,
        voice=meta.voice,
        when=meta.when,
        draft=bool(meta.draft),
        language=meta.language or manifest.metadata.language,
        part=part.id if part else None,
        content=content,
        at=entry.at,
    )


def _with_declared_title(content: Section, declared: str) -> Section:
    """Keep the heading a file opens with as its title only where it says what is declared; else it heads the text."""
    if content.title is None or xhtml.plain(content.title) == " ".join(declared.split()):
        return content
    level = {old: min(6, old + 1) if content.title_above else old for old in range(1, 7)}
    body = xhtml.read(content.body)
    for heading in body.iter(*(f"h{old}" for old in level)):
        heading.tag = f"h{level[int(heading.tag[1])]}"
    first = xhtml.read(content.title, "h1")
    first.set("id", content.title_id or "")
    first.tail = "\n"
    xhtml.own_head(body, first)
    headings = tuple(dataclasses.replace(each, level=level[each.level]) for each in content.headings)
    own = Heading(1, content.title_id or "", content.title, content.title_text or "")
    return dataclasses.replace(
        content,
        title=None,
        title_text=None,
        title_id=None,
        body=xhtml.write(body),
        headings=(own, *headings),
        key=cache_key("declared-title", content.key, declared) if content.key else "",
    )


def has_own_numeral(title: str) -> bool:
    """Say whether a title already begins with its number (``III``, ``Chapter 4``, ``2. The house``)."""
    return bool(_OWN_NUMERAL.match(title.strip()))


def _number(placed: list[BookSection], said: Mapping[SectionId, ChapterMeta]) -> list[BookSection]:
    """Count chapters through the whole book and parts by themselves; a draft takes no number.

    Chapters that are not being built count too, so that one built alone has the number it has in the book.
    """
    counts = {Role.CHAPTER: 0, Role.PART: 0}
    numbered = []
    for section in placed:
        wanted = said[section.id].numbered
        if wanted is None:
            wanted = SEMANTICS[section.role].numbered and section.matter is Matter.BODY
        if not wanted or section.draft or has_own_numeral(section.title_text or ""):
            numbered.append(section)
            continue
        kind = Role.PART if section.role is Role.PART else Role.CHAPTER
        counts[kind] += 1
        numbered.append(dataclasses.replace(section, number=counts[kind]))
    return numbered


# ---------------------------------------------------------------- binding


def _bind(book: Book, left_out: frozenset[str], report: Report) -> Book:
    targets = _Targets(book, left_out, report)
    sections, wrong = [], list(_unknown_voices(book))
    for section in book.sections:
        try:
            sections.append(_bind_section(section, targets))
        except BookforgeError as problem:
            wrong += problem.diagnostics
    if wrong:
        raise ManuscriptError(*wrong)
    return dataclasses.replace(book, sections=tuple(sections))


def _unknown_voices(book: Book) -> Iterator[Diagnostic]:
    for section in book.sections:
        content = section.content
        markup = "".join((content.body, *(each.markup for each in content.notes))) if content else ""
        if content is None or "data-voice" not in markup:
            continue
        for passage in xhtml.read(markup).iterfind(".//*[@data-voice]"):
            voice = passage.get("data-voice") or ""
            if voice not in book.voices:
                yield error(
                    "voice-declared",
                    f"no voice '{voice}' is declared in book.yaml",
                    _block_location(content, passage),
                    f"the voices are {', '.join(book.voices)}" if book.voices else "declare it under 'voices'",
                )


def _block_location(content: Section, element: xhtml.Element) -> Location:
    for inner in element.iter():
        place = content.source_map.blocks.get(inner.get("id") or "")
        if place:
            return Location(content.path, place.line, place.column)
    return Location(content.path)


_RECENT: Final = Recent(64 * 1024 * 1024)
"""What was bound last: a process that stays binds only what changed."""
T = TypeVar("T", Section, "_Ids")


@dataclasses.dataclass(frozen=True, slots=True)
class _Ids:
    """All ids inside a section."""

    all: frozenset[str]


def _kept(stage: str, key: str, type_: type[T], make: Callable[[], T], size: Callable[[T], int]) -> T:
    """Return what is kept under a key, made where it is not; without a key it is made anew."""
    known = _RECENT.get(stage, key, type_) if key else None
    if known is None:
        known = make()
        if key:
            _RECENT.keep(stage, key, known, size(known))
    return known


class _Targets:
    """What links can lead to: bound ids by section and by file."""

    def __init__(self, book: Book, left_out: frozenset[str], report: Report) -> None:
        self.left_out = left_out
        self.report = report
        self.by_path = {s.content.path: s for s in book.sections if s.content}

    def resolve(self, href: str, section: BookSection, at: Location) -> str | None:
        """Return the bound id a link inside the book leads to, ``None`` when its file is not being built."""
        path, _, fragment = href.partition("#")
        return self.target(unquote(path), unquote(fragment), section, at)

    def target(self, path: str, fragment: str, section: BookSection, at: Location) -> str | None:
        """Return the bound id of a place in a file, of this one where none is named; ``None`` where it is not built."""
        assert section.content is not None
        if path in self.left_out:
            self.report(note("link-resolves", f"the link to '{path}' is text here: that file is not being built", at))
            return None
        target = self.by_path.get(path or section.content.path)
        if target is None:
            near = get_close_matches(path, self.by_path, 1, 0.75)
            hint = f"did you mean '{near[0].rpartition('/')[2]}'?" if near else "list it in book.yaml"
            raise ManuscriptError(error("link-resolves", f"'{path}' is not a chapter of this book", at, hint))
        assert target.content is not None
        if not fragment or fragment == target.content.title_id:
            return target.id
        local = _local_ids(target.content)
        if fragment not in local:
            raise ManuscriptError(_dead(path, fragment, local, at))
        return f"{target.id}.{fragment}"


def _dead(path: str, fragment: str, known: frozenset[str], at: Location) -> Diagnostic:
    near = get_close_matches(fragment, known, 1)
    where = f"'{path}'" if path else "this chapter"
    named = [f"#{each}" for each in sorted(known) if not each.startswith(("p-", "note-"))][:_NAMES_SHOWN]
    hint = f"give the place you mean an id: [words]{{#{fragment}}}"
    hint += f"; ids there are {', '.join(named)}" if named else ""
    hint = f"did you mean '#{near[0]}'?" if near else hint
    return error("link-resolves", f"nothing in {where} is called '#{fragment}'", at, hint)


def _local_ids(content: Section) -> frozenset[str]:
    return _kept("ids", content.key, _Ids, lambda: _Ids(_read_ids(content)), lambda ids: 100 * len(ids.all)).all


def _read_ids(content: Section) -> frozenset[str]:
    found: set[str | None] = {content.title_id}
    for markup in (content.title or "", content.body, *(each.markup for each in content.notes)):
        found |= {each.get("id") for each in xhtml.read(markup).iterfind(".//*[@id]")}
    found |= {f"note-{each.number}" for each in content.notes}
    return frozenset(each for each in found if each)


def _bind_section(section: BookSection, targets: _Targets) -> BookSection:
    """Make a section's ids unique in the book and lead its links to bound ids."""
    content = section.content
    if content is None:
        return section
    aims = _aims(section, targets)
    name = cache_key("bound", content.key, section.id, *aims) if content.key and aims is not None else ""
    bound = _kept("bound", name, Section, lambda: _bound(section, content, targets), _size)
    title = bound.title if section.title == content.title else section.title
    return dataclasses.replace(section, content=bound, title=title)


def _aims(section: BookSection, targets: _Targets) -> tuple[str, ...] | None:
    """Return the bound ids a section's links lead to; ``None`` where there is something to say of one."""
    assert section.content is not None
    links = section.content.links
    if any(link.path in targets.left_out for link in links):
        return None
    try:
        found = [
            targets.target(link.path or "", link.fragment or "", section, Location(section.content.path))
            for link in links
        ]
    except ManuscriptError:
        return None
    return tuple(each or "" for each in found)


def _size(section: Section) -> int:
    """Reckon how many bytes a section takes in memory: its markup, and a number for each word."""
    return len(section.body) + sum(len(note.markup) for note in section.notes) + 40 * section.word_count


def _bound(section: BookSection, content: Section, targets: _Targets) -> Section:
    bind = _binder(section, targets)
    return dataclasses.replace(
        content,
        title=bind(content.title) if content.title is not None else None,
        body=bind(content.body),
        headings=tuple(dataclasses.replace(h, id=f"{section.id}.{h.id}") for h in content.headings),
        notes=tuple(
            dataclasses.replace(each, id=f"{section.id}.{each.id}", markup=bind(each.markup)) for each in content.notes
        ),
        index=tuple(
            dataclasses.replace(each, id=f"{section.id}.{each.id}" if each.id else None) for each in content.index
        ),
        queries=tuple(
            dataclasses.replace(q, block=f"{section.id}.{q.block}" if q.block else None) for q in content.queries
        ),
        source_map=dataclasses.replace(
            content.source_map,
            blocks={f"{section.id}.{key}": place for key, place in content.source_map.blocks.items()},
            words={f"{section.id}.{key}" if key else "": at for key, at in content.source_map.words.items()},
        ),
        key="",
    )


def _bind_ids(element: xhtml.Element, section: SectionId) -> None:
    """Bind an element's id and what refers to ids: the heads of table cells, and the paints and symbols of SVG."""
    for name, value in [(str(name), str(value)) for name, value in element.attrib.items()]:
        if name == "id":
            element.set(name, f"{section}.{value}")
        elif name == "headers":
            element.set(name, " ".join(f"{section}.{each}" for each in value.split()))
        elif "url(#" in value:
            element.set(name, value.replace("url(#", f"url(#{section}."))
        elif name.endswith("href") and value.startswith("#") and str(element.tag).startswith(f"{{{xhtml.SVG}}}"):
            element.set(name, f"#{section}.{value[1:]}")


def _binder(section: BookSection, targets: _Targets) -> Callable[[str], str]:
    assert section.content is not None
    content = section.content
    places = {(link.path, link.fragment): link.at for link in content.links}

    def location(href: str) -> Location:
        path, _, fragment = href.partition("#")
        at = places.get((unquote(path) or None, unquote(fragment) or None))
        return Location(content.path, at.line, at.column) if at else Location(content.path)

    def bind(markup: str) -> str:
        root = xhtml.read(markup)
        wrong: list[Diagnostic] = []
        for element in list(root.iter()):
            _bind_ids(element, section.id)
            href = element.get("href")
            if element.tag != "a" or not href or ":" in href.partition("#")[0]:
                continue
            try:
                target = targets.resolve(href, section, location(href))
            except ManuscriptError as problem:
                wrong += problem.diagnostics
                continue
            if target is None:
                xhtml.unwrap(element)
            else:
                element.set("href", f"#{target}")
        if wrong:
            raise ManuscriptError(*wrong)
        return xhtml.write(root)

    return bind
