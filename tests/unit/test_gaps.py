"""Spaces before inline elements stand in boxes of their own."""

import pytest

from bookforge import xhtml
from bookforge.compose import gaps

CASES = [
    ("<p>so <em>it</em> was</p>", "<p>so<span> </span><em>it</em> was</p>"),
    ("<p>so <em>it</em> <b>was</b></p>", "<p>so<span> </span><em>it</em> <b>was</b></p>"),
    ("<p><em>a <b>c</b></em> or <i>d</i></p>", "<p><em>a<span> </span><b>c</b></em> or<span> </span><i>d</i></p>"),
    ("<p>so<em>it</em>, <br/>was</p>", "<p>so<em>it</em>, <br/>was</p>"),
    ("<p>so\u00a0<em>it</em></p>", "<p>so\u00a0<em>it</em></p>"),
    ("<pre>so <em>it</em></pre>", "<pre>so <em>it</em></pre>"),
    ("<p><code>so <em>it</em></code></p>", "<p><code>so <em>it</em></code></p>"),
]


@pytest.mark.parametrize(("markup", "expected"), CASES)
def test_the_space_before_an_inline_element_is_apart(markup: str, expected: str) -> None:
    body = xhtml.read(markup)
    gaps.part(body)
    assert xhtml.write(body) == expected
