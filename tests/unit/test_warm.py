"""Pandoc kept running gives what its command gives, and steps aside where it cannot."""

import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bookforge import engines, warm
from bookforge.diagnostics import ManuscriptError
from bookforge.markdown import pandoc

TEXTS = (
    "",
    "\n",
    "a\tb `\t`\n\n-\tx\n\n\ty\t|\n",
    "ä\tb\tc without a line end",
    "a\rb\r\nc\n",
    "\ufeffa\n",
    "a\x00b\x0cc\n",
    "Mr. Smith, e.g. this, p. 4: \"a 'b' c\" -- ...\n",
    "```python\na\n```\n",
    f"| a | b |\n|--|----|\n| {'x' * 62} | y |\n",  # wider than 72 columns, not than 80
    f"| a | b |\n|--|----|\n| {'x' * 75} | y |\n",
    "<a@b.org> $x^2$ [x](file:///etc/passwd){.include}\n",
    "$\\frac{$ `x`{=latex}\n\n```{=latex}\ny\n```\n\n[^a]: unused\n\n::: a\nopen\n\n# b\n\n# b\n",
)


@pytest.fixture(name="ran")
def count_commands(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give the texts that were converted by a run of the command."""
    texts: list[str] = []
    run = pandoc._run

    def counted(text: str, path: str, folder: str, log: Path) -> str:
        texts.append(text)
        return run(text, path, folder, log)

    monkeypatch.setattr(pandoc, "_run", counted)
    return texts


@pytest.fixture(name="pool")
def fresh_pool(monkeypatch: pytest.MonkeyPatch) -> Iterator[warm.Pool]:
    pool = warm.Pool()
    monkeypatch.setattr(warm, "POOL", pool)
    with pool.held():
        yield pool


def process(pool: warm.Pool) -> "subprocess.Popen[bytes]":
    (idle,) = pool._idle
    return idle._process


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_it_gives_what_the_command_gives(text: str) -> None:
    alone = pandoc.convert(text, "a.md")
    with warm.POOL.held():
        assert [pandoc.convert(text, "a.md") for _ in range(2)] == [alone, alone]


def test_the_pandoc_that_is_installed_is_kept_running(pool: warm.Pool, ran: list[str]) -> None:
    """Where this fails with a new pandoc: run ``tests/corpus/test_warm.py`` with it, then add it to ``PROVEN``."""
    pandoc.convert("One.\n", "a.md")
    first = process(pool).pid
    pandoc.convert("Two.\n", "b.md")
    assert (process(pool).pid, ran) == (first, [])


def test_one_chapter_leaves_nothing_for_the_next(pool: warm.Pool, ran: list[str]) -> None:
    assert pandoc.convert("[a]: http://a.b\n\n[^a]: x\n\n# h\n", "a.md").messages
    assert pandoc.convert("[a] [^a]\n\n# h\n", "b.md") == pandoc.Converted('<p>[a] [^a]</p>\n<h1 id="h">h</h1>\n', ())
    assert ran == []


def test_nobody_who_holds_it_means_no_process(ran: list[str]) -> None:
    pool = warm.POOL
    with pool.held():
        with pool.held():
            pandoc.convert("One.\n", "a.md")
        kept = process(pool)
        assert kept.poll() is None
    assert kept.poll() is not None
    pandoc.convert("Two.\n", "a.md")
    assert ran == ["Two.\n"]


def test_threads_have_a_process_each(pool: warm.Pool, ran: list[str]) -> None:
    barrier = threading.Barrier(3, timeout=20)

    def work(number: int) -> list[str]:
        barrier.wait()
        return [pandoc.convert(f"{number} {turn}\n", "a.md").html for turn in range(20)]

    with ThreadPoolExecutor(3) as threads:
        found = list(threads.map(work, range(3)))
    assert found == [[f"<p>{number} {turn}</p>\n" for turn in range(20)] for number in range(3)]
    assert (ran, 1 <= len(pool._idle) <= 3) == ([], True)


def test_a_process_that_dies_is_replaced_and_its_chapter_converted(pool: warm.Pool, ran: list[str]) -> None:
    pandoc.convert("One.\n", "a.md")
    os.kill(process(pool).pid, signal.SIGKILL)
    assert pandoc.convert("Two.\n", "a.md").html == "<p>Two.</p>\n"
    assert pandoc.convert("Three.\n", "a.md").html == "<p>Three.</p>\n"
    assert ran == ["Two.\n"]


def test_a_chapter_that_takes_too_long_ends_its_process(pool: warm.Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    pandoc.convert("One.\n", "a.md")
    hanging = process(pool)
    monkeypatch.setattr(pandoc, "_SECONDS", 0.05)
    with pytest.raises(ManuscriptError) as stopped:
        pandoc.convert("[a " * 95 + "b", "a.md")
    assert "did not finish" in stopped.value.diagnostics[0].message
    assert hanging.poll() is not None
    assert pool._idle == []


def test_a_chapter_that_kills_both_says_why(
    pool: warm.Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ran: list[str]
) -> None:
    full = tmp_path / "pandoc"
    full.write_text('#!/bin/sh\n[ "$4" = lua ] && { read _; printf "3\\n3.9"; read _; exit 251; }\nexit 251\n')
    full.chmod(0o755)
    monkeypatch.setattr(pandoc, "_binary", lambda: str(full))
    monkeypatch.setattr(warm, "abbreviations", lambda _: b"")
    with pytest.raises(ManuscriptError) as stopped:
        pandoc.convert("*a*\n", "a.md")
    assert stopped.value.diagnostics[0].message == "pandoc ran out of memory on this chapter"
    assert (ran, pool._idle) == (["*a*\n"], [])


def test_a_process_ends_after_many_chapters(pool: warm.Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm, "_CHAPTERS", 2)
    pandoc.convert("One.\n", "a.md")
    first = process(pool)
    pandoc.convert("Two.\n", "a.md")
    assert (pool._idle, first.poll() is not None) == ([], True)


@pytest.mark.parametrize("answer", ["echo '<p>x</p>'", "printf '3\\n1.0'", "exit 3", "printf '99\\n3.9'"])
def test_another_pandoc_is_run_once_a_chapter(
    answer: str, pool: warm.Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ran: list[str]
) -> None:
    other = tmp_path / "pandoc"
    other.write_text(f'#!/bin/sh\n[ "$4" = lua ] && {{ {answer}; exit; }}\ncat >/dev/null; echo "<p>own</p>"\n')
    other.chmod(0o755)
    monkeypatch.setattr(pandoc, "_binary", lambda: str(other))
    assert [pandoc.convert("a\n", "a.md").html for _ in range(2)] == ["<p>own</p>\n"] * 2
    assert (ran, pool._idle) == (["a\n", "a\n"], [])


def test_nothing_of_the_users_own_is_run_or_read(
    pool: warm.Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ran: list[str]
) -> None:
    folder = tmp_path / "pandoc"
    folder.mkdir()
    for name in ("abbreviations", "init.lua"):
        (folder / name).write_text("thing\n" if name == "abbreviations" else "os.exit(7)\n")
    for name in ("XDG_DATA_HOME", "HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("LUA_INIT", "os.exit(7)")
    (tmp_path / ".pandoc").symlink_to(folder)
    assert pandoc.convert("A thing here\n", "a.md").html == "<p>A thing here</p>\n"
    assert ran == []


def test_no_file_and_no_process_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    pool = warm.Pool()
    monkeypatch.setattr(warm, "POOL", pool)
    with pool.held():
        pandoc.convert("Text.\n", "a.md")
        pid = process(pool).pid
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_it_ends_when_the_program_that_uses_it_is_killed() -> None:
    run = warm.Run((str(engines.pandoc()),), pandoc.READER, pandoc.WRITER)
    kept = warm._Process(run)
    try:
        assert kept._process.stdin is not None
        kept._process.stdin.close()  # as the system does for one that is killed
        kept._process.wait(20)
    finally:
        kept.end()
