"""The lists of the manifest into the reading order: files found, ids given, voices known."""

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bookforge import bookpath
from bookforge.book import ChapterMeta, Entry, SectionId, When
from bookforge.diagnostics import Diagnostic, Location, error
from bookforge.manifest.fields import Fields, Text
from bookforge.manifest.model import PART
from bookforge.manifest.scalars import role_word, suggest
from bookforge.manifest.slugs import file_slug, slug
from bookforge.semantics import Matter, Role, made_id

SUFFIXES: Final = (".md", ".markdown")

WITHOUT_FILE: Final = (
    Role.HALFTITLEPAGE,
    Role.TITLEPAGE,
    Role.COPYRIGHT_PAGE,
    Role.CONTENTS,
    Role.ILLUSTRATIONS,
    Role.TIMELINE,
    Role.NOTES,
    Role.INDEX,
    Role.ABOUT_THE_AUTHORS,
    Role.COLOPHON,
)
"""Roles that can be made from the rest of the book."""

_ON_DEMAND: Final = frozenset({Role.TIMELINE, Role.ABOUT_THE_AUTHORS, Role.ILLUSTRATIONS})
_RESERVED: Final = {made_id(role): role for role in WITHOUT_FILE if role not in _ON_DEMAND}
_FILE_NAMES: Final = frozenset({"index", "nav"})
_LISTS: Final = (
    ("front-matter", Matter.FRONT, Role.PREFACE),
    ("chapters", Matter.BODY, Role.CHAPTER),
    ("back-matter", Matter.BACK, Role.APPENDIX),
)


@dataclass(slots=True)
class _Order:
    """The reading order as it grows, and what was seen on the way."""

    book_dir: Path
    voices: Collection[str]
    biographies: bool
    errors: list[Diagnostic]
    entries: list[Entry] = field(default_factory=list)
    ids: dict[str, Location] = field(default_factory=dict)
    files: dict[Path, Location] = field(default_factory=dict)


def read(book: Fields, book_dir: Path, voices: Collection[str], errors: list[Diagnostic]) -> tuple[Entry, ...]:
    """Return all entries in reading order, parts before their chapters."""
    people = (*book.all_fields("authors"), *book.all_fields("contributors"))
    order = _Order(book_dir, voices, any(person.text("biography") for person in people), errors)
    for key, matter, usual in _LISTS:
        for said in book.all_fields(key):
            if said.table is PART:
                _add_part(order, said)
            else:
                _add(order, said, matter, usual, None)
    return tuple(order.entries)


def chapter_meta(said: Fields) -> ChapterMeta:
    """Return what an entry or a chapter's block says of a section."""
    return ChapterMeta(
        title=said.text("title"),
        short_title=said.text("short-title"),
        subtitle=said.text("subtitle"),
        voice=said.text("voice"),
        when=_when(said.fields("when")),
        numbered=said.flag("numbered"),
        draft=said.flag("draft"),
        language=said.text("language"),
    )


def check_voice(said: Fields, voices: Collection[str], errors: list[Diagnostic]) -> None:
    """Report a voice that is not declared."""
    voice = said.located("voice")
    if voice and voice.value not in voices:
        hint = suggest(voice.value, voices) if voices else "declare it in book.yaml under 'voices'"
        errors.append(error("voice-declared", f"there is no voice '{voice.value}'", voice.at, hint))


def _when(said: Fields | None) -> When | None:
    if said is None:
        return None
    date, order = said.text("date"), said.text("order")
    if date is not None and len(date) < 4:
        return When(order=int(date))
    return When(date, None if order is None else int(order), said.text("label"))


def _add(order: _Order, said: Fields, matter: Matter, usual: Role, part: int | None) -> None:
    check_voice(said, order.voices, order.errors)
    typed = said.located("path")
    path = _file(order, typed) if typed else None
    role = _role(said, path, usual)
    if typed is None:
        _check_made(order, said, role)
        own = made_id(role)
    else:
        own = file_slug(path or "", role)
    if role is Role.INDEX and own in _FILE_NAMES:
        own = made_id(role)
    entry = Entry(_id(said, own), role, matter, path, chapter_meta(said), said.at, part)
    _enter(order, entry, said, complete=path is not None or role in WITHOUT_FILE)


def _check_made(order: _Order, said: Fields, role: Role) -> None:
    """Report an entry without a file that cannot be made from the rest of the book."""
    if role is Role.ABOUT_THE_AUTHORS and "path" not in said.places and not order.biographies:
        hint = "write a 'biography' under 'authors', or give the entry a file: 'path: …'"
        order.errors.append(error("entry-complete", "no author has a biography to print", said.at, hint))
    if role in WITHOUT_FILE or "path" in said.places or ("role" in said.places and not said.text("role")):
        return
    if "role" in said.places:
        message = f"an entry with the role '{role}' needs a file"
        hint = f"add 'path: …'; made without one: {', '.join(WITHOUT_FILE)}"
    else:
        message = (
            "this entry names neither a file ('path') nor a part ('part') nor a page that bookforge makes ('role')"
        )
        hint = "add 'path: chapters/name.md'"
    order.errors.append(error("entry-complete", message, said.at, hint))


def _add_part(order: _Order, said: Fields) -> None:
    opening = said.located("part")
    path, title = None, None
    if opening and _is_file(order.book_dir, opening.value):
        path = _file(order, opening)
        own = file_slug(path or "", Role.PART)
    else:
        title = opening.value if opening else ""
        own = slug(title, Role.PART)
        if "title" in said.places:
            hint = "'title' is for a part whose 'part' is a file"
            message = "this part has its title twice, under 'part' and under 'title'"
            order.errors.append(error("entry-complete", message, said.places["title"], hint))
    meta = chapter_meta(said)
    if title is not None:
        meta = ChapterMeta(title, meta.short_title, meta.subtitle, numbered=meta.numbered)
    place = len(order.entries)
    entry = Entry(_id(said, own), Role.PART, Matter.BODY, path, meta, said.at)
    _enter(order, entry, said, complete=path is not None or bool(title))
    for chapter in said.all_fields("chapters"):
        _add(order, chapter, Matter.BODY, Role.CHAPTER, place)


def _is_file(book_dir: Path, text: str) -> bool:
    """Say whether the ``part`` of a part is a path: it ends like one, or names a file that is there."""
    return text.lower().endswith(SUFFIXES) or (
        "/" in text and isinstance(bookpath.find(book_dir, text), bookpath.Found)
    )


def _role(said: Fields, path: str | None, usual: Role) -> Role:
    if declared := said.text("role"):
        return Role(declared)
    if path is not None and usual is not Role.CHAPTER:
        word = role_word(file_slug(path, usual))
        if word in set(Role) - {Role.PART}:
            return Role(word)
    return usual


def _id(said: Fields, own: str) -> SectionId:
    return SectionId(said.text("id") or own)


def _file(order: _Order, typed: Text) -> str | None:
    """Return the path of an entry's file; what is wrong with it is reported."""
    found = bookpath.find(order.book_dir, typed.value)
    if isinstance(found, bookpath.Missing):
        order.errors.append(error("entry-file-exists", found.message, typed.at, found.hint))
        return None
    if not found.path.lower().endswith(SUFFIXES):
        hint = "chapters are Markdown files; their names end in .md or .markdown"
        order.errors.append(error("entry-file-exists", f"'{typed.value}' is not a Markdown file", typed.at, hint))
        return None
    if found.file in order.files:
        message = f"the file '{found.path}' stands twice in the reading order"
        hint = f"it is named first at {order.files[found.file]}; remove one of the two"
        order.errors.append(error("entry-unique", message, typed.at, hint))
        return None
    order.files[found.file] = typed.at
    return found.path


def _enter(order: _Order, entry: Entry, said: Fields, *, complete: bool) -> None:
    """Add an entry; the id of one whose file was refused is not compared."""
    order.entries.append(entry)
    if not complete:
        return
    place = (said.located("id") or Text("", said.at)).at
    hint = "give it another one: 'id: …' in its entry"
    reserved = _RESERVED.get(entry.id)
    if entry.id in order.ids:
        message = f"the id '{entry.id}' is given twice; it is first that of the entry at {order.ids[entry.id]}"
        order.errors.append(error("id-unique", message, place, hint))
    elif reserved is not None and entry.role is not reserved:
        message = f"the id '{entry.id}' is that of a page that bookforge makes"
        hint += f"; or 'role: {reserved}' if it takes that page's place"
        order.errors.append(error("id-unique", message, place, hint))
    elif entry.id in _FILE_NAMES:
        message = f"the id '{entry.id}' is the name of a file in every ebook or web edition"
        order.errors.append(error("id-unique", message, place, hint))
    order.ids.setdefault(entry.id, place)
