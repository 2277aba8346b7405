"""Marks, dashes and spaces by language, case by case (``typography.txt``), and what must hold for any text."""

import dataclasses
import re
import time
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bookforge import manifest, words, xhtml
from bookforge.cache import Cache, Shelf
from bookforge.diagnostics import ManifestError
from bookforge.markdown import pandoc
from bookforge.typography import divisions, house, languages, quotes
from bookforge.typography.choices import Choices
from tests.unit import rich_book

CASES = Path(__file__).with_name("typography.txt")
_HEAD = re.compile(r"\[([\w-]+)((?: [\w=-]+)*)\]")
_SHOWN = str.maketrans({"\u00a0": "~", "\u202f": "_", "\u2060": "^"})


class Case(NamedTuple):
    """A line of the list: language, options, what is typed, what is set."""

    language: str
    options: tuple[str, ...]
    typed: str
    expected: str


def cases() -> list[Case]:
    found: list[Case] = []
    language, options = "", ()
    for line in CASES.read_text("utf-8").splitlines():
        if head := _HEAD.fullmatch(line):
            language, options = head[1], tuple(head[2].split())
        elif line and not line.startswith("#"):
            typed, _, rest = line.partition(" => ")
            expected, _, reason = rest.rpartition(" ## ")
            assert reason, line
            found.append(Case(language, options, typed, expected))
    return found


ALL = cases()


def house_of(language: str, options: tuple[str, ...] = ()) -> house.House:
    chosen: dict[str, Any] = dict(option.split("=") for option in options if "=" in option)
    medium = next((option for option in options if option in {house.PRINT, house.READER}), house.SCREEN)
    return house.House(Choices(**chosen), language, "single" in options, medium)


@pytest.fixture(scope="module")
def curled() -> dict[str, str]:
    """Give each typed text as pandoc reads it: one run for all of them."""
    made = pandoc.convert("\n\n".join(case.typed for case in ALL), "cases").html
    paragraphs = re.findall(r"<p>(.*?)</p>", made, re.DOTALL)
    assert len(paragraphs) == len(ALL)
    return dict(zip((case.typed for case in ALL), paragraphs, strict=True))


def plain(markup: str) -> str:
    return xhtml.text(xhtml.read(markup)).translate(_SHOWN)


@pytest.mark.parametrize("case", ALL, ids=lambda case: f"{case.language} {case.typed}")
def test_case(case: Case, curled: dict[str, str]) -> None:
    chosen = house_of(case.language, case.options)
    made = house.set_markup(curled[case.typed], case.language, chosen)
    assert plain(made) == case.expected


@pytest.mark.parametrize("case", ALL, ids=lambda case: f"{case.language} {case.typed}")
def test_once_is_enough(case: Case, curled: dict[str, str]) -> None:
    chosen = house_of(case.language, case.options)
    first = dataclasses.replace(chosen, single_outside=quotes.outside_is_single([curled[case.typed]]))
    once = house.set_markup(curled[case.typed], case.language, first)
    second = dataclasses.replace(chosen, single_outside=quotes.outside_is_single([once]))
    assert house.set_markup(once, case.language, second) == once


def test_the_list_is_long_enough_and_says_why() -> None:
    asked = [case for case in ALL if case.language.partition("-")[0] in {"en", "de", "fr"}]
    assert len(asked) >= 100


# ---------------------------------------------------------------- for any text


_CHARACTERS = "aBsnzéß 0127.,;:!?()-–—…'\"‘’“”„‚«»‹›%°\u00a0\u202f\u2060\n"
_CHUNKS = ["tis", " 'em ", "Mr. ", "5'10\"", "z.B.", " x ", "http://a.b", "\ufdd0"]
_TEXT = st.lists(st.sampled_from([*_CHARACTERS, *_CHUNKS]), max_size=60).map("".join)
_LANGUAGES = st.sampled_from(["en-US", "en-GB", "de", "de-CH", "fr", "fr-CA", "es", "sv", "pl", "nl", "da", "ja", "ru"])
_MEDIA = st.sampled_from([house.PRINT, house.SCREEN, house.READER])


@given(_TEXT, _LANGUAGES, _MEDIA, st.booleans())
@settings(max_examples=400, deadline=None)
def test_no_letter_and_no_figure_changes(text: str, language: str, medium: str, single: bool) -> None:
    chosen = house.House(Choices(), language, single, medium)
    made = chosen.set_words(text, language)
    assert words.letters(words.WORD.findall(made)) == words.letters(words.WORD.findall(text))
    assert medium != house.READER or not set(made) & set("\u202f\u2060\u200a\u00ad") - set(text)


_PIECES = [
    "“Yes,” ",
    "‘no’ ",
    "’tis ",
    "he said. ",
    "<em>“Oh!”</em> ",
    "(“so”) ",
    "—",
    " – ",
    "5’10” ",
    "20 % ",
    "Mr. ",
    "J. R. ",
    "Smith ",
    "1990-91 ",
    "… ",
    "“‘In’” ",
    "z. B. ",
    "« oui » ",
    "„ja“ ",
    "! ",
    "; ",
    "Boys’ ",
    "<code>“x” –</code> ",
    "<em>l’</em>",
    "“",
    "”",
    "‘",
    "’",
]


@given(st.lists(st.sampled_from(_PIECES), max_size=12).map("".join), _LANGUAGES, _MEDIA)
@settings(max_examples=400, deadline=None)
def test_nothing_changes_a_second_time(markup: str, language: str, medium: str) -> None:
    chosen = house.House(Choices(quotes="as-typed"), language, False, medium)
    once = house.set_markup(markup, language, chosen)
    assert house.set_markup(once, language, chosen) == once


_ODD = [
    "‘",
    "“",
    "1”",
    "“1’",
    "’n’ ",
    ". . ",
    "— ",
    "1-2-",
    "J. ",
    "‘tis s’ ",
    " ",
    "“‘’",
    "’ ’",
    "1’ x 1’",
    "„“",
    "a.b@",
]


@pytest.mark.parametrize("piece", _ODD)
def test_long_and_odd_texts_take_no_time(piece: str) -> None:
    text = piece * 20_000
    started = time.process_time()
    house_of("en-US").set_line(text, "en-US")
    house_of("fr").set_line(text, "fr")
    assert time.process_time() - started < 3


# ---------------------------------------------------------------- trees and books


def test_code_addresses_formulas_and_attributes_stay() -> None:
    markup = (
        '<p title="“x” -- y">“a” <code>“b” – “c”</code> <kbd>\'</kbd> <a class="uri" href="http://x">http://x–“y”</a>'
        '<span class="math inline">“1”</span></p><pre>“d” – “e”</pre>'
    )
    made = house.set_markup(markup, "de", house_of("de"))
    assert made == markup.replace("“a”", "„a“")


def test_a_notes_call_parts_nothing_and_a_line_end_does() -> None:
    markup = '<p>“word<a class="noteref" data-note="1"></a>” and <br/>“verse”<br/>— no</p>'
    made = house.set_markup(markup, "de", house_of("de"))
    assert made == '<p>„word<a class="noteref" data-note="1"/>“ and <br/>„verse“<br/>—\u00a0no</p>'


def test_every_block_is_read_for_itself() -> None:
    markup = "<blockquote>“One <p>“two</p> three” <p>four”</p></blockquote>"
    assert house.set_markup(markup, "fr", house_of("fr")).count("«") == 2


def test_the_words_of_the_manifest_are_set_too() -> None:
    book = rich_book.composition(rich_book.Format.EPUB).reading.book
    metadata = dataclasses.replace(book.metadata, title='Don\'t "Look" -- Back', language="en-US")
    chosen = house.of(Choices(), dataclasses.replace(book, metadata=metadata), house.READER, lambda _: True)
    shown = house.set_book(dataclasses.replace(book, metadata=metadata), chosen)
    assert shown.metadata.title == "Don’t “Look” -- Back"


def test_as_typed_leaves_the_book_alone() -> None:
    book = rich_book.composition(rich_book.Format.EPUB).reading.book
    chosen = house.of(Choices(care=False), book, house.PRINT, lambda _: True)
    assert house.set_book(book, chosen) is book


def test_faces_without_primes_get_the_marks_as_typed() -> None:
    book = rich_book.composition(rich_book.Format.EPUB).reading.book
    chosen = house.of(Choices(), book, house.PRINT, lambda char: char != "″")
    assert chosen.set_line("5’10” tall", "en") == "5’10” tall"


def test_marks_that_meet_are_set_apart_on_paper_alone() -> None:
    book = rich_book.composition(rich_book.Format.EPUB).reading.book
    text = "“‘One,’” he said, “‘two’ and \ufdd0‘’”"
    for medium, gap in ((house.PRINT, "\u202f"), (house.SCREEN, "")):
        chosen = house.of(Choices(), book, medium, lambda _: True)
        assert chosen.set_line(text, "en") == f"“{gap}‘One,’{gap}” he said, “{gap}‘two’ and \ufdd0‘{gap}’{gap}”"


def test_every_language_has_both_pairs_or_none() -> None:
    for tag in languages.LANGUAGES:
        found = languages.of(tag)
        assert (found.outer is None) is (found.inner is None), tag
    assert languages.of("de-Latn-CH").outer == ("«", "»")


# ---------------------------------------------------------------- the division of words


def marked(markup: str, language: str = "en", **chosen: Any) -> str:
    book = rich_book.composition(rich_book.Format.EPUB).reading.book
    author = dataclasses.replace(book.metadata.authors[0], name="Anna Tellerman")
    metadata = dataclasses.replace(book.metadata, authors=(author,))
    root = xhtml.read(markup)
    divisions.of(Choices(**chosen), dataclasses.replace(book, metadata=metadata)).mark(root, language)
    made = xhtml.write(root)
    assert words.letters_of_tree(xhtml.read(made)) == words.letters_of_tree(xhtml.read(markup))
    return made.replace('<span class="own-divisions">', "[").replace("</span>", "]").replace("\u00ad", "-")


def test_what_is_known_of_a_text_is_of_the_same_choices_and_names() -> None:
    book = rich_book.composition(rich_book.Format.EPUB).reading.book
    text = "<p>the database is so</p>"
    own = text.replace("database", "[data-base]")
    assert [marked(text), marked(text, hyphenation=("data-base",)), marked(text)] == [text, own, text]
    assert divisions.of(Choices(), book) is divisions.of(Choices(), book)


@pytest.mark.parametrize(
    ("markup", "expected", "chosen"),
    [
        ("<p>the database is so</p>", "<p>the [data-base] is so</p>", {"hyphenation": ("data-base",)}),
        ("<p>the Database is so</p>", "<p>the [Data-base] is so</p>", {"hyphenation": ("data-base",)}),
        ("<p>as <em>recorder</em> is so</p>", "<p>as <em>[recorder]</em> is so</p>", {"hyphenation": ("recorder",)}),
        ("<p>Tellerman’s is so</p>", "<p>[Tellerman’s] is so</p>", {}),
        ("<p>so Tellerman is</p>", "<p>so Tellerman is</p>", {"divide_names": True}),
        ("<p>so Tellerman—Tellerman, is</p>", "<p>so [Tellerman—Tellerman,] is</p>", {}),
        ("<p>Wonderful is Wonderful as so</p>", "<p>Wonderful is [Wonderful] as so</p>", {"divide_capitalised": False}),
        ("<p>so Dr.\u00a0Wonderful is so</p>", "<p>so [Dr.\u00a0Wonderful] is so</p>", {"divide_capitalised": False}),
        ("<p>is it. Wonderful as so</p>", "<p>is it. Wonderful as so</p>", {"divide_capitalised": False}),
        ("<p>the last wonderful.”</p>", "<p>the last [wonderful.”]</p>", {"divide_last": False}),
        ("<p>the last wonderful Wonderful</p>", "<p>the last wonderful Wonderful</p>", {}),
        ("<p>last <em>wonderful</em>. </p>", "<p>last <em>[wonderful]</em>. </p>", {"divide_last": False}),
        ("<p>is <code>Tellerman</code> so</p>", "<p>is <code>Tellerman</code> so</p>", {}),
        ("<h2>so Tellerman is</h2>", "<h2>so Tellerman is</h2>", {}),
    ],
)
def test_words_are_marked(markup: str, expected: str, chosen: dict[str, Any]) -> None:
    assert marked(markup, **chosen) == expected


@pytest.mark.parametrize(
    ("language", "words_", "untied"),
    [
        ("de", "Auflage auffallend Kaufleute Schilfinsel hoffnungslos höflich Dorfladen Schifffahrt Stofffetzen", True),
        ("de", "häufig Pflicht geflossen Flosse laufend kaufte Teufel Griffel hofieren Schiffe treffen finden", False),
        ("en", "shelfful cufflink offload", True),
        ("en", "office affluent efficient flight briefly", False),
    ],
)
def test_no_ligature_ties_the_parts_of_a_word(language: str, words_: str, untied: bool) -> None:
    for word in words_.split():
        assert ("no-ligatures" in marked(f"<p>so {word} so</p>", language)) is untied, word


def test_acronyms_are_marked_and_roman_numerals_are_not() -> None:
    root = xhtml.read("<p>NASA, the BBCs and Louis XIV, A and I, B2B</p>")
    divisions.mark_acronyms(root, "en")
    made = xhtml.write(root).replace('<span class="acronym">', "[").replace("</span>", "]")
    assert made == "<p>[NASA], the [BBC]s and Louis XIV, A and I, [B2B]</p>"


# ---------------------------------------------------------------- the manifest


def choices(folder: Path, said: str) -> Choices:
    (folder / "a.md").write_text("# A\n\nText.\n")
    book = f"title: T\nauthors: [A]\nlanguage: en\nchapters: [a.md]\n{said}"
    (folder / "book.yaml").write_text(book)
    return manifest.read(folder).typography


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("", Choices()),
        ("typography: as-typed\n", Choices(care=False)),
        ("typography: false\n", Choices(care=False)),
        ("typography: true\n", Choices()),
        ("typography: {quotes: low, no-break: false}\n", Choices(quotes="low", no_break=False)),
        ("typography: {hyphenation: Tellerman}\n", Choices(hyphenation=("Tellerman",))),
        ("typography: {divide-capitalised: no, acronyms: true}\n", Choices(divide_capitalised=False, acronyms=True)),
    ],
)
def test_the_manifest_says_the_choices(tmp_path: Path, said: str, expected: Choices) -> None:
    assert choices(tmp_path, said) == expected


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("typography: {quotes: doubel}\n", "5:22 choice-known did you mean 'double'?"),
        ("typography: typed\n", "5:13 choice-known did you mean 'as-typed'?"),
        ("typography:\n  hyphenation: [data base]\n", "6:17 division-word write the word alone"),
        ("typography: {quote: low}\n", "5:14 manifest-keys-known did you mean 'quotes'?"),
    ],
)
def test_a_wrong_choice_is_placed(tmp_path: Path, said: str, found: str) -> None:
    with pytest.raises(ManifestError) as problem:
        choices(tmp_path, said)
    (only,) = problem.value.diagnostics
    assert only.at is not None
    assert f"{only.at.line}:{only.at.column} {only.rule} {only.hint}".startswith(found)


def test_a_section_that_was_set_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = rich_book.composition(rich_book.Format.EPUB).reading.book
    shelf = Shelf(Cache(tmp_path))
    plain, print_ = house_of("en"), house_of("en", (house.PRINT,))
    expected = {chosen: house.set_book(book, chosen) for chosen in (plain, print_)}
    assert [house.set_book(book, chosen, shelf) for chosen in expected] == list(expected.values())
    monkeypatch.setattr(house, "set_markup", lambda markup, *_: markup)
    kept = [house.set_book(book, chosen, shelf) for chosen in expected]
    assert [[each.content for each in one.sections] for one in kept] == [
        [each.content for each in one.sections] for one in expected.values()
    ]
