"""Where markup was typed is found in the markup alone, at its place in the text."""

import re

from bookforge import manuscript
from bookforge.markdown import finder, lexer

TEXT = """A [link](#one) to #one, [again](#one)[twice](#two){.x}, and <b class="x" title="words #two">bold</b>.

[A reference][ref] to b.

[ref]: #three "Its title"
"""

MARKUP = TEXT.replace("to #one", "to ....")


def find(*patterns: str) -> list[str | None]:
    source = manuscript.from_text(TEXT, "a.md")
    look = finder.finder(source, lexer.lex(TEXT))
    found = [look.find((pattern,)) for pattern in patterns]
    return [None if each is None else f"{each[0]} {TEXT[each[0] : each[1]]}" for each in found]


def test_equal_patterns_are_found_one_after_another_and_never_in_the_words() -> None:
    first, second = TEXT.index("#one"), TEXT.index("#one)[twice")
    assert find("#one", "#one", "#one") == [f"{first} #one", f"{second} #one", f"{second} #one"]
    assert find("bold", "again", "words") == [None, None, f"{TEXT.index('words')} words"]


def test_a_pattern_may_go_on_from_one_piece_of_markup_to_the_next() -> None:
    begin = TEXT.index("(#two){")
    assert find(r"\(#two\)\{\.x\}") == [f"{begin} (#two){{.x}}"]
    assert find(r"<b\b[^>]*>") == [f'{TEXT.index("<b")} <b class="x" title="words #two">']


def test_all_that_fits_is_told_with_its_place() -> None:
    source = manuscript.from_text(TEXT, "a.md")
    found = finder.finder(source, lexer.lex(TEXT)).every(re.compile(r"#\w+"))
    assert [(text, at.start) for text, at in found] == [
        (each[0], each.start()) for each in re.finditer(r"#\w+", MARKUP)
    ]
