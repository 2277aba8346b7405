"""A paragraph of plain prose into the HTML that pandoc makes of it.

Most of a book is prose: letters, spaces, the usual punctuation, now and then words that are emphasised. Pandoc reads it
character by character, for whatever might begin there, and puts out what it got; it holds the abbreviations of titles
and names to what follows them, and makes spaces of line ends. What could become anything else is not prose here.
"""

import re
from functools import lru_cache
from typing import Final

_LETTERS: Final = "A-Za-z0-9\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
_SPACES: Final = "\u00a0\u2009\u200a\u202f\u2060"
_EMPHASIS: Final = rf"(?<![\w*.])([*_])([{_LETTERS}](?:[{_LETTERS} ,;:.!?’—-]*[{_LETTERS},;.!?])?)\1(?![\w*])"
_EMPHASISED: Final = re.compile(_EMPHASIS)
_PROSE: Final = re.compile(rf"(?:[{_LETTERS} \n,;:.!?()/%“”‘’«»—–⸺…{_SPACES}-]++|{_EMPHASIS})++")
_CHANGED: Final = re.compile(r"--|\.\.|[“‘ \n][ \n]|[ \n][”’]|\A[ \n]|[ \n]\Z")
"""Marks that become others, spaces that become one or none: pandoc trims what stands in quotation marks."""


def html(text: str, abbreviations: frozenset[str]) -> str | None:
    """Return the markup of a plain paragraph (``paragraphs``), or ``None`` if it is not known to be prose.

    ``abbreviations`` are those that pandoc holds to the next word.
    """
    if not _PROSE.fullmatch(text) or _CHANGED.search(text):
        return None
    emphasised = _EMPHASISED.sub(r"<em>\2</em>", text)
    held = _held(abbreviations).sub("\\1\u00a0", emphasised).replace("\n", " ")
    return f"<p>{held}</p>"


@lru_cache(maxsize=4)
def _held(abbreviations: frozenset[str]) -> re.Pattern[str]:
    """Return a pattern for the abbreviations as words of their own, with the space behind."""
    words = "|".join(map(re.escape, sorted(abbreviations)))
    return re.compile(rf"(?<![^\W_])(?<!\.)({words}) ")
