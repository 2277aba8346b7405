"""The gutter and the page count that go together, whatever page counts a layout gives."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from bookforge import printers
from bookforge.printers import gutter

PRINTERS = st.sampled_from([printers.find(name) for name in printers.NAMES])
LAYOUTS = st.integers(0, 1200).flatmap(
    lambda base: st.lists(st.integers(-60, 60), min_size=1, max_size=7).map(lambda steps: fake(base, steps))
)


def fake(base: int, steps: list[int]) -> Callable[[float], tuple[float, int]]:
    """Give a layout whose page count jumps about with the margin, in any direction."""
    return lambda inside: (inside, max(1, base + steps[int(inside) % len(steps)]))


@given(PRINTERS, LAYOUTS, st.integers(1, 900))
def test_a_book_never_has_less_than_its_printer_wants(
    printer: printers.Printer, lay_out: Callable[[float], tuple[float, int]], guess: int
) -> None:
    settled = gutter.settle(printer.inside, printer.inside(guess), lay_out)
    assert settled.made == settled.inside
    assert settled.inside >= printer.inside(lay_out(settled.inside)[1])
    if settled.exact:
        assert settled.inside == printer.inside(lay_out(settled.inside)[1])


@given(PRINTERS, st.integers(1, 900), st.integers(1, 900), st.integers(0, 8))
def test_more_margin_and_more_pages_always_settle(
    printer: printers.Printer, pages: int, guess: int, steepness: int
) -> None:
    asked: list[float] = []

    def lay_out(inside: float) -> tuple[None, int]:
        asked.append(inside)
        return None, pages + round(steepness * inside / 9)

    settled = gutter.settle(printer.inside, printer.inside(guess), lay_out)
    assert settled.exact or len(asked) > gutter.ROUNDS
    assert len(asked) <= gutter.ROUNDS + len(printer.gutter)


def test_where_it_swings_the_wider_margin_wins() -> None:
    asked: list[float] = []

    def lay_out(inside: float) -> tuple[None, int]:
        asked.append(inside)
        return None, 160 if inside == 27 else 140

    settled = gutter.settle(printers.find("kdp").inside, 27, lay_out)
    assert asked == [27, 36, 27, 36]
    assert (settled.inside, settled.exact) == (36, False)


def test_without_rounds_the_first_margin_stays_unless_its_pages_ask_for_more() -> None:
    kdp = printers.find("kdp")
    assert gutter.settle(kdp.inside, 36, lambda _: (None, 140), rounds=0).inside == 36
    assert gutter.settle(kdp.inside, 27, lambda _: (None, 160), rounds=0).inside == 36


def test_a_right_guess_needs_one_layout() -> None:
    asked: list[float] = []

    def lay_out(inside: float) -> tuple[None, int]:
        asked.append(inside)
        return None, 300

    assert gutter.settle(printers.find("kdp").inside, 36, lay_out).exact
    assert asked == [36]


def test_the_first_guess_is_near_a_book_as_it_is() -> None:
    assert 250 < gutter.estimate(80_000, 396, 612) < 400
    assert gutter.estimate(0, 396, 612) == 8
