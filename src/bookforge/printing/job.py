"""A PDF edition and its printer: margins that go with the page count, and the file for the press."""

import dataclasses
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bookforge import engines, printers
from bookforge.book import Metadata
from bookforge.cache import Cache, Shelf
from bookforge.diagnostics import Diagnostic, EditionError, Report, has_errors, warning
from bookforge.edition import INTERIOR_FILE, Artifact, Edition, Press, Reading
from bookforge.measure import TrimSize, inches
from bookforge.pipeline import code_digest
from bookforge.printers import Printer, gutter, limits
from bookforge.writers import press
from bookforge.writers.press.colours import BLACK, CMYK, RGB

_FULL_BLEED: Final = re.compile(r'class="(?:[^"]* )?full-bleed[ "]')
_NO_DAY: Final = "1980-01-01"


@dataclass(frozen=True, slots=True)
class Job:
    """An edition as its printer sees it.

    ``edition`` is the one that is printed: for a proof, the one it proves, whose pages it has; ``proof``: it is only
    shown. ``bleeds``: a picture of the book runs over the edge of its page. ``words`` are those of the manuscript.
    """

    printer: Printer
    edition: Edition
    trim: TrimSize
    bleeds: bool
    proof: bool
    words: int

    def margins(self, inside: float) -> Press:
        """Return what pages must keep free, with an inside margin in points."""
        bleed = self.printer.bleed if self.bleeds else 0.0
        return Press(inside, self.printer.edge(self.bleeds), bleed, 0 if self.proof else self.printer.min_dpi)

    def first_inside(self) -> float:
        """Return the inside margin of the page count that the words lead one to expect."""
        return self.printer.inside(gutter.estimate(self.words, self.trim.width.pt, self.trim.height.pt))

    def padded(self, pages: int) -> int:
        """Return the page count of the file for ``pages`` laid out, the last of them with ink."""
        return press.filled(pages, self.printer.page_multiple(self.trim), self.printer.last_blank)

    @property
    def ink(self) -> str:
        """What the interior is printed with: ``black``, ``rgb`` or ``cmyk``."""
        if self.printer.ink(self.edition.paper) != "colour" or self.printer.colour == "gray":
            return BLACK
        return CMYK if self.edition.pdf_x or self.printer.colour == "gray-or-cmyk" else RGB

    def order(self, metadata: Metadata, digital: bytes) -> press.Order:
        """Return what the file for the press must be."""
        printer = self.printer
        return press.Order(
            edges=press.Edges(printer.bleed if self.bleeds else 0.0, printer.bleed_inside, printer.clear_inside),
            multiple=printer.page_multiple(self.trim),
            last_blank=printer.last_blank,
            ink=self.ink,
            ink_limit=printer.ink_limit,
            crop_marks=printer.crop_marks,
            intent=_intent(metadata, digital) if self.edition.pdf_x else None,
        )


def job(read: Reading, declared: tuple[Edition, ...], folder: Path, report: Report) -> Job | None:
    """Return the printing job of a PDF edition, if it or the edition it proves names a printer.

    ``folder`` is the book's. What the printer does not take of the edition is reported, or ends it.
    Errors: ``printer-known``, ``printer-valid``, ``printer-of-pdf``, ``paper-known``, ``trim-size-listed``.
    """
    edition = read.edition
    proved = next((each for each in declared if each.name == edition.of), None)
    printed = proved if proved is not None and edition.printer is None else edition
    printer = printers.of(printed, folder)
    if printer is None:
        return None
    trim = edition.trim
    found = limits.of_edition(printed, printer, trim)
    if trim is None or has_errors(found):
        raise EditionError(*found)
    for finding in found:
        report(finding)
    contents = [section.content for section in read.book.sections if section.content]
    bleeds = any(_FULL_BLEED.search(content.body) for content in contents)
    words = sum(len(starts) for content in contents for starts in content.source_map.words.values())
    return Job(printer, printed, trim, bleeds, edition.of is not None, words)


Count = Callable[[Press], int]
Lay = Callable[[Press, Report], Artifact]


def make(job: Job, count: Count, lay: Lay, report: Report) -> Artifact:
    """Lay an edition out with the inside margin its page count asks for; only the last layout is reported on.

    ``count`` says how many pages there will be; what is then laid out, as a rule once, has the last word.
    Warnings: ``gutter-settled``.
    Errors: those of ``lay``.
    """
    printer = job.printer

    def look(inside: float) -> tuple[None, int]:
        return None, job.padded(count(job.margins(inside)))

    def lay_out(inside: float) -> tuple[tuple[Artifact, tuple[Diagnostic, ...]], int]:
        said: list[Diagnostic] = []
        artifact = lay(job.margins(inside), said.append)
        return (artifact, tuple(said)), job.padded(artifact.pages or 0)

    seen = gutter.settle(printer.inside, job.first_inside(), look)
    settled = gutter.settle(printer.inside, seen.inside, lay_out, gutter.ROUNDS if seen.exact else 0)
    artifact, said = settled.made
    for finding in said:
        report(finding)
    if not settled.exact:
        inside = inches(settled.inside)
        message = f"with every inside margin the page count asks for another one: {inside} is kept, the widest"
        report(warning("gutter-settled", message, job.edition.at, "a few lines more or less in the book settle it"))
    return artifact


def shelf(store: Cache) -> Shelf:
    """Return where what is made and read of pages for a printer is kept."""
    return Shelf(store, (code_digest(), engines.versions(*engines.PRESS)))


def pack(job: Job, artifact: Artifact, metadata: Metadata, store: Cache, report: Report) -> Artifact:
    """Put the file for the press into what is handed over, and say how many pages it has.

    What is known of the same pages from an earlier build is taken from ``store``.
    Errors: ``page-count-fits``; a warning where the printer's limits are not certain.
    """
    ((_, digital),) = artifact.files.items()
    interior = press.interior(digital, job.order(metadata, digital), shelf(store))
    found = limits.of_pages(job.edition, job.printer, job.trim, interior.pages)
    if has_errors(found):
        raise EditionError(*found)
    for finding in found:
        report(finding)
    package = {**artifact.package, INTERIOR_FILE: interior.data}
    return dataclasses.replace(artifact, package=package, printed=interior.pages)


def _intent(metadata: Metadata, digital: bytes) -> press.Intent:
    day = metadata.modified or metadata.published or _NO_DAY
    authors = ", ".join(author.name for author in metadata.authors)
    whole_day = "-".join([*day.split("-"), "01", "01"][:3])
    return press.Intent(metadata.title, authors, whole_day, hashlib.sha256(digital).hexdigest()[:32])
