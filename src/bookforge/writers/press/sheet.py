"""The boxes of a page for the press: bleed on the edges that are cut, crop marks where somebody wants them."""

from dataclasses import dataclass
from typing import Final

import pikepdf

_MARK_LENGTH_PT: Final = 18.0
_MARK_AWAY_PT: Final = 9.0
_MARK_WEIGHT: Final = b"0.25"


@dataclass(frozen=True, slots=True)
class Edges:
    """What happens at the edges of a page, in points.

    ``bleed`` is added where pages are cut, on the binding side too if ``bleed_inside``; a strip ``clear_inside`` along
    the binding takes no ink.
    """

    bleed: float = 0.0
    bleed_inside: bool = False
    clear_inside: float = 0.0


def cut(pdf: pikepdf.Pdf, page: pikepdf.Object, is_recto: bool, edges: Edges) -> None:
    """Give a page the size its printer wants, with its lower left corner at the origin.

    A recto is bound at its left edge, a verso at its right one.
    """
    left, bottom, right, top = (float(value) for value in page.get("/TrimBox", page["/MediaBox"]))
    bleed = edges.bleed
    at_left = bleed if edges.bleed_inside or not is_recto else 0.0
    at_right = bleed if edges.bleed_inside or is_recto else 0.0
    width, height = right - left, top - bottom
    whole = (0.0, 0.0, at_left + width + at_right, height + 2 * bleed)
    trim = (at_left, bleed, at_left + width, bleed + height)
    _set_boxes(page, whole, whole, trim)
    for key in ("/CropBox", "/ArtBox", "/Rotate", "/UserUnit"):
        if key in page:
            del page[key]
    shift(pdf, page, at_left - left, bleed - bottom)
    if bleed:
        clear = edges.clear_inside
        inked = (trim[0] + clear, 0, whole[2], whole[3]) if is_recto else (0, 0, trim[2] - clear, whole[3])
        _clip(pdf, page, inked if clear else whole)


def mark(pdf: pikepdf.Pdf, page: pikepdf.Object) -> None:
    """Draw crop marks outside the bleed, on a page made larger for them."""
    left, bottom, right, top = (float(value) for value in page["/TrimBox"])
    _, _, width, height = (float(value) for value in page["/MediaBox"])
    away = max(_MARK_AWAY_PT, bottom)
    room = away + _MARK_LENGTH_PT
    bleed = [float(value) + room for value in page["/BleedBox"]]
    trim = [value + room for value in (left, bottom, right, top)]
    shift(pdf, page, room, room)
    _set_boxes(page, (0.0, 0.0, width + 2 * room, height + 2 * room), bleed, trim)
    lines = []
    for x in (trim[0], trim[2]):
        for y, end in ((trim[1] - away, -1), (trim[3] + away, 1)):
            lines.append((x, y, x, y + end * _MARK_LENGTH_PT))
    for y in (trim[1], trim[3]):
        for x, end in ((trim[0] - away, -1), (trim[2] + away, 1)):
            lines.append((x, y, x + end * _MARK_LENGTH_PT, y))
    drawn = b"".join(b"%s %s m %s %s l S " % tuple(map(number, line)) for line in lines)
    marks = pikepdf.Stream(pdf, b"q 0 G 0 J " + _MARK_WEIGHT + b" w " + drawn + b"Q\n")
    page["/Contents"] = pikepdf.Array([*_streams(page), pdf.make_indirect(marks)])


def shift(pdf: pikepdf.Pdf, page: pikepdf.Object, across: float, up: float) -> None:
    """Move what a page shows."""
    if across or up:
        _wrap(pdf, page, b"1 0 0 1 %s %s cm" % (number(across), number(up)))
        patterns = page["/Resources"].get("/Pattern") if "/Resources" in page else None
        if patterns is not None:
            moved = {name: _moved(pdf, pattern, across, up) for name, pattern in sorted(patterns.items())}
            page["/Resources"]["/Pattern"] = pikepdf.Dictionary(moved)


def _moved(pdf: pikepdf.Pdf, pattern: pikepdf.Object, across: float, up: float) -> pikepdf.Object:
    """Return a pattern, such as a gradient, for a page that is moved: its place is counted from the page's corner."""
    if isinstance(pattern, pikepdf.Stream):
        copy: pikepdf.Object = pikepdf.Stream(pdf, pattern.read_bytes())
    else:
        copy = pikepdf.Dictionary()
    for key in set(pattern.keys()) - {"/Length", "/Filter", "/DecodeParms"}:
        copy[key] = pattern[key]
    given = [float(value) for value in pattern["/Matrix"]] if "/Matrix" in pattern else [1, 0, 0, 1, 0, 0]
    place = pikepdf.Matrix(*given) @ pikepdf.Matrix(1, 0, 0, 1, across, up)
    copy["/Matrix"] = pikepdf.Array([round(each, 6) for each in (place.a, place.b, place.c, place.d, place.e, place.f)])
    return pdf.make_indirect(copy)


def _clip(pdf: pikepdf.Pdf, page: pikepdf.Object, box: tuple[float, float, float, float]) -> None:
    """Show nothing of a page outside a box."""
    left, bottom, right, top = box
    _wrap(pdf, page, b"%s %s %s %s re W n" % tuple(map(number, (left, bottom, right - left, top - bottom))))


def _wrap(pdf: pikepdf.Pdf, page: pikepdf.Object, operations: bytes) -> None:
    before, after = pikepdf.Stream(pdf, b"q " + operations + b"\n"), pikepdf.Stream(pdf, b"\nQ\n")
    page["/Contents"] = pikepdf.Array([pdf.make_indirect(before), *_streams(page), pdf.make_indirect(after)])


def number(value: float) -> bytes:
    """Write a length as PDF has it: no exponent, no needless digits."""
    return f"{round(value, 4) + 0.0:.4f}".rstrip("0").rstrip(".").encode()  # + 0.0: no minus before nothing


def _streams(page: pikepdf.Object) -> list[pikepdf.Object]:
    contents = page.get("/Contents")
    if contents is None:
        return []
    return list(contents) if isinstance(contents, pikepdf.Array) else [contents]


def _set_boxes(page: pikepdf.Object, media: object, bleed: object, trim: object) -> None:
    for key, box in (("/MediaBox", media), ("/BleedBox", bleed), ("/TrimBox", trim)):
        page[key] = pikepdf.Array([_exact(value) for value in box])  # type: ignore[attr-defined]


def _exact(value: float) -> object:
    rounded = round(value, 4)
    return int(rounded) if rounded == int(rounded) else rounded
