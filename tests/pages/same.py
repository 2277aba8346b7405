"""Two PDFs of one book compared: text, pixels, structure, links, outline, labels, and what each says of itself."""

import io
from collections.abc import Iterator
from typing import Any

import pikepdf
import pypdfium2

_SCALE = 100 / 72
"""Pixels a point: 100 to the inch."""


def differences(one: bytes, other: bytes) -> list[str]:
    """Say what two PDFs do not share; nothing when a reader cannot tell them apart."""
    return [*_pages(one, other), *_document(one, other)]


def _pages(one: bytes, other: bytes) -> Iterator[str]:
    with pypdfium2.PdfDocument(one) as first, pypdfium2.PdfDocument(other) as second:
        if len(first) != len(second):
            yield f"{len(first)} pages, and {len(second)}"
        for number, (page, its) in enumerate(zip(first, second, strict=False), 1):
            if page.get_textpage().get_text_range() != its.get_textpage().get_text_range():
                yield f"page {number}: text"
            if _pixels(page) != _pixels(its):
                yield f"page {number}: pixels"


def _pixels(page: Any) -> bytes:
    pixels: bytes = page.render(scale=_SCALE).to_pil().tobytes()
    return pixels


def _document(one: bytes, other: bytes) -> Iterator[str]:
    with pikepdf.open(io.BytesIO(one)) as first, pikepdf.open(io.BytesIO(other)) as second:
        for name, read in (
            ("structure", _structure),
            ("destinations", _destinations),
            ("outline", _outline),
            ("links", _links),
            ("labels", lambda pdf: repr(pdf.Root.PageLabels)),
            ("language", lambda pdf: str(pdf.Root.Lang)),
            ("information", lambda pdf: repr(pdf.docinfo)),
            ("metadata", lambda pdf: pdf.Root.Metadata.read_bytes()),
            ("boxes", lambda pdf: [(page.mediabox, page.trimbox, page.BleedBox) for page in pdf.pages]),
        ):
            if read(first) != read(second):
                yield name


def _numbers(pdf: pikepdf.Pdf) -> dict[tuple[int, int], int]:
    return {page.objgen: number for number, page in enumerate(pdf.pages, 1)}


def _structure(pdf: pikepdf.Pdf) -> list[object]:
    """Return all elements in order, with what a reader is told of each and the marked content they hold."""
    pages = _numbers(pdf)
    found: list[object] = []

    def read(element: Any, depth: int) -> None:
        if isinstance(element, int):
            found.append((depth, element))
            return
        page = pages[element.Pg.objgen] if "/Pg" in element else 0
        told = [str(element.get(name, "")) for name in ("/S", "/Type", "/Alt", "/ActualText")]
        found.append((depth, page, *told, str(element.get("/A", {}).get("/ColSpan", ""))))
        kids = element.get("/K", [])
        for kid in kids if isinstance(kids, pikepdf.Array | list) else [kids]:
            read(kid, depth + 1)

    for top in pdf.Root.StructTreeRoot.K:  # type: ignore[attr-defined]
        read(top, 0)
    return found


def _destinations(pdf: pikepdf.Pdf) -> dict[str, tuple[float, ...]]:
    pages, names = _numbers(pdf), pdf.Root.Names.Dests.Names
    return {
        str(names[at]): (pages[names[at + 1][0].objgen], *(round(float(each), 1) for each in [*names[at + 1]][2:]))
        for at in range(0, len(names), 2)
    }


def _outline(pdf: pikepdf.Pdf) -> list[object]:
    pages = _numbers(pdf)
    found: list[object] = []

    def read(item: Any, depth: int) -> None:
        while item is not None:
            place = [round(float(each), 1) for each in [*item.Dest][2:]]
            found.append((depth, str(item.Title), pages[item.Dest[0].objgen], place, int(item.get("/Count", 0))))
            read(item.get("/First"), depth + 1)
            item = item.get("/Next")

    read(pdf.Root.get("/Outlines", {}).get("/First"), 0)
    return found


def _links(pdf: pikepdf.Pdf) -> list[object]:
    elements = pikepdf.NumberTree(pdf.Root.StructTreeRoot.ParentTree)
    return [
        [
            (
                str(link.get("/Dest", "")),
                str(link.get("/A", {}).get("/URI", "")),
                [round(float(side), 1) for side in link.Rect],
                str(elements[int(link.StructParent)].S),
            )
            for link in page.get("/Annots", [])
        ]
        for page in pdf.pages
    ]
