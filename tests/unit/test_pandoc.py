import subprocess
from pathlib import Path
from typing import Any

import pytest

from bookforge.diagnostics import EngineError, ManuscriptError
from bookforge.markdown import pandoc


def test_html_of_our_dialect() -> None:
    html = pandoc.convert("@smith \\macro *a* $x$\n\n---\ntitle: no\n---\n", "a.md").html
    assert "@smith \\macro <em>a</em>" in html
    assert "title: no" in html
    assert "<math" in html


def test_remarks_have_their_place() -> None:
    (message,) = pandoc.convert("Text.\n\n[^a]: Never called.\n", "a.md").messages
    assert (message.kind, message.line, message.column, message.subject) == ("NoteDefinedButNotUsed", 3, 1, "a")
    assert message.severity == "WARNING"


def test_raw_text_of_another_format_is_named() -> None:
    (message,) = pandoc.convert("a `\\LaTeX`{=latex}\n", "a.md").messages
    assert (message.kind, message.subject, message.line) == ("InlineNotRendered", "\\LaTeX", None)


def test_nothing_of_the_users_configuration_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "pandoc"
    folder.mkdir()
    (folder / "abbreviations").write_text("thing\n")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert pandoc.convert("A thing here\n", "a.md").html == "<p>A thing here</p>\n"


def test_no_file_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    pandoc.convert("Text.\n", "a.md")
    assert list(tmp_path.iterdir()) == []


def test_a_pandoc_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pandoc, "_binary", lambda: "/nowhere/pandoc")
    with pytest.raises(EngineError) as stopped:
        pandoc.convert("a", "a.md")
    (found,) = stopped.value.diagnostics
    assert found.rule == "pandoc-runs"
    assert found.hint


def _answer(monkeypatch: pytest.MonkeyPatch, status: int, said: str) -> None:
    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[bytes]:
        return subprocess.CompletedProcess(command, status, b"", said.encode())

    monkeypatch.setattr(subprocess, "run", run)


@pytest.mark.parametrize(
    ("status", "said", "message"),
    [
        (251, "pandoc: Heap exhausted;", "pandoc ran out of memory on this chapter"),
        (43, "pandoc: something odd\nmore", "pandoc cannot convert this chapter (status 43): something odd"),
        (-9, "", "pandoc cannot convert this chapter (status -9): no reason given"),
    ],
)
def test_failures_name_the_chapter(monkeypatch: pytest.MonkeyPatch, status: int, said: str, message: str) -> None:
    _answer(monkeypatch, status, said)
    with pytest.raises(ManuscriptError) as stopped:
        pandoc.convert("a", "chapters/a.md")
    (found,) = stopped.value.diagnostics
    assert (found.rule, found.message, str(found.at)) == ("markdown-converts", message, "chapters/a.md")
    assert found.hint


def test_a_chapter_that_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pandoc, "_SECONDS", 0)
    with pytest.raises(ManuscriptError) as stopped:
        pandoc.convert("[a " * 90 + "b", "a.md")
    assert "did not finish" in stopped.value.diagnostics[0].message


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("text [sic] " * 500, None),
        ("[sic " * 90 + "\n\n" + "[sic " * 90, None),
        ("a\n\n" + "[" * 200, 3 + 100),
        ("x [ " * 200, 4 * 100 + 2),
        ("a\n" + ">" * 61, 2),
        ("> " * 60, None),
        ("1. " * 200, 0),
        ("  - " * 70, 0),
        ("-" * 500, None),
        ("* " * 20, None),
        (">" * 20 + "\n" + ">" * 20, None),
    ],
)
def test_overload_is_found_beforehand(text: str, offset: int | None) -> None:
    assert pandoc.find_overload(text) == offset
