"""Lines chosen by the composer: measured as the page measures, set exactly as chosen, and nothing of the text lost."""

import random
from pathlib import Path

import galleys
import pypdfium2
import pytest
from galleys import Book, composed, note, paragraph, words

from bookforge import composer, typeset, xhtml
from bookforge.composer import paragraph as measured
from bookforge.diagnostics import Diagnostic
from bookforge.writers import pdf
from bookforge.writers.galley import Galley

IN_A_LINE = (
    "<em>remembering everything</em>", "<strong>understanding</strong>", '<span class="smallcaps">Anno Domini</span>',
    '<span style="letter-spacing: 0.4pt">particular</span>', "<em>it <b>was</b> together</em>",
    '<a href="https://example.org/">afterwards nothing</a>', "self-made, rich\u2014poor", "Mr.\u00a0Snow",
    "\u201cYes,\u201d he answered.", '<span id="a.ix-1" class="index-mark"></span>husband',
)  # fmt: skip


@pytest.fixture
def trials(monkeypatch: pytest.MonkeyPatch) -> list[Galley]:
    """The galleys that were laid out for the plan, in order."""
    laid: list[Galley] = []
    lay = pdf.Trials.lay

    def watched(self: pdf.Trials, *given: object) -> Galley:
        laid.append(lay(self, *given))  # type: ignore[arg-type]
        return laid[-1]

    monkeypatch.setattr(pdf.Trials, "lay", watched)
    return laid


def mixed(chance: random.Random, blocks: int) -> str:
    """Paragraphs and quotations with everything that stands in lines, some with notes."""
    made = []
    for number in range(blocks):
        signs = [chance.choice(IN_A_LINE).replace("ix-1", f"ix-{number}-{place}") for place in range(3)]
        text = " ".join([*(f"{words(chance.randint(2, 25), chance)} {sign}" for sign in signs), words(20, chance)])
        if number % 3 == 0:
            text += note(number + 1, words(30, chance)) + "."
        block = paragraph(f"a.p-{number}", text)
        made.append(f'<blockquote id="a.q-{number}">{block}</blockquote>' if number % 4 == 3 else block)
    return "".join(made)


def drawn(book: Book) -> str:
    """The letters of a book's file, as they are copied from it."""
    artifact = pdf.write(book.composition, book.laid, lambda _: None)
    (data,) = artifact.files.values()
    file = pypdfium2.PdfDocument(data)
    return "".join("".join(filter(str.isalnum, page.get_textpage().get_text_range())) for page in file)


def set_in_lines(body: str, folder: Path, **settings: str) -> Book:
    """Plan a chapter and set it with the lines chosen for it."""
    composition = composed(body, **settings)
    planned = galleys.plan(composition, folder)
    carried = typeset.set_lines(typeset.carry_out(composition, planned), planned)
    said: list[Diagnostic] = []
    return Book(carried, planned, pdf.layout(carried, folder, said.append), tuple(said))


@pytest.mark.parametrize("sign", IN_A_LINE)
def test_texts_are_measured_as_the_page_sets_them(sign: str, cache_folder: Path, trials: list[Galley]) -> None:
    text = " ".join(f"{words(9, random.Random(5))} {sign}" for _ in range(9))
    composition = composed(paragraph("a.p-1", text), lines="greedy")
    galleys.plan(composition, cache_folder)
    gauges = composer.Gauges(composition.fonts)
    pieces = [piece for line in trials[0].flow()["a.p-1"].lines for piece in line.pieces if piece.style is not None]
    assert len(pieces) > 9
    for piece in pieces:
        gauge = gauges.of(piece.style)
        assert gauge is not None
        ours = sum(gauge.width(chunk) for chunk in measured._chunks(piece.text))
        assert ours == pytest.approx(piece.width, abs=0.05), piece.text


@pytest.mark.parametrize("seed", range(3))
def test_lines_are_set_exactly_as_chosen(seed: int, cache_folder: Path) -> None:
    book = set_in_lines(mixed(random.Random(seed), 14), cache_folder)
    lines = book.plan.corrections["a"].lines
    assert len(lines) > 14  # all paragraphs, and notes
    laid = [line for page in book.laid.pages for line in page.lines]
    plain = xhtml.read(composed(mixed(random.Random(seed), 14)).parts[0].text)
    assert composer.differs(plain, lines, laid) == frozenset()
    assert book.off_grid() == []
    assert {page.index for page in book.laid.pages for line in page.lines if line.note}
    for number in (1, 4, 7):
        assert book.pages_of(f"a.note-{number}")[0] == book.page_of_call(f"a.note-{number}")


def test_what_is_copied_from_the_file_is_the_same(cache_folder: Path) -> None:
    body = mixed(random.Random(3), 10)
    greedy = drawn(set_in_lines(body, cache_folder, lines="greedy"))
    chosen = drawn(set_in_lines(body, cache_folder))
    assert sorted(chosen) == sorted(greedy)
    assert len(chosen) > 2000


def test_no_line_leaves_the_measure(cache_folder: Path) -> None:
    book = set_in_lines(mixed(random.Random(9), 12), cache_folder)
    for page in book.laid.pages:
        for line in page.lines:
            if line.stretch is not None:
                assert 0.6 < line.stretch < 4
