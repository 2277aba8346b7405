"""The inside margin that fits the page count it leads to: pages depend on the gutter, and the gutter on the pages."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

ROUNDS: Final = 3
_WORDS_PER_PT2: Final = 1 / 900
_PAGES_OF_FRONT_MATTER: Final = 8

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Settled(Generic[Made]):
    """What was laid out with the inside margin ``inside``; ``exact`` when no narrower one would do."""

    made: Made
    inside: float
    exact: bool


def settle(
    wanted: Callable[[int], float], first: float, lay_out: Callable[[float], tuple[Made, int]], rounds: int = ROUNDS
) -> Settled[Made]:
    """Lay out until the inside margin is the one its page count asks for.

    ``wanted`` gives the least margin for a page count, ``lay_out`` what comes of a margin, and its page count.
    After so many ``rounds`` the widest margin seen wins, or a wider one that its own pages ask for; so what comes
    out never has less than it needs.
    """
    inside = widest = first
    for _ in range(rounds):
        made, pages = lay_out(inside)
        needed = wanted(pages)
        if needed == inside:
            return Settled(made, inside, exact=True)
        widest = max(widest, inside, needed)
        inside = needed
    while True:
        made, pages = lay_out(widest)
        needed = wanted(pages)
        if needed <= widest:
            return Settled(made, widest, exact=False)
        widest = needed


def estimate(words: int, width: float, height: float) -> int:
    """Guess the pages of a book of so many words on pages of a size in points: where the search begins."""
    return _PAGES_OF_FRONT_MATTER + round(words / (width * height * _WORDS_PER_PT2))
