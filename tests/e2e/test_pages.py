"""``bookforge pages``: what it prints, what it leaves alone, when it fails."""

from pathlib import Path

import pytest

from tests.e2e import command

LOOSE = "It was a h" + "m" * 30 + ". "
TEXT = LOOSE + "It began with a sentence that goes on for a while, as a sentence will that nobody stops in time. " * 40
BOOK = command.SMALL | {"chapters/one.md": f"# One\n\n{TEXT}\n\nAnd so it was.\n"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return command.write(tmp_path_factory.mktemp("book"), BOOK)


def test_pages_are_counted_and_nothing_is_written(folder: Path) -> None:
    done = command.bookforge(folder, "pages", "--worst", "1")
    assert done.status == 0, done.err
    head, *rows = done.out.splitlines()
    assert head.startswith("paperback: ")
    assert "characters on a full line" in head
    assert "     0  last lines of paragraphs alone at the top of a page" in rows
    assert any(row.startswith(" " * 10 + "page ") and "chapters/one.md:3" in row for row in rows)
    assert not (folder / "dist").exists()


def test_json_says_the_same(folder: Path) -> None:
    done = command.bookforge(folder, "pages", "--json", "--edition", "paperback")
    (edition,) = done.data["editions"]
    assert edition["edition"] == "paperback"
    assert (edition["widows"], edition["orphans"], edition["missing_glyphs"]) == (0, 0, 0)
    assert 55 < edition["characters_a_line"] < 75
    assert edition["places"]["loose-lines"][0]["path"] == "chapters/one.md"


def test_a_build_says_it_in_a_line(folder: Path, tmp_path: Path) -> None:
    done = command.bookforge(folder, "build", "--format", "pdf", "--output", str(tmp_path))
    (line,) = [line for line in done.out.splitlines() if " widows, " in line]
    assert line.startswith("  ")
    again = command.bookforge(folder, "build", "--format", "pdf", "--output", str(tmp_path), "--json")
    assert again.data["artifacts"][0]["makeup"]["widows"] == 0


def test_strict_fails_for_what_no_book_may_have_and_nothing_else(folder: Path, tmp_path: Path) -> None:
    command.write(tmp_path, BOOK | {"chapters/two.md": "# Two\n\nA \N{UNICORN FACE} came.\n"})
    assert command.bookforge(tmp_path, "pages").status == 0
    done = command.bookforge(tmp_path, "pages", "--strict")
    assert done.status == 1
    assert "chapters/two.md:3  \N{UNICORN FACE}" in done.out
    assert command.bookforge(folder, "pages", "--strict").status == 0


@pytest.mark.parametrize("name", ["web", "ebook"])
def test_editions_without_pages_are_refused(folder: Path, name: str) -> None:
    done = command.bookforge(folder, "pages", "--edition", name, "--json")
    assert (done.status, done.rules()) == (2, ["edition-of-format"])


def test_a_broken_book_fails(tmp_path: Path) -> None:
    command.write(tmp_path, BOOK | {"chapters/two.md": "# Two\n\n![a](nowhere.png)\n"})
    assert command.bookforge(tmp_path, "pages").status == 1


def test_so_many_places_are_no_number(folder: Path) -> None:
    done = command.bookforge(folder, "pages", "--worst", "many", "--json")
    assert (done.status, done.rules()) == (2, ["command-right"])


def test_the_marks_of_sheets_are_no_marks_on_blank_pages(tmp_path: Path) -> None:
    editions = "editions:\n  sheets: {format: pdf, layout: proof}\n"
    command.write(tmp_path, BOOK | {"book.yaml": BOOK["book.yaml"].partition("editions:")[0] + editions})
    done = command.bookforge(tmp_path, "pages", "--json")
    (edition,) = done.data["editions"]
    assert edition["marked_blanks"] == 0


def test_a_nudge_that_cannot_be_obeyed_is_told_with_its_place(tmp_path: Path) -> None:
    command.write(
        tmp_path, BOOK | {"chapters/two.md": "# Two\n\nIt was.\n\n::: looser\nIt ended [here]{#light}.\n:::\n"}
    )
    done = command.bookforge(tmp_path, "pages", "--json")
    (found,) = [each for each in done.findings() if each["rule"] == "nudge-obeyed"]
    assert (found["path"], found["line"], found["severity"]) == ("chapters/two.md", 6, "warning")


def test_a_draft_fills_its_pages_as_they_come(tmp_path: Path) -> None:
    text = "# One\n\n" + "\n\n".join(
        f"Paragraph {number} " + "of words enough for two lines " * 6 for number in range(90)
    )
    command.write(tmp_path, command.SMALL | {"chapters/one.md": text})
    balanced = command.bookforge(tmp_path, "build", "--format", "pdf")
    kept = next((tmp_path / "dist").glob("*.pdf")).read_bytes()
    draft = command.bookforge(tmp_path, "build", "--format", "pdf", "--draft")
    assert balanced.status == draft.status == 0
    assert next((tmp_path / "dist").glob("*.pdf")).read_bytes() != kept
    assert command.bookforge(tmp_path, "build", "--draft", "--release").status == 2
