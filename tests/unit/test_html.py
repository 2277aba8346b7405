"""The HTML writer: XHTML in, HTML out, and the promises of the web layout that need no browser."""

import itertools
import re
from html.parser import HTMLParser

import pytest
from lxml import etree

from bookforge import xhtml
from bookforge.diagnostics import Diagnostic, LayoutError
from bookforge.edition import Composition, Document, Format
from bookforge.writers import html
from tests.unit.rich_book import composition

_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_NAMESPACES = f'xmlns="{xhtml.XHTML}" xmlns:epub="{xhtml.EPUB}"'


def serialised(body: str) -> str:
    made = html.serialise(etree.fromstring(f"<html {_NAMESPACES}><body>{body}</body></html>"))
    return made.removeprefix("<!DOCTYPE html>\n<html><body>").removesuffix("</body></html>\n")


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("<p>a<br/>b</p>", "<p>a<br>b</p>"),
        ("<p></p>", "<p></p>"),
        ("<p/>", "<p></p>"),
        ('<img src="a.png" alt=""/>', '<img src="a.png" alt="">'),
        ("<p>1 &lt; 2 &amp; 3 &gt; 2</p>", "<p>1 &lt; 2 &amp; 3 &gt; 2</p>"),
        ("<p>a&#160;b</p>", "<p>a&nbsp;b</p>"),
        ('<p title="&quot;a&quot; &amp; b">c</p>', '<p title="&quot;a&quot; &amp; b">c</p>'),
        ('<p epub:type="z3998:verse" class="v">a</p>', '<p class="v">a</p>'),
        ('<p xml:lang="fr" lang="fr">a</p>', '<p lang="fr">a</p>'),
        ('<p xml:lang="fr">a</p>', '<p lang="fr">a</p>'),
        ("<p>a<!-- not for readers -->b<?php x ?>c</p>", "<p>abc</p>"),
        ("<pre>\n\nx</pre>", "<pre>\n\n\nx</pre>"),
        ("<pre>x</pre>", "<pre>x</pre>"),
        ("<section><h2>a</h2></section>", "<section><h2>a</h2></section>"),
        ('<section aria-label="a"><p>b</p></section>', '<section aria-label="a"><p>b</p></section>'),
        ("<section><p>a</p></section>", "<div><p>a</p></div>"),
        (
            f'<math xmlns="{xhtml.MATHML}"><mspace/><mi>x</mi></math>',
            "<math><mspace></mspace><mi>x</mi></math>",
        ),
        (
            f'<svg xmlns="{xhtml.SVG}" xmlns:xlink="http://www.w3.org/1999/xlink"><use xlink:href="#a"/></svg>',
            '<svg><use xlink:href="#a"></use></svg>',
        ),
    ],
)
def test_xhtml_becomes_html(written: str, wanted: str) -> None:
    assert serialised(written) == wanted


def reported(given: Composition) -> tuple[dict[str, bytes], list[Diagnostic]]:
    found: list[Diagnostic] = []
    return dict(html.write(given, found.append).files), found


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    made, found = reported(composition(Format.HTML))
    assert found == []
    return made


def pages(files: dict[str, bytes]) -> dict[str, str]:
    return {name: data.decode() for name, data in files.items() if name.endswith(".html")}


class Reader(HTMLParser):
    """Collects what a page holds, and fails on tags that do not nest."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def read(page: str) -> list[tuple[str, dict[str, str | None]]]:
    reader = Reader()
    reader.feed(page)
    assert reader.open == []
    return reader.found


def test_every_section_is_a_page_and_the_first_is_the_contents(files: dict[str, bytes]) -> None:
    names = set(pages(files))
    assert {"index.html", "arrival.html", "ben-answers.html", "part-one.html", "timeline.html"} <= names
    assert "web.css" in files
    assert files["images/beam.svg"].startswith(b"<svg")


def test_pages_are_html_and_nothing_else(files: dict[str, bytes]) -> None:
    for page in pages(files).values():
        assert page.startswith("<!DOCTYPE html>\n<html lang=")
        assert "xmlns" not in page
        assert "epub:" not in page
        assert "/>" not in page
        read(page)


def test_every_link_and_file_leads_somewhere_in_the_folder(files: dict[str, bytes]) -> None:
    held = {name: {attrs["id"] for _, attrs in read(page) if "id" in attrs} for name, page in pages(files).items()}
    for name, page in pages(files).items():
        for tag, attrs in read(page):
            address = attrs.get("href") or attrs.get("src")
            if address is None or (tag == "a" and address.startswith("https://example.org/")):
                continue
            path, _, fragment = address.partition("#")
            assert not path or path in files, address
            assert not fragment or fragment in held[path or name], address


def test_ids_are_unique_on_a_page(files: dict[str, bytes]) -> None:
    for page in pages(files).values():
        ids = [attrs["id"] for _, attrs in read(page) if "id" in attrs]
        assert len(ids) == len(set(ids))


def test_no_page_runs_or_fetches_anything(files: dict[str, bytes]) -> None:
    for name, page in pages(files).items():
        tags = {tag for tag, _ in read(page)}
        assert not tags & {"script", "iframe", "object", "embed", "form", "base"}, name
        assert not re.search(r'\b(?:src|srcset)="(?:https?:|//|data:)', page)
        assert not re.search(r'<link[^>]+href="(?:https?:)?//', page)
    for name in [name for name in files if name.endswith(".css")]:
        assert not re.search(rb"@import|https?:|data:", files[name]), name


def test_a_page_names_itself_its_neighbours_and_the_contents(files: dict[str, bytes]) -> None:
    page = files["arrival.html"].decode()
    assert "<title>The Rock – Salt &amp; Signal</title>" in page
    assert '<link rel="prev" href="part-one.html" title="Winter">' in page
    assert '<link rel="next" href="ben-answers.html" title="Ben Answers">' in page
    assert '<a class="skip" href="#text">' in page
    assert '<a class="up" href="index.html">' in page


def test_every_page_has_one_first_heading(files: dict[str, bytes]) -> None:
    for name, page in pages(files).items():
        assert [tag for tag, _ in read(page)].count("h1") == 1, name


def test_headings_skip_no_level(files: dict[str, bytes]) -> None:
    for name, page in pages(files).items():
        levels = [int(tag[1]) for tag, _ in read(page) if re.fullmatch("h[1-6]", tag)]
        assert all(below <= above + 1 for above, below in itertools.pairwise(levels)), name


def test_notes_lead_back_to_their_calls(files: dict[str, bytes]) -> None:
    page = files["arrival.html"].decode()
    assert 'href="#arrival.note-2" id="arrival.noteref-2"' in page.replace('data-generated="" ', "")
    assert 'id="arrival.note-2"' in page
    assert 'href="#arrival.noteref-2" role="doc-backlink"' in page


def test_pictures_have_their_size_and_words(files: dict[str, bytes]) -> None:
    pictures = [attrs for page in pages(files).values() for tag, attrs in read(page) if tag == "img"]
    shown = [attrs for attrs in pictures if attrs["src"] == "images/beam.svg"]
    assert [(attrs["width"], attrs["height"]) for attrs in shown] == [("600", "400")]
    assert all(attrs.get("alt") for attrs in pictures)


def test_reading_begins_past_the_front_matter(files: dict[str, bytes]) -> None:
    assert '<p class="begin"><a href="part-one.html">' in files["index.html"].decode()


def test_an_edition_can_ask_search_engines_to_stay_away(files: dict[str, bytes]) -> None:
    asked = '<meta name="robots" content="noindex">'
    quiet, _ = reported(composition(Format.HTML, noindex=True))
    assert all(asked in page for page in pages(quiet).values())
    assert not any(asked in page for page in pages(files).values())


def test_files_do_not_depend_on_the_run(files: dict[str, bytes]) -> None:
    again, _ = reported(composition(Format.HTML))
    assert list(again.items()) == list(files.items())


def test_a_broken_template_is_an_error_of_the_layout() -> None:
    given = composition(Format.HTML)
    broken = Document("x.html", "X", "<html><body><p>a</body></html>")
    given = Composition(
        given.reading,
        (*given.documents, broken),
        given.stylesheets,
        given.assets,
        given.fonts,
        given.toc,
        given.landmarks,
    )
    with pytest.raises(LayoutError) as caught:
        reported(given)
    assert [found.rule for found in caught.value.diagnostics] == ["document-well-formed"]
    assert str(caught.value).startswith("x.html:1:")
