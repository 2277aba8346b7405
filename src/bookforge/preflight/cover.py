"""Rules for the wrap of a cover, where they differ from those for the inside: one sheet, its size, its edges."""

from bookforge.preflight.paging import an, outermost
from bookforge.preflight.subject import TOLERANCE_PT, Subject, in_inches, same
from bookforge.preflight.verdict import Place, Verdict, bad, good


def size(subject: Subject) -> Verdict:
    """Say whether the wrap is one page of the size that the book's thickness asks for."""
    wanted = subject.demand.sheet or subject.size
    if len(subject.reading.pages) != 1:
        return bad(f"the wrap has {len(subject.reading.pages)} pages", "export back, spine and front as one page")
    points = f"{subject.size[0]:g} × {subject.size[1]:g} pt"
    if same(subject.size, wanted):
        return good(f"one page of {in_inches(wanted)} ({points})")
    what = f"the wrap is {in_inches(subject.size)} ({points}), and this book's is {in_inches(wanted)}"
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
        return bad("text stands too near the edge", f"keep text {safe / 72:g} in from the edge of the sheet", found)
    return good(f"all text keeps {safe / 72:g} in from the edge of the sheet")


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
