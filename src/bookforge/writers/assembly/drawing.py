"""The laid-out pages of a section in, the same drawn out, as data: everything but what stands in their margins."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from bookforge.writers.assembly import faces, hooks
from bookforge.writers.assembly.drawn import Drawing, DrawnPage, PageKind
from bookforge.writers.assembly.objects import Writer, compressed, content
from bookforge.writers.pages import PIXEL_PT
from bookforge.writers.unwritten import number, referred

NOTHING: Final = Drawing((), (), 0, (), (), 0, 0, 0, {}, ())
"""What is drawn of a section that shows nowhere."""

Finish = Callable[[list[Any], Any], None]
"""What is done to an unwritten PDF: it gets the pages that were drawn, and the PDF."""


def draw(document: Any, end: int, finish: Finish) -> Drawing:
    """Draw the pages of a document up to the page ``end``; what they refer to may stand on those behind.

    Raises :class:`~bookforge.writers.assembly.faces.UnlinkableError` where pages cannot be drawn apart from a book.
    """
    if not end:
        return NOTHING
    for page in document.pages:
        page.bookmarks = []
    shown = document.copy()
    pdf = hooks.generate(shown, tags=True)
    finish(document.pages[:end], pdf)
    return _Drawn(pdf, end).drawing(document.pages[:end], faces.used(shown.fonts))


class _Drawn:
    """An unwritten PDF of some pages, and of pages behind that are left out."""

    def __init__(self, pdf: Any, end: int) -> None:
        self._pdf = pdf
        references = pdf.page_references
        self._pages = [self._object(each) for each in references[:end]]
        self._behind = {bytes(each) for each in references[end:]}
        self._structure = self._object(pdf.catalog["StructTreeRoot"])
        self._tree = self._object(self._structure["ParentTree"])
        self._document = self._object(self._structure["K"][0])

    def _object(self, reference: bytes) -> Any:
        return referred(self._pdf, reference)

    def drawing(self, pages: list[Any], used: tuple[Any, ...]) -> Drawing:
        """Return the pages as data."""
        numbers = self._tree["Nums"]
        parents = {key: numbers[place + 1] for place, key in enumerate(numbers) if place % 2 == 0}
        count = len(self._pdf.page_references)
        links = [key for key in sorted(parents) if key >= count and self._is_here(parents[key])]
        writer = Writer({key: place for place, key in enumerate(links)})
        resources = self._object(self._pages[0]["Resources"])
        fonts = number(resources["Font"])
        return Drawing(
            pages=tuple(
                self._page(page, drawn, parents[place])
                for place, (page, drawn) in enumerate(zip(pages, self._pages, strict=True))
            ),
            objects=tuple(writer.objects(self._pdf, self._left_out(fonts))),
            count=len(self._pdf.objects),
            roots=tuple(number(each) for each in self._document["K"] if self._is_here(each)),
            links=tuple(number(parents[key]) for key in links),
            document=self._document.number,
            fonts=fonts,
            resources=resources.number,
            anchors=_anchors(pages),
            faces=used,
        )

    def _is_here(self, reference: bytes) -> bool:
        return self._object(reference).get("Pg") not in self._behind

    def _left_out(self, fonts: int) -> set[int]:
        """Return the numbers of what the book makes for itself, and of what stands on pages behind."""
        pdf = self._pdf
        own = {0, pdf.pages.number, pdf.catalog.number, self._structure.number, self._tree.number, fonts}
        own |= {self._document.number}
        for reference in pdf.page_references:
            page = self._object(reference)
            own |= {page.number, number(page["Contents"])}
            if bytes(reference) in self._behind:
                own |= set(map(number, page.get("Annots", ())))
        return own | {each.number for each in pdf.objects if _page_of(each) in self._behind}

    def _page(self, page: Any, drawn: Any, parents: list[bytes]) -> DrawnPage:
        return DrawnPage(
            number=drawn.number,
            kind=kind(page._page_box.page_type),
            content=compressed(b"q\n" + content(self._object(drawn["Contents"])) + b"\nQ"),
            boxes=tuple(tuple(map(float, drawn[name])) for name in ("MediaBox", "BleedBox", "TrimBox")),  # type: ignore[misc]
            annotations=tuple(map(number, drawn.get("Annots", ()))),
            parents=tuple(map(number, parents)),
            strings=_strings(page._page_box),
        )


def _page_of(each: Any) -> bytes | None:
    return each.get("Pg") if isinstance(each, dict) else None


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


def _anchors(pages: list[Any]) -> Mapping[str, tuple[int, float, float]]:
    found: dict[str, tuple[int, float, float]] = {}
    for index, page in enumerate(pages):
        for name, (x, y, *_) in page.anchors.items():
            found.setdefault(name, (index, x * PIXEL_PT, (page.height - y) * PIXEL_PT))
    return found
