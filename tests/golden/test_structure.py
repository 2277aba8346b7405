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


PEOPLE = """\
title: A Book
authors: [{name: Ann, biography: "Ann lives\\n\\nby the sea."}, {name: Ben, biography: Ben counts.}, Cy]
contributors: [{name: Dee, role: edt}, {name: Eve, role: vac, biography: Eve listens.}]
language: en
"""


def composed(
    folder: Path, manifest: str, only: tuple[str, ...] = (), head: str = HEAD, declared: str = EDITIONS, **chapters: str
) -> dict[str, Composition]:
    """Compose every edition of a book."""
    files = {f"{name}.md": text for name, text in chapters.items()}
    command.write(folder, {"book.yaml": head + manifest + declared} | files)
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


def test_biographies_make_a_page_about_the_authors(tmp_path: Path) -> None:
    manifest = "chapters: [one.md]\nback-matter: [{role: about-the-authors}]\n"
    for made in composed(tmp_path, manifest, head=PEOPLE, one="# One\n\nx\n").values():
        page = section(made, "about-the-authors")
        lines = [xhtml.text(each) for each in page.iter("{*}h1", "{*}h2", "{*}p")]
        said = ["About the authors", "Ann", "Ann lives", "by the sea.", "Ben", "Ben counts.", "Eve", "Eve listens."]
        assert lines == said
        assert labels(made)[-1] == ["About the authors"]


def test_one_author_is_one(tmp_path: Path) -> None:
    head = "title: A Book\nauthors: [{name: Ann, biography: She lives.}]\nlanguage: de\n"
    manifest = "chapters: [one.md]\nback-matter: [{role: about-the-authors}]\n"
    made = composed(tmp_path, manifest, head=head, one="# Eins\n\nx\n")
    assert labels(made["web"]) == [["1. Eins"], ["Zur Person"]]


def test_contributors_are_named_with_what_they_did(tmp_path: Path) -> None:
    for made in composed(tmp_path, "chapters: [one.md]\n", head=PEOPLE, one="# One\n\nx\n").values():
        for page in ("titlepage", "copyright-page"):
            said = xhtml.text(section(made, page))
            assert "Edited by Dee" in said
            assert "With contributions by Eve" in said


def test_isbns_are_named_in_words_of_the_book(tmp_path: Path) -> None:
    manifest = """\
chapters: [one.md]
editions:
  ebook: {format: epub, isbn: 978-0-306-40615-7}
  for-the-shops: {format: pdf, layout: paperback, isbn: 978-1-86197-876-9}
"""
    made = composed(tmp_path, manifest, declared="", one="# One\n\nx\n")
    for composition in made.values():
        said = xhtml.text(section(composition, "copyright-page"))
        assert "ISBN 978-0-306-40615-7 (e-book)" in said
        assert "ISBN 978-1-86197-876-9 (print)" in said


def test_only_a_declared_revision_is_printed(tmp_path: Path) -> None:
    for head, printed in ((HEAD, False), (f"{HEAD}revision: draft 3\n", True)):
        for made in composed(tmp_path, "chapters: [one.md]\n", head=head, one="# One\n\nx\n").values():
            for page in ("copyright-page", "colophon"):
                said = xhtml.text(section(made, page))
                assert ("Revision" in said) is printed
                assert made.reading.book.revision in said or not printed


def test_a_timeline_counts_pages_as_the_contents_do(tmp_path: Path) -> None:
    manifest = """\
front-matter: [{path: before.md, when: 1999}]
chapters: [{path: one.md, when: 2001}]
back-matter: [{role: timeline}, {path: after.md, role: preface, when: 2003}]
"""
    texts = {name: f"# {name.title()}\n\nx\n" for name in ("before", "one", "after")}
    made = composed(tmp_path, manifest, **texts)["paperback"]
    rows = [row.get("class") for row in section(made, "timeline").iter("{*}dd")]
    assert rows == ["frontmatter", None, None]
