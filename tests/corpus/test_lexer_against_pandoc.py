"""Our reading of Markdown against pandoc's own, on hard cases and on books made up by chance from a fixed seed."""

import random
from pathlib import Path

import pytest

from bookforge.markdown.lexer import lex
from tests.corpus import pandoc_streams
from tests.corpus.made_up import MadeUp

CASES = Path(__file__).with_name("pandoc-cases.txt").read_text(encoding="utf-8").rstrip("\n").split("\n=====\n")
SEEDS = range(40)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.split("\n")[0][:30])
def test_hard_cases_are_read_as_pandoc_reads_them(case: str) -> None:
    lexed = lex(case)
    assert pandoc_streams.difference(lexed) is None
    assert pandoc_streams.boundaries(lexed) is None


@pytest.mark.parametrize("seed", SEEDS)
def test_made_up_books_are_read_as_pandoc_reads_them(seed: int) -> None:
    text = MadeUp(random.Random(seed)).blocks(0, 6)
    lexed = lex(text)
    if not lexed.reserved:
        assert pandoc_streams.difference(lexed) is None, text
