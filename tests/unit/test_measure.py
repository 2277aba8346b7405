"""Lengths and trim sizes as people write them."""

import pytest

from bookforge.measure import NAMED, Length, MeasureError, TrimSize


@pytest.mark.parametrize(
    ("text", "pt"),
    [("72pt", 72), ("1in", 72), ("25.4mm", 72), ("2.54 cm", 72), ("6pc", 72), (" 5.5 IN ", 396), ("0pt", 0)],
)
def test_lengths(text: str, pt: float) -> None:
    assert Length.parse(text).pt == pytest.approx(pt)


@pytest.mark.parametrize("text", ["", "5", "in", "-1in", "1px", "5,5in", "1e3pt", "999999pt", "1 in 2"])
def test_no_lengths(text: str) -> None:
    with pytest.raises(ValueError, match="length"):
        Length.parse(text)


@pytest.mark.parametrize(
    ("text", "width", "height"),
    [
        ("5.5x8.5in", 396, 612),
        ("5.5 x 8.5 in", 396, 612),
        ("5.5in x 8.5in", 396, 612),
        ("5.5×8.5in", 396, 612),
        ("140x216mm", 396.85, 612.28),
        ("14cm x 216mm", 396.85, 612.28),
        ("digest", 396, 612),
        ("US Trade", 432, 648),
        ("a5", 419.53, 595.28),
        ("Royal", 442.2, 663.31),
        ("8.5x5.5in", 612, 396),
    ],
)
def test_trim_sizes(text: str, width: float, height: float) -> None:
    size = TrimSize.parse(text)
    assert size.width.pt == pytest.approx(width, abs=0.01)
    assert size.height.pt == pytest.approx(height, abs=0.01)


@pytest.mark.parametrize(
    "text", ["", "5.5", "5.5x8.5", "x", "quarto", "1x1in", "30x40in", "5.5x8.5px", "5.5x8.5x3in", "5.5x-8in", "0x0mm"]
)
def test_no_trim_sizes(text: str) -> None:
    with pytest.raises(ValueError, match=r"trim size|no size|unit"):
        TrimSize.parse(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("6x9", "6x9in"), ("140x210", "140x210mm"), ("5,5x8,5in", "5.5x8.5in"), ('6"x9"', "6inx9in"),
        ("6 by 9 inches", "6x9in"), ("6*9in", "6x9in"), ("us-trad", "us-trade"),
    ],
)  # fmt: skip
def test_a_slip_in_a_trim_size_is_told_what_it_was_meant_to_be(text: str, meant: str) -> None:
    with pytest.raises(MeasureError) as caught:
        TrimSize.parse(text)
    assert caught.value.hint == f"did you mean {meant}?"
    assert TrimSize.parse(meant)


def test_a_length_without_its_unit_is_told_one() -> None:
    for text, meant in (("5,5in", "5.5in"), ("12.93", "12.93in"), ("328.4", "328.4mm"), ("9 inches", "9in")):
        with pytest.raises(MeasureError) as caught:
            Length.parse(text)
        assert caught.value.hint == f"did you mean {meant}?"


def test_names_are_in_order_of_width_and_valid() -> None:
    widths = [TrimSize.parse(name).width.pt for name in NAMED]
    assert widths == sorted(widths)
    assert all(150 < width < 860 for width in widths)


def test_printed() -> None:
    assert str(TrimSize.parse("5.5x8.5in")) == "396pt 612pt"
    assert str(Length.parse("1mm")) == "2.8346pt"
    assert Length.parse("72pt").mm == pytest.approx(25.4)
