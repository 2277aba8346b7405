"""An index in two columns, laid out, in; which entries begin a column at its end, so that both are level, out.

WeasyPrint balances columns by steps as high as a whole letter of the index, so one column may be some lines longer; and
it leaves a last page with a line or two. Both are set right by columns that are begun at chosen entries, which moves no
other page.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from bookforge.makeup import SHORT_END
from bookforge.writers.galley import Galley

_IN_INDEX: Final = re.compile(r"\.(entry|letter)-\d+$")
_LETTER: Final = re.compile(r"\.letter-\d+$")


@dataclass(frozen=True, slots=True)
class Levelled:
    """The entries and letters that ``begins`` a column; those that ``moved`` to the last page from the one before."""

    begins: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Item:
    """An entry or a letter: its lines, and whether what follows stays with it."""

    name: str
    lines: int
    tied: bool

    @property
    def is_letter(self) -> bool:
        return _LETTER.search(self.name) is not None


def has(galley: Galley) -> bool:
    """Say whether the section ends with an index set in columns."""
    tops = [top for name, top in galley.tops.items() if _IN_INDEX.search(name)]
    back_up = any(page == next_page and y > next_y for (page, y), (next_page, next_y) in pairwise(tops))
    return back_up and bool(_items(galley, galley.end - 1))


def level(galley: Galley) -> Levelled:
    """Return what makes the columns of the last page level; one of few lines gets more from the page before."""
    if not has(galley):
        return Levelled()
    before, last = _items(galley, galley.end - 2), _items(galley, galley.end - 1)
    turn = _turn(before, last)
    if turn is None:
        return Levelled(_second(last))
    moved = before[turn:]
    return Levelled(
        (*_second(before[:turn]), moved[0].name, *_second([*moved, *last])), tuple(item.name for item in moved)
    )


def _turn(before: Sequence[_Item], last: Sequence[_Item]) -> int | None:
    """Return from where on the items of the page before go over to a last page that has too few lines."""
    if _height(last) >= 2 * SHORT_END:
        return None
    enough = (at for at in _ends(before) if _height([*before[at:], *last]) >= 2 * SHORT_END)
    return max(enough, default=None)


def _second(items: Sequence[_Item]) -> tuple[str, ...]:
    """Return what begins the second column of a page with these items."""
    best = min(_ends(items), key=lambda at: _unevenness(items[:at], items[at:]), default=None)
    return () if best is None else (items[best].name,)


def _ends(items: Sequence[_Item]) -> list[int]:
    """Return where a column may end: before which items."""
    return [at for at in range(1, len(items)) if not items[at - 1].tied]


def _unevenness(first: Sequence[_Item], second: Sequence[_Item]) -> tuple[int, bool]:
    return abs(_height(first) - _height(second)), _height(first) < _height(second)


def _height(items: Sequence[_Item]) -> int:
    """Count the lines of a column; a letter has a blank one above it, but at the top."""
    return sum(item.lines for item in items) + sum(item.is_letter for item in items[1:])


def _items(galley: Galley, page: int) -> list[_Item]:
    """Return what of an index begins on a page, in order."""
    names = [name for name, (on, _) in galley.tops.items() if on == page and _IN_INDEX.search(name)]
    blocks = [(name, galley.blocks[name]) for name in names if name in galley.blocks]
    return [_Item(name, len(block.rows), block.tied) for name, block in blocks]
