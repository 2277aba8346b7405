"""Who is compared: commands of ours, and those of others on the same text."""

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pypandoc
import pypdfium2

from tests.benchmarks import processes
from tests.benchmarks.manuscripts import Manuscript
from tests.benchmarks.processes import Run
from tests.benchmarks.typstbook import TypstBook
from tests.corpus import book

OURS = {
    "paperback": ("paperback",), "proof": ("proof",), "ebook": ("ebook",), "web": ("web",),
    "ebook and web": ("ebook", "web"), "all": (),
}  # fmt: skip
"""Our rows, and the editions that are built for each; none means all."""

PAGE = "book.html"
FONTS = "fonts.conf"
FACES = "faces"
"""What is beside our composed HTML: the configuration of its fonts; the text's face in files of fixed weights."""

PANDOC_EPUB = "pandoc to EPUB"
PANDOC_HTML = "pandoc to HTML"
PANDOC_TYPST = "pandoc to Typst to PDF"
TYPST = "Typst alone, converted before"
WEASYPRINT = "WeasyPrint alone on our composed HTML"
PYTHON = "Python's start"

_TYPST = """\
import sys, typst
typst.compile(sys.argv[1], output=sys.argv[2], root=sys.argv[3], font_paths=[sys.argv[4]], ignore_system_fonts=True)
"""
_WEASYPRINT = """\
import sys, weasyprint
weasyprint.HTML(filename=sys.argv[1]).write_pdf(sys.argv[2], pdf_variant="pdf/ua-1")
"""
_CHROMIUM = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")


class Contestant(Protocol):
    """Somebody who makes ``output`` of a text when it is their turn."""

    @property
    def name(self) -> str: ...

    @property
    def output(self) -> Path: ...

    def turn(self) -> Run:
        """Make it; return what that cost."""
        ...


@dataclass(frozen=True, slots=True)
class Command:
    """A contestant that begins anew each time. ``fresh`` is thrown away before; ``tree``: nobody is waited for."""

    name: str
    output: Path
    steps: Sequence[Sequence[str]]
    fresh: tuple[Path, ...] = ()
    tree: bool = False

    def turn(self) -> Run:
        """Run all steps."""
        for path in self.fresh:
            shutil.rmtree(path, ignore_errors=True)
        measure = processes.measure_tree if self.tree else processes.measure
        total, *others = (measure(step, book.ROOT) for step in self.steps)
        for run in others:
            total = total.then(run)
        return total


@dataclass(frozen=True, slots=True)
class Product:
    """What was made: pages, where it is one PDF, and megabytes."""

    pages: int | None
    size: float


def product(output: Path) -> Product:
    """Look at a file, or at a folder of files."""
    files = [each for each in output.rglob("*") if each.is_file()] if output.is_dir() else [output]
    pages = None
    if output.suffix == ".pdf":
        with contextlib.closing(pypdfium2.PdfDocument(output)) as pdf:
            pages = len(pdf)
    return Product(pages, sum(each.stat().st_size for each in files) / 1e6)


def rounds(contestants: Sequence[Contestant], count: int) -> dict[str, list[Run]]:
    """Let all take turns, forwards and backwards, so that a machine that slows down slows all of them."""
    runs: dict[str, list[Run]] = {each.name: [] for each in contestants}
    for number in range(count):
        for each in contestants[:: -1 if number % 2 else 1]:
            runs[each.name].append(each.turn())
            print(f"{each.name}: {runs[each.name][-1].wall:.2f} s", file=sys.stderr)
    return runs


# ---------------------------------------------------------------- ours


def bookforge(text: Manuscript, cache: Path, output: Path, editions: Sequence[str] = ()) -> list[str]:
    """Return the command that builds editions of ours; none means all."""
    named = [part for each in editions for part in ("--edition", each)]
    where = ["--cache-dir", str(cache), "--output", str(output)]
    return [sys.executable, "-m", "bookforge", "build", str(text.manifest), *where, *named]


def cold(text: Manuscript, folder: Path) -> list[Contestant]:
    """Return our cold builds, each with an empty cache of its own."""
    return [
        Command(
            f"bookforge, {name}",
            folder / name / "dist",
            [bookforge(text, folder / name / "cache", folder / name / "dist", editions)],
            (folder / name,),
        )
        for name, editions in OURS.items()
    ]


def python_start(folder: Path) -> Contestant:
    """Return the contestant who does nothing but start."""
    return Command(PYTHON, folder, [[sys.executable, "-c", ""]])


# ---------------------------------------------------------------- others


def pandoc(text: Manuscript, folder: Path) -> list[Contestant]:
    """Return pandoc's own e-book and page."""
    common = [
        pypandoc.get_pandoc_path(), "--metadata=title:The Book", "--toc", "--file-scope", "--resource-path",
        str(text.chapters[0].parent), *map(str, text.chapters),
    ]  # fmt: skip
    epub, html = folder / "pandoc.epub", folder / "pandoc.html"
    return [
        Command(PANDOC_EPUB, epub, [[*common, "-o", str(epub)]]),
        Command(PANDOC_HTML, html, [[*common, "--standalone", "-o", str(html)]]),
    ]


def typst(converted: TypstBook, fonts: Path, folder: Path) -> list[Contestant]:
    """Return Typst with pandoc before it, and Typst alone, each time as new processes."""
    main, convert = converted.whole()
    return [
        Command(PANDOC_TYPST, folder / "whole.pdf", [convert, typst_cold(main, folder / "whole.pdf", fonts)]),
        Command(TYPST, folder / "typst.pdf", [typst_cold(converted.main, folder / "typst.pdf", fonts)]),
    ]


def typst_cold(main: Path, output: Path, fonts: Path) -> list[str]:
    """Return the command of a Typst that knows nothing yet."""
    return [sys.executable, "-c", _TYPST, str(main), str(output), str(main.parent), str(fonts)]


def compose(text: Manuscript, folder: Path) -> Path:
    """Write our composed HTML and return its file; in a process of its own.

    A process begins with the memory of the one that starts it, so ours must stay small: it never loads bookforge.
    """
    folder.mkdir()
    program = [sys.executable, "-m", "tests.benchmarks.composed", str(text.manifest), str(folder)]
    processes.measure(program, book.ROOT)
    return folder / PAGE


def weasyprint(page: Path, folder: Path) -> Contestant:
    """Return WeasyPrint as it is installed, with the same fonts and the same kind of PDF."""
    output = folder / "weasyprint.pdf"
    command = ["env", _fonts(page), sys.executable, "-c", _WEASYPRINT, str(page), str(output)]
    return Command(WEASYPRINT, output, [command])


def _fonts(page: Path) -> str:
    return f"FONTCONFIG_FILE={(page.parent / FONTS).resolve()}"


def browsers(page: Path, folder: Path) -> Mapping[str, Contestant | None]:
    """Return those who print through Chromium; ``None`` for one that is not installed."""
    chromium = _found("chromium")
    profile = Path(tempfile.mkdtemp(dir=folder))
    output = {name: folder / f"{name}.pdf" for name in ("chromium", "pagedjs-cli", "vivliostyle")}
    start = ["env", _fonts(page), f"PUPPETEER_EXECUTABLE_PATH={chromium}"]
    sandbox = ["--browserArgs", "--no-sandbox"]
    commands = {
        "chromium": [
            *(*start, str(chromium), *_CHROMIUM, f"--user-data-dir={profile}", "--no-pdf-header-footer"),
            *(f"--print-to-pdf={output['chromium']}", page.as_uri()),
        ],
        "pagedjs-cli": [*start, str(_found("pagedjs-cli")), str(page), "-o", str(output["pagedjs-cli"]), *sandbox],
        "vivliostyle": [
            *(*start, str(_found("vivliostyle")), "build", str(page), "-o", str(output["vivliostyle"])),
            *("--executable-browser", str(chromium)),
        ],
    }
    return {
        name: Command(name, output[name], [command], (profile,), tree=True) if chromium and _found(name) else None
        for name, command in commands.items()
    }


def _found(name: str) -> str | None:
    """Find a program, also among those of Node that the tests install."""
    node = book.ROOT / ".tools" / "npm" / "node_modules" / ".bin"
    return shutil.which(name, path=os.pathsep.join((os.environ.get("PATH", ""), str(node))))
