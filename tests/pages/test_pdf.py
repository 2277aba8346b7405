"""The PDF as a file: structure, colour, fonts, links, outline, bytes."""

import base64
import builtins
import dataclasses
import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pikepdf
import press
import pytest
from PIL import Image
from tests.unit import books

from bookforge import fonts, layouts
from bookforge.book import BookSection, Place, SectionId, SourceMap
from bookforge.diagnostics import Diagnostic, EditionError, EngineError, LayoutError, Location
from bookforge.edition import Stylesheet
from bookforge.laid import Laid
from bookforge.semantics import Matter, Role
from bookforge.writers import pdf
from bookforge.writers.engine import Materials


@pytest.fixture(scope="module")
def opened(sample):
    with pikepdf.open(io.BytesIO(sample.data)) as document:
        yield document


def streams(document: pikepdf.Pdf) -> list[bytes]:
    drawn = [page.Contents.read_bytes() for page in document.pages]
    drawn += [
        item.read_bytes()
        for item in document.objects
        if isinstance(item, pikepdf.Stream) and item.get("/Subtype") == "/Form"
    ]
    return drawn


def test_it_is_tagged_titled_and_has_a_language(opened):
    assert opened.Root.StructTreeRoot.K
    assert bool(opened.Root.MarkInfo.Marked)
    assert str(opened.Root.Lang) == "en-GB"
    assert str(opened.docinfo["/Title"]) == "The Second Person"
    assert str(opened.docinfo["/Author"]) == "A Writer, Justin"
    assert b"pdfuaid" in opened.Root.Metadata.read_bytes()
    assert not {"/CreationDate", "/ModDate"} & set(opened.docinfo.keys())


def test_page_labels_say_what_folios_say(sample, opened):
    assert [pikepdf.Page(page).label for page in opened.pages] == [page.label for page in sample.laid.pages]


def test_trim_box_is_the_trim(opened):
    for page in opened.pages:
        assert [float(each) for each in page.TrimBox] == pytest.approx([0, 0, 396, 612])


def test_outline_is_the_books_contents(sample, opened):
    def told(items: list[pikepdf.OutlineItem]) -> list[object]:
        return [(item.title, told(item.children)) for item in items]

    with opened.open_outline() as outline:
        found = told(outline.root)
    assert found == [
        ("A Word Before", []),
        ("Part One: Rewind", [("1. The Arena", []), ("2. Things", [])]),
        ("The Same Story in Order", []),
    ]


def test_only_declared_fonts_are_embedded_and_all_are(sample, opened):
    families = {face.family.replace(" ", "-") for face in sample.composition.fonts}
    descriptors = [item for item in opened.objects if isinstance(item, pikepdf.Dictionary) and "/FontFile2" in item]
    named = {str(item.FontName).split("+")[1] for item in descriptors}
    assert named
    assert all(any(name.startswith(family) for family in families) for name in named)
    assert len(descriptors) == len(
        [i for i in opened.objects if isinstance(i, pikepdf.Dictionary) and "/FontName" in i]
    )


def test_everything_is_printed_in_gray(opened):
    found = {match[1] for stream in streams(opened) for match in re.finditer(rb"\s(rg|RG|k|K|sc|SC|scn|SCN)\s", stream)}
    assert found == set()
    assert any(b"0 g" in stream for stream in streams(opened))


def test_a_link_with_an_element_inside_is_one_link(sample, opened):
    page = opened.pages[sample.page_of("things")]
    targets = [str(link.get("/Dest", link.get("/A", {}).get("/URI", ""))) for link in page.Annots]
    assert targets.count("arena") == 1
    assert targets.count("https://example.org/a") == 1


def test_scene_breaks_are_not_read_out(opened):
    read = [str(item.S) for item in opened.objects if isinstance(item, pikepdf.Dictionary) and item.get("/S")]
    assert read.count("/Figure") == 2


def test_bytes_depend_on_nothing_but_the_book(sample, tmp_path):
    script = (
        "import hashlib, pathlib, press\nfrom bookforge.writers import pdf\n"
        "c = press.compose(press.sample(), toc=press.TOC)\n"
        f"laid = pdf.layout(c, pathlib.Path({str(tmp_path / 'elsewhere')!r}), print)\n"
        "(data,) = pdf.write(c, laid, print).files.values()\n"
        f"pathlib.Path({str(tmp_path / 'again.pdf')!r}).write_bytes(data)\n"
    )
    surroundings = os.environ | {
        "TZ": "Asia/Tokyo",
        "LANG": "ar_EG.UTF-8",
        "LC_ALL": "de_DE.UTF-8",
        "PYTHONHASHSEED": "77",
        "HOME": str(tmp_path),
        "PYTHONPATH": str(press.HERE),
    }
    subprocess.run([sys.executable, "-c", script], check=True, env=surroundings, cwd=tmp_path)
    assert (tmp_path / "again.pdf").read_bytes() == sample.data


def test_a_picture_is_a_jpeg_of_its_size(cache_folder):
    materials = Materials(
        (Stylesheet("a.css", "a.css", "@page { size: 160px 256px; margin: 0; background: #246 }"),),
        {},
        fonts.resolve(layouts.find("paperback", press.HERE).fonts),
        cache_folder,
    )
    html = '<!DOCTYPE html><html lang="en"><title>T</title><p>Title 漢</p></html>'
    said = []
    laid = pdf.lay_sheet(html, materials, said.append)
    data = pdf.draw_sheet(laid, (320, 512), said.append)
    assert said == []
    assert laid.shown == set("Title 漢")
    with Image.open(io.BytesIO(data)) as image:
        assert (image.format, image.size, image.mode) == ("JPEG", (320, 512), "RGB")
        assert image.getpixel((300, 500)) == pytest.approx((0x22, 0x44, 0x66), abs=3)


def test_a_layout_without_fonts_is_refused(cache_folder):
    with pytest.raises(LayoutError, match="font-exists"):
        pdf.lay_sheet("<p>x</p>", Materials((), {}, (), cache_folder), print)


def test_a_missing_pango_is_told(monkeypatch, cache_folder):
    really = builtins.__import__

    def without(name, *rest, **more):
        if name == "weasyprint":
            raise OSError("cannot load library 'libgobject-2.0-0'")
        return really(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(EngineError, match="pango-present"):
        pdf.layout(press.compose(press.chapter("<p>x</p>")), cache_folder, print)


DOT = base64.b64encode(
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0:~\x9bU"
    b"\0\0\0\nIDATx\x9cc`\0\0\0\x02\0\x01H\xaf\xa4q\0\0\0\0IEND\xaeB`\x82"
).decode()
DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9" '
    'viewBox="0 0 9 9"><image width="9" height="9" xlink:href="{}"/><text y="9">漢</text></svg>'
)


def drawn_with(url: str, cache_folder: Path, body: str = "") -> Laid:
    composition = press.compose(press.chapter(f'<p>x <img src="images/d.svg" alt="d"/> {body}</p>'))
    assets = {"images/d.svg": (DRAWING.format(url).encode(), "image/svg+xml")}
    composition = dataclasses.replace(composition, assets=assets)
    said: list[Diagnostic] = []
    laid = pdf.layout(composition, cache_folder, said.append)
    pdf.write(composition, laid, said.append)
    assert said == []
    return laid


def test_a_picture_inside_a_drawing_is_part_of_the_book(cache_folder):
    laid = drawn_with(f"data:image/png;base64,{DOT}", cache_folder)
    assert "漢" in laid.shown


@pytest.mark.parametrize(
    "url", ["data:image/svg+xml;base64,PHN2Zy8+" + 4000 * "A", "file:///etc/passwd", "https://a.b/c"]
)
def test_other_addresses_inside_a_drawing_are_refused_shortly(url, cache_folder):
    with pytest.raises(EditionError, match="resource-allowed") as problem:
        drawn_with(url, cache_folder)
    assert len(str(problem.value)) < 300


@pytest.mark.parametrize("family", ["", 'font-family="Arial" '])
def test_lettering_of_a_drawing_in_a_font_that_is_not_there_is_in_that_of_the_text(family, cache_folder):
    drawing = f'<svg xmlns="http://www.w3.org/2000/svg" width="90" height="20"><text {family}y="15">so</text></svg>'
    composition = press.compose(press.chapter('<p>x <img src="images/d.svg" alt="d"/></p>'))
    composition = dataclasses.replace(composition, assets={"images/d.svg": (drawing.encode(), "image/svg+xml")})
    laid = pdf.layout(composition, cache_folder, lambda _: None)
    (data,) = pdf.write(composition, laid, lambda _: None).files.values()
    with pikepdf.open(io.BytesIO(data)) as document:
        faces = {str(each.BaseFont) for each in document.objects if "/BaseFont" in each}
    assert faces
    assert all("EB-Garamond" in name for name in faces)


def test_an_address_that_stands_in_no_drawing_is_refused(cache_folder):
    with pytest.raises(EditionError, match="resource-allowed"):
        drawn_with(
            f"data:image/png;base64,{DOT}", cache_folder, f'<img alt="" src="data:image/png;base64,{DOT[:-8]}AAA="/>'
        )


@pytest.mark.parametrize(
    ("css", "message", "place", "hint"),
    [
        ("html { --leading: 0pt }", "the lines of the text have no height", "layouts/x/a.css", "such as 14pt"),
        ("body { line-height: 0 }", "the lines of the text have no height", "layouts/x/a.css", "such as 14pt"),
        ("p { display: block }\n p { float: footnote; column-count: 2 }", "stopped", "layouts/x/a.css", "take out"),
        ("p { float: footnote; column-count: 2;\n  width: var(--x) }", "stopped", "layouts/x/a.css:2:10", "sets '--x'"),
    ],
)
def test_a_stylesheet_at_which_the_engine_stops_is_an_error_there(cache_folder, css, message, place, hint):
    composition = press.compose(press.chapter("<p>Words</p>"))
    own = Stylesheet("a.css", "layouts/x/a.css", css)
    with pytest.raises(EditionError) as caught:
        pdf.layout(
            dataclasses.replace(composition, stylesheets=(*composition.stylesheets, own)), cache_folder, lambda _: None
        )
    (found,) = caught.value.diagnostics
    assert (found.rule, str(found.at)) == ("page-layout", place)
    assert message in found.message
    assert hint in (found.hint or "")


def test_a_property_that_nothing_sets_is_named_where_it_is_used(cache_folder):
    composition = press.compose(press.chapter("<p>Words</p>"))
    own = Stylesheet("a.css", "layouts/x/a.css", "p { color: #000 }\np { width: calc(var(--x) * 2) }")
    said: list[Diagnostic] = []
    pdf.layout(dataclasses.replace(composition, stylesheets=(*composition.stylesheets, own)), cache_folder, said.append)
    (found,) = said
    assert (found.rule, str(found.at)) == ("stylesheet-parses", "layouts/x/a.css:2:12")
    assert found.hint == "nothing sets '--x', which layouts/x/a.css:2:17 uses"


def test_spaces_at_the_end_of_a_line_of_code_do_not_leave_the_page(cache_folder):
    code = f"<pre><code>some code{' ' * 200}end\n</code></pre>"
    said: list[Diagnostic] = []
    pdf.layout(press.compose(press.chapter(code), "large-print"), cache_folder, said.append)
    assert said == []


def test_a_line_that_leaves_the_page_is_told_with_its_place_in_the_chapter(cache_folder):
    content = books.section("one.md", "<p/>", notes=(books.note(1, "x"),))
    content = dataclasses.replace(content, notes=(), source_map=SourceMap({"c.wide": Place(0, 9, 7, 3)}, {}, (0,)))
    section = BookSection(
        SectionId("c"), Role.CHAPTER, Matter.BODY, 1, 1, None, None, None, None, None, None, False, "en", None, content,
        Location("book.yaml"),
    )  # fmt: skip
    cells = "".join(f"<td>{number} a b c</td>" for number in range(60))
    composition = press.compose(press.chapter(f'<table id="c.wide"><tr>{cells}</tr></table>'))
    book = dataclasses.replace(composition.reading.book, sections=(section,))
    composition = dataclasses.replace(composition, reading=dataclasses.replace(composition.reading, book=book))
    said: list[Diagnostic] = []
    pdf.layout(composition, cache_folder, said.append)
    assert [(each.rule, each.at) for each in said] == [("text-fits-page", Location("one.md", 7, 3))]
