"""Tables of a section in, the same with classes and widths by which they find room on a page out.

Pages are not laid out yet: widths are estimated from the letters in the cells, in characters of the text.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import ceil
from typing import Final

from bookforge import xhtml
from bookforge.edition import Sheet

_FULL: Final = 0.97
"""How much of a line letters may take: bold ones, figures and those of other faces are wider than was measured."""
_HEAD: Final = 1.2
"""How much wider the small capitals of a head are."""
_GAPS: Final = (2.5, 1.5)
"""The white between two columns in characters, as the text is set and dense."""
_SHORT: Final = 14
"""Lines of a table that need not be parted."""
_TALL: Final = 1 / 4
"""What of a page a row takes at least that may be parted: elsewhere it would leave as much empty."""
_FEW: Final = 12
_CLOSE: Final = 0.5
"""The white between more columns than so many, in a table whose words are divided."""
_NARROWEST: Final = 3
_WIDEST: Final = 24
"""Characters by which the column of such a table gets its share of the width."""
_CODE: Final = 1.3
"""How much wider a letter of code is."""
_HOLDERS: Final = frozenset({"blockquote", "li", "dd"})
_NARROWER: Final = 0.9
"""What is left of the measure inside one of these."""


@dataclass(frozen=True, slots=True)
class Room:
    """What a page holds: characters of the text on a line, and on one that runs up the page; lines across and down.

    ``sizes`` are those of the letters in a table and in a dense one, by the text's; ``measure`` gives the width of a
    text in mean characters.
    """

    across: float = 66.0
    up: float = 108.0
    lines: int = 18
    deep: int = 33
    sizes: tuple[float, float] = (0.86, 0.72)
    measure: Callable[[str], float] = len

    @classmethod
    def of(cls, sheet: Sheet | None, measure: Callable[[str], float]) -> "Room":
        """Measure a page; one that is not known is a usual paperback's."""
        if sheet is None:
            return cls()
        across, up = sheet.width / sheet.character, sheet.height / sheet.character
        lines, deep = int(sheet.width / sheet.leading) - 1, int(sheet.height / sheet.leading)
        return cls(_FULL * across, _FULL * up, lines, deep, sheet.tables, measure)

    def width(self, columns: list[float], dense: bool) -> float:
        """Return how wide columns of so many characters are."""
        return sum(columns) * self.sizes[dense] + len(columns) * _GAPS[dense]


def fit(body: xhtml.Element, room: Room) -> None:
    """Set tables that are too wide for the page dense, turn them where they fit on one page, or divide their words.

    Those of few lines are called ``short``: they need not be parted. Rows that take much of a page are ``tall``: they
    may be.
    """
    for table in list(body.iter("table")):
        rows = [[cell for cell in row if cell.tag in {"td", "th"}] for row in table.iter("tr")]
        inside = sum(each.tag in _HOLDERS for each in table.iterancestors())
        across = room.across * _NARROWER**inside
        words = _widest(rows, lambda cell: _longest_word(cell, room.measure))
        lines = _widest(rows, _length)
        depths = _depths(rows, lines, across, room)
        if sum(depths) <= _SHORT:
            xhtml.add_class(table, "short")
        for row, depth in zip(table.iter("tr"), depths, strict=True):
            # WeasyPrint 70 may set words of a parted cell twice that calls notes.
            if depth > _TALL * room.deep and not any(xhtml.has_class(each, "footnote") for each in row.iter("span")):
                xhtml.add_class(row, "tall")
        if room.width(words, dense=False) <= across:
            continue
        xhtml.add_class(table, "dense")
        if room.width(words, dense=True) <= across:
            continue
        # A note at the foot of a page has its place there, not on a table that stands on its side.
        flat = inside or any(xhtml.has_class(each, "footnote") for each in table.iter("span"))
        if (
            not flat
            and room.width(words, dense=True) <= room.up
            and sum(_depths(rows, lines, room.up, room)) <= room.lines
        ):
            _turn(table)
        else:
            _divide(table, rows, words, across)


def _widest(rows: list[list[xhtml.Element]], measure: Callable[[xhtml.Element], float]) -> list[float]:
    """Return for each column the most that ``measure`` finds in a cell."""
    columns = max(map(len, rows), default=0)
    found = [[measure(cell) for cell in row] for row in rows]
    return [max((row[column] for row in found if column < len(row)), default=0.0) for column in range(columns)]


def _length(cell: xhtml.Element) -> float:
    code = sum(len(xhtml.text(each)) for each in cell.iter("code"))
    return len(" ".join(_words(cell))) + (_CODE - 1) * code


def _longest_word(cell: xhtml.Element, measure: Callable[[str], float]) -> float:
    code = (len(word) for each in cell.iter("code") for word in xhtml.text(each).split())
    words = max(map(measure, _words(cell)), default=0)
    return max(words * (_HEAD if cell.tag == "th" else 1), _CODE * max(code, default=0))


def _words(cell: xhtml.Element) -> list[str]:
    """Return the words of a cell without those of its notes, which stand elsewhere."""
    return "".join(_outside_notes(cell)).split()


def _outside_notes(element: xhtml.Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if isinstance(child.tag, str) and not xhtml.has_class(child, "footnote"):
            yield from _outside_notes(child)
        yield child.tail or ""


def _depths(rows: list[list[xhtml.Element]], columns: list[float], width: float, room: Room) -> list[int]:
    """Estimate the lines of each row of a dense table of this width: columns share what room there is."""
    wanted = room.width(columns, dense=True)
    share = min(1.0, width / wanted) if wanted else 1.0
    needs = [[_length(cell) / max(1.0, share * columns[place]) for place, cell in enumerate(row)] for row in rows]
    return [max(1, *(ceil(each - 0.01) for each in row), 1) for row in needs]


def _turn(table: xhtml.Element) -> None:
    parent = table.getparent()
    assert parent is not None
    holder = xhtml.read("", "div")
    holder.set("class", "turned")
    parent.replace(table, holder)
    holder.tail, table.tail = table.tail, None
    holder.append(table)


def _divide(table: xhtml.Element, rows: list[list[xhtml.Element]], words: list[float], across: float) -> None:
    """Give the columns widths of their own, by their longest words, and let words be divided anywhere."""
    xhtml.add_class(table, "divided")
    gap = _GAPS[True]
    if len(words) > _FEW:
        xhtml.add_class(table, "close")
        gap = _CLOSE
    held = [min(max(each, _NARROWEST), _WIDEST) for each in words]
    free = max(0.0, 1 - gap * len(words) / across)
    if rows and len(rows[0]) == len(words):
        for cell, width in zip(rows[0], held, strict=True):
            cell.set("style", f"width: {100 * free * width / sum(held):.2f}%")
