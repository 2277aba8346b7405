"""What a printer is handed over: measured, with a sheet, refused by a release when a rule fails."""

import dataclasses
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pikepdf import Dictionary, Pdf

from bookforge import preflight, printers
from bookforge.book import Asset, Book, BookSection, Contributor, Image, Metadata, Place, SectionId
from bookforge.cache import Cache, Recent
from bookforge.cover import sizing
from bookforge.diagnostics import EditionError, Location, Severity, warning
from bookforge.edition import Artifact, Composition, Edition, Format, Reading, Wrap
from bookforge.laid import LaidPage, Picture
from bookforge.preflight import content
from bookforge.printing import handover, resolution
from bookforge.printing.handover import Handover
from bookforge.printing.job import shelf
from bookforge.semantics import Matter, Role
from tests.unit import books, printed

METADATA = Metadata("A Title", "en", (Contributor("First Author"),), subtitle="And More", published="2026-11")
EDITION = Edition(
    "paperback", Format.PDF, "paperback", {"trim-size": "6x9in"}, printer="kdp", at=Location("book.yaml", 9)
)


def interior(spoil: printed.Spoil | None = None) -> bytes:
    pdf = printed.good()
    if spoil is not None:
        spoil(pdf)
    return printed.written(pdf, deterministic_id=True)


def wrap(width: float = 2 * 432 + 36 * 0.002252 * 72 + 18) -> bytes:
    pdf = Pdf.new()
    pdf.add_blank_page(page_size=(width, 666))
    return printed.written(pdf, deterministic_id=True)


def handed(package: dict[str, bytes], edition: Edition = EDITION, store: Cache | None = None) -> Handover:
    profile = printers.of(edition, Path())
    assert profile is not None
    assert edition.trim is not None
    artifact = Artifact(
        edition, {"a.pdf": b""}, package=package,
        wrap_size=sizing.size_of(edition, edition.trim, profile, printed.PAGES),
        spine=sizing.spine_of(edition, profile, printed.PAGES),
    )  # fmt: skip
    return handover.prepare(artifact, METADATA, Path(), store or Cache(None))


def sheet(made: Handover) -> list[str]:
    return made.files["sheet.txt"].decode().splitlines()


def test_the_sheet_is_put_to_the_files() -> None:
    made = handed({"interior.pdf": interior(), "cover.pdf": wrap(), "cover.jpg": b"jpeg"})
    assert sorted(made.files) == ["cover.jpg", "cover.pdf", "interior.pdf", "sheet.txt"]
    assert made.refused == ()
    made.refuse()
    assert sheet(made)[:16] == [
        "Title       A Title: And More",
        "Authors     First Author",
        "Published   2026-11",
        "Edition     paperback",
        "ISBN        none",
        "",
        "Printer     Amazon KDP (kdp)",
        "Binding     paperback",
        "Paper       white",
        "Trim        6 × 9 in (152.4 × 228.6 mm)",
        "Bleed       none",
        "Pages       36",
        "Spine       0.081 in (2.06 mm)",
        "Cover       12.331 × 9.25 in (313.2 × 234.9 mm), bleed included",
        "",
        "Files",
    ]
    assert "  cover.jpg                4 bytes" in sheet(made)


def test_the_same_files_have_the_same_sheet() -> None:
    package = {"interior.pdf": interior()}
    assert handed(package).files == handed(package).files


def test_what_the_printer_would_refuse_is_said_and_ends_a_release() -> None:
    made = handed({"interior.pdf": interior(printed.draw("0.2 w 100 100 m 300 100 l S", 3))})
    (found,) = made.refused
    assert (found.rule, found.severity, found.at) == ("print-line-weight", Severity.WARNING, EDITION.at)
    assert found.message.startswith("interior.pdf: lines below 0.75 pt on page 3")
    assert "(first: page 3, at " in found.message
    assert any(line.startswith("  FAIL  print-line-weight") for line in sheet(made))
    with pytest.raises(EditionError) as refusal:
        made.refuse()
    assert [each.severity for each in refusal.value.diagnostics] == [Severity.ERROR]


def test_a_wrap_of_another_thickness_is_refused() -> None:
    made = handed({"interior.pdf": interior(), "cover.pdf": wrap(900)})
    assert [found.rule for found in made.refused] == ["print-page-size"]
    numbers = Wrap(width=900, height=666, spine=20)
    templated = dataclasses.replace(EDITION, wrap=numbers)
    made = handed({"interior.pdf": interior(), "cover.pdf": wrap(900)}, templated)
    assert made.refused == ()
    assert "Spine       0.278 in (7.06 mm)" in sheet(made)


def test_a_spine_only_the_template_knows() -> None:
    made = handed({"interior.pdf": interior()}, dataclasses.replace(EDITION, printer="ingram"))
    assert "Spine       as the printer's template says" in sheet(made)


def test_a_coarse_picture_is_said_once() -> None:
    made = handed({"interior.pdf": interior(printed.show(printed.image(99, 99)))})
    assert [found.rule for found in made.refused] == ["print-resolution"]
    assert made.refused_beside(()) == made.refused
    assert made.refused_beside((warning("picture-fine-enough", "photo.jpg"),)) == ()
    assert made.refused_beside((warning("cover-large-enough", "photo.jpg"),)) == made.refused


def test_a_file_is_measured_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, package = Cache(tmp_path), {"interior.pdf": interior()}
    first = handed(package, store=store)
    monkeypatch.setattr(preflight, "examine", None)
    assert handed(package, store=store) == first


def test_a_file_measured_in_one_run_is_known_in_the_next(tmp_path: Path) -> None:
    store, file = tmp_path / "store", tmp_path / "interior.pdf"
    file.write_bytes(interior())
    program = (
        "import sys; from pathlib import Path; from bookforge.cache import Cache\n"
        "from tests.unit import test_handover as here\n"
        "here.handed({'interior.pdf': Path(sys.argv[1]).read_bytes()}, store=Cache(Path(sys.argv[2])))"
    )
    kept = []
    for seed in ("1", "2", "3"):
        surroundings = {**os.environ, "PYTHONHASHSEED": seed}
        subprocess.run([sys.executable, "-c", program, file, store], env=surroundings, check=True, timeout=60)
        kept.append(sorted(each.relative_to(store) for each in store.rglob("*") if each.is_file()))
    assert kept[0]
    assert kept[0] == kept[1] == kept[2]


@pytest.mark.parametrize(("printer", "name"), [("kdp", "x-kdp"), ("printers/My.Own.yaml", "x-my.own")])
def test_the_folder_is_named_after_the_printer(printer: str, name: str) -> None:
    assert dataclasses.replace(EDITION, printer=printer).package_name("x") == name


# ---------------------------------------------------------------- pictures in time


def coarse(
    width: float, height: float, source: str = "images/photo.jpg", kind: str = "image/jpeg", dpi: int = 300
) -> list[str]:
    """Place a picture of 900 x 600 pixels on the page with the folio 41."""
    data = b"picture"
    content = books.section("one.md", "<p>A</p>", images=(Image("images/photo.jpg", "", Place(0, 0, 7, 3)),))
    at = Location("book.yaml", 1)
    nothing = (None, None, None, None, None, None, None)
    one = BookSection(SectionId("one"), Role.CHAPTER, Matter.BODY, 1, *nothing, False, "en", None, content, at)
    book = Book(METADATA, {}, (one,), {"images/photo.jpg": Asset("images/photo.jpg", kind, data, 900, 600, "")}, "")
    reading = Reading(book, EDITION, False, 0)
    composition = Composition(reading, (), (), {"images/photo.jpg": (data, kind)}, (), (), ())
    page = LaidPage(
        index=50, side="right", label="41", name="", blank=False, width=432, height=648, text="", authored="",
        hyphenated=False, lines=(), top=0, bottom=0, left=0, right=0, leading=14, first=0, breaks=(),
        pictures=(Picture(50, 50, width, height, source),), marked=True,
    )  # fmt: skip
    return [str(found) for found in resolution.too_coarse(composition, (page,), dpi)]


def test_a_picture_below_the_printers_resolution_is_named_with_page_and_need() -> None:
    (said,) = coarse(324, 216)
    assert said.startswith(
        "one.md:7:3: warning: images/photo.jpg on page 41 is printed at 200 dpi: it needs 1,350 by 900 pixels"
    )
    assert "it has 900 by 600; take a larger file, or give it a smaller width" in said


def test_a_picture_over_the_whole_page_has_no_smaller_width() -> None:
    (said,) = coarse(441, 666)
    assert "take a larger file, or leave '.full-bleed' away" in said


def test_without_a_printer_only_dots_that_everybody_sees_are_named() -> None:
    assert coarse(324, 216, dpi=0) == []
    (said,) = coarse(648, 432, dpi=0)
    assert "at 100 dpi: it needs 2,700 by 1,800 pixels" in said


def test_a_stretched_picture_counts_by_its_coarser_side() -> None:
    (said,) = coarse(216, 288)
    assert "at 150 dpi: it needs 1,800 by 1,200 pixels" in said


def test_fine_pictures_drawings_and_what_the_layout_shows_are_not_named() -> None:
    assert coarse(216, 144) == []
    assert coarse(324, 216, kind="image/svg+xml") == []
    assert coarse(324, 216, source="ornament.png") == []
    assert coarse(0, 216) == []


def test_pages_that_are_known_are_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, looked = Cache(tmp_path, recent=Recent()), []
    read = content.read

    def look(*given: Any) -> content.Seen:
        looked.append(given)
        return read(*given)

    monkeypatch.setattr(content, "read", look)
    handed({"interior.pdf": interior()}, store=store)
    assert len(looked) == 2  # pages that are the same, and an empty one
    handed({"interior.pdf": interior(printed.draw("0 g 99 99 9 9 re f"))}, store=store)
    assert len(looked) == 3


def _fonts_of_its_own(pdf: Pdf) -> None:
    """Give a page fonts that are the same as those of the others, and number all that follows anew."""
    resources = pdf.pages[2].obj["/Resources"]
    fonts = {name: pdf.make_indirect(Dictionary(dict(font.items()))) for name, font in resources["/Font"].items()}
    pdf.pages[2].obj["/Resources"] = Dictionary({**dict(resources.items()), "/Font": Dictionary(fonts)})


@pytest.mark.parametrize(
    "spoil",
    [
        printed.draw("0 g 99 99 9 9 re f", 7),
        printed.show(printed.image(50, 50)),
        printed.under(ca=0.5),
        printed.draw("1 2 3 re W", 36),
        _fonts_of_its_own,
        lambda pdf: pdf.pages[4].rotate(90, relative=False),
    ],
)
def test_what_is_kept_of_pages_changes_no_finding(tmp_path: Path, spoil: printed.Spoil) -> None:
    shelves = [shelf(Cache(tmp_path, recent=Recent())), shelf(Cache(tmp_path))]
    demand = preflight.Demand(printers.find("kdp"), EDITION.trim)
    for data in (interior(), interior(spoil), interior(spoil), interior()):
        for kept in shelves:
            assert preflight.examine("a.pdf", data, demand, kept) == preflight.examine("a.pdf", data, demand)
