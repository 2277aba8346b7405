import pytest

from bookforge.numerals import letters, roman


@pytest.mark.parametrize(
    ("number", "written"),
    [(1, "I"), (4, "IV"), (9, "IX"), (14, "XIV"), (44, "XLIV"), (399, "CCCXCIX"), (1999, "MCMXCIX")],
)
def test_roman(number: int, written: str) -> None:
    assert roman(number) == written


@pytest.mark.parametrize(("number", "written"), [(1, "a"), (26, "z"), (27, "aa"), (53, "ba"), (703, "aaa")])
def test_letters(number: int, written: str) -> None:
    assert letters(number) == written
