"""Page ends chosen together, against a search of every way to fill the pages."""

import random
from functools import cache

import pytest

from bookforge.typeset import spreads
from bookforge.typeset.rows import Option, Row, Slab

LEADING = 14.0


def slab(name: str, *options: tuple[int, float], lead: float = LEADING, opened: bool = True) -> Slab:
    """A paragraph that can be set in so many lines, at such a cost."""
    made = []
    for count, cost in options:
        rows = (Row(10, 4, LEADING, open=2 <= number <= count - 2) for number in range(count))
        made.append(Option(tuple(rows), cost))
    return Slab(name, name, lead, 10, opened, False, False, True, tuple(made))


def sheet(lines: int) -> spreads.Sheet:
    return spreads.Sheet(lines * LEADING, LEADING, LEADING)


def lengths(slabs: list[Slab], found: spreads.Pages) -> list[int]:
    """The lines of each page."""
    counts = {each.block: len(found.chosen.get(each.block, each.options[0]).rows) for each in slabs}
    before = 0
    firsts: dict[str, int] = {}
    for each in slabs:
        firsts[each.block] = before
        before += counts[each.block]
    ends = [firsts[start.block] + start.row for start in found.starts]
    return [end - begin for begin, end in zip([0, *ends], [*ends, before], strict=True)]


def least_uneven(slabs: list[Slab], lines: int, least: int) -> int:
    """The least number of spreads that are not level, of all ways to fill pages with ``least`` lines at least."""
    may: list[bool] = []
    for each in slabs:
        may += [each.open, *(row.open for row in each.options[0].rows[1:])]

    @cache
    def further(begin: int, facing: int | None, right: bool) -> int:
        found = [0] if 5 <= len(may) - begin <= lines else []
        for end in range(begin + least, min(begin + lines, len(may) - 1) + 1):
            if may[end]:
                uneven = int(right and facing is not None and facing != end - begin)
                found.append(uneven + further(end, None if right else end - begin, not right))
        return min(found, default=999)

    return further(0, None, True)


@pytest.mark.parametrize("seed", range(25))
def test_facing_pages_are_level_wherever_that_can_be(seed: int) -> None:
    chance = random.Random(seed)
    slabs = [slab(str(number), (chance.randint(1, 7), 0.0)) for number in range(chance.randint(8, 14))]
    found = spreads.plan(tuple(slabs), sheet(9), right=True)
    assert found is not None
    chosen = lengths(slabs, found)
    assert sum(chosen) == sum(len(each.options[0].rows) for each in slabs)
    assert max(chosen) <= 9
    # A paragraph that would fit a page cannot be made to break on it: the search does not know that.
    assert _uneven(chosen) <= least_uneven(slabs, 9, 6) + 1


def _uneven(pages: list[int]) -> int:
    """How many spreads before the last page are not level; the first page is a right one."""
    pairs = zip(pages[1:-1:2], pages[2:-1:2], strict=False)
    return sum(left != right for left, right in pairs)


def _planned(slabs: list[Slab], lines: int) -> spreads.Pages:
    found = spreads.plan(tuple(slabs), sheet(lines), right=True)
    assert found is not None
    return found


def test_a_paragraph_without_a_break_goes_over_whole() -> None:
    slabs = [slab("a", (7, 0.0)), slab("b", (3, 0.0)), slab("c", (8, 0.0)), slab("d", (8, 0.0))]
    assert lengths(slabs, _planned(slabs, 9))[0] in {7, 9}


def test_a_last_page_has_five_lines() -> None:
    slabs = [slab("a", (9, 0.0)), slab("b", (4, 0.0)), slab("c", (6, 0.0)), slab("d", (2, 0.0))]
    assert lengths(slabs, _planned(slabs, 9))[-1] >= 5


def test_notes_take_their_room() -> None:
    noted = Slab(
        "b", "b", LEADING, 10, True, False, False, True,
        (Option((Row(10, 4, LEADING, notes=(3 * LEADING,)), *(Row(10, 4, LEADING) for _ in range(3)))),),
    )  # fmt: skip
    slabs = [slab("a", (3, 0.0)), noted, slab("c", (9, 0.0)), slab("d", (9, 0.0))]
    assert lengths(slabs, _planned(slabs, 9))[0] == 3


def test_what_fits_nowhere_is_not_planned() -> None:
    assert spreads.plan((slab("a", (3, 0.0)), slab("b", (30, 0.0), opened=False)), sheet(2), right=True) is None


def _with_plate(at: int, *lines: int) -> spreads.Pages:
    slabs = [slab(str(number), (count, 0.0)) for number, count in enumerate(lines)]
    plates = spreads.Plates(("plate",), (at,), frozenset(each.block for each in slabs))
    found = spreads.plan(tuple(slabs), sheet(9), right=True, plates=plates)
    assert found is not None
    return found


def test_a_plate_has_the_page_after_the_text_has_come_to_it() -> None:
    found = _with_plate(1, 6, 12, 9, 9)
    assert [start.block for start in found.starts[:2]] == ["plate", "1-rest"]
    (place,) = found.plates
    assert place[:2] == (1, 3), "the page before it is full"
    assert [start.row for start in found.starts if start.block == "1-rest"] == [0]


def test_a_page_that_faces_a_plate_may_end_anywhere() -> None:
    """What follows a plate on a right page begins a spread."""
    found = _with_plate(2, 9, 8, 9, 9, 9)
    assert [start.block for start in found.starts] == ["1", "plate", "2", "3", "4"]


def test_no_word_is_divided_by_a_plate() -> None:
    divided = [Row(10, 4, LEADING, open=2 <= number <= 9, hyphen=number == 2) for number in range(11)]
    slabs = (slab("0", (6, 0.0)), Slab("1", "1", LEADING, 10, True, False, False, True, (Option(tuple(divided)),)))
    plates = spreads.Plates(("plate",), (1,), frozenset({"0", "1"}))
    found = spreads.plan(slabs, sheet(9), right=True, plates=plates)
    assert found is not None
    assert found.plates[0][:2] == (1, 2)
    nowhere = spreads.plan(slabs, sheet(9), right=True, plates=spreads.Plates(("plate",), (1,)))
    assert nowhere is not None
    assert nowhere.plates[0][:2] == (1, 0), "where a plate cannot be moved it stays"
