"""Processes that stay: a warm bookforge and a warm Typst, which build once for each line they read and tell the cost.

The bookforge does what ``bookforge watch`` does after a save: it looks at the files, at its own code, and builds with
the memory it keeps, and searches for cycles when the book is there. The time until a save is noticed (about a tenth of
a second, for either) is not counted.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from tests.benchmarks import processes
from tests.benchmarks.processes import Run
from tests.corpus import book


class Staying:
    """Such a process, seen from outside; ``arguments`` are the name of the tool and what it builds."""

    def __init__(self, name: str, output: Path, *arguments: str) -> None:
        self.name = name
        self.output = output
        # Not with -m, which would import this module twice.
        program = "from tests.benchmarks import staying; staying.main()"
        command = [sys.executable, "-c", program, *arguments]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=book.ROOT
        )

    def turn(self) -> Run:
        """Have it build; return what that cost."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        said = self._process.stdout.readline()
        if not said:
            raise SystemExit(f"{self.name} gave up")
        return Run(**json.loads(said))

    def close(self) -> None:
        """End it."""
        self._process.communicate()


def main() -> None:
    """Build once for each line read."""
    kind, *arguments = sys.argv[1:]
    with _KINDS[kind](*arguments) as (build, rest):
        for _ in sys.stdin:
            wall, cpu = time.perf_counter(), _spent()
            build()
            wall = time.perf_counter() - wall
            print(json.dumps({"wall": wall, "cpu": _spent() - cpu, "peak": _peak()}), flush=True)
            rest()


def _spent() -> float:
    """Return the CPU of this process, of its children that ended, and of those that live, such as pandoc."""
    mine = os.getpid()
    living = sum(cpu for pid, (cpu, _) in processes.family(mine).items() if pid != mine)
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime + living


def _peak() -> float:
    return processes.megabytes(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def held() -> float:
    """Return the megabytes this process holds now; only Linux says."""
    resident = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return resident * os.sysconf("SC_PAGE_SIZE") / 1e6


Turns = Iterator[tuple[Callable[[], None], Callable[[], None]]]
"""What builds as one does after a save, and what is done when nobody waits any more."""


@contextmanager
def bookforge(manifest: str, cache: str, output: str, edition: str) -> Turns:
    """Make ready what a watch has."""
    from bookforge import asking, build, editions, garbage, layouts, warm, watch
    from bookforge.diagnostics import Diagnostic

    order = build.Order(Path(manifest), editions=(edition,), output=Path(output), cache_folder=Path(cache))

    def once() -> None:
        watch.snapshot((order.book.parent, layouts.installed()), order.output)
        asking.signature()
        found: list[Diagnostic] = []
        with garbage.put_off():
            outcome = build.run(order, found.append, lambda _: None, memory)
        if outcome.status:
            raise SystemExit("\n".join(map(str, found)))

    def rest() -> None:
        memory.recent.write()
        garbage.search()

    with warm.POOL.held(), tempfile.TemporaryDirectory() as scratch:
        memory = editions.Memory(scratch=Path(scratch))
        yield once, rest


@contextmanager
def _typst(main: str, output: str, fonts: str) -> Turns:
    import typst

    compiler = typst.Compiler(main, root=str(Path(main).parent), font_paths=[fonts], ignore_system_fonts=True)

    def once() -> None:
        made = compiler.compile()
        assert isinstance(made, bytes)
        Path(output).write_bytes(made)

    yield once, lambda: None


_KINDS: Mapping[str, Callable[..., AbstractContextManager[tuple[Callable[[], None], Callable[[], None]]]]] = {
    "bookforge": bookforge,
    "typst": _typst,
}
