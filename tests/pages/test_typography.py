"""Marks and spaces of several languages on laid-out pages: where lines end, and what faces without a glyph print."""

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from test_editions import load

from bookforge import editions
from bookforge.cache import Cache
from bookforge.diagnostics import Diagnostic
from bookforge.edition import Artifact
from bookforge.laid import Line
from conftest import Pressed

_ENGLISH = (
    "She met Mr. Smith, Dr. King and J. R. R. Tolkien on May 3 -- or 4 -- in chapter 12 ... and \"he said 'no'\" to "
    "the 5'10\" man---who ran 5 km---with Hieronymus Tellerman and his database. "
)
_FRENCH = "« Quoi ? » dit-il ; « non ! Vraiment : non » ; 20 % de 10 000 F, M. Dupont -- ah ! Tout ; rien ? Oui ! "
_GERMAN = 'Er sagte: "Nein, z. B. 20 % der Auflage, d. h. 10 000 Stück, am 3. Mai" -- "\'ne Frau, Dr. Müller, S. 5!" '
MANIFEST = (
    "title: Marks\nauthors: [Hieronymus Tellerman]\nlanguage: en-US\n"
    "chapters: [en.md, {path: fr.md, language: fr}, {path: de.md, language: de}]\n"
    "typography: {hyphenation: [data-base]}\n"
    "editions:\n  book: {format: pdf, layout: paperback, trim-size: 4x6in, openings: plain}\n"
    "  reader: {format: epub}\n"
)


class Made:
    """The book as pages and as an e-book, with all that was said."""

    def __init__(self, folder: Path, fonts: Path) -> None:
        # Something of another length before each sentence: lines end in many places.
        files = {
            name: "# One\n\n" + "\n\n".join(f"{'x' * (7 * number % 31 + 1)} {text * 3}" for number in range(60))
            for name, text in {"en.md": _ENGLISH, "fr.md": _FRENCH, "de.md": _GERMAN}.items()
        }
        files["en.md"] += "".join(
            f"\n\nHe {'was so ' * 4}{'x' * length} {word} of it all for so long a time that he had to go."
            for length in range(1, 31)
            for word in ("database", "Tellerman")
        )
        loaded = load(folder, {"book.yaml": MANIFEST} | files)
        self.said: list[Diagnostic] = []
        shop = editions.Workshop(Cache(None), folder / "scratch", self.said.append)
        book, reader = loaded.manifest.editions
        self.pressed = Pressed(editions.compose_only(loaded, book, shop), fonts)
        self.reader: Artifact = editions.make(loaded, reader, shop)

    def lines(self) -> Iterator[Line]:
        return (line for page in self.pressed.laid.pages for line in page.lines if line.authored)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, cache_folder: Path) -> Made:
    return Made(tmp_path_factory.mktemp("marks"), cache_folder)


def test_no_line_begins_with_a_dash_an_ellipsis_or_a_closing_mark(made: Made) -> None:
    begun = [line.text for line in made.lines() if re.match(r"[—–…»”!?;:%’]", line.text.lstrip("\u2060 "))]
    assert begun == []


def test_no_line_ends_where_it_should_hold(made: Made) -> None:
    held = re.compile(r"(?:\b(?:Mr|Dr|M|S|J|R|z|d)\.|\bMay|\bchapter|«|\b(?:20|10|5|3\.)|„)\s*$")
    texts = [line.text for line in made.lines()]
    assert len(texts) > 500
    assert [text for text in texts if held.search(text)] == []


def test_words_are_divided_where_the_manifest_says(made: Made) -> None:
    ends = {re.split(r"[^\w\u00ad]", line.text.rstrip("‐-").strip())[-1] for line in made.lines() if line.hyphen}
    assert "data\u00ad" in ends
    assert not [end for end in ends if re.match(r"(Telle?r?|Hiero?)", end) and end not in {"Tellerman", "Hieronymus"}]
    assert not ends & {"da", "datab", "databa"}


def test_nothing_prints_as_a_box_and_no_space_counts_as_missing(made: Made) -> None:
    assert not [each for each in made.said if each.rule == "font-has-glyph"]
    assert not [each for each in made.pressed.found if each.rule == "font-has-glyph"]
    with pypdfium2.PdfDocument(io.BytesIO(made.pressed.data)) as pdf:
        text = "".join(page.get_textpage().get_text_range() for page in pdf)
    assert "\ufffe" not in text
    assert "« Quoi ? »" in re.sub(r"\s+", " ", text)


def test_an_e_book_has_only_the_spaces_that_kindle_knows(made: Made) -> None:
    (data,) = made.reader.files.values()
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        texts = [book.read(name).decode() for name in book.namelist() if name.endswith(".xhtml")]
    assert any("«\u00a0Quoi\u00a0?\u00a0»" in text for text in texts)
    assert not re.search("[\u00ad\u2000-\u200b\u200d-\u200f\u202f\u205f\u2060\ufeff]", "".join(texts))
