"""Bar codes: the modules by the standard's own examples, and read back by the widths of bars and spaces."""

import re
from itertools import groupby
from xml.etree import ElementTree

import pytest

from bookforge import barcode

WIDTHS = {"3211": 0, "2221": 1, "2122": 2, "1411": 3, "1132": 4, "1231": 5, "1114": 6, "1312": 7, "1213": 8, "3112": 9}
"""The widths of the four elements of a digit, as the standard's table of set A gives them."""
FIRST = {"000000": 0, "001011": 1, "001101": 2, "001110": 3, "010011": 4}
FIRST |= {"011001": 5, "011100": 6, "010101": 7, "010110": 8, "011010": 9}
ISBN = "978-0-306-40615-7"


def read(modules: str) -> str:
    """Decode an EAN-13 by the widths of its elements, as a scanner does."""
    widths = [len(list(run)) for _, run in groupby(modules)]
    assert widths[:3] == widths[-3:] == [1, 1, 1]
    assert widths[27:32] == [1, 1, 1, 1, 1]
    left, even = zip(*(_digit(widths[3 + 4 * place : 7 + 4 * place]) for place in range(6)), strict=True)
    right = [_digit(widths[32 + 4 * place : 36 + 4 * place])[0] for place in range(6)]
    return "".join(map(str, (FIRST["".join(str(int(each)) for each in even)], *left, *right)))


def _digit(widths: list[int]) -> tuple[int, bool]:
    assert sum(widths) == 7
    shown = "".join(map(str, widths))
    return (WIDTHS[shown], False) if shown in WIDTHS else (WIDTHS[shown[::-1]], True)


@pytest.mark.parametrize("digits", [f"{first}78931614841" for first in range(10)] + ["978030640615", "979109876543"])
def test_a_scanner_reads_what_was_written(digits: str) -> None:
    check = str(-sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(digits)) % 10)
    modules = barcode.ean13(digits + check)
    assert len(modules) == 95
    assert read(modules) == digits + check


def test_the_price_has_the_bars_of_the_standard() -> None:
    modules = barcode.add_on("52495")
    assert len(modules) == 47
    assert modules.startswith("1011")
    parts = [modules[4 + 9 * place : 11 + 9 * place] for place in range(5)]
    separators = [modules[11 + 9 * place : 13 + 9 * place] for place in range(4)]
    assert separators == ["01"] * 4
    digits, even = zip(*(_digit([len(list(run)) for _, run in groupby(part)]) for part in parts), strict=True)
    assert "".join(map(str, digits)) == "52495"
    check = (3 * (5 + 4 + 5) + 9 * (2 + 9)) % 10
    assert check == 1
    assert even == (True, False, True, False, False)


def _bars(svg: bytes) -> list[tuple[float, float, float, float]]:
    path = ElementTree.fromstring(svg).find(".//{*}path")
    assert path is not None
    found = re.findall(r"M([\d.]+) ([\d.]+)h([\d.]+)v([\d.]+)h-[\d.]+z", path.get("d") or "")
    return [tuple(map(float, each)) for each in found]  # type: ignore[misc]


@pytest.mark.parametrize("price", [None, "90000"])
def test_the_drawing_keeps_the_quiet_zones(price: str | None) -> None:
    made = barcode.draw(ISBN, price, 144, 86.4)
    assert made is not None
    root = ElementTree.fromstring(made.svg)
    wide = float((root.get("viewBox") or "").split()[2])
    bars = _bars(made.svg)
    assert min(x for x, *_ in bars) >= 11
    assert max(x + width for x, _, width, _ in bars) <= wide - (5 if price else 7)
    module = made.width / wide
    assert 0.8 * barcode.MODULE_PT <= module <= barcode.MODULE_PT
    assert made.width <= 144
    assert made.height <= 86.4


def test_the_isbn_stands_above_and_black_is_black_only() -> None:
    made = barcode.draw(ISBN, None, 144, 86.4)
    assert made is not None
    root = ElementTree.fromstring(made.svg)
    texts = [each.text for each in root.findall(".//{*}text")]
    assert f"ISBN {ISBN}" in texts
    assert "".join(text or "" for text in texts[:-1]) == ISBN.replace("-", "")
    assert {each.get("fill") for each in root.iter() if each.get("fill")} == {"#fff", "#000"}


def test_a_field_too_small_gets_none() -> None:
    assert barcode.draw(ISBN, None, 80, 86) is None
    assert barcode.draw(ISBN, None, 144, 40) is None
