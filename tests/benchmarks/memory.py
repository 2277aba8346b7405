"""The memory of a process that stays: a small book, built after each of many edits as ``bookforge watch`` builds it.

``python -m tests.benchmarks.memory --edits 1000`` prints what the process holds after every fifty edits; with
``--write`` it writes its part of ``docs/benchmarks.md``.
"""

import argparse
import random
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.benchmarks import edits, machine, manuscripts, part, report, staying
from tests.benchmarks.manuscripts import Manuscript

LENGTHS = (1_500,) * 5
"""Words of each chapter, of which four to six pages come."""

_STEP = 50
_KINDS = ("word", "word", "sentence", "sentence", "paragraphs")
_MOST = 1.3
"""A chapter that has grown by this goes back to its first text, as one is written and shortened again."""


def measured(text: Manuscript, count: int, folder: Path, seed: int = 1) -> Iterator[tuple[int, float]]:
    """Build after each of so many edits; yield how many there were, and the megabytes held, now and then."""
    chance = random.Random(seed)
    first = {path: path.read_text(encoding="utf-8") for path in text.chapters}
    now = dict(first)
    of = str(text.manifest), str(folder / "cache"), str(folder / "dist"), "paperback"
    with staying.bookforge(*of) as (build, rest):
        build()
        rest()
        yield 0, staying.held()
        for number in range(1, count + 1):
            path = chance.choice(text.chapters)
            now[path] = edits.edited(chance.choice(_KINDS), now[path], chance)
            if len(now[path]) > _MOST * len(first[path]):
                now[path] = edits.edited("word", first[path], chance)
            path.write_text(now[path], encoding="utf-8")
            build()
            rest()
            if number % _STEP == 0 or number == count:
                yield number, staying.held()


def described(text: Manuscript, found: Sequence[tuple[int, float]], before: float) -> str:
    """Return the part about memory."""
    return f"""\
What a process that stays holds (its resident set, without pandoc's) after edits of the paperback of {text.name}:
{text.words:,} words in {len(text.chapters)} chapters. Each edit is a word, a sentence or three paragraphs, by chance,
and is built as `bookforge watch` builds it.

{report.memory(found)}

`python -m tests.benchmarks.memory --edits {found[-1][0]} --write` repeats this.
{machine.line(before)}
"""


def main() -> None:
    """Measure; print each figure as it is known."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--edits", type=int, default=300, help="how many (300)")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    asked = parser.parse_args()
    before = machine.load()
    found = []
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name).resolve()
        text = manuscripts.made_up("a small book made up", LENGTHS, folder / "book")
        for number, held in measured(text, asked.edits, folder):
            print(f"{number:>6,} edits {held:>6.0f} MB", flush=True)
            found.append((number, held))
    if asked.write:
        part.write("Memory", described(text, found, before))


if __name__ == "__main__":
    main()
