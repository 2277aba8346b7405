"""The plain paragraphs of a chapter, converted apart: most of them by rules of our own, each as often as it changes.

Pandoc needs half a second for a chapter of a hundred pages, of which a changed sentence leaves nearly all as it was.
A plain paragraph has words and marks of punctuation only: nothing around it decides what becomes of it, and it decides
nothing around it. So pandoc gets the chapter with a marker in the place of those that follow each other, on as many
lines, and the paragraphs that are new and no prose; what is known of the others goes where their markers came out.
Wherever anything looks different from what that expects, the chapter is converted whole.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from bookforge.cache import Recent
from bookforge.markdown import pandoc, prose
from bookforge.markdown.pandoc import Converted

_BETWEEN: Final = re.compile(r"(\n(?:[> ]*\n)+|\n\Z)")
_WITHIN: Final = rf"""\w ,;:.!?'"“”‘’«»()/%*_—–⸺…{prose.SPACES}-"""
_LINE: Final = rf"""(?!\(?\w+[.)](?:[ \t\n]|$)|[Tt]able:)(?:… ?)?["'“‘«]?[^\W\d_][{_WITHIN}]*(?<! )"""
_PLAIN: Final = re.compile(rf"(?P<quote>(?:> ?)*){_LINE}(?:\n(?P=quote){_LINE})*")
"""A paragraph, which may stand in a quote. No line looks like an item of a list or a caption, has a place for
attributes, a link, a note, code, HTML or a formula, or ends in spaces, which would break it."""

_MARKER: Final = "bookforgeparagraph"
_MARKED: Final = re.compile(rf"<p>{_MARKER}(\d+)(?: x)*</p>")
_AROUND: Final = "around"
_PARAGRAPH: Final = "paragraph"


@dataclass(frozen=True, slots=True)
class _Known:
    html: str


_RECENT: Final = Recent(32 * 1024 * 1024)


def convert(text: str, path: str) -> Converted:
    """Convert Markdown to HTML5: what ``pandoc.convert`` gives, by less work.

    Errors: those of ``pandoc.convert``.
    """
    return apart(text, path) or pandoc.convert(text, path)


def apart(text: str, path: str) -> Converted | None:
    """Convert a chapter by its plain paragraphs and the rest; ``None`` where that cannot be done."""
    abbreviations = pandoc.abbreviations()
    if abbreviations is None or _MARKER in text:
        return None
    blocks = _BETWEEN.split(text)
    plain = dict(_plain(blocks))
    known = _converted(plain.values(), abbreviations, path) if plain else None
    if known is None:
        return None
    runs = dict(_runs(blocks, plain))
    for number, run in runs.items():
        blocks[run.start : run.stop] = [_marked(number, "".join(blocks[run.start : run.stop])), *[""] * (len(run) - 1)]
    rest = _around("".join(blocks), path)
    if [int(number) for number in _MARKED.findall(rest.html)] != list(runs):
        return None
    made = {number: "\n".join(known[plain[each]] for each in run[::2]) for number, run in runs.items()}
    return replace(rest, html=_MARKED.sub(lambda match: made[int(match[1])], rest.html))


def _plain(blocks: list[str]) -> Iterator[tuple[int, str]]:
    """Yield the plain paragraphs by their numbers, without the signs of a quote."""
    for number in range(0, len(blocks), 2):
        if number and blocks[number - 2].rstrip().endswith("]:"):  # the title of a link, maybe
            continue
        match = _PLAIN.fullmatch(blocks[number])
        following = blocks[number + 2] if match and number + 2 < len(blocks) else ""
        if match and not following.lstrip("> ").startswith((":", "~")):  # or it would be the term of a definition
            yield number, blocks[number].removeprefix(match["quote"]).replace(f"\n{match['quote']}", "\n")


def _runs(blocks: list[str], plain: dict[int, str]) -> Iterator[tuple[int, range]]:
    """Yield plain paragraphs that follow each other in one quote or none: the first, and all with what parts them."""
    end = 0
    for number in plain:
        if number < end:
            continue
        end = number + 1
        while end + 1 in plain and _goes_on(blocks, number, end + 1):
            end += 2
        yield number, range(number, end)


def _goes_on(blocks: list[str], first: int, number: int) -> bool:
    """Whether a block is in the same quote as another before it, and empty lines part both from what is around them."""
    quote = _quote(blocks[first])
    around = {*_signs(blocks, first - 1), *_signs(blocks, number + 1)}
    same = _quote(blocks[number]) == quote and _signs(blocks, number - 1) == {quote.rstrip()}
    return same and around <= {quote.rstrip(), ""}


def _signs(blocks: list[str], number: int) -> set[str]:
    """Return the signs of quotes on the empty lines between two blocks."""
    return {line.rstrip() for line in blocks[number].split("\n")[1:-1]} if 0 <= number < len(blocks) else set()


def _quote(block: str) -> str:
    return block[: len(block) - len(block.lstrip("> "))]


def _marked(number: int, block: str) -> str:
    """Return a paragraph of the same lines, so that it stands where it stood and pandoc's remarks too."""
    quote = _quote(block)
    return f"{quote}{_MARKER}{number}" + f"\n{quote}x" * block.count("\n")


def _around(text: str, path: str) -> Converted:
    """Convert what is around the plain paragraphs, which a changed word in one of them leaves as it was."""
    known = _RECENT.get(_AROUND, text, Converted)
    if known is None:
        known = pandoc.convert(text, path)
        _RECENT.keep(_AROUND, text, known, len(text) + len(known.html))
    return known


def _converted(texts: Iterable[str], abbreviations: frozenset[str], path: str) -> dict[str, str] | None:
    """Return the markup of plain paragraphs; those together converted that are new and no prose."""
    known = {text: _known(text, abbreviations) for text in dict.fromkeys(texts)}
    found = {text: html for text, html in known.items() if html is not None}
    new = [text for text in known if text not in found]
    if new:
        made = pandoc.convert("\n\n".join(new), path)
        each = made.html.removesuffix("\n").split("\n")
        if made.messages or len(each) != len(new) or not all(map(_is_paragraph, each)):
            return None
        for text, html in zip(new, each, strict=True):
            found[text] = _kept(text, html)
    return found


def _known(text: str, abbreviations: frozenset[str]) -> str | None:
    """Return the markup of a paragraph that is remembered, or is prose."""
    known = _RECENT.get(_PARAGRAPH, text, _Known)
    if known is not None:
        return known.html
    html = prose.html(text, abbreviations)
    return _kept(text, html) if html is not None else None


def _kept(text: str, html: str) -> str:
    _RECENT.keep(_PARAGRAPH, text, _Known(html), len(text) + len(html))
    return html


def _is_paragraph(html: str) -> bool:
    return html.startswith("<p>") and html.endswith("</p>") and html.count("<p>") == 1
