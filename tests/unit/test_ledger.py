"""The proof that an edition holds the manuscript's words, and what it says when it does not."""

import dataclasses
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bookforge import ledger, manuscript, markdown, outline
from bookforge.book import BookSection, SectionId
from bookforge.cache import Cache, Shelf
from bookforge.diagnostics import Diagnostic
from bookforge.edition import Composition, Document, Format
from tests.unit import books, rich_book

TEXT = "# A title\n\nFirst sentence. Second *sentence* here.[^1]\n\nThe end ﬁnally, $x$.\n\n[^1]: A note.\n"
BODY = (
    '<p>First sentence. Second <em>sentence</em> here.<a class="noteref" data-generated="">1</a></p>'
    '<p>The end ﬁnally, <span class="math" data-tex="x"><img/></span>.</p>'
)
NOTE = '<p data-generated="">1</p><p>A note.</p>'


@pytest.fixture(scope="module")
def section() -> BookSection:
    content = markdown.parse(manuscript.from_text(TEXT, "one.md"), "en", lambda found: None)
    entry = books.entry("one.md")
    built = outline.build(books.manifest(entry), {"one.md": content}, {}, {}, "r1", lambda found: None)
    return next(each for each in built.sections if each.id == "one")


def document(title: str = "A title", body: str = BODY, note: str = NOTE) -> Document:
    return Document(
        "one.xhtml",
        "A title",
        '<html xmlns="http://www.w3.org/1999/xhtml"><body><p>Never compared</p>'
        f'<section data-section="one"><p class="number" data-generated="">Chapter 1</p><h1 class="title">{title}</h1>'
        f'<div class="text">{body}</div><aside data-note-id="one.note-1">{note}</aside></section></body></html>',
        "one",
    )


def compared(section: BookSection, made: Document) -> tuple[Diagnostic, ...]:
    return ledger.compare({SectionId("one"): section}, [made])


def test_the_same_words_are_no_finding(section: BookSection) -> None:
    assert compared(section, document()) == ()
    assert compared(section, document(body=BODY.replace("ﬁnally", "fi\u00adnally"))) == ()


def test_a_section_or_note_that_comes_twice_is_found(section: BookSection) -> None:
    forged = document(body='<p data-section="one" data-generated="">First</p>' + BODY)
    assert "'one' stands twice in the edition" in [found.message for found in compared(section, forged)]
    twice = document(note=NOTE + '<p data-note-id="one.note-1">x</p>')
    assert "'one.note-1' stands twice in the edition" in [found.message for found in compared(section, twice)]


def test_missing_words_are_shown_with_their_place(section: BookSection) -> None:
    (found,) = compared(section, document(body=BODY.replace("Second <em>sentence</em>", "<em>sentence</em>")))
    assert found.rule == "words-conserved"
    assert str(found.at) == "one.md:3:17"
    assert found.message == "1 word of 'one' is missing, first in: “Second sentence here.”"


def test_a_missing_paragraph_is_counted(section: BookSection) -> None:
    (found,) = compared(section, document(body=BODY.partition("<p>The end")[0]))
    assert found.message.startswith("3 words of 'one' are missing, first in: “The end")
    assert str(found.at) == "one.md:5:1"


def test_added_words_are_found(section: BookSection) -> None:
    (found,) = compared(section, document(body=BODY + "<p>And more.</p>"))
    assert found.message == "2 words too many in 'one', first in: “And more.”"


def test_moved_words_are_found(section: BookSection) -> None:
    first, _, second = BODY.partition("<p>The end")
    (found,) = compared(section, document(body=f"<p>The end{second}{first}"))
    assert found.message.startswith("the words of 'one' are not in their order")


def test_doubled_words_are_found(section: BookSection) -> None:
    (found,) = compared(section, document(body=BODY + BODY))
    assert "too many" in found.message


def test_notes_are_compared_by_themselves(section: BookSection) -> None:
    (found,) = compared(section, document(note="<p>A</p>"))
    assert found.message == "1 word of note 1 of 'one' is missing, first in: “A note.”"
    assert str(found.at) == "one.md:7:9"
    assert len(compared(section, document(body=BODY + "<p>A note.</p>", note=""))) == 2


def test_a_lost_formula_is_found(section: BookSection) -> None:
    (found,) = compared(section, document(body=BODY.replace('data-tex="x"', 'data-tex="y"')))
    assert "formulas" in found.message


def test_a_lost_section_is_found(section: BookSection) -> None:
    found = ledger.compare({SectionId("one"): section}, [])
    assert [each.message.partition(" of ")[0] for each in found] == ["10 words", "2 words"]
    assert str(found[0].at) == "one.md:1:3"


def test_a_title_from_the_manifest_is_what_is_expected(section: BookSection) -> None:
    other = dataclasses.replace(section, title="Another name for it")
    assert compared(other, document(title="Another name for it")) == ()
    (found,) = compared(other, document(title="Another name for it", body=BODY.replace("here", "")))
    assert str(found.at) == "one.md:3:35"
    (found,) = compared(other, document(title="A title"))
    assert str(found.at) == "one.md"


@dataclass
class Page:
    authored: str


@dataclass
class Pages:
    pages: list[Page]
    notes: dict[str, str] = field(default_factory=lambda: {"one.note-1": "1 A note."})


PAGES = ["Never compared\nA TITLE\nFirst sen tence. Second", "sentence here.\nThe end finally, ."]


def laid(*pages: str, **more: dict[str, str]) -> Pages:
    return Pages([Page(page) for page in pages], **more)


def test_pages_hold_every_word(section: BookSection) -> None:
    assert ledger.compare_pages(document(), laid(*PAGES)) == ()
    assert ledger.compare_pages(document(), laid(*PAGES, notes={"one.note-1": "A note."})) == ()


def test_words_lost_between_pages_are_shown_with_their_place(section: BookSection) -> None:
    bound = section.content
    assert bound is not None
    made = document(body=bound.body)
    (found,) = ledger.compare_pages(made, laid(PAGES[0], "here. The end finally"), {SectionId("one"): section})
    assert found.message == "1 word of the pages is missing, first in: “Second sentence here.”"
    assert str(found.at) == "one.md:3:25"


def test_a_note_lost_from_the_pages_is_found(section: BookSection) -> None:
    (found,) = ledger.compare_pages(document(), laid(*PAGES, notes={}), {SectionId("one"): section})
    assert found.message.startswith("2 words of note 1 of 'one' are missing")


# ---------------------------------------------------------------- what is known already


def forged(format_: Format, old: str, new: str) -> tuple[dict[SectionId, BookSection], Composition]:
    """Return a composition with a word of it changed after it was made, and its sections."""
    made = rich_book.composition(format_)
    assert any(old in each.text for each in made.documents)
    documents = tuple(dataclasses.replace(each, text=each.text.replace(old, new, 1)) for each in made.documents)
    return {each.id: each for each in made.reading.book.sections}, dataclasses.replace(made, documents=documents)


@pytest.mark.parametrize("format_", [Format.EPUB, Format.HTML])
@pytest.mark.parametrize(
    ("old", "new", "whole"),
    [
        ("candles", "candles", True),
        ("candles", "lamps", False),
        ("data-section", "data-nothing", False),
        ("We counted", "<span data-generated=''>We</span> counted", False),
        ("We counted", "<b>We</b> counted", True),
    ],
)
def test_what_is_kept_of_words_says_the_same_as_comparing(
    format_: Format, old: str, new: str, whole: bool, tmp_path: Path
) -> None:
    sections, made = forged(format_, old, new)
    shelf = Shelf(Cache(tmp_path))
    for _ in range(2):
        assert ledger.conserves(sections, made, shelf) is whole
        assert (ledger.compare(sections, made.documents) == ()) is whole


def test_sections_out_of_their_order_are_found() -> None:
    sections, made = forged(Format.EPUB, "candles", "candles")
    turned = dataclasses.replace(made, documents=made.documents[::-1])
    assert not ledger.conserves(sections, turned, Shelf())
    assert [found.message for found in ledger.compare(sections, turned.documents)] == [
        "the sections of the edition are not in their order"
    ]
