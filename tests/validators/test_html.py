"""The Nu checker and axe on the HTML edition: not a word, in windows of a phone and a desk, by day and by night."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from bookforge import validate
from tests.browser.site import write_site


@pytest.mark.validator
@pytest.mark.slow
def test_the_memoir_conforms_and_is_accessible(memoir: Mapping[str, Path]) -> None:
    assert validate.html(memoir["web"]) == ()


@pytest.mark.validator
@pytest.mark.slow
def test_a_book_with_one_of_everything_conforms_and_is_accessible(tmp_path: Path) -> None:
    assert validate.html(write_site(tmp_path)) == ()
