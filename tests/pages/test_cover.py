"""Finished covers, measured: size, what keeps clear of trim and folds, the bar code read back from its pixels."""

import dataclasses
import io
import re
import warnings
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageDraw
from tests.unit import rich_book

from bookforge import cover, fonts, layouts, printers
from bookforge.book import Asset, Book, Contributor, Cover, Metadata, Series, Subject
from bookforge.cache import Cache
from bookforge.cover import art, lettering, sizing, wrap
from bookforge.cover.package import Covers, package
from bookforge.cover.sheet import Box, Sheet
from bookforge.diagnostics import EditionError, LayoutError, Location
from bookforge.edition import Edition, Format, Reading, Wrap
from bookforge.measure import TrimSize
from bookforge.typography.choices import Choices

ISBN = "978-0-306-40615-7"
TRIM = TrimSize.parse("5.5x8.5in")
BLURB = (
    "Two keepers, one light and a winter. From October to the middle of May the boat came four times, and in between "
    "they counted tins, candles and days, in that order. This is what each of them wrote down, and what neither did."
)
LIFE = "has kept lights, bees and the minutes of three societies, and lives on the mainland now, within sight of one."
METADATA = Metadata(
    title="Salt & Signal",
    subtitle="Two Keepers of One Light",
    language="en-GB",
    authors=(Contributor("Ada Marsh"), Contributor("Ben Holm", biography=f"Ben Holm {LIFE}")),
    series=Series("Lights", "IV"),
    publisher="Foreland Press",
    subjects=(Subject("bisac", "BIO026000", "BIOGRAPHY & AUTOBIOGRAPHY / Personal Memoirs"),),
    description=BLURB,
)
LONG = dataclasses.replace(
    METADATA,
    title="The Surprisingly Long and Winding Title of a Book About Remembering Everything That Happened to Us",
    subtitle="Being a True Account of the Journey, the House, the Four Children and the Dog, Told by Them All",
    authors=(Contributor("Maximiliana Featherstonehaugh-Cholmondeley"), Contributor("Bartholomew van den Heuvel III")),
    description="\n\n".join([BLURB] * 7),
)


def studio(
    scratch: Path,
    metadata: Metadata = METADATA,
    picture: Asset | None = None,
    words: str | None = "in-image",
    **said: Any,
) -> cover.Studio:
    layout = layouts.find("paperback", Path(__file__).parent)
    if picture:
        at = Location("book.yaml", 7)
        metadata = dataclasses.replace(metadata, cover=Cover(picture.path, "A light", at, words))
    book = Book(metadata, {}, (), {picture.path: picture} if picture else {}, "draft 1")
    edition = Edition("paperback", Format.PDF, "paperback", {}, **({"paper": "cream"} | said))
    faces = fonts.resolve(layout.fonts)
    return cover.Studio(Reading(book, edition, False, 0), layout, faces, Choices(), Cache(None), scratch)


class Bound:
    """A wrap with its sheet, its words by place, and its pixels."""

    def __init__(self, made: cover.Studio, pages: int, printer: str = "kdp") -> None:
        profile = printers.find(printer)
        found = sizing.sheet_of(made.read.edition, TRIM, profile, pages)
        assert isinstance(found, Sheet)
        self.sheet = found
        self.made = wrap.wrap(made, found, profile, pages)
        self.said = [each.rule for each in self.made.said]
        self.data = self.made.data or b""
        self.letters = list(_letters(self.data)) if self.data else []

    def text_in(self, place: Box) -> str:
        return "".join(char for char, box in self.letters if place.holds(box, 1.0))

    def pixels(self, place: Box, dots: int = 144) -> Image.Image:
        with pypdfium2.PdfDocument(self.data) as document:
            image: Image.Image = document[0].render(scale=dots / 72).to_pil().convert("RGB")
        scale = dots / 72
        left, top, right, bottom = (round(each * scale) for each in (place.left, place.top, place.right, place.bottom))
        return image.crop((left, top, right, bottom))


def _letters(data: bytes) -> Iterator[tuple[str, Box]]:
    """Yield every drawn character with its ink's box, from the sheet's top left corner."""
    with pypdfium2.PdfDocument(data) as document:
        page = document[0]
        high, text = page.get_height(), page.get_textpage()
        for index in range(text.count_chars()):
            char = text.get_text_range(index, 1)
            left, bottom, right, top = text.get_charbox(index)
            if char.strip() and right > left:
                yield char, Box(left, high - top, right - left, top - bottom)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scratch")


@pytest.fixture(scope="module")
def plain(scratch: Path) -> Bound:
    return Bound(studio(scratch, isbn=ISBN), 212)


def picture(width: int, height: int, colour: str = "#203040") -> Asset:
    image = Image.new("RGB", (width, height), colour)
    ImageDraw.Draw(image).rectangle((width // 2, 0, width, height), fill="#e0d0c0")
    out = io.BytesIO()
    image.save(out, "PNG")
    return Asset("images/cover.png", "image/png", out.getvalue(), width, height, f"{width}x{height}")


# ---------------------------------------------------------------- the file


def test_the_page_is_the_sheet_with_its_boxes(plain: Bound) -> None:
    with pikepdf.open(io.BytesIO(plain.data)) as document:
        (page,) = document.pages
        media, trim = ([float(each) for each in page[name]] for name in ("/MediaBox", "/TrimBox"))
        assert media == pytest.approx([0, 0, (2 * 5.5 + 212 * 0.0025 + 0.25) * 72, 8.75 * 72], abs=0.01)
        assert trim == pytest.approx([9, 9, media[2] - 9, media[3] - 9], abs=0.01)


def test_nothing_is_in_it_that_printers_refuse(plain: Bound) -> None:
    with pikepdf.open(io.BytesIO(plain.data)) as document:
        assert not {"/Outlines", "/Metadata", "/StructTreeRoot", "/Names", "/OCProperties"} & set(document.Root.keys())
        assert not set(document.trailer.get("/Info", {}).keys())
        assert "/Annots" not in document.pages[0]
        found = [each for each in document.objects if isinstance(each, pikepdf.Dictionary)]
        written = [each for each in found if each.get("/Type") == "/FontDescriptor"]
        assert written
        assert all({"/FontFile2", "/FontFile3"} & set(each.keys()) for each in written)
        streams = b"\n".join(each.read_bytes() for each in document.objects if isinstance(each, pikepdf.Stream))
    assert b"0 0 0 rg" not in streams
    assert b"1 1 1 rg" not in streams


def test_the_same_cover_has_the_same_bytes(plain: Bound, scratch: Path) -> None:
    assert Bound(studio(scratch, isbn=ISBN), 212).data == plain.data


# ---------------------------------------------------------------- what keeps clear

CASES: dict[str, tuple[Metadata, int, str, dict[str, Any]]] = {
    "thin": (METADATA, 120, "kdp", {"isbn": ISBN, "paper": "white"}),
    "thick": (METADATA, 700, "kdp", {"isbn": ISBN}),
    "long": (LONG, 300, "lulu", {"isbn": ISBN, "wrap": Wrap(price="51499")}),
    "hardcover": (
        METADATA,
        212,
        "kdp",
        {"isbn": ISBN, "binding": "hardcover", "wrap": Wrap(width=936, height=720, spine=62, pages=212)},
    ),
    "without ISBN": (METADATA, 212, "kdp", {}),
}


@pytest.mark.parametrize("name", CASES)
def test_every_word_keeps_clear_of_trim_and_folds(name: str, scratch: Path) -> None:
    metadata, pages, printer, said = CASES[name]
    bound = Bound(studio(scratch, metadata, **said), pages, printer)
    sheet = bound.sheet
    assert bound.said == []
    safe = (sheet.back_safe, sheet.spine_safe, sheet.front_safe)
    strays = [(char, box) for char, box in bound.letters if not any(place.holds(box) for place in safe)]
    assert strays == []
    for word in metadata.title.split():
        assert word in bound.text_in(sheet.front)
        assert word in bound.text_in(sheet.spine)
    assert re.sub(r"\s+", "", BLURB) in bound.text_in(sheet.back)


def test_the_words_of_the_spine_are_turned_to_the_right(plain: Bound) -> None:
    place = plain.sheet.spine
    tops = [box.top for char, box in plain.letters if place.holds(box) and char in "Salt"]
    assert tops == sorted(tops)
    assert plain.text_in(place) == "AdaMarsh·BenHolmSalt&SignalForelandPress"


@pytest.mark.parametrize(("pages", "said"), [(60, "fewer than 79 pages"), (80, "too narrow")])
def test_a_thin_spine_has_no_words(pages: int, said: str, scratch: Path) -> None:
    bound = Bound(studio(scratch, isbn=ISBN, paper="white"), pages)
    assert bound.text_in(bound.sheet.spine) == ""
    assert said in bound.made.said[0].message


def test_a_description_without_end_makes_no_cover(scratch: Path) -> None:
    endless = dataclasses.replace(METADATA, description=BLURB * 20)
    bound = Bound(studio(scratch, endless), 212)
    assert bound.data == b""
    assert bound.said == ["cover-text-fits"]
    assert "back" in (bound.made.said[0].hint or "")
    shorter = dataclasses.replace(endless, back_cover=("A light.", "Two keepers."))
    bound = Bound(studio(scratch, shorter), 212)
    assert bound.text_in(bound.sheet.back).startswith("Alight.Twokeepers.")


def test_lives_stay_away_where_there_is_no_room(scratch: Path) -> None:
    full = dataclasses.replace(METADATA, description="\n\n".join([BLURB] * 11))
    bound = Bound(studio(scratch, full, isbn=ISBN), 212)
    assert bound.said == ["cover-text-fits"]
    assert "minutes" not in bound.text_in(bound.sheet.back)


TYPED = dataclasses.replace(
    METADATA,
    title='The Keeper\'s "Light"',
    subtitle="Ben's Answer",
    authors=(Contributor("Ada O'Hara", biography="She's kept the Minch's lights."),),
    publisher="Gull's Press",
    back_cover=('It\'s a "light".',),
    cover=None,
)


def test_covers_have_the_marks_of_the_title_page(scratch: Path) -> None:
    (page,) = (
        each.text
        for each in rich_book.composition(Format.EPUB, metadata=TYPED, cover=False).documents
        if each.section == "titlepage"
    )
    assert "The Keeper’s ‘Light’" in page
    bound = Bound(studio(scratch, TYPED, isbn=ISBN), 400)
    sheet = bound.sheet
    front, spine, back = (bound.text_in(place) for place in (sheet.front, sheet.spine, sheet.back))
    title = "TheKeeper’s‘Light’"
    assert title in front
    assert "Ben’sAnswer" in front
    assert "AdaO’Hara" in front
    assert spine == f"AdaO’Hara{title}Gull’sPress"
    assert "It’sa‘light’." in back
    assert "She’skepttheMinch’slights." in back
    shown = set(cover.picture(studio(scratch, TYPED)).shown)
    assert shown >= set("’‘")
    assert not shown & set("'\"")


def test_covers_stay_as_typed_where_the_book_says_so(scratch: Path) -> None:
    kept = dataclasses.replace(studio(scratch, TYPED), typography=Choices(care=False))
    assert kept.metadata == TYPED


# ---------------------------------------------------------------- the bar code


def _scan(image: Image.Image) -> str:
    """Read an EAN-13 from a row of pixels, by the widths of its elements."""
    row = [pixel < 128 for pixel in image.convert("L").tobytes()]
    first, last = row.index(True), len(row) - row[::-1].index(True)
    row = row[first:last]
    module = len(row) / 95
    runs = [max(1, round(len(list(run)) / module)) for _, run in groupby(row)]
    assert sum(runs) == 95
    widths = ["3211", "2221", "2122", "1411", "1132", "1231", "1114", "1312", "1213", "3112"]
    sets, digits = "", ""
    for start in (*range(3, 27, 4), *range(32, 56, 4)):
        shown = "".join(map(str, runs[start : start + 4]))
        sets += "A" if shown in widths else "B"
        digits += str(widths.index(shown if shown in widths else shown[::-1]))
    orders = ["AAAAAA", "AABABB", "AABBAB", "AABBBA", "ABAABB", "ABBAAB", "ABBBAA", "ABABAB", "ABABBA", "ABBABA"]
    return str(orders.index(sets[:6])) + digits


def test_a_price_without_a_bar_code_is_missed(scratch: Path) -> None:
    bound = Bound(studio(scratch, wrap=Wrap(price="51499")), 212)
    assert bound.said == ["cover-barcode-fits"]
    assert "price" in bound.made.said[0].message


def test_a_field_as_wide_as_the_back_leaves_no_width_below_nothing(scratch: Path) -> None:
    made, wide = studio(scratch), dataclasses.replace(printers.find("kdp"), barcode_clear=144.0, barcode_width=216.0)
    found = sizing.sheet_of(made.read.edition, TRIM, wide, 212)
    assert isinstance(found, Sheet)
    assert "stylesheet-parses" not in [each.rule for each in wrap.wrap(made, found, wide, 212).said]


def test_a_bar_code_without_room_is_left_out_and_said(scratch: Path) -> None:
    made, narrow = studio(scratch, isbn=ISBN), dataclasses.replace(printers.find("kdp"), barcode_width=20.0)
    found = sizing.sheet_of(made.read.edition, TRIM, narrow, 212)
    assert isinstance(found, Sheet)
    wrapped = wrap.wrap(made, found, narrow, 212)
    assert [each.rule for each in wrapped.said] == ["cover-barcode-fits"]
    assert wrapped.data is not None


def test_the_bar_code_is_read_back_from_its_pixels(plain: Bound) -> None:
    back = plain.pixels(plain.sheet.back, 600)
    row = back.crop((0, 4200, back.width, 4201)).convert("L")
    white = [index for index, pixel in enumerate(row.tobytes()) if pixel > 250]
    bars = row.crop((white[0], 0, white[-1] + 1, 1))
    assert _scan(bars) == ISBN.replace("-", "")
    ink = bars.tobytes()
    quiet = (bars.width - len(ink.lstrip(b"\xff")), bars.width - len(ink.rstrip(b"\xff")))
    module = 0.33 * 0.9 / 25.4 * 600
    assert quiet[0] >= 11 * module - 2
    assert quiet[1] >= 7 * module - 2
    assert set(ink) >= {0, 255}


def test_the_printer_finds_its_own_field_empty(scratch: Path) -> None:
    bound = Bound(studio(scratch), 212)
    field = bound.pixels(bound.sheet.barcode.inside(1, 1, 1, 1))
    assert field.getextrema() == ((255, 255),) * 3
    lulu = Bound(studio(scratch), 212, "lulu")
    assert (255, 255, 255) not in {colour for _, colour in lulu.pixels(lulu.sheet.barcode).getcolors(9999) or ()}


# ---------------------------------------------------------------- pictures


def test_a_picture_fills_the_front_and_colours_the_rest(scratch: Path) -> None:
    bound = Bound(studio(scratch, picture=picture(1900, 3040), isbn=ISBN), 212)
    assert bound.said == []
    sheet = bound.sheet
    assert bound.text_in(sheet.front) == ""
    shown = bound.pixels(Box(0, 0, sheet.width, sheet.height))
    assert shown.getpixel((shown.width - 2, shown.height // 2)) == (0xE0, 0xD0, 0xC0)
    edge = round(sheet.front.left * 2)
    for x in (2, edge - 4, edge + 4):
        assert shown.getpixel((x, 4)) == pytest.approx((0x20, 0x30, 0x40), abs=2)


def test_a_picture_with_a_clear_ground_stands_on_white_as_in_shops(scratch: Path) -> None:
    clear, out = Image.new("RGBA", (1900, 3040), (0, 0, 0, 0)), io.BytesIO()
    ImageDraw.Draw(clear).rectangle((0, 0, 40, 3040), fill="#203040")
    clear.save(out, "PNG")
    art = Asset("images/cover.png", "image/png", out.getvalue(), 1900, 3040, "clear")
    bound = Bound(studio(scratch, picture=art, isbn=ISBN), 212)
    front = bound.sheet.front
    assert bound.pixels(Box(front.left + 100, front.top + 100, 20, 20)).getpixel((10, 10)) == (255, 255, 255)


def test_many_authors_stand_in_rows_that_can_be_read(scratch: Path) -> None:
    names = tuple(Contributor(f"Person Number{number}") for number in range(20))
    made = studio(scratch, dataclasses.replace(METADATA, authors=names))
    page = Box(0, 0, 396, 612)
    view = lettering.view(made.metadata, made.faces, lettering.Front(page, page.inside(18, 18, 18, 18), 0))
    assert 4 <= len(view.authors) <= 7
    assert all(f"Number{number}" in " ".join(view.authors) for number in range(20))
    assert view.authors_size * view.unit > 7
    few = lettering.view(METADATA, made.faces, lettering.Front(page, page, 0))
    assert few.authors == tuple(each.name for each in METADATA.authors)


@pytest.mark.parametrize(
    ("size", "words", "rule", "said"),
    [
        ((1600, 2800), "in-image", "cover-fits-trim", "lose 11% of its height"),
        ((1000, 1600), "in-image", "cover-large-enough", "178 dots an inch"),
        ((1000, 1600), "in-image", "cover-large-enough", "1,688 by 2,700 pixels, not 1,000 by 1,600"),
        ((5000, 2000), "set", "cover-fits-trim", "loses 42% of its width"),
        ((1000, 1500), "set", "cover-large-enough", "171 dots an inch"),
    ],
)
def test_a_picture_that_does_not_suit_is_told(
    size: tuple[int, int], words: str, rule: str, said: str, scratch: Path
) -> None:
    bound = Bound(studio(scratch, picture=picture(*size), words=words, isbn=ISBN), 212)
    (found,) = bound.made.said
    assert (found.rule, str(found.at)) == (rule, "book.yaml:7")
    assert said in f"{found.message} {found.hint}"


SHOWN = {"portrait": (1900, 2900), "square": (2600, 2600), "landscape": (3000, 2000), "panorama": (6000, 2000)}
GROUNDS = {"portrait": "#7a7f72", "square": "#f0ede4", "landscape": "#0c1020", "panorama": "#c04020"}


@pytest.mark.parametrize("name", SHOWN)
def test_title_and_authors_are_set_with_a_picture(name: str, scratch: Path) -> None:
    made = studio(scratch, picture=picture(*SHOWN[name], GROUNDS[name]), words="set", isbn=ISBN)
    bound = Bound(made, 212)
    sheet = bound.sheet
    assert bound.text_in(sheet.front_safe) == "Lights,IVSalt&SignalTwoKeepersofOneLightAdaMarshBenHolm"
    shop = cover.picture(made)
    assert (shop.width, shop.height, shop.said) == (1600, 2560, ())
    assert cover.description(made) == "Salt & Signal, Ada Marsh, Ben Holm. A light"
    assert set("Salt&SignalAdaMarshBenHolm") <= set(shop.shown)
    # The words stand on a plain ground that ink is read on, in shops and in print the same.
    depicted = made.depicted()
    assert depicted is not None
    ink = "#ffffff" if depicted.dark else "#000000"
    assert art.contrast(depicted.edge, ink) >= 7
    ground = tuple(int(depicted.edge[at : at + 2], 16) for at in (1, 3, 5))
    for line in ("Salt", "Ada", "Two"):
        boxes = _word(bound, line, sheet.front)
        place = Box(boxes[0].left - 2, boxes[0].top - 2, boxes[-1].right - boxes[0].left + 4, boxes[0].height + 4)
        shades = {shade for _, shade in bound.pixels(place, 72).getcolors(99999) or ()}
        assert ground in shades
        assert (0xE0, 0xD0, 0xC0) not in shades


def _word(bound: Bound, word: str, place: Box) -> list[Box]:
    inside = [(char, box) for char, box in bound.letters if place.holds(box, 1.0)]
    start = "".join(char for char, _ in inside).index(word)
    return [box for _, box in inside[start : start + len(word)]]


@pytest.mark.parametrize("trim", ["8.25x6in", "8.5x8.5in", "11x8.5in", "4.25x6.875in"])
@pytest.mark.parametrize("size", [(2000, 3000), (3600, 2400)])
def test_broad_and_small_fronts_have_large_words_too(trim: str, size: tuple[int, int], scratch: Path) -> None:
    made = studio(scratch, picture=picture(*size), words="set", paper="white")
    sheet = sizing.sheet_of(made.read.edition, TrimSize.parse(trim), printers.find("lulu"), 300)
    assert isinstance(sheet, Sheet)
    wrapped = wrap.wrap(made, sheet, printers.find("lulu"), 300)
    assert "cover-text-fits" not in [each.rule for each in wrapped.said]
    assert wrapped.data is not None
    title = [box.height for char, box in _letters(wrapped.data) if sheet.front.holds(box, 1.0) and char == "S"]
    assert max(title) > 0.03 * sheet.front.height


def test_no_line_shows_round_a_picture_of_the_colour_beside_it(scratch: Path) -> None:
    plain, out = Image.new("RGB", (1900, 2900), "#203040"), io.BytesIO()
    plain.save(out, "PNG")
    art = Asset("images/cover.png", "image/png", out.getvalue(), 1900, 2900, "plain")
    bound = Bound(studio(scratch, picture=art, isbn=ISBN), 212)
    # What draws pages smooths edges, and the white behind a picture would shine through as a line.
    with pikepdf.open(io.BytesIO(bound.data)) as document:
        drawn = pikepdf.parse_content_stream(document.pages[0])
    colour, white = "", set()
    for operands, operator in drawn:
        if str(operator) in {"g", "rg"}:
            colour = " ".join(f"{float(each):g}" for each in operands)
        elif str(operator) == "re" and colour in {"1", "1 1 1"}:
            white.add(round(float(operands[0]) * 0.75, 2))
    assert round(bound.sheet.front.left + 0.5, 2) in white


def test_shop_and_wrap_show_one_design(scratch: Path) -> None:
    made = studio(scratch, picture=picture(3000, 2000), words="set", isbn=ISBN)
    bound, shop = Bound(made, 212), Image.open(io.BytesIO(cover.picture(made).data)).convert("RGB")
    panel = bound.sheet.front
    for share, is_picture in ((0.1, True), (0.38, True), (0.5, False), (0.98, False)):
        wrapped = bound.pixels(Box(panel.right - 4, panel.top + share * panel.height, 2, 2)).getpixel((1, 1))
        sold = shop.getpixel((1590, round(share * 2560)))
        for shade in (wrapped, sold):
            assert (shade == pytest.approx((0xE0, 0xD0, 0xC0), abs=3)) is is_picture


def test_a_picture_with_words_of_its_own_is_shown_whole_where_it_does_not_fit(scratch: Path) -> None:
    bound = Bound(studio(scratch, picture=picture(2000, 2000), isbn=ISBN), 212)
    front = bound.sheet.front
    assert bound.text_in(front) == ""
    middle = bound.pixels(Box(front.left, front.top + front.height / 2, front.width, 2))
    assert middle.getpixel((2, 1)) == pytest.approx((0x20, 0x30, 0x40), abs=2)
    assert middle.getpixel((middle.width - 4, 1)) == pytest.approx((0xE0, 0xD0, 0xC0), abs=2)
    above = bound.pixels(Box(front.right - 20, front.top + 20, 4, 4)).getpixel((4, 4))
    assert above == pytest.approx((0x20, 0x30, 0x40), abs=2)


@pytest.mark.parametrize(
    ("alt", "said", "lettered"),
    [
        ("A light", "title and authors are set with the picture", False),
        ("Salt &  signal, and a light below", "is taken to bear title and authors", True),
    ],
)
def test_what_is_taken_of_a_picture_is_said_until_the_book_says_it(
    alt: str, said: str, lettered: bool, scratch: Path
) -> None:
    found = picture(1900, 3040)
    told = Cover(found.path, alt, Location("book.yaml", 7))
    made = studio(scratch, dataclasses.replace(METADATA, cover=told))
    made = dataclasses.replace(
        made, read=dataclasses.replace(made.read, book=dataclasses.replace(made.read.book, assets={found.path: found}))
    )
    shown = cover.picture(made)
    assert [each.rule for each in shown.said] == ["cover-lettering"]
    assert said in shown.said[0].message
    assert (shown.data == found.data) is lettered
    assert not Cover("a.jpg", "A light at sea", Location("book.yaml")).is_lettered("Light")


def test_a_cover_is_set_in_the_face_of_its_layout(scratch: Path) -> None:
    layout = layouts.find("modern", scratch)
    modern = dataclasses.replace(studio(scratch), layout=layout, faces=fonts.resolve(layout.fonts))
    with pikepdf.open(io.BytesIO(Bound(modern, 212).data)) as document:
        found = {str(each["/BaseFont"]) for each in document.objects if "/BaseFont" in each}
    assert found
    assert all("Source-Serif" in name or "SourceSerif" in name for name in found)


def test_shops_get_a_jpeg_without_anything_behind_it() -> None:
    seen_through = Image.new("RGBA", (800, 1280), (200, 0, 0, 0))
    out = io.BytesIO()
    seen_through.save(out, "PNG")
    found = art.for_shops(out.getvalue())
    with Image.open(io.BytesIO(found.data)) as image:
        assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (800, 1280))
        assert image.getpixel((5, 5)) == (255, 255, 255)
        assert not {"exif", "icc_profile"} & set(image.info)
    assert art.for_shops(found.data).data == found.data


def test_a_title_is_drawn_at_the_size_shops_want(scratch: Path) -> None:
    shown = cover.picture(studio(scratch))
    assert (shown.width, shown.height, shown.media_type, shown.said) == (1600, 2560, "image/jpeg", ())
    small = cover.picture(studio(scratch, picture=picture(400, 640)))
    assert [each.rule for each in small.said] == ["cover-large-enough"]


def test_a_drawing_keeps_its_proportions(scratch: Path) -> None:
    data = b'<svg xmlns="http://www.w3.org/2000/svg" width="30" height="40"><path d="M0 0h30v40H0z" fill="#123"/></svg>'
    shown = cover.picture(studio(scratch, picture=Asset("a.svg", "image/svg+xml", data, 30, 40, "a")))
    assert (shown.width, shown.height) == (1920, 2560)


# ---------------------------------------------------------------- what is handed over


def handed(made: cover.Studio, pages: int, folder: Path, printer: str = "kdp") -> Covers:
    return package(made, printers.find(printer), TRIM, pages, folder)


def test_a_coarse_picture_is_told_once_with_one_number(scratch: Path, tmp_path: Path) -> None:
    covers = handed(studio(scratch, picture=picture(400, 640), words="set", isbn=ISBN), 212, tmp_path)
    (said,) = covers.said
    assert (said.rule, said.hint) == (
        "cover-large-enough", "Amazon KDP wants 300: give it 1,688 by 2,700 pixels, not 400 by 640",
    )  # fmt: skip


def test_a_huge_picture_brings_no_warning_of_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 300)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert art.edge(picture(20, 20).data) == "#203040"


def test_both_covers_are_handed_over(plain: Bound, scratch: Path, tmp_path: Path) -> None:
    covers = handed(studio(scratch, isbn=ISBN), 212, tmp_path)
    assert covers.files["cover.pdf"] == plain.data
    assert covers.files["cover.jpg"].startswith(b"\xff\xd8")
    assert set("Salt&") <= set(covers.shown)
    assert covers.size == pytest.approx((plain.sheet.width, plain.sheet.height))
    assert covers.spine == pytest.approx(plain.sheet.spine.width)


def test_without_a_template_only_the_front_is_handed_over(scratch: Path, tmp_path: Path) -> None:
    covers = handed(studio(scratch, isbn=ISBN), 212, tmp_path, "ingram")
    assert set(covers.files) == {"cover.jpg"}
    assert (covers.size, covers.spine) == (None, None)
    assert [each.rule for each in covers.said] == ["cover-size-known"]


def test_a_cover_of_ones_own_is_handed_over_as_it_is(plain: Bound, scratch: Path, tmp_path: Path) -> None:
    (tmp_path / "wrap.pdf").write_bytes(plain.data)
    own = studio(scratch, isbn=ISBN, wrap=Wrap(file="wrap.pdf", at=Location("book.yaml", 30)))
    covers = handed(own, 212, tmp_path)
    assert (covers.files["cover.pdf"], covers.said) == (plain.data, ())
    with pytest.raises(EditionError, match=r"book\.yaml:30: error: the cover has a spine of 13\.46 mm, 240 pages"):
        handed(own, 240, tmp_path)


def pdf_of(pages: int = 1, size: tuple[float, float] = (820, 630), locked: bool = False, **said: Any) -> bytes:
    made, out = pikepdf.Pdf.new(), io.BytesIO()
    for _ in range(pages):
        made.add_blank_page(page_size=size)
        for key, value in said.items():
            made.pages[-1].obj[f"/{key}"] = value
    made.save(out, encryption=pikepdf.Encryption(user="a", owner="b") if locked else False)
    return out.getvalue()


@pytest.mark.parametrize("data", [pdf_of(size=(630, 820), Rotate=90), pdf_of(size=(410, 315), UserUnit=2)])
def test_a_cover_of_ones_own_is_measured_as_it_is_shown(data: bytes, scratch: Path, tmp_path: Path) -> None:
    """A page turned, or counted in other units, had the size of its box."""
    (tmp_path / "wrap.pdf").write_bytes(data)
    own = studio(scratch, isbn=ISBN, paper="white", wrap=Wrap(file="wrap.pdf", at=Location("book.yaml", 30)))
    assert handed(own, round((820 - 2 * 396 - 18) / 72 / 0.002252), tmp_path).files["cover.pdf"] == data


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"no PDF at all", "no PDF"), (b"", "empty"), (pdf_of(locked=True), "password"), (pdf_of(2), "2 pages")],
)
def test_a_cover_that_is_no_pdf_is_refused(data: bytes, said: str, scratch: Path, tmp_path: Path) -> None:
    (tmp_path / "wrap.pdf").write_bytes(data)
    with pytest.raises(EditionError, match=said) as raised:
        handed(studio(scratch, wrap=Wrap(file="wrap.pdf")), 212, tmp_path)
    assert [each.rule for each in raised.value.diagnostics] == ["cover-readable"]


def test_a_layout_of_the_books_own_changes_the_looks(scratch: Path, tmp_path: Path) -> None:
    folder = tmp_path / "layouts" / "mine"
    folder.mkdir(parents=True)
    (folder / "layout.yaml").write_text("extends: paperback\n")
    look = folder / "cover-look.css.j2"
    look.write_text(
        ":root { --cover-face: 'EB Garamond'; --cover-ground: #f4c430; --cover-ink: #000; --cover-accent: #000;"
        " --cover-soft: #e5b310 }\n"
    )
    mine = dataclasses.replace(studio(scratch, isbn=ISBN), layout=layouts.find("mine", tmp_path))
    bound = Bound(mine, 212)
    assert bound.pixels(Box(0, 0, 4, 4)).getpixel((1, 1)) == (0xF4, 0xC4, 0x30)
    look.write_text(":root { --cover-ground: url(https://a.example/ground.png) }\n")
    with pytest.raises(LayoutError, match=r"layouts/mine/cover-look\.css\.j2:1.* is not part of the layout"):
        Bound(dataclasses.replace(mine), 212)
    look.write_text(":root { --cover-ground: {{ colour }} }\n")
    with pytest.raises(LayoutError, match=r"layouts/mine/cover-look\.css\.j2:1"):
        Bound(dataclasses.replace(mine), 212)
