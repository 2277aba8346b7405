"""veraPDF on the PDF editions of the memoir: PDF/UA-1, and no rule of it broken."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from bookforge import validate


@pytest.mark.validator
@pytest.mark.slow
@pytest.mark.parametrize("edition", ["paperback", "proof"])
def test_the_memoir_is_accessible_to_the_letter(memoir: Mapping[str, Path], edition: str) -> None:
    assert validate.pdf(memoir[edition]) == ()
