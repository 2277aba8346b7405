"""Work shared among processes: in order, with its errors, and with nothing left behind."""

import multiprocessing
import os
import signal
import time

import pytest

from bookforge import crew


def double(shared: int, task: int) -> int:
    time.sleep(0.01 * (3 - task))
    return shared * task


def fail(_: int, task: int) -> int:
    if task == 1:
        raise ValueError("no")
    return task


def die(_: int, task: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return task


def number(_: int, task: int) -> tuple[int, int]:
    return task, os.getpid()


def test_results_come_in_the_order_of_the_tasks() -> None:
    assert [*crew.share(double, 10, [(1, 0), (3, 1), (2, 2)], 2)] == [0, 10, 20]


def test_work_is_done_elsewhere() -> None:
    assert all(where != os.getpid() for _, where in crew.share(number, 0, [(1, 0), (1, 1)], 2))


def test_an_error_is_raised_where_the_results_are_taken() -> None:
    with pytest.raises(ValueError, match="no"):
        [*crew.share(fail, 0, [(1, 0), (1, 1), (1, 2)], 2)]


def test_a_killed_process_is_told() -> None:
    with pytest.raises(crew.LostError):
        [*crew.share(die, 0, [(1, 0)], 2)]


def test_work_is_done_beside_other_work() -> None:
    here = {"known": 7, "pid": os.getpid()}
    with crew.beside(lambda: (here["known"], os.getpid())) as result:
        known, where = result()
    assert known == 7
    assert where != here["pid"]


def test_an_error_beside_is_raised_where_the_result_is_asked_for() -> None:
    with crew.beside(lambda: fail(0, 1)) as result, pytest.raises(ValueError, match="no"):
        result()


def test_what_a_killed_process_was_to_do_is_done_here() -> None:
    here = os.getpid()
    with crew.beside(lambda: die(0, 0) if os.getpid() != here else 3) as result:
        assert result() == 3


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_tasks_are_halved(count: int) -> None:
    for jobs in (1, 2):
        found = crew.halved(lambda tasks: [(task, os.getpid()) for task in tasks], range(count), jobs)
        assert [task for task, _ in found] == [*range(count)]
        here = count if jobs == 1 else (count + 1) // 2
        assert [where == os.getpid() for _, where in found] == [place < here for place in range(count)]


def test_nobody_waits_for_what_is_not_asked_for() -> None:
    begun = time.monotonic()
    with crew.beside(lambda: time.sleep(60)):
        pass
    assert not multiprocessing.active_children()
    assert time.monotonic() - begun < 30
