"""Editions with a printer: the gutter its page count asks for, what is handed over, and what is refused."""

import dataclasses
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import press as sample_book
import pypdfium2
import pytest
from tests.unit.pictures import png

from bookforge import editions, pipeline
from bookforge.cache import Cache, Recent
from bookforge.diagnostics import Diagnostic, EditionError
from bookforge.edition import Artifact
from bookforge.laid import Laid
from bookforge.printers import gutter
from bookforge.printing import handover, job
from bookforge.typeset import assembling
from bookforge.writers import pdf

MINE = """
extends: kdp
gutter: [{to: 16, inside: 0.5in}, {inside: 1.25in}]
page-counts: [{binding: paperback, from: 4, to: 90}]
"""
BOOK = """
title: T
authors: [A]
language: en
chapters: [one.md, two.md, three.md]
editions:
  paperback: {format: pdf, trim-size: 5.5x8.5in, PRINTER}
  proof: {format: pdf, of: paperback}
"""

Make = Callable[..., tuple[Artifact, list[Diagnostic]]]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Make an edition of a book of three chapters, with so many paragraphs each."""

    def made(printer: str, name: str = "paperback", paragraphs: int = 8) -> tuple[Artifact, list[Diagnostic]]:
        (tmp_path / "mine.yaml").write_text(MINE, "utf-8")
        (tmp_path / "book.yaml").write_text(BOOK.replace("PRINTER", printer), "utf-8")
        for chapter in ("one", "two", "three"):
            text = "\n\n".join([f"# {chapter.title()}", *[sample_book.FILLER.strip() * 3] * paragraphs])
            (tmp_path / f"{chapter}.md").write_text(text + "\n", "utf-8")
        said: list[Diagnostic] = []
        loaded = pipeline.load(tmp_path / "book.yaml", (), Cache(None), 1, said.append)
        (edition,) = [each for each in loaded.manifest.editions if each.name == name]
        return editions.make(loaded, edition, editions.Workshop(Cache(None), tmp_path / "fonts", said.append)), said

    return made


def inside_margins(data: bytes) -> list[float]:
    """Give the white at the binding of every page with text, in points."""
    found = []
    for number, page in enumerate(pypdfium2.PdfDocument(data)):
        boxes = [each.get_bounds() for each in page.get_objects([pypdfium2.raw.FPDF_PAGEOBJ_TEXT])]
        boxes = [box for box in boxes if box[2] > box[0]]
        if boxes:
            left, right = min(box[0] for box in boxes), max(box[2] for box in boxes)
            found.append(left if number % 2 == 0 else page.get_width() - right)
    return found


def place_of(word: str, data: bytes, page: int) -> float:
    """Say how far from the left edge a word first stands on a page."""
    searched = pypdfium2.PdfDocument(data)[page].get_textpage()
    found = searched.search(word).get_next()
    assert found
    return float(searched.get_charbox(found[0])[0])


def only(artifact: Artifact) -> bytes:
    (data,) = artifact.files.values()
    return data


def text(data: bytes) -> list[str]:
    return [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(data)]


def test_the_gutter_follows_the_page_count_and_no_line_breaks_anew(make: Make) -> None:
    plain, _ = make("isbn: 978-0-306-40615-7")
    printed, said = make("printer: mine.yaml")
    assert printed.pages
    assert printed.pages > 16
    assert min(inside_margins(only(plain))) < 70
    assert min(inside_margins(only(printed))) >= 89.9
    assert [page.split() for page in text(only(plain))[5:]] == [page.split() for page in text(only(printed))[5:]]
    assert not [each for each in said if each.rule == "gutter-settled"]


def test_the_gutter_is_found_before_the_book_is_set(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each margin that was tried set the whole book, and drew it, to count its pages."""
    tried: list[float] = []
    margins, assemble = job.Job.margins, assembling.assemble
    layouts: list[int] = []
    monkeypatch.setattr(job.Job, "margins", lambda job, inside: tried.append(inside) or margins(job, inside))

    def watched(*arguments: Any) -> Laid:
        laid = assemble(*arguments)
        layouts.append(len(laid.pages))
        return laid

    monkeypatch.setattr(assembling, "assemble", watched)
    monkeypatch.setattr(gutter, "estimate", lambda *_: 1)
    printed, _ = make("printer: mine.yaml")
    assert tried == [36, 90, 90]
    assert layouts == [printed.pages]


def test_a_thin_book_keeps_the_narrow_gutter(make: Make) -> None:
    printed, _ = make("printer: mine.yaml", paragraphs=1)
    assert printed.pages
    assert printed.pages <= 16
    assert min(inside_margins(only(printed))) < 70


def test_a_proof_has_the_pages_of_what_it_proves_and_hands_nothing_over(make: Make) -> None:
    printed, _ = make("printer: mine.yaml")
    proof, _ = make("printer: mine.yaml", "proof")
    assert proof.pages == printed.pages
    assert not proof.package
    assert proof.printed is None
    side = 108  # of the proof's sheet, beside the page
    for page in (7, 8):
        assert place_of("quietness", only(proof), page) == pytest.approx(
            place_of("quietness", only(printed), page) + side
        )


def test_what_is_handed_over_is_the_book_without_what_a_reader_needs(make: Make) -> None:
    printed, _ = make("printer: ingram", paragraphs=6)
    interior = printed.package["interior.pdf"]
    with pikepdf.open(io.BytesIO(interior)) as pdf:
        assert len(pdf.pages) == printed.printed
        assert len(pdf.pages) % 6 == 0
        assert pdf.pages[-1].obj.Contents.read_bytes() == b""
        assert "/Outlines" not in pdf.Root
    with pikepdf.open(io.BytesIO(only(printed))) as pdf:
        assert len(pdf.pages) == printed.pages
        assert "/Outlines" in pdf.Root
        assert "/StructTreeRoot" in pdf.Root


def test_an_edition_without_printer_hands_nothing_over(make: Make) -> None:
    plain, _ = make("isbn: 978-0-306-40615-7", paragraphs=1)
    assert not plain.package
    assert plain.printed is None


def test_pdf_x_is_written_where_it_is_asked_for(make: Make) -> None:
    printed, _ = make("printer: mine.yaml, pdf-x: true", paragraphs=1)
    with pikepdf.open(io.BytesIO(printed.package["interior.pdf"])) as pdf:
        assert str(pdf.Root.OutputIntents[0].OutputConditionIdentifier) == "FOGRA39"
        assert str(pdf.docinfo.Title) == "T"


@pytest.mark.parametrize(
    ("printer", "rule", "hint"),
    [
        ("printer: kdp", "page-count-fits", "choose a smaller trim size"),
        ("printer: kpd", "printer-known", "did you mean 'kdp'?"),
        ("printer: kdp, paper: pink", "paper-known", "its papers are white"),
        ("printer: lulu, binding: hardcover, paper: pink", "paper-known", "its papers are white"),
        ("printer: none.yaml", "printer-known", ""),
    ],
)
def test_what_a_printer_refuses(make: Make, printer: str, rule: str, hint: str) -> None:
    with pytest.raises(EditionError) as caught:
        make(printer, paragraphs=1)
    (found,) = caught.value.diagnostics
    assert found.rule == rule
    assert (found.hint or "").startswith(hint)
    assert str(found.at).startswith("book.yaml:7")


@pytest.mark.parametrize(("name", "pixels"), [("small.png", (300, 420)), ("wide.png", (400, 250)), ("arena.svg", None)])
def test_a_plate_fills_its_place_however_few_its_pixels_are(
    name: str, pixels: tuple[int, int] | None, cache_folder: Path
) -> None:
    figure = f'<figure class="plate"><img src="images/{name}" alt="A"/></figure>'
    composition = sample_book.compose(sample_book.chapter(f"<p>Before.</p>{figure}<p>After.</p>"))
    if pixels:
        assets = {**composition.assets, f"images/{name}": (png(*pixels), "image/png")}
        composition = dataclasses.replace(composition, assets=assets)
    laid = pdf.layout(composition, cache_folder, lambda _: None)
    ((page, picture),) = ((page, picture) for page in laid.pages for picture in page.pictures)
    assert picture.width == pytest.approx(page.right - page.left, abs=0.1)
    if pixels:
        assert picture.height == pytest.approx(picture.width * pixels[1] / pixels[0], abs=0.1)
    assert picture.y + picture.height <= page.bottom


def test_a_plate_keeps_the_width_it_is_given(cache_folder: Path) -> None:
    figure = '<figure class="plate"><img class="width-50" src="images/arena.svg" alt="A"/></figure>'
    laid = pdf.layout(sample_book.compose(sample_book.chapter(figure)), cache_folder, lambda _: None)
    ((page, picture),) = ((page, picture) for page in laid.pages for picture in page.pictures)
    assert picture.width == pytest.approx((page.right - page.left) / 2, abs=0.1)


GLOW = """<svg xmlns="http://www.w3.org/2000/svg" width="90" height="90" viewBox="0 0 90 90">
<path fill="#888" d="M0 0h90v90H0z"/><path fill="#fff" fill-opacity=".5" d="M20 20h60v60H20z"/></svg>"""


def test_a_package_after_edits_is_what_it_is_without_a_cache(tmp_path: Path) -> None:
    chapters = [f"# {name}\n\n" + f"{sample_book.FILLER}\n\n" * 4 for name in ("One", "Two", "Three")]
    chapters[0] += "![A glow](glow.svg)\n"
    (tmp_path / "glow.svg").write_text(GLOW, "utf-8")
    (tmp_path / "mine.yaml").write_text(MINE, "utf-8")
    (tmp_path / "book.yaml").write_text(BOOK.replace("PRINTER", "printer: mine.yaml"), "utf-8")
    staying = Cache(tmp_path / "kept", recent=Recent())

    def package(store: Cache) -> handover.Handover:
        loaded = pipeline.load(tmp_path / "book.yaml", (), store, 1, lambda _: None)
        (edition,) = [each for each in loaded.manifest.editions if each.name == "paperback"]
        made = editions.make(loaded, edition, editions.Workshop(store, tmp_path / "fonts", lambda _: None))
        return handover.prepare(made, loaded.manifest.metadata, tmp_path, store)

    for edit in ("", "A sentence more, *in other type* and with a new letter: \u0416.", "![A glow](glow.svg)"):
        chapters[1] += f"{edit}\n\n"
        for name, text in zip(("one", "two", "three"), chapters, strict=True):
            (tmp_path / f"{name}.md").write_text(text, "utf-8")
        wanted = package(Cache(None))
        assert package(staying) == wanted
        assert package(Cache(tmp_path / "other")) == wanted
