"""A book built anew at each save, by a process that stays; other commands have it build, too.

Everything happens one after the other in one thread: looking at the files, a build, a build somebody asks for. The
process starts anew when its code, a package, or a font file has changed, and when its memory has grown too much.
"""

import contextlib
import fcntl
import io
import json
import os
import select
import shlex
import socket
import stat
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bookforge import asking, garbage, layouts, timings, warm
from bookforge.build import INTERRUPTED, Outcome
from bookforge.diagnostics import UsageError, error
from bookforge.editions import Memory
from bookforge.publish import MARKER

_PAUSE: Final = 0.1
"""Seconds between two looks at the files of a book."""

_SHARE: Final = 50
"""Looks take no more than this part of the time: of a book with very many files they are less often."""

_STILL: Final = 0.04
"""Seconds in which nothing changes after a save: an editor may write in two steps."""

_PATIENCE: Final = 2.0
"""Seconds after which a build begins although the files go on changing."""

_FILES: Final = 50_000
_FONTS: Final = frozenset({".otf", ".ttc", ".ttf", ".woff", ".woff2"})
_KINDS: Final = _FONTS | {
    ".md", ".markdown", ".txt", ".yaml", ".yml",
    ".css", ".html", ".j2", ".icc", ".pdf",
    ".gif", ".jpeg", ".jpg", ".png", ".svg", ".tif", ".tiff", ".webp",
}  # fmt: skip
"""Endings of what a book is made of: a log that somebody keeps in its folder is no save."""

_MEMORY: Final = 1_500_000_000
_SILENCE: Final = 5.0
_PATIENT: Final = 60.0
"""Seconds in which a caller takes what it is sent; one that was stopped does not hold up the watch for ever."""

Snapshot = Mapping[str, tuple[int, int, int, int]]
Carry = Callable[[list[str], Memory], int]


class _Restart(Exception):  # noqa: N818
    """The process is to begin anew, for the reason given."""


@dataclass(frozen=True, slots=True)
class Watch:
    """What is watched and what is done. ``build`` makes what was ordered and says so; ``carry`` obeys another command.

    ``idle`` are the seconds without a build after which the watch ends.
    """

    book: Path
    output: Path
    cache_folder: Path | None
    idle: float
    build: Callable[[Memory], Outcome]
    carry: Carry
    say: Callable[[str], None]

    def run(self) -> int:
        """Watch until Ctrl-C, or until nothing has happened for long; return the exit status.

        Errors: ``watch-alone``.
        """
        # The page engine sets variables of its own, which would hide the watch from others once it begins anew.
        here, environment = Path.cwd(), dict(os.environ)
        try:
            with (
                _listening(self._address()) as server,
                warm.POOL.held(),
                tempfile.TemporaryDirectory(prefix="bookforge-") as scratch,
            ):
                self.say(f"watching {os.path.relpath(self.book.parent)}; Ctrl-C ends it")
                _Session(self, server, Path(scratch)).run()
        except KeyboardInterrupt:
            return 0
        except _Restart as reason:
            self.say(f"{timings.of_day()} starting anew: {reason}")
            os.chdir(here)
            os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], environment)
        self.say(f"{timings.of_day()} nothing to do for {_span(self.idle)}: the watch ends")
        return 0

    def _address(self) -> Path | None:
        return asking.address(asking.identity(self.book, self.cache_folder), self.cache_folder)


def _span(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes" if seconds >= 120 else f"{seconds:.0f} seconds"


class _Session:
    """One life of the process."""

    def __init__(self, watch: Watch, server: socket.socket | None, scratch: Path) -> None:
        self._watch = watch
        self._server = server
        self._memory = Memory(scratch=scratch)
        self._code = asking.signature()
        self._seen: Snapshot = {}
        self._pause = _PAUSE
        self._most = 0.0

    def run(self) -> None:
        self._build(self._look())
        self._write()
        self._most = max(_MEMORY, 2 * _held())
        last = time.monotonic()
        while time.monotonic() - last < self._watch.idle:
            with garbage.put_off():
                if self._wait():
                    self._serve()
                elif (now := self._look()) != self._seen:
                    self._build(self._settled(now))
                else:
                    continue
            self._write()  # nobody waits for that,
            garbage.search()  # nor for that
            last = time.monotonic()
            if _held() > self._most:
                raise _Restart("it has grown too large")

    def _write(self) -> None:
        try:
            self._memory.recent.write()
        except Exception:  # as in a build; what is not written is made anew
            self._watch.say(_fault())

    def _wait(self) -> bool:
        """Wait for a little; say whether somebody asks for something."""
        if self._server is None:
            time.sleep(self._pause)
            return False
        return bool(select.select([self._server], [], [], self._pause)[0])

    def _look(self) -> Snapshot:
        begun = time.perf_counter()
        found = snapshot((self._watch.book.parent, layouts.installed()), self._watch.output)
        self._pause = max(_PAUSE, _SHARE * (time.perf_counter() - begun))
        return found

    def _settled(self, now: Snapshot) -> Snapshot:
        """Wait until the files have come to rest."""
        latest = time.monotonic() + _PATIENCE
        while time.monotonic() < latest:
            time.sleep(_STILL)
            before, now = now, self._look()
            if before == now:
                break
        return now

    def _build(self, now: Snapshot) -> None:
        changed = {path for path in {*now, *self._seen} if now.get(path) != self._seen.get(path)}
        if self._seen and any(Path(path).suffix.lower() in _FONTS for path in changed):
            raise _Restart("a font file has changed")
        self._demand_same_code()
        self._seen = now
        try:
            outcome = self._watch.build(self._memory)
        except Exception:  # ours to mend: the next save may go well
            self._watch.say(_fault())
            return
        if outcome.status == INTERRUPTED:
            raise KeyboardInterrupt

    def _demand_same_code(self) -> None:
        if asking.signature() != self._code:
            raise _Restart("its code has changed")

    def _serve(self) -> None:
        """Carry out what somebody asks for; whatever goes wrong, they can do it themselves."""
        assert self._server is not None
        with contextlib.suppress(OSError), self._server.accept()[0] as connection:
            connection.settimeout(_SILENCE)
            request = _request(connection)
            if request is None:
                return
            self._demand_same_code()
            _send(connection, "heard", 1)
            connection.settimeout(_PATIENT)
            try:
                status = _carried_out(self._watch.carry, request, connection, self._memory)
            except OSError:  # the caller is gone, or takes nothing more
                return
            except Exception:  # ours to mend; the caller, without an answer, builds by itself
                self._watch.say(_fault())
                return
            _send(connection, "status", status)
            asked = shlex.join(["bookforge", *map(str, request["typed"])])
            self._watch.say(f"{timings.of_day()} carried out for somebody else: {asked}")
            if status == INTERRUPTED:
                raise KeyboardInterrupt


def _fault() -> str:
    return f"{timings.of_day()} a fault of bookforge's own; please report it\n{traceback.format_exc()}"


def _request(connection: socket.socket) -> Mapping[str, Any] | None:
    """Read what is asked for; ``None`` for what nobody asks for like that."""
    with connection.makefile("rb") as lines:
        line = lines.readline(asking.LIMIT)
    with contextlib.suppress(ValueError):
        request = json.loads(line)
        if (
            isinstance(request, dict)
            and isinstance(request.get("typed"), list)
            and isinstance(request.get("cwd"), str)
            and isinstance(request.get("umask"), int)
            and "live" in request
        ):
            return request
    return None


def _carried_out(carry: Carry, request: Mapping[str, Any], connection: socket.socket, memory: Memory) -> int:
    """Obey as if the command had been started where it was typed."""
    here, mask = Path.cwd(), os.umask(int(request["umask"]))
    out, err = (_Stream(connection, key, bool(request["live"])) for key in ("out", "err"))
    try:
        os.chdir(str(request["cwd"]))
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            return carry([str(each) for each in request["typed"]], memory)
    finally:
        os.umask(mask)
        os.chdir(here)


class _Stream(io.TextIOBase):
    """A stream whose other end is the caller's."""

    def __init__(self, connection: socket.socket, key: str, live: bool) -> None:
        self._connection = connection
        self._key = key
        self._live = live

    def write(self, text: str) -> int:
        """Send a text on."""
        _send(self._connection, self._key, text)
        return len(text)

    def isatty(self) -> bool:
        """Say whether the caller's stream is a terminal."""
        return self._live


def _send(connection: socket.socket, key: str, value: str | int) -> None:
    connection.sendall(json.dumps({key: value}).encode() + b"\n")


# ---------------------------------------------------------------- the place to listen


@contextlib.contextmanager
def _listening(at: Path | None) -> Iterator[socket.socket | None]:
    """Open the socket; ``None`` where there can be none: then other commands build by themselves."""
    if at is None or not _made_private(at.parent):
        yield None
        return
    lock = os.open(at.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            message = "this book is being watched already"
            raise UsageError(error("watch-alone", message, hint="go on with that one, or end it first")) from taken
        at.unlink(missing_ok=True)  # left by one that was killed
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(at))
            server.listen()
            try:
                yield server
            finally:
                at.unlink(missing_ok=True)
    finally:
        os.close(lock)


def _made_private(folder: Path) -> bool:
    with contextlib.suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return asking.is_private(folder)


# ---------------------------------------------------------------- looking


def snapshot(folders: tuple[Path, ...], but: Path) -> Snapshot:
    """Return what tells a file's states apart (times of change in ns, size, inode) for all that books are made of.

    Hidden files, the folder ``but`` and what was published are left out; of enormous folders not all is looked at.
    """
    found: dict[str, tuple[int, int, int, int]] = {}
    left = [str(folder) for folder in folders]
    without = str(but.absolute())
    while left and len(found) < _FILES:
        with contextlib.suppress(OSError), os.scandir(left.pop()) as entries:
            listed = list(entries)
            for entry in listed if MARKER not in (each.name for each in listed) else ():
                if entry.name.startswith(".") or entry.path == without:
                    continue
                if entry.is_dir(follow_symlinks=False):
                    left.append(entry.path)
                    continue
                if os.path.splitext(entry.name)[1].lower() not in _KINDS:  # noqa: PTH122 - of many files, often
                    continue
                with contextlib.suppress(OSError):
                    status = entry.stat()
                    if stat.S_ISREG(status.st_mode):
                        state = (status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino)
                        found[entry.path] = state
    return found


def _held() -> int:
    """Return the bytes this process holds in memory; 0 where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except (OSError, IndexError, ValueError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


# ---------------------------------------------------------------- saying


def line(outcome: Outcome) -> str:
    """Say in one line what a build did: ``12:03:04 paperback 0.21 s, 1 section of 36 laid out anew, 454 pages``."""
    spans = outcome.timings.spans
    names = [built.edition.name for built in outcome.built if built.published.changed]
    what = ", ".join(names) or ("nothing changed" if outcome.built else "nothing built")
    planned = {(span.edition, span.section) for span in spans if span.stage == "plan"}
    anew = {(span.edition, span.section) for span in spans if span.stage == "plan" and span.made}
    facts = [f"{what} {outcome.timings.elapsed():.2f} s"]
    if anew:
        facts.append(f"{len(anew)} section{'s' * (len(anew) > 1)} of {len(planned)} laid out anew")
    pages = [str(built.pages) for built in outcome.built if built.pages and built.published.changed]
    facts += [f"{' and '.join(pages)} pages"] if pages else []
    for word in ("error", "warning"):
        count = sum(found.severity.value == word for found in outcome.diagnostics)
        facts += [f"{count} {word}{'s' * (count > 1)}"] if count else []
    return f"{timings.of_day()} {', '.join(facts)}"
