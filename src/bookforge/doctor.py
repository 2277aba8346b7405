"""This machine → findings: which engine, library, font and validator is here, and how to get what is missing.

Nothing heavy is imported: versions come from package metadata, from the libraries themselves and from small files.
"""

import importlib.metadata
import os
import platform
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import platformdirs

from bookforge import engines, validate
from bookforge.engines import LIBRARIES

DISTRIBUTION: Final = "bookforge-press"

# Python packages, and what each is for
ENGINES: Final[Mapping[str, str]] = {
    "weasyprint": "PDF editions",
    "EbookLib": "EPUB editions",
    "Jinja2": "layouts",
    "PyYAML": "book.yaml",
    "lxml": "every edition",
    "tinyhtml5": "raw HTML in chapters",
    "msgspec": "the cache, the JSON Schema",
    "platformdirs": "the cache",
    "pillow": "images",
    "fonttools": "fonts",
    "uharfbuzz": "fonts of EPUB and HTML editions",
    "pypdfium2": "covers",
    "pikepdf": "files for printers",
    "ziamath": "formulas in PDF editions",
}

# need → package manager → packages
PACKAGES: Final[Mapping[str, Mapping[str, str]]] = {
    "pango": {
        "apt-get": "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0",
        "dnf": "pango harfbuzz fontconfig",
        "brew": "pango",
    },
    "chromium": {"apt-get": "chromium", "dnf": "chromium", "brew": "--cask google-chrome"},
}
# with rights, the command line that each package manager wants; apt's lists may be empty on a new system
COMMANDS: Final[Mapping[str, str]] = {
    "apt-get": "{sudo}apt-get update && {sudo}apt-get install --yes --no-install-recommends {packages}",
    "dnf": "{sudo}dnf install --assumeyes {packages}",
    "brew": "brew install {packages}",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked for. ``version`` is ``None`` when it is missing or wrong; then ``remedy`` helps.

    ``required`` says that building a book needs it; the rest is for ``make test`` and ``--release``.
    """

    name: str
    version: str | None
    needed_for: str
    remedy: str | None = None
    required: bool = True


def examine(output: Path | None = None, cache: Path | None = None) -> tuple[Finding, ...]:
    """Look at this machine. ``output`` and ``cache`` are the folders a build would write to."""
    return (
        _python(),
        *_engines(),
        _pandoc(),
        *_libraries(),
        _fonts(),
        _command(),
        _import_package(),
        _folder("output folder", output or Path("dist")),
        _folder("cache folder", cache or Path(platformdirs.user_cache_dir("bookforge"))),
        *_validators(),
    )


def is_fit(findings: Iterable[Finding]) -> bool:
    """Say whether a book can be built here."""
    return all(finding.version is not None for finding in findings if finding.required)


def table(findings: Iterable[Finding]) -> str:
    """Set findings as plain text, one a line, a remedy once, below the last it is for."""
    rows = tuple(findings)
    last = {row.remedy: row for row in rows}
    counts = Counter(row.remedy for row in rows)
    name_width = max(len(row.name) for row in rows)
    version_width = max(len(row.version or "") for row in rows if len(row.version or "") <= 24)
    lines = []
    for row in rows:
        mark = "ok     " if row.version is not None else "MISSING" if row.required else "missing"
        lines.append(f"{mark}  {row.name:<{name_width}}  {row.version or '-':<{version_width}}  {row.needed_for}")
        if row.remedy and row is last[row.remedy]:
            lines.append(f"{'':9}to get {'it' if counts[row.remedy] == 1 else 'them'}: {row.remedy}")
    return "\n".join(lines)


def as_data(findings: Iterable[Finding]) -> list[dict[str, str | bool | None]]:
    """Give findings as plain values for JSON."""
    return [asdict(finding) for finding in findings]


def remedy(need: str) -> str:
    """Give the one command that provides ``need`` on this system, or nothing when it is there.

    ``need`` is a key of :data:`PACKAGES`.
    """
    present = not missing_libraries() if need == "pango" else validate.browser() is not None
    return "" if present else command_for(need)


def command_for(need: str) -> str:
    """Give this system's command to install ``need``, in words where we do not know the system."""
    sudo = "" if os.name == "nt" or os.geteuid() == 0 else "sudo "
    for manager, packages in PACKAGES[need].items():
        if shutil.which(manager):
            return COMMANDS[manager].format(sudo=sudo, packages=packages)
    return f"install {need} with the package manager of this system"


def missing_libraries() -> tuple[str, ...]:
    """Name the libraries of :data:`LIBRARIES` that cannot be loaded."""
    return tuple(name for name, files in LIBRARIES.items() if engines.load(files) is None)


def _python() -> Finding:
    found = platform.python_version()
    new_enough = sys.version_info >= (3, 11)
    return Finding(
        "Python", found if new_enough else None, "everything", None if new_enough else "Python 3.11 or newer"
    )


def _engines() -> Iterable[Finding]:
    for name, needed_for in ENGINES.items():
        found = engines.version(name)
        yield Finding(name, found, needed_for, None if found else f"{sys.executable} -m pip install {name}")


def _pandoc() -> Finding:
    binary = engines.pandoc()
    found = engines.pandoc_version(binary) if binary else None
    remedy = None if found else f"{sys.executable} -m pip install pypandoc-binary"
    return Finding("pandoc", found, "reading chapters", remedy)


def _first_line(command: tuple[str, ...], pattern: str) -> str | None:
    """Run a program for its version; ``None`` when it does not run or says something else."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.match(pattern, done.stdout)
    return found[1] if found else None


def _libraries() -> Iterable[Finding]:
    for name, files in LIBRARIES.items():
        found = engines.library_version(name) if engines.load(files) is not None else None
        yield Finding(name, found, "PDF editions", None if found else command_for("pango"))


def _fonts() -> Finding:
    names = sorted(
        f"{name.removeprefix('fontpkg-')} {distribution.version}"
        for distribution in importlib.metadata.distributions()
        if (name := (distribution.metadata["Name"] or "")).startswith("fontpkg-")
    )
    remedy = None if names else f"{sys.executable} -m pip install --force-reinstall {DISTRIBUTION}"
    return Finding("book fonts", ", ".join(names) or None, "PDF, EPUB and HTML editions", remedy)


def _command() -> Finding:
    """See which program the name ``bookforge`` starts: the name is also that of another package on PyPI."""
    found = shutil.which("bookforge")
    ours = Path(sys.executable).parent
    points = importlib.metadata.entry_points(group="console_scripts", name="bookforge")
    owners = {entry.dist.name for entry in points if entry.dist is not None} - {DISTRIBUTION}
    if owners:
        remedy = (
            f"package {', '.join(sorted(owners))} owns the command too; keep {DISTRIBUTION} in an environment alone"
        )
        return Finding("bookforge command", None, "typing `bookforge`", remedy, required=False)
    if found is None:
        return Finding("bookforge command", "not on PATH", f"typing `bookforge`; it is in {ours}", required=False)
    if Path(found).parent.resolve() != ours.resolve():
        remedy = f"{found} comes first on PATH; put {ours} before it, or call {ours / 'bookforge'}"
        return Finding("bookforge command", None, "typing `bookforge`", remedy, required=False)
    return Finding("bookforge command", found, "typing `bookforge`", required=False)


def _import_package() -> Finding:
    """See that no other distribution has put files into our import package."""
    others = set(importlib.metadata.packages_distributions().get("bookforge", ())) - {DISTRIBUTION}
    if others:
        names = ", ".join(sorted(others))
        remedy = f"{sys.executable} -m pip uninstall {' '.join(sorted(others))}, then install {DISTRIBUTION} again"
        return Finding("bookforge package", None, f"everything; {names} has the same import name", remedy)
    return Finding("bookforge package", engines.version(DISTRIBUTION) or "from source", "everything")


def _folder(name: str, folder: Path) -> Finding:
    place = folder.absolute()
    existing = next(parent for parent in (place, *place.parents) if parent.exists())
    if existing.is_dir() and os.access(existing, os.W_OK | os.X_OK):
        return Finding(name, str(place), "writing")
    return Finding(name, None, "writing", f"make {existing} a folder you may write to, or choose another")


def _validators() -> Iterable[Finding]:
    browser = validate.browser()
    remedy = None if browser else command_for("chromium")
    found = browser and (_first_line((browser, "--version"), r".*?([\d.]+)") or "unknown version")
    yield Finding("Chromium", found, "make test, --release", remedy, required=False)
    versions = validate.versions()
    for name in validate.TOOLS:
        version = versions.get(name)
        remedy = None if version else validate.HOW_TO_INSTALL
        yield Finding(name, version, "make test, --release", remedy, required=False)
