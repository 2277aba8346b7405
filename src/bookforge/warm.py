"""Pandoc kept running: its Lua interpreter converts one chapter after another in place of a process for each.

A process starts when a chapter needs one, and none is used by two threads at once. What it cannot do is left to the
command line, which says why. What is converted how is the business of ``markdown/pandoc.py``.
"""

import contextlib
import functools
import os
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

PROVEN: Final = ("3.9",)
"""The pandocs whose interpreter was shown to give what their command line gives; others are run once a chapter."""

_SCRIPT: Final = Path(__file__).with_name("warm.lua")
_TABS: Final = 4
_CHAPTERS: Final = 500
"""A process ends after so many: its memory never shrinks."""

_START_SECONDS: Final = 20


class TooLongError(Exception):
    """A chapter took longer than it may."""


class _BrokenError(Exception):
    """A process ended, or says what it should not."""


@dataclass(frozen=True, slots=True)
class Run:
    """How pandoc is run: its command with its limits, and the names of a reader and a writer with their extensions."""

    command: tuple[str, ...]
    reader: str
    writer: str


class Pool:
    """The processes that wait for chapters."""

    def __init__(self) -> None:
        self._idle: list[_Process] = []
        self._holders = 0
        self._unfit: set[Run] = set()
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Keep processes from one chapter to the next until the last who wants that has left."""
        with self._lock:
            self._holders += 1
        try:
            yield
        finally:
            with self._lock:
                self._holders -= 1
                idle = self._idle if not self._holders else []
                self._idle = [] if not self._holders else self._idle
            for process in idle:
                process.end()

    def convert(self, run: Run, text: str, seconds: float) -> tuple[str, str] | None:
        """Return HTML and log (JSON) of a text; ``None`` where the command line has to convert it.

        Raises :class:`TooLongError`.
        """
        if not self._holders or run in self._unfit or "\r" in text or text.startswith("\ufeff"):
            return None
        process = self._take(run)
        if process is None:
            return None
        try:
            html, log, wrong = process.convert(_as_read(text), seconds)
        except BaseException as problem:
            process.end()
            if isinstance(problem, _BrokenError):
                return None
            raise
        self._give_back(process)
        return None if wrong else (html if html.endswith("\n") else f"{html}\n", log)

    def _take(self, run: Run) -> "_Process | None":
        with self._lock:
            for process in self._idle:
                if process.run == run:
                    self._idle.remove(process)
                    return process
        try:
            return _Process(run)
        except (OSError, subprocess.SubprocessError, TooLongError, _BrokenError):
            self._unfit.add(run)
            return None

    def _give_back(self, process: "_Process") -> None:
        with self._lock:
            if self._holders and process.chapters < _CHAPTERS:
                self._idle.append(process)
                return
        process.end()


class _Process:
    """One pandoc at its interpreter."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.chapters = 0
        listed = abbreviations(run.command)
        self._folder = tempfile.TemporaryDirectory(prefix="bookforge-pandoc-")
        try:
            self._process = subprocess.Popen(
                (*run.command, "lua", str(_SCRIPT), run.reader, run.writer),
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                env=_environment(Path(self._folder.name)), cwd=self._folder.name,
            )  # fmt: skip
        except BaseException:
            self._folder.cleanup()
            raise
        try:
            (version,) = self._ask(listed, 1, _START_SECONDS)
            if version.decode() not in PROVEN:
                raise _BrokenError
        except BaseException:
            self.end()
            raise

    def convert(self, text: str, seconds: float) -> tuple[str, str, str]:
        """Return the HTML, the log as JSON, and what went wrong."""
        self.chapters += 1
        html, log, wrong = self._ask(text.encode(), 3, seconds)
        return html.decode(), log.decode(), wrong.decode(errors="replace")

    def end(self) -> None:
        """Stop the process at once: it holds nothing that anybody needs."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        self._process.wait()
        self._folder.cleanup()

    def _ask(self, question: bytes, answers: int, seconds: float) -> list[bytes]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        late = threading.Event()

        def stop() -> None:
            late.set()
            self._process.kill()

        watchdog = threading.Timer(seconds, stop)
        watchdog.daemon = True
        watchdog.start()
        try:
            self._process.stdin.write(b"%d\n%b" % (len(question), question))
            self._process.stdin.flush()
            return [_message(self._process.stdout) for _ in range(answers)]
        except (OSError, ValueError, _BrokenError) as broken:
            raise (TooLongError if late.is_set() else _BrokenError) from broken
        finally:
            watchdog.cancel()


def _message(pipe: IO[bytes]) -> bytes:
    """Read one message of the script's."""
    length = int(pipe.readline(20))
    found = pipe.read(length)
    if len(found) != length:
        raise _BrokenError
    return found


def _as_read(text: str) -> str:
    """Do to a text what the command line does before its reader sees it."""
    return (text if text.endswith("\n") else f"{text}\n").expandtabs(_TABS)


def _environment(folder: Path) -> dict[str, str]:
    """Leave out what would make the interpreter run, or find, anything of the user's."""
    (folder / "pandoc").mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LUA_")}
    return {**kept, "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8", "XDG_DATA_HOME": str(folder)}


@functools.cache
def abbreviations(command: tuple[str, ...]) -> bytes:
    """Return pandoc's list of abbreviations, which its command reads and its interpreter does not."""
    asked = (*command, "--print-default-data-file=abbreviations")
    return subprocess.run(asked, capture_output=True, check=True, timeout=_START_SECONDS).stdout


POOL: Final = Pool()
"""The one pool of this program."""
