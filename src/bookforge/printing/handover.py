"""What an edition's printer is handed over: the files, measured before they leave, and a sheet that says what they are.

The sheet is for people, at the printer's form and a year later; everything in it follows from the book, so that the
same book has the same sheet.
"""

import dataclasses
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bookforge import __version__, preflight, printers
from bookforge.book import Metadata
from bookforge.cache import Cache
from bookforge.diagnostics import Diagnostic, EditionError, error, warning
from bookforge.edition import INTERIOR_FILE, SHEET_FILE, WRAP_FILE, Artifact, Edition
from bookforge.measure import inches, millimetres
from bookforge.preflight import Check, Demand, report
from bookforge.printers import Printer
from bookforge.printing.job import shelf

_COARSE: Final = {INTERIOR_FILE: "picture-fine-enough", WRAP_FILE: "cover-large-enough"}
"""The rules that name coarse pictures of a file before it is made."""
_COLUMN: Final = 12


@dataclass(frozen=True, slots=True)
class Measured:
    """A PDF of a package as preflight saw it: page count, page size in points, and the rules."""

    pages: int
    size: tuple[float, float]
    trim: tuple[float, float]
    has_bleed: bool
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class Handover:
    """A folder for a printer: its files with the sheet, and what its printer would refuse."""

    files: Mapping[str, bytes]
    refused: tuple[Diagnostic, ...]

    def refuse(self) -> None:
        """End the edition when a rule refuses one of the files.

        Errors: those of :data:`bookforge.preflight.INTERIOR`.
        """
        if self.refused:
            raise EditionError(*(error(each.rule, each.message, each.at, each.hint) for each in self.refused))

    def refused_beside(self, said: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
        """Return what was refused and was not said already: coarse pictures are named better before they are set."""
        rules = {each.rule for each in said}
        named = [name for name, rule in _COARSE.items() if rule in rules]
        return tuple(
            each
            for each in self.refused
            if each.rule != "print-resolution" or not each.message.startswith(tuple(f"{name}: " for name in named))
        )


def prepare(artifact: Artifact, metadata: Metadata, folder: Path, store: Cache) -> Handover:
    """Measure the files of an edition's package and write its sheet.

    ``folder`` is the book's. What is known of the same files from an earlier build is taken from ``store``.
    Errors: ``printer-known``, ``printer-valid``.
    """
    printer = printers.of(artifact.edition, folder)
    assert printer is not None
    measured = dict(_measure(artifact, printer, store))
    sheet = _Sheet(artifact, metadata, printer, measured).text()
    refused = tuple(
        _finding(name, check, artifact.edition)
        for name, found in measured.items()
        for check in found.checks
        if not check.passed
    )
    return Handover({**artifact.package, SHEET_FILE: sheet.encode()}, refused)


def _measure(artifact: Artifact, printer: Printer, store: Cache) -> Iterator[tuple[str, Measured]]:
    """Hold the files that are PDFs against the printer's rules."""
    edition, package = artifact.edition, artifact.package
    demand = Demand(printer, edition.trim, edition.paper, edition.binding)
    yield INTERIOR_FILE, _examine(INTERIOR_FILE, package[INTERIOR_FILE], demand, store)
    if WRAP_FILE in package:
        demand = dataclasses.replace(demand, cover=True, sheet=artifact.wrap_size)
        yield WRAP_FILE, _examine(WRAP_FILE, package[WRAP_FILE], demand, store)


def _examine(name: str, data: bytes, demand: Demand, store: Cache) -> Measured:
    kept = shelf(store)

    def make() -> Measured:
        reading, checks = preflight.examine(name, data, demand, kept if name == INTERIOR_FILE else None)
        subject = preflight.Subject(reading, demand)
        return Measured(len(reading.pages), subject.size, subject.trim, subject.has_bleed, checks)

    return kept.kept("preflight", Measured, make, hashlib.sha256(data).hexdigest(), repr(demand).encode())


def _finding(name: str, check: Check, edition: Edition) -> Diagnostic:
    first = f" (first: {check.where[0]})" if check.where else ""
    return warning(check.rule, f"{name}: {check.what}{first}", edition.at, check.fix)


# ---------------------------------------------------------------- the sheet


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What the sheet is written from."""

    artifact: Artifact
    metadata: Metadata
    printer: Printer
    measured: Mapping[str, Measured]

    def text(self) -> str:
        """Write the sheet: the book, the order, the files, the rules."""
        parts = [self._book(), self._order(), self._files(), *self._rules(), self._made()]
        return "\n".join("\n".join(part) + "\n" for part in parts)

    def _book(self) -> list[str]:
        data, edition = self.metadata, self.artifact.edition
        title = f"{data.title}: {data.subtitle}" if data.subtitle else data.title
        rows = {
            "Title": title,
            "Authors": ", ".join(author.name for author in data.authors),
            "Publisher": data.publisher or "",
            "Published": data.published or "",
            "Edition": edition.name,
            "ISBN": edition.isbn or "none",
        }
        return _rows(rows)

    def _order(self) -> list[str]:
        edition, printer, spine = self.artifact.edition, self.printer, self.artifact.spine
        inside = self.measured[INTERIOR_FILE]
        rows = {
            "Printer": f"{printer.title} ({printer.name})",
            "Binding": edition.binding,
            "Paper": edition.paper,
            "Trim": _both(*inside.trim),
            "Bleed": self._bleed(inside),
            "Pages": str(inside.pages),
            "Spine": _both(spine) if spine else "as the printer's template says",
        }
        wrap = self.measured.get(WRAP_FILE)
        if wrap is not None:
            rows["Cover"] = f"{_both(*wrap.size)}, bleed included"
        return _rows(rows)

    def _bleed(self, inside: Measured) -> str:
        if not inside.has_bleed:
            return "none"
        where = "on all sides" if self.printer.bleed_inside else "at head, foot and outside"
        return f"{_both(self.printer.bleed)} {where}"

    def _files(self) -> list[str]:
        lines = ["Files"]
        for name, data in sorted(self.artifact.package.items()):
            lines += [
                f"  {name:<{_COLUMN + 2}}{len(data):>12,} bytes",
                f"    sha256 {hashlib.sha256(data).hexdigest()}",
            ]
        return lines

    def _rules(self) -> Iterator[list[str]]:
        for name, found in self.measured.items():
            failed = sum(not check.passed for check in found.checks)
            result = f"{len(found.checks)} checked, {failed} failed"
            yield [f"Rules for {name}: {result}", *(line for check in found.checks for line in report.rows(check))]

    def _made(self) -> list[str]:
        said = "The rules above were checked on the files; that is no certificate of any standard."
        return [said, f"Made with bookforge {__version__}."]


def _rows(rows: Mapping[str, str]) -> list[str]:
    return [f"{name:<{_COLUMN}}{value}" for name, value in rows.items() if value]


def _both(*points: float) -> str:
    return f"{inches(*points)} ({millimetres(*points)})"
