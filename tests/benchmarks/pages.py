"""The pages of the benchmark manuscript counted, beside those that pandoc and Typst make of it by default.

``make bench-pages`` runs it and writes its part of ``docs/benchmarks.md``. All three PDFs are read by one reader and
judged by one function; for ours that is compared with what our own layout says of itself.
"""

import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import pypandoc
import typst

from bookforge import cache, editions, makeup, pipeline
from bookforge.diagnostics import Diagnostic
from bookforge.laid import LaidPage
from bookforge.makeup import Fault, Makeup
from tests.benchmarks import part, reader
from tests.corpus import book

LEFT_OUT = {"bare-edge-breaks", "marked-blanks"}
"""What a finished PDF does not say: which rule is an ornament, which page was meant to be blank."""

_KEY = 10


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the table."""

    title: str
    pages: Sequence[LaidPage]
    judged: Makeup
    followed: float


def ours(folder: Path) -> tuple[bytes, Makeup]:
    """Make the paperback; return it, and what its layout says of its pages."""
    said: list[Diagnostic] = []
    store = cache.Cache(None, said.append)
    loaded = pipeline.load(book.make(folder / "book"), (), store, 1, said.append)
    (edition,) = (edition for edition in loaded.manifest.editions if edition.name == "paperback")
    artifact = editions.make(loaded, edition, editions.Workshop(store, folder, said.append))
    assert artifact.makeup is not None
    return next(iter(artifact.files.values())), artifact.makeup


def peers(folder: Path) -> dict[str, bytes]:
    """Set the same chapters by pandoc with WeasyPrint, and by pandoc with Typst, each with its defaults."""
    chapters = [str(path) for path in book.chapters()]
    common = [
        pypandoc.get_pandoc_path(), "--metadata=title:The Story of My Life", "--metadata=lang:en", "--toc",
        "--file-scope", "--resource-path", str(book.chapters()[0].parent), *chapters,
    ]  # fmt: skip
    engine = str(Path(sys.executable).with_name("weasyprint"))
    _run([*common, "--to=html5", f"--pdf-engine={engine}", "-o", "peer.pdf"], folder)
    _run([*common, "--to=typst", "--standalone", "--extract-media=.", "-o", "peer.typ"], folder)
    return {
        "pandoc with WeasyPrint": (folder / "peer.pdf").read_bytes(),
        "pandoc with Typst": typst.compile(str(folder / "peer.typ"), root=str(folder)),
    }


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command[:6])} … failed:\n{done.stderr}")


def judge(title: str, data: bytes, manuscript: Sequence[reader.Chapter]) -> Column:
    """Read a PDF and judge its pages."""
    pages = reader.pages(data, manuscript)
    missing = {reader.NO_GLYPH} & {char for page in pages for line in page.lines for char in line.text}
    return Column(title, pages, makeup.examine(pages, missing=missing), reader.followed(pages, manuscript))


# ---------------------------------------------------------------- telling


def table(columns: Sequence[Column]) -> str:
    """Set the counts side by side."""
    rows = [["on the pages", *(column.title for column in columns)], ["---", *["--:"] * len(columns)]]
    rows.append(["trim, in points", *(f"{c.pages[0].width:.0f} × {c.pages[0].height:.0f}" for c in columns)])
    rows.append(["pages", *(f"{len(column.pages):,}" for column in columns)])
    rows.append(["lines", *(f"{_lines(column):,}" for column in columns)])
    rows.append(["characters on a full line", *(f"{column.judged.characters or 0:.1f}" for column in columns)])
    for fault in makeup.FAULTS:
        if fault.name not in LEFT_OUT:
            rows.append([fault.text, *(f"{column.judged.count(fault.name):,}" for column in columns)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _lines(column: Column) -> int:
    return sum(len(page.lines) for page in column.pages)


def agreement(laid: Makeup, read: Makeup) -> str:
    """Say for each fault how many places the layout and the reader of the PDF found, and how many of them both."""
    rows = ["| our paperback | by its layout | by its PDF | by both |", "| --- | --: | --: | --: |"]
    for fault in makeup.FAULTS:
        if fault.name in LEFT_OUT:
            continue
        one, other = _keys(laid, fault), _keys(read, fault)
        if one or other:
            rows.append(f"| {fault.text} | {len(one):,} | {len(other):,} | {len(one & other):,} |")
    return "\n".join(rows)


def _keys(judged: Makeup, fault: Fault) -> set[tuple[str, str]]:
    return {(spot.page, reader.plain(spot.text.strip("…"))[:_KEY]) for spot in judged.spots[fault.name]}


def report(columns: Sequence[Column], laid: Makeup) -> str:
    """Return this benchmark's part of the page."""
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in ("bookforge-press", "weasyprint", "typst"))
    least = min(column.followed for column in columns)
    return f"""\
The benchmark manuscript set by bookforge's paperback, by pandoc with its default stylesheet and WeasyPrint, and by
pandoc with Typst's defaults: {versions},
pandoc {pypandoc.get_pandoc_version()}. The peers choose their own paper and type: wider measures make looser lines
rarer, and pandoc's stylesheet does not justify at all. Every PDF was read by the same reader, which follows its lines
through the manuscript ({least:.1%} of the letters at least), and judged by the same rules. `make bench-pages` repeats
this.

{table(columns)}

The same rules on what our own layout says, beside what the reader found in the finished PDF:

{agreement(laid, columns[0].judged)}
"""


def main() -> None:
    """Measure and write this part of the page."""
    manuscript = reader.chapters(book.chapters())
    with tempfile.TemporaryDirectory() as name:
        others = peers(Path(name))  # first: our engine's private fonts would be theirs too
        data, laid = ours(Path(name))
    made: Mapping[str, bytes] = {"bookforge": data} | others
    columns = [judge(title, each, manuscript) for title, each in made.items()]
    text = report(columns, laid)
    part.write("Pages", text)
    print(text)


if __name__ == "__main__":
    main()
