"""What a word is, for counting, for the source map and for the proof that none is lost.

A word is a run of letters, marks and digits (Unicode categories L, M, N). Apostrophes and hyphens part words, on both
sides of every comparison alike, so curling quotes or breaking lines changes nothing. Words compare after NFKC, so a
ligature or a superscript figure equals its letters.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

WORD: Final = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u064b-\u065f\u00ad])*")


def find(text: str) -> Iterator[tuple[int, str]]:
    """Yield (offset, word) for each word of ``text``, as it stands there."""
    for match in WORD.finditer(text):
        yield match.start(), match.group()


def normal(word: str) -> str:
    """Return the form in which words are compared: NFKC, soft hyphens removed."""
    return unicodedata.normalize("NFKC", word.replace("\u00ad", ""))


def count(text: str) -> int:
    """Count the words of ``text``."""
    return sum(1 for _ in WORD.finditer(text))
