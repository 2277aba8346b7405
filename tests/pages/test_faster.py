"""What WeasyPrint does and what we let it do with less work: the same boxes, the same bytes."""

import contextlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from galleys import composed, note, paragraph

from bookforge.diagnostics import Location
from bookforge.edition import Stylesheet
from bookforge.writers import engine
from bookforge.writers.assembly.drawn import Drawn
from bookforge.writers.engine import Engine, Materials
from bookforge.writers.galleys import Galleys

TEXT = (
    "The lantern in the arena was never lit, and afterwards we walked to the harbour without understanding; "
    "extraordinarily particular circumstances, self-made and well-nigh incomprehensible, difficult office affairs. "
)
LONG = TEXT * 12
BODIES = {
    "plain": paragraph("a.p-1", LONG) + paragraph("a.p-2", LONG),
    "hyphens": f'<p id="a.p-1" style="hyphens: auto; width: 90pt" lang="en">{LONG}</p><p class="thin">{TEXT}</p>',
    "initial": f'<p class="big" id="a.p-1">{LONG}</p><p class="small-first">{LONG}</p>',
    "faces": f'<p>{TEXT}<em>{TEXT}</em><strong>{TEXT}</strong> <small class="caps">{TEXT}</small> x<sup>2</sup></p>',
    "spaced": f'<p class="tracked">{LONG}</p><p class="wide">{LONG}</p><p class="wide tracked">{LONG}</p>',
    "features": f'<p class="old">{TEXT} 0123456789 ffi</p><p class="plain-letters">{TEXT} ffi fl</p>',
    "decorated": f'<p>{TEXT}<u>{TEXT}</u> <s>gone</s> <a href="#a.p-9" class="over">{TEXT}</a></p><p id="a.p-9">.</p>',
    "table": f"<table><tr><th>{TEXT}</th><td>1</td></tr><tr><td>2</td><td><i>{TEXT}</i></td></tr></table>",
    "collapsed": f'<table class="collapsed"><tr><td>{TEXT}</td><td>1</td></tr><tr><td>2</td><td>3</td></tr></table>',
    "floats": f'<div class="aside">{TEXT}</div><p>{LONG}</p><div class="aside right">{TEXT}</div><p>{LONG}</p>',
    "notes": "".join(paragraph(f"a.p-{at}", LONG + note(at, TEXT * at)) for at in (1, 2, 3)),
    "rtl": f'<p dir="rtl" class="rtl" lang="he">שלום עולם {TEXT} שלום</p><p>{TEXT} שלום (עולם) 12.</p>',
    "missing": f"<p>{TEXT} 漢字 \U0001f600 and \u2042.</p>",
    "marks": "<p>e\u0301 x\u0323\u0302 q\u0307\u200b a\u2060b \u00ad soft\u00adhyphen, no\u00a0break \u2009thin</p>",
    "lines": f'<p class="pre">One\ttwo\n  three\n{TEXT}</p><p class="lines">a b\nc\n</p><p class="any">{"x" * 99}</p>',
    "lists": f"<ol><li>{TEXT}</li><li id='a.i'>{TEXT}<ul><li>x</li></ul></li></ol><dl><dt>a</dt><dd>{TEXT}</dd></dl>",
    "boxes": f'<div class="flex"><p>{TEXT}</p><p>b</p></div><div class="grid"><p>{TEXT}</p><p>b</p></div>',
    "columns": f'<div class="columns"><p>{LONG}</p><p id="a.c">{LONG}</p></div>',
    "generated": f'<p class="before leader" id="a.g">{TEXT}</p><p class="before">b</p><p class="first">{LONG}</p>',
    "ended": "".join(
        f'<p class="lines {looks}" lang="en">{TEXT}\n{TEXT} \n\n soft\u00adly end\u00ad\nx\n<b>{TEXT}\n{TEXT} </b>\n'
        f"{LONG}\n</p>"
        for looks in ("justified", "justified wide", "justified tracked", "hyphenated", "justified thin", "any thin")
    ),
    "cut": f'<p class="cut">{LONG}</p>',
    "turned": f'<p class="turned">{TEXT}</p><p class="faint">{TEXT}</p><p class="placed">{TEXT}</p>',
    "ids": "".join(
        f'<p id="a.q-{at}" style="margin-left: {at % 2}em"><span>{TEXT}</span><span id="a.s-{at}">x</span></p>'
        for at in range(4)
    ),
}
RULES = """
.big::first-letter { float: left; font-size: 3em; line-height: 1 } .small-first::first-letter { font-size: 2em }
.caps { font-variant-caps: small-caps } .tracked { letter-spacing: .1em } .wide { word-spacing: .4em }
.old { font-variant-numeric: oldstyle-nums; font-feature-settings: "ss01" } .plain-letters { font-kerning: none;
font-variant-ligatures: none } u { text-decoration: underline } s { text-decoration: line-through }
.over { text-decoration: overline underline 2pt; text-underline-offset: 2pt } td, th { border: 1pt solid; padding: 2pt }
.collapsed { border-collapse: collapse } .aside { float: left; width: 40%; margin: 5% } .right { float: right }
.rtl { direction: rtl } .pre { white-space: pre-wrap; tab-size: 3 } .lines { white-space: pre-line }
.any { overflow-wrap: anywhere } .flex { display: flex } .grid { display: grid; grid-template-columns: 1fr 2fr }
.columns { columns: 2 } .before::before { content: attr(id) "» "; color: gray } .leader::after {
content: leader(".") target-counter("#a.g", page) } .first::first-line { font-variant-caps: small-caps; color: red }
.cut { white-space: nowrap; overflow: hidden; text-overflow: ellipsis }
.thin { width: 20pt } .justified { text-align: justify; text-align-last: justify } .hyphenated { hyphens: auto }
.turned { transform: rotate(3deg) } .faint { opacity: .5 } .placed { position: relative; left: 2pt; min-height: 30% }
#a\\.q-1 > span { font-style: italic } p:nth-child(3n) span { color: #333 } @layer low { span { color: blue } }
p { --own: 1pt; padding-top: var(--own); box-sizing: border-box; width: calc(100% - 2pt) }
dl { text-transform: uppercase }
#a\\.s-2 { -weasy-anchor: "other" }
"""


def made(body: str, folder: Path, rules: str = RULES) -> tuple[list[object], Drawn]:
    """Lay a section out and draw it; give every box with what it has, and the drawing."""
    composition = composed(body)
    sheets = (*composition.stylesheets, Stylesheet("more.css", "more.css", rules))
    materials = Materials(sheets, composition.assets, composition.fonts, folder)
    galleys = Galleys(materials, Location("a.md"))
    end = '<div id="end" style="break-before: page">.</div></body>'
    galley = galleys.lay(composition.documents[0].text.replace("</body>", end), sheets, "a", "end")
    boxes = [_seen(box) for page in galley.laid.document.pages for box in page._page_box.descendants()]
    return boxes, galleys.draw(galley, {}, "key")


def _seen(box: Any) -> object:
    plain = (bool, int, float, str, bytes, type(None))
    its = {name: value for name, value in sorted(vars(box).items()) if isinstance(value, plain)}
    return type(box).__name__, its


@contextlib.contextmanager
def as_it_is(self: object) -> Iterator[None]:
    """In the place of what makes the engine faster."""
    yield


@pytest.mark.parametrize("name", BODIES)
def test_boxes_and_drawings_are_the_same(name: str, cache_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, drawn = made(BODIES[name], cache_folder)
    monkeypatch.setattr(Engine, "quick", as_it_is)
    theirs, expected = made(BODIES[name], cache_folder)
    assert ours == theirs
    assert drawn == expected
    assert len(drawn.drawing.pages) > 0


def test_what_is_replaced_takes_the_same_and_is_put_back(cache_folder: Path) -> None:
    made(BODIES["plain"], cache_folder)
    from bookforge.writers.assembly import faster

    theirs = [getattr(place, name) for place, name, _ in faster._places()]
    with faster.at_work():
        assert [getattr(place, name) for place, name, _ in faster._places()] == [ours for *_, ours in faster._places()]
    assert [getattr(place, name) for place, name, _ in faster._places()] == theirs
    names = {name for _, name, _ in faster._places()}
    assert names == {
        *("resolve_percentages", "line_size", "_font_style_cache_key", "draw_first_line", "StyleFor", "setup"),
        *("is_in_normal_flow", "page_references", "split_first_line", "add_word_spacing", "reactivate", "deactivate"),
    }, "WeasyPrint has other names for these: see writers/assembly/faster.py"
    for (_, name, ours), original in zip(faster._places(), theirs, strict=True):
        if callable(original):
            expected = [*inspect.signature(original).parameters]
            assert [*inspect.signature(ours).parameters] == expected, f"WeasyPrint's {name} takes other things"
        assert name in (faster.__doc__ or "")


@pytest.fixture
def asked(cache_folder: Path) -> tuple[Any, set[str]]:
    """A style, and the properties it was asked for."""
    made(BODIES["plain"], cache_folder)
    from weasyprint.css import InitialStyle
    from weasyprint.text.fonts import FontConfiguration

    names: set[str] = set()

    class Style(InitialStyle):  # type: ignore[misc]
        def __getitem__(self, key: str) -> object:
            names.add(key)
            return super().__getitem__(key)

    style = Style(FontConfiguration())
    style.update(lang="en", text_decoration_line={"underline"}, font_variation_settings=(("wght", 300),))
    return style, names


def test_all_that_decides_about_setting_a_text_is_known(asked: tuple[Any, set[str]]) -> None:
    from weasyprint.text.line_break import Layout

    from bookforge.writers.assembly import faster

    style, names = asked
    Layout(style)
    assert names == set(faster.SET_UP_BY), "WeasyPrint's Layout.setup asks for other properties: see faster.SET_UP_BY"


def test_all_that_decides_about_a_line_is_known(asked: tuple[Any, set[str]]) -> None:
    from types import SimpleNamespace

    from weasyprint.text.line_break import split_first_line

    from bookforge.writers.assembly import faster

    style, names = asked
    style.update(hyphens="auto", hyphenate_limit_zone=SimpleNamespace(unit="%", value=10))
    for text in ("incomprehensibilities", "a b\tc", "soft\u00adhyphen and more", LONG):
        split_first_line(text, style, SimpleNamespace(dictionaries={}), 60, 0)
    expected = {*faster.SET_UP_BY, *faster.ENDED_BY}
    assert names == expected, "WeasyPrint's split_first_line asks for other properties: see faster.ENDED_BY"


@pytest.mark.parametrize("name", ["plain", "hyphens", "spaced", "decorated", "rtl", "lines", "notes"])
def test_lines_remembered_are_the_same(name: str, cache_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = made(BODIES[name], cache_folder)
    from bookforge.writers.assembly import faster

    def never(*_: object) -> object:
        raise AssertionError("a line was broken again")

    monkeypatch.setattr(faster, "_split", never)
    assert made(BODIES[name], cache_folder) == first


def test_no_more_lines_are_remembered_than_there_is_room_for(
    cache_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = made(BODIES["plain"], cache_folder)
    from bookforge.writers.assembly import faster

    monkeypatch.setattr(faster, "KEPT_LINES", 3_000)
    monkeypatch.setattr(faster, "_KEPT_LOOKS", 1)
    monkeypatch.setattr(faster, "_KEPT_FONTS", 1)
    faster._lines.clear()
    assert made(BODIES["plain"], cache_folder) == expected
    (lines,) = faster._lines.values()
    assert 1 <= len(lines.known) <= 5
    assert len(faster._looks) <= 2


def test_stylesheets_are_read_once_a_process_and_what_they_say_is_said_each_time(cache_folder: Path) -> None:
    composition = composed("<p>One.</p>")

    def read(rules: str) -> tuple[Any, list[str]]:
        materials = Materials(composition.stylesheets, composition.assets, composition.fonts, cache_folder)
        said: list[str] = []
        (css,) = Engine(materials)._sheets(
            (Stylesheet("own.css", "own.css", rules),), lambda finding: said.append(finding.message)
        )
        return css, said

    first, said = read('p { colour: red } q { content: "\\201c" }')
    again, repeated = read('p { colour: red } q { content: "\\201c" }')
    assert first is again
    assert said == repeated != []
    for rules in (
        "@FONT-FACE { src: url(x) }",
        "@counter-style x { symbols: a }",
        "@coun\\74 er-style y { symbols: b }",
    ):
        assert read(rules)[0] is not read(rules)[0]


def test_no_more_stylesheets_are_kept_than_there_is_room_for(
    cache_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_KEPT_SHEETS", 2)
    monkeypatch.setattr(engine, "_read", {})
    composition = composed("<p>One.</p>")
    reader = Engine(Materials(composition.stylesheets, composition.assets, composition.fonts, cache_folder))
    sheets = [Stylesheet(f"{at}.css", "", f"p {{ margin: {at}pt }}") for at in range(4)]
    for at in (0, 1, 0, 2):
        reader._sheets((sheets[at],), lambda _: None)
    assert [*engine._read] == [sheets[0], sheets[2]]
    monkeypatch.setattr(engine, "_KEPT_RULES", len(sheets[1].text))
    reader._sheet(sheets[1])
    assert [*engine._read] == [sheets[1]]


JUSTIFIED = (
    f'<p class="lines justified wide">{TEXT} and more\n{LONG[:60]}\u00a0so\n<b>{TEXT}</b> {TEXT}\n{TEXT}</p>'
    f'<p class="lines justified" style="word-spacing: -0.7pt">{TEXT}, {TEXT}\n{TEXT} \u05d0\u05d1 {TEXT}\n{TEXT}</p>'
)


def test_a_line_is_shaped_once(cache_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Engine, "quick", as_it_is)
    _, expected = made(JUSTIFIED, cache_folder)
    monkeypatch.undo()
    from bookforge.writers.assembly import shaped

    anew: list[str] = []
    its = shaped.its_reactivate
    monkeypatch.setattr(shaped, "its_reactivate", lambda self, style: (anew.append(self.text), its(self, style)))
    monkeypatch.setattr(shaped._Trust, "proofs", 0)
    monkeypatch.setattr(shaped._Trust, "lost", False)
    for proofs in (0, shaped._PROOFS):
        shaped._Trust.proofs = proofs
        anew.clear()
        assert made(JUSTIFIED, cache_folder)[1] == expected
    assert not shaped._Trust.lost
    assert not any(TEXT in text and text.isascii() for text in anew)


def test_where_spaces_are_widened_in_another_way_all_is_shaped_anew(
    cache_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, expected = made(JUSTIFIED, cache_folder)
    from bookforge.writers.assembly import shaped

    monkeypatch.setattr(shaped, "_left", lambda added: added)
    monkeypatch.setattr(shaped._Trust, "proofs", 0)
    monkeypatch.setattr(shaped._Trust, "lost", False)
    assert made(JUSTIFIED, cache_folder)[1] == expected
    assert shaped._Trust.lost


def test_styles_are_kept_from_document_to_document(cache_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = f"{RULES} body {{ overflow: hidden }} html {{ font-size: 11pt }}"
    from bookforge.writers.assembly import styles

    made(BODIES["faces"], cache_folder, rules)
    made(BODIES["faces"], cache_folder, rules)  # its stylesheets are known by now
    new: list[object] = []
    family = styles._Family
    monkeypatch.setattr(styles, "_Family", lambda *its: (new.append(its), family(*its))[1])
    ours = [made(BODIES[name], cache_folder, rules) for name in ("faces", "plain", "faces")]
    new.clear()
    assert made(BODIES["plain"], cache_folder, rules) == ours[1]
    assert new == []
    from bookforge.writers import engine

    kept = [
        vars(each)["_styles"].families.values() for each in engine._configurations.values() if "_styles" in vars(each)
    ]
    # The engine takes the overflow of a body for the page's, and changes its style.
    assert any(family.style["overflow"] == "hidden" for families in kept for family in families)
    assert ours[0] == ours[2]
    monkeypatch.setattr(Engine, "quick", as_it_is)
    assert made(BODIES["plain"], cache_folder, rules) == ours[1]
    assert made(BODIES["faces"], cache_folder, rules) == ours[0]


def test_a_style_that_is_a_part_of_the_page_is_not_kept(cache_folder: Path) -> None:
    vast = "p { padding-left: 10vw } .aside { width: 20pvmin }"
    narrow, wide = (f"@page {{ size: {size} }} {vast}" for size in ("4in", "6in"))
    for rules in (narrow, wide, narrow, wide):
        ours, drawn = made(BODIES["floats"], cache_folder, rules)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Engine, "quick", as_it_is)
            assert made(BODIES["floats"], cache_folder, rules) == (ours, drawn)
