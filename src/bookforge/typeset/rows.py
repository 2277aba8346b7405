"""A section laid out alone in, its rows as they would stand on any page out: what pages are planned with.

Lengths are points. What a layout does not show, because a page ended there, is what other layouts of the section showed
before, or follows from margins; beside pictures it is a guess. A plan made from a wrong guess does not come out, is
seen, and is made again with what was learned.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, groupby, pairwise
from typing import Final

from bookforge.composer import Composed, Lines
from bookforge.composer.paragraph import SPACE
from bookforge.laid import LaidPage, Line, Picture, SceneBreak
from bookforge.typeset import feet, grid
from bookforge.typeset.feet import Note
from bookforge.typeset.plan import Place
from bookforge.typeset.plates import pages as plate_pages
from bookforge.writers.galley import Block, Call, Galley

_SAME: Final = 0.5
_COSTS: Final = 1000.0
"""Demerits of lines that are worth one of pages."""

_VARIANT: Final = 3.0

_NEAR: Final = 1.0
"""Points by which what stands between two rows may be beside their edges."""

_APART: Final = 1e-9
"""Points by which lengths are kept from where they would be rounded up or down by chance."""

_Called = tuple[Call, Note]


@dataclass(frozen=True, slots=True)
class Row:
    """A line, or what stands beside each other at one height.

    ``rise`` and ``drop`` are its extent above and below its baseline, ``advance`` is the distance from the row before
    in its slab. ``hyphen``: it ends inside a word; ``open``: a page may end before it. ``notes`` are those it calls.
    """

    rise: float
    drop: float
    advance: float
    hyphen: bool = False
    open: bool = False
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Option:
    """One way to set a slab: its rows, what that costs, and the lines to be set when they are not those it has.

    ``letters`` are those of the block up to the end of each row.
    """

    rows: tuple[Row, ...]
    cost: float = 0.0
    lines: Lines | None = None
    letters: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Slab:
    """The rows of one block. ``lead`` is the distance of its first row from the row before, ``top`` from a page's top.

    ``opener`` is what a page begins with that begins with it: a scene break before it, or its own block. ``open``: a
    page may end before it; ``forced``: one must; ``parted``: after a scene break; ``body``: it stands on the grid.
    ``calls``: the rest of a note can be called in its rows. ``quoted``: it is part of a quotation. ``clear``: it has
    nothing but its rows.
    """

    block: str
    opener: str
    lead: float
    top: float
    open: bool
    forced: bool
    parted: bool
    body: bool
    options: tuple[Option, ...]
    calls: bool = True
    quoted: bool = False
    clear: bool = False


@dataclass(slots=True)
class Memory:
    """What layouts of a section have shown: the white between blocks, and first baselines below the top of a page.

    ``kinds`` are whites between blocks of some kinds. ``refused`` are the rows with which no page could be made to
    begin; ``variants`` are blocks in other numbers of lines, once they were asked for.
    """

    leads: dict[tuple[str, str], float] = field(default_factory=dict)
    kinds: dict[tuple[str, str, bool], float] = field(default_factory=dict)
    tops: dict[str, float] = field(default_factory=dict)
    refused: set[tuple[str, int]] = field(default_factory=set)
    variants: dict[str, Mapping[int, tuple[float, Lines]]] = field(default_factory=dict)


@dataclass(slots=True)
class _Seen:
    """A row as set, with the block it stands in."""

    block: str
    page: int
    top: float
    bottom: float
    baseline: float
    kind: str
    body: bool
    hyphen: bool


def slabs(galley: Galley, composed: Mapping[str, Composed], memory: Memory) -> tuple[Slab, ...]:
    """Return a section's slabs."""
    groups = _grouped(_seen(galley))
    if not memory.kinds:
        _look(groups, galley, memory)
    calls = _calls(galley, feet.of(galley, composed))
    found = []
    before: list[_Seen] = []
    for group in groups:
        name = group[0].block
        found.append(_slab(group, before, galley, composed.get(name), calls.get(name, []), memory))
        before = group
    return tuple(found)


def is_certain(galley: Galley, composed: Mapping[str, Composed]) -> bool:
    """Whether the slabs would be the same wherever the pages of this layout ended."""
    groups = _grouped(_seen(galley))
    apart = (
        before[0].kind == "opening" or (before[0].block, group[0].block) in galley.whites
        for before, group in pairwise(groups)
    )
    whole = (group[0].block in composed or group[0].page == group[-1].page for group in groups)
    return all(apart) and all(whole)


def plates(galley: Galley) -> tuple[int, ...]:
    """Return the number of the slab behind each plate."""
    firsts = [group[0].page for group in _grouped(_seen(galley))]
    return tuple(bisect_left(firsts, galley.tops[name][0]) for name in galley.plates)


def call_before(slab: Slab, option: Option, row: int) -> Place | None:
    """Return the place in the last line before a row where the rest of a note is called; ``None``: beside its call."""
    last = row - 1
    if option.rows[last].notes:
        return None
    letters = option.letters
    if row == len(option.rows):
        return Place(slab.block, letters[last])
    return Place(slab.block, letters[last - 1] + 1 if last else 1)


def learn(galley: Galley, memory: Memory) -> None:
    """Keep the distances that another layout of a section shows."""
    _learn(_grouped(_seen(galley)), galley, memory)


def _seen(galley: Galley) -> list[_Seen]:
    """Return the rows of a section, those of plates left out."""
    rows: list[_Seen] = []
    of_plates = plate_pages(galley)
    for page in galley.laid.pages[: galley.end]:
        if page.index not in of_plates:
            rows += _page_rows(page)
    return rows


def _page_rows(page: LaidPage) -> Iterator[_Seen]:
    """Yield the rows of a page from its top: lines and pictures at one height are one."""
    found = [_row(line, page.index) for line in page.lines if line.note is None and not page.has_beside(line)]
    found += [_row(picture, page.index) for picture in page.pictures]
    last: _Seen | None = None
    for row in sorted(found, key=lambda each: each.top):
        if last is not None and min(row.bottom, last.bottom) - max(row.top, last.top) > _SAME * (row.bottom - row.top):
            last.bottom = max(last.bottom, row.bottom)
            last.baseline = max(last.baseline, row.baseline)
            continue
        if last is not None:
            yield last
        last = row
    if last is not None:
        yield last


def _row(each: Line | Picture, page: int) -> _Seen:
    block, bottom = each.block or "", each.y + each.height
    if isinstance(each, Line):
        return _Seen(block, page, each.y, bottom, each.baseline, each.kind, each.body, each.hyphen)
    return _Seen(block, page, each.y, bottom, bottom, "picture", body=False, hyphen=False)


def _grouped(rows: list[_Seen]) -> list[list[_Seen]]:
    """Gather the rows of each block; a block that comes again, around others, gets other names."""
    groups: list[list[_Seen]] = []
    names: dict[str, int] = {}
    for name, group in groupby(rows, key=lambda row: row.block):
        groups.append([*group])
        names[name] = names.get(name, 0) + 1
        if names[name] > 1:
            for row in groups[-1]:
                row.block = f"{name}#{names[name]}"
    return groups


def _look(groups: list[list[_Seen]], galley: Galley, memory: Memory) -> None:
    """Keep the distances that the first layout shows, where nothing else tells them: its pages end anywhere.

    But a section begins at the top of a page however it is set.
    """
    if groups:
        first = groups[0][0]
        memory.tops[first.block] = first.baseline - galley.laid.pages[first.page].top
    for before, group in pairwise(groups):
        if before[-1].page == group[0].page:
            pair = (before[0].block, group[0].block)
            white = group[0].top - before[-1].bottom
            memory.kinds[before[0].kind, group[0].kind, _scene_break(before[-1], group[0], galley) is not None] = white
            # An opening may be as high as it likes, but it is always here.
            if pair not in galley.whites or before[0].kind == "opening":
                memory.leads[pair] = white


def _learn(groups: list[list[_Seen]], galley: Galley, memory: Memory) -> None:
    """Keep the distances that this layout shows."""
    for before, group in zip([None, *groups], groups, strict=False):
        first = group[0]
        if before is not None and before[-1].page == first.page:
            memory.leads[before[0].block, first.block] = first.top - before[-1].bottom
        else:
            memory.tops[first.block] = first.baseline - galley.laid.pages[first.page].top


def _calls(galley: Galley, notes: Mapping[str, Note]) -> dict[str, list[_Called]]:
    """Return the calls of notes at the foot by their blocks."""
    found: dict[str, list[_Called]] = {}
    for call in galley.calls:
        if call.note in notes:
            found.setdefault(call.block, []).append((call, notes[call.note]))
    return found


def _slab(
    group: list[_Seen],
    before: list[_Seen],
    galley: Galley,
    composed: Composed | None,
    calls: list[_Called],
    memory: Memory,
) -> Slab:
    first = group[0]
    block, previous = galley.blocks.get(first.block), galley.blocks.get(before[0].block) if before else None
    pair = (before[0].block, first.block) if before else ("", "")
    leading = galley.laid.pages[0].leading
    scene = _scene_break(before[-1] if before else None, first, galley)
    apart = scene.height if scene is not None else 0.0
    lead = 0.0
    if before:
        alike = memory.kinds.get((before[0].kind, first.kind, scene is not None), apart)
        white = memory.leads.get(pair, galley.whites.get(pair, alike))
        lead = before[-1].bottom - before[-1].baseline + white + first.baseline - first.top
        if first.kind == "table":  # keeps its margin at the top of a page
            apart += white
    maker = _Maker(group, block, leading, calls, memory)
    return Slab(
        first.block,
        scene.id if scene is not None and scene.id else first.block,
        _rounded(lead),
        _rounded(memory.tops.get(first.block, first.baseline - first.top + apart)),
        first.block in galley.tops
        and (first.block, 0) not in memory.refused
        and _opens(block, previous, first.kind, before[-1].kind if before else ""),
        bool(before) and _turns(galley.laid.pages[before[-1].page], galley.laid.pages[first.page]),
        scene is not None,
        first.body or _resumes(before, first, leading),
        tuple(maker.composed(composed)) if composed is not None else (maker.as_set(),),
        block is not None and len(block.rows) == len(group) and block.rows[-1].letters > 0,
        first.kind in grid.QUOTED,
        block is not None and block.clear,
    )


def _resumes(before: list[_Seen], first: _Seen, leading: float) -> bool:
    """Whether a block stands on the grid because it goes on after a table, as a quotation does."""
    return bool(before) and grid.resumes(before[-1].kind, first.kind, first.bottom - first.top, leading)


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes the ways to set a block out of the rows it was set in."""

    group: list[_Seen]
    block: Block | None
    leading: float
    calls: list[_Called]
    memory: Memory

    def as_set(self) -> Option:
        """Return the block as it was set."""
        group = self.group
        usual = self._step()
        found = []
        for number, row in enumerate(group):
            goes_on = number and group[number - 1].page == row.page
            step = row.baseline - group[number - 1].baseline if goes_on else usual
            notes = tuple(note for call, note in self.calls if call.row == number)
            hyphen = row.hyphen and number < len(group) - 1
            extent = (_rounded(row.baseline - row.top), _rounded(row.bottom - row.baseline))
            found.append(Row(*extent, _rounded(step), hyphen, self._opens(number, len(group)), notes))
        letters = tuple(row.letters for row in self.block.rows) if self.block is not None else ()
        return Option(tuple(found), letters=letters)

    def composed(self, composed: Composed) -> Iterator[Option]:
        """Yield the block with composed lines, and with a line more and one fewer where that can be."""
        lines = composed.lines
        yield Option(self._of_lines(composed, lines), letters=composed.letters(lines))
        if self.block is None or self.block.whole:
            return
        name = self.group[0].block
        if name not in self.memory.variants:
            self.memory.variants[name] = composed.variants()
        for count, (cost, other) in self.memory.variants[name].items():
            if abs(count - len(lines.ends)) == 1 and count > 1:
                cost = _VARIANT + cost / _COSTS
                yield Option(self._of_lines(composed, other), cost, other, composed.letters(other))

    def _of_lines(self, composed: Composed, lines: Lines) -> tuple[Row, ...]:
        like = self.group[-1]
        extent = (_rounded(like.baseline - like.top), _rounded(like.bottom - like.baseline))
        step = _rounded(self._step()) if len(self.group) > 1 else _rounded(like.bottom - like.top)
        count = len(lines.ends)
        notes: dict[int, tuple[Note, ...]] = {}
        ends = composed.letters(lines) if self.calls else ()
        for call, note in self.calls:
            row = min(bisect_left(ends, call.letters), count - 1)
            notes[row] = (*notes.get(row, ()), note)
        return tuple(
            Row(
                *extent,
                step,
                end.kind != SPACE and number < count - 1,
                self._opens(number, count),
                notes.get(number, ()),
            )
            for number, end in enumerate(lines.ends)
        )

    def _step(self) -> float:
        """Return the usual distance between two rows: the middle one of those that are shown."""
        steps = [after.baseline - row.baseline for row, after in pairwise(self.group) if after.page == row.page]
        return sorted(steps)[len(steps) // 2] if steps else self.leading

    def _opens(self, number: int, count: int) -> bool:
        """Whether a page may begin with a row."""
        block = self.block
        if block is None or block.whole or (self.group[0].block, number) in self.memory.refused:
            return False
        return block.orphans <= number <= count - block.widows


def _rounded(length: float) -> float:
    """Return a length without what the place on a page adds to its last decimals; no usual length is at an edge."""
    return round(length + _APART, 8)


def _scene_break(before: _Seen | None, row: _Seen, galley: Galley) -> SceneBreak | None:
    """Return the scene break between two rows; it may be of no height."""
    pages = galley.laid.pages
    floor = row.top + _NEAR
    if before is not None and before.page == row.page:
        return next((each for each in pages[row.page].breaks if before.bottom - _NEAR <= each.y < floor), None)
    above = (each for each in pages[row.page].breaks if each.y < floor)
    below = (each for each in pages[before.page].breaks if each.y > before.top) if before is not None else iter(())
    return next(chain(above, below), None)


def _turns(before: LaidPage, page: LaidPage) -> bool:
    """Whether a page is of another kind than the one before: it begins one in any case."""
    return before.index != page.index and before.name != page.name


def _opens(block: Block | None, previous: Block | None, kind: str, kind_before: str) -> bool:
    """Whether a page may end between two blocks."""
    if previous is not None and (
        previous.tied or (block is not None and block.group and block.group == previous.group)
    ):
        return False
    if kind == "caption" or (kind == kind_before == "table") or kind_before in {"opening", "heading"}:
        return False
    return block is None or not block.held
