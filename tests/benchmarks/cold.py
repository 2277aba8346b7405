"""Cold builds of the benchmark manuscript, each edition by itself, beside plain pandoc on the same files.

``make bench`` runs it and writes its part of ``docs/benchmarks.md``. Commands take turns, so that a machine that slows
down slows all of them; figures are medians of whole processes with their children. Peak memory is that of the largest
process.
"""

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import pypandoc

from tests.benchmarks import part
from tests.corpus import book

PEERS = {"paperback": "pandoc with WeasyPrint", "ebook": "pandoc to EPUB", "web": "pandoc to HTML"}


@dataclass(frozen=True, slots=True)
class Run:
    """What one process and its children cost: seconds, and megabytes of the largest."""

    wall: float
    cpu: float
    peak: float


def measure(command: list[str], folder: Path) -> Run:
    """Run a command and return what it cost."""
    begun = time.perf_counter()
    started = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert started.stderr is not None
    said = started.stderr.read()
    _, status, usage = os.wait4(started.pid, 0)
    wall = time.perf_counter() - begun
    if os.waitstatus_to_exitcode(status):
        raise SystemExit(f"{' '.join(command[:6])} … failed:\n{said.decode()}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit / 1e6)


def commands(folder: Path) -> dict[str, list[str]]:
    """Return every command by the name its row has."""
    manifest = book.make(folder / "book")
    ours = [sys.executable, "-m", "bookforge", "build", str(manifest), "--no-cache", "--output", str(folder / "dist")]
    editions = {name: [*ours, "--edition", name] for name in ("paperback", "proof", "ebook", "web")}
    chapters = [str(path) for path in book.chapters()]
    pandoc = [
        pypandoc.get_pandoc_path(), "--metadata=title:The Story of My Life", "--toc", "--resource-path",
        str(book.chapters()[0].parent), *chapters,
    ]  # fmt: skip
    engine = str(Path(sys.executable).with_name("weasyprint"))
    return editions | {
        "all": ours,
        PEERS["paperback"]: [*pandoc, "--to=html5", f"--pdf-engine={engine}", "-o", str(folder / "peer.pdf")],
        PEERS["ebook"]: [*pandoc, "-o", str(folder / "peer.epub")],
        PEERS["web"]: [*pandoc, "--standalone", "-o", str(folder / "peer.html")],
    }


def table(runs: Mapping[str, list[Run]]) -> str:
    """Set the medians as a table, each edition with its ratio to its peer."""
    medians = {
        name: Run(*(statistics.median(getattr(run, key) for run in done) for key in ("wall", "cpu", "peak")))
        for name, done in runs.items()
    }
    lines = ["| build | wall | CPU | peak memory | wall beside its peer |", "| --- | --: | --: | --: | --: |"]
    for name, found in medians.items():
        peer = medians.get(PEERS.get(name, ""))
        ratio = f"{found.wall / peer.wall:.2f} × {PEERS[name]}" if peer else ""
        lines.append(f"| {name} | {found.wall:.1f} s | {found.cpu:.1f} s | {found.peak:.0f} MB | {ratio} |")
    return "\n".join(lines)


def report(runs: Mapping[str, list[Run]], count: int) -> str:
    """Return this benchmark's part of the page."""
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in ("bookforge-press", "weasyprint", "EbookLib"))
    words = sum(len(path.read_text(encoding="utf-8").split()) for path in book.chapters())
    return f"""\
Nothing cached, of the benchmark manuscript: {words:,} words in {len(book.chapters())} chapters. Medians of
{count} runs each, in turns, of whole processes. Plain pandoc makes less: no proof of words, no notes by chapter, no
running heads, no recto openings, no web fonts. `make bench` repeats this where the manuscript is at hand.

{table(runs)}

Measured with {versions}, pandoc {pypandoc.get_pandoc_version()}, Python {platform.python_version()}, on
{platform.system()} {platform.machine()} with {os.cpu_count()} processors.
"""


def main() -> None:
    """Measure and write this part of the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", type=int, default=3, help="runs of each command")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ordered = commands(Path(folder))
        runs: dict[str, list[Run]] = {name: [] for name in ordered}
        for _ in range(arguments.n):
            for name, command in ordered.items():
                runs[name].append(measure(command, Path(folder)))
                print(f"{name}: {runs[name][-1].wall:.1f} s", file=sys.stderr)
    text = report(runs, arguments.n)
    part.write("Cold builds", text)
    print(text)


if __name__ == "__main__":
    main()
