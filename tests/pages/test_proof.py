"""The proof: the paperback's lines and pages, and margins in which nothing covers anything."""

import dataclasses
import itertools

import press
import pytest
from lxml import html as lxml_html
from test_pages import printed

from conftest import Pressed

SIDE, HEAD = 108, 90


def authored(laid, dx=0.0, dy=0.0):
    return [
        [
            (line.text, round(line.x - dx, 2), round(line.y - dy, 2), round(line.width, 2), line.note)
            for line in page.lines
            if line.authored
        ]
        for page in laid.pages
    ]


def test_layout_says_nothing(proof):
    assert proof.found == []


def test_every_line_and_page_breaks_as_in_the_paperback(sample, proof):
    assert authored(proof.laid, SIDE, HEAD) == authored(sample.laid)
    assert [page.label for page in proof.laid.pages] == [page.label for page in sample.laid.pages]
    assert [(page.width, page.height) for page in proof.laid.pages] == [(612, 792)] * len(sample.laid.pages)


def margin_boxes(proof, kind):
    found = []
    for page in proof.laid.document.pages:
        boxes = [
            child._box
            for box in page._page_box.descendants(placeholders=True)
            for child in getattr(box, "children", ())
            if hasattr(child, "_box") and child._box.element is not None
        ]
        found.append([box for box in boxes if box.element.get("class") == kind])
    return found


@pytest.mark.parametrize("kind", ["source-ref", "proof-query"])
def test_margin_notes_stand_apart_and_on_the_sheet(proof, kind):
    pages = margin_boxes(proof, kind)
    assert sum(map(len, pages)) > 10
    for page, boxes in zip(proof.laid.document.pages, pages, strict=True):
        for box in boxes:
            assert box.position_x > 24
            assert box.position_x + box.margin_width() < page.width - 24
            assert 0 < box.position_y < box.position_y + box.margin_height() < page.height
        for above, below in itertools.pairwise(boxes):
            assert above.position_y + above.margin_height() <= below.position_y


def test_every_query_and_source_is_shown_on_its_paragraphs_page(proof):
    tree = lxml_html.document_fromstring(proof.composition.documents[0].text)
    for query in tree.xpath("//span[@class='proof-query']"):
        block = query.getparent().get("id")
        assert proof.page_of(query.get("id")) == proof.page_of(block)
    shown = "".join(body for _, body, _ in printed(proof.data, 72, 20))
    assert shown.count("is question") == len(tree.xpath("//span[@class='proof-query']"))


def test_every_sheet_says_what_it_is(proof):
    total = len(proof.laid.pages)
    for number, (head, _, _) in enumerate(printed(proof.data, 80, 0), 1):
        said = " ".join(head.split())
        assert "Uncorrected proof The Second Person" in said
        assert f"draft 1 sheet {number} of {total}" in said


def test_the_sample_asks_enough():
    assert press.proofread(press.sample()).count("proof-query") > 15


def test_sheets_speak_the_books_language(cache_folder):
    metadata = dataclasses.replace(press.METADATA, title="Zwei", language="de")
    pressed = Pressed(press.compose(press.chapter("<p>FILLER</p>"), "proof", metadata=metadata), cache_folder)
    said = " ".join(printed(pressed.data, 80, 0)[0][0].split())
    assert "Unkorrigierte Fahne Zwei" in said
    assert f"Blatt 1 von {len(pressed.laid.pages)}" in said
