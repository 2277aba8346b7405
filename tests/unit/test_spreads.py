"""Page ends chosen together, against a search of every way to fill the pages."""

import random
from dataclasses import replace
from functools import cache

import pytest

from bookforge.typeset import spreads
from bookforge.typeset.feet import Note, Rest
from bookforge.typeset.filling import Filler, Filling, Place
from bookforge.typeset.plan import Cut
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


def _note(lines: int, cuts: tuple[int, ...] = ()) -> Note:
    """A note with lines as high as those of the text."""
    return Note(
        "n",
        tuple(LEADING * (line + 1) for line in range(lines)),
        {cut: Cut(cut, full=True) for cut in cuts},
        (0.0,) * lines,
    )


def _noted(name: str, note: Note, lines: int = 4) -> Slab:
    """A paragraph that calls a note in its first line, and is not broken."""
    rows = (Row(10, 4, LEADING, notes=(note,)), *(Row(10, 4, LEADING) for _ in range(lines - 1)))
    return Slab(name, name, LEADING, 10, True, False, False, True, (Option(rows),))


def test_notes_take_their_room() -> None:
    noted = _noted("b", _note(3))
    slabs = [slab("a", (3, 0.0)), noted, slab("c", (9, 0.0)), slab("d", (9, 0.0))]
    assert lengths(slabs, _planned(slabs, 9))[0] == 3


def test_before_something_large_a_page_with_notes_is_as_full_as_it_can_be() -> None:
    picture = Slab("p", "p", 20 * LEADING, 20 * LEADING, True, False, False, False, (Option((Row(280, 0, LEADING),)),))
    slabs = [slab("a", (6, 0.0)), _noted("b", _note(2)), slab("c", (6, 0.0)), picture, slab("d", (9, 0.0))]
    found = spreads.plan(tuple(slabs), sheet(30), right=True)
    assert found is not None
    assert [start.block for start in found.starts] == ["p"]


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


# ---------------------------------------------------------------- notes that go on overleaf


def test_a_note_without_room_goes_on_overleaf() -> None:
    slabs = [slab("a", (4, 0.0)), _noted("b", _note(8, (2, 3, 4, 5, 6)), 2), slab("c", (9, 0.0)), slab("d", (9, 0.0))]
    found = _planned(slabs, 9)
    assert [place.rest for place in found.parted] == [Rest("n", 2)], (
        "two rows of text and the white above take the rest"
    )
    assert lengths(slabs, found)[:2] == [6, 2], "what is left of the note takes its room from the next page"


def test_a_note_that_may_not_be_parted_takes_its_lines_overleaf() -> None:
    slabs = [slab("a", (7, 0.0)), _noted("b", _note(4), 2), slab("c", (9, 0.0)), slab("d", (9, 0.0))]
    found = _planned(slabs, 9)
    assert found.parted == ()
    assert found.starts[0].block == "b"


def test_the_rest_of_a_note_behind_the_text_is_parted_by_pages() -> None:
    """Notes have three quarters of a page."""
    slabs = [slab("a", (4, 0.0)), _noted("b", _note(24, tuple(range(2, 23))), 2)]
    found = _planned(slabs, 12)
    assert [place.rest for place in found.parted] == [Rest("n", 5), Rest("n", 14), Rest("n", 22)]
    assert [place.slab for place in found.parted] == [2, 2, 2]


def test_a_paragraph_over_several_pages_fills_all_but_the_last() -> None:
    """Where it breaks can be asked of it once."""
    for seed in range(10):
        chance = random.Random(seed)
        slabs = [slab(str(number), (chance.choice([3, 5, 22, 27]), 0.0)) for number in range(9)]
        found = _planned(slabs, 9)
        inside = [start.block for start in found.starts if start.row]
        counts = lengths(slabs, found)
        twice = [place for place, start in enumerate(found.starts[:-1]) if start.block == found.starts[place + 1].block]
        assert len(inside) > len({*inside})
        assert all(counts[place] == 9 for place in twice if found.starts[place].row)


@pytest.mark.parametrize(
    ("above", "clear", "lines", "end", "room"),
    [
        (1.0, False, 1, 8, 0.0),  # the white above the note has room
        (1.5, False, 1, 4, 0.0),  # it has none: the paragraph goes over whole
        (1.5, True, 1, 8, 0.8 * LEADING),  # or ends before that line is tried
        (1.5, True, 4, 4, 0.0),  # but not where it would have to end once more
    ],
)
def test_a_note_goes_overleaf_with_its_line(above: float, clear: bool, lines: int, end: int, room: float) -> None:
    """The engine still counts the white above it."""
    rows = [Row(10, 4, LEADING, open=2 <= number <= 8) for number in range(10)]
    rows[4] = Row(10, 4, LEADING, open=True, notes=(_note(lines),))
    noted = Slab("b", "b", LEADING, 10, True, False, False, True, (Option(tuple(rows)),), clear=clear)
    slabs = [slab("a", (4, 0.0)), noted, slab("c", (9, 0.0)), slab("d", (9, 0.0))]
    found = spreads.plan(tuple(slabs), spreads.Sheet(9 * LEADING, LEADING, above * LEADING), right=True)
    assert found is not None
    assert lengths(slabs, found)[0] == end
    assert found.starts[0].room == pytest.approx(room)


def _by_chance(chance: random.Random, name: str) -> Slab:
    """A paragraph, which may call a note, or stand in a quotation."""
    made = slab(name, (chance.randint(1, 9), 0), (chance.randint(2, 9), 40))
    kind = chance.random()
    if kind < 0.1:
        return _noted(name, replace(_note(9, (3, 5)), name=f"n-{name}"))
    return replace(made, quoted=True, body=False) if kind < 0.3 else made


@pytest.mark.parametrize("seed", range(12))
def test_what_is_remembered_of_a_plan_changes_no_plan(seed: int) -> None:
    chance = random.Random(seed)
    slabs = [_by_chance(chance, f"p{number}") for number in range(60)]
    fills = spreads.Fills()
    for number in range(8):
        at = chance.randrange(len(slabs))
        gone = slabs[at : at + chance.randint(0, 2)]
        slabs[at : at + len(gone)] = [_by_chance(chance, f"new-{number}")]
        if number % 3 == 2:
            back = chance.randrange(len(slabs))
            slabs[back:back] = gone
        made, area = tuple(slabs), sheet(20 if number < 6 else 21)
        planned = spreads.plan(made, area, number % 4 > 0, fills=fills)
        assert planned == spreads.plan(made, area, number % 4 > 0)


@pytest.mark.parametrize("at", [20, 40, 58])
def test_only_the_pages_around_a_change_are_filled_again(monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    filled: list[int] = []
    fill = Filler.fill

    def noted(filler: Filler, place: Place) -> Filling:
        filled.append(place.slab)
        return fill(filler, place)

    monkeypatch.setattr(Filler, "fill", noted)
    slabs = [slab(f"p{number}", (6, 0), (7, 5)) for number in range(60)]
    fills = spreads.Fills()
    for changed in (None, slab("other", (8, 0)), slab("more", (3, 0))):
        filled.clear()
        slabs[at : at + 1] = [slabs[at]] if changed is None else [changed]
        spreads.plan(tuple(slabs), sheet(20), True, fills=fills)
        if changed is not None:
            assert {*filled} - {0} <= {*range(at - 4, at + 1)}
        else:
            assert len({*filled}) > 50


def quoted(name: str, lines: int, white: float = 0.0) -> Slab:
    ways = [(lines, 0.0), (lines + 1, 5.0)] if lines > 3 else [(lines, 0.0)]
    return replace(slab(name, *ways, lead=LEADING + white), body=False, quoted=True)


@pytest.mark.parametrize(
    ("letter", "begin"),
    [
        ([1, 1, 12], [0]),  # the letter with its date and salutation
        ([12, 1, 1], [0]),
        ([1, 1, 1, 1, 12], [0, 4]),  # a list of lines
        ([12, 1, 1, 1, 1], [0, 1]),
        ([2, 12], [0, 1]),
        ([1], [0]),
        ([1, 1], [0]),
    ],
)
def test_lines_of_their_own_stay_with_the_text_of_a_quotation(letter: list[int], begin: list[int]) -> None:
    text = slab("t", (9, 0.0))
    first, *more = letter
    slabs = (text, quoted("0", first, 14.0), *(quoted(str(n), lines) for n, lines in enumerate(more, 1)), text)
    lonely = set(spreads._lonely(slabs))
    assert [number for number in range(len(letter)) if number + 1 not in lonely] == begin


def test_the_next_letter_is_another_quotation() -> None:
    slabs = (quoted("0", 12), quoted("1", 1), quoted("2", 1, 14.0), quoted("3", 1), quoted("4", 12))
    assert set(spreads._lonely(slabs)) == {1, 3, 4}


def test_a_page_rather_runs_short_than_begins_with_a_signature() -> None:
    more = [slab(name, (9, 0.0), (8, 5.0), (10, 5.0)) for name in "defghijk"]
    slabs = (slab("a", (4, 0.0)), quoted("b", 13, 14.0), quoted("c", 1), *more)
    plain = tuple(replace(each, quoted=False) for each in slabs)
    found = [spreads.plan(quotes, sheet(18), right=True) for quotes in (slabs, plain)]
    assert [each.starts[0].block for each in found if each] == ["b", "c"]


@pytest.mark.parametrize("before", range(1, 15))
def test_it_is_not_remembered_that_a_line_did_not_end_its_quotation(before: int) -> None:
    """It may do so now, though nothing of the page before it was changed."""
    text = [slab(name, (9, 0.0), (8, 5.0), (10, 5.0)) for name in "defghijk"]
    begin = [*text[:4], slab("a", (before, 0.0)), quoted("b", 13, 14.0), quoted("c", 1)]
    fills = spreads.Fills()
    for list_of_lines in ([quoted(str(number), 1) for number in range(4)], []):
        slabs = (*begin, *list_of_lines, *text[4:])
        assert spreads.plan(slabs, sheet(18), True, fills=fills) == spreads.plan(slabs, sheet(18), True)
