"""A book's folder in, the book as a value out: manifest, sources, sections, images, outline.

Conversion is cached by section and runs in threads, since much of the work is pandoc's, in processes of its own.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Final, TypeVar

from bookforge import engines, manifest, manuscript, outline, warm
from bookforge.book import Asset, Book, Entry, Section, SectionId, Source
from bookforge.cache import Cache
from bookforge.cache import key as cache_key
from bookforge.diagnostics import (
    BookforgeError,
    Diagnostic,
    Location,
    Report,
    UsageError,
    error,
    note,
    warning,
)
from bookforge.manifest import Manifest
from bookforge.semantics import Role
from bookforge.timings import Recorder

_LEFT_OUT: Final = {
    "alt": ("description of an image", "descriptions of images"),
    "attributes": ("attribute", "attributes"),
    "comment": ("comment", "comments"),
    "html": ("HTML tag", "HTML tags"),
    "html-content": ("unpublished HTML element", "unpublished HTML elements"),
    "info": ("code language", "code languages"),
    "query": ("author query", "author queries"),
    "raw": ("passage for another format", "passages for another format"),
    "target": ("link target", "link targets"),
    "unused-note": ("uncalled note", "uncalled notes"),
    "unused-reference": ("unused link definition", "unused link definitions"),
}
"""What of a source is left out of the proof of words, by the lexer's kind: what the author calls one, and several."""

_STAGE: Final = "section"
_CODE: Final = frozenset({".icc", ".lua", ".py", ".txt", ".yaml"})
"""Endings of the files that our own code is made of."""
S = TypeVar("S")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A book ready for its editions, with the sources it came from.

    ``only`` are the ids of the entries that were asked for, where not all were.
    """

    manifest: Manifest
    sources: tuple[Source, ...]
    book: Book
    only: tuple[SectionId, ...] = ()


@dataclass(frozen=True, slots=True)
class Parsed:
    """A section with what its conversion had to say: the unit of the cache."""

    section: Section
    diagnostics: tuple[Diagnostic, ...]


def load(
    book: Path, only: tuple[str, ...], store: Cache, jobs: int, report: Report, timings: Recorder | None = None
) -> Loaded:
    """Read, convert and put together a book.

    ``only`` names the chapters to take, by id, path or file name; none means all.
    Errors: those of every stage, each stage's all at once.
    """
    timings = timings or Recorder()
    with timings.span("read"):
        declared = manifest.read(book)
    if declared.bibliography is not None:
        at = declared.places.get("bibliography", Location(book.name))
        report(warning("citations-built", "citations are not built yet: '@key' stays as typed", at))
    asked = _asked(declared, only)
    entries = _chosen(declared, asked)
    with timings.span("read"):
        folder, voices = declared.folder, declared.voices
        sources = _gather(lambda entry: manuscript.read(folder, entry, report, voices, store), entries, 1)
    language = {source.path: _language(entry, source, declared) for entry, source in zip(entries, sources, strict=True)}
    with warm.POOL.held():
        parsed = _gather(lambda source: convert(source, language[source.path], store, timings), sources, jobs)
    for each in parsed:
        for found in each.diagnostics:
            report(found)
    sections = {each.section.path: each.section for each in parsed}
    _report_left_out(sections.values(), report)
    metas = {source.path: source.meta for source in sources}
    with timings.span("read"):
        assets = _assets(declared, sections.values(), store, report)
    revision = declared.metadata.revision or _revision(sources)
    book_value = outline.build(declared, sections, metas, assets, revision, report)
    if only:
        book_value = _without_drafts(book_value)
    _report_unfinished(book_value, report)
    return Loaded(declared, sources, book_value, tuple(declared.entries[place].id for place in asked))


def _gather(step: Callable[[S], T], items: Iterable[S], jobs: int) -> tuple[T, ...]:
    """Do a step for every item, in order, and raise all its errors together."""

    def attempt(item: S) -> T | BookforgeError:
        try:
            return step(item)
        except BookforgeError as problem:
            return problem

    if jobs <= 1:
        results = list(map(attempt, items))
    else:
        with ThreadPoolExecutor(max_workers=jobs) as pool:
            results = list(pool.map(attempt, items))
    wrong = [result for result in results if isinstance(result, BookforgeError)]
    if wrong:
        worst = max(wrong, key=lambda problem: problem.exit_status)
        raise type(worst)(*(found for problem in wrong for found in problem.diagnostics))
    return tuple(result for result in results if not isinstance(result, BookforgeError))


def _report_left_out(sections: Iterable[Section], report: Report) -> None:
    """Say what of the sources is no word of the book: what the proof of words leaves aside."""
    total: Counter[tuple[str, str]] = Counter()
    for section in sections:
        total.update({_LEFT_OUT[kind]: count for kind, count in section.left_out.items() if kind in _LEFT_OUT})
    if total:
        counted = ", ".join(f"{count} {what[count > 1]}" for what, count in sorted(total.items()))
        report(note("words-left-out", f"markup and remarks that are not counted as words: {counted}"))


def _without_drafts(book: Book) -> Book:
    """Take a draft that was asked for by name as it is: who asks wants to see it."""
    return replace(book, sections=tuple(replace(section, draft=False) for section in book.sections))


def _report_unfinished(book: Book, report: Report) -> None:
    """Say which drafts are left out, and how many placeholders the text still holds."""
    drafts = [section.id for section in book.sections if section.draft]
    if drafts:
        what = "a draft is" if len(drafts) == 1 else "drafts are"
        report(note("drafts-finished", f"{what} left out of every edition: {', '.join(drafts)}"))
    counts = [len(section.content.placeholders) for section in book.sections if section.content and not section.draft]
    if sum(counts):
        report(note("placeholders-filled", f"placeholders (TK, TODO) are left in the text: {sum(counts)}"))


def _asked(declared: Manifest, only: tuple[str, ...]) -> tuple[int, ...]:
    """Return the places of the entries that names mean: by id, else by file, else by the file's own name.

    Errors: ``chapter-known``.
    """
    can = {place: entry for place, entry in enumerate(declared.entries) if entry.path or entry.role is Role.PART}
    found: set[int] = set()
    wrong: list[Diagnostic] = []
    for name in only:
        meant = next(filter(None, (_named(name, kind, can) for kind in range(3))), [])
        if len(meant) == 1:
            found.add(meant[0])
        elif meant:
            files = " and ".join(f"'{can[place].path}'" for place in meant)
            message = f"'{name}' is the name of {len(meant)} files: {files}"
            wrong.append(error("chapter-known", message, None, "write the whole path, or the id"))
        else:
            wrong.append(_no_chapter(name, tuple(can.values())))
    if wrong:
        raise UsageError(*wrong)
    return tuple(sorted(found))


def _named(name: str, kind: int, entries: Mapping[int, Entry]) -> list[int]:
    """Return the places of the entries whose name of a kind this is."""
    return [place for place, entry in entries.items() if _names(entry)[kind : kind + 1] == (name,)]


def _chosen(declared: Manifest, asked: tuple[int, ...]) -> tuple[Entry, ...]:
    """Return the entries with files that are asked for, parts with all their chapters, chapters with their part."""
    around = {declared.entries[place].part for place in asked}
    return tuple(
        entry
        for place, entry in enumerate(declared.entries)
        if entry.path and (not asked or place in asked or place in around or entry.part in asked)
    )


def _names(entry: Entry) -> tuple[str, ...]:
    return (entry.id, entry.path, entry.path.rpartition("/")[2]) if entry.path else (entry.id,)


def _no_chapter(name: str, entries: tuple[Entry, ...]) -> Diagnostic:
    near = get_close_matches(name, [known for entry in entries for known in _names(entry)], 1)
    few = ", ".join(entry.id for entry in entries[:5]) + (", …" if len(entries) > 5 else "")
    hint = f"did you mean '{near[0]}'?" if near else f"name a chapter by its id or its file; the ids are {few}"
    return error("chapter-known", f"the book has no chapter '{name}'", None, hint)


def _language(entry: Entry, source: Source, declared: Manifest) -> str:
    return entry.meta.over(source.meta).language or declared.metadata.language


def convert(source: Source, language: str, store: Cache, timings: Recorder | None = None) -> Parsed:
    """Convert a chapter, or take what an earlier build made of the very same."""
    with (timings or Recorder()).span("convert", section=source.path) as work:
        name = cache_key(_STAGE, code_digest(), engines.versions(*engines.CHAPTERS), source.path, language, source.raw)
        known = store.get(_STAGE, name, Parsed)
        work.made = known is None
        return known or _converted(source, language, store, name)


def _converted(source: Source, language: str, store: Cache, name: str) -> Parsed:
    from bookforge import markdown

    said: list[Diagnostic] = []
    section = replace(markdown.parse(source, language, said.append), key=name)
    parsed = Parsed(section, tuple(said))
    store.put(_STAGE, name, parsed)
    return parsed


@cache
def code_digest() -> str:
    """Return a hash of bookforge's own code, so that nothing made by other code is ever taken from the cache."""
    folder = Path(__file__).parent
    total = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.suffix in _CODE):
        total.update(path.relative_to(folder).as_posix().encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _assets(declared: Manifest, sections: Iterable[Section], store: Cache, report: Report) -> dict[str, Asset]:
    uses: dict[str, tuple[Location, ...]] = {}
    for section in sections:
        for image in section.images:
            at = Location(section.path, image.at.line, image.at.column)
            uses[image.path] = (*uses.get(image.path, ()), at)
    cover = declared.metadata.cover
    if cover is not None:
        uses[cover.path] = (*uses.get(cover.path, ()), cover.at)
    if not uses:
        return {}
    from bookforge import assets

    return assets.collect(declared.folder, uses, report, store)


def _revision(sources: Iterable[Source]) -> str:
    """Name a state of the manuscript that names none itself: the start of a hash over its chapters."""
    total = hashlib.sha256()
    for source in sources:
        total.update(source.path.encode() + b"\0" + hashlib.sha256(source.raw.encode()).digest())
    return total.hexdigest()[:8]
