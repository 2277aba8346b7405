"""The same chapters for Typst: a file each, as pandoc makes it, on a page like our paperback's and in its face."""

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

import pypandoc

from tests.benchmarks import processes

_QUERY = re.compile(r"\{>>.*?<<\}", re.DOTALL)
_HELPERS = "helpers.typ"
_RULE = "#let horizontalrule = align(center, block[\\* \\* \\*])\n"
_BREAK = '#pagebreak(weak: true, to: "odd")\n'
_BOOK = """\
#set page(width: 5.5in, height: 8.5in, margin: (inside: 0.82in, outside: 0.83in, top: 0.9in, bottom: 1in))
#set text(font: "EB Garamond", size: 11pt, lang: "en", region: "us", hyphenate: true, number-type: "old-style")
#set par(justify: true, leading: 6.2pt, spacing: 6.2pt, first-line-indent: 14pt)
#set smartquote(enabled: false)
#show heading: it => block(above: 14pt, below: 14pt, emph(text(size: 11pt, weight: "regular", it.body)))
#let titles = selector(heading.where(level: 1)).or(heading.where(level: 2))
#show titles: it => block(width: 100%, below: 40pt, align(center, text(size: 16pt, weight: "regular", it.body)))
#outline(depth: 2)
#set page(numbering: "1", header: context {
  let before = query(titles.before(here()))
  if before.len() > 0 { align(center, text(size: 9pt, emph(before.last().body))) }
})
"""


class TypstBook:
    """The chapters in a folder; ``main`` includes them all, each on a right page."""

    def __init__(self, chapters: Sequence[Path], folder: Path) -> None:
        self.main = folder / "main.typ"
        self._folder = folder
        self._chapters = tuple(chapters)
        source = chapters[0].parent
        shutil.copytree(source, folder, ignore=shutil.ignore_patterns("*.md"))
        (folder / _HELPERS).write_text(_RULE, encoding="utf-8")
        for chapter in chapters:
            self.refresh(chapter)
        self.include(self._chapters)

    def refresh(self, chapter: Path) -> processes.Run:
        """Convert a chapter anew; return what that cost."""
        clean = self._folder / chapter.name
        clean.write_text(_clean(chapter), encoding="utf-8")
        target = clean.with_suffix(".typ")
        run = processes.measure([*command(), "-o", str(target), str(clean)], self._folder)
        clean.unlink()
        target.write_text(f'#import "{_HELPERS}": *\n{target.read_text(encoding="utf-8")}', encoding="utf-8")
        return run

    def add(self, new: Path, after: Path) -> None:
        """Put a new chapter behind another."""
        self.refresh(new)
        at = self._chapters.index(after) + 1
        self.include((*self._chapters[:at], new, *self._chapters[at:]))

    def restore(self) -> None:
        """Take new chapters out again."""
        self.include(self._chapters)

    def include(self, chapters: Sequence[Path]) -> None:
        """Write the file that includes chapters."""
        included = (f'{_BREAK}#include "{each.stem}.typ"\n' for each in chapters)
        self.main.write_text(_BOOK + "".join(included), encoding="utf-8")

    def whole(self) -> tuple[Path, list[str]]:
        """Return a file that includes all chapters as one, and the command that makes that one."""
        clean = [self._folder / f"whole-{number:04}.md" for number in range(len(self._chapters))]
        for path, chapter in zip(clean, self._chapters, strict=True):
            path.write_text(f"```{{=typst}}\n{_BREAK}```\n\n{_clean(chapter)}", encoding="utf-8")
        main, template = self._folder / "whole.typ", self._folder / "text.template"
        main.write_text(f'{_BOOK}#include "text.typ"\n', encoding="utf-8")
        template.write_text(f'#import "{_HELPERS}": *\n$body$\n', encoding="utf-8")
        target = str(self._folder / "text.typ")
        return main, [*command(), "--file-scope", f"--template={template}", "-o", target, *map(str, clean)]


def command() -> list[str]:
    """Return how pandoc is called; quotation marks stay as they are written."""
    return [pypandoc.get_pandoc_path(), "--to=typst-smart", "--wrap=none"]


def _clean(chapter: Path) -> str:
    """Return a chapter without queries, which no page shows, and without signs that only hold words together."""
    text = _QUERY.sub("", chapter.read_text(encoding="utf-8"))
    return text.replace("\u2060", "").replace("\u200b", "")
