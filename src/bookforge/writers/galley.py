"""WeasyPrint's laid-out boxes of one section in, what a plan of its pages needs to know of them out.

What :mod:`bookforge.writers.pages` says of lines is not repeated here. Lengths are points.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from bookforge.diagnostics import Diagnostic
from bookforge.flow import FlowBlock
from bookforge.laid import Laid
from bookforge.writers import boxes, setting
from bookforge.writers.pages import PIXEL_PT
from bookforge.writers.whites import Whites

_SIDES: Final = {"recto": "right", "verso": "left"}
_FORCED: Final = frozenset({"page", "always", "left", "right"})
_AVOID: Final = frozenset({"avoid", "avoid-page"})


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a block: its page, and the letters of the block up to its end, notes left out."""

    page: int
    letters: int


@dataclass(frozen=True, slots=True)
class Block:
    """A block that holds lines. ``whole``: it, or what it stands in, may not be broken; ``tied``: what follows stays
    with it; ``held``: it stays with what comes before. ``group`` tells what it stands in that may not be broken.
    ``orphans`` and ``widows`` are the lines a break leaves on either side at least. ``clear``: it has nothing but its
    lines, no white or rule below them, nothing behind them, and is not the last of what it stands in."""

    rows: tuple[Row, ...]
    orphans: int
    widows: int
    whole: bool
    tied: bool
    held: bool = False
    group: str = ""
    clear: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """The place from which a part of a note is called: page, block and row, and after how many of the block's letters.

    ``part`` counts from 1.
    """

    note: str
    part: int
    page: int
    block: str
    row: int
    letters: int = 0


@dataclass(frozen=True, slots=True)
class Galley:
    """A section laid out alone.

    ``calls`` are in order, ``blocks`` by id and in order. ``gaps`` are the spaces above blocks, from what stands
    before: at the top of a page zero. ``naturals`` are the same wherever a page ends, as far as margins tell.
    ``whites`` are those between the lines of two blocks that follow each other, page or not. ``tops`` are page and top
    edge of blocks, in order; ``pictures`` the heights of those in lines, by block. ``notes`` are top edge and height of
    the notes at the foot, ``above_notes`` is what stands above them on each page. ``plates`` and ``paragraphs`` are
    those that stand in no other block. ``start`` is ``any``, ``page``, ``left`` or ``right``; ``end`` is the page on
    which the section is over: one more than its last. ``asked`` are the ids whose page numbers the text shows;
    ``apart``: it shows nothing else of where in the book it stands. ``said`` is what the engine had to say. ``running``
    are the blocks that are measured, not set.
    """

    laid: Laid
    calls: tuple[Call, ...]
    blocks: Mapping[str, Block]
    gaps: Mapping[str, float]
    naturals: Mapping[str, float]
    whites: Mapping[tuple[str, str], float]
    tops: Mapping[str, tuple[int, float]]
    pictures: Mapping[str, tuple[float, ...]]
    notes: Mapping[str, tuple[float, float]]
    above_notes: float
    plates: tuple[str, ...]
    paragraphs: frozenset[str]
    start: str
    end: int
    ruler: setting.Ruler = field(repr=False, compare=False)
    asked: frozenset[str] = frozenset()
    apart: bool = True
    said: tuple[Diagnostic, ...] = ()
    running: frozenset[str] = frozenset()

    def flow(self) -> dict[str, FlowBlock]:
        """Return the blocks of running text as they were set, by id."""
        return setting.read(self.laid.document, self.end, self.ruler)

    def without_boxes(self) -> "Galley":
        """Return the same without what it was read from, which takes the most memory: nothing can be drawn of it."""
        return replace(self, laid=replace(self.laid, document=None))


def read(laid: Laid, tree: Any, section: str, end: str, ruler: setting.Ruler) -> Galley:
    """Read a section's boxes, made of a ``tree`` of elements; ``end`` is the id of what was set after it."""
    reader = _Reader(section, frozenset(id(element[-1]) for element in tree.iter() if len(element)))
    for index, page in enumerate(laid.document.pages):
        reader.page(index, page)
    over = laid.anchors[end][0] if end in laid.anchors else len(laid.pages)
    return Galley(
        laid=laid,
        calls=tuple(reader.calls),
        blocks={name: block.finished() for name, block in reader.blocks.items()},
        gaps=reader.gaps,
        naturals=reader.whites.above(),
        whites=reader.whites.between(),
        tops=reader.tops,
        pictures={name: tuple(heights) for name, heights in reader.pictures.items()},
        notes=reader.notes,
        above_notes=reader.above_notes,
        plates=tuple(dict.fromkeys(reader.plates)),
        paragraphs=frozenset(reader.paragraphs),
        start=reader.start,
        end=over,
        ruler=ruler,
    )


@dataclass(slots=True)
class _Lines:
    orphans: int
    widows: int
    whole: bool
    tied: bool
    held: bool
    group: str
    clear: bool
    rows: list[Row] = field(default_factory=list)

    def finished(self) -> Block:
        its = (self.orphans, self.widows, self.whole, self.tied, self.held, self.group, self.clear)
        return Block(tuple(self.rows), *its)


@dataclass(frozen=True, slots=True)
class _Above:
    """What a box inherits: the block its lines belong to, and whether that may be broken."""

    block: str = ""
    whole: bool = False
    tied: bool = False
    held: bool = False
    group: str = ""


_EDGES: Final = ("top", "right", "bottom", "left")
_AROUND: Final = ("padding_top", "padding_bottom", "margin_bottom")


class _Reader:
    def __init__(self, section: str, lasts: frozenset[int]) -> None:
        self.section = section
        self.lasts = lasts
        self.calls: list[Call] = []
        self.blocks: dict[str, _Lines] = {}
        self.gaps: dict[str, float] = {}
        self.whites = Whites()
        self.tops: dict[str, tuple[int, float]] = {}
        self.pictures: dict[str, list[float]] = {}
        self.notes: dict[str, tuple[float, float]] = {}
        self.above_notes = 0.0
        self.plates: list[str] = []
        self.paragraphs: set[str] = set()
        self.start = "page"
        self._index = 0
        self._seen = False

    def page(self, index: int, page: Any) -> None:
        """Read one page."""
        self._index = index
        box = page._page_box
        for child in box.children:
            if boxes.kind(child) == "FootnoteAreaBox":
                self._foot(child)
            elif boxes.kind(child) != "MarginBox":
                self._block(child, box.content_box_y(), _Above())

    def _foot(self, area: Any) -> None:
        notes = boxes.children(area)
        for note in notes:
            name = note.element.get("data-note-id")
            if name is not None:
                self.notes[name] = (note.position_y * PIXEL_PT, note.margin_height() * PIXEL_PT)
        if notes:
            # What its place on a page adds is in the last decimals.
            self.above_notes = max(self.above_notes, round((area.margin_height() - area.height) * PIXEL_PT, 6))

    def _block(self, box: Any, floor: float, above: _Above) -> float:
        """Read a box below ``floor``, the edge from which margins count; return the edge below it."""
        box = getattr(box, "_box", box)
        if not box.is_in_normal_flow():
            return floor
        above = self._inside(box, floor, above)
        self.whites.opens(box, above.block)
        inner = floor
        if box.border_top_width or box.padding_top:
            inner = box.content_box_y()
        for child in boxes.children(box):
            if boxes.kind(child) == "LineBox":
                self._line(child, box, above)
                inner = child.position_y + child.height
            elif hasattr(child, "is_in_normal_flow") and hasattr(child, "border_box_y"):
                inner = self._block(child, inner, above)
        self.whites.closes(box)
        # From where a margin leads back, the next one counts. Parts of tables have none, whatever their styles say.
        back = min(0.0, box.margin_bottom) if boxes.kind(box) == "BlockBox" else 0.0
        return float(box.border_box_y() + box.border_height() + back)

    def _inside(self, box: Any, floor: float, above: _Above) -> _Above:
        if box.element is None or "::" in (box.element_tag or ""):
            return above
        if box.element.get("data-section") == self.section and not self._seen:
            self._seen = True
            asked = box.style["break_before"]
            asked = _SIDES.get(asked, asked)
            self.start = asked if asked in {"left", "right"} else "page" if asked in _FORCED else "any"
        name = box.element.get("id")
        if name is not None and name not in self.gaps:
            self.gaps[name] = (box.border_box_y() - floor) * PIXEL_PT
            self.tops[name] = (self._index, box.border_box_y() * PIXEL_PT)
        if name is not None and "." not in above.block:
            if box.element.tag == "p":
                self.paragraphs.add(name)
            elif box.element.tag == "figure" and "plate" in (box.element.get("class") or "").split():
                self.plates.append(name)
        return _Above(
            name or above.block,
            above.whole or box.style["break_inside"] in _AVOID,
            above.tied or box.style["break_after"] in _AVOID,
            box.style["break_before"] in _AVOID or (above.held and name is None),
            above.group or (f"{id(box.element)}" if box.style["break_inside"] in _AVOID else ""),
        )

    def _line(self, line: Any, box: Any, above: _Above) -> None:
        block = self.blocks.get(above.block)
        if block is None:
            its = (box.style["orphans"], box.style["widows"], above.whole, above.tied, above.held, above.group)
            block = self.blocks[above.block] = _Lines(*its, self._is_clear(box))
        letters = block.rows[-1].letters if block.rows else 0
        has_text = False
        picture: Any = None
        for inner in _inline(line):
            tag = inner.element_tag or ""
            if tag.endswith("::footnote-call") and boxes.kind(inner) == "InlineBox":
                note, part = inner.element.get("data-note-id"), inner.element.get("data-note-part")
                if note is not None:
                    place = (self._index, above.block, len(block.rows), letters)
                    self.calls.append(Call(note, int(part or 1), *place))
            elif boxes.kind(inner).endswith("ReplacedBox") and "::" not in tag:
                self.pictures.setdefault(above.block, []).append(inner.height * PIXEL_PT)
                picture = inner
            elif boxes.kind(inner) == "TextBox" and "::" not in tag:
                letters += sum(map(str.isalnum, inner.text))
                has_text = has_text or not inner.text.isspace()
        block.rows.append(Row(self._index, letters))
        shows = has_text or picture is not None
        self.whites.line(line, above.block if shows else None, None if has_text else picture)

    def _is_clear(self, box: Any) -> bool:
        """Whether a paragraph has nothing but its lines, and is not the last of what it stands in."""
        style = box.style
        if box.element is None or box.element.tag != "p" or id(box.element) in self.lasts or box.background is not None:
            return False
        widths = (style["outline_width"], *(style[f"border_{side}_width"] for side in _EDGES))
        # What depends on something else, as a calculation does, has no value.
        return not any(widths) and not any(getattr(style[length], "value", True) for length in _AROUND)


def _inline(box: Any) -> Iterator[Any]:
    for child in boxes.children(box):
        child = getattr(child, "_box", child)
        yield child
        yield from _inline(child)
