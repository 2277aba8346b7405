"""The fields of the manifest into the book's metadata and voices."""

import re
import uuid
from pathlib import Path
from typing import Final

from bookforge import bookpath
from bookforge.book import Contributor, CopyrightPage, Cover, Identifier, Metadata, Series, Subject, Voice
from bookforge.diagnostics import Diagnostic, error
from bookforge.manifest.fields import Fields, Text

_DOI: Final = re.compile(r"10\.\d{4,9}/\S+")


def read(book: Fields, book_dir: Path, errors: list[Diagnostic]) -> Metadata:
    """Return the metadata; what is missing or wrong is in ``errors`` and stands empty here."""
    dates = book.fields("dates")
    return Metadata(
        title=book.text("title") or "",
        language=book.text("language") or "und",
        authors=tuple(_contributor(person) for person in book.all_fields("authors")),
        subtitle=book.text("subtitle"),
        series=_series(book.fields("series")),
        contributors=tuple(_contributor(person) for person in book.all_fields("contributors")),
        identifiers=tuple(_identifier(found, errors) for found in book.all_fields("identifiers")),
        publisher=book.text("publisher"),
        place=book.text("place"),
        published=dates.text("published") if dates else None,
        modified=dates.text("modified") if dates else None,
        rights=book.text("rights"),
        subjects=tuple(_subject(found, errors) for found in book.all_fields("subjects")),
        description=book.text("description"),
        cover=_cover(book.fields("cover"), book_dir, errors),
        back_cover=_paragraphs(book.fields("cover")),
        revision=book.text("revision"),
        copyright_page=_copyright_page(book.fields("copyright-page")),
    )


def voices(book: Fields) -> dict[str, Voice]:
    """Return the declared voices by id, in the order of the manifest."""
    named = book.named("voices").items()
    return {
        name: Voice(name, said.text("name") or "", said.text("label") or said.text("name") or "")
        for name, said in named
    }


def file_of(book_dir: Path, typed: Text, errors: list[Diagnostic]) -> str | None:
    """Return the path of a file the manifest names, as the book keeps it."""
    found = bookpath.find(book_dir, typed.value)
    if isinstance(found, bookpath.Missing):
        errors.append(error("manifest-file-exists", found.message, typed.at, found.hint))
        return None
    return found.path


def _contributor(person: Fields) -> Contributor:
    role = person.text("role") or "aut"
    return Contributor(person.text("name") or "", role, person.text("sort-name"), person.text("biography"))


def _series(said: Fields | None) -> Series | None:
    return Series(said.text("name") or "", said.text("position")) if said else None


def _identifier(said: Fields, errors: list[Diagnostic]) -> Identifier:
    scheme, value = (said.text("scheme") or "").lower(), said.text("value") or ""
    at = (said.located("value") or Text("", said.at)).at
    if scheme == "isbn":
        hint = "write isbn: … under the edition it belongs to"
        errors.append(error("identifier-valid", "an ISBN belongs to an edition, not to the whole work", said.at, hint))
    elif scheme == "uuid":
        try:
            value = str(uuid.UUID(value.removeprefix("urn:uuid:")))
        except ValueError:
            hint = "it has 32 hexadecimal digits in groups of 8-4-4-4-12"
            errors.append(error("identifier-valid", f"'{value}' is not a UUID", at, hint))
    elif scheme == "doi":
        value = re.sub(r"^(?:https?://(?:dx\.)?doi\.org/|doi:)", "", value)
        if not _DOI.fullmatch(value):
            errors.append(error("identifier-valid", f"'{value}' is not a DOI", at, "a DOI looks like 10.1234/abc"))
    elif scheme == "url" and not re.fullmatch(r"https?://\S+", value):
        errors.append(error("identifier-valid", f"'{value}' is not an address", at, "it begins with https://"))
    return Identifier(scheme, value)


def _subject(said: Fields, errors: list[Diagnostic]) -> Subject:
    given = [scheme for scheme in ("bisac", "thema", "keyword") if scheme in said.places or said.text(scheme)]
    if len(given) != 1:
        hint = "write one subject per item: bisac, thema or keyword"
        message = "a subject has exactly one of 'bisac', 'thema' and 'keyword'"
        errors.append(error("subject-code", message, said.at, hint))
        return Subject("keyword", None, "")
    code = said.text(given[0]) or ""
    if given[0] == "keyword":
        return Subject("keyword", None, code)
    return Subject(given[0], code, said.text("label") or code)


def _cover(said: Fields | None, book_dir: Path, errors: list[Diagnostic]) -> Cover | None:
    image = said.located("image") if said else None
    if said is None:
        return None
    for given, needed in (("image", "alt"), ("alt", "image"), ("lettering", "image")):
        if given in said.places and needed not in said.places:
            errors.append(error("manifest-keys-required", f"'cover' has no '{needed}'", said.at, f"add '{needed}: …'"))
    if image is None:
        return None
    path = file_of(book_dir, image, errors)
    return Cover(path, said.text("alt") or "", image.at, said.text("lettering")) if path else None


def _paragraphs(cover: Fields | None) -> tuple[str, ...]:
    """Return the text for the back of the cover, paragraph by paragraph."""
    text = cover.text("back") if cover else None
    return tuple(" ".join(each.split()) for each in re.split(r"\n\s*\n", text or "") if each.strip())


def _copyright_page(said: Fields | None) -> CopyrightPage:
    if said is None:
        return CopyrightPage()
    return CopyrightPage(
        holder=said.text("holder"),
        year=said.text("year"),
        credits=said.texts("credits"),
        permissions=said.texts("permissions"),
        memory=said.text("memory"),
        names=said.text("names"),
    )
