"""The kinds and strings of a book's pages in, what stands in their margins out, drawn: running heads, folios.

A page's margins are laid out with WeasyPrint's own code, page after page, in the order of the book: what they say depends
on all pages before. Nothing of the flow is laid out for that.
"""

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bookforge.writers import boxes
from bookforge.writers.assembly import faces, hooks
from bookforge.writers.assembly.drawn import DrawnFace, PageKind
from bookforge.writers.assembly.objects import Writer, compressed, content

_PAGE: Final = "page"
_ALPHA: Final = "Aa"
"""What the names of transparencies begin with: as a name says what it means, pages can share them."""


@dataclass(frozen=True, slots=True)
class Margins:
    """What stands in the margins of one page: ``content`` draws it, compressed; nothing where nothing does.

    ``shown`` are the characters in it.
    """

    content: bytes
    shown: frozenset[str]


@dataclass(frozen=True, slots=True)
class BookMargins:
    """The margins of all pages, and what they were drawn with: ``states`` are transparencies by their names."""

    pages: tuple[Margins, ...]
    states: Mapping[str, bytes]
    faces: tuple[DrawnFace, ...]


@dataclass(slots=True)
class _Sheet:
    """A page of the book without its flow, as the engine knows it, and its counters."""

    box: Any
    state: Any


class Stand:
    """The pages of a book without their flow.

    ``html`` is the engine's, of the book without its text, ``sheets`` are its stylesheets, ``shared`` what they were
    read with. ``document`` is a document of no pages, which has what the book says of itself.
    """

    def __init__(self, html: Any, sheets: list[Any], shared: Mapping[str, Any]) -> None:
        self._html = html
        self._context, self._root = hooks.stand(html, sheets, shared)
        self.document = hooks.document(html, shared)
        self._sheets: list[_Sheet] = []

    @property
    def blank_name(self) -> str:
        """The name of pages that are left blank before a right one."""
        body = next((child for child in self._root.children if child.element_tag == "body"), self._root)
        return str(body.style["page"])

    def number(self, kinds: Sequence[PageKind]) -> list[int]:
        """Take in the book's pages in order; return their numbers, which are what their folios say."""
        # The first three are what the engine's own functions take for a state: quotes, counters, their scopes.
        state: Any = ([0], {"pages": [len(kinds)]}, [{"pages"}], [])
        self._sheets = []
        for index, kind in enumerate(kinds):
            box = hooks.sheet(self._html, self._context, self._root, kind, index)
            state = copy.deepcopy(state)
            hooks.count(state, box.style)
            self._sheets.append(_Sheet(box, state))
        return [int(sheet.state[1].get(_PAGE, [0])[-1]) for sheet in self._sheets]

    def draw(self, strings: Sequence[Mapping[str, tuple[str, ...]]], finish: Callable[[Any], None]) -> BookMargins:
        """Lay out and draw the margins of the pages that were numbered; ``strings`` are set on each.

        ``finish`` is called with the unwritten PDF.
        """
        for index, its in enumerate(strings):
            for name, texts in its.items():
                self._context.string_set[name][index + 1] = [*texts]
        for index, sheet in enumerate(self._sheets):
            hooks.lay_margins(self._context, sheet.box, sheet.state, index)
        shown = [frozenset(_characters(sheet.box)) for sheet in self._sheets]
        drawn = self.document.copy([hooks.page(sheet.box) for sheet in self._sheets])
        pdf = hooks.generate(drawn, tags=False)
        finish(pdf)
        contents = [
            content(pdf.objects[int(pdf.objects[int(page.split()[0])]["Contents"].split()[0])])
            for page in pdf.page_references
        ]
        pages = tuple(
            Margins(compressed(b"/Artifact BMC\nq\n" + each + b"\nQ\nEMC") if chars else b"", chars)
            for each, chars in zip(contents, shown, strict=True)
        )
        return BookMargins(pages, _states(pdf), faces.used(drawn.fonts))


def _states(pdf: Any) -> Mapping[str, bytes]:
    """Return the transparencies used; raise for what pages would have to name in their own way."""
    resources = pdf.objects[int(pdf.objects[int(pdf.page_references[0].split()[0])]["Resources"].split()[0])]
    for name in ("XObject", "Pattern", "Shading"):
        if resources.get(name):
            raise faces.UnlinkableError("there are pictures or patterns in the margins of pages")
    states = resources["ExtGState"]
    if any(name[:1] not in _ALPHA for name in states):
        raise faces.UnlinkableError("there are blended colours in the margins of pages")
    writer = Writer({})
    return {name: writer.value(state) for name, state in states.items()}


def _characters(box: Any) -> Iterator[str]:
    box = getattr(box, "_box", box)
    if boxes.kind(box) == "TextBox":
        yield from box.text
    for child in boxes.children(box):
        yield from _characters(child)
