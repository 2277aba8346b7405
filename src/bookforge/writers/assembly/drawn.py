"""What is drawn of a section, as plain values that can be kept: its pages, the PDF objects they are made of, its faces.

Nothing in here says where in the book a page stands, and none names another: a page that is set again takes the place
of the old one. PDF objects are numbered from 0 on each page; where one names another, its data has a marker, which
becomes a number when the book is linked (:mod:`.linking`). Lengths are points.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bookforge.diagnostics import Diagnostic
from bookforge.laid import LaidPage

MARK = b"\x00"
"""Stands before and behind a marker; no text, name or number of a PDF made from XML can hold it."""

REFERENCE = b""
ANNOTATION = b"A"
NUMBER = b"N"
"""What a marker begins with: nothing for a reference, or for the number in a parent tree, or for a number alone."""


@dataclass(frozen=True, slots=True)
class DrawnObject:
    """A PDF object: a dictionary with markers, and the compressed stream that belongs to it, if one does."""

    number: int
    data: bytes
    stream: bytes | None = None


@dataclass(frozen=True, slots=True)
class DrawnFace:
    """A typeface as it was used: what a PDF says of it, and which of its glyphs were drawn.

    ``file`` is the SHA-256 of its file; ``widths`` are those of glyphs in thousandths of its size, ``texts`` what each
    glyph stands for, ``absent`` the numbers given to characters that it lacks.
    """

    hash: str
    name: str
    family: str
    flags: int
    ascent: int
    descent: int
    index: int
    weight: int
    style: int
    size: float
    upem: int
    glyphs: int
    tables: tuple[str, ...]
    variations: Mapping[str, float]
    file: str
    widths: Mapping[int, float]
    texts: Mapping[int, str]
    absent: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class PageKind:
    """What decides how a page's margins look, beside its number: what a stylesheet's page selectors ask for.

    ``groups`` are the names of the runs of pages it belongs to, each with the page's place in it, from 1.
    """

    side: str
    blank: bool
    name: str
    groups: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class DrawnPage:
    """A page without what stands in its margins, as PDF objects.

    ``number`` is that of its own PDF object; ``content`` draws it, compressed; ``boxes`` are the media, bleed and trim
    box. ``annotations`` are the numbers of its links; ``parents`` the structure elements of its marked content, in
    order. ``strings`` are the named strings that were set on it: what running heads say.

    ``roots`` are the structure elements that stand in no other; ``links`` are the structure elements of the links, each
    the parent of an annotation. ``document`` and ``fonts`` are the numbers by which objects name the root of the
    structure and the fonts of the book, ``resources`` that of what the page uses; ``shared`` are the numbers of objects
    that are not about this page: it, pictures, transparencies. ``anchors`` are points by id, from the bottom left
    corner.
    """

    number: int
    kind: PageKind
    content: bytes
    boxes: tuple[tuple[float, float, float, float], ...]
    annotations: tuple[int, ...]
    parents: tuple[int, ...]
    strings: Mapping[str, tuple[str, ...]]
    objects: tuple[DrawnObject, ...]
    count: int
    roots: tuple[int, ...]
    links: tuple[int, ...]
    document: int
    fonts: int
    resources: int
    shared: tuple[int, ...]
    anchors: Mapping[str, tuple[float, float]]
    faces: tuple[DrawnFace, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """Pages in order.

    ``anchors`` are places by id: page, and point from the bottom left corner; ``faces`` are all in use.
    """

    pages: tuple[DrawnPage, ...]
    anchors: Mapping[str, tuple[int, float, float]]
    faces: tuple[DrawnFace, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """What :class:`bookforge.laid.Laid` says of a section; its pages are counted from 0, and have no labels."""

    pages: tuple[LaidPage, ...]
    notes: Mapping[str, str]
    anchors: Mapping[str, tuple[int, float, float]]
    unfit: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A section drawn: its pages, what is known of them, and what the engine said.

    ``key`` is a hash of all it is made from but ``asked``: the page numbers that its text shows, by the ids they are
    those of.
    """

    key: str
    drawing: Drawing
    facts: Facts
    asked: Mapping[str, int] = field(default_factory=dict)
    said: tuple[Diagnostic, ...] = ()

    @property
    def name(self) -> str:
        """What tells it from all that is drawn in another way."""
        return f"{self.key} {sorted(self.asked.items())}"
