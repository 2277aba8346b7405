"""Print files for the tests of preflight: one that every printer takes, and ways to spoil it."""

import io
import re
import zlib
from collections.abc import Callable
from functools import cache
from typing import Any

import pikepdf
import weasyprint
from pikepdf import Array, Dictionary, Name, Pdf, Stream

from bookforge import preflight, printers
from bookforge.preflight import Check, Demand, Reading

Spoil = Callable[[Pdf], None]
PAGES = 36


@cache
def _good() -> bytes:
    """Set 36 pages of 6 x 9 in, the last of them empty, and take away what only a screen has use for."""
    pages = '<p style="break-after: page">A page of a book, in black.</p>' * (PAGES - 1) + "<p>The end.</p>"
    style = "@page { size: 6in 9in; margin: 1in } p { font: 12pt serif }"
    html = f"<html lang=en><head><style>{style}</style></head><body>{pages}</body></html>"
    pdf = pikepdf.open(io.BytesIO(weasyprint.HTML(string=html).write_pdf()))
    for page in pdf.pages:
        black = re.sub(rb"\b0 0 0 (rg|RG)", lambda found: b"0 " + (b"g" if found[1] == b"rg" else b"G"), content(page))
        page.obj["/Contents"] = Stream(pdf, b"q\n" + black + b"\nQ")
        for key in ("/TrimBox", "/BleedBox"):
            if key in page.obj:
                del page.obj[key]
    pdf.pages[-1].obj["/Contents"] = Stream(pdf, b"")
    if "/Info" in pdf.trailer:
        del pdf.trailer["/Info"]
    return written(pdf)


def good() -> Pdf:
    """Return a file every printer takes: gray, embedded fonts, wide margins, nothing beside its pages."""
    return pikepdf.open(io.BytesIO(_good()))


def content(page: Any) -> bytes:
    """Return what a page draws."""
    found = page.obj["/Contents"]
    streams = list(found) if isinstance(found, Array) else [found]
    return b"\n".join(stream.read_bytes() for stream in streams)


def draw(operators: str, page: int = 1, **resources: Any) -> Spoil:
    """Draw on a page (counted from 1), in points from its bottom left corner; ``Font=…`` and the like add resources."""

    def spoil(pdf: Pdf) -> None:
        target = pdf.pages[page - 1].obj
        target["/Contents"] = Stream(pdf, content(pdf.pages[page - 1]) + b"\n" + operators.encode())
        own = Dictionary(target.get("/Resources", Dictionary()))
        for kind, entries in resources.items():
            own[f"/{kind}"] = Dictionary({**dict(own.get(f"/{kind}", {})), **dict(entries(pdf))})
        target["/Resources"] = own

    return spoil


def fresh(operators: str, page: int = 1, **resources: Any) -> Spoil:
    """Replace what a page draws."""

    def spoil(pdf: Pdf) -> None:
        pdf.pages[page - 1].obj["/Contents"] = Stream(pdf, b"")
        draw(operators, page, **resources)(pdf)

    return spoil


def image(width: int, height: int, space: Any = Name.DeviceGray, bits: int = 8, value: int = 90, **more: Any) -> Any:
    """Return the maker of a picture ``Im`` of one tone."""

    def made(pdf: Pdf) -> dict[str, Any]:
        channels = {"/DeviceGray": 1, "/DeviceRGB": 3, "/DeviceCMYK": 4}[str(space)]
        row = (width * channels * bits + 7) // 8
        stream = Stream(pdf, b"")
        stream.write(zlib.compress(bytes([value]) * (row * height)), filter=Name.FlateDecode)
        entries = Dictionary(
            Type=Name.XObject, Subtype=Name.Image, Width=width, Height=height, ColorSpace=space, BitsPerComponent=bits
        )
        for key in entries:
            stream[key] = entries[key]
        for key, entry in more.items():
            stream[f"/{key}"] = entry(pdf) if callable(entry) else entry
        return {"/Im": pdf.make_indirect(stream)}

    return made


def show(picture: Any, side: int = 72) -> Spoil:
    """Show a picture on page 1, so many points wide and high."""
    return draw(f"q {side} 0 0 {side} 99 99 cm /Im Do Q", XObject=picture)


def type_in(font: Any, size: str = "/Fx 12 Tf 99 300 Td") -> Spoil:
    """Set a letter on page 1."""
    return draw(f"BT {size} (A) Tj ET", Font=font)


def under(**state: Any) -> Spoil:
    """Fill an area of page 1 under a graphics state."""
    return draw("/G gs 100 100 99 99 re f", ExtGState=lambda _: {"/G": Dictionary(**state)})


def written(pdf: Pdf, **how: Any) -> bytes:
    """Return a file as bytes."""
    out = io.BytesIO()
    pdf.save(out, **how)
    return out.getvalue()


def examined(data: bytes, printer: str = "kdp", **demand: Any) -> tuple[Reading, dict[str, Check]]:
    """Examine a file; give its checks by rule."""
    reading, checks = preflight.examine("book.pdf", data, Demand(printers.find(printer), **demand))
    return reading, {check.rule: check for check in checks}


def checked(spoil: Spoil | None = None, printer: str = "kdp", **demand: Any) -> dict[str, Check]:
    """Spoil the good file and examine it."""
    pdf = good()
    if spoil is not None:
        spoil(pdf)
    return examined(written(pdf), printer, **demand)[1]
