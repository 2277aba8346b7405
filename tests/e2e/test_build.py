"""``bookforge build`` on small books: what is written, what is said, and what is never touched."""

import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.e2e import command


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, command.Done]:
    folder = command.write(tmp_path_factory.mktemp("book"))
    return folder, command.bookforge(folder, "build", "--json")


def test_the_smallest_manifest_builds_one_edition_of_each_format(built: tuple[Path, command.Done]) -> None:
    folder, done = built
    assert done.status == 0, done.out
    names = sorted(path.name for path in (folder / "dist").iterdir())
    assert names == ["a-title-ebook.epub", "a-title-paperback.pdf", "a-title-web"]


def test_json_says_what_was_made_and_found(built: tuple[Path, command.Done]) -> None:
    folder, done = built
    paperback, ebook, web = done.data["artifacts"]
    assert set(done.data) == {"artifacts", "diagnostics"}
    assert (paperback["edition"], paperback["format"]) == ("paperback", "pdf")
    assert Path(paperback["path"]) == folder / "dist" / "a-title-paperback.pdf"
    assert paperback["bytes"] == Path(paperback["path"]).stat().st_size
    assert paperback["pages"] > 6
    assert {each["words"] for each in (paperback, ebook, web)} == {15}
    assert len(ebook["sha256"]) == 64
    assert web["sha256"] is None
    assert len(web["tree_sha256"]) == 64
    assert "index.html" in [file["path"] for file in web["files"]]


def test_a_second_build_changes_nothing(built: tuple[Path, command.Done]) -> None:
    folder, _ = built
    before = {path: path.stat().st_mtime_ns for path in (folder / "dist").rglob("*")}
    done = command.bookforge(folder, "build")
    assert done.status == 0
    assert done.out.count("unchanged") == 3
    assert {path: path.stat().st_mtime_ns for path in (folder / "dist").rglob("*")} == before


def test_format_and_edition_choose(tmp_path: Path) -> None:
    command.write(tmp_path)
    assert command.bookforge(tmp_path, "build", "--format", "epub").status == 0
    assert [path.name for path in (tmp_path / "dist").iterdir()] == ["a-title-ebook.epub"]
    done = command.bookforge(tmp_path, "build", "--edition", "ebok", "--json")
    assert (done.status, done.rules()) == (2, ["edition-known"])
    assert done.findings()[0]["hint"] == "did you mean 'ebook'?"


def test_a_folder_a_file_and_manuscript_are_all_found(tmp_path: Path) -> None:
    command.write(tmp_path / "manuscript")
    for book in ([], ["manuscript"], ["manuscript/book.yaml"], ["."]):
        assert command.bookforge(tmp_path, "check", *book).status == 0
    assert command.bookforge(tmp_path, "check", "elsewhere").status == 2


def test_only_builds_what_is_whole_beside_a_broken_chapter(tmp_path: Path) -> None:
    command.write(tmp_path)
    (tmp_path / "chapters/two.md").write_bytes(b"# Two\n\nCaf\xe9.\n")
    whole = command.bookforge(tmp_path, "build", "--format", "html", "--json")
    assert (whole.status, whole.rules()) == (1, ["text-encoding"])
    place = whole.findings()[0]
    assert (place["path"], place["line"], place["column"]) == ("chapters/two.md", 3, 4)
    only = command.bookforge(tmp_path, "build", "--format", "html", "--only", "one.md", "--json")
    assert only.status == 0, only.out
    assert only.rules() == ["link-resolves"]


def test_every_broken_chapter_is_named_in_one_run(tmp_path: Path) -> None:
    broken = {"chapters/one.md": "# One\n\n[x](#lost)\n\n![y](no.png)\n", "chapters/two.md": "# Two\n\n{++new++}\n"}
    command.write(tmp_path, command.SMALL | broken)
    done = command.bookforge(tmp_path, "check", "--json")
    assert done.status == 1
    assert "markup-reserved" in done.rules()


def test_usage_errors_exit_with_2(tmp_path: Path) -> None:
    for arguments in (["build", "--format", "docx"], ["biuld"], ["build", "--jobs", "0"], []):
        done = command.bookforge(tmp_path, *arguments)
        assert done.status == 2
        assert "hint" in done.err


def test_strict_publishes_nothing_after_a_warning(tmp_path: Path) -> None:
    command.write(tmp_path, command.SMALL | {"chapters/one.md": "# One\n\n<script>x</script> A word.\n"})
    lenient = command.bookforge(tmp_path, "build", "--format", "html")
    assert lenient.status == 0
    assert "markup-allowed" in lenient.err
    done = command.bookforge(tmp_path, "build", "--format", "html", "--strict", "--output", "strict")
    assert done.status == 1
    assert not (tmp_path / "strict" / "a-title-web").exists()


def test_release_refuses_what_is_unfinished(tmp_path: Path) -> None:
    text = "# One\n\nA word. {>>AU: which?<<} TK\n"
    command.write(tmp_path, command.SMALL | {"chapters/one.md": text})
    done = command.bookforge(tmp_path, "build", "--format", "html", "--release", "--json")
    assert done.status == 1
    assert set(done.rules()) == {"placeholders-filled", "queries-answered"}
    assert not (tmp_path / "dist").exists()


def test_release_refuses_calls_of_notes_that_are_not_there(tmp_path: Path) -> None:
    text = "# One\n\nA word.[^lost] A sign: \\[^x\\].\n\n[^idle]: Never called.\n"
    command.write(tmp_path, command.SMALL | {"chapters/one.md": text})
    done = command.bookforge(tmp_path, "build", "--format", "html", "--release", "--json")
    assert done.status == 1
    assert done.rules().count("note-defined") == 1
    assert "note-called" in done.rules()
    assert not (tmp_path / "dist").exists()
    assert command.bookforge(tmp_path, "build", "--format", "html").status == 0


def test_queries_are_left_out_and_counted(tmp_path: Path) -> None:
    text = "# One\n\nA word {>>AU: which word?<<} and another.\n"
    command.write(tmp_path, command.SMALL | {"chapters/one.md": text})
    done = command.bookforge(tmp_path, "build", "--format", "html")
    page = (tmp_path / "dist/a-title-web/one.html").read_text("utf-8")
    assert "A word and another." in page
    assert "which word" not in page
    assert "1 author query is open and left out" in done.err


def test_a_book_that_fails_leaves_the_last_edition(tmp_path: Path) -> None:
    command.write(tmp_path)
    assert command.bookforge(tmp_path, "build", "--format", "html").status == 0
    before = (tmp_path / "dist/a-title-web/one.html").read_bytes()
    command.write(tmp_path, {"chapters/one.md": "# One\n\n[x](#lost)\n"})
    assert command.bookforge(tmp_path, "build", "--format", "html").status == 1
    assert (tmp_path / "dist/a-title-web/one.html").read_bytes() == before


def test_an_interrupted_build_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    long = "# One\n\n" + "\n\n".join(f"Paragraph {number} with some words in it." for number in range(4000))
    command.write(tmp_path, command.SMALL | {"chapters/one.md": long, "chapters/two.md": "# Two\n\nx\n"})
    started = subprocess.Popen(
        (sys.executable, "-m", "bookforge", "build", "--no-cache"), cwd=tmp_path, stderr=subprocess.PIPE, text=True
    )
    time.sleep(2.5)
    started.send_signal(signal.SIGINT)
    _, said = started.communicate(timeout=60)
    assert started.returncode == 130
    assert "interrupted; what was built before is untouched" in said
    assert "Traceback" not in said
    assert not (tmp_path / "dist" / ".bookforge").exists()


def test_stats_count_by_chapter(tmp_path: Path) -> None:
    command.write(tmp_path)
    done = command.bookforge(tmp_path, "stats", "--json")
    assert [row["words"] for row in done.data["sections"]] == [11, 4]
    assert done.data["total"]["notes"] == 1
    assert "total" in command.bookforge(tmp_path, "stats").out


def test_help_teaches_and_imports_no_engine() -> None:
    script = (
        "import sys; from bookforge.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "heavy = {'weasyprint', 'lxml', 'ebooklib', 'jinja2', 'yaml', 'pypandoc', 'PIL', 'fontTools', 'msgspec'}\n"
        "print('IMPORTED', sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run((sys.executable, "-c", script), capture_output=True, text=True, check=True)
    assert "first steps:" in done.stdout
    assert done.stdout.rstrip().endswith("IMPORTED []")


def test_no_module_of_the_books_folder_is_run(tmp_path: Path) -> None:
    trap = "raise SystemExit('code of the book ran')\n"
    names = ("argparse", "shtab", "yaml", "lxml", "weasyprint", "fontpkg_eb_garamond", "evil/__init__")
    command.write(tmp_path, command.SMALL | {f"{name}.py": trap for name in names})
    done = command.bookforge(tmp_path, "build", "--format", "html")
    assert done.status == 0, done.err
    layout = "extends: web\nfonts:\n  - {family: X, package: evil.x}\n"
    editions = "editions:\n  web: {format: html, layout: own}\n"
    book = command.SMALL["book.yaml"] + editions
    command.write(tmp_path, {"layouts/own/layout.yaml": layout, "book.yaml": book})
    done = command.bookforge(tmp_path, "build", "--json")
    assert (done.status, done.rules()) == (1, ["font-exists"])


def test_a_chapter_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    command.write(tmp_path)
    (found,) = command.bookforge(tmp_path, "check", "--json", "--only", "xyz").findings()
    assert (found["rule"], found["hint"]) == (
        "chapter-known",
        "name a chapter by its id or its file; the ids are one, two",
    )


def test_a_closed_stream_is_no_mistake(tmp_path: Path) -> None:
    command.write(tmp_path)
    for closed in ("2>&-", ">&-"):
        line = f"{shlex.quote(sys.executable)} -m bookforge check --no-cache {closed}"
        assert subprocess.run(line, shell=True, cwd=tmp_path, check=False, capture_output=True).returncode == 0


def test_timings_are_a_table_and_a_picture_and_change_no_edition(built: tuple[Path, command.Done]) -> None:
    folder, _ = built
    before = {path.name: path.read_bytes() for path in (folder / "dist").iterdir() if path.is_file()}
    done = command.bookforge(folder, "build", "--no-cache", "--timings", "--format", "epub", "--format", "pdf")
    assert done.status == 0
    assert "seconds in all" in done.err
    assert "seconds in all" not in done.out
    after = {path.name: path.read_bytes() for path in (folder / "dist").iterdir() if path.is_file()}
    assert b"paperback two: plan" in after.pop("a-title-timings.svg")
    assert after == before
