"""Tables of a section in, the same with a class that says how they find room on a page out.

Pages are not laid out yet: widths are estimated from the letters in the cells, in characters of the text.
"""

from collections.abc import Callable
from typing import Final

from bookforge import xhtml

_MEASURE: Final = 66.0
"""Characters a line holds."""
_HEIGHT: Final = 108.0
"""The same of a line that runs up the page."""
_ROWS: Final = 14
"""Rows a page has room for in any case: a turned table cannot go on overleaf."""
_PLAIN: Final = (0.86, 2.5)
_DENSE: Final = (0.72, 1.5)
"""Type size by that of the text, and the white between two columns in characters."""


def fit(body: xhtml.Element) -> None:
    """Set tables that are too wide for the page dense, or turn them where they fit on one page in whole lines.

    Those of few rows are called ``short``: they need not be parted.
    """
    for table in list(body.iter("table")):
        rows = [[cell for cell in row if cell.tag in {"td", "th"}] for row in table.iter("tr")]
        if len(rows) <= _ROWS:
            xhtml.add_class(table, "short")
        words = _widest(rows, lambda text: max(map(len, text.split()), default=0))
        lines = _widest(rows, len)
        if _width(words, *_PLAIN) <= _MEASURE:
            continue
        turns = _width(lines, *_DENSE) <= _HEIGHT and len(rows) <= _ROWS
        if _width(words, *_DENSE) > _MEASURE and turns:
            _turn(table)
        xhtml.add_class(table, "dense")


def _widest(rows: list[list[xhtml.Element]], measure: Callable[[str], int]) -> list[int]:
    """Return for each column the most that ``measure`` finds in a cell."""
    columns = max(map(len, rows), default=0)
    texts = [[" ".join(xhtml.text(cell).split()) for cell in row] for row in rows]
    return [max((measure(row[column]) for row in texts if column < len(row)), default=0) for column in range(columns)]


def _width(columns: list[int], size: float, gap: float) -> float:
    return sum(columns) * size + len(columns) * gap


def _turn(table: xhtml.Element) -> None:
    parent = table.getparent()
    assert parent is not None
    holder = xhtml.read("", "div")
    holder.set("class", "turned")
    parent.replace(table, holder)
    holder.tail, table.tail = table.tail, None
    holder.append(table)
