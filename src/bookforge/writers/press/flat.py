"""Pictures that see through themselves into pictures that do not: printers want transparency flattened.

A drawing with a glow or a veil is drawn once, alone, as finely as a press prints, and takes its own place as a picture.
Text of the page is never touched; what is lettered inside such a drawing becomes part of the picture.
"""

import contextlib
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any, Final

import pikepdf
import pypdfium2
from pikepdf import Array, Dictionary, Name, Operator, Stream

_DPI: Final = 600
_POINTS: Final = 72
_PAINTS: Final = {"f", "F", "f*", "B", "B*", "b", "b*", "s", "S"}
_LEFT_OUT: Final = {"Tj", "TJ", "'", '"', "Do", "sh", "INLINE IMAGE"}
_DEPTH: Final = 12
_WHITE: Final = 250

Operations = list[tuple[Any, Any]]
Matrix = pikepdf.Matrix


def flatten(pdf: pikepdf.Pdf, page: pikepdf.Object, gray: bool, bleed: float = 0.0) -> None:
    """Replace the see-through pictures of a page: those marked as figures, as our own PDFs mark every picture.

    What stands up to ``bleed`` points beyond the page is drawn too.
    """
    resources = page.get("/Resources")
    if resources is None or not _may_be_clear(resources) or b"/Figure" not in _content(page):
        return
    operations: Operations = [(each.operands, each.operator) for each in pikepdf.parse_content_stream(page)]
    units = [unit for unit in _figures(operations) if _is_clear(operations[unit], resources, 0)]
    if not units:
        return
    # What one page draws must not become what another one draws: they share their resources.
    own = pdf.make_indirect(Dictionary(dict(resources.items())))
    own["/XObject"] = Dictionary(dict(resources["/XObject"].items()) if "/XObject" in resources else {})
    page["/Resources"] = own
    for number, unit in reversed(list(enumerate(units))):
        picture = _drawn(pdf, page, operations, unit, gray, bleed)
        name = Name(f"/Flat{number}")
        if picture is None:
            operations[unit] = []
            continue
        image, box = picture
        own["/XObject"][str(name)] = image
        square = Matrix(box[2] - box[0], 0, 0, box[3] - box[1], box[0], box[1])
        place = square @ _matrix(operations[: unit.start]).inverse()
        shown = [([], Operator("q")), (_numbers(place), Operator("cm")), ([name], Operator("Do")), ([], Operator("Q"))]
        operations[unit] = shown
    page["/Contents"] = pdf.make_indirect(Stream(pdf, pikepdf.unparse_content_stream(operations)))


def has_clear(content: pikepdf.Object, resources: pikepdf.Object, depth: int = 0) -> bool:
    """Say whether a page or a form sees through anything it draws."""
    return _may_be_clear(resources) and _is_clear(list(pikepdf.parse_content_stream(content)), resources, depth)


def is_clear_state(state: pikepdf.Object) -> bool:
    """Say whether a graphics state makes what follows transparent."""
    mask, mode = state.get("/SMask", Name.None_), state.get("/BM", Name.Normal)
    alphas = (float(state.get(key, 1)) for key in ("/ca", "/CA"))
    return mask != Name.None_ or mode not in (Name.Normal, Name.Compatible) or any(alpha < 1 for alpha in alphas)


def _content(page: pikepdf.Object) -> bytes:
    contents = page.get("/Contents")
    streams = contents if isinstance(contents, Array) else [contents] if isinstance(contents, Stream) else []
    return b"\n".join(stream.read_bytes() for stream in streams)


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
    pdf: pikepdf.Pdf, page: pikepdf.Object, operations: Operations, unit: slice, gray: bool, bleed: float
) -> tuple[pikepdf.Object, tuple[float, float, float, float]] | None:
    """Draw a stretch of content alone; return it as a picture and where it stands, ``None`` when nothing shows."""
    left, bottom, right, top = (float(each) for each in page["/MediaBox"])
    left, bottom, right, top = left - bleed, bottom - bleed, right + bleed, top + bleed
    alone = [*_without_paint(operations[: unit.start]), *operations[unit]]
    with pikepdf.new() as sheet:
        copy = sheet.copy_foreign(pdf.make_indirect(Dictionary(Type=Name.Page, Resources=page["/Resources"])))
        copy["/MediaBox"] = Array([left, bottom, right, top])
        copy["/Contents"] = Stream(sheet, pikepdf.unparse_content_stream(alone))
        sheet.pages.append(pikepdf.Page(copy))
        out = BytesIO()
        sheet.save(out)
    with contextlib.closing(pypdfium2.PdfDocument(out.getvalue())) as document:
        picture = document[0].render(scale=_DPI / _POINTS, grayscale=gray).to_pil().convert("L" if gray else "RGB")
    shown = picture.convert("L").point(lambda value: 255 if value < _WHITE else 0).getbbox()
    if shown is None:
        return None
    picture = picture.crop(shown)
    image = Stream(pdf, picture.tobytes())
    image["/Type"], image["/Subtype"] = Name.XObject, Name.Image
    image["/Width"], image["/Height"] = picture.size
    image["/BitsPerComponent"] = 8
    image["/ColorSpace"] = Name.DeviceGray if gray else Name.DeviceRGB
    scale = _POINTS / _DPI
    box = (left + shown[0] * scale, top - shown[3] * scale, left + shown[2] * scale, top - shown[1] * scale)
    return pdf.make_indirect(image), box


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
