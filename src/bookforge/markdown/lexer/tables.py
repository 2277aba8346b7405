"""Lines that are one of pandoc's tables into its caption and its cells, in the order they are read aloud."""

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from bookforge.markdown.lexer import marks
from bookforge.markdown.lexer.lines import Line

_DASHES: Final = re.compile(r" {0,3}-+(?: +-+)* *$")
_PIPE_BREAK: Final = re.compile(r" {0,3}(\|?) *:?-+:? *((?:[|+] *:?-+:? *)*)\|? *$")
_PIPE_SKIP: Final = re.compile(
    r"\\.|(?P<ticks>`+)(?!`).*?(?<!`)(?P=ticks)(?!`)|\$(?! )(?:\\.|[^\\$])+?(?<! )\$(?!\d)"
    rf"|{marks.QUERY.pattern}|{marks.TAG.pattern}|\|",
    re.DOTALL,
)
"""What may hold a bar that parts no cells, and the bar that does."""
_GRID_LINE: Final = re.compile(r" {0,3}\+(?:[-=:]+\+)+ *$")

Cell = tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table: ``caption`` with its mark, ``cells`` row by row, ``end`` the line after it.

    ``blocks`` says that cells hold blocks, not just a line of text.
    """

    caption: Cell
    cells: tuple[Cell, ...]
    end: int
    blocks: bool = False


def find(lines: list[Line], at: int, ends_blank: bool) -> Table | None:
    """Read the table that begins at a line, with the caption before or after it; ``None`` if there is none.

    ``ends_blank`` says that a blank line follows the last one, as a caption needs.
    """
    start, caption = _caption(lines, at, ends_blank)
    if caption and start >= len(lines):
        return None
    found = _body(lines, start)
    if found is None:
        return None
    if caption:
        return Table(caption, found.cells, found.end, found.blocks)
    after = found.end
    while after < len(lines) and lines[after].blank:
        after += 1
    end, caption = _caption(lines, after, ends_blank)
    return Table(caption, found.cells, end if caption else found.end, found.blocks)


def _caption(lines: list[Line], at: int, ends_blank: bool) -> tuple[int, Cell]:
    """Return the line after a caption and the blanks behind it, and the caption's lines."""
    if at >= len(lines):
        return at, ()
    match = marks.CAPTION.match(lines[at].text)
    if match is None or (match[1] and unicodedata.category(match[1])[0] == "P"):
        return at, ()
    end = at
    while end < len(lines) and not lines[end].blank:
        end += 1
    if end == len(lines) and not ends_blank:
        return at, ()
    caption = tuple(lines[at:end])
    while end < len(lines) and lines[end].blank:
        end += 1
    return end, caption


def _body(lines: list[Line], at: int) -> Table | None:
    text = lines[at].text
    following = lines[at + 1].text if at + 1 < len(lines) else ""
    if "|" in text:
        found = _pipe(lines, at)
        if found is not None:
            return found
    if _DASHES.match(text):
        return _multiline(lines, at) or _simple(lines, at, None) or _headless(lines, at)
    if _DASHES.match(following):
        return _simple(lines, at + 1, lines[at])
    if _GRID_LINE.match(text):
        return _grid(lines, at)
    return None


# ---------------------------------------------------------------- pipes


def _pipe(lines: list[Line], at: int) -> Table | None:
    rule = _PIPE_BREAK.match(lines[at + 1].text) if at + 1 < len(lines) and lines[at].indent < 4 else None
    head = _pipe_row(lines[at])
    if rule is None or head is None or not (rule[1] or rule[2]):
        return None
    cells = list(head)
    end = at + 2
    while end < len(lines) and "|" in lines[end].text:
        row = _pipe_row(lines[end])
        if row is None:
            break
        cells.extend(row)
        end += 1
    return Table((), tuple(cells), end)


def _pipe_row(line: Line) -> list[Cell] | None:
    text = line.text
    begin = line.indent + (text[line.indent : line.indent + 1] == "|")
    cells: list[Cell] = []
    for match in _PIPE_SKIP.finditer(text, begin):
        if match.group() == "|":
            cells.append((Line(text[begin : match.start()], line.start + begin).strip(),))
            begin = match.end()
    if text[begin:].strip(" ") or not cells:
        cells.append((line.cut(begin).strip(),))
    opened = text[line.indent : line.indent + 1] == "|"
    return cells if opened or len(cells) > 1 else None


# ---------------------------------------------------------------- columns


def _columns(dashes: Line) -> list[int]:
    """Return the columns where cells begin, the first excepted: it begins with the line."""
    return [match.start() for match in re.finditer(r"-+", dashes.text)][1:]


def _split(line: Line, columns: list[int]) -> list[Line]:
    """Cut a line at columns, counted as wide as its characters are shown."""
    if line.text.isascii():
        places = columns
    else:
        places, width, wanted = [], 0, list(columns)
        for at, char in enumerate(line.text):
            while wanted and width >= wanted[0]:
                places.append(at)
                wanted.pop(0)
            width += _width(char)
        places.extend(len(line.text) for _ in wanted)
    edges = [0, *(min(place, len(line.text)) for place in places), len(line.text)]
    return [line.cut(begin, end).strip() for begin, end in pairwise(edges)]


def _width(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def _is_footer(lines: list[Line], at: int) -> bool:
    return bool(_DASHES.match(lines[at].text)) and (at + 1 >= len(lines) or lines[at + 1].blank)


def _simple(lines: list[Line], dashes: int, head: Line | None) -> Table | None:
    """A header line (or none), dashes, one line a row; without a header a line of dashes ends it."""
    columns = _columns(lines[dashes])
    rows = [head] if head is not None else []
    end = dashes + 1
    while end < len(lines) and not lines[end].blank and not _is_footer(lines, end):
        rows.append(lines[end])
        end += 1
    footer = end < len(lines) and _is_footer(lines, end)
    if end == dashes + 1 or (head is None and not footer):
        return None
    cells = [(cell,) for row in rows for cell in _split(row, columns)]
    return Table((), tuple(cells), end + footer)


def _multiline(lines: list[Line], at: int) -> Table | None:
    """Dashes, header lines, dashes, rows of several lines parted by blank lines, dashes."""
    if at + 1 >= len(lines) or lines[at + 1].blank:
        return None
    rule = at + 1
    while rule < len(lines) and not _DASHES.match(lines[rule].text):
        rule += 1
    if rule >= len(lines) or rule == at + 1:
        return None
    return _rows(lines, rule, [lines[at + 1 : rule]])


def _headless(lines: list[Line], at: int) -> Table | None:
    return _rows(lines, at, [])


def _rows(lines: list[Line], rule: int, rows: list[list[Line]]) -> Table | None:
    columns = _columns(lines[rule])
    end = rule + 1
    while end < len(lines) and not lines[end].blank and not _is_footer(lines, end):
        row = []
        while end < len(lines) and not lines[end].blank and not _is_footer(lines, end):
            row.append(lines[end])
            end += 1
        rows.append(row)
        while end < len(lines) and lines[end].blank:
            end += 1
    if end >= len(lines) or not _is_footer(lines, end) or end == rule + 1:
        return None
    cells: list[Cell] = []
    for row in rows:
        parts = [_split(line, columns) for line in row]
        cells.extend(tuple(part[column] for part in parts) for column in range(len(columns) + 1))
    return Table((), tuple(cells), end + 1)


# ---------------------------------------------------------------- grids


def _grid(lines: list[Line], at: int) -> Table | None:
    indent = lines[at].indent
    end = at
    while end < len(lines) and lines[end].text[indent : indent + 1] in ("+", "|"):
        end += 1
    while end > at and not lines[end - 1].text.rstrip(" ").endswith("+"):
        end -= 1
    if end < at + 3:
        return None
    rows = [_spread(line.text[indent:].rstrip(" ")) for line in lines[at:end]]
    cells = _boxes([row for row, _ in rows])
    found = []
    for top, left, bottom, right in cells:
        cell = []
        for row in range(top + 1, bottom):
            begin, stop = rows[row][1][left + 1], rows[row][1][right]
            cell.append(
                Line(lines[at + row].text[indent + begin : indent + stop], lines[at + row].start + indent + begin)
            )
        found.append(_unindent(cell))
    return Table((), tuple(found), end, blocks=True) if found else None


def _spread(text: str) -> tuple[str, list[int]]:
    """Return a line with one character a column, and for each column the place in the line."""
    if text.isascii():
        return text, list(range(len(text) + 1))
    shown: list[str] = []
    places: list[int] = []
    for at, char in enumerate(text):
        width = _width(char)
        shown.append(char * min(width, 1) + " " * (width - 1))
        places.extend([at] * width)
    return "".join(shown), [*places, len(text)]


def _unindent(cell: list[Line]) -> Cell:
    """Take the common indent off a cell's lines."""
    indent = min((line.indent for line in cell if not line.blank), default=0)
    return tuple(line.cut(min(indent, len(line.text)), len(line.text.rstrip(" "))) for line in cell)


def _boxes(rows: list[str]) -> list[tuple[int, int, int, int]]:
    """Find the cells of a grid, as (top, left, bottom, right) of their borders, row by row."""
    width = max(map(len, rows))
    rows = [row.ljust(width) for row in rows]
    done = [-1] * width
    corners = [(0, 0)]
    found = []
    while corners:
        corners.sort()
        top, left = corners.pop(0)
        if top >= len(rows) - 1 or left >= width - 1 or top <= done[left]:
            continue
        box = _box(rows, top, left)
        if box is None:
            continue
        bottom, right = box
        for column in range(left, right):
            done[column] = bottom - 1
        corners += [(top, right), (bottom, left)]
        found.append((top, left, bottom, right))
    return sorted(found)


def _box(rows: list[str], top: int, left: int) -> tuple[int, int] | None:
    """Return the bottom and right border of the smallest cell with this upper left corner."""
    if rows[top][left] != "+":
        return None
    for right in range(left + 1, len(rows[top])):
        if rows[top][right] not in "+-=:":
            return None
        if rows[top][right] != "+":
            continue
        for bottom in range(top + 1, len(rows)):
            if rows[bottom][right] not in "+|" or rows[bottom][left] not in "+|":
                break
            if rows[bottom][right] == "+" == rows[bottom][left] and not set(rows[bottom][left:right]) - set("+-=:"):
                return bottom, right
    return None
