"""The index in two columns, as laid out: its last page is level and has lines enough."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from test_editions import load
from test_endnotes import boxes, shown

from bookforge import editions
from bookforge.cache import Cache
from bookforge.diagnostics import Diagnostic
from bookforge.edition import Artifact, Composition
from bookforge.laid import Laid
from bookforge.typeset import sections
from bookforge.writers import pdf
from bookforge.writers.galley import Galley

LETTERS = "abcdefgh"


def entries(count: int, letters: int) -> str:
    """Return so many index marks, in letters of different lengths, every fifth entry two lines long."""
    long = ", a name that no column has a line for"
    names = [f"{LETTERS[n * letters // count]}{n:04}{long * (n % 5 == 0)}" for n in range(count)]
    return " ".join(f'word[]{{.index entry="{name}"}}' for name in names)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Mapping[tuple[int, int], tuple[Laid, list[Diagnostic]]]:
    found = {}
    for count, letters in ((30, 1), (105, 8), (133, 1), (134, 8), (135, 1)):
        folder = tmp_path_factory.mktemp("book")
        manifest = "title: Salt\nauthors: [A]\nlanguage: en\nchapters: [one.md]\n"
        manifest += "editions:\n  book: {format: pdf, layout: paperback}\n"
        found[count, letters] = set_book(
            folder, {"book.yaml": manifest, "one.md": f"# One\n\n{entries(count, letters)}\n"}
        )
    return found


def set_book(folder: Path, files: Mapping[str, str]) -> tuple[Laid, list[Diagnostic]]:
    loaded = load(folder, files)
    found: list[Laid] = []
    said: list[Diagnostic] = []

    def write(composition: Composition, laid: Laid, _: object) -> Artifact:
        found.append(laid)
        return Artifact(composition.reading.edition, {}, pages=len(laid.pages))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pdf, "write", write)
        (edition,) = loaded.manifest.editions
        editions.make(loaded, edition, editions.Workshop(Cache(None), folder / "scratch", said.append, reference=True))
    return found[0], said


def columns(page: Any) -> list[list[float]]:
    """Return the heights of the lines of each column of a page."""
    found = [box for box in boxes(page._page_box) if getattr(box, "is_column", False)]
    return [
        [line.position_y for line in boxes(column) if type(line).__name__ == "LineBox" and shown(line)]
        for column in found
    ]


def test_the_columns_of_the_last_page_end_level(made) -> None:
    leading = 14 * 11 / 14 / 0.75
    for (count, letters), (laid, _) in made.items():
        pages = [columns(page) for page in laid.document.pages if columns(page)]
        first, second = pages[-1]
        assert len(first) + len(second) >= min(10, count), (count, letters)
        # an entry of two lines is not parted, nor a letter from its first entry
        assert abs(first[-1] - second[-1]) < (1.1 if letters == 1 else 3.1) * leading, (count, letters)


def test_the_pages_of_the_index_are_those_planned(made) -> None:
    assert max(len([page for page in laid.document.pages if columns(page)]) for laid, _ in made.values()) > 1
    assert [said for _, said in made.values() if any(each.rule == "plan-kept" for each in said)] == []


def test_an_index_is_laid_out_once_to_be_planned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is long, and nothing before it asks for its pages: these are found before it is looked at."""
    laid: list[str] = []
    really = sections.Typesetter.lay

    def lay(self: Any, first: int, end: int, *more: Any, **others: Any) -> Galley:
        laid.extend(part.section for part in self._composition.parts[first:end])
        return really(self, first, end, *more, **others)

    monkeypatch.setattr(sections.Typesetter, "lay", lay)
    manifest = "title: Salt\nauthors: [A]\nlanguage: en\nchapters: [one.md]\neditions: {book: {format: pdf}}\n"
    set_book(tmp_path, {"book.yaml": manifest, "one.md": f"# One\n\n{entries(12, 1)}\n"})
    assert laid.count("book-index") == 1
