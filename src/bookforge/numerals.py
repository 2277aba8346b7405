"""A number in, the Roman figures or the letters a book prints for it out."""

from typing import Final

_STEPS: Final = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"),
    (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip


def roman(number: int) -> str:
    """Write a number above 0 in capital Roman figures."""
    figures = ""
    for value, figure in _STEPS:
        count, number = divmod(number, value)
        figures += figure * count
    return figures


def letters(number: int) -> str:
    """Count above 0 in small letters: ``a`` to ``z``, then ``aa``."""
    text = ""
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(ord("a") + rest) + text
    return text
