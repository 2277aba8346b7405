"""An edition, its printer and its final page count into the sheet of its cover, or why that cannot be known."""

from typing import Final

from bookforge.cover import sheet
from bookforge.cover.sheet import Sheet, Terms
from bookforge.diagnostics import Diagnostic, EditionError, error, warning
from bookforge.edition import Edition, Wrap
from bookforge.measure import TrimSize, inches, millimetres
from bookforge.printers import Printer

_SAME_SPINE: Final = 0.36
"""What a spine may be off, in points: an eighth of a millimetre, less than two leaves of paper."""


def terms(printer: Printer) -> Terms:
    """Return what a printer asks of covers."""
    return Terms(
        bleed=printer.cover_bleed,
        clear=printer.cover_safe,
        fold=printer.spine_safe,
        barcode=(printer.barcode_width, printer.barcode_height),
        barcode_clear=printer.barcode_clear,
    )


def sheet_of(edition: Edition, trim: TrimSize, printer: Printer, pages: int) -> Sheet | Diagnostic:
    """Return the sheet of an edition of so many pages.

    A warning where only the printer's template knows the size and its numbers are not given: ``cover-size-known``.
    Errors: ``cover-fits-pages``, ``cover-fits-trim``.
    """
    size = trim.points
    wrap, hard = edition.wrap, edition.binding == "hardcover"
    spine = printer.spine(pages, edition.paper, edition.binding)
    if wrap is not None and wrap.file is None and (wrap.width or wrap.height or wrap.spine):
        template = _template(wrap, printer)
        check_pages(edition, printer, pages)
        if not sheet.fits(template, size, hard=hard):
            raise _misfit("the numbers of the cover's template are not those of", edition, trim)
        return sheet.of_template(template, size, terms(printer), hard=hard)
    if spine is None:
        return _unknown(edition, printer, pages)
    return sheet.paperback(size, spine, terms(printer))


def spine_of(edition: Edition, printer: Printer, pages: int) -> float | None:
    """Return how thick a book is: as its template says, else by the printer's formula, else that is not known."""
    if edition.wrap is not None and edition.wrap.spine:
        return edition.wrap.spine
    return printer.spine(pages, edition.paper, edition.binding)


def size_of(edition: Edition, trim: TrimSize, printer: Printer, pages: int) -> tuple[float, float] | None:
    """Return how large the cover of a book must be, bleed included: as its template says, else by the formula."""
    wrap = edition.wrap
    if wrap is not None and wrap.width and wrap.height:
        return wrap.width, wrap.height
    spine = printer.spine(pages, edition.paper, edition.binding)
    if spine is None:
        return None
    right = sheet.paperback(trim.points, spine, terms(printer))
    return right.width, right.height


def check_pages(edition: Edition, printer: Printer, pages: int) -> None:
    """Refuse a cover that was made for another number of pages, and say how much the spine is off.

    Errors: ``cover-fits-pages``.
    """
    wrap = edition.wrap
    if wrap is None or wrap.pages is None or wrap.pages == pages:
        return
    was, now = (printer.spine(each, edition.paper, edition.binding) for each in (wrap.pages, pages))
    message = f"the cover was made for {wrap.pages} pages, the book now has {pages}"
    if was is not None and now is not None:
        message += f": the spine must be {_difference(now - was)}"
    raise EditionError(error("cover-fits-pages", message, wrap.at, _again(wrap, printer, pages)))


def check_file(edition: Edition, trim: TrimSize, printer: Printer, pages: int, size: tuple[float, float]) -> str | None:
    """Compare a finished cover of this size (width, height) with the book; return what could not be compared.

    Errors: ``cover-fits-pages``, ``cover-fits-trim``.
    """
    check_pages(edition, printer, pages)
    wrap = edition.wrap
    assert wrap is not None
    right = size_of(edition, trim, printer, pages)
    if right is None:
        return f"{printer.title} gives no formula for the spine" if wrap.pages is None else None
    spine = printer.spine(pages, edition.paper, edition.binding)
    off, is_template = right[0] - size[0], bool(wrap.width and wrap.height)
    if abs(size[1] - right[1]) > sheet.SAME:
        raise _wrong_size(edition, size, right)
    if spine is None or is_template or wrap.pages is not None:
        if abs(off) > sheet.SAME:
            raise _wrong_size(edition, size, right)
    elif abs(off) > _SAME_SPINE:
        made = spine - off
        if not 0 <= made <= 4 * spine:
            raise _wrong_size(edition, size, right)
        message = f"the cover has a spine of {millimetres(made)}, {pages} pages make one of {millimetres(spine)}"
        message += f": it must be {_difference(off)}"
        raise EditionError(error("cover-fits-pages", message, wrap.at, _again(wrap, printer, pages)))
    return None


def _template(wrap: Wrap, printer: Printer) -> tuple[float, float, float]:
    if wrap.width is None or wrap.height is None or wrap.spine is None or wrap.pages is None:
        lacking = [name for name in ("width", "height", "spine", "pages") if getattr(wrap, name) is None]
        message = f"the cover's template lacks {' and '.join(lacking)}"
        hint = f"copy width, height and spine from the template of {printer.title}, and say for how many pages it is"
        raise EditionError(error("cover-size-known", message, wrap.at, hint))
    return wrap.width, wrap.height, wrap.spine


def _unknown(edition: Edition, printer: Printer, pages: int) -> Diagnostic:
    message = (
        f"no cover is made for '{edition.name}': the size of a {edition.binding} of {pages} pages is known only from "
        f"the cover template of {printer.title}"
    )
    hint = (
        "order the template there and write its numbers under the edition: "
        f"wrap: {{width: …in, height: …in, spine: …in, pages: {pages}}}"
    )
    return warning("cover-size-known", message, edition.at, hint)


def _misfit(what: str, edition: Edition, trim: TrimSize) -> EditionError:
    message = f"{what} a {edition.binding} of {millimetres(*trim.points)}"
    hint = "compare width, height and spine with the template, bleed included"
    return EditionError(error("cover-fits-trim", message, edition.wrap.at if edition.wrap else edition.at, hint))


def _wrong_size(edition: Edition, found: tuple[float, float], right: tuple[float, float]) -> EditionError:
    message = f"the cover file has {inches(*found)}, this book needs {inches(*right)}, bleed included"
    hint = "make it anew in that size; it is one page with back, spine and front, without marks around"
    return EditionError(error("cover-fits-trim", message, edition.wrap.at if edition.wrap else edition.at, hint))


def _again(wrap: Wrap, printer: Printer, pages: int) -> str:
    if wrap.file:
        return f"have the cover made anew for {pages} pages, then write pages: {pages}"
    return f"order a new template from {printer.title} for {pages} pages and write its numbers"


def _difference(points: float) -> str:
    return f"{millimetres(abs(points))} {'wider' if points > 0 else 'narrower'}"
