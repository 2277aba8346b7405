"""Marks that need something outside Python: skipped with a loud count at home, a failure under CI."""

import os
from collections import Counter
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
    if mark == "browser":
        return "" if validate.browser() else "no Chromium and no Chrome"
    absent = validate.missing()
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
