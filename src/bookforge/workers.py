"""A loaded book and its editions in, artifacts out: several editions at once, each in a process of its own.

No worker outlives its work: one ends when the parent dies or is interrupted. An edition whose worker was killed, most
often for lack of memory, is made once more with nothing beside it.
"""

import os
import traceback
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field, replace
from multiprocessing import connection
from pathlib import Path
from typing import Final

from bookforge import crew
from bookforge.cache import Cache
from bookforge.diagnostics import BookforgeError, Diagnostic, EngineError, error, note
from bookforge.edition import Artifact, Edition, Format
from bookforge.finished import find, make
from bookforge.pipeline import Loaded
from bookforge.timings import Recorder, Span
from bookforge.workshop import Memory, Workshop

_HINT: Final = "most often memory ran out: try --jobs 1"


@dataclass(frozen=True, slots=True)
class Made:
    """What came of one edition: an artifact, or the error in its way, and what was said meanwhile."""

    edition: Edition
    artifact: Artifact | None
    problem: BookforgeError | None
    said: tuple[Diagnostic, ...]
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Bench:
    """What every worker shares. ``drawn``: pages are drawn, not only laid out; ``draft``: filled as they come.

    ``reference``: each book is set as one document; ``jobs`` are the processes that may be at work on one edition.
    With a ``memory`` nothing is done in another process, since what is kept there would be lost.
    """

    loaded: Loaded
    cache_folder: Path | None
    scratch: Path
    drawn: bool = True
    draft: bool = False
    reference: bool = False
    jobs: int = 1
    memory: Memory | None = None
    timings: Recorder = field(default_factory=Recorder)


def make_all(bench: Bench, editions: tuple[Edition, ...], jobs: int) -> Generator[Made, None, None]:
    """Make editions, at most ``jobs`` at once, and yield them in their order.

    Those without pages are made in this process: together they cost little more than one, and a process of its own
    would set every sentence and load every library again.
    Closing the iterator ends all workers. An error a worker does not expect is raised here.
    Errors in what is made: those of its edition, and ``worker-alive``.
    """
    is_light = all(edition.format is not Format.PDF for edition in editions)
    if jobs == 1 or len(editions) == 1 or is_light or bench.memory is not None:
        for edition in editions:
            made = _make(replace(bench, jobs=jobs), edition)
            bench.timings.spans.extend(made.spans)
            yield made
        return
    team = _Crew(bench)
    try:
        yield from team.make(editions, jobs)
    finally:
        team.stop()


class _Crew:
    """The workers of one run."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._running: dict[connection.Connection, _Worker] = {}

    def make(self, editions: tuple[Edition, ...], jobs: int) -> Iterator[Made]:
        """Yield what is made, in the order of the editions."""
        waiting, killed = list(editions), list[Edition]()
        done: dict[str, Made] = {}
        next_ = 0
        while next_ < len(editions):
            while waiting and len(self._running) < jobs:
                edition = waiting.pop(0)
                known = _known(self._bench, edition)
                if known is None:
                    self._start(edition)
                else:
                    done[edition.name] = known
            if killed and not self._running:
                done |= {edition.name: self._once_more(edition) for edition in killed}
            for edition, made in self._heard():
                if made is None:
                    killed.append(edition)
                else:
                    done[edition.name] = made
            while next_ < len(editions) and editions[next_].name in done:
                made_next = done.pop(editions[next_].name)
                self._bench.timings.spans.extend(made_next.spans)
                yield made_next
                next_ += 1

    def stop(self) -> None:
        """End all workers at once."""
        for worker in self._running.values():
            worker.process.kill()
        for worker in self._running.values():
            worker.process.join()
        self._running.clear()

    def _start(self, edition: Edition) -> None:
        worker = _Worker(replace(self._bench, timings=Recorder()), edition)
        self._running[worker.results] = worker

    def _heard(self) -> Iterator[tuple[Edition, Made | None]]:
        """Wait for word from a worker; yield what those that ended have made, or ``None`` for one that was killed."""
        for results in connection.wait(list(self._running)) if self._running else ():
            assert isinstance(results, connection.Connection)
            heard = self._running[results].hear()
            if isinstance(heard, str):
                self._bench.timings.tell(heard)
            else:
                yield self._running.pop(results).edition, heard

    def _once_more(self, edition: Edition) -> Made:
        """Make an edition with no other beside it."""
        self._start(edition)
        while not (ended := list(self._heard())):
            pass
        ((_, made),) = ended
        what = f"the process making edition '{edition.name}' was stopped from outside"
        if made is None:
            return Made(edition, None, EngineError(error("worker-alive", f"{what}, twice", hint=_HINT)), ())
        again = note("worker-alive", f"{what}; the edition was made again with no other beside it", hint=_HINT)
        return replace(made, said=(again, *made.said))


class _Worker:
    """A process at work on an edition."""

    def __init__(self, bench: Bench, edition: Edition) -> None:
        self.edition = edition
        context = crew.context()
        self.results, results = context.Pipe(duplex=False)
        self.process = context.Process(target=_work, args=(bench, edition, results, os.getpid()), daemon=True)
        self.process.start()
        results.close()  # the worker holds the only other end: its death is the end of the pipe

    def hear(self) -> Made | str | None:
        """Return how far the worker is, or, at its end, what it made; ``None`` when it was killed."""
        try:
            result = self.results.recv()
        except (EOFError, OSError):
            result = None
        if isinstance(result, str):
            return result
        self.results.close()
        self.process.join()
        if isinstance(result, Exception):
            raise result
        assert result is None or isinstance(result, Made)
        return result


def _work(bench: Bench, edition: Edition, results: connection.Connection, parent: int) -> None:
    """Make an edition in a worker and send it to the parent."""
    crew.obey(parent)
    try:
        result: Made | Exception = _make(replace(bench, timings=Recorder(results.send)), edition)
    except MemoryError:
        os._exit(1)  # as if the system had killed it
    except Exception as problem:  # the parent's to raise: a full disk, or a fault of ours
        problem.add_note(traceback.format_exc())
        result = problem
    results.send(result)


def _known(bench: Bench, edition: Edition) -> Made | None:
    """Return an edition that an earlier build made of the very same: no process is started for it."""
    said: list[Diagnostic] = []
    artifact = find(bench.loaded, edition, _shop(bench, said, Recorder()))
    return Made(edition, artifact, None, tuple(said)) if artifact is not None else None


def _make(bench: Bench, edition: Edition) -> Made:
    said: list[Diagnostic] = []
    timings = Recorder(bench.timings.tell)
    try:
        artifact = make(bench.loaded, edition, _shop(bench, said, timings))
    except BookforgeError as problem:
        return Made(edition, None, problem, tuple(said), tuple(timings.spans))
    return Made(edition, artifact, None, tuple(said), tuple(timings.spans))


def _shop(bench: Bench, said: list[Diagnostic], timings: Recorder) -> Workshop:
    return Workshop(
        Cache(bench.cache_folder, said.append, recent=bench.memory.recent if bench.memory else None),
        bench.scratch,
        said.append,
        drawn=bench.drawn,
        draft=bench.draft,
        reference=bench.reference,
        jobs=bench.jobs,
        timings=timings,
    )
