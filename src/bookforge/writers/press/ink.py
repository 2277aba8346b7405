"""Colours of a PDF's pages into the inks they are printed with, and marked content out of the way.

A gray interior holds DeviceGray only: RGB would be printed as a mix of four inks, or as a dark gray instead of black.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from io import BytesIO
from typing import Any, Final

import pikepdf
from pikepdf import Array, Dictionary, Name, Operator, Stream

from bookforge.writers.press import flat

_MARKED: Final = frozenset({"BDC", "BMC", "EMC", "MP", "DP"})
_PAINTS: Final = frozenset({"f", "F", "f*", "B", "B*", "b", "b*", "s", "S", "sh", "Do", "Tj", "TJ", "'", '"'})
_INLINE: Final = "INLINE IMAGE"
_COLOURS: Final = frozenset({"g", "G", "rg", "RG", "k", "K", "cs", "CS", "sc", "SC", "scn", "SCN"})
_NAMES_IN: Final = {
    "gs": "/ExtGState", "Do": "/XObject", "sh": "/Shading", "Tf": "/Font", "scn": "/Pattern", "SCN": "/Pattern",
    "cs": "/ColorSpace", "CS": "/ColorSpace",
}  # fmt: skip
"""Operators that name a thing of the resources, and where it stands there."""
_COMPONENTS: Final = {"/DeviceGray": 1, "/CalGray": 1, "/DeviceRGB": 3, "/CalRGB": 3, "/Lab": 3, "/DeviceCMYK": 4}
_JPEG_QUALITY: Final = 95
_DEPTH: Final = 12

Gray = Callable[[Sequence[float]], float]


def luma(red: float, green: float, blue: float) -> float:
    """Return the gray of a colour, 0 to 1: the weights PDF itself uses."""
    return 0.299 * red + 0.587 * green + 0.114 * blue


def is_blank(page: pikepdf.Object) -> bool:
    """Say whether a page holds nothing that is painted."""
    operators = {str(operator) for _, operator in _parsed(page)}
    return not operators & _PAINTS and _INLINE not in operators


def has_opentype(pdf: pikepdf.Pdf) -> bool:
    """Say whether a font is embedded as a whole OpenType file, which PDF knows from version 1.6 on."""
    return any(
        isinstance(each, Stream) and each.get("/Subtype") == Name.OpenType and each.get("/Type") != Name.XObject
        for each in pdf.objects
    )


@dataclass(frozen=True, slots=True)
class _Space:
    """The colour space in force: its kind, and the space below a pattern's or an index's, as PDF names it."""

    kind: str = "/DeviceGray"
    source: Any = None


@dataclass(frozen=True, slots=True)
class _Pen:
    """What fills or strokes: colour space, gray as it was asked for, and how opaque it is."""

    space: _Space = _Space()
    gray: float = 0.0
    alpha: float = 1.0

    def on_paper(self) -> Decimal:
        """Return the gray that shows on white paper."""
        return _decimal(1 - (1 - self.gray) * self.alpha)


@dataclass(frozen=True, slots=True)
class _State:
    fill: _Pen = _Pen()
    stroke: _Pen = _Pen()


class Inks:
    """Converts the pages of one file; what several of them share is converted once."""

    def __init__(self, pdf: pikepdf.Pdf, gray: bool) -> None:
        self.pdf = pdf
        self.gray = gray
        self.done: set[tuple[int, int]] = set()

    def convert_page(self, page: pikepdf.Object) -> None:
        """Rewrite a page's content and everything it draws with."""
        resources = page.get("/Resources", Dictionary())
        operations = self._operations(_parsed(page), resources)
        page["/Contents"] = self.pdf.make_indirect(Stream(self.pdf, pikepdf.unparse_content_stream(operations)))
        page["/Resources"] = self._used(operations, resources, 0)

    # ------------------------------------------------------------ content

    def _operations(self, operations: Sequence[Any], resources: pikepdf.Object) -> list[Any]:
        """Return the operations without marks and with their colours in ink."""
        states = resources.get("/ExtGState", Dictionary())
        used = {str(operands[0]) for operands, operator in operations if str(operator) == "gs"}
        plain = {name for name in used if name in states and _is_plain(states[name])}
        opaque = plain == used and not any(flat.is_clear_state(states[name]) for name in used)
        out: list[Any] = []
        state, saved = _State(), []
        for operands, operator in operations:
            name = str(operator)
            if name in _MARKED or (name == "gs" and opaque):
                continue
            if name == "q":
                saved.append(state)
            elif name == "Q" and saved:
                state = saved.pop()
            if not self.gray:
                out.append((operands, operator))
            elif name == "gs" and str(operands[0]) in plain:
                state, changes = _blend(state, states[str(operands[0])])
                out += changes
            else:
                operands, operator, state = _in_gray(operands, operator, state, resources)
                out.append((operands, operator))
        return out

    # ------------------------------------------------------------ resources

    def _first_time(self, thing: pikepdf.Object) -> bool:
        """Say whether a shared object was not met before."""
        if not thing.is_indirect:
            return True
        known = thing.objgen in self.done
        self.done.add(thing.objgen)
        return not known

    def _used(self, operations: Sequence[Any], resources: pikepdf.Object, depth: int) -> pikepdf.Object:
        """Return what these operations use of their resources, converted; WeasyPrint's pages share all they have."""
        named: dict[str, set[str]] = {}
        for operands, operator in operations:
            kind = _NAMES_IN.get(str(operator))
            if kind and operands and isinstance(operands[0 if kind == "/Font" else -1], Name):
                named.setdefault(kind, set()).add(str(operands[0 if kind == "/Font" else -1]))
        kept = Dictionary()
        for kind, names in sorted(named.items()):
            found = resources.get(kind, Dictionary())
            if known := {name: found[name] for name in sorted(names) if name in found}:
                kept[kind] = Dictionary(known)
        if depth <= _DEPTH:
            self._convert(kept, depth)
        return kept

    def _convert(self, resources: pikepdf.Object, depth: int) -> None:
        for drawn in _values(resources, "/XObject"):
            self._drawn(drawn, depth)
        for pattern in _values(resources, "/Pattern"):
            self._pattern(pattern, depth)
        for shading in _values(resources, "/Shading"):
            self._shading(shading)
        for state in _values(resources, "/ExtGState"):
            mask = state.get("/SMask")
            if isinstance(mask, Dictionary) and "/G" in mask:
                self._drawn(mask["/G"], depth)

    def _drawn(self, drawn: pikepdf.Object, depth: int) -> None:
        if not self._first_time(drawn):
            return
        for key in ("/StructParent", "/StructParents", "/Metadata", "/PieceInfo", "/OC", "/Alternates"):
            if key in drawn:
                del drawn[key]
        if drawn.get("/Subtype") == Name.Form:
            self._form(drawn, depth)
        elif drawn.get("/Subtype") == Name.Image and self.gray:
            self._image(drawn)

    def _form(self, form: pikepdf.Object, depth: int) -> None:
        resources = form.get("/Resources", Dictionary())
        operations = self._operations(pikepdf.parse_content_stream(form), resources)
        form.write(pikepdf.unparse_content_stream(operations))
        form["/Resources"] = used = self._used(operations, resources, depth + 1)
        group = form.get("/Group")
        if group is not None and not flat.has_clear(form, used):
            del form["/Group"]
        elif self.gray and group is not None and "/CS" in group:
            group["/CS"] = Name.DeviceGray

    def _pattern(self, pattern: pikepdf.Object, depth: int) -> None:
        if not self._first_time(pattern):
            return
        if isinstance(pattern, Stream):
            self._form(pattern, depth)
        elif "/Shading" in pattern:
            self._shading(pattern["/Shading"])

    def _shading(self, shading: pikepdf.Object) -> None:
        if not self.gray or not self._first_time(shading):
            return
        space = shading.get("/ColorSpace")
        gray = _to_gray(space)
        if gray is None or space == Name.DeviceGray or "/Function" not in shading:
            return
        shading["/Function"] = self._function(shading["/Function"], gray)
        if "/Background" in shading:
            shading["/Background"] = Array([_decimal(gray([float(each) for each in shading["/Background"]]))])
        shading["/ColorSpace"] = Name.DeviceGray

    def _function(self, function: pikepdf.Object, gray: Gray) -> pikepdf.Object:
        """Return a function with one value for each colour of another."""
        kind = int(function.get("/FunctionType", -1)) if not isinstance(function, Array) else -1
        if kind == 2:
            ends = {key: [float(each) for each in function[key]] for key in ("/C0", "/C1")}
            turned = {key: Array([_decimal(gray(colour))]) for key, colour in ends.items()}
            kept = {key: function[key] for key in ("/FunctionType", "/Domain", "/N")}
            return Dictionary(kept | turned)
        if kind == 3:
            parts = Array([self._function(part, gray) for part in function["/Functions"]])
            kept = {key: function[key] for key in ("/FunctionType", "/Domain", "/Bounds", "/Encode")}
            return Dictionary(kept | {"/Functions": parts})
        return function

    # ------------------------------------------------------------ pictures

    def _image(self, image: pikepdf.Object) -> None:
        """Turn a colour picture into a gray one; where it sees through itself, it shows the paper."""
        space = image.get("/ColorSpace")
        if image.get("/ImageMask", False) or space is None:
            return
        if space == Name.DeviceGray and "/SMask" not in image:
            return
        assert isinstance(image, Stream)
        picture = pikepdf.PdfImage(image).as_pil_image().convert("L")
        mask = image.get("/SMask")
        if isinstance(mask, Stream):
            paper = picture.point(lambda _: 255)
            paper.paste(picture, mask=pikepdf.PdfImage(mask).as_pil_image().convert("L").resize(picture.size))
            picture = paper
            del image["/SMask"]
        if Name.DCTDecode in _filters(image):
            out = BytesIO()
            picture.save(out, "JPEG", quality=_JPEG_QUALITY)
            image.write(out.getvalue(), filter=Name.DCTDecode)
        else:
            image.write(picture.tobytes())
        image["/ColorSpace"] = Name.DeviceGray
        image["/BitsPerComponent"] = 8
        for key in ("/Decode", "/Intent", "/Mask"):
            if key in image and not isinstance(image[key], Stream):
                del image[key]


# ---------------------------------------------------------------- colours


def _in_gray(operands: Any, operator: Any, state: _State, resources: pikepdf.Object) -> tuple[Any, Any, _State]:
    """Return an operation with its colour in gray, and the state after it."""
    name = str(operator)
    if name not in _COLOURS:
        return operands, operator, state
    filling = name.islower()
    pen = state.fill if filling else state.stroke
    if name in {"cs", "CS"}:
        pen = replace(pen, space=_space(operands[0], resources), gray=0.0)
    elif name in {"sc", "scn", "SC", "SCN"}:
        if pen.space.kind == "/Pattern":
            return operands[-1:], operator, state
        turn = _to_gray(pen.space.source) or _gray_of
        pen = replace(pen, gray=turn([float(each) for each in operands]))
    else:
        pen = replace(pen, space=_Space(), gray=_gray_of([float(each) for each in operands]))
    state = replace(state, fill=pen) if filling else replace(state, stroke=pen)
    if pen.space.kind == "/Pattern":
        return [Name.Pattern], operator, state
    return [pen.on_paper()], Operator("g" if filling else "G"), state


def _blend(state: _State, asked: pikepdf.Object) -> tuple[_State, list[Any]]:
    """Turn transparent ink into a lighter gray: the paper below it is white."""
    fill = replace(state.fill, alpha=float(asked.get("/ca", state.fill.alpha)))
    stroke = replace(state.stroke, alpha=float(asked.get("/CA", state.stroke.alpha)))
    changes: list[Any] = []
    for pen, before, operator in ((fill, state.fill, "g"), (stroke, state.stroke, "G")):
        if pen.alpha != before.alpha and pen.space.kind != "/Pattern":
            changes.append(([pen.on_paper()], Operator(operator)))
    return _State(fill, stroke), changes


def _space(name: pikepdf.Object, resources: pikepdf.Object) -> _Space:
    found = resources.get("/ColorSpace", Dictionary()).get(str(name), name)
    kind = str(found[0]) if isinstance(found, Array) else str(found)
    return _Space(kind, found)


def _to_gray(space: Any) -> Gray | None:
    """Return what turns a colour of a space into gray; ``None`` for a space that is not known."""
    if space is None:
        return None
    kind = str(space[0]) if isinstance(space, Array) else str(space)
    if kind == "/Lab":
        return _gray_of_lab
    if kind in {"/Separation", "/DeviceN"}:
        return lambda tints: 1 - min(1.0, max(tints))
    if kind == "/ICCBased" or kind in _COMPONENTS:
        return _gray_of
    return None


def _gray_of(colour: Sequence[float]) -> float:
    """Return the gray of one, three or four components."""
    if len(colour) == 1:
        return colour[0]
    if len(colour) == 3:
        return luma(*colour)
    cyan, magenta, yellow, black = colour
    return 1 - min(1.0, luma(cyan, magenta, yellow) + black)


def _gray_of_lab(colour: Sequence[float]) -> float:
    """Return the gray of the same lightness, coded as sRGB codes it."""
    lightness = colour[0]
    light = ((lightness + 16) / 116) ** 3 if lightness > 8 else lightness / 903.3
    return 12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055


def _decimal(value: float) -> Decimal:
    """Round a colour to what 8 bits can tell apart, and a little finer."""
    return Decimal(f"{min(1.0, max(0.0, value)):.4f}").normalize() + 0


# ---------------------------------------------------------------- reading


def _parsed(page: pikepdf.Object) -> list[Any]:
    return list(pikepdf.parse_content_stream(page)) if "/Contents" in page else []


def _values(resources: pikepdf.Object, key: str) -> list[pikepdf.Object]:
    found = resources.get(key)
    return [] if found is None else [value for _, value in sorted(found.items())]


def _filters(stream: pikepdf.Object) -> list[Any]:
    found = stream.get("/Filter")
    if found is None:
        return []
    return list(found) if isinstance(found, Array) else [found]


def _is_plain(state: pikepdf.Object) -> bool:
    """Say whether a graphics state says nothing but how opaque the ink is."""
    return set(state.keys()) <= {"/ca", "/CA", "/Type"}
