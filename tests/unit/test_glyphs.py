"""Characters no face has: which are shown, and where they are typed."""

import dataclasses
from pathlib import Path

import pytest

from bookforge import fonts, glyphs, layouts, manifest, manuscript
from bookforge.book import Asset, Source
from bookforge.diagnostics import Diagnostic
from bookforge.edition import Document, FontFace, Format
from tests.unit import rich_book

BOOK = "title: T\nauthors: [A]\nlanguage: en\n"


@pytest.fixture(scope="module")
def faces() -> tuple[FontFace, ...]:
    return fonts.resolve(layouts.find("ebook", Path()).fonts)


def told(
    folder: Path,
    faces: tuple[FontFace, ...],
    shown: str,
    chapter: str,
    book: str = "",
    drawings: tuple[Asset, ...] = (),
) -> list[tuple[str, str | None]]:
    (folder / "a.md").write_text(chapter, encoding="utf-8")
    (folder / "book.yaml").write_text(f"{BOOK}{book}chapters: [a.md]\n", encoding="utf-8")
    declared = manifest.read(folder / "book.yaml")
    found: list[Diagnostic] = []
    source: Source = manuscript.read(declared.folder, declared.entries[0], found.append)
    glyphs.report_missing(faces, shown, declared, ((source,), drawings), found.append)
    assert all(each.rule == "font-has-glyph" for each in found)
    return [(str(each.at), each.hint) for each in found]


def test_a_character_is_placed_where_it_is_typed(tmp_path: Path, faces: tuple[FontFace, ...]) -> None:
    assert told(tmp_path, faces, "a漢", "# A\n\nOne 漢 two.\n") == [("a.md:3:5", None)]


@pytest.mark.parametrize("entity", ["&#28450;", "&#x6F22;", "&#X6f22;"])
def test_a_character_is_placed_where_its_number_is_typed(
    tmp_path: Path, faces: tuple[FontFace, ...], entity: str
) -> None:
    assert told(tmp_path, faces, "漢", f"One {entity} two.\n") == [("a.md:1:5", None)]


def test_a_character_is_placed_where_its_name_is_typed(tmp_path: Path, faces: tuple[FontFace, ...]) -> None:
    assert told(tmp_path, faces, "⨥", "One ⨥ and &plusdu; and &copy;.\n") == [("a.md:1:5", "also at a.md:1:11")]


@pytest.mark.parametrize(
    ("book", "at"),
    [
        ("publisher: House of 漢\n", "book.yaml:4:21"),
        ('rights: "\\u6F22 all"\n', "book.yaml:4:10"),
        ('rights: "\\U00006F22"\n', "book.yaml:4:10"),
    ],
)
def test_a_character_of_the_manifest_is_placed(tmp_path: Path, faces: tuple[FontFace, ...], book: str, at: str) -> None:
    assert told(tmp_path, faces, "漢", "Text.\n", book) == [(at, None)]


def test_a_character_of_a_chapters_block_is_placed(tmp_path: Path, faces: tuple[FontFace, ...]) -> None:
    chapter = "---\ntitle: One\nwhen: {label: spring 漢}\n---\n\nText.\n"
    assert told(tmp_path, faces, "漢", chapter) == [("a.md:3:22", None)]


def test_a_character_of_a_drawing_is_placed_in_it(tmp_path: Path, faces: tuple[FontFace, ...]) -> None:
    data = '<svg xmlns="http://www.w3.org/2000/svg"><title>字</title><text>漢</text></svg>'.encode()
    drawing = Asset("images/a.svg", "image/svg+xml", data, 1, 1, "")
    assert told(tmp_path, faces, "漢", "Text.\n", drawings=(drawing,)) == [("images/a.svg", None)]


def test_a_character_typed_nowhere_is_the_layouts(tmp_path: Path, faces: tuple[FontFace, ...]) -> None:
    ((at, hint),) = told(tmp_path, faces, "漢", "Text.\n")
    assert at == "None"
    assert "the layout adds it" in (hint or "")


def test_characters_of_documents_are_those_of_the_body_without_formulas() -> None:
    text = (
        '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body><p title="y">a<b>b</b>c'
        '<math xmlns="http://www.w3.org/1998/Math/MathML"><mi>z</mi></math>d</p><script>z</script><!-- z -->'
        "</body></html>"
    )
    assert glyphs.of_documents([Document("a", "A", text)]) == set("abcd")
    assert glyphs.of_documents([]) == set()


def test_web_fonts_hold_what_the_metadata_and_the_layout_may_print(tmp_path: Path) -> None:
    own = tmp_path / "layouts" / "own"
    own.mkdir(parents=True)
    (own / "layout.yaml").write_text("extends: web\n")
    (own / "page.html.j2").write_text("<p>☙ {{ page }}</p>")
    read = rich_book.composition(Format.HTML).reading
    metadata = dataclasses.replace(read.book.metadata, publisher="Ⓟ", place="Ω")
    read = dataclasses.replace(read, book=dataclasses.replace(read.book, metadata=metadata))
    wanted = glyphs.wanted(read, layouts.find("own", tmp_path))
    assert {"☙", "Ⓟ", "Ω", "—", "A"} <= set(wanted)
    assert list(wanted) == sorted(set(wanted))
