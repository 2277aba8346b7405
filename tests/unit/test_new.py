"""A new book: what stands in it, and that it never overwrites anything."""

from pathlib import Path

import pytest

from bookforge import manifest, manuscript, new
from bookforge.diagnostics import Diagnostic, OutputError


def silent(found: Diagnostic) -> None:
    pytest.fail(str(found))


def test_a_new_book_is_read_without_a_finding(tmp_path: Path) -> None:
    made = new.create(tmp_path / "my-first_book")
    assert [path.relative_to(tmp_path).as_posix() for path in made] == [
        "my-first_book/book.yaml",
        "my-first_book/chapters/01-the-kettle.md",
        "my-first_book/chapters/02-the-other-chair.md",
    ]
    book = manifest.read(made[0])
    assert (book.id, book.metadata.title) == ("my-first-book", "My First Book")
    sources = [manuscript.read(book.folder, entry, silent, book.voices) for entry in book.entries]
    assert [source.meta.voice for source in sources] == ["mara", "tom"]
    together = "".join(source.text for source in sources)
    for sign in ("***", "^[", "[^chair]:", "{>>AU:", "(01-the-kettle.md)", "::: {.voice by=mara}"):
        assert sign in together


@pytest.mark.parametrize(
    ("title", "kept"),
    [
        ("The Arena: A Memoir", "The Arena: A Memoir"),
        ('She said "no" # 1', 'She said "no" # 1'),
        ("{title} \\ 'x'", "{title} \\ 'x'"),
        ("Zwölf 😀\u2028mal\n\x00", "Zwölf 😀 mal"),
        ("1984", "1984"),
        ("\x07", "A New Book"),
    ],
)
def test_any_title(tmp_path: Path, title: str, kept: str) -> None:
    assert manifest.read(new.create(tmp_path / "b", title)[0]).metadata.title == kept


def test_an_existing_folder_may_hold_other_things(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("keep")
    new.create(tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "keep"


@pytest.mark.parametrize("name", ["book.yaml", "chapters/02-the-other-chair.md"])
def test_nothing_is_overwritten(tmp_path: Path, name: str) -> None:
    mine = tmp_path / name
    mine.parent.mkdir(exist_ok=True)
    mine.write_text("mine")
    with pytest.raises(OutputError) as caught:
        new.create(tmp_path)
    assert caught.value.diagnostics[0].rule == "folder-free"
    assert mine.read_text() == "mine"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [mine]


def test_a_dangling_link_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "book.yaml").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OutputError):
        new.create(tmp_path)
    assert not (tmp_path / "elsewhere").exists()


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError) as caught:
        new.create(tmp_path / "file" / "book")
    assert caught.value.diagnostics[0].rule == "folder-writable"


def test_a_file_in_the_way_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "chapters").touch()
    with pytest.raises(OutputError):
        new.create(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["chapters"]
