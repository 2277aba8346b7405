"""The file for the press: read back, it shows what the digital file shows and holds nothing a printer refuses."""

import dataclasses
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
import press as sample_book
import pypdfium2
import pytest
from PIL import Image, ImageChops

from bookforge import printers
from bookforge.cache import Cache, Recent, Shelf
from bookforge.edition import Stylesheet
from bookforge.measure import TrimSize
from bookforge.writers import press
from conftest import Pressed

TRIM = TrimSize.parse("5.5x8.5in")
PLAIN = press.Order(multiple=2)
INTENT = press.Intent("The Second <Person>", "A Writer & Justin", "2026-11-22", "0123456789abcdef" * 2)
TO_THE_EYE = 40  # of 255: edges of a flattened drawing are drawn twice
COLOURFUL = """
<p style="color: #c02030">Red words, <a href="#c" style="color: blue">a blue link</a> and
<span style="color: rgba(0, 0, 0, .5)">words half there</span>, <span style="color: lab(60% 40 -50)">and lab</span>.</p>
<p><img src="images/photo.jpg" alt="A photograph" style="width: 120pt; height: 90pt"/></p>
<p><img src="images/drawing.png" alt="A drawing on nothing" style="width: 120pt; height: 90pt"/></p>
<p><img src="images/glow.svg" alt="A glow" style="width: 150pt; height: 150pt"/></p>
<p style="background: linear-gradient(to right, #ff0000, #0000ff); height: 20pt">A gradient.</p>
"""
GLOW = b"""<svg xmlns="http://www.w3.org/2000/svg" width="150" height="150" viewBox="0 0 150 150"><defs>
<radialGradient id="g"><stop offset="0" stop-color="#fff" stop-opacity=".9"/><stop offset="1" stop-color="#fff"
stop-opacity="0"/></radialGradient><linearGradient id="l"><stop offset="0" stop-color="#204080"/>
<stop offset="1" stop-color="#80c0ff"/></linearGradient></defs><path fill="url(#l)" d="M0 0h150v150H0z"/>
<circle cx="75" cy="75" r="60" fill="url(#g)"/><path fill="#f00" fill-opacity=".5" d="M20 20h60v60H20z"/></svg>"""


def photo(mode: str, kind: str) -> bytes:
    picture = Image.linear_gradient("L").resize((160, 120))
    bands = [picture, picture.rotate(180), picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)]
    if mode == "RGBA":
        bands.append(Image.radial_gradient("L").resize((160, 120)))
    out = io.BytesIO()
    Image.merge(mode, bands).save(out, kind)
    return out.getvalue()


@pytest.fixture(scope="session")
def colourful(cache_folder: Path) -> Pressed:
    composition = sample_book.compose(sample_book.chapter(COLOURFUL))
    assets = {
        "images/photo.jpg": (photo("RGB", "JPEG"), "image/jpeg"),
        "images/drawing.png": (photo("RGBA", "PNG"), "image/png"),
        "images/glow.svg": (GLOW, "image/svg+xml"),
    }
    return Pressed(dataclasses.replace(composition, assets=assets), cache_folder)


@pytest.fixture(scope="session")
def bleeding(cache_folder: Path) -> Pressed:
    """Three pages, a black field running over every edge of each."""
    body = '<p class="field">One.</p><p class="field">Two.</p><p class="field">Three.</p>'
    composition = sample_book.compose(sample_book.chapter(body))
    css = (
        "@page { bleed: 9pt; margin: 0 } @page :left { margin: 0 } @page :right { margin: 0 }"
        ".field { break-before: page; margin: -9pt; height: 630pt; width: 414pt; background: #000; text-indent: 0 }"
        ".opening { display: none }"
    )
    sheets = (*composition.stylesheets, Stylesheet("bleed.css", "bleed.css", css))
    return Pressed(dataclasses.replace(composition, stylesheets=sheets), cache_folder)


def opened(interior: press.Interior) -> pikepdf.Pdf:
    pdf = pikepdf.open(io.BytesIO(interior.data))
    assert pdf.pages
    return pdf


def drawn(data: bytes, page: int, dpi: int = 100) -> Image.Image:
    return pypdfium2.PdfDocument(data)[page].render(scale=dpi / 72, may_draw_forms=False).to_pil().convert("L")


def text(data: bytes, page: int) -> str:
    return str(pypdfium2.PdfDocument(data)[page].get_textpage().get_text_bounded())


def operators(pdf: pikepdf.Pdf) -> set[str]:
    return {str(each.operator) for stream in contents(pdf) for each in pikepdf.parse_content_stream(stream)}


def contents(pdf: pikepdf.Pdf) -> Iterator[Any]:
    yield from (page.obj for page in pdf.pages)
    for each in pdf.objects:
        if isinstance(each, pikepdf.Stream) and (each.get("/Subtype") == "/Form" or "/PatternType" in each):
            yield each


def boxes(pdf: pikepdf.Pdf, page: int) -> dict[str, list[float]]:
    names = ("/MediaBox", "/BleedBox", "/TrimBox")
    return {name: [round(float(each), 3) for each in pdf.pages[page].obj[name]] for name in names}


# ---------------------------------------------------------------- the same book


def test_it_shows_and_says_the_same_as_the_digital_file(sample: Pressed) -> None:
    interior = press.interior(sample.data, PLAIN)
    digital = pypdfium2.PdfDocument(sample.data)
    assert interior.pages == len(digital) + len(digital) % 2
    for page in range(len(digital)):
        assert text(interior.data, page) == text(sample.data, page)
        assert ImageChops.difference(drawn(interior.data, page), drawn(sample.data, page)).getextrema()[1] <= 2


def test_colours_become_the_gray_they_have_for_the_eye(colourful: Pressed) -> None:
    interior = press.interior(colourful.data, PLAIN)
    for page in range(colourful.pages):
        difference = ImageChops.difference(drawn(interior.data, page), drawn(colourful.data, page))
        histogram = difference.histogram()
        assert sum(histogram[TO_THE_EYE:]) < 0.001 * sum(histogram)
        assert text(interior.data, page) == text(colourful.data, page)


def test_same_bytes(colourful: Pressed, sample: Pressed) -> None:
    for data in (colourful.data, sample.data):
        for order in (PLAIN, dataclasses.replace(PLAIN, intent=INTENT, edges=press.Edges(9))):
            assert press.interior(data, order).data == press.interior(data, order).data


# ---------------------------------------------------------------- what is gone


@pytest.mark.parametrize("ink", ["black", "rgb", "cmyk"])
def test_what_is_kept_of_pages_changes_no_byte(
    sample: Pressed, colourful: Pressed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ink: str
) -> None:
    order = dataclasses.replace(PLAIN, ink=ink, edges=press.Edges(9.0, bleed_inside=True))
    wanted = [press.interior(pressed.data, order) for pressed in (sample, colourful)]
    recent = Recent()
    for store in (Cache(tmp_path, recent=recent), Cache(tmp_path)):
        made = [press.interior(pressed.data, order, Shelf(store)) for pressed in (sample, colourful)]
        assert made == wanted
        recent.write()
        monkeypatch.setattr(pypdfium2, "PdfDocument", None)  # nothing is drawn twice


def test_nothing_is_left_that_only_a_screen_has_use_for(sample: Pressed, colourful: Pressed) -> None:
    for data in (sample.data, colourful.data):
        pdf = opened(press.interior(data, PLAIN))
        assert set(pdf.Root.keys()) == {"/Type", "/Pages"}
        assert "/Info" not in pdf.trailer
        for page in pdf.pages:
            allowed = {"/Type", "/Parent", "/MediaBox", "/BleedBox", "/TrimBox", "/Contents", "/Resources"}
            assert set(page.obj.keys()) == allowed
        assert not operators(pdf) & {"BDC", "BMC", "EMC", "MP", "DP"}
        names = {str(each.get("/Type")) for each in pdf.objects if isinstance(each, pikepdf.Dictionary)}
        assert not names & {"/Annot", "/StructElem", "/Outlines", "/OCG", "/Filespec"}


def test_a_gray_interior_holds_no_colour_at_all(colourful: Pressed) -> None:
    pdf = opened(press.interior(colourful.data, PLAIN))
    assert not operators(pdf) & {"rg", "RG", "k", "K", "CS", "SC"}
    assert spaces(pdf) == {"/DeviceGray"}
    for stream in contents(pdf):
        for each in pikepdf.parse_content_stream(stream):
            if str(each.operator) == "cs":
                assert each.operands[0] == "/Pattern"


def test_black_stays_black(sample: Pressed) -> None:
    pdf = opened(press.interior(sample.data, PLAIN))
    grays = {
        float(each.operands[0])
        for page in pdf.pages
        for each in pikepdf.parse_content_stream(page)
        if str(each.operator) == "g"
    }
    assert 0 in grays


def test_nothing_sees_through_itself(colourful: Pressed) -> None:
    pdf = opened(press.interior(colourful.data, PLAIN))
    for each in pdf.objects:
        if isinstance(each, pikepdf.Dictionary | pikepdf.Stream):
            assert "/SMask" not in each
            assert "/Group" not in each
            assert float(each.get("/ca", 1)) == 1


def test_a_flattened_drawing_is_as_fine_as_a_press_prints(colourful: Pressed) -> None:
    pdf = opened(press.interior(colourful.data, PLAIN))
    (glow,) = [
        each
        for each in pdf.objects
        if isinstance(each, pikepdf.Stream) and each.get("/Subtype") == "/Image" and int(each.Width) > 1000
    ]
    assert int(glow.Width) == pytest.approx(150 / 72 * 600, abs=3)
    assert int(glow.Height) == pytest.approx(150 / 72 * 600, abs=3)


def test_a_gradient_moves_with_what_it_fills(colourful: Pressed) -> None:
    """The place of a pattern is counted from the page's corner, whatever the drawing is moved by."""
    order = dataclasses.replace(PLAIN, ink="rgb")
    whole = press.interior(colourful.data, order).data
    moved = press.interior(colourful.data, dataclasses.replace(order, edges=press.Edges(9.0, bleed_inside=True))).data
    for page in range(colourful.pages):
        before, after = (
            pypdfium2.PdfDocument(data)[page].render(scale=2).to_pil().convert("RGB") for data in (whole, moved)
        )
        after = after.crop((18, 18, 18 + before.width, 18 + before.height))
        assert max(top for _, top in ImageChops.difference(before, after).getextrema()) <= TO_THE_EYE


def test_a_flattened_drawing_goes_into_the_bleed() -> None:
    pdf, out = pikepdf.new(), io.BytesIO()
    pdf.add_blank_page(page_size=(100, 100))
    page = pdf.pages[0].obj
    page["/Resources"] = pikepdf.Dictionary(ExtGState=pikepdf.Dictionary(Veil=pikepdf.Dictionary(ca=0.5)))
    page["/Contents"] = pdf.make_stream(b"/Figure BMC /Veil gs 0 g -20 -20 140 140 re f EMC")
    pdf.save(out)
    interior = press.interior(out.getvalue(), dataclasses.replace(PLAIN, edges=press.Edges(9.0, bleed_inside=True)))
    shown = pypdfium2.PdfDocument(interior.data)[0].render(scale=1).to_pil().convert("L")
    assert shown.size == (118, 118)
    assert all(shown.getpixel(corner) < 140 for corner in ((1, 1), (116, 1), (1, 116), (116, 116)))


def spaces(pdf: pikepdf.Pdf) -> set[str]:
    return {
        str(each[key])
        for each in pdf.objects
        if isinstance(each, pikepdf.Dictionary | pikepdf.Stream)
        for key in ("/ColorSpace", "/CS")
        if key in each
    }


def test_where_colour_is_printed_it_stays_and_black_is_black_ink_alone(colourful: Pressed) -> None:
    interior = press.interior(colourful.data, dataclasses.replace(PLAIN, ink="rgb"))
    pdf = opened(interior)
    assert operators(pdf) >= {"rg", "g"}
    assert spaces(pdf) == {"/DeviceRGB"}
    for page in range(colourful.pages):
        images = (
            pypdfium2.PdfDocument(data)[page].render(scale=1).to_pil() for data in (interior.data, colourful.data)
        )
        difference = ImageChops.difference(*(image.convert("RGB") for image in images)).convert("L").histogram()
        assert sum(difference[TO_THE_EYE:]) < 0.002 * sum(difference)


def test_four_inks_where_a_printer_wants_them_and_no_spot_with_too_much(colourful: Pressed) -> None:
    pdf = opened(press.interior(colourful.data, dataclasses.replace(PLAIN, ink="cmyk", ink_limit=240)))
    assert operators(pdf) >= {"k", "g"}
    assert not operators(pdf) & {"rg", "RG"}
    assert spaces(pdf) == {"/DeviceCMYK"}
    for stream in contents(pdf):
        for each in pikepdf.parse_content_stream(stream):
            if str(each.operator) in {"k", "K"}:
                assert sum(map(float, each.operands)) <= 2.4 + 0.02
    images = [each for each in pdf.objects if isinstance(each, pikepdf.Stream) and each.get("/Subtype") == "/Image"]
    assert len(images) == 3
    for image in images:
        if image.get("/Filter") != "/DCTDecode":  # a JPEG is a little beside itself
            inks = list(zip(*[iter(image.read_bytes())] * 4, strict=True))
            assert max(map(sum, inks)) <= 2.4 * 255 + 2


def test_four_inks_look_like_the_colours_they_are_made_from(colourful: Pressed) -> None:
    interior = press.interior(colourful.data, dataclasses.replace(PLAIN, ink="cmyk"))
    pdf = opened(interior)
    images = [each for each in pdf.objects if isinstance(each, pikepdf.Stream) and each.get("/Subtype") == "/Image"]
    (photo,) = [image for image in images if image.get("/Filter") == "/DCTDecode"]
    drawn_again = pikepdf.PdfImage(photo).as_pil_image()
    assert drawn_again.mode == "CMYK"
    assert photo.get("/Decode") is not None
    before = colour_at(colourful.data, (150, 150, 200, 190))
    after = colour_at(interior.data, (150, 150, 200, 190))
    assert max(abs(one - other) for one, other in zip(before, after, strict=True)) < 70


def colour_at(data: bytes, box: tuple[int, int, int, int]) -> tuple[int, ...]:
    """Give the mean colour of a part of the first page that is drawn, in pixels at 72 dpi."""
    page = pypdfium2.PdfDocument(data)[0].render(scale=1).to_pil().convert("RGB")
    mean = page.crop(box).resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    assert isinstance(mean, tuple)
    return mean


def test_all_fonts_are_embedded(sample: Pressed) -> None:
    pdf = opened(press.interior(sample.data, PLAIN))
    described = [
        each for each in pdf.objects if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/FontDescriptor"
    ]
    assert described
    for each in described:
        assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(each.keys())


# ---------------------------------------------------------------- boxes


@pytest.mark.parametrize("name", ["kdp", "ingram", "lulu"])
def test_without_bleed_a_page_is_the_trim(sample: Pressed, name: str) -> None:
    printer = printers.find(name)
    order = dataclasses.replace(PLAIN, edges=press.Edges(0, printer.bleed_inside))
    pdf = opened(press.interior(sample.data, order))
    for page in range(len(pdf.pages)):
        assert set(map(tuple, boxes(pdf, page).values())) == {(0, 0, 396, 612)}


@pytest.mark.parametrize(
    ("name", "recto", "verso", "width"),
    [
        ("kdp", [0, 9, 396, 621], [9, 9, 405, 621], 405),
        ("ingram", [0, 9, 396, 621], [9, 9, 405, 621], 405),
        ("lulu", [9, 9, 405, 621], [9, 9, 405, 621], 414),
    ],
)
def test_bleed_on_the_edges_a_printer_cuts(
    bleeding: Pressed, name: str, recto: list[float], verso: list[float], width: float
) -> None:
    printer = printers.find(name)
    interior = press.interior(bleeding.data, press.Order(press.Edges(printer.bleed, printer.bleed_inside)))
    pdf = opened(interior)
    for page, trim in enumerate((recto, verso, recto)):
        assert boxes(pdf, page)["/TrimBox"] == trim
        assert boxes(pdf, page)["/MediaBox"] == boxes(pdf, page)["/BleedBox"] == [0, 0, width, 630]
        shown = drawn(interior.data, page, 72)
        assert shown.size == (width, 630)
        assert shown.crop((0, 40, width, 630)).getextrema()[1] <= 2, "the field reaches every edge of the sheet"


def test_where_a_book_is_glued_there_is_no_ink(bleeding: Pressed) -> None:
    interior = press.interior(bleeding.data, press.Order(press.Edges(9, False, 9)))
    for page, strip in enumerate(((0, 40, 8, 630), (397, 40, 405, 630), (0, 40, 8, 630))):
        shown = drawn(interior.data, page, 72)
        assert shown.crop(strip).getextrema() == (255, 255)
        assert shown.crop((12, 40, 393, 630)).getextrema()[1] <= 2


def test_the_digital_file_is_cut_to_the_trim(bleeding: Pressed) -> None:
    pdf = pikepdf.open(io.BytesIO(bleeding.data))
    for page in range(len(pdf.pages)):
        assert set(map(tuple, boxes(pdf, page).values())) == {(0, 0, 396, 612)}


def test_crop_marks_stand_outside_the_bleed(bleeding: Pressed) -> None:
    interior = press.interior(bleeding.data, press.Order(press.Edges(9, True), crop_marks=True))
    pdf = opened(interior)
    assert boxes(pdf, 0) == {
        "/MediaBox": [0, 0, 468, 684],
        "/BleedBox": [27, 27, 441, 657],
        "/TrimBox": [36, 36, 432, 648],
    }
    shown = drawn(interior.data, 0, 288)
    inked = {(0, "across"), (1, "down")}
    found = {(0, "across") for y in (4 * 36, 4 * 648) if shown.crop((8, y - 3, 60, y + 4)).getextrema()[0] < 128} | {
        (1, "down") for x in (4 * 36, 4 * 432) if shown.crop((x - 3, 8, x + 4, 60)).getextrema()[0] < 128
    }
    assert found == inked
    assert shown.crop((0, 0, 80, 80)).getextrema() == (255, 255)


# ---------------------------------------------------------------- page counts


@pytest.mark.parametrize("multiple", [1, 2, 4, 6])
@pytest.mark.parametrize("last_blank", [False, True])
def test_pages_are_padded_with_blanks_that_are_blank(sample: Pressed, multiple: int, last_blank: bool) -> None:
    order = press.Order(press.Edges(9), multiple=multiple, last_blank=last_blank)
    interior = press.interior(sample.data, order)
    pdf = opened(interior)
    laid = len(pypdfium2.PdfDocument(sample.data))
    assert len(pdf.pages) == interior.pages
    assert interior.pages % multiple == 0
    assert laid <= interior.pages < laid + multiple + last_blank
    for page in range(laid, interior.pages):
        assert pdf.pages[page].obj.Contents.read_bytes() == b""
        assert boxes(pdf, page) == boxes(pdf, page - 2)
    if last_blank:
        assert pdf.pages[-1].obj.Contents.read_bytes() == b""


def test_a_last_page_that_is_blank_already_is_enough(sample: Pressed) -> None:
    once = press.interior(sample.data, press.Order(multiple=6, last_blank=True))
    again = press.interior(once.data, press.Order(multiple=6, last_blank=True))
    assert again.pages == once.pages


def test_blank_pages_inside_the_book_hold_nothing(sample: Pressed) -> None:
    pdf = opened(press.interior(sample.data, PLAIN))
    blank = [page for page in sample.laid.pages if not page.lines and not text(sample.data, page.index).strip()]
    assert blank
    for page in blank:
        assert pdf.pages[page.index].obj.Contents.read_bytes() == b""


def test_one_page_alone(cache_folder: Path) -> None:
    pressed = Pressed(sample_book.compose(sample_book.chapter("<p>Alone.</p>")), cache_folder)
    assert press.interior(pressed.data, press.Order(press.Edges(9), multiple=4)).pages == 4


# ---------------------------------------------------------------- PDF/X-4


def test_a_pdf_x_4_says_so_in_every_place(colourful: Pressed) -> None:
    order = press.Order(press.Edges(9, True), multiple=2, intent=INTENT)
    pdf = opened(press.interior(colourful.data, order))
    assert pdf.pdf_version == "1.6"
    (intent,) = pdf.Root.OutputIntents
    assert intent.S == "/GTS_PDFX"
    assert str(intent.OutputConditionIdentifier) == "FOGRA39"
    profile = intent.DestOutputProfile.read_bytes()
    assert (profile[12:20], profile[36:40], int(intent.DestOutputProfile.N)) == (b"prtrCMYK", b"acsp", 4)
    said = pdf.Root.Metadata.read_bytes().decode()
    assert "<pdfxid:GTS_PDFXVersion>PDF/X-4</pdfxid:GTS_PDFXVersion>" in said
    assert "<pdf:Trapped>False</pdf:Trapped>" in said
    assert "The Second &lt;Person&gt;" in said
    assert pdf.docinfo.Trapped == "/False"
    assert (str(pdf.docinfo.Title), str(pdf.docinfo.Author)) == (INTENT.title, INTENT.author)
    assert str(pdf.docinfo.CreationDate) == str(pdf.docinfo.ModDate) == "D:20261122000000Z"
    assert "<xmp:CreateDate>2026-11-22T00:00:00Z</xmp:CreateDate>" in said
    assert not operators(pdf) & {"rg", "RG"}


def test_the_printing_condition_comes_with_its_licence() -> None:
    folder = Path(press.__file__).parent
    note = (folder / "FOGRA39L_coated.txt").read_text("utf-8")
    assert "CC0" in note
    assert b"free of known copyright restrictions" in (folder / "FOGRA39L_coated.icc").read_bytes()
