"""A section measured with its paragraphs in one line each: it comes to what it comes to when it is set greedily."""

import random
from pathlib import Path

import galleys
import pytest
from galleys import composed, note, paragraph, words
from test_lines_composed import mixed

from bookforge import composer, typeset, xhtml
from bookforge.cache import Cache
from bookforge.composer import Composed
from bookforge.edition import Composition
from bookforge.typeset import rows
from bookforge.typeset.compositor import Compositor, Text
from bookforge.typeset.plan import Corrections
from bookforge.typeset.sections import Typesetter
from bookforge.writers.galley import Galley

BEGINNING = '<div class="opening" id="a.o"><h1 id="a.h">A Title</h1></div>'


class Section:
    """The first section of a composition, to be set greedily or measured."""

    def __init__(self, composition: Composition, folder: Path) -> None:
        bench = typeset.Bench(Cache(None), folder, "")
        self.typesetter = Typesetter(composition, bench)
        limits = composer.limits(composition.reading.edition.settings)
        text = Text(xhtml.read(composition.parts[0].text), "name", bench)
        self.compositor = Compositor((text,), composer.Gauges(composition.fonts), limits, pages=True)

    def lay(self, running: frozenset[str] = frozenset()) -> Galley:
        return self.typesetter.lay(0, 1, "right", Corrections(), running=running)

    def greedy(self) -> tuple[Galley, dict[str, Composed]]:
        galley = self.lay()
        return galley, self.compositor.compose(galley)

    def measured(self) -> tuple[Galley, dict[str, Composed]]:
        return self.compositor.measure(self.lay)


def slabs(galley: Galley, composed: dict[str, Composed]) -> list[rows.Slab]:
    """What the blocks come to."""
    return [*rows.slabs(galley, composed, rows.Memory())]


@pytest.mark.parametrize(("seed", "layout"), [(0, "paperback"), (1, "paperback"), (2, "modern"), (3, "large-print")])
def test_what_is_measured_is_what_is_set(seed: int, layout: str, cache_folder: Path) -> None:
    body = BEGINNING + mixed(random.Random(seed), 14)
    section = Section(composed(body, trim="5.5x8.5in", layout=layout), cache_folder)
    whole, expected = section.greedy()
    galley, found = section.measured()
    assert len(galley.running) > 14
    assert galley.end < whole.end  # fewer lines
    assert {name: each.lines for name, each in found.items()} == {name: each.lines for name, each in expected.items()}
    assert slabs(galley, found) == slabs(whole, expected)
    assert galley.above_notes == whole.above_notes


@pytest.mark.parametrize(
    "block",
    [
        paragraph("a.p-9", f"{words(30, random.Random(1))} <span style='font-size: 3em'>high</span> words"),
        paragraph("a.p-9", f"{words(9, random.Random(1))}<br/>{words(30, random.Random(2))}"),
        paragraph("a.p-9", f"<span style='float: left'>X</span>{words(60, random.Random(1))}"),
        paragraph("a.p-9", f"{words(30, random.Random(1))} \u05d0\u05d1\u05d2 {words(9, random.Random(2))}"),
        f'<div style="text-align: center">{paragraph("a.p-9", words(60, random.Random(1)))}</div>',
        f'<div style="white-space: pre-wrap">{paragraph("a.p-9", words(60, random.Random(1)))}</div>',
        f'<div dir="rtl" style="direction: rtl">{paragraph("a.p-9", words(60, random.Random(1)))}</div>',
        f"<table><tr><td>{paragraph('a.p-9', words(60, random.Random(1)))}</td><td>so</td></tr></table>",
        f'<div style="float: right; width: 2in" id="a.f">{paragraph("a.p-9", words(30, random.Random(1)))}</div>',
        paragraph("a.p-9", "Antidisestablishmentarianism" * 5),
    ],
)  # fmt: skip
def test_what_is_no_running_text_is_set_greedily(block: str, cache_folder: Path) -> None:
    text = paragraph("a.p-1", words(60, random.Random(3)))
    after = paragraph("a.p-20", words(90, random.Random(4)) + note(1, words(40, random.Random(5))))
    section = Section(composed(text + block + after), cache_folder)
    whole, expected = section.greedy()
    galley, found = section.measured()
    assert {"a.p-1", "a.p-20"} <= galley.running
    assert found.keys() == expected.keys()
    assert slabs(galley, found) == slabs(whole, expected)


def test_a_first_line_of_another_look_is_no_look_of_its_paragraph(cache_folder: Path) -> None:
    """Beside something that floats the page sets it as text of its own style."""
    rule = "<style>p::first-line { font-variant-caps: small-caps; letter-spacing: 1pt }</style>"
    floating = f"<span style='float: left; font-size: 30pt'>X</span>{words(90, random.Random(2))}"
    texts = (paragraph(f"a.p-1{number}", words(60, random.Random(number))) for number in range(5))
    section = Section(composed(rule + paragraph("a.p-5", floating) + "".join(texts)), cache_folder)
    _, expected = section.greedy()
    _, found = section.measured()
    assert len(expected) > 1
    assert {name: found[name].lines for name in expected} == {name: each.lines for name, each in expected.items()}


def test_nothing_is_measured_where_lines_are_not_chosen(cache_folder: Path) -> None:
    section = Section(composed(mixed(random.Random(1), 5), lines="greedy"), cache_folder)
    galley, found = section.measured()
    assert (galley.running, found) == (frozenset(), {})
    assert galleys.plan(composed(mixed(random.Random(1), 5), lines="greedy"), cache_folder).units
