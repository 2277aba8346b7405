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


def too_coarse(composition: Composition, pages: Iterable[LaidPage], dpi: int) -> tuple[Diagnostic, ...]:
    """Name every picture that is printed with fewer than ``dpi`` pixels to the inch, where it is coarsest.

    Warnings: ``picture-fine-enough``.
    """
    book = composition.reading.book
    by_data = {id(asset.data): asset for asset in book.assets.values() if asset.media_type != _DRAWING}
    by_href = {href: by_data[id(data)] for href, (data, _) in composition.assets.items() if id(data) in by_data}
    worst: dict[str, tuple[float, str, Asset, Picture]] = {}
    for page in pages:
        for picture in page.pictures:
            asset = by_href.get(unquote(picture.source))
            found = _dpi(asset, picture) if asset is not None else math.inf
            if asset is not None and found < dpi - _SLACK_DPI and found < worst.get(asset.path, (math.inf,))[0]:
                worst[asset.path] = found, page.label, asset, picture
    return tuple(_finding(*found, dpi, book) for found in worst.values())


def _dpi(asset: Asset, picture: Picture) -> float:
    """Return the lower of a picture's two resolutions; one without breadth or height is not printed."""
    if picture.width <= 0 or picture.height <= 0:
        return math.inf
    return min(72 * asset.width / picture.width, 72 * asset.height / picture.height)


def _finding(found: float, label: str, asset: Asset, picture: Picture, dpi: int, book: Book) -> Diagnostic:
    needed = math.ceil(asset.width * dpi / found)
    message = f"{asset.path} on page {label} is printed at {found:.0f} dpi: it needs {needed:,} pixels across"
    inches = f"{picture.width / 72:.2g} in"
    hint = f"it has {asset.width:,} for {inches}; take a larger file, or give it a smaller width"
    return warning("picture-fine-enough", message, _shown_at(asset, book), hint)


def _shown_at(asset: Asset, book: Book) -> Location | None:
    """Return where a chapter first shows a picture."""
    for section in book.sections:
        for image in section.content.images if section.content else ():
            if image.path == asset.path and section.content:
                return Location(section.content.path, image.at.line, image.at.column)
    return None
