"""Pictures that see through themselves into pictures that do not: printers want transparency flattened.

A drawing with a glow or a veil is drawn once, alone, as finely as a press prints, and takes its own place as a picture.
Text of the page is never touched; what is lettered inside such a drawing becomes part of the picture.
"""

import contextlib
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import Any, Final

import pikepdf
import pypdfium2
from pikepdf import Array, Dictionary, Name, Operator, Stream

from bookforge.pdfobjects import called
from bookforge.writers.press.known import Known, unpacked

_DPI: Final = 600
_POINTS: Final = 72
_PAINTS: Final = {"f", "F", "f*", "B", "B*", "b", "b*", "s", "S"}
_LEFT_OUT: Final = {"Tj", "TJ", "'", '"', "Do", "sh", "INLINE IMAGE"}
_DEPTH: Final = 12
_WHITE: Final = 250

Operations = list[tuple[Any, Any]]
Matrix = pikepdf.Matrix
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Square:
    """A picture that takes the place of a drawing; ``pixels`` are compressed."""

    name: str
    width: int
    height: int
    pixels: bytes


@dataclass(frozen=True, slots=True)
class Flat:
    """What a page draws once it is flattened; without squares it stays as it is."""

    content: bytes = b""
    squares: tuple[Square, ...] = ()


def flatten(pdf: pikepdf.Pdf, page: pikepdf.Object, gray: bool, bleed: float, known: Known) -> None:
    """Replace the see-through pictures of a page: those marked as figures, as our own PDFs mark every picture.

    What stands up to ``bleed`` points beyond the page is drawn too.
    """
    resources = page.get("/Resources")
    if resources is None or not _may_be_clear(resources):
        return
    content = b"\n".join(known.contents(page))
    if b"/Figure" not in content:
        return
    used = called(resources, content)
    left, bottom, right, top = (float(each) for each in page["/MediaBox"])
    sheet = left - bleed, bottom - bleed, right + bleed, top + bleed
    make = partial(_flat, pdf, page, used, sheet, gray)
    flat = known.shelf.kept("flat", Flat, make, content, known.names.of(used), repr((sheet, gray)))
    if not flat.content:
        return
    # What one page draws must not become what another one draws: they share their resources.
    own = pdf.make_indirect(Dictionary(dict(resources.items())))
    drawn = dict(resources["/XObject"].items()) if "/XObject" in resources else {}
    own["/XObject"] = Dictionary(drawn | {each.name: _image(pdf, each, gray) for each in flat.squares})
    page["/Resources"] = own
    page["/Contents"] = unpacked(pdf, flat.content)


def _flat(pdf: pikepdf.Pdf, page: pikepdf.Object, resources: pikepdf.Object, sheet: Box, gray: bool) -> Flat:
    operations: Operations = [(each.operands, each.operator) for each in pikepdf.parse_content_stream(page)]
    units = [unit for unit in _figures(operations) if _is_clear(operations[unit], resources, 0)]
    squares = []
    for number, unit in reversed(list(enumerate(units))):
        name = f"/Flat{number}"
        alone = [*_without_paint(operations[: unit.start]), *operations[unit]]
        found = _drawn(pdf, resources, alone, sheet, gray)
        if found is None:
            operations[unit] = []
            continue
        picture, box = found
        squares.append(Square(name, picture.width, picture.height, zlib.compress(picture.tobytes())))
        square = Matrix(box[2] - box[0], 0, 0, box[3] - box[1], box[0], box[1])
        place = square @ _matrix(operations[: unit.start]).inverse()
        shown = [([], Operator("q")), (_numbers(place), Operator("cm")), ([Name(name)], Operator("Do"))]
        operations[unit] = [*shown, ([], Operator("Q"))]
    return Flat(zlib.compress(pikepdf.unparse_content_stream(operations)), tuple(squares)) if units else Flat()


def _image(pdf: pikepdf.Pdf, square: Square, gray: bool) -> pikepdf.Object:
    image = unpacked(pdf, square.pixels)
    image["/Type"], image["/Subtype"] = Name.XObject, Name.Image
    image["/Width"], image["/Height"] = square.width, square.height
    image["/BitsPerComponent"] = 8
    image["/ColorSpace"] = Name.DeviceGray if gray else Name.DeviceRGB
    return image


def has_clear(content: pikepdf.Object, resources: pikepdf.Object, depth: int = 0) -> bool:
    """Say whether a page or a form sees through anything it draws."""
    return _may_be_clear(resources) and _is_clear(list(pikepdf.parse_content_stream(content)), resources, depth)


def is_clear_state(state: pikepdf.Object) -> bool:
    """Say whether a graphics state makes what follows transparent."""
    mask, mode = state.get("/SMask", Name.None_), state.get("/BM", Name.Normal)
    alphas = (float(state.get(key, 1)) for key in ("/ca", "/CA"))
    return mask != Name.None_ or mode not in (Name.Normal, Name.Compatible) or any(alpha < 1 for alpha in alphas)


# ---------------------------------------------------------------- finding


def _may_be_clear(resources: pikepdf.Object) -> bool:
    return any(key in resources for key in ("/ExtGState", "/XObject", "/Pattern"))


def _figures(operations: Operations) -> Iterator[slice]:
    """Yield the stretches of content that are marked as figures."""
    open_marks: list[tuple[bool, int]] = []
    for index, (operands, operator) in enumerate(operations):
        name = str(operator)
        if name in {"BDC", "BMC"}:
            open_marks.append((bool(operands) and operands[0] == Name.Figure, index))
        elif name == "EMC" and open_marks:
            is_figure, start = open_marks.pop()
            if is_figure:
                yield slice(start, index + 1)


def _is_clear(operations: Sequence[Any], resources: pikepdf.Object, depth: int) -> bool:
    """Say whether anything of these operations is transparent, in forms and patterns too."""
    return any(_is_clear_operation(operands, str(operator), resources, depth) for operands, operator in operations)


def _is_clear_operation(operands: Any, name: str, resources: pikepdf.Object, depth: int) -> bool:
    if depth > _DEPTH or not operands:
        return False
    if name == "gs":
        state = _named(resources, "/ExtGState", operands[0])
        return state is not None and is_clear_state(state)
    drawn = None
    if name == "Do":
        drawn = _named(resources, "/XObject", operands[0])
    elif name in {"scn", "SCN"} and isinstance(operands[-1], Name):
        drawn = _named(resources, "/Pattern", operands[-1])
    if drawn is None or not isinstance(drawn, Stream) or drawn.get("/Subtype") == Name.Image:
        return False
    return has_clear(drawn, drawn.get("/Resources", resources), depth + 1)


def _named(resources: pikepdf.Object, kind: str, name: Any) -> pikepdf.Object | None:
    return resources.get(kind, Dictionary()).get(str(name))


# ---------------------------------------------------------------- drawing


def _drawn(
    pdf: pikepdf.Pdf, resources: pikepdf.Object, operations: Operations, sheet: Box, gray: bool
) -> tuple[Any, Box] | None:
    """Draw content alone on a sheet; return it as a picture and where it stands, ``None`` when nothing shows."""
    with pikepdf.new() as alone:
        copy = alone.copy_foreign(pdf.make_indirect(Dictionary(Type=Name.Page, Resources=resources)))
        copy["/MediaBox"] = Array(sheet)
        copy["/Contents"] = Stream(alone, pikepdf.unparse_content_stream(operations))
        alone.pages.append(pikepdf.Page(copy))
        out = BytesIO()
        alone.save(out)
    with contextlib.closing(pypdfium2.PdfDocument(out.getvalue())) as document:
        picture = document[0].render(scale=_DPI / _POINTS, grayscale=gray).to_pil().convert("L" if gray else "RGB")
    shown = picture.convert("L").point(lambda value: 255 if value < _WHITE else 0).getbbox()
    if shown is None:
        return None
    scale = _POINTS / _DPI
    left, _, _, top = sheet
    box = (left + shown[0] * scale, top - shown[3] * scale, left + shown[2] * scale, top - shown[1] * scale)
    return picture.crop(shown), box


def _without_paint(operations: Operations) -> Operations:
    """Keep what leads to a stretch of content (matrices, clips, states) and leave out all that it would paint."""
    kept: Operations = []
    for operands, operator in operations:
        name = str(operator)
        if name in _PAINTS:
            kept.append(([], Operator("n")))
        elif name not in _LEFT_OUT:
            kept.append((operands, operator))
    return kept


def _matrix(operations: Operations) -> Matrix:
    """Return the matrix in force after some operations of a page."""
    matrix, saved = Matrix(), []
    for operands, operator in operations:
        name = str(operator)
        if name == "q":
            saved.append(matrix)
        elif name == "Q" and saved:
            matrix = saved.pop()
        elif name == "cm":
            matrix = Matrix(*(float(each) for each in operands)) @ matrix
    return matrix


def _numbers(matrix: Matrix) -> list[float]:
    return [round(value, 6) for value in (matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f)]
