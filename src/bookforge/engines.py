"""Which engines this machine has, by their versions: for keys of the cache, and for the doctor.

Nothing heavy is imported or run: versions come from package metadata and from the libraries themselves.
"""

import contextlib
import ctypes
import functools
import importlib.util
import os
import re
import shutil
import sys
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

LIBRARIES: Final[Mapping[str, tuple[str, ...]]] = {
    "GObject": ("libgobject-2.0.so.0", "libgobject-2.0.0.dylib", "gobject-2.0"),
    "Pango": ("libpango-1.0.so.0", "libpango-1.0.dylib", "pango-1.0"),
    "PangoFT2": ("libpangoft2-1.0.so.0", "libpangoft2-1.0.dylib", "pangoft2-1.0"),
    "HarfBuzz": ("libharfbuzz.so.0", "libharfbuzz.0.dylib", "harfbuzz"),
    "HarfBuzz subset": ("libharfbuzz-subset.so.0", "libharfbuzz-subset.0.dylib", "harfbuzz-subset"),
    "fontconfig": ("libfontconfig.so.1", "libfontconfig.1.dylib", "fontconfig"),
}
"""The shared libraries WeasyPrint opens, under the names it tries."""

_FAMILIES: Final = ("fontconfig", "gobject", "harfbuzz", "pango")
"""What the names of these libraries hold, on any system."""

CHAPTERS: Final = ("pandoc", "lxml", "tinyhtml5")
MARKUP: Final = ("lxml", "jinja2", "markupsafe", "fonttools", "uharfbuzz")
IMAGES: Final = ("pillow", "lxml", "tinycss2")
WEB_FONTS: Final = ("fonttools", "uharfbuzz", "brotli")
PAGES: Final = (
    "weasyprint", "pydyf", "tinycss2", "tinyhtml5", "cssselect2", "pyphen", "pypdfium2", "pillow", "fonttools",
    "uharfbuzz", "Pango", "HarfBuzz", "fontconfig",
)  # fmt: skip
PRESS: Final = ("pikepdf", "pypdfium2", "pillow")
"""What the results of a stage depend on besides their input and our own code."""
ALL: Final = tuple(sorted({
    *CHAPTERS, *MARKUP, *IMAGES, *WEB_FONTS, *PAGES, "ebooklib", "latex2mathml", "pikepdf", "ziafont", "ziamath",
}))  # fmt: skip
"""What finished editions depend on."""

_INSTALLED: Final = re.compile(r"(.+)-([^-]+)\.dist-info")
_NAME: Final = re.compile(r"[-_.]+")
_ABSENT: Final = "absent"
_SECONDS: Final = 60


@functools.cache
def versions(*names: str) -> str:
    """Return the versions of Python, its Unicode tables and the engines named, as one line for a key of the cache."""
    base = f"python={sys.version.split()[0]} unicode={unicodedata.unidata_version}"
    return " ".join([base, *(f"{name}={_state(name)}" for name in names)])


def _state(name: str) -> str:
    if name == "pandoc":
        return pandoc_state()
    if name in LIBRARIES:
        return library_version(name) or _ABSENT
    return version(name) or _ABSENT


def version(distribution: str) -> str | None:
    """Return the version of an installed Python package."""
    # Its folder tells, so that no build has to import what reads packages' metadata, which takes longer than all this.
    told = _installed(tuple(sys.path)).get(_normal(distribution))
    return told or _version_by_metadata(distribution)


def _version_by_metadata(distribution: str) -> str | None:
    """Return the version of a package that says of itself what it is in an older way, if it is there at all."""
    import importlib.metadata

    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


@functools.lru_cache(maxsize=4)
def _installed(places: tuple[str, ...]) -> Mapping[str, str]:
    """Return the versions of packages by the names of their folders; the first place that has one counts."""
    found: dict[str, str] = {}
    for place in places:
        with contextlib.suppress(OSError):
            for told in filter(None, map(_INSTALLED.fullmatch, os.listdir(place or "."))):  # noqa: PTH208 - names are all
                found.setdefault(_normal(told[1]), told[2])
    return found


def _normal(name: str) -> str:
    return _NAME.sub("-", name).lower()


# ---------------------------------------------------------------- pandoc


def pandoc() -> Path | None:
    """Find the pandoc to run: the one the author names in ``PYPANDOC_PANDOC``, the wheel's, or the one on the path."""
    if named := os.environ.get("PYPANDOC_PANDOC"):
        return Path(shutil.which(named) or named)
    # Not the newest of all pandocs about, as pypandoc would choose: same book, same bytes. The package is not
    # imported, because its import looks for pandoc in places of its own.
    bundled = _bundled_pandoc()
    if bundled is not None:
        return bundled
    found = shutil.which("pandoc")
    return Path(found) if found else None


def _bundled_pandoc() -> Path | None:
    package = importlib.util.find_spec("pypandoc")
    name = "pandoc.exe" if sys.platform == "win32" else "pandoc"
    for folder in (package.submodule_search_locations if package else None) or ():
        if (file := Path(folder, "files", name)).is_file():
            return file
    return None


def pandoc_state() -> str:
    """Say which pandoc runs, for keys.

    A hash of 150 MB is too slow for every build, and so is a process. The binary's path, size, inode and time of
    change stand for it, with the wheel's version; a pandoc that is not the wheel's, which may be a script that calls
    another, is also asked for its version.
    """
    binary = pandoc()
    try:
        if binary is None:
            return _ABSENT
        status = binary.resolve(strict=True).stat()
    except OSError:
        return f"{binary} {_ABSENT}"
    state = f"{binary} {status.st_size} {status.st_ino} {status.st_mtime_ns} {version('pypandoc_binary')}"
    return state if binary == _bundled_pandoc() else f"{state} {pandoc_version(binary)}"


def pandoc_version(binary: Path) -> str | None:
    """Ask a pandoc for its version."""
    import subprocess

    command = [str(binary), "--version"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=True, text=True)
        return done.stdout.split()[1]
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError, IndexError):
        return None


# ---------------------------------------------------------------- libraries


def library(name: str) -> ctypes.CDLL | None:
    """Load one of :data:`LIBRARIES`."""
    return load(LIBRARIES[name])


def load(files: tuple[str, ...]) -> ctypes.CDLL | None:
    """Load the first library that is there."""
    for file in files:
        target = file if ".so" in file or ".dylib" in file else _found_library(file)
        if target is None:
            continue
        try:
            return ctypes.CDLL(target)
        except OSError:
            continue
    return None


@contextlib.contextmanager
def libraries_by_file() -> Iterator[None]:
    """Have nobody search for :data:`LIBRARIES` where the system's loader finds all of them by the names of their files.

    WeasyPrint's import asks for them by names of other systems first, and for each of these Python would start
    ``ldconfig``, a compiler and a linker: some fifty processes, which take longer than the rest of the import. Not for
    several threads at once.
    """
    import ctypes.util

    usual = ctypes.util.find_library
    ctypes.util.find_library = lambda name: None if _is_for_loader(name) else usual(name)
    try:
        yield
    finally:
        ctypes.util.find_library = usual


def _is_for_loader(name: str) -> bool:
    return any(family in name for family in _FAMILIES) and _are_known_to_loader()


@functools.cache
def _are_known_to_loader() -> bool:
    return all(load(files[:-1]) is not None for files in LIBRARIES.values())


def _found_library(name: str) -> str | None:
    import ctypes.util

    return ctypes.util.find_library(name)


def library_version(name: str) -> str | None:
    """Return the version of one of :data:`LIBRARIES`; ``loaded`` when it is there and does not tell."""
    found = library(name)
    return None if found is None else _LIBRARY_VERSIONS.get(name, _unversioned)(found)


def _unversioned(_: ctypes.CDLL) -> str:
    return "loaded"


def _text_version(function: str) -> Callable[[ctypes.CDLL], str]:
    def read(found: ctypes.CDLL) -> str:
        ask: Any = getattr(found, function)
        ask.restype = ctypes.c_char_p
        return str(ask().decode("ascii"))

    return read


def _fontconfig_version(found: ctypes.CDLL) -> str:
    number = int(found.FcGetVersion())
    return f"{number // 10000}.{number // 100 % 100}.{number % 100}"


_LIBRARY_VERSIONS: Final[Mapping[str, Callable[[ctypes.CDLL], str]]] = {
    "Pango": _text_version("pango_version_string"),
    "HarfBuzz": _text_version("hb_version_string"),
    "fontconfig": _fontconfig_version,
}
