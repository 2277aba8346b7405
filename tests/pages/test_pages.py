"""Pages of the paperback as data: sides, folios, heads, notes, overflow."""

import contextlib
import dataclasses

import press
import pypdfium2
import pytest
from lxml import html as lxml_html

from bookforge import ledger, words
from bookforge.diagnostics import EditionError
from bookforge.writers.pages import letters
from conftest import Pressed


def printed(data: bytes, head: float = 55, foot: float = 92) -> list[tuple[str, str, str]]:
    """Return what a PDF reader copies of each page: above, in and below the area for text."""
    found = []
    with contextlib.closing(pypdfium2.PdfDocument(data)) as document:
        for page in document:
            height, text = page.get_height(), page.get_textpage()
            found.append(
                (
                    text.get_text_bounded(bottom=height - head),
                    text.get_text_bounded(bottom=foot, top=height - head).replace("\r\n", "\n"),
                    text.get_text_bounded(top=foot),
                )
            )
    return found


@pytest.fixture(scope="module")
def text(sample):
    return printed(sample.data)


def test_layout_says_nothing(sample):
    assert sample.found == []


def test_openings_are_recto(sample):
    for identity in ("halftitlepage", "titlepage", "dedication", "contents", "preface", "rewind", "arena", "timeline"):
        assert sample.laid.pages[sample.page_of(identity)].side == "right", identity
    assert sample.laid.pages[sample.page_of("copyright-page")].side == "left"


def test_front_matter_is_roman_and_the_body_begins_at_one(sample):
    labels = [page.label for page in sample.laid.pages]
    start = sample.page_of("rewind")
    assert labels[:start] == ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"]
    assert labels[start:] == [str(number) for number in range(1, len(labels) - start + 1)]


def test_printed_folios_are_the_labels(sample, text):
    for page in sample.laid.pages:
        head, _, foot = text[page.index]
        if page.blank or page.name in {"display", "display-start", "plate"}:
            assert (head, foot) == ("", "")
        else:
            assert page.label in {*head.split(), foot.strip()}, (page.label, head, foot)


def test_blank_pages_are_blank(sample, text):
    blanks = [page.index for page in sample.laid.pages if page.blank]
    assert blanks
    with contextlib.closing(pypdfium2.PdfDocument(sample.data)) as document:
        for index in blanks:
            assert text[index] == ("", "", "")
            assert document[index].render(scale=0.3).to_pil().convert("L").getextrema() == (255, 255)


def test_openers_have_no_head_and_their_folio_at_the_foot(sample, text):
    head, body, foot = text[sample.page_of("arena")]
    assert head == ""
    assert body.startswith("Chapter 1")
    assert foot.strip() == "3"


def test_heads_name_the_book_and_the_chapter(sample, text):
    page = sample.page_of("arena")
    assert "The Second Person" in text[page + 1][0]
    assert "The Arena" in text[page + 2][0]


def test_the_head_names_the_book_whoever_wrote_its_title_page(cache_folder):
    title = 'A "Second"\\Person; 2 < 3'
    html = press.chapter("<p>FILLER</p>" * 4)
    pressed = Pressed(press.compose(html, metadata=dataclasses.replace(press.METADATA, title=title)), cache_folder)
    assert title in printed(pressed.data)[1][0]
    assert pressed.found == []


def test_contents_shows_the_folios_of_its_targets(sample, text):
    lines = text[sample.page_of("contents")][1].splitlines()
    for title, target in (("A Word Before", "preface"), ("The Arena", "arena"), ("Colophon", "colophon")):
        (line,) = [line for line in lines if title in line]
        assert line.split()[-1] == sample.laid.pages[sample.page_of(target)].label


def test_every_letter_of_the_flow_is_on_the_pages(sample):
    tree = lxml_html.document_fromstring(sample.composition.documents[0].text)
    for each in tree.xpath("//span[@data-note-id]"):
        each.drop_tree()
    assert letters(sample.laid.text) == letters(" ".join(tree.body.itertext()))


def test_authored_text_leaves_out_what_the_layout_made(sample):
    page = sample.laid.pages[sample.page_of("arena")]
    assert page.text.split()[:3] == ["Chapter", "1", "The"]
    assert page.authored.split()[:3] == ["The", "Arena", "There"]


def test_hyphenation_is_undone(chapter):
    sentence = "Extraordinarily understanding neighbours communicate disappointments unaccompanied. "
    pressed = chapter(f'<p id="c.p">{sentence * 20}</p>')
    assert any(line.text.endswith("\u2010") for page in pressed.laid.pages for line in page.lines)
    assert "\u2010" not in pressed.laid.text
    assert words.count(pressed.laid.text) == 1 + 20 * words.count(sentence)


def test_notes_are_whole_and_apart(sample):
    assert sample.laid.notes["arena.note-1"] == "A short note."
    assert "second paragraph of the same note" in sample.laid.notes["arena.note-2"]
    assert "A short note" not in sample.laid.text
    assert sample.laid.unfit == frozenset()


def test_notes_at_the_chapters_end_are_notes_too(chapter):
    end = '<section class="endnotes"><div class="endnote" id="c.note-1" data-note-id="c.note-1"><p>Told {}.</p></div>'
    laid = chapter('<p id="c.p-1">Text.</p>' + end.format("late") + "</section>").laid
    assert (laid.notes, laid.unfit) == ({"c.note-1": "Told late."}, set())
    assert "late" not in "".join(page.authored for page in laid.pages)
    cells = "".join(f"<td>{number} a b c</td>" for number in range(60))
    assert set(chapter("<p>Text.</p>" + end.format(f"<table><tr>{cells}</tr></table>") + "</section>").rules()) == {
        "text-fits-page"
    }


def test_numbering_of_notes_restarts(sample, text):
    assert "1. A note in the front matter." in text[sample.page_of("preface")][1]
    assert "1. A short note." in text[sample.page_of("arena")][1]


@pytest.mark.parametrize(
    ("notes", "unfit"),
    [
        ((900, 30), {"c.note-1"}),
        ((330, 20), set()),
        ((60, 60, 60), set()),
        ((1, 1200, 1), {"c.note-2"}),
    ],
)
def test_notes_that_no_page_holds_are_told(chapter, notes, unfit):
    body = "".join(f"<p>FILLER{press.note(number, size)}</p>" for number, size in enumerate(notes, 1))
    assert set(chapter(body).laid.unfit) == unfit


@pytest.mark.parametrize("tall", ["", " class='tall'"])
def test_the_cells_of_a_row_taller_than_a_page_are_read_one_after_the_other(chapter, tall):
    row = f"<tr{tall}><td>FILLER</td><td>{press.FILLER * 4}</td></tr>"
    head, foot = "<thead><tr><th>Head</th></tr></thead>", "<tfoot><tr><td>Foot</td></tr></tfoot>"
    pressed = chapter(f"<p>Before.</p><table>{head}<tbody>{row * 2}</tbody>{foot}</table><p>After.</p>")
    assert len(pressed.laid.pages) > 2
    assert ledger.compare_pages(pressed.composition.documents[0], pressed.laid) == ()


def test_repeated_table_heads_count_once(chapter):
    rows = "".join(f"<tr><td>row{number}</td></tr>" for number in range(90))
    pressed = chapter(f"<table><thead><tr><th>Head</th></tr></thead><tbody>{rows}</tbody></table>")
    assert len(pressed.laid.pages) > 2
    assert pressed.laid.text.count("Head") == 1
    assert letters(pressed.laid.text) == "CHead" + "".join(f"row{number}" for number in range(90))


def test_wide_things_stay_inside(chapter):
    cells = "".join(f"<td>Averylongunbreakableword{number}</td>" for number in range(6))
    pressed = chapter(
        f"<table class='dense divided'><tr>{cells}</tr></table><pre><code>{'x' * 300}</code></pre><p>{'y' * 200}</p>"
    )
    assert pressed.rules() == []


def test_lines_that_leave_the_page_are_told(chapter):
    cells = "".join(f"<td>{number} a b c</td>" for number in range(60))
    pressed = chapter(f'<p id="c.p">before</p><table id="c.t"><tr>{cells}</tr></table>')
    assert set(pressed.rules()) == {"text-fits-page"}


@pytest.mark.parametrize(
    "url", ["images/none.png", "https://example.org/a.png", "file:///etc/passwd", "data:image/png;base64,AAAA", "//x/y"]
)
def test_only_what_is_part_of_the_book_is_shown(chapter, url):
    with pytest.raises(EditionError) as problem:
        chapter(f'<p><img src="{url}" alt="x"></p>')
    assert {each.rule for each in problem.value.diagnostics} == {"resource-allowed"}


def test_a_picture_without_description_is_drawn_and_told(chapter):
    pressed = chapter('<p><img src="images/arena.svg" alt=""></p>')
    assert len(pressed.data) > 1000
    assert pressed.rules() == ["image-has-alt"]


def test_style_the_engine_does_not_know_is_told_with_its_place(chapter):
    found = chapter("<style>p { colr: red }</style><p>x</p>").found
    assert [(each.rule, each.at.line, each.at.column) for each in found] == [("stylesheet-parses", 1, 5)]


TRIMS = {
    "4.25x6.87in": ((306, 494.64), 12),
    "5x8in": ((360, 576), 13.5),
    "b-format": ((365.67, 561.26), 13.5),
    "5.5x8.5in": ((396, 612), 14),
    "a5": ((419.53, 595.28), 14.5),
    "6x9in": ((432, 648), 14.5),
}


@pytest.mark.parametrize("trim", TRIMS)
def test_usual_trims_keep_whole_lines_of_60_to_70_characters(chapter, trim):
    size, leading = TRIMS[trim]
    pressed = chapter("<p>FILLER</p>" * 4, trim)
    with contextlib.closing(pypdfium2.PdfDocument(pressed.data)) as document:
        assert document[0].get_size() == pytest.approx(size, abs=0.01)
    full = pressed.laid.pages[1]
    steps = {round(line.y - full.lines[0].y, 2) % leading for line in full.lines}
    assert steps == {0}
    full_lines = [len(line.text) for line in full.lines if line.width > full.lines[0].width - 0.1]
    assert 60 <= sum(full_lines) / len(full_lines) <= 70
    assert pressed.rules() == []


def test_a_chapter_without_parts_starts_at_one(chapter):
    pressed = chapter("<p>FILLER</p>" * 4)
    assert [page.label for page in pressed.laid.pages[:2]] == ["1", "2"]
    text = printed(pressed.data)
    assert text[0][2].strip() == "1"
    assert text[1][0].split()[0] == "2"


def test_a_number_does_not_stay_behind_on_the_page_before(chapter):
    items = "".join(f'<li data-marker="{number}.">FILLER</li>' for number in range(1, 12))
    for _, body, _ in printed(chapter(f"<ol>{items}</ol>").data):
        assert not body.strip().splitlines()[-1].strip(" .").isdecimal()


def lines(count, identity):
    return f'<p id="c.{identity}">{"<br/>".join(["a line"] * count)}</p>'


@pytest.mark.parametrize("before", [14, 15])
def test_a_line_after_a_scene_break_does_not_stay_alone(chapter, before):
    pressed = chapter(f'{lines(before, "a")}<hr class="scene-break"/>{lines(1, "b")}{lines(9, "c")}{lines(9, "d")}')
    pages = [page.index for page in pressed.laid.pages for line in page.lines if line.block in {"c.b", "c.c"}]
    assert pages.count(pages[0]) > 2
