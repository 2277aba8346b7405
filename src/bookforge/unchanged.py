"""A build asked for again, in which nothing has changed: what it said the last time, said again.

Known before anything is read or even imported, by the state of files: their times of change, size, inode. All that
decides what is built is looked at, and all that was published. What is not exactly as it was when a build last found
everything in its place is left to that build, which reads and compares.
"""

import contextlib
import io
import json
import os
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TextIO

from bookforge import cache, engines

_STAGE: Final = "unchanged"
_REST: Final = 2_000_000_000
"""Nanoseconds a file was left alone before a build that is kept: times of change are as coarse as that in places."""

Said = tuple[tuple[str, str], ...]
"""What went to which stream, ``stdout`` or ``stderr``, in order."""


@dataclass(frozen=True, slots=True)
class Order:
    """A build as it was asked for, by all that decides how it goes and what it says but the files.

    ``identity`` names the book, the code and all around them (:func:`bookforge.asking.identity`).
    """

    identity: str
    typed: tuple[str, ...]
    cache_folder: Path | None
    begun: int = field(default_factory=time.time_ns)

    def again(self) -> bool:
        """Say again what was said, if nothing has changed; say whether it was so."""
        found = self._store().get(_STAGE, self._name(), bytes)
        known = json.loads(found) if found is not None else None
        if known is None or any(_state(path) != state for path, state in known["states"].items()):
            return False
        for stream, text in known["said"]:
            getattr(sys, stream).write(text)
        return True

    def keep(self, files: Iterable[Path], gone: Iterable[Path], said: Said) -> None:
        """Keep what was said while all ``files`` were as they are, and nothing had one of the names ``gone``.

        Not when one was changed so lately that this build may have read it before.
        """
        states = {str(path.absolute()): _state(path) for path in files}
        if any(state is None or max(state[:2]) > self.begun - _REST for state in states.values()):
            return
        states |= {str(path.absolute()): None for path in gone}
        content = json.dumps({"states": states, "said": said})
        self._store().put(_STAGE, self._name(), content.encode("ascii"))

    def _store(self) -> cache.Cache:
        return cache.Cache(cache.default_folder(self.cache_folder))

    def _name(self) -> str:
        live = [str(stream.isatty()) for stream in (sys.stdout, sys.stderr)]
        terminal = [os.environ.get(name, "") for name in ("TERM", "NO_COLOR")]
        here = str(Path.cwd())
        typed = "\0".join(self.typed)
        parts = (self.identity, engines.versions(*engines.ALL), here, *live, *terminal, typed)
        return cache.key(_STAGE, *parts)


def _state(path: str | Path) -> list[int] | None:
    """Return what tells a file's states apart, or a folder's; ``None`` where there is none."""
    try:
        status = os.stat(path)  # noqa: PTH116 - of hundreds of files, at each build
    except OSError:
        return None
    return [status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino]


class _Echo(io.TextIOBase):
    """A stream that remembers what it passes on."""

    def __init__(self, name: str, said: list[tuple[str, str]]) -> None:
        self._name = name
        self._stream: TextIO = getattr(sys, name)
        self._said = said

    def write(self, text: str) -> int:
        """Pass on a text."""
        self._said.append((self._name, text))
        return self._stream.write(text)

    def flush(self) -> None:
        """Flush the stream behind."""
        self._stream.flush()

    def isatty(self) -> bool:
        """Say whether the stream behind is a terminal."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """Return the number of the stream behind: processes that are started write there."""
        return self._stream.fileno()


@contextlib.contextmanager
def heard() -> Iterator[list[tuple[str, str]]]:
    """Remember what is said meanwhile on both streams."""
    said: list[tuple[str, str]] = []
    with contextlib.redirect_stdout(_Echo("stdout", said)), contextlib.redirect_stderr(_Echo("stderr", said)):
        yield said
