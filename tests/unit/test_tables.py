"""Tables find room: what is too wide is set dense or turned, by the letters in its cells."""

import pytest

from bookforge import xhtml
from bookforge.compose import tables


def fitted(columns: int, word: str, rows: int = 3) -> str:
    cells = f"<td>{word}</td>" * columns
    root = xhtml.read(f"<p>Before</p><table><tbody>{f'<tr>{cells}</tr>' * rows}</tbody></table><p>After</p>")
    tables.fit(root)
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
        (14, "letters", 40, "dense"),
        (40, "letters", 3, "short dense"),
        (0, "", 1, "short"),
    ],
)
def test_tables_find_room(columns: int, word: str, rows: int, found: str) -> None:
    assert fitted(columns, word, rows) == found
