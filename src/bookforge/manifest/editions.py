"""The fields of the manifest into its editions."""

from pathlib import Path
from typing import Final

from bookforge.diagnostics import Diagnostic, Location, error
from bookforge.edition import BINDINGS, Edition, Format, Setting, Wrap
from bookforge.manifest import metadata
from bookforge.manifest.fields import Fields
from bookforge.manifest.scalars import isbn_digits, suggest
from bookforge.measure import Length
from bookforge.yamlfile import Node, plain

LAYOUTS: Final = {Format.PDF: "paperback", Format.EPUB: "ebook", Format.HTML: "web"}
"""The layout of an edition that names none (a proof has its own), and the editions of a book that declares none."""

_OF_PRINTER: Final = ("paper", "binding", "wrap", "pdf-x")


def read(book: Fields, book_dir: Path, errors: list[Diagnostic]) -> tuple[Edition, ...]:
    """Return the declared editions in order, else one of each format."""
    if "editions" not in book.places:
        return tuple(Edition(layout, format_, layout, {}) for format_, layout in LAYOUTS.items())
    named = book.named("editions")
    _check_isbns(named, errors)
    formats = {name: said.text("format") for name, said in named.items()}
    for name, said in named.items():
        _check_of(name, said, formats, errors)
        _check_printer(name, said, errors)
    found = tuple(_edition(name, said, book_dir, errors) for name, said in named.items())
    _check_folders(found, named, errors)
    return found


def setting_places(book: Fields) -> dict[str, dict[str, Location]]:
    """Return where each key of each edition stands: edition name → key → place."""
    return {name: dict(said.places) for name, said in book.named("editions").items()}


def _edition(name: str, said: Fields, book_dir: Path, errors: list[Diagnostic]) -> Edition:
    format_ = Format(said.text("format") or "pdf")
    settings = {key: _setting(node) for key, node in said.settings.items()}
    if size := said.text("trim-size"):
        settings["trim-size"] = size
    layout = said.text("layout") or ("proof" if said.text("of") else LAYOUTS[format_])
    return Edition(
        name,
        format_,
        layout,
        settings,
        said.text("isbn"),
        said.text("of"),
        said.at,
        printer=said.text("printer"),
        paper=said.text("paper") or "white",
        binding=said.text("binding") or BINDINGS[0],
        wrap=_wrap(said.fields("wrap"), book_dir, errors),
        pdf_x=said.flag("pdf-x") or False,
    )


def _wrap(said: Fields | None, book_dir: Path, errors: list[Diagnostic]) -> Wrap | None:
    if said is None:
        return None
    pages, file = said.text("pages"), said.located("file")
    return Wrap(
        file=metadata.file_of(book_dir, file, errors) if file else None,
        width=_points(said.text("width")),
        height=_points(said.text("height")),
        spine=_points(said.text("spine")),
        pages=int(pages) if pages else None,
        price=said.text("price"),
        at=said.at,
    )


def _points(length: str | None) -> float | None:
    return Length.parse(length).pt if length else None


def _setting(node: Node) -> Setting:
    value = plain(node)
    return value if isinstance(value, str | int | float | bool) else node.text


def _check_isbns(named: dict[str, Fields], errors: list[Diagnostic]) -> None:
    seen: dict[str, str] = {}
    for name, said in named.items():
        isbn = said.located("isbn")
        if isbn is None:
            continue
        digits = isbn_digits(isbn.value)
        if digits in seen:
            message = f"the edition '{name}' has the same ISBN as '{seen[digits]}'"
            errors.append(error("isbn-unique", message, isbn.at, "every edition needs an ISBN of its own"))
        seen.setdefault(digits, name)


def _check_of(name: str, said: Fields, formats: dict[str, str | None], errors: list[Diagnostic]) -> None:
    of = said.located("of")
    if of is None:
        return
    if formats[name] not in (None, Format.PDF):
        message, hint = "only a PDF edition can be a proof of another", "remove 'of', or write format: pdf"
    elif of.value == name:
        message, hint = f"the edition '{name}' cannot be a proof of itself", "name the edition whose pages it shows"
    elif of.value not in formats:
        others = [other for other, format_ in formats.items() if other != name and format_ == Format.PDF]
        message, hint = f"there is no edition '{of.value}'", suggest(of.value, others)
    elif formats[of.value] not in (None, Format.PDF):
        message, hint = f"the edition '{of.value}' is not a PDF", "a proof shows the pages of a PDF edition"
    else:
        return
    errors.append(error("edition-of-known", message, of.at, hint))


def _check_printer(name: str, said: Fields, errors: list[Diagnostic]) -> None:
    """Refuse words for a printer where there is none: nothing would come of them."""
    if "printer" in said.places:
        return
    for key in _OF_PRINTER:
        if key in said.places:
            message = f"'{key}' is said to a printer, and the edition '{name}' names none"
            hint = f"write printer: generic, or who prints it; or take '{key}' out"
            errors.append(error("printer-named", message, said.places[key], hint))


def _check_folders(editions: tuple[Edition, ...], named: dict[str, Fields], errors: list[Diagnostic]) -> None:
    """Refuse two editions that would write the same folder: a printer's is called after edition and printer."""
    taken = {edition.name: edition.name for edition in editions if edition.format is Format.HTML}
    for edition in editions:
        if edition.printer is None:
            continue
        folder = edition.package_name(edition.name)
        if taken.setdefault(folder, edition.name) != edition.name:
            message = f"the folder for the printer of '{edition.name}' would be that of the edition '{taken[folder]}'"
            hint = "give one of the two another name"
            errors.append(error("edition-folder-own", message, named[edition.name].places["printer"], hint))
