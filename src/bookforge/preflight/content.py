"""A page's content streams in, what they put on paper out: colours, pictures, thin lines, what lies near the edges.

Only what rules need is kept, so that a map of a million lines costs time and no memory.
"""

import dataclasses
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

import pikepdf

from bookforge.preflight import colours
from bookforge.preflight.colours import Paint, Space
from bookforge.preflight.facts import Art, Box, Colour, Picture, Thin
from bookforge.preflight.objects import is_array, is_mapping, is_stream, is_string, mapping

Matrix = tuple[float, float, float, float, float, float]

_OPERATORS: Final = (
    "q Q cm w gs g G rg RG k K cs CS sc SC scn SCN re m l c v y h n W W* f F f* S s B B* b b* sh Do "
    "BT Tf Tr Tj TJ ' \" BI ID EI"
)
_STRANGE: Final = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What an instruction raises whose operands are not what PDF asks for; a printing machine passes over it too."""
_NUMBER: Final = (int, Decimal)
_DEPTH: Final = 24
_KEPT: Final = 500  # of a kind and a page; more of them make no finding clearer
_FRAME_PT: Final = 100.0
"""How far from an edge a drawing still matters: more than the widest margin any printer asks for."""
_THIN_PT: Final = 1.5
_LONG: Final = 3.0  # times as long as thick: a bar is a line, a dot is not
_NOTHING_PT: Final = 0.005
_SHORT_PT: Final = 1.0  # a mark so short is no line
_HUGE: Final = 1e6
_TOKENS_OF_PAGE: Final = 5_000_000
_TOKENS_OF_STREAM: Final = 3_000_000
"""A stream is parsed at once, and takes up to 300 bytes a token meanwhile."""
_STREAM_COST: Final = 300  # tokens that take as long as beginning a stream
_BYTES_OF_TOKEN: Final = 16  # text and comments are long tokens, which take their time too
_BETWEEN_TOKENS: Final = b" \t\r\n\f\0[]<>(/"
_SAMPLES: Final = 40_000


class TooMuchError(Exception):
    """A page that draws without end."""


@dataclass(slots=True)
class Budget:
    """How much a file and a page of it may draw, and what is known of its pictures."""

    left: int = 40_000_000
    left_of_page: int = 0
    inks: dict[tuple[int, int], float] = field(default_factory=dict)

    def ink_of(self, image: Any, space: Space) -> float:
        """Return the most ink a CMYK picture asks for, in percent; 0 for what is not in CMYK or cannot be read."""
        if space.kind != "cmyk" or space.channels != 4 or space.indexed:
            return 0.0
        key = image.objgen
        if key not in self.inks:
            self.inks[key] = _darkest(image)
        return self.inks[key]

    def spend(self, tokens: int) -> None:
        """Take so much off for a stream, or give up."""
        self.left_of_page -= tokens
        self.take(tokens)
        if self.left_of_page < 0 or tokens > _TOKENS_OF_STREAM:
            raise TooMuchError("it draws without end")

    def take(self, tokens: int) -> None:
        """Take so much off for streams that are known, or give up."""
        self.left -= tokens
        if self.left < 0:
            raise TooMuchError("it draws without end")


@dataclass(slots=True)
class Seen:
    """What a page was seen to draw; ``sheet`` is the whole page, ``strange`` counts instructions that make no sense."""

    sheet: Box
    strange: int = 0
    paints: int = 0
    patterns: bool = False
    colours: dict[tuple[str, Space, bool], tuple[float, float]] = field(default_factory=dict)
    pictures: list[Picture] = field(default_factory=list)
    art: dict[Art, None] = field(default_factory=dict)
    thin: dict[Thin, None] = field(default_factory=dict)
    transparent: dict[str, None] = field(default_factory=dict)
    fonts: dict[tuple[int, int] | str, Any] = field(default_factory=dict)
    missing: dict[str, None] = field(default_factory=dict)

    def ink(self, what: str, paint: Paint) -> None:
        """Note a colour, with the least and the most ink that was asked for in it."""
        key = (what, paint.space, paint.rich)
        least, most = self.colours.get(key, (paint.ink, paint.ink))
        self.colours[key] = (min(least, paint.ink), max(most, paint.ink))

    def colour_facts(self) -> tuple[Colour, ...]:
        """Give the colours in a fixed order."""
        found = (
            Colour(what, space.kind, space.profile, round(most, 1), round(least, 1), rich, space.name)
            for (what, space, rich), (least, most) in self.colours.items()
        )
        return tuple(sorted(dict.fromkeys(found), key=lambda each: dataclasses.astuple(each)))


@dataclass(slots=True)
class _State:
    """The graphics state, as far as rules ask for it."""

    ctm: Matrix
    clip: Box
    fill: Paint = colours.BLACK
    stroke: Paint = colours.BLACK
    fill_space: Space = colours.GRAY
    stroke_space: Space = colours.GRAY
    line_width: float = 1.0
    transparent: str = ""
    font: Any = None
    font_key: tuple[int, int] | str = ""
    text_mode: int = 0

    def copy(self) -> "_State":
        return _State(
            self.ctm, self.clip, self.fill, self.stroke, self.fill_space, self.stroke_space, self.line_width,
            self.transparent, self.font, self.font_key, self.text_mode,
        )  # fmt: skip


def read(stream: Any, resources: Any, ctm: Matrix, sheet: Box, budget: Budget) -> Seen:
    """Read what a page draws; ``ctm`` leads from the page's units to points as :mod:`bookforge.preflight.facts` says.

    Errors: :class:`TooMuchError`, and whatever pikepdf raises about a broken stream.
    """
    seen = Seen(sheet)
    budget.left_of_page = _TOKENS_OF_PAGE
    budget.spend(0)
    _Hand(seen, resources, _State(ctm, sheet), budget).follow(stream, 0)
    return seen


# ---------------------------------------------------------------- geometry


def times(first: Matrix, second: Matrix) -> Matrix:
    """Return the matrix that does ``first``, then ``second``."""
    a, b, c, d, e, f = first
    g, h, i, j, k, m = second
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def place(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    """Lead a point through a matrix, to a place that is still a number."""
    a, b, c, d, e, f = matrix
    return _sane(a * x + c * y + e), _sane(b * x + d * y + f)


def _sane(value: float) -> float:
    return min(max(value, -_HUGE), _HUGE) if value == value else 0.0  # what is not equal to itself is no number


def around(matrix: Matrix, box: Box) -> Box:
    """Return the box around a box led through a matrix."""
    left, top, right, bottom = box
    points = [place(matrix, x, y) for x in (left, right) for y in (top, bottom)]
    return (
        min(x for x, _ in points), min(y for _, y in points),
        max(x for x, _ in points), max(y for _, y in points),
    )  # fmt: skip


def common(first: Box, second: Box) -> Box | None:
    """Return what two boxes have in common; lines without breadth count."""
    left, top = max(first[0], second[0]), max(first[1], second[1])
    right, bottom = min(first[2], second[2]), min(first[3], second[3])
    return (left, top, right, bottom) if left <= right and top <= bottom else None


def _scale(matrix: Matrix) -> float:
    a, b, c, d, _, _ = matrix
    return math.sqrt(abs(a * d - b * c))


def _rounded(box: Box) -> Box:
    left, top, right, bottom = box
    return round(left, 2), round(top, 2), round(right, 2), round(bottom, 2)


# ---------------------------------------------------------------- following a stream


class _Hand:
    """Does what a content stream says, on no paper: one for each stream, all of a page with the same ``seen``."""

    def __init__(self, seen: Seen, resources: Any, state: _State, budget: Budget) -> None:
        self.seen = seen
        self.resources = resources if is_mapping(resources) else pikepdf.Dictionary()
        self.state = state
        self.budget = budget
        self.stack: list[_State] = []
        self.depth = 0
        self.path: list[float] | None = None  # left, top, right, bottom so far
        self.bars: list[Box] = []  # rectangles of the path under way
        self.only_bars = True
        self.clipping = False
        self.in_pattern = False

    def follow(self, stream: Any, depth: int) -> None:
        """Follow a stream to its end."""
        self.depth = depth
        if depth > _DEPTH:
            raise TooMuchError("its drawings are nested without end")
        self.budget.spend(_tokens(stream) + _STREAM_COST)
        for instruction in pikepdf.parse_content_stream(stream, _OPERATORS):
            name = str(instruction.operator)
            action = _ACTIONS.get(name)
            try:
                if action is not None:
                    action(self, name, instruction.operands)
                elif name == "INLINE IMAGE":
                    self.inline(instruction)
            except _STRANGE:
                self.seen.strange += 1

    # -------- state

    def save(self, name: str, operands: Any) -> None:
        if len(self.stack) < 10_000:
            self.stack.append(self.state.copy())

    def restore(self, name: str, operands: Any) -> None:
        if self.stack:
            self.state = self.stack.pop()

    def concat(self, name: str, operands: Any) -> None:
        self.state.ctm = times(_matrix(operands), self.state.ctm)

    def width(self, name: str, operands: Any) -> None:
        self.state.line_width = float(operands[0])

    def device(self, name: str, operands: Any) -> None:
        """Set a colour of a device space: ``g rg k`` to fill, ``G RG K`` to draw lines."""
        kind = {"g": "/DeviceGray", "rg": "/DeviceRGB", "k": "/DeviceCMYK"}[name.lower()]
        self._set(name.islower(), colours.space(kind, self.resources), operands)

    def choose(self, name: str, operands: Any) -> None:
        space = colours.space(operands[0], self.resources)
        if name == "cs":
            self.state.fill_space = space
        else:
            self.state.stroke_space = space
        self._set(name == "cs", space, ())

    def colour(self, name: str, operands: Any) -> None:
        fills = name.islower()
        space = self.state.fill_space if fills else self.state.stroke_space
        values = [value for value in operands if isinstance(value, int | Decimal)]
        if len(values) < len(operands) and not self.in_pattern:
            self._pattern(operands[-1])
        self._set(fills, space, values)

    def _set(self, fills: bool, space: Space, operands: Iterable[Any]) -> None:
        paint = colours.paint(space, tuple(float(value) for value in operands))
        if fills:
            self.state.fill, self.state.fill_space = paint, space
        else:
            self.state.stroke, self.state.stroke_space = paint, space

    def graphics(self, name: str, operands: Any) -> None:
        """Take over a graphics state: line width, font, and what makes things transparent."""
        given = _entry(self.resources, "/ExtGState", operands[0])
        if given is None:
            return
        if "/LW" in given:
            self.state.line_width = float(given["/LW"])
        if "/Font" in given and len(given["/Font"]) == 2:
            self._use_font(given["/Font"][0], str(given["/Font"][0].objgen))
        why = self.state.transparent
        if "/ca" in given or "/CA" in given:
            opaque = min(float(given.get("/ca", 1)), float(given.get("/CA", 1))) >= 1
            why = "" if opaque else "opacity"
        if "/BM" in given:
            why = why or ("" if _blends_normally(given["/BM"]) else "a blend mode")
        if is_mapping(given.get("/SMask")):
            why = why or "a soft mask"
        self.state.transparent = why

    # -------- paths

    def move(self, name: str, operands: Any) -> None:
        self.only_bars = False
        self._extend(operands)

    def rectangle(self, name: str, operands: Any) -> None:
        x, y, width, height = (float(value) for value in operands)
        box = around(self.state.ctm, (x, y, x + width, y + height))
        if len(self.bars) < _KEPT:
            self.bars.append(box)
        self._widen(box)

    def _extend(self, operands: Any) -> None:
        values = [float(value) for value in operands]
        for x, y in zip(values[::2], values[1::2], strict=False):
            right, down = place(self.state.ctm, x, y)
            self._widen((right, down, right, down))

    def _widen(self, box: Box) -> None:
        if self.path is None:
            self.path = list(box)
            return
        path = self.path
        path[0], path[1] = min(path[0], box[0]), min(path[1], box[1])
        path[2], path[3] = max(path[2], box[2]), max(path[3], box[3])

    def clip(self, name: str, operands: Any) -> None:
        self.clipping = True

    def finish(self, name: str, operands: Any) -> None:
        """Paint the path, or not, and let it clip what comes when that was asked for."""
        path, bars = self.path, self.bars if self.only_bars else []
        self.path, self.bars, self.only_bars = None, [], True
        if path is not None:
            box = (path[0], path[1], path[2], path[3])
            if name in _FILLING:
                self._fill(box, bars)
            if name in _STROKING:
                self._stroke(box)
            if self.clipping:
                nothing = (box[0], box[1], box[0], box[1])
                self.state.clip = common(self.state.clip, box) or nothing
        self.clipping = False

    def _fill(self, box: Box, bars: list[Box]) -> None:
        shown = self._paint("art", self.state.fill, box, "area")
        for bar in bars if shown else ():
            breadth, length = sorted((bar[2] - bar[0], bar[3] - bar[1]))
            if breadth < _NOTHING_PT and len(bars) > 1:
                continue  # the inner edge of a border, which adds nothing to its outer one
            if breadth < _THIN_PT and length > max(breadth * _LONG, _SHORT_PT):
                self._keep_thin(breadth, bar)

    def _stroke(self, box: Box) -> None:
        width = self.state.line_width * _scale(self.state.ctm)
        half = width / 2
        around_line = (box[0] - half, box[1] - half, box[2] + half, box[3] + half)
        if self._paint("art", self.state.stroke, around_line, "line") and width < _THIN_PT:
            self._keep_thin(width, around_line)

    def _keep_thin(self, width: float, box: Box) -> None:
        seen = common(box, self.state.clip)
        if seen is not None and len(self.seen.thin) < _KEPT:
            self.seen.thin.setdefault(Thin(round(width, 3), _rounded(seen)))

    def shade(self, name: str, operands: Any) -> None:
        shading = _entry(self.resources, "/Shading", operands[0])
        if shading is not None:
            space = colours.space(shading.get("/ColorSpace"), self.resources)
            self._paint("art", Paint(space), self.state.clip, "shading")

    def _paint(self, what: str, paint: Paint, box: Box | None, kind: str) -> bool:
        """Note that something was painted; say whether it can be seen."""
        self.seen.paints += 1
        shown = common(box, self.state.clip) if box is not None else None
        if (box is not None and shown is None) or paint.white:
            return False
        if paint.space.kind == "pattern":
            self.seen.patterns = True
        else:
            self.seen.ink(what, paint)
        if self.state.transparent:
            self.seen.transparent.setdefault(self.state.transparent)
        if shown is not None and not self.in_pattern and self._near_edge(shown) and len(self.seen.art) < _KEPT:
            self.seen.art.setdefault(Art(kind, _rounded(shown)))
        return True

    def _near_edge(self, box: Box) -> bool:
        left, top, right, bottom = self.seen.sheet
        return (
            box[0] < left + _FRAME_PT or box[1] < top + _FRAME_PT
            or box[2] > right - _FRAME_PT or box[3] > bottom - _FRAME_PT
        )  # fmt: skip

    # -------- text

    def font(self, name: str, operands: Any) -> None:
        thing = _entry(self.resources, "/Font", operands[0])
        if thing is not None:
            self._use_font(thing, str(operands[0]))

    def _use_font(self, thing: Any, name: str) -> None:
        self.state.font = thing
        self.state.font_key = thing.objgen if thing.is_indirect else f"{self.resources.objgen}{name}"

    def text_mode(self, name: str, operands: Any) -> None:
        self.state.text_mode = int(operands[0])

    def show(self, name: str, operands: Any) -> None:
        """Note text: its colour and font, and glyphs that are not there."""
        pieces = (each for each in (operands[-1] if name == "TJ" else operands[-1:]) if not isinstance(each, _NUMBER))
        codes = [bytes(each) for each in pieces if is_string(each)]
        if not any(codes):
            return
        mode = self.state.text_mode
        if mode in (0, 2, 4, 6):
            self._paint("text", self.state.fill, None, "")
        if mode in (1, 2, 5, 6):
            self._paint("text", self.state.stroke, None, "")
        if mode in (3, 7):
            self.seen.paints += 1
        font, key = self.state.font, self.state.font_key
        if font is None:
            return
        self.seen.fonts.setdefault(key, font)
        if mode not in (3, 7) and _has_no_glyph(font, codes):
            self.seen.missing.setdefault(font_name(font))

    # -------- other things drawn

    def draw(self, name: str, operands: Any) -> None:
        thing = _entry(self.resources, "/XObject", operands[0])
        if thing is None:
            return
        if str(thing.get("/Subtype")) == "/Image":
            self._picture(str(operands[0])[1:], thing)
        elif str(thing.get("/Subtype")) == "/Form":
            self._form(thing)

    def _form(self, form: Any) -> None:
        state = self.state.copy()
        state.ctm = times(_matrix(form.get("/Matrix", (1, 0, 0, 1, 0, 0))), state.ctm)
        if "/BBox" in form:
            box = around(state.ctm, _box(form["/BBox"]))
            inner = common(state.clip, box)
            if inner is None:
                return
            state.clip = inner
        hand = _Hand(self.seen, form.get("/Resources", self.resources), state, self.budget)
        hand.in_pattern = self.in_pattern
        hand.follow(form, self.depth + 1)

    def _pattern(self, name: Any) -> None:
        """Read the colours a pattern is painted with; where its tiles fall is not followed."""
        pattern = _entry(self.resources, "/Pattern", name)
        if pattern is None:
            return
        if "/Shading" in pattern:
            space = colours.space(mapping(pattern, "/Shading").get("/ColorSpace"), self.resources)
            self.seen.ink("art", Paint(space))
        elif is_stream(pattern):
            hand = _Hand(self.seen, pattern.get("/Resources"), _State(self.state.ctm, self.seen.sheet), self.budget)
            hand.in_pattern = True
            hand.follow(pattern, self.depth + 1)

    def _picture(self, name: str, image: Any) -> None:
        stencil = bool(image.get("/ImageMask", False))
        space = None if stencil else colours.space(image.get("/ColorSpace"), self.resources)
        if "/SMask" in image or int(image.get("/SMaskInData", 0)):
            self.seen.transparent.setdefault("a picture with a soft mask")
        if image.get("/ColorSpace") is None and not stencil:
            space = colours.RGB  # JPEG 2000 keeps its space to itself
        size = int(image.get("/Width", 0)), int(image.get("/Height", 0))
        paint = self.state.fill if space is None else Paint(space, self.budget.ink_of(image, space))
        self._place(name, size, 1 if stencil else int(image.get("/BitsPerComponent", 8)), paint)

    def inline(self, instruction: Any) -> None:
        """Note a picture that stands in the stream itself."""
        image = instruction.iimage
        stencil = bool(image.image_mask)
        space = None if stencil else colours.space(image.obj.get("/ColorSpace", image.obj.get("/CS")), self.resources)
        paint = self.state.fill if space is None else Paint(space)
        self._place("inline", (int(image.width), int(image.height)), 1 if stencil else 8, paint)

    def _place(self, name: str, size: tuple[int, int], bits: int, paint: Paint) -> None:
        box = around(self.state.ctm, (0, 0, 1, 1))
        if not self._paint("picture", paint, box, "picture") or self.in_pattern:
            return
        a, b, c, d, _, _ = self.state.ctm
        wide, high = math.hypot(a, b), math.hypot(c, d)
        resolutions = [72 * pixels / length for pixels, length in zip(size, (wide, high), strict=True) if length > 0]
        if resolutions and len(self.seen.pictures) < _KEPT:
            shown = common(box, self.state.clip) or box
            self.seen.pictures.append(Picture(name, *size, bits, round(min(resolutions), 1), _rounded(shown)))


_FILLING: Final = frozenset({"f", "F", "f*", "B", "B*", "b", "b*"})
_STROKING: Final = frozenset({"S", "s", "B", "B*", "b", "b*"})
_ACTIONS: Final[dict[str, Callable[[_Hand, str, Any], None]]] = {
    "q": _Hand.save,
    "Q": _Hand.restore,
    "cm": _Hand.concat,
    "w": _Hand.width,
    "gs": _Hand.graphics,
    **dict.fromkeys(("g", "G", "rg", "RG", "k", "K"), _Hand.device),
    **dict.fromkeys(("cs", "CS"), _Hand.choose),
    **dict.fromkeys(("sc", "SC", "scn", "SCN"), _Hand.colour),
    "re": _Hand.rectangle,
    **dict.fromkeys(("m", "l", "c", "v", "y"), _Hand.move),
    **dict.fromkeys(("W", "W*"), _Hand.clip),
    **dict.fromkeys((*_FILLING, *_STROKING, "n"), _Hand.finish),
    "sh": _Hand.shade,
    "Do": _Hand.draw,
    "Tf": _Hand.font,
    "Tr": _Hand.text_mode,
    **dict.fromkeys(("Tj", "TJ", "'", '"'), _Hand.show),
}


# ---------------------------------------------------------------- reading objects


def _tokens(stream: Any) -> int:
    """Return about how much there is to parse in a form, a pattern or the contents of a page, without parsing it."""
    if is_stream(stream):
        data = stream.read_bytes()
        return len(data) - len(data.translate(None, _BETWEEN_TOKENS)) + len(data) // _BYTES_OF_TOKEN
    contents = stream.get("/Contents")
    if not is_array(contents):
        return _tokens(contents) if is_stream(contents) else 0
    found = 0
    for each in contents:
        found += _tokens(each) if is_stream(each) else 0
        if found > _TOKENS_OF_STREAM:
            break
    return found


def _matrix(operands: Any) -> Matrix:
    a, b, c, d, e, f = (float(value) for value in operands)
    return a, b, c, d, e, f


def _box(array: Any) -> Box:
    left, top, right, bottom = (float(value) for value in array)
    return min(left, right), min(top, bottom), max(left, right), max(top, bottom)


def _entry(resources: Any, kind: str, name: Any) -> Any:
    """Return what a page calls by a name; ``None`` where it calls what is not there."""
    found = mapping(resources, kind).get(str(name))
    return found if is_mapping(found) else None


def _blends_normally(mode: Any) -> bool:
    names = [str(each) for each in mode] if is_array(mode) else [str(mode)]
    return not names or names[0] in ("/Normal", "/Compatible")


def font_name(font: Any) -> str:
    """Return a font's name without the letters that mark a subset."""
    name = str(font.get("/BaseFont", font.get("/Name", "/unnamed")))[1:]
    return name[7:] if len(name) > 7 and name[6] == "+" and name[:6].isupper() else name


def _has_no_glyph(font: Any, codes: list[bytes]) -> bool:
    """Say whether a text asks for the glyph that stands for a missing one.

    Known of fonts that are called by glyph numbers, and of simple fonts whose encoding names ``.notdef``.
    """
    encoding = font.get("/Encoding")
    if str(font.get("/Subtype")) == "/Type0":
        if not str(encoding).startswith("/Identity"):
            return False
        return any(b"\0\0" in text and _has_zero(text) for text in codes)
    if not is_mapping(encoding) or "/Differences" not in encoding:
        return False
    absent = _not_defined(encoding["/Differences"])
    return bool(absent) and any(code in absent for text in codes for code in text)


def _darkest(image: Any) -> float:
    """Sample a CMYK picture; the few darkest samples are left out, because a picture's noise prints as nothing."""
    if int(image.get("/BitsPerComponent", 8)) != 8:
        return 0.0
    try:
        data = image.read_bytes(pikepdf.StreamDecodeLevel.all)
    except (pikepdf.PdfError, RuntimeError):  # JPEG 2000, or damaged
        return 0.0
    step = 4 * max(1, len(data) // 4 // _SAMPLES)
    channels = (data[channel::step] for channel in range(4))
    sums = sorted(sum(inks) for inks in zip(*channels, strict=False))
    if not sums:
        return 0.0
    turned = "/Decode" in image and float(image["/Decode"][0]) > float(image["/Decode"][1])
    found: int = 4 * 255 - sums[len(sums) // 200] if turned else sums[-1 - len(sums) // 200]
    return 100 * found / 255


def _has_zero(text: bytes) -> bool:
    return any(text[at : at + 2] == b"\0\0" for at in range(0, len(text) - 1, 2))


def _not_defined(differences: Any) -> frozenset[int]:
    found, code = set(), 0
    for each in differences:
        if isinstance(each, int):
            code = each
        else:
            if str(each) == "/.notdef":
                found.add(code)
            code += 1
    return frozenset(found)
