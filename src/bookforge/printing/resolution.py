"""Laid-out pages in, the pictures that have too few pixels for the size they are printed in out."""

import math
from collections.abc import Iterable
from urllib.parse import unquote

from bookforge.book import Asset, Book
from bookforge.diagnostics import Diagnostic, Location, warning
from bookforge.edition import Composition
from bookforge.laid import LaidPage, Picture

_DRAWING = "image/svg+xml"
_SLACK_DPI = 1.0
_COARSE = 150
_FINE = 300
"""Without a printer who says it: below the first everybody sees the dots, the second is right for print."""


def too_coarse(composition: Composition, pages: Iterable[LaidPage], dpi: int) -> tuple[Diagnostic, ...]:
    """Name every picture that is printed with fewer than ``dpi`` pixels to the inch, where it is coarsest.

    With no such number (0) those are named whose dots everybody sees.

    Warnings: ``picture-fine-enough``.
    """
    book = composition.reading.book
    by_data = {id(asset.data): asset for asset in book.assets.values() if asset.media_type != _DRAWING}
    by_href = {href: by_data[id(data)] for href, (data, _) in composition.assets.items() if id(data) in by_data}
    least, wanted = dpi or _COARSE, dpi or _FINE
    worst: dict[str, tuple[float, LaidPage, Asset, Picture]] = {}
    for page in pages:
        for picture in page.pictures:
            asset = by_href.get(unquote(picture.source))
            found = _dpi(asset, picture) if asset is not None else math.inf
            if asset is not None and found < least - _SLACK_DPI and found < worst.get(asset.path, (math.inf,))[0]:
                worst[asset.path] = found, page, asset, picture
    return tuple(_finding(*found, wanted, book) for found in worst.values())


def _dpi(asset: Asset, picture: Picture) -> float:
    """Return the lower of a picture's two resolutions; one without breadth or height is not printed."""
    if picture.width <= 0 or picture.height <= 0:
        return math.inf
    return min(72 * asset.width / picture.width, 72 * asset.height / picture.height)


def _finding(found: float, page: LaidPage, asset: Asset, picture: Picture, dpi: int, book: Book) -> Diagnostic:
    needed = f"{_needed(asset.width, found, dpi):,} by {_needed(asset.height, found, dpi):,} pixels"
    message = f"{asset.path} on page {page.label} is printed at {found:.0f} dpi: it needs {needed}"
    way_out = "leave '.full-bleed' away" if _fills(picture, page) else "give it a smaller width"
    hint = f"it has {asset.width:,} by {asset.height:,}; take a larger file, or {way_out}"
    return warning("picture-fine-enough", message, _shown_at(asset, book), hint)


def _needed(pixels: int, found: float, dpi: int) -> int:
    return round(pixels * dpi / found)


def _fills(picture: Picture, page: LaidPage) -> bool:
    """Say whether a picture covers its page, so that no width makes it smaller."""
    return picture.width >= page.width - 1 and picture.height >= page.height - 1


def _shown_at(asset: Asset, book: Book) -> Location | None:
    """Return where a chapter first shows a picture."""
    for section in book.sections:
        for image in section.content.images if section.content else ():
            if image.path == asset.path and section.content:
                return Location(section.content.path, image.at.line, image.at.column)
    return None
