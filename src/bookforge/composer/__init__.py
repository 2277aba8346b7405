"""Blocks as a page sets them greedily in, the same blocks with the best lines out: the compositor's hand.

WeasyPrint fills a line as far as it goes and then begins the next. Here all line ends of a paragraph are chosen
together, so that its spaces are as even as they can be; the page then sets the lines it is given. Nothing of the text
changes, only where its lines end. Lengths are points.
"""

import hashlib
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Final

from bookforge import xhtml
from bookforge.composer import breaking, markup, paragraph
from bookforge.composer.breaking import Limits, SetLine, limits
from bookforge.composer.markup import LineEnd, Lines
from bookforge.composer.paragraph import Break, Matter, Paragraph
from bookforge.composer.shaping import Gauges
from bookforge.flow import FlowBlock
from bookforge.laid import Line

FITTED = markup.FITTED
FIT_STEP = markup.FIT_STEP
MARGINALIA = paragraph.MARGINALIA
RULES = markup.RULES

__all__ = [
    "FITTED",
    "FIT_STEP",
    "MARGINALIA",
    "REST_OF",
    "RULES",
    "Composed",
    "Gauges",
    "Limits",
    "LineBook",
    "Lines",
    "carry_out",
    "compose",
    "differs",
    "left",
    "limits",
    "running",
    "unheeded",
]

REST_OF = "data-rest-of"
"""On the rest of a block that is divided for the page: the id of its first part."""

NUDGES = {"looser": 1, "tighter": -1}
"""What an author can ask of a paragraph: lines more."""

_NO_WIDTH = "\u200b"
_RUNNING = frozenset({"p", "li", "dd", "span"})
_CELLS = ("td", "th", "caption")

_SURE = 0.1
"""What is left at the end of a last line, so that a rounding never makes it too long."""

_ROOM = 0.25
"""How much narrower than the narrowest the spaces are set before they are justified: for roundings, in points."""

_SPACING_STEP = 0.25
"""Spaces are made narrower in steps: paragraphs whose letters look alike in all are set from one style."""

_LESS = 0.75
"""How much of the narrowing of a line's letters is counted on."""


@dataclass(frozen=True, slots=True)
class Variant:
    """Lines of another number than the best, and how many demerits more they cost."""

    cost: float
    lines: Lines


@dataclass(frozen=True, slots=True)
class Chosen:
    """The lines of a block, and what else there is by the number of lines: one more and one fewer, if that can be."""

    lines: Lines
    variants: dict[int, Variant]


@dataclass(frozen=True, slots=True)
class LineBook:
    """The lines chosen for a section, by what decides about them: see :attr:`Composed.key`."""

    chosen: dict[str, Chosen]


@dataclass(frozen=True, slots=True)
class Composed:
    """A block with its lines chosen. ``key`` is a hash of all of the block that decides about them."""

    key: str
    chosen: Chosen
    text: str

    @property
    def lines(self) -> Lines:
        """The best lines."""
        return self.chosen.lines

    def letters(self, lines: Lines) -> tuple[int, ...]:
        """Return how many letters and figures of the block stand before the end of each of its lines."""
        counts = list(accumulate(map(str.isalnum, self.text), initial=0))
        return tuple(counts[end.at] for end in lines.ends)

    def variants(self) -> dict[int, tuple[float, Lines]]:
        """Return the best lines of one more and one fewer that a reader would not notice, by their number.

        With each goes what it costs, in demerits more than the lines that were chosen. Where an author asked for more
        or fewer lines there are no others.
        """
        return {count: (each.cost, each.lines) for count, each in self.chosen.variants.items()}


_NOTHING_KNOWN: Final = LineBook({})


def compose(
    root: xhtml.Element,
    flow: Mapping[str, FlowBlock],
    gauges: Gauges,
    within: Limits,
    known: LineBook = _NOTHING_KNOWN,
) -> dict[str, Composed]:
    """Choose the lines of the blocks below ``root`` that are set in ``flow``, by id; others are left out.

    ``known`` are lines that were chosen with the same font files and the same limits: they are taken as they are.
    """
    found: dict[str, Composed] = {}
    for block in root.iter():
        name = block.get("id")
        set_as = flow.get(name) if name else None
        more = set_as is not None and (len(set_as.lines) > 1 or set_as.is_endless)
        if name and set_as and more and _is_text(block, set_as) and paragraph.is_plain(block):
            composed = _composed(block, set_as, gauges, within, known)
            if composed is not None:
                found[name] = composed
    return found


def running(root: xhtml.Element) -> frozenset[str]:
    """Return the ids of the blocks below ``root`` that may be running text, tables left out."""
    cells = {cell for tag in _CELLS for cell in root.iter(tag)}
    found = [block for block in root.iter() if block.get("id") and paragraph.is_plain(block)]
    return frozenset(block.get("id") or "" for block in found if cells.isdisjoint(block.iterancestors()))


def left(flow: Mapping[str, FlowBlock], composed: Mapping[str, Composed]) -> frozenset[str]:
    """Return the blocks that have a line without end which says nothing of how they are to be set."""
    endless = {name: any(line.tall for line in block.lines) for name, block in flow.items() if block.is_endless}
    return frozenset(name for name, tall in endless.items() if tall or name not in composed)


def _is_text(block: xhtml.Element, flow: FlowBlock) -> bool:
    """Whether a block is running text: all that is justified, and ragged paragraphs (no titles, no centered lines)."""
    return flow.align == "justify" or (flow.align == "start" and block.tag in _RUNNING)


def _composed(
    block: xhtml.Element, flow: FlowBlock, gauges: Gauges, within: Limits, known: LineBook
) -> Composed | None:
    matter = paragraph.matter(block, flow)
    if matter is None:
        return None
    asked = _asked(block)
    # One line to be tried is another trial than two.
    key = hashlib.sha256(f"{asked} {flow.is_endless} {matter.told}".encode()).hexdigest()
    chosen = known.chosen.get(key) or _chosen(matter, asked, gauges, within)
    return Composed(key, chosen, matter.text) if chosen is not None else None


def _chosen(matter: Matter, asked: int, gauges: Gauges, within: Limits) -> Chosen | None:
    """Choose the lines of a block, with so many more or fewer than are best as the author ``asked`` for."""
    read = paragraph.read(matter, gauges, within.hanging)
    if read is None:
        return None
    ways = breaking.ways(read, within)
    ends = breaking.best(read, within, ways)
    if ends is None:
        return None
    other = _nudged(read, len(ends) + asked, within) if asked else None
    lines = replace(_lines(read, other or ends, matter, within), nudged=asked if other else 0)
    return Chosen(lines, {} if asked else _variants(read, len(ends), ways, matter, within))


def _variants(read: Paragraph, own: int, ways: breaking.Ways, matter: Matter, within: Limits) -> dict[int, Variant]:
    least, _ = ways.get(own, (0.0, ()))
    return {
        count: Variant(max(0.0, cost - least), _lines(read, ends, matter, within))
        for count, (cost, ends) in ways.items()
        if abs(count - own) == 1 and not _ends_alone(read, ends)
    }


def _asked(block: xhtml.Element) -> int:
    """Return how many lines more the author asks for, of the block or of what it stands in."""
    here: xhtml.Element | None = block
    while here is not None:
        for name, more in NUDGES.items():
            if xhtml.has_class(here, name):
                return more
        # A note in a paragraph is not part of it.
        here = None if xhtml.has_class(here, "footnote") else here.getparent()
    return 0


def _nudged(read: Paragraph, count: int, within: Limits) -> tuple[Break, ...] | None:
    """Return lines of another number than the best, unless the last would be a word alone."""
    _, ends = breaking.ways(read, within, breaking.ASKED).get(count, (0.0, None))
    return None if ends is not None and _ends_alone(read, ends) else ends


def _ends_alone(read: Paragraph, ends: tuple[Break, ...]) -> bool:
    """Whether the last line is a word alone."""
    return len(ends) > 1 and " " not in read.text[ends[-2].after :]


def _lines(read: Paragraph, ends: tuple[Break, ...], matter: Matter, within: Limits) -> Lines:
    lines = breaking.lines(read, ends)
    chosen = tuple(_line_end(read, line, within) for line in lines)
    usual = (1 - within.narrow + breaking.CLOSER) * read.space + _ROOM
    narrower = max(usual, *(_wanting(line, end) for line, end in zip(lines, chosen, strict=True)))
    return Lines(
        chosen,
        rest=max(0.0, lines[-1].slack - _SURE),
        spacing=-math.ceil(narrower / _SPACING_STEP) * _SPACING_STEP,
        hyphen=matter.style.hyphen,
        justified=read.justified,
        inner=dict(matter.inner),
    )


def _wanting(line: SetLine, end: LineEnd) -> float:
    """Return how much narrower the spaces of a line must be so that it fits before it is justified.

    The page engine counts a sign in the margin only afterwards; a face that is cut for each size gets less narrow than
    it gets small.
    """
    if not line.spaces:
        return 0.0
    fitted = line.width * end.fit * (_LESS if end.fit < 0 else 1)
    return (end.hang - line.slack + fitted + _ROOM) / line.spaces


def _line_end(read: Paragraph, line: SetLine, within: Limits) -> LineEnd:
    """Fit the letters of a line where its spaces alone would be too wide or too narrow."""
    if not read.justified or (line.end.kind == paragraph.END and line.slack >= 0):
        return LineEnd(line.end.at, line.end.kind, 0.0, line.lead, line.end.hang)
    left = breaking.eased(line.slack, line.spaces * read.space, within.fit * line.width)
    # Spaces take up what rounding leaves; where there are none the line must not become too long.
    to_step = round if line.spaces else math.floor
    fit = to_step((line.slack - left) / line.width / markup.FIT_STEP) * markup.FIT_STEP
    return LineEnd(line.end.at, line.end.kind, fit, line.lead, line.end.hang)


def carry_out(root: xhtml.Element, lines: Mapping[str, Lines]) -> None:
    """Set the lines of the blocks below ``root``, in place."""
    parts: dict[str, list[xhtml.Element]] = {}
    for block in root.iter():
        name = block.get(REST_OF) or block.get("id")
        if name and name in lines:
            parts.setdefault(name, []).append(block)
    for name, blocks in parts.items():
        markup.carry_out(blocks, lines[name])


def unheeded(root: xhtml.Element, lines: Mapping[str, Lines]) -> Iterator[tuple[str, str]]:
    """Yield what an author asked of paragraphs below ``root`` and did not get: the id of a block, and what it was."""
    for name, more in NUDGES.items():
        for passage in xhtml.find_class(root, name):
            blocks = [each.get("id") or "" for each in passage.iter() if each.get("id")]
            if blocks and not any(lines[block].nudged == more for block in blocks if block in lines):
                yield blocks[0], f"this cannot be set in one line {'more' if more > 0 else 'fewer'}, as '{name}' asks"


def differs(root: xhtml.Element, lines: Mapping[str, Lines], laid: Iterable[Line]) -> frozenset[str]:
    """Return the blocks whose lines were not set as planned, by what each line holds."""
    shown: dict[str, list[tuple[str, bool]]] = {name: [] for name in lines}
    for line in laid:
        if line.block in shown:
            shown[line.block].append((line.text.replace(_NO_WIDTH, "").strip(), line.authored))
    blocks = {each.get("id"): each for each in root.iter() if each.get("id") in lines}
    return frozenset(name for name in lines if name in blocks and not _agree(blocks[name], lines[name], shown[name]))


def _agree(block: xhtml.Element, lines: Lines, laid: list[tuple[str, bool]]) -> bool:
    text = "".join(leaf.text for leaf in paragraph.leaves(block))
    meant = []
    begin = 0
    for end in lines.ends:
        hyphen = lines.hyphen if end.kind == paragraph.DIVIDED else ""
        meant.append(text[begin : end.at].replace(_NO_WIDTH, "").strip() + hyphen)
        begin = end.at
    # What a proof has in its margin is laid as a line of the block, too.
    shown = [text for text, is_authored in laid if is_authored or len(laid) == len(meant)]
    # A letter that drops into the first lines is part of their text, but not of the block's own.
    return len(meant) == len(shown) and shown[0].endswith(meant[0]) and shown[1:] == meant[1:]
