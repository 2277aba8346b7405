"""Lines chosen by the composer: measured as the page measures, set exactly as chosen, and nothing of the text lost."""

import dataclasses
import random
from collections.abc import Mapping
from pathlib import Path

import galleys
import pypdfium2
import pytest
from galleys import Book, composed, note, paragraph, words

from bookforge import composer, typeset, xhtml
from bookforge.composer import paragraph as measured
from bookforge.diagnostics import Diagnostic
from bookforge.edition import Composition
from bookforge.writers import pdf
from bookforge.writers.galley import Galley
from bookforge.writers.galleys import Galleys

IN_A_LINE = (
    "<em>remembering everything</em>", "<strong>understanding</strong>", '<span class="smallcaps">Anno Domini</span>',
    '<span style="letter-spacing: 0.4pt">particular</span>', "<em>it <b>was</b> together</em>",
    '<a href="https://example.org/">afterwards nothing</a>', "self-made, rich\u2014poor", "Mr.\u00a0Snow",
    "https://example.org/understanding/everything-and-some-more?that=is&amp;not=known",
    '<span class="own-divisions">under\u00adstand\u00ading</span>',
    "\u201cYes,\u201d he answered.", '<span id="a.ix-1" class="index-mark"></span>husband',
)  # fmt: skip


@pytest.fixture
def trials(monkeypatch: pytest.MonkeyPatch) -> list[Galley]:
    """The galleys that were laid out for the plan, in order."""
    laid: list[Galley] = []
    lay = Galleys.lay

    def watched(self: Galleys, *given: object) -> Galley:
        laid.append(lay(self, *given))  # type: ignore[arg-type]
        return laid[-1]

    monkeypatch.setattr(Galleys, "lay", watched)
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


def set_in_lines(body: str, folder: Path, layout: str = "paperback", **settings: str) -> Book:
    """Plan a chapter and set it with the lines chosen for it."""
    composition = composed(body, trim="5.5x8.5in", layout=layout, **settings)
    planned = galleys.plan(composition, folder)
    carried = typeset.set_lines(typeset.carry_out(composition, planned), planned)
    said: list[Diagnostic] = []
    return Book(carried, planned, pdf.layout(carried, folder, said.append), tuple(said))


@pytest.mark.parametrize("layout", ["paperback", "modern"])
@pytest.mark.parametrize("sign", [*IN_A_LINE, "«\u202fVoilà\u202f!\u202f», a Wave, a Tower"])
def test_texts_are_measured_as_the_page_sets_them(
    sign: str, layout: str, cache_folder: Path, trials: list[Galley]
) -> None:
    text = " ".join(f"{words(9, random.Random(5))} {sign}" for _ in range(9))
    composition = composed(paragraph("a.p-1", text), layout=layout, lines="greedy")
    galleys.plan(composition, cache_folder)
    gauges = composer.Gauges(composition.fonts)
    pieces = [piece for line in trials[0].flow()["a.p-1"].lines for piece in line.pieces if piece.style is not None]
    assert len(pieces) > 9
    for piece in pieces:
        gauge = gauges.of(piece.style)
        assert gauge is not None
        assert gauge.has(piece.text)
        assert gauge.line(measured._chunks(piece.text)) == pytest.approx(piece.width, abs=0.05), piece.text


@pytest.mark.parametrize(("seed", "layout"), [(0, "paperback"), (1, "paperback"), (2, "modern"), (3, "large-print")])
def test_lines_are_set_exactly_as_chosen(seed: int, layout: str, cache_folder: Path) -> None:
    book = set_in_lines(mixed(random.Random(seed), 14), cache_folder, layout)
    lines = book.plan.corrections["a"].lines
    assert len(lines) > 14  # all paragraphs, and notes
    laid = [line for page in book.laid.pages for line in page.lines]
    plain = xhtml.read(composed(mixed(random.Random(seed), 14)).parts[0].text)
    parted = book.plan.corrections["a"].notes  # their rests have no names
    whole = {name: each for name, each in lines.items() if not name.startswith(tuple(parted))}
    assert composer.differs(plain, whole, laid) == frozenset()
    assert book.off_grid() == []
    assert {page.index for page in book.laid.pages for line in page.lines if line.note}
    for number in (1, 4, 7):
        assert book.pages_of(f"a.note-{number}")[0] == book.page_of_call(f"a.note-{number}")


def test_what_stands_in_a_proofs_margin_is_no_part_of_the_lines(cache_folder: Path) -> None:
    where = '<span class="source-ref" data-generated="">a.md:1</span>'
    text = words(60, random.Random(4))
    plain = set_in_lines(paragraph("a.p-1", text), cache_folder).plan.corrections["a"].lines["a.p-1"]
    proof = set_in_lines(paragraph("a.p-1", where + text), cache_folder, "proof").plan.corrections["a"].lines["a.p-1"]
    assert [end.at for end in proof.ends] == [end.at for end in plain.ends]


def test_the_number_of_an_endnote_is_one_thing(cache_folder: Path) -> None:
    number = '<span class="note-number" data-generated=""><a href="#a.p-2">1</a></span>'
    body = f'<div class="endnote" id="a.n">{paragraph("a.p-1", number + words(60, random.Random(4)))}</div>'
    book = set_in_lines(body + paragraph("a.p-2", "So."), cache_folder)
    assert "a.p-1" in book.plan.corrections["a"].lines


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
            if line.stretch is not None and line.block in book.plan.corrections["a"].lines:
                assert 0.6 < line.stretch < 4


@pytest.fixture
def measured_texts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts of the blocks that were composed anew, in order."""
    texts: list[str] = []
    read = measured.read

    def watched(matter: measured.Matter, *given: object) -> measured.Paragraph | None:
        texts.append(matter.text)
        return read(matter, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(measured, "read", watched)
    return texts


def chosen_lines(composition: Composition, folder: Path, cache: Path | None = None) -> Mapping[str, composer.Lines]:
    return galleys.plan(composition, folder, cache).corrections["a"].lines


def test_a_changed_sentence_composes_one_paragraph(
    measured_texts: list[str], cache_folder: Path, tmp_path: Path
) -> None:
    body = mixed(random.Random(6), 20)
    chosen_lines(composed(body), cache_folder, tmp_path)
    assert len(measured_texts) > 20
    measured_texts.clear()
    changed = composed(body.replace('<p id="a.p-7">', '<p id="a.p-7">Nobody had seen it before. '))
    cached = chosen_lines(changed, cache_folder, tmp_path)
    assert [text.startswith("Nobody had seen it before. ") for text in measured_texts] == [True]
    assert cached == chosen_lines(changed, cache_folder)
    assert len(measured_texts) > 20


def test_moved_paragraphs_and_those_under_other_names_are_known(
    measured_texts: list[str], cache_folder: Path, tmp_path: Path
) -> None:
    first, before, after = (words(60, random.Random(seed)) for seed in range(3))  # the first has no indent
    plain = paragraph("a.p-1", first) + paragraph("a.p-2", before) + paragraph("a.p-3", after)
    chosen_lines(composed(plain), cache_folder, tmp_path)
    assert len(measured_texts) == 3
    turned = composed(paragraph("a.p-1", first) + paragraph("a.p-8", after) + paragraph("a.p-2", before))
    cached = chosen_lines(turned, cache_folder, tmp_path)
    assert len(measured_texts) == 3
    assert cached == chosen_lines(turned, cache_folder)


def other_file(composition: Composition, folder: Path) -> Composition:
    """Set a composition with faces of the same names from other files."""
    faces = []
    for number, face in enumerate(composition.fonts):
        path = folder / f"{number}{Path(face.path).suffix}"
        path.write_bytes(Path(face.path).read_bytes() + bytes(4))
        faces.append(dataclasses.replace(face, path=str(path)))
    return dataclasses.replace(composition, fonts=tuple(faces))


@pytest.mark.parametrize("changed", ["font", "limit", "measure", "nudge", "nothing"])
def test_lines_are_taken_from_the_cache_only_where_nothing_they_depend_on_changed(
    changed: str, measured_texts: list[str], cache_folder: Path, tmp_path: Path
) -> None:
    body = "".join(paragraph(f"a.p-{number}", words(60, random.Random(number))) for number in range(3))
    composition = composed(body)
    galleys.plan(composition, cache_folder, tmp_path / "cache")
    measured_texts.clear()
    others = {
        "font": lambda: other_file(composition, tmp_path),
        "limit": lambda: composed(body, **{"narrowest-space": 75}),
        "measure": lambda: composed(body, trim="5x8in"),
        "nudge": lambda: composed(body.replace("<p ", '<p class="looser" ')),
        "nothing": lambda: composed(body + paragraph("a.p-9", "So.")),
    }
    galleys.plan(others[changed](), cache_folder, tmp_path / "cache")
    assert len(measured_texts) == (0 if changed == "nothing" else 3)


def lengths(book: Book) -> dict[str, int]:
    """How many lines blocks have."""
    return {name: len(lines.ends) for name, lines in book.plan.corrections["a"].lines.items()}


def unheeded(book: Book, body: str) -> list[str]:
    return [name for name, _ in composer.unheeded(xhtml.read(body), book.plan.corrections["a"].lines)]


def test_paragraphs_take_a_line_more_or_fewer_where_they_can(cache_folder: Path) -> None:
    chance = random.Random(11)
    body = "".join(paragraph(f"a.p-{number}", words(80, chance)) for number in range(5))  # one page
    plain = lengths(set_in_lines(body, cache_folder))
    for name, more in (("looser", 1), ("tighter", -1)):
        asked = body.replace("<p ", f'<p class="{name}" ')
        book = set_in_lines(asked, cache_folder)
        others = unheeded(book, asked)
        assert len(others) < 5
        assert lengths(book) == {each: count + more * (each not in others) for each, count in plain.items()}
        assert book.lost() == []


def test_a_line_ends_where_the_author_says(cache_folder: Path) -> None:
    chance = random.Random(12)
    marked = '<span class="line-break"></span>'
    text = f"{words(60, chance)} {marked}Lantern {words(40, chance)} rich\u2014{marked}poor {words(9, chance)}"
    book = set_in_lines(paragraph("a.p-1", text), cache_folder)
    shown = [line for page in book.laid.pages for line in page.lines if line.block == "a.p-1"]
    (first,) = [place for place, line in enumerate(shown) if line.text.startswith("Lantern")]
    (second,) = [place for place, line in enumerate(shown) if line.text.startswith("poor")]
    for line in (shown[first - 1], shown[second - 1]):
        assert line.width == pytest.approx(shown[1].width, abs=0.5)  # it is filled
    assert book.lost() == []


def test_words_stay_on_a_line_and_whole(cache_folder: Path) -> None:
    chance = random.Random(13)
    kept, whole = '<span class="no-break">remember the snow</span>', '<span class="no-hyphen">understanding</span>'
    text = " ".join(f"{words(chance.randint(3, 9), chance)} {kept} {whole}" for _ in range(9))
    for lines in ("composed", "greedy"):
        book = set_in_lines(paragraph("a.p-1", text), cache_folder, lines=lines)
        shown = [line.text for page in book.laid.pages for line in page.lines if line.block == "a.p-1"]
        assert sum(line.count("remember the snow") for line in shown) == 9
        assert sum(line.count("understanding") for line in shown) == 9


def test_marks_are_obeyed_without_a_composer_too(cache_folder: Path) -> None:
    text = f'{words(20, random.Random(14))} <span class="line-break"></span>Lantern.'
    book = set_in_lines(paragraph("a.p-1", text), cache_folder, lines="greedy")
    assert [line.text for page in book.laid.pages for line in page.lines][-1].strip() == "Lantern."
    assert book.lost() == []


def test_what_cannot_be_obeyed_is_told(cache_folder: Path) -> None:
    body = paragraph("a.p-1", "Three short words.").replace("<p ", '<p class="looser" ') + paragraph("a.p-2", "So.")
    for lines, told in (("composed", ["a.p-1"]), ("greedy", [])):
        book = set_in_lines(body, cache_folder, lines=lines)
        assert [name for name, _ in typeset.unheeded(book.composition, book.plan)] == told


def pages_of(book: Book) -> list[set[int]]:
    """The pages of each paragraph."""
    laid = [(line.block, page.index) for page in book.laid.pages for line in page.lines]
    names = dict.fromkeys(block for block, _ in laid if block and block.startswith("a.p-"))
    return [{page for block, page in laid if block == name} for name in names]


def test_pages_end_where_the_author_says(cache_folder: Path) -> None:
    chance = random.Random(15)
    plain = "".join(paragraph(f"a.p-{number}", words(130, chance)) for number in range(9))
    before = pages_of(set_in_lines(plain, cache_folder))
    (over, *_) = [number for number, pages in enumerate(before) if len(pages) > 1]
    marked = plain.replace('<p id="a.p-2"', '<p class="new-page" id="a.p-2"')
    assert [min(pages) for pages in pages_of(set_in_lines(marked, cache_folder))][:3] == [0, 0, 1]
    marked = plain.replace(f'<p id="a.p-{over}"', f'<p class="keep-together" id="a.p-{over}"')
    assert len(pages_of(set_in_lines(marked, cache_folder))[over]) == 1
    marked = "".join(f'<p class="keep-together keep-with-next" id="a.p-{n}">{words(40, chance)}</p>' for n in range(5))
    book = pages_of(set_in_lines(plain + marked.replace("a.p-", "a.p-2"), cache_folder))
    assert len(set.union(*book[-5:])) == 1
