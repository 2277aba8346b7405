"""Books with notes, an index, a list of illustrations, cross references: every number leads where it says."""

import dataclasses
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest
from test_editions import load
from tests.unit import books, rich_book

from bookforge import editions, illustrations, xhtml
from bookforge.cache import Cache
from bookforge.compose import notes
from bookforge.diagnostics import Diagnostic, EditionError, Report
from bookforge.edition import Artifact, Composition
from bookforge.laid import Laid
from bookforge.semantics import Role
from bookforge.writers import pdf

FILLER = " ".join(["The lamp wanted trimming every four hours and we got into the way of talking."] * 12)
TITLES = ("Rock", "Salt", "Winter")
TOWER = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 40" width="60" height="40"><path d="M0 0h60v40H0z"/></svg>'
)


def chapter(number: int) -> str:
    """Return a chapter of some five pages with four notes, marks near its beginning and its end, and a range."""
    notes = "\n\n".join(f"[^{n}]: Note {n} of chapter {number}, on [salt]{{.index}}." for n in range(1, 5))
    blocks = [f"{FILLER}[^{n}]" for n in range(1, 5)]
    return (
        f"# {TITLES[number - 1]}\n\nA [lantern]{{.index}} at once, []{{.index entry=oil range=start}}see "
        f"[the place](three.md#place){{.page}}.\n\n" + "\n\n".join(blocks) + "\n\n"
        f'![Tower of {TITLES[number - 1]}. It rains.](t.svg){{alt="A tower"}}\n\n'
        f"The end[]{{.index entry=oil range=end}}, [here]{{#place .index .main entry=lantern!end}}.\n\n{notes}\n"
    )


BOOK = {
    "book.yaml": "title: Salt\nauthors: [A]\nlanguage: en\nfront-matter:\n  - role: illustrations\n"
    "  - {path: preface.md, role: preface}\nchapters: [one.md, two.md, three.md]\neditions:\n"
    "  foot: {format: pdf, layout: paperback}\n"
    "  page: {format: pdf, layout: paperback, note-numbers: page}\n"
    "  chapter: {format: pdf, layout: paperback, notes: chapter}\n"
    "  book: {format: pdf, layout: paperback, notes: book, note-numbers: book, index-ranges: full}\n"
    "  neither: {format: pdf, layout: paperback, notes: book, note-numbers: page}\n"
    "  epub: {format: epub, layout: ebook}\n",
    "preface.md": '# Preface\n\nA [lantern]{.index} before.[]{.index entry="lamp" see="lantern"}\n\n'
    '![Light at $x^2$, [far](https://example.org/), ![](t.svg)](t.svg){alt="A tower"}\n',
    "one.md": chapter(1),
    "two.md": chapter(2),
    "three.md": chapter(3),
    "t.svg": TOWER,
}


class Made(NamedTuple):
    """An edition as laid out, with its document read."""

    laid: Laid
    root: xhtml.Element
    said: list[Diagnostic]

    def label(self, identity: str) -> str:
        return self.laid.pages[self.laid.anchors[identity][0]].label

    def page(self, identity: str) -> str:
        return self.laid.pages[self.laid.anchors[identity][0]].text

    def entry(self, term: str) -> xhtml.Element:
        (found,) = (each for each in xhtml.find_class(self.root, "index-entry") if xhtml.text(each).startswith(term))
        return found


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Made]:
    folder = tmp_path_factory.mktemp("book")
    loaded = load(folder, BOOK)
    store = Cache(folder / "cache")
    found = {}
    really = pdf.write
    with pytest.MonkeyPatch.context() as patch:
        for edition in loaded.manifest.editions:
            if edition.name not in {"foot", "page", "chapter", "book"}:
                continue
            seen: list[tuple[Composition, Laid]] = []

            def write(composition: Composition, laid: Laid, report: Report, *, seen: list = seen) -> Artifact:
                seen.append((composition, laid))
                return really(composition, laid, report)

            patch.setattr(pdf, "write", write)
            said: list[Diagnostic] = []
            editions.make(loaded, edition, editions.Workshop(store, folder / "scratch", said.append))
            composition, laid = seen[-1]
            body = re.sub(r"^.*?<body[^>]*>|</body>.*$", "", composition.documents[0].text, flags=re.DOTALL)
            found[edition.name] = Made(laid, xhtml.read(body), said)
    return found


@pytest.mark.parametrize("name", ["foot", "page", "chapter", "book"])
def test_every_number_of_the_index_is_the_page_of_its_mark(made: Mapping[str, Made], name: str) -> None:
    edition = made[name]
    places = [each for each in xhtml.find_class(edition.root, "locator", "a")]
    assert len(places) > 5
    for place in places:
        first = re.split("[n–]", xhtml.text(place))[0]
        assert first == edition.label((place.get("href") or "")[1:])


def test_an_entry_has_roman_pages_first_and_its_main_one_marked(made: Mapping[str, Made]) -> None:
    lantern = xhtml.text(made["foot"].entry("lantern"))
    assert re.fullmatch(r"lantern, [ivx]+, 1, \d+, \d+", lantern)
    end = made["foot"].entry("end")
    assert [xhtml.has_class(each, "main") for each in end.iter("a")] == [True] * 3
    assert xhtml.text(made["foot"].entry("lamp")) == "lamp. See lantern"


def test_a_range_runs_from_its_first_to_its_last_page(made: Mapping[str, Made]) -> None:
    edition = made["book"]
    runs = [tuple(map(int, run.split("–"))) for run in re.findall(r"\d+–\d+", xhtml.text(edition.entry("oil")))]
    starts = [int(edition.label(f"{each}.ix-2")) for each in ("one", "two", "three")]
    ends = [int(edition.label(f"{each}.ix-3")) for each in ("one", "two", "three")]
    assert {page for first, last in runs for page in range(first, last + 1)} == {
        page for first, last in zip(starts, ends, strict=True) for page in range(first, last + 1)
    }


def test_notes_in_the_index_are_told_from_text(made: Mapping[str, Made]) -> None:
    assert re.fullmatch(r"salt(, \d+n)+", xhtml.text(made["foot"].entry("salt")))
    assert re.fullmatch(r"salt(, \d+n\d+)+", xhtml.text(made["book"].entry("salt")))


def numbers(edition: Made) -> dict[str, str]:
    """Return the printed number of each note."""
    foot = {str(each.get("id")): str(each.get("data-number")) for each in xhtml.find_class(edition.root, "footnote")}
    apart = {
        str(each.get("id")): xhtml.text(next(xhtml.find_class(each, "note-number")))
        for each in xhtml.find_class(edition.root, "endnote")
    }
    return foot | apart


def test_notes_count_by_chapter_by_page_and_through_the_book(made: Mapping[str, Made]) -> None:
    assert list(numbers(made["foot"]).values()) == ["1", "2", "3", "4"] * 3
    assert list(numbers(made["chapter"]).values()) == ["1", "2", "3", "4"] * 3
    assert list(numbers(made["book"]).values()) == [str(number) for number in range(1, 13)]
    on_pages: dict[str, list[str]] = {}
    for identity, number in numbers(made["page"]).items():
        on_pages.setdefault(made["page"].label(identity), []).append(number)
    assert all(found == [str(number) for number in range(1, len(found) + 1)] for found in on_pages.values())
    assert any(len(found) > 1 for found in on_pages.values())


def test_a_note_that_cannot_stand_on_its_page_has_a_letter_where_pages_count() -> None:
    """Its call stands among those of one page, and the note itself on another one."""
    plain = [dataclasses.replace(books.note(number, "Word."), id=f"one.note-{number}") for number in (1, 2, 3)]
    plain[1] = dataclasses.replace(plain[1], markup="<ul><li>Word.</li></ul>")
    section = rich_book.section(Role.CHAPTER, "one", books.section("one.md", "<p>A.</p>", "A", notes=tuple(plain)))
    pages = {"one.note-1": "7", "one.note-2": "9", "one.note-3": "7"}
    assert notes.numbers([section], "page", pages) == {"one.note-1": "1", "one.note-2": "a", "one.note-3": "2"}
    assert list(notes.numbers([section], "page", pages, {"one.note-3"}).values()) == ["1", "a", "b"]
    assert list(notes.numbers([section], "chapter", pages).values()) == ["1", "2", "3"]


def test_endnotes_stand_at_the_end_of_their_chapter(made: Mapping[str, Made]) -> None:
    notes = [*xhtml.find_class(made["chapter"].root, "endnote")]
    assert notes
    for each in notes:
        around = next(above for above in each.iterancestors() if above.get("data-section"))
        assert str(each.get("id")).startswith(f"{around.get('data-section')}.")


def test_notes_of_the_book_have_chapters_links_back_and_heads_that_name_pages(made: Mapping[str, Made]) -> None:
    edition = made["book"]
    (section,) = (each for each in edition.root.iter("section") if each.get("id") == "book-notes")
    assert [xhtml.text(each) for each in xhtml.find_class(section, "notes-title")] == [
        f"{number}. {title}" for number, title in enumerate(TITLES, 1)
    ]
    calls = {f"#{each.get('id')}": each.get("href") for each in xhtml.find_class(edition.root, "noteref", "a")}
    for each in xhtml.find_class(section, "endnote"):
        back = next(each.iter("a")).get("href") or ""
        assert calls[back] == f"#{each.get('id')}"
    heads: dict[str, set[str]] = {}
    for each in xhtml.find_class(section, "endnote"):
        heads.setdefault(edition.label(str(each.get("id"))), set()).add(
            str(next(xhtml.find_class(each, "note-begins")).get("data-running"))
        )
    for page, said in heads.items():
        called = [
            int(edition.label(str(each.get("id")).replace(".note-", ".noteref-")))
            for each in xhtml.find_class(section, "endnote")
            if edition.label(str(each.get("id"))) == page
        ]
        assert said == {f"Notes to pages {min(called)}–{max(called)}"}


def test_the_section_of_notes_stands_before_the_index(made: Mapping[str, Made]) -> None:
    order = [str(each.get("id")) for each in made["book"].root.iter("section") if each.get("data-section")]
    assert order[-3:] == ["book-notes", "book-index", "colophon"]
    assert "book-notes" not in [each.get("id") for each in made["foot"].root.iter("section")]


def test_a_cross_reference_prints_its_page(made: Mapping[str, Made]) -> None:
    edition = made["foot"]
    printed = [xhtml.text(each) for each in xhtml.find_class(edition.root, "page-reference")]
    assert printed == [f" (page {edition.label('three.place')})"] * 3


def test_illustrations_are_listed_by_the_first_sentence_of_their_captions(made: Mapping[str, Made]) -> None:
    (listing,) = xhtml.find_class(made["foot"].root, "illustration-list")
    first, *others = listing.iter("a")
    assert [xhtml.text(each) for each in others] == [f"Tower of {title}" for title in TITLES]
    assert all(made["foot"].label((each.get("href") or "")[1:]).isdecimal() for each in others)
    # a formula is drawn, the list's link holds no other, and a picture is not shown twice
    assert xhtml.text(first).startswith("Light at , far")
    assert [str(each.get("src")).partition("/")[0] for each in first.iter("img")] == ["formulas"]
    assert len(list(listing.iter("a"))) == 4


@pytest.mark.parametrize(
    ("caption", "name"),
    [
        ("The house, 1999. It stands.", "The house, 1999"),
        ("Figure 10. The house. It stands.", "Figure 10. The house"),
        ("Fig. 7: the house. It stands.", "Fig. 7: the house"),
        ("Mr. J. Smith at No. 2. Later.", "Mr. J. Smith at No. 2"),
        ("“Who?” he asked. Nobody.", "“Who?” he asked"),
        ("Who is it? Nobody.", "Who is it?"),
        ("Only one.", "Only one"),
    ],
)
def test_the_first_sentence_of_a_caption(caption: str, name: str) -> None:
    body = f'<figure id="f"><img src="a.png"/><figcaption>{caption}</figcaption></figure>'
    section = rich_book.section(Role.CHAPTER, "one", books.section("one.md", body, "A"))
    assert [each.name for each in illustrations.captioned(section)] == [name]


def test_notes_apart_are_not_numbered_by_page(tmp_path: Path) -> None:
    loaded = load(tmp_path, BOOK)
    (edition,) = (each for each in loaded.manifest.editions if each.name == "neither")
    with pytest.raises(EditionError) as problem:
        editions.compose_only(loaded, edition, editions.Workshop(Cache(None), tmp_path, pytest.fail))
    (found,) = problem.value.diagnostics
    assert (found.rule, str(found.at)) == ("setting-fits", "book.yaml:13:12")


def test_an_e_book_has_links_instead(tmp_path: Path) -> None:
    loaded = load(tmp_path, BOOK)
    (edition,) = (each for each in loaded.manifest.editions if each.name == "epub")
    composition = editions.compose_only(loaded, edition, editions.Workshop(Cache(None), tmp_path, pytest.fail))
    (document,) = (each for each in composition.documents if each.section == "book-index")
    assert 'epub:type="index"' in document.text
    assert '<a href="one.xhtml#one.ix-1" class="locator" epub:type="index-locator">Rock</a>' in document.text
    assert ("index", "Index", "book-index.xhtml") in [
        (each.epub_type, each.label, each.href) for each in composition.landmarks
    ]
    assert "page-reference" not in "".join(each.text for each in composition.documents)
