"""The reader of finished PDFs, that judges our pages beside other tools', against what the layout says of itself."""

import statistics

import press
import pytest
from tests.benchmarks import part, reader

from bookforge.laid import Line
from conftest import Pressed

WORDS = (
    "Extraordinarily understanding neighbours communicate disappointments unaccompanied by anything that I can name, "
    "and it did not feel like a thing I chose to tell to people whom I had not met. "
)


def text_lines(pressed: Pressed) -> list[list[Line]]:
    return [[line for line in page.lines if line.body] for page in pressed.laid.pages]


def bare(text: str) -> str:
    """Return the letters of a line without figures: a call of a note is none of its words."""
    return "".join(char for char in reader.plain(text) if not char.isdigit())


@pytest.fixture(scope="module")
def read(sample):
    return reader.sheets(sample.data)


def test_every_line_of_text_is_read_where_it_stands(sample, read):
    for lines, sheet in zip(text_lines(sample), read, strict=True):
        there = {(bare(each.text), round(each.baseline, 1)) for each in sheet.lines}
        for line in lines:
            if line.text.isascii():
                near = {(bare(line.text), round(line.baseline + by, 1)) for by in (-0.05, 0, 0.05)}
                assert near & there, line


def test_word_spaces_are_read_as_they_are_set(sample, read):
    """Kerning moves single words, which the layout's own measure leaves out: lines differ by some hundredths."""
    usual = reader.usual_space(line for sheet in read for line in sheet.lines)
    ratios = []
    for lines, sheet in zip(text_lines(sample), read, strict=True):
        by_text = {bare(each.text): each for each in sheet.lines}
        for line in lines:
            found = by_text.get(bare(line.text))
            if line.stretch is not None and found is not None and line.text.isascii():
                ratios.append((found.stretch(usual) or 0) / line.stretch)
    assert len(ratios) > 100
    assert statistics.mean(ratios) == pytest.approx(1, abs=0.03)
    assert min(ratios) > 0.8, min(ratios)
    assert max(ratios) < 1.2, max(ratios)


def test_blank_pages_and_labels_are_read(sample, read):
    assert [sheet.label for sheet in read] == [page.label for page in sample.laid.pages]
    assert [sheet.is_empty for sheet in read] == [page.blank for page in sample.laid.pages]


def test_lines_are_followed_through_the_manuscript(cache_folder, tmp_path):
    paragraphs = [WORDS * count for count in (3, 5, 9, 12, 20, 4, 16, 9)]
    body = "".join(f'<p id="c.p{number}">{text}</p>' for number, text in enumerate(paragraphs))
    pressed = Pressed(press.compose(press.chapter(body)), cache_folder)
    (tmp_path / "c.md").write_text("# C\n\n" + "\n\n".join(paragraphs), encoding="utf-8")
    manuscript = reader.chapters([tmp_path / "c.md"])
    pages = reader.pages(pressed.data, manuscript)
    assert reader.followed(pages, manuscript) == 1
    for page, laid in zip(pages, pressed.laid.pages, strict=True):
        seen = [(line.starts, line.ends, line.hyphen) for line in page.lines if line.kind == "body"]
        assert seen == [(line.starts, line.ends, line.hyphen) for line in laid.lines if line.kind == "body"]
        assert page.leading == pytest.approx(laid.leading, abs=0.01)


def test_notes_calls_and_titles_are_told_from_the_text(cache_folder, tmp_path):
    note = press.note(1, 12)
    body = f'<p id="c.p1">{WORDS * 4}It was said{note} and written.</p><p id="c.p2">{WORDS * 2}</p>'
    pressed = Pressed(press.compose(press.chapter(body)), cache_folder)
    text = f"# C\n\n{WORDS * 4}It was said[^1] and written.\n\n{WORDS * 2}\n\n[^1]: {'word ' * 12}end1\n"
    (tmp_path / "c.md").write_text(text, encoding="utf-8")
    manuscript = reader.chapters([tmp_path / "c.md"])
    pages = reader.pages(pressed.data, manuscript)
    lines = [line for page in pages for line in page.lines]
    assert [line.kind for line in lines if line.note] == ["note"] * len([line for line in lines if line.note])
    assert any(line.note for line in lines)
    body_lines = [line for line in lines if line.kind == "body"]
    assert sum(line.starts for line in body_lines) == sum(line.ends for line in body_lines) == 2


def test_a_benchmark_writes_its_own_part_and_no_other(tmp_path):
    page = tmp_path / "benchmarks.md"
    page.write_text("# Benchmarks\n\nHead.\n\n## One\n\nold\n\n## Two\n\nkept\n", encoding="utf-8")
    part.write("One", "new\n\n", page)
    part.write("Three", "more", page)
    expected = "# Benchmarks\n\nHead.\n\n## One\n\nnew\n\n## Two\n\nkept\n\n## Three\n\nmore\n"
    assert page.read_text(encoding="utf-8") == expected
