"""An ISBN into its bar code: EAN-13, with the five digits of a price beside it when there is one.

Everything is counted in modules, the width of the thinnest bar; at a magnification of 1 a module is 0.33 mm.
Source: ISO/IEC 15420 (EAN/UPC) and the GS1 General Specifications for sizes and quiet zones.
"""

from dataclasses import dataclass
from html import escape
from typing import Final

MODULE_PT: Final = 0.33 / 25.4 * 72
"""A module at a magnification of 1, in points."""

MAGNIFICATIONS: Final = (0.9, 0.85, 0.8)
"""What bar codes on books are printed at, largest first; below 0.8 scanners fail."""

_LEFT: Final = (
    "0001101", "0011001", "0010011", "0111101", "0100011", "0110001", "0101111", "0111011", "0110111", "0001011",
)  # fmt: skip
"""Set A, digit by digit; set C is its complement, set B is C read backwards."""
_FIRST: Final = (
    "AAAAAA", "AABABB", "AABBAB", "AABBBA", "ABAABB", "ABBAAB", "ABBBAA", "ABABAB", "ABABBA", "ABBABA",
)  # fmt: skip
_ADD_ON: Final = ("BBAAA", "BABAA", "BAABA", "BAAAB", "ABBAA", "AABBA", "AAABB", "ABABA", "ABAAB", "AABAB")
_GUARDS: Final = frozenset({*range(3), *range(45, 50), *range(92, 95)})

_QUIET_LEFT: Final = 11
_QUIET_RIGHT: Final = 7
_GAP: Final = 9
_QUIET_END: Final = 5
_WIDE: Final = 95
_WIDE_ADD_ON: Final = 47

_BAR: Final = 69.2
_GUARD: Final = 74.2
_DIGITS: Final = 8.2
_HEAD: Final = 10.0
_DIGIT_SIZE: Final = 9.0


@dataclass(frozen=True, slots=True)
class Barcode:
    """A bar code as a drawing: SVG, and its width and height in points, quiet zones and the line above included."""

    svg: bytes
    width: float
    height: float


def ean13(digits: str) -> str:
    """Return the 95 modules of thirteen digits, ``1`` for ink."""
    sets = _FIRST[int(digits[0])]
    left = "".join(_digit(int(digit), which) for digit, which in zip(digits[1:7], sets, strict=True))
    right = "".join(_digit(int(digit), "C") for digit in digits[7:])
    return f"101{left}01010{right}101"


def add_on(digits: str) -> str:
    """Return the 47 modules of the five digits that stand beside an ISBN, ``1`` for ink."""
    check = (3 * sum(map(int, digits[::2])) + 9 * sum(map(int, digits[1::2]))) % 10
    drawn = (_digit(int(digit), which) for digit, which in zip(digits, _ADD_ON[check], strict=True))
    return "1011" + "01".join(drawn)


def draw(isbn: str, price: str | None, width: float, height: float) -> Barcode | None:
    """Draw the bar code of an ISBN for a white field of this width and height in points, as large as it may be.

    ``isbn`` has thirteen digits, hyphens where they are printed; ``price`` is five digits. ``None`` when not even the
    smallest that scanners read fits.
    """
    wide, high = _QUIET_LEFT + _WIDE + _QUIET_RIGHT, _HEAD + _GUARD + _DIGITS - (_GUARD - _BAR)
    if price:
        wide = _QUIET_LEFT + _WIDE + _GAP + _WIDE_ADD_ON + _QUIET_END
    for magnification in MAGNIFICATIONS:
        module = MODULE_PT * magnification
        if wide * module <= width and high * module <= height:
            size = f'width="{wide * module:.3f}pt" height="{high * module:.3f}pt" viewBox="0 0 {wide} {high:.1f}"'
            text = f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{_drawing(isbn, price, wide)}</svg>'
            return Barcode(text.encode(), wide * module, high * module)
    return None


def _digit(digit: int, which: str) -> str:
    odd = _LEFT[digit]
    if which == "A":
        return odd
    even = odd.translate(str.maketrans("01", "10"))
    return even if which == "C" else even[::-1]


def _drawing(isbn: str, price: str | None, wide: int) -> str:
    digits = isbn.replace("-", "")
    bars = [
        _bar(_QUIET_LEFT + start, length, _HEAD, _GUARD if start in _GUARDS else _BAR)
        for start, length in _runs(ean13(digits))
    ]
    below = _HEAD + _BAR + _DIGITS
    shown = [_text(digits[0], 3.5, below)]
    shown += [_text(digit, _QUIET_LEFT + 6.5 + 7 * place, below) for place, digit in enumerate(digits[1:7])]
    shown += [_text(digit, _QUIET_LEFT + 53.5 + 7 * place, below) for place, digit in enumerate(digits[7:])]
    shown.append(_text(f"ISBN {isbn}", _QUIET_LEFT + _WIDE / 2, _HEAD - 2.6, 7.6))
    if price:
        left = _QUIET_LEFT + _WIDE + _GAP
        bars += [
            _bar(left + start, length, _HEAD + _DIGITS + 1, _GUARD - _DIGITS - 1)
            for start, length in _runs(add_on(price))
        ]
        shown += [_text(digit, left + 7.5 + 9 * place, _HEAD + _DIGITS - 0.8) for place, digit in enumerate(price)]
    field = f'<rect width="{wide}" height="100%" fill="#fff"/>'
    style = 'font-family="JetBrains Mono, monospace" text-anchor="middle"'
    return f'{field}<g fill="#000"><path d="{"".join(bars)}"/><g {style}>{"".join(shown)}</g></g>'


def _runs(modules: str) -> list[tuple[int, int]]:
    """Return the bars as (first module, how many)."""
    runs, start = [], None
    for place, module in enumerate(f"{modules}0"):
        if module == "1" and start is None:
            start = place
        elif module == "0" and start is not None:
            runs.append((start, place - start))
            start = None
    return runs


def _bar(left: int, width: int, top: float, height: float) -> str:
    return f"M{left} {top:g}h{width}v{height:g}h-{width}z"


def _text(text: str, x: float, y: float, size: float = _DIGIT_SIZE) -> str:
    return f'<text x="{x:g}" y="{y:g}" font-size="{size:g}">{escape(text)}</text>'
