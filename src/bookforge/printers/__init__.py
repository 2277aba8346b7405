"""Who prints a book, and what they ask for: profiles as data, each value with its source and date.

A profile is a YAML file beside this module, or one in the book's folder that extends one of ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from bookforge import bookpath, textfile, yamlfile
from bookforge.diagnostics import Diagnostic, EditionError, Location, ManifestError, error
from bookforge.edition import Edition
from bookforge.printers import reading
from bookforge.printers.profile import Fact, Printer

__all__ = ["NAMES", "Fact", "Printer", "Source", "find", "of", "sources"]

NAMES: Final = ("kdp", "ingram", "lulu", "generic")
"""The profiles that come with bookforge; ``generic`` is what the others extend."""

_GROUND: Final = "generic"
_ENDINGS: Final = (".yaml", ".yml")
_MAX_BYTES: Final = 200_000
_FOLDER: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value was read. ``kind`` is ``printer``, ``copy``, ``dated``, ``trade`` or ``ours``."""

    kind: str
    title: str
    address: str


def of(edition: Edition, folder: Path) -> Printer | None:
    """Return the profile an edition names, if it names one; ``folder`` is the book's.

    Errors: as :func:`find`.
    """
    return find(edition.printer, edition.at, folder) if edition.printer else None


def find(name: str, at: Location | None = None, folder: Path | None = None) -> Printer:
    """Return a profile by its name, or by the path of a file in the book's folder.

    ``at`` is where the name stands. A file's profile is called after the file and extends ``generic`` unless it says
    otherwise.
    Errors: ``printer-known``, ``printer-valid``, and those of reading a YAML file.
    """
    if name in NAMES:
        profiles, place = _ours(name), Location(f"{name}.yaml")
        short = name
    else:
        profiles, place = _own(name, at, folder)
        short = Path(name).stem.lower()
    errors: list[Diagnostic] = []
    printer = reading.build(short, profiles, place, errors)
    if printer is None:
        raise EditionError(*errors)
    return printer


def sources() -> Mapping[str, Source]:
    """Return the sources of our profiles by their keys."""
    root = _load(_FOLDER / "sources.yaml", "sources.yaml")
    return {
        key: Source(*(found.text if (found := node.get(part)) else "" for part in ("kind", "title", "address")))
        for key, node in yamlfile.items(root)
    }


def _ours(name: str) -> tuple[reading.Profile, ...]:
    """Read one of our profiles with what it extends, that first."""
    found = _profile(_FOLDER / f"{name}.yaml", f"{name}.yaml", own=False)
    return (*_ours(found.extends), found) if found.extends else (found,)


def _own(name: str, at: Location | None, folder: Path | None) -> tuple[tuple[reading.Profile, ...], Location]:
    if folder is None or not name.lower().endswith(_ENDINGS):
        near = get_close_matches(name.lower(), NAMES, 1)
        others = f"use one of {', '.join(NAMES)}, or the path of a profile in the book's folder: printers/mine.yaml"
        hint = f"did you mean '{near[0]}'?" if near else others
        raise EditionError(error("printer-known", f"there is no printer '{name[:80]}'", at, hint))
    found = bookpath.find(folder, name)
    if isinstance(found, bookpath.Missing):
        raise EditionError(error("printer-known", found.message, at, found.hint))
    profile = _profile(found.file, found.path, own=True)
    ground = profile.extends or _GROUND
    if ground not in NAMES:
        hint = f"extend one of {', '.join(NAMES)}"
        message = f"a profile cannot extend '{ground[:80]}'"
        raise EditionError(error("printer-valid", message, Location(found.path), hint))
    return (*_ours(ground), profile), Location(found.path)


def _profile(file: Path, shown: str, own: bool) -> reading.Profile:
    errors: list[Diagnostic] = []
    profile = reading.read(_load(file, shown), own, errors)
    if errors:
        raise EditionError(*errors)
    return profile


def _load(file: Path, shown: str) -> yamlfile.Node:
    text = textfile.read(file, shown, _MAX_BYTES)
    if isinstance(text, Diagnostic):
        raise EditionError(text)
    try:
        return yamlfile.load(text, shown)
    except ManifestError as problem:
        raise EditionError(*problem.diagnostics) from problem
