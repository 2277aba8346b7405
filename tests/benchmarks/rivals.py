"""Our page in, the same chapters on the same page by Typst and by LuaLaTeX out: measure, face, size, leading are ours.

Type comes from the files of the layout's font package. What else a page has (drop capitals, ornaments, running heads)
is left out. LuaLaTeX is no part of what a developer installs: where it is missing, its column is too, and that is said.
"""

import re
import shutil
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pypandoc
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

from bookforge import fonts
from bookforge.laid import LaidPage
from bookforge.layouts import Layout
from tests.benchmarks import processes

FAMILY = "EBGaramond"
TYPST = "Typst"
LUALATEX = "LuaLaTeX with microtype"
DEBIAN = "texlive-luatex texlive-latex-recommended texlive-fonts-recommended"

_WEIGHTS = {"Regular": ("normal", 400), "Italic": ("italic", 400), "Bold": ("normal", 700)}
_SIZE = 11.0
_NOTE = 0.82
"""The size of the paperback's type on its usual trim, and that of its notes in parts of it."""

_QUERY = re.compile(r"\{>>.*?<<\}", re.DOTALL)

_FILTER = r"""
function Header(h)
  local mark = FORMAT == "latex" and (h.level > 2 and {"\\head{", "}"} or {"\\opening{", "}"})
    or (h.level > 2 and {"#head[", "]"} or {"#opening[", "]"})
  local inlines = pandoc.Inlines({pandoc.RawInline(FORMAT, mark[1])})
  inlines:extend(h.content)
  inlines:insert(pandoc.RawInline(FORMAT, mark[2]))
  return pandoc.Plain(inlines)
end
function Str(s)
  return pandoc.Str((s.text:gsub("\u{2060}", ""):gsub("\u{200b}", "")))
end
function Link(l) return l.content end
function Figure() return {} end
function Image() return {} end
"""

_TYPST = """\
#set page(width: {width}pt, height: {height}pt, numbering: "1",
  margin: (inside: {inner}pt, outside: {outer}pt, top: {top}pt, bottom: {foot}pt))
#set text(font: "EB Garamond", size: {size}pt, lang: "en", region: "us", number-type: "old-style",
  top-edge: {first}pt, bottom-edge: -{below}pt)
#set par(justify: true, leading: 0pt, spacing: 0pt, first-line-indent: {leading}pt)
#set smartquote(enabled: false)
#set list(body-indent: 5pt, spacing: 0pt)
#set enum(body-indent: 5pt, spacing: 0pt)
#show quote.where(block: true): it => block(above: {leading}pt, below: {leading}pt,
  pad(left: {leading}pt, right: {leading}pt, it.body))
#set footnote.entry(gap: 0pt, clearance: {leading}pt)
#show footnote.entry: set text(size: {note}pt, top-edge: {note}pt * 0.8, bottom-edge: {note}pt * -0.4)
#let opening(title) = {{
  pagebreak(weak: true{recto})
  block(height: {opening}pt, above: 0pt, below: 0pt, width: 100%, align(center + horizon, text(size: 1.4em, title)))
}}
#let head(title) = block(above: {leading}pt, below: 0pt, sticky: true, emph(title))
#let horizontalrule = align(center, block(height: {leading}pt, "* * *"))
$body$
"""

_LATEX = r"""\documentclass[twoside]{{book}}
\usepackage[paperwidth={width}bp, paperheight={height}bp, inner={inner}bp, outer={outer}bp, top={top}bp,
  textheight={text}bp, headheight=10bp, headsep=8bp, footskip=24bp]{{geometry}}
\usepackage{{fontspec}}
\setmainfont{{EBGaramond}}[Path={folder}/, Extension=.ttf, UprightFont=*-Regular, ItalicFont=*-Italic,
  BoldFont=*-Bold, Numbers=OldStyle]
\usepackage[american]{{babel}}
\usepackage{{microtype}}
\usepackage{{longtable, booktabs, array, calc}}
\frenchspacing
\renewcommand\normalsize{{\fontsize{{{size}bp}}{{{leading}bp}}\selectfont}}
\renewcommand\footnotesize{{\fontsize{{{note}bp}}{{{note_leading}bp}}\selectfont}}
\normalsize
\topskip={first}bp
\parindent={leading}bp
\widowpenalty=10000 \clubpenalty=10000
\renewenvironment{{quote}}{{\list{{}}{{\leftmargin={leading}bp \rightmargin={leading}bp \listparindent={leading}bp
  \itemindent=0bp \parsep=0bp \topsep={leading}bp \partopsep=0bp}}\item\relax}}{{\endlist}}
\makeatletter
\newcommand\opening[1]{{\{clear}\thispagestyle{{plain}}%
  \noindent\vbox to {opening}bp{{\hsize=\textwidth\vfil\centering\Large #1\par\vfil}}\par\nobreak\@afterindentfalse
  \@afterheading}}
\newcommand\head[1]{{\par\addvspace{{{leading}bp}}\noindent\emph{{#1}}\par\nobreak\@afterindentfalse\@afterheading}}
\makeatother
\providecommand\tightlist{{\itemsep=0bp \parskip=0bp}}
\providecommand\pandocbounded[1]{{#1}}
\pagestyle{{plain}}
\begin{{document}}
$body$
\end{{document}}
"""


@dataclass(frozen=True, slots=True)
class Frame:
    """The page that all set: lengths in points. ``first`` is the first baseline below the top of the type area.

    ``face`` is a file of the text's face, beside those of its other styles.
    """

    width: float
    height: float
    inner: float
    outer: float
    top: float
    lines: int
    size: float
    leading: float
    first: float
    recto: bool
    face: Path

    @classmethod
    def of(cls, pages: Sequence[LaidPage], layout: Layout, folder: Path) -> "Frame":
        """Read the page from a finished book of ours, and write the layout's faces into a folder."""
        common = Counter((page.left, page.right, page.top, page.bottom) for page in pages if page.side == "right")
        left, right, top, bottom = common.most_common(1)[0][0]
        page = pages[0]
        openings = {each.side for each in pages if each.lines and each.lines[0].kind == "opening"}
        return cls(
            page.width, page.height, round(left, 2), round(page.width - right, 2), round(top, 2),
            round((bottom - top) / page.leading), _SIZE, round(page.leading, 3), round(page.first - page.top, 3),
            openings == {"right"}, write_faces(layout, folder),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Made:
    """A rival's PDF, and what making it cost, its conversion by pandoc included."""

    data: bytes
    cost: processes.Run


def clean(chapters: Sequence[Path], folder: Path) -> tuple[Path, ...]:
    """Copy chapters without the authors' queries, which no page shows."""
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for number, path in enumerate(chapters):
        copy = folder / f"{number:03}-{path.name}"
        copy.write_text(_QUERY.sub("", path.read_text(encoding="utf-8")), encoding="utf-8")
        found.append(copy)
    return tuple(found)


def write_faces(layout: Layout, folder: Path) -> Path:
    """Write the layout's text face as files with fixed weights and plain names: TeX reads no others."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {each.style: each.path for each in reversed(fonts.resolve(layout.fonts)) if each.family == "EB Garamond"}
    for name, (style, weight) in _WEIGHTS.items():
        font = instancer.instantiateVariableFont(TTFont(files[style]), {"wght": weight}, updateFontNames=True)
        font.save(folder / f"{FAMILY}-{name}.ttf")
    return folder / f"{FAMILY}-Regular.ttf"


def make(frame: Frame, chapters: Sequence[Path], folder: Path) -> dict[str, Made]:
    """Set chapters by the rivals that are here; ``folder`` holds the face's files."""
    made = {TYPST: _typst(frame, chapters, folder)}
    if shutil.which("lualatex"):
        made[LUALATEX] = _lualatex(frame, chapters, folder)
    else:
        print(
            f"\n*** LuaLaTeX is not installed: ITS COLUMN IS MISSING. On Debian: apt-get install {DEBIAN} ***\n",
            file=sys.stderr,
        )
    return made


def _typst(frame: Frame, chapters: Sequence[Path], folder: Path) -> Made:
    values = _values(frame, folder)
    values["recto"] = ', to: "odd"' if frame.recto else ""
    first = _convert("typst-smart", _TYPST.format(**values), chapters, folder / "rival.typ")
    program = "import sys, typst; typst.compile(sys.argv[1], output=sys.argv[2], font_paths=[sys.argv[3]])"
    pdf = folder / "typst.pdf"
    second = processes.measure(
        [sys.executable, "-c", program, str(folder / "rival.typ"), str(pdf), str(folder)], folder
    )
    return Made(pdf.read_bytes(), first.then(second))


def _lualatex(frame: Frame, chapters: Sequence[Path], folder: Path) -> Made:
    values = _values(frame, folder)
    values["clear"] = "cleardoublepage" if frame.recto else "clearpage"
    source = folder / "rival.tex"
    first = _convert("latex-smart", _LATEX.format(**values), chapters, source)
    command = ["lualatex", "-interaction=nonstopmode", "-halt-on-error", source.name]
    try:
        processes.measure(command, folder)  # the first run makes the fonts' caches
        second = processes.measure(command, folder)
    except SystemExit:
        log = source.with_suffix(".log").read_text(encoding="utf-8", errors="replace").splitlines()
        wrong = [line for line in log if line.startswith("!")]
        raise SystemExit("\n".join(["LuaLaTeX failed:", *wrong, *log[-25:]])) from None
    return Made(source.with_suffix(".pdf").read_bytes(), first.then(second))


def _values(frame: Frame, folder: Path) -> dict[str, object]:
    return {
        "width": frame.width, "height": frame.height, "inner": frame.inner, "outer": frame.outer, "top": frame.top,
        "foot": round(frame.height - frame.top - frame.lines * frame.leading, 2), "size": frame.size,
        "leading": frame.leading, "first": frame.first, "below": round(frame.leading - frame.first, 3),
        "text": round((frame.lines - 1) * frame.leading + frame.first + 0.01, 2), "note": frame.size * _NOTE,
        "note_leading": round(frame.leading * 11 / 14, 2), "opening": 11 * frame.leading, "folder": folder,
    }  # fmt: skip


def _convert(form: str, template: str, chapters: Sequence[Path], target: Path) -> processes.Run:
    plan, filters = target.with_suffix(".template"), target.with_suffix(".lua")
    plan.write_text(template, encoding="utf-8")
    filters.write_text(_FILTER, encoding="utf-8")
    command = [
        pypandoc.get_pandoc_path(), "--file-scope", f"--to={form}", f"--template={plan}", f"--lua-filter={filters}",
        "--wrap=none", "-o", str(target), *map(str, chapters),
    ]  # fmt: skip
    return processes.measure(command, target.parent)
