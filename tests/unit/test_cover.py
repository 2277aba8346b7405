"""Covers as numbers: spines and sheets, what an own file or a template must be, and how titles are broken."""

import dataclasses

import pytest

from bookforge import printers
from bookforge.cover import lines, sheet, sizing
from bookforge.cover.sheet import Box, Sheet
from bookforge.diagnostics import Diagnostic, EditionError, Severity
from bookforge.edition import Edition, Format, Wrap
from bookforge.measure import TrimSize

SIX_BY_NINE = TrimSize.parse("6x9in")
KDP, LULU, INGRAM = (printers.find(name) for name in ("kdp", "lulu", "ingram"))
TERMS = sizing.terms(KDP)


def edition(wrap: Wrap | None = None, paper: str = "white", binding: str = "paperback") -> Edition:
    return Edition("paperback", Format.PDF, "paperback", {}, paper=paper, binding=binding, wrap=wrap)


def made(wrap: Wrap | None, pages: int, printer: printers.Printer = KDP, **more: str) -> Sheet | Diagnostic:
    return sizing.sheet_of(edition(wrap, **more), SIX_BY_NINE, printer, pages)


# ---------------------------------------------------------------- sizes


@pytest.mark.parametrize(
    ("paper", "pages", "width"), [("white", 300, 12.9256), ("cream", 300, 13.0), ("premium-colour", 300, 12.9541)]
)
def test_the_sheet_of_kdp(paper: str, pages: int, width: float) -> None:
    found = made(None, pages, paper=paper)
    assert isinstance(found, Sheet)
    assert found.width / 72 == pytest.approx(width, abs=0.00005)
    assert found.height / 72 == pytest.approx(9.25)
    assert found.outer / 72 == pytest.approx(0.125)


@pytest.mark.parametrize(("pages", "spine"), [(32, 3.35), (244, 15.48), (800, 47.29)])
def test_the_spine_of_lulu(pages: int, spine: float) -> None:
    found = made(None, pages, LULU)
    assert isinstance(found, Sheet)
    assert found.spine.width / 72 * 25.4 == pytest.approx(spine, abs=0.01)


def test_words_held_together_stand_on_one_line() -> None:
    title = "Letters to Mr.\u00a0Smith"
    assert lines.broken(title, 3, len) == ("Letters", "to", "Mr.\u00a0Smith")


def test_the_panels_fill_the_sheet() -> None:
    found = made(None, 300)
    assert isinstance(found, Sheet)
    assert (found.back.left, found.back.right) == (found.outer, found.spine.left)
    assert found.spine.right == pytest.approx(found.front.left)
    assert found.front.right == pytest.approx(found.width - found.outer)
    assert found.back.inside(18, 18, 18, 18).holds(found.barcode)
    assert found.barcode.right == pytest.approx(found.spine.left - 18)
    assert found.back.holds(found.back_safe)
    assert found.spine_safe.width == pytest.approx(found.spine.width - 2 * 4.5)


@pytest.mark.parametrize(("printer", "binding"), [(INGRAM, "paperback"), (KDP, "hardcover"), (LULU, "hardcover")])
def test_what_only_a_template_knows_is_not_guessed(printer: printers.Printer, binding: str) -> None:
    found = made(None, 300, printer, binding=binding)
    assert isinstance(found, Diagnostic)
    assert (found.rule, found.severity) == ("cover-size-known", Severity.WARNING)
    assert printer.title in found.message
    assert "pages: 300" in (found.hint or "")


def test_the_numbers_of_a_template_make_a_hardcover() -> None:
    wrap = Wrap(width=14.4 * 72, height=10.4 * 72, spine=0.95 * 72, pages=300)
    found = made(wrap, 300, binding="hardcover")
    assert isinstance(found, Sheet)
    assert (found.width, found.height) == pytest.approx((14.4 * 72, 10.4 * 72))
    assert found.outer == pytest.approx(0.7 * 72)
    assert found.spine.width == pytest.approx(0.95 * 72)
    assert found.front_safe.left - found.spine.right >= sheet.HINGE


@pytest.mark.parametrize(
    ("wrap", "rule", "said"),
    [
        (Wrap(width=900.0, height=700.0), "cover-size-known", "lacks spine and pages"),
        (Wrap(width=900.0, height=666.0, spine=48.0, pages=300), "cover-fits-trim", "template"),
        (Wrap(width=930.6, height=666.0, spine=48.6, pages=312), "cover-fits-pages", "made for 312 pages"),
    ],
)
def test_a_template_of_another_book_is_refused(wrap: Wrap, rule: str, said: str) -> None:
    with pytest.raises(EditionError, match=said) as raised:
        made(wrap, 300)
    assert [each.rule for each in raised.value.diagnostics] == [rule]


# ---------------------------------------------------------------- own files


def size(pages: int) -> tuple[float, float]:
    found = made(None, pages)
    assert isinstance(found, Sheet)
    return found.width, found.height


def check(wrap: Wrap, pages: int, found: tuple[float, float], printer: printers.Printer = KDP) -> str | None:
    return sizing.check_file(edition(wrap), SIX_BY_NINE, printer, pages, found)


def test_a_cover_for_other_pages_says_by_how_much_the_spine_is_off() -> None:
    with pytest.raises(EditionError) as raised:
        check(Wrap(file="cover/wrap.pdf", pages=312), 318, size(312))
    (found,) = raised.value.diagnostics
    assert found.rule == "cover-fits-pages"
    assert found.message == ("the cover was made for 312 pages, the book now has 318: the spine must be 0.34 mm wider")
    assert "318" in (found.hint or "")


def test_a_cover_that_does_not_say_its_pages_is_measured() -> None:
    assert check(Wrap(file="wrap.pdf"), 312, size(312)) is None
    assert check(Wrap(file="wrap.pdf"), 312, size(314)) is None
    with pytest.raises(
        EditionError, match=r"spine of 17\.85 mm, 350 pages make one of 20\.02 mm: it must be 2\.17 mm wider"
    ):
        check(Wrap(file="wrap.pdf"), 350, size(312))
    with pytest.raises(EditionError, match="narrower"):
        check(Wrap(file="wrap.pdf"), 300, size(340))


@pytest.mark.parametrize("found", [(12.0 * 72, 9.25 * 72), (12.9256 * 72, 9.0 * 72), (612.0, 792.0)])
def test_a_cover_of_another_size_is_refused(found: tuple[float, float]) -> None:
    with pytest.raises(EditionError, match=r"this book needs 12\.926 × 9\.25 in"):
        check(Wrap(file="wrap.pdf", pages=300), 300, found)


def test_a_file_is_compared_with_the_template_where_that_is_given() -> None:
    wrap = Wrap(file="wrap.pdf", width=1000.0, height=700.0, pages=300)
    assert check(wrap, 300, (1000.2, 700.0), INGRAM) is None
    with pytest.raises(EditionError, match="cover-fits-trim"):
        check(wrap, 300, (1010.0, 700.0), INGRAM)


def test_what_cannot_be_compared_is_said() -> None:
    assert "no formula" in (check(Wrap(file="wrap.pdf"), 300, (1000.0, 700.0), INGRAM) or "")
    assert check(Wrap(file="wrap.pdf", pages=300), 300, (1000.0, 700.0), INGRAM) is None
    with pytest.raises(EditionError, match="made for 300 pages, the book now has 310"):
        check(Wrap(file="wrap.pdf", pages=300), 310, (1000.0, 700.0), INGRAM)


# ---------------------------------------------------------------- rectangles and lines


def test_boxes() -> None:
    one = Box(10, 10, 20, 20)
    assert one.holds(Box(12, 12, 18, 18))
    assert not one.holds(Box(12, 12, 20, 18))
    assert one.meets(Box(29, 29, 5, 5))
    assert not one.meets(Box(30, 10, 5, 5))
    assert one.inside(1, 2, 3, 4) == Box(11, 12, 16, 14)


def wide(text: str) -> float:
    return 0.5 * len(text)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Dusk", ("Dusk",)),
        ("The Second Person", ("The", "Second", "Person")),
        ("Salt & Signal", ("Salt &", "Signal")),
    ],
)
def test_titles_are_broken_as_by_hand(title: str, expected: tuple[str, ...]) -> None:
    assert lines.settle(title, (80, 66), wide, 1.03).lines == expected


def test_no_line_of_a_title_is_wider_than_its_measure() -> None:
    title = "A Rather Long Title of a Book About Everything That Happened"
    found = lines.settle(title, (80, 66), wide, 1.03)
    assert " ".join(found.lines) == title
    assert max(map(wide, found.lines)) * found.size <= 80 + 1e-9
    assert len(found.lines) * found.size * 1.03 <= 66 + 1e-9


def test_scripts_without_spaces_are_broken_between_characters() -> None:
    found = lines.broken("雪国の灯台守の手記", 3, len)
    assert "".join(found) == "雪国の灯台守の手記"
    assert [len(line) for line in found] == [3, 3, 3]


def test_scripts_that_join_letters_are_not_spaced() -> None:
    assert lines.takes_spacing("Ada Marsh, Νίκος")
    assert not lines.takes_spacing("נועה")
    assert not lines.takes_spacing("ليلى")


def test_a_hundred_words_are_broken_too() -> None:
    text = "word " * 100
    assert " ".join(lines.settle(text, (80, 66), wide, 1.0).lines) == text.strip()


def test_terms_are_those_of_the_profile() -> None:
    assert dataclasses.astuple(TERMS) == (9.0, 18.0, 4.5, (144.0, pytest.approx(86.4)), 18.0)
