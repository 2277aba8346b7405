"""What a command says of itself: its exit status, its one JSON object, its lines in a pipe; what it leaves alone."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bookforge import manifest
from tests.e2e import command

PARTS = {
    "book.yaml": """\
title: A Title
authors: [An Author]
language: en
chapters:
  - part: Early
    chapters: [a/one.md, a/two.md]
  - part: Late
    chapters: [{path: b/one.md, id: last}]
""",
    "a/one.md": "# Rain\n\nFirst words.\n",
    "a/two.md": "# Wind\n\nSecond words.\n",
    "b/one.md": "# Snow\n\nLast words.\n",
}


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        (["build", "--edition", "nope"], "edition-known"),
        (["build", "--only", "nope"], "chapter-known"),
        (["check", "nowhere"], "book-found"),
        (["stats", "nowhere"], "book-found"),
        (["build", "--jobs", "none"], "command-right"),
        (["build", "--format", "docx"], "command-right"),
        (["fly"], "command-right"),
    ],
)
def test_a_wrong_command_ends_with_2_and_one_object(tmp_path: Path, arguments: list[str], rule: str) -> None:
    command.write(tmp_path)
    plain = command.bookforge(tmp_path, *arguments)
    assert (plain.status, plain.out) == (2, "")
    assert f"[{rule}]" in plain.err
    done = command.bookforge(tmp_path, *arguments, "--json")
    assert (done.status, done.rules()) == (2, [rule])


def test_a_format_the_book_has_no_edition_of_is_a_wrong_command(tmp_path: Path) -> None:
    book = command.SMALL["book.yaml"] + "editions: {web: {format: html}}\n"
    command.write(tmp_path, command.SMALL | {"book.yaml": book})
    done = command.bookforge(tmp_path, "build", "--format", "pdf", "--json")
    assert (done.status, done.rules()) == (2, ["edition-of-format"])


@pytest.mark.parametrize("what", ["build", "check", "stats"])
def test_json_is_one_object_whatever_is_wrong(tmp_path: Path, what: str) -> None:
    command.write(tmp_path, command.SMALL | {"book.yaml": "title: [\n"})
    done = command.bookforge(tmp_path, what, "--json")
    assert (done.status, done.rules(), done.err) == (1, ["yaml-syntax"], "")
    done = command.bookforge(tmp_path, what, "--json", TMPDIR=str(tmp_path / "book.yaml"))
    assert done.status in {1, 3}
    assert done.rules()


def test_a_folder_that_cannot_be_entered_is_said(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may enter every folder")
    shut = command.write(tmp_path / "shut")
    shut.chmod(0)
    try:
        done = command.bookforge(tmp_path, "check", "shut/book.yaml", "--json")
    finally:
        shut.chmod(0o700)
    assert (done.status, done.rules()) == (2, ["book-found"])


def test_stats_say_what_was_found(tmp_path: Path) -> None:
    command.write(tmp_path, command.SMALL | {"chapters/one.md": "# One\n\n<blink>x</blink>\n"})
    assert command.bookforge(tmp_path, "stats", "--json").rules() == ["markup-allowed"]


def test_an_interrupted_build_is_one_object_too(tmp_path: Path) -> None:
    long = "# One\n\n" + "\n\n".join(f"Paragraph {number} with some words in it." for number in range(4000))
    command.write(tmp_path, command.SMALL | {"chapters/one.md": long, "chapters/two.md": "# Two\n\nx\n"})
    line = (sys.executable, "-m", "bookforge", "build", "--no-cache", "--json")
    started = subprocess.Popen(line, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(2.5)
    started.send_signal(signal.SIGINT)
    out, said = started.communicate(timeout=60)
    assert (started.returncode, said) == (130, "")
    assert command.Done(130, out, said).rules() == ["command-finished"]


def test_progress_in_a_pipe_is_plain_lines(tmp_path: Path) -> None:
    command.write(tmp_path)
    done = command.bookforge(tmp_path, "build", "--format", "html")
    lines = done.err.splitlines()
    assert [line for line in lines if "[" not in line] == [
        "reading the manuscript",
        "making web",
        "writing a-title-web",
    ]
    assert command.bookforge(tmp_path, "build", "--format", "html", "--json").err == ""


# ---------------------------------------------------------------- --only


def test_one_chapter_has_its_number_and_leaves_the_whole_book(tmp_path: Path) -> None:
    command.write(tmp_path, PARTS)
    assert command.bookforge(tmp_path, "build", "--format", "html").status == 0
    whole = {path: path.read_bytes() for path in (tmp_path / "dist").rglob("*") if path.is_file()}
    done = command.bookforge(tmp_path, "build", "--format", "html", "--only", "two.md", "--json")
    assert done.status == 0, done.out
    assert {path: path.read_bytes() for path in whole} == whole
    page = (tmp_path / "dist/a-title-web-only-two/two.html").read_text("utf-8")
    assert '<span class="numeral">2</span>' in page
    assert not (tmp_path / "dist/a-title-web-only-two/one.html").exists()


def test_a_name_of_two_files_is_asked_back(tmp_path: Path) -> None:
    command.write(tmp_path, PARTS)
    done = command.bookforge(tmp_path, "check", "--only", "one.md", "--json")
    assert (done.status, done.rules()) == (2, ["chapter-known"])
    assert done.findings()[0]["message"] == "'one.md' is the name of 2 files: 'a/one.md' and 'b/one.md'"
    assert command.bookforge(tmp_path, "check", "--only", "b/one.md").status == 0


def test_a_part_comes_with_its_chapters(tmp_path: Path) -> None:
    command.write(tmp_path, PARTS)
    done = command.bookforge(tmp_path, "build", "--format", "html", "--only", "early", "--json")
    assert done.status == 0, done.out
    pages = {path.name for path in (tmp_path / "dist/a-title-web-only-early").glob("*.html")}
    assert {"early.html", "one.html", "two.html"} <= pages
    assert not {"late.html", "last.html"} & pages
    assert done.data["artifacts"][0]["words"] == 6


# ---------------------------------------------------------------- --strict, --release, check


def test_strict_publishes_no_edition_when_another_has_a_warning(tmp_path: Path) -> None:
    book = command.SMALL["book.yaml"] + "editions: {web: {format: html}, site: {format: html, layout: mine}}\n"
    bad = {
        "layouts/mine/layout.yaml": "extends: web\nfonts:\n  - {family: Cardo, package: fontpkg-cardo, role: text}\n"
    }
    text = {"chapters/one.md": "# One\n\nA character that few faces have: \U00013000.\n"}
    command.write(tmp_path, command.SMALL | {"book.yaml": book} | bad | text)
    lenient = command.bookforge(tmp_path, "build", "--jobs", "1", "--json")
    assert lenient.status == 0, lenient.out
    assert any(found["severity"] == "warning" for found in lenient.findings())
    done = command.bookforge(tmp_path, "build", "--strict", "--jobs", "1", "--output", "strict", "--json")
    assert (done.status, done.data["artifacts"]) == (1, [])
    assert not list((tmp_path / "strict").glob("a-title*"))


@pytest.mark.parametrize(
    ("files", "place"),
    [
        ({"book.yaml": command.SMALL["book.yaml"].replace("A Title", "TK")}, ("book.yaml", 1)),
        ({"book.yaml": command.SMALL["book.yaml"] + "description: A book. TODO\n"}, ("book.yaml", 7)),
        ({"chapters/one.md": "---\ntitle: One\nsubtitle: TK\n---\n\nText.\n"}, ("chapters/one.md", 3)),
    ],
)
def test_release_finds_placeholders_outside_the_text(
    tmp_path: Path, files: dict[str, str], place: tuple[str, int]
) -> None:
    command.write(tmp_path, command.SMALL | files)
    done = command.bookforge(tmp_path, "build", "--format", "html", "--release", "--json")
    assert (done.status, done.rules()) == (1, ["placeholders-filled"])
    assert (done.findings()[0]["path"], done.findings()[0]["line"]) == place


def test_check_writes_nothing_into_the_output_folder(tmp_path: Path) -> None:
    command.write(tmp_path)
    assert command.bookforge(tmp_path, "build", "--format", "html").status == 0
    (tmp_path / "dist" / ".bookforge").mkdir(exist_ok=True)
    before = sorted((path, path.stat().st_mtime_ns) for path in (tmp_path / "dist").rglob("*"))
    assert command.bookforge(tmp_path, "check").status == 0
    assert sorted((path, path.stat().st_mtime_ns) for path in (tmp_path / "dist").rglob("*")) == before


def test_an_edition_of_another_is_a_proof(tmp_path: Path) -> None:
    book = command.SMALL["book.yaml"] + "editions: {paperback: {format: pdf}, proof: {format: pdf, of: paperback}}\n"
    command.write(tmp_path, command.SMALL | {"book.yaml": book})
    assert [edition.layout for edition in manifest.read(tmp_path).editions] == ["paperback", "proof"]
