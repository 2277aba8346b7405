"""Blocks of running text as they were set, as plain facts: what a composer of lines has to know. Lengths are points."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_FITS: Final = 1 + 1e-9
"""How much longer than its room a line may be for the page: what rounding adds."""


@dataclass(frozen=True, slots=True)
class TextStyle:
    """What decides how wide a text is and where it may be divided.

    ``families`` in the order in which they are asked; ``features`` are OpenType's, by tag; ``tracking`` is added after
    every letter. ``divides`` is ``auto``, ``manual`` or ``none``; ``limits`` are the letters of a word that may be
    divided, and those that stay on either side; ``hyphen`` is what stands at a division. ``wraps``: lines may end
    inside.
    """

    families: tuple[str, ...]
    italic: bool
    weight: int
    size: float
    features: tuple[tuple[str, int], ...]
    tracking: float
    language: str
    divides: str
    limits: tuple[int, int, int]
    hyphen: str
    wraps: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a line. Without ``style`` it is no text (a sign that calls a note, a picture, a margin).

    ``width`` is its own, without what was added to its spaces.
    """

    text: str
    style: TextStyle | None
    width: float


@dataclass(frozen=True, slots=True)
class FlowLine:
    """A line as set: ``start`` is how far from the left edge of its block it begins.

    ``tall``: something in it makes it higher than the lines of its block are.
    """

    start: float
    pieces: tuple[Piece, ...]
    tall: bool = False

    @property
    def width(self) -> float:
        """Its width, without what was added to its spaces."""
        return sum(piece.width for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class FlowBlock:
    """A block of lines, set greedily or, as far as nothing stands beside it, in one line that is as long as it is.

    ``width`` is that of a whole line, ``align`` is ``justify``, ``start`` or another.

    ``inner`` are the properties that what is no part of the lines would inherit, as they were.
    """

    width: float
    align: str
    style: TextStyle
    lines: tuple[FlowLine, ...]
    inner: Mapping[str, str]

    @property
    def is_endless(self) -> bool:
        """Whether it has a line for which there is no room."""
        return any(line.start + line.width > self.width * _FITS for line in self.lines)
