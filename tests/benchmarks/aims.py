"""What the figures of one run are to be, as ratios: no clock of one machine, and no day, is compared with another's."""

import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.benchmarks import contestants, duel, processes
from tests.benchmarks.duel import Edit
from tests.benchmarks.processes import Run

Runs = Mapping[str, Sequence[Run]]

_LONG = ("long 1", "long 2")
_COLD = ("paperback", "ebook", "web", "all")


@dataclass(frozen=True, slots=True)
class Aim:
    """A ratio that is to be at most ``limit``."""

    text: str
    limit: float
    found: float

    @property
    def verdict(self) -> str:
        """Say whether it is met, or by how much it is not."""
        return "met" if self.found <= self.limit else f"**missed: {self.found / self.limit:.2f} times as much**"


def of_edits(found: duel.Results) -> Iterator[Aim]:
    """Yield the aims of builds after an edit."""
    places = [edit.place for edit in found if edit.kind == "sentence"]
    for place in places:
        runs = found[Edit("sentence", place)]
        limit = 1.0 if place in _LONG else 0.7
        text = f"a sentence, {place} chapter: warm / Typst warm"
        yield Aim(text, limit, processes.ratio(runs[duel.WARM], runs[duel.TYPST_WARM]))
    for place in places:
        runs = found[Edit("sentence", place)]
        text = f"a sentence, {place} chapter: new process / Typst's new process"
        yield Aim(text, 0.8, processes.ratio(runs[duel.NEW], runs[duel.TYPST_COLD]))
    if moved := found.get(Edit("paragraphs", "short")):
        text = "three paragraphs, and all later pages move: warm / Typst warm"
        yield Aim(text, 2.5, processes.ratio(moved[duel.WARM], moved[duel.TYPST_WARM]))
    if same := found.get(Edit(duel.NOTHING)):
        three = zip(same[duel.NEW_ALL], same[contestants.PYTHON], same[duel.TYPST_COLD], strict=True)
        text = "no change, new process, all editions, less Python's start / Typst's new process"
        yield Aim(text, 0.1, statistics.median((ours.wall - start.wall) / typst.wall for ours, start, typst in three))


def of_cold(runs: Runs) -> Iterator[Aim]:
    """Yield the aims of cold builds."""
    ours, stock = runs["bookforge, paperback"], runs[contestants.WEASYPRINT]
    yield Aim("cold paperback / WeasyPrint alone on the same composed HTML (two idle cores)", 0.5,
              processes.ratio(ours, stock))  # fmt: skip
    ours, stock = runs["bookforge, ebook and web"], runs[contestants.PANDOC_EPUB]
    yield Aim("CPU of cold ebook and web / of pandoc's EPUB", 1.0, processes.ratio(ours, stock, "cpu"))


def of_length(short: Runs, long: Runs, words: float) -> Iterator[Aim]:
    """Yield the aims of a book that has ``words`` times the words."""
    for name in _COLD:
        one, ten = (processes.median(runs[f"bookforge, {name}"]).wall for runs in (short, long))
        yield Aim(f"cold {name}, {words:.1f} times the words: its time / that of the manuscript, over words",
                  1.1, ten / one / words)  # fmt: skip
