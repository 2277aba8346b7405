"""Tables find room: what is too wide is set dense or turned, by the letters in its cells."""

import pytest

from bookforge import xhtml
from bookforge.compose import tables
from bookforge.compose.tables import Room
from bookforge.edition import Sheet

NARROW = Room(across=28, up=70, lines=5, sizes=(1, 1))


def fitted(columns: int, word: str, rows: int = 3, room: Room = Room()) -> str:  # noqa: B008 - it cannot change
    cells = f"<td>{word}</td>" * columns
    root = xhtml.read(f"<p>Before</p><table><tbody>{f'<tr>{cells}</tr>' * rows}</tbody></table><p>After</p>")
    tables.fit(root, room)
    (table,) = root.iter("table")
    parent = table.getparent()
    assert parent is not None
    assert [each.tag for each in root] == ["p", "div" if parent.get("class") else "table", "p"]
    return " ".join([parent.get("class") or "", table.get("class") or ""]).strip()


@pytest.mark.parametrize(
    ("columns", "word", "rows", "found"),
    [
        (3, "eleven letters", 3, "short"),
        (3, "eleven letters", 40, ""),
        (8, "letters", 3, "short dense"),
        (14, "letters", 3, "turned short dense"),
        (14, "letters", 40, "dense divided close"),
        (40, "letters", 3, "short dense divided close"),
        (2, "letters " * 100, 3, ""),
        (2, "x" * 60, 1, "turned short dense"),
        (2, "x" * 200, 1, "short dense divided"),
        (0, "", 1, "short"),
    ],
)
def test_tables_find_room(columns: int, word: str, rows: int, found: str) -> None:
    assert fitted(columns, word, rows) == found


def test_room_is_that_of_the_page() -> None:
    assert fitted(3, "letters", room=NARROW) == "short dense"
    assert fitted(6, "letters", room=NARROW) == "turned short dense"
    assert fitted(6, "letters", 8, NARROW) == "dense divided"
    sheet = Sheet(16, 24, 252, 456, 7, (1, 1))
    assert Room.of(sheet, len) == Room(0.97 * 36, 0.97 * (456 / 7), 9, 19, (1, 1))
    assert Room.of(None, len) == Room()
    wide = Room.of(sheet, lambda text: 2.0 * len(text))
    assert fitted(3, "letters", room=Room.of(sheet, len)) == "short"
    assert fitted(3, "letters", room=wide) == "turned short dense"


def test_inside_a_quotation_a_table_is_not_turned_and_has_less_room() -> None:
    cells = "<td>letters</td>" * 14
    root = xhtml.read(f"<blockquote><table><tr>{cells}</tr></table></blockquote>")
    tables.fit(root, Room())
    assert [each.get("class") for each in root.iter("table")] == ["short dense divided close"]


def test_columns_of_a_divided_table_share_the_line_by_their_longest_words() -> None:
    root = xhtml.read(f"<table><tr><td>{'x' * 100}</td><td>one</td><td><code>{'y' * 100}</code></td></tr></table>")
    tables.fit(root, NARROW)
    widths = [float(cell.get("style", "").removeprefix("width: ").removesuffix("%")) for cell in root.iter("td")]
    assert widths[0] == widths[2] == pytest.approx(8 * widths[1], rel=0.01)
    assert sum(widths) == pytest.approx(100 * (1 - 4.5 / 28), abs=0.1)


def test_notes_take_no_room_in_a_table_and_keep_it_upright() -> None:
    note = '<span class="footnote">A note of some words that stands at the foot of the page.</span>'
    cell = f"<td>letters{note}</td>"
    root = xhtml.read(f"<table><tr>{cell * 3}</tr></table><table><tr>{cell * 14}</tr></table>")
    tables.fit(root, Room())
    assert [each.get("class") for each in root.iter("table")] == ["short", "short dense divided close"]


def test_rows_that_take_much_of_a_page_may_be_parted() -> None:
    root = xhtml.read(f"<table><tr><td>a</td><td>b</td></tr><tr><td>{'word ' * 800}</td><td>b</td></tr></table>")
    tables.fit(root, Room())
    assert [row.get("class") for row in root.iter("tr")] == [None, "tall"]
    noted = f'<table><tr><td>{"word " * 800}<span class="footnote">A note.</span></td></tr></table>'
    root = xhtml.read(noted)
    tables.fit(root, Room())
    assert [row.get("class") for row in root.iter("tr")] == [None]
