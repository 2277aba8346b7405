"""A paragraph's possible line ends in, the best ones out: all of them chosen together (Knuth and Plass, 1981).

The spaces of a line may be smaller and larger than normal within limits; how far each line is from normal, and what it
ends with, is counted as demerits, and the ends with the fewest in all are taken. Widths are points.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from bookforge.composer.paragraph import DIVIDED, END, HYPHEN, SPACE, Break, Paragraph


@dataclass(frozen=True, slots=True)
class Limits:
    """What a line may be like. ``narrow`` and ``wide`` are word spaces, in parts of the normal one.

    ``loosest`` is where a line is refused: above it a paragraph is left to the page's own setting. ``fit`` is how much
    narrower or wider than normal the letters of a line may be set, in parts of their width, before its spaces are.
    ``hanging`` is how much of the usual part of hyphens, quotation marks and stops stands in the margin.
    """

    narrow: float = 0.8
    wide: float = 1.6
    loosest: float = 4.0
    fit: float = 0.025
    hanging: float = 1.0


def limits(settings: Mapping[str, str | int | float | bool]) -> Limits | None:
    """Return what a design's settings say of lines, in percent; ``None`` when they are not to be composed."""
    if settings.get("lines") != "composed":
        return None
    usual = Limits()
    return Limits(
        narrow=float(settings.get("narrowest-space", usual.narrow * 100)) / 100,
        wide=max(_LEAST_WIDE, float(settings.get("widest-space", usual.wide * 100)) / 100),
        fit=float(settings.get("letter-fit", usual.fit * 100)) / 100,
        hanging=float(settings.get("hanging", usual.hanging * 100)) / 100,
    )


_LEAST_WIDE: Final = 1.05
"""Without any room to stretch no line could be justified."""

_DIVIDES: Final = frozenset({DIVIDED, HYPHEN})

_LINE: Final = 10.0
_HYPHEN: Final = 150.0**2
_OWN_HYPHEN: Final = 60.0**2
_COST: Final = 60.0**2
"""Demerits of each point of a division's cost: a name, a word that has a hyphen elsewhere."""

_IN_A_ROW: Final = (0.0, 0.0, 4_000.0, 1_000_000.0)
"""Demerits of a hyphen more by how many lines end with one, it included."""

_LONE_WORD: Final = 10_000_000.0
"""A last line of one word: worse than a line with spaces of almost three times the normal one."""

_STUB: Final = 15_000.0
_SHORT: Final = 8
_LAST_DIVIDED: Final = 5_000.0
_UNLIKE: Final = 7_000.0
"""Two lines that follow each other, one tight and one loose."""

_ECHO: Final = 4_000.0
_SAME: Final = 4
"""With how many letters, their space included, two lines that follow each other should not begin or end alike."""

CLOSER: Final = 0.1
_LOOSER: Final = 2.2
"""How far beyond its limits a paragraph may go that has no lines within them, or only with a last line of one word:
narrower by so much, and as wide as that."""

ASKED: Final = 2.2
"""The widest space of lines that an author asked for."""

_MORE: Final = 1.35 - 1
_LESS: Final = 0.9 - 1
"""By how much spaces may be wider, and narrower, before a line's letters are fitted, in parts of the normal one."""

_EVEN: Final = 0.45
"""How full or empty a line may be, in parts of its limit, that is neither tight nor loose."""

_STACK: Final = 3
_PAST: Final = 2.5
"""How far beyond the loosest a line is when none that begins later can be better: signs in the margin make them a
little longer."""

_COUNTS: Final = 12
"""How many numbers of lines up to a place are followed: in an endless paragraph there would be ever more of them."""

_HOPELESS: Final = 1e9
_NOTHING: Final = 1e-6

_RAGGED: Final = 0.25
"""How much of a ragged line may be empty before that is as bad as a space at its limit."""


class _Node(NamedTuple):
    """The best way to a place: the lines up to it, the last of which is so ``fit`` and ends with ``ended``."""

    demerits: float
    fit: int
    hyphens: int
    line: int
    before: "_Node | None"
    ended: Break | None


class _Place(NamedTuple):
    """Where a line of a measure may begin, and the ways that lead there. Lengths are those up to it.

    ``begins`` and ``ends`` are the letters behind it, and those before it, if it is not the first. To an end that does
    not reach as far as the ``least`` a line is hopelessly empty: see :class:`_Terms`.
    """

    width: float
    spaces: int
    room: float
    least: float
    at: int
    ended: Break | None
    nodes: list[_Node]
    begins: str
    ends: str | None


class _Terms(NamedTuple):
    """What the lines of a paragraph are judged by: its normal space, by how much that may be larger and smaller, and by
    how much its letters, in parts of their width.

    A line that is hopelessly empty has less than ``filled`` of its measure, counting ``gap`` more for each space.
    """

    space: float
    stretch: float
    shrink: float
    fit: float
    filled: float
    gap: float


_Good = list[tuple[_Place, float]]
"""Where lines that are good enough begin, and how full each is: 1 is stretched to the limit, -1 shrunk to it."""

_Reached = dict[tuple[int, int, int], tuple[float, _Node]]
"""The best demerits of a next line by its number, the hyphens in a row it ends, and its fit; and what it begins at."""


Ways = dict[int, tuple[float, tuple[Break, ...]]]
"""The best ends of a paragraph's lines for every number of lines it can have, with their demerits."""


def ways(paragraph: Paragraph, limits: Limits, loosest: float | None = None) -> Ways:
    """Return the best ends for every number of lines; no space is wider than ``loosest``, or else the limit."""
    found: dict[int, _Node] = {}
    for node in _fit(paragraph, limits, 1.0 if loosest is None else _tolerance(limits, loosest)):
        if node.line not in found or node.demerits < found[node.line].demerits:
            found[node.line] = node
    return {count: (node.demerits, _ends(node)) for count, node in sorted(found.items())}


def best(paragraph: Paragraph, limits: Limits, within: Ways) -> tuple[Break, ...] | None:
    """Return the ends of a paragraph's lines: the best of those ``within`` the limits, or if need be beyond them.

    ``None`` where no lines are good enough.
    """
    found = [*within.values()]
    wider = replace(limits, narrow=limits.narrow - CLOSER)
    for loosest in (_LOOSER, limits.loosest):
        if any(demerits < _LONE_WORD for demerits, _ in found):
            break
        found += ways(paragraph, wider, loosest).values()
    return min(found, key=lambda each: each[0])[1] if found else None


def _ends(node: _Node) -> tuple[Break, ...]:
    ends: list[Break] = []
    here: _Node | None = node
    while here is not None and here.ended is not None:
        ends.append(here.ended)
        here = here.before
    return tuple(reversed(ends))


class SetLine(NamedTuple):
    """A line between two ends: its own width, what is left of its measure (or less than nothing), and its spaces.

    ``lead`` is how far its first sign stands in the margin.
    """

    end: Break
    lead: float
    width: float
    slack: float
    spaces: int


def lines(paragraph: Paragraph, ends: tuple[Break, ...]) -> tuple[SetLine, ...]:
    """Return the lines that end so."""
    found = []
    width, spaces, lead = 0.0, 0, 0.0
    for number, end in enumerate(ends):
        room = paragraph.measures[number] if number < len(paragraph.measures) else paragraph.measure
        own = end.width - width
        found.append(SetLine(end, lead, own, room - own, end.spaces - spaces))
        width, spaces, lead = end.next_width, end.next_spaces, end.lead
    return tuple(found)


def _tolerance(limits: Limits, loosest: float) -> float:
    return (loosest - 1) / (limits.wide - 1)


def _fit(paragraph: Paragraph, limits: Limits, tolerance: float) -> list[_Node]:
    """Find the best ways through; ``tolerance`` is how far beyond its limits a line may be stretched."""
    terms = _terms(paragraph, limits, tolerance)
    at_most = max(tolerance, _tolerance(limits, limits.loosest))
    judge = _justified if paragraph.justified else _ragged
    places = _places(None, [_Node(0.0, 1, 0, 0, None, None)], paragraph, terms)
    for end in paragraph.breaks:
        if end.forced or end.kind == END:
            good, full = judge(terms, places, end, at_most if end.forced else tolerance, math.inf)
            if end.kind == END:
                return _worth(_reached(good, end, paragraph.text), end)
            places.clear()
        else:
            reach = end.width + terms.gap * end.spaces
            if not places or reach < places[0].least:
                continue
            good, full = judge(terms, places, end, tolerance, reach)
            if full:
                del places[:full]
        if good:
            places += _places(end, _worth(_reached(good, end, paragraph.text), end), paragraph, terms)
    return []


def _places(ended: Break | None, nodes: list[_Node], paragraph: Paragraph, terms: _Terms) -> list[_Place]:
    """Return a place for each measure that a line which begins there may have."""
    text = paragraph.text
    at, width, spaces = (ended.after, ended.next_width, ended.next_spaces) if ended is not None else (0, 0.0, 0)
    begins = text[at : at + _SAME]
    ends = text[max(0, ended.at - _SAME) : ended.at] if ended is not None else None
    least = width + terms.gap * spaces - _NOTHING
    return [
        _Place(width, spaces, room, least + terms.filled * room, at, ended, each, begins, ends)
        for room, each in _rooms(nodes, paragraph)
    ]


def _rooms(nodes: list[_Node], paragraph: Paragraph) -> Iterable[tuple[float, list[_Node]]]:
    """Return the measures of the lines that go on, each with the ways on which it comes next."""
    special, usual = paragraph.measures, paragraph.measure
    if not special or all([node.line >= len(special) for node in nodes]):
        return ((usual, nodes),)
    rooms: dict[float, list[_Node]] = {}
    for node in nodes:
        room = special[node.line] if node.line < len(special) else usual
        rooms.setdefault(room, []).append(node)
    return rooms.items()


def _terms(paragraph: Paragraph, limits: Limits, tolerance: float) -> _Terms:
    space, far = paragraph.space, tolerance + _PAST
    stretch, shrink = (limits.wide - 1) * space, (1 - limits.narrow) * space
    if not paragraph.justified:
        return _Terms(space, stretch, shrink, 0.0, 1 - far * _RAGGED, 0.0)
    return _Terms(space, stretch, shrink, limits.fit, 1 / (1 + limits.fit), far * stretch / (1 + limits.fit))


def _justified(terms: _Terms, places: list[_Place], end: Break, loosest: float, reach: float) -> tuple[_Good, int]:
    """Return the lines to an end that are good enough, and how many places are too far behind; see :class:`_Terms`."""
    space, stretch, shrink, fit, _, _ = terms
    upto, spaces_upto = end.width, end.spaces
    good: _Good = []
    full = 0
    for place in places:
        begin, before, room, least, _, _, _, _, _ = place
        if reach < least:
            break
        width = upto - begin
        spaces = spaces_upto - before
        slack = room - width
        if slack < 0:
            left = eased(slack, spaces * space, fit * width)
            if left < -spaces * shrink - _NOTHING:
                full += place is places[full]
                continue
            ratio = left / (spaces * shrink) if spaces and shrink else 0.0
        elif end.kind == END:
            ratio = 0.0
        else:
            ratio = eased(slack, spaces * space, fit * width) / (spaces * stretch) if spaces else _HOPELESS
        if ratio <= loosest:
            good.append((place, ratio))
        elif ratio > loosest + _PAST:
            break
    return good, full


def _ragged(_: _Terms, places: list[_Place], end: Break, loosest: float, reach: float) -> tuple[_Good, int]:
    """Return the same for a paragraph whose spaces are all normal."""
    good: _Good = []
    full = 0
    for place in places:
        slack = place.room - (end.width - place.width)
        ratio = 0.0 if end.kind == END else slack / (place.room * _RAGGED)
        if slack < 0:
            full += place is places[full]
        elif ratio <= loosest:
            good.append((place, ratio))
        elif ratio > loosest + _PAST or reach < place.least:
            break
    return good, full


def _ending(end: Break) -> float:
    """Return the demerits of what a line ends with, but for the last."""
    return 0.0 if end.kind == SPACE else (_HYPHEN if end.kind == DIVIDED else _OWN_HYPHEN) + end.cost * _COST


def _reached(good: _Good, end: Break, text: str) -> _Reached:
    """Return the best of the ways that go on with a line to an end."""
    ways: _Reached = {}
    is_last, divides, ending = end.kind == END, end.kind in _DIVIDES, _ending(end)
    for place, ratio in good:
        fit = 0 if ratio < -_EVEN else 1 if ratio <= _EVEN else 2 if ratio <= 1 else 3
        after = _last(place, end, text) if is_last else ending + _echo(place, end, text)
        demerits = (_LINE + 100 * abs(ratio) ** 3) ** 2 + after
        for node in place.nodes:
            before, fit_before, hyphens, line, _, _ = node
            hyphens = min(hyphens + 1, _STACK) if divides else 0
            total = before + demerits + _IN_A_ROW[hyphens] + (_UNLIKE if abs(fit - fit_before) > 1 else 0.0)
            key = (line + 1, hyphens, fit)
            known = ways.get(key)
            if known is None or total < known[0]:
                ways[key] = total, node
    return ways


def _worth(ways: _Reached, end: Break) -> list[_Node]:
    """Return the ways to a place that may become the best."""
    return [
        _Node(demerits, fit, hyphens, line, before, end)
        for (line, hyphens, fit), (demerits, before) in (ways if len(ways) == 1 else _likely(ways)).items()
    ]


def _likely(ways: _Reached) -> _Reached:
    """Leave out the ways that can never be the best: too far behind, with as many hyphens."""
    best: dict[int, tuple[float, int]] = {}
    for (line, hyphens, _), (demerits, _) in ways.items():
        if line not in best or demerits < best[line][0]:
            best[line] = demerits, hyphens
    if len(best) > _COUNTS:
        likely = min(best, key=best.__getitem__)
        best = {line: known for line, known in best.items() if abs(line - likely) <= _COUNTS // 2}
    return {
        (line, hyphens, fit): (demerits, before)
        for (line, hyphens, fit), (demerits, before) in ways.items()
        if line in best and (demerits <= best[line][0] + _UNLIKE or hyphens < best[line][1])
    }


def eased(slack: float, spaces: float, fit: float) -> float:
    """Return what is left for the spaces of a line when its letters take their part, which is ``fit`` at most."""
    if slack > 0:
        excess = slack - _MORE * spaces
        return slack if excess <= 0 else slack - excess if excess < fit else slack - fit
    excess = slack - _LESS * spaces
    return slack if excess >= 0 else slack - excess if -excess < fit else slack + fit


def _echo(place: _Place, end: Break, text: str) -> float:
    """Return the demerits of lines that begin or end with the same letters: the eye takes one line for the other."""
    begins = text.startswith(place.begins, end.after)
    ends = place.ends is not None and text.startswith(place.ends, end.at - _SAME)
    return _ECHO * (begins + ends)


def _last(place: _Place, end: Break, text: str) -> float:
    """Return the demerits of a paragraph's last line, if it is not the only one."""
    if place.ended is None:
        return 0.0
    divided = place.ended.kind == DIVIDED
    line = text[place.at : end.at]
    demerits = _LAST_DIVIDED if divided else 0.0
    if " " not in line:
        demerits += _LONE_WORD * (1.5 if divided else 1)
    elif len(line) < _SHORT:
        demerits += _STUB
    return demerits
