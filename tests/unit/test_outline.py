from dataclasses import replace

import pytest

from bookforge import outline
from bookforge.book import Book, IndexMark, Link, Place, SectionId
from bookforge.diagnostics import Diagnostic, ManuscriptError
from bookforge.semantics import Matter, Role
from tests.unit import books


def built(*parts: tuple[object, object], said: list[Diagnostic] | None = None) -> Book:
    """Build a book of (entry, section or None) pairs."""
    entries = tuple(entry for entry, _ in parts)
    sections = {entry.path: section for entry, section in parts if section is not None}  # type: ignore[attr-defined]
    report = said.append if said is not None else pytest.fail
    return outline.build(books.manifest(*entries), sections, {}, {}, "r1", report)  # type: ignore[arg-type]


def chapter(path: str, body: str = '<p id="p-a">Words.</p>', title: str | None = "A title", **more: object):  # type: ignore[no-untyped-def]
    return books.entry(path), books.section(path, body, title, **more)


def test_the_pages_every_book_has_are_added_in_their_customary_places() -> None:
    dedication = books.entry("dedication.md", Role.DEDICATION), books.section("dedication.md", "<p>For you</p>")
    preface = books.entry("preface.md", Role.PREFACE), books.section("preface.md", "<p>Before</p>")
    roles = [section.role for section in built(dedication, preface, chapter("one.md")).sections]
    assert roles == [
        Role.HALFTITLEPAGE,
        Role.TITLEPAGE,
        Role.COPYRIGHT_PAGE,
        Role.DEDICATION,
        Role.CONTENTS,
        Role.PREFACE,
        Role.CHAPTER,
        Role.COLOPHON,
    ]


def test_a_file_of_the_authors_own_replaces_a_generated_page() -> None:
    own = books.entry("rights.md", Role.COPYRIGHT_PAGE), books.section("rights.md", "<p>All rights</p>")
    sections = built(own, chapter("one.md")).sections
    assert [section.role for section in sections].count(Role.COPYRIGHT_PAGE) == 1
    assert next(section for section in sections if section.role is Role.COPYRIGHT_PAGE).content is not None


def test_chapters_count_through_the_parts_and_drafts_take_no_number() -> None:
    part = books.entry("part.md", Role.PART), books.section("part.md", "", "Rewind")
    draft = books.entry("b.md", part=0, draft=True), books.section("b.md", "<p>x</p>", "B")
    inside = books.entry("c.md", part=0), books.section("c.md", "<p>x</p>", "C")
    sections = {section.id: section for section in built(part, draft, inside, chapter("d.md")).sections}
    assert [sections[name].number for name in ("part", "b", "c", "d")] == [1, None, 1, 2]
    assert (sections["c"].level, sections["c"].part) == (2, "part")
    assert sections["d"].level == 1


@pytest.mark.parametrize("title", ["I", "XIV", "III: The house", "Chapter 4", "PART TWO", "2. House", "Seven", "12"])
def test_a_numeral_in_the_title_suppresses_ours(title: str) -> None:
    assert outline.has_own_numeral(title)


@pytest.mark.parametrize("title", ["I remember", "1984", "One morning", "Civil", "In May", "Vivid", "Part of me", "D"])
def test_a_word_that_only_looks_like_a_numeral_does_not(title: str) -> None:
    assert not outline.has_own_numeral(title)


def test_ids_are_bound_and_links_between_files_lead_to_them() -> None:
    one = chapter("ch/one.md", '<p id="p-a">See <a href="ch/two.md#light">it</a>, <a href="#p-a">here</a>.</p>')
    two = chapter("ch/two.md", '<p id="light">Light, <a href="ch/one.md#the-title">back</a>.</p>')
    body = {section.id: section.content.body for section in built(one, two).sections if section.content}
    assert body["one"] == '<p id="one.p-a">See <a href="#two.light">it</a>, <a href="#one.p-a">here</a>.</p>'
    assert '<a href="#one">back</a>' in body["two"]


def test_equal_text_in_two_chapters_has_different_ids() -> None:
    found = built(chapter("one.md"), chapter("two.md"))
    ids = [key for section in found.sections if section.content for key in section.content.source_map.blocks]
    assert ids == ["one.p-a", "two.p-a"]


def test_drawings_and_tables_still_refer_to_their_own_parts() -> None:
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg"><linearGradient id="g"/><rect fill="url(#g)"/><use href="#g"/></svg>'
    )
    table = '<table><tr><th id="h">x</th><td headers="h">y</td></tr></table>'
    (section,) = [each for each in built(chapter("one.md", drawing + table)).sections if each.content]
    assert section.content is not None
    for expected in ('id="one.g"', 'fill="url(#one.g)"', 'href="#one.g"', 'headers="one.h"'):
        assert expected in section.content.body


def test_a_dead_link_is_an_error_with_its_place_and_a_near_name() -> None:
    one = chapter("one.md", '<p id="p-a"><a href="two.md#ligth">x</a></p>', links=(books.link("two.md", "ligth"),))
    two = chapter("two.md", '<p id="light">Light</p>')
    with pytest.raises(ManuscriptError) as caught:
        built(one, two)
    (found,) = caught.value.diagnostics
    assert (found.rule, str(found.at), found.hint) == ("link-resolves", "one.md:7:3", "did you mean '#light'?")


def test_every_dead_link_of_every_chapter_is_reported_at_once() -> None:
    body = '<p id="p-a"><a href="#x">x</a> <a href="lost.md">y</a></p>'
    with pytest.raises(ManuscriptError) as caught:
        built(chapter("one.md", body), chapter("two.md", body))
    assert len(caught.value.diagnostics) == 4


def test_a_link_to_a_chapter_that_is_not_being_built_becomes_text() -> None:
    said: list[Diagnostic] = []
    one = chapter("one.md", '<p id="p-a">See <a href="two.md">it</a>.</p>')
    found = built(one, (books.entry("two.md"), None), said=said)
    (section,) = [section for section in found.sections if section.content]
    assert section.content is not None
    assert section.content.body == '<p id="one.p-a">See it.</p>'
    assert [each.rule for each in said] == ["link-resolves"]


def test_an_undeclared_voice_is_an_error() -> None:
    with pytest.raises(ManuscriptError, match="no voice 'jusin'"):
        built(chapter("one.md", '<div class="voice" data-voice="jusin"><p id="p-a">x</p></div>'))


def test_a_declared_title_with_the_words_of_the_heading_keeps_its_markup() -> None:
    same = books.entry("a.md", title="The Lantern"), books.section("a.md", "<p>x</p>", "The <em>Lantern</em>")
    (section,) = [section for section in built(same).sections if section.content]
    assert section.title == "The <em>Lantern</em>"


@pytest.mark.parametrize(("above", "level"), [(True, "h2"), (False, "h1")])
def test_a_heading_that_is_not_the_declared_title_heads_the_text(above: bool, level: str) -> None:
    body = '<p id="p-a">x</p><h1 id="next">Next</h1>'
    own = books.section("b.md", body, "Rewind", title_above=above)
    (section,) = [each for each in built((books.entry("b.md", title="Other"), own)).sections if each.content]
    assert section.title == "Other"
    assert section.content is not None
    assert section.content.body.startswith('<h1 id="b.the-title">Rewind</h1>')
    assert f'<{level} id="b.next">' in section.content.body


def test_matter_follows_the_role() -> None:
    found = built(chapter("one.md"))
    assert [section.matter for section in found.sections] == [Matter.FRONT] * 4 + [Matter.BODY, Matter.BACK]


# ---------------------------------------------------------------- made of the rest


def marked(path: str = "one.md"):  # type: ignore[no-untyped-def]
    mark = IndexMark(("lamp",), "p-a", books.NOWHERE)
    return chapter(path, index=(mark,))


def test_an_index_stands_last_before_the_colophon_when_there_are_marks() -> None:
    appendix = books.entry("more.md", Role.APPENDIX), books.section("more.md", "<p>More</p>")
    book = built(marked(), appendix)
    assert [section.id for section in book.sections][-3:] == ["more", "book-index", "colophon"]
    assert book.sections[-4].content.index[0].id == "one.p-a"  # type: ignore[union-attr]


def test_an_index_stands_where_the_manifest_lists_it() -> None:
    listed = books.entry(None, Role.INDEX), None
    appendix = books.entry("more.md", Role.APPENDIX), books.section("more.md", "<p>More</p>")
    roles = [section.role for section in built(marked(), listed, appendix).sections]
    assert roles[-3:] == [Role.INDEX, Role.APPENDIX, Role.COLOPHON]


@pytest.mark.parametrize(
    ("role", "rule"), [(Role.INDEX, "index-has-marks"), (Role.ILLUSTRATIONS, "illustrations-shown")]
)
def test_a_list_of_nothing_is_left_out_with_a_warning(role: Role, rule: str) -> None:
    said: list[Diagnostic] = []
    book = built(chapter("one.md"), (books.entry(None, role), None), said=said)
    assert [each.rule for each in said] == [rule]
    assert role not in [section.role for section in book.sections]


def test_what_is_wrong_with_the_index_stops_the_build() -> None:
    mark = IndexMark(("lamp",), None, books.NOWHERE, see=(("wick",),))
    with pytest.raises(ManuscriptError, match="index-see-leads"):
        built(chapter("one.md", index=(mark,)))


def test_a_part_of_a_book_is_not_asked_for_the_rest_of_its_index() -> None:
    mark = IndexMark(("lamp",), "p-a", books.NOWHERE, range="start")
    book = built(chapter("one.md", index=(mark,)), (books.entry("two.md"), None), said=[])
    assert "book-index" in [section.id for section in book.sections]


# ---------------------------------------------------------------- in a process that stays


def linked(key: str, target: str | None) -> tuple[object, object]:
    entry, section = chapter("one.md", '<p id="p-a"><a href="two.md#p-b">There</a></p>')
    link = Link("two.md", target, Place(0, 1, 1, 1))
    return entry, replace(section, links=(link,), key=key)


def test_a_section_of_the_same_key_is_bound_once() -> None:
    first, second = (
        built(linked("same", "p-b"), chapter("two.md", '<p id="p-b">Words.</p>')).sections[-3].content for _ in range(2)
    )
    assert first is second
    assert first is not None
    assert 'href="#two.p-b"' in first.body


def test_a_kept_section_follows_its_links() -> None:
    there = chapter("two.md", '<p id="p-b">Words.</p>')
    assert built(linked("moving", "p-b"), there)
    with pytest.raises(ManuscriptError) as caught:
        built(linked("moving", "p-b"), chapter("two.md", '<p id="p-c">Words.</p>'))
    assert caught.value.diagnostics[0].rule == "link-resolves"
    entry = replace(books.entry("two.md"), id=SectionId("second"))
    renamed = built(linked("moving", "p-b"), (entry, there[1])).sections[-3].content
    assert renamed is not None
    assert 'href="#second.p-b"' in renamed.body


def test_sections_without_a_key_are_bound_each_time() -> None:
    contents = [built(chapter("one.md")).sections[-2].content for _ in range(2)]
    assert contents[0] == contents[1]
    assert contents[0] is not contents[1]
