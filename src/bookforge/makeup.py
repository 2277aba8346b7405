"""Laid-out pages in, what a book designer would circle on them out: counted, with places, the worst first.

The rules are those of the trade (Chicago 15 for widows, orphans and hyphens; Hochuli and Bringhurst for the rest).
Whatever made the pages, they are judged by these functions alone.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Final

from bookforge.book import BookSection, SectionId
from bookforge.diagnostics import Location
from bookforge.laid import ON_GRID, LaidPage, Line

LOOSE: Final = 1.6
"""Above this many times its normal width a word space tears a hole into the line."""

SHORT_END: Final = 5
"""Lines that the last page of a section has at least."""

_STACK: Final = 3
_SPACE: Final = 0.25
"""A word space in parts of a line's height."""

_STUB: Final = 5
_ENTRY: Final = 100
_SHOWN: Final = 48
_LEADING: Final = frozenset({"heading", "label"})
_PARAGRAPHS: Final = frozenset({"body", "list", "quote", "letter", "other"})


@dataclass(frozen=True, slots=True)
class Fault:
    """A kind of thing to find. ``short`` is what one and several are called; ``grave``: no book may have it.

    ``measure`` writes how bad a place is, where that is worth a number.
    """

    name: str
    short: tuple[str, str]
    text: str
    grave: bool = False
    measure: str = ""


# fmt: off
FAULTS: Final = (
    Fault("widows", ("widow", "widows"), "last lines of paragraphs alone at the top of a page", grave=True),
    Fault("orphans", ("orphan", "orphans"), "first lines of paragraphs alone at the foot of a page", grave=True),
    Fault("stranded", ("stranded line", "stranded lines"),
          "headings, dates and salutations at the foot of a page, what they belong to overleaf", grave=True),
    Fault("runts", ("runt", "runts"), "last lines of a single word"),
    Fault("stubs", ("stub", "stubs"), f"last lines of fewer than {_STUB} characters"),
    Fault("uneven-spreads", ("uneven spread", "uneven spreads"),
          "facing pages whose last lines differ", measure="{:.1f} pt"),
    Fault("hyphen-stacks", ("stack of hyphens", "stacks of hyphens"),
          f"runs of more than {_STACK} lines that end with a hyphen", measure="{:.0f} lines"),
    Fault("turned-hyphens", ("hyphen over a turn", "hyphens over a turn"),
          "words divided from a right page to the next left one"),
    Fault("loose-lines", ("loose line", "loose lines"),
          f"lines with word spaces above {LOOSE} times their normal width", measure="{:.1f} times"),
    Fault("lone-words", ("lone word", "lone words"), "single words on a line in the middle of a paragraph",
          grave=True),
    Fault("greedy-paragraphs", ("paragraph set line by line", "paragraphs set line by line"),
          "justified paragraphs whose lines could not be chosen together", measure="{:.0f} lines"),
    Fault("edge-breaks", ("scene break at an edge", "scene breaks at an edge"),
          "scene breaks at the top or the foot of a page"),
    Fault("bare-edge-breaks", ("unseen scene break", "unseen scene breaks"),
          "of these, breaks without an ornament, which nobody can see"),
    Fault("short-ends", ("short last page", "short last pages"),
          f"last pages of sections with fewer than {SHORT_END} lines"),
    Fault("off-grid", ("off grid", "off grid"),
          f"lines of text more than {ON_GRID} pt off the grid", grave=True, measure="{:.2f} pt"),
    Fault("outside", ("outside the margins", "outside the margins"), "lines that leave the area for text", grave=True),
    Fault("marked-blanks", ("blank page that is not blank", "blank pages that are not blank"),
          "blank pages that carry something", grave=True),
    Fault("missing-glyphs", ("missing glyph", "missing glyphs"), "characters that no font has", grave=True),
)
# fmt: on
_IN_SUMMARY: Final = ("widows", "orphans", "runts", "uneven-spreads", "off-grid")


@dataclass(frozen=True, slots=True)
class Spot:
    """One place. ``page`` is its label, ``text`` the line; ``size`` says how bad it is, in what the fault is about."""

    page: str
    text: str
    at: Location | None = None
    size: float | None = None


@dataclass(frozen=True, slots=True)
class Makeup:
    """What pages look like. ``spots`` holds every fault's places, the worst first.

    ``lines`` counts the lines of the text; ``characters`` is the mean number of characters on a full one.
    """

    pages: int
    lines: int
    characters: float | None
    spots: Mapping[str, tuple[Spot, ...]]

    def count(self, fault: str) -> int:
        """Return how often a fault was found."""
        return len(self.spots[fault])

    @property
    def grave(self) -> bool:
        """Whether anything was found that no book may have."""
        return any(self.spots[fault.name] for fault in FAULTS if fault.grave)


@dataclass(frozen=True, slots=True)
class Run:
    """Pages that follow each other, most often a section's; ``name`` tells them from all others but for their place."""

    name: str
    pages: int


@dataclass(frozen=True, slots=True)
class Found:
    """A fault on a page, counted from the first of its run. ``text`` is shown instead of the line's own."""

    fault: str
    page: int
    line: Line
    size: float | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Justified:
    """A justified block of the text: its name, the place of the first of its full lines, and how many it has."""

    block: str
    page: int
    line: Line
    lines: int


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found on a run of pages. ``full`` are its full lines, which have so many ``characters``."""

    found: tuple[Found, ...]
    justified: tuple[Justified, ...]
    lines: int
    full: int
    characters: int


Keep = Callable[[str, Callable[[], Judged]], Judged]
"""Returns what was judged under a name, or else judges anew."""


@dataclass(frozen=True, slots=True)
class Parts:
    """All pages as runs, and what keeps the judgement of each."""

    runs: tuple[Run, ...] = ()
    keep: Keep = lambda _, judge: judge()


_WHOLE: Final = Parts()


def examine(
    pages: Sequence[LaidPage],
    sections: Mapping[SectionId, BookSection] | None = None,
    missing: Iterable[str] = (),
    proof: bool = False,
    composed: Collection[str] | None = None,
    parts: Parts = _WHOLE,
) -> Makeup:
    """Judge laid-out pages.

    ``sections`` tell where a line stands in the manuscript; ``missing`` are the characters that no font has. The sheets
    of a ``proof`` say which they are, blank ones too. ``composed`` are the blocks whose lines were chosen together;
    ``None`` where none were to be. ``parts`` are judged again only where they changed.
    """
    places = _Places(sections or {})
    found: dict[str, list[Spot]] = {fault.name: [] for fault in FAULTS}
    lines = full = characters = 0
    for first, run in _apart(pages, parts.runs):
        its = pages[first : first + run.pages]
        judged = parts.keep(run.name, partial(_judged, its)) if run.name else _judged(its)
        for each in judged.found:
            found[each.fault].append(places.spot(its[each.page], each.line, each.size, each.text))
        if composed is not None:
            greedy = (each for each in judged.justified if each.block not in composed)
            found["greedy-paragraphs"] += [places.spot(its[each.page], each.line, each.lines) for each in greedy]
        lines, full = lines + judged.lines, full + judged.full
        characters += judged.characters
    if not proof:
        found["marked-blanks"] = [Spot(page.label, "") for page in pages if page.blank and page.marked]
    found["missing-glyphs"] = list(_missing(pages, places, frozenset(missing)))
    return Makeup(
        len(pages),
        lines,
        characters / full if full else None,
        {name: tuple(sorted(spots, key=lambda spot: -(spot.size or 0))) for name, spots in found.items()},
    )


def _apart(pages: Sequence[LaidPage], runs: Iterable[Run]) -> Iterator[tuple[int, Run]]:
    """Yield runs of pages of which none is judged by another, each with its first page."""
    first = 0
    names: list[str] = []
    end = 0
    for run in runs:
        if names and end and run.pages and _is_parted(pages[end - 1], pages[end]):
            yield first, Run("\n".join(names), end - first)
            first, names = end, []
        names.append(run.name)
        end += run.pages
    yield first, Run("\n".join(names), len(pages) - first)


def _is_parted(before: LaidPage, after: LaidPage) -> bool:
    """Say whether a section surely ends with a page, another begins with the next."""
    if not before.lines or not after.lines:
        return False
    ends, begins = _section(_last_of_flow(before).block), _section(after.lines[0].block)
    return bool(ends and begins) and ends != begins


def _judged(pages: Sequence[LaidPage]) -> Judged:
    """Judge pages that stand for themselves."""
    text = [line for page in pages for line in page.lines if line.body]
    full = [len(line.text.strip()) for line in text if line.kind == "body" and not line.starts and not line.ends]
    finders = (_page_ends, _stranded, _last_lines, _spreads, _stacks, _loose, _breaks, _ends, _off_grid, _outside)
    found = tuple(each for finder in finders for each in finder(pages))
    return Judged(found, tuple(_justified(pages)), len(text), len(full), sum(full))


def size(judged: Judged) -> int:
    """Return about how many bytes the judgement of a run takes, beside its lines, which others hold."""
    return _ENTRY * (1 + len(judged.found) + len(judged.justified))


class _Places:
    """Where lines stand in the manuscript."""

    def __init__(self, sections: Mapping[SectionId, BookSection]) -> None:
        self._sections = sections

    def spot(self, page: LaidPage, line: Line, size: float | None = None, text: str | None = None) -> Spot:
        shown = (line.text if text is None else text).strip()
        shown = shown if len(shown) <= _SHOWN else f"{shown[: _SHOWN - 1].rstrip()}…"
        return Spot(page.label, shown, self._at(line.block or line.note), size)

    def _at(self, block: str | None) -> Location | None:
        section = self._sections.get(SectionId(_section(block)))
        if section is None or section.content is None:
            return None
        place = section.content.source_map.blocks.get(block or "")
        return Location(section.content.path, place.line, place.column) if place else Location(section.content.path)


def _section(block: str | None) -> str:
    return (block or "").partition(".")[0]


def _page_ends(pages: Sequence[LaidPage]) -> Iterator[Found]:
    for at, page in enumerate(pages):
        flow = page.flow
        if not flow:
            continue
        first, last = flow[0], flow[-1]
        if first.kind in _PARAGRAPHS and first.ends and not first.starts:
            yield Found("widows", at, first)
        if last.kind in _PARAGRAPHS and last.starts and not last.ends:
            yield Found("orphans", at, last)
        if page.side == "right" and last.kind in _PARAGRAPHS and last.hyphen:
            yield Found("turned-hyphens", at, last, text=f"…{last.text.strip()[-_SHOWN + 1 :]}")


def _stranded(pages: Sequence[LaidPage]) -> Iterator[Found]:
    for at, page in enumerate(pages):
        if page.flow and page.flow[-1].kind in _LEADING and not _closes(pages, at):
            yield Found("stranded", at, page.flow[-1])


def _last_lines(pages: Sequence[LaidPage]) -> Iterator[Found]:
    for at, page in enumerate(pages):
        for line in page.lines:
            text = line.text.strip()
            if line.kind in _PARAGRAPHS and line.ends and not line.starts and text:
                if len(text.split()) == 1 and not _is_put_there(line, page):
                    yield Found("runts", at, line, 1 / len(text))
                if len(text) < _STUB:
                    yield Found("stubs", at, line, 1 / len(text))


def _is_put_there(last: Line, page: LaidPage) -> bool:
    """Say whether a word stands on a line of its own by the author's will: the line before has room for it."""
    at = page.lines.index(last)
    before = page.lines[at - 1] if at else None
    if before is None or before.block != last.block:
        return False
    measure = max(line.x + line.width for line in page.lines if line.kind == last.kind)
    return before.x + before.width + last.height * _SPACE + last.width < measure


def _closes(pages: Sequence[LaidPage], index: int) -> bool:
    """Say whether a page ends before it is full, because a section ends or a page of another kind follows."""
    here = pages[index]
    if index + 1 == len(pages) or not here.lines:
        return True
    after = pages[index + 1]
    if after.blank or not after.lines or (after.name != here.name and after.name == "plate"):
        return True
    return _section(after.lines[0].block) != _section(_last_of_flow(here).block)


def _last_of_flow(page: LaidPage) -> Line:
    return next((line for line in reversed(page.lines) if line.note is None), page.lines[-1])


def _depth(page: LaidPage) -> tuple[float, str]:
    """Return how far down a page goes, and what is there."""
    depth, what = max((line.baseline, line.kind) for line in page.lines if line.kind != "generated")
    for picture in page.pictures:
        if picture.y + picture.height > depth + page.leading / 2:
            depth, what = picture.y + picture.height, "picture"
    return depth, what if what in {"note", "picture"} else "text"


def _spreads(pages: Sequence[LaidPage]) -> Iterator[Found]:
    for at, (left, right) in enumerate(pairwise(pages)):
        if left.side != "left" or _closes(pages, at) or _closes(pages, at + 1):
            continue
        if not any(line.kind in _PARAGRAPHS for line in left.lines) or not right.flow:
            continue
        (one, over), (other, under) = _depth(left), _depth(right)
        away = abs(one - other)
        # The last line of a note stands a little lower than one of the text, and so may a picture.
        if away > (ON_GRID if over == under != "picture" else left.leading / 2):
            shorter = at if one < other else at + 1
            yield Found("uneven-spreads", shorter, _last_of_flow(pages[shorter]), away)


def _stacks(pages: Sequence[LaidPage]) -> Iterator[Found]:
    stack: list[tuple[int, Line]] = []
    for at, page in enumerate(pages):
        for line in page.flow:
            if line.hyphen and line.kind in _PARAGRAPHS:
                stack.append((at, line))
                continue
            if len(stack) > _STACK:
                yield Found("hyphen-stacks", *stack[0], len(stack))
            stack = []


def _loose(pages: Sequence[LaidPage]) -> Iterator[Found]:
    for at, page in enumerate(pages):
        for line in page.lines:
            if line.stretch is not None and line.stretch > LOOSE and line.kind in _PARAGRAPHS | {"note"}:
                yield Found("loose-lines", at, line, line.stretch)
            is_inside = line.kind in _PARAGRAPHS and not line.starts and not line.ends
            if is_inside and len(line.text.split()) == 1 and line.width < (page.right - page.left) / 2:
                yield Found("lone-words", at, line)


def _justified(pages: Sequence[LaidPage]) -> Iterator[Justified]:
    full: dict[str, list[tuple[int, Line]]] = {}
    for at, page in enumerate(pages):
        for line in page.lines:
            if line.block and line.authored and line.stretch is not None:
                full.setdefault(line.block, []).append((at, line))
    for block, lines in full.items():
        yield Justified(block, *lines[0], len(lines))


def _breaks(pages: Sequence[LaidPage]) -> Iterator[Found]:
    for at, page in enumerate(pages):
        flow = page.flow
        for found in page.breaks_at_edge() if flow else ():
            near = next((line for line in flow if line.y > found.y), flow[-1])
            yield Found("edge-breaks", at, near, 0 if found.ornament else 1)
            if not found.ornament:
                yield Found("bare-edge-breaks", at, near)


def _ends(pages: Sequence[LaidPage]) -> Iterator[Found]:
    for at, (before, page) in enumerate(pairwise(pages), 1):
        goes_on = before.lines and page.lines and not _closes(pages, at - 1)
        is_short = len(page.lines) < SHORT_END and not page.pictures and bool(page.flow)
        if goes_on and is_short and _closes(pages, at):
            yield Found("short-ends", at, page.lines[-1], SHORT_END - len(page.lines))


def _off_grid(pages: Sequence[LaidPage]) -> Iterator[Found]:
    for at, page in enumerate(pages):
        for line in page.lines:
            if line.body and abs(page.off_grid(line)) > ON_GRID:
                yield Found("off-grid", at, line, abs(page.off_grid(line)))


def _outside(pages: Sequence[LaidPage]) -> Iterator[Found]:
    for at, page in enumerate(pages):
        for line in page.lines:
            if line.outside:
                yield Found("outside", at, line)


def _missing(pages: Sequence[LaidPage], places: _Places, missing: frozenset[str]) -> Iterator[Spot]:
    seen: set[str] = set()
    for page in pages if missing else ():
        for line in page.lines:
            for char in line.text:
                if char in missing:
                    seen.add(char)
                    yield places.spot(page, line, text=char)
    for char in sorted(missing - seen):
        yield Spot("", char)


# ---------------------------------------------------------------- telling


def summary(made: Makeup) -> str:
    """Say in one line what matters most."""
    told = [
        f"{made.count(fault.name)} {fault.short[made.count(fault.name) != 1]}"
        for fault in FAULTS
        if _is_told(fault, made)
    ]
    return f"{made.pages} page{'s' if made.pages != 1 else ''}: {', '.join(told)}"


def _is_told(fault: Fault, made: Makeup) -> bool:
    return fault.name in _IN_SUMMARY or (fault.grave and made.count(fault.name) > 0)


def table(made: Makeup, worst: int, shown: Callable[[Location], str]) -> str:
    """Set the counts as a table, each with its ``worst`` places; ``shown`` writes a place of the manuscript."""
    head = f"{made.pages} pages, {made.lines:,} lines of text"
    lines = [head + (f", {made.characters:.1f} characters on a full line" if made.characters else "")]
    for fault in FAULTS:
        lines.append(f"{made.count(fault.name):6}  {fault.text}")
        lines += [_row(spot, fault, shown) for spot in _one_a_page(made.spots[fault.name])[:worst]]
    return "\n".join(lines)


def _one_a_page(spots: Iterable[Spot]) -> list[Spot]:
    by_page: dict[str, Spot] = {}
    for spot in spots:
        by_page.setdefault(spot.page, spot)
    return list(by_page.values())


def _row(spot: Spot, fault: Fault, shown: Callable[[Location], str]) -> str:
    size = fault.measure.format(spot.size) if spot.size is not None else ""
    parts = [f"page {spot.page}" if spot.page else "", shown(spot.at) if spot.at else "", size, spot.text]
    return " " * 10 + "  ".join(part for part in parts if part)


def as_data(made: Makeup, worst: int, shown: Callable[[Location], str]) -> dict[str, object]:
    """Return the counts, and the worst places of each fault, as JSON can say them."""
    return counts(made) | {
        "places": {
            fault: [_spot_data(spot, shown) for spot in _one_a_page(spots)[:worst]]
            for fault, spots in made.spots.items()
        }
    }


def counts(made: Makeup) -> dict[str, object]:
    """Return the counts alone."""
    characters = None if made.characters is None else round(made.characters, 1)
    numbers: dict[str, object] = {"pages": made.pages, "lines": made.lines, "characters_a_line": characters}
    return numbers | {fault.replace("-", "_"): len(spots) for fault, spots in made.spots.items()}


def _spot_data(spot: Spot, shown: Callable[[Location], str]) -> dict[str, object]:
    return {
        "page": spot.page or None,
        "path": shown(Location(spot.at.path)) if spot.at else None,
        "line": spot.at.line if spot.at else None,
        "text": spot.text,
        "size": None if spot.size is None else round(spot.size, 2),
    }
