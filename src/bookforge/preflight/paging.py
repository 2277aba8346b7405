"""Rules about the pages: their size, their boxes, how many there are, which are blank, and what may stand where."""

from collections.abc import Iterator
from typing import Final

from bookforge.diagnostics import Severity
from bookforge.measure import SAME_PT, inches, same_size
from bookforge.preflight.facts import Art, Box, Page
from bookforge.preflight.subject import TOLERANCE_PT, Frame, Subject, size_of
from bookforge.preflight.verdict import (
    Place,
    Verdict,
    bad,
    counted,
    good,
    named_pages,
    pages_of,
    remark,
    runs_of,
    weigh,
)
from bookforge.printers import Printer

_GROUNDS: Final = frozenset({"area", "picture", "shading"})
_SIDES: Final = ("left", "top", "right", "bottom")


# ---------------------------------------------------------------- size


def one_size(subject: Subject) -> Verdict:
    """Say whether all pages have one size, and one the printer can cut the book from."""
    others = [page for page in subject.pages if not same_size((page.width, page.height), subject.size)]
    if others:
        outliers = named_pages(page.number for page in others)
        what = f"the pages are not all of one size: most are {inches(*subject.size)}, not so {outliers}"
        where = (Place(page.number, None, inches(page.width, page.height)) for page in others)
        return bad(what, "set all pages in one size", where)
    trim, wanted = subject.trim, subject.with_bleed(subject.trim)
    points = f"{subject.size[0]:g} × {subject.size[1]:g} pt"
    if same_size(subject.size, trim):
        return good(f"all pages are {inches(*trim)} ({points}), without bleed")
    if same_size(subject.size, wanted):
        return good(f"all pages are {inches(*trim)} and bleed ({points})")
    if subject.printer.crop_marks and subject.has_bleed and all(page.trim is not None for page in subject.pages):
        return good(f"all pages are {inches(*trim)} with marks around ({points})")
    what = f"the pages are {inches(*subject.size)} ({points}), and the book is cut to {inches(*trim)}"
    sides = "on all four sides" if subject.printer.bleed_inside else "at head, foot and outside, not at the binding"
    wide = f"{inches(subject.printer.bleed)} {sides}"
    return bad(what, f"make the pages {inches(*trim)}, or {inches(*wanted)} with a bleed of {wide}")


def trim_offered(subject: Subject) -> Verdict:
    """Say whether the printer makes books of this size."""
    demand, printer = subject.demand, subject.printer
    what = f"{inches(*subject.trim)}, {demand.binding} on {demand.paper} paper"
    if printer.takes(subject.trim_size, demand.binding, demand.paper):
        return good(what)
    sizes = sorted(
        printer.trims.get(demand.binding, ()),
        key=lambda size: abs(size[0] - subject.trim[0]) + abs(size[1] - subject.trim[1]),
    )
    nearest = ", ".join(inches(*size) for size in sizes[:3])
    fix = f"choose a size {printer.title} names, nearest {nearest}" if nearest else "ask the printer about this size"
    fix = f"{fix}; if the pages have bleed, say the trim size"
    fails = printer.unlisted_trim is Severity.ERROR and subject.is_confirmed("trims")
    return weigh(fails, f"{printer.title} does not list {what}", fix)


def upright(subject: Subject) -> Verdict:
    """Say whether the pages are single ones, the right way up."""
    width, height = subject.trim
    turned = [page.number for page in subject.pages if page.turned]
    if width > height + SAME_PT and not subject.printer.takes(
        subject.trim_size, subject.demand.binding, subject.demand.paper
    ):
        what = "the pages are wider than high"
        fix = "export single pages, not spreads" if width > height * 1.2 else "turn the pages upright"
        return bad(what, fix)
    if turned:
        return remark(
            f"{named_pages(turned)} turned in the file",
            "export the pages upright; not every printer turns them",
            (Place(number) for number in turned),
        )
    return good("single pages, upright" if height >= width else "single pages, landscape as listed")


def boxes(subject: Subject) -> Verdict:
    """Say whether the boxes of every page lie in each other and say the same."""
    wrong = [Place(page.number, box, name) for page in subject.pages for name, box in _misplaced(page)]
    if wrong:
        names = ", ".join(sorted({place.thing for place in wrong}))
        return bad(
            f"{names} on {pages_of(wrong)}",
            "export with TrimBox inside BleedBox inside MediaBox",
            wrong,
        )
    cut = [
        frame
        for frame in subject.frames
        if frame.page.trim is not None and not same_size(size_of(frame.page.trim), subject.trim)
    ]
    if cut:
        what = f"the TrimBox of {named_pages(frame.page.number for frame in cut)} is not {inches(*subject.trim)}"
        where = (Place(frame.page.number, frame.page.trim, "TrimBox") for frame in cut)
        return weigh(
            subject.has_bleed or subject.demand.trim is None,
            what,
            f"set the TrimBox to {inches(*subject.trim)} on every page",
            where,
        )
    if subject.has_bleed and any(page.trim is None for page in subject.pages):
        return remark(
            "no TrimBox says where the pages are cut",
            "export with a TrimBox; until then it is guessed from the page's side",
        )
    return good("the boxes of all pages agree")


def _misplaced(page: Page) -> Iterator[tuple[str, Box]]:
    media = (0.0, 0.0, page.width, page.height)
    bleed = page.bleed or media
    if page.bleed and not _within(page.bleed, media):
        yield "a BleedBox beyond the MediaBox", page.bleed
    if page.trim and not _within(page.trim, media):
        yield "a TrimBox beyond the MediaBox", page.trim
    elif page.trim and not _within(page.trim, bleed):
        yield "a TrimBox beyond the BleedBox", page.trim
    if page.crop and not _within(page.trim or bleed, page.crop):
        yield "a CropBox that hides part of the page", page.crop


def _within(inner: Box, outer: Box) -> bool:
    return (
        inner[0] >= outer[0] - TOLERANCE_PT and inner[1] >= outer[1] - TOLERANCE_PT
        and inner[2] <= outer[2] + TOLERANCE_PT and inner[3] <= outer[3] + TOLERANCE_PT
    )  # fmt: skip


# ---------------------------------------------------------------- number


def count(subject: Subject) -> Verdict:
    """Say whether a book of so many pages is made, and in whole sheets."""
    pages, printer, demand = len(subject.reading.pages), subject.printer, subject.demand
    limits = printer.pages(demand.binding, demand.paper, subject.trim_size)
    kind = f"{demand.binding} on {demand.paper} paper"
    if limits is None:
        return bad(f"{printer.title} makes no {kind}", "name another paper or binding")
    least, most = limits
    if not least <= pages <= most:
        fails = printer.count_outside is Severity.ERROR and subject.is_confirmed("page-counts")
        fix = (
            "add pages, or choose a smaller trim or a larger type"
            if pages < least
            else "choose a larger trim or another paper, or divide the book"
        )
        return weigh(fails, f"{counted(pages, 'page')}, and {printer.title} makes a {kind} of {least} to {most}", fix)
    multiple = printer.page_multiple(subject.trim_size)
    rest = -pages % multiple
    if rest:
        what = f"{counted(pages, 'page')}, no multiple of {multiple}"
        fails = bool(pages % 2) or subject.is_confirmed("page-multiple")
        return weigh(fails, what, f"add {counted(rest, 'blank page')} at the end")
    return good(f"{counted(pages, 'page')}, of {least} to {most}, in multiples of {multiple}")


def last_blank(subject: Subject) -> Verdict | None:
    """Say whether the last page is left to the printer."""
    if not subject.printer.last_blank or not subject.pages:
        return None
    last = subject.pages[-1]
    if not last.paints:
        return good("the last page is blank")
    what = (
        "the last page is not blank" if last.shows else "the last page looks blank, but spaces or white are set on it"
    )
    return bad(what, f"end with an empty page: {subject.printer.title} prints a barcode there", [Place(last.number)])


def blank_runs(subject: Subject) -> Verdict | None:
    """Say whether so many blank pages follow each other that somebody asks whether that is meant."""
    most = subject.printer.max_blank_run
    if most is None:
        return None
    at_end = max(most, subject.printer.page_multiple(subject.trim_size))  # what fills the last sheet
    last = len(subject.reading.pages)
    blank = runs_of(page.number for page in subject.pages if not page.shows)
    runs = [run for run in blank if len(run) > (at_end if run[-1] == last else most)]
    if not runs:
        return good(f"never more than {most} blank pages together")
    numbers = [number for run in runs for number in run]
    what = f"{counted(max(map(len, runs)), 'blank page')} together: {named_pages(numbers)}"
    return remark(
        what, "take some out; the sources disagree on how many are accepted", (Place(number) for number in numbers)
    )


def blank_pages(subject: Subject) -> Verdict:
    """Say whether pages that look blank are."""
    found = [page for page in subject.pages if not page.shows and page.paints]
    if found:
        looks = f"{named_pages(page.number for page in found)} look{'s' if len(found) == 1 else ''} blank"
        what = f"{looks}, but spaces or white are set there"
        return remark(
            what,
            "leave blank pages empty",
            (Place(page.number, None, counted(page.paints, "drawing operator")) for page in found),
        )
    blank = sum(not page.shows for page in subject.pages)
    return good(f"{counted(blank, 'blank page')}, without any drawing operator" if blank else "no blank pages")


# ---------------------------------------------------------------- what stands where


def margins(subject: Subject) -> Verdict:
    """Say whether all text keeps its distance from the edges, at the binding that of a book of this thickness."""
    needed = _needed(subject)
    found = [
        Place(frame.page.number, frame.moved(run.box), f"“{run.text}” {_near(frame, run.box, needed)}")
        for frame in subject.frames
        for run in frame.page.runs
        if _near(frame, run.box, needed) and _on_paper(frame, run.box)
    ]
    inner, edge = needed
    asked = f"{inches(inner)} at the binding and {inches(edge)} elsewhere"
    if not found:
        return good(f"all text keeps {asked}")
    what = f"text stands too near the edge on {pages_of(found)}"
    return bad(what, f"{subject.printer.title} asks for {asked} ({counted(len(subject.reading.pages), 'page')})", found)


def _needed(subject: Subject) -> tuple[float, float]:
    return subject.printer.inside(len(subject.reading.pages)), subject.printer.edge(subject.has_bleed)


def _near(frame: Frame, box: Box, needed: tuple[float, float]) -> str:
    """Say which edge a box is too near, and how near; nothing where it is not."""
    for side, distance in enumerate(frame.distances(box)):
        least = needed[0] if side == frame.inner else needed[1]
        if distance < least - TOLERANCE_PT:
            edge = "binding" if side == frame.inner else f"{_SIDES[side]} edge"
            return f"is {distance:.1f} pt from the {edge}, not {least:g}"
    return ""


def _on_paper(frame: Frame, box: Box) -> bool:
    return box[2] > 0 and box[3] > 0 and box[0] < frame.page.width and box[1] < frame.page.height


def bleed(subject: Subject) -> Verdict:
    """Say whether pictures and drawings either keep their distance or go on into the bleed."""
    needed = _needed(subject)
    found = [
        Place(frame.page.number, frame.moved(art.box), f"{an(art.kind)} {fault}")
        for frame in subject.frames
        for art in outermost(frame.page.art)
        if not frame.is_mark(art.box, subject.printer.bleed)
        and (fault := _stops_short(frame, art.box, needed, subject.printer))
    ]
    if not found:
        return good("pictures and drawings keep their distance or go into the bleed")
    what = f"pictures or drawings stop at the edge on {pages_of(found)}"
    wide = inches(subject.printer.bleed)
    fix = (
        f"let them go {wide} beyond the cut, or move them inside the margins"
        if subject.has_bleed
        else f"make the pages {inches(*subject.with_bleed(subject.trim))} with bleed, or move them inside the margins"
    )
    return bad(what, fix, found)


def outermost(drawn: tuple[Art, ...]) -> list[Art]:
    """Leave out what is drawn on something larger, as the parts of a picture are: the larger thing has the edge."""
    kept: list[Art] = []
    for art in sorted(drawn, key=lambda art: -_extent(art.box)):
        if not any(_holds(other.box, art.box) for other in kept if other.kind in _GROUNDS):
            kept.append(art)
    return kept


def _extent(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _holds(outer: Box, inner: Box) -> bool:
    return outer[0] <= inner[0] and outer[1] <= inner[1] and outer[2] >= inner[2] and outer[3] >= inner[3]


def an(kind: str) -> str:
    """Put the article to a kind of thing."""
    return f"an {kind}" if kind == "area" else f"a {kind}"


def _stops_short(frame: Frame, box: Box, needed: tuple[float, float], printer: Printer) -> str:
    asked = printer.bleed
    for side, distance in enumerate(frame.distances(box)):
        bound, beyond = side == frame.inner, frame.bleed[side]
        edge = "binding" if bound else f"{_SIDES[side]} edge"
        if distance >= (needed[0] if bound else needed[1]) - TOLERANCE_PT:
            continue
        if beyond and distance <= TOLERANCE_PT - min(asked, beyond):
            continue
        if bound and not beyond and distance <= TOLERANCE_PT + printer.clear_inside:
            continue  # art that goes over the fold, or up to the strip along it that takes no ink
        if distance <= TOLERANCE_PT and not beyond:
            return f"reaches the {edge}, where the file has no bleed"
        if distance < 0:
            return f"goes {-distance:.1f} pt beyond the {edge}, not {asked:g}"
        return f"is {distance:.1f} pt from the {edge}"
    return ""


def bind_strip(subject: Subject) -> Verdict | None:
    """Say whether the strip along the binding is free of ink, where glue has to hold."""
    strip = subject.printer.clear_inside
    if not strip:
        return None
    found = [
        Place(frame.page.number, frame.moved(box), thing)
        for frame in subject.frames
        for box, thing in _things(frame.page)
        if frame.distances(box)[frame.inner] < strip - TOLERANCE_PT
    ]
    wide = f"{inches(strip)} along the binding"
    if not found:
        return good(f"{wide} are free of ink")
    return bad(
        f"{wide} are not free of ink on {pages_of(found)}",
        "end everything before it, pictures too",
        found,
    )


def _things(page: Page) -> Iterator[tuple[Box, str]]:
    for run in page.runs:
        yield run.box, f"“{run.text}”"
    for art in page.art:
        yield art.box, an(art.kind)


def marks(subject: Subject) -> Verdict:
    """Say whether crop marks or other things stand outside the page and its bleed."""
    found = [
        Place(frame.page.number, frame.moved(box), thing)
        for frame in subject.frames
        for box, thing in _things(frame.page)
        if frame.is_mark(box, subject.printer.bleed)
    ]
    if not found:
        return good("no crop marks")
    what = f"crop marks or notes outside the page on {pages_of(found)}"
    if subject.printer.crop_marks:
        return good(what)
    return weigh("marks" in subject.printer.forbids, what, "export without printer's marks", found)
