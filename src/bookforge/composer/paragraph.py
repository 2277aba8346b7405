"""A block's markup and the lines it was set in, in; what a breaker of lines needs to know of it out.

The markup has the words and their places, the lines have what a stylesheet made of them: the faces, the measure, what
stands beside. Both are read together, character by character; where they differ in a way we do not know, the block is
left as it was set.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from bookforge import xhtml
from bookforge.composer.shaping import Chunk, Gauge, Gauges
from bookforge.flow import FlowBlock, FlowLine, TextStyle

_BLOCKS: Final = frozenset(
    {"address", "aside", "blockquote", "dd", "div", "dl", "dt", "figure", "figcaption", "hr", "li", "ol", "p", "pre"}
    | {"h1", "h2", "h3", "h4", "h5", "h6", "section", "table", "ul"}
)
MARGINALIA: Final = ("source-ref", "proof-query")
"""What a proof has in its margins."""

_OUT_OF_LINE: Final = ("footnote", "note-group", "initial", *MARGINALIA)
"""Elements in a line that do not stand in it: notes, blocks around those of a note, letters that drop, marginalia."""

_BOXED: Final = "note-number"
"""The class of an element that stands in the line as one thing, whatever its text."""

FORCED: Final = "line-break"
"""The class of a mark where a line has to end."""

_NO_TEXT: Final = frozenset({"img", "math", "svg"})
_WHITE: Final = re.compile(r"[ \t\n\r\f]+")
_CHUNK: Final = re.compile("[^ ]* |[^ ]+")
_EXACT: Final = 0.1
"""How far a measured width may be from the one set, in points, and in each hundred points."""

_SAMPLES: Final = 2
"""How many lines of a block are measured both ways."""

_AT_END: Final = {
    **dict.fromkeys("-\u2010", 0.5),
    **dict.fromkeys(".,", 0.6),
    **dict.fromkeys(":;", 0.3),
    **dict.fromkeys("\u2019\u201d\u2018\u201c", 0.5),
    **dict.fromkeys("\u00bb\u00ab\u203a\u2039", 0.3),
    **dict.fromkeys("\u2013\u2014!?", 0.15),
}
"""Which part of a sign hangs in the margin behind a line: as microtype does, a little less."""

_AT_START: Final = {
    **dict.fromkeys("\u2018\u201c\u2019\u201d", 0.5),
    **dict.fromkeys("\u00ab\u00bb\u2039\u203a\u201e\u201a", 0.3),
    **dict.fromkeys("\u2013\u2014(", 0.15),
}
"""Which part hangs before a line."""


@dataclass(slots=True)
class Leaf:
    """A text of the markup, folded: that of an element before its first child, or after it (``tail``)."""

    element: xhtml.Element
    tail: bool
    text: str
    start: int

    @property
    def end(self) -> int:
        """Where it ends in the text of the block."""
        return self.start + len(self.text)


class Break(NamedTuple):
    """A place where a line may end.

    ``at`` is where the line's text ends, ``after`` where the next one's begins; ``width`` and ``spaces`` are those from
    the beginning of the block up to the line's end, ``next_width`` and ``next_spaces`` up to the next one's beginning.
    ``kind`` is :data:`SPACE`, :data:`DIVIDED`, :data:`HYPHEN` or :data:`END`; ``cost`` is a division's. ``hang`` is how
    far the line's last sign stands out into the margin, ``lead`` the next one's first; the widths are without them.
    ``forced``: a line has to end here.
    """

    at: int
    after: int
    width: float
    next_width: float
    spaces: int
    next_spaces: int
    kind: int
    cost: int
    hang: float = 0.0
    lead: float = 0.0
    forced: bool = False


SPACE, HYPHEN, DIVIDED, END = range(4)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A block that can be composed. ``measures`` are the widths of its first lines, ``measure`` of all others.

    ``space`` is its normal word space; ``justified``: its lines are all as long.
    """

    text: str
    breaks: tuple[Break, ...]
    measures: tuple[float, ...]
    measure: float
    space: float
    justified: bool


# ---------------------------------------------------------------- the markup


def leaves(block: xhtml.Element) -> list[Leaf]:
    """Return the texts of a block in order, white space folded as a page folds it."""
    found: list[Leaf] = []
    start = 0
    last = " "
    for element, tail in _texts(block):
        raw = (element.tail if tail else element.text) or ""
        if tail and not _has_text(element):
            last = ""  # what stands there parts the spaces on its sides
        text = _folded(raw, last)
        found.append(Leaf(element, tail, text, start))
        start += len(text)
        last = text[-1] if text else last
    for leaf in reversed(found):
        if leaf.text:
            leaf.text = leaf.text.removesuffix(" ")
            if leaf.text:
                break
    return found


def _texts(element: xhtml.Element) -> Iterator[tuple[xhtml.Element, bool]]:
    yield element, False
    for child in element:
        if _has_text(child):
            yield from _texts(child)
        yield child, True


def _has_text(element: xhtml.Element) -> bool:
    """Whether what an element holds is part of the text of the line it stands in."""
    return element.tag not in _NO_TEXT and not xhtml.has_class(element, _BOXED) and not is_out_of_line(element)


def is_out_of_line(element: xhtml.Element) -> bool:
    """Whether an element inside a block is no part of its lines: a note, a dropped letter, a note's next paragraph."""
    if xhtml.has_class(element, "note-block"):
        return element.getprevious() is not None
    return any(xhtml.has_class(element, name) for name in _OUT_OF_LINE)


def _folded(text: str, before: str) -> str:
    """Fold white space; none stands after ``before`` when that is a space."""
    folded = _WHITE.sub(" ", text)
    return folded.removeprefix(" ") if before == " " else folded


def is_plain(block: xhtml.Element) -> bool:
    """Whether a block holds nothing but text, notes and signs in the line: no blocks, no forced ends of lines."""
    for child in block:
        if is_out_of_line(child):
            continue
        if child.tag in _BLOCKS or child.tag in {"br", "wbr", "ruby"} or not is_plain(child):
            return False
    return True


# ---------------------------------------------------------------- both together


_Run = tuple[int, int, TextStyle]
"""Where a part of the text begins and ends, and its style."""

_Sample = tuple[tuple[tuple[str, TextStyle], ...], float]
"""The texts of a line as the page set it, and their width."""


@dataclass(frozen=True, slots=True)
class Matter:
    """All that decides about the lines of a block, as plain values: equal ones have equal lines.

    ``atoms`` are the places and widths of what is no text, ``forced`` the places where lines have to end. ``samples``
    are lines of the page, to try our measures on. ``inner`` is as in :class:`~bookforge.flow.FlowBlock`.
    """

    text: str
    style: TextStyle
    runs: tuple[_Run, ...]
    atoms: tuple[tuple[int, float], ...]
    forced: tuple[int, ...]
    measures: tuple[float, ...]
    measure: float
    justified: bool
    samples: tuple[_Sample, ...]
    inner: tuple[tuple[str, str], ...]

    @property
    def told(self) -> str:
        """All of it in words, but for the samples: where the page ended the lines that are tried decides nothing."""
        runs = ", ".join(f"{start} {end} {_told(style)}" for start, end, style in self.runs)
        rest = (self.text, self.atoms, self.forced, self.measures, self.measure, self.justified, self.inner)
        return f"{rest} {_told(self.style)} {runs}"


@lru_cache(maxsize=4096)
def _told(style: TextStyle) -> str:
    return repr(style)


def matter(block: xhtml.Element, flow: FlowBlock) -> Matter | None:
    """Read a block's markup and the lines it was set in; ``None`` where one is not the other's."""
    parts = leaves(block)
    text = "".join(leaf.text for leaf in parts)
    matched = _matched(text, flow)
    if matched is None or not text:
        return None
    runs, atoms = matched
    return Matter(
        text,
        flow.style,
        tuple(runs),
        tuple((at, _rounded(width)) for at, width in sorted(atoms.items())),
        tuple(_forced(parts, text)),
        _measures(flow),
        _rounded(flow.width),
        flow.align == "justify",
        tuple(map(_sample, flow.lines[:_SAMPLES])),
        tuple(sorted(flow.inner.items())),
    )


def read(matter: Matter, gauges: Gauges, hanging: float) -> Paragraph | None:
    """Measure a block; ``None`` where it cannot be measured exactly.

    ``hanging`` is how much of the usual part of a sign hangs in the margin: 1 or less.
    """
    gauge = gauges.of(matter.style)
    if gauge is None or gauge.space <= 0 or not _measurable(matter, gauges):
        return None
    breaks = tuple(_breaks(matter, gauges, _extent(matter, gauge, hanging)))
    return Paragraph(matter.text, breaks, matter.measures, matter.measure, gauge.space, matter.justified)


def _rounded(length: float) -> float:
    """Round a length so that it is the same wherever on a page its block stands."""
    return round(length, 4)


def _sample(line: FlowLine) -> _Sample:
    pieces = [(piece.text, piece.style, piece.width) for piece in line.pieces]
    texts = tuple((text, style) for text, style, _ in pieces if style is not None)
    return texts, _rounded(sum(width for _, style, width in pieces if style is not None))


def _forced(parts: list[Leaf], text: str) -> Iterator[int]:
    """Yield the places where a line has to end: at the space that is beside the mark, if there is one."""
    for leaf in parts:
        if not leaf.tail and xhtml.has_class(leaf.element, FORCED) and 0 < leaf.start < len(text):
            yield leaf.start - (text[leaf.start - 1] == " ")


def _parted(runs: Iterable[_Run], forced: Iterable[int], text: str) -> Iterable[_Run]:
    """Part styles where a line ends inside a word: what is shaped as one never does."""
    for place in forced:
        if text[place] != " ":
            runs = [
                part
                for start, end, style in runs
                for part in (
                    [(start, place, style), (place, end, style)] if start < place < end else [(start, end, style)]
                )
            ]
    return runs


def _matched(text: str, flow: FlowBlock) -> tuple[list[_Run], dict[int, float]] | None:
    """Find the style of every character, and what stands between them without being text (width by place)."""
    runs: list[_Run] = []
    atoms: dict[int, float] = {}
    at = 0
    for line in flow.lines:
        for number, piece in enumerate(line.pieces):
            if piece.style is None:
                if number == 0 and at and text[at : at + 1] == " ":
                    at += 1
                atoms[at] = atoms.get(at, 0.0) + piece.width
                continue
            if runs and text[at : at + 1] == " " and not piece.text.startswith(" "):
                # The space at which the line before ended was not drawn; it was in that line's style.
                at += 1
                runs[-1] = (runs[-1][0], at, runs[-1][2])
            end = _matched_piece(text, at, piece.text, piece.style, is_last=piece is line.pieces[-1])
            if end is None:
                return None
            if runs and runs[-1][2] == piece.style:
                runs[-1] = (runs[-1][0], end, piece.style)
            else:
                runs.append((runs[-1][1] if runs else 0, end, piece.style))
            at = end
    return (runs, atoms) if at == len(text) else None


def _matched_piece(text: str, at: int, piece: str, style: TextStyle, is_last: bool) -> int | None:
    """Return where a piece of a line ends in the text; ``None`` when it does not stand there."""
    if text.startswith(piece, at):
        return at + len(piece)
    if is_last:
        short = piece.rstrip(" ").removesuffix(style.hyphen)
        if text.startswith(short, at):
            return at + len(short)
    return None


def _measurable(matter: Matter, gauges: Gauges) -> bool:
    """Whether our measures are those the page was set with."""
    for start, end, style in matter.runs:
        gauge = gauges.of(style)
        if gauge is None or not gauge.has(matter.text[start:end]):
            return False
    return all(_agrees(texts, theirs, gauges) for texts, theirs in matter.samples)


def _agrees(texts: tuple[tuple[str, TextStyle], ...], theirs: float, gauges: Gauges) -> bool:
    ours = 0.0
    for text, style in texts:
        gauge = gauges.of(style)
        assert gauge is not None
        ours += gauge.line(_chunks(text))
    return abs(ours - theirs) <= _EXACT * max(1.0, theirs / 100)


def _chunks(text: str) -> list[str]:
    """Cut a text after each space: what is shaped as one."""
    return _CHUNK.findall(text)


def _measures(flow: FlowBlock) -> tuple[float, ...]:
    """Return the widths of the first lines: indented, or beside something that drops into them."""
    widths = [_rounded(flow.width - line.start) for line in flow.lines]
    while widths and widths[-1] == _rounded(flow.width):
        widths.pop()
    return tuple(widths)


@dataclass(frozen=True, slots=True)
class _Extent:
    """What makes lines longer and shorter beside their words.

    ``atoms`` are the widths of what is no text, by place; ``ends`` and ``begins`` are how far signs stand out into the
    margins behind a line and before it.
    """

    atoms: Mapping[int, float]
    ends: Mapping[str, float]
    begins: Mapping[str, float]


def _extent(matter: Matter, gauge: Gauge, hanging: float) -> _Extent:
    if not hanging or not matter.justified:
        return _Extent(dict(matter.atoms), {}, {})
    return _Extent(
        dict(matter.atoms),
        {sign: part * hanging * gauge.width(sign) for sign, part in _AT_END.items()},
        {sign: part * hanging * gauge.width(sign) for sign, part in _AT_START.items()},
    )


def _breaks(matter: Matter, gauges: Gauges, extent: _Extent) -> Iterator[Break]:
    """Yield the places where lines may end, in order."""
    text, atoms, forced = matter.text, extent.atoms, frozenset(matter.forced)
    hangs, leads = extent.ends, extent.begins
    width = 0.0
    spaces = 0
    for start, end, style in _parted(matter.runs, forced, text):
        gauge = gauges.of(style)
        assert gauge is not None
        at = start
        for chunk in map(gauge.chunk, _chunks(text[start:end])):
            word, is_spaced, own, whole, held, divisions = chunk
            if divisions:
                yield from _inside(chunk, at, width, spaces, gauge, extent)
            past = at + len(word)
            if atoms:
                width += sum(atoms[place] for place in range(at, past) if place in atoms)
            spaces += held
            before = width + own
            width += whole
            at = past
            if is_spaced:
                if atoms:
                    before += atoms.get(at, 0.0)
                    width += atoms.get(at, 0.0)
                past += 1
                sign = text[past : past + 1]
                if past < end:
                    width += gauge.joint(sign)
                if (style.wraps or at in forced) and at:
                    hang, lead = hangs.get(text[at - 1], 0.0), leads.get(sign, 0.0)
                    upto, after = before - hang, width + lead
                    yield Break(at, past, upto, after, spaces, spaces + 1, SPACE, 0, hang, lead, at in forced)
                spaces += 1
                at = past
        if end in forced and text[end] != " ":
            hang, lead = hangs.get(text[end - 1 : end], 0.0), leads.get(text[end], 0.0)
            yield Break(end, end, width - hang, width + lead, spaces, spaces, HYPHEN, 0, hang, lead, forced=True)
    width += atoms.get(len(text), 0.0)
    yield Break(len(text), len(text), width, width, spaces, spaces, END, 0)


def _inside(chunk: Chunk, at: int, width: float, spaces: int, gauge: Gauge, extent: _Extent) -> Iterator[Break]:
    """Yield the places inside a word."""
    word, whole, atoms = chunk.word, chunk.width, extent.atoms
    hyphen = extent.ends.get(gauge.style.hyphen[:1], 0.0)
    for cut, head, tail, inserted, cost in chunk.divisions:
        place = at + cut
        before = width + (sum(atoms[near] for near in range(at, place + 1) if near in atoms) if atoms else 0.0)
        held = spaces + word.count("\u00a0", 0, cut) if chunk.spaces else spaces
        hang = hyphen if inserted else extent.ends.get(word[cut - 1], 0.0)
        lead = extent.begins.get(word[cut], 0.0)
        upto, after = before + head - hang, before + whole - tail + lead
        yield Break(place, place, upto, after, held, held, DIVIDED if inserted else HYPHEN, cost, hang, lead)
