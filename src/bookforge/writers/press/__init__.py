"""The digital PDF in, the interior a printer takes out: the same pages without what a press cannot use.

Nothing is laid out again. Tags, outline, links and metadata go, colours become what the printer inks with, pages get
the boxes their bleed needs, and blank ones are added up to the printer's multiple. Inside the trim both look alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pikepdf

from bookforge.cache import Shelf
from bookforge.writers.press import flat, ink, sheet
from bookforge.writers.press.colours import BLACK, Colours
from bookforge.writers.press.intent import Intent, declare
from bookforge.writers.press.known import Known
from bookforge.writers.press.sheet import Edges

__all__ = ["Edges", "Intent", "Interior", "Order", "filled", "interior"]


@dataclass(frozen=True, slots=True)
class Order:
    """What a printer wants of an interior; lengths in points.

    ``edges`` have no bleed where no page bleeds. The page count becomes a multiple of ``multiple``, with ``last_blank``
    ending on a page without ink. ``ink`` is ``black``, ``rgb`` or ``cmyk``, of which no spot may bear more than
    ``ink_limit`` percent. ``intent``: the file is a PDF/X-4.
    """

    edges: Edges = field(default_factory=Edges)
    multiple: int = 1
    last_blank: bool = False
    ink: str = BLACK
    ink_limit: float | None = None
    crop_marks: bool = False
    intent: Intent | None = None


@dataclass(frozen=True, slots=True)
class Interior:
    """The file for the press and its page count."""

    data: bytes
    pages: int


def interior(digital: bytes, order: Order, shelf: Shelf | None = None) -> Interior:
    """Make the file for the press from the digital PDF; same bytes and order, same bytes.

    Shape: every page of the digital file in its order, then blank ones. What is made of a page is kept on ``shelf``.
    """
    known = Known(shelf or Shelf())
    with pikepdf.open(BytesIO(digital)) as pdf:
        _strip(pdf)
        for page in pdf.pages:
            flat.flatten(pdf, page.obj, order.ink == BLACK, order.edges.bleed, known)
        inks = ink.Inks(pdf, Colours(order.ink, order.ink_limit), known)
        painted = [inks.convert_page(page.obj) for page in pdf.pages]
        for number, page in enumerate(pdf.pages):
            sheet.cut(pdf, page.obj, number % 2 == 0, order.edges)
        _pad(pdf, order, painted)
        if order.crop_marks:
            for page in pdf.pages:
                sheet.mark(pdf, page.obj)
        if order.intent is not None:
            declare(pdf, order.intent)
        return Interior(_saved(pdf, order.intent is not None), len(pdf.pages))


_FOR_SCREENS = (
    "/StructTreeRoot", "/MarkInfo", "/PageLabels", "/ViewerPreferences", "/Threads", "/Outlines", "/PageMode",
    "/AcroForm", "/Dests", "/OpenAction", "/AA", "/URI", "/Metadata", "/Lang", "/PieceInfo", "/SpiderInfo",
    "/OCProperties", "/AF", "/Collection", "/Names",
)  # fmt: skip
_OF_PAGE = (
    "/StructParents", "/Tabs", "/Group", "/Metadata", "/PieceInfo", "/Thumb", "/B", "/Dur", "/Trans", "/AF",
    "/Annots", "/AA",
)  # fmt: skip


def _strip(pdf: pikepdf.Pdf) -> None:
    """Take away what only a screen has use for: some printer forbids each of it, and none prints any."""
    _without(pdf.Root, _FOR_SCREENS)
    _without(pdf.trailer, ("/Info",))
    for page in pdf.pages:
        _without(page.obj, _OF_PAGE)


def _without(thing: pikepdf.Object, keys: tuple[str, ...]) -> None:
    for key in keys:
        if key in thing:
            del thing[key]


def filled(pages: int, multiple: int, one_more: bool) -> int:
    """Return how many pages a file has that is filled up to a multiple, with a blank one at the end if ``one_more``."""
    return -(-(pages + one_more) // multiple) * multiple


def _pad(pdf: pikepdf.Pdf, order: Order, painted: Sequence[bool]) -> None:
    """Empty the blank pages, down to the last operator, and add as many as the printer's multiple asks for."""
    for page, is_painted in zip(pdf.pages, painted, strict=True):
        if not is_painted:
            page.obj["/Contents"] = pdf.make_indirect(pikepdf.Stream(pdf, b""))
            page.obj["/Resources"] = pikepdf.Dictionary()
    wanted = filled(len(painted), order.multiple, order.last_blank and any(painted[-1:]))
    for _ in range(wanted - len(painted)):
        twin = pdf.pages[-2 if len(pdf.pages) > 1 else -1].obj
        blank: dict[str, Any] = {key: twin[key] for key in ("/MediaBox", "/TrimBox", "/BleedBox") if key in twin}
        blank |= {"/Type": pikepdf.Name.Page, "/Resources": pikepdf.Dictionary()}
        blank["/Contents"] = pdf.make_indirect(pikepdf.Stream(pdf, b""))
        pdf.pages.append(pikepdf.Page(pdf.make_indirect(pikepdf.Dictionary(blank))))


def _saved(pdf: pikepdf.Pdf, is_x4: bool) -> bytes:
    """Write the file with an id made of its content, and as old a version as its fonts allow."""
    out = BytesIO()
    version = "1.6" if is_x4 or ink.has_opentype(pdf) else "1.4"
    pdf.save(
        out,
        force_version=version,
        deterministic_id=True,
        object_stream_mode=pikepdf.ObjectStreamMode.disable,
        compress_streams=True,
        fix_metadata_version=False,
    )
    return out.getvalue()
