"""A finished edition → what independent validators say about it, as diagnostics.

The validators are installed apart (``tests/validators/install``) and share no code with this program.
"""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from bookforge.diagnostics import Diagnostic, EngineError, Location, error, note, warning

# program name → the formats it judges; Java and Node run the others
TOOLS: Final[Mapping[str, tuple[str, ...]]] = {
    "EPUBCheck": ("epub",),
    "Ace": ("epub",),
    "veraPDF": ("pdf",),
    "Nu checker": ("html",),
    "axe": ("html",),
    "Java": ("epub", "pdf", "html"),
    "Node": ("epub", "html"),
}
BROWSER_FORMATS: Final = ("epub", "html")  # Ace and axe look at pages in a browser
BROWSERS: Final = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
HOW_TO_INSTALL: Final = "run `make setup-test` in a clone of the repository, or set BOOKFORGE_TOOLS to an installation"
TIME_LIMIT: Final = 900  # seconds; the longest books take some minutes in Ace


def epub(path: Path) -> tuple[Diagnostic, ...]:
    """Give what EPUBCheck and Ace find in an EPUB; an empty tuple is a clean book.

    Errors: ``validator-present`` (raised) when one of them is missing or gives no report.
    """
    _demand("epub")
    return (*_epubcheck(path), *_ace(path))


def pdf(path: Path, flavour: str = "ua1") -> tuple[Diagnostic, ...]:
    """Give each rule of ``flavour`` (``ua1``, ``ua2``, ``2b``, …) that veraPDF finds broken in a PDF."""
    _demand("pdf")
    [report] = _json_lines("veraPDF", _run("verapdf", flavour, str(path)))
    if "error" in report:
        return (error("pdf-conforms", f"veraPDF cannot read the file: {report['error']}", Location(path.name)),)
    if not report["checks"] or report["compliant"] is bool(report["failures"]):
        raise _no_validator(f"veraPDF gave a report that contradicts itself: {report}")
    return tuple(
        error(
            "pdf-conforms",
            f"PDF/{flavour.upper()} {failure['rule']}, {failure['count']} times: {failure['message']}",
            Location(path.name),
            hint=f"first at {failure['where'][0]}" if failure["where"] else None,
        )
        for failure in report["failures"]
    )


def html(folder: Path) -> tuple[Diagnostic, ...]:
    """Give what the Nu checker and axe find in the pages, stylesheets and drawings of a folder."""
    _demand("html")
    pages = sorted(folder.rglob("*.html"))
    others = sorted(path for kind in ("*.css", "*.svg") for path in folder.rglob(kind))
    if not pages:
        return (error("html-conforms", "there is no page in this folder", Location(str(folder))),)
    return (*_nu(folder, (*pages, *others)), *_axe(folder, pages))


def missing(*formats: str) -> tuple[str, ...]:
    """Name the programs that are missing for checking these formats (all formats when none is named)."""
    wanted = set(formats) or {"epub", "pdf", "html"}
    installed = versions()
    absent = [name for name, judged in TOOLS.items() if wanted & set(judged) and name not in installed]
    if wanted & set(BROWSER_FORMATS) and browser() is None:
        absent.append("Chromium")
    return tuple(absent)


def versions() -> Mapping[str, str]:
    """Give the installed validators' versions by name; empty when there are none."""
    try:
        found = json.loads((tools_folder() / "versions.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(name): str(version) for name, version in found.items()} if isinstance(found, dict) else {}


def tools_folder() -> Path:
    """Give the folder of the validators: ``$BOOKFORGE_TOOLS``, else ``.tools`` at the top of the repository."""
    chosen = os.environ.get("BOOKFORGE_TOOLS")
    return Path(chosen) if chosen else Path(__file__).parents[2] / ".tools"


def browser() -> str | None:
    """Give the path of this system's Chromium or Chrome; ``$CHROMIUM`` chooses another."""
    names = (os.environ.get("CHROMIUM"), *BROWSERS)
    return next((found for name in names if name and (found := shutil.which(name))), None)


def _demand(form: str) -> None:
    absent = missing(form)
    if absent:
        raise _no_validator(f"missing for checking {form.upper()}: {', '.join(absent)}", HOW_TO_INSTALL)


def _no_validator(message: str, hint: str | None = None) -> EngineError:
    return EngineError(error("validator-present", message, hint=hint))


def _run(*command: str) -> str:
    """Run an installed validator and give its standard output; the exit status says nothing more than the report."""
    program = str(tools_folder().absolute() / "run")
    try:
        done = subprocess.run((program, *command), capture_output=True, text=True, timeout=TIME_LIMIT, check=False)
    except (OSError, subprocess.TimeoutExpired) as fault:
        raise _no_validator(f"{command[0]} does not run: {fault}") from fault
    if done.returncode in (126, 127):
        raise _no_validator(f"{command[0]} does not run: {done.stderr.strip()}", HOW_TO_INSTALL)
    return done.stdout or done.stderr


def _json_lines(name: str, text: str) -> list[dict[str, Any]]:
    """Read one JSON object a line. No report is never a clean report."""
    try:
        found = [json.loads(line) for line in text.splitlines() if line.strip()]
    except ValueError:
        found = []
    if not found:
        raise _no_validator(f"{name} gave no report: {text.strip()[-500:]}")
    return found


def _json(name: str, text: str) -> dict[str, Any]:
    [report] = _json_lines(name, text.replace("\n", " "))
    return report


def _epubcheck(path: Path) -> Iterator[Diagnostic]:
    kinds = {"FATAL": error, "ERROR": error, "WARNING": warning}
    for message in _json("EPUBCheck", _run("epubcheck", str(path)))["messages"]:
        make = kinds.get(message["severity"], note)
        text = f"{message['ID']}: {message['message']}"
        places = [_inside(path, found) for found in message["locations"]] or [Location(path.name)]
        for place in places:
            yield make("epub-conforms", text, place, message.get("suggestion"))


def _inside(path: Path, found: Mapping[str, Any]) -> Location:
    return Location(
        f"{path.name}/{found.get('path') or ''}", _positive(found.get("line")), _positive(found.get("column"))
    )


def _positive(number: object) -> int | None:
    return number if isinstance(number, int) and number > 0 else None


def _ace(path: Path) -> Iterator[Diagnostic]:
    with tempfile.TemporaryDirectory(prefix="bookforge-ace-") as folder:
        said = _run("ace", folder, str(path))
        try:
            report = json.loads(Path(folder, "report.json").read_text("utf-8"))
        except (OSError, ValueError):
            raise _no_validator(f"Ace gave no report: {said.strip()[-500:]}") from None
    for document in report["assertions"]:
        place = Location(f"{path.name}/{document['earl:testSubject'].get('url', '')}")
        for found in document["assertions"]:
            test, result = found["earl:test"], found["earl:result"]
            text = f"{test['dct:title']}: {result.get('dct:description') or test.get('dct:description', '')}"
            yield error("epub-accessible", " ".join(text.split()), place, hint=_first(result.get("html")))


def _first(markup: str | None) -> str | None:
    return f"in {' '.join(markup.split())[:200]}" if markup else None


def _nu(folder: Path, files: Iterable[Path]) -> Iterator[Diagnostic]:
    kinds = {"error": error, "non-document-error": error}
    for message in _json("Nu checker", _run("vnu", *(str(file.absolute()) for file in files)))["messages"]:
        make = kinds.get(message["type"], warning)
        line = message.get("lastLine")
        # release 26.9.27 counts lines from 0, columns from 1; test_runners.py fails when that ends
        line = line + 1 if isinstance(line, int) else None
        place = Location(_relative(folder, message.get("url", "")), line, _positive(message.get("firstColumn")))
        yield make("html-conforms", message["message"], place)


def _relative(folder: Path, address: str) -> str:
    start = f"file:{folder.absolute().as_posix()}/"
    return address.removeprefix(start).removeprefix("file:")


def _axe(folder: Path, pages: list[Path]) -> Iterator[Diagnostic]:
    """Give each finding of a page once, with the windows it was seen in."""
    reports = _json_lines("axe", _run("axe", *(str(page.absolute()) for page in pages)))
    if {report["file"] for report in reports} != {str(page.absolute()) for page in pages}:
        raise _no_validator("axe did not look at every page")
    seen: dict[Diagnostic, list[str]] = {}
    for report in reports:
        place = Location(Path(report["file"]).relative_to(folder.absolute()).as_posix())
        for found in _axe_findings(report, place):
            seen.setdefault(found, []).append(f"{report['width']} px {report['scheme']}")
    for found, windows in seen.items():
        yield replace(found, message=f"{found.message} (window: {', '.join(windows)})")


def _axe_findings(report: Mapping[str, Any], place: Location) -> Iterator[Diagnostic]:
    for violation in report["violations"]:
        text = f"{violation['id']}: {violation['help']}, {violation['count']} times"
        yield error("html-accessible", text, place, hint=f"first at {violation['first']}")
    if report["overflow"] > 0:
        yield error("html-accessible", f"the page is {report['overflow']} px wider than its window", place)
    for problem in report["problems"]:
        yield error("html-self-contained", problem, place)
