"""One published form of a book: how it is declared, how it is composed, what comes out."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final

from bookforge.book import Book
from bookforge.diagnostics import Diagnostic, Location
from bookforge.makeup import Makeup
from bookforge.measure import TrimSize

Setting = str | int | float | bool


BINDINGS: Final = ("paperback", "hardcover")

INTERIOR_FILE: Final = "interior.pdf"
WRAP_FILE: Final = "cover.pdf"
FRONT_FILE: Final = "cover.jpg"
SHEET_FILE: Final = "sheet.txt"
"""What is in the folder for a printer: the pages, the cover round them, its front for shops, and what they are."""


class Format(enum.StrEnum):
    """What kind of file an edition is."""

    PDF = "pdf"
    EPUB = "epub"
    HTML = "html"


@dataclass(frozen=True, slots=True)
class Wrap:
    """What the author knows of the cover that goes round the book, where bookforge does not draw or measure it.

    ``file`` is a finished cover (PDF), a path from the book's folder. ``width``, ``height`` and ``spine`` are those of
    the printer's template, in points; ``pages`` is the page count it was made for. ``price`` is
    what stands beside the bar code, five digits.
    """

    file: str | None = None
    width: float | None = None
    height: float | None = None
    spine: float | None = None
    pages: int | None = None
    price: str | None = None
    at: Location | None = None


@dataclass(frozen=True, slots=True)
class Edition:
    """One published form as the manifest declares it.

    ``settings`` are the layout's, already merged with its defaults (``trim-size`` is one of them).
    ``of`` names the edition a proof proves. ``printer`` names the profile of who prints it, ``paper`` and ``binding``
    are words of that profile; ``pdf_x``: the file for the printer is a PDF/X-4.
    """

    name: str
    format: Format
    layout: str
    settings: Mapping[str, Setting]
    isbn: str | None = None
    of: str | None = None
    at: Location | None = None
    printer: str | None = None
    paper: str = "white"
    binding: str = "paperback"
    wrap: Wrap | None = None
    pdf_x: bool = False

    @property
    def trim(self) -> TrimSize | None:
        """The size its pages are cut to; ``None`` where its layout has none."""
        said = self.settings.get("trim-size")
        return TrimSize.parse(str(said)) if said else None

    def package_name(self, base: str) -> str:
        """Name the folder for its printer: after ``base``, the name of the edition's files, and the printer."""
        assert self.printer is not None
        return f"{base}-{PurePosixPath(self.printer).stem.lower()}"


@dataclass(frozen=True, slots=True)
class Press:
    """What a printer keeps free on a page, in points: ``inside`` at the binding, ``edge`` on the three other sides.

    ``bleed`` is what is cut away, ``dpi`` what pictures need at least; all are 0 for an edition without printer.
    """

    inside: float = 0.0
    edge: float = 0.0
    bleed: float = 0.0
    dpi: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """The book as one edition's reader gets it: nothing about who sees what is left to decide.

    ``book`` has drafts left out and queries either kept (``queries_shown``) or gone.
    """

    book: Book
    edition: Edition
    queries_shown: bool
    queries_left_out: int


@dataclass(frozen=True, slots=True)
class Stylesheet:
    """A stylesheet ready to use. ``name`` is its file name in the edition; ``origin`` its path for messages.

    ``singles_out``: each of its rules is for the element of one id, and asks for nothing but what it says.
    """

    name: str
    origin: str
    text: str
    singles_out: bool = False


@dataclass(frozen=True, slots=True)
class FontFace:
    """One font file of a layout.

    ``style`` is ``normal`` or ``italic``; ``role`` is ``text``, ``display``, ``fallback``, or ``cover`` for a face that
    only draws the cover.
    """

    family: str
    style: str
    path: str
    role: str


@dataclass(frozen=True, slots=True)
class Document:
    """One finished document. ``href`` is its path inside the edition, ``text`` the whole XHTML or HTML.

    ``section`` is the id of the section it holds, ``None`` for documents such as the EPUB's nav. Only an EPUB has a
    spine, the order in which it is read.
    """

    href: str
    title: str
    text: str
    section: str | None = None
    properties: tuple[str, ...] = ()
    in_spine: bool = True


@dataclass(frozen=True, slots=True)
class NavPoint:
    """An entry of the contents, and what lies below it.

    ``label`` says all in one line, for reading systems; ``title``, ``number`` and ``teller`` are its parts, for
    layouts. ``href`` is relative to the edition. ``role`` is the section's.
    """

    label: str
    href: str
    title: str
    role: str
    number: str | None = None
    teller: str | None = None
    children: tuple["NavPoint", ...] = ()


@dataclass(frozen=True, slots=True)
class Landmark:
    """A named place for reading systems: ``epub_type``, label and target."""

    epub_type: str
    label: str
    href: str


@dataclass(frozen=True, slots=True)
class Part:
    """One section of a PDF's document: its id and its markup."""

    section: str
    text: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """The page a layout makes, in points: type and leading of the text, its area, the mean width of a character.

    ``tables`` are the type sizes of tables and of dense ones, in parts of the text's.
    """

    text_size: float
    leading: float
    width: float
    height: float
    character: float
    tables: tuple[float, float] = (0.86, 0.72)


@dataclass(frozen=True, slots=True)
class Composition:
    """An edition set into documents by its layout: nothing left to decide.

    PDF: exactly one document; ``parts`` are its sections, ``frame`` what stands before, between and after them.
    EPUB: documents in spine order, the nav among them (property ``nav``). HTML: one document a page. ``assets`` maps a
    path inside the edition to bytes and media type. ``sheet`` is the page of a PDF whose layout tells it, ``said`` what
    there is to warn of. ``asked`` are the ids whose page numbers were looked up.
    """

    reading: Reading
    documents: tuple[Document, ...]
    stylesheets: tuple[Stylesheet, ...]
    assets: Mapping[str, tuple[bytes, str]]
    fonts: tuple[FontFace, ...]
    toc: tuple[NavPoint, ...]
    landmarks: tuple[Landmark, ...]
    parts: tuple[Part, ...] = ()
    frame: tuple[str, ...] = ()
    sheet: Sheet | None = None
    said: tuple[Diagnostic, ...] = ()
    asked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Artifact:
    """What an edition comes out as: relative path → bytes. A single file has one entry.

    ``pages`` counts pages of a PDF, ``words`` the words of the manuscript in it. ``package`` is the folder to hand over
    to a printer: file name → bytes, empty when the edition names none; ``printed`` counts the pages of its interior,
    blank ones at the end included; ``wrap_size`` and ``spine`` are what the cover round it must measure, in points, as
    far as that is known. ``makeup`` is what its pages look like.
    """

    edition: Edition
    files: Mapping[str, bytes]
    pages: int | None = None
    words: int = 0
    package: Mapping[str, bytes] = field(default_factory=dict)
    printed: int | None = None
    wrap_size: tuple[float, float] | None = None
    spine: float | None = None
    makeup: Makeup | None = None
