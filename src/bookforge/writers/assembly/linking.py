"""Drawn sections, their margins and what the book says of itself in, the bytes of one PDF out.

Objects get their numbers here. Those of a section follow each other, and depend on nothing but how many the sections
before have room for: what is made of it can be kept as it stands in the file. Nothing of the page engine is used.
"""

import struct
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Final

from bookforge.writers.assembly.about import About
from bookforge.writers.assembly.drawn import ANNOTATION, MARK, NUMBER, Drawing, DrawnObject, DrawnPage
from bookforge.writers.assembly.margins import Margins
from bookforge.writers.assembly.objects import compressed

_HEADER: Final = b"%PDF-1.7\n%\xf0\x9f\x96\xa4\n"
_ENTRY: Final = struct.Struct(">BIH")
_FREE: Final = _ENTRY.pack(0, 0, 65535)
_SHELF: Final = 64
_OF_PAGE: Final = 2
"""Numbers that a page needs beside those of its objects: for what it and its margins are drawn with."""

_STRUCTURE: Final = b"<</Type /StructTreeRoot/ParentTree %d 0 R/K [%d 0 R]>>"
_order: Final = attrgetter("order")
_NEXT: Final = b"|"
_BETWEEN: Final = MARK + _NEXT + MARK
"""A marker for the end of an object, where several are looked through at once."""

_DOCUMENT: Final = b"<</Type /StructElem/S /Document/K [%s]/P %d 0 R>>"


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
    ``identity`` the file's own name. ``fonts`` are the objects of each font, the last of which is its dictionary, by
    the name that pages have for it; ``states`` are transparencies that margins use.
    """

    bookmarks: tuple[Bookmark, ...]
    labels: tuple[tuple[int, str], ...]
    said: About
    identity: bytes
    fonts: Mapping[str, tuple[DrawnObject, ...]]
    states: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Run:
    """Pages that are linked together: those of a section, and what stands in their margins.

    ``name`` is a hash of both.
    """

    drawing: Drawing
    margins: tuple[Margins, ...]
    name: str


@dataclass(frozen=True, slots=True)
class Block:
    """A run of pages as it stands in the file: its bytes, with numbers that nothing else in the file has.

    ``table`` is its part of the table of all objects, from the number ``first`` on; what it says is true but for the
    ``streams``, of which only the places from the beginning of the bytes are known. ``pages`` are the numbers of the
    pages, ``parents`` that of what the parent tree says of them and their links, ``roots`` references to their
    structure elements. ``places`` are the ids in it.
    """

    data: bytes
    first: int
    table: bytes
    streams: tuple[tuple[int, int], ...]
    pages: tuple[int, ...]
    parents: int
    roots: bytes
    places: Mapping[str, "Destination"]


@dataclass(frozen=True, slots=True)
class Destination:
    """The place of an id. ``order`` is what a reader looks it up by, ``name`` how it is written, ``at`` where it is."""

    order: bytes
    name: bytes
    at: bytes


Keep = Callable[[str, Callable[[], Block]], Block]
"""Returns the block that was kept under a name, or else one that is made."""


def link(runs: Sequence[Run], whole: Whole, keep: Keep) -> bytes:
    """Make one PDF of runs of pages, in order; blocks that are kept are not made again."""
    return _Linker(runs, whole, keep).link()


class _Bytes:
    """Objects as they are written: streams one by one, all else gathered in one."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.size = 0
        self.streams: list[tuple[int, int]] = []

    def write(self, data: bytes) -> None:
        """Write anything."""
        self.parts.append(data)
        self.size += len(data)

    def stream(self, number: int, entries: bytes, data: bytes) -> None:
        """Write a stream; ``entries`` is its dictionary."""
        self.streams.append((number, self.size))
        self.write(b"%d 0 obj\n%s\nstream\n" % (number, entries))
        self.write(data)
        self.write(b"\nendstream\nendobj\n")

    def gathered(
        self, holder: int, objects: Sequence[tuple[int, bytes]], press: Callable[[bytes], bytes] = compressed
    ) -> None:
        """Write objects that are no streams, together in one that is."""
        head: list[bytes] = []
        at = 0
        for number, data in objects:
            head.append(b"%d %d" % (number, at))
            at += len(data) + 1
        start = b" ".join(head) + b"\n"
        data = press(start + b"\n".join(data for _, data in objects))
        entries = b"<</Type /ObjStm/N %d/First %d/Filter /FlateDecode/Length %d>>"
        self.stream(holder, entries % (len(objects), len(start), len(data)), data)


class _File:
    """A PDF in the making."""

    def __init__(self) -> None:
        self._written = _Bytes()
        self._written.write(_HEADER)
        self._table = bytearray(_FREE)

    def take(self, count: int) -> int:
        """Return the first of so many free numbers."""
        first = len(self._table) // _ENTRY.size
        # Numbers that nothing gets are free.
        self._table += _FREE * count
        return first

    def _enter(self, number: int, kind: int, where: int, place: int) -> None:
        _ENTRY.pack_into(self._table, number * _ENTRY.size, kind, where, place)

    def stream(self, number: int, entries: bytes, data: bytes) -> None:
        """Write a stream."""
        self._enter(number, 1, self._written.size, 0)
        self._written.stream(number, entries, data)

    def gathered(self, objects: Sequence[tuple[int, bytes]]) -> None:
        """Write objects that are no streams."""
        holder = self.take(1)
        self._enter(holder, 1, self._written.size, 0)
        self._written.gathered(holder, objects, _quickly)
        for place, (number, _) in enumerate(objects):
            self._enter(number, 2, holder, place)

    def block(self, block: Block) -> None:
        """Write a block."""
        start = block.first * _ENTRY.size
        self._table[start : start + len(block.table)] = block.table
        for number, at in block.streams:
            self._enter(number, 1, self._written.size + at, 0)
        self._written.write(block.data)

    def finished(self, root: int, information: int, identity: bytes) -> bytes:
        """Write the table of all objects; return the file."""
        own = self.take(1)
        at = self._written.size
        self._enter(own, 1, at, 0)
        data = _quickly(self._table)
        entries = b"<</Type /XRef/W [1 4 2]/Size %d/Root %d 0 R/Info %d 0 R/ID [(%s) (%s)]" % (
            own + 1, root, information, identity, identity,
        )  # fmt: skip
        self._written.stream(own, entries + b"/Filter /FlateDecode/Length %d>>" % len(data), data)
        self._written.write(b"startxref\n%d\n%%%%EOF\n" % at)
        return b"".join(self._written.parts)


class _Linker:
    def __init__(self, runs: Sequence[Run], whole: Whole, keep: Keep) -> None:
        self._file = _File()
        self._runs = runs
        self._whole = whole
        self._keep = keep
        own = ("catalog", "pages", "information", "metadata", "structure", "document", "parents", "fonts")
        self._own = {name: self._file.take(1) for name in own}
        self._pages: list[int] = []
        self._blocks: list[Block] = []
        self._places: dict[str, Destination] = {}

    def link(self) -> bytes:
        """Return the whole file."""
        for run in self._runs:
            self._run(run)
        fonts = {name: self._font(objects) for name, objects in self._whole.fonts.items()}
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
        roots = b" ".join(block.roots for block in self._blocks if block.roots)
        parents = b" ".join(b"%d 0 R" % block.parents for block in self._blocks)
        file.gathered([
            (own["catalog"], catalog),
            (own["pages"], b"<</Type /Pages/Count %d/Kids [%s]>>" % (len(self._pages), kids)),
            (own["information"], self._whole.said.information),
            (own["structure"], _STRUCTURE % (own["parents"], own["document"])),
            (own["document"], _DOCUMENT % (roots, own["structure"])),
            (own["parents"], b"<</Kids [%s]>>" % parents),
            (own["fonts"], b"<<%s>>" % b"".join(b"/%s %d 0 R" % (name.encode(), at) for name, at in fonts.items())),
            *outline,
        ])  # fmt: skip
        return file.finished(own["catalog"], own["information"], self._whole.identity)

    def _font(self, objects: tuple[DrawnObject, ...]) -> int:
        """Write the objects of a font; return the number of its dictionary."""
        last = objects[-1].number
        numbers = _Numbers(self._file.take(last + 1), {})
        for each in objects:
            if each.stream is not None:
                self._file.stream(numbers.of(each.number), numbers.in_data(each.data), each.stream)
        small = [(numbers.of(each.number), numbers.in_data(each.data)) for each in objects if each.stream is None]
        self._file.gathered(small)
        return numbers.of(last)

    def _run(self, run: Run) -> None:
        """Write the pages and objects of a section; their numbers are told by how many there are."""
        drawing, states = run.drawing, self._whole.states
        if not drawing.pages:
            return
        room = _room(sum(page.count + _OF_PAGE for page in drawing.pages) + 2)
        first = self._file.take(room)
        name = f"{run.name} {first} {sorted(states.items())}"
        block = self._keep(name, lambda: _Blocks(run, first, room, self._own, states).block())
        self._file.block(block)
        self._blocks.append(block)
        self._places = {**block.places, **self._places}
        self._pages += block.pages

    def _destinations(self) -> bytes:
        """Return the places that links lead to; in the order of their names' bytes, as a reader looks them up."""
        places = sorted(self._places.values(), key=_order)
        return b"<</Names [%s]>>" % b" ".join(b"%s %s" % (place.name, place.at) for place in places)

    def _outline(self) -> Iterator[tuple[int, bytes]]:
        """Yield the objects of the outline, the one that holds all others first."""
        marks = [mark for mark in self._whole.bookmarks if mark.target in self._places]
        if not marks:
            return
        first = self._file.take(len(marks) + 1)
        parents, kids = _nested(marks)
        for place in range(-1, len(marks)):
            below = kids.get(place, [])
            entries = b"".join((
                b"/Title %s/Dest %s" % (text(marks[place].text), self._places[marks[place].target].at)
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


class _Blocks:
    """Makes the block of a run whose numbers begin at ``first``.

    The numbers of a page's objects are followed by those of what it and its margins are drawn with. In the parent tree
    a page or a link has the number of an object of the page: unlike all others, too. There is ``room`` for so many
    numbers.
    """

    def __init__(self, run: Run, first: int, room: int, own: Mapping[str, int], states: Mapping[str, bytes]) -> None:
        self._run = run
        self._states = states
        self._first = first
        self._room = room
        self._own = own
        self._written = _Bytes()
        self._small: list[tuple[int, bytes]] = []
        self._known: dict[tuple[bytes, bytes | None], int] = {}

    def block(self) -> Block:
        """Return the block."""
        at = self._first
        numbers: list[_Numbers] = []
        pages, anchors = self._run.drawing.pages, self._run.drawing.anchors
        for page, margins in zip(pages, self._run.margins, strict=True):
            numbers.append(self._page(page, margins, at))
            at += page.count + _OF_PAGE
        both = [*zip(pages, numbers, strict=True)]
        self._small.append((at, _parents(both)))
        self._written.gathered(at + 1, self._small)
        kids = tuple(its.of(page.number) for page, its in both)
        return Block(
            data=b"".join(self._written.parts),
            first=self._first,
            table=self._table(at + 1),
            streams=tuple(self._written.streams),
            pages=kids,
            parents=at,
            roots=b" ".join(b"%d 0 R" % its.of(root) for page, its in both for root in page.roots),
            places={name: _destination(name, kids[page], x, y) for name, (page, x, y) in anchors.items()},
        )

    def _table(self, holder: int) -> bytes:
        """Return the entries of the objects that are gathered in one; all others are free."""
        table = bytearray(_FREE * self._room)
        for place, (number, _) in enumerate(self._small):
            _ENTRY.pack_into(table, (number - self._first) * _ENTRY.size, 2, holder, place)
        return bytes(table)

    def _page(self, page: DrawnPage, margins: Margins, first: int) -> "_Numbers":
        """Write a page and its objects; return their numbers."""
        special = {page.document: self._own["document"], page.fonts: self._own["fonts"]}
        numbers = _Numbers(first, special)
        contents = self._contents(first + page.count, page.content, margins.content)
        # What pages share is written once; what it refers to comes before it.
        shared = {each.number: each for each in page.objects if each.number in page.shared}
        for number in _in_order(shared):
            self._share(shared[number], numbers, page)
        own = [each for each in page.objects if each.number not in shared]
        for each, data in zip(own, numbers.in_each([each.data for each in own]), strict=True):
            self._write(numbers.of(each.number), data, each.stream)
        self._small.append((numbers.of(page.number), self._sheet(page, numbers, contents)))
        return numbers

    def _contents(self, at: int, *drawn: bytes) -> bytes:
        """Write what a page and its margins are drawn with; return references to it."""
        found = []
        for number, data in enumerate(drawn, at):
            if data:
                self._written.stream(number, b"<</Filter /FlateDecode/Length %d>>" % len(data), data)
                found.append(b"%d 0 R" % number)
        return b" ".join(found)

    def _share(self, each: DrawnObject, numbers: "_Numbers", page: DrawnPage) -> None:
        """Write an object that is not about one page, unless it is there already."""
        data = numbers.in_data(each.data)
        if each.number == page.resources:
            data = self._with_states(data)
        number = self._known.setdefault((data, each.stream), numbers.of(each.number))
        if number == numbers.of(each.number):
            self._write(number, data, each.stream)
        numbers.special[each.number] = number

    def _write(self, number: int, data: bytes, stream: bytes | None) -> None:
        if stream is None:
            self._small.append((number, data))
        else:
            self._written.stream(number, data, stream)

    def _with_states(self, resources: bytes) -> bytes:
        """Add the transparencies of margins to what a page uses; those of a name are the same."""
        before, found, after = resources.partition(b"/ExtGState <<")
        assert found, "the resources of pages have a dictionary of transparencies"
        missing = (each for each in self._states.items() if b"/%s <<" % each[0].encode() not in after)
        return before + found + b"".join(b"/%s %s" % (name.encode(), state) for name, state in missing) + after

    def _sheet(self, page: DrawnPage, numbers: "_Numbers", contents: bytes) -> bytes:
        media, bleed, trim = (b" ".join(map(_decimal, box)) for box in page.boxes)
        links = b" ".join(b"%d 0 R" % numbers.of(each) for each in page.annotations)
        return b"<</Type /Page/Parent %d 0 R/MediaBox [%s]/BleedBox [%s]/TrimBox [%s]/Resources %d 0 R%s%s>>" % (
            self._own["pages"], media, bleed, trim, numbers.of(page.resources),
            b"/Contents [%s]/Tabs /S/StructParents %d" % (contents, numbers.first),
            b"/Annots [%s]" % links if links else b"",
        )  # fmt: skip


def _destination(name: str, page: int, x: float, y: float) -> Destination:
    return Destination(_bytes(name), text(name), b"[%d 0 R /XYZ %s %s 0]" % (page, _decimal(x), _decimal(y)))


def _parents(pages: "Sequence[tuple[DrawnPage, _Numbers]]") -> bytes:
    """Return what says of marked content and of links in which elements they stand: a part of the parent tree."""
    found: list[tuple[int, bytes]] = []
    for page, numbers in pages:
        found.append((numbers.first, b"[%s]" % b" ".join(b"%d 0 R" % numbers.of(each) for each in page.parents)))
        found += ((at, b"%d 0 R" % numbers.of(link_)) for at, link_ in enumerate(page.links, numbers.first + 1))
    named = b" ".join(b"%d %s" % each for each in found)
    return b"<</Limits [%d %d]/Nums [%s]>>" % (found[0][0], found[-1][0], named)


def _in_order(objects: Mapping[int, DrawnObject]) -> Iterator[int]:
    """Yield the numbers of objects, what one refers to before it."""
    done: set[int] = set()

    def visit(number: int) -> Iterator[int]:
        if number in objects and number not in done:
            done.add(number)
            for marker in objects[number].data.split(MARK)[1::2]:
                yield from visit(int(marker)) if marker.isdigit() else ()
            yield number

    for each in objects:
        yield from visit(each)


def _quickly(data: bytes | bytearray) -> bytes:
    """Compress what is written anew for every book, a hundredth of it; more takes ten times the time."""
    return zlib.compress(data, 1)


def _room(count: int) -> int:
    """Return how many numbers a section gets that needs so many: a few more, so that an edit moves no others."""
    return -(-(count * 9 // 8) // _SHELF) * _SHELF


@dataclass(frozen=True, slots=True)
class _Numbers:
    """The numbers that objects have in the file: ``first`` and those that follow, but for some.

    In the parent tree the first of them stands for the page, those behind it for its links.
    """

    first: int
    special: dict[int, int]

    def of(self, number: int) -> int:
        """Return the number of an object."""
        return self.special.get(number, self.first + number)

    def in_data(self, data: bytes) -> bytes:
        """Return data with numbers for its markers."""
        return self.in_each([data])[0]

    def in_each(self, data: Sequence[bytes]) -> list[bytes]:
        """Return data of several objects with numbers for its markers: all are looked through at once."""
        parts = _BETWEEN.join(data).split(MARK)
        meant = {marker: self._meant(marker) for marker in set(parts[1::2])}
        parts[1::2] = map(meant.__getitem__, parts[1::2])
        return b"".join(parts).split(MARK) if data else []

    def _meant(self, marker: bytes) -> bytes:
        if marker == _NEXT:
            return MARK
        if marker[:1] == NUMBER:
            return b"%d" % self.of(int(marker[1:]))
        if marker[:1] == ANNOTATION:
            return b"%d" % (self.first + 1 + int(marker[1:]))
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
    """Write a number as the page engine does."""
    return f"{value:f}".rstrip("0").rstrip(".").encode()


def _bytes(value: str) -> bytes:
    return value.encode() if value.isascii() else b"\xfe\xff" + value.encode("utf-16-be")


def text(value: str) -> bytes:
    """Write a text as a PDF has it: in ASCII where that will do."""
    if value.isascii():
        escaped = value.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
        return b"(" + escaped.encode() + b")"
    return b"<feff" + value.encode("utf-16-be").hex().encode() + b">"
