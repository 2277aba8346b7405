"""What a watch looks at, and that what it keeps is bounded."""

import os
from pathlib import Path

import pytest

from bookforge import asking, cli, publish, watch
from tests.e2e import command


def test_a_look_sees_what_a_book_is_made_of_and_nothing_else(tmp_path: Path) -> None:
    book = command.write(tmp_path / "book")
    output = book / "dist"
    for name in ("dist/a.svg", "web/index.html", f"web/{publish.MARKER}", ".git/x.md", "build.log", ".one.md.swp"):
        (book / name).parent.mkdir(exist_ok=True)
        (book / name).write_text("x")
    os.mkfifo(book / "pipe.md")
    seen = watch.snapshot((book, tmp_path / "nowhere"), output)
    assert sorted(seen) == [str(book / name) for name in sorted(command.SMALL)]


@pytest.mark.parametrize("change", ["text", "touch", "replace", "remove", "new"])
def test_a_look_tells_every_change(tmp_path: Path, change: str) -> None:
    book = command.write(tmp_path)
    chapter = book / "chapters" / "one.md"
    before = watch.snapshot((book,), book / "dist")
    assert watch.snapshot((book,), book / "dist") == before
    status = chapter.stat()
    if change == "text":
        chapter.write_text(chapter.read_text().replace("began", "ended"))
    elif change == "touch":
        os.utime(chapter, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    elif change == "replace":
        other = book / "other"
        other.write_bytes(chapter.read_bytes())
        os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
        other.replace(chapter)
    elif change == "remove":
        chapter.unlink()
    else:
        (book / "chapters" / "three.md").write_text("x")
    assert watch.snapshot((book,), book / "dist") != before


def test_a_watch_is_found_by_all_that_a_build_depends_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)

    def address(book: str, cache: str) -> Path | None:
        return asking.address(asking.identity(tmp_path / book, tmp_path / cache), tmp_path / cache)

    found = [address("book.yaml", "c")]
    found.append(address("other.yaml", "c"))
    found.append(address("book.yaml", "d"))
    monkeypatch.setenv("PYPANDOC_PANDOC", "/own/pandoc")
    found.append(address("book.yaml", "c"))
    monkeypatch.delenv("PYPANDOC_PANDOC")
    monkeypatch.setattr(asking, "signature", lambda: "other code")
    found.append(address("book.yaml", "c"))
    assert len(set(found)) == 5
    assert None not in found
    assert address("book.yaml", "long" * 25) is None


def test_a_watch_has_as_many_processes_as_a_build() -> None:
    watch, build = (cli.parser().parse_args([command]) for command in ("watch", "build"))
    assert watch.jobs == build.jobs
