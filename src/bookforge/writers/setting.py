"""WeasyPrint's laid-out boxes in, the blocks of running text as they were set out: for a composer of lines.

Boxes are told apart by the names of their classes, so that only :mod:`bookforge.writers.engine` imports the engine.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from bookforge.flow import FlowBlock, FlowLine, Piece, TextStyle
from bookforge.writers import boxes
from bookforge.writers.pages import PIXEL_PT

_CELLS: Final = frozenset({"td", "th", "caption"})
_SLACK: Final = 0.01
_WRAPPING: Final = frozenset({"normal", "pre-wrap", "pre-line"})


class Ruler(Protocol):
    """Knows which OpenType features a style asks for, and how high its lines are."""

    def features(self, style: Any) -> Mapping[str, int]:
        """Return features by their tags."""

    def strut(self, style: Any) -> tuple[float, float]:
        """Return the height of lines, and where in one the baseline is."""


def read(document: Any, pages: int, reader: Ruler) -> dict[str, FlowBlock]:
    """Return the blocks on the first so many pages that hold lines and have an id, tables left out, by id."""
    survey = _Survey(reader)
    for page in document.pages[:pages]:
        for child in page._page_box.children:
            if boxes.kind(child) != "MarginBox":
                survey.block(child)
    return {name: found.finished() for name, found in survey.blocks.items()}


@dataclass(slots=True)
class _Block:
    """A block of which lines were found so far; it may go on on further pages."""

    width: float
    align: str
    style: TextStyle
    inner: Mapping[str, str]
    lines: list[FlowLine] = field(default_factory=list)

    def finished(self) -> FlowBlock:
        return FlowBlock(self.width, self.align, self.style, tuple(self.lines), self.inner)


class _Survey:
    def __init__(self, reader: Ruler) -> None:
        self.blocks: dict[str, _Block] = {}
        self._reader = reader
        self._styles: dict[int, TextStyle] = {}

    def block(self, box: Any) -> None:
        """Read a box and what is inside."""
        box = getattr(box, "_box", box)
        element = box.element
        if element is not None and element.tag in _CELLS:
            return
        lines = [child for child in boxes.children(box) if boxes.kind(child) == "LineBox"]
        if lines and element is not None and element.get("id") is not None and "::" not in (box.element_tag or ""):
            self._lines(box, lines, element.get("id"))
        for child in boxes.children(box):
            for inner in _floats(child) if boxes.kind(child) == "LineBox" else (child,):
                self.block(inner)

    def _lines(self, box: Any, lines: list[Any], name: str) -> None:
        left = box.content_box_x()
        block = self.blocks.setdefault(
            name, _Block(box.width * PIXEL_PT, _align(box.style), self._style(box.style), _inner(box.style))
        )
        usual, _ = self._reader.strut(box.style)
        for line in lines:
            pieces = tuple(piece for child in line.children for piece in self._pieces(child))
            block.lines.append(FlowLine((_start(line) - left) * PIXEL_PT, pieces, line.height > usual + _SLACK))

    def _pieces(self, box: Any) -> Iterator[Piece]:
        """Yield what stands in a line, in order; margins inside it as pieces of their own."""
        box = getattr(box, "_box", box)
        if not box.is_in_normal_flow():
            return
        kind = boxes.kind(box)
        if kind == "TextBox":
            yield Piece(box.text, self._style(box.style), (box.width - _added(box)) * PIXEL_PT)
        elif kind == "InlineBox" and "::" not in (box.element_tag or ""):
            yield from _gap(box.margin_left + box.border_left_width + box.padding_left)
            for child in box.children:
                yield from self._pieces(child)
            yield from _gap(box.margin_right + box.border_right_width + box.padding_right)
        else:
            yield Piece("", None, (box.margin_width() - _added(box)) * PIXEL_PT)

    def _style(self, style: Any) -> TextStyle:
        if id(style) not in self._styles:
            self._styles[id(style)] = _text_style(style, self._reader)
        return self._styles[id(style)]


def _added(box: Any) -> float:
    """Return what was added to the spaces inside a line; an inline block has lines of its own."""
    if boxes.kind(box) == "TextBox":
        return float(box.justification_spacing * (box.text.count(" ") + box.text.count("\u00a0")))
    return sum(map(_added, boxes.children(box))) if boxes.kind(box) == "InlineBox" else 0.0


def _start(line: Any) -> float:
    """Return where what stands in a line begins; its indent is not part of its children."""
    children = (getattr(child, "_box", child) for child in line.children)
    return float(next((child.position_x for child in children if child.is_in_normal_flow()), line.position_x))


def _floats(line: Any) -> Iterator[Any]:
    """Yield the blocks inside a line: what stands in an inline block has lines of its own."""
    for child in boxes.children(line):
        child = getattr(child, "_box", child)
        if boxes.kind(child) in {"InlineBox", "TextBox"}:
            yield from _floats(child)
        elif child.is_floated():
            yield child


def _gap(width: float) -> Iterator[Piece]:
    if width:
        yield Piece("", None, width * PIXEL_PT)


def _align(style: Any) -> str:
    if style["direction"] != "ltr" or style["white_space"] != "normal" or style["text_transform"] != "none":
        return "other"
    align = str(style["text_align_all"])
    return "start" if align == "left" else align


def _inner(style: Any) -> dict[str, str]:
    return {
        "white-space": "normal",
        "text-align-all": style["text_align_all"],
        "text-align-last": style["text_align_last"],
        "hyphens": style["hyphens"],
        "word-spacing": "normal",
    }


def _text_style(style: Any, reader: Ruler) -> TextStyle:
    tracking = style["letter_spacing"]
    return TextStyle(
        families=tuple(style["font_family"]),
        italic=style["font_style"] != "normal",
        weight=int(style["font_weight"]),
        size=style["font_size"] * PIXEL_PT,
        features=tuple(sorted(reader.features(style).items())),
        tracking=0.0 if tracking == "normal" else tracking * PIXEL_PT,
        language=str(style["lang"] or ""),
        divides=style["hyphens"],
        limits=tuple(style["hyphenate_limit_chars"]),
        hyphen=style["hyphenate_character"],
        wraps=style["white_space"] in _WRAPPING,
    )
