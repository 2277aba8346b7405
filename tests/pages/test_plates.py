"""Plates: the text goes on to the end of the page before, and the words stay those of the manuscript."""

import random
from dataclasses import replace
from pathlib import Path

import pytest
from galleys import composed, note, paragraph, set_book, words

from bookforge import ledger, makeup, xhtml
from bookforge.edition import Stylesheet
from bookforge.typeset import plates
from bookforge.typeset.plan import Plate

PLATE = (
    '<figure class="plate" id="a.{0}"><img src="images/arena.svg" alt="x"/><figcaption>The <em>{0}</em></figcaption>'
    "</figure>"
)


def body(before: int, after: int, seed: int = 1) -> str:
    chance = random.Random(seed)
    first = paragraph("a.p-1", words(before, chance))
    second = paragraph(
        "a.p-2", f"{words(after // 2, chance)} {note(1, words(9, chance))} <em>{words(40, chance)}</em> x"
    )
    return first + PLATE.format("coast") + second + paragraph("a.p-3", words(after, chance))


@pytest.mark.parametrize("before", [30, 60, 120, 160])
@pytest.mark.parametrize("layout", ["paperback", "large-print"])
def test_the_page_before_a_plate_is_full(before: int, layout: str, cache_folder: Path) -> None:
    trim = "4x6in" if layout == "paperback" else "5.5x8.5in"
    book = set_book(composed(body(before, 300), layout=layout, trim=trim), cache_folder)
    plate = book.laid.anchors["a.coast"][0]
    page, after = book.laid.pages[plate - 1], book.laid.pages[plate + 1]
    lowest = max(line.y + line.height for line in page.lines)
    assert lowest > page.bottom - 3.1 * page.leading
    assert after.lines[0].y == pytest.approx(after.top, abs=1)
    assert not any(line.hyphen for line in page.flow[-1:])
    if page.flow[-1].block == "a.p-2" and layout == "paperback":
        assert page.flow[-1].x + page.flow[-1].width == pytest.approx(page.right, abs=0.5), "a full line"
        assert after.flow[0].x == pytest.approx(after.left, abs=0.5), "no indent"
    assert book.lost() == []
    assert book.off_grid() == []


def test_plates_one_after_the_other_and_at_the_ends(cache_folder: Path) -> None:
    chance = random.Random(3)
    texts = [paragraph(f"a.p-{number}", words(80, chance)) for number in range(8)]
    figures = [PLATE.format(name) for name in ("one", "two", "three", "four")]
    mixed = figures[0] + "".join(texts[:3]) + figures[1] + figures[2] + "".join(texts[3:]) + figures[3]
    book = set_book(composed(mixed), cache_folder)
    pages = [book.laid.anchors[f"a.{name}"][0] for name in ("one", "two", "three", "four")]
    assert pages == sorted(set(pages))
    assert pages[0] == 0
    assert pages[3] == len(book.laid.pages) - 1
    assert book.lost() == []
    assert book.off_grid() == []


def test_a_page_that_ends_with_no_paragraph_keeps_its_plate(cache_folder: Path) -> None:
    chance = random.Random(3)
    items = "".join(f'<li id="a.l-{number}">{words(60, chance)}</li>' for number in range(9))
    made = paragraph("a.p-1", words(60, chance)) + PLATE.format("coast") + f'<ul id="a.u">{items}</ul>'
    book = set_book(composed(made), cache_folder)
    assert book.plan.corrections["a"].plates == {}
    assert book.lost() == []


@pytest.mark.parametrize("letters", [1, 3, 6, 9, 12, 16, 40])
def test_moved_plates_are_read_where_the_manuscript_has_them(letters: int) -> None:
    text = '<p id="a.p">One <em>two <b id="a.b">three four</b></em> five <i>six</i></p>'
    markup = f'<section><div class="text">{PLATE.format("coast")}{text}<p id="a.q">End.</p></div></section>'
    root = xhtml.read(markup)
    plates.move(root, {"a.coast": Plate("a.p", letters, full=True)})
    assert len({each.get("id") for each in root.iter() if each.get("id")}) == sum(
        each.get("id") is not None for each in root.iter()
    )
    assert next(root.iter("p", "figure")).tag == "p"
    assert xhtml.write(root) != markup
    ledger.put_back(root)
    assert "".join(xhtml.text(root).split()) == "".join(xhtml.text(xhtml.read(markup)).split())
    assert [each.get("id") for each in root.iter("p", "figure")] == ["a.coast", "a.p", "a.q"]


@pytest.mark.parametrize("seed", range(8))
def test_pages_are_planned_around_plates(seed: int, cache_folder: Path) -> None:
    """Every plate follows the page on which the text comes to it; pages that face each other are level."""
    chance = random.Random(seed)
    names = ["one", "two", "three"]
    places = dict(zip(sorted(chance.sample(range(2, 25), 3)), names, strict=True))
    blocks = []
    for number in range(26):
        if number in places:
            blocks.append(PLATE.format(places[number]))
        blocks.append(paragraph(f"a.p-{number}", words(chance.randint(5, 90), chance)))
    book = set_book(composed("".join(blocks)), cache_folder)
    assert book.plan.corrections["a"].starts
    assert book.lost() == []
    assert book.off_grid() == []
    for number, name in places.items():
        plate = book.laid.anchors[f"a.{name}"][0]
        others = {book.laid.anchors[f"a.{other}"][0] for other in names}
        before = max(index for index in range(plate) if index not in others)
        # The text reaches the plate's place on the page before it, or goes on with it after the plate.
        assert book.laid.anchors[f"a.p-{number - 1}"][0] <= before
        assert book.laid.anchors[f"a.p-{number}"][0] >= before
    assert makeup.examine(book.laid.pages[:-2]).count("uneven-spreads") <= 1
    assert ledger.compare_pages(book.composition.documents[0], book.laid) == ()


def test_plates_at_one_place_keep_their_order(cache_folder: Path) -> None:
    chance = random.Random(3)
    texts = [paragraph(f"a.p-{number}", words(80, chance)) for number in range(9)]
    two = PLATE.format("one") + PLATE.format("two")
    book = set_book(composed("".join(texts[:2]) + two + "".join(texts[2:])), cache_folder)
    assert book.plan.corrections["a"].starts
    pages = [book.laid.anchors[f"a.{name}"][0] for name in ("one", "two")]
    assert pages[1] == pages[0] + 1
    assert book.lost() == []


def test_a_design_may_set_plates_among_the_text(cache_folder: Path) -> None:
    chance = random.Random(5)
    texts = [paragraph(f"a.p-{number}", words(80, chance)) for number in range(12)]
    made = composed("".join(texts[:4]) + PLATE.format("coast") + "".join(texts[4:]))
    among = Stylesheet(
        "among.css",
        "among.css",
        ".plate { page: auto !important; break-before: auto !important; break-after: auto !important }"
        ".plate, .plate img { height: 60pt !important; width: auto !important; margin: 0 !important }",
    )
    book = set_book(replace(made, stylesheets=(*made.stylesheets, among)), cache_folder)
    assert book.laid.anchors["a.coast"][0] in {book.laid.anchors[f"a.p-{number}"][0] for number in (3, 4)}
    assert book.plan.corrections["a"].starts == ()
    assert book.lost() == []
