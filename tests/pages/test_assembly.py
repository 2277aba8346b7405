"""Books set section by section beside the same set as one document: nobody can tell them apart."""

import dataclasses
import random
from pathlib import Path

import edits
import pypdfium2
import pytest
from galleys import Mixture, assembled, composed, drawn, paragraph, plan, set_book, words
from PIL import Image
from same import differences

from bookforge import typeset
from bookforge.cache import Cache
from bookforge.edition import Composition, Stylesheet
from bookforge.typeset import assembling
from bookforge.writers import pdf
from bookforge.writers.assembly.faces import UnlinkableError
from bookforge.writers.galleys import Galleys


def both(composition: Composition, folder: Path) -> list[str]:
    return differences(drawn(assembled(composition, folder)), drawn(set_book(composition, folder)))


def styled(composition: Composition, rules: str) -> Composition:
    more = Stylesheet("more.css", "more.css", rules)
    return dataclasses.replace(composition, stylesheets=(*composition.stylesheets, more))


@pytest.mark.parametrize("layout", ["paperback", "modern", "large-print", "submission"])
def test_a_book_of_chapters_is_the_same(layout: str, cache_folder: Path) -> None:
    chance = random.Random(3)
    bodies = [paragraph("a.p-1", words(500, chance)), paragraph("b.p-1", words(90, chance))]
    bodies += [f'<p id="c.p-1">See <a href="#b.p-1">there</a>. {words(200, chance)}</p>']
    assert both(composed(*bodies, layout=layout, trim="5x8in"), cache_folder) == []


@pytest.mark.parametrize("seed", range(4))
def test_any_mixture_is_the_same(seed: int, cache_folder: Path) -> None:
    first, second = Mixture(seed).body(14), Mixture(seed + 100).body(6)
    second = second.replace('id="a.', 'id="b.')
    assert both(composed(first, second), cache_folder) == []


def test_sections_that_run_on_are_the_same(cache_folder: Path) -> None:
    chance = random.Random(5)
    bodies = [paragraph(f"{name}.p-1", words(150, chance)) for name in "abcd"]
    running_on = "#b, #d { break-before: auto !important } #c { break-before: page !important }"
    assert both(styled(composed(*bodies), running_on), cache_folder) == []


def test_page_numbers_in_the_text_are_those_of_the_book(cache_folder: Path) -> None:
    chance = random.Random(8)
    asking = '<p id="a.p-1"><a class="where" href="#c.p-1">There</a>, <a class="where" href="#a.p-2">here</a>.</p>'
    bodies = [asking + paragraph("a.p-2", words(400, chance)), paragraph("b.p-1", words(600, chance))]
    bodies.append(paragraph("c.p-1", words(50, chance)))
    rules = '.where::after { content: " on page " target-counter(attr(href), page) }'
    composition = styled(composed(*bodies), rules)
    assert both(composition, cache_folder) == []
    book = assembled(composition, cache_folder)
    number = book.laid.pages[book.laid.anchors["c.p-1"][0]].label
    with pypdfium2.PdfDocument(drawn(book)) as document:
        assert f"There on page {number}, here on page 1." in document[0].get_textpage().get_text_range()


def test_what_shows_counters_of_its_page_is_left_to_the_whole_book(cache_folder: Path) -> None:
    rules = 'p::after { content: counter(page) " of " counter(pages) }'
    composition = styled(composed(paragraph("a.p-1", "One."), paragraph("b.p-1", "Two.")), rules)
    with pytest.raises(UnlinkableError):
        assembled(composition, cache_folder)


def test_a_section_drawn_once_is_kept(cache_folder: Path, layouts: list[str]) -> None:
    chance = random.Random(2)
    first, second = paragraph("a.p-1", words(300, chance)), paragraph("b.p-1", words(300, chance))
    composition = composed(first, second)
    made = drawn(assembled(composition, cache_folder, cache_folder / "cache"))
    layouts.clear()
    assert drawn(assembled(composition, cache_folder, cache_folder / "cache")) == made
    assert layouts == []
    changed = composed(first.replace("</p>", " More.</p>"), second)
    edited = drawn(assembled(changed, cache_folder, cache_folder / "cache"))
    assert set(layouts) == {"a"}
    assert edited == drawn(assembled(changed, cache_folder))
    assert differences(edited, drawn(set_book(changed, cache_folder))) == []


def test_a_chapter_that_grows_moves_those_behind_without_drawing_them_again(
    cache_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(4)
    bodies = [paragraph(f"{name}.p-1", words(400, chance)) for name in "abc"]
    bench = typeset.Bench(Cache(None), cache_folder, "")

    def make(composition: Composition) -> bytes:
        planned = typeset.plan(composition, bench)
        laid = assembling.assemble(composition, planned, bench, lambda finding: None)
        (data,) = pdf.write(typeset.carry_out(composition, planned), laid, lambda finding: None).files.values()
        return data

    make(composed(*bodies))
    drawings: list[object] = []
    draw = Galleys.draw
    monkeypatch.setattr(Galleys, "draw", lambda *given: drawings.append(given) or draw(*given))
    longer = composed(bodies[0] + paragraph("a.p-2", words(1000, chance)), *bodies[1:])
    assert plan(longer, cache_folder).total > plan(composed(*bodies), cache_folder).total
    drawings.clear()
    data = make(longer)
    assert len(drawings) == 1
    assert differences(data, drawn(set_book(longer, cache_folder))) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1])
def test_any_edits_leave_the_book_as_it_would_be_made_anew(seed: int, tmp_path: Path) -> None:
    assert edits.check(seed, 5, tmp_path) == []


ONLY_WHOLE = {
    "the text of a place elsewhere": "a.where::after { content: target-text(attr(href)) }",
    "a counter that runs on": "section { counter-increment: told } p::before { content: counter(told) }",
    "the place of a section among all": ".section:nth-of-type(odd) p { font-style: italic }",
    "the first page": "@page :first { margin-top: 90pt }",
}


@pytest.mark.parametrize("asked", ONLY_WHOLE)
def test_what_only_the_whole_book_knows_is_left_to_it(asked: str, cache_folder: Path) -> None:
    with pytest.raises(UnlinkableError):
        assembled(styled(composed(paragraph("a.p-1", "One.")), ONLY_WHOLE[asked]), cache_folder)


def test_what_a_layout_sets_between_sections_is_left_to_the_whole_book(cache_folder: Path) -> None:
    composition = composed(paragraph("a.p-1", "One."), paragraph("b.p-1", "Two."))
    frame = (composition.frame[0], '<div data-generated="">Between.</div>', composition.frame[-1])
    with pytest.raises(UnlinkableError):
        assembled(dataclasses.replace(composition, frame=frame), cache_folder)


def test_a_rule_in_a_margin_without_a_word_is_drawn(cache_folder: Path) -> None:
    rules = (
        "@page { @top-left { content: none } @top-right { content: none } @top-center { content: none }"
        ' @bottom-center { content: "" !important; border-top: 4pt solid red; width: 100% } }'
    )
    composition = styled(composed(paragraph("a.p-1", words(300, random.Random(1)))), rules)
    assert both(composition, cache_folder) == []
    with pypdfium2.PdfDocument(drawn(assembled(composition, cache_folder))) as document:
        shown = document[1].render(scale=1).to_pil().convert("RGB").getcolors(1 << 20)
    assert any(color[0] > 200 and color[1] < 80 for _, color in shown)


def test_lines_that_leave_the_page_and_lettered_drawings_are_looked_at(cache_folder: Path) -> None:
    wide = f'<pre id="a.c"><code>{"x = 1 " * 60}</code></pre>'
    composition = composed(paragraph("a.p-1", "One.") + wide + '<p id="a.p-2"><img src="images/c.svg" alt="C"/></p>')
    drawing = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>\xe6\xbc\xa2</text></svg>'
    assets = {**composition.assets, "images/c.svg": (drawing, "image/svg+xml")}
    composition = dataclasses.replace(composition, assets=assets)
    book, whole = assembled(composition, cache_folder), set_book(composition, cache_folder)
    assert "\u6f22" in book.laid.shown
    assert book.laid.shown == whole.laid.shown
    assert [each.rule for each in book.said] == [each.rule for each in whole.said]


def test_another_picture_of_the_same_name_is_another_section(cache_folder: Path) -> None:
    composition = composed('<p id="a.p-1" style="background: url(images/c.png)">One.</p>')

    def key(data: bytes) -> str:
        assets = {**composition.assets, "images/c.png": (data, "image/png")}
        return plan(dataclasses.replace(composition, assets=assets), cache_folder).units[0].key

    one, other = (cache_folder.parent / name for name in ("one.png", "other.png"))
    Image.new("RGB", (2, 2), "red").save(one)
    Image.new("RGB", (2, 2), "blue").save(other)
    assert key(one.read_bytes()) != key(other.read_bytes())
