"""Bytes into text: what is read, what is refused, and where lines begin."""

from pathlib import Path

import pytest

from bookforge import textfile
from bookforge.diagnostics import Diagnostic, Location


def test_lines_begin_after_each_kind_of_end() -> None:
    assert textfile.line_starts("") == (0,)
    assert textfile.line_starts("a\nb\r\nc\rd\n\r") == (0, 2, 5, 7, 9, 10)
    assert textfile.line_starts("a\x0bb\u2028c") == (0,)


@pytest.mark.parametrize(
    ("offset", "line", "column"), [(0, 1, 1), (1, 1, 2), (2, 2, 1), (3, 2, 2), (4, 2, 3), (5, 3, 1), (6, 3, 2)]
)
def test_location(offset: int, line: int, column: int) -> None:
    starts = textfile.line_starts("a\nb\r\nc")
    assert textfile.location("x", starts, offset) == Location("x", line, column)
    assert textfile.location("x", starts, offset, 10).line == line + 9


def test_reading_stops_at_the_limit(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_bytes(b"x" * 1_000_000)
    assert textfile.read(file, "a.md", 1_000_000) == "x" * 1_000_000
    file.write_bytes(b"x" * 1_000_001)
    found = textfile.read(file, "a.md", 1_000_000)
    assert isinstance(found, Diagnostic)
    assert (found.rule, found.message) == ("file-size", "this file is larger than 1 MB")


@pytest.mark.parametrize("name", ["missing.md", "folder"])
def test_what_cannot_be_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    found = textfile.read(tmp_path / name, name, 10)
    assert isinstance(found, Diagnostic)
    assert (found.rule, found.at) == ("file-readable", Location(name))


@pytest.mark.parametrize("data", [b"", b"a", b"\xef\xbb\xbf", "日本語".encode(), "e\u0301 \u200d😀\t\r\n".encode()])
def test_good_bytes(data: bytes) -> None:
    assert textfile.decode(data, "x") == data.decode().removeprefix("\ufeff")


def test_only_the_first_mark_is_a_byte_order_mark() -> None:
    assert textfile.decode("\ufeffa\ufeffb".encode(), "x") == "a\ufeffb"


@pytest.mark.parametrize("text", ["a\0b\0c\0", "plain words and more"])
def test_nul_bytes_alone_are_not_utf16(text: str) -> None:
    found = textfile.decode((text + "\0").encode(), "x")
    assert isinstance(found, Diagnostic)
    assert found.rule in {"text-characters", "text-encoding"}


def test_all_places_of_unusable_characters_are_told_at_once() -> None:
    found = textfile.unusable_character("A\fB\n\n\f\x1b\n\f", "a.md")
    assert found is not None
    assert str(found.at) == "a.md:1:2"
    assert (found.hint or "").endswith("; others are at a.md:3:1, a.md:3:2 and 1 more")
