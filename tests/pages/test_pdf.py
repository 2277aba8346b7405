"""The PDF as a file: structure, colour, fonts, links, outline, bytes."""

import builtins
import io
import os
import re
import subprocess
import sys

import pikepdf
import press
import pytest
from PIL import Image

from bookforge import fonts, layouts
from bookforge.diagnostics import EngineError, LayoutError
from bookforge.edition import Stylesheet
from bookforge.writers import pdf


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
    materials = pdf.Materials(
        (Stylesheet("a.css", "a.css", "@page { size: 160px 256px; margin: 0; background: #246 }"),),
        {},
        fonts.resolve(layouts.find("paperback", press.HERE).fonts),
        cache_folder,
    )
    found = []
    html = '<!DOCTYPE html><html lang="en"><title>T</title><p>Title</p></html>'
    data = pdf.picture(html, materials, (320, 512), found.append)
    assert found == []
    with Image.open(io.BytesIO(data)) as image:
        assert (image.format, image.size, image.mode) == ("JPEG", (320, 512), "RGB")
        assert image.getpixel((300, 500)) == pytest.approx((0x22, 0x44, 0x66), abs=3)


def test_a_layout_without_fonts_is_refused(cache_folder):
    with pytest.raises(LayoutError, match="font-exists"):
        pdf.picture("<p>x</p>", pdf.Materials((), {}, (), cache_folder), (10, 10), print)


def test_a_missing_pango_is_told(monkeypatch, cache_folder):
    really = builtins.__import__

    def without(name, *rest, **more):
        if name == "weasyprint":
            raise OSError("cannot load library 'libgobject-2.0-0'")
        return really(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(EngineError, match="pango-present"):
        pdf.layout(press.compose(press.chapter("<p>x</p>")), cache_folder, print)
