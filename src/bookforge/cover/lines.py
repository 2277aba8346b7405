"""A title into lines that look set by hand: balanced, as large as their place allows, and no word cut.

Widths are estimates from the glyphs of one face; whether the lines fit is judged on the finished layout.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

MOST_LINES: Final = 7
_GRADUAL: Final = ("LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "GEORGIAN")
_UNSPACED: Final = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI", "LAO", "KHMER")
_SPACES: Final = re.compile(r"[^\S\u00a0\u202f]+")
"""Spaces at which a line may end."""
_LEAST: Final = 0.72
"""A line that is shorter than this part of the longest one looks left over; smaller type with better lines wins."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A text in lines, and the type size at which the widest fills its measure."""

    lines: tuple[str, ...]
    size: float


def settle(text: str, measure: tuple[float, float], width: Callable[[str], float], leading: float) -> Setting:
    """Break ``text`` for a place of this width and height; ``width`` tells a string's in ems, ``leading`` is in ems.

    The largest type wins, unless it leaves a line much shorter than the others where slightly smaller type does not.
    """
    room, height = measure
    words = tuple(_pieces(text))
    best: tuple[float, Setting] | None = None
    for count in range(1, min(MOST_LINES, len(words)) + 1):
        lines = _balanced(words, count, width)
        widths = [width(line) for line in lines]
        size = min(room / max(widths), height / (count * leading))
        worth = size * (1.0 if min(widths) >= _LEAST * max(widths) else 0.88) * (0.97 ** (count - 1))
        if best is None or worth > best[0]:
            best = (worth, Setting(lines, size))
    return best[1] if best else Setting((text,), height)


def broken(text: str, count: int, width: Callable[[str], float]) -> tuple[str, ...]:
    """Break ``text`` into so many lines of about equal width; fewer when it has not so many words."""
    words = tuple(_pieces(text))
    return _balanced(words, min(count, len(words)), width) if words else (text,)


def parted(text: str) -> list[str]:
    """Part a text at its spaces, but not at those that hold two words together."""
    return [word for word in _SPACES.split(text) if word]


def takes_spacing(text: str) -> bool:
    """Say whether letters may be spaced and raised to capitals: not in scripts that join them or have no cases."""
    names = (unicodedata.name(char, "") for char in text if char.isalpha())
    return all(name.startswith(_GRADUAL) for name in names)


def _pieces(text: str) -> Iterator[str]:
    """Yield what may stand on a line of its own: words, and in scripts without spaces every character.

    A piece that ends in no space is joined to the next without one.
    """
    for word in parted(text):
        if any(unicodedata.name(char, "").startswith(_UNSPACED) for char in word):
            yield from word[:-1]
            yield f"{word[-1]} "
        else:
            yield f"{word} "


def _balanced(words: tuple[str, ...], count: int, width: Callable[[str], float]) -> tuple[str, ...]:
    """Break into so many lines, the widest as narrow as it can be and the others near it."""
    joined = {
        (start, end): width("".join(words[start:end]).rstrip())
        for start in range(len(words))
        for end in range(start + 1, len(words) + 1)
    }
    # best[end]: (width of the widest line, unevenness, where lines begin) of the first words
    best: dict[int, tuple[float, float, tuple[int, ...]]] = {0: (0.0, 0.0, ())}
    for _ in range(count):
        best = {
            end: min(
                (max(widest, joined[start, end]), uneven + joined[start, end] ** 2, (*starts, start))
                for start, (widest, uneven, starts) in best.items()
                if start < end
            )
            for end in range(1, len(words) + 1)
            if any(start < end for start in best)
        }
    starts = (*best[len(words)][2], len(words))
    return tuple("".join(words[start:end]).strip() for start, end in pairwise(starts))
