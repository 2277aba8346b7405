"""Small pure parts of reading laid-out pages."""

import pytest

from bookforge.writers.pages import letters, roman


@pytest.mark.parametrize(
    ("number", "written"), [(1, "i"), (4, "iv"), (9, "ix"), (14, "xiv"), (44, "xliv"), (1999, "mcmxcix")]
)
def test_roman(number, written):
    assert roman(number) == written


def test_letters_are_blind_to_breaks_and_ligatures():
    assert letters("of\u00adfi\u00adce — e\u0301t\u00e9 1\u00b2") == letters("o\ufb03ce\ne\u0301t\u00e9 12")
