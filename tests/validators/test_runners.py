"""The validators bite: each finds what is planted, and places it."""

import shutil
import zipfile
from pathlib import Path

import pytest

from bookforge import validate
from bookforge.diagnostics import EngineError

PAGE = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>A page</title><meta name="viewport" content="width=device-width"></head>
<body><main><h1>A page</h1>
{body}
</main></body>
</html>
"""
CONTAINER = """<?xml version="1.0"?><container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles>
<rootfile full-path="EPUB/package.opf" media-type="application/oebps-package+xml"/></rootfiles></container>"""
PACKAGE = """<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="id">urn:x:1</dc:identifier>
<dc:title>T</dc:title><dc:language>en</dc:language><meta property="dcterms:modified">2026-01-01T00:00:00Z</meta>
</metadata>
<manifest><item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/></manifest>
<spine><itemref idref="nav"/></spine></package>"""
NAV = """<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="en" xml:lang="en">
<head><title>T</title></head>
<body><nav epub:type="toc"><h1>Contents</h1><ol><li><a href="{target}">T</a></li></ol></nav></body></html>"""


def site(folder: Path, body: str) -> Path:
    (folder / "index.html").write_text(PAGE.format(body=body), "utf-8")
    return folder


def book(folder: Path, target: str) -> Path:
    path = folder / "book.epub"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")
        archive.writestr("META-INF/container.xml", CONTAINER)
        archive.writestr("EPUB/package.opf", PACKAGE)
        archive.writestr("EPUB/nav.xhtml", NAV.format(target=target))
    return path


@pytest.mark.validator
def test_a_good_page_is_clean(tmp_path: Path) -> None:
    assert validate.html(site(tmp_path, "<p>Text.</p>")) == ()


@pytest.mark.validator
def test_a_bad_page_is_found_out(tmp_path: Path) -> None:
    found = validate.html(site(tmp_path, '<p>Text.</p>\n<img src="x.png"><div style="width: 900px">Wide.</div>'))
    assert {diagnostic.rule for diagnostic in found} == {"html-conforms", "html-accessible", "html-self-contained"}
    [conformance] = [diagnostic for diagnostic in found if diagnostic.rule == "html-conforms"]
    assert str(conformance.at) == "index.html:6:1"
    overflow = next(diagnostic for diagnostic in found if "wider" in diagnostic.message)
    assert overflow.message.endswith("(window: 320 px light, 320 px dark)")


@pytest.mark.validator
def test_an_empty_folder_is_not_clean(tmp_path: Path) -> None:
    assert [diagnostic.rule for diagnostic in validate.html(tmp_path)] == ["html-conforms"]


@pytest.mark.validator
def test_a_bad_epub_is_found_out(tmp_path: Path) -> None:
    found = validate.epub(book(tmp_path, "gone.xhtml"))
    assert {diagnostic.rule for diagnostic in found} == {"epub-conforms", "epub-accessible"}
    missing = next(diagnostic for diagnostic in found if diagnostic.message.startswith("RSC-007"))
    assert str(missing.at).startswith("book.epub/EPUB/nav.xhtml:3:")


@pytest.mark.validator
def test_a_file_that_is_no_pdf_is_not_clean(tmp_path: Path) -> None:
    path = tmp_path / "book.pdf"
    path.write_bytes(b"no pdf")
    [found] = validate.pdf(path)
    assert found.rule == "pdf-conforms"
    assert "cannot read" in found.message


def test_a_missing_validator_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOOKFORGE_TOOLS", str(tmp_path))
    assert validate.versions() == {}
    assert validate.missing("pdf") == ("veraPDF", "Java")
    with pytest.raises(EngineError, match="veraPDF, Java") as raised:
        validate.pdf(tmp_path / "book.pdf")
    assert raised.value.exit_status == 3


def test_no_browser_is_missing_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert validate.browser() is None
    assert "Chromium" in validate.missing("html")
    assert "Chromium" not in validate.missing("pdf")
