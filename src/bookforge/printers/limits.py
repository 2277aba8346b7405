"""An edition and its printer's profile: what of the one the other does not take."""

from typing import Final

from bookforge.diagnostics import Diagnostic, Severity, error, warning
from bookforge.edition import Edition, Format
from bookforge.measure import TrimSize, inches
from bookforge.printers.profile import Printer

_LEAST_TEXT_PT: Final = 1.25 * 72


def of_edition(edition: Edition, printer: Printer, trim: TrimSize | None) -> tuple[Diagnostic, ...]:
    """Say what this printer does not take of an edition before it is laid out.

    Findings: ``printer-of-pdf``, ``paper-known``, ``trim-size-listed``.
    """
    if edition.format is not Format.PDF:
        message = f"the edition '{edition.name}' is {edition.format}, which no printer prints"
        return (error("printer-of-pdf", message, edition.at, "take 'printer' from it, or write format: pdf"),)
    if trim is None:
        message = f"the layout '{edition.layout}' says no trim size, and a printer asks for one"
        return (error("trim-size-listed", message, edition.at, "give the layout a setting 'trim-size'"),)
    return (*_paper(edition, printer), *_trim(edition, printer, trim), *_room(edition, printer, trim))


def of_pages(edition: Edition, printer: Printer, trim: TrimSize, pages: int) -> tuple[Diagnostic, ...]:
    """Say whether this printer binds so many pages, blank ones included.

    Findings: ``page-count-fits``.
    """
    limits = printer.pages(edition.binding, edition.paper, trim)
    if limits is None or limits[0] <= pages <= limits[1]:
        return ()
    least, most = limits
    what = f"{printer.title} binds {least} to {most} pages as a {edition.binding} on {edition.paper} paper"
    message = f"the edition '{edition.name}' has {pages} pages, and {what}"
    if pages < least:
        hint = "choose a smaller trim size or a larger type, or add pages such as notes about the authors"
    else:
        hint = "choose a larger trim size or another paper, or divide the book into volumes"
    return (_say(printer.count_outside, "page-count-fits", message, edition, hint),)


def _paper(edition: Edition, printer: Printer) -> tuple[Diagnostic, ...]:
    known = ", ".join(paper.name for paper in printer.papers)
    if printer.ink(edition.paper) is None:
        message = f"{printer.title} has no paper '{edition.paper}'"
        return (error("paper-known", message, edition.at, f"its papers are {known}"),)
    if printer.pages(edition.binding, edition.paper) is None:
        bound = [each.name for each in printer.papers if printer.pages(edition.binding, each.name)]
        message = f"{printer.title} makes no {edition.binding} on {edition.paper} paper"
        hint = f"it makes it on {', '.join(bound)}" if bound else "choose another binding"
        return (error("paper-known", message, edition.at, hint),)
    return ()


def _trim(edition: Edition, printer: Printer, trim: TrimSize) -> tuple[Diagnostic, ...]:
    if printer.takes(trim, edition.binding, edition.paper):
        return ()
    near = sorted(
        printer.trims.get(edition.binding, ()),
        key=lambda size: abs(size[0] - trim.width.pt) + abs(size[1] - trim.height.pt),
    )[:3]
    sizes = ", ".join(inches(*size) for size in near)
    message = f"{printer.title} cuts no {edition.binding} on {edition.paper} paper to {inches(*trim.points)}"
    hint = f"the nearest sizes it names are {sizes}" if sizes else None
    return (_say(printer.unlisted_trim, "trim-size-listed", message, edition, hint),)


def _room(edition: Edition, printer: Printer, trim: TrimSize) -> tuple[Diagnostic, ...]:
    """Refuse a page on which the margins could leave no room for text, whatever its page count will be."""
    edge = printer.edge(bleed=True)
    width = trim.width.pt - edge - max(band.inside for band in printer.gutter)
    height = trim.height.pt - 2 * edge
    if min(width, height) >= _LEAST_TEXT_PT:
        return ()
    message = f"on a page this small the margins of {printer.title} leave no room for text"
    return (error("trim-size-listed", message, edition.at, "choose a larger trim size"),)


def _say(severity: Severity, rule: str, message: str, edition: Edition, hint: str | None) -> Diagnostic:
    say = error if severity is Severity.ERROR else warning
    return say(rule, message, edition.at, hint)
