"""What a rule of preflight says of a file, and the words it says it with."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from bookforge.preflight.facts import Box

_NAMED: Final = 8  # runs of pages named in one line
_PLACES: Final = 500  # more places of a fault help no program
SHOWN: Final = 5
"""So many places are enough for people."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was found: a page, counted from 1, a box in points from the top left corner of the trimmed
    page, and what it is.
    """

    page: int | None = None
    box: Box | None = None
    thing: str = ""

    def __str__(self) -> str:
        page = f"page {self.page}" if self.page is not None else ""
        box = " ".join(f"{value:g}" for value in self.box) if self.box else ""
        parts = (page, f"at {box} pt" if box else "", self.thing)
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Check:
    """One rule as it was checked. ``passed`` with a ``fix`` is a remark: no reason to refuse, but worth knowing.

    ``where`` begins with places of different pages; ``more`` sums up all but the first few of them in words.
    """

    rule: str
    passed: bool
    what: str
    where: tuple[Place, ...] = ()
    fix: str | None = None
    more: str = ""

    @property
    def result(self) -> str:
        """``pass``, ``note`` or ``fail``."""
        if not self.passed:
            return "fail"
        return "note" if self.fix else "pass"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule found; the table of rules puts its name to it."""

    passed: bool
    what: str
    where: tuple[Place, ...] = ()
    fix: str | None = None
    more: str = ""

    def named(self, rule: str) -> Check:
        """Return it as the check of a rule."""
        return Check(rule, self.passed, self.what, self.where, self.fix, self.more)


def good(what: str) -> Verdict:
    """Make a verdict that all is as it should be."""
    return Verdict(True, what)


def bad(what: str, fix: str, where: Iterable[Place] = ()) -> Verdict:
    """Make a verdict that the printer would refuse."""
    return _placed(False, what, fix, where)


def remark(what: str, fix: str, where: Iterable[Place] = ()) -> Verdict:
    """Make a verdict that passes, with something to know."""
    return _placed(True, what, fix, where)


def _placed(passed: bool, what: str, fix: str, where: Iterable[Place]) -> Verdict:
    places = tuple(where)
    firsts = tuple({place.page: place for place in reversed(places)}.values())[::-1][:SHOWN]
    others = tuple(place for place in places if not any(place is first for first in firsts))
    shown, rest = (*firsts, *others)[:_PLACES], others[SHOWN - len(firsts) :]
    more = f"{counted(len(rest), 'more place')}" + (f" on {pages_of(rest)}" if any(each.page for each in rest) else "")
    return Verdict(passed, what, shown, fix, more if rest else "")


def weigh(fails: bool, what: str, fix: str, where: Iterable[Place] = ()) -> Verdict:
    """Make a verdict that fails or is a remark."""
    return (bad if fails else remark)(what, fix, where)


def named_pages(numbers: Iterable[int]) -> str:
    """Name pages: ``page 4``, ``pages 4, 7 to 9 and 12``, and of very many ``62 of the pages 12 to 84``."""
    runs = runs_of(sorted(set(numbers)))
    if not runs:
        return "no page"
    if len(runs) > _NAMED:
        return f"{sum(map(len, runs)):,} of the pages {runs[0][0]} to {runs[-1][-1]}"
    words = [str(run[0]) if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs]
    plural = len(runs) > 1 or len(runs[0]) > 1
    return f"page{'s' if plural else ''} {listed(words)}"


def runs_of(numbers: Iterable[int]) -> list[list[int]]:
    """Gather rising numbers into runs that follow each other."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs


def pages_of(places: Iterable[Place]) -> str:
    """Name the pages of places."""
    return named_pages(place.page for place in places if place.page)


def listed(words: Sequence[str]) -> str:
    """Join words as a sentence does: ``a, b and c``."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def counted(count: int, word: str, plural: str = "") -> str:
    """Write ``1 page``, ``2 pages``."""
    return f"{count:,} {word if count == 1 else plural or word + 's'}"
