"""Marks that need something outside Python: skipped with a loud count at home, a failure under CI."""

import fcntl
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from bookforge import validate

ROOT = Path(__file__).parents[1]
CORPUS = Path(os.environ.get("BOOKFORGE_CORPUS", ROOT.parent / "shared" / "corpora"))
UNDER_CI = os.environ.get("CI") == "true"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write expected output anew; then read the diff")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "needs(mark, reason): set here, on a test whose tool is missing")


def what_is_missing(mark: str) -> str:
    """Say why tests with this mark cannot run here, or nothing."""
    if mark == "corpus":
        return "" if CORPUS.is_dir() else f"the benchmark manuscript is not in {CORPUS} (set BOOKFORGE_CORPUS)"
    absent = [name for name in validate.missing() if mark == "validator" or name in ("Chromium", "Node")]
    return f"missing: {', '.join(absent)} (make setup-test)" if absent else ""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    reasons = {mark: what_is_missing(mark) for mark in ("validator", "browser", "corpus")}
    for item in items:
        for mark, reason in reasons.items():
            if reason and item.get_closest_marker(mark):
                item.add_marker(pytest.mark.needs(mark, reason))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in item.iter_markers("needs"):
        mark, reason = marker.args
        # a public CI cannot have the benchmark manuscript and says so with BOOKFORGE_CORPUS=none
        if UNDER_CI and not (mark == "corpus" and str(CORPUS) == "none"):
            pytest.fail(f"{mark}: {reason}; under CI nothing is skipped", pytrace=False)
        pytest.skip(f"{mark}: {reason}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Count what was skipped for want of a tool, so that nobody reads a short run as a whole one."""
    counts: Counter[str] = Counter()
    for report in terminalreporter.stats.get("skipped", []):
        text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        counts.update([text.removeprefix("Skipped: ")])
    if counts:
        terminalreporter.section("NOT RUN", sep="!", red=True, bold=True)
        for reason, count in sorted(counts.items()):
            terminalreporter.write_line(f"{count} tests: {reason}")


@pytest.fixture
def corpus() -> Path:
    """Give the folder of the benchmark manuscripts; use it with the mark ``corpus``."""
    return CORPUS


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Say whether expected output is to be written, not compared. Never under CI."""
    return bool(request.config.getoption("--update-golden")) and not UNDER_CI


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder that all workers of a test run share."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session", autouse=True)
def surroundings(shared_folder: Path) -> Iterator[None]:
    """Let the commands of a test run share a cache, not the user's, and compile our modules once, not each time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BOOKFORGE_CACHE_DIR", str(shared_folder / "cache"))
        patch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
        yield


@pytest.fixture(scope="session")
def memoir(shared_folder: Path) -> Mapping[str, Path]:
    """Build the memoir once a test run, for all workers, with the command; give the path of each edition by name."""
    report = shared_folder / "memoir.json"
    with (shared_folder / "memoir.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not report.exists():
            places = ("--output", str(shared_folder / "memoir"), "--cache-dir", str(shared_folder / "memoir-cache"))
            command = (sys.executable, "-m", "bookforge", "build", str(ROOT / "manuscript"), "--json", *places)
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout + done.stderr
            report.write_text(done.stdout, "utf-8")
    built = json.loads(report.read_text("utf-8"))
    return {artifact["edition"]: Path(artifact["path"]) for artifact in built["artifacts"]}
