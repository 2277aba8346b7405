"""Edits by chance of a small book: each time set from what is kept, it is compared with the book set anew, as a whole.

``PYTHONPATH=tests/pages:. python -m edits COUNT SEED`` runs as many as one has time for; the tests run a few.
"""

import random
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from galleys import Mixture, composed, drawn, note, paragraph, set_book, words
from same import differences

from bookforge import typeset
from bookforge.cache import Cache, Recent
from bookforge.edition import Composition
from bookforge.typeset import assembling
from bookforge.typeset.plan import SectionPlan
from bookforge.writers import pdf

Chapters = list[list[str]]
"""The blocks of each chapter."""


def book(chance: random.Random) -> Chapters:
    """Make three chapters of blocks of every kind."""
    return [[*Mixture(chance.randrange(1000))._blocks(chance.randint(3, 9))] for _ in range(3)]


def edit(chapters: Chapters, chance: random.Random, number: int, whole: bool = True) -> str:
    """Change a book in one way; say in which. ``whole``: or its chapters."""
    kinds: list[Callable[[Chapters, random.Random, int], None]] = [
        _word, _word, _sentence, _sentence, _paragraph, _paragraph, _without, _note, _chapter, _moved,
    ]  # fmt: skip
    kind = chance.choice(kinds if whole else kinds[:-2])
    kind(chapters, chance, number)
    return kind.__name__.removeprefix("_")


def _place(chapters: Chapters, chance: random.Random) -> tuple[list[str], int]:
    blocks = chance.choice([each for each in chapters if each])
    return blocks, chance.randrange(len(blocks))


def _into_text(block: str, text: str) -> str:
    """Put words at the end of a block's last paragraph; a block without any stays as it is."""
    head, found, tail = block.rpartition("</p>")
    return head + text + found + tail if found else block


def _word(chapters: Chapters, chance: random.Random, number: int) -> None:
    blocks, at = _place(chapters, chance)
    blocks[at] = _into_text(blocks[at], f" word{number}")


def _sentence(chapters: Chapters, chance: random.Random, number: int) -> None:
    blocks, at = _place(chapters, chance)
    blocks[at] = _into_text(blocks[at], f" It was {words(chance.randint(5, 40), chance)} {number}.")


def _paragraph(chapters: Chapters, chance: random.Random, number: int) -> None:
    blocks, at = _place(chapters, chance)
    blocks.insert(at, paragraph(f"a.new-{number}", words(chance.randint(4, 150), chance)))


def _without(chapters: Chapters, chance: random.Random, _: int) -> None:
    blocks, at = _place(chapters, chance)
    if len(blocks) > 1:
        del blocks[at]


def _note(chapters: Chapters, chance: random.Random, number: int) -> None:
    blocks, at = _place(chapters, chance)
    blocks[at] = _into_text(blocks[at], " " + note(900 + number, words(chance.randint(3, 30), chance)))


def _chapter(chapters: Chapters, chance: random.Random, number: int) -> None:
    if len(chapters) < 6:
        new = [paragraph(f"a.chapter-{number}", words(chance.randint(20, 400), chance))]
        chapters.insert(chance.randint(1, len(chapters)), new)
    else:
        del chapters[chance.randrange(1, len(chapters))]


def _moved(chapters: Chapters, chance: random.Random, _: int) -> None:
    chapters.append(chapters.pop(chance.randrange(len(chapters))))


def composition(chapters: Chapters) -> Composition:
    """Compose a book; every block has an id that begins with its chapter's."""
    bodies = []
    for place, blocks in enumerate(chapters):
        name = "abcdefgh"[place]
        bodies.append("".join(blocks).replace('id="a.', f'id="{name}.') + paragraph(f"{name}.end", "The end."))
    return composed(*bodies)


class Desk:
    """A place where a book is set again and again, with all that is kept, by so many processes."""

    def __init__(self, folder: Path, jobs: int = 1) -> None:
        folder.mkdir(exist_ok=True)
        self._folder = folder
        self._jobs = jobs
        self._recent = Recent()

    def set(self, made: Composition) -> tuple[list[SectionPlan], bytes]:
        """Set a book section by section; return what was planned, and the PDF."""
        store = Cache(self._folder / "cache", recent=self._recent)
        bench = typeset.Bench(store, self._folder, "", jobs=self._jobs)
        planned = typeset.plan(made, bench)
        laid = assembling.assemble(made, planned, bench, lambda finding: None)
        (data,) = pdf.write(typeset.carry_out(made, planned), laid, lambda finding: None).files.values()
        return [unit.plan for unit in planned.units], data


def check(seed: int, count: int, folder: Path) -> list[str]:
    """Edit a book so many times; say where what was kept made a difference, or the whole book is another."""
    chance = random.Random(seed)
    chapters = book(chance)
    desk = Desk(folder)
    wrong: list[str] = []
    for number in range(count):
        what = edit(chapters, chance, number) if number else "made"
        made = composition(chapters)
        plans, data = desk.set(made)
        if (plans, data) != Desk(folder / f"new-{number}").set(made):
            wrong.append(f"seed {seed}, edit {number} ({what}): other bytes than without a cache")
        whole = set_book(made, folder)
        if not [*typeset.kept(whole.plan, whole.laid)]:  # a section can come out in another way in the whole book
            told = differences(data, drawn(whole))
            wrong += [f"seed {seed}, edit {number} ({what}): {each}" for each in told]
    return wrong


def main() -> None:
    """Edit books until there were so many edits."""
    count, seed = int(sys.argv[1]), int(sys.argv[2])
    for place in range(0, count, 10):
        with tempfile.TemporaryDirectory() as name:
            for wrong in check(seed + place, min(10, count - place), Path(name)):
                print(wrong, flush=True)
        print(f"{min(place + 10, count)} edits", flush=True)


if __name__ == "__main__":
    main()
