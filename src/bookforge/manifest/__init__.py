"""``book.yaml`` into a ``Manifest``: read once, checked whole, each part with its place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bookforge import textfile, yamlfile
from bookforge.book import Entry, Metadata, Voice
from bookforge.diagnostics import Diagnostic, Location, ManifestError, error
from bookforge.edition import Edition
from bookforge.manifest import editions, entries, metadata, typography
from bookforge.manifest.fields import FieldReader, Fields
from bookforge.manifest.model import BOOK
from bookforge.manifest.slugs import slug
from bookforge.typography.choices import Choices

FILE_NAME: Final = "book.yaml"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What ``book.yaml`` says.

    ``id`` names the files of the editions. ``path`` is the file, ``folder`` the book's folder, both absolute.
    ``entries`` are flat and in reading order, parts before their chapters. ``setting_places`` leads from an edition's
    name and a key of it to where that stands; ``places`` does so for the keys of the book.
    """

    id: str
    path: Path
    folder: Path
    metadata: Metadata
    voices: dict[str, Voice]
    entries: tuple[Entry, ...]
    editions: tuple[Edition, ...]
    bibliography: str | None
    setting_places: Mapping[str, Mapping[str, Location]]
    places: Mapping[str, Location]
    typography: Choices = field(default_factory=Choices)


def read(path: Path) -> Manifest:
    """Read the manifest of a book; ``path`` is the file or the book's folder.

    Errors, all in one ``ManifestError``: every rule of the manifest's group.
    """
    path = _file(path.absolute())
    errors: list[Diagnostic] = []
    book = _fields(_load(path), path.name, errors)
    book_dir = path.parent
    voices = metadata.voices(book)
    bibliography = book.located("bibliography")
    manifest = Manifest(
        id=book.text("id") or slug(book.text("title") or "", "book"),
        path=path,
        folder=book_dir,
        metadata=metadata.read(book, book_dir, errors),
        voices=voices,
        entries=entries.read(book, book_dir, voices, errors),
        editions=editions.read(book, book_dir, errors),
        bibliography=metadata.file_of(book_dir, bibliography, errors) if bibliography else None,
        typography=typography.read(book, errors),
        setting_places=editions.setting_places(book),
        places=dict(book.places),
    )
    if errors:
        raise ManifestError(*sorted(errors, key=_place))
    return manifest


def _file(path: Path) -> Path:
    """Return the manifest itself where its folder is named."""
    try:
        file = path / FILE_NAME if path.is_dir() else path
        if file.is_file():
            return file
        what = f"there is no {file.name} here"
    except OSError as problem:
        what = f"this place cannot be reached: {problem.strerror or 'the system refuses'}"
    hint = "write one, or start with 'bookforge new FOLDER'"
    raise ManifestError(error("book-found", what, Location(str(path)), hint))


def _load(path: Path) -> yamlfile.Node:
    text = textfile.read(path, path.name, yamlfile.MAX_BYTES)
    if isinstance(text, Diagnostic):
        raise ManifestError(text)
    return yamlfile.load(text, path.name)


def _fields(root: yamlfile.Node, name: str, errors: list[Diagnostic]) -> Fields:
    if root.kind is not yamlfile.Kind.MAPPING:
        what = "is empty" if root.kind is yamlfile.Kind.NULL else f"is a {root.kind}, not a mapping"
        hint = "it begins with lines such as 'title: A Title' and 'authors: [A Name]'"
        raise ManifestError(error("manifest-types", f"{name} {what}", root.at, hint))
    book = FieldReader(errors).table(root, BOOK, name)
    assert book is not None
    return book


def _place(found: Diagnostic) -> tuple[int, int]:
    return (found.at.line or 0, found.at.column or 0) if found.at else (0, 0)
