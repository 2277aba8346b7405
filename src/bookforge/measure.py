"""Lengths and trim sizes as people write them into points, and back."""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

_POINTS: Final = {"pt": 1.0, "pc": 12.0, "in": 72.0, "mm": 72 / 25.4, "cm": 72 / 2.54}
_NUMBER: Final = r"([0-9]{1,5}(?:\.[0-9]{1,6})?)"
_LENGTH: Final = re.compile(rf"{_NUMBER}\s*([a-z]+)")
_SIZE: Final = re.compile(rf"{_NUMBER}\s*([a-z]*?)\s*[x×]\s*{_NUMBER}\s*([a-z]+)")
_SLIPS: Final = (
    (r"\s*(?:\"|''|″|”|inches|inch|ins)", "in"),
    (r"\s*(?:millimetres|millimeters)", "mm"),
    (r"\s*(?:centimetres|centimeters)", "cm"),
    (r"\s*(?:by|\*|×|/|x)\s*", "x"),
    (r"(?<=[\dnm])\s+(?=[\d])", "x"),
)
"""What people write, and how it is written here."""
_MOST_INCHES: Final = 20.0
_WRITE_LENGTH: Final = "write a number and its unit, as in 12.93in or 328.4mm"
_WRITE_SIZE: Final = "write width x height and the unit, as in 5.5x8.5in"
SAME_PT: Final = 0.75
"""Sizes closer than this are the same: programs round millimetres, inches and pixels their own ways."""
_SHORTEST_PT: Final = 2.5 * 72
_LONGEST_PT: Final = 20 * 72

NAMED: Final = {
    "a6": "105x148mm",
    "mass-market": "4.25x6.87in",
    "pocketbook": "4.25x6.875in",
    "a-format": "110x178mm",
    "small": "5x8in",
    "novella": "5x8in",
    "b-format": "129x198mm",
    "demy": "138x216mm",
    "digest": "5.5x8.5in",
    "a5": "148x210mm",
    "us-trade": "6x9in",
    "royal": "156x234mm",
    "comic": "6.625x10.25in",
    "pinched-crown-quarto": "6.69x9.61in",
    "b5": "176x250mm",
    "executive": "7x10in",
    "crown-quarto": "189x246mm",
    "small-square": "7.5x7.5in",
    "a4": "210x297mm",
    "square": "8.5x8.5in",
    "us-letter": "8.5x11in",
    "small-landscape": "9x7in",
    "landscape": "11x8.5in",
    "a4-landscape": "297x210mm",
}
"""Trim sizes by name, narrowest first: the trade's names, and those of printers on demand."""


class MeasureError(ValueError):
    """A length or a size that cannot be read; ``hint`` says how it is written."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True, order=True)
class Length:
    """A length in points (1/72 inch)."""

    pt: float

    @classmethod
    def parse(cls, text: str) -> "Length":
        """Read ``5.5in``, ``140mm``, ``2.5 cm``, ``11pt``, ``3pc``.

        Errors: :class:`MeasureError`.
        """
        match = _LENGTH.fullmatch(text.strip().lower())
        if match is None or match.group(2) not in _POINTS:
            near = _meant(text, _LENGTH)
            raise MeasureError(f"'{text}' is not a length such as 140mm or 5.5in", near or _WRITE_LENGTH)
        return cls(float(match.group(1)) * _POINTS[match.group(2)])

    @property
    def mm(self) -> float:
        """The length in millimetres."""
        return self.pt / _POINTS["mm"]

    def __str__(self) -> str:
        return f"{self.pt:.4f}".rstrip("0").rstrip(".") + "pt"


@dataclass(frozen=True, slots=True)
class TrimSize:
    """The size of a page after it is cut: width and height."""

    width: Length
    height: Length

    @classmethod
    def parse(cls, text: str) -> "TrimSize":
        """Read ``5.5x8.5in``, ``140mm x 216mm`` or a name of :data:`NAMED`.

        Errors: :class:`MeasureError`.
        """
        wanted = text.strip().lower()
        match = _SIZE.fullmatch(NAMED.get(wanted.replace(" ", "-"), wanted))
        if match is None or not {match[2] or match[4], match[4]} <= set(_POINTS):
            message = f"'{text}' is not a trim size such as 5.5x8.5in, 140x216mm or a name: {', '.join(NAMED)}"
            named = get_close_matches(wanted, NAMED, 1, 0.75)
            near = _meant(text, _SIZE) or (f"did you mean {named[0]}?" if named else None)
            raise MeasureError(f"'{text}' is not a trim size" if near else message, near or _WRITE_SIZE)
        wide, unit, high, last = match.groups()
        size = cls(Length(float(wide) * _POINTS[unit or last]), Length(float(high) * _POINTS[last]))
        for length in (size.width, size.height):
            if not _SHORTEST_PT <= length.pt <= _LONGEST_PT:
                message = f"'{text}' is no size for a book"
                raise MeasureError(message, "each side is from 2.5in to 20in (64mm to 508mm)")
        return size

    @property
    def points(self) -> tuple[float, float]:
        """Width and height in points."""
        return self.width.pt, self.height.pt

    def __str__(self) -> str:
        return f"{self.width} {self.height}"


def inches(*points: float) -> str:
    """Write a length or a size for people, to a thousandth of an inch: ``0.676 in``, ``6 × 9 in``."""
    return " × ".join(f"{each / _POINTS['in']:.3f}".rstrip("0").rstrip(".") for each in points) + " in"


def millimetres(*points: float) -> str:
    """Write the same for a ruler, to a tenth of a millimetre; a single length, such as a spine, to a hundredth."""
    places = 1 if len(points) > 1 else 2
    return " × ".join(f"{Length(each).mm:.{places}f}" for each in points) + " mm"


def same_size(first: tuple[float, float], second: tuple[float, float], slack: float = SAME_PT) -> bool:
    """Say whether two sizes in points are one."""
    return abs(first[0] - second[0]) <= slack and abs(first[1] - second[1]) <= slack


def _meant(text: str, shape: re.Pattern[str]) -> str | None:
    """Guess what a slip was meant to be: a unit left out or spelled out, a comma, another sign between the numbers."""
    found = re.sub(r"(?<=\d),(?=\d)", ".", text.strip().lower())
    for slip, right in _SLIPS:
        found = re.sub(slip, right, found)
    if re.search(r"\d$", found):
        found += "in" if max(map(float, re.findall(r"\d+(?:\.\d+)?", found))) <= _MOST_INCHES else "mm"
    match = shape.fullmatch(found)
    if match is None or not {each for each in match.groups() if each and each.isalpha()} <= set(_POINTS):
        return None
    return f"did you mean {found}?"
