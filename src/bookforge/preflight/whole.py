"""Rules about the file as a whole: how it opens, what it carries beside its pages, how large it is."""

from typing import Final

from bookforge.preflight.subject import Subject
from bookforge.preflight.verdict import Place, Verdict, bad, counted, good, listed, named_pages, pages_of, remark, weigh

_OLDEST: Final = "1.3"
_NEWEST: Final = "1.7"
_AGAIN: Final = "export it for print, with"


def is_sound(subject: Subject) -> Verdict:
    """Say whether the file could be read whole."""
    reading = subject.reading
    if reading.trouble is not None:
        return bad(reading.trouble, reading.remedy or "export it again")
    if not reading.pages:
        return bad("the file has no pages", "export it again")
    broken = [page for page in reading.pages if page.broken is not None]
    if broken:
        what = f"{named_pages(page.number for page in broken)} cannot be read: {broken[0].broken}"
        return bad(what, "export it again", (Place(page.number, None, page.broken or "") for page in broken))
    if reading.damage:
        what = f"the file is damaged and was repaired while reading: {reading.damage[0]}"
        return remark(
            what, "export it again; not every program repairs it", (Place(None, None, each) for each in reading.damage)
        )
    strange = [page.number for page in reading.pages if page.strange]
    if strange:
        what = f"drawing instructions make no sense on {named_pages(strange)} and were passed over"
        return remark(
            what, "export it again, and compare the printer's proof there", (Place(number) for number in strange)
        )
    return good(f"the file is whole: {counted(len(reading.pages), 'page')}")


def is_unlocked(subject: Subject) -> Verdict:
    """Say whether the file opens and prints without a password."""
    if subject.reading.encrypted:
        return bad("the file is encrypted", f"{_AGAIN} no password and no restrictions")
    return good("the file is not encrypted")


def version(subject: Subject) -> Verdict:
    """Say whether printers' programs read this version of PDF."""
    found = subject.reading.version
    if _OLDEST <= found <= _NEWEST:
        return good(f"PDF {found}")
    return remark(
        f"PDF {found or 'without a version'}",
        f"{_AGAIN} a version from PDF {_OLDEST} to {_NEWEST}, which every printer reads",
    )


def outline(subject: Subject) -> Verdict:
    """Say whether the file has bookmarks."""
    count = subject.reading.outline
    if not count:
        return good("no bookmarks")
    return _unwanted(subject, "outline", counted(count, "bookmark"), f"{_AGAIN}out bookmarks")


def annotations(subject: Subject) -> Verdict:
    """Say whether there are links, comments and form fields on the pages."""
    found = [Place(page.number, None, kind) for page in subject.pages for kind in page.annotations]
    if not found:
        return good("no links and no comments")
    links = sum(place.thing == "Link" for place in found)
    others = len(found) - links
    words = [counted(links, "link")] * bool(links) + [counted(others, "comment or field", "comments or fields")] * bool(
        others
    )
    pages = pages_of(found)
    return _unwanted(
        subject, "annotations", f"{listed(words)} on {pages}", f"{_AGAIN}out links and comments", tuple(found)
    )


def layers(subject: Subject) -> Verdict:
    """Say whether the file has layers, of which a printer may print the wrong ones."""
    if not subject.reading.layers:
        return good("no layers")
    return _unwanted(
        subject, "layers", counted(subject.reading.layers, "layer"), f"{_AGAIN} all layers merged into one"
    )


def metadata(subject: Subject) -> Verdict:
    """Say whether the file describes the work; PDF/X asks for that."""
    found = subject.reading.metadata
    if not found:
        return good("no title, author or other metadata")
    if subject.reading.claims:
        return good(f"metadata, which PDF/X asks for: {listed(found)}")
    return _unwanted(
        subject,
        "metadata",
        f"metadata: {listed(found)}",
        "take title, author, subject, keywords and XMP out of the file",
    )


def attachments(subject: Subject) -> Verdict:
    """Say whether other files are in the file."""
    found = subject.reading.attachments
    if not found:
        return good("no attached files")
    return _unwanted(
        subject,
        "attachments",
        f"{counted(len(found), 'attached file')}: {', '.join(found[:3])}",
        f"{_AGAIN}out attachments",
    )


def _unwanted(subject: Subject, key: str, what: str, fix: str, where: tuple[Place, ...] = ()) -> Verdict:
    return weigh(key in subject.printer.forbids, what, fix, where)


def active(subject: Subject) -> Verdict:
    """Say whether the file does anything: JavaScript, forms, actions."""
    found = list(subject.reading.active)
    found += list(dict.fromkeys(action for page in subject.pages for action in page.actions))
    if not found:
        return good("no JavaScript, no forms, no actions")
    return bad(f"the file is not passive: {listed(found)}", f"{_AGAIN}out JavaScript, forms and actions")


def file_size(subject: Subject) -> Verdict:
    """Say whether the file is small enough."""
    size, most = subject.reading.size, subject.printer.max_bytes
    shown = f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"
    if not most or size <= most:
        return good(shown + (f", of {most / 1e6:.0f} MB" if most else ""))
    return bad(
        f"{shown}, and {subject.printer.title} takes {most / 1e6:.0f} MB",
        "make the pictures smaller: 300 dpi at their placed size is enough",
    )
