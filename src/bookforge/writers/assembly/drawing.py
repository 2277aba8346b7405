"""Laid-out pages in, the same drawn out, each as data: everything but what stands in their margins."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from bookforge.writers.assembly import faces, hooks
from bookforge.writers.assembly.drawn import Drawing, DrawnPage, PageKind
from bookforge.writers.assembly.objects import Writer, compressed, content, references
from bookforge.writers.pages import PIXEL_PT
from bookforge.writers.unwritten import number, referred

Finish = Callable[[list[Any], Any], None]
"""What is done to an unwritten PDF: it gets the pages that were drawn, and the PDF."""


def draw(document: Any, pages: Iterable[int], finish: Finish) -> tuple[DrawnPage, ...]:
    """Draw some pages of a document, each alone; what they refer to may stand on others.

    Raises :class:`~bookforge.writers.assembly.faces.UnlinkableError` where pages cannot be drawn apart from a book.
    """
    places = frozenset(name for page in document.pages for name in page.anchors)
    return tuple(_page(document, document.pages[each], places, finish) for each in pages)


def joined(pages: Sequence[DrawnPage]) -> Drawing:
    """Return pages as what follows each other."""
    anchors: dict[str, tuple[int, float, float]] = {}
    for index, page in enumerate(pages):
        for name, (x, y) in page.anchors.items():
            # What goes over pages is where it begins.
            anchors.setdefault(name, (index, x, y))
    return Drawing(tuple(pages), anchors, tuple(faces.merged(face for page in pages for face in page.faces)))


def _page(document: Any, page: Any, places: frozenset[str], finish: Finish) -> DrawnPage:
    page.bookmarks = []
    shown = document.copy([page])
    pdf = hooks.generate(shown, tags=True, places=places)
    finish([page], pdf)
    return _Drawn(pdf, page).page(faces.used(shown.fonts))


class _Drawn:
    """An unwritten PDF of one page."""

    def __init__(self, pdf: Any, page: Any) -> None:
        self._pdf = pdf
        self._page = page
        (reference,) = pdf.page_references
        self._drawn = self._object(reference)
        self._structure = self._object(pdf.catalog["StructTreeRoot"])
        self._tree = self._object(self._structure["ParentTree"])
        self._document = self._object(self._structure["K"][0])

    def _object(self, reference: bytes) -> Any:
        return referred(self._pdf, reference)

    def page(self, used: tuple[Any, ...]) -> DrawnPage:
        """Return the page as data."""
        drawn, pdf = self._drawn, self._pdf
        numbers = self._tree["Nums"]
        parents = {key: numbers[place + 1] for place, key in enumerate(numbers) if place % 2 == 0}
        links = sorted(parents.keys() - {0})
        writer = Writer({key: place for place, key in enumerate(links)})
        resources = self._object(drawn["Resources"])
        fonts = number(resources["Font"])
        annotations = tuple(map(number, drawn.get("Annots", ())))
        return DrawnPage(
            number=drawn.number,
            kind=kind(self._page._page_box.page_type),
            content=compressed(b"q\n" + content(self._object(drawn["Contents"])) + b"\nQ"),
            boxes=tuple(tuple(map(float, drawn[name])) for name in ("MediaBox", "BleedBox", "TrimBox")),  # type: ignore[misc]
            annotations=annotations,
            parents=tuple(map(number, parents[0])),
            strings=_strings(self._page._page_box),
            objects=tuple(writer.objects(pdf, self._left_out(fonts))),
            count=len(pdf.objects),
            roots=tuple(map(number, self._document["K"])),
            links=tuple(number(parents[key]) for key in links),
            document=self._document.number,
            fonts=fonts,
            resources=resources.number,
            shared=tuple(sorted(self._shared(resources.number, fonts))),
            anchors=_anchors(self._page),
            faces=used,
        )

    def _left_out(self, fonts: int) -> set[int]:
        """Return the numbers of what the book makes for itself."""
        pdf, drawn = self._pdf, self._drawn
        own = {0, pdf.pages.number, pdf.catalog.number, self._structure.number, self._tree.number, fonts}
        return own | {self._document.number, drawn.number, number(drawn["Contents"])}

    def _shared(self, first: int, fonts: int) -> set[int]:
        """Return the numbers of an object and of all that it refers to, but for the fonts."""
        found: set[int] = set()
        waiting = [first]
        while waiting:
            each = waiting.pop()
            if each not in found and each != fonts:
                found.add(each)
                waiting += references(self._pdf.objects[each])
        return found


def kind(page_type: Any) -> PageKind:
    """Return what a page is for a stylesheet."""
    groups = tuple((str(name), int(place)) for name, place in page_type.groups)
    return PageKind(page_type.side, bool(page_type.blank), page_type.name or "", groups)


def _strings(page: Any) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for box in page.descendants():
        for name, text in _set(box.string_set):
            found[name] = (*found.get(name, ()), text)
    return found


def _set(strings: Any) -> Iterable[tuple[str, str]]:
    return strings if strings and strings != "none" else ()


def _anchors(page: Any) -> Mapping[str, tuple[float, float]]:
    return {name: (x * PIXEL_PT, (page.height - y) * PIXEL_PT) for name, (x, y, *_) in page.anchors.items()}
