"""A build in which nothing has changed says what the last one said; a change of any kind is noticed."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bookforge import asking, build, cli, engines, unchanged
from tests.e2e import command
from tests.unit.rich_book import png

BOOK = {
    **command.SMALL,
    "chapters/two.md": "# Two\n\nIt ended [here]{#light}.\n\n![A picture](../sea.png)\n",
    "book.yaml": command.SMALL["book.yaml"]
    + "bibliography: refs/own.bib\neditions:\n  reader: {format: epub, layout: own}\n  site: {format: html}\n",
    "layouts/own/layout.yaml": "extends: ebook\n",
    "refs/own.bib": "",
    "design/layout.yaml": "extends: web\n",
}


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a book that was built twice, which is where the next build is to begin."""
    monkeypatch.setattr(unchanged, "_REST", 0)
    monkeypatch.setenv("BOOKFORGE_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    folder = command.write(tmp_path / "book", BOOK)
    (folder / "sea.png").write_bytes(png(40, 30))
    (folder / "layouts" / "linked").symlink_to("../design")
    monkeypatch.chdir(folder)
    assert cli.main(["build"]) == 0
    assert cli.main(["build"]) == 0
    return folder


@pytest.fixture
def built(book: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> list[Path]:
    """Return the books that are read and built from now on, as they come."""
    books: list[Path] = []
    run = build.run

    def noted(order: build.Order, *rest: object) -> build.Outcome:
        books.append(order.book)
        return run(order, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(build, "run", noted)
    capfd.readouterr()
    return books


def test_what_was_said_is_said_again(book: Path, built: list[Path], capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["build"]) == 0
    again = capfd.readouterr()
    assert built == []
    unchanged_files = sorted(path for path in (book / "dist").rglob("*") if path.is_file())
    (book / "chapters" / "one.md").touch()
    assert cli.main(["build"]) == 0
    assert built
    assert capfd.readouterr() == again
    assert "unchanged" in again.out
    assert sorted(path for path in (book / "dist").rglob("*") if path.is_file()) == unchanged_files


def text(name: str, content: str) -> Callable[[Path], None]:
    return lambda book: command.write(book, {name: content}) and None


def same_size(book: Path) -> None:
    """Put another picture in the place of one, as large and as old."""
    before = (book / "sea.png").stat()
    content = (book / "sea.png").read_bytes()
    (book / "sea.png").write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    os.utime(book / "sea.png", ns=(before.st_atime_ns, before.st_mtime_ns))


CHANGES: dict[str, Callable[[Path], None]] = {
    "a chapter": text("chapters/one.md", "# One\n\nAnother sentence.\n"),
    "the manifest": text("book.yaml", BOOK["book.yaml"].replace("A Title", "A Tilte")),
    "a picture of the same size and age": same_size,
    "a layout": text("layouts/own/layout.yaml", "extends: ebook\nsettings: {}\n"),
    "a file more of a layout": text("layouts/own/page.css", "p { color: red }"),
    "a layout that is a link": text("design/layout.yaml", "extends: web\nsettings: {}\n"),
    "a layout that hides another": text("layouts/web/layout.yaml", "extends: web\n"),
    "a file beside the chapters": text("chapters/One.md", "# Another\n"),
    "a published file": text("dist/a-title-reader.epub", "no book"),
    "a file of a published folder": text("dist/a-title-site/index.html", "no book"),
    "a stranger in a published folder": text("dist/a-title-site/.DS_Store", ""),
    "a published file that is gone": lambda book: (book / "dist" / "a-title-reader.epub").unlink(),
    "what a killed build left": lambda book: (book / "dist" / ".bookforge").mkdir(),
    "a file that the manifest names is gone": lambda book: (book / "refs" / "own.bib").unlink(),
    "a chapter that is gone": lambda book: (book / "chapters" / "one.md").unlink(),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_is_noticed(what: str, book: Path, built: list[Path]) -> None:
    CHANGES[what](book)
    cli.main(["build"])
    assert len(built) == 1


def test_other_code_other_engines_and_another_order_are_noticed(
    book: Path, built: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    for command_ in (["build", "--draft"], ["build", "--timings"], ["build", "--no-cache"], ["build", "--json"]):
        built.clear()
        assert cli.main(command_) == 0
        assert built
    with monkeypatch.context() as patch:
        patch.setattr(asking, "signature", lambda: "other code")
        built.clear()
        assert cli.main(["build"]) == 0
        assert built
    monkeypatch.setattr(engines, "versions", lambda *_: "other engines")
    built.clear()
    assert cli.main(["build"]) == 0
    assert built


def test_our_code_is_known_by_each_file_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("asking.py", "deep/er/warm.lua", "sRGB.icc", "__pycache__/asking.pyc"):
        command.write(tmp_path, {name: "x"})
    monkeypatch.setattr(asking, "__file__", str(tmp_path / "asking.py"))
    found = [asking.signature()]
    for name in ("asking.py", "deep/er/warm.lua", "sRGB.icc", "new.txt"):
        command.write(tmp_path, {name: "y"})
        found.append(asking.signature())
    assert len(set(found)) == 5
    command.write(tmp_path, {"__pycache__/asking.pyc": "z"})
    assert asking.signature() == found[-1]


def test_fonts_and_what_comes_with_us_are_looked_at(book: Path) -> None:
    (kept,) = [path for path in (book.parent / "cache/store/unchanged").rglob("*") if path.is_file()]
    looked_at = json.loads(kept.read_bytes().partition(b"\n")[2])["states"]
    for end in ("layouts/base/terms.yaml", "layouts/web", "/chapters", "site-packages"):
        assert any(path.endswith(end) for path in looked_at), end
    assert any("fontpkg" in path and path.endswith((".ttf", ".otf", ".woff2")) for path in looked_at)


def test_a_file_changed_just_before_is_not_trusted(
    book: Path, built: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unchanged, "_REST", 10**12)
    (book / "chapters" / "one.md").touch()
    for _ in range(2):
        assert cli.main(["build"]) == 0
    assert len(built) == 2


def test_a_title_that_may_become_a_path_is_read_each_time(book: Path, built: list[Path]) -> None:
    part = "- part: Night/Day\n    chapters: [chapters/two.md]"
    command.write(book, {"book.yaml": BOOK["book.yaml"].replace("- chapters/two.md", part)})
    for _ in range(3):
        assert cli.main(["build"]) == 0
    assert len(built) == 3


def test_nothing_that_reads_or_makes_anything_is_imported(book: Path) -> None:
    code = (
        "import sys; from bookforge import cli, unchanged; unchanged._REST = 0\n"
        "sys.argv = ['bookforge', 'build', '--jobs', '1']; status = cli.main(sys.argv[1:])\n"
        "import json; print(json.dumps(sorted(sys.modules)))"
    )
    for _ in range(2):
        done = subprocess.run((sys.executable, "-c", code), env=os.environ, capture_output=True, check=True)
    loaded = {*json.loads(done.stdout.splitlines()[-1])}
    assert not {"weasyprint", "lxml", "yaml", "msgspec", "bookforge.build", "bookforge.pipeline"} & loaded
