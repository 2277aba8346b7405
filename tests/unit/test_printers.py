"""Profiles of printers: what they say, where it comes from, and what an own one may change."""

import datetime
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from bookforge import fonts, layouts, printers
from bookforge.compose import sheet as compose_sheet
from bookforge.compose import views
from bookforge.cover import sheet as sheet_of_cover
from bookforge.cover import sizing
from bookforge.diagnostics import EditionError, Location, Severity
from bookforge.edition import Edition, Format, Press
from bookforge.measure import Length, TrimSize, inches
from bookforge.printers import Printer, limits
from bookforge.writers import press

NAMED = {name: printers.find(name) for name in printers.NAMES}
KDP, INGRAM, LULU, GENERIC = (NAMED[name] for name in ("kdp", "ingram", "lulu", "generic"))
SIX_BY_NINE = TrimSize.parse("6x9in")


def in_inches(points: float | None) -> float:
    assert points is not None
    return points / 72


@pytest.mark.parametrize("name", printers.NAMES)
def test_each_value_says_who_says_so_and_when_it_was_read(name: str) -> None:
    known = printers.sources()
    for fact in NAMED[name].facts:
        assert fact.sources
        assert set(fact.sources) <= set(known), fact
        assert datetime.date.fromisoformat(fact.date) >= datetime.date(2026, 11, 22), fact


def test_each_source_has_a_kind_a_title_and_where_it_can_an_address() -> None:
    for key, source in printers.sources().items():
        assert source.kind in {"printer", "copy", "dated", "trade", "ours"}, key
        assert source.title
        assert source.address.startswith("http") or source.kind in {"trade", "ours"}, key


def test_what_is_trade_knowledge_only_never_stops_a_book() -> None:
    for printer in NAMED.values():
        facts = {fact.key: fact for fact in printer.facts}
        if "TRADE" in facts["page-counts"].sources:
            assert printer.count_outside is Severity.WARNING
        if "TRADE" in facts["trims"].sources:
            assert printer.unlisted_trim is Severity.WARNING


@pytest.mark.parametrize(
    ("pages", "inside"),
    [
        (24, 0.375), (150, 0.375), (151, 0.5), (300, 0.5), (301, 0.625), (500, 0.625), (501, 0.75), (700, 0.75),
        (701, 0.875), (828, 0.875),
    ],
)  # fmt: skip
def test_the_gutter_of_kdp_by_its_bands(pages: int, inside: float) -> None:
    assert in_inches(KDP.inside(pages)) == pytest.approx(inside)


@pytest.mark.parametrize(
    ("pages", "inside"),
    [(32, 0.5), (59, 0.5), (60, 0.625), (150, 0.625), (151, 1.0), (399, 1.0), (400, 1.125), (600, 1.125), (601, 1.25)],
)
def test_the_gutter_of_lulu_takes_the_wider_where_the_guide_is_unclear(pages: int, inside: float) -> None:
    assert in_inches(LULU.inside(pages)) == pytest.approx(inside)


@pytest.mark.parametrize("pages", [24, 59, 60, 150, 151, 300, 301, 399, 400, 500, 501, 600, 601, 700, 701, 828])
def test_the_generic_profile_satisfies_every_printer(pages: int) -> None:
    for printer in (KDP, INGRAM, LULU):
        assert GENERIC.inside(pages) >= printer.inside(pages)
        for bleed in (False, True):
            assert GENERIC.edge(bleed) >= printer.edge(bleed)
        assert set(GENERIC.forbids) >= set(printer.forbids)
        assert GENERIC.min_dpi >= printer.min_dpi


@pytest.mark.parametrize(
    ("printer", "pages", "paper", "width"),
    [
        (KDP, 300, "white", 0.6756),
        (KDP, 300, "cream", 0.75),
        (KDP, 300, "premium-colour", 0.7041),
        (KDP, 300, "standard-colour", 0.6756),
        (LULU, 32, "white", 3.35 / 25.4),
        (LULU, 244, "cream", 15.48 / 25.4),
        (LULU, 800, "colour", 47.29 / 25.4),
    ],
)
def test_spines_of_paperbacks(printer: printers.Printer, pages: int, paper: str, width: float) -> None:
    assert in_inches(printer.spine(pages, paper, "paperback")) == pytest.approx(width, abs=0.005 / 25.4)


def test_the_cover_of_a_kdp_paperback_is_as_wide_as_its_own_calculator_says() -> None:
    spine = KDP.spine(300, "white", "paperback")
    assert spine is not None
    assert in_inches(2 * SIX_BY_NINE.width.pt + spine + 2 * KDP.cover_bleed) == pytest.approx(12.9256)


@pytest.mark.parametrize("paper", ["white", "cream"])
def test_where_only_the_template_knows_no_spine_is_guessed(paper: str) -> None:
    assert KDP.spine(300, paper, "hardcover") is None
    assert LULU.spine(300, paper, "hardcover") is None
    for binding in ("paperback", "hardcover"):
        assert INGRAM.spine(300, paper, binding) is None
        assert GENERIC.spine(300, paper, binding) is None


def test_text_on_the_spine_begins_where_it_is_thick_enough() -> None:
    assert (KDP.spine_text_pages, LULU.spine_text_pages, INGRAM.spine_text_pages) == (79, 81, 48)


@pytest.mark.parametrize(
    ("trim", "multiple"),
    [("5x8in", 6), ("6x9in", 6), ("6.14x9.21in", 6), ("156x234mm", 6), ("6.69x9.61in", 4), ("8.5x11in", 4)],
)
def test_ingram_prints_small_books_in_sheets_of_six_pages_and_large_ones_in_four(trim: str, multiple: int) -> None:
    assert INGRAM.page_multiple(TrimSize.parse(trim)) == multiple


def filled(printer: Printer, pages: int) -> int:
    return press.filled(pages, printer.page_multiple(SIX_BY_NINE), printer.last_blank)


@pytest.mark.parametrize(("pages", "padded"), [(5, 6), (6, 12), (7, 12), (11, 12)])
def test_a_book_at_ingram_ends_on_a_blank_page_of_a_whole_sheet(pages: int, padded: int) -> None:
    assert filled(INGRAM, pages) == padded


@pytest.mark.parametrize(("pages", "padded"), [(1, 2), (86, 86), (87, 88)])
def test_a_book_at_kdp_has_an_even_number_of_pages(pages: int, padded: int) -> None:
    assert filled(KDP, pages) == padded


@pytest.mark.parametrize(
    ("binding", "paper", "trim", "expected"),
    [
        ("paperback", "white", None, (24, 828)),
        ("paperback", "cream", None, (24, 776)),
        ("paperback", "cream", "8.5x11in", (24, 550)),
        ("paperback", "white", "a4", (24, 780)),
        ("paperback", "standard-colour", None, (72, 600)),
        ("hardcover", "white", None, (75, 550)),
        ("hardcover", "standard-colour", None, None),
    ],
)
def test_how_many_pages_kdp_binds(binding: str, paper: str, trim: str | None, expected: tuple[int, int] | None) -> None:
    assert KDP.pages(binding, paper, TrimSize.parse(trim) if trim else None) == expected


@pytest.mark.parametrize(
    ("printer", "trim", "binding", "paper", "taken"),
    [
        (KDP, "5.5x8.5in", "paperback", "cream", True),
        (KDP, "140x216mm", "paperback", "cream", True),  # a size of one's own
        (KDP, "140x216mm", "hardcover", "cream", False),
        (KDP, "3x5in", "paperback", "white", False),
        (INGRAM, "7x10in", "paperback", "white", True),
        (INGRAM, "7x10in", "paperback", "cream", False),
        (LULU, "a5", "paperback", "white", True),
        (LULU, "138x216mm", "paperback", "white", False),
        (GENERIC, "3x5in", "paperback", "white", True),
    ],
)
def test_which_sizes_are_cut(printer: printers.Printer, trim: str, binding: str, paper: str, taken: bool) -> None:
    assert printer.takes(TrimSize.parse(trim), binding, paper) is taken


# ---------------------------------------------------------------- limits


def edition(format_: Format = Format.PDF, paper: str = "white", binding: str = "paperback") -> Edition:
    return Edition("e", format_, "paperback", {}, at=Location("book.yaml", 9, 3), paper=paper, binding=binding)


def rules(found: tuple[object, ...]) -> list[tuple[str, str]]:
    return [(each.rule, each.severity.value) for each in found]  # type: ignore[attr-defined]


def test_an_edition_that_fits_its_printer_is_not_remarked_on() -> None:
    assert limits.of_edition(edition(paper="cream"), KDP, SIX_BY_NINE) == ()
    assert limits.of_pages(edition(), KDP, SIX_BY_NINE, 300) == ()


def test_a_site_has_no_printer() -> None:
    assert rules(limits.of_edition(edition(Format.HTML), KDP, SIX_BY_NINE)) == [("printer-of-pdf", "error")]


def test_a_layout_without_a_trim_size_goes_to_no_printer() -> None:
    assert edition().trim is None
    (found,) = limits.of_edition(edition(), KDP, edition().trim)
    assert (found.rule, found.severity) == ("trim-size-listed", Severity.ERROR)
    assert found.hint == "give the layout a setting 'trim-size'"


def test_a_paper_the_printer_has_not() -> None:
    (found,) = limits.of_edition(edition(paper="pink"), KDP, SIX_BY_NINE)
    assert found.rule == "paper-known"
    assert found.hint == "its papers are white, cream, standard-colour, premium-colour"
    (found,) = limits.of_edition(edition(paper="standard-colour", binding="hardcover"), KDP, SIX_BY_NINE)
    assert found.message == "Amazon KDP makes no hardcover on standard-colour paper"


def test_a_size_off_the_list_is_an_error_or_a_warning_as_the_profile_says() -> None:
    (found,) = limits.of_edition(edition(binding="hardcover"), KDP, TrimSize.parse("5x8in"))
    assert (found.rule, found.severity) == ("trim-size-listed", Severity.ERROR)
    assert found.hint == "the nearest sizes it names are 5.5 × 8.5 in, 6 × 9 in, 6.14 × 9.21 in"
    (found,) = limits.of_edition(edition(), LULU, TrimSize.parse("138x216mm"))
    assert found.severity is Severity.WARNING


Pages = Callable[[Press, TrimSize], list[Mapping[str, Any]]]


@pytest.fixture(scope="module")
def pages_of_a_layout() -> Pages:
    """Return what measures pages in the designs a book is printed in."""
    designs = [layouts.find(name, Path(__file__).parent) for name in ("paperback", "modern", "large-print")]
    faced = [(design, views.FaceView.of(fonts.resolve(design.fonts)[0])) for design in designs]

    def measured(asked: Press, trim: TrimSize) -> list[Mapping[str, Any]]:
        return [
            layouts.Templates(design).measures(
                "geometry.j2", press=asked, trim=trim, fonts=(face,), settings=design.settings
            )
            for design, face in faced[: 3 if trim.width.pt >= 432 else 2]  # large print is for pages of its size
        ]

    return measured


LISTED = [
    (name, binding, size)
    for name, printer in NAMED.items()
    for binding, sizes in printer.trims.items()
    for size in sizes
]


@pytest.mark.parametrize(
    ("name", "binding", "size"), LISTED, ids=[f"{name}-{binding}-{inches(*size)}" for name, binding, size in LISTED]
)
def test_each_listed_size_has_margins_and_room_for_text(
    name: str, binding: str, size: tuple[float, float], pages_of_a_layout: Pages
) -> None:
    printer, trim = NAMED[name], TrimSize(Length(size[0]), Length(size[1]))
    assert limits.of_edition(edition(binding=binding), printer, trim) == ()
    least, most = printer.pages(binding, "white", trim) or (0, 0)
    for pages, bleed in ((least, 0.0), (most, printer.bleed)):
        asked = Press(printer.inside(pages), printer.edge(bool(bleed)), bleed)
        for said in pages_of_a_layout(asked, trim):
            assert said["inner"] >= asked.inside - 0.05
            assert said["outer"] >= asked.edge - 0.05
            # Above and below the text stand a head and a folio, a line away.
            assert min(said["top"], said["foot"]) >= asked.edge + said["leading"] + 13
            assert said["inner"] + said["text_width"] + said["outer"] == pytest.approx(size[0], abs=0.1)
            sheet = compose_sheet.of(said)
            assert sheet is not None
            assert compose_sheet.judge(sheet, edition(), lambda _: None) is None
            assert sheet.width / sheet.character >= 36  # fewer characters make holes in justified lines
    spine = printer.spine(most, "white", binding)
    if spine is not None:
        made = sheet_of_cover.paperback(size, spine, sizing.terms(printer))
        assert min(made.front_safe.width, made.back_safe.width) > 72
        assert made.back_safe.holds(made.barcode)


def test_a_page_on_which_the_margins_would_leave_no_room_is_refused() -> None:
    assert limits.of_edition(edition(), GENERIC, TrimSize.parse("3x5in")) == ()
    (found,) = limits.of_edition(edition(), GENERIC, TrimSize.parse("2.75x5in"))
    assert (found.rule, found.severity) == ("trim-size-listed", Severity.ERROR)


@pytest.mark.parametrize(("pages", "hint"), [(22, "smaller trim size"), (830, "divide the book")])
def test_a_page_count_outside_the_limits_is_an_error_with_a_way_out(pages: int, hint: str) -> None:
    (found,) = limits.of_pages(edition(), KDP, SIX_BY_NINE, pages)
    assert (found.rule, found.severity) == ("page-count-fits", Severity.ERROR)
    assert hint in (found.hint or "")
    assert str(found.at) == "book.yaml:9:3"


def test_limits_that_are_not_confirmed_only_warn() -> None:
    (found,) = limits.of_pages(edition(), INGRAM, SIX_BY_NINE, 12)
    assert found.severity is Severity.WARNING


# ---------------------------------------------------------------- own profiles


def own(folder: Path, text: str) -> printers.Printer:
    (folder / "mine.yaml").write_text(text, "utf-8")
    return printers.find("mine.yaml", folder=folder)


def wrong(folder: Path, text: str) -> list[str]:
    with pytest.raises(EditionError) as caught:
        own(folder, text)
    assert {each.rule for each in caught.value.diagnostics} in ({"printer-valid"}, {"yaml-syntax"})
    return [f"{each.at}: {each.message}" for each in caught.value.diagnostics]


def test_a_profile_of_ones_own_changes_what_it_names(tmp_path: Path) -> None:
    printer = own(tmp_path, "title: The Shop\nextends: kdp\nbleed: 3mm\ncrop-marks: true\n")
    assert (printer.name, printer.title) == ("mine", "The Shop")
    assert printer.bleed == pytest.approx(3 * 72 / 25.4)
    assert printer.crop_marks
    assert printer.gutter == KDP.gutter
    (fact,) = [fact for fact in printer.facts if fact.key == "bleed"]
    assert fact.sources == ("mine.yaml",)


def test_a_profile_of_ones_own_rests_on_the_generic_one(tmp_path: Path) -> None:
    table = "spines: [{binding: hardcover, paper: cream, per-page: 0.06mm, plus: 5mm}]"
    printer = own(tmp_path, f"{table}\npage-multiple: [{{multiple: 16}}]\n")
    assert printer.inside(200) == GENERIC.inside(200)
    assert printer.spine(200, "cream", "hardcover") == pytest.approx((0.06 * 200 + 5) * 72 / 25.4)
    assert filled(printer, 200) == 208


def test_slips_in_a_profile_are_all_named_with_their_places(tmp_path: Path) -> None:
    text = "bleed: 3\nguter: []\ngutter: [{inside: 1in}, {to: 100, inside: 2in}]\nforbids: [links]\ntitle: []\n"
    assert wrong(tmp_path, text) == [
        "mine.yaml:1:8: 'bleed' must be a length such as 0.125in or 3mm",
        "mine.yaml:2:1: a printer's profile has no key 'guter'",
        "mine.yaml:3:9: 'gutter' must be rows by rising 'to', the last without it",
        "mine.yaml:4:10: 'forbids' must be one of outline, annotations, metadata, marks, layers, attachments",
        "mine.yaml:5:8: 'title' must be a text",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- bleed", "mine.yaml:1:1: a printer's profile is a list of 'key: value' lines"),
        ("extends: amazon", "mine.yaml: a profile cannot extend 'amazon'"),
        ("bleed: {value: 3mm, source: me, dated: 2026}", "mine.yaml:1:33: 'bleed' has no 'dated'"),
        ("bleed: {value: 3mm, date: soon}", "mine.yaml:1:27: the date of 'bleed' is not a day such as 2026-11-22"),
        ("bleed: 9in", "mine.yaml:1:8: 'bleed' must be a length up to 2in"),
        ("page-multiple: [{multiple: 0}]", "mine.yaml:1:16: 'page-multiple' must be a whole number from 1"),
        ("page-multiple: [{multiple: 100000}]", "mine.yaml:1:16: 'page-multiple' must be a whole number up to 64"),
        (
            "spines: [{binding: paperback}]",
            "mine.yaml:1:9: 'spines' must be rows with either per-page or pages-per-inch",
        ),
        (
            "spines: [{binding: paperback, per-page: 1in}]",
            "mine.yaml:1:9: 'spines' must be rows with leaves up to 0.1in thick",
        ),
        (
            "spines: [{binding: paperback, pages-per-inch: 9}]",
            "mine.yaml:1:9: 'spines' must be rows with 10 pages to an inch or more",
        ),
        (
            "page-counts: [{binding: paperback, from: 9, to: 8}]",
            "mine.yaml:1:14: 'page-counts' must be rows whose 'from' is not above their 'to'",
        ),
        (
            "trim-ranges: [{binding: paperback, width-from: 9in, width-to: 8in, height-from: 8in, height-to: 9in}]",
            "mine.yaml:1:14: 'trim-ranges' must be rows whose 'from' is not above their 'to'",
        ),
        ("min-dpi: 99999999999", "mine.yaml:1:10: 'min-dpi' must be a whole number up to 2400"),
        ("min-font: 100pt", "mine.yaml:1:11: 'min-font' must be a type size up to 36pt"),
        ("barcode-width: 10in", "mine.yaml:1:16: 'barcode-width' must be a length up to 3in"),
        ("papers: []", "mine.yaml:1:9: 'papers' must be a row for each paper, one at least"),
        (
            "papers: [{paper: a, ink: black}, {paper: a, ink: colour}]",
            "mine.yaml:1:9: 'papers' must be a row for each paper, one at least",
        ),
        ("max-bytes: 0", "mine.yaml:1:12: 'max-bytes' must be a whole number from 1"),
        ("colour: pink", "mine.yaml:1:9: 'colour' must be one of gray, gray-or-rgb, gray-or-srgb, gray-or-cmyk"),
        ("bleed: [", None),
        ("", "mine.yaml:1:1: a printer's profile is a list of 'key: value' lines"),
    ],
)
def test_a_profile_that_cannot_be_read(tmp_path: Path, text: str, message: str | None) -> None:
    found = wrong(tmp_path, text)
    assert message is None or found == [message]


@pytest.mark.parametrize("name", ["amazon", "KDP", "../mine.yaml", "none.yaml", "/etc/passwd", "mine.txt", ""])
def test_a_printer_nobody_knows(tmp_path: Path, name: str) -> None:
    with pytest.raises(EditionError) as caught:
        printers.find(name, Location("book.yaml", 3, 5), tmp_path)
    (found,) = caught.value.diagnostics
    assert found.rule == "printer-known"
    assert str(found.at) == "book.yaml:3:5"
    assert found.hint
