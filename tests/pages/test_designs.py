"""Large print and the manuscript format, on their laid-out pages, against the norms they are made after."""

import io
from itertools import pairwise
from pathlib import Path

import pikepdf
import press
import pypdfium2
import pytest
from test_editions import load

from bookforge import editions
from bookforge.cache import Cache
from bookforge.laid import LaidPage
from conftest import Pressed

INCH = 72
CHAPTER = (
    f"# One\n\n{press.FILLER.strip() * 2} *An emphasis* in it.^[A note.]\n\n{press.FILLER.strip()}\n\n***\n\nLast.\n"
)


def made(folder: Path, fonts: Path, layout: str, settings: str = "") -> Pressed:
    manifest = (
        "title: The Light\nauthors: [{name: Ada Marsh, sort-name: 'Marsh, Ada'}]\nlanguage: en\n"
        f"chapters: [a.md, b.md]\neditions:\n  book: {{format: pdf, layout: {layout}{settings}}}\n"
    )
    loaded = load(folder, {"book.yaml": manifest, "a.md": CHAPTER, "b.md": CHAPTER.replace("One", "Two")})
    shop = editions.Workshop(Cache(None), folder / "scratch", lambda _: None)
    return Pressed(editions.compose_only(loaded, loaded.manifest.editions[0], shop), fonts)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory, cache_folder: Path) -> Pressed:
    return made(tmp_path_factory.mktemp("large"), cache_folder, "large-print")


@pytest.fixture(scope="module")
def submission(tmp_path_factory: pytest.TempPathFactory, cache_folder: Path) -> Pressed:
    settings = ", contact: 'Ada Marsh | 1 Street | ada@example.org'"
    return made(tmp_path_factory.mktemp("submission"), cache_folder, "submission", settings)


def body_pages(made: Pressed) -> list[LaidPage]:
    return [page for page in made.laid.pages if any(line.body for line in page.lines)]


def has_an_inch(page: LaidPage) -> bool:
    margins = page.top, page.left, page.width - page.right, page.height - page.bottom
    return min(margins) >= INCH - 0.1


def faces(made: Pressed) -> set[str]:
    """Return the names of the fonts on the pages."""
    with pikepdf.open(io.BytesIO(made.data)) as pdf:
        fonts = [font for page in pdf.pages for font in page.Resources.get("/Font", {}).values()]
        return {str(font.BaseFont) for font in fonts}


def texts(made: Pressed) -> list[str]:
    """Return what a PDF reader copies of each page, white space folded."""
    with pypdfium2.PdfDocument(io.BytesIO(made.data)) as pdf:
        return [" ".join(page.get_textpage().get_text_range().split()) for page in pdf]


@pytest.mark.parametrize("design", ["large", "submission"])
def test_the_text_is_ragged_undivided_and_an_inch_from_every_edge(design: str, request: pytest.FixtureRequest) -> None:
    book: Pressed = request.getfixturevalue(design)
    pages = body_pages(book)
    assert len(pages) >= 4
    assert all(map(has_an_inch, pages))
    lines = [line for page in pages for line in page.lines]
    assert not [line.text for line in lines if line.hyphen]
    assert not [line.text for line in lines if line.stretch is not None and line.stretch != 1]
    assert book.rules() == []


def test_large_print_is_one_column_of_large_lines_with_a_blank_one_between_paragraphs(large: Pressed) -> None:
    pairs = [pair for page in body_pages(large) for pair in pairwise(page.lines) if pair[0].body and pair[1].body]
    within = {round(after.baseline - line.baseline) for line, after in pairs if not line.ends}
    between = {round(after.baseline - line.baseline) for line, after in pairs if line.ends}
    assert within == {24}
    assert between
    assert min(between) == 48


def test_large_print_has_no_italics_and_its_notes_at_the_end(large: Pressed, submission: Pressed) -> None:
    shown = texts(large)
    assert not [name for name in faces(large) if "Italic" in name]
    assert [name for name in faces(submission) if "Italic" in name]
    (noted,) = [number for number, text in enumerate(shown) if "A note." in text]
    assert noted > max(number for number, text in enumerate(shown) if "Last." in text)


def test_a_manuscript_says_who_and_how_long_on_its_first_page(submission: Pressed) -> None:
    first = texts(submission)[0]
    for said in ("Ada Marsh", "1 Street", "ada@example.org", "about 600 words", "The Light", "by Ada Marsh"):
        assert said in first
    assert "THE LIGHT" not in first


def test_a_manuscript_has_name_title_and_page_at_its_head_from_the_text_on(submission: Pressed) -> None:
    heads = [f"Marsh / THE LIGHT / {number}" for number in range(1, 4)]
    shown = texts(submission)[1:4]
    assert [head in text for head, text in zip(heads, shown, strict=True)] == [True] * 3


def test_a_manuscript_is_double_spaced_opens_a_third_down_and_ends_with_end(submission: Pressed) -> None:
    page = body_pages(submission)[0]
    assert page.leading == 24
    title = next(line for line in page.lines if "One" in line.text)
    assert page.height * 0.25 <= title.baseline <= page.height * 0.45
    assert "Last. END" in texts(submission)[-1]


def test_a_manuscript_indents_half_an_inch(submission: Pressed) -> None:
    with pypdfium2.PdfDocument(io.BytesIO(submission.data)) as pdf:
        page = pdf[1].get_textpage()
        found = page.search("We were lying")
        starts = [round(page.get_charbox(found.get_next()[0])[0]) for _ in range(3)]
    # the first paragraph stands at the margin; the second time it follows in the line
    assert starts[0] == INCH
    assert starts[-1] == INCH + 36
