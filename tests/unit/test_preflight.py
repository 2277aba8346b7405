"""Every rule of preflight: a file that keeps it, and one that breaks it."""

import dataclasses
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pikepdf
import pytest
import weasyprint
from pikepdf import Array, Dictionary, Encryption, Name, Pdf, Stream, String

from bookforge import cli, preflight, printers
from bookforge.measure import TrimSize
from bookforge.preflight import Demand, content, structure, verdict
from tests.unit.printed import Spoil, checked, draw, examined, fresh, good, image, show, type_in, under, written

PRINTERS = ("kdp", "ingram", "lulu", "generic")


def each_page(change: Any) -> Spoil:
    def spoil(pdf: Pdf) -> None:
        for number, page in enumerate(pdf.pages, 1):
            change(pdf, page.obj, number)

    return spoil


def root(key: str, value: Any) -> Spoil:
    return lambda pdf: pdf.Root.__setitem__(key, value(pdf) if callable(value) else value)


def info(**entries: str) -> Spoil:
    return lambda pdf: pdf.trailer.__setitem__(
        "/Info", pdf.make_indirect(Dictionary({f"/{key}": String(text) for key, text in entries.items()}))
    )


def font(**entries: Any) -> Any:
    return lambda pdf: {"/Fx": pdf.make_indirect(Dictionary(Type=Name.Font, **entries))}


def bled(pdf: Pdf, obj: Any, number: int) -> None:
    """Give a page a bleed of 9 pt as KDP wants it: head, foot and outside."""
    left = 0 if number % 2 else 9
    obj["/MediaBox"] = Array([-left, -9, 432 + 9 - left, 657])
    obj["/TrimBox"] = Array([0, 0, 432, 648])


def boxed(**boxes: list[float]) -> Spoil:
    def spoil(pdf: Pdf) -> None:
        for key, box in boxes.items():
            pdf.pages[0].obj[f"/{key}"] = Array(box)

    return spoil


def outline(pdf: Pdf) -> None:
    with pdf.open_outline() as made:
        made.root.append(pikepdf.OutlineItem("One", 0))


def attach(pdf: Pdf) -> None:
    pdf.attachments["notes.txt"] = pikepdf.AttachedFileSpec(pdf, b"notes", filename="notes.txt")


def spread(pdf: Pdf, obj: Any, number: int) -> None:
    obj["/MediaBox"] = Array([0, 0, 864, 648])


HELVETICA = font(Subtype=Name.Type1, BaseFont=Name.Helvetica)
NOTDEF = font(
    Subtype=Name.Type1,
    BaseFont=Name.Helvetica,
    Encoding=Dictionary(Type=Name.Encoding, Differences=Array([65, Name("/.notdef")])),
)
TYPE3 = font(
    Subtype=Name.Type3,
    FontBBox=Array([0, 0, 1, 1]),
    FontMatrix=Array([1, 0, 0, 1, 0, 0]),
    CharProcs=Dictionary(),
    Encoding=Dictionary(Differences=Array([65, Name.a])),
    FirstChar=65,
    LastChar=65,
    Widths=Array([1]),
)
SCRIPT = Dictionary(S=Name.JavaScript, JS=String("x"))
SEEN_THROUGH = image(400, 400, SMask=lambda pdf: image(400, 400)(pdf)["/Im"])
LINK = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]))


def layer(pdf: Pdf) -> Any:
    return Dictionary(OCGs=Array([pdf.make_indirect(Dictionary(Type=Name.OCG))]))


def link(pdf: Pdf) -> None:
    pdf.pages[4].obj["/Annots"] = Array([LINK])


def empty(pdf: Pdf, obj: Any) -> None:
    obj["/Contents"] = Stream(pdf, b"")


def spot(pdf: Pdf) -> Any:
    tint = pdf.make_indirect(Dictionary(FunctionType=2, Domain=Array([0, 1]), C0=[0, 0, 0, 0], C1=[0, 0, 1, 0], N=1))
    return {"/Sp": Array([Name.Separation, Name.Gold, Name.DeviceCMYK, tint])}


def crossed(pdf: Pdf) -> None:
    for page in pdf.pages:
        page.obj["/MediaBox"] = Array([-30, -30, 462, 678])
        page.obj["/TrimBox"] = Array([0, 0, 432, 648])
    draw("1 w -25 0 m -12 0 l S")(pdf)


BREAKS: list[tuple[str, str, str, Spoil, str]] = [
    # rule, what is wrong, printer, how it is spoiled, words of the line
    ("print-version", "2.0", "kdp", root("/Version", Name("/2.0")), "PDF 2.0"),
    ("print-page-size", "one other", "kdp", boxed(MediaBox=[0, 0, 400, 648]), "not so page 1"),
    ("print-upright", "spreads", "kdp", each_page(spread), "wider than high"),
    ("print-upright", "turned", "kdp", each_page(lambda _, obj, n: obj.__setitem__("/Rotate", 180)), "turned"),
    ("print-boxes", "trim outside", "kdp", boxed(TrimBox=[0, 0, 500, 648]), "TrimBox beyond the MediaBox"),
    ("print-boxes", "trim in no bleed", "kdp", boxed(BleedBox=[9, 9, 400, 600], TrimBox=[0, 0, 432, 648]), "BleedBox"),
    ("print-boxes", "crop", "kdp", boxed(CropBox=[99, 99, 300, 300]), "CropBox"),
    ("print-page-count", "odd", "kdp", lambda pdf: pdf.pages.__delitem__(0), "35 pages, no multiple of 2"),
    ("print-page-count", "sixes", "ingram", lambda pdf: pdf.pages.__delitem__(slice(0, 2)), "no multiple of 6"),
    ("print-page-count", "few", "kdp", lambda pdf: pdf.pages.__delitem__(slice(0, 20)), "of 24 to 828"),
    ("print-last-blank", "text", "ingram", fresh("0 g 200 200 99 99 re f", 36), "the last page is not blank"),
    ("print-last-blank", "white", "ingram", fresh("1 g 200 200 99 99 re f", 36), "looks blank"),
    ("print-blank-runs", "three", "kdp", each_page(lambda pdf, obj, n: n in (4, 5, 6) and empty(pdf, obj)), "4 to 6"),
    ("print-blank-pages", "white", "kdp", fresh("1 g 200 200 99 99 re f", 8), "page 8 looks blank"),
    ("print-margins", "gutter", "kdp", draw("BT /f0 12 Tf 20 300 Td (A) Tj ET", 3, Font=HELVETICA), "page 3"),
    ("print-bleed", "at the edge", "kdp", draw("0.5 g 0 300 100 100 re f", 2), "stop at the edge on page 2"),
    ("print-bleed", "too near", "kdp", draw("0.5 g 20 637 100 8 re f", 2), "stop at the edge on page 2"),
    ("print-bind-strip", "picture", "ingram", draw("0.5 g 0 300 100 100 re f", 1), "not free of ink on page 1"),
    ("print-marks", "crosses", "kdp", lambda pdf: crossed(pdf), "crop marks"),
    ("print-line-weight", "stroke", "kdp", draw("0.2 w 100 100 m 300 100 l S"), "0.2 pt"),
    ("print-line-weight", "bar", "kdp", draw("100 100 200 0.4 re f"), "0.4 pt"),
    ("print-line-weight", "scaled", "kdp", draw("q 0.1 0 0 0.1 0 0 cm 1 w 1000 1000 m 3000 1000 l S Q"), "0.1 pt"),
    ("print-line-weight", "vanishing", "kdp", draw("0.1 w 100 100 m 300 300 l S"), "0.1 pt"),
    ("print-tints", "light", "kdp", draw("0.95 g 100 100 99 99 re f"), "gray below 10 %"),
    ("print-fonts-embedded", "standard", "kdp", type_in(HELVETICA), "Helvetica"),
    ("print-no-type3", "type 3", "kdp", type_in(TYPE3), "1 Type 3 font"),
    ("print-glyphs", "differences", "kdp", type_in(NOTDEF), "on page 1"),
    ("print-text-size", "small", "kdp", type_in(HELVETICA, "/Fx 5 Tf 99 300 Td"), "smallest of 5 pt"),
    ("print-text-size", "scaled", "kdp", type_in(HELVETICA, "/Fx 1 Tf 5 0 0 5 99 300 Tm"), "of 5 pt"),
    ("print-resolution", "coarse", "kdp", show(image(300, 300), 144), "300 dpi"),
    ("print-resolution", "inline", "kdp", draw("72 0 0 72 99 99 cm BI /W 8 /H 1 /BPC 8 /CS /G ID 12345678 EI"), "dpi"),
    ("print-resolution", "line art", "kdp", show(image(400, 400, bits=1)), "600"),
    ("print-resolution", "too fine", "lulu", show(image(900, 900)), "600 dpi"),
    ("print-colours", "RGB", "ingram", draw("1 0 0 rg 100 100 99 99 re f"), "RGB on page 1"),
    ("print-colours", "RGB line", "ingram", draw("1 0 0 RG 100 100 m 300 300 l S"), "RGB on page 1"),
    ("print-colours", "CMYK", "lulu", draw("0 1 0 0 k 100 100 99 99 re f"), "CMYK"),
    ("print-colours", "RGB picture", "ingram", show(image(400, 400, Name.DeviceRGB)), "RGB"),
    ("print-colours", "spot", "ingram", draw("/Sp cs 1 scn 100 100 99 99 re f", ColorSpace=spot), "Gold"),
    ("print-black-text", "rich", "ingram", type_in(HELVETICA, "1 1 1 1 k /Fx 12 Tf 99 300 Td"), "several inks"),
    ("print-ink-limit", "area", "ingram", draw("1 1 1 1 k 100 100 99 99 re f"), "more than 240 %"),
    ("print-ink-limit", "picture", "ingram", show(image(400, 400, Name.DeviceCMYK, value=250)), "240"),
    ("print-transparency", "opacity", "ingram", under(ca=0.5), "page 1"),
    ("print-transparency", "blend", "ingram", under(BM=Name.Multiply), "page 1"),
    ("print-transparency", "alpha", "ingram", show(SEEN_THROUGH), "page 1"),
    ("print-outline", "bookmarks", "kdp", outline, "1 bookmark"),
    ("print-annotations", "link", "kdp", link, "1 link on page 5"),
    ("print-layers", "layer", "kdp", root("/OCProperties", layer), "1 layer"),
    ("print-metadata", "title", "kdp", info(Title="A Book"), "Title"),
    ("print-attachments", "file", "kdp", attach, "notes.txt"),
    ("print-passive", "script", "kdp", root("/OpenAction", SCRIPT), "JavaScript"),
    ("print-passive", "form", "kdp", root("/AcroForm", Dictionary(Fields=Array([Dictionary()]))), "a form"),
    ("print-pdf-x", "X-1a", "ingram", info(GTS_PDFXVersion="PDF/X-1a:2001"), "is not"),
    ("print-pdf-x", "X-4", "kdp", info(GTS_PDFXVersion="PDF/X-4"), "no output intent"),
]  # fmt: skip


@pytest.mark.parametrize("printer", PRINTERS)
def test_a_good_file_fails_no_rule_of_any_printer(printer: str) -> None:
    checks = checked(None, printer)
    assert [(rule, check.what) for rule, check in checks.items() if not check.passed] == []
    assert [rule for rule, check in checks.items() if check.result == "note"] in ([], ["print-pdf-x"])


REMARKS = {"print-metadata", "print-version", "print-blank-runs", "print-blank-pages", "print-tints"}
"""Rules that only ever remark."""


@pytest.mark.parametrize(
    ("rule", "name", "printer", "spoil", "words"), BREAKS, ids=[f"{rule}-{name}" for rule, name, *_ in BREAKS]
)
def test_each_rule_bites(rule: str, name: str, printer: str, spoil: Spoil, words: str) -> None:
    found = checked(spoil, printer)[rule]
    remark = rule in REMARKS or name in {"line art", "too fine", "CMYK", "turned"}
    assert found.result == ("note" if remark else "fail")
    assert words in found.what
    assert found.fix


def test_every_rule_is_broken_by_a_file() -> None:
    tested = {rule for rule, *_ in BREAKS} | {"print-sound", "print-unlocked", "print-file-size", "print-trim"}
    assert set(preflight.INTERIOR) == tested


# ---------------------------------------------------------------- files that cannot be read


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "the file is empty"),
        (b"\xff\xd8\xff\xe0" + b"x" * 99, "a JPEG picture, not a PDF"),
        (b"PK\x03\x04" + b"x" * 99, "a ZIP archive, as Word and EPUB files are"),
        (b"Once upon a time", "the file is no PDF"),
        (b"%PDF-1.7\n", "the file is damaged"),
        (b"%PDF-1.7\n" + bytes(range(256)) * 40, "the file is damaged"),
    ],
)
def test_what_is_no_pdf_is_said_in_one_line(data: bytes, words: str) -> None:
    _, checks = examined(data)
    assert list(checks) == ["print-sound"]
    assert not checks["print-sound"].passed
    assert words in checks["print-sound"].what


def test_a_file_without_pages() -> None:
    _, checks = examined(written(Pdf.new()))
    assert checks["print-sound"].what == "the file has no pages"


def test_a_file_that_was_cut_off() -> None:
    _, checks = examined(written(good())[:2000])
    assert list(checks) == ["print-sound"]
    assert not checks["print-sound"].passed


def test_a_password_to_open_and_one_to_edit() -> None:
    _, closed = examined(written(good(), encryption=Encryption(user="a", owner="b")))
    assert "password" in closed["print-sound"].what
    _, locked = examined(written(good(), encryption=Encryption(user="", owner="b")))
    assert locked["print-sound"].passed
    assert not locked["print-unlocked"].passed


def test_a_file_that_is_too_large() -> None:
    reading, _ = examined(written(good()))
    checks = preflight.judge(dataclasses.replace(reading, size=700_000_000), Demand(printers.find("kdp")))
    assert [check.what for check in checks if not check.passed] == ["700.0 MB, and Amazon KDP takes 650 MB"]


def bomb(pdf: Pdf) -> None:
    """Forms that draw forms that draw forms."""
    inner = pdf.make_indirect(Stream(pdf, b"0 0 9 9 re f", Subtype=Name.Form, BBox=[0, 0, 432, 648]))
    for _ in range(12):
        drawing = Stream(pdf, b"/F Do " * 10, Subtype=Name.Form, BBox=[0, 0, 432, 648])
        drawing["/Resources"] = Dictionary(XObject=Dictionary(F=inner))
        inner = pdf.make_indirect(drawing)
    fresh("/F Do", XObject=lambda _: {"/F": inner})(pdf)


def loop(pdf: Pdf) -> None:
    """A form that draws itself."""
    form = pdf.make_indirect(Stream(pdf, b"/F Do", Subtype=Name.Form, BBox=[0, 0, 432, 648]))
    form["/Resources"] = Dictionary(XObject=Dictionary(F=form))
    fresh("/F Do", XObject=lambda _: {"/F": form})(pdf)


@pytest.mark.parametrize(
    "spoil",
    [
        loop,
        fresh("/Nope Tf 1 Tj (a) Tj Q Q Q 1 0 cm /a gs /b cs 1 2 sc BI /W 1 ID xx EI << >> Do [ ( never closed"),
        fresh("nan 0 0 1e400 0 0 cm 0 0 1 1 re S"),
        boxed(TrimBox=[500, 500, 100, 100]),
        lambda pdf: pdf.pages[0].obj.__setitem__("/Resources", 7),
        lambda pdf: pdf.pages[0].obj.__setitem__("/Rotate", Name.Around),
        lambda pdf: pdf.pages[0].obj.__setitem__("/Annots", Array([1, Array([]), Dictionary()])),
        lambda pdf: pdf.pages[0].obj.__setitem__("/UserUnit", Name.Ell),
        lambda pdf: pdf.pages[0].obj.__setitem__("/Group", 3),
        lambda pdf: pdf.trailer.__setitem__("/Info", Array([1, 2])),
        root("/Outlines", 5),
        root("/Names", Array([1])),
        root("/AcroForm", String("x")),
        root("/OutputIntents", Array([1, 2])),
        root("/Metadata", lambda pdf: Stream(pdf, b'<!DOCTYPE a [<!ENTITY b "x">]><a>&b;</a>')),
        root("/Metadata", lambda pdf: Stream(pdf, b"<a><b></a>")),
        draw("/A cs 1 sc 9 9 9 9 re f", ColorSpace=lambda _: {"/A": Array([Name.Indexed])}),
        draw("/A cs 1 sc 9 9 9 9 re f", ColorSpace=lambda _: {"/A": Array([Name.DeviceN, 5])}),
        draw("q 9 0 0 9 0 0 cm /Im Do Q", XObject=image(9, 9, Name.DeviceCMYK, Filter=Name.DCTDecode)),
    ],
)
def test_nothing_in_a_file_stops_the_examination(spoil: Spoil) -> None:
    pdf = good()
    spoil(pdf)
    _, checks = examined(written(pdf))
    assert "print-sound" in checks
    assert "Error" not in checks["print-sound"].what


def test_a_page_that_draws_without_end_is_given_up() -> None:
    pdf = good()
    bomb(pdf)
    _, checks = examined(written(pdf))
    assert "draws without end" in checks["print-sound"].what


def test_a_stream_that_unpacks_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(structure, "_MEMORY", 1_000_000)
    pdf = good()
    fresh("0 0 9 9 re f\n" * 100_000)(pdf)
    _, checks = examined(written(pdf, compress_streams=True))
    assert "page 1 cannot be read" in checks["print-sound"].what


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited and counted as Linux does")
@pytest.mark.parametrize("units", [(b"q Q ",), (b"% A long comment",), (b"1 ", b"Q ")])
def test_a_small_file_that_unpacks_to_a_large_one_takes_no_memory(units: tuple[bytes, ...], tmp_path: Path) -> None:
    pdf = good()
    pdf.pages[0].obj.Contents = Array([pdf.make_indirect(Stream(pdf, unit * 4_000_000)) for unit in units])
    path = tmp_path / "bomb.pdf"
    path.write_bytes(written(pdf, compress_streams=True))
    assert path.stat().st_size < 250_000
    program = (
        "import resource, sys; from pathlib import Path; from bookforge import preflight, printers\n"
        "own = int(Path('/proc/self/statm').read_text().split()[0]) * resource.getpagesize()\n"
        "resource.setrlimit(resource.RLIMIT_AS, (own + 300_000_000, -1))\n"
        "_, checks = preflight.examine('bomb.pdf', Path(sys.argv[1]), preflight.Demand(printers.find('kdp')))\n"
        "print(next(check.what for check in checks if check.rule == 'print-sound'))"
    )
    done = subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True, timeout=60)
    assert "page 1 cannot be read: it draws without end" in done.stdout, done.stderr


def test_pages_without_end_are_given_up_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(structure, "Budget", lambda: content.Budget(left=1_000))
    _, checks = examined(written(good()))
    assert "pages 3 to 36 cannot be read: it draws without end" in checks["print-sound"].what


def test_metadata_without_end_are_not_read() -> None:
    pdf = good()
    rdf = b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:d="http://example.org/">%s</rdf:RDF>'
    long = b"<rdf:Description><d:said>" + b"and so on " * 200_000 + b"</d:said></rdf:Description>"
    root("/Metadata", Stream(pdf, b'<x:xmpmeta xmlns:x="adobe:ns:meta/">' + rdf % long + b"</x:xmpmeta>"))(pdf)
    _, checks = examined(written(pdf))
    assert "its XMP metadata have 2.0 MB, more than is read" in checks["print-sound"].what


# ---------------------------------------------------------------- sizes, sides and bleed


def test_the_size_is_told_from_the_file_or_said() -> None:
    reading, checks = examined(written(good()))
    subject = preflight.Subject(reading, Demand(printers.find("kdp")))
    assert (subject.trim, subject.has_bleed) == ((432.0, 648.0), False)
    checks = checked(None, "kdp", trim=TrimSize.parse("5x8in"))
    assert "cut to 5 × 8 in" in checks["print-page-size"].what


def test_bleed_on_three_edges_is_right_for_one_printer_and_wrong_for_another() -> None:
    assert checked(each_page(bled), "kdp")["print-page-size"].passed
    assert not checked(each_page(bled), "lulu")["print-page-size"].passed


def test_bleed_is_told_without_a_trim_box() -> None:
    def spoil(pdf: Pdf) -> None:
        each_page(bled)(pdf)
        for page in pdf.pages:
            del page.obj["/TrimBox"]

    checks = checked(spoil, "kdp")
    assert "6 × 9 in and bleed" in checks["print-page-size"].what
    assert checks["print-boxes"].result == "note"
    assert checks["print-margins"].passed


@pytest.mark.parametrize(
    ("page", "x", "passed"),
    [(1, 432 + 9 - 100, True), (1, 432 - 100 + 4, False), (2, -9, True), (2, -4, False), (1, 0, True)],
)
def test_a_picture_goes_into_the_bleed_or_over_the_fold_and_never_stops_between(
    page: int, x: float, passed: bool
) -> None:
    def spoil(pdf: Pdf) -> None:
        each_page(bled)(pdf)
        draw(f"0.5 g {x} 200 100 100 re f", page)(pdf)

    assert checked(spoil, "kdp")["print-bleed"].passed is passed


def test_parts_of_a_picture_that_bleeds_may_end_anywhere() -> None:
    def spoil(pdf: Pdf) -> None:
        each_page(bled)(pdf)
        draw("0.5 g 0 -9 441 666 re f 0.2 g 300 -4 139 100 re f", 1)(pdf)

    assert checked(spoil, "kdp")["print-bleed"].passed


def test_white_is_no_ink() -> None:
    assert checked(draw("1 g 0 0 432 648 re f"), "ingram")["print-bind-strip"].passed


def test_what_is_clipped_away_is_not_there() -> None:
    drawing = "q 100 100 99 99 re W n 0.5 g 0 0 432 648 re f Q"
    assert checked(draw(drawing), "ingram")["print-bleed"].passed


def test_a_turned_page_is_measured_as_it_is_seen() -> None:
    def spoil(pdf: Pdf) -> None:
        for page in pdf.pages:
            page.obj["/MediaBox"] = Array([0, 0, 648, 432])
            page.obj["/Rotate"] = 90
        draw("0.5 g 0 300 50 50 re f", 2)(pdf)

    checks = checked(spoil, "kdp")
    assert checks["print-page-size"].what.startswith("all pages are 6 × 9 in")
    (place,) = checks["print-bleed"].where
    assert place.box == (300.0, 0.0, 350.0, 50.0)


def test_the_gutter_follows_from_the_page_count() -> None:
    text = draw("BT /Fx 12 Tf 30 300 Td (A) Tj ET", 3, Font=HELVETICA)
    assert checked(text, "kdp")["print-margins"].passed
    (place,) = checked(text, "ingram")["print-margins"].where
    assert (place.page, place.box and place.box[0]) == (3, pytest.approx(30.2, abs=0.3))
    assert "from the binding, not 36" in place.thing


def test_binding_is_at_the_right_in_books_read_from_right_to_left() -> None:
    def spoil(pdf: Pdf) -> None:
        draw("0.5 g 423 300 9 9 re f", 1)(pdf)
        pdf.Root["/ViewerPreferences"] = Dictionary(Direction=Name.R2L)

    assert not checked(spoil, "ingram")["print-bind-strip"].passed


def test_a_fine_line_of_a_drawing_is_a_remark() -> None:
    found = checked(draw("0.5 w 100 100 m 300 300 l S"))["print-line-weight"]
    assert (found.result, "lines of drawings" in found.what) == ("note", True)


def test_text_that_is_not_shown_has_no_size_and_no_margin() -> None:
    hidden = draw("BT 3 Tr /Fx 4 Tf 1 300 Td (A) Tj ET", Font=HELVETICA)
    checks = checked(hidden)
    assert checks["print-text-size"].passed
    assert checks["print-margins"].passed


def test_a_missing_glyph_is_seen_in_a_font_called_by_numbers() -> None:
    def spoil(pdf: Pdf) -> None:
        name = next(iter(pdf.pages[0].obj["/Resources"]["/Font"].keys()))
        draw(f"BT {name} 12 Tf 99 300 Td <0000> Tj ET")(pdf)

    assert not checked(spoil)["print-glyphs"].passed


def test_a_number_nobody_confirmed_fails_no_file() -> None:
    def spoil(pdf: Pdf) -> None:
        del pdf.pages[0:2]

    assert checked(spoil, "generic")["print-page-count"].result == "note"


def test_a_size_the_printer_does_not_make() -> None:
    def spoil(pdf: Pdf) -> None:
        for page in pdf.pages:
            page.obj["/MediaBox"] = Array([0, 0, 440, 900])

    assert not checked(spoil, "kdp")["print-trim"].passed


def test_marks_are_right_for_a_printer_who_wants_them() -> None:
    wanting = dataclasses.replace(printers.find("kdp"), crop_marks=True, forbids=())
    pdf = good()
    crossed(pdf)
    reading, _ = examined(written(pdf))
    checks = {check.rule: check for check in preflight.judge(reading, Demand(wanting))}
    assert checks["print-page-size"].what == "all pages are 6 × 9 in with marks around (492 × 708 pt)"
    assert checks["print-marks"].result == "pass"
    assert checks["print-margins"].passed


@pytest.mark.parametrize(("length", "result"), [(200, "fail"), (30, "note")])
def test_a_short_fine_line_is_no_rule_of_a_page(length: int, result: str) -> None:
    """The bar of a fraction is finer than the rule above the notes may be."""
    pdf = good()
    draw(f"0.5 w 100 300 m {100 + length} 300 l S")(pdf)
    reading, _ = examined(written(pdf))
    checks = {check.rule: check for check in preflight.judge(reading, Demand(printers.find("kdp")))}
    assert checks["print-line-weight"].result == result


def test_marks_are_no_drawings_of_the_book() -> None:
    """Their lines are fine and stand in line with the edges: neither is a fault of the pages."""
    wanting = dataclasses.replace(printers.find("kdp"), crop_marks=True, forbids=())
    pdf = good()
    crossed(pdf)
    draw("0.25 w 0 -30 m 0 -12 l S")(pdf)
    reading, _ = examined(written(pdf))
    checks = {check.rule: check for check in preflight.judge(reading, Demand(wanting))}
    assert checks["print-bleed"].result == "pass"
    assert checks["print-line-weight"].result == "pass"


# ---------------------------------------------------------------- PDF/X


def as_x1a(pdf: Pdf) -> None:
    info(
        Title="A Book",
        CreationDate="D:20261101000000Z",
        ModDate="D:20261101000000Z",
        GTS_PDFXVersion="PDF/X-1:2001",
        GTS_PDFXConformance="PDF/X-1a:2001",
    )(pdf)
    pdf.trailer["/Info"]["/Trapped"] = Name("/False")
    intent = Dictionary(S=Name.GTS_PDFX, OutputConditionIdentifier=String("FOGRA39"))
    pdf.Root["/OutputIntents"] = Array([intent])
    for page in pdf.pages:
        page.obj["/TrimBox"] = Array([0, 0, 432, 648])


def x1a(*spoils: Spoil) -> preflight.Check:
    pdf = good()
    for spoil in (as_x1a, *spoils):
        spoil(pdf)
    return examined(written(pdf, force_version="1.3"), "ingram")[1]["print-pdf-x"]


def test_a_claim_that_is_kept_and_says_that_only_rules_were_checked() -> None:
    assert x1a().what == "the checked rules of PDF/X-1a:2001 are kept"


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (draw("1 0 0 rg 100 100 99 99 re f"), "art in rgb"),
        (under(ca=0.5), "transparency"),
        (lambda pdf: pdf.pages[2].obj.__delitem__("/TrimBox"), "page 3 has no TrimBox"),
        (lambda pdf: pdf.Root.__delitem__("/OutputIntents"), "no output intent"),
        (lambda pdf: pdf.trailer["/Info"].__delitem__("/Trapped"), "trapped"),
        (type_in(HELVETICA), "a font is not embedded"),
    ],
)
def test_a_claim_that_is_not_kept(spoil: Spoil, words: str) -> None:
    assert words in x1a(spoil).what


# ---------------------------------------------------------------- covers


def wrap(operators: str, width: float = 900.0) -> dict[str, preflight.Check]:
    pdf = Pdf.new()
    pdf.add_blank_page(page_size=(width, 666))
    draw(operators, 1, Font=HELVETICA)(pdf)
    return examined(written(pdf), "kdp", cover=True, sheet=(900.0, 666.0))[1]


def test_a_wrap_has_the_size_the_book_asks_for() -> None:
    ground = "0.5 g 0 0 900 666 re f 1 g BT /Fx 12 Tf 99 300 Td (A) Tj ET"
    assert wrap(ground)["print-page-size"].passed
    assert wrap(ground)["print-bleed"].passed
    assert wrap(ground)["print-margins"].passed
    assert "this book's is 12.5 × 9.25 in" in wrap(ground, 905)["print-page-size"].what


def test_what_ends_at_the_cut_or_stands_beyond_it() -> None:
    assert not wrap("0.5 g 5 5 890 656 re f")["print-bleed"].passed
    assert not wrap("BT /Fx 12 Tf 15 300 Td (A) Tj ET")["print-margins"].passed


def test_a_cover_is_seen_to_be_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pdf = Pdf.new()
    pdf.add_blank_page(page_size=((12.25 + 300 * 0.002252) * 72, 9.25 * 72))
    draw("0.5 g 0 0 931 666 re f 1 g BT /Fx 12 Tf 99 300 Td (A) Tj /Fx 6 Tf (ISBN 978-0-306-40615-7) Tj ET", 1)(pdf)
    assert run(tmp_path, written(pdf), "--printer", "kdp") == 0
    said = capsys.readouterr().out
    assert "1 page of 12.926 × 9.25 in, the cover that goes round a book, for Amazon KDP" in said
    assert "back and front of 6 × 9 in, bleed, and a spine of 0.676 in, that of 300 pages on white paper" in said
    assert "the smallest letters have 12 pt" in said
    assert "print-page-count" not in said
    assert run(tmp_path, written(pdf), "--printer", "ingram", "--trim", "6x9in") == 0
    assert "a spine of 0.676 in\n" in capsys.readouterr().out
    assert run(tmp_path, written(pdf), "--printer", "kdp", "--trim", "5x8in") == 0
    assert "note  print-page-size       one page of 12.926 × 9.25 in, which is the cover of no size" in (
        capsys.readouterr().out
    )


def test_a_single_page_of_a_landscape_book_is_no_cover() -> None:
    pdf = Pdf.new()
    pdf.add_blank_page(page_size=(792, 612))
    _, demand, checks = preflight.look("a.pdf", written(pdf), Demand(printers.find("lulu")))
    assert not demand.cover
    assert {check.rule for check in checks} >= {"print-page-count"}


# ---------------------------------------------------------------- the command


def run(tmp_path: Path, data: bytes, *words: str) -> int:
    file = tmp_path / "book.pdf"
    file.write_bytes(data)
    return cli.main(["preflight", str(file), *words])


def test_a_line_a_rule_with_place_and_fix(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pdf = good()
    draw("0.2 w 100 100 m 300 100 l S", 3)(pdf)
    assert run(tmp_path, written(pdf), "--printer", "kdp") == 1
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "book.pdf: 36 pages of 6 × 9 in without bleed, for Amazon KDP, paperback on white paper"
    assert "  pass  print-sound           the file is whole: 36 pages" in said
    at = said.index("  FAIL  print-line-weight     lines below 0.75 pt on page 3, the thinnest of 0.2 pt")
    assert said[at + 1 : at + 3] == [
        "        page 3, at 99.9 547.9 300.1 548.1 pt, a line of 0.2 pt",
        "        fix: draw them 0.75 pt or thicker",
    ]
    assert said[-1].endswith("29 passed, 1 failed")


def test_bare_pages_are_named_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pdf = good()
    for page in pdf.pages:
        page.obj.Rotate = 180
    run(tmp_path, written(pdf), "--printer", "kdp")
    said = capsys.readouterr().out.splitlines()
    at = said.index("  note  print-upright         pages 1 to 36 turned in the file")
    assert said[at + 1].startswith("        fix: ")


def test_many_places_are_summed_up_by_their_pages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pdf = good()
    for page in range(3, 13):
        draw(" ".join(f"0.2 w 100 {y} m 300 {y} l S" for y in (100, 200, 300)), page)(pdf)
    run(tmp_path, written(pdf), "--printer", "kdp")
    said = capsys.readouterr().out.splitlines()
    at = said.index("  FAIL  print-line-weight     lines below 0.75 pt on pages 3 to 12, the thinnest of 0.2 pt")
    assert [line.split(",")[0].strip() for line in said[at + 1 : at + 6]] == [f"page {page}" for page in range(3, 8)]
    assert said[at + 6] == "        and 25 more places on pages 3 to 12"


def test_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, written(good()), "--json", "--printer", "lulu") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["printer"], told["pages"], told["trim"], told["passed"]) == ("lulu", 36, [432.0, 648.0], True)
    assert {check["rule"] for check in told["checks"]} <= set(preflight.INTERIOR)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--printer", "nobody"], "printer-known"),
        (["--trim", "large"], "trim-size-valid"),
        (["--trim", "6x9"], "did you mean 6x9in?"),
        (["--paper", "gold"], "paper-known"),
        (["--binding", "spiral"], "command-right"),
    ],
)
def test_slips_in_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], says: str) -> None:
    assert run(tmp_path, b"", *words) == 2
    assert says in capsys.readouterr().err


def test_a_file_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["preflight", str(tmp_path / "no.pdf")]) == 2
    assert cli.main(["preflight", str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("[preflight-file]") == 2


# ---------------------------------------------------------------- files from elsewhere


def test_a_web_page_printed_to_pdf() -> None:
    html = (
        "<html lang=en><title>A</title><body><h1>A</h1><p>See <a href='https://a.example'>there</a>.</p></body></html>"
    )
    _, checks = examined(weasyprint.HTML(string=html).write_pdf(), "lulu")
    failed = {rule for rule, check in checks.items() if not check.passed}
    assert "print-page-count" in failed
    # Only KDP says that it refuses bookmarks and links; a title is what every word processor writes.
    unwanted = ("print-outline", "print-annotations", "print-metadata")
    assert [checks[rule].result for rule in unwanted] == ["note", "note", "note"]
    _, checks = examined(weasyprint.HTML(string=html).write_pdf(), "kdp")
    assert [checks[rule].result for rule in unwanted] == ["fail", "fail", "note"]
    assert checks["print-page-size"].passed


def test_a_book_set_by_typst() -> None:
    typst = pytest.importorskip("typst")
    text = "#set page(width: 6in, height: 9in, margin: 0.8in)\n= One\n#lorem(300)\n#line(length: 100%, stroke: 0.1pt)"
    _, checks = examined(typst.compile(text.encode()), "kdp")
    assert checks["print-fonts-embedded"].passed
    assert checks["print-margins"].passed
    assert "0.1 pt" in checks["print-line-weight"].what


# ---------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ([], "no page"),
        ([4], "page 4"),
        ([1, 2, 3, 9], "pages 1 to 3 and 9"),
        (range(1, 40, 2), "20 of the pages 1 to 39"),
    ],
)
def test_pages_are_named_shortly(numbers: Any, words: str) -> None:
    assert verdict.named_pages(numbers) == words
