"""What is typed after ``bookforge preflight`` into a demand; a slip in it is an error of the command."""

from pathlib import Path

from bookforge import printers
from bookforge.diagnostics import BookforgeError, UsageError, error
from bookforge.measure import MeasureError, TrimSize
from bookforge.preflight.subject import Demand


def demand(printer: str, trim: str | None, paper: str, binding: str, folder: Path) -> Demand:
    """Read a demand. ``printer`` is a name, or the path of a profile below ``folder``.

    Errors (all of the command): ``printer-known``, ``printer-valid``, ``trim-size-valid``, ``paper-known``.
    """
    try:
        profile = printers.find(printer, None, folder)
    except BookforgeError as problem:
        raise UsageError(*problem.diagnostics) from problem
    known = [each.name for each in profile.papers]
    if paper not in known:
        hint = f"its papers are {', '.join(known)}"
        raise UsageError(error("paper-known", f"{profile.title} has no paper '{paper}'", hint=hint))
    try:
        size = TrimSize.parse(trim) if trim is not None else None
    except MeasureError as problem:
        raise UsageError(error("trim-size-valid", str(problem), hint=problem.hint)) from problem
    return Demand(profile, size, paper, binding)


def readable(typed: Path) -> Path:
    """Return the file that was typed, once it is sure that it can be read.

    Errors: ``preflight-file`` when there is none; ``OSError`` when the machine refuses it.
    """
    hint = "name a PDF file"
    if typed.is_dir():
        raise UsageError(error("preflight-file", f"{typed} is a folder", hint=hint))
    if not typed.exists():
        raise UsageError(error("preflight-file", f"there is no file {typed}", hint=hint))
    if not typed.is_file():
        raise UsageError(error("preflight-file", f"{typed} is a device or pipe", hint=hint))
    with typed.open("rb"):
        return typed
