"""A paragraph of plain prose into the HTML that pandoc makes of it.

Most of a book is prose: letters, spaces, the usual punctuation, now and then words that are emphasised. Pandoc reads it
character by character, for whatever might begin there, and puts out what it got; it holds the abbreviations of titles
and names to what follows them, and makes spaces of line ends. What could become anything else is not prose here.
"""

import re
from functools import partial
from typing import Final

_LETTERS: Final = "A-Za-z0-9\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
SPACES: Final = "\u00a0\u2009\u200a\u202f\u2060"
"""Those that stand in a line for themselves, and the joiner."""

_EMPHASIS: Final = rf"(?<![\w*.])([*_])([{_LETTERS}](?:[{_LETTERS} ,;:.!?’—-]*[{_LETTERS},;.!?])?)\1(?![\w*])"
_EMPHASISED: Final = re.compile(_EMPHASIS)
_FULL_STOP: Final = re.compile(r"\. ")
_WORD: Final = re.compile(rf"[{_LETTERS}.]+\Z")
_LONGEST: Final = 16
"""More characters than any abbreviation has."""

_PROSE: Final = re.compile(rf"(?:[{_LETTERS} \n,;:.!?()/%“”‘’«»—–⸺…{SPACES}-]++|{_EMPHASIS})++")
_CHANGED: Final = ("--", "..", "  ", "“ ", "‘ ", " ”", " ’")
"""Marks that become others, spaces that become one or none: pandoc trims what stands in quotation marks."""


def html(text: str, abbreviations: frozenset[str]) -> str | None:
    """Return the markup of a plain paragraph (``paragraphs``), or ``None`` if it is not known to be prose.

    ``abbreviations`` are those that pandoc holds to the next word.
    """
    line = text.replace("\n", " ")
    if not _PROSE.fullmatch(text) or line != line.strip(" ") or any(marks in line for marks in _CHANGED):
        return None
    emphasised = _EMPHASISED.sub(r"<em>\2</em>", text) if "*" in text or "_" in text else text
    held = _FULL_STOP.sub(partial(_held, abbreviations), emphasised).replace("\n", " ")
    return f"<p>{held}</p>"


def _held(abbreviations: frozenset[str], stop: re.Match[str]) -> str:
    """Return a full stop and its space, which holds the next word where it ends an abbreviation."""
    before = stop.string[max(0, stop.start() - _LONGEST) : stop.start() + 1]
    word = _WORD.search(before)
    return ".\u00a0" if word and word[0] in abbreviations else ". "
