"""Work for several processes in, their results out, in order: the longest work is begun first.

Two pieces of work may also be done at once, one of them here: what is kept here is then known to both.

No process outlives its work: each ends when the one that started it dies or is interrupted.
"""

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any, Final, TypeVar

from bookforge import garbage

if TYPE_CHECKING:
    from multiprocessing.context import ForkContext, SpawnContext

LostError = BrokenProcessPool
"""A process was killed from outside."""

Task = TypeVar("Task")
Result = TypeVar("Result")

_FORKS: Final = sys.platform == "linux"

_HEARTBEAT: Final = 0.5
"""Seconds between two looks at whether the parent still lives."""


def context() -> "ForkContext | SpawnContext":
    """Return how processes are started: a forked one has the book already; elsewhere it is sent."""
    if _FORKS:
        return multiprocessing.get_context("fork")
    return multiprocessing.get_context("spawn")


def obey(parent: int) -> None:
    """Let this process end by itself when its parent, or the user, wants no more of it."""
    # Ctrl-C reaches the whole group: a worker just ends, and the parent says so.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    """End this process when its parent has died: nobody waits for the result."""
    pause = threading.Event()
    while os.getppid() == parent:
        pause.wait(_HEARTBEAT)
    os._exit(1)


def share(
    work: Callable[[Any, Task], Result], shared: Any, tasks: Sequence[tuple[float, Task]], jobs: int
) -> Iterator[Result]:
    """Yield the results of ``work(shared, task)`` in the order of the tasks, each of which has its length before it.

    ``work`` is a function of a module. An error it raises is raised here; a process that was killed raises
    :class:`LostError`.
    """
    pool = ProcessPoolExecutor(jobs, context(), _begin, (shared, os.getpid()))
    try:
        begun = {
            place: pool.submit(_do, work, tasks[place][1])
            for place in sorted(range(len(tasks)), key=lambda place: -tasks[place][0])
        }
        for place in range(len(tasks)):
            yield begun[place].result()
    except BaseException:
        # Nobody wants the rest, and some of it takes long.
        for process in (pool._processes or {}).values():
            process.kill()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


@contextlib.contextmanager
def beside(work: Callable[[], Result]) -> Iterator[Callable[[], Result]]:
    """Do some work in another process meanwhile; yield what waits for its result, or raises the error it ended with.

    Where no process knows what this one does, or the other was killed, the work is done here when it is asked for.
    """
    if not _FORKS:
        yield work
        return
    results, sent = context().Pipe(duplex=False)
    process = context().Process(target=_send, args=(work, sent, os.getpid()), daemon=True)
    process.start()
    sent.close()
    try:
        yield partial(_heard, results, work)
    finally:
        process.kill()
        process.join()
        results.close()


def halved(
    work: Callable[[Sequence[Task]], list[Result]], tasks: Sequence[Task], jobs: int, least: int = 2
) -> list[Result]:
    """Do work on tasks; return the results in order.

    With several ``jobs``, and that many tasks at ``least``, another process does the second half of them meanwhile.
    """
    if jobs == 1 or len(tasks) < least:
        return work(tasks)
    half = (len(tasks) + 1) // 2
    with beside(partial(work, tasks[half:])) as others:
        return [*work(tasks[:half]), *others()]


def _send(work: Callable[[], Any], sent: Connection, parent: int) -> None:
    obey(parent)
    garbage.leave_alone()
    try:
        done, problem = work(), None
    except MemoryError:
        os._exit(1)  # as if the system had killed it
    except Exception as error:
        error.add_note(traceback.format_exc())
        done, problem = None, error
    try:
        sent.send((done, problem))
    except Exception:  # what cannot be sent is made by the one that asks
        os._exit(1)


def _heard(results: Connection, work: Callable[[], Result]) -> Result:
    done: Result
    try:
        done, problem = results.recv()
    except Exception:  # it was killed, or what it sent cannot be read
        return work()
    if problem is not None:
        raise problem
    return done


_shared: list[Any] = []


def _begin(shared: Any, parent: int) -> None:
    obey(parent)
    garbage.leave_alone()
    _shared[:] = [shared]


def _do(work: Callable[[Any, Task], Result], task: Task) -> Result:
    return work(_shared[0], task)
