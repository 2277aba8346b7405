"""EPUBCheck and Ace on e-books: no fatal, error, warning, info or usage message, and no violation."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from bookforge import validate
from bookforge.edition import Format
from bookforge.writers import epub
from tests.unit.rich_book import composition


@pytest.mark.validator
@pytest.mark.slow
def test_the_memoir_conforms_and_is_accessible(memoir: Mapping[str, Path]) -> None:
    assert validate.epub(memoir["ebook"]) == ()


@pytest.mark.validator
@pytest.mark.slow
@pytest.mark.parametrize("isbn", [None, "9780306406157"])
def test_a_book_with_one_of_everything_conforms_and_is_accessible(tmp_path: Path, isbn: str | None) -> None:
    path = tmp_path / "book.epub"
    [data] = epub.write(composition(Format.EPUB, isbn=isbn, cover=isbn is not None), lambda _: None).files.values()
    path.write_bytes(data)
    assert validate.epub(path) == ()
