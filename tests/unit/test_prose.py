"""Prose converted by our own rules is what pandoc makes of it, to the byte."""

import random

import pytest

from bookforge import warm
from bookforge.markdown import pandoc, paragraphs, prose

TITLES = pandoc.abbreviations() or frozenset()
LETTERS = "aAbzZ019éßŉǅſĳœÀāɏ"
MARKS = (" ", *" \n,;:.!?()/%“”‘’«»—–⸺…\u00a0\u2009\u200a\u202f\u2060-*_")
ODD = (
    "i)", "(c)", "(a)", "www.x.org", "http://a.b/c", ":smile:", "e.g.,", "A.", "I.", "1.", "p. 3", "a.m.", "Ph.D.s",
    "xMr.", "Mr.x", "l’Dr.", "Dr.’s", "*k*-*e*-*y*", "*Mr. B*", "_i.e._", "*a b.*", "f._x_", "*“a”*", "‘*a*’", "*a_",
)  # fmt: skip
PARAGRAPHS = 1500


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Mr. Snow met\nDr. Who.", "Mr.\u00a0Snow met Dr.\u00a0Who."),
        ("“*Mr. Snow* — e.g.\nhe,” they said…", "“<em>Mr.\u00a0Snow</em> — e.g. he,” they said…"),
        ("A _very_ *long* walk, rock’n’roll (‘so’).", "A <em>very</em> <em>long</em> walk, rock’n’roll (‘so’)."),
    ],
)
def test_prose(typed: str, shown: str) -> None:
    assert prose.html(typed, TITLES) == f"<p>{shown}</p>"
    assert pandoc.convert(typed, "a.md").html == f"<p>{shown}</p>\n"


@pytest.mark.parametrize(
    "typed",
    [
        *("it's", 'a "b"', "a--b", "a... b", "a  b", "“a ”", "“ a”", "a ‘\nb’", "2 * 3", "**a**", "a*b*", "a._b_"),
        *("[a]", "a@b", "a\\b", "`a`", "a^b^", "a~b~", "$a$", "<b>", "&amp;", "{a}", "a|b", "אב", "e\u0301", "a \n"),
    ],
)
def test_what_becomes_something_else_is_left_to_pandoc(typed: str) -> None:
    assert prose.html(typed, TITLES) is None


def test_made_up_prose() -> None:
    chance = random.Random(7)
    plain = filter(paragraphs._PLAIN.fullmatch, (_paragraph(chance) for _ in range(PARAGRAPHS)))
    texts = {text for text in plain if prose.html(text, TITLES)}
    assert len(texts) > PARAGRAPHS / 20
    with warm.POOL.held():
        for text in texts:
            assert pandoc.convert(text, "a.md").html == f"{prose.html(text, TITLES)}\n", text


def _paragraph(chance: random.Random) -> str:
    kinds = (sorted(TITLES), ODD, MARKS, LETTERS, LETTERS)
    words = [chance.choice(chance.choice(kinds)) + chance.choice((" ", "", "\n")) for _ in range(chance.randint(1, 12))]
    return f"A{''.join(words)}"
