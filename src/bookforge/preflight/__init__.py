"""A finished PDF in, one line a rule out: whether a printer would take it, where it would not, and what to do.

Works on every PDF, whoever made it. The rules are a table; each is a function from what was read to a verdict, and
takes its numbers from the printer's profile (:mod:`bookforge.printers`).
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from bookforge.cache import Shelf
from bookforge.preflight import cover, ink, paging, pdfx, structure, whole
from bookforge.preflight.facts import Reading
from bookforge.preflight.subject import Demand, Subject, size_of
from bookforge.preflight.verdict import Check, Place, Verdict

__all__ = ["INTERIOR", "Check", "Demand", "Place", "Reading", "Subject", "examine", "judge", "look", "sizes"]

Rule = Callable[[Subject], Verdict | None]

_BOTH_FIRST: Final[Mapping[str, Rule]] = {
    "print-sound": whole.is_sound,
    "print-unlocked": whole.is_unlocked,
    "print-version": whole.version,
    "print-file-size": whole.file_size,
}
_BOTH_LAST: Final[Mapping[str, Rule]] = {
    "print-fonts-embedded": ink.embedded,
    "print-no-type3": ink.no_type3,
    "print-glyphs": ink.glyphs,
    "print-text-size": ink.text_size,
    "print-resolution": ink.resolution,
    "print-colours": ink.colours,
    "print-black-text": ink.black_text,
    "print-ink-limit": ink.ink_limit,
    "print-transparency": ink.transparency,
    "print-outline": whole.outline,
    "print-annotations": whole.annotations,
    "print-layers": whole.layers,
    "print-metadata": whole.metadata,
    "print-attachments": whole.attachments,
    "print-passive": whole.active,
    "print-pdf-x": pdfx.standard,
}
INTERIOR: Final[Mapping[str, Rule]] = {
    **_BOTH_FIRST,
    "print-page-size": paging.one_size,
    "print-trim": paging.trim_offered,
    "print-boxes": paging.boxes,
    "print-upright": paging.upright,
    "print-page-count": paging.count,
    "print-last-blank": paging.last_blank,
    "print-blank-runs": paging.blank_runs,
    "print-blank-pages": paging.blank_pages,
    "print-margins": paging.margins,
    "print-bleed": paging.bleed,
    "print-bind-strip": paging.bind_strip,
    "print-marks": paging.marks,
    "print-line-weight": ink.lines,
    "print-tints": ink.tints,
    **_BOTH_LAST,
}
"""The rules for the inside of a book, in the order they are reported."""

COVER: Final[Mapping[str, Rule]] = {
    **_BOTH_FIRST,
    "print-page-size": cover.size,
    "print-margins": cover.margins,
    "print-bleed": cover.bleed,
    **_BOTH_LAST,
}
"""The rules for the wrap of a cover."""

_WITHOUT_PAGES: Final = ("print-sound", "print-unlocked")


def examine(
    name: str, source: Path | bytes, demand: Demand, shelf: Shelf | None = None
) -> tuple[Reading, tuple[Check, ...]]:
    """Read a PDF and judge it. ``shelf``, for files of our own making, keeps what is read of pages.

    Errors: ``OSError`` where the file cannot be read; whatever is wrong with what is in it is among the checks.
    """
    reading = structure.read(name, source, shelf)
    return reading, judge(reading, demand)


def look(name: str, source: Path | bytes, demand: Demand) -> tuple[Reading, Demand, tuple[Check, ...]]:
    """Read a PDF of which nobody said whether it is the inside of a book or its cover, and judge it as what it is.

    Errors: as :func:`examine`.
    """
    reading = structure.read(name, source)
    taken = cover.recognised(reading, demand)
    return reading, taken, judge(reading, taken)


def sizes(data: bytes) -> tuple[tuple[float, float], ...] | str:
    """Return the pages' sizes in points (width, height), bleed included and marks left out; else why there are none."""
    reading = structure.read("", data)
    broken = [page.broken for page in reading.pages if page.broken is not None]
    if reading.trouble is not None or broken:
        return reading.trouble or broken[0]
    return tuple(size_of(page.bleed) if page.bleed else (page.width, page.height) for page in reading.pages)


def judge(reading: Reading, demand: Demand) -> tuple[Check, ...]:
    """Hold a reading against what is demanded; a file that could not be opened gets one check."""
    subject = Subject(reading, demand)
    table = COVER if demand.cover else INTERIOR
    if reading.trouble is not None or not subject.pages:
        table = {rule: table[rule] for rule in _WITHOUT_PAGES[: 2 if reading.encrypted and not reading.trouble else 1]}
    verdicts = ((rule, judged(subject)) for rule, judged in table.items())
    return tuple(verdict.named(rule) for rule, verdict in verdicts if verdict)
