"""A build asked of a watch that runs already, and where such a watch is found: the caller's half of the protocol.

A watch listens at a Unix socket in a folder that only this user can enter. Its name is a hash of all that a build here
and one over there must have in common (:func:`identity`). So an old process, or one of another environment, is never
found. One line of JSON asks::

    {"typed": [arguments], "cwd": path, "live": whether errors go to a terminal, "umask": number}

and lines of JSON answer, each with one key: ``heard`` is the first; ``err`` and ``out`` are texts for the two streams,
in order, and ``status`` is the last. If none comes, nothing was built, or not all, and the caller builds by itself.
"""

import contextlib
import hashlib
import json
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TextIO

from bookforge import cache

if TYPE_CHECKING:
    import socket

LIMIT: Final = 1_000_000
"""Bytes a line may have."""

_SILENCE: Final = 10.0
"""Seconds in which a watch answers: it may be at work on a save."""

_LONGEST: Final = 100
"""Bytes of a socket's path: systems take no more than 104 or 108."""

_MATTERS: Final = ("CHROMIUM", "HOME", "LANG", "PATH", "SOURCE_DATE_EPOCH", "TMPDIR", "USER")
_MATTER: Final = (
    *("BOOKFORGE_", "DYLD_", "FC_", "FONTCONFIG_", "FREETYPE_", "HB_", "LC_", "LD_", "PANGO", "PYPANDOC_", "PYTHON"),
    "XDG_",
)


def identity(book: Path, cache_folder: Path | None) -> str:
    """Hash what two builds of a book have in common: it, the cache, this code and its packages, the environment."""
    kept = cache.default_folder(cache_folder)
    parts = [str(book.resolve()), str(kept), signature(), sys.executable, *_environment()]
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


def address(identity: str, cache_folder: Path | None) -> Path | None:
    """Return the socket of the watch over a book, whether there is one or not; ``None`` where there can be none."""
    folder = _folder(cache.default_folder(cache_folder))
    if folder is None:
        return None
    path = folder / f"{identity[:16]}.sock"
    return path if len(os.fsencode(path)) <= _LONGEST else None


def signature() -> str:
    """Say which code this is: size and times of change of our files, and of the folders packages are installed in."""
    packages = [each for each in sys.path if each.endswith("-packages")]
    lines = []
    for path in (*_code(str(Path(__file__).parent)), *packages):
        with contextlib.suppress(OSError):
            status = os.stat(path)  # noqa: PTH116 - of all our files, at each command
            lines.append(f"{path} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns} {status.st_ino}\n")
    return hashlib.sha256("".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def _code(folder: str) -> Iterator[str]:
    """Yield the paths of all files below a folder but those that Python compiles, in one order."""
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if not entry.is_dir():
                yield entry.path
            elif entry.name != "__pycache__":
                yield from _code(entry.path)


def is_private(folder: Path) -> bool:
    """Say whether a folder is this user's and closed to all others."""
    try:
        status = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & 0o077


def ask(at: Path, typed: list[str], out: TextIO, err: TextIO) -> int | None:
    """Have a watch carry out a command; return its exit status, or ``None`` when there is no watch that did."""
    if not is_private(at.parent) or not at.is_socket():
        return None
    import socket

    live = err.isatty() and os.environ.get("TERM") != "dumb" and not os.environ.get("NO_COLOR")
    request = {"typed": typed, "cwd": str(Path.cwd()), "live": live, "umask": _umask()}
    held: list[str] = []
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(_SILENCE)  # a watch that was stopped hears nothing, and does nothing
            connection.connect(str(at))
            connection.sendall(json.dumps(request).encode() + b"\n")
            for answer in _answers(connection):
                connection.settimeout(None)
                if "status" in answer:
                    out.write("".join(held))
                    return int(answer["status"])
                held.append(str(answer.get("out", "")))
                err.write(str(answer.get("err", "")))
                err.flush()
    except (ConnectionError, FileNotFoundError, TimeoutError, ValueError):
        pass
    return None


def _answers(connection: "socket.socket") -> Iterator[dict[str, Any]]:
    with connection.makefile("rb") as lines:
        while line := lines.readline():
            yield json.loads(line)


def _folder(kept: Path | None) -> Path | None:
    """Return where the sockets are: in the folder the system has for that, else beside the cache."""
    given = os.environ.get("XDG_RUNTIME_DIR")
    if given and is_private(Path(given)):
        return Path(given) / "bookforge"
    return kept / "run" if kept is not None else None


def _environment() -> list[str]:
    return sorted(
        f"{name}={value}" for name, value in os.environ.items() if name in _MATTERS or name.startswith(_MATTER)
    )


def _umask() -> int:
    now = os.umask(0o077)
    os.umask(now)
    return now
