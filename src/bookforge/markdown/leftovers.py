"""Signs that were meant as markup and stand in the text of an edition: fences, remarks and attributes gone wrong."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from bookforge import words
from bookforge.diagnostics import Severity
from bookforge.markdown import blocks
from bookforge.markdown.finder import Problem
from bookforge.markdown.lexer import Removal
from bookforge.xhtml import Element

BLOCKS: Final = ("p", "li", "dt", "dd", "td", "th", *blocks.HEADINGS)
"""What holds text of its own."""


@dataclass(frozen=True, slots=True)
class _Sign:
    """How a sign stands in the text and in the source, where a backslash before it says that it is meant."""

    shown: str
    pattern: str
    hint: str


_SIGNS: Final = (
    _Sign(
        ":::",
        r"(?<![\\:`]):{3,}(?![:`])",
        "leave a blank line before a passage; after ::: stands one name, or {.name key=value}, or nothing to close it",
    ),
    _Sign(
        "```", r"(?<![\\`])`{3,}(?!`)", "close the block of code with a line of ```, or write \\` for a ` of the text"
    ),
    _Sign("<!--", r"(?<![\\`])<!(?:--+|[\u2013\u2014])", "close the remark with -->, or write \\< for a < of the text"),
    _Sign(
        "{.",
        r"(?<![\\`])\{[.#][A-Za-z]",
        "put the words in brackets before it, without a space: [words]{.name}; or write \\{ for a { of the text",
    ),
)
_ANY: Final = re.compile("|".join(sign.pattern for sign in _SIGNS))
_BEGINNINGS: Final = (":::", "```", "<!", "{.", "{#")
"""What every sign begins with in a source: mostly there is none, which is soon seen."""


def problems(roots: Iterable[Element], removals: Iterable[Removal], source: str) -> Iterator[Problem]:
    """Yield a warning for each block and sign that an edition would print, at the first place.

    Warnings: ``markdown-clear``.
    """
    if not any(beginning in source for beginning in _BEGINNINGS):
        return
    text = _without(removals, source)
    places = {sign: re.finditer(sign.pattern, text) for sign in _SIGNS}
    for root in roots:
        for block in root.iter(*BLOCKS):
            shown = typed(block)
            for sign in _SIGNS if _ANY.search(shown) else ():
                found = [next(places[sign], None) for _ in re.findall(sign.pattern, shown)]
                if found and (first := found[0]):  # what opens and what closes here is one slip
                    message = f"'{sign.shown}' is printed as it stands: nothing begins or ends here"
                    yield Problem("markdown-clear", Severity.WARNING, message, sign.hint, block, first.start())


def _without(removals: Iterable[Removal], source: str) -> str:
    """Return the source with blanks for markup and remarks."""
    pieces, at = [], 0
    for removal in sorted(removals, key=lambda each: each.start):
        start, end = max(at, removal.start), max(at, removal.end)
        pieces += [source[at:start], " " * (end - start)]
        at = end
    return "".join([*pieces, source[at:]])


def typed(block: Element) -> str:
    """Return the text of a block, that of code and of blocks inside left out."""
    return "".join(_typed(block))


def _typed(block: Element) -> Iterator[str]:
    yield block.text or ""
    for child in block:
        if child.tag in words.INLINE and child.tag != "code":
            yield from _typed(child)
        yield child.tail or ""
