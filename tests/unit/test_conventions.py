import pytest

from bookforge import xhtml
from bookforge.markdown import blocks, conventions, headings, verse
from bookforge.xhtml import Element


def shaped(markup: str) -> str:
    root = xhtml.read(markup)
    blocks.tidy(root)
    conventions.apply(root)
    return xhtml.write(root).replace("\n", "")


def problems(markup: str) -> list[str]:
    return [each.rule for each in conventions.apply(xhtml.read(markup))]


@pytest.mark.parametrize(
    ("markup", "out"),
    [
        ("<div>a <b>b</b><p>c</p>d</div>", "<div><p>a <b>b</b></p><p>c</p><p>d</p></div>"),
        ("a<hr/>b", '<p>a</p><hr class="scene-break"/><p>b</p>'),
        ("<p>\n a \n</p>", "<p>a</p>"),
        ("<p> </p><p/><h2/><p>\u00a0</p>", "<p>\u00a0</p>"),
        ("<p><b> </b></p>", ""),
        ('<p id="kept"/>', '<p id="kept"/>'),
        ("<em><p>a</p></em>", "<p>a</p>"),
        ('<span lang="pt"><p>a</p></span>', '<div lang="pt"><p>a</p></div>'),
        ("<dl><dt>a</dt><dd>\nb<em>c</em>\nd\n</dd></dl>", "<dl><dt>a</dt><dd><p>b<em>c</em></p><p>d</p></dd></dl>"),
        ("<dl><dt>a</dt><dd>\nb<br/>\nc\n</dd></dl>", "<dl><dt>a</dt><dd>b<br/>c</dd></dl>"),
        ("<dl><dt>a</dt><dd>b\n<ul><li>c</li></ul></dd></dl>", "<dl><dt>a</dt><dd>b<ul><li>c</li></ul></dd></dl>"),
    ],
)
def test_every_text_is_in_a_block(markup: str, out: str) -> None:
    assert shaped(markup) == out


@pytest.mark.parametrize("name", conventions.PARAGRAPH_CLASSES)
def test_a_span_names_the_paragraph_it_fills(name: str) -> None:
    assert shaped(f'<p><span class="{name}">a <em>b</em></span></p>') == f'<p class="{name}">a <em>b</em></p>'
    beside = f'<p><span class="{name}">a</span> b</p>'
    assert shaped(beside) == beside


def test_two_spans_name_nothing() -> None:
    markup = '<p><span class="closing">a</span> <span class="signature">b</span></p>'
    assert shaped(markup) == markup


@pytest.mark.parametrize(
    ("markup", "out"),
    [
        ('<p><img src="a" alt="b"/></p>', '<figure><img src="a" alt="b"/></figure>'),
        (
            '<figure><img src="a" data-credit=" C  D "/></figure>',
            '<figure><img src="a"/><figcaption><span class="credit">C D</span></figcaption></figure>',
        ),
        (
            '<figure><img src="a" data-credit="C"/><figcaption><p>x <em>y</em></p></figcaption></figure>',
            '<figure><img src="a"/><figcaption>x <em>y</em> <span class="credit">C</span></figcaption></figure>',
        ),
    ],
)
def test_figures(markup: str, out: str) -> None:
    assert shaped(markup) == out


@pytest.mark.parametrize(
    ("line", "out"),
    [
        ("a", '<span class="line">a</span>'),
        ("\u00a0a", '<span class="line">a</span>'),
        ("\u00a0\u00a0a", '<span class="line i1">a</span>'),
        ("\u00a0" * 99 + "a", '<span class="line i8">a</span>'),
    ],
)
def test_indents_of_verse(line: str, out: str) -> None:
    root = xhtml.read(f'<div class="line-block">{line}</div>')
    verse.apply(root)
    assert xhtml.write(root) == f'<div class="verse"><p class="stanza">{out}</p></div>'


@pytest.mark.parametrize(
    ("markup", "rules"),
    [
        ('<div class="voice" data-by="her"><p>a</p></div>', []),
        ('<div class="voice"><p>a</p></div>', ["voice-named"]),
        ('<div class="plate"><figure/></div>', []),
        ('<div class="plate"><p>a</p></div>', ["plate-holds-image"]),
        ('<div class="plate"/>', ["plate-holds-image"]),
        ('<div class="transcript"><p>a</p></div>', ["transcript-has-speakers"]),
        ('<p><span class="math inline">$x</span></p>', ["math-converts"]),
    ],
)
def test_problems(markup: str, rules: list[str]) -> None:
    assert problems(markup) == rules


def queries(markup: str, count: int) -> str:
    root = xhtml.read(markup)
    conventions.mark_queries(root, count, set())
    return xhtml.write(root)


def test_only_our_queries_are_queries() -> None:
    assert queries('<p><span data-query="1"/></p>', 1) == '<p><span data-query="1" class="query"/></p>'
    assert queries('<p><span data-query="2" class="query"/></p>', 1) == "<p><span/></p>"
    assert queries('<p><span data-query="1"/><span data-query="1"/></p>', 1).count("data-query") == 1
    assert queries('<p><b class="query x">y</b></p>', 1) == '<p><b class="x">y</b></p>'
    assert queries('<p><span data-query="1">words</span></p>', 1) == "<p><span>words</span></p>"


def levels(*typed: int) -> list[int]:
    root: Element = xhtml.read("".join(f"<h{level}>x</h{level}>" for level in typed))
    headings.normalise(root)
    return [int(str(each.tag)[1]) for each in root]


@pytest.mark.parametrize(
    ("typed", "levels_set"),
    [
        ((1, 2, 3), [1, 2, 3]),
        ((3, 4, 3), [1, 2, 1]),
        ((1, 3, 2), [1, 2, 2]),
        ((2, 1, 2), [1, 1, 2]),
        ((1, 6, 6, 1, 6), [1, 2, 2, 1, 2]),
        ((6,), [1]),
        ((), []),
    ],
)
def test_heading_levels(typed: tuple[int, ...], levels_set: list[int]) -> None:
    assert levels(*typed) == levels_set
