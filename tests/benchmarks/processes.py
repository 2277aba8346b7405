"""What processes cost: those that come and go, with their children, and trees of processes that wait for nobody."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_UNIT = 1 if sys.platform == "darwin" else 1024
_PAUSE = 0.05

_AS_USED = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""The environment of what is measured: a program that is used has its modules compiled."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one process and its children cost: seconds, and megabytes of the largest."""

    wall: float
    cpu: float
    peak: float

    def then(self, other: "Run") -> "Run":
        """Return what both cost, one after the other."""
        return Run(self.wall + other.wall, self.cpu + other.cpu, max(self.peak, other.peak))


def median(runs: Sequence[Run]) -> Run:
    """Return the median of each cost."""
    return Run(*(statistics.median(getattr(run, key) for run in runs) for key in ("wall", "cpu", "peak")))


def ratio(ours: Sequence[Run], theirs: Sequence[Run], key: str = "wall") -> float:
    """Return the median of what each run of ours cost beside the one of theirs that it took turns with."""
    pairs = zip(ours, theirs, strict=True)
    return float(statistics.median(getattr(one, key) / getattr(other, key) for one, other in pairs))


def megabytes(maxrss: int) -> float:
    """Return the peak that the system tells of a process, in megabytes."""
    return maxrss * _UNIT / 1e6


def measure(command: Sequence[str], folder: Path) -> Run:
    """Run a command and return what it and those it waited for cost."""
    with tempfile.TemporaryFile() as said:
        begun = time.perf_counter()
        started = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=said, env=_AS_USED)
        _, status, usage = os.wait4(started.pid, 0)
        wall = time.perf_counter() - begun
        started.returncode = os.waitstatus_to_exitcode(status)
        _demand_success(command, started.returncode, said)
    return Run(wall, usage.ru_utime + usage.ru_stime, megabytes(usage.ru_maxrss))


def measure_tree(command: Sequence[str], folder: Path) -> Run:
    """Run a command whose processes wait for nobody, as a browser's; CPU and the sum of their memory are sampled."""
    spent: dict[int, float] = {}
    peak = 0.0
    with tempfile.TemporaryFile() as said:
        begun = time.perf_counter()
        started = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=said, env=_AS_USED)
        while started.poll() is None:
            found = family(started.pid)
            spent |= {pid: cpu for pid, (cpu, _) in found.items()}
            peak = max(peak, sum(held for _, held in found.values()))
            time.sleep(_PAUSE)
        wall = time.perf_counter() - begun
        _demand_success(command, started.returncode, said)
    return Run(wall, sum(spent.values()), peak)


def _demand_success(command: Sequence[str], status: int, said: IO[bytes]) -> None:
    if status:
        said.seek(0)
        raise SystemExit(f"{' '.join(command[:6])} … failed:\n{said.read().decode()}")


def family(pid: int) -> dict[int, tuple[float, float]]:
    """Return a process and all that descend from it and live: seconds of CPU and megabytes; Linux tells, others not."""
    known: dict[int, tuple[int, float, float]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text("ascii", "replace").rpartition(")")[2].split()
        except OSError:
            continue
        ticks = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        known[int(entry.name)] = (int(fields[1]), ticks, int(fields[21]) * os.sysconf("SC_PAGE_SIZE") / 1e6)
    found = {pid} & known.keys()
    while more := {each for each, (parent, _, _) in known.items() if parent in found} - found:
        found |= more
    return {each: known[each][1:] for each in found}
