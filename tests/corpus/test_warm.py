"""Pandoc kept running gives, byte for byte and remark for remark, what its command gives for each chapter.

So does a chapter converted by its paragraphs.
"""

import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bookforge import warm
from bookforge.markdown import pandoc, paragraphs
from tests.corpus import book, made_up
from tests.spec import cases

ROOT = Path(__file__).parents[2]
CASES = Path(__file__).with_name("pandoc-cases.txt").read_text(encoding="utf-8").rstrip("\n").split("\n=====\n")
BOOKS = 60


def test_spec_cases_and_made_up_books_and_the_memoir() -> None:
    texts = [case.markdown for file in sorted(cases.FOLDER.glob("*.md")) for case in cases.read(file)]
    texts += CASES
    texts += [made_up.MadeUp(random.Random(seed)).blocks(0, 6) for seed in range(BOOKS)]
    texts += [path.read_text(encoding="utf-8") for path in sorted((ROOT / "manuscript").rglob("*.md"))]
    _compare(texts)


@pytest.mark.corpus
def test_the_benchmark_manuscript() -> None:
    _compare([path.read_text(encoding="utf-8") for path in book.chapters()])


def _compare(texts: list[str]) -> None:
    with ThreadPoolExecutor(2) as threads:
        alone = list(threads.map(lambda text: pandoc.convert(text, "a.md"), texts))
    with warm.POOL.held():
        kept = [pandoc.convert(text, "a.md") for text in texts]
        by_paragraphs = [paragraphs.apart(f"{text}\n\nA plain one.\n\n{text}\n", "a.md") for text in texts]
        whole = [pandoc.convert(f"{text}\n\nA plain one.\n\n{text}\n", "a.md") for text in texts]
    assert len(alone) > 30
    for text, one, other in zip(texts, alone, kept, strict=True):
        assert other == one, text
    taken = [(one, other) for one, other in zip(whole, by_paragraphs, strict=True) if other is not None]
    assert len(taken) > len(texts) / 2
    assert all(other == one for one, other in taken)
