import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from bookforge import xhtml
from bookforge.markdown import allowlist, sanitize, tree


def clean(html: str) -> str:
    return xhtml.write(sanitize.clean(tree.parse(html))[0])


def removed(html: str) -> list[str]:
    return [each.what for each in sanitize.clean(tree.parse(html))[1]]


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("02-arena.md#light", True),
        ("#light", True),
        ("https://example.org/a:b", True),
        ("HTTP://example.org", True),
        ("mailto:a@example.org", True),
        ("tel:+351", True),
        ("a b.md", True),
        ("javascript:x", False),
        ("JavaScript:x", False),
        (" \tjava\nscript:x", False),
        ("\u200bjavascript:x", False),
        ("\x01javascript:x", False),
        ("data:text/html,x", False),
        ("file:///etc/passwd", False),
        ("vbscript:x", False),
        ("ftp://example.org", False),
        ("view-source:x", False),
    ],
)
def test_addresses(address: str, allowed: bool) -> None:
    assert sanitize.allowed_address(address) is allowed


@pytest.mark.parametrize("name", sorted(allowlist.DROPPED - {"frame", "frameset"}))
def test_dropped_elements_go_with_what_they_hold(name: str) -> None:
    out = clean(f"<p>a</p><{name} src=x onload=y>inside</{name}><p>b</p>")
    assert f"<{name}" not in out
    assert "onload" not in out


@pytest.mark.parametrize(
    ("html", "out"),
    [
        ("<font color=red>a <b>b</b></font> c", "a <b>b</b> c"),
        ("<marquee>a</marquee>", "a"),
        ("<form><fieldset><legend>l</legend>a</fieldset></form>", "la"),
        ("<center>a</center>", '<div class="center">a</div>'),
        ('<table><tr><td align="RIGHT" bgcolor=red>a</table>', "align-right"),
        ('<td style="text-align: left;">', ""),
        ('<img src=a width="50%" style="height:3em">', '<img src="a" data-width="50%"/>'),
        ('<img src=a width="50" height=40>', '<img src="a"/>'),
        ('<img src=a data-width="50%">', '<img src="a"/>'),
        (
            '<table><col style="width:.%"><col width="1.2.3"><col width=".5%"><col width=5.><tr></table>',
            '<col/><col/><col data-width=".5%"/><col data-width="5px"/>',
        ),
        ('<p class="a onclick=&quot; b">x</p>', '<p class="a b">x</p>'),
        ("<p lang='pt\"x' xml:lang=de>x</p>", '<p lang="de">x</p>'),
        ("<x-y>a</x-y>", "a"),
        ('<p a"b=1 <i=2>x</p>', "<p>x</p>"),
        ("<p>a\x0cb&#1;c&#xFFFE;d</p>", "<p>abcd</p>"),
        ("<input type=checkbox checked>x", '<span class="task">\u2611</span> x'),
        ('<a name="old">x</a>', '<a id="old">x</a>'),
        ('<a name="old" id="new">x</a>', '<a id="new">x</a>'),
        ("<svg><g><a href=x><text>t</text></a></g></svg>", "<text>t</text>"),
        ('<svg><path transform="url(x)" d="M0 0"/></svg>', '<path d="M0 0"/>'),
        ('<svg><g transform="translate(1,2) rotate(3)"/></svg>', '<g transform="translate(1,2) rotate(3)"/>'),
        ('<svg><rect fill="rgb(1, 2, 3)" stroke="URL(#a)"/></svg>', '<rect fill="rgb(1, 2, 3)"/>'),
        ('<svg><rect fill="u\\72l(//x)"/></svg>', "<rect/>"),
        ('<svg><feImage href="x"/><animate attributeName="href" to="javascript:x"/><set/></svg>', "<svg"),
        ("<math><maction actiontype=x><mi>x</mi></maction></math>", "<mi>x</mi></math>"),
        ('<math href="x" xlink:href="y"><mi style="x">x</mi></math>', "<mi>x</mi></math>"),
        ("<!-- a --><p>x</p><?php y ?><!DOCTYPE html>", "<p>x</p>"),
    ],
)
def test_what_is_left(html: str, out: str) -> None:
    cleaned = clean(html)
    assert out in cleaned
    for never in ("<font", "style=", "onclick", "href", "animate", "bgcolor", "maction", "feImage"):
        assert never not in cleaned


def test_each_removal_is_said() -> None:
    assert removed('<p onclick="x" style="color:red;margin:0" foo=1>a<blink>b</blink></p><script>c</script>') == [
        "the attribute 'onclick' of <p>",
        "the style 'color; margin' of <p>",
        "the attribute 'foo' of <p>",
        "the element <blink>",
        "the element <script>",
    ]


def test_a_width_that_is_no_share_of_the_text_is_said() -> None:
    assert removed('<img src=a width=300 style="height: 3em">') == [
        "the width '300' of a picture",
        "the height '3em' of a picture",
    ]
    assert removed('<img src=a width="50%" height=auto>') == []
    assert {each.rule for each in sanitize.clean(tree.parse("<img src=a width=8cm>"))[1]} == {"image-width-share"}


def test_what_pandoc_writes_is_not_reported() -> None:
    assert removed('<a href="#fn1" class="footnote-ref" id="fnref1" role="doc-noteref"><sup>1</sup></a>') == []
    assert removed('<figure><img src="a" alt="b"/><figcaption aria-hidden="true">b</figcaption></figure>') == []
    assert removed('<math display="inline" xmlns="http://www.w3.org/1998/Math/MathML"><mi>x</mi></math>') == []
    assert removed('<label><input type="checkbox" />task</label>') == []


def test_tex_is_kept_beside_a_formula() -> None:
    html = (
        "<math display=block><semantics><mi>x</mi><annotation encoding=application/x-tex> x </annotation></semantics>"
        "</math>"
    )
    assert clean(html) == (
        '<span class="math display" data-tex="x"><math xmlns="http://www.w3.org/1998/Math/MathML" display="block">'
        "<mi>x</mi></math></span>"
    )


def test_depth_is_limited() -> None:
    with pytest.raises(sanitize.TooDeepError):
        sanitize.clean(tree.parse("<em>" * 150 + "x"))
    assert tree.is_too_deep("<div>" * 500)
    assert not tree.is_too_deep("<p>a<br><p>b<li>c" * 500)
    assert not tree.is_too_deep("<b>x</b>" * 500)


def test_a_short_text_is_never_taken_for_a_file(tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("x") / "secret.html"
    file.write_text("secret")
    assert "".join(tree.parse(str(file)).itertext()) == str(file)


PIECES = re.split(
    " ",
    "<p> </p> <b> <i </i> <div> </div> <table> <tr> <td> <svg> <math> <mtext> <script> </script> <style> <a href= "
    "javascript:x '\" > < & &lt &#0; onclick= = <!-- --> <![CDATA[ ]]> <title> <select> <template> <foreignObject> "
    "<annotation-xml encoding=text/html> <mglyph> <noscript> <plaintext> <body onload=x> x=y xmlns:a=b a:b=c ",
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_whatever_comes_is_well_formed_and_allowed(html: str) -> None:
    root = etree.fromstring(f"<div>{clean(html)}</div>")
    for element in root.iter():
        name = etree.QName(element).localname
        assert name in allowlist.ELEMENTS.keys() | allowlist.MATH | allowlist.SVG
        for key, value in element.attrib.items():
            assert not str(key).startswith(("on", "style"))
            assert "javascript" not in str(value) or key in ("class", "id", "title")
