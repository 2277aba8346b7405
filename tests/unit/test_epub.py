"""The EPUB writer: package, metadata, navigation and zip, read back with other tools than the writer's."""

import dataclasses
import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from bookforge.book import Identifier, Metadata, Series
from bookforge.diagnostics import Diagnostic, EditionError, LayoutError
from bookforge.edition import Composition, Document, Format, NavPoint
from bookforge.writers import documents, epub, epub_metadata
from tests.unit import rich_book
from tests.unit.rich_book import METADATA, composition

OPF = "{http://www.idpf.org/2007/opf}"
DC = "{http://purl.org/dc/elements/1.1/}"
NCX = "{http://www.daisy.org/z3986/2005/ncx/}"


def found(root: etree._Element, path: str) -> list[Any]:
    result = root.xpath(path)
    assert isinstance(result, list)
    return result


def packed(given: Composition) -> tuple[bytes, list[Diagnostic]]:
    said: list[Diagnostic] = []
    [data] = epub.write(given, said.append).files.values()
    return data, said


def opened(data: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(data))


def package(data: bytes) -> etree._Element:
    return etree.fromstring(opened(data).read("EPUB/content.opf"))


def refinements(root: etree._Element, id_: str) -> dict[str, tuple[str | None, str | None]]:
    found = root.iterfind(f".//{OPF}meta[@refines='#{id_}']")
    return {meta.get("property", ""): (meta.text, meta.get("scheme")) for meta in found}


def metas(root: etree._Element, name: str) -> list[str | None]:
    return [meta.text for meta in root.iterfind(f".//{OPF}meta[@property='{name}']") if meta.get("refines") is None]


@pytest.fixture(scope="module")
def book() -> bytes:
    data, said = packed(composition(Format.EPUB))
    assert said == []
    return data


@pytest.fixture(scope="module")
def opf(book: bytes) -> etree._Element:
    return package(book)


def described(**changed: Any) -> etree._Element:
    metadata = dataclasses.replace(METADATA, **changed)
    data, _ = packed(composition(Format.EPUB, metadata=metadata))
    return package(data)


# ---------------------------------------------------------------- the zip


def test_the_zip_begins_with_its_type_and_knows_no_time(book: bytes) -> None:
    entries = opened(book).infolist()
    assert book[30:58] == b"mimetypeapplication/epub+zip"
    assert [(entry.filename, entry.compress_type, entry.extra) for entry in entries[:2]] == [
        ("mimetype", zipfile.ZIP_STORED, b""),
        ("META-INF/container.xml", zipfile.ZIP_DEFLATED, b""),
    ]
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    names = [entry.filename for entry in entries[2:]]
    assert names == sorted(names)
    assert all(name.isascii() for name in names)


def test_the_same_book_gives_the_same_bytes_in_another_process(book: bytes) -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from tests.unit import test_epub as t;"
        "sys.stdout.buffer.write(t.packed(t.composition(t.Format.EPUB))[0])"
    )
    here = str(Path(__file__).parents[2])
    around = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LC_ALL": "C"}
    again = subprocess.run([sys.executable, "-c", code, here], env=around, capture_output=True, check=True).stdout
    assert again == book


def test_documents_keep_their_bytes(book: bytes) -> None:
    given = composition(Format.EPUB)
    archive = opened(book)
    for document in given.documents:
        assert archive.read(f"EPUB/{document.href}") == document.text.encode()
    for name, (data, _) in given.assets.items():
        assert archive.read(f"EPUB/{name}") == data


# ---------------------------------------------------------------- package and spine


def test_every_file_is_in_the_manifest_once(book: bytes, opf: etree._Element) -> None:
    items = [item.get("href") for item in opf.iterfind(f".//{OPF}manifest/{OPF}item")]
    there = {name.removeprefix("EPUB/") for name in opened(book).namelist() if name.startswith("EPUB/")}
    assert len(items) == len(set(items))
    assert set(items) == there - {"content.opf"}


def test_item_ids_are_section_ids_or_file_names(opf: etree._Element) -> None:
    ids = {item.get("href"): item.get("id") for item in opf.iterfind(f".//{OPF}manifest/{OPF}item")}
    assert ids["arrival.xhtml"] == "arrival"
    assert ids["nav.xhtml"] == "nav.xhtml"
    assert ids["images/beam.svg"] == "images.beam.svg"
    assert ids["cover.png"] == "cover.png"


def test_the_spine_is_the_reading_order(opf: etree._Element) -> None:
    refs = [ref.get("idref") for ref in opf.iterfind(f".//{OPF}spine/{OPF}itemref")]
    names = ["cover.xhtml", "halftitlepage", "titlepage", "copyright-page", "dedication", "nav.xhtml"]
    assert refs == [*names, "part-one", "arrival", "ben-answers", "timeline", "colophon"]


def test_properties_say_exactly_what_a_document_holds(opf: etree._Element) -> None:
    said = {item.get("href"): item.get("properties") for item in opf.iterfind(f".//{OPF}manifest/{OPF}item")}
    assert {name: value for name, value in said.items() if value} == {
        "nav.xhtml": "nav",
        "arrival.xhtml": "mathml",
        "cover.png": "cover-image",
    }


def test_the_package_says_its_language_and_declares_no_prefix_in_vain(opf: etree._Element) -> None:
    assert opf.get("{http://www.w3.org/XML/1998/namespace}lang") == "en-GB"
    assert opf.get("prefix") is None
    assert opf.get("version") == "3.0"


def test_embedded_fonts_are_announced() -> None:
    given = composition(Format.EPUB)
    given = dataclasses.replace(given, assets={**given.assets, "fonts/a.woff2": (b"x", "font/woff2")})
    root = package(packed(given)[0])
    assert (root.get("prefix") or "").startswith("ibooks: http")
    assert metas(root, "ibooks:specified-fonts") == ["true"]


def test_old_readers_find_the_guide_and_the_cover(opf: etree._Element) -> None:
    guide = {ref.get("type"): ref.get("href") for ref in opf.iterfind(f".//{OPF}guide/{OPF}reference")}
    assert guide == {"cover": "cover.xhtml", "toc": "nav.xhtml#toc", "text": "part-one.xhtml"}
    [cover] = opf.iterfind(f".//{OPF}meta[@name='cover']")
    assert cover.get("content") == "cover.png"


def test_a_book_without_a_cover_is_warned_of() -> None:
    data, found = packed(composition(Format.EPUB, cover=False))
    assert [each.rule for each in found] == ["cover-present"]
    assert package(data).find(f".//{OPF}meta[@name='cover']") is None


# ---------------------------------------------------------------- metadata


def test_there_is_one_title_with_the_subtitle_in_it(opf: etree._Element) -> None:
    assert [title.text for title in opf.iterfind(f".//{DC}title")] == ["Salt & Signal: Two Keepers of One Light"]


@pytest.mark.parametrize(
    ("title", "subtitle", "full"),
    [("A", None, "A"), ("A", "B", "A: B"), ("Who?", "B", "Who? B"), ("Stop.", "B", "Stop. B")],
)
def test_title_and_subtitle_are_joined_by_the_right_mark(title: str, subtitle: str | None, full: str) -> None:
    assert epub_metadata.full_title(dataclasses.replace(METADATA, title=title, subtitle=subtitle)) == full


def test_no_id_of_the_metadata_can_be_that_of_a_section(opf: etree._Element) -> None:
    metadata = opf.find(f"{OPF}metadata")
    assert metadata is not None
    ids = [str(each.get("id")) for each in metadata.iter() if each.get("id")]
    assert len(ids) > 4
    assert all("." in each for each in ids)


def test_people_stand_in_order_with_role_and_sort_name(opf: etree._Element) -> None:
    creators = [(person.text, person.get("id")) for person in opf.iterfind(f".//{DC}creator")]
    assert creators == [("Ada Marsh", "creator.1"), ("Ben Holm", "creator.2")]
    assert refinements(opf, "creator.1") == {"role": ("aut", "marc:relators"), "file-as": ("Marsh, Ada", None)}
    assert refinements(opf, "creator.2") == {"role": ("aut", "marc:relators")}
    assert refinements(opf, "contributor.1")["role"] == ("edt", "marc:relators")


def test_an_isbn_names_the_edition_and_the_other_names_follow() -> None:
    root = package(packed(composition(Format.EPUB, isbn="978-0-306-40615-7"))[0])
    names = [(name.text, name.get("id")) for name in root.iterfind(f".//{DC}identifier")]
    assert names == [
        ("urn:isbn:9780306406157", "pub.id"),
        ("urn:uuid:6f9b3b0e-5e1c-4c55-9a3c-0b7a3d0c1e11", "identifier.1"),
    ]
    assert root.get("unique-identifier") == "pub.id"
    assert refinements(root, "pub.id") == {"identifier-type": ("15", "onix:codelist5")}


def test_without_an_isbn_the_first_identifier_names_the_book() -> None:
    names = (Identifier("doi", "10.1000/182"), Identifier("url", "https://example.org/b"))
    root = described(identifiers=names)
    assert [name.text for name in root.iterfind(f".//{DC}identifier")] == ["doi:10.1000/182", "https://example.org/b"]
    assert refinements(root, "pub.id") == {"identifier-type": ("06", "onix:codelist5")}


def test_a_book_without_names_gets_one_from_title_and_authors() -> None:
    def made(metadata: Metadata) -> str:
        return epub_metadata.identifier(composition(Format.EPUB, metadata=metadata))

    nameless = dataclasses.replace(METADATA, identifiers=())
    assert made(nameless).startswith("urn:uuid:")
    assert made(nameless) == made(dataclasses.replace(nameless, description="other", modified="2027-01-01"))
    assert made(nameless) != made(dataclasses.replace(nameless, title="Other"))


def test_plain_metadata_is_told_once(opf: etree._Element) -> None:
    told = {
        name: [e.text for e in opf.iterfind(f".//{DC}{name}")] for name in ("publisher", "date", "rights", "language")
    }
    assert told == {
        "publisher": ["Foreland Press"],
        "date": ["2026-11"],
        "rights": ["Copyright © 2026 Ada Marsh and Ben Holm"],
        "language": ["en-GB"],
    }


@pytest.mark.parametrize(
    ("modified", "published", "wanted"),
    [
        ("2026-11-20", "2020", "2026-11-20T00:00:00Z"),
        (None, "2026", "2026-01-01T00:00:00Z"),
        (None, "2026-03", "2026-03-01T00:00:00Z"),
        (None, None, "2000-01-01T00:00:00Z"),
        ("2026-11-20T09:30:00", None, "2026-11-20T09:30:00Z"),
        ("2026-11-20T09:30:00+09:00", None, "2026-11-20T00:30:00Z"),
    ],
)
def test_the_time_of_change_is_the_books_own(modified: str | None, published: str | None, wanted: str) -> None:
    assert epub_metadata.modified(dataclasses.replace(METADATA, modified=modified, published=published)) == wanted


def test_subjects_have_authority_and_term_or_neither(opf: etree._Element) -> None:
    assert refinements(opf, "subject.1") == {"authority": ("BISAC", None), "term": ("BIO026000", None)}
    assert refinements(opf, "subject.2")["term"] == ("DNC", None)
    assert refinements(opf, "subject.3") == {}


@pytest.mark.parametrize(
    ("printed", "position"), [("2", "2"), ("2.1", "2.1"), ("IV", "4"), ("xix", "19"), ("the last", None), (None, None)]
)
def test_the_place_in_a_series_is_told_in_digits(printed: str | None, position: str | None) -> None:
    root = described(series=Series("Lights", printed))
    assert metas(root, "belongs-to-collection") == ["Lights"]
    said = refinements(root, "the.series")
    assert said["collection-type"] == ("series", None)
    assert said.get("group-position", (None, None))[0] == position


def test_accessibility_is_derived_from_what_is_there(opf: etree._Element) -> None:
    assert metas(opf, "schema:accessMode") == ["textual", "visual"]
    assert metas(opf, "schema:accessModeSufficient") == ["textual", "textual,visual"]
    assert metas(opf, "schema:accessibilityHazard") == ["none"]
    assert metas(opf, "schema:accessibilityFeature") == [
        "alternativeText",
        "displayTransformability",
        "MathML",
        "readingOrder",
        "structuralNavigation",
        "tableOfContents",
        "unlocked",
    ]
    assert "No conformance" in (metas(opf, "schema:accessibilitySummary")[0] or "")
    assert metas(opf, "dcterms:conformsTo") == []


def _with_page(text: str) -> epub_metadata.Facts:
    given = composition(Format.EPUB)
    page = Document(
        "x.xhtml", "X", f'<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="{EPUB}"><body>{text}</body></html>'
    )
    return epub_metadata.facts(documents.parse(dataclasses.replace(given, documents=(page,))))


EPUB = "http://www.idpf.org/2007/ops"


def test_a_cover_alone_is_no_visual_content() -> None:
    assert not _with_page('<img role="doc-cover" src="c.png" alt="Cover"/>').pictures


def test_a_picture_without_words_is_noticed() -> None:
    assert _with_page('<img src="a.png"/>').undescribed
    assert not _with_page('<img src="a.png" alt=""/>').undescribed


def test_page_breaks_and_lists_are_noticed() -> None:
    found = _with_page('<span epub:type="pagebreak" id="p"/><nav epub:type="page-list"/>')
    assert found.page_breaks
    assert found.page_list


# ---------------------------------------------------------------- navigation


def test_the_ncx_names_the_same_book_and_the_same_places(book: bytes, opf: etree._Element) -> None:
    ncx = etree.fromstring(opened(book).read("EPUB/toc.ncx"))
    heads = {meta.get("name"): meta.get("content") for meta in ncx.iter(f"{NCX}meta")}
    assert heads["dtb:uid"] == opf.findtext(f".//{DC}identifier")
    assert heads["dtb:depth"] == "2"
    hrefs = [content.get("src") for content in ncx.iter(f"{NCX}content")]
    nav = etree.fromstring(opened(book).read("EPUB/nav.xhtml"))
    listed = found(nav, "//*[@id='toc']//*[local-name()='a']/@href")
    assert hrefs == listed
    ids = [point.get("id") for point in ncx.iter(f"{NCX}navPoint")]
    assert len(ids) == len(set(ids)) == 4


def test_deep_contents_stay_deep() -> None:
    given = composition(Format.EPUB)
    leaf = NavPoint("c", "arrival.xhtml#arrival.light", "c", "chapter")
    top = NavPoint(
        "a", "part-one.xhtml", "a", "part", children=(NavPoint("b", "arrival.xhtml", "b", "chapter", children=(leaf,)),)
    )
    ncx = etree.fromstring(opened(packed(dataclasses.replace(given, toc=(top,)))[0]).read("EPUB/toc.ncx"))
    assert len(ncx.findall(f".//{NCX}navPoint/{NCX}navPoint/{NCX}navPoint")) == 1
    assert [meta.get("content") for meta in ncx.iter(f"{NCX}meta") if meta.get("name") == "dtb:depth"] == ["3"]


def test_landmarks_are_hidden_and_name_their_types(book: bytes) -> None:
    nav = etree.fromstring(opened(book).read("EPUB/nav.xhtml"))
    [marks] = found(nav, "//*[@id='landmarks']")
    assert marks.get("hidden") is not None
    types = [link.get(f"{{{EPUB}}}type") for link in marks.iter("{http://www.w3.org/1999/xhtml}a")]
    assert types == ["cover", "titlepage", "toc", "bodymatter"]


# ---------------------------------------------------------------- the e-book layout


def test_a_note_pops_up_and_leads_back(book: bytes) -> None:
    page = etree.fromstring(opened(book).read("EPUB/arrival.xhtml"))
    for number in (1, 2):
        [call] = found(page, f"//*[@id='arrival.noteref-{number}']")
        assert (call.get(f"{{{EPUB}}}type"), call.get("role")) == ("noteref", "doc-noteref")
        assert call.get("href") == f"#arrival.note-{number}"
        [note] = found(page, f"//*[@id='arrival.note-{number}']")
        assert (etree.QName(note).localname, note.get(f"{{{EPUB}}}type")) == ("aside", "footnote")
        [back] = found(note, ".//*[@role='doc-backlink']")
        assert back.get("href") == f"#arrival.noteref-{number}"


def test_the_stylesheet_leaves_the_reader_in_charge() -> None:
    sheets = {sheet.name: sheet.text for sheet in composition(Format.EPUB).stylesheets}
    rules = sheets["ebook.css"].partition("*/")[2]
    for taken in ("px", "pt;", "rgb", "#", "!important", "position:", "var(", ":not(", "@import", "@media", "::"):
        assert taken not in rules, taken
    assert "font-family" not in rules.replace("font-family: monospace", "")
    grounds = [line.strip() for line in rules.splitlines() if "background" in line]
    assert grounds == ["background: none;", "background: white;"]  # no highlighter; paper behind pictures


# ---------------------------------------------------------------- what a book can do wrong


@pytest.mark.parametrize("name", ["images/ñandú.png", "a b.png", "images/../x.png", "x.", "/x.png"])
def test_a_file_name_no_reader_could_open_is_refused(name: str) -> None:
    given = composition(Format.EPUB)
    given = dataclasses.replace(given, assets={**given.assets, name: (b"x", "image/png")})
    with pytest.raises(EditionError) as caught:
        packed(given)
    assert [found.rule for found in caught.value.diagnostics] == ["file-name-portable"]


def test_names_that_differ_only_in_case_are_refused() -> None:
    given = composition(Format.EPUB)
    given = dataclasses.replace(given, assets={**given.assets, "images/Sea.png": (b"x", "image/png")})
    with pytest.raises(EditionError):
        packed(given)


def test_a_broken_template_is_an_error_of_the_layout() -> None:
    given = composition(Format.EPUB)
    broken = Document("x.xhtml", "X", "<html>\n<p>a & b</p></html>")
    with pytest.raises(LayoutError) as caught:
        packed(dataclasses.replace(given, documents=(*given.documents, broken)))
    assert str(caught.value).startswith("x.xhtml:2:")


def test_an_entity_bomb_is_not_expanded() -> None:
    bomb = '<!DOCTYPE html [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><html xmlns="http://www.w3.org/1999/xhtml"><p>&b;</p></html>'
    given = dataclasses.replace(composition(Format.EPUB), documents=(Document("x.xhtml", "X", bomb),))
    [page] = documents.parse(given)
    assert "aaaa" not in "".join(map(str, page.root.itertext()))


def test_markup_in_metadata_stays_text() -> None:
    root = described(title="<b>A</b> & B", subtitle=None, description='"]]>')
    assert root.findtext(f".//{DC}title") == "<b>A</b> & B"
    assert root.findtext(f".//{DC}description") == '"]]>'


def test_the_words_of_the_manuscript_are_counted() -> None:
    artifact = epub.write(composition(Format.EPUB), lambda _: None)
    assert artifact.words == sum(each.content.word_count for each in rich_book.sections() if each.content)
    assert json.dumps(list(artifact.files)) == '["ebook.epub"]'
