"""Drawn sections, their margins and what the book says of itself in, the bytes of one PDF out.

Objects get their numbers here: those of a section follow each other, so that a section's data only has to be given its
first. Nothing of the page engine is used.
"""

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from bookforge.writers.assembly.about import About
from bookforge.writers.assembly.drawn import ANNOTATION, MARK, NUMBER, Drawing, DrawnObject, DrawnPage
from bookforge.writers.assembly.margins import Margins
from bookforge.writers.assembly.objects import compressed

_HEADER: Final = b"%PDF-1.7\n%\xf0\x9f\x96\xa4\n"
_STRUCTURE: Final = b"<</Type /StructTreeRoot/ParentTree %d 0 R/K [%d 0 R]>>"
_DOCUMENT: Final = b"<</Type /StructElem/S /Document/K [%s]/P %d 0 R>>"
_PLACES: Final = 3
"""Decimals of a point."""


@dataclass(frozen=True, slots=True)
class Bookmark:
    """An entry of the outline: its level, from 1, its text, and the id it leads to."""

    level: int
    text: str
    target: str


@dataclass(frozen=True, slots=True)
class Whole:
    """What a book's PDF has beside its pages.

    ``labels`` are the first page of each run of page numbers and its style; ``said`` is what it says of itself,
    ``identity`` the file's own name. ``fonts`` are objects, the last of them the dictionary that names all; ``states``
    are transparencies that margins use.
    """

    bookmarks: tuple[Bookmark, ...]
    labels: tuple[tuple[int, str], ...]
    said: About
    identity: bytes
    fonts: tuple[DrawnObject, ...]
    states: Mapping[str, bytes] = field(default_factory=dict)


def link(drawings: Sequence[Drawing], margins: Sequence[Margins], whole: Whole) -> bytes:
    """Make one PDF of the pages of all sections, in order; ``margins`` are those of the pages."""
    return _Linker(drawings, margins, whole).link()


class _File:
    """A PDF in the making: streams as they come, all else gathered in object streams."""

    def __init__(self) -> None:
        self._parts = [_HEADER]
        self._size = len(_HEADER)
        self._places: dict[int, tuple[int, int, int]] = {0: (0, 0, 65535)}
        self._next = 1

    def take(self, count: int) -> int:
        """Return the first of so many free numbers."""
        first = self._next
        self._next += count
        return first

    def stream(self, number: int, entries: bytes, data: bytes) -> None:
        """Write a stream; ``entries`` is its dictionary."""
        self._places[number] = (1, self._size, 0)
        self._write(b"%d 0 obj\n%s\nstream\n" % (number, entries))
        self._write(data)
        self._write(b"\nendstream\nendobj\n")

    def gathered(self, objects: Sequence[tuple[int, bytes]]) -> None:
        """Write objects that are no streams, together in one that is."""
        if not objects:
            return
        holder = self.take(1)
        head: list[bytes] = []
        at = 0
        for place, (number, data) in enumerate(objects):
            head.append(b"%d %d" % (number, at))
            at += len(data) + 1
            self._places[number] = (2, holder, place)
        start = b" ".join(head) + b"\n"
        data = compressed(start + b"\n".join(data for _, data in objects))
        entries = b"<</Type /ObjStm/N %d/First %d/Filter /FlateDecode/Length %d>>"
        self.stream(holder, entries % (len(objects), len(start), len(data)), data)

    def finished(self, root: int, information: int, identity: bytes) -> bytes:
        """Write the table of all objects; return the file."""
        own = self.take(1)
        at = self._size
        self._places[own] = (1, at, 0)
        # Numbers that nothing has are free.
        table = b"".join(struct.pack(">BIH", *self._places.get(each, (0, 0, 65535))) for each in range(self._next))
        data = compressed(table)
        entries = b"<</Type /XRef/W [1 4 2]/Size %d/Root %d 0 R/Info %d 0 R/ID [(%s) (%s)]" % (
            self._next, root, information, identity, identity,
        )  # fmt: skip
        self.stream(own, entries + b"/Filter /FlateDecode/Length %d>>" % len(data), data)
        self._write(b"startxref\n%d\n%%%%EOF\n" % at)
        return b"".join(self._parts)

    def _write(self, data: bytes) -> None:
        self._parts.append(data)
        self._size += len(data)


class _Linker:
    def __init__(self, drawings: Sequence[Drawing], margins: Sequence[Margins], whole: Whole) -> None:
        self._file = _File()
        self._drawings = drawings
        self._margins = iter(margins)
        self._whole = whole
        self._total = sum(len(drawing.pages) for drawing in drawings)
        own = ("catalog", "pages", "information", "metadata", "structure", "document", "parents")
        self._own = {name: self._file.take(1) for name in own}
        self._first_font = self._file.take(whole.fonts[-1].number + 1)
        self._fonts = self._first_font + whole.fonts[-1].number
        self._pages: list[int] = []
        self._heights: list[float] = []
        self._roots: list[bytes] = []
        self._page_parents: list[bytes] = []
        self._links: list[int] = []
        self._anchors: dict[str, tuple[int, float, float]] = {}

    def link(self) -> bytes:
        """Return the whole file."""
        self._write_fonts()
        for drawing in self._drawings:
            self._section(drawing)
        own, file = self._own, self._file
        file.stream(own["metadata"], *_metadata(self._whole.said.metadata))
        outline = [*self._outline()]
        kids = b" ".join(b"%d 0 R" % page for page in self._pages)
        catalog = b"<</Type /Catalog/Pages %d 0 R/Metadata %d 0 R/StructTreeRoot %d 0 R/Names <</Dests %s>>%s%s%s>>" % (
            own["pages"], own["metadata"], own["structure"], self._destinations(),
            b"/PageLabels <</Nums [%s]>>" % b" ".join(_label(*each) for each in self._whole.labels),
            b"/Outlines %d 0 R" % outline[0][0] if outline else b"",
            b"".join(b"/%s %s" % (name.encode(), value) for name, value in self._whole.said.entries.items()),
        )  # fmt: skip
        file.gathered([
            (own["catalog"], catalog),
            (own["pages"], b"<</Type /Pages/Count %d/Kids [%s]>>" % (len(self._pages), kids)),
            (own["information"], self._whole.said.information),
            (own["structure"], _STRUCTURE % (own["parents"], own["document"])),
            (own["document"], _DOCUMENT % (b" ".join(self._roots), own["structure"])),
            (own["parents"], self._parent_tree()),
            *outline,
        ])  # fmt: skip
        return file.finished(own["catalog"], own["information"], self._whole.identity)

    def _write_fonts(self) -> None:
        first = self._first_font
        numbers = _Numbers(first, {}, 0)
        for each in self._whole.fonts:
            if each.stream is not None:
                self._file.stream(first + each.number, numbers.in_data(each.data), each.stream)
        small = [(first + each.number, numbers.in_data(each.data)) for each in self._whole.fonts if each.stream is None]
        self._file.gathered(small)

    def _section(self, drawing: Drawing) -> None:
        """Write the pages and objects of a section."""
        first = self._file.take(drawing.count)
        special = {drawing.document: self._own["document"], drawing.fonts: self._fonts}
        numbers = _Numbers(first, special, self._total + len(self._links))
        small: list[tuple[int, bytes]] = []
        for each in drawing.objects:
            if each.stream is not None:
                self._file.stream(numbers.of(each.number), numbers.in_data(each.data), each.stream)
            else:
                data = self._shared(each.data) if each.number == drawing.resources else each.data
                small.append((numbers.of(each.number), data))
        at = len(self._pages)
        small = [(number, numbers.in_data(data)) for number, data in small]
        small += [(numbers.of(page.number), self._page(page, drawing, numbers)) for page in drawing.pages]
        self._file.gathered(small)
        self._roots += [b"%d 0 R" % numbers.of(root) for root in drawing.roots]
        self._links += [numbers.of(link) for link in drawing.links]
        for name, (page, x, y) in drawing.anchors.items():
            self._anchors.setdefault(name, (at + page, x, y))

    def _shared(self, resources: bytes) -> bytes:
        """Add the transparencies of margins to what a section's pages use; those of a name are the same."""
        for name, state in self._whole.states.items():
            if b"/%s <<" % name.encode() not in resources:
                resources = resources.replace(b"/ExtGState <<", b"/ExtGState <</%s %s" % (name.encode(), state), 1)
        return resources

    def _page(self, page: DrawnPage, drawing: Drawing, numbers: "_Numbers") -> bytes:
        place = len(self._pages)
        self._pages.append(numbers.of(page.number))
        parents = b" ".join(b"%d 0 R" % numbers.of(each) for each in page.parents)
        self._page_parents.append(b"%d [%s]" % (place, parents))
        contents = [self._content(each) for each in (page.content, next(self._margins).content) if each]
        media, bleed, trim = (b" ".join(map(_decimal, box)) for box in page.boxes)
        links = b" ".join(b"%d 0 R" % numbers.of(each) for each in page.annotations)
        return b"<</Type /Page/Parent %d 0 R/MediaBox [%s]/BleedBox [%s]/TrimBox [%s]/Resources %d 0 R%s%s>>" % (
            self._own["pages"], media, bleed, trim, numbers.of(drawing.resources),
            b"/Contents [%s]/Tabs /S/StructParents %d" % (b" ".join(contents), place),
            b"/Annots [%s]" % links if links else b"",
        )  # fmt: skip

    def _content(self, data: bytes) -> bytes:
        number = self._file.take(1)
        self._file.stream(number, b"<</Filter /FlateDecode/Length %d>>" % len(data), data)
        return b"%d 0 R" % number

    def _parent_tree(self) -> bytes:
        """Return what says of marked content and of links in which elements they stand: pages first, then links."""
        first = len(self._pages)
        links = (b"%d %d 0 R" % (first + place, link) for place, link in enumerate(self._links))
        return b"<</Nums [%s]>>" % b" ".join((*self._page_parents, *links))

    def _destination(self, name: str) -> bytes:
        page, x, y = self._anchors[name]
        return b"[%d 0 R /XYZ %s %s 0]" % (self._pages[page], _decimal(x), _decimal(y))

    def _destinations(self) -> bytes:
        """Return the places that links lead to; in the order of their names' bytes, as a reader looks them up."""
        named = sorted(self._anchors, key=_bytes)
        return b"<</Names [%s]>>" % b" ".join(text(name) + b" " + self._destination(name) for name in named)

    def _outline(self) -> Iterator[tuple[int, bytes]]:
        """Yield the objects of the outline, the one that holds all others first."""
        marks = [mark for mark in self._whole.bookmarks if mark.target in self._anchors]
        if not marks:
            return
        first = self._file.take(len(marks) + 1)
        parents, kids = _nested(marks)
        for place in range(-1, len(marks)):
            below = kids.get(place, [])
            entries = b"".join((
                b"/Title %s/Dest %s" % (text(marks[place].text), self._destination(marks[place].target))
                if place >= 0
                else b"",
                b"/First %d 0 R/Last %d 0 R" % (first + 1 + below[0], first + 1 + below[-1]) if below else b"",
                b"/Count %d" % _below(place, kids),
                self._beside(place, parents, kids, first) if place >= 0 else b"",
            ))  # fmt: skip
            yield first + 1 + place, b"<<%s>>" % entries

    def _beside(self, place: int, parents: Mapping[int, int], kids: Mapping[int, list[int]], first: int) -> bytes:
        family = kids[parents[place]]
        at = family.index(place)
        entries = b"/Parent %d 0 R" % (first + 1 + parents[place])
        if at:
            entries += b"/Prev %d 0 R" % (first + 1 + family[at - 1])
        if at + 1 < len(family):
            entries += b"/Next %d 0 R" % (first + 1 + family[at + 1])
        return entries


@dataclass(frozen=True, slots=True)
class _Numbers:
    """The numbers that a section's objects have in the file: ``first`` and those that follow, but for some."""

    first: int
    special: Mapping[int, int]
    links: int

    def of(self, number: int) -> int:
        """Return the number of an object of the section."""
        return self.special.get(number, self.first + number)

    def in_data(self, data: bytes) -> bytes:
        """Return data with numbers for its markers."""
        parts = data.split(MARK)
        parts[1::2] = map(self._meant, parts[1::2])
        return b"".join(parts)

    def _meant(self, marker: bytes) -> bytes:
        if marker[:1] == NUMBER:
            return b"%d" % self.of(int(marker[1:]))
        if marker[:1] == ANNOTATION:
            return b"%d" % (self.links + int(marker[1:]))
        return b"%d 0 R" % self.of(int(marker))


def _label(page: int, style: str) -> bytes:
    return b"%d <</S %s>>" % (page, style.encode())


def _metadata(data: bytes) -> tuple[bytes, bytes]:
    return b"<</Type /Metadata/Subtype /XML/Length %d>>" % len(data), data


def _nested(marks: Sequence[Bookmark]) -> tuple[dict[int, int], dict[int, list[int]]]:
    """Return the parent of each bookmark, -1 for those without, and what is below each."""
    parents: dict[int, int] = {}
    kids: dict[int, list[int]] = {}
    open_: list[int] = []
    for place, mark in enumerate(marks):
        while open_ and marks[open_[-1]].level >= mark.level:
            open_.pop()
        parents[place] = open_[-1] if open_ else -1
        kids.setdefault(parents[place], []).append(place)
        open_.append(place)
    return parents, kids


def _below(place: int, kids: Mapping[int, list[int]]) -> int:
    return sum(1 + _below(kid, kids) for kid in kids.get(place, ()))


def _decimal(value: float) -> bytes:
    return f"{round(value, _PLACES):g}".encode() if abs(value) < 1000 else f"{round(value, _PLACES):.3f}".encode()


def _bytes(value: str) -> bytes:
    return value.encode() if value.isascii() else b"\xfe\xff" + value.encode("utf-16-be")


def text(value: str) -> bytes:
    """Write a text as a PDF has it: in ASCII where that will do."""
    if value.isascii():
        escaped = value.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
        return b"(" + escaped.encode() + b")"
    return b"<feff" + value.encode("utf-16-be").hex().encode() + b">"
