"""What the tool says to the author: one record, one tree of exceptions, one list of rules.

The tree::

    BookforgeError            exit status 1 unless it says otherwise
      UsageError              the command names what is not there (exit status 2)
      ManifestError           book.yaml, or the YAML block of a chapter
      ManuscriptError         a chapter, an image, a link
      LayoutError             a template, a stylesheet, a font of a layout
      EditionError            an edition that cannot be made as it is declared
      OutputError             the output folder or the cache cannot be written (exit status 3)
      EngineError             pandoc, Pango, a font package or a validator is missing or broken (exit status 3)
"""

import enum
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bookforge.rules import RULES


class Severity(enum.StrEnum):
    """How much a finding weighs; the order of declaration is the order of weight."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a file of the book.

    ``path`` is relative to the book's folder, with forward slashes (or absolute when the file is outside it).
    ``line`` and ``column`` count from 1, columns in characters of the file as it is on disk;
    ``None`` means unknown, never 0.
    """

    path: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.path, self.line, self.column) if part is not None)


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding. ``rule`` is a stable kebab-case id from :data:`bookforge.rules.RULES`."""

    rule: str
    severity: Severity
    message: str
    at: Location | None = None
    hint: str | None = None

    def __post_init__(self) -> None:
        assert self.rule in RULES, f"undeclared rule {self.rule!r}: add it to rules.py"

    def __str__(self) -> str:
        place = f"{self.at}: " if self.at else ""
        hint = f"\n  hint: {self.hint}" if self.hint else ""
        return f"{place}{self.severity}: {self.message} [{self.rule}]{hint}"


Report = Callable[[Diagnostic], None]


def error(rule: str, message: str, at: Location | None = None, hint: str | None = None) -> Diagnostic:
    """Make a finding that fails the build."""
    return Diagnostic(rule, Severity.ERROR, message, at, hint)


def warning(rule: str, message: str, at: Location | None = None, hint: str | None = None) -> Diagnostic:
    """Make a finding that fails the build only under ``--strict``."""
    return Diagnostic(rule, Severity.WARNING, message, at, hint)


def note(rule: str, message: str, at: Location | None = None, hint: str | None = None) -> Diagnostic:
    """Make a remark."""
    return Diagnostic(rule, Severity.NOTE, message, at, hint)


class BookforgeError(Exception):
    """The work cannot go on; carries every finding of the stage that stopped, at least one an error."""

    exit_status = 1

    def __init__(self, *diagnostics: Diagnostic) -> None:
        assert diagnostics
        self.diagnostics = diagnostics
        super().__init__("\n".join(map(str, diagnostics)))

    def __reduce__(self) -> tuple[type["BookforgeError"], tuple[Diagnostic, ...]]:
        # A worker process sends its error home; the message alone would not do.
        return type(self), self.diagnostics


class UsageError(BookforgeError):
    """The command is wrong, or names what is not there."""

    exit_status = 2


class ManifestError(BookforgeError):
    """``book.yaml`` or a chapter's YAML block is wrong."""


class ManuscriptError(BookforgeError):
    """A chapter, or something a chapter names, is wrong."""


class LayoutError(BookforgeError):
    """A layout's template, stylesheet, settings or font is wrong."""


class EditionError(BookforgeError):
    """An edition cannot be made as it is declared."""


class OutputError(BookforgeError):
    """The output folder or the cache cannot be written."""

    exit_status = 3


class EngineError(BookforgeError):
    """An engine this machine needs is missing or broken."""

    exit_status = 3


def of_machine(problem: OSError) -> EngineError:
    """Return the error for what no stage expects of a machine: a full temporary folder, a file system that is gone."""
    place = f": {problem.filename}" if problem.filename else ""
    return EngineError(error("machine-sound", f"{problem.strerror or problem}{place}", hint="see 'bookforge doctor'"))


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Say whether any finding is an error."""
    return any(found.severity is Severity.ERROR for found in diagnostics)
