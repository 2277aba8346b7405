"""One variant of our paperback in a process of its own: its PDF, what its layout says, and what composing it cost."""

import dataclasses
import functools
import pickle
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from bookforge import cache, composer, editions, makeup, pipeline, typeset
from bookforge.diagnostics import Diagnostic
from bookforge.laid import LaidPage
from bookforge.makeup import Makeup
from bookforge.typeset import rows, spreads
from bookforge.writers.galleys import Galleys
from tests.benchmarks import processes
from tests.corpus import book

EDITION = "paperback"
PDF = "made.pdf"
SAID = "said.pickle"


@dataclass(frozen=True, slots=True)
class Variant:
    """Our paperback with some of its layout's settings changed."""

    title: str
    settings: Mapping[str, str]


VARIANTS = (
    Variant("bookforge, greedy", {"lines": "greedy", "pages": "full"}),
    Variant("bookforge, lines", {"lines": "composed", "pages": "full"}),
    Variant("bookforge, lines and pages", {"lines": "composed", "pages": "balanced"}),
)
"""The last is what the layout does when nothing is said."""


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of CPU: all of the plan, and of that the trial layouts, the choice of lines, and that of page ends.

    ``trials`` are the pages of all trial layouts.
    """

    planning: float
    laying: float
    lines: float
    pages: float
    trials: int


@dataclass(frozen=True, slots=True)
class Said:
    """What a build says of itself."""

    pages: tuple[LaidPage, ...]
    makeup: Makeup
    spent: Spent


@dataclass(frozen=True, slots=True)
class Made:
    """A finished variant: its PDF, what it says of itself, what the whole process cost."""

    data: bytes
    said: Said
    cost: processes.Run


class _Watch:
    """Adds up what calls of a function cost, in seconds of CPU; calls inside calls count once."""

    def __init__(self) -> None:
        self.spent = 0.0
        self._running = False

    def on(self, module: Any, name: str) -> None:
        """Put the watch on a module's function."""
        setattr(module, name, self._timed(getattr(module, name)))

    def _timed(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def timed(*arguments: Any, **named: Any) -> Any:
            if self._running:
                return function(*arguments, **named)
            self._running = True
            begun = time.process_time()
            try:
                return function(*arguments, **named)
            finally:
                self._running = False
                self.spent += time.process_time() - begun

        return timed


def make(variant: Variant, manifest: Path, folder: Path) -> Made:
    """Make a variant in a process of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = [f"{name}={value}" for name, value in variant.settings.items()]
    # Not with -m: what is pickled is to belong to this module by its name.
    program = "from tests.benchmarks import ours; ours.main()"
    command = [sys.executable, "-c", program, str(manifest), str(folder), *settings]
    cost = processes.measure(command, book.ROOT)
    return Made((folder / PDF).read_bytes(), pickle.loads((folder / SAID).read_bytes()), cost)


def _build(manifest: Path, folder: Path, changed: dict[str, str]) -> tuple[bytes, Said]:
    planning, laying, lines, page_ends = _Watch(), _Watch(), _Watch(), _Watch()
    planning.on(typeset, "plan")
    laying.on(Galleys, "lay")
    trials = _count_pages(Galleys)
    lines.on(composer, "compose")
    page_ends.on(rows, "slabs")
    page_ends.on(spreads, "plan")
    pages: list[tuple[LaidPage, ...]] = []
    examine = makeup.examine

    def seen(laid: tuple[LaidPage, ...], *arguments: Any, **named: Any) -> Makeup:
        pages.append(tuple(laid))
        return examine(laid, *arguments, **named)

    makeup.examine = cast(Any, seen)
    said: list[Diagnostic] = []
    store = cache.Cache(None, said.append)
    loaded = pipeline.load(manifest, (), store, 1, said.append)
    edition = next(each for each in loaded.manifest.editions if each.name == EDITION)
    edition = dataclasses.replace(edition, settings={**edition.settings, **changed})
    artifact = editions.make(loaded, edition, editions.Workshop(store, folder, said.append))
    assert artifact.makeup is not None
    data = next(iter(artifact.files.values()))
    spent = Spent(planning.spent, laying.spent, lines.spent, page_ends.spent, sum(trials))
    return data, Said(pages[-1], artifact.makeup, spent)


def _count_pages(trials: Any) -> list[int]:
    """Return a list to which every trial layout from now on adds how many pages it has."""
    counts: list[int] = []
    lay = trials.lay

    def counted(*arguments: Any) -> Any:
        galley = lay(*arguments)
        counts.append(len(galley.laid.pages))
        return galley

    trials.lay = counted
    return counts


def main() -> None:
    """Make one variant and write it: the arguments are the manifest, a folder, and settings as ``name=value``."""
    manifest, folder, *settings = sys.argv[1:]
    data, said = _build(Path(manifest), Path(folder), dict(each.split("=", 1) for each in settings))
    Path(folder, PDF).write_bytes(data)
    Path(folder, SAID).write_bytes(pickle.dumps(said))
