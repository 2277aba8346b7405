"""What a process that stays or a cache keeps of a build: editions are those that a fresh build makes."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bookforge import build, editions
from bookforge.diagnostics import Diagnostic
from tests.e2e import command
from tests.unit.rich_book import png

BOOK = {
    "book.yaml": """\
title: A Title
authors: [First Author, Second Author]
language: en
voices:
  her: {name: Her Name, label: Her}
chapters:
  - chapters/one.md
  - chapters/two.md
  - chapters/three.md
editions:
  book: {format: pdf, layout: own}
  proof: {format: pdf, layout: proof, of: book}
  reader: {format: epub}
  site: {format: html}
""",
    "chapters/one.md": "# One\n\nIt began with a sentence.[^a] See [two](two.md#light) and [its page]"
    + "(two.md#light){.page}.\n\n[^a]: And a note.\n\n"
    + "\n\n".join(
        ["The first winter on the rock lasted from October to the middle of May, and the boat came twice."] * 9
    ),
    "chapters/two.md": "# Two\n\nIt ended [here]{#light}, with [a lantern]{.index}.\n\n![A picture](../sea.png)\n",
    "chapters/three.md": "# Three\n\nNothing $x^2$ else {>>AU: who?<<} happened, as [one](one.md) says.\n",
    "chapters/four.md": "# Four\n\nA chapter that is added later, and leads to [three](three.md).\n",
    "layouts/own/layout.yaml": "extends: paperback\nstylesheets: [own.css]\n",
    "layouts/own/own.css": "p { color: #111 }\n",
}


_ANEW = 4
"""After each so many edits a new process builds, too, with what the cache alone has."""


def write(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text, (name, old)
    (folder / name).write_text(text.replace(old, new), encoding="utf-8")


def template(folder: Path) -> None:
    shipped = Path(__file__).parents[2] / "layouts" / "base" / "section.xhtml.j2"
    text = shipped.read_text(encoding="utf-8")
    (folder / "layouts/own/section.xhtml.j2").write_text(
        text.replace("<section", '<section lang="en"', 1), encoding="utf-8"
    )


EDITS: dict[str, Callable[[Path], None]] = {
    "nothing": lambda folder: None,
    "a sentence": lambda folder: write(
        folder, "chapters/one.md", "a sentence.", "another sentence, and not a short one."
    ),
    "a note": lambda folder: write(folder, "chapters/one.md", "And a note.", "And quite another note."),
    "a heading": lambda folder: write(folder, "chapters/two.md", "# Two", "# The Second"),
    "an id that links lead to": lambda folder: write(
        folder, "chapters/two.md", "It ended", "First of all:\n\nIt ended"
    ),
    "a chapter moved": lambda folder: write(
        folder,
        "book.yaml",
        "  - chapters/two.md\n  - chapters/three.md\n",
        "  - chapters/three.md\n  - chapters/two.md\n",
    ),
    "a chapter added": lambda folder: write(
        folder, "book.yaml", "  - chapters/two.md\n", "  - chapters/four.md\n  - chapters/two.md\n"
    ),
    "a chapter removed": lambda folder: write(folder, "book.yaml", "  - chapters/four.md\n", ""),
    "the title": lambda folder: write(folder, "book.yaml", "title: A Title", "title: Another Title"),
    "a setting": lambda folder: write(folder, "book.yaml", "layout: own}", "layout: own, notes: chapter}"),
    "a template": template,
    "a stylesheet": lambda folder: write(folder, "layouts/own/own.css", "#111", "#222"),
    "a picture": lambda folder: (folder / "sea.png").write_bytes(png(300, 500)) and None,
    "back": lambda folder: write(folder, "chapters/two.md", "# The Second", "# Two"),
}


def made(book: Path, output: Path, cache: Path | None, memory: editions.Memory | None) -> tuple[object, ...]:
    """Build everything; return all that comes out of it: bytes, findings, judgements."""
    shutil.rmtree(output, ignore_errors=True)
    order = build.Order(book / "book.yaml", output=output, jobs=1, cache_folder=cache, cached=cache is not None)
    said: list[Diagnostic] = []
    outcome = build.run(order, said.append, lambda _: None, memory)
    assert outcome.status == 0, said
    files = {path.relative_to(output).as_posix(): path.read_bytes() for path in output.rglob("*") if path.is_file()}
    told = [(each.edition, each.pages, each.words, each.makeup) for each in outcome.built]
    return files, said, told


@pytest.mark.slow
def test_whatever_is_edited_what_was_kept_changes_nothing(tmp_path: Path) -> None:
    book = command.write(tmp_path / "book", BOOK)
    (book / "sea.png").write_bytes(png(300, 200))
    memory = editions.Memory()
    for number, (name, edit) in enumerate(EDITS.items()):
        edit(book)
        fresh = made(book, tmp_path / "fresh", None, None)
        assert made(book, tmp_path / "kept", tmp_path / "cache", memory) == fresh, name
        if number % _ANEW == 0:
            assert made(book, tmp_path / "kept", tmp_path / "cache", editions.Memory()) == fresh, name
