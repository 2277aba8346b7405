"""Finished editions are taken where nothing has changed, and made where anything has."""

import dataclasses
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bookforge import build, cache, editions
from bookforge.diagnostics import Diagnostic
from tests.e2e import command

BOOK = {
    **command.SMALL,
    "chapters/three.md": "# Three\n\nSomebody {>>AU: who?<<} came.\n",
    "book.yaml": command.SMALL["book.yaml"]
    + "  - chapters/three.md\neditions:\n  reader: {format: epub, layout: own}\n  site: {format: html}\n",
    "layouts/own/layout.yaml": "extends: ebook\n",
}


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return command.write(tmp_path / "book", BOOK)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of the editions that are made, as they come."""
    names: list[str] = []
    make = editions.make

    def noted(loaded: object, edition: object, shop: object) -> object:
        names.append(edition.name)
        return make(loaded, edition, shop)  # type: ignore[arg-type]

    monkeypatch.setattr(editions, "make", noted)
    return names


def built(book: Path, **more: object) -> tuple[object, ...]:
    said: list[Diagnostic] = []
    order = build.Order(book / "book.yaml", output=book.parent / "dist", jobs=1, cache_folder=book.parent / "cache")
    outcome = build.run(dataclasses.replace(order, **more), said.append, lambda _: None)
    assert outcome.status == 0, said
    files = {path: path.read_bytes() for path in sorted((book.parent / "dist").rglob("*")) if path.is_file()}
    return files, said, [(each.edition, each.words, each.makeup) for each in outcome.built]


def test_a_book_in_which_nothing_changed_is_not_made_again(book: Path, made: list[str]) -> None:
    first = built(book)
    assert made == ["reader", "site"]
    assert any("open and left out" in str(each) for each in first[1])
    assert built(book) == first
    assert made == ["reader", "site"]
    assert built(book, cached=False) == first
    assert made == ["reader", "site"] * 2


def write(name: str, text: str) -> Callable[[Path], None]:
    def change(book: Path) -> None:
        (book / name).parent.mkdir(parents=True, exist_ok=True)
        (book / name).write_text(text, encoding="utf-8")

    return change


@pytest.mark.parametrize(
    ("change", "anew"),
    [
        (write("chapters/two.md", "# Two\n\nIt ended [there]{#light}.\n"), ["reader", "site"]),
        (write("book.yaml", BOOK["book.yaml"] + "  other: {format: epub}\n"), ["reader", "site", "other"]),
        (write("layouts/own/page.css", "p { color: red }"), ["reader", "site"]),
        (write("layouts/web/layout.yaml", "extends: web\n"), ["reader", "site"]),
        (write("notes.txt", "no part of the book"), []),
    ],
)
def test_what_is_changed_is_made_again(
    book: Path, made: list[str], change: Callable[[Path], None], anew: list[str]
) -> None:
    built(book)
    made.clear()
    change(book)
    built(book)
    assert made == anew


def test_how_it_was_ordered_and_what_was_lost_count(book: Path, made: list[str]) -> None:
    built(book)
    made.clear()
    built(book, draft=True)
    built(book, reference=True)
    assert made == ["reader", "site"] * 2
    built(book)
    assert made == ["reader", "site"] * 2
    made.clear()
    files = [path for path in (book.parent / "cache" / "store" / "finished-file").rglob("*") if path.is_file()]
    files[0].write_bytes(b"no longer what it was")
    built(book)
    assert 0 < len(made) <= 2


def test_other_bytes_of_a_font_count(book: Path, made: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    built(book)
    made.clear()
    digest = cache.file_digest
    monkeypatch.setattr(
        "bookforge.finished.file_digest",
        lambda path: "other" if Path(path).suffix in {".ttf", ".otf"} else digest(path),
    )
    built(book)
    assert made == ["reader", "site"]


def test_nothing_that_makes_anything_is_imported_for_it(book: Path) -> None:
    built(book)
    code = (
        "import sys; from pathlib import Path; from bookforge import build\n"
        "order = build.Order(Path('book.yaml'), output=Path('../dist'), cache_folder=Path('../cache'))\n"
        "assert build.run(order, lambda _: None, lambda _: None).status == 0\n"
        "import json; print(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run((sys.executable, "-c", code), cwd=book, env=os.environ, capture_output=True, check=True)
    heavy = {"weasyprint", "fontTools", "uharfbuzz", "pikepdf", "jinja2", "ebooklib", "PIL", "bookforge.editions"}
    assert not heavy & {*json.loads(done.stdout)}
