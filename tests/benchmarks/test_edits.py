"""The benchmark's own text: edits that change what they say they do, books as long as they should be."""

import random
from pathlib import Path

import pytest

from bookforge import manifest
from tests.benchmarks import edits, manuscripts


@pytest.fixture
def memoir(tmp_path: Path) -> manuscripts.Manuscript:
    return manuscripts.made_up("a memoir", (900, 800, 1_500, 2_000), tmp_path / "one")


@pytest.mark.parametrize(("kind", "more"), [("word", 0), ("sentence", 10), ("paragraphs", 500), ("note", 10)])
def test_an_edit_makes_a_text_nobody_has_seen(kind: str, more: int, memoir: manuscripts.Manuscript) -> None:
    chance = random.Random(1)
    text = memoir.chapters[0].read_text(encoding="utf-8")
    found = {edits.edited(kind, text, chance) for _ in range(20)}
    assert len(found) == 20
    assert text not in found
    assert all(len(each.split()) >= len(text.split()) + more for each in found)


def test_a_seed_decides_all(tmp_path: Path) -> None:
    one, other = (manuscripts.made_up("a memoir", (900,), tmp_path / name) for name in "ab")
    assert one.chapters[0].read_bytes() == other.chapters[0].read_bytes()


def test_a_book_ten_times_as_long(memoir: manuscripts.Manuscript, tmp_path: Path) -> None:
    first, second = memoir.chapters[:2]
    first.write_text(f"{first.read_text(encoding='utf-8')}\nAs I said [there]({second.name}).\n", encoding="utf-8")
    long = manuscripts.tenfold(memoir, tmp_path / "ten")
    assert f"(copy-7-{second.name})" in (tmp_path / "ten" / "chapters" / f"copy-7-{first.name}").read_text("utf-8")
    assert long.notes == manuscripts.NOTES
    assert long.words > 10 * memoir.words
    declared = manifest.read(long.manifest)
    assert [each.path for each in declared.entries if each.path] == [
        each.relative_to(tmp_path / "ten").as_posix() for each in long.chapters
    ]


def test_a_new_chapter_is_declared_behind_another(memoir: manuscripts.Manuscript) -> None:
    new = manuscripts.with_chapter(memoir, memoir.chapters[0], random.Random(1))
    declared = manifest.read(memoir.manifest)
    assert [each.path.rpartition("/")[2] for each in declared.entries if each.path][1] == new.name


def test_the_places_that_are_edited(memoir: manuscripts.Manuscript) -> None:
    at = {name: memoir.chapters.index(path) for name, path in memoir.places().items()}
    assert at == {"short": 0, "middle": 0, "long 1": 2, "long 2": 3}
