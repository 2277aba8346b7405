"""Books with what the memoir has not: bare parts, draft parts, pages of the authors' own, queries in odd places."""

from pathlib import Path

import pytest
from lxml import etree

from bookforge import build, cache, editions, pipeline, xhtml
from bookforge.diagnostics import Diagnostic
from bookforge.edition import Composition, Edition
from tests.e2e import command

HEAD = "title: A Book\nauthors: [A. Author]\nlanguage: en\n"
EDITIONS = """\
editions:
  paperback: {format: pdf}
  proof: {format: pdf, layout: proof, of: paperback}
  ebook: {format: epub}
  web: {format: html}
"""


def composed(folder: Path, manifest: str, only: tuple[str, ...] = (), **chapters: str) -> dict[str, Composition]:
    """Compose every edition of a book."""
    files = {f"{name}.md": text for name, text in chapters.items()}
    command.write(folder, {"book.yaml": HEAD + manifest + EDITIONS} | files)
    said: list[Diagnostic] = []
    loaded = pipeline.load(folder / "book.yaml", only, cache.Cache(None), 1, said.append)
    shop = editions.Workshop(cache.Cache(None), folder, said.append)
    chosen: tuple[Edition, ...] = build.choose(loaded.manifest, build.Order(folder / "book.yaml"))
    return {edition.name: editions.compose_only(loaded, edition, shop) for edition in chosen}


def section(composition: Composition, identity: str) -> xhtml.Element:
    """Return a composed section."""
    for document in composition.documents:
        for element in etree.fromstring(document.text.encode()).iter():
            if element.get("data-section") == identity:
                return element
    pytest.fail(f"{identity} is not there")


def labels(composition: Composition) -> list[object]:
    """Return the contents as nested labels."""
    return [[point.label, *(below.label for below in point.children)] for point in composition.toc]


def test_a_part_without_a_file_is_its_title_alone(tmp_path: Path) -> None:
    for made in composed(tmp_path, "chapters:\n- {part: Rewind, chapters: [one.md]}\n", one="# One\n\nx\n").values():
        assert "None" not in xhtml.text(section(made, "rewind"))
        assert "Rewind" in xhtml.text(section(made, "rewind"))


def test_a_chapters_own_block_can_take_its_number(tmp_path: Path) -> None:
    own = "---\nnumbered: false\n---\n\n# Own\n\nx\n"
    made = composed(tmp_path, "chapters: [one.md, own.md, two.md]\n", one="# A\n\nx\n", own=own, two="# B\n\nx\n")
    assert labels(made["ebook"]) == [["1. A"], ["Own"], ["2. B"]]


def test_a_chapter_built_alone_keeps_its_number(tmp_path: Path) -> None:
    made = composed(tmp_path, "chapters: [one.md, two.md]\n", ("two",), one="# A\n\nx\n", two="# B\n\nx\n")
    assert labels(made["ebook"]) == [["2. B"]]


def test_a_contents_page_of_the_authors_own_is_a_page(tmp_path: Path) -> None:
    manifest = "front-matter:\n- {path: toc.md, role: contents}\nchapters: [one.md]\n"
    made = composed(tmp_path, manifest, toc="# What is here\n\nSee [One](one.md).\n", one="# One\n\nx\n")
    for composition in made.values():
        assert "What is here" in xhtml.text(section(composition, "toc"))
    nav = next(document for document in made["ebook"].documents if "nav" in document.properties)
    assert not nav.in_spine
    assert next(document for document in made["web"].documents).href == "index.html"


def test_chapters_of_a_draft_part_stand_by_themselves(tmp_path: Path) -> None:
    manifest = """\
chapters:
- {part: First, chapters: [one.md]}
- {part: second.md, chapters: [two.md]}
"""
    draft = "---\ndraft: true\n---\n\n# Second\n"
    made = composed(tmp_path, manifest, one="# A\n\nx\n", two="# B\n\nx\n", second=draft)
    assert labels(made["ebook"]) == [["Part One: First", "1. A"], ["2. B"]]
    assert next(iter(section(made["ebook"], "two").iter("{*}h1"))).get("class") == "title"


@pytest.mark.parametrize(
    "text",
    [
        "# One {>>AU: why?<<}\n\nWords.\n",
        "# One {>>AU: why?<<}\n",
        "Words.\n\n| a | b |\n|---|---|\n| c {>>AU: why?<<} | d |\n",
        "| a | b |\n|---|---|\n| c {>>AU: why?<<} | d |\n",
        "Words.[^n]\n\n[^n]: A note. {>>AU: why?<<}\n",
        "Words.[^n]\n\n[^n]: - a list {>>AU: why?<<}\n",
        "Words.\n\n{>>AU: why?<<}\n",
        "{>>AU: why?<<}\n\nWords.\n",
        "- item {>>AU: why?<<}\n",
        "> Quoted {>>AU: why?<<} words.\n",
    ],
)
def test_every_query_stands_in_the_proof_and_nowhere_else(tmp_path: Path, text: str) -> None:
    for name, made in composed(tmp_path, "chapters: [one.md]\n", one=text).items():
        shown = [document.text.count("why?") for document in made.documents]
        assert sum(shown) == (1 if name == "proof" else 0), name
        assert not any("data-query" in document.text for document in made.documents), name


def test_a_query_in_a_table_stands_beside_what_is_before_it(tmp_path: Path) -> None:
    text = "First.\n\nLast before.\n\n| a | b |\n|---|---|\n| c {>>AU: why?<<} | d |\n"
    proof = composed(tmp_path, "chapters: [one.md]\n", one=text)["proof"]
    (beside,) = [mark.getparent() for mark in xhtml.find_class(section(proof, "one"), "proof-query")]
    assert beside is not None
    assert "Last before." in xhtml.text(beside)
