"""What a book designer would circle: figures of two kinds, a line off its axis, a mark at the wrong height."""

from pathlib import Path
from typing import Any

import pytest
from test_columns import set_book
from test_endnotes import boxes, shown

from bookforge.diagnostics import Diagnostic
from bookforge.laid import Laid

TEXT = "The lamp wanted trimming every four hours and we got into the way of talking. " * 8
PART = "# Winter\n\n::: epigraph\n| I’m nobody! Who are you?\n| Are you nobody, too?\n\n[A. Poet]{.attribution}\n:::\n"
FILES = {
    "part.md": PART,
    "one.md": f"# One\n\n“It was,” he said of a [lantern]{{.index}}. {TEXT}\n\n" + f"{TEXT}\n\n" * 6,
    "two.md": f"# Zwei\n\n„Es war“, sagte er. {TEXT}\n",
}
MANIFEST = """title: Salt
authors: [Ada Marsh, Ben Holm, Cy Lund]
language: {language}
front-matter: [{{role: preface, path: two.md}}]
chapters:
  - part: part.md
    chapters: [one.md]
editions:
  book: {{format: pdf, layout: {layout}}}
"""


def laid(folder: Path, layout: str, language: str = "en") -> tuple[Laid, list[Diagnostic]]:
    folder.mkdir(exist_ok=True)
    return set_book(folder, {"book.yaml": MANIFEST.format(layout=layout, language=language), **FILES})


def margin_boxes(page: Any) -> list[Any]:
    return [box for box in page._page_box.children if getattr(box, "at_keyword", "").startswith("@") and shown(box)]


@pytest.mark.parametrize(
    ("layout", "figures", "least"),
    [("paperback", "oldstyle-nums", 0), ("modern", "lining-nums", 0), ("large-print", "lining-nums", 16 / 0.75)],
)
def test_all_figures_of_a_design_are_of_one_kind_and_none_too_small(
    tmp_path: Path, layout: str, figures: str, least: float
) -> None:
    made, _ = laid(tmp_path, layout)
    texts = [text for page in made.document.pages for box in margin_boxes(page) for text in boxes(box)]
    found = [text.style for text in texts if hasattr(text, "text")]
    assert len(found) > 5
    assert {style["font_variant_numeric"] for style in found} == {(figures,)}
    assert min(style["font_size"] for style in found) >= least


def test_the_epigraph_of_a_part_stands_on_the_axis_of_its_title(tmp_path: Path) -> None:
    made, _ = laid(tmp_path, "paperback")
    (page,) = (page for page in made.document.pages if "nobody" in shown(page._page_box))
    lines = [line for line in boxes(page._page_box) if type(line).__name__ == "LineBox" and shown(line)]
    spans = [
        [(text.position_x, text.position_x + text.width) for text in boxes(line) if getattr(text, "text", "").strip()]
        for line in lines
    ]
    middles = [(min(span)[0] + max(end for _, end in span)) / 2 for span in spans]
    assert len(middles) == 5
    assert max(middles) - min(middles) < 2


def test_a_german_mark_stands_on_the_foot_of_its_capital(tmp_path: Path) -> None:
    made, _ = laid(tmp_path, "paperback", "de")
    marks = {
        shown(box): box.style["vertical_align"]
        for page in made.document.pages
        for box in boxes(page._page_box)
        if box.element is not None and box.element.get("class") == "initial-mark" and type(box).__name__ == "InlineBox"
    }
    assert marks.keys() == {"„"}
    assert marks["„"] == 0


@pytest.mark.parametrize(("language", "authors"), [("en", "by Ada Marsh, Ben Holm and Cy Lund"), ("de", "Holm und Cy")])
def test_a_manuscript_joins_its_authors_and_has_no_index(tmp_path: Path, language: str, authors: str) -> None:
    made, said = laid(tmp_path, "submission", language)
    assert authors in made.text.replace("\n", " ")
    assert "lantern" not in made.pages[-1].text
    assert [each.message for each in said if each.rule == "sections-left-out"] == [
        "the edition 'book' does without the index (its setting 'index')"
    ]


def test_an_edition_may_do_without_its_colophon(tmp_path: Path) -> None:
    with_it, _ = laid(tmp_path / "with", "paperback")
    without, _ = laid(tmp_path / "without", "paperback, colophon: none")
    assert "bookforge" in with_it.pages[-1].text
    assert "bookforge" not in without.text
    assert len(without.pages) == len(with_it.pages) - 1
