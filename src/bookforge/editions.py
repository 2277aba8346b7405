"""A loaded book and a declared edition in, a proven artifact out."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bookforge import compose, layouts, manuscript, words, xhtml
from bookforge.book import Asset, Source
from bookforge.cache import Cache
from bookforge.cache import key as cache_key
from bookforge.diagnostics import (
    Diagnostic,
    EditionError,
    Location,
    ManuscriptError,
    Report,
    error,
    note,
    warning,
)
from bookforge.edition import Artifact, Composition, Edition, FontFace, Format, Reading, Setting, Stylesheet
from bookforge.layouts import Layout
from bookforge.manifest import Manifest
from bookforge.pipeline import Loaded, code_digest
from bookforge.reading import reading

if TYPE_CHECKING:
    from bookforge.fonts import WebFont

_COVER_SIZE: Final = (1600, 2560)
_LAYOUT_ROUNDS: Final = 4


@dataclass(frozen=True, slots=True)
class Workshop:
    """What making an edition needs beside the book."""

    store: Cache
    cache_folder: Path
    report: Report


def settle(edition: Edition, declared: Manifest) -> tuple[Edition, Layout]:
    """Find an edition's layout and merge its settings: the layout's defaults, those of what it proves, its own.

    Errors: ``layout-exists``, ``layout-valid``, ``layout-format``, ``setting-known``, ``setting-fits``.
    """
    layout = layouts.find(edition.layout, declared.folder, edition.at)
    if layout.format is not None and layout.format is not edition.format:
        message = f"layout '{edition.layout}' makes {layout.format}, not {edition.format}"
        raise EditionError(error("layout-format", message, edition.at, "choose another layout or format"))
    proved = next((each for each in declared.editions if each.name == edition.of), None)
    inherited = {name: value for name, value in (proved.settings if proved else {}).items() if name in layout.settings}
    settings = dict(layout.settings) | inherited | dict(edition.settings)
    wrong = [
        _unknown_setting(name, edition, layout, declared) for name in edition.settings if name not in layout.settings
    ]
    wrong += [
        error(
            "setting-fits", f"'{name}' is {_kind(layout.settings[name])}, not '{value}'", _at(name, edition, declared)
        )
        for name, value in settings.items()
        if name in layout.settings and not _fits(value, layout.settings[name])
    ]
    if wrong:
        raise EditionError(*wrong)
    return dataclasses.replace(edition, settings=settings), layout


def _at(name: str, edition: Edition, declared: Manifest) -> Location | None:
    return declared.setting_places.get(edition.name, {}).get(name, edition.at)


def _unknown_setting(name: str, edition: Edition, layout: Layout, declared: Manifest) -> Diagnostic:
    near = get_close_matches(name, [*layout.settings, "format", "layout", "isbn", "of"], 1)
    hint = f"did you mean '{near[0]}'?" if near else f"its settings are {', '.join(sorted(layout.settings))}"
    message = f"layout '{edition.layout}' has no setting '{name}'"
    return error("setting-known", message, _at(name, edition, declared), hint)


def _fits(value: Setting, default: Setting) -> bool:
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(value, bool) and isinstance(default, bool)
    if isinstance(default, int | float):
        return isinstance(value, int | float)
    return True


def _kind(default: Setting) -> str:
    if isinstance(default, bool):
        return "true or false"
    return "a number" if isinstance(default, int | float) else "a text"


# ---------------------------------------------------------------- making


def compose_only(loaded: Loaded, edition: Edition, shop: Workshop) -> Composition:
    """Compose an edition without laying it out or writing it, and prove its words: what ``check`` does."""
    settled, layout = settle(edition, loaded.manifest)
    read = _read(loaded, settled, shop)
    composition = compose.edition(read, layout, _plain_supplies(loaded, read, layout, shop))
    _prove(composition)
    return composition


def make(loaded: Loaded, edition: Edition, shop: Workshop) -> Artifact:
    """Make an edition.

    Errors: those of reading, composing and writing it, and ``words-conserved``.
    """
    settled, layout = settle(edition, loaded.manifest)
    read = _read(loaded, settled, shop)
    supplies = _supplies(loaded, read, layout, shop)
    composition = compose.edition(read, layout, supplies)
    _prove(composition)
    if settled.format is Format.PDF:
        artifact = _make_pdf(composition, supplies, layout, shop)
    elif settled.format is Format.EPUB:
        from bookforge.writers import epub

        artifact = epub.write(composition, shop.report)
    else:
        from bookforge.writers import html

        artifact = html.write(composition, shop.report)
    words = sum(section.content.word_count for section in read.book.sections if section.content)
    return dataclasses.replace(artifact, words=words)


def _read(loaded: Loaded, edition: Edition, shop: Workshop) -> Reading:
    read = reading(loaded.book, edition)
    if read.queries_left_out:
        count = read.queries_left_out
        what = f"{count} author quer{'y is' if count == 1 else 'ies are'} open and left out"
        shop.report(note("queries-answered", f"edition '{edition.name}': {what}"))
    return read


def _prove(composition: Composition) -> None:
    """Compare the composed documents with the manuscript, word by word."""
    from bookforge import ledger

    sections = {section.id: section for section in composition.reading.book.sections}
    wrong = ledger.compare(sections, composition.documents)
    if wrong:
        raise ManuscriptError(*wrong)


def _make_pdf(composition: Composition, supplies: compose.Supplies, layout: Layout, shop: Workshop) -> Artifact:
    """Lay out until every note fits, prove the pages, draw them.

    WeasyPrint 70 neither splits a note nor keeps one that is taller than a page: those go to their chapter's end.
    """
    from bookforge import ledger
    from bookforge.writers import pdf

    for _ in range(_LAYOUT_ROUNDS):
        laid = pdf.layout(composition, shop.cache_folder, shop.report)
        moved = laid.unfit - supplies.endnotes
        if not moved:
            break
        for identity in sorted(moved):
            shop.report(_moved_note(identity, composition.reading))
        supplies = dataclasses.replace(supplies, endnotes=supplies.endnotes | moved)
        composition = compose.edition(composition.reading, layout, supplies)
        _prove(composition)
    sections = {section.id: section for section in composition.reading.book.sections}
    wrong = ledger.compare_pages(composition.documents[0], laid, sections)
    if wrong:
        raise ManuscriptError(*wrong)
    return pdf.write(composition, laid, shop.report)


def _moved_note(identity: str, read: Reading) -> Diagnostic:
    message = "the note does not fit at the foot of a page and is set at the end of its chapter"
    for section in read.book.sections:
        for each in section.content.notes if section.content else ():
            if each.id == identity:
                assert section.content is not None
                at = Location(section.content.path, each.at.line, each.at.column)
                return warning("note-fits-page", message, at, "shorten it, or accept an endnote")
    return warning("note-fits-page", message)


# ---------------------------------------------------------------- supplies


def _supplies(loaded: Loaded, read: Reading, layout: Layout, shop: Workshop) -> compose.Supplies:
    """Gather what a composition needs; an e-book and a site carry their fonts and their cover."""
    plain = _plain_supplies(loaded, read, layout, shop)
    if read.edition.format is Format.PDF:
        return plain
    embedded = _for_text(plain.fonts)
    return dataclasses.replace(
        plain,
        web_fonts=_web_fonts(read, embedded, shop) if embedded else (),
        cover=_cover(read, layout, plain.fonts, shop),
    )


def _plain_supplies(loaded: Loaded, read: Reading, layout: Layout, shop: Workshop) -> compose.Supplies:
    from bookforge import fonts

    faces = fonts.resolve(layout.fonts)
    if _for_text(faces):
        _report_missing_glyphs(loaded, read, _for_text(faces), shop.report)
    return compose.Supplies(
        fonts=faces,
        formula=_formula,
        isbns=tuple((each.name, each.isbn, each.format.value) for each in loaded.manifest.editions if each.isbn),
    )


def _for_text(faces: tuple[FontFace, ...]) -> tuple[FontFace, ...]:
    """Leave out the faces that only draw the cover: an e-book is set in a face of its reader's choice."""
    return tuple(face for face in faces if face.role != "cover")


def _formula(tex: str, display: bool) -> bytes:
    from bookforge import formulas

    return formulas.draw(tex, display)


def _texts(read: Reading) -> str:
    """Return every character an edition can show, for choosing fonts and glyphs."""
    book = read.book.metadata
    names = [person.name for person in (*book.authors, *book.contributors)]
    found = [book.title, book.subtitle or "", book.rights or "", book.description or "", *names]
    found += layouts.terms(book.language).values()
    for section in read.book.sections:
        found += [section.title_text or "", section.subtitle or "", section.short_title or ""]
        if section.content:
            # Formulas are left out: they are drawn with glyphs of their own.
            found.append(words.of_tree(xhtml.read(section.content.body)).text)
            found += [words.of_tree(xhtml.read(each.markup)).text for each in section.content.notes]
    return "".join(found)


def _report_missing_glyphs(loaded: Loaded, read: Reading, faces: tuple[FontFace, ...], report: Report) -> None:
    from bookforge import fonts

    lacking = fonts.missing(faces, _texts(read))
    if lacking:
        fonts.report_missing(faces, {char: _places(char, loaded.sources) for char in lacking}, report)


def _places(character: str, sources: tuple[Source, ...]) -> tuple[Location, ...]:
    return tuple(
        manuscript.location(source, offset)
        for source in sources
        for offset in (place for place, each in enumerate(source.text) if each == character)
    )


def _web_fonts(read: Reading, faces: tuple[FontFace, ...], shop: Workshop) -> "tuple[WebFont, ...]":
    from bookforge import fonts

    wanted = "".join(
        sorted({*map(chr, range(0x20, 0x7F)), *_texts(read), *"\u00b7\u2013\u2014\u2018\u2019\u201c\u201d\u2026"})
    )
    parts = [f"{face.family}\0{face.style}\0{_file_digest(face.path)}" for face in faces]
    name = cache_key("web-fonts", code_digest(), wanted, *parts)
    known = shop.store.get("web-fonts", name, fonts.WebFonts)
    if known is None:
        known = fonts.WebFonts(fonts.web(faces, wanted))
        shop.store.put("web-fonts", name, known)
    return known.fonts


def _file_digest(path: str) -> str:
    import hashlib

    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def _cover(read: Reading, layout: Layout, faces: tuple[FontFace, ...], shop: Workshop) -> tuple[bytes, str, str] | None:
    """Return the front cover as a picture every shop takes: the book's own, or one set from the title."""
    declared = read.book.metadata.cover
    art = read.book.assets[declared.path] if declared else None
    if art is not None and art.media_type in {"image/jpeg", "image/png"}:
        return art.data, art.media_type, declared.alt if declared else ""
    data = _drawn_cover(read, layout, art, faces, shop)
    alt = declared.alt if declared else f"{read.book.metadata.title}, {_authors(read)}"
    return data, "image/jpeg", alt


def _authors(read: Reading) -> str:
    return ", ".join(author.name for author in read.book.metadata.authors)


def _drawn_cover(
    read: Reading, layout: Layout, art: Asset | None, faces: tuple[FontFace, ...], shop: Workshop
) -> bytes:
    templates = layouts.Templates(layout)
    html = templates.render("cover-art.html.j2", book=read.book.metadata, art="art" if art else None)
    path = layout.path("cover-art.css")
    assert path is not None
    sheet = Stylesheet("cover-art.css", "cover-art.css", path.read_text(encoding="utf-8"))
    name = cache_key(
        "cover", code_digest(), html, sheet.text, art.sha256 if art else "", *(_file_digest(f.path) for f in faces)
    )
    known = shop.store.get("cover", name, bytes)
    if known is None:
        from bookforge.writers import pdf

        assets: Mapping[str, tuple[bytes, str]] = {"art": (art.data, art.media_type)} if art else {}
        materials = pdf.Materials((sheet,), assets, faces, shop.cache_folder)
        known = pdf.picture(html, materials, _COVER_SIZE, shop.report)
        shop.store.put("cover", name, known)
    return known
