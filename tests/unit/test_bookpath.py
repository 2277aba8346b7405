"""Paths as typed into files of the book: found in any spelling the file system keeps, and never outside."""

import os
import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookforge.bookpath import Found, Missing, find


@pytest.fixture
def book(tmp_path: Path) -> Path:
    folder = tmp_path / "book"
    for name in ("chapters/One.md", "images/a b.png", "images/cafe\u0301.png"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    (tmp_path / "secret").touch()
    (folder / "up").symlink_to("..")
    return folder


@pytest.mark.parametrize(
    ("typed", "path"),
    [
        ("chapters/One.md", "chapters/One.md"),
        ("CHAPTERS/one.MD", "chapters/One.md"),
        ("./images/../chapters/One.md", "chapters/One.md"),
        ("images/a b.png", "images/a b.png"),
        ("images/café.png", "images/café.png"),
        ("images/cafe\u0301.png", "images/café.png"),
        ("images/CAFÉ.png", "images/café.png"),
    ],
)
def test_found(book: Path, typed: str, path: str) -> None:
    found = find(book, typed)
    assert isinstance(found, Found)
    assert found.path == path
    assert found.file.is_file()


def test_two_files_that_differ_in_case_only_need_the_exact_name(book: Path) -> None:
    (book / "chapters/ONE.md").touch()
    if len(list((book / "chapters").iterdir())) == 1:
        pytest.skip("this file system does not tell case apart")
    exact = find(book, "chapters/ONE.md")
    assert isinstance(exact, Found)
    assert exact.path == "chapters/ONE.md"
    unsure = find(book, "chapters/one.md")
    assert isinstance(unsure, Missing)
    assert "did you mean" in unsure.hint


def test_the_book_may_lie_behind_a_link(book: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(book)
    assert isinstance(find(tmp_path / "link", "chapters/One.md"), Found)


def test_hints_do_not_list_what_is_outside(book: Path) -> None:
    missing = find(book, "up/secre")
    assert isinstance(missing, Missing)
    assert "secret" not in missing.hint


PARTS = st.sampled_from(
    ["chapters", "One.md", "..", ".", "", "up", "book", "secret", "~", "C:", "\\", "é", "e\u0301", "\0"]
)


@given(st.lists(PARTS | st.text(max_size=5), max_size=6).map("/".join))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_path_leads_out(book: Path, typed: str) -> None:
    found = find(book, typed)
    if isinstance(found, Found):
        assert found.file.resolve().is_relative_to(book.resolve())
        assert found.path == unicodedata.normalize("NFC", found.path)
    else:
        assert found.message
        assert found.hint


def test_a_folder_that_cannot_be_looked_into_is_not_called_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", refuse)
    assert find(tmp_path, "chapters/one.md") == Missing(
        "the file 'chapters/one.md' cannot be reached: Permission denied", "check the permissions of its folder"
    )
