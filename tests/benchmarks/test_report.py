"""The benchmark's tables, from figures made up."""

from pathlib import Path

from tests.benchmarks import aims, bench, contestants, duel, manuscripts, memory, report
from tests.benchmarks.contestants import Product
from tests.benchmarks.duel import Edit
from tests.benchmarks.processes import Run

ALL = (duel.WARM, duel.TYPST_WARM, duel.NEW, duel.TYPST_COLD, duel.NEW_ALL, contestants.PYTHON)


def runs(*walls: float) -> list[Run]:
    return [Run(wall, wall * 2, 100) for wall in walls]


def edits() -> duel.Results:
    walls = (0.1, 0.2, 0.9, 1.0, 0.2, 0.1)
    each = {name: runs(wall, wall, wall) for name, wall in zip(ALL, walls, strict=True)}
    return {Edit(duel.NOTHING): each, Edit("sentence", "short"): each, Edit("paragraphs", "short"): each}


def cold(factor: float) -> dict[str, list[Run]]:
    named = [f"bookforge, {name}" for name in contestants.OURS]
    others = [contestants.WEASYPRINT, contestants.PANDOC_EPUB, contestants.PANDOC_HTML, contestants.PANDOC_TYPST]
    return {name: runs(factor) for name in named} | {name: runs(4.0) for name in others}


def test_ratios_are_judged() -> None:
    found = [*aims.of_edits(edits()), *aims.of_cold(cold(1.0)), *aims.of_length(cold(1.0), cold(22.0), 10)]
    said = {aim.text: (round(aim.found, 3), aim.verdict) for aim in found}
    assert said["a sentence, short chapter: warm / Typst warm"] == (0.5, "met")
    assert said["a sentence, short chapter: new process / Typst's new process"] == (
        0.9,
        "**missed: 1.12 times as much**",
    )
    assert said["no change, new process, all editions, less Python's start / Typst's new process"] == (0.1, "met")
    assert said["cold all, 10.0 times the words: its time / that of the manuscript, over words"][1] == (
        "**missed: 2.00 times as much**"
    )


def test_a_ratio_is_that_of_runs_that_took_turns() -> None:
    assert aims.processes.ratio(runs(1, 20, 3), runs(2, 40, 3)) == 0.5


def test_memory_is_told_from_the_first_edit_to_the_last(tmp_path: Path) -> None:
    text = manuscripts.made_up("a small book", (900, 800), tmp_path / "book")
    found = [(50 * number, 100.0 + number) for number in range(8)]
    told = memory.described(text, found, 0.1)
    assert "--edits 350 --write" in told
    rows = [line for line in told.splitlines() if line.startswith("| ")]
    assert (rows[0], rows[2], rows[-1]) == ("| edits | held |", "| 0 | 100 MB |", "| 350 | 107 MB |")


def test_tables_have_a_cell_for_every_title() -> None:
    made = {name: Product(3, 1.0) for name in (*cold(1.0), *ALL)}
    tables = (
        report.cold(cold(1.0), made, ["vivliostyle"]),
        report.edits(edits()),
        report.sizes(edits(), {duel.WARM: Product(3, 1.0)}),
        report.aims(aims.of_cold(cold(1.0))),
    )
    for table in tables:
        assert len({line.count("|") for line in table.splitlines()}) == 1
    assert "| sentence (short) | 3 | 0.10 / 0.20 | 0.20 / 0.40 | 0.50 |" in tables[1]


def test_every_part_of_the_page_is_told(tmp_path: Path) -> None:
    text = manuscripts.made_up("a memoir", manuscripts.TRIAL, tmp_path / "book")
    named = {name: Product(3, 1.0) for name in (*cold(1.0), *ALL)}
    made = {name: named[name] for name in (duel.WARM, duel.TYPST_WARM)}
    found = bench.Measured(text, cold(1.0), named, edits(), made, ("vivliostyle",))
    assert "| vivliostyle | **NOT INSTALLED** |" in bench.cold_part(found, 3)
    assert "short 7" in bench.edits_part(found)
    assert "a memoir: " in bench.long_part(found)
    assert bench.aims_part(found, found).count("cold all") == 1
