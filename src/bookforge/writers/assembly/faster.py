"""Parts of WeasyPrint 70.0 done anew with less work: what is laid out and drawn stays the same, byte for byte.

They hold while a section is laid out and drawn, and nowhere else (:func:`at_work`): the book as one document is made
by WeasyPrint as it is, so that comparing both means something. Import this only once the engine may be: see
``_weasyprint`` in :mod:`bookforge.writers.engine`.

``css.StyleFor``
    The styles of a document: :mod:`.styles`.
``text.line_break.Layout.setup``
    What sets text begins with a Pango context, a description of the font and its features, the same for each line of
    a style. They are made once; each line begins as a copy of that layout.
``text.line_break.split_first_line``
    Where a line ends follows from its text, its style and the room it has. A process that stays sets most lines again
    as they were: it remembers what came of them. A line whose end stands in the text is set once, not three times: it
    is not asked whether it could have ended elsewhere.
``layout.inline.add_word_spacing``
    A text that is justified gets the layout that it is drawn from. It is made when it is drawn.
``text.line_break.line_size``, ``text.line_break._font_style_cache_key``
    Asked for several times a line.
``layout.percent.resolve_percentages``
    Margins, paddings, sizes and borders of a box follow from its style and the size of what it stands in.
``boxes.Box.is_in_normal_flow``
    Five methods, each of which asks for a property, in one.
``draw.text.draw_first_line``, ``text.line_break.Layout.reactivate``, ``text.line_break.Layout.deactivate``
    Glyphs and kerns are written as strings that are kept by font; a line with anything unusual in it is drawn by
    WeasyPrint's own. What was shaped when it was set is not shaped again: :mod:`.shaped`.
``pydyf.PDF.page_references``
    Asked for with each element of the structure, and made anew from all pages each time.
"""

import contextlib
import copy
import functools
import itertools
import sys
from collections.abc import Iterator
from typing import Any, Final

import pydyf  # type: ignore[import-untyped]
from weasyprint import css
from weasyprint.formatting_structure import boxes
from weasyprint.layout import inline, percent
from weasyprint.text import line_break
from weasyprint.text.ffi import FROM_UNITS, ffi, gobject, pango

from bookforge.writers.assembly import shaped
from bookforge.writers.assembly.styles import Styles

ffi.cdef("PangoLayout * pango_layout_copy (PangoLayout *layout);")

SET_UP_BY: Final = (
    *("direction", "lang", "text_decoration_line", "font_language_override", "font_family", "font_style"),
    *("font_stretch", "font_weight", "font_size", "font_variation_settings", "font_kerning"),
    *("font_variant_ligatures", "font_variant_position", "font_variant_caps", "font_variant_numeric"),
    *("font_variant_alternates", "font_variant_east_asian", "font_feature_settings"),
)
"""The properties that decide how setting a text begins."""

ENDED_BY: Final = (
    *("white_space", "letter_spacing", "word_spacing", "overflow_wrap", "word_break", "tab_size", "hyphens"),
    *("hyphenate_character", "hyphenate_limit_chars", "hyphenate_limit_zone"),
)
"""Those that decide, with these, where a line ends."""

KEPT_LINES: Final = 30_000_000
FEW_LINES: Final = 4_000_000
"""Bytes of lines that are remembered, and where each section is set once: hardly any comes again."""

_LINE: Final = 600
_LETTER: Final = 40
"""Bytes that a line takes beside its text, roughly, and that a letter takes as it was shaped."""

_MOST_LETTERS: Final = 4
"""How many letters fit in a line that is as wide as one is high, mostly."""

_KEPT_LOOKS: Final = 5_000
_KEPT_FONTS: Final = 4


class _Lines:
    """The lines that were set last, up to so many bytes of them, by all that decides about them."""

    def __init__(self) -> None:
        self.most = KEPT_LINES
        self._held = 0
        self.known: dict[tuple[Any, ...], Any] = {}

    def keep(self, key: tuple[Any, ...], line: Any) -> None:
        """Keep a line; the first of a key is the text that it is the beginning of."""
        self.known[key] = line
        self._held += _size_of(key, line)
        while self._held > self.most:
            oldest = next(iter(self.known))
            self._held -= _size_of(oldest, self.known.pop(oldest))


def _size_of(key: tuple[Any, ...], line: Any) -> int:
    """Return how many bytes a line takes, roughly."""
    as_shaped = vars(line[0]).get("shaped")
    return _LINE + len(key[0]) + (_LETTER * len(as_shaped.text) if as_shaped is not None else 0)


_lines: Final[dict[str, _Lines]] = {}
"""The lines of this process, by the name of the fonts."""

_looks: Final[dict[Any, int]] = {}
_numbers: Final = itertools.count()

_SIDES: Final = ("top", "right", "bottom", "left")
_BY_WIDTH: Final = (
    *(f"{what}_{side}" for what in ("margin", "padding") for side in _SIDES),
    *("width", "min_width", "max_width"),
)
_BY_HEIGHT: Final = ("height", "min_height", "max_height")
_USED: Final = (*_BY_WIDTH, *_BY_HEIGHT, *(f"border_{side}_width" for side in _SIDES))
_OUT_OF_FLOW: Final = frozenset({"left", "right", "inline-start", "inline-end", "footnote"})
_POSITIONED: Final = frozenset({"absolute", "fixed"})
_OTHERWISE_PLACED: Final = frozenset({"running()", "note()"})

_NO_TEXT: Final = (None, 0, 1, 0.0, 0.0, 0.0)
"""What comes of a line that ends before anything stands in it."""

_set_up = line_break.Layout.setup
_split = line_break.split_first_line
_size = line_break.line_size
_font_key = line_break._font_style_cache_key
_resolve = percent.resolve_percentages
_justify = inline.add_word_spacing


@contextlib.contextmanager
def at_work() -> Iterator[None]:
    """Let the engine work faster meanwhile."""
    before = [(place, name, getattr(place, name)) for place, name, _ in _places()]
    for place, name, ours in _places():
        setattr(place, name, ours)
    try:
        yield
    finally:
        for place, name, theirs in before:
            setattr(place, name, theirs)


@functools.cache
def _places() -> tuple[tuple[Any, str, Any], ...]:
    """Return what is replaced, where it is known, and by what."""
    functions = {
        "resolve_percentages": (_resolve, _resolve_percentages),
        "draw_first_line": (shaped.its_draw, shaped.draw_first_line),
    }
    functions |= {"split_first_line": (_split, _split_first_line), "add_word_spacing": (_justify, _add_word_spacing)}
    functions |= {"line_size": (_size, _line_size), "_font_style_cache_key": (_font_key, _kept_font_key)}
    engine = [module for name, module in sorted(sys.modules.items()) if name.partition(".")[0] == "weasyprint"]
    # A module that imported a function by name has to be told as well.
    known = [
        (module, name, ours)
        for name, (theirs, ours) in functions.items()
        for module in engine
        if vars(module).get(name) is theirs
    ]
    return (
        *known,
        (css, "StyleFor", Styles),
        (line_break.Layout, "setup", _begin),
        (line_break.Layout, "reactivate", shaped.reactivate),
        (line_break.Layout, "deactivate", shaped.deactivate),
        (boxes.Box, "is_in_normal_flow", _is_in_normal_flow),
        (pydyf.PDF, "page_references", property(_page_references)),
    )


# ---------------------------------------------------------------- text


def _begin(self: Any, style: Any) -> None:
    model = _model(style)
    own = ffi.gc(pango.pango_layout_copy(model.layout), gobject.g_object_unref)
    vars(self).update(vars(model), layout=own, style=style)


def _model(style: Any) -> Any:
    """Return a layout without text, set up for a style."""
    model = vars(style).get("_model")
    if model is None:
        model = style._model = _new_model(style)
    return model


def _new_model(style: Any) -> Any:
    models = vars(style.font_config).setdefault("_models", {})
    key = tuple(_plain(style[name]) for name in SET_UP_BY)
    if key not in models:
        model = models[key] = line_break.Layout.__new__(line_break.Layout)
        _set_up(model, style)
        del model.style  # all of its document hangs on it
    return models[key]


def _plain(value: Any) -> Any:
    """Return a value that can be a key."""
    if isinstance(value, set):
        return frozenset(value)
    return tuple(map(_plain, value)) if isinstance(value, list | tuple) else value


def remember_lines(font_config: Any, fonts: str, most: int) -> None:
    """Let this process remember lines that are set with a font configuration: at ``most`` so many bytes of them.

    ``fonts`` names what its fonts are.
    """
    font_config._known = _lines.setdefault(fonts, _Lines())
    font_config._known.most = most
    if len(_lines) > _KEPT_FONTS:
        del _lines[next(iter(_lines))]


def _split_first_line(  # noqa: PLR0913  what it takes is the engine's
    text: str,
    style: Any,
    context: Any,
    max_width: float | None,
    justification_spacing: float,
    is_line_start: bool = True,
    minimum: bool = False,
) -> Any:
    lines = vars(style.font_config).get("_known")
    if max_width is not None and style["white_space"] == "pre-line":
        if text[:1] == "\n":
            return _NO_TEXT
        ended = text[: text.find("\n") + 1]
        if ended or _is_short(text, style, max_width):
            known = _kept(lines, (ended or text, _look(style), max_width, justification_spacing), style)
            if known is not None:
                return known
    if lines is None:
        return _split(text, style, context, max_width, justification_spacing, is_line_start, minimum)
    key = (text, _look(style), max_width, justification_spacing, is_line_start, minimum)
    known = lines.known.get(key)
    if known is None:
        known = _split(text, style, context, max_width, justification_spacing, is_line_start, minimum)
        lines.keep(key, known)
    # The engine justifies the layout that it gets.
    return (copy.copy(known[0]), *known[1:])


def _is_short(text: str, style: Any, max_width: float) -> bool:
    """Whether a text may well fit in a line."""
    return bool(len(text) * style["font_size"] <= max_width * _MOST_LETTERS)


def _kept(lines: _Lines | None, key: tuple[Any, ...], style: Any) -> Any:
    """Return a line of which the end is given, set once; nothing where it does not fit."""
    text, _, max_width, justification_spacing = key
    known = lines.known.get(key) if lines is not None else None
    if known is None:
        known = _set(text, style, max_width, justification_spacing)
        if known is not None and lines is not None:
            lines.keep(key, known)
    return (copy.copy(known[0]), *known[1:]) if known is not None else None


def _set(text: str, style: Any, max_width: float, justification_spacing: float) -> Any:
    goes_on = text.endswith("\n")
    shown = text[:-1].rstrip(" ") if goes_on else text
    if not shown:
        return None
    layout = line_break.Layout(style, justification_spacing, max_width)
    layout.set_text(shown)
    line, more = layout.get_first_line()
    width, height = _line_size(line, style)
    if more is not None or max(width, _extents.width * FROM_UNITS) > max_width:
        return None
    baseline = pango.pango_layout_get_baseline(layout.layout) * FROM_UNITS
    length = line.length
    layout.shaped = shaped.shaped(layout, style)
    layout.deactivate()
    return layout, length, len(text.encode()) if goes_on else None, width, height, baseline


def _add_word_spacing(context: Any, box: Any, justification_spacing: float, x_advance: float) -> Any:
    spaces = inline.count_expandable_spaces(box) if isinstance(box, boxes.TextBox) else 0
    if not spaces or box.text == " ":
        return _justify(context, box, justification_spacing, x_advance)
    layout = line_break.Layout.__new__(line_break.Layout)
    vars(layout).update(vars(_model(box.style)))
    layout.text, layout.justification_spacing, layout.max_width = box.text, justification_spacing, None
    layout.shaped = vars(box.pango_layout).get("shaped")
    del layout.layout, layout.language
    extra = justification_spacing * spaces
    box.justification_spacing = justification_spacing
    box.position_x += x_advance
    box.width += extra
    box.pango_layout = layout
    return x_advance + extra


def _look(style: Any) -> int:
    """Return a number that stands for all of a style that decides where a line ends."""
    look = vars(style).get("_look")
    if look is None:
        if len(_looks) > _KEPT_LOOKS:
            _looks.clear()  # no number comes twice
        its = tuple(_plain(style[name]) for name in (*SET_UP_BY, *ENDED_BY))
        look = style._look = _looks.setdefault(its, next(_numbers))
    return int(look)


_extents: Final = ffi.new("PangoRectangle *")


def _line_size(line: Any, style: Any) -> tuple[float, float]:
    pango.pango_layout_line_get_extents(line, ffi.NULL, _extents)
    width = _extents.width * FROM_UNITS
    if style["letter_spacing"] != "normal":
        width += style["letter_spacing"]
    return width, _extents.height * FROM_UNITS


def _kept_font_key(style: Any, include_size: bool = False) -> str:
    name = "_key_with_size" if include_size else "_key"
    key = vars(style).get(name)
    if key is None:
        key = vars(style)[name] = _font_key(style, include_size)
    return str(key)


# ---------------------------------------------------------------- boxes


def _resolve_percentages(box: Any, containing_block: Any) -> None:
    style = box.style
    if style["border_collapse"] == "collapse" or isinstance(box, boxes.PageBox):
        _resolve(box, containing_block)
        return
    own = vars(style)
    if "_used" not in own:
        style._used, style._parts = {}, (_asks(style, _BY_WIDTH), _asks(style, _BY_HEIGHT))
    around = containing_block
    width, height = (around.width, around.height) if isinstance(around, boxes.Box) else around
    by_width, by_height = own["_parts"]
    size = (width if by_width else None, height if by_height else None)
    known = own["_used"].get(size)
    if known is None:
        _resolve(box, containing_block)
        own["_used"][size] = {name: vars(box)[name] for name in _USED}
    else:
        vars(box).update(known)


def _asks(style: Any, names: tuple[str, ...]) -> bool:
    """Whether one of some properties is anything but a length, or none: a part of something, or to be calculated."""
    return any(
        value not in (None, "auto") and getattr(value, "unit", None) != "px" for value in map(style.__getitem__, names)
    )


def _is_in_normal_flow(self: Any) -> bool:
    style = self.style
    position = style["position"]
    return not (style["float"] in _OUT_OF_FLOW or position in _POSITIONED or position[0] in _OTHERWISE_PLACED)


def _page_references(pdf: Any) -> tuple[bytes, ...]:
    count = pdf.pages["Count"]
    known: tuple[int, tuple[bytes, ...]] = vars(pdf).get("_references", (-1, ()))
    if known[0] != count:
        known = pdf._references = (count, tuple(b"%d 0 R" % number for number in pdf.pages["Kids"][::3]))
    return known[1]
