"""Edits of a book, each built by all: ours and Typst, warm and as new processes, in turns."""

import hashlib
import random
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import contestants, edits, manuscripts
from tests.benchmarks.contestants import Command, Contestant
from tests.benchmarks.manuscripts import Manuscript
from tests.benchmarks.processes import Run
from tests.benchmarks.staying import Staying
from tests.benchmarks.typstbook import TypstBook

EDITION = "paperback"
WARM = "bookforge, warm"
NEW = "bookforge, new process"
NEW_ALL = "bookforge, new process, all editions"
TYPST_WARM = "Typst, warm"
TYPST_COLD = "Typst, new process"

NOTHING = "no change"
CHAPTER = "a new chapter"


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """What is done and where; nothing, and a new chapter, have no place."""

    kind: str
    place: str = ""


Results = dict[Edit, dict[str, list[Run]]]


class Duel:
    """A manuscript on the desk, and those who build it after each edit. ``cache`` is that of a finished build."""

    def __init__(self, text: Manuscript, converted: TypstBook, cache: Path, fonts: Path, folder: Path) -> None:
        self.text = text
        self._converted = converted
        self._places = text.places()
        self._chance = random.Random(7)
        dist = folder / "new"
        shutil.copytree(cache, folder / "warm-cache")
        new = contestants.bookforge(text, cache, dist, (EDITION,))
        every = contestants.bookforge(text, cache, dist)
        typst = contestants.typst_cold(converted.main, folder / "cold.pdf", fonts)
        for command in (new, every):
            Command("", dist, [command]).turn()
        (made,) = dist.glob(f"*-{EDITION}.pdf")
        warm = folder / "warm" / made.name
        ours = ("bookforge", str(text.manifest), str(folder / "warm-cache"), str(warm.parent), EDITION)
        theirs = ("typst", str(converted.main), str(folder / "warm.pdf"), str(fonts))
        self._staying = (Staying(WARM, warm, *ours), Staying(TYPST_WARM, folder / "warm.pdf", *theirs))
        self._beginning = (Command(NEW, made, [new]), Command(TYPST_COLD, folder / "cold.pdf", [typst]))
        self._others = (Command(NEW_ALL, dist, [every]), contestants.python_start(folder))
        self.all: tuple[Contestant, ...] = (*self._staying, *self._beginning)

    def close(self) -> None:
        """End those who stay."""
        for each in self._staying:
            each.close()

    def unchanged(self, count: int) -> dict[str, list[Run]]:
        """Build a text that is as it was."""
        self._settle()
        contestants.rounds(self._beginning, 1)
        return contestants.rounds((*self.all, *self._others), count)

    def edited(self, edit: Edit, count: int) -> dict[str, list[Run]]:
        """Build after each of so many edits of a kind, each of the text as it was at first."""
        runs: dict[str, list[Run]] = {each.name: [] for each in self.all}
        for number in range(count):
            self._settle()
            with self._done(edit):
                for each in self.all[:: -1 if number % 2 else 1]:
                    before = _digest(each.output)
                    runs[each.name].append(each.turn())
                    if _digest(each.output) == before:
                        raise SystemExit(f"{each.name} made of another text what it had made before")
            said = ", ".join(f"{name} {done[-1].wall:.2f} s" for name, done in runs.items())
            print(f"{edit.kind} {edit.place}: {said}", file=sys.stderr)
        return runs

    def _settle(self) -> None:
        """Have those who stay build the text as it was at first."""
        for each in self._staying:
            each.turn()

    @contextmanager
    def _done(self, edit: Edit) -> Iterator[None]:
        """Edit the manuscript, and convert for Typst what was edited; afterwards all is as it was."""
        place = self._places[edit.place or "short"]
        declared, text = self.text.manifest.read_bytes(), place.read_bytes()
        new = None
        if edit.kind == CHAPTER:
            new = manuscripts.with_chapter(self.text, place, self._chance)
            self._converted.add(new, place)
        else:
            place.write_text(edits.edited(edit.kind, text.decode(), self._chance), encoding="utf-8")
            self._converted.refresh(place)
        yield
        self.text.manifest.write_bytes(declared)
        place.write_bytes(text)
        if new:
            new.unlink()
        self._converted.refresh(place)
        self._converted.restore()


def _digest(output: Path) -> str:
    return hashlib.sha256(output.read_bytes()).hexdigest() if output.is_file() else ""
