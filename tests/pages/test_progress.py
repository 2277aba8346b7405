"""How far a build is, told while sections are laid out."""

import re
from pathlib import Path

import pytest

from bookforge import build, new

_TOLD = re.compile(r"laying out paperback: (\d+) of (\d+) sections(?:, (\d+) from the cache)?")


def told(book: Path, folder: Path, jobs: int) -> list[tuple[int, int, int]]:
    heard: list[str] = []
    order = build.Order(book, editions=("paperback",), output=folder / "dist", jobs=jobs, cache_folder=folder / "cache")
    outcome = build.run(order, lambda _: None, lambda _: None, tell=heard.append)
    assert not outcome.status
    found = [_TOLD.fullmatch(each) for each in heard]
    return [(int(each[1]), int(each[2]), int(each[3] or 0)) for each in found if each]


@pytest.mark.parametrize("jobs", [1, 2])
def test_sections_are_counted_as_they_are_laid_out(tmp_path: Path, jobs: int) -> None:
    new.create(tmp_path / "book", "A Book")
    book = tmp_path / "book" / "book.yaml"
    cold = told(book, tmp_path, jobs)
    of = cold[0][1]
    assert cold == [(at, of, 0) for at in range(1, of + 1)]
    assert told(book, tmp_path, jobs) == []
    chapter = tmp_path / "book" / "chapters" / "01-the-kettle.md"
    chapter.write_text(chapter.read_text("utf-8").replace("kettle", "teapot"), "utf-8")
    changed = told(book, tmp_path, jobs)
    assert 0 < len(changed) < of
    assert all(0 < kept < at <= of for at, _, kept in changed)


@pytest.mark.parametrize("jobs", [1, 2])
def test_drawing_is_measured_apart_for_each_section(tmp_path: Path, jobs: int) -> None:
    new.create(tmp_path / "book", "A Book")
    order = build.Order(
        tmp_path / "book" / "book.yaml", editions=("paperback",), output=tmp_path / "dist", jobs=jobs, cached=False
    )
    spans = build.run(order, lambda _: None, lambda _: None).timings.spans
    planned, drawn = ({each.section for each in spans if each.stage == stage} for stage in ("plan", "draw"))
    assert drawn == planned != set()
