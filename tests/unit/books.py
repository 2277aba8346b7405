"""Small books made by hand, for tests of the stages after conversion."""

from pathlib import Path

from bookforge import xhtml
from bookforge.book import (
    ChapterMeta,
    Contributor,
    Entry,
    Heading,
    Link,
    Metadata,
    Note,
    Place,
    Query,
    Section,
    SectionId,
    SourceMap,
    Voice,
)
from bookforge.diagnostics import Location
from bookforge.manifest import Manifest
from bookforge.semantics import SEMANTICS, Role

NOWHERE = Place(0, 0, 1, 1)


def section(path: str, body: str, title: str | None = None, **more: object) -> Section:
    """Make a section whose blocks all stand on line 1."""
    ids = [each.get("id") or "" for each in xhtml.read(body).iterfind(".//*[@id]")]
    values: dict[str, object] = {
        "path": path,
        "title": title,
        "title_text": xhtml.plain(title) if title else None,
        "title_id": "the-title" if title else None,
        "body": body,
        "headings": (),
        "notes": (),
        "queries": (),
        "images": (),
        "links": (),
        "source_map": SourceMap(dict.fromkeys(ids, NOWHERE), {}, (0,)),
        "placeholders": (),
        "word_count": len(xhtml.text(xhtml.read(body)).split()),
    } | more
    return Section(**values)  # type: ignore[arg-type]


def note(number: int, text: str) -> Note:
    return Note(number, f"note-{number}", f"<p>{text}</p>", NOWHERE)


def query(number: int, text: str, block: str | None) -> Query:
    return Query(number, "AU", text, NOWHERE, block)


def link(path: str | None, fragment: str | None, line: int = 7) -> Link:
    return Link(path, fragment, Place(0, 0, line, 3))


def heading(level: int, identity: str, text: str) -> Heading:
    return Heading(level, identity, text, text)


def entry(path: str | None, role: Role = Role.CHAPTER, part: int | None = None, **meta: object) -> Entry:
    name = (path or role.value).rpartition("/")[2].removesuffix(".md")
    at = Location("book.yaml", 9, 5)
    return Entry(SectionId(name), role, SEMANTICS[role].matter, path, ChapterMeta(**meta), at, part)  # type: ignore[arg-type]


def manifest(*entries: Entry) -> Manifest:
    metadata = Metadata("A Book", "en", (Contributor("First Author"), Contributor("Second Author")))
    voices = {"her": Voice("her", "Her", "Her"), "justin": Voice("justin", "Justin", "Justin")}
    return Manifest(
        id="a-book",
        path=Path("book.yaml"),
        folder=Path(),
        metadata=metadata,
        voices=voices,
        entries=entries,
        editions=(),
        bibliography=None,
        setting_places={},
        places={},
    )
