"""Sections laid out each alone in, the whole book out: as pages, and as the bytes of its PDF.

A section is drawn once (:mod:`.drawing`) into plain data (:mod:`.drawn`), which can be kept as long as nothing of the
section changes. What depends on the book around it is added here: page numbers, margins, fonts, links, the outline,
the structure. The result is the PDF that the page engine would make of the whole book as one document.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bookforge.laid import Laid, LaidPage, label
from bookforge.writers.assembly.drawn import Drawn, PageKind
from bookforge.writers.assembly.margins import BookMargins


@dataclass(frozen=True, slots=True)
class Assembled:
    """A book's sections in order, what stands in the margins of its pages, and what it says of itself.

    ``document`` is the engine's, without pages.
    """

    drawn: tuple[Drawn, ...]
    margins: BookMargins
    document: Any


def kinds(drawn: Sequence[Drawn]) -> list[PageKind]:
    """Return the kinds of all pages."""
    return [page.kind for each in drawn for page in each.drawing.pages]


def strings(drawn: Sequence[Drawn]) -> list[Mapping[str, tuple[str, ...]]]:
    """Return the named strings that each page sets."""
    return [page.strings for each in drawn for page in each.drawing.pages]


def numbers(drawn: Sequence[Drawn], pages: Sequence[int]) -> dict[str, int]:
    """Return the page number of every id; ``pages`` are those of all pages."""
    found: dict[str, int] = {}
    first = 0
    for each in drawn:
        for name, (page, _, _) in each.facts.anchors.items():
            found.setdefault(name, pages[first + page])
        first += len(each.drawing.pages)
    return found


def laid(assembled: Assembled, start: str | None) -> Laid:
    """Return the book's pages as facts; ``start`` is the id of the section on whose first page arabic 1 stands."""
    pages: list[LaidPage] = []
    notes: dict[str, str] = {}
    anchors: dict[str, tuple[int, float, float]] = {}
    unfit: set[str] = set()
    shown: set[str] = set()
    for each in assembled.drawn:
        facts, first = each.facts, len(pages)
        pages += facts.pages
        for name, (page, x, y) in facts.anchors.items():
            anchors.setdefault(name, (first + page, x, y))
        notes |= facts.notes
        unfit |= set(facts.unfit)
        shown |= set(facts.shown)
    first_of_body = anchors[start][0] if start in anchors else 0
    margins = assembled.margins.pages
    for index, page in enumerate(pages):
        marked = page.marked or any(not char.isspace() for char in margins[index].shown)
        pages[index] = dataclasses.replace(page, index=index, label=label(index, first_of_body), marked=marked)
        shown |= margins[index].shown
    return Laid(tuple(pages), notes, anchors, frozenset(unfit), frozenset(shown), assembled)
