"""Rules for the wrap of a cover, where they differ from those for the inside: one sheet, its size, its edges."""

import dataclasses
from typing import Final

from bookforge.measure import NAMED, SAME_PT, TrimSize, inches, same_size
from bookforge.preflight.facts import Reading
from bookforge.preflight.paging import an, outermost
from bookforge.preflight.subject import TOLERANCE_PT, Demand, Size, Subject
from bookforge.preflight.verdict import Place, Verdict, bad, counted, good, remark

_THICKEST_PT: Final = 3 * 72
_SPREAD: Final = 1.2
"""A single page that is wider than high by this much is no page of a book, unless somebody cuts books to that size."""


def recognised(reading: Reading, demand: Demand) -> Demand:
    """Return the demand, as one for a cover where the file can be nothing else: one page, wide enough for two."""
    if demand.cover or len(reading.pages) != 1 or reading.pages[0].broken is not None:
        return demand
    size = (reading.pages[0].width, reading.pages[0].height)
    subject = Subject(reading, demand)
    is_page = any(same_size(size, made) for trim in _trims(demand) for made in (trim, subject.with_bleed(trim)))
    if _panel(size, demand) is None and (is_page or size[0] < _SPREAD * size[1]):
        return demand
    return dataclasses.replace(demand, cover=True)


def _trims(demand: Demand) -> list[Size]:
    if demand.trim is not None:
        return [demand.trim.points]
    listed = list(demand.printer.trims.get(demand.binding, ()))
    return listed or [TrimSize.parse(name).points for name in NAMED]


def _panel(size: Size, demand: Demand) -> tuple[Size, float] | None:
    """Return the trim of a paperback whose cover has this size, with the width that is left for its spine."""
    bleed = demand.printer.cover_bleed
    found = [
        (spine, trim)
        for trim in _trims(demand)
        if abs(size[1] - trim[1] - 2 * bleed) <= SAME_PT
        and -SAME_PT <= (spine := size[0] - 2 * trim[0] - 2 * bleed) <= _THICKEST_PT
    ]
    return (min(found)[1], min(found)[0]) if found else None


def _measured(subject: Subject) -> Verdict:
    """Say what book a cover of which nothing is known may go round."""
    found, printer, demand = _panel(subject.size, subject.demand), subject.printer, subject.demand
    of_size = f"one page of {inches(*subject.size)}"
    if found is None:
        what = f"{of_size}, which is the cover of no size that is known of {printer.title}"
        compare = "compare it with the printer's template"
        return remark(
            what, compare if demand.trim else f"say the size after the cut, as in --trim 6x9in, and {compare}"
        )
    trim, spine = found
    what = f"{of_size}: back and front of {inches(*trim)}, bleed, and a spine of {inches(max(0.0, spine))}"
    first, second = (printer.spine(pages, demand.paper, demand.binding) for pages in (0, 1))
    if first is None or second is None or second <= first:
        return good(what)
    pages = round((spine - first) / (second - first))
    return good(f"{what}, that of {counted(max(0, pages), 'page')} on {demand.paper} paper")


def size(subject: Subject) -> Verdict:
    """Say whether the wrap is one page of the size that the book's thickness asks for."""
    wanted = subject.demand.sheet
    if len(subject.reading.pages) != 1:
        return bad(f"the wrap has {len(subject.reading.pages)} pages", "export back, spine and front as one page")
    points = f"{subject.size[0]:g} × {subject.size[1]:g} pt"
    if wanted is None:
        return _measured(subject)
    if same_size(subject.size, wanted):
        return good(f"one page of {inches(*wanted)} ({points})")
    what = f"the wrap is {inches(*subject.size)} ({points}), and this book's is {inches(*wanted)}"
    return bad(what, "make the wrap again: its spine follows from the page count and the paper")


def margins(subject: Subject) -> Verdict:
    """Say whether text stays where the cut cannot reach it."""
    safe = subject.printer.cover_bleed + subject.printer.cover_safe
    found = [
        Place(page.number, run.box, f"“{run.text}”")
        for page in subject.pages
        for run in page.runs
        if min(run.box[0], run.box[1], page.width - run.box[2], page.height - run.box[3]) < safe - TOLERANCE_PT
    ]
    if found:
        return bad("text stands too near the edge", f"keep text {inches(safe)} from the edge of the sheet", found)
    return good(f"all text keeps {inches(safe)} from the edge of the sheet")


def bleed(subject: Subject) -> Verdict:
    """Say whether pictures and areas go to the edge of the sheet or stay away from the cut."""
    safe = subject.printer.cover_bleed + TOLERANCE_PT
    found = [
        Place(page.number, art.box, an(art.kind))
        for page in subject.pages
        for art in outermost(page.art)
        if any(
            TOLERANCE_PT < distance < safe
            for distance in (art.box[0], art.box[1], page.width - art.box[2], page.height - art.box[3])
        )
    ]
    if found:
        return bad("something ends at the cut", "let it go to the edge of the sheet, or end before the cut", found)
    return good("pictures and areas go to the edge of the sheet, or stay away from the cut")
