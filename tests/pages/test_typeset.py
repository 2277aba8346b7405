"""The plan of the pages: text on the grid, notes parted over pages, breaks that are seen, pages known before."""

import dataclasses
import random
from pathlib import Path

import galleys
import pytest
from galleys import Mixture, composed, note, noted, notes, paragraph, set_book, words

from bookforge import formulas, makeup, typeset
from bookforge.composer import breaking
from bookforge.edition import Setting, Stylesheet
from bookforge.typeset import grid
from bookforge.typeset.grid import Grid
from bookforge.writers.galley import Galley


@pytest.fixture
def chance() -> random.Random:
    return random.Random(7)


OFF_GRID = {
    "a quotation in smaller type": '<blockquote id="a.q" style="font: 9.5pt/12.3pt Cardo">TEXT</blockquote>',
    "a picture": '<figure id="a.f"><img src="images/arena.svg" style="height: 71pt; vertical-align: top"/></figure>',
    "a table": '<table id="a.t"><tbody><tr><td>a</td></tr><tr><td>b</td></tr></tbody></table>',
    "code": '<pre id="a.c"><code>x = 1\ny = 2\nz = 3</code></pre>',
    "a heading": '<h3 id="a.h">A Heading</h3>',
    "a list": '<ul id="a.u"><li id="a.l" data-marker="•">One.</li><li id="a.m" data-marker="•">Two.</li></ul>',
    "a rule of any height": '<hr class="scene-break" id="a.r" style="height: 33pt"/>',
}


@pytest.mark.parametrize("block", OFF_GRID)
def test_what_stands_between_takes_whole_lines(block: str, cache_folder: Path, chance: random.Random) -> None:
    between = OFF_GRID[block].replace("TEXT", paragraph("a.inner", words(40, chance)))
    body = paragraph("a.p-1", words(60, chance)) + between + paragraph("a.p-2", words(300, chance))
    book = set_book(composed(body + between.replace('id="a.', 'id="a.2') + paragraph("a.p-3", "End.")), cache_folder)
    assert len(book.laid.pages) > 1
    assert book.off_grid() == []
    assert [*typeset.unsettled(book.plan)] == []


@pytest.mark.parametrize("block", OFF_GRID)
def test_what_will_be_added_is_foreseen(
    block: str, cache_folder: Path, chance: random.Random, layouts: list[str]
) -> None:
    """A greedy layout and the planned one are enough, wherever the pages of the first end."""
    body = ""
    for number in range(1, 13):
        between = OFF_GRID[block].replace("TEXT", paragraph("a.inner", words(40, chance)))
        body += paragraph(f"a.p-{number}", words(chance.randint(35, 110), chance))
        body += between.replace('id="a.', f'id="a.{number}') if number in {3, 7, 10} else ""
    book = set_book(composed(body), cache_folder)
    assert book.plan.corrections["a"].starts
    assert book.off_grid() == []
    assert layouts == ["a", "a"]


IN_A_LINE = ("<code>x = 1</code>", "x<sup>2</sup>", "<em>italic</em>", "שלום", "Ω → ☃", "<b>bold</b> <i>אור</i>")


@pytest.mark.parametrize("sign", IN_A_LINE)
def test_nothing_in_a_line_pushes_it_off_the_grid(sign: str, cache_folder: Path, chance: random.Random) -> None:
    text = " ".join(f"{words(9, chance)} {sign}" for _ in range(12))
    book = set_book(composed(paragraph("a.p-1", text) + paragraph("a.p-2", words(50, chance))), cache_folder)
    assert book.off_grid() == []
    assert book.lost() == []


@pytest.mark.parametrize("formula", ["x^2", r"\frac{a}{b}", r"\sum_{i=0}^{n} i", r"\frac{\frac{a}{b}}{\frac{c}{d}}"])
def test_a_formula_in_a_line_takes_whole_lines(formula: str, cache_folder: Path, chance: random.Random) -> None:
    drawn = '<span class="math inline" data-tex="x"><img src="formulas/x.svg" alt="x"/></span>'
    text = f"{words(20, chance)} {drawn} {words(30, chance)} {drawn}, {words(30, chance)}"
    composition = composed(paragraph("a.p-1", text) + paragraph("a.p-2", words(20, chance)))
    drawing = {"formulas/x.svg": (formulas.draw(formula, False), "image/svg+xml")}
    composition = dataclasses.replace(composition, assets={**composition.assets, **drawing})
    book = set_book(composition, cache_folder)
    assert book.off_grid() == []
    lines = [line for page in book.laid.pages for line in page.lines if line.block == "a.p-1"]
    assert all(line.height % 12 == pytest.approx(0, abs=0.1) or line.height % 12 > 11.9 for line in lines)


def test_what_is_added_is_spread_around_a_block_and_kept_with_a_heading(
    cache_folder: Path, chance: random.Random
) -> None:
    quote = OFF_GRID["a quotation in smaller type"].replace("TEXT", paragraph("a.inner", words(20, chance)))
    around = paragraph("a.p-1", words(60, chance)) + quote + paragraph("a.p-2", words(30, chance))
    margins = set_book(composed(around), cache_folder).plan.corrections["a"].margins
    assert margins["a.q"] == pytest.approx(margins["a.p-2"], abs=0.01)
    heading = '<h3 id="a.h" style="line-height: 17pt">A Heading</h3>'
    under = paragraph("a.p-1", words(60, chance)) + heading + paragraph("a.p-2", words(30, chance))
    assert set(set_book(composed(under), cache_folder).plan.corrections["a"].margins) == {"a.h"}


GREEDY: dict[str, Setting] = {"lines": "greedy", "pages": "full"}
"""As the engine sets text by itself: nothing is chosen, and nothing set again for that."""


def test_a_section_that_needs_nothing_is_laid_out_once(
    cache_folder: Path, chance: random.Random, layouts: list[str]
) -> None:
    book = set_book(composed(paragraph("a.p-1", words(400, chance)), **GREEDY), cache_folder)
    assert layouts == ["a"]
    assert book.composition.parts[0].text == composed(paragraph("a.p-1", words(400, random.Random(7)))).parts[0].text


@pytest.mark.parametrize("count", range(1, 40, 3))
def test_the_last_page_of_a_section_has_five_lines_at_least(count: int, cache_folder: Path) -> None:
    last = paragraph("a.p-2", words(25, random.Random(count)))
    body = paragraph("a.p-1", words(300 + 12 * count, random.Random(count))) + last
    book = set_book(composed(body), cache_folder)
    pages = [page for page in book.laid.pages if any(line.block for line in page.lines)]
    assert len(pages) == 1 or len(pages[-1].lines) >= 5
    assert book.off_grid() == []


@pytest.mark.parametrize("lines", range(22, 28))
def test_a_letters_head_stands_with_two_lines_of_it(lines: int, cache_folder: Path) -> None:
    head = '<p class="dateline" id="a.d">9 March</p><p class="salutation" id="a.s">Dear Anna,</p>'
    letter = f'<div class="letter" id="a.l">{head}{paragraph("a.p-2", words(90, random.Random(1)))}</div>'
    before = "".join(paragraph(f"a.b-{number}", "One line.") for number in range(lines))
    book = set_book(composed(before + letter + paragraph("a.p-3", words(300, random.Random(2)))), cache_folder)
    pages = {name: book.laid.anchors[name][0] for name in ("a.d", "a.s", "a.p-2")}
    assert len(set(pages.values())) == 1, pages
    assert makeup.examine(book.laid.pages).count("stranded") == 0


# ---------------------------------------------------------------- notes


def test_a_note_longer_than_pages_goes_on_whole(cache_folder: Path, chance: random.Random) -> None:
    told = [words(220, chance), f"<em>{words(200, chance)}</em>", words(150, chance)]
    body = paragraph("a.p-1", words(150, chance) + " " + notes(1, told) + ". " + words(100, chance))
    book = set_book(composed(body + paragraph("a.p-2", words(500, chance))), cache_folder)
    pages = book.pages_of("a.note-1")
    assert len(pages) >= 3
    assert pages == [*range(pages[0], pages[-1] + 1)]
    assert pages[0] == book.page_of_call("a.note-1")
    assert book.lost() == []
    assert not book.laid.unfit
    for index in pages:
        assert sum(line.note is None for line in book.laid.pages[index].lines) >= 3, "every page keeps some text"


def test_each_part_has_two_lines_and_no_divided_word(cache_folder: Path, chance: random.Random) -> None:
    body = "".join(
        paragraph(f"a.p-{number}", words(90, chance) + " " + note(number, words(120, chance)) + " " + words(20, chance))
        for number in range(1, 14)
    )
    book = set_book(composed(body, **GREEDY), cache_folder)
    parted = [name for name in book.laid.notes if len(book.pages_of(name)) > 1]
    assert parted
    for name in parted:
        for index in book.pages_of(name):
            assert sum(line.note == name for line in book.laid.pages[index].lines) >= 2
        first = [line for line in book.laid.pages[book.pages_of(name)[0]].lines if line.note == name]
        assert not first[-1].hyphen
        assert first[-1].x + first[-1].width == pytest.approx(first[0].x + first[0].width, abs=0.5), "full last line"
    assert book.lost() == []


@pytest.mark.parametrize("seed", range(4))
def test_a_parted_note_keeps_its_lines(seed: int, cache_folder: Path) -> None:
    """Its later parts were set anew, in more lines than the whole: their pages were planned for those."""
    chance = random.Random(seed)
    body = paragraph("a.p-1", f"{words(150, chance)} {notes(1, [words(200, chance), words(150, chance)])}.")
    book = set_book(composed(body + paragraph("a.p-2", words(500, chance))), cache_folder)
    assert len(book.pages_of("a.note-1")) > 1
    lines = book.plan.corrections["a"].lines
    chosen = sum(len(each.ends) for name, each in lines.items() if name.startswith("a.note-1"))
    assert sum(line.note == "a.note-1" for page in book.laid.pages for line in page.lines) == chosen


def test_thirty_notes_in_a_row(cache_folder: Path, chance: random.Random) -> None:
    body = "".join(
        paragraph(f"a.p-{number}", words(12, chance) + " " + note(number, words(30, chance)) + ".")
        for number in range(1, 31)
    )
    book = set_book(composed(body), cache_folder)
    assert all(book.pages_of(f"a.note-{n}")[0] == book.page_of_call(f"a.note-{n}") for n in range(1, 31))
    assert book.lost() == []
    assert book.off_grid() == []


def test_more_notes_than_pages_hold_go_to_the_end(
    cache_folder: Path, chance: random.Random, layouts: list[str]
) -> None:
    """They were laid out line by line, over and over, for minutes, and stood pages after their calls."""
    called = " ".join(note(number, words(70, chance)) for number in range(1, 31))
    last = paragraph("a.p-2", f"{words(80, chance)} {note(31, words(60, chance))}")
    planned = galleys.plan(composed(paragraph("a.p-1", called) + last, trim="5x8in"), cache_folder)
    assert set(planned.unfit) == {f"a.note-{number}" for number in range(1, 31)}
    assert len(layouts) <= 4


def test_many_notes_are_parted_in_few_layouts(cache_folder: Path, chance: random.Random, layouts: list[str]) -> None:
    body = "".join(
        paragraph(f"a.p-{number}", f"{words(90, chance)} {note(number, words(70, chance))}") for number in range(1, 31)
    )
    book = set_book(composed(body, **GREEDY), cache_folder)
    assert len(layouts) <= 8
    assert any(len(set(book.pages_of(f"a.note-{n}"))) > 1 for n in range(1, 31))
    assert all(book.pages_of(f"a.note-{n}")[0] == book.page_of_call(f"a.note-{n}") for n in range(1, 31))
    assert book.lost() == []
    assert book.off_grid() == []


@pytest.mark.parametrize("before", [65, 70, 75, 80, 85, 90])
def test_a_short_note_at_the_foot_takes_no_whole_paragraph_with_it(before: int, cache_folder: Path) -> None:
    chance = random.Random(1)
    text = paragraph("a.p-1", words(before, chance))
    text += paragraph("a.p-2", f"{words(150, chance)} {note(1, words(9, chance))} {words(44, chance)}")
    book = set_book(composed(text + paragraph("a.p-3", words(300, chance))), cache_folder)
    first = book.laid.pages[0]
    assert first.lines[-1].y + first.lines[-1].height > first.bottom - 4.1 * first.leading
    assert book.pages_of("a.note-1") == [book.page_of_call("a.note-1")]
    assert book.lost() == []
    assert book.off_grid() == []


@pytest.mark.parametrize("seed", [20, 28, 56])
def test_a_page_that_ends_before_the_line_of_a_note_without_room_is_planned(seed: int, cache_folder: Path) -> None:
    book = set_book(composed("".join(noted(seed))), cache_folder)
    starts = book.plan.corrections["a"].starts
    assert any(start.room for start in starts)
    assert len(starts) + 1 == len(book.laid.pages)
    assert all(book.laid.pages[page + 1].lines[0].block == start.block for page, start in enumerate(starts))
    assert all(book.pages_of(name) == [book.page_of_call(name)] for name in book.laid.notes)
    assert makeup.examine(book.laid.pages).count("uneven-spreads") == 0
    assert book.off_grid() == []
    assert book.lost() == []


def test_notes_in_headings_and_quotations(cache_folder: Path, chance: random.Random) -> None:
    quoted = paragraph("a.p-2", f"{words(30, chance)} {note(2, words(300, chance))}")
    body = f'<h3 id="a.h">A Heading {note(1, words(300, chance))}</h3>' + paragraph("a.p-1", words(200, chance))
    body += f'<blockquote id="a.q">{quoted}</blockquote>' + paragraph("a.p-3", words(300, chance))
    book = set_book(composed(body, **GREEDY), cache_folder)
    assert all(len(book.pages_of(name)) > 1 for name in ("a.note-1", "a.note-2"))
    assert all(book.pages_of(name)[0] == book.page_of_call(name) for name in ("a.note-1", "a.note-2"))
    assert book.lost() == []
    assert any(line.body for line in book.laid.pages[0].lines), "the text begins under its heading"


def test_the_last_note_of_a_chapter_ends_before_the_next_chapter(cache_folder: Path, chance: random.Random) -> None:
    long = paragraph("a.p-1", words(90, chance) + " " + note(1, words(500, chance)) + ".")
    book = set_book(composed(long, paragraph("b.p-1", words(50, chance))), cache_folder)
    assert max(book.pages_of("a.note-1")) < book.laid.anchors["b"][0]
    assert book.lost() == []
    assert [*typeset.kept(book.plan, book.laid)] == []


@pytest.mark.parametrize("lengths", [(60, 250), (500, 900)])
def test_pages_with_notes_that_go_on_overleaf_are_planned(lengths: tuple[int, int], cache_folder: Path) -> None:
    chance = random.Random(4)
    body = "".join(
        paragraph(
            f"a.p-{n}", f"{words(150, chance)} {note(n, words(chance.randint(*lengths), chance))} {words(60, chance)}"
        )
        for n in range(1, 8)
    )
    book = set_book(composed(body, trim="5.5x8.5in"), cache_folder)
    assert book.plan.corrections["a"].starts
    parted = book.plan.corrections["a"].notes
    assert parted
    assert makeup.examine(book.laid.pages).count("uneven-spreads") == 0
    for number in range(1, 8):
        pages = [*dict.fromkeys(book.pages_of(name := f"a.note-{number}"))]
        assert pages == [*range(pages[0], pages[0] + (len(parted[name].cuts) + 1 if name in parted else 1))]
        assert pages[0] == book.page_of_call(name)
        assert all(sum(line.note == name for line in book.laid.pages[page].lines) >= 2 for page in pages)
    assert book.off_grid() == []
    assert book.lost() == []


def test_the_last_line_of_a_paragraph_of_a_parted_note_is_not_spread(cache_folder: Path) -> None:
    chance = random.Random(2)
    told = [words(90, chance) + " and no more", words(60, chance)]
    body = paragraph("a.p-1", f"{words(150, chance)} {notes(1, told)} {words(100, chance)}")
    book = set_book(composed(body), cache_folder)
    assert len({*book.pages_of("a.note-1")}) > 1
    stretched = [line.stretch for page in book.laid.pages for line in page.lines if line.note and line.stretch]
    assert max(stretched) < 3


def test_a_parted_note_is_called_once(cache_folder: Path, chance: random.Random) -> None:
    body = paragraph("a.p-1", words(60, chance) + " " + note(1, words(300, chance)) + ", " + words(40, chance))
    book = set_book(composed(body + paragraph("a.p-2", words(20, chance))), cache_folder)
    assert len(book.pages_of("a.note-1")) > 1
    drawn = [
        box.text
        for page in book.laid.document.pages
        for box in page._page_box.descendants()
        if type(box).__name__ == "TextBox" and (box.element_tag or "").endswith("::footnote-call")
    ]
    assert drawn == ["\u20601"]
    # the call and its point stay together
    assert "call1x," in book.laid.text.replace("\n", " ").replace(" ,", "!,")


# ---------------------------------------------------------------- scene breaks


def test_a_scene_break_at_the_edge_of_a_page_shows_its_ornament(cache_folder: Path, chance: random.Random) -> None:
    body = "".join(
        paragraph(f"a.p-{number}", words(chance.randint(8, 22), chance))
        + f'<hr class="scene-break" id="a.h-{number}"/>'
        for number in range(1, 60)
    )
    book = set_book(composed(body + paragraph("a.p-99", "End."), scene_break="blank"), cache_folder)
    breaks = [(page, each) for page in book.laid.pages for each in page.breaks]
    top = {each.id for page, each in breaks if not any(line.y < each.y for line in page.lines)}
    assert top
    assert all(each.ornament for _, each in breaks if each.id in top)
    assert not all(each.ornament for _, each in breaks)
    assert book.off_grid() == []


# ---------------------------------------------------------------- the book


def test_pages_are_known_before_the_book_is_set(cache_folder: Path, chance: random.Random) -> None:
    bodies = [paragraph(f"{name}.p-1", words(count, chance)) for name, count in zip("abc", (500, 40, 300), strict=True)]
    book = set_book(composed(*bodies), cache_folder)
    assert book.plan.total == len(book.laid.pages)
    assert {name: page for name, (page, _, _) in book.laid.anchors.items()} == book.plan.pages
    assert all(book.laid.pages[page].label == book.plan.labels[name] for name, page in book.plan.pages.items())
    assert book.plan.labels["a"] == "1"


def test_an_unchanged_section_is_not_laid_out_again(
    cache_folder: Path, tmp_path: Path, chance: random.Random, layouts: list[str]
) -> None:
    one, two = paragraph("a.p-1", words(300, chance)), paragraph("b.p-1", words(60, chance))
    first = galleys.plan(composed(one, two, **GREEDY), cache_folder, tmp_path)
    assert layouts == ["a", "b"]
    assert galleys.plan(composed(one, two, **GREEDY), cache_folder, tmp_path) == first
    assert layouts == ["a", "b"]
    galleys.plan(composed(one, two.replace("I", "We"), **GREEDY), cache_folder, tmp_path)
    assert layouts == ["a", "b", "b"]


def test_sections_that_begin_no_page_are_laid_out_twice_each(
    cache_folder: Path, chance: random.Random, layouts: list[str]
) -> None:
    """All before were laid out again with each: eighty sections took hours."""
    bodies = [paragraph(f"{name}.p-1", words(30, chance)) for name in "abcdefg"]
    running_on = Stylesheet("on.css", "on.css", "#b, #c, #d, #e, #f { break-before: auto !important }")
    composition = composed(*bodies, **GREEDY)
    composition = dataclasses.replace(composition, stylesheets=(*composition.stylesheets, running_on))
    book = set_book(composition, cache_folder)
    assert layouts == ["a", "b", "c", "d", "e", "f", "g", "b"]
    assert [unit.section for unit in book.plan.units] == ["a", "b", "g"]
    assert [*typeset.kept(book.plan, book.laid)] == []


# ---------------------------------------------------------------- what does not come out right


def test_a_plan_without_rest_is_told_and_parts_no_note_line_by_line(
    cache_folder: Path, chance: random.Random, monkeypatch: pytest.MonkeyPatch, layouts: list[str]
) -> None:
    """The last layout was kept with notes in as many parts as lines."""
    rounds = 0

    def restless(galley: Galley, found: Grid, least: bool, *, fixed: bool) -> Grid:
        nonlocal rounds
        rounds += 1
        return dataclasses.replace(found, level={"a.p-9": (float(rounds),)})

    monkeypatch.setattr(grid, "correct", restless)
    body = paragraph("a.p-1", words(60, chance) + " " + note(1, words(300, chance)) + ".")
    book = set_book(composed(body + paragraph("a.p-2", words(100, chance)), **GREEDY), cache_folder)
    assert [name for name, _ in typeset.unsettled(book.plan)] == ["a"]
    assert len(layouts) == rounds + 2
    parted = book.plan.corrections["a"].notes["a.note-1"]
    assert len(parted.cuts) == len(set(book.pages_of("a.note-1"))) - 1
    assert book.lost() == []


def test_a_quotation_goes_on_upon_the_grid_after_a_table(cache_folder: Path, chance: random.Random) -> None:
    table = '<table id="a.t"><tbody><tr><td>One</td><td>x</td></tr></tbody></table>'
    before, after = paragraph("a.p-2", words(30, chance)), paragraph("a.p-3", words(60, chance))
    quoted = f'<blockquote id="a.q" style="margin-top: 12pt">{before}{table}{after}</blockquote>'
    book = set_book(composed(paragraph("a.p-1", words(30, chance)) + quoted), cache_folder)
    lines = [(page, line) for page in book.laid.pages for line in page.lines if line.block == "a.p-3"]
    assert lines
    assert max(abs(page.off_grid(line)) for page, line in lines) < 0.25


def test_lines_that_stay_off_the_grid_are_told_with_their_place(
    cache_folder: Path, chance: random.Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grid, "correct", lambda galley, found, least, fixed: found)
    heading = '<h3 id="a.h" style="line-height: 17pt">A Heading</h3>'
    body = paragraph("a.p-1", words(20, chance)) + heading + paragraph("a.p-2", "One.") + paragraph("a.p-3", "Two.")
    book = set_book(composed(body), cache_folder)
    ((place, what),) = typeset.unsettled(book.plan)
    assert (place, what[:12]) == ("a.p-2", "2 paragraphs")


def test_a_chapter_more_has_no_other_laid_out_again(
    tmp_path: Path, cache_folder: Path, chance: random.Random, layouts: list[str]
) -> None:
    """Neither how many there are, nor what kinds of them, decides about one as long as no stylesheet asks."""
    one, two = (paragraph(f"{name}.p", words(60, chance)) for name in "ab")
    galleys.plan(composed(one, two, **GREEDY), cache_folder, tmp_path)
    new = composed(one, two, paragraph("c.p", "A new one."), **GREEDY)
    *before, last = new.parts
    last = dataclasses.replace(last, text=last.text.replace("section chapter", "section interlude"))
    layouts.clear()
    galleys.plan(dataclasses.replace(new, parts=(*before, last)), cache_folder, tmp_path)
    assert set(layouts) == {"c"}
    layouts.clear()
    galleys.plan(dataclasses.replace(new, parts=(last, *before)), cache_folder, tmp_path)
    assert "b" not in layouts, "before it stands the same as ever"


def test_the_same_plan_every_time(cache_folder: Path) -> None:
    composition = composed(Mixture(3).body(12))
    assert galleys.plan(composition, cache_folder) == galleys.plan(composition, cache_folder)


@pytest.mark.parametrize(("seed", "hyphen"), [*((seed, None) for seed in range(8)), (5, 50.0**2), (5, 100.0**2)])
def test_any_mixture_comes_out_right(
    seed: int, hyphen: float | None, cache_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever lines are chosen for it: what a division costs decides that."""
    monkeypatch.setattr(breaking, "_HYPHEN", hyphen or breaking._HYPHEN)
    mixture = Mixture(seed)
    book = set_book(composed(mixture.body(14)), cache_folder)
    assert book.off_grid() == []
    assert book.lost() == []
    assert not book.laid.unfit
    assert [*typeset.kept(book.plan, book.laid)] == []
    calls = {f"a.note-{number}" for number in range(1, mixture.notes + 1)}
    assert [name for name in calls if book.pages_of(name)[0] != book.page_of_call(name)] == []
