"""Markers of lists, written for the page."""

import pytest

from bookforge import xhtml
from bookforge.compose import lists


def markers(body: str) -> list[tuple[str, str]]:
    root = xhtml.read(body)
    lists.mark_items(root)
    return [(each.tag, str(each.get("data-marker"))) for each in root.iter() if each.get("data-marker")]


@pytest.mark.parametrize(
    ("body", "marked"),
    [
        ("<ul><li>a</li><li><p>b</p><p>c</p></li></ul>", [("li", "\u2022"), ("p", "\u2022")]),
        ("<ol><li>a</li><li>b</li></ol>", [("li", "1."), ("li", "2.")]),
        ('<ol start="9"><li>a</li><li>b</li></ol>', [("li", "9."), ("li", "10.")]),
        ('<ol type="a" start="26"><li>a</li><li>b</li></ol>', [("li", "z."), ("li", "aa.")]),
        ('<ol type="A"><li>a</li></ol>', [("li", "A.")]),
        ('<ol type="i" start="4"><li>a</li><li>b</li></ol>', [("li", "iv."), ("li", "v.")]),
        ('<ol type="I" start="0"><li>a</li><li>b</li></ol>', [("li", "0."), ("li", "I.")]),
        ('<ol reversed=""><li>a</li><li>b</li></ol>', [("li", "2."), ("li", "1.")]),
        ('<ol><li>a</li><li value="7">b</li><li>c</li></ol>', [("li", "1."), ("li", "7."), ("li", "8.")]),
        ('<ol start="x"><li>a</li></ol>', [("li", "1.")]),
        ("<ol><li>a<ul><li>b</li></ul></li></ol>", [("li", "1."), ("li", "\u2022")]),
        ("<ol><li>text <p>b</p></li></ol>", [("li", "1.")]),
        ("<ol><li></li></ol>", [("li", "1.")]),
    ],
)
def test_items_carry_their_markers(body, marked):
    assert markers(body) == marked
