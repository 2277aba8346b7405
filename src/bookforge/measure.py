"""Lengths and trim sizes as people write them into points, and back."""

import re
from dataclasses import dataclass
from typing import Final

_POINTS: Final = {"pt": 1.0, "pc": 12.0, "in": 72.0, "mm": 72 / 25.4, "cm": 72 / 2.54}
_NUMBER: Final = r"([0-9]{1,5}(?:\.[0-9]{1,6})?)"
_LENGTH: Final = re.compile(rf"{_NUMBER}\s*([a-z]+)")
_SIZE: Final = re.compile(rf"{_NUMBER}\s*([a-z]*?)\s*[x×]\s*{_NUMBER}\s*([a-z]+)")
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


@dataclass(frozen=True, slots=True, order=True)
class Length:
    """A length in points (1/72 inch)."""

    pt: float

    @classmethod
    def parse(cls, text: str) -> "Length":
        """Read ``5.5in``, ``140mm``, ``2.5 cm``, ``11pt``, ``3pc``; ``ValueError`` says what is wrong."""
        match = _LENGTH.fullmatch(text.strip().lower())
        if match is None:
            raise ValueError(f"'{text}' is not a length such as 140mm or 5.5in")
        return cls(float(match.group(1)) * _unit(match.group(2)))

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
        """Read ``5.5x8.5in``, ``140mm x 216mm`` or a name of :data:`NAMED`; ``ValueError`` says what is wrong."""
        wanted = text.strip().lower()
        match = _SIZE.fullmatch(NAMED.get(wanted.replace(" ", "-"), wanted))
        if match is None:
            raise ValueError(f"'{text}' is not a trim size such as 5.5x8.5in, 140x216mm or a name: {', '.join(NAMED)}")
        wide, unit, high, last = match.groups()
        size = cls(Length(float(wide) * _unit(unit or last)), Length(float(high) * _unit(last)))
        for length in (size.width, size.height):
            if not _SHORTEST_PT <= length.pt <= _LONGEST_PT:
                raise ValueError(f"'{text}' is no size for a book: each side is from 2.5in to 20in (64mm to 508mm)")
        return size

    def __str__(self) -> str:
        return f"{self.width} {self.height}"


def _unit(name: str) -> float:
    if name not in _POINTS:
        raise ValueError(f"'{name}' is not a unit of length; use one of {', '.join(_POINTS)}")
    return _POINTS[name]
