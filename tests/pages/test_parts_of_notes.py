"""A note parted at every place: its parts are as high as the plan of the pages takes them for."""

import random
from collections.abc import Iterator
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from galleys import assembled, composed, paragraph, words

from bookforge import makeup, typeset, xhtml
from bookforge.book import Note, Place
from bookforge.cache import Cache
from bookforge.compose import notes
from bookforge.typeset import feet
from bookforge.typeset.plan import Corrections, PartedNote
from bookforge.typeset.sections import Typesetter
from bookforge.writers.galley import Galley

CHANCE = random.Random(5)
NAME = "a.note-1"


def told(number: int, count: int = 35) -> str:
    return f'<p id="{NAME}.p-{number}">{words(count, CHANCE)}</p>'


def verse(number: int, *stanzas: int) -> str:
    found = [
        f'<p class="stanza" id="{NAME}.s-{number}{place}">'
        + "<br/>".join(f'<span class="line">{words(4, CHANCE)}</span>' for _ in range(lines))
        + "</p>"
        for place, lines in enumerate(stanzas)
    ]
    return "\n".join(['<div class="verse">', *found, "</div>"])


def quote(*blocks: str) -> str:
    return "\n".join(["<blockquote>", *blocks, "</blockquote>"])


NOTES = {
    "paragraphs": (told(1), told(2), told(3)),
    "a paragraph with a forced line": (told(1).replace("</p>", f"<br/>{words(20, CHANCE)}</p>"), told(2)),
    "verse": (told(1), verse(1, 5), told(2)),
    "stanzas": (told(1), verse(1, 3, 4, 2), told(2)),
    "a quotation": (told(1), quote(told(2), told(3)), told(4)),
    "quoted verse": (told(1), quote(verse(1, 5)), told(2)),
    "nested quotations": (told(1), quote(told(2), quote(told(3), verse(1, 3, 3)), told(4)), told(5)),
    "begins with a quotation": (quote(told(1), told(2), told(3)), told(4)),
    "begins with verse": (verse(1, 4), told(1)),
    "ends with a quotation": (told(1), quote(told(2), told(3))),
    "ends with verse": (told(1), verse(1, 4, 3)),
}


def footnote(blocks: tuple[str, ...], beside: str = "") -> str:
    """A note as it stands in its line; ``beside`` is what each of its paragraphs has in the margin."""
    line = xhtml.read("<p>call1x<a/></p>")
    note = Note(1, NAME, "\n".join(blocks), Place(0, 0, 1, 1))
    notes._set_footnote(line[0][0], note, "1", lambda root: None)
    for block in [each for each in xhtml.find_class(line, "note-block") if beside]:
        xhtml.own_head(block, xhtml.read(beside, "span")[0])
    return xhtml.write(line[0])


def heights(galley: Galley) -> list[float]:
    """The heights of the parts of notes, page by page."""
    areas = (
        child
        for page in galley.laid.document.pages
        for child in page._page_box.children
        if type(child).__name__ == "FootnoteAreaBox"
    )
    return [note.margin_height() * 0.75 for area in areas for note in area.children]


def setter(text: str, folder: Path, layout: str) -> Typesetter:
    composition = composed(text, trim="6x9in", layout=layout)
    return Typesetter(composition, typeset.Bench(Cache(None), folder, ""))


def parts(note: feet.Note) -> Iterator[tuple[int, ...]]:
    """Yield a note's places one by one, and some pairs of them."""
    yield from ((place,) for place in note.cuts)
    yield from [pair for pair in combinations(note.cuts, 2) if pair[1] - pair[0] >= 2][::7]


@pytest.mark.parametrize("layout", ["paperback", "large-print"])
@pytest.mark.parametrize("kind", NOTES)
def test_every_part_of_a_note_is_as_high_as_planned(kind: str, layout: str, cache_folder: Path) -> None:
    section = setter(paragraph("a.p-1", footnote(NOTES[kind])), cache_folder, layout)
    whole = section.lay(0, 1, "right", Corrections())
    note = feet.of(whole, {})[NAME]
    assert heights(whole) == pytest.approx([note.height], abs=0.05)
    places = list(parts(note))
    assert places
    for cuts in places[:: 1 if layout == "paperback" else 4]:
        parted = PartedNote(tuple(note.cuts[cut] for cut in cuts))
        edges = [0, *cuts, len(note.depths)]
        planned = [note.part(begin, end) for begin, end in pairwise(edges)]
        assert heights(section.lay(0, 1, "right", Corrections(notes={NAME: parted}))) == pytest.approx(
            planned, abs=0.05
        ), f"{kind} parted after {cuts}"


@pytest.mark.parametrize("kind", ["paragraphs", "stanzas", "nested quotations"])
def test_what_a_proof_has_beside_a_note_is_no_part_of_it(kind: str, cache_folder: Path) -> None:
    beside = '<span class="source-ref" data-generated="">a.md:1</span>'
    marked = footnote(NOTES[kind], beside)
    section = setter(paragraph("a.p-1", marked), cache_folder, "proof")
    plain = setter(paragraph("a.p-1", footnote(NOTES[kind])), cache_folder, "proof").lay(0, 1, "right", Corrections())
    note = feet.of(section.lay(0, 1, "right", Corrections()), {})[NAME]
    assert note == feet.of(plain, {})[NAME]
    for place, cut in note.cuts.items():
        galley = section.lay(0, 1, "right", Corrections(notes={NAME: PartedNote((cut,))}))
        assert heights(galley) == pytest.approx([note.part(0, place), note.part(place, len(note.depths))], abs=0.05)
        assert [line.text for page in galley.laid.pages for line in page.lines].count("a.md:1") == marked.count(beside)


@pytest.mark.parametrize("before", range(150, 330, 15))
def test_pages_with_verse_in_a_note_that_goes_on_are_planned(before: int, cache_folder: Path) -> None:
    chance = random.Random(before)
    call = footnote(NOTES["stanzas"])
    text = paragraph("a.p-1", words(before, chance)) + paragraph("a.p-2", f"{call} {words(120, chance)}")
    rest = (paragraph(f"a.p-{number}", words(90, chance)) for number in range(3, 9))
    book = assembled(composed(text + "".join(rest)), cache_folder)
    assert book.plan.corrections["a"].starts
    assert makeup.examine(book.laid.pages).count("uneven-spreads") == 0
    assert book.lost() == []
