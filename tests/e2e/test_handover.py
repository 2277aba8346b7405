"""A book with a printer: the folder to hand over, what it holds, and when it is not written."""

import hashlib
import json
from pathlib import Path

import pytest

from tests.e2e import command
from tests.unit import pictures

BOOK = {
    "book.yaml": """\
title: A Title
authors: [First Author]
language: en
chapters:
  - chapters/one.md
editions:
  paperback:
    format: pdf
    layout: paperback
    trim-size: 5.5x8.5in
    printer: printers/Mine.yaml
    isbn: 978-3-16-148410-0
""",
    "chapters/one.md": "# One\n\nIt began.\n\n![A field](../field.png){width=100%}\n",
    "printers/Mine.yaml": """\
title: The Printer Round the Corner
extends: generic
margin: 0.25in
page-counts: [{binding: paperback, from: 2, to: 900}]
spines: [{binding: paperback, per-page: 0.0025in}]
""",
}
FINE, COARSE = (1400, 700), (300, 150)


def grave(done: command.Done) -> list[tuple[str, str]]:
    return [(found["severity"], found["rule"]) for found in done.findings() if found["severity"] != "note"]


def write(folder: Path, size: tuple[int, int]) -> Path:
    command.write(folder, BOOK)
    (folder / "field.png").write_bytes(pictures.png(*size))
    return folder


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, command.Done]:
    folder = write(tmp_path_factory.mktemp("book"), FINE)
    return folder, command.bookforge(folder, "build", "--json")


def test_one_folder_holds_what_the_printer_gets(built: tuple[Path, command.Done]) -> None:
    folder, done = built
    assert done.status == 0, done.out
    assert grave(done) == []
    (made,) = done.data["artifacts"]
    package = folder / "dist" / "a-title-paperback-mine"
    assert Path(made["package"]["path"]) == package
    names = [file["path"] for file in made["package"]["files"]]
    assert names == ["cover.jpg", "cover.pdf", "interior.pdf", "sheet.txt"]
    for file in made["package"]["files"]:
        assert hashlib.sha256((package / file["path"]).read_bytes()).hexdigest() == file["sha256"]


def test_the_sheet_says_what_is_in_the_folder(built: tuple[Path, command.Done]) -> None:
    folder, _ = built
    package = folder / "dist" / "a-title-paperback-mine"
    sheet = (package / "sheet.txt").read_text("utf-8")
    for line in (
        "ISBN        978-3-16-148410-0",
        "Printer     The Printer Round the Corner (mine)",
        "Trim        5.5 × 8.5 in (139.7 × 215.9 mm)",
        "Pages       8",
        "Spine       0.02 in (0.51 mm)",
        "  pass  print-page-size       all pages are 5.5 × 8.5 in (396 × 612 pt), without bleed",
        "  pass  print-page-size       one page of 11.27 × 8.75 in (811.44 × 630 pt)",
    ):
        assert line in sheet.splitlines()
    for name in ("cover.jpg", "cover.pdf", "interior.pdf"):
        assert hashlib.sha256((package / name).read_bytes()).hexdigest() in sheet
    assert "FAIL" not in sheet


def test_the_folder_passes_by_the_command_too(built: tuple[Path, command.Done]) -> None:
    folder, _ = built
    words = ("dist/a-title-paperback-mine/interior.pdf", "--printer", "printers/Mine.yaml", "--trim", "5.5x8.5in")
    done = command.bookforge(folder, "preflight", *words, "--json")
    assert (done.status, done.data["passed"]) == (0, True)


def test_a_second_build_leaves_it_and_a_file_of_ones_own_is_never_lost(built: tuple[Path, command.Done]) -> None:
    folder, _ = built
    done = command.bookforge(folder, "build")
    assert "a-title-paperback-mine/  (for the printer: cover.jpg, cover.pdf, interior.pdf, sheet.txt," in done.out
    assert done.out.count("unchanged") == 2
    mine = folder / "dist" / "a-title-paperback-mine" / "letter.txt"
    mine.write_text("Dear printer")
    before = (folder / "dist" / "a-title-paperback.pdf").read_bytes()
    (folder / "chapters/one.md").write_text("# One\n\nIt ended.\n")
    done = command.bookforge(folder, "build", "--json")
    assert (done.status, grave(done)) == (3, [("error", "output-ours")])
    assert mine.read_text() == "Dear printer"
    assert (folder / "dist" / "a-title-paperback.pdf").read_bytes() == before


def test_a_coarse_picture_is_named_when_the_book_is_built(tmp_path: Path) -> None:
    done = command.bookforge(write(tmp_path, COARSE), "build", "--json")
    assert (done.status, grave(done)) == (0, [("warning", "picture-fine-enough")])
    found = next(found for found in done.findings() if found["rule"] == "picture-fine-enough")
    assert found["message"].startswith("field.png on page ")
    assert "is printed at" in found["message"]
    assert (found["path"], found["line"]) == ("chapters/one.md", 5)
    sheet = (tmp_path / "dist/a-title-paperback-mine/sheet.txt").read_text("utf-8")
    assert "FAIL  print-resolution" in sheet


@pytest.mark.validator
def test_a_release_refuses_what_the_printer_would(tmp_path: Path) -> None:
    folder = write(tmp_path, COARSE)
    done = command.bookforge(folder, "build", "--release", "--json")
    assert (done.status, grave(done)) == (1, [("error", "picture-fine-enough")])
    (folder / "field.png").write_bytes(pictures.png(*FINE))
    (folder / "printers/Mine.yaml").write_text(BOOK["printers/Mine.yaml"] + "min-font: 9pt\n")
    done = command.bookforge(folder, "build", "--release", "--json")
    assert (done.status, grave(done)) == (1, [("error", "print-text-size")])
    assert not (folder / "dist").exists() or not list((folder / "dist").iterdir())


@pytest.mark.validator
def test_a_release_of_what_is_right(tmp_path: Path) -> None:
    done = command.bookforge(write(tmp_path, FINE), "build", "--release", "--json")
    assert done.status == 0, done.out
    assert json.loads(done.out)["artifacts"][0]["package"]["files"]
