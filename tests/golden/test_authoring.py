"""Each row of the authors' table, composed for every format, against ``authoring/<row>.xhtml``.

After a change on purpose: ``pytest tests/golden --update-golden``, then read the diff.
"""

import re
from pathlib import Path

import pytest
from lxml import etree

from bookforge import compose, fonts, layouts, ledger, outline, xhtml
from bookforge.book import Asset, Section, When
from bookforge.diagnostics import Diagnostic
from bookforge.edition import Edition, Format
from bookforge.reading import reading
from bookforge.semantics import Role
from tests.spec import cases
from tests.unit import books

FOLDER = Path(__file__).parent / "authoring"
ROWS = list(cases.read(cases.FOLDER / "authoring.md"))
FORMATS = {Format.PDF: "proof", Format.EPUB: "ebook", Format.HTML: "web"}


def composed(row: cases.Case) -> str:
    """Return what the row's chapter becomes in each format: its section, as templates and dressing leave it."""
    section, _ = cases.convert(row.markdown)
    assert section is not None
    other = books.section("chapters/02-arena.md", '<p id="light">A light.</p>', "The vision")
    mine = books.entry(cases.PATH, voice="her", when=When(order=1, label="In May"))
    manifest = books.manifest(mine, books.entry("chapters/02-arena.md", Role.CHAPTER))
    sections = {section.path: section, other.path: other}
    book = outline.build(manifest, sections, {}, _pictures(section), "r1", _refuse)
    shown = []
    for format_, name in FORMATS.items():
        layout = layouts.find(name, FOLDER)
        edition = Edition("golden", format_, name, dict(layout.settings))
        supplies = compose.Supplies(fonts=fonts.resolve(layout.fonts), formula=lambda tex, _: tex.encode())
        made = compose.edition(reading(book, edition), layout, supplies)
        assert not ledger.compare({each.id: each for each in made.reading.book.sections}, made.documents)
        roots = [etree.fromstring(document.text.encode()) for document in made.documents]
        found = [each for root in roots for each in root.iter() if each.get("data-section") == "01-one"]
        shown.append(f"<!-- {format_} -->\n{_tidy(found[0])}\n")
    return "".join(shown)


def _refuse(found: Diagnostic) -> None:
    pytest.fail(str(found))


def _pictures(section: Section) -> dict[str, Asset]:
    return {image.path: Asset(image.path, "image/svg+xml", b"<svg/>", 40, 30, "0") for image in section.images}


def _tidy(section: xhtml.Element) -> str:
    text = etree.tostring(section, encoding="unicode", with_tail=False)
    text = re.sub(r' xmlns(?::epub)?="http://www\.(?:w3\.org/1999/xhtml|idpf\.org/2007/ops)"', "", text)
    return "\n".join(line.rstrip() for line in text.splitlines() if line.strip())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_row(row: cases.Case, update_golden: bool) -> None:
    path = FOLDER / f"{re.sub(r'[^a-z0-9]+', '-', row.name.lower())}.xhtml"
    made = composed(row)
    if update_golden:
        path.write_text(made, encoding="utf-8")
    assert made == path.read_text(encoding="utf-8")


def test_no_expectation_is_left_over() -> None:
    expected = {re.sub(r"[^a-z0-9]+", "-", row.name.lower()) for row in ROWS}
    assert {path.stem for path in FOLDER.glob("*.xhtml")} == expected
