from collections.abc import Mapping

import pytest

from bookforge import outline
from bookforge.book import IndexMark
from bookforge.edition import Edition, Format, Reading, Setting
from bookforge.reading import reading
from bookforge.semantics import Role
from tests.unit import books


def read(*parts, settings: Mapping[str, Setting] | None = None) -> Reading:  # type: ignore[no-untyped-def]
    entries = tuple(entry for entry, _ in parts)
    sections = {entry.path: section for entry, section in parts}
    book = outline.build(books.manifest(*entries), sections, {}, {}, "r1", pytest.fail)
    return reading(book, Edition("e", Format.PDF, "paperback", settings or {}))


def body_of(found: Reading, place: int = 0) -> str:
    return [section.content.body for section in found.book.sections if section.content][place]


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("A word @ and more.", "A word and more."),
        ("A word @.", "A word."),
        ("A word@.", "A word."),
        ("@ A word.", "A word."),
        ("@A word.", "A word."),
        ("A word. @", "A word."),
        ("A <em>word</em> @ and.", "A <em>word</em> and."),
        ("A <em>word @</em> and.", "A <em>word</em> and."),
        ("A @@ word.", "A word."),
    ],
)
def test_a_query_leaves_no_gap_in_the_flow(typed: str, shown: str) -> None:
    mark = '<span class="query" data-query="1"></span>'
    body = f'<p id="p-a">{typed.replace("@", mark)}</p>'
    section = books.section("a.md", body, queries=(books.query(1, "where?", "p-a"),))
    assert body_of(read((books.entry("a.md"), section))) == f'<p id="a.p-a">{shown}</p>'


def test_queries_leave_the_flow_alike_whether_shown_or_not() -> None:
    body = '<p id="p-a">One <span class="query" data-query="1"></span> two.</p>'
    parts = books.entry("a.md"), books.section("a.md", body, queries=(books.query(1, "where?", "p-a"),))
    hidden, shown = read(parts), read(parts, settings={"queries": True})
    assert body_of(hidden) == body_of(shown)
    assert hidden.queries_left_out == 1
    (section,) = [each.content for each in shown.book.sections if each.content]
    assert [each.block for each in section.queries] == ["a.p-a"]


def test_a_query_alone_in_its_paragraph_hangs_on_the_block_before_it() -> None:
    mark = '<span class="query" data-query="1"></span>'
    body = f'<p id="p-a">One.</p>\n<p class="query-only" id="p-q">{mark}</p>\n<p id="p-b">Two.</p>'
    section = books.section("a.md", body, queries=(books.query(1, "where?", "p-q"),))
    found = read((books.entry("a.md"), section), settings={"queries": True})
    assert "query-only" not in body_of(found)
    (content,) = [each.content for each in found.book.sections if each.content]
    assert content.queries[0].block == "a.p-a"


def test_drafts_go_and_links_to_them_become_text() -> None:
    one = books.entry("one.md"), books.section("one.md", '<p id="p-a">See <a href="two.md">two</a>.</p>')
    two = books.entry("two.md", draft=True), books.section("two.md", '<p id="p-b">Later.</p>')
    found = read(one, two)
    assert [section.id for section in found.book.sections if section.content] == ["one"]
    assert body_of(found) == '<p id="one.p-a">See two.</p>'


def test_notes_get_a_section_of_their_own_where_an_edition_has_them_at_its_end() -> None:
    one = books.entry("a.md"), books.section("a.md", '<p id="p-a">Words.</p>', notes=(books.note(1, "N"),))
    glossary = books.entry("g.md", Role.GLOSSARY), books.section("g.md", "<p>G</p>")
    at_foot, at_end = read(one, glossary), read(one, glossary, settings={"notes": "book"})
    assert Role.NOTES not in [section.role for section in at_foot.book.sections]
    assert [section.id for section in at_end.book.sections][-4:] == ["a", "book-notes", "g", "colophon"]


def test_an_index_whose_marks_are_in_drafts_is_left_out() -> None:
    mark = IndexMark(("lamp",), "p-a", books.NOWHERE)
    draft = books.entry("b.md", draft=True), books.section("b.md", '<p id="p-a">Draft.</p>', index=(mark,))
    found = read((books.entry("a.md"), books.section("a.md", "<p>Words.</p>")), draft)
    assert Role.INDEX not in [section.role for section in found.book.sections]
