"""The book as values: what the manuscript says, in reading order, knowing no format.

Everything here is frozen, hashes by content and can be written as JSON. Offsets count characters.
"""

from dataclasses import dataclass, field, fields
from typing import Final, NewType

from bookforge.diagnostics import Location
from bookforge.semantics import Matter, Role

SectionId = NewType("SectionId", str)
"""A slug, unique in the book: ``[a-z][a-z0-9-]*``. It never contains a dot."""


# ---------------------------------------------------------------- metadata


@dataclass(frozen=True, slots=True)
class Contributor:
    """A person or body behind the book. ``role`` is a MARC relator code (``aut``, ``edt``, ``ill`` …)."""

    name: str
    role: str = "aut"
    sort_name: str | None = None
    biography: str | None = None


@dataclass(frozen=True, slots=True)
class Voice:
    """One of the tellers. ``label`` is how passages by this teller are headed; the name when not given."""

    id: str
    name: str
    label: str


@dataclass(frozen=True, slots=True)
class Identifier:
    """A name for the whole work: ``scheme`` is ``uuid``, ``doi``, ``url`` or another word; ISBNs belong to editions."""

    scheme: str
    value: str


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject heading. ``scheme`` is ``bisac``, ``thema`` or ``keyword``; a keyword has no code."""

    scheme: str
    code: str | None
    label: str


@dataclass(frozen=True, slots=True)
class Series:
    """The series the book belongs to; ``position`` as printed (``2``, ``IV``)."""

    name: str
    position: str | None = None


SET: Final = "set"
IN_IMAGE: Final = "in-image"
LETTERINGS: Final = (SET, IN_IMAGE)
"""Where the words of a cover with a picture come from: bookforge sets them, or they are in the picture."""


@dataclass(frozen=True, slots=True)
class Cover:
    """The front cover image: path relative to the book's folder, and its alternative text.

    ``lettering`` says whether title and authors are :data:`SET` with it or :data:`IN_IMAGE`; ``None``: nothing is said.
    """

    path: str
    alt: str
    at: Location
    lettering: str | None = None

    def is_lettered(self, title: str) -> bool:
        """Say whether the image bears title and authors: as was said, else when its alternative text has the title.

        A title of one word proves nothing: a picture of a lighthouse may well be on the cover of "Lighthouse".
        """
        if self.lettering is not None:
            return self.lettering == IN_IMAGE
        words = title.split()
        return len(words) > 1 and " ".join(words).casefold() in " ".join(self.alt.split()).casefold()


@dataclass(frozen=True, slots=True)
class CopyrightPage:
    """What the copyright page says beyond the metadata, each a paragraph of plain text."""

    holder: str | None = None
    year: str | None = None
    credits: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ()
    memory: str | None = None
    names: str | None = None


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is said about the book as a whole. Dates are ISO 8601, possibly shortened (``2026``, ``2026-11``).

    ``back_cover`` is what the author wrote for the back of the cover, paragraph by paragraph.
    """

    title: str
    language: str
    authors: tuple[Contributor, ...]
    subtitle: str | None = None
    series: Series | None = None
    contributors: tuple[Contributor, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    publisher: str | None = None
    place: str | None = None
    published: str | None = None
    modified: str | None = None
    rights: str | None = None
    subjects: tuple[Subject, ...] = ()
    description: str | None = None
    cover: Cover | None = None
    back_cover: tuple[str, ...] = ()
    revision: str | None = None
    copyright_page: CopyrightPage = field(default_factory=CopyrightPage)


# ---------------------------------------------------------------- entries and sources


@dataclass(frozen=True, slots=True)
class When:
    """When a chapter was lived: a shortened ISO date or a bare order number, and the words to print for it."""

    date: str | None = None
    order: int | None = None
    label: str | None = None


@dataclass(frozen=True, slots=True)
class ChapterMeta:
    """What an entry, or a chapter's own YAML block, may say of one section. ``None`` means not said."""

    title: str | None = None
    short_title: str | None = None
    subtitle: str | None = None
    voice: str | None = None
    when: When | None = None
    numbered: bool | None = None
    draft: bool | None = None
    language: str | None = None

    def over(self, other: "ChapterMeta") -> "ChapterMeta":
        """Let what this says win over ``other``, key by key: the manifest's entry over a chapter's own block."""
        said = {key.name: getattr(self, key.name) for key in fields(self)}
        return ChapterMeta(**{name: getattr(other, name) if value is None else value for name, value in said.items()})


@dataclass(frozen=True, slots=True)
class Entry:
    """One place in the reading order, as the manifest declares it.

    ``path`` is relative to the book's folder, or ``None`` for a section without a file (a part with a bare title,
    a generated timeline). ``part`` is the position of the enclosing part in ``Manifest.entries``.
    ``id`` is the declared id, else the slug of the file or title.
    """

    id: SectionId
    role: Role
    matter: Matter
    path: str | None
    meta: ChapterMeta
    at: Location
    part: int | None = None


@dataclass(frozen=True, slots=True)
class OffsetMap:
    """From an offset in a source's clean text back to the file as decoded.

    ``pairs`` are (clean offset, raw offset) where the difference changes, sorted, starting with (0, raw start).
    ``line_starts`` are the raw offsets at which lines begin.
    """

    pairs: tuple[tuple[int, int], ...]
    line_starts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """One chapter file as read.

    ``raw`` is the file decoded, byte order mark removed, otherwise as typed. ``text`` is what is converted: line ends
    made ``\\n``, NFC, and the YAML block cut off. ``offsets`` leads from ``text`` back to ``raw``.
    ``meta`` is what the file's YAML block says.
    """

    path: str
    raw: str
    text: str
    offsets: OffsetMap
    meta: ChapterMeta


# ---------------------------------------------------------------- sections


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in its source file: raw offsets (half open) and the line and column of the start."""

    start: int
    end: int
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a section. ``level`` counts from 1 for the highest under the section's own title."""

    level: int
    id: str
    markup: str
    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """A footnote: ``number`` counts from 1 in its section, in order of the calls; ``markup`` is XHTML blocks."""

    number: int
    id: str
    markup: str
    at: Place


@dataclass(frozen=True, slots=True)
class Query:
    """A question to the author, kept out of the text. ``block`` is the id of the block it hangs on, if any."""

    number: int
    who: str
    text: str
    at: Place
    block: str | None


@dataclass(frozen=True, slots=True)
class Image:
    """An image a section shows: ``path`` relative to the book's folder."""

    path: str
    alt: str
    at: Place


@dataclass(frozen=True, slots=True)
class Link:
    """A link a section makes into the book: ``path`` of another source (``None``: this one), ``fragment`` or none."""

    path: str | None
    fragment: str | None
    at: Place


@dataclass(frozen=True, slots=True)
class IndexMark:
    """A place that the index leads to, or a reference from one of its entries to another.

    ``entry`` is the heading and below it its subheading, down to the third, ``sort`` what they are sorted by where
    the marks say so; both in plain text, ``*`` around what is set in italics. ``id`` is the place's, ``None`` where the
    mark only refers: by ``see`` or ``see_also``, entries too. ``range`` is ``start`` or ``end`` where the mark opens
    or closes a stretch. ``main``: the place that matters most. ``note`` is the number of the note it stands in.
    """

    entry: tuple[str, ...]
    id: str | None
    at: Place
    sort: tuple[str, ...] = ()
    see: tuple[tuple[str, ...], ...] = ()
    see_also: tuple[tuple[str, ...], ...] = ()
    range: str | None = None
    main: bool = False
    note: int | None = None


@dataclass(frozen=True, slots=True)
class SourceMap:
    """Where every block and every word of a section stands in its file.

    ``blocks`` maps a block's id to its place. ``words`` holds, for the flow (key ``""``) and for each note
    (key = note id), the raw offset at which each word starts, in the order :mod:`bookforge.words` finds them.
    ``line_starts`` are raw offsets, to turn an offset into line and column.
    """

    blocks: dict[str, Place]
    words: dict[str, tuple[int, ...]]
    line_starts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One converted chapter file, before it enters a book: ids are its own, links still name files.

    ``title`` is the inline markup of the heading the file opens with, taken out of ``body``; ``title_id`` its id;
    ``title_above`` says whether it stood above the file's other headings.
    ``left_out`` counts what of the file is no word of the book, by kind: comments, queries, HTML tags, attributes …
    ``key`` is a hash of all it was made from, where that is known: sections of one key are the same.
    ``body`` is a well-formed XHTML fragment without namespace declarations (MathML and SVG carry theirs).
    Its vocabulary is documented in ``docs/architecture.md``.
    """

    path: str
    title: str | None
    title_text: str | None
    title_id: str | None
    body: str
    headings: tuple[Heading, ...]
    notes: tuple[Note, ...]
    queries: tuple[Query, ...]
    images: tuple[Image, ...]
    links: tuple[Link, ...]
    source_map: SourceMap
    placeholders: tuple[Place, ...]
    word_count: int
    title_above: bool = True
    left_out: dict[str, int] = field(default_factory=dict)
    index: tuple[IndexMark, ...] = ()
    key: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class BookSection:
    """A section in its place in the book: ids are bound (``section.local``), links lead to bound ids.

    ``number`` is the chapter's or part's ordinal, ``None`` where none is set. ``level`` is 1, or 2 inside a part.
    ``content`` is ``None`` for a section that layouts generate. ``part`` is the id of the enclosing part.
    """

    id: SectionId
    role: Role
    matter: Matter
    level: int
    number: int | None
    title: str | None
    title_text: str | None
    short_title: str | None
    subtitle: str | None
    voice: str | None
    when: When | None
    draft: bool
    language: str
    part: SectionId | None
    content: Section | None
    at: Location


@dataclass(frozen=True, slots=True)
class Asset:
    """A file the book shows, cleaned for publication. ``path`` relative to the book's folder; sizes in pixels."""

    path: str
    media_type: str
    data: bytes
    width: int
    height: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Book:
    """The whole book in reading order. Knows no format.

    ``sections`` include those a layout will generate. ``assets`` are keyed by path, cover included.
    ``revision`` is the manifest's, else a short hash of the sources.
    """

    metadata: Metadata
    voices: dict[str, Voice]
    sections: tuple[BookSection, ...]
    assets: dict[str, Asset]
    revision: str
