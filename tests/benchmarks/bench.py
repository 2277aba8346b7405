"""Builds of the benchmark manuscript, and of a book ten times as long, beside other tools on the same text.

``make bench`` runs it and writes its parts of ``docs/benchmarks.md``; without the manuscript it makes a memoir up. All
take turns in one run; figures are medians, and ratios medians of the ratios of each turn.
"""

import argparse
import contextlib
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import aims, contestants, duel, edits, machine, manuscripts, part, report
from tests.benchmarks.contestants import Contestant, Product
from tests.benchmarks.duel import Duel, Edit
from tests.benchmarks.manuscripts import Manuscript
from tests.benchmarks.processes import Run
from tests.benchmarks.typstbook import TypstBook


@dataclass(frozen=True, slots=True)
class Options:
    """How much is measured: rounds of cold builds, edits of a sentence, edits of every other kind."""

    rounds: int
    sentences: int
    others: int
    places: tuple[str, ...]
    browsers: bool


@dataclass(frozen=True, slots=True)
class Measured:
    """What a book cost. ``missing`` are the tools that were asked for and are not installed."""

    text: Manuscript
    cold: Mapping[str, list[Run]]
    cold_made: Mapping[str, Product]
    edits: duel.Results
    edits_made: Mapping[str, Product]
    missing: tuple[str, ...]


def measure(text: Manuscript, plan: tuple[Edit, ...], options: Options, folder: Path) -> Measured:
    """Build a book cold and after edits, by all."""
    print(text.describe(), file=sys.stderr)
    folder.mkdir()
    converted = TypstBook(text.chapters, folder / "typst")
    page = contestants.compose(text, folder / "composed")
    fonts = page.parent / contestants.FACES
    browsers = contestants.browsers(page, folder) if options.browsers else {}
    everyone: list[Contestant] = [
        *contestants.cold(text, folder / "cold"),
        contestants.weasyprint(page, folder),
        *contestants.pandoc(text, folder),
        *contestants.typst(converted, fonts, folder),
        *(each for each in browsers.values() if each),
    ]
    missing = tuple(name for name, each in browsers.items() if each is None)
    for name in missing:
        print(f"\n*** {name} is not installed: IT IS NOT COMPARED ***\n", file=sys.stderr)
    cold = contestants.rounds(everyone, options.rounds)
    made = {each.name: contestants.product(_whole(each.output)) for each in everyone}
    (folder / "edits").mkdir()
    desk = Duel(text, converted, folder / "cold" / "all" / "cache", fonts, folder / "edits")
    return Measured(text, cold, made, *_edited(desk, plan, options), missing)


def _edited(desk: Duel, plan: tuple[Edit, ...], options: Options) -> tuple[duel.Results, Mapping[str, Product]]:
    """Build after every edit of a plan; return what that cost and what was made last."""
    with contextlib.closing(desk):
        found = {Edit(duel.NOTHING): desk.unchanged(options.others)}
        for edit in plan:
            found[edit] = desk.edited(edit, options.sentences if edit.kind == "sentence" else options.others)
        return found, {each.name: contestants.product(each.output) for each in desk.all}


def _whole(output: Path) -> Path:
    """Return the one file of a folder that holds one, which may be a PDF whose pages count."""
    files = [each for each in output.glob("*") if not each.name.startswith(".")] if output.is_dir() else []
    return files[0] if len(files) == 1 else output


# ---------------------------------------------------------------- telling


def cold_part(found: Measured, rounds: int) -> str:
    """Return the part about cold builds."""
    return f"""\
Nothing cached, of {found.text.describe()}.
Medians of whole processes in turns, of each {rounds}; memory is that of the largest process. Others make less: no proof
of words, no notes by chapter; pandoc no running heads and no web fonts. Browsers know no notes at the foot of a page;
their CPU and memory are sampled, of all their processes together.

{report.cold(found.cold, found.cold_made, found.missing)}
"""


def edits_part(found: Measured) -> str:
    """Return the part about edits."""
    chapters = ", ".join(f"{name} {manuscripts.words(path):,}" for name, path in found.text.places().items())
    return f"""\
The paperback of {found.text.name} after an edit, by all in turns: medians of seconds, wall / CPU.
A warm bookforge is what `bookforge watch` keeps running, a warm Typst a compiler that stays; new processes of ours have
their cache on disk. Ours convert the changed chapter, prove its words, compose lines and pages; for Typst it was
converted before. Each edit is of the text as it was at first and makes one that nobody has seen.
Words in the chapters: {chapters}.

{report.edits(found.edits)}

{report.unchanged(found.edits[Edit(duel.NOTHING)])}

{report.sizes(found.edits, found.edits_made)}
"""


def long_part(found: Measured) -> str:
    """Return the part about the long book."""
    return f"""\
Cold builds, and the paperback after edits, of {found.text.describe()}.
Measured as above, in one round, with five edits of each kind.

{report.cold(found.cold, found.cold_made)}

{report.edits(found.edits)}
"""


def aims_part(short: Measured, long: Measured | None) -> str:
    """Return the part about what the figures are to be."""
    found = [*aims.of_edits(short.edits), *aims.of_cold(short.cold)]
    if long:
        found += aims.of_length(short.cold, long.cold, long.text.words / short.text.words)
    return f"""\
What `make bench` is to show, each a ratio within one run. Wall time, where nothing else is said.

{report.aims(found)}
"""


# ---------------------------------------------------------------- running


def main() -> None:
    """Measure; print what was found, and write it unless it was only a part."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round, five edits of a short chapter; only printed")
    parser.add_argument("--all", action="store_true", help="also Chromium, pagedjs-cli and Vivliostyle")
    parser.add_argument("--trial", action="store_true", help="a small book, to try the benchmark; only printed")
    parser.add_argument(
        "--without-long", action="store_true", help="not the book ten times as long, which takes an hour"
    )
    parser.add_argument("--edits", type=int, default=30, help="edits of a sentence; of others a third (30)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of cold builds (3)")
    asked = parser.parse_args()
    places = ("short",) if asked.quick else ("short", "middle", "long 1", "long 2")
    count = 5 if asked.quick else asked.edits
    others = count if asked.quick else -(-count // 3)
    options = Options(1 if asked.quick else asked.rounds, count, others, places, asked.all)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        parts = _measure(Path(folder).resolve(), options, asked.trial, long=not (asked.quick or asked.without_long))
    for title, text in parts.items():
        print(f"\n## {title}\n\n{text}")
        if not (asked.quick or asked.trial):
            part.write(title, text)


def _measure(folder: Path, options: Options, trial: bool, long: bool) -> dict[str, str]:
    before = machine.load()
    if trial:
        text = manuscripts.made_up("a small book made up", manuscripts.TRIAL, folder / "book")
    else:
        text = manuscripts.benchmark(folder / "book")
    ten = manuscripts.tenfold(text, folder / "ten-times") if long else None
    plan = (*(Edit(kind, place) for kind in edits.KINDS for place in options.places), Edit(duel.CHAPTER))
    short = measure(text, plan, options, folder / "short")
    if ten:
        few = Options(1, 5, 5, ("short",), browsers=False)
        tenfold = measure(ten, (Edit("sentence", "short"), Edit(duel.CHAPTER)), few, folder / "long")
    else:
        tenfold = None
    parts = {
        "Aims": aims_part(short, tenfold),
        "Cold builds": cold_part(short, options.rounds),
        "Edits": edits_part(short),
    }
    parts |= {"Ten times as long": long_part(tenfold)} if tenfold else {}
    said = machine.line(before)
    return {title: f"{each}\n`make bench` repeats this. {said}\n" for title, each in parts.items()}


if __name__ == "__main__":
    main()
