"""``book.yaml`` as read: the smallest book, the full one, and every way to get one wrong."""

import os
import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookforge import manifest
from bookforge.book import ChapterMeta, Contributor, CopyrightPage, Series, Subject, Voice, When
from bookforge.diagnostics import BookforgeError, Diagnostic, Location, ManifestError
from bookforge.edition import Format
from bookforge.manifest import Manifest
from bookforge.manifest.model import Scalar
from bookforge.manifest.relators import CODES, COMMON
from bookforge.manifest.scalars import Wrong, check
from bookforge.manifest.slugs import SLUG, file_slug, slug
from bookforge.semantics import Matter, Role

SMALLEST = """\
title: A Title
authors: [First Author, Second Author]
language: en
chapters:
  - chapters/one.md
  - chapters/two.md
"""
HEAD = "title: T\nauthors: [A]\nlanguage: en\n"
GOOD = HEAD + "chapters: [chapters/one.md]\n"
FILES = (
    *(
        "chapters/one.md",
        "chapters/two.md",
        "chapters/01-arena.md",
        "chapters/02_the_vision.md",
        "chapters/03 letters.md",
    ),
    *(
        "chapters/contents.md",
        "chapters/index.md",
        "chapters/1999.md",
        "chapters/Prologue.markdown",
        "parts/1-rewind.md",
    ),
    *("front/dedication.md", "front/a-word.md", "back/acknowledgements.md", "back/extra.md", "chapters/arena.md"),
    *("images/cover.svg", "images/a.png", "refs.bib"),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    book = tmp_path / "book"
    for name in FILES:
        (book / name).parent.mkdir(parents=True, exist_ok=True)
        (book / name).touch()
    return book


def read(folder: Path, text: str) -> Manifest:
    (folder / "book.yaml").write_text(text, encoding="utf-8", newline="")
    return manifest.read(folder / "book.yaml")


def refused(folder: Path, text: str) -> tuple[Diagnostic, ...]:
    with pytest.raises(ManifestError) as caught:
        read(folder, text)
    return caught.value.diagnostics


def only(found: tuple[Diagnostic, ...]) -> Diagnostic:
    assert len(found) == 1, found
    return found[0]


# ---------------------------------------------------------------- good books


def test_the_smallest(folder: Path) -> None:
    book = read(folder, SMALLEST)
    assert book.id == "a-title"
    assert (book.path, book.folder) == (folder / "book.yaml", folder)
    assert book.metadata.authors == (Contributor("First Author"), Contributor("Second Author"))
    assert [(e.id, e.role, e.matter, e.path, e.part) for e in book.entries] == [
        ("one", Role.CHAPTER, Matter.BODY, "chapters/one.md", None),
        ("two", Role.CHAPTER, Matter.BODY, "chapters/two.md", None),
    ]
    assert book.entries[1].at == Location("book.yaml", 6, 5)
    assert [(e.name, e.format, e.layout, e.at) for e in book.editions] == [
        ("paperback", Format.PDF, "paperback", None),
        ("ebook", Format.EPUB, "ebook", None),
        ("web", Format.HTML, "web", None),
    ]
    assert (book.voices, book.bibliography) == ({}, None)


def test_a_folder_is_its_book_yaml(folder: Path) -> None:
    read(folder, SMALLEST)
    assert manifest.read(folder).path == folder / "book.yaml"


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_any_line_end_and_byte_order_mark(folder: Path, end: str) -> None:
    book = read(folder, "\ufeff" + SMALLEST.replace("\n", end))
    assert book.entries[1].at.line == 6


def test_another_name(folder: Path) -> None:
    (folder / "short.yaml").write_text(SMALLEST)
    assert manifest.read(folder / "short.yaml").entries[0].at == Location("short.yaml", 5, 5)


FULL = """\
id: the-arena
title: "The Arena: A Memoir"
subtitle: 1999
series: {name: Lives, position: IV}
authors: [A Name, {name: B Name, sort-name: "Name, B", biography: "Lives\\n\\nby the sea."}]
contributors: [{name: C, role: edt, sort-name: C}]
language: en-gb
identifiers:
  - {scheme: uuid, value: 6F1C5C1E-6A5E-4E0E-9B2A-0123456789AB}
  - {scheme: DOI, value: "https://doi.org/10.1234/a.b"}
publisher: Us
place: Lisbon
dates: {published: 2026-11-01, modified: 2026-11}
rights: All rights reserved.
subjects: [{bisac: bio026000, label: Memoirs}, {thema: DNC}, {keyword: memoir}, love]
description: >-
  Two
  voices.
cover: {image: images/cover.svg, alt: A door}
revision: draft 3
bibliography: refs.bib
copyright-page: {holder: A, year: 2026, credits: [One, Two], permissions: Thanks, memory: From memory., names: Changed.}
voices:
  her: {name: the author, label: Her}
  justin: Justin
front-matter: [front/dedication.md, front/a-word.md]
chapters:
  - part: parts/1-rewind.md
    short-title: Back
    chapters:
      - path: chapters/01-arena.md
        voice: her
        when: 1999-05
        short-title: Arena
        language: pt-br
      - {path: chapters/two.md, role: interlude, when: 12, numbered: no, draft: yes}
  - part: "After: the light"
    id: after
    numbered: false
    chapters:
      - {path: chapters/02_the_vision.md, voice: justin, when: {date: 2001, order: 2, label: spring}}
  - chapters/03 letters.md
back-matter: [back/acknowledgements.md, back/extra.md, {role: timeline, title: Dates}]
editions:
  paperback: {format: pdf, trim-size: a5, isbn: 978-0-306-40615-7, widows: 3, justify: yes, font: Garamond, lead: 1.5}
  proof: {format: pdf, layout: proof, of: paperback}
  ebook: {format: EPUB, isbn: 0-8044-2957-X}
"""


def test_the_back_of_the_cover_has_paragraphs(folder: Path) -> None:
    meta = read(folder, GOOD + "cover:\n  back: |\n    Two keepers,\n    one light.\n\n    A winter.\n").metadata
    assert (meta.cover, meta.back_cover) == (None, ("Two keepers, one light.", "A winter."))


def test_the_full_one_metadata(folder: Path) -> None:
    book = read(folder, FULL)
    meta = book.metadata
    assert (book.id, meta.title, meta.subtitle, meta.language) == ("the-arena", "The Arena: A Memoir", "1999", "en-GB")
    assert meta.series == Series("Lives", "IV")
    assert meta.authors[1] == Contributor("B Name", "aut", "Name, B", "Lives\n\nby the sea.")
    assert meta.contributors == (Contributor("C", "edt", "C"),)
    assert [(i.scheme, i.value) for i in meta.identifiers] == [
        ("uuid", "6f1c5c1e-6a5e-4e0e-9b2a-0123456789ab"),
        ("doi", "10.1234/a.b"),
    ]
    assert (meta.publisher, meta.place, meta.published, meta.modified) == ("Us", "Lisbon", "2026-11-01", "2026-11")
    assert meta.subjects == (
        Subject("bisac", "BIO026000", "Memoirs"),
        Subject("thema", "DNC", "DNC"),
        Subject("keyword", None, "memoir"),
        Subject("keyword", None, "love"),
    )
    assert (meta.description, meta.rights, meta.revision) == ("Two voices.", "All rights reserved.", "draft 3")
    assert meta.cover is not None
    assert (meta.cover.path, meta.cover.alt, meta.cover.at.line) == ("images/cover.svg", "A door", 19)
    assert meta.copyright_page == CopyrightPage("A", "2026", ("One", "Two"), ("Thanks",), "From memory.", "Changed.")
    assert book.voices == {"her": Voice("her", "the author", "Her"), "justin": Voice("justin", "Justin", "Justin")}
    assert book.bibliography == "refs.bib"
    assert book.places["bibliography"] == Location("book.yaml", 21, 1)


def test_the_full_one_entries(folder: Path) -> None:
    book = read(folder, FULL)
    assert [(e.id, e.role, e.matter.name, e.part) for e in book.entries] == [
        ("dedication", Role.DEDICATION, "FRONT", None),
        ("a-word", Role.PREFACE, "FRONT", None),
        ("rewind", Role.PART, "BODY", None),
        ("arena", Role.CHAPTER, "BODY", 2),
        ("two", Role.INTERLUDE, "BODY", 2),
        ("after", Role.PART, "BODY", None),
        ("the-vision", Role.CHAPTER, "BODY", 5),
        ("letters", Role.CHAPTER, "BODY", None),
        ("acknowledgements", Role.ACKNOWLEDGMENTS, "BACK", None),
        ("extra", Role.APPENDIX, "BACK", None),
        ("timeline", Role.TIMELINE, "BACK", None),
    ]
    by_id = {e.id: e for e in book.entries}
    assert by_id["rewind"].path == "parts/1-rewind.md"  # type: ignore[index]
    metas = [e.meta for e in book.entries]
    assert metas[2] == ChapterMeta(short_title="Back")
    assert metas[3] == ChapterMeta(short_title="Arena", voice="her", when=When("1999-05"), language="pt-BR")
    assert metas[4] == ChapterMeta(when=When(order=12), numbered=False, draft=True)
    assert metas[5] == ChapterMeta(title="After: the light", numbered=False)
    assert metas[6] == ChapterMeta(voice="justin", when=When("2001", 2, "spring"))
    assert metas[10] == ChapterMeta(title="Dates")


def test_the_full_one_editions(folder: Path) -> None:
    book = read(folder, FULL)
    paperback, proof, ebook = book.editions
    assert paperback.settings == {"trim-size": "a5", "widows": 3, "justify": True, "font": "Garamond", "lead": 1.5}
    assert (paperback.isbn, paperback.layout) == ("978-0-306-40615-7", "paperback")
    assert (proof.of, proof.layout, proof.settings) == ("paperback", "proof", {})
    assert (ebook.isbn, ebook.format, ebook.layout) == ("978-0-8044-2957-3", Format.EPUB, "ebook")
    assert str(book.setting_places["paperback"]["widows"]) == "book.yaml:45:68"


def test_words_that_look_like_something_else(folder: Path) -> None:
    text = GOOD.replace("title: T", "title: 1984").replace("[A]", "[12, Yes]").replace("en\n", "no\n")
    meta = read(folder, text + "subtitle: Null\nrights: 2026-01-01\npublisher: 3.50\n").metadata
    assert (meta.title, meta.language, meta.subtitle, meta.rights) == ("1984", "no", "Null", "2026-01-01")
    assert [author.name for author in meta.authors] == ["12", "Yes"]
    assert meta.publisher == "3.50"


def test_one_author_needs_no_list(folder: Path) -> None:
    assert read(folder, GOOD.replace("[A]", "Only One")).metadata.authors == (Contributor("Only One"),)


def test_blanks_and_unicode_are_tidied(folder: Path) -> None:
    title = unicodedata.normalize("NFD", "Café")
    assert read(folder, GOOD.replace("title: T", f'title: "  {title}\\n  au lait "')).metadata.title == "Café au lait"


# ---------------------------------------------------------------- paths and ids


def paths(folder: Path, *typed: str) -> list[str | None]:
    text = HEAD + "chapters:\n" + "".join(f"  - '{path}'\n" for path in typed)
    return [entry.path for entry in read(folder, text).entries]


def test_a_name_in_another_case(folder: Path) -> None:
    assert paths(folder, "Chapters/ONE.md", "chapters/prologue.markdown") == [
        "chapters/one.md",
        "chapters/Prologue.markdown",
    ]


@pytest.mark.parametrize("on_disk", ["NFC", "NFD"])
@pytest.mark.parametrize("typed", ["NFC", "NFD"])
def test_accents_in_either_form(folder: Path, on_disk: str, typed: str) -> None:
    forms = {form: unicodedata.normalize(form, "chäpters/café.md") for form in ("NFC", "NFD")}
    file = folder / forms[on_disk]
    file.parent.mkdir()
    file.touch()
    book = read(folder, HEAD + f"chapters: [{forms[typed]}]")
    assert [(e.id, e.path) for e in book.entries] == [("cafe", forms["NFC"])]


def test_dots_and_double_slashes(folder: Path) -> None:
    assert paths(folder, "./chapters//one.md", "images/../chapters/two.md") == ["chapters/one.md", "chapters/two.md"]


def test_symbolic_links_inside_the_book(folder: Path) -> None:
    (folder / "chapters/linked.md").symlink_to("one.md")
    (folder / "more").symlink_to("chapters")
    assert paths(folder, "chapters/linked.md", "more/two.md") == ["chapters/linked.md", "more/two.md"]


@pytest.fixture
def odd_folder(folder: Path) -> Path:
    (folder.parent / "secret.md").touch()
    (folder / "out.md").symlink_to("../secret.md")
    (folder / "far.md").symlink_to("/etc/passwd")
    (folder / "etc").symlink_to("/etc")
    (folder / "up").symlink_to("..")
    (folder / "nowhere.md").symlink_to("missing.md")
    (folder / "loop.md").symlink_to("loop.md")
    os.mkfifo(folder / "pipe.md")
    (folder / "dir.md").mkdir()
    return folder


@pytest.mark.parametrize(
    ("typed", "says", "hint"),
    [
        ("chapters/onne.md", "does not exist", "'chapters/one.md'"),
        ("chapter/one.md", "does not exist", "'chapters/one.md'"),
        ("chapters/one.txt", "does not exist", "'chapters/one.md'"),
        ("chapters/one", "does not exist", "chapters/one.md"),
        ("zzz.md", "does not exist", "holds"),
        ("chapters/one.md/x.md", "does not exist", "holds"),
        ("chapters\\one.md", "backslashes", "chapters/one.md"),
        ("C:\\Users\\me\\one.md", "does not begin in the book's folder", "copy"),
        ("c:/one.md", "does not begin in the book's folder", "copy"),
        ("\\\\server\\one.md", "does not begin in the book's folder", "copy"),
        ("/etc/passwd", "does not begin in the book's folder", "copy"),
        ("~/one.md", "does not begin in the book's folder", "copy"),
        ("https://example.org/a.md", "address", "save"),
        ("../secret.md", "leads out", "own folder"),
        ("chapters/../../secret.md", "leads out", "own folder"),
        ("out.md", "leads out", "own folder"),
        ("far.md", "leads out", "own folder"),
        ("etc/passwd", "leads out", "own folder"),
        ("up/secret.md", "leads out", "own folder"),
        ("nowhere.md", "leads nowhere", "file itself"),
        ("loop.md", "leads nowhere", "file itself"),
        ("pipe.md", "ordinary file", "ordinary"),
        ("dir.md", "folder", "one file"),
        ("chapters", "folder", "one file"),
        ("images/a.png", "not a Markdown file", ".md"),
        (".", "", ""),
        ("x" * 1500 + ".md", "", ""),
    ],
)
def test_paths_that_are_refused(odd_folder: Path, typed: str, says: str, hint: str) -> None:
    found = only(refused(odd_folder, HEAD + f"chapters:\n  - '{typed}'\n"))
    assert found.at == Location("book.yaml", 5, 5)
    assert says in found.message
    assert hint in (found.hint or "")


def test_the_same_file_twice(folder: Path) -> None:
    (folder / "chapters/linked.md").symlink_to("one.md")
    for second in ("chapters/one.md", "Chapters/One.md", "chapters/linked.md"):
        found = only(refused(folder, HEAD + f"chapters: [chapters/one.md, {second}]"))
        assert found.rule == "entry-unique"
        assert "book.yaml:4:12" in (found.hint or "")


def test_one_id_twice_names_both_places(folder: Path) -> None:
    found = only(refused(folder, HEAD + "chapters:\n  - chapters/01-arena.md\n  - chapters/arena.md\n"))
    assert (found.rule, str(found.at)) == ("id-unique", "book.yaml:6:5")
    assert "book.yaml:5:5" in found.message
    found = only(refused(folder, HEAD + "chapters:\n  - chapters/one.md\n  - {path: chapters/two.md, id: one}\n"))
    assert str(found.at) == "book.yaml:6:33"


@pytest.mark.parametrize("name", ["contents", "index"])
def test_ids_that_are_taken(folder: Path, name: str) -> None:
    found = only(refused(folder, HEAD + f"chapters: [chapters/one.md, chapters/{name}.md]"))
    assert (found.rule, str(found.at)) == ("id-unique", "book.yaml:4:29")
    assert "id: …" in (found.hint or "")


def test_a_page_that_is_made_can_be_replaced(folder: Path) -> None:
    book = read(folder, GOOD + "front-matter: [chapters/contents.md, {role: half-title}]")
    assert [(e.id, e.role) for e in book.entries[:2]] == [
        ("contents", Role.CONTENTS),
        ("halftitlepage", Role.HALFTITLEPAGE),
    ]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("chapters/01-arena.md", "arena"),
        ("02_the_vision.md", "the-vision"),
        ("03 letters.md", "letters"),
        ("1.2 Two Letters.md", "two-letters"),
        ("2026-05-letter.md", "letter"),
        ("01.md", "chapter-01"),
        ("2nd-chance.md", "chapter-2nd-chance"),
        ("Café Œuvre ß.md", "cafe-oeuvre-ss"),
        ("It's over.md", "its-over"),
        ("a--b__c.markdown", "a-b-c"),
        ("part.one.md", "part-one"),
        ("ŁÓDŹ.md", "lodz"),
    ],
)
def test_slugs_of_files(path: str, expected: str) -> None:
    assert file_slug(path, "chapter") == expected


def test_slugs_of_other_scripts_are_stable() -> None:
    assert slug("東京物語", "book") == slug("東京物語", "book") != slug("東京", "book")
    assert SLUG.fullmatch(slug("東京物語", "book"))
    assert slug(unicodedata.normalize("NFD", "ガラス"), "book") == slug("ガラス", "book")


@given(st.text(max_size=200))
def test_every_text_has_a_slug(text: str) -> None:
    made = slug(text, "chapter")
    assert SLUG.fullmatch(made)
    assert len(made) <= 60


# ---------------------------------------------------------------- what is refused


ENTRY = "chapters:\n  - "
EDITION = GOOD + "editions:\n  p: "
SAME_ISBN = "{format: pdf, isbn: 9780306406157}\n  q: {format: epub, isbn: 0 306 40615 2}\n"

# (manifest, rule, place, words of the message, words of the hint)
CASES = (
    ("", "manifest-types", "1:1", "empty", "title"),
    ("# nothing\n", "manifest-types", "1:1", "empty", "title"),
    ("- a\n- b\n", "manifest-types", "1:1", "a list", "title"),
    ("only words\n", "manifest-types", "1:1", "not a mapping", "title"),
    (GOOD + "titel: x\n", "manifest-keys-known", "5:1", "'titel' in book.yaml", "'title'"),
    (GOOD + "Subtitle: x\n", "manifest-keys-known", "5:1", "'Subtitle'", "'subtitle'"),
    (GOOD + "front_matter: x\n", "manifest-keys-known", "5:1", "'front_matter'", "'front-matter'"),
    (GOOD + "colour: x\n", "manifest-keys-known", "5:1", "'colour'", "the keys here are"),
    (GOOD.replace("title", "titel"), "manifest-keys-known", "1:1", "'titel'", "'title'"),
    (GOOD.replace("title: T\n", ""), "manifest-keys-required", "1:1", "no 'title'", "title: "),
    (GOOD.replace("authors: [A]\n", ""), "manifest-keys-required", "1:1", "no 'authors'", "authors: "),
    (GOOD.replace("language: en\n", ""), "manifest-keys-required", "1:1", "no 'language'", "language: "),
    (HEAD, "manifest-keys-required", "1:1", "no 'chapters'", "chapters: "),
    (GOOD.replace(" T\n", "\n"), "manifest-types", "1:7", "no value", "remove"),
    (GOOD.replace(" T\n", " ~\n"), "manifest-types", "1:8", "no value", "remove"),
    (GOOD.replace(" T\n", ' ""\n'), "manifest-types", "1:8", "empty", "remove"),
    (GOOD.replace(" T\n", " [T]\n"), "manifest-types", "1:8", "must be text, not a list", "quotes"),
    (GOOD.replace(" T\n", " {a: b}\n"), "manifest-types", "1:8", "must be text, not a mapping", "quotes"),
    (GOOD.replace(" T\n", f" {'x' * 1001}\n"), "manifest-types", "1:8", "more than 1000", "quotation"),
    (GOOD.replace("[A]", "[]"), "manifest-types", "2:10", "empty list", "remove"),
    (GOOD.replace("[A]", "[{sort-name: A}]"), "manifest-keys-required", "2:11", "no 'name'", "name: "),
    (GOOD.replace("[A]", "[A, [B]]"), "manifest-types", "2:14", "a list", "'key: value'"),
    (GOOD.replace("[chapters/one.md]", "[]"), "manifest-types", "4:11", "empty list", "remove"),
    (GOOD.replace("[chapters/one.md]", "one.md"), "manifest-types", "4:11", "must be a list", "'- '"),
    (GOOD.replace("[chapters/one.md]", ""), "manifest-types", "4:10", "empty", "'- '"),
    (GOOD + "voices: {}\n", "manifest-types", "5:9", "at least one voice", "name"),
    (GOOD + "voices: [her]\n", "manifest-types", "5:9", "at least one voice", "name"),
    (GOOD + "voices: {Her Self: x}\n", "id-shape", "5:10", "cannot be an id", "her-self"),
    (GOOD + "voices: {her: {label: x}}\n", "manifest-keys-required", "5:15", "'her' has no 'name'", "name: "),
    (GOOD + "id: The Arena\n", "id-shape", "5:5", "cannot be an id", "the-arena"),
    (GOOD + f"id: {'a' * 61}\n", "id-shape", "5:5", "more than 60", "shorter"),
    (GOOD.replace(" en\n", " english\n"), "language-tag", "3:11", "name of a language", "write en"),
    (GOOD.replace(" en\n", " en_GB\n"), "language-tag", "3:11", "hyphens", "en-GB"),
    (GOOD.replace(" en\n", " e\n"), "language-tag", "3:11", "not a language tag", "en-GB"),
    (GOOD + "series: {position: 2}\n", "manifest-keys-required", "5:9", "no 'name'", "name: "),
    (GOOD + "contributors: [{name: A}]\n", "manifest-keys-required", "5:16", "no 'role'", "role: "),
    (GOOD + "contributors: [{name: A, role: editor}]\n", "relator-known", "5:32", "'editor'", "edt"),
    (GOOD + "contributors: [{name: A, role: EDT}]\n", "relator-known", "5:32", "'EDT'", "write edt"),
    (GOOD + "contributors: [{name: A, role: qqq}]\n", "relator-known", "5:32", "'qqq'", "ill (illustrator)"),
    (GOOD + "identifiers: [{scheme: isbn, value: 1}]\n", "identifier-valid", "5:15", "edition", "isbn:"),
    (GOOD + "identifiers: [{scheme: uuid, value: x}]\n", "identifier-valid", "5:37", "UUID", "8-4-4-4-12"),
    (GOOD + "identifiers: [{scheme: doi, value: x}]\n", "identifier-valid", "5:36", "DOI", "10."),
    (GOOD + "identifiers: [{scheme: url, value: x}]\n", "identifier-valid", "5:36", "address", "https"),
    (GOOD + "dates: {published: 2026-13-01}\n", "date-valid", "5:20", "no date 2026-13-01", "2026-11-01"),
    (GOOD + "dates: {published: 2025-02-29}\n", "date-valid", "5:20", "no date", "2026-11-01"),
    (GOOD + "dates: {modified: 1 May 2026}\n", "date-valid", "5:19", "sorted", "2026-11-01"),
    (GOOD + "dates: 2026\n", "manifest-types", "5:8", "must be a mapping", "'key: value'"),
    (GOOD + "subjects: [{bisac: BIO26}]\n", "subject-code", "5:20", "BISAC", "six digits"),
    (GOOD + "subjects: [{thema: '!'}]\n", "subject-code", "5:20", "Thema", "letters"),
    (GOOD + "subjects: [{label: x}]\n", "subject-code", "5:12", "exactly one", "bisac"),
    (GOOD + "subjects: [{bisac: BIO026000, keyword: x}]\n", "subject-code", "5:12", "exactly one", "bisac"),
    (GOOD + "cover: images/cover.svg\n", "manifest-types", "5:8", "must be a mapping", "'key: value'"),
    (GOOD + "cover: {alt: A door}\n", "manifest-keys-required", "5:8", "no 'image'", "image: "),
    (
        GOOD + "editions:\n  p: {format: pdf, printer: kdp, wrap: {price: $9.99}}\n",
        "manifest-types",
        "6:48",
        "price in five digits",
        "90000",
    ),
    (GOOD + "cover: {lettering: set}\n", "manifest-keys-required", "5:8", "no 'image'", "image: "),
    (GOOD + "cover: {image: images/cover.svg}\n", "manifest-keys-required", "5:8", "no 'alt'", "alt: "),
    (GOOD + "cover: {image: images/covr.svg, alt: x}\n", "manifest-file-exists", "5:16", "covr", "cover.svg"),
    (GOOD + "cover: {image: ../x.svg, alt: x}\n", "manifest-file-exists", "5:16", "leads out", "folder"),
    (GOOD + "bibliography: ref.bib\n", "manifest-file-exists", "5:15", "ref.bib", "'refs.bib'"),
    (GOOD + "copyright-page: {holdr: x}\n", "manifest-keys-known", "5:18", "'copyright-page'", "'holder'"),
    (GOOD + "copyright-page: {credits: []}\n", "manifest-types", "5:27", "empty list", "remove"),
    (HEAD + ENTRY + "{title: X}\n", "entry-complete", "5:5", "neither a file", "path: "),
    (HEAD + ENTRY + "{role: chapter}\n", "entry-complete", "5:5", "needs a file", "timeline"),
    (HEAD + ENTRY + "{role: about-the-authors}\n", "entry-complete", "5:5", "biography", "path: "),
    (HEAD + ENTRY + "{path: chapters/one.md, role: chaptr}\n", "role-known", "5:35", "'chaptr'", "'chapter'"),
    (HEAD + ENTRY + "{path: chapters/one.md, role: part}\n", "role-known", "5:35", "part", "- part:"),
    (HEAD + ENTRY + "{path: chapters/one.md, id: Bad Id}\n", "id-shape", "5:33", "Bad Id", "bad-id"),
    (HEAD + ENTRY + "{path: chapters/one.md, voice: her}\n", "voice-declared", "5:36", "'her'", "declare"),
    (HEAD + ENTRY + "{path: chapters/one.md, when: spring}\n", "date-valid", "5:35", "'spring'", "order"),
    (HEAD + ENTRY + "{path: chapters/one.md, when: {order: x}}\n", "manifest-types", "5:43", "whole", "3"),
    (HEAD + ENTRY + "{path: chapters/one.md, numbered: 1}\n", "manifest-types", "5:39", "'1'", "true"),
    (HEAD + ENTRY + "{path: chapters/one.md, draft: 'x'}\n", "manifest-types", "5:36", "'x'", "true"),
    (HEAD + ENTRY + "{path: chapters/one.md, file: x}\n", "manifest-keys-known", "5:29", "an entry", "title"),
    (HEAD + ENTRY + "{part: A}\n", "manifest-keys-required", "5:5", "no 'chapters'", "chapters: "),
    (HEAD + ENTRY + "{part: A, chapters: []}\n", "manifest-types", "5:25", "empty list", "item"),
    (
        HEAD + ENTRY + "{part: A, chapters: [{part: B, chapters: [chapters/one.md]}]}\n",
        "part-placed",
        "5:33",
        "cannot stand here",
        "one after the other",
    ),
    (HEAD + ENTRY + "{part: x/y.md, chapters: [chapters/one.md]}\n", "entry-file-exists", "5:12", "x/y.md", "holds"),
    (HEAD + ENTRY + "{part: A, title: B, chapters: [chapters/one.md]}\n", "entry-complete", "5:15", "twice", "file"),
    (
        GOOD + "back-matter: [{part: B, chapters: [chapters/two.md]}]\n",
        "part-placed",
        "5:22",
        "cannot stand here",
        "one after the other",
    ),
    (HEAD + ENTRY + "12\n", "entry-file-exists", "5:5", "'12'", "holds"),
    (HEAD + ENTRY + "\n  - chapters/one.md\n", "manifest-types", "5:4", "empty", "'key: value'"),
    (HEAD + ENTRY + "chapters/one.md\n    title: x\n", "yaml-syntax", "6:5", "plain text", "- path:"),
    (EDITION + "{layout: web}\n", "manifest-keys-required", "6:6", "'p' has no 'format'", "format: "),
    (EDITION + "{format: docx}\n", "format-known", "6:15", "'docx'", "pdf, epub, html"),
    (EDITION + "pdf\n", "manifest-types", "6:6", "must be a mapping", "'key: value'"),
    (EDITION + "{format: pdf, lead: [1]}\n", "manifest-types", "6:26", "'lead'", "number"),
    (EDITION + "{format: pdf, lead: }\n", "manifest-types", "6:25", "'lead'", "number"),
    (EDITION + "{format: pdf, trim-size: big}\n", "trim-size-valid", "6:31", "'big'", "5.5x8.5in"),
    (EDITION + "{format: pdf, trim-size: 6x9}\n", "trim-size-valid", "6:31", "'6x9'", "did you mean 6x9in?"),
    (EDITION + "{format: pdf, printer: kdp, wrap: {width: 0in}}\n", "manifest-types", "6:48", "no width", "template"),
    (EDITION + "{format: pdf, isbn: 978-0-306-40615-8}\n", "isbn-valid", "6:26", "ends in 8", "ends in 7"),
    (EDITION + "{format: pdf, isbn: 080442957X1}\n", "isbn-valid", "6:26", "not an ISBN", "978"),
    (EDITION + "{format: pdf, isbn: 0804429571}\n", "isbn-valid", "6:26", "ends in 1", "ends in X"),
    (EDITION + "{format: pdf, of: q}\n", "edition-of-known", "6:24", "no edition 'q'", "none"),
    (EDITION + "{format: pdf, of: p}\n", "edition-of-known", "6:24", "itself", "name"),
    (EDITION + "{format: epub, of: q}\n  q: {format: pdf}\n", "edition-of-known", "6:25", "only a PDF", "pdf"),
    (EDITION + "{format: pdf, of: q}\n  q: {format: epub}\n", "edition-of-known", "6:24", "not a PDF", "PDF"),
    (EDITION + "{format: pdf, of: qq}\n  qq1: {format: pdf}\n", "edition-of-known", "6:24", "'qq'", "'qq1'"),
    (EDITION + "{format: pdf, paper: cream}\n", "printer-named", "6:20", "'paper'", "printer: generic"),
    (EDITION + "{format: pdf, wrap: {pages: 9}}\n", "printer-named", "6:20", "'wrap'", "printer: generic"),
    (EDITION + "{format: html, pdf-x: true}\n", "printer-named", "6:21", "'pdf-x'", "take 'pdf-x' out"),
    (
        EDITION + "{format: pdf, printer: kdp}\n  p-kdp: {format: html}\n",
        "edition-folder-own",
        "6:20",
        "'p-kdp'",
        "name",
    ),
    (
        EDITION + "{format: pdf, printer: x/q-Kdp.yaml}\n  p-q: {format: pdf, printer: kdp}\n",
        "edition-folder-own",
        "7:22",
        "'p'",
        "another name",
    ),
    (EDITION + SAME_ISBN, "isbn-unique", "7:27", "same ISBN as 'p'", "own"),
    (GOOD + "editions:\n  My Paperback: {format: pdf}\n", "id-shape", "6:3", "an edition", "my-paperback"),
)


@pytest.mark.parametrize(("text", "rule", "place", "says", "hint"), CASES)
def test_one_mistake_one_finding(folder: Path, text: str, rule: str, place: str, says: str, hint: str) -> None:
    found = only(refused(folder, text))
    assert (found.rule, str(found.at)) == (rule, f"book.yaml:{place}")
    assert says in found.message
    assert hint in (found.hint or "")


def test_all_mistakes_at_once(folder: Path) -> None:
    text = """\
title: [T]
authors: [A]
language: english
chapters: [chapters/onne.md, {path: chapters/two.md, voice: x}]
editions: {p: {format: docx}}
color: red
"""
    assert [found.at.line for found in refused(folder, text) if found.at] == [1, 3, 4, 4, 5, 6]


def test_a_missing_manifest(tmp_path: Path) -> None:
    with pytest.raises(ManifestError) as caught:
        manifest.read(tmp_path)
    assert caught.value.diagnostics[0].rule == "book-found"


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        ("title: Café".encode("latin-1"), "text-encoding"),
        (SMALLEST.encode("utf-16"), "text-encoding"),
        (b"title: \0", "text-characters"),
        (b"#" * 1_000_001, "file-size"),
        (b"a: &a [" + b"*a," * 1000 + b"]", "yaml-limits"),
        (b"".join(b"key%d: v\n" % n for n in range(40_000)), "yaml-limits"),
    ],
)
def test_files_that_are_no_manifest(tmp_path: Path, data: bytes, rule: str) -> None:
    (tmp_path / "book.yaml").write_bytes(data)
    with pytest.raises(ManifestError) as caught:
        manifest.read(tmp_path)
    assert caught.value.diagnostics[0].rule == rule


# ---------------------------------------------------------------- single values


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        (Scalar.FLAG, "Yes", "true"),
        (Scalar.FLAG, "off", "false"),
        (Scalar.WHEN, "1999", "1999"),
        (Scalar.WHEN, "999", "999"),
        (Scalar.WHEN, "-3", "-3"),
        (Scalar.ORDER, "007", "7"),
        (Scalar.LANGUAGE, "ZH-hant-tw", "zh-Hant-TW"),
        (Scalar.LANGUAGE, "de-1996", "de-1996"),
        (Scalar.LANGUAGE, "es-419", "es-419"),
        (Scalar.LANGUAGE, "en-x-private", "en-x-private"),
        (Scalar.ISBN, "ISBN 978 0 306 40615 7", "978-0-306-40615-7"),
        (Scalar.ISBN, "ISBN-13: 9780306406157", "9780306406157"),
        (Scalar.ISBN, "978–0–306–40615–7", "978-0-306-40615-7"),
        (Scalar.ISBN, "080442957x", "9780804429573"),
        (Scalar.ROLE, "acknowledgements", "acknowledgments"),
        (Scalar.THEMA, "1kbb-us-n", "1KBB-US-N"),
    ],
)
def test_values_as_kept(kind: Scalar, typed: str, kept: str) -> None:
    assert check(kind, typed) == kept


@given(st.sampled_from(list(Scalar)), st.text(max_size=40))
def test_any_text_is_kept_or_refused_with_a_hint(kind: Scalar, typed: str) -> None:
    found = check(kind, typed)
    if isinstance(found, Wrong):
        assert found.message
        assert found.hint
    else:
        assert check(kind, found) == found


def test_relators() -> None:
    assert set(COMMON) <= CODES
    assert all(len(code) == 3 and code.isalpha() for code in CODES)


WORDS = st.sampled_from(
    (
        *(
            "title",
            "T",
            "chapters",
            "chapters/one.md",
            "part",
            "- ",
            ": ",
            "\n",
            "\n  ",
            "\n    ",
            "editions",
            "format",
        ),
        *(
            "pdf",
            "authors",
            "[",
            "]",
            "{",
            "}",
            ", ",
            "when",
            "1999",
            "voices",
            "id",
            "path",
            "role",
            "timeline",
            "&a ",
        ),
        *("*a", "'"),
    )
)


@given(st.lists(WORDS, max_size=30).map("".join))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_manifest_is_read_or_refused(folder: Path, text: str) -> None:
    try:
        read(folder, text)
    except BookforgeError as problem:
        places = [found.at for found in problem.diagnostics]
        assert all(place and place.line for place in places), text
