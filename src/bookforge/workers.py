"""A loaded book and its editions in, artifacts out: several editions at once, each in a process of its own."""

import multiprocessing
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from bookforge.cache import Cache
from bookforge.diagnostics import BookforgeError, Diagnostic, EngineError, error
from bookforge.edition import Artifact, Edition
from bookforge.editions import Workshop, make
from bookforge.pipeline import Loaded


@dataclass(frozen=True, slots=True)
class Made:
    """What came of one edition: an artifact, or the error in its way, and what was said meanwhile."""

    edition: Edition
    artifact: Artifact | None
    problem: BookforgeError | None
    said: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class Bench:
    """What every worker shares."""

    loaded: Loaded
    cache_folder: Path | None
    scratch: Path


_bench: Bench | None = None


def make_all(bench: Bench, editions: tuple[Edition, ...], jobs: int) -> Iterator[Made]:
    """Make editions, at most ``jobs`` at once, and yield them in their order."""
    if jobs == 1 or len(editions) == 1:
        for edition in editions:
            yield _make(bench, edition)
        return
    # A forked worker has the book already; elsewhere it is sent.
    method = "fork" if sys.platform == "linux" else "spawn"
    pool = ProcessPoolExecutor(
        min(jobs, len(editions)), multiprocessing.get_context(method), initializer=_prepare, initargs=(bench,)
    )
    waiting = [(edition, pool.submit(_make_in_worker, edition)) for edition in editions]
    try:
        for edition, future in waiting:
            yield _result(edition, future)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _result(edition: Edition, future: "Future[Made]") -> Made:
    try:
        return future.result()
    except BrokenProcessPool:
        hint = "most often memory ran out: try --jobs 1"
        message = f"the process making edition '{edition.name}' was stopped from outside"
        stopped = error("worker-alive", message, hint=hint)
        return Made(edition, None, EngineError(stopped), ())


def _prepare(bench: Bench) -> None:
    global _bench
    _bench = bench
    # Ctrl-C reaches the whole group: a worker just ends, and the parent says so.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _make_in_worker(edition: Edition) -> Made:
    assert _bench is not None
    return _make(_bench, edition)


def _make(bench: Bench, edition: Edition) -> Made:
    said: list[Diagnostic] = []
    shop = Workshop(Cache(bench.cache_folder, said.append), bench.cache_folder or bench.scratch, said.append)
    try:
        artifact = make(bench.loaded, edition, shop)
    except BookforgeError as problem:
        return Made(edition, None, problem, tuple(said))
    return Made(edition, artifact, None, tuple(said))
