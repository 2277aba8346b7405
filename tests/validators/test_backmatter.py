"""Every validator on a book with an index, a list of illustrations, endnotes and printed cross references."""

from pathlib import Path

import pytest

from bookforge import editions, pipeline, validate
from bookforge.cache import Cache

BOOK = {
    "book.yaml": "title: Salt\nauthors: [A]\nlanguage: en\nfront-matter: [{role: illustrations}]\n"
    "chapters: [one.md, two.md]\neditions:\n  ebook: {format: epub, layout: ebook}\n"
    "  web: {format: html, layout: web}\n"
    "  foot: {format: pdf, layout: paperback}\n  book: {format: pdf, layout: paperback, notes: book}\n",
    "one.md": "# The [Rock]{.index}\n\n::: {.index entry=oil}\n"
    "[The lamp]{.index .main entry='lamp!of *brass*'} shone.[^a]\n\n"
    "![The tower. It rains.](t.svg){alt='A tower' .index entry=tower}\n:::\n\n"
    "[]{.index entry=lantern see=lamp}\n\nOil[]{.index entry=lamp see-also=oil}.\n\n[^a]: Of [brass]{.index}.\n",
    "two.md": "# Winter\n\nSee [the rock](one.md){.page}; the [lamp]{.index} again, and [here]{.index entry=lamp}.\n",
    "t.svg": '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 40" width="60" height="40">'
    '<path d="M0 0h60v40H0z"/></svg>',
}
VALIDATORS = {"ebook": validate.epub, "web": validate.html, "foot": validate.pdf, "book": validate.pdf}


@pytest.mark.validator
@pytest.mark.slow
@pytest.mark.parametrize("name", VALIDATORS)
def test_made_lists_conform_and_are_accessible(tmp_path: Path, name: str) -> None:
    for file, text in BOOK.items():
        (tmp_path / file).write_text(text, encoding="utf-8")
    loaded = pipeline.load(tmp_path / "book.yaml", (), Cache(None), 1, lambda _: None)
    (edition,) = (each for each in loaded.manifest.editions if each.name == name)
    made = editions.make(loaded, edition, editions.Workshop(Cache(None), tmp_path / "scratch", lambda _: None))
    out = tmp_path / "out"
    for path, data in made.files.items():
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_bytes(data)
    single = next(iter(made.files)) if len(made.files) == 1 else ""
    assert VALIDATORS[name](out / single) == ()
