"""Workers: what they make, and that none outlives its work."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bookforge import workers
from bookforge.diagnostics import LayoutError, error
from bookforge.edition import Artifact, Edition, Format
from bookforge.editions import Workshop
from bookforge.timings import Recorder

EDITIONS = tuple(Edition(name, Format.PDF, "paperback", {}) for name in ("a", "b", "c"))
Make = Callable[[object, Edition, object], Artifact]


def made_with(make: Make, folder: Path, monkeypatch: pytest.MonkeyPatch, jobs: int = 2) -> list[workers.Made]:
    monkeypatch.setattr(workers, "make", make)
    bench = workers.Bench(None, None, folder)  # type: ignore[arg-type]
    return list(workers.make_all(bench, EDITIONS, jobs))


def artifact(edition: Edition) -> Artifact:
    return Artifact(edition, {"pid": str(os.getpid()).encode()})


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_editions_come_in_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int) -> None:
    def make(_: object, edition: Edition, __: object) -> Artifact:
        time.sleep(0.2 if edition.name == "a" and jobs > 1 else 0)
        return artifact(edition)

    made = made_with(make, tmp_path, monkeypatch, jobs)
    assert [each.edition.name for each in made] == ["a", "b", "c"]
    assert all(each.artifact and not each.problem and not each.said for each in made)


@pytest.mark.parametrize("beside", [False, True])
def test_editions_without_pages_share_this_process_unless_one_has_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, beside: bool
) -> None:
    light = tuple(Edition(each.value, each, "any", {}) for each in (Format.EPUB, Format.HTML))
    monkeypatch.setattr(workers, "make", lambda _, edition, __: artifact(edition))
    bench = workers.Bench(None, None, tmp_path)  # type: ignore[arg-type]
    made = workers.make_all(bench, (*light, *EDITIONS[:beside]), 2)
    here = str(os.getpid()).encode()
    assert {each.artifact is not None and each.artifact.files["pid"] == here for each in made} == {not beside}


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_workers_tell_is_heard_in_the_order_they_tell_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    def make(_: object, edition: Edition, shop: Workshop) -> Artifact:
        for at in (1, 2):
            shop.timings.tell(f"{edition.name}: {at} of 2 sections")
        return artifact(edition)

    monkeypatch.setattr(workers, "make", make)
    heard: list[str] = []
    bench = workers.Bench(None, None, tmp_path, timings=Recorder(heard.append))  # type: ignore[arg-type]
    made = list(workers.make_all(bench, EDITIONS, jobs))
    assert [each.edition.name for each in made] == ["a", "b", "c"]
    for name in "abc":
        told = [each for each in heard if each.startswith(name)]
        assert told == [f"{name}: 1 of 2 sections", f"{name}: 2 of 2 sections"]


def test_an_edition_that_fails_leaves_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def make(_: object, edition: Edition, __: object) -> Artifact:
        if edition.name == "b":
            raise LayoutError(error("layout-valid", "no"))
        return artifact(edition)

    made = made_with(make, tmp_path, monkeypatch)
    assert [bool(each.artifact) for each in made] == [True, False, True]
    assert isinstance(made[1].problem, LayoutError)


def test_an_edition_whose_worker_was_killed_is_made_again_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def make(_: object, edition: Edition, __: object) -> Artifact:
        (tmp_path / f"{edition.name}-{os.getpid()}").touch()
        if edition.name == "b" and len(list(tmp_path.glob("b-*"))) == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        return artifact(edition)

    made = made_with(make, tmp_path, monkeypatch)
    assert all(each.artifact for each in made)
    assert [[finding.rule for finding in each.said] for each in made] == [[], ["worker-alive"], []]
    assert [len(list(tmp_path.glob(f"{name}-*"))) for name in "abc"] == [1, 2, 1]


def test_an_edition_whose_worker_is_always_killed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def make(_: object, edition: Edition, __: object) -> Artifact:
        if edition.name == "a":
            raise MemoryError
        return artifact(edition)

    made = made_with(make, tmp_path, monkeypatch)
    assert [each.problem and each.problem.diagnostics[0].rule for each in made] == ["worker-alive", None, None]
    assert made[0].problem
    assert made[0].problem.exit_status == 3


def test_what_nobody_expects_is_raised_with_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def make(_: object, edition: Edition, __: object) -> Artifact:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left") as problem:
        made_with(make, tmp_path, monkeypatch)
    assert problem.value.errno == 28
    assert "test_workers.py" in problem.value.__notes__[0]


SLOW = """
import os, pathlib, sys, time
from bookforge import workers
from bookforge.edition import Edition, Format

folder = pathlib.Path(sys.argv[1])

def make(loaded, edition, shop):
    (folder / str(os.getpid())).touch()
    end = time.monotonic() + 60
    while time.monotonic() < end:
        pass

workers.make = make
editions = tuple(Edition(name, Format.PDF, "paperback", {}) for name in "ab")
try:
    list(workers.make_all(workers.Bench(None, None, folder), editions, 2))
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_workers_end_with_their_parent(tmp_path: Path, how: signal.Signals) -> None:
    parent = subprocess.Popen((sys.executable, "-c", SLOW, str(tmp_path)))
    try:
        wait_until(lambda: len(list(tmp_path.iterdir())) == 2, 20)
        parent.send_signal(how)
        parent.wait(timeout=5)
        pids = [int(path.name) for path in tmp_path.iterdir()]
        wait_until(lambda: not any(map(is_alive, pids)), 10)
    finally:
        parent.kill()
    assert parent.returncode == (130 if how == signal.SIGINT else -how)


def wait_until(condition: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")  # a dead process nobody waited for is still listed
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"
