"""The pages of the benchmark manuscript counted, beside those that pandoc and Typst make of it by default.

``make bench-pages`` runs it and writes its parts of ``docs/benchmarks.md``: our pages beside other tools' as they come,
and the same page set by several composers. All PDFs are read by one reader and judged by one function; for ours that is
compared with what our own layout says of itself. Without the benchmark manuscript the memoir is set.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import pypandoc
import typst
from fontTools.ttLib import TTFont

from bookforge import cache, layouts, makeup, pipeline
from bookforge.diagnostics import Diagnostic
from bookforge.laid import LaidPage
from bookforge.makeup import Fault, Makeup
from tests.benchmarks import composers, ours, part, reader, rivals
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


@dataclass(frozen=True, slots=True)
class Manuscript:
    """What is set: a book of ours, and its chapters for other tools; ``images`` is where their pictures are."""

    name: str
    manifest: Path
    chapters: tuple[Path, ...]
    images: Path


def memoir(folder: Path) -> Manuscript:
    """Return the memoir."""
    manifest = book.ROOT / "manuscript" / "book.yaml"
    said: list[Diagnostic] = []
    loaded = pipeline.load(manifest, (), cache.Cache(None, said.append), 1, said.append)
    sections = (section.content for section in loaded.book.sections if section.content)
    chapters = rivals.clean([manifest.parent / section.path for section in sections], folder / "memoir")
    return Manuscript("memoir", manifest, chapters, manifest.parent)


def benchmark(folder: Path) -> Manuscript:
    """Return the benchmark manuscript, where it is at hand."""
    if not book.corpora().is_dir():
        print(f"\n*** {book.corpora()} is not there: THE MEMOIR IS SET INSTEAD ***\n", file=sys.stderr)
        return memoir(folder)
    chapters = rivals.clean(book.chapters(), folder / "clean")
    return Manuscript("benchmark manuscript", book.make(folder / "book"), chapters, book.chapters()[0].parent)


def peers(text: Manuscript, folder: Path) -> dict[str, bytes]:
    """Set the same chapters by pandoc with WeasyPrint, and by pandoc with Typst, each with its defaults."""
    common = [
        pypandoc.get_pandoc_path(), "--metadata=title:The Book", "--metadata=lang:en", "--toc", "--file-scope",
        "--resource-path", str(text.images), *map(str, text.chapters),
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


def report(text: Manuscript, columns: Sequence[Column], laid: Makeup) -> str:
    """Return the part about tools as they come."""
    least = min(column.followed for column in columns)
    return f"""\
The {text.name} set by bookforge's paperback, by pandoc with its default stylesheet and WeasyPrint, and by
pandoc with Typst's defaults: {_versions()}.
The peers choose their own paper and type: wider measures make looser lines rarer, and pandoc's stylesheet does not
justify at all. Every PDF was read by the same reader, which follows its lines through the manuscript ({least:.1%} of
the letters at least), and judged by the same rules. `make bench-pages` repeats this.

{table(columns)}

The same rules on what our own layout says, beside what the reader found in the finished PDF:

{agreement(laid, columns[0].judged)}
"""


def _versions() -> str:
    named = ", ".join(f"{name} {metadata.version(name)}" for name in ("bookforge-press", "weasyprint", "typst"))
    return f"{named}, pandoc {pypandoc.get_pandoc_version()}"


def _lualatex() -> str:
    said = subprocess.run(["lualatex", "--version"], capture_output=True, text=True, check=True).stdout
    return said.partition("\n")[0].removeprefix("This is ")


def same_page(
    text: Manuscript,
    columns: Sequence[composers.Column],
    made: Mapping[str, ours.Made],
    frame: rivals.Frame,
    proof: str,
) -> str:
    """Return the part about composers on the same page."""
    least = min(column.followed for column in columns)
    has_tex = shutil.which("lualatex")
    tex = _lualatex() if has_tex else "**LuaLaTeX was not installed, and its column is missing**"
    load, processors = os.getloadavg()[0], os.cpu_count() or 1
    others = "Measured on a machine with other work" if load > processors + 1 else "Measured on a quiet machine"
    sheet = f"{frame.width:g} × {frame.height:g} pt, {frame.lines} lines"
    measure = f"{frame.size:g} on {frame.leading:g} on a measure of {frame.width - frame.inner - frame.outer:.0f} pt"
    return f"""\
The {text.name} on one page of {sheet} of EB Garamond
{measure}, US English patterns, oldstyle figures: bookforge's paperback with lines and pages
as the engine makes them (greedy), with its lines composed, and with its pages too; Typst with its defaults for
paragraphs and pages; LuaLaTeX's `book` with microtype's defaults (protrusion, letters up to 2 % wider or narrower),
`\\frenchspacing`, and no widows or orphans. {_versions()};
{tex}.
Openings are equally deep and on right pages; only ours have drop capitals. LaTeX moves lines off the grid to fill its
pages, Typst leaves them short. At least {least:.1%} of the letters were followed.

{composers.table(columns)}

A line's stretch is the width of most of its word gaps in the PDF over the space of the font at the size of the type,
{_space(frame):.3f} em in EB Garamond, upright and italic, for all. The size is read from the height of letters,
not from their width, so that the space a line is measured by is that of letters as the font has them, also where ours
and microtype's are fitted. Kerning between a sign and the space beside it is left out: most gaps have none. Times and
memory are whole processes: ours with the proofs of words and pages, the rivals' with pandoc's conversion, and one run
of LaTeX without a table of contents. {others} with {processors} processors
(load {load:.1f}).

What our own builds spend on planning their pages, in CPU time: on trial layouts, of which composing needs more, on
choosing where lines end, and on choosing where pages end:

{composers.costs(made)}

The reader beside our own layout, on the memoir as it is by default, which has passages and letters that pandoc reads
in another way. {proof}
"""


def _space(frame: rivals.Frame) -> float:
    """Return the word space of the text's face in parts of its size."""
    with TTFont(frame.face) as font:
        return float(font["hmtx"]["space"][0]) / float(font["head"].unitsPerEm)


def _agreement_on(text: Manuscript, made: ours.Made) -> str:
    read = judge("", made.data, reader.chapters(text.chapters)).judged
    agree = composers.stretches_agree(made.said.pages, made.data)
    said = "Where letters are fitted, the layout takes\ntheir own space for normal."
    return f"{agree}. {said}\n\n{agreement(made.said.makeup, read)}"


def main() -> None:
    """Measure and write both parts of the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", type=Path, help="a folder to keep every PDF in")
    keep = parser.parse_args().keep
    with tempfile.TemporaryDirectory() as name:
        _measure(Path(name), keep)


def _measure(folder: Path, keep: Path | None) -> None:
    text = benchmark(folder)
    manuscript = reader.chapters(text.chapters)
    made = {each.title: ours.make(each, text.manifest, folder / each.title) for each in ours.VARIANTS}
    default = made[ours.VARIANTS[-1].title]
    frame = rivals.Frame.of(default.said.pages, layouts.find("paperback", text.manifest.parent), folder / "rivals")
    others = rivals.make(frame, text.chapters, folder / "rivals")
    books: dict[str, ours.Made | rivals.Made] = {**made, **others}
    columns = [
        composers.Column.read(title, each.data, each.cost, manuscript, _space(frame)) for title, each in books.items()
    ]
    short = memoir(folder)
    proof = _agreement_on(short, ours.make(ours.VARIANTS[-1], short.manifest, folder / "ours"))
    part.write("The same page", same_page(text, columns, made, frame, proof))
    by_default = {"bookforge": default.data, **peers(text, folder)}
    judged = [judge(title, data, manuscript) for title, data in by_default.items()]
    part.write("Pages", report(text, judged, default.said.makeup))
    if keep:
        keep.mkdir(parents=True, exist_ok=True)
        for title, each in books.items():
            (keep / f"{title}.pdf").write_bytes(each.data)


if __name__ == "__main__":
    main()
