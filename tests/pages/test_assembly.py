"""Books set section by section beside the same set as one document: nobody can tell them apart."""

import dataclasses
import random
from pathlib import Path

import edits
import pypdfium2
import pytest
from galleys import Mixture, assembled, composed, drawn, paragraph, plan, set_book, words
from same import differences

from bookforge import typeset
from bookforge.cache import Cache
from bookforge.edition import Composition, Stylesheet
from bookforge.typeset import assembling
from bookforge.writers import pdf
from bookforge.writers.assembly.faces import UnlinkableError


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


def test_a_section_drawn_once_is_kept(cache_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(2)
    first, second = paragraph("a.p-1", words(300, chance)), paragraph("b.p-1", words(300, chance))
    composition = composed(first, second)
    made = drawn(assembled(composition, cache_folder, cache_folder / "cache"))
    laid: list[str] = []
    lay = pdf.Galleys.lay

    def watched(self: pdf.Galleys, html: str, sheets: object, section: str, *more: object) -> object:
        laid.append(section)
        return lay(self, html, sheets, section, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(pdf.Galleys, "lay", watched)
    assert drawn(assembled(composition, cache_folder, cache_folder / "cache")) == made
    assert laid == []
    changed = composed(first.replace("</p>", " More.</p>"), second)
    edited = drawn(assembled(changed, cache_folder, cache_folder / "cache"))
    assert set(laid) == {"a"}
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
    draw = pdf.Galleys.draw
    monkeypatch.setattr(pdf.Galleys, "draw", lambda *given: drawings.append(given) or draw(*given))
    longer = composed(bodies[0] + paragraph("a.p-2", words(1000, chance)), *bodies[1:])
    assert plan(longer, cache_folder).total > plan(composed(*bodies), cache_folder).total
    drawings.clear()
    data = make(longer)
    assert len(drawings) == 1
    assert differences(data, drawn(set_book(longer, cache_folder))) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_any_edits_leave_the_book_as_it_would_be_made_anew(seed: int, tmp_path: Path) -> None:
    assert edits.check(seed, 6, tmp_path) == []
