"""Notes of the book at its end and notes at the foot, as laid out: heads, numbers, calls."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from test_editions import load

from bookforge import editions
from bookforge.cache import Cache
from bookforge.edition import Artifact, Composition
from bookforge.laid import Laid
from bookforge.writers import pdf
from bookforge.writers.pages import PIXEL_PT

SAID = "The lamp wanted trimming every four hours and we got into the way of talking. "


def chapter(number: int) -> str:
    """Return a chapter with long and short notes: one in its title, one that begins with a list."""
    notes = [f"[^t]: On the title of {number}.", "[^1]: - One thing\n    - Another thing\n"]
    notes += [f"[^{n}]: {SAID * (16 if n % 2 else 2)}" for n in range(2, 7)]
    text = "\n\n".join(f"{SAID * 12}{'x' * n}.[^{n}] {SAID * 4}" for n in range(1, 7))
    return f"# Chapter {number}[^t]\n\n{text}\n\n" + "\n\n".join(notes) + "\n"


BOOK = {
    "book.yaml": "title: Salt\nauthors: [A]\nlanguage: en\nchapters: [c1.md, c2.md, c3.md]\neditions:\n"
    "  foot: {format: pdf, layout: paperback}\n"
    "  book: {format: pdf, layout: paperback, notes: book}\n"
    "  modern: {format: pdf, layout: modern, notes: book, recto-head: none}\n",
    **{f"c{number}.md": chapter(number) for number in (1, 2, 3)},
}


@pytest.fixture(scope="module")
def laid(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Laid]:
    folder = tmp_path_factory.mktemp("book")
    loaded = load(folder, BOOK)
    found: dict[str, Laid] = {}

    def write(composition: Composition, laid: Laid, _: object) -> Artifact:
        found[composition.reading.edition.name] = laid
        return Artifact(composition.reading.edition, {}, pages=len(laid.pages))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pdf, "write", write)
        for edition in loaded.manifest.editions:
            shop = editions.Workshop(Cache(None), folder / "scratch", lambda _: None, reference=True)
            editions.make(loaded, edition, shop)
    return found


def boxes(box: Any) -> Iterator[Any]:
    yield box
    for child in getattr(box, "children", ()):
        yield from boxes(getattr(child, "_box", child))


def shown(box: Any) -> str:
    return "".join(each.text for each in boxes(box) if hasattr(each, "text"))


def head(page: Any) -> str:
    centres = [box for box in page._page_box.children if getattr(box, "at_keyword", "").endswith("-center")]
    return "".join(map(shown, centres))


@pytest.mark.parametrize(("name", "without_rectos"), [("book", False), ("modern", True)])
def test_heads_say_which_notes_a_page_has_on_both_sides(
    laid: Mapping[str, Laid], name: str, without_rectos: bool
) -> None:
    made = laid[name]
    gone_on = 0
    heads = []
    for page, facts in zip(made.document.pages, made.pages, strict=True):
        ids = [
            str(box.element.get("id"))
            for box in boxes(page._page_box)
            if box.element is not None and box.element.get("class") == "endnote" and box.element_tag == "div"
        ]
        if not ids:
            continue
        called = [made.pages[made.anchors[each.replace(".note-", ".noteref-")][0]].label for each in ids]
        gone_on += made.anchors[ids[0]][0] < facts.index
        if facts.index == made.anchors["book-notes"][0]:
            continue
        pages = f"pages {called[0]}–{called[-1]}" if called[0] != called[-1] else f"page {called[0]}"
        heads.append(head(page))
        assert heads[-1] == ("" if without_rectos and facts.side == "right" else f"Notes to {pages}")
    assert len(heads) > 2
    assert gone_on, "no note goes on on the next page"


def test_numbers_of_notes_have_one_form(laid: Mapping[str, Laid]) -> None:
    at_end = [
        shown(box)
        for page in laid["book"].document.pages
        for box in boxes(page._page_box)
        if box.element is not None and box.element.get("class") == "note-number" and box.element_tag in {"span", "p"}
    ]
    at_foot = [
        shown(box).strip()
        for page in laid["foot"].document.pages
        for box in boxes(page._page_box)
        if (box.element_tag or "").endswith("::footnote-marker") and shown(box)
    ]
    assert {*at_end} == {f"{number}." for number in range(1, 8)}
    assert {*at_foot} == {f"{number}." for number in (1, 3, 4, 5, 6, 7)}


def test_the_number_of_a_note_stands_beside_the_first_item_of_its_list(laid: Mapping[str, Laid]) -> None:
    evenly = 0
    for made in laid.values():
        lines = [
            (text, line.position_y)
            for page in made.document.pages
            for line in boxes(page._page_box)
            if type(line).__name__ == "LineBox" and (text := shown(line)) and text != "•"
        ]
        places = [at for at, (text, _) in enumerate(lines) if text == "2."]
        assert len(places) == 3
        for at in places:
            (_, number), (item, top), (after, below), (following, end) = lines[at : at + 4]
            assert item.endswith("One thing")
            assert abs(number - top) < 0.01
            if after.endswith("Another thing") and following.startswith("3."):  # all of it on one page
                assert abs((end - below) - (below - top)) < 0.01
                evenly += 1
    assert evenly


def test_a_call_in_a_title_is_of_the_titles_size(laid: Mapping[str, Laid]) -> None:
    calls = {
        round(text.style["font_size"] * PIXEL_PT, 2)
        for page in laid["foot"].document.pages
        for box in boxes(page._page_box)
        if (box.element_tag or "").endswith("::footnote-call")
        for text in boxes(box)
        if hasattr(text, "text")
    }
    assert calls == {11.0, 22.0}


@pytest.mark.parametrize("name", ["foot", "book", "modern"])
def test_no_line_begins_with_the_call_of_a_note(laid: Mapping[str, Laid], name: str) -> None:
    """The x before each full stop makes the lines of six blocks come out at as many lengths."""
    found = 0
    for page in laid[name].document.pages:
        for box in boxes(page._page_box):
            if type(box).__name__ == "LineBox" and (text := shown(box)):
                assert not re.match(r"\u2060?\d+ (?=The|trim)", text)
                found += "\u2060" in text
    assert found >= 3 * 7
