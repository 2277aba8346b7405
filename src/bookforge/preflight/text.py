"""A page as pdfium shows it: its text with sizes and boxes, and whether anything is to be seen."""

import ctypes
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import pypdfium2
import pypdfium2.raw as pdfium

from bookforge.preflight.content import Matrix, around
from bookforge.preflight.facts import Box, Run

_LOOK_DPI: Final = 18.0
_PAPER: Final = 250
_INVISIBLE: Final = frozenset({pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium.FPDF_TEXTRENDERMODE_CLIP})
_LONGEST: Final = 60
_MOST_PIXELS: Final = 4_000_000


class Eye:
    """A PDF opened for looking; a context manager, because pdfium keeps its memory until it is told."""

    def __init__(self, source: Path | bytes) -> None:
        self._document = pypdfium2.PdfDocument(source)

    def __enter__(self) -> "Eye":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._document.close()

    def runs(self, index: int, to_points: Matrix) -> tuple[Run, ...]:
        """Give the text of a page that can be seen, piece by piece as it was set."""
        page = self._document[index]
        text = page.get_textpage()
        try:
            return tuple(_runs(text.raw, to_points))
        finally:
            text.close()
            page.close()

    def shows(self, index: int) -> bool:
        """Draw a page small and say whether anything but white is on it."""
        page = self._document[index]
        try:
            width, height = page.get_size()
            scale = min(_LOOK_DPI / 72, (_MOST_PIXELS / max(width * height, 1)) ** 0.5)
            bitmap = page.render(scale=scale, grayscale=True)
            return any(min(row) < _PAPER for row in _rows(bitmap))
        finally:
            page.close()


def _rows(bitmap: Any) -> Iterator[bytes]:
    data = bytes(bitmap.buffer)
    for row in range(bitmap.height):
        yield data[row * bitmap.stride : row * bitmap.stride + bitmap.width]


def _runs(text: Any, to_points: Matrix) -> Iterator[Run]:
    """Group the characters of a page by the object that sets them."""
    count = pdfium.FPDFText_CountChars(text)
    setter: int | None = None
    first = 0
    letters: list[str] = []
    box: list[float] | None = None
    boxes = _CharBoxes(text)
    for index in range(count):
        found = pdfium.FPDFText_GetTextObject(text, index)
        address = ctypes.addressof(found.contents) if found else None
        if address != setter:
            if box is not None:
                yield from _run(text, first, letters, box, to_points)
            setter, first, letters, box = address, index, [], None
        if address is None:  # a space pdfium makes up between pieces
            continue
        code = pdfium.FPDFText_GetUnicode(text, index)
        letter = chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
        letters.append(letter)
        if not letter.isspace():
            box = _joined(box, boxes.of(index))
    if box is not None:
        yield from _run(text, first, letters, box, to_points)


class _CharBoxes:
    """The boxes of a text's characters, by numbers that are made once: pdfium is asked for each of them."""

    def __init__(self, text: Any) -> None:
        self._text = text
        self._edges = left, right, bottom, top = [ctypes.c_double() for _ in range(4)]
        self._places = tuple(map(ctypes.byref, (left, right, bottom, top)))

    def of(self, index: int) -> tuple[float, float, float, float] | None:
        if not pdfium.FPDFText_GetCharBox(self._text, index, *self._places):
            return None
        left, right, bottom, top = self._edges
        return left.value, bottom.value, right.value, top.value


def _joined(box: list[float] | None, other: tuple[float, float, float, float] | None) -> list[float] | None:
    if other is None:
        return box
    if box is None:
        return list(other)
    return [min(box[0], other[0]), min(box[1], other[1]), max(box[2], other[2]), max(box[3], other[3])]


def _run(text: Any, first: int, letters: list[str], box: list[float], to_points: Matrix) -> Iterator[Run]:
    found = pdfium.FPDFText_GetTextObject(text, first)
    if pdfium.FPDFTextObj_GetTextRenderMode(found) in _INVISIBLE:
        return
    matrix = pdfium.FS_MATRIX()
    if not pdfium.FPDFText_GetMatrix(text, first, matrix):
        return
    # a font of size 1 under a matrix of 11 is as common as a font of size 11 under a matrix of 1
    height = (matrix.c**2 + matrix.d**2) ** 0.5 * pdfium.FPDFText_GetFontSize(text, first)
    unit = (to_points[2] ** 2 + to_points[3] ** 2) ** 0.5
    placed: Box = around(to_points, (box[0], box[1], box[2], box[3]))
    left, top, right, bottom = (round(value, 2) for value in placed)
    words = "".join(letters).strip()
    yield Run(words[:_LONGEST], round(height * unit, 2), (left, top, right, bottom))
