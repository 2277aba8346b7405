"""Lines as data: baselines, what is text on the grid, where blocks start and end, hyphens, word spaces."""

import press
import pytest

from bookforge.laid import Line
from conftest import Pressed

LONG = (
    "Extraordinarily understanding neighbours communicate disappointments unaccompanied by anything that I can name, "
    "and it did not feel like a thing I chose to tell to people whom I had not met. "
)


def lines(pressed: Pressed, block: str) -> list[Line]:
    return [line for page in pressed.laid.pages for line in page.lines if line.block == block]


def off(pressed: Pressed, line: Line) -> float:
    """Measure how far a line's baseline is from the grid's nearest."""
    (page,) = [page for page in pressed.laid.pages if line in page.lines]
    away = (line.baseline - page.first) % page.leading
    return min(away, page.leading - away)


def test_a_page_knows_its_type_area_and_its_grid(chapter):
    page = chapter("<p>FILLER</p>" * 4).laid.pages[1]
    assert page.leading == pytest.approx(14)
    lines = (page.bottom - page.top) / page.leading
    assert lines == pytest.approx(round(lines), abs=0.01)
    assert page.top < page.first < page.top + page.leading
    assert page.lines[0].baseline == pytest.approx(page.first, abs=0.01)
    assert page.left == pytest.approx(min(line.x for line in page.lines), abs=0.01)
    assert max(line.x + line.width for line in page.lines) == pytest.approx(page.right, abs=0.1)


@pytest.mark.parametrize(
    "odd",
    [
        "plain words",
        "<em>slanted</em> and <strong>bold</strong>",
        "x<sup>2</sup> and H<sub>2</sub>O",
        '<span class="small-caps">Small Caps</span>',
        '<span style="letter-spacing: 0.3em">wide</span>',
        '<span style="font-size: 8pt; line-height: 0">small</span>',
    ],
)
def test_a_line_of_text_stands_on_the_grid_whatever_is_in_it(chapter, odd):
    pressed = chapter(f'<p id="c.p">{LONG}{odd} {LONG}</p>')
    found = lines(pressed, "c.p")
    assert all(line.body and line.kind == "body" for line in found)
    assert max(off(pressed, line) for line in found) < 0.02


def test_a_tall_picture_in_a_line_pushes_its_baseline_off_the_grid(chapter):
    picture = '<img src="images/arena.svg" alt="A light" style="height: 21pt; vertical-align: baseline">'
    pressed = chapter(f'<p id="c.p">{LONG}{picture} {LONG}</p>')
    pushed = [line for line in lines(pressed, "c.p") if off(pressed, line) > 0.25]
    assert pushed
    taller = next(line for line in lines(pressed, "c.p") if line.height > 14.1)
    assert taller == pushed[0]
    area = pressed.laid.pages[0].pictures[0]
    assert area.y + area.height == pytest.approx(taller.baseline, abs=0.02)
    assert area.height == pytest.approx(21, abs=0.01)


def test_a_letter_that_drops_belongs_to_the_first_lines_text(chapter):
    drop = '<span style="float: left; font-size: 30pt; line-height: 28pt">T</span>'
    pressed = chapter(f'<p id="c.p">{drop}he light. {LONG}</p>')
    found = lines(pressed, "c.p")
    assert found[0].text.startswith("The light.")
    assert (found[0].starts, found[0].ends, found[1].starts) == (True, False, False)
    assert max(off(pressed, line) for line in found) < 0.02
    assert "The light." in pressed.laid.text


KINDS = {
    "arena.p-1": ("body", True),
    "arena.title": ("opening", False),
    "things.h1": ("heading", False),
    "things.l3": ("letter", False),
    "things.l5": ("letter", False),
    "things.v1": ("verse", False),
    "things.t2p": ("other", False),
    "things.q": ("quote", False),
    "things.bq1": ("quote", False),
    "things.p-1": ("quote", False),
    "things.qa2": ("body", True),
    "things.vo1": ("body", True),
    "things.li1": ("list", True),
    "things.li2b": ("list", True),
    "things.li5": ("list", True),
    "things.d2": ("list", False),
    "things.fig": ("caption", False),
    "things.pre": ("code", False),
    "dedication.p-1": ("other", False),
    "timeline": ("generated", False),
    "contents": ("generated", False),
    "copyright-page": ("generated", False),
    "things.note-9": ("note", False),
}


@pytest.mark.parametrize("block", KINDS)
def test_each_line_is_of_a_kind(sample, block):
    found = lines(sample, block)
    assert {(line.kind, line.body) for line in found} == {KINDS[block]}


def test_a_table_has_a_caption_and_cells(sample):
    found = lines(sample, "things.tb")
    assert [line.kind for line in found] == ["caption", *["table"] * (len(found) - 1)]
    assert not any(line.body for line in found)


def test_notes_at_the_foot_come_last_and_are_no_text_of_the_page(sample):
    page = sample.laid.pages[sample.page_of("arena")]
    assert [line.kind for line in page.lines].index("note") == len(page.lines) - 1
    assert page.lines[-1].text == "A short note."
    assert not page.lines[-1].body


def test_blocks_start_and_end_once_also_across_pages(chapter):
    pressed = chapter("".join(f'<p id="c.p{number}">FILLER</p>' for number in range(8)))
    assert len(pressed.laid.pages) > 2
    for number in range(8):
        found = lines(pressed, f"c.p{number}")
        assert [line.starts for line in found] == [True, *[False] * (len(found) - 1)]
        assert [line.ends for line in found] == [*[False] * (len(found) - 1), True]


def test_a_paragraph_around_a_formula_and_an_item_around_a_list_are_one_block_each(chapter):
    formula = '<span class="math display"><img src="images/arena.svg" alt="x"></span>'
    pressed = chapter(
        f'<p id="c.p">one{formula}two</p><ul><li id="c.a">outer<ul><li id="c.b">inner</li></ul></li></ul>'
    )
    assert [(line.text, line.starts, line.ends) for line in lines(pressed, "c.p")] == [
        ("one", True, False),
        ("two", False, True),
    ]
    assert [(line.starts, line.ends) for line in lines(pressed, "c.a") + lines(pressed, "c.b")] == [(True, True)] * 2


def test_hyphens_that_divide_a_word_are_told_from_others(chapter):
    typed = (
        "We went up and over the long-lost-and-found-again-and-then-for-ever-given-up-and-at-last-forgotten-hill pre-"
    )
    pressed = chapter(f'<p id="c.p">{LONG * 6}</p><p id="c.q">{typed}</p><p id="c.r">A dash —</p>')
    found = lines(pressed, "c.p")
    assert [line.hyphen for line in found] == [line.text.endswith("\u2010") for line in found]
    assert any(line.hyphen for line in found)
    *inner, last = lines(pressed, "c.q")
    assert inner
    assert all(line.hyphen == line.text.endswith(("-", "\u2010")) for line in inner)
    assert not last.hyphen
    assert not lines(pressed, "c.r")[0].hyphen


def test_a_soft_hyphen_that_shows_is_a_hyphen(chapter):
    pressed = chapter(f'<p id="c.p" style="hyphens: manual">{"mmmm&#173;mmmm&#173;" * 30}</p>')
    assert [line.hyphen for line in lines(pressed, "c.p")][:-1] == [True] * (len(lines(pressed, "c.p")) - 1)


def test_stretch_is_the_space_between_words_over_the_normal_one(chapter):
    normal = chapter('<p id="c.p" style="text-align: left">a b c</p>')
    (ragged,) = lines(normal, "c.p")
    tight = chapter('<p id="c.p">abc</p>')
    space = (ragged.width - lines(tight, "c.p")[0].width) / 2
    pressed = chapter('<p id="c.p" style="text-align-last: justify">a b c</p>')
    (spread,) = lines(pressed, "c.p")
    page = pressed.laid.pages[0]
    expected = (page.right - page.left - (ragged.width - 2 * space)) / 2 / space
    assert spread.stretch == pytest.approx(expected, rel=0.01)
    assert ragged.stretch is None
    assert lines(tight, "c.p")[0].stretch is None


@pytest.mark.parametrize("style", ["letter-spacing: 2pt", "font-size: 20pt; line-height: 14pt", "word-spacing: 4pt"])
def test_stretch_is_measured_by_the_fonts_of_the_line(chapter, style):
    pressed = chapter(f'<p id="c.p"><span style="{style}">{LONG}</span></p>')
    found = lines(pressed, "c.p")
    assert found[-1].stretch is None
    assert all(line.stretch is None or line.stretch > 1 for line in found)
    ragged = chapter(f'<p id="c.p" style="text-align: left"><span style="{style}">{LONG}</span></p>')
    for justified, natural in zip(found[:-1], lines(ragged, "c.p")[:-1], strict=True):
        assert justified.text == natural.text
        if justified.stretch is not None:
            spaces = justified.text.count(" ")
            added = (justified.width - natural.width) / spaces
            assert justified.stretch == pytest.approx(1 + added / space_of(chapter, style), rel=0.02)


def space_of(chapter, style: str) -> float:
    """Measure a word space of a style by the widths of two lines."""
    one, two = (
        chapter(f'<p id="c.p" style="text-align: left; text-indent: 0"><span style="{style}">{text}</span></p>')
        for text in ("mm", "m m")
    )
    return lines(two, "c.p")[0].width - lines(one, "c.p")[0].width


@pytest.mark.parametrize("align", ["right", "center", "left"])
def test_lines_that_are_not_justified_are_not_spread(chapter, align):
    pressed = chapter(f'<p id="c.p" style="text-align: {align}">{LONG}</p>')
    assert {line.stretch for line in lines(pressed, "c.p")} == {None}


def test_lines_broken_by_hand_are_not_spread(chapter):
    assert lines(chapter('<p id="c.p">a short line<br>and another</p>'), "c.p")[0].stretch is None


def test_scene_breaks_are_told_with_their_space_and_ornament(chapter):
    bare = '<hr class="scene-break" id="c.h" style="background: none; height: 14pt">'
    pressed = chapter(f'<p id="c.p">{LONG}</p><hr class="scene-break"><p>FILLER</p>{bare}<p id="c.q">FILLER</p>')
    first, second = [found for page in pressed.laid.pages for found in page.breaks]
    assert (first.id, first.ornament) == (None, True)
    assert (second.id, second.ornament, second.height) == ("c.h", False, pytest.approx(14, abs=0.01))
    (page,) = [page for page in pressed.laid.pages if first in page.breaks]
    last = [line for line in page.lines if line.block == "c.p"][-1]
    assert first.y == pytest.approx(last.y + last.height, abs=0.01)


def test_blank_pages_carry_no_mark(sample):
    assert {page.marked for page in sample.laid.pages if page.blank} == {False}
    assert {page.marked for page in sample.laid.pages if not page.blank} == {True}


def test_plates_have_a_picture(sample):
    (plate,) = [page for page in sample.laid.pages if page.name == "plate"]
    assert len(plate.pictures) == 1
    assert plate.pictures[0].height > 100


def test_proof_notes_beside_a_line_do_not_cut_it(cache_folder):
    body = '<p id="c.p">One<span class="source-ref" data-generated="">a.md:1</span> line.</p>'
    pressed = Pressed(press.compose(press.chapter(body), "proof"), cache_folder)
    assert [line.text for line in lines(pressed, "c.p") if line.authored] == ["One line."]
