"""Small pure parts of reading laid-out pages."""

from bookforge.writers.pages import letters


def test_letters_are_blind_to_breaks_and_ligatures():
    assert letters("of\u00adfi\u00adce — e\u0301t\u00e9 1\u00b2") == letters("o\ufb03ce\ne\u0301t\u00e9 12")
