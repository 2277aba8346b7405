"""The same text on the same page in the same face: what composing lines and pages is worth, beside other composers.

One reader judges every PDF. A line's stretch is the word space that most of its gaps have, over the space of the font
at the size of the type: letters set wider or narrower to fit, ours as well as microtype's, do not count as space.
"""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bookforge import makeup
from bookforge.laid import LaidPage, Line
from bookforge.makeup import Makeup
from tests.benchmarks import processes, reader
from tests.benchmarks.ours import Made

_TEXT = frozenset({"body", "list", "quote", "letter", "other", "note"})


@dataclass(frozen=True, slots=True)
class Column:
    """One composer's book."""

    title: str
    pages: Sequence[LaidPage]
    judged: Makeup
    followed: float
    cost: processes.Run

    @classmethod
    def read(
        cls, title: str, data: bytes, cost: processes.Run, text: Sequence[reader.Chapter], space: float
    ) -> "Column":
        """Read a PDF; ``space`` is the font's own, in parts of its size."""
        pages = reader.pages(data, text, space)
        return cls(title, pages, makeup.examine(pages), reader.followed(pages, text), cost)

    @property
    def lines(self) -> list[Line]:
        """The lines of running text."""
        return [line for page in self.pages for line in page.lines if line.kind in _TEXT]

    @property
    def stretches(self) -> list[float]:
        """The stretch of every line that is followed by another of its paragraph."""
        return [line.stretch for line in self.lines if line.stretch is not None and not line.ends]

    @property
    def spreads(self) -> int:
        """The spreads of which both pages go on, which are those that can be uneven."""
        closes = makeup._closes  # what a full page is, is said there alone
        return sum(
            left.side == "left" and not closes(self.pages, left.index) and not closes(self.pages, right.index)
            for left, right in pairwise(self.pages)
        )


def table(columns: Sequence[Column]) -> str:
    """Set the counts side by side."""
    rows: list[tuple[str, list[str]]] = [
        ("pages", [f"{len(column.pages):,}" for column in columns]),
        ("lines of text", [f"{len(column.lines):,}" for column in columns]),
        ("characters on a full line", [f"{column.judged.characters or 0:.1f}" for column in columns]),
        (f"loose lines, above {makeup.LOOSE} times", [_share(_loose(column), column.stretches) for column in columns]),
        ("largest stretch", [f"{max(column.stretches):.2f}" for column in columns]),
        ("smallest stretch", [f"{min(column.stretches):.2f}" for column in columns]),
        ("mean stretch", [f"{statistics.mean(column.stretches):.2f}" for column in columns]),
        ("its standard deviation", [f"{statistics.stdev(column.stretches):.2f}" for column in columns]),
        ("hyphens", [_share(sum(line.hyphen for line in column.lines), column.lines) for column in columns]),
        ("stacks of more than 3 hyphens", _counts(columns, "hyphen-stacks")),
        ("hyphens over a page turn", _counts(columns, "turned-hyphens")),
        ("last lines of one word", _counts(columns, "runts")),
        ("last lines below 5 characters", _counts(columns, "stubs")),
        ("widows", _counts(columns, "widows")),
        ("orphans", _counts(columns, "orphans")),
        ("unbalanced full spreads", [_uneven(column) for column in columns]),
        ("last pages below 5 lines", _counts(columns, "short-ends")),
        ("lines off the grid", _counts(columns, "off-grid")),
        ("wall", [f"{column.cost.wall:.1f} s" for column in columns]),
        ("CPU", [f"{column.cost.cpu:.1f} s" for column in columns]),
        ("peak memory", [f"{column.cost.peak:.0f} MB" for column in columns]),
    ]
    head = [("", [column.title for column in columns]), ("---", ["--:"] * len(columns))]
    return "\n".join(f"| {' | '.join((name, *cells))} |" for name, cells in [*head, *rows])


def _loose(column: Column) -> int:
    return sum(stretch > makeup.LOOSE for stretch in column.stretches)


def _share(count: int, of: Sequence[object]) -> str:
    return f"{count:,} ({count / len(of):.1%})"


def _uneven(column: Column) -> str:
    return f"{column.judged.count('uneven-spreads')} of {column.spreads}"


def _counts(columns: Sequence[Column], fault: str) -> list[str]:
    return [f"{column.judged.count(fault):,}" for column in columns]


def costs(made: Mapping[str, Made]) -> str:
    """Say what of a build's CPU time planning its pages took, and what of that composing them."""
    lines = ["| CPU time | whole build | planning | of it trial layouts | of pages | of it lines | of it page ends |"]
    lines.append("| --- | --: | --: | --: | --: | --: | --: |")
    for title, build in made.items():
        cost, spent = build.cost, build.said.spent
        cells = [f"{each:.1f} s" for each in (cost.cpu, spent.planning, spent.laying, spent.lines, spent.pages)]
        cells.insert(3, f"{spent.trials:,}")
        lines.append(f"| {title} | {' | '.join(cells)} |")
    return "\n".join(lines)


def stretches_agree(laid: Sequence[LaidPage], data: bytes) -> str:
    """Compare the stretch of every line as our layout says it with the one that is read."""
    sheets = reader.sheets(data)
    usual = reader.usual_space(line for sheet in sheets for line in sheet.lines)
    away: list[float] = []
    for page, sheet in zip(laid, sheets, strict=True):
        there = {reader.plain(line.text): line.stretch(usual) for line in sheet.lines}
        for line in page.lines:
            found = there.get(reader.plain(line.text))
            if found is not None and line.stretch is not None and not line.ends:
                away.append(abs(found - line.stretch))
    ordered = sorted(away)
    return (
        f"Of {len(away):,} lines the stretch that is read is away from the layout's own by\n"
        f"{statistics.mean(away):.3f} in the mean, 19 of 20 by no more than {ordered[len(ordered) * 19 // 20]:.3f}"
    )
