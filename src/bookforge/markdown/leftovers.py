"""Signs that were meant as markup and stand in the text of an edition: fences, remarks and attributes gone wrong."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from bookforge import words, xhtml
from bookforge.diagnostics import Severity
from bookforge.markdown import blocks
from bookforge.markdown.finder import Problem
from bookforge.xhtml import Element

BLOCKS: Final = ("p", "li", "dt", "dd", "td", "th", *blocks.HEADINGS)
"""What holds text of its own."""


_LITERAL: Final = frozenset({"code", "kbd", "samp"})


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
        r"(?<![\\`{)\]])\{[.#][A-Za-z]",
        "put the words in brackets before it, without a space: [words]{.name}; or write \\{ for a { of the text",
    ),
)
_BEGINNINGS: Final = (":::", "```", "<!", "{.", "{#")
"""What every sign begins with in a source: mostly there is none, which is soon seen."""


def problems(roots: Iterable[Element], source: str) -> Iterator[Problem]:
    """Yield a warning for each block and sign that an edition would print.

    Warnings: ``markdown-clear``.
    """
    if not any(beginning in source for beginning in _BEGINNINGS):
        return
    for block in (each for root in roots for each in root.iter(*BLOCKS)):
        shown = typed(block)
        for sign in _SIGNS:
            if re.search(sign.pattern, shown):  # what opens and what closes here is one slip
                message = f"'{sign.shown}' is printed as it stands: nothing begins or ends here"
                yield Problem(
                    "markdown-clear", Severity.WARNING, message, sign.hint, block, typed=sign.pattern, meant=True
                )


def typed(block: Element) -> str:
    """Return the text of a block; code, keys, formulas, addresses and blocks inside are left out."""
    return "".join(_typed(block))


def _typed(block: Element) -> Iterator[str]:
    yield block.text or ""
    for child in block:
        if child.tag in words.INLINE and not _is_literal(child):
            yield from _typed(child)
        yield child.tail or ""


def _is_literal(element: Element) -> bool:
    """Whether an element says its signs on purpose."""
    if element.tag == "a":
        return xhtml.text(element) in (element.get("href") or "")
    return element.tag in _LITERAL or xhtml.has_class(element, "math")
