"""Tables of what was measured."""

from collections.abc import Iterable, Mapping, Sequence

from tests.benchmarks import contestants, duel, processes
from tests.benchmarks.aims import Aim, Runs
from tests.benchmarks.contestants import Product
from tests.benchmarks.duel import Results

BESIDE: Mapping[str, tuple[str, ...]] = {
    "bookforge, paperback": (contestants.WEASYPRINT, contestants.PANDOC_TYPST),
    "bookforge, ebook": (contestants.PANDOC_EPUB,),
    "bookforge, web": (contestants.PANDOC_HTML,),
    "bookforge, ebook and web": (contestants.PANDOC_EPUB,),
    "bookforge, all": (contestants.PANDOC_TYPST,),
}
"""Our rows, and those of others that they are compared with."""


def cold(runs: Runs, products: Mapping[str, Product], missing: Sequence[str] = ()) -> str:
    """Set cold builds as a table; ``missing`` are tools that are not installed."""
    rows = [["build", "wall", "CPU", "peak memory", "pages", "size", "wall beside others"]]
    for name, done in runs.items():
        cost, made = processes.median(done), products[name]
        beside = (f"{processes.ratio(done, runs[peer]):.2f} × {peer}" for peer in BESIDE.get(name, ()) if peer in runs)
        rows.append(
            [name, _seconds(cost.wall), _seconds(cost.cpu), f"{cost.peak:.0f} MB", _pages(made), _size(made),
             ", ".join(beside)]
        )  # fmt: skip
    rows += [[name, "**NOT INSTALLED**", *[""] * 5] for name in missing]
    return _table(rows)


def edits(found: Results) -> str:
    """Set edits as a table: seconds of wall and of CPU, and the wall time of ours beside Typst's."""
    titles = (duel.WARM, duel.TYPST_WARM, "ratio", duel.NEW, duel.TYPST_COLD, "ratio")
    rows = [["edit", "edits", *titles]]
    for edit, runs in found.items():
        cells = [" ".join(filter(None, (edit.kind, edit.place and f"({edit.place})"))), str(len(runs[duel.WARM]))]
        for ours, theirs in ((duel.WARM, duel.TYPST_WARM), (duel.NEW, duel.TYPST_COLD)):
            cells += [_both(runs[ours]), _both(runs[theirs]), f"{processes.ratio(runs[ours], runs[theirs]):.2f}"]
        rows.append(cells)
    return _table(rows)


def unchanged(runs: Runs) -> str:
    """Say what else was measured where nothing had changed."""
    every, start = (processes.median(runs[name]) for name in (duel.NEW_ALL, "Python's start"))
    return (
        f"Where nothing had changed, all editions took a new process {every.wall:.2f} s ({every.cpu:.2f} s of CPU), "
        f"of which\nPython's start {start.wall:.2f} s."
    )


def sizes(found: Results, products: Mapping[str, Product]) -> str:
    """Set what edits needed of memory and what they made as a table; the peak is the largest of all edits."""
    rows = [["", "peak memory", "pages", "size"]]
    for name, made in products.items():
        peak = max(run.peak for runs in found.values() for run in runs[name])
        rows.append([name, f"{peak:.0f} MB", _pages(made), _size(made)])
    return _table(rows)


def memory(found: Sequence[tuple[int, float]]) -> str:
    """Set what was held after so many edits as a table: the first figures, every second of the others, and the last."""
    told = [each for place, each in enumerate(found) if place < 3 or place % 2 == 0 or each is found[-1]]
    return _table([["edits", "held"], *([f"{edits:,}", f"{held:.0f} MB"] for edits, held in told)])


def aims(found: Iterable[Aim]) -> str:
    """Set aims as a table."""
    rows = [["ratio", "measured", "at most", ""]]
    rows += [[aim.text, f"{aim.found:.2f}", f"{aim.limit:.2f}", aim.verdict] for aim in found]
    return _table(rows)


def _table(rows: Sequence[Sequence[str]]) -> str:
    head, *body = rows
    rule = ["---", *["--:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *body))


def _both(runs: Sequence[processes.Run]) -> str:
    cost = processes.median(runs)
    return f"{cost.wall:.2f} / {cost.cpu:.2f}"


def _seconds(value: float) -> str:
    return f"{value:.2f} s" if value < 10 else f"{value:.1f} s"


def _pages(made: Product) -> str:
    return f"{made.pages:,}" if made.pages else ""


def _size(made: Product) -> str:
    return f"{made.size:.2f} MB"
