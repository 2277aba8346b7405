"""Sections laid out each alone in, the whole book out: as pages, and as the bytes of its PDF.

A section is drawn once (:mod:`.drawing`) into plain data (:mod:`.drawn`), which can be kept as long as nothing of the
section changes. What depends on the book around it is added here: page numbers, margins, fonts, links, the outline,
the structure. The result is the PDF that the page engine would make of the whole book as one document.
"""

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from bookforge.laid import Laid, LaidPage, label
from bookforge.writers.assembly.about import About
from bookforge.writers.assembly.drawn import Drawn, DrawnFace, PageKind
from bookforge.writers.assembly.faces import CutFace, merged
from bookforge.writers.assembly.linking import Keep, Run
from bookforge.writers.assembly.margins import Asked, Counted, Place

_NO_WIDTH: Final = "\u200b"


@dataclass(frozen=True, slots=True)
class Assembled:
    """A book's sections in order, what stands in the margins of their pages, and what it says of itself.

    ``runs`` are the sections' pages; ``fonts`` are cut for them, by their names; ``keep`` keeps what is linked,
    ``hold`` the pages of a section in their place, by what is hashed into a name.
    """

    drawn: tuple[Drawn, ...]
    runs: tuple[Run, ...]
    about: About
    fonts: Mapping[str, CutFace]
    keep: Keep
    hold: "Callable[[str, Callable[[], Numbered]], Numbered]"


@dataclass(frozen=True, slots=True)
class Numbered:
    """The pages of a section, numbered as in the book."""

    pages: tuple[LaidPage, ...]


@dataclass(frozen=True, slots=True)
class UsedFaces:
    """The faces in use on some pages, each once."""

    faces: tuple[DrawnFace, ...]


def used(run: Run) -> UsedFaces:
    """Return the faces in use on the pages of a section and in their margins."""
    return UsedFaces(tuple(merged((*run.drawing.faces, *(face for each in run.margins for face in each.faces)))))


@dataclass(frozen=True, slots=True)
class Start:
    """Where a section begins: its first page, and the strings in force then."""

    page: int
    strings: Mapping[str, str]


def kinds(drawn: Sequence[Drawn], asked: Asked) -> list[PageKind]:
    """Return the kinds of all pages."""
    return [asked.kind(page.kind) for each in drawn for page in each.drawing.pages]


def starts(drawn: Iterable[Drawn]) -> Iterator[Start]:
    """Yield where each section begins."""
    page = 0
    strings: dict[str, str] = {}
    for each in drawn:
        yield Start(page, dict(strings))
        page += len(each.drawing.pages)
        strings |= {name: texts[-1] for its in each.drawing.pages for name, texts in its.strings.items()}


def places(drawn: Drawn, start: Start, counted: Counted, asked: Asked) -> Iterator[Place]:
    """Yield the pages of a section as their margins see them; ``counted`` are the counters of all pages."""
    strings = dict(start.strings)
    for at, page in enumerate(drawn.drawing.pages, start.page):
        yield Place(asked.kind(page.kind), asked.shown(counted.pages[at]), page.strings, dict(strings))
        strings |= {name: texts[-1] for name, texts in page.strings.items()}


def numbers(drawn: Sequence[Drawn], counted: Counted) -> dict[str, int]:
    """Return the page number of every id; ``counted`` are the counters of all pages."""
    found: dict[str, int] = {}
    first = 0
    for each in drawn:
        for name, (at, _, _) in each.facts.anchors.items():
            found.setdefault(name, counted.pages[first + at].get("page", 0))
        first += len(each.drawing.pages)
    return found


def laid(assembled: Assembled, start: str | None) -> Laid:
    """Return the book's pages as facts; ``start`` is the id of the section on whose first page arabic 1 stands."""
    firsts: list[int] = []
    count = 0
    notes: dict[str, str] = {}
    anchors: dict[str, tuple[int, float, float]] = {}
    unfit: set[str] = set()
    shown: set[str] = set()
    for each in assembled.drawn:
        facts = each.facts
        firsts.append(count)
        for name, (at, x, y) in facts.anchors.items():
            anchors.setdefault(name, (count + at, x, y))
        count += len(facts.pages)
        notes |= facts.notes
        unfit |= set(facts.unfit)
        shown.update(*(page.shown for page in facts.pages))
    body = anchors[start][0] if start in anchors else 0
    pages: list[LaidPage] = []
    for each, run, first in zip(assembled.drawn, assembled.runs, firsts, strict=True):
        shown.update(*(margins.shown for margins in run.margins))
        pages += assembled.hold(f"{run.name} {first} {body}", partial(_numbered, each, run, first, body)).pages
    runs = tuple((each.name, len(each.facts.pages)) for each in assembled.drawn)
    every = frozenset(shown - {_NO_WIDTH})
    return Laid(tuple(pages), notes, anchors, frozenset(unfit), every, assembled, runs)


def _numbered(drawn: Drawn, run: Run, first: int, body: int) -> Numbered:
    """Return the pages of a section that begins on the page ``first``, where arabic 1 stands on the page ``body``."""
    pages = zip(drawn.facts.pages, run.margins, strict=True)
    return Numbered(
        tuple(
            dataclasses.replace(
                page, index=index, label=label(index, body), marked=page.marked or bool(margins.shown.strip())
            )
            for index, (page, margins) in enumerate(pages, first)
        )
    )
