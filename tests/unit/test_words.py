"""What a word is, and what a tree shows."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from bookforge import words


def shown(markup: str) -> words.Shown:
    return words.of_tree(etree.fromstring(f"<div>{markup}</div>"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Hello, world!", ["Hello", "world"]),
        ("it's re-read", ["it", "s", "re", "read"]),
        ("snake_case", ["snake", "case"]),
        ("e\u0301te\u0301", ["e\u0301te\u0301"]),
        ("हिन्दी पाठ", ["हिन्दी", "पाठ"]),
        ("العَرَبِيَّة", ["العَرَبِيَّة"]),
        ("hy\u00adphen", ["hy\u00adphen"]),
        ("a\u2060—\u2060b", ["a", "b"]),
        ("می\u200cخواهم", ["می\u200cخواهم"]),
        ("❤\ufe0f", []),
        ("— … “”", []),
        ("x² ½ 3rd", ["x²", "½", "3rd"]),
    ],
)
def test_words_are_letters_marks_and_digits(text: str, found: list[str]) -> None:
    assert [word for _, word in words.find(text)] == found
    assert words.count(text) == len(found)


def test_every_mark_belongs_to_its_word() -> None:
    marks = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code))[0] == "M"]
    assert [mark for mark in marks if words.WORD.fullmatch(f"a{mark}") is None] == []


def test_no_space_or_punctuation_belongs_to_a_word() -> None:
    parting = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code))[0] in "PSZ"]
    assert [char for char in parting if words.WORD.fullmatch(f"a{char}") is not None] == []


@pytest.mark.parametrize(
    ("word", "normal"), [("ﬁne", "fine"), ("x²", "x2"), ("hy\u00adphen", "hyphen"), ("a\ufe0f", "a")]
)
def test_words_compare_by_letters(word: str, normal: str) -> None:
    assert words.normal(word) == normal


def test_blocks_part_words_and_inlines_do_not() -> None:
    assert shown("<p>un<em>believ</em>able</p><p>end</p><p>start<br/>line</p>").words == (
        "unbelievable", "end", "start", "line",
    )  # fmt: skip


def test_words_know_their_block() -> None:
    tree = shown('<p id="a">one</p><ul><li id="b">two<p id="c">three</p>four</li></ul><p>five</p>')
    assert tree.words == ("one", "two", "three", "four", "five")
    assert tree.blocks == ("a", "b", "c", "b", None)
    assert tree.extents == {"a": (0, 1), "b": (1, 4), "c": (2, 3)}


def test_what_is_not_the_manuscripts_is_left_out() -> None:
    tree = shown(
        '<p>a<a class="noteref" data-note="1">7</a><span class="query" data-query="1">who</span>b '
        '<span data-generated="">made</span><span data-note-id="x.note-1">note</span>c</p>'
    )
    assert tree.words == ("ab", "c")


def test_formulas_are_a_list_of_their_own() -> None:
    tree = shown('<p>let <span class="math inline" data-tex="x^2"><math><mi>x</mi></math></span>be</p>')
    assert tree.words == ("let", "be")
    assert tree.formulas == ("x^2",)


def test_namespaces_make_no_difference() -> None:
    root = etree.fromstring('<p xmlns="http://www.w3.org/1999/xhtml">a<em>b</em><br/>c</p>')
    assert words.of_tree(root).words == ("ab", "c")
    assert words.letters_of_tree(root) == ("abc", ())


@pytest.mark.parametrize(
    ("first", "second", "gaps"),
    [
        ("a b c", "a b c", []),
        ("a b c", "a c", [(1, 2, 1, 1)]),
        ("a c", "a b c", [(1, 1, 1, 2)]),
        ("a b c d", "a x c y", [(1, 2, 1, 2), (3, 4, 3, 4)]),
        ("un believ able", "unbelievable", []),
        ("the cat the dog the end", "the cat the end", [(3, 5, 3, 3)]),
    ],
)
def test_differences_are_found(first: str, second: str, gaps: list[tuple[int, int, int, int]]) -> None:
    assert words.differences(first.split(), second.split()) == gaps


def test_differences_of_a_long_text_are_narrow() -> None:
    text = [f"w{number * 7919 % 30000}" for number in range(37_000)]
    assert words.differences(text, [*text[:9_000], *text[9_003:], "more"]) == [
        (9_000, 9_003, 9_000, 9_000),
        (37_000, 37_000, 36_997, 36_998),
    ]


def test_a_sentence_is_cut_out_around_a_place() -> None:
    text = "One here. Two is the second!\nThree"
    assert words.sentence(text, text.index("second")) == "Two is the second!"
    assert words.sentence(text, 0) == "One here."
    assert len(words.sentence("word " * 500, 1000)) <= 200


@given(st.text(alphabet="ab é\u0301\u00ad’-_1\n", max_size=40))
def test_one_reading_gives_words_and_places(text: str) -> None:
    found, starts, ends = words.parted(text)
    assert list(zip(starts, found, strict=True)) == list(words.find(text))
    assert [text[start:end] for start, end in zip(starts, ends, strict=True)] == found


LATIN = [char for char in map(chr, range(0x250)) if char.isalnum()]


@given(st.text(st.sampled_from([*LATIN, *" .,_’—“\u00a0\u0301\u0308\u00ad\u200d\ufe0fﬁ²αж한가ﾞガ\u1100\u1161"])))
def test_letters_of_a_text_are_those_of_its_words(text: str) -> None:
    assert words.letters_of(text) == words.letters(words.WORD.findall(text))


def test_no_latin_letter_joins_another() -> None:
    pairs = [one + other for one in LATIN for other in LATIN]
    assert [words.normal(pair) for pair in pairs] == [words.normal(one) + words.normal(other) for one, other in pairs]
