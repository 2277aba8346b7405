"""HTML that nobody could read otherwise is read faster, to the same tree; any other as browsers read it."""

import random
from pathlib import Path
from typing import Any

import pytest

from bookforge import warm
from bookforge.markdown import pandoc, tree
from tests.corpus import made_up
from tests.spec import cases

CASES = Path(__file__).parents[1] / "corpus" / "pandoc-cases.txt"


def shape(element: Any) -> tuple[object, ...]:
    """Return all that a tree says, its own name and tail left out."""
    children = ((each.tag, list(each.attrib.items()), shape(each), each.tail or "") for each in element)
    return (element.text or "", *children)


def converted() -> list[str]:
    texts = [case.markdown for file in sorted(cases.FOLDER.glob("*.md")) for case in cases.read(file)]
    texts += CASES.read_text(encoding="utf-8").split("\n=====\n")
    texts += [made_up.MadeUp(random.Random(seed)).blocks(0, 3) for seed in range(100)]
    with warm.POOL.held():
        return [pandoc.convert(text, "a.md").html for text in texts]


def test_both_ways_give_the_same() -> None:
    plain = [(html, found) for html in converted() if (found := tree.plainly(html)) is not None]
    assert len(plain) > 200
    for html, found in plain:
        assert shape(found) == shape(tree.as_browsers(html)), html


@pytest.mark.parametrize(
    "html",
    [
        "<p>not closed",
        "<p><em>crossed</p></em>",
        "<p>a <div>block</div></p>",
        "<p>a<p>b</p></p>",
        "<a href=\"x\">a <em><a href=\"y\">b</a></em></a>",
        "<span/>text",
        "<br>text",
        "<br></br>",
        "<p title='single'>a</p>",
        '<p title="a>b">a</p>',
        '<p title="a\nb">a</p>',
        "<p hidden>a</p>",
        "<P>a</P>",
        "<p>&nbsp;</p>",
        "<p>&#150;</p>",
        "<p>a < b</p>",
        "<!-- a --><p>b</p>",
        "<![CDATA[a]]>",
        "<?a b?>",
        "<table><tr><td>a</td></tr></table>",
        "<table>text<tbody><tr><td>a</td></tr></tbody></table>",
        "<table><tbody><tr>text<td>a</td></tr></tbody></table>",
        "<ul><p>a</p></ul>",
        "<li>a</li>",
        "<pre>\n\na</pre>",
        "<math><mi>x</mi></math>",
        "<body><p>a</p></body>",
        '<p a="1" a="2">a</p>',
    ],
)  # fmt: skip
def test_what_takes_a_rule_of_browsers_is_left_to_them(html: str) -> None:
    assert tree.plainly(html) is None
    assert shape(tree.parse(html)) == shape(tree.as_browsers(html))
