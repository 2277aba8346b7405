"""A path as the author typed it into the file it names, and never out of the book's folder.

Names are found whatever Unicode form the file system keeps them in, and in another case when only one file fits, so
that a book made on a Mac builds on Linux.
"""

import difflib
import os
import stat
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bookforge.diagnostics import UsageError, error

MAX_LENGTH: Final = 1000


@dataclass(frozen=True, slots=True)
class Found:
    """A file of the book: its path relative to the book's folder (NFC, forward slashes), and where it is on disk."""

    path: str
    file: Path


@dataclass(frozen=True, slots=True)
class Missing:
    """Why a path names no file of the book, in the author's words, and what to do."""

    message: str
    hint: str


def find(book_dir: Path, typed: str) -> Found | Missing:
    """Return the regular file a path names, looked up part by part below ``book_dir``, symbolic links resolved."""
    if refused := _refuse(typed):
        return refused
    try:
        return _walk(book_dir, typed)
    except OSError as problem:
        why = problem.strerror or "the system refuses"
        return Missing(f"the file '{typed}' cannot be reached: {why}", "check the permissions of its folder")


def _walk(book_dir: Path, typed: str) -> Found | Missing:
    here = book_dir
    parts: list[str] = []
    has_links = False
    for part in typed.split("/"):
        if part in ("", "."):
            continue
        if part == "..":
            if not parts:
                return _outside(typed)
            parts.pop()
            here = here.parent
            continue
        names = _names(here)
        name = _name_on_disk(names, part)
        if name is None:
            return _near(names, part, "/".join(parts), typed)
        here = here / name
        if names[name].is_symlink():
            has_links = True
            if not _is_inside(book_dir, here):
                return _outside(typed)
        parts.append(unicodedata.normalize("NFC", name))
    return _checked(book_dir, here, "/".join(parts), typed, has_links)


def _refuse(typed: str) -> Missing | None:
    if not typed.strip():
        return Missing("this path is empty", "name a file of the book's folder")
    if typed.startswith(("/", "~", "\\")) or typed[1:2] == ":":
        hint = "copy the file into the book's folder and write the path from there, as in chapters/one.md"
        return Missing(f"the path '{typed}' does not begin in the book's folder", hint)
    if "\\" in typed:
        return Missing(f"the path '{typed}' has backslashes", f"write it with slashes: {typed.replace(chr(92), '/')}")
    if "://" in typed:
        return Missing(f"'{typed}' is an address, not a file", "save the file into the book's folder")
    if len(typed) > MAX_LENGTH or "\0" in typed:
        return Missing("this path is too long or holds a NUL character", "name a file of the book's folder")
    return None


def _outside(typed: str) -> Missing:
    hint = "a book may use only files of its own folder; copy the file into it"
    return Missing(f"the path '{typed}' leads out of the book's folder", hint)


def _name_on_disk(names: Iterable[str], part: str) -> str | None:
    """Return how the file system spells a name: exactly so, in another Unicode form, or in another case."""
    if part in names:
        return part
    wanted = unicodedata.normalize("NFC", part)
    same = [name for name in names if unicodedata.normalize("NFC", name) == wanted]
    if not same:
        same = [name for name in names if unicodedata.normalize("NFC", name).casefold() == wanted.casefold()]
    return same[0] if len(same) == 1 else None


def _names(folder: Path) -> "dict[str, os.DirEntry[str]]":
    """Return the entries of a folder by their names."""
    try:
        with os.scandir(folder) as entries:
            return {entry.name: entry for entry in entries if entry.name.isprintable()}
    except (FileNotFoundError, NotADirectoryError):
        return {}


def _near(names: Iterable[str], part: str, before: str, typed: str) -> Missing:
    shown = {unicodedata.normalize("NFC", name): name for name in sorted(names) if not name.startswith(".")}
    close = difflib.get_close_matches(unicodedata.normalize("NFC", part), shown, 1, 0.6)
    if close:
        rest = typed.split("/")[typed.split("/").index(part) + 1 :]
        better = "/".join([*([before] if before else []), close[0], *rest])
        return Missing(f"the file '{typed}' does not exist", f"did you mean '{better}'?")
    where = f"the folder '{before}'" if before else "the book's folder"
    few = ", ".join(sorted(shown)[:5])
    return Missing(f"the file '{typed}' does not exist", f"{where} holds {few or 'nothing'}")


def _is_inside(book_dir: Path, file: Path) -> bool:
    """Say whether a file, symbolic links followed, is in the book's folder; a link to nothing is told apart later."""
    try:
        return file.resolve().is_relative_to(book_dir.resolve())
    except (OSError, RuntimeError):
        return True


def _checked(book_dir: Path, file: Path, path: str, typed: str, has_links: bool) -> Found | Missing:
    """Return what was found; where no link is on the way to it, its real place is told by that of the folder."""
    try:  # as text, since every file of a book is looked up at each build
        root = os.path.realpath(book_dir, strict=True)
        inside = file.relative_to(book_dir)
        real = os.path.realpath(file, strict=True) if has_links else os.path.join(root, inside)  # noqa: PTH118
        mode = os.lstat(real).st_mode
    except (OSError, RuntimeError):
        return Missing(f"'{typed}' is a symbolic link that leads nowhere", "put the file itself in its place")
    if real != root and not real.startswith(f"{root.rstrip(os.sep)}{os.sep}"):
        return _outside(typed)
    if stat.S_ISDIR(mode):
        return Missing(f"'{typed}' is a folder", "name one file in it")
    if not stat.S_ISREG(mode):
        return Missing(f"'{typed}' is not an ordinary file", "put an ordinary file in its place")
    return Found(path, Path(real))


def find_book(given: Path | None, here: Path) -> Path:
    """Find the manifest a command means: the file, the folder's ``book.yaml``, else ``manuscript/book.yaml``.

    Errors: ``book-found``.
    """
    candidates = [here / "book.yaml", here / "manuscript" / "book.yaml"]
    where = f"'{given}'" if given is not None else "this folder"
    try:
        if given is not None:
            candidates = [given / "book.yaml", given / "manuscript" / "book.yaml"] if given.is_dir() else [given]
        for candidate in candidates:
            if candidate.is_file():
                return candidate
        what, hint = f"there is no book.yaml in {where}", "'bookforge new FOLDER' makes a book to start from"
    except OSError as problem:
        what, hint = f"{where} cannot be looked into: {problem.strerror}", "check its permissions"
    raise UsageError(error("book-found", what, hint=hint))
