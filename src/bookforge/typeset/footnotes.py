"""A section laid out alone in, the notes that are to go on from page to page and the places where out.

WeasyPrint never breaks a note: one that does not fit moves to the next page, with the line that calls it, and leaves a
hole. But it fills a page with as many notes as fit and takes the others over to the next. So a note is first set as so
many notes as it has lines, all called at one place; what then stands on one page is joined again.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import accumulate, islice
from typing import Final

from bookforge.laid import Laid, Line
from bookforge.typeset.plan import Cut, PartedNote, Place
from bookforge.writers.galley import Block, Galley

LEAST: Final = 2
"""Lines of a note that stand at least on either side of a cut."""

_HOLE: Final = 3
"""Lines that want at the foot of a page before a note is parted to fill it."""

_RULE: Final = 1.5
"""Lines that the space above the notes may take."""

_PUSHED: Final = 6
"""Lines that may stay empty where a block begins a page for the sake of a note."""

_MANY: Final = 80
"""Parts of notes beyond which those of a section are cut into larger ones: each sets the foot of its page anew."""

_LARGER: Final = 3
"""Lines of such parts at least."""

_NEAR: Final = 4
"""Lines at the top of a page in which the call of a note says that the note is why the page before it has a hole."""


def troubled(galley: Galley) -> bool:
    """Say whether a note lost text, went astray or left a hole."""
    pages = _pages_of_notes(galley.laid)
    if galley.laid.unfit or any(page >= galley.end for found in pages.values() for page in found):
        return True
    long = {note for note, lines in _lines_of_notes(galley.laid).items() if len(lines) >= 2 * LEAST}
    firsts = [call for call in galley.calls if call.part == 1 and call.note in long]
    if any(call.page != pages[call.note][0] for call in firsts):
        return True
    above = _rows_above(galley)
    near = {call.page for call in firsts if above[call.block, call.row] < _NEAR}
    return any(hole(galley, index) >= _HOLE for index in range(galley.end - 1) if index + 1 in near)


def crowded(galley: Galley) -> frozenset[str]:
    """Return all notes of the blocks in which so many are called that one begins later than on the next page.

    No page holds those of a few lines, in parts or whole.
    """
    pages = _pages_of_notes(galley.laid)
    firsts = [call for call in galley.calls if call.part == 1 and call.note in pages]
    blocks = {call.block for call in firsts if pages[call.note][0] > call.page + 1}
    return frozenset(call.note for call in firsts if call.block in blocks)


def pushed(galley: Galley) -> set[str]:
    """Return the blocks that must begin on the next page so that a note can stay on the page of its call.

    Where the first lines of a paragraph need the room of a note, WeasyPrint gives it to them and moves the note.
    """
    pages = _pages_of_notes(galley.laid)
    found = set()
    for call in galley.calls:
        if call.part == 1 and call.note in pages and pages[call.note][0] > call.page:
            here = [name for name, block in galley.blocks.items() if any(row.page == call.page for row in block.rows)]
            if len(here) > 1 and galley.blocks[here[-1]].rows[0].page == call.page:
                found.add(here[-1])
    return found


def leaves_hole(galley: Galley, block: str) -> bool:
    """Say whether a block that begins a page leaves more room before it than a note can be the reason of."""
    page = galley.tops[block][0] if block in galley.tops else 0
    return page > 0 and hole(galley, page - 1) > _PUSHED


def beyond(galley: Galley) -> bool:
    """Say whether a note goes on after the section's last page."""
    return any(page >= galley.end for found in _pages_of_notes(galley.laid).values() for page in found)


def hole(galley: Galley, index: int) -> float:
    """Return the lines of text that would still go onto a page."""
    page = galley.laid.pages[index]
    text = [line.y + line.height for line in page.lines if line.note is None]
    notes = [line.y for line in page.lines if line.note is not None]
    room = (min(notes) - _RULE * page.leading if notes else page.bottom) - max(text, default=page.top)
    return room / page.leading


def _rows_above(galley: Galley) -> dict[tuple[str, int], int]:
    """Return how many lines of the text stand above each on its page, by block and row."""
    found: dict[tuple[str, int], int] = {}
    counts: dict[int, int] = {}
    for name, block in galley.blocks.items():
        for number, row in enumerate(block.rows):
            found[name, number] = counts.get(row.page, 0)
            counts[row.page] = found[name, number] + 1
    return found


def _lines_of_notes(laid: Laid) -> dict[str, list[tuple[int, Line]]]:
    found: dict[str, list[tuple[int, Line]]] = {}
    for page in laid.pages:
        for line in page.lines:
            if line.note is not None and line.kind == "note" and not page.has_beside(line):
                found.setdefault(line.note, []).append((page.index, line))
    return found


def _pages_of_notes(laid: Laid) -> dict[str, list[int]]:
    return {note: [page for page, _ in lines] for note, lines in _lines_of_notes(laid).items()}


# ---------------------------------------------------------------- parting


def by_lines(galley: Galley) -> dict[str, PartedNote]:
    """Part every note that is long enough after each of its lines that may be the last on a page.

    Where that makes so many parts that laying them out takes long, after every few lines.
    """
    fine = _by_lines(galley, 1)
    many = sum(len(each.cuts) for each in fine.values()) > _MANY
    return _by_lines(galley, _LARGER) if many else fine


def _by_lines(galley: Galley, least: int) -> dict[str, PartedNote]:
    calls = {call.note: number for number, call in enumerate(galley.calls) if call.part == 1}
    order = {name: number for number, name in enumerate(galley.blocks)}
    found = {}
    for note, lines in _lines_of_notes(galley.laid).items():
        if note in calls:
            cuts = tuple(_apart(_cuts([line for _, line in lines]), least))
            if cuts:
                found[note] = PartedNote(cuts, _where(galley, calls[note], order), loose=True)
    return found


def _apart(cuts: Iterable[tuple[int, Cut]], least: int) -> Iterator[Cut]:
    """Yield the cuts that are so many lines at least after the one before."""
    before = 0
    for number, cut in cuts:
        if number - before >= least:
            before = number
            yield cut


def _cuts(lines: list[Line]) -> Iterator[tuple[int, Cut]]:
    """Yield where a note may be parted, with the number of lines before."""
    spread = any(line.stretch is not None for line in lines)
    letters = list(accumulate(sum(map(str.isalnum, line.text)) for line in lines))
    for place in range(LEAST - 1, len(lines) - LEAST):
        if not lines[place].hyphen:
            yield place + 1, Cut(letters[place], spread and not lines[place].ends)


def _where(galley: Galley, number: int, order: Mapping[str, int]) -> Place | None:
    """Return where the later parts of a note are called: in the last line that has to stay on the page of the first.

    ``number`` is the place of its first call among all, ``order`` that of every block. Called any
    earlier, they would take the room of lines that cannot go to the next page alone.
    """
    call = galley.calls[number]
    block = galley.blocks[call.block]
    name, kept = call.block, _kept(block, call.row + 1)
    if block.tied and kept == len(block.rows):
        after = islice(galley.blocks, order[call.block] + 1, None)
        name = next((each for each in after if not galley.blocks[each].tied), call.block)
        kept = _kept(galley.blocks[name], 1) if name != call.block else kept
    if (name, kept) == (call.block, call.row + 1) or _calls_between(galley, number, (name, kept - 1), order):
        return None
    rows = galley.blocks[name].rows
    return Place(name, rows[-1].letters if kept == len(rows) else rows[kept - 2].letters + 1 if kept > 1 else 1)


def _kept(block: Block, lines: int) -> int:
    """Return after how many lines a block may be broken at the earliest, so many being on the page."""
    whole = len(block.rows)
    kept = max(lines, block.orphans)
    return whole if block.whole or whole - kept < block.widows else kept


def _calls_between(galley: Galley, number: int, row: tuple[str, int], order: Mapping[str, int]) -> bool:
    """Say whether another note is called after a call, up to a row of a block."""
    call = galley.calls[number]
    here, there = (order[call.block], call.row), (order[row[0]], row[1])
    later = islice(galley.calls, number + 1, None)
    return any(other.note != call.note and here <= (order[other.block], other.row) <= there for other in later)


# ---------------------------------------------------------------- joining


def joined(galley: Galley, parted: Mapping[str, PartedNote]) -> dict[str, PartedNote]:
    """Join the parts of each note that came to stand on one page."""
    lines = _lines_of_notes(galley.laid)
    found = {}
    for note, plan in parted.items():
        cuts = _between_pages(lines.get(note, []), plan.cuts)
        if cuts:
            found[note] = PartedNote(cuts, plan.call)
    return found


def _between_pages(lines: Iterable[tuple[int, Line]], cuts: tuple[Cut, ...]) -> tuple[Cut, ...]:
    letters: dict[int, int] = {}
    for page, line in lines:
        letters[page] = letters.get(page, 0) + sum(map(str.isalnum, line.text))
    ends = list(accumulate(letters[page] for page in sorted(letters)))[:-1]
    chosen = (min(cuts, key=lambda cut: (abs(cut.letters - end), cut.letters)) for end in ends)
    # Where few lines may end a page, two pages may end nearest to the same.
    return tuple(dict.fromkeys(chosen))


def kept(galley: Galley, parted: Mapping[str, PartedNote]) -> bool:
    """Say whether each part of a note stands on a page of its own."""
    pages = _pages_of_notes(galley.laid)
    return all(len(set(pages.get(note, []))) == len(plan.cuts) + 1 for note, plan in parted.items())


# ---------------------------------------------------------------- parted by a plan


def astray(galley: Galley, parted: Mapping[str, PartedNote]) -> int | None:
    """Return the first page with the call of a note that does not begin there, or whose parts are not on the next ones.

    ``None`` when there is none.
    """
    pages = _pages_of_notes(galley.laid)
    firsts = {call.note: call.page for call in galley.calls if call.part == 1 and call.note in pages}
    parts = {note: len(parted[note].cuts) + 1 if note in parted else 1 for note in firsts}
    wrong = (
        page
        for note, page in firsts.items()
        if note in galley.laid.unfit or {*pages[note]} != {*range(page, page + parts[note])}
    )
    return min(wrong, default=None)


def blocks(galley: Galley, notes: Collection[str]) -> frozenset[str]:
    """Return the blocks that stand in notes."""
    lines = (line for page in galley.laid.pages for line in page.lines if line.note in notes)
    return frozenset(line.block for line in lines if line.block is not None)
