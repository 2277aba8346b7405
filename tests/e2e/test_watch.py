"""``bookforge watch``: built at each save, for other commands too, and nothing is different but the time it takes."""

import json
import queue
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bookforge import asking
from tests.e2e import command

SECONDS = 60.0


class Watching:
    """A watch over a book, and what it says."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.folder = folder
        typed = (sys.executable, "-m", "bookforge", "watch", *arguments)
        self.process = subprocess.Popen(typed, cwd=folder, stderr=subprocess.PIPE, text=True)
        self.said: list[str] = []
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        assert self.process.stderr is not None
        with self.process.stderr as lines:
            for line in lines:
                self._lines.put(line)

    def until(self, pattern: str) -> str:
        """Wait for a line; return it."""
        while True:
            self.said.append(self._lines.get(timeout=SECONDS))
            if re.search(pattern, self.said[-1]):
                return self.said[-1]

    def end(self, number: int = signal.SIGTERM) -> int:
        if number:
            self.process.send_signal(number)
        status = self.process.wait(SECONDS)
        self._listener.join(SECONDS)
        return status

    def sockets(self) -> list[Path]:
        return list((self.folder / ".run" / "bookforge").glob("*.sock"))


@pytest.fixture(name="book")
def small(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    book = command.write(tmp_path_factory.mktemp("b"))
    (book / ".run").mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(book / ".run"))
    return book


@pytest.fixture(name="watch")
def running(book: Path) -> Iterator[Watching]:
    watching = Watching(book, "--edition", "ebook")
    try:
        watching.until("^watching")
        watching.until("ebook")
        yield watching
    finally:
        watching.end(signal.SIGKILL)


def published(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_it_builds_at_each_save_and_survives_mistakes(book: Path, watch: Watching) -> None:
    chapter = book / "chapters" / "one.md"
    good = chapter.read_text()
    first = published(book / "dist")
    chapter.write_text(f"{good}\nMore.\n")
    assert re.match(r"\d\d:\d\d:\d\d ebook \d+\.\d\d s", watch.until("ebook"))
    assert published(book / "dist") != first
    (book / "book.yaml").write_text("title: [")
    watch.until("nothing built .* 1 error")
    assert "book.yaml" in watch.until("yaml-syntax")
    (book / "book.yaml").write_text(command.SMALL["book.yaml"])
    chapter.write_text(f"{good}\n[away](nowhere.md)\n")
    assert "chapters/one.md:7:8" in watch.until("link-resolves")
    chapter.write_text(good)
    watch.until("ebook")
    assert published(book / "dist") == first


def test_a_build_uses_it_and_is_the_same(book: Path, watch: Watching) -> None:
    (book / "chapters" / "two.md").write_text("# Two\n\nIt [ended]{#light} {>>AU: when?<<}.\n")
    watch.until("ebook")
    for arguments in (("build", "--json"), ("build", "--strict", "--format", "epub"), ("build", "--edition", "no")):
        alone = command.bookforge(book, *arguments, "--output", "a", PYTHONHASHSEED="1")  # of another environment
        asked = command.bookforge(book, *arguments, "--output", "b")
        watch.until("carried out .*--output b")
        there = [done.out.replace("/b/", "/a/").replace("b/", "a/") for done in (alone, asked)]
        assert (there[0].replace(", unchanged", ""), alone.err) == (there[1].replace(", unchanged", ""), asked.err)
        assert alone.status == asked.status
    assert not any("--output a" in line for line in watch.said)
    assert published(book / "a") == published(book / "b") != {}


def test_a_build_without_the_watch_that_was_killed(book: Path, watch: Watching) -> None:
    watch.end(signal.SIGKILL)
    assert len(watch.sockets()) == 1
    assert command.bookforge(book, "build", "--format", "epub").status == 0
    again = Watching(book, "--edition", "ebook")
    again.until("nothing changed")
    assert again.end() == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_cleanly(watch: Watching, number: int) -> None:
    assert watch.end(number) == 0
    assert watch.sockets() == []


def test_it_ends_when_nothing_happens(book: Path) -> None:
    watching = Watching(book, "--edition", "ebook", "--idle", "1")
    watching.until("the watch ends")
    assert watching.end(0) == 0


def test_a_book_has_one_watch(book: Path, watch: Watching) -> None:
    done = command.bookforge(book, "watch")
    assert done.status == 2
    assert "watch-alone" in done.err


def test_only_this_user_can_ask(watch: Watching) -> None:
    (place,) = watch.sockets()
    assert asking.is_private(place.parent)
    place.parent.chmod(0o755)
    assert asking.ask(place, ["build"], sys.stdout, sys.stderr) is None


@pytest.mark.parametrize(
    "line", [b"\n", b"{}\n", b"[1]\n", b'{"typed": 3, "cwd": "/nowhere", "live": 1, "umask": 0}\n', b""]
)
def test_whatever_is_asked_it_lives(book: Path, watch: Watching, line: bytes) -> None:
    (place,) = watch.sockets()
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(place))
        connection.sendall(line)
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1000) == b""
    (book / "chapters" / "one.md").write_text("# Another\n\nText.\n\n[two](two.md#light)\n")
    watch.until("ebook")


def test_a_caller_that_goes_away_changes_nothing(book: Path, watch: Watching) -> None:
    (place,) = watch.sockets()
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(place))
        request = {"typed": ["build"], "cwd": str(book), "live": False, "umask": 0o22}
        connection.sendall(json.dumps(request).encode() + b"\n")
    (book / "chapters" / "one.md").write_text("# Another\n\nText.\n")
    watch.until("ebook")


def test_a_caller_that_is_stopped_leaves_whole_editions(book: Path, watch: Watching) -> None:
    (place,) = watch.sockets()
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(place))
        request = {"typed": ["build", "--format", "epub", "--format", "html"], "cwd": str(book)}
        connection.sendall(json.dumps({**request, "live": False, "umask": 0o22}).encode() + b"\n")
        with connection.makefile() as lines:  # until the first edition is put into its place
            assert any("writing" in line for line in lines)
    (book / "chapters" / "one.md").write_text("# Another\n\nText.\n\n[two](two.md#light)\n")
    watch.until("ebook")
    left = published(book / "dist")
    assert not [name for name in left if name.startswith(".bookforge/")]
    assert command.bookforge(book, "build", "--format", "epub", "--no-cache").status == 0
    again = published(book / "dist")
    assert {name: again[name] for name in left if name.endswith(".epub")} == {
        name: data for name, data in left.items() if name.endswith(".epub")
    }


def test_a_font_that_changes_starts_it_anew(book: Path, watch: Watching) -> None:
    (book / "layouts").mkdir()
    (book / "layouts" / "own.ttf").write_bytes(b"no font at all")
    watch.until("starting anew: a font")
    watch.until("^watching")
    watch.until("nothing changed")
    assert len(watch.sockets()) == 1
