"""One variant of our paperback in a process of its own: its PDF, what its layout says, and what choosing lines cost.

Run as ``python -m tests.benchmarks.ours BOOK FOLDER [SETTING=VALUE …]``; it leaves ``made.pdf`` and ``said.pickle``.
"""

import dataclasses
import functools
import pickle
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bookforge import cache, composer, editions, makeup, pipeline, typeset
from bookforge.diagnostics import Diagnostic
from bookforge.laid import LaidPage
from bookforge.makeup import Makeup

EDITION = "paperback"
PDF = "made.pdf"
SAID = "said.pickle"


@dataclass(frozen=True, slots=True)
class Said:
    """What a build says of itself. ``composing`` and ``planning`` are seconds of CPU, the first a part of the second."""

    pages: tuple[LaidPage, ...]
    makeup: Makeup
    composing: float
    planning: float


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


def make(manifest: Path, folder: Path, settings: Sequence[str]) -> tuple[bytes, Said]:
    """Make the paperback with some settings changed."""
    composing, planning = _Watch(), _Watch()
    composing.on(composer, "compose")
    planning.on(typeset, "plan")
    pages: list[tuple[LaidPage, ...]] = []
    examine = makeup.examine

    def seen(laid: tuple[LaidPage, ...], *arguments: Any, **named: Any) -> Makeup:
        pages.append(tuple(laid))
        return examine(laid, *arguments, **named)

    makeup.examine = seen
    said: list[Diagnostic] = []
    store = cache.Cache(None, said.append)
    loaded = pipeline.load(manifest, (), store, 1, said.append)
    edition = next(each for each in loaded.manifest.editions if each.name == EDITION)
    changed = dict(each.split("=", 1) for each in settings)
    edition = dataclasses.replace(edition, settings={**edition.settings, **changed})
    artifact = editions.make(loaded, edition, editions.Workshop(store, folder, said.append))
    assert artifact.makeup is not None
    data = next(iter(artifact.files.values()))
    return data, Said(pages[-1], artifact.makeup, composing.spent, planning.spent)


def main() -> None:
    """Make one variant and write it."""
    manifest, folder, *settings = sys.argv[1:]
    data, said = make(Path(manifest), Path(folder), settings)
    Path(folder, PDF).write_bytes(data)
    Path(folder, SAID).write_bytes(pickle.dumps(said))


if __name__ == "__main__":
    main()
