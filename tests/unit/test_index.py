"""Marks into entries, entries into an index: order, runs of pages, references, and what is wrong with them."""

import pytest

from bookforge import indexing
from bookforge.book import BookSection, IndexMark, Place
from bookforge.compose import index
from bookforge.compose.folios import PageNumbers
from bookforge.compose.index import Style
from bookforge.diagnostics import Severity
from bookforge.semantics import Role
from tests.unit import books, rich_book

STYLE = Style("en", "letters", "chicago", "{page}n{note}", apart=False)


def mark(entry: str, identity: str | None = "ix-1", line: int = 1, **more: object) -> IndexMark:
    return IndexMark(tuple(entry.split("!")), identity, Place(0, 0, line, 5), **more)  # type: ignore[arg-type]


def chapter(*marks: IndexMark, name: str = "one") -> BookSection:
    content = books.section(f"{name}.md", "<p>Words.</p>", "A title", index=marks)
    return rich_book.section(Role.CHAPTER, name, content)


def wrong(*marks: IndexMark) -> list[str]:
    return [f"{each.at}: {each.message} [{each.rule}]" for each in indexing.check([chapter(*marks)])]


def pages_of(*spots: tuple[str, dict[str, object]], style: Style = STYLE) -> str:
    """Return the locators of one entry: each spot is a page or a range of two, with what the mark says more."""
    marks, labels = [], {}
    for number, (where, more) in enumerate(spots):
        first, _, last = where.partition("-")
        labels[f"a{number}"], labels[f"b{number}"] = first, last
        marks.append(mark("x", f"a{number}", range="start" if last else None, **more))
        if last:
            marks.append(mark("x", f"b{number}", range="end"))
    (topic,) = indexing.topics([chapter(*marks)])
    found = index.on_pages(style, PageNumbers(labels))(topic)
    return ", ".join(f"*{each.text}*" if each.main else each.text for each in found)


# ---------------------------------------------------------------- entries


def test_marks_gather_under_headings_with_their_ranges() -> None:
    first = chapter(mark("arena", "s", range="start"), mark("lamp!oil", "o", main=True, note=2))
    second = chapter(mark("arena", "e", range="end"), mark("arena", "again"), name="two")
    arena, lamp = indexing.topics([first, second])
    assert [(spot.section, spot.id, spot.end) for spot in arena.spots] == [("one", "s", "e"), ("two", "again", None)]
    (oil,) = lamp.below
    assert (oil.heading, oil.spots[0].main, oil.spots[0].note) == (("lamp", "oil"), True, 2)


def test_what_a_chapter_that_is_left_out_would_hold_is_not_asked_for() -> None:
    marks = (
        mark("arena", "e", range="end"),
        mark("lamp", None, see=(("lantern",),)),
        mark("wick", "w", see_also=(("lamp",), ("arena",))),
        mark("oil!price", None, see=(("lamp",),)),
    )
    arena, wick = indexing.topics([chapter(*marks)])
    assert [(spot.id, spot.end) for spot in arena.spots] == [("e", None)]
    assert (wick.heading, wick.see_also) == (("wick",), (("arena",),))


def test_a_sort_key_is_that_of_the_last_levels() -> None:
    (top,) = indexing.topics([chapter(mark("the lamp!of oil", sort=("oil",)), mark("the lamp", sort=("lamp",)))])
    assert (top.sort, top.below[0].sort) == ("lamp", "oil")


# ---------------------------------------------------------------- order


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("letters", ["Newark", "new moon", "news", "New York"]),
        ("words", ["new moon", "New York", "Newark", "news"]),
    ],
)
def test_letter_by_letter_and_word_by_word(order: str, expected: list[str]) -> None:
    style = Style("en", order, "chicago", "", False)
    assert sorted(expected[::-1], key=lambda word: index.sort_key(word, style)) == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ["1914", "2001", "10000", "Ægir", "Älv", "élan", "Emil", "Óbidos", "zebra"]),
        ("de", ["Affe", "Ähre", "Maß", "Masse", "Öl", "Ozean"]),
        ("sv", ["apa", "zebra", "ål", "älv", "ö"]),
        ("da", ["zebra", "ægir", "øl", "ål"]),
        ("es", ["nube", "ñandú", "oca"]),
        ("en", ["Marsh, Ada", "Marsh, Ben", "marsh grass"]),
        ("en", ["mobs", "*Moby-Dick*", "“Mobz”"]),
        ("en", ["apple", "(bracket)", ".net", "<oil>"]),
    ],
)
def test_order_is_that_of_the_language(language: str, expected: list[str]) -> None:
    style = Style(language, "letters", "chicago", "", False)
    assert sorted(expected[::-1], key=lambda word: index.sort_key(word, style)) == expected


def test_entries_stand_under_their_letters_those_with_figures_first() -> None:
    marks = [mark(word) for word in ("zebra", "Älv", "apple", "1914", "*Zora*", "the lamp")]
    marks.append(mark("the lamp", sort=("lamp",)))
    groups = index.index(indexing.topics([chapter(*marks)]), "i", STYLE, lambda _: ())
    shown = {group.letter: [str(entry.term) for entry in group.entries] for group in groups}
    assert shown == {"": ["1914"], "A": ["Älv", "apple"], "L": ["the lamp"], "Z": ["zebra", "<em>Zora</em>"]}
    assert list(shown) == ["", "A", "L", "Z"]


def test_an_entry_has_the_marks_of_its_language_and_keeps_its_asterisks() -> None:
    style = Style("en", "letters", "chicago", "", False, set_words=str.upper)
    marks = mark("*Moby-Dick*"), mark("c*"), mark("**d**", None, see=(("c*",),))
    terms = [
        entry
        for group in index.index(indexing.topics([chapter(*marks)]), "i", style, lambda _: ())
        for entry in group.entries
    ]
    assert [str(entry.term) for entry in terms] == ["C*", "<em>D</em>", "<em>MOBY-DICK</em>"]
    assert [str(each.text) for each in terms[1].see] == ["C*"]


# ---------------------------------------------------------------- pages


@pytest.mark.parametrize(
    ("spots", "printed"),
    [
        ((("7", {}), ("3", {}), ("ix", {}), ("7", {})), "ix, 3, 7"),
        ((("141", {}), ("142", {}), ("144", {})), "141–42, 144"),
        ((("3-10", {}), ("5", {}), ("11", {})), "3–11"),
        ((("ix", {}), ("x", {}), ("xi", {}), ("1", {})), "ix–xi, 1"),
        ((("8", {"main": True}), ("8", {}), ("9", {})), "*8*, 9"),
        ((("5-7", {}), ("6", {"main": True}), ("7-9", {})), "5–9, *6*"),
        ((("5-6", {"main": True}), ("6-7", {}), ("7-8", {"main": True})), "*5–8*"),
        ((("5-7", {"main": True}), ("6", {}), ("7", {}), ("8", {})), "*5–7*, 8"),
        ((("5", {}), ("6", {"main": True}), ("7", {})), "5, *6*, 7"),
        ((("58", {}), ("58", {"note": 3}), ("58", {"note": 4}), ("59", {})), "58–59, 58n"),
        ((("x-4", {}),), "x"),
    ],
)
def test_pages_are_in_order_in_runs_and_once(spots: tuple[tuple[str, dict[str, object]], ...], printed: str) -> None:
    assert pages_of(*spots) == printed


def test_a_place_on_no_page_is_left_out_once_pages_are_known() -> None:
    (topic,) = indexing.topics([chapter(mark("x", "a0"), mark("x", "a1"))])
    assert [each.text for each in index.on_pages(STYLE, PageNumbers({"a0": "7"}))(topic)] == ["7"]
    assert index.on_pages(STYLE, PageNumbers())(topic)


def test_notes_at_the_end_are_named_by_number() -> None:
    style = Style("en", "letters", "chicago", "{page}n{note}", apart=True)
    assert pages_of(("241", {"note": 3}), ("241", {"note": 12}), style=style) == "241n3, 241n12"


@pytest.mark.parametrize(
    ("first", "last", "chicago", "oxford", "full"),
    [
        (3, 10, "10", "10", "10"),
        (71, 72, "72", "2", "72"),
        (96, 117, "117", "117", "117"),
        (100, 104, "104", "4", "104"),
        (107, 108, "8", "8", "108"),
        (115, 118, "18", "18", "118"),
        (141, 142, "42", "2", "142"),
        (321, 328, "28", "8", "328"),
        (498, 532, "532", "532", "532"),
        (1087, 1089, "89", "9", "1089"),
        (1496, 1500, "1500", "500", "1500"),
    ],
)
def test_ranges_are_shortened_as_the_style_guides_do(
    first: int, last: int, chicago: str, oxford: str, full: str
) -> None:
    found = tuple(index.shortened(first, last, style) for style in ("chicago", "oxford", "full"))
    assert found == (chicago, oxford, full)


def test_on_screens_an_entry_names_chapters_and_counts_on_in_them() -> None:
    first = chapter(mark("x", "a"), mark("x", "b"), mark("x", "c", main=True))
    (topic,) = indexing.topics([first, chapter(mark("x", "d"), name="two")])
    found = index.as_links(lambda identity: f"f#{identity}", {"one": "The Rock", "two": "Ice"})(topic)
    assert [(each.href, each.text, each.main, each.beside) for each in found] == [
        ("f#a", "The Rock", False, False),
        ("f#b", "2", False, True),
        ("f#c", "3", True, True),
        ("f#d", "Ice", False, False),
    ]


def test_references_lead_to_their_entries() -> None:
    marks = mark("lamp", None, see=(("wick", "cut"), ("lantern",))), mark("lantern"), mark("wick!cut")
    (group, other) = index.index(indexing.topics([chapter(*marks)]), "i", STYLE, lambda _: ())
    (lamp, lantern) = group.entries
    assert [(str(each.text), each.href) for each in lamp.see] == [
        ("lantern", f"#{lantern.id}"),
        ("wick: cut", f"#{other.entries[0].entries[0].id}"),
    ]


# ---------------------------------------------------------------- what is wrong


@pytest.mark.parametrize(
    ("marks", "said"),
    [
        (
            (mark("arena", range="start"),),
            ["one.md:1:5: the range of 'arena' is never closed [index-range-closed]"],
        ),
        (
            (mark("arena", range="start"), mark("arena", range="start", line=3), mark("arena", range="end")),
            ["one.md:3:5: the range of 'arena' begins again; it is open since one.md:1:5 [index-range-closed]"],
        ),
        (
            (mark("lantern", range="start"), mark("lanterm", range="end", line=3)),
            ["one.md:3:5: no range of 'lanterm' is open here [index-range-closed]"],
        ),
        ((mark("arena", range="end"),), ["one.md:1:5: no range of 'arena' is open here [index-range-closed]"]),
        (
            (mark("lamp", None, see=(("lanter",),)), mark("lantern")),
            ["one.md:1:5: 'see=' leads to 'lanter', which the index does not have [index-see-leads]"],
        ),
        (
            (mark("lamp", see_also=(("lamp",),)),),
            ["one.md:1:5: the entry 'lamp' sends the reader to itself [index-see-leads]"],
        ),
        (
            (mark("a", None, see=(("b",),)), mark("b", None, line=2, see=(("a",),))),
            [
                "one.md:1:5: 'a' sends the reader to 'b', which sends them back [index-see-leads]",
                "one.md:2:5: 'b' sends the reader to 'a', which sends them back [index-see-leads]",
            ],
        ),
        (
            (mark("a", None, see=(("b",),)), mark("b", None, see=(("c",),)), mark("c")),
            ["one.md:1:5: 'a' sends the reader to 'b', which sends them on to 'c' [index-see-leads]"],
        ),
        (
            (mark("lamp"), mark("lamp", None, line=2, see=(("lantern",),)), mark("lantern")),
            ["one.md:1:5: the entry 'lamp' has places and sends the reader elsewhere with 'see' [index-entry-clear]"],
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_place(marks: tuple[IndexMark, ...], said: list[str]) -> None:
    assert wrong(*marks) == said


def test_a_slip_is_said_at_its_place_with_what_may_be_meant() -> None:
    (found,) = indexing.check([chapter(mark("lanterns"), mark("lantern", "b", 2), mark("lantern", "c", 3))])
    assert (found.rule, found.severity, str(found.at)) == ("index-spelling", Severity.WARNING, "one.md:1:5")
    assert found.hint == 'if it is the same, write entry="lantern"'


@pytest.mark.parametrize(
    ("entries", "suspected"),
    [
        (("lanterns", "lantern", "lantern"), True),
        (("Lantern", "lantern", "lantern"), True),
        (("harbor master", "harbour master", "harbour master"), True),
        (("oil", "oak", "oak"), False),
        (("C#", "C++", "C++"), False),
        (("&", "!", "!"), False),
        (("Anna Marsh", "Anne Marsh", "Anne Marsh"), False),
        (("winter of 1914", "winter of 1915", "winter of 1915"), False),
    ],
)
def test_an_entry_that_is_nearly_another_is_suspected(entries: tuple[str, ...], suspected: bool) -> None:
    found = list(indexing.check([chapter(*map(mark, entries))]))
    assert [each.severity for each in found] == [Severity.WARNING] * suspected
    assert all(each.hint == f'if it is the same, write entry="{entries[1]}"' for each in found)
