"""Colours of a PDF's pages into the inks they are printed with, and marked content out of the way.

A gray interior holds DeviceGray only: RGB would be printed as a mix of four inks, or as a dark gray instead of black.
Where colour is printed, what has no hue is gray too.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

import pikepdf
from pikepdf import Array, Dictionary, Name, Operator, Stream

from bookforge.writers.press import flat
from bookforge.writers.press.colours import OPERATORS, Colour, Colours
from bookforge.writers.press.known import Known, unpacked

_MARKED: Final = frozenset({"BDC", "BMC", "EMC", "MP", "DP"})
_PAINTS: Final = frozenset({
    "f", "F", "f*", "B", "B*", "b", "b*", "s", "S", "sh", "Do", "Tj", "TJ", "'", '"', "INLINE IMAGE",
})  # fmt: skip
_COLOURS: Final = frozenset({"g", "G", "rg", "RG", "k", "K", "cs", "CS", "sc", "SC", "scn", "SCN"})
_NAMES_IN: Final = {
    "gs": "/ExtGState", "Do": "/XObject", "sh": "/Shading", "Tf": "/Font", "scn": "/Pattern", "SCN": "/Pattern",
    "cs": "/ColorSpace", "CS": "/ColorSpace",
}  # fmt: skip
"""Operators that name a thing of the resources, and where it stands there."""
_DEPTH: Final = 12


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
    """What fills or strokes: colour space, colour in ink, and how opaque it is."""

    space: _Space = _Space()
    colour: Colour = (0.0,)
    alpha: float = 1.0

    def on_paper(self, filling: bool) -> tuple[list[Decimal], Operator]:
        """Return the operation that sets the colour as it shows on white paper."""
        if len(self.colour) == 4:
            seen = [value * self.alpha for value in self.colour]
        else:
            seen = [1 - (1 - value) * self.alpha for value in self.colour]
        return [_decimal(value) for value in seen], Operator(OPERATORS[len(seen)][0 if filling else 1])


@dataclass(frozen=True, slots=True)
class _State:
    """The pens, and the graphics state that made them transparent."""

    fill: _Pen = _Pen()
    stroke: _Pen = _Pen()
    named: Any = None

    @property
    def is_clear(self) -> bool:
        return self.fill.alpha != 1 or self.stroke.alpha != 1


@dataclass(frozen=True, slots=True)
class Inked:
    """Content in ink, compressed; the names of the resources it uses, by their kinds; whether it paints anything."""

    content: bytes
    used: tuple[tuple[str, tuple[str, ...]], ...]
    paints: bool


class Inks:
    """Converts the pages of one file; what several of them share is converted once."""

    def __init__(self, pdf: pikepdf.Pdf, colours: Colours, known: Known) -> None:
        self.pdf = pdf
        self.colours = colours
        self.known = known
        self.done: set[tuple[int, int]] = set()

    def convert_page(self, page: pikepdf.Object) -> bool:
        """Rewrite a page's content and everything it draws with; say whether it holds anything that is painted."""
        resources = page.get("/Resources", Dictionary())
        inked = self._inked(page, self.known.contents(page), resources)
        page["/Contents"] = unpacked(self.pdf, inked.content)
        page["/Resources"] = self._used(inked, resources, 0)
        return inked.paints

    # ------------------------------------------------------------ content

    def _inked(self, drawn: pikepdf.Object, contents: list[bytes], resources: pikepdf.Object) -> Inked:
        """Return the content of a page or a form in ink; of its resources, it depends on states and colour spaces."""

        def make() -> Inked:
            operations = self._operations(pikepdf.parse_content_stream(drawn) if contents else [], resources)
            paints = any(str(operator) in _PAINTS for _, operator in operations)
            return Inked(zlib.compress(pikepdf.unparse_content_stream(operations)), _named(operations), paints)

        depends = (self.known.names.of(resources.get(kind)) for kind in ("/ExtGState", "/ColorSpace"))
        ink = repr((self.colours.ink, self.colours.limit))
        return self.known.shelf.kept("inked", Inked, make, ink, *depends, *contents)

    def _operations(self, operations: Sequence[Any], resources: pikepdf.Object) -> list[Any]:
        """Return the operations without marks and with their colours in ink."""
        states = resources.get("/ExtGState", Dictionary())
        out: list[Any] = []
        state, saved = _State(), []
        for operands, operator in operations:
            name = str(operator)
            if name in _MARKED:
                continue
            if name == "q":
                saved.append(state)
            elif name == "Q" and saved:
                state = saved.pop()
            if name == "gs" and _is_plain(states.get(str(operands[0]))):
                state, changes = _blend(state, operands[0], states[str(operands[0])])
                out += changes
            elif name in {"Do", "sh"} and state.is_clear:
                # What is drawn as a whole cannot be blended here: it keeps its transparency.
                out += [([], Operator("q")), ([state.named], Operator("gs")), (operands, operator), ([], Operator("Q"))]
            elif name in _COLOURS:
                state, change = self._coloured(operands, name, state, resources)
                out += change
            else:
                out.append((operands, operator))
        return out

    def _coloured(self, operands: Any, name: str, state: _State, resources: pikepdf.Object) -> tuple[_State, list[Any]]:
        """Set a colour in ink; a pattern, which has colours of its own, stays what it is."""
        filling = name.islower()
        pen = state.fill if filling else state.stroke
        numbers = [float(each) for each in operands if not isinstance(each, Name)]
        if name in {"cs", "CS"}:
            pen = replace(pen, space=_space(operands[0], resources), colour=(0.0,))
        elif name in {"sc", "scn", "SC", "SCN"}:
            if pen.space.kind == "/Pattern":
                clear = [([state.named], Operator("gs"))] if pen.alpha != 1 else []
                return state, [*clear, (operands[-1:], Operator(name))]
            pen = replace(pen, colour=self.colours.of(pen.space.source, numbers))
        else:
            pen = replace(pen, space=_Space(), colour=self.colours.of(None, numbers))
        state = replace(state, fill=pen) if filling else replace(state, stroke=pen)
        if pen.space.kind == "/Pattern":
            return state, [([Name.Pattern], Operator(name))]
        return state, [pen.on_paper(filling)]

    # ------------------------------------------------------------ resources

    def _first_time(self, thing: pikepdf.Object) -> bool:
        """Say whether a shared object was not met before."""
        if not thing.is_indirect:
            return True
        known = thing.objgen in self.done
        self.done.add(thing.objgen)
        return not known

    def _used(self, inked: Inked, resources: pikepdf.Object, depth: int) -> pikepdf.Object:
        """Return what a content uses of its resources, converted; WeasyPrint's pages share all they have."""
        kept = Dictionary()
        for kind, names in inked.used:
            found = resources.get(kind, Dictionary())
            if known := {name: found[name] for name in names if name in found}:
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
        elif drawn.get("/Subtype") == Name.Image and isinstance(drawn, Stream):
            self.colours.convert_picture(drawn, self.known)

    def _form(self, form: pikepdf.Object, depth: int) -> None:
        resources = form.get("/Resources", Dictionary())
        inked = self._inked(form, [form.read_bytes()], resources)
        form.write(zlib.decompress(inked.content))
        form["/Resources"] = used = self._used(inked, resources, depth + 1)
        group = form.get("/Group")
        if group is not None and not flat.has_clear(form, used):
            del form["/Group"]
        elif group is not None and "/CS" in group:
            group["/CS"] = self.colours.space

    def _pattern(self, pattern: pikepdf.Object, depth: int) -> None:
        if not self._first_time(pattern):
            return
        if isinstance(pattern, Stream):
            self._form(pattern, depth)
        elif "/Shading" in pattern:
            self._shading(pattern["/Shading"])

    def _shading(self, shading: pikepdf.Object) -> None:
        space = shading.get("/ColorSpace")
        if not self._first_time(shading) or "/Function" not in shading or space in (None, Name.DeviceGray):
            return
        shading["/Function"] = self._function(shading["/Function"], space)
        if "/Background" in shading:
            shading["/Background"] = self._blended(space, shading["/Background"])
        shading["/ColorSpace"] = self.colours.space

    def _function(self, function: pikepdf.Object, space: Any) -> pikepdf.Object:
        """Return a function that gives ink for each colour of another."""
        kind = int(function.get("/FunctionType", -1)) if not isinstance(function, Array) else -1
        if kind == 2:
            ends = {key: self._blended(space, function[key]) for key in ("/C0", "/C1")}
            return Dictionary({key: function[key] for key in ("/FunctionType", "/Domain", "/N")} | ends)
        if kind == 3:
            parts = Array([self._function(part, space) for part in function["/Functions"]])
            kept = {key: function[key] for key in ("/FunctionType", "/Domain", "/Bounds", "/Encode")}
            return Dictionary(kept | {"/Functions": parts})
        return function

    def _blended(self, space: Any, values: pikepdf.Object) -> pikepdf.Object:
        return Array([_decimal(value) for value in self.colours.of_blend(space, [float(each) for each in values])])


# ---------------------------------------------------------------- colours


def _blend(state: _State, name: Any, asked: pikepdf.Object) -> tuple[_State, list[Any]]:
    """Turn transparent ink into a lighter one: the paper below it is white."""
    fill = replace(state.fill, alpha=float(asked.get("/ca", state.fill.alpha)))
    stroke = replace(state.stroke, alpha=float(asked.get("/CA", state.stroke.alpha)))
    changes: list[Any] = []
    for pen, before, filling in ((fill, state.fill, True), (stroke, state.stroke, False)):
        if pen.alpha != before.alpha:
            is_pattern = pen.space.kind == "/Pattern"
            changes.append(([name], Operator("gs")) if is_pattern else pen.on_paper(filling))
    return _State(fill, stroke, name), changes


def _space(name: pikepdf.Object, resources: pikepdf.Object) -> _Space:
    found = resources.get("/ColorSpace", Dictionary()).get(str(name), name)
    kind = str(found[0]) if isinstance(found, Array) else str(found)
    return _Space(kind, found)


def _decimal(value: float) -> Decimal:
    """Round a colour to what 8 bits can tell apart, and a little finer."""
    return Decimal(f"{min(1.0, max(0.0, value)):.4f}").normalize() + 0


# ---------------------------------------------------------------- reading


def _named(operations: Sequence[Any]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the names that operations call, by the kinds of what they mean."""
    named: dict[str, set[str]] = {}
    for operands, operator in operations:
        kind = _NAMES_IN.get(str(operator))
        if kind and operands and isinstance(operands[0 if kind == "/Font" else -1], Name):
            named.setdefault(kind, set()).add(str(operands[0 if kind == "/Font" else -1]))
    return tuple((kind, tuple(sorted(names))) for kind, names in sorted(named.items()))


def _values(resources: pikepdf.Object, key: str) -> list[pikepdf.Object]:
    found = resources.get(key)
    return [] if found is None else [value for _, value in sorted(found.items())]


def _is_plain(state: pikepdf.Object | None) -> bool:
    """Say whether a graphics state says nothing but how opaque the ink is."""
    return state is not None and set(state.keys()) <= {"/ca", "/CA", "/Type"}
