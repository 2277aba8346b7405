"""Plates in, the places in the text where they are set out: the text goes on to the end of the page before a plate.

A plate begins a page and ends one, so what stood before it left the rest of its page empty. Its page is the next: it is
moved behind the last line that the page before has room for, into a paragraph if need be.
"""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from bookforge import xhtml
from bookforge.composer import REST_OF
from bookforge.typeset import footnotes, parting
from bookforge.typeset.plan import Place, Plate
from bookforge.writers.galley import Galley

BEFORE: Final = "data-before"
"""On a plate that was moved: the id of what it stood before."""

GOES_ON: Final = "data-goes-on"
"""On a first part whose last line is full."""

BEGINS_PAGE: Final = "data-begins-page"
"""On the rest of a paragraph that begins a page because a note must stand there."""

_EMPTY: Final = 3
"""Lines that may stay empty before a plate, or a paragraph with a note."""

_AT_END: Final = Plate("", 0, full=False)
"""Behind the whole text, to see what the page before would hold."""


@dataclass(frozen=True, slots=True)
class _Trial:
    """A plate that is out of the way: the page before it, and the last block there when it was not."""

    plate: str
    page: int
    last: str


class Plates:
    """The plates of a section, moved one after the other; asked when everything else is at rest."""

    def __init__(self) -> None:
        self._trial: _Trial | None = None
        self._seen: set[str] = set()
        self._pages: dict[str, int] = {}

    def moved(self, galley: Galley, known: Mapping[str, Plate]) -> dict[str, Plate]:
        """Return where plates are set; the same when there is none left to move."""
        if self._trial is not None:
            return self._settled(self._trial, galley, known)
        # A plate that left its page, because a word more or less came before it, stands where it stood at first.
        kept = {name: place for name, place in known.items() if galley.tops[name][0] == self._pages[name]}
        if kept != known:
            return kept
        for plate in galley.plates:
            if plate not in self._seen:
                self._seen.add(plate)
                self._trial = _trial(galley, plate)
                if self._trial is not None:
                    return {**known, plate: _AT_END}
        return dict(known)

    def _settled(self, trial: _Trial, galley: Galley, known: Mapping[str, Plate]) -> dict[str, Plate]:
        self._trial = None
        self._pages[trial.plate] = trial.page + 1
        others = {name: place for name, place in known.items() if name != trial.plate}
        place = _place(galley, trial)
        return others if place is None else {**others, trial.plate: place}


def _trial(galley: Galley, plate: str) -> _Trial | None:
    """Return a plate with an empty stretch before it and text after it."""
    page = galley.tops[plate][0] - 1
    if not 0 <= page < galley.end or footnotes.hole(galley, page) < _EMPTY:
        return None
    before = [name for name, block in galley.blocks.items() if any(row.page == page for row in block.rows)]
    goes_on = any(block.rows[0].page > page + 1 for block in galley.blocks.values())
    return _Trial(plate, page, before[-1]) if before and goes_on else None


def _place(galley: Galley, trial: _Trial) -> Plate | None:
    """Return the end of the last line on the page; of the last paragraph, where what goes on is none."""
    names = list(galley.blocks)
    later = names[names.index(trial.last) + 1 :] if trial.last in names else []
    here = [name for name in later if galley.blocks[name].rows[0].page <= trial.page]
    if here and here[-1] in galley.paragraphs and galley.blocks[here[-1]].rows[-1].page > trial.page:
        return _inside(galley, here[-1], trial.page)
    whole = [name for name in here if galley.blocks[name].rows[-1].page <= trial.page and name in galley.paragraphs]
    return Plate(whole[-1], galley.blocks[whole[-1]].rows[-1].letters, full=False) if whole else None


def _inside(galley: Galley, name: str, page: int) -> Plate | None:
    return _behind(galley, name, page, sum(row.page <= page for row in galley.blocks[name].rows))


def _behind(galley: Galley, name: str, page: int, rows: int) -> Plate | None:
    """Return the end of so many lines of a paragraph, of which the last stands on a page."""
    block = galley.blocks[name]
    lines = [line for line in galley.laid.pages[page].lines if line.block == name and line.note is None]
    number = rows - sum(row.page < page for row in block.rows)
    if not 0 < number <= len(lines):
        return None
    letters, last = block.rows[rows - 1].letters, lines[number - 1]
    if last.hyphen:
        # No word is divided by a picture, or a page that was not full.
        letters -= sum(map(str.isalnum, last.text.split()[-1]))
    return Plate(name, letters, full=any(line.stretch is not None for line in lines))


def held(galley: Galley, known: Mapping[str, Plate], seen: set[str]) -> dict[str, Plate]:
    """Return where paragraphs are divided that left a page whole for the sake of a short note.

    WeasyPrint 70 still counts the white above the notes when the only one has gone to the next page with its line. If
    the lines before that line then seem not to fit, the whole paragraph goes over. ``seen`` are those once divided.
    """
    found = {name: place for name, place in known.items() if not _leaves_hole(galley, rest_of(name))}
    for call in galley.calls:
        block = galley.blocks[call.block]
        page = block.rows[0].page
        if call.block in seen or call.block not in galley.paragraphs or not 0 < page == call.page < galley.end:
            continue
        kept = min(call.row, int(footnotes.hole(galley, page - 1)))
        begins = galley.tops[call.block][1] <= min(line.y for line in galley.laid.pages[page].lines) + 1
        if begins and kept >= max(_EMPTY, block.orphans) and len(block.rows) - kept >= block.widows and not block.whole:
            seen.add(call.block)
            place = _behind(galley, call.block, page, kept)
            if place is not None:
                found[call.block] = place
    return found


def rest_of(name: str) -> str:
    """Return the id of the rest of a paragraph that is divided."""
    return f"{name}-rest"


def pages(galley: Galley) -> frozenset[int]:
    """Return the pages that plates have for themselves."""
    return frozenset(galley.tops[name][0] for name in galley.plates)


def beside_text(galley: Galley) -> bool:
    """Whether a plate has no page for itself: a design may set it among the text."""
    own = pages(galley)
    blocks = (galley.blocks[name] for name in galley.paragraphs if name in galley.blocks)
    return any(row.page in own for block in blocks for row in block.rows)


def undivided(galley: Galley, moved: Mapping[str, Plate]) -> Galley:
    """Return a galley in which the lines of paragraphs that plates are moved into are those of one paragraph each."""
    names = {rest_of(plate.block): plate.block for plate in moved.values()}
    if not names:
        return galley
    pages = tuple(
        replace(page, lines=tuple(replace(line, block=names.get(line.block or "", line.block)) for line in page.lines))
        for page in galley.laid.pages
    )
    return replace(galley, laid=replace(galley.laid, pages=pages))


def _leaves_hole(galley: Galley, name: str) -> bool:
    page = galley.tops[name][0] if name in galley.tops else 0
    return page == 0 or footnotes.hole(galley, page - 1) >= _EMPTY


# ---------------------------------------------------------------- markup


def move(root: xhtml.Element, plates: Mapping[str, Plate]) -> None:
    """Move the plates of a section, in place."""
    for name, plate in plates.items():
        figure = next((each for each in root.iter("figure") if each.get("id") == name), None)
        parent = figure.getparent() if figure is not None else None
        after = next((each for each in figure.itersiblings() if each.get("id")), None) if figure is not None else None
        if figure is None or parent is None or after is None:
            continue
        if plate == _AT_END:
            target = parent[-1]
        else:
            found = next((each for each in figure.itersiblings() if each.get("id") == plate.block), None)
            if found is None:
                continue
            target = found
            gap = parting.find(root, Place(plate.block, plate.letters))
            if gap is not None and _has_more(target, gap):
                _divide(target, gap, plate.full)
        figure.set(BEFORE, after.get("id") or "")
        target.addnext(figure)


def divide(root: xhtml.Element, places: Mapping[str, Plate]) -> None:
    """Divide paragraphs whose rests begin a page, in place."""
    for name, place in places.items():
        block = next((each for each in root.iter("p") if each.get("id") == name), None)
        gap = parting.find(root, Place(name, place.letters)) if block is not None else None
        if block is not None and gap is not None and _has_more(block, gap):
            _divide(block, gap, place.full)
            rest = block.getnext()
            assert rest is not None
            rest.set(BEGINS_PAGE, "")


def _has_more(block: xhtml.Element, gap: parting.Gap) -> bool:
    rest = copy.deepcopy(block)
    _keep_after(rest, _twin(block, rest, gap))
    return bool(xhtml.text(rest).strip())


def _divide(block: xhtml.Element, gap: parting.Gap, full: bool) -> None:
    """Divide a paragraph at a gap; the rest is its next sibling."""
    rest = copy.deepcopy(block)
    _keep_after(rest, _twin(block, rest, gap))
    _keep_before(block, gap)
    here = {each.get("id") for each in block.iter()}
    for each in rest.iter():
        if "id" in each.attrib and each.get("id") in here:
            del each.attrib["id"]
    rest.set(REST_OF, block.get("id") or "")
    rest.set("id", rest_of(block.get("id") or ""))
    if full:
        block.set(GOES_ON, "")
    block.addnext(rest)
    rest.tail, block.tail = block.tail, None


def _twin(block: xhtml.Element, copied: xhtml.Element, gap: parting.Gap) -> parting.Gap:
    """Return the gap in a copy of the block."""
    place = list(block.iter()).index(gap.node)
    return parting.Gap(list(copied.iter())[place], gap.which, gap.offset)


def _keep_before(block: xhtml.Element, gap: parting.Gap) -> None:
    text = getattr(gap.node, gap.which) or ""
    setattr(gap.node, gap.which, text[: gap.offset].rstrip() or None)
    later = list(gap.node) if gap.which == "text" else list(gap.node.itersiblings())
    holder = gap.node if gap.which == "text" else gap.node.getparent()
    while holder is not None:
        for each in later:
            holder_of = each.getparent()
            assert holder_of is not None
            holder_of.remove(each)
        if holder is block:
            return
        holder.tail, later, holder = None, list(holder.itersiblings()), holder.getparent()


def _keep_after(block: xhtml.Element, gap: parting.Gap) -> None:
    kept = (getattr(gap.node, gap.which) or "")[gap.offset :].lstrip()
    holder = gap.node if gap.which == "text" else gap.node.getparent()
    earlier = [] if gap.which == "text" else [*gap.node.itersiblings(preceding=True), gap.node]
    while holder is not None:
        for each in earlier:
            holder.remove(each)
        holder.text = kept or None
        if holder is block:
            return
        kept, earlier, holder = "", list(holder.itersiblings(preceding=True)), holder.getparent()
