"""A paragraph's possible line ends in, the best ones out: all of them chosen together (Knuth and Plass, 1981).

The spaces of a line may be smaller and larger than normal within limits; how far each line is from normal, and what it
ends with, is counted as demerits, and the ends with the fewest in all are taken. Widths are points.
"""

from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from bookforge.composer.paragraph import DIVIDED, END, SPACE, Break, Paragraph


@dataclass(frozen=True, slots=True)
class Limits:
    """What a line may be like. ``narrow`` and ``wide`` are word spaces, in parts of the normal one.

    ``loosest`` is where a line is refused: above it a paragraph is left to the page's own setting. ``fit`` is how much
    narrower or wider than normal the letters of a line may be set, in parts of their width, before its spaces are.
    """

    narrow: float = 0.8
    wide: float = 1.6
    loosest: float = 4.0
    fit: float = 0.02


_LINE: Final = 10.0
_HYPHEN: Final = 50.0**2
_OWN_HYPHEN: Final = 30.0**2
_COST: Final = 60.0**2
"""Demerits of each point of a division's cost: a name, a word that has a hyphen elsewhere."""

_SECOND_HYPHEN: Final = 4_000.0
_THIRD_HYPHEN: Final = 1_000_000.0
_LONE_WORD: Final = 3_000_000.0
"""A last line of one word: worse than any loose line."""

_STUB: Final = 15_000.0
_SHORT: Final = 8
_LAST_DIVIDED: Final = 5_000.0
_UNLIKE: Final = 3_000.0
"""Two lines that follow each other, one tight and one loose."""

_CLOSER: Final = 0.05
_LOOSER: Final = 2.2
"""How far beyond its limits a paragraph may go that has no lines within them, or only with a last line of one word."""

_RAGGED: Final = 0.25
"""How much of a ragged line may be empty before that is as bad as a space at its limit."""


class _Node(NamedTuple):
    """The best way to a place: the lines up to it."""

    demerits: float
    at: int
    width: float
    spaces: int
    fit: int
    hyphens: int
    line: int
    before: "_Node | None"
    ended: Break | None


def best(paragraph: Paragraph, limits: Limits) -> tuple[Break, ...] | None:
    """Return the ends of a paragraph's lines; ``None`` where no lines are good enough."""
    found = _fit(paragraph, limits, 1.0)
    if found is None or found.demerits > _LONE_WORD:
        wider = _fit(paragraph, replace(limits, narrow=limits.narrow - _CLOSER), _tolerance(limits, _LOOSER))
        found = min((each for each in (found, wider) if each is not None), default=None)
    found = found or _fit(paragraph, limits, _tolerance(limits, limits.loosest))
    return _ends(found) if found is not None else None


class SetLine(NamedTuple):
    """A line between two ends: its own width, what is left of its measure (or less than nothing), and its spaces."""

    end: Break
    width: float
    slack: float
    spaces: int


def lines(paragraph: Paragraph, ends: tuple[Break, ...]) -> tuple[SetLine, ...]:
    """Return the lines that end so."""
    found = []
    width, spaces = 0.0, 0
    for number, end in enumerate(ends):
        room = paragraph.measures[number] if number < len(paragraph.measures) else paragraph.measure
        own = end.width - width
        found.append(SetLine(end, own, room - own, end.spaces - spaces))
        width, spaces = end.next_width, end.next_spaces
    return tuple(found)


def _tolerance(limits: Limits, loosest: float) -> float:
    return (loosest - 1) / (limits.wide - 1)


def _ends(node: _Node) -> tuple[Break, ...]:
    ends: list[Break] = []
    here: _Node | None = node
    while here is not None and here.ended is not None:
        ends.append(here.ended)
        here = here.before
    return tuple(reversed(ends))


def _fit(paragraph: Paragraph, limits: Limits, tolerance: float) -> _Node | None:
    """Find the best way through; ``tolerance`` is how far beyond its limits a line may be stretched."""
    stretch = (limits.wide - 1) * paragraph.space
    shrink = (1 - limits.narrow) * paragraph.space
    special, measure = paragraph.measures, paragraph.measure
    counted = len(special)
    fit_part, space = limits.fit, paragraph.space
    active = [_Node(0.0, 0, 0.0, 0, 1, 0, 0, None, None)]
    for end in paragraph.breaks:
        found: dict[tuple[int, int, int], _Node] = {}
        kept: list[_Node] = []
        is_last = end.kind == END
        for node in active:
            room = special[node.line] if node.line < counted else measure
            slack = room - (end.width - node.width)
            spaces = end.spaces - node.spaces
            if fit_part and paragraph.justified and (slack < 0 or not is_last):
                slack = eased(slack, spaces * space, fit_part * (end.width - node.width))
            if slack < 0:
                if not paragraph.justified or slack < -spaces * shrink - 1e-6:
                    continue
                ratio = slack / (spaces * shrink)
            elif is_last:
                ratio = 0.0
            elif not paragraph.justified:
                ratio = slack / (room * _RAGGED)
            else:
                ratio = slack / (spaces * stretch) if spaces else tolerance + 1
            kept.append(node)
            if ratio > tolerance:
                continue
            fit = 0 if ratio < -0.5 else 1 if ratio <= 0.5 else 2 if ratio <= 1 else 3
            demerits = (_LINE + 100 * abs(ratio) ** 3) ** 2 + node.demerits
            if abs(fit - node.fit) > 1:
                demerits += _UNLIKE
            hyphens = 0
            if end.kind != SPACE and not is_last:
                hyphens = min(node.hyphens + 1, 3)
                demerits += _hyphen(end, hyphens)
            elif is_last and node.ended is not None:
                demerits += _last(paragraph.text[node.at : end.at], node.ended)
            line = min(node.line + 1, counted)
            known = found.get((fit, hyphens, line))
            if known is None or demerits < known.demerits:
                found[fit, hyphens, line] = _Node(
                    demerits, end.after, end.next_width, end.next_spaces, fit, hyphens, line, node, end
                )
        if is_last:
            return min(found.values(), default=None)
        active = kept + _worth(found)
        if not active:
            return None
    return None


def eased(slack: float, spaces: float, fit: float) -> float:
    """Return what is left for the spaces of a line when its letters take their part, which is ``fit`` at most."""
    comfortable = (_ROOMY - 1) * spaces if slack > 0 else (_CLOSE - 1) * spaces
    excess = slack - comfortable
    if slack > 0:
        return slack - min(excess, fit) if excess > 0 else slack
    return slack + min(-excess, fit) if excess < 0 else slack


_ROOMY, _CLOSE = 1.35, 0.9


def _worth(found: dict[tuple[int, int, int], _Node]) -> list[_Node]:
    """Leave out what can never be the best: too far behind at the same place."""
    if len(found) < 2:
        return list(found.values())
    limit = min(node.demerits for node in found.values()) + _UNLIKE + _THIRD_HYPHEN
    return [node for node in found.values() if node.demerits <= limit]


def _hyphen(end: Break, in_a_row: int) -> float:
    demerits = (_HYPHEN if end.kind == DIVIDED else _OWN_HYPHEN) + end.cost * _COST
    if in_a_row == 2:
        demerits += _SECOND_HYPHEN
    elif in_a_row > 2:
        demerits += _THIRD_HYPHEN
    return demerits


def _last(text: str, before: Break) -> float:
    """Return the demerits of a paragraph's last line."""
    demerits = _LAST_DIVIDED if before.kind == DIVIDED else 0.0
    if " " not in text:
        demerits += _LONE_WORD
    elif len(text) < _SHORT:
        demerits += _STUB
    return demerits
