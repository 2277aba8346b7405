"""The covers a printer and the shops get with a book: ``cover.pdf`` round it, ``cover.jpg`` to show it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bookforge import bookpath, preflight
from bookforge.cover import art, front, sizing, wrap
from bookforge.cover.front import Studio
from bookforge.diagnostics import Diagnostic, EditionError, error, warning
from bookforge.edition import FRONT_FILE, WRAP_FILE, Edition
from bookforge.measure import TrimSize
from bookforge.printers import Printer

_COARSE = "cover-large-enough"
_MAX_BYTES = 650_000_000


@dataclass(frozen=True, slots=True)
class Covers:
    """The finished files by name, the characters set on them, and what was found meanwhile.

    ``size`` and ``spine`` are what the cover round the book must measure, in points, as far as that is known.
    """

    files: Mapping[str, bytes]
    size: tuple[float, float] | None
    spine: float | None
    shown: str
    said: tuple[Diagnostic, ...]


def package(studio: Studio, printer: Printer, trim: TrimSize, pages: int, folder: Path) -> Covers:
    """Make the covers of an edition of this size that has ``pages`` pages as the printer binds it.

    ``folder`` is the book's.

    Without a cover that can be measured or drawn there is no ``cover.pdf``, and a warning says why.
    Errors: ``cover-fits-pages``, ``cover-fits-trim``, ``cover-readable``.
    """
    edition = studio.read.edition
    shown = front.picture(studio)
    files = {FRONT_FILE: art.for_shops(shown.data).data}
    size, spine = sizing.size_of(edition, trim, printer, pages), sizing.spine_of(edition, printer, pages)
    if edition.wrap is not None and edition.wrap.file is not None:
        own, said = _own(edition, trim, printer, pages, folder)
        return Covers({WRAP_FILE: own, **files}, size, spine, shown.shown, (*shown.said, *said))
    sheet = sizing.sheet_of(edition, trim, printer, pages)
    if isinstance(sheet, Diagnostic):
        return Covers(files, size, spine, shown.shown, (*shown.said, sheet))
    made = wrap.wrap(studio, sheet, printer, pages)
    if made.data is not None:
        files = {WRAP_FILE: made.data, **files}
    coarse = any(each.rule == _COARSE for each in made.said)  # print says how fine it must be, and asks for more
    of_shops = (each for each in shown.said if not (coarse and each.rule == _COARSE))
    said = tuple(dict.fromkeys((*of_shops, *made.said)))
    return Covers(files, size, spine, "".join(sorted({*shown.shown, *made.shown})), said)


def _own(
    edition: Edition, trim: TrimSize, printer: Printer, pages: int, folder: Path
) -> tuple[bytes, tuple[Diagnostic, ...]]:
    """Read a finished cover and compare its size with the book's."""
    own = edition.wrap
    assert own is not None
    assert own.file is not None
    found = bookpath.find(folder, own.file)
    if isinstance(found, bookpath.Missing):
        raise EditionError(error("cover-readable", found.message, own.at, found.hint))
    try:
        with found.file.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as problem:
        raise _unreadable(own.file, f"cannot be read: {problem.strerror}", edition) from problem
    if len(data) > _MAX_BYTES:
        raise _unreadable(own.file, f"is larger than {_MAX_BYTES // 1_000_000} MB", edition)
    sizes = preflight.sizes(data)
    if isinstance(sizes, str) or len(sizes) != 1:
        what = f"cannot be read: {sizes}" if isinstance(sizes, str) else f"has {len(sizes)} pages"
        raise _unreadable(own.file, what, edition)
    unknown = sizing.check_file(edition, trim, printer, pages, sizes[0])
    if unknown is None:
        return data, ()
    message = f"whether the cover '{own.file}' fits {pages} pages cannot be told: {unknown}"
    hint = f"say for how many pages it was made: wrap: {{file: {own.file}, pages: {pages}}}"
    return data, (warning("cover-size-known", message, own.at, hint),)


def _unreadable(path: str, what: str, edition: Edition) -> EditionError:
    hint = "a cover is a PDF of one page with back, spine and front"
    at = edition.wrap.at if edition.wrap else edition.at
    return EditionError(error("cover-readable", f"the cover '{path}' {what}", at, hint))
