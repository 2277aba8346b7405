"""The manifest's grammar as data: every key, its type and the sentence that explains it.

The reader, the JSON Schema and the tables of ``docs/manifest.md`` are all made from these tables.
"""

import enum
from dataclasses import dataclass
from typing import Final

from bookforge.book import LETTERINGS
from bookforge.typography.choices import AS_TYPED, BY_LANGUAGE, DASHES, ELLIPSES, QUOTES, RULES


class Scalar(enum.StrEnum):
    """The types of single values; the value is the word for it in messages and in the documentation."""

    LINE = "text"
    PROSE = "long text"
    FLAG = "true or false"
    DATE = "date"
    WHEN = "date or order"
    ORDER = "whole number"
    LANGUAGE = "language tag"
    ID = "id"
    PATH = "path"
    PART = "title or path"
    ROLE = "role"
    RELATOR = "relator code"
    VOICE = "id of a voice"
    FORMAT = "format"
    EDITION = "name of an edition"
    TRIM_SIZE = "trim size"
    LENGTH = "length"
    COUNT = "number of pages"
    PRICE = "price in five digits"
    BINDING = "binding"
    ISBN = "ISBN"
    BISAC = "BISAC code"
    THEMA = "Thema code"


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list that is not empty; where ``single``, one value may stand for a list of one."""

    of: "Shape"
    single: bool = False


@dataclass(frozen=True, slots=True)
class OneOf:
    """One word of a list; ``flags`` are the words that ``true`` and ``false`` stand for."""

    words: tuple[str, ...]
    flags: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class NamedBy:
    """A mapping from ids the author makes up to values of one kind."""

    of: "Table"
    what: str


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a mapping. ``help`` is a sentence for the author."""

    name: str
    shape: "Shape"
    help: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping with known keys.

    ``short`` is the key that a bare text stands for. ``settings``: other keys are kept when they hold single values.
    ``variant`` is another table, meant when its first key is there.
    """

    name: str
    help: str
    keys: tuple[Key, ...]
    short: str | None = None
    settings: bool = False
    variant: "Table | None" = None

    def key(self, name: str) -> Key | None:
        """Return the key of this name."""
        return next((key for key in self.keys if key.name == name), None)


Shape = Scalar | ListOf | OneOf | NamedBy | Table

_WHEN: Final = Table(
    "when",
    "When a chapter was lived. Short form: a date, or a whole number below 1000 for the order alone.",
    (
        Key("date", Scalar.DATE, "The date, possibly shortened: `1999`, `1999-05`, `1999-05-03`."),
        Key("order", Scalar.ORDER, "The place in the order of events, where no date is known or two dates are equal."),
        Key("label", Scalar.LINE, "The words to print for it, such as `spring of 1999`."),
    ),
    short="date",
)

CHAPTER: Final = Table(
    "chapter",
    "What the YAML block at the top of a chapter file may say. The manifest's entry wins over it.",
    (
        Key("title", Scalar.LINE, "The title; else the first heading of the file."),
        Key("short-title", Scalar.LINE, "The title for running heads and narrow places."),
        Key("subtitle", Scalar.LINE, "The subtitle."),
        Key("voice", Scalar.VOICE, "Who tells it."),
        Key("when", _WHEN, "When it was lived."),
        Key("numbered", Scalar.FLAG, "Whether it takes a number; chapters and parts do unless told otherwise."),
        Key("draft", Scalar.FLAG, "Whether it is unfinished: left out of every edition, refused by `--release`."),
        Key("language", Scalar.LANGUAGE, "Its language, where it is not the book's."),
    ),
)

_ENTRY_KEYS: Final = (
    Key("path", Scalar.PATH, "The file, from the book's folder, ending in `.md` or `.markdown`."),
    Key("id", Scalar.ID, "Its id in links and file names; else the file's name without its leading number."),
    Key("role", Scalar.ROLE, "What it is, where that is not clear from the list it stands in."),
    *CHAPTER.keys,
)

_CHAPTERS: Final = "The chapters of the part, in reading order."

_INNER_ENTRY: Final = Table("entry", "One file of the book. Short form: its path.", _ENTRY_KEYS, short="path")

PART: Final = Table(
    "part",
    "A part of the book with its chapters.",
    (
        Key("part", Scalar.PART, "The part's title, or the path of a file that opens it.", required=True),
        Key("id", Scalar.ID, "Its id; else made from the file's name or the title."),
        Key("title", Scalar.LINE, "The title, where `part` is a path; else the first heading of the file."),
        Key("short-title", Scalar.LINE, "The title for running heads and narrow places."),
        Key("subtitle", Scalar.LINE, "The subtitle."),
        Key("numbered", Scalar.FLAG, "Whether it takes a number; parts do unless told otherwise."),
        Key("chapters", ListOf(_INNER_ENTRY), _CHAPTERS, required=True),
    ),
)

ENTRY: Final = Table(_INNER_ENTRY.name, _INNER_ENTRY.help, _ENTRY_KEYS, short="path", variant=PART)

_PERSON_KEYS: Final = (
    Key("name", Scalar.LINE, "The name as printed.", required=True),
    Key("sort-name", Scalar.LINE, "The name as catalogues sort it: `Family, Given`."),
    Key("biography", Scalar.PROSE, "A few sentences about the person."),
)

AUTHOR: Final = Table("author", "An author. Short form: the name.", _PERSON_KEYS, short="name")

CONTRIBUTOR: Final = Table(
    "contributor",
    "Someone else who had a hand in the book.",
    (
        _PERSON_KEYS[0],
        Key(
            "role",
            Scalar.RELATOR,
            "What the person did: a MARC relator code such as `edt`, `ill`, `trl`.",
            required=True,
        ),
        *_PERSON_KEYS[1:],
    ),
)

SERIES: Final = Table(
    "series",
    "The series the book belongs to. Short form: its name.",
    (
        Key("name", Scalar.LINE, "The name of the series.", required=True),
        Key("position", Scalar.LINE, "The book's place in it, as printed: `2`, `IV`."),
    ),
    short="name",
)

IDENTIFIER: Final = Table(
    "identifier",
    "A name for the whole work. ISBNs belong to editions.",
    (
        Key("scheme", Scalar.LINE, "`uuid`, `doi`, `url` or another word.", required=True),
        Key("value", Scalar.LINE, "The identifier itself.", required=True),
    ),
)

DATES: Final = Table(
    "dates",
    "When the book appeared.",
    (
        Key("published", Scalar.DATE, "The day, month or year of publication."),
        Key("modified", Scalar.DATE, "The day, month or year of the last change."),
    ),
)

SUBJECT: Final = Table(
    "subject",
    "A subject heading: one of `bisac`, `thema`, `keyword`. Short form: a keyword.",
    (
        Key("bisac", Scalar.BISAC, "A BISAC code: three letters and six digits."),
        Key("thema", Scalar.THEMA, "A Thema code: letters and digits."),
        Key("keyword", Scalar.LINE, "A word of your own."),
        Key("label", Scalar.LINE, "The code in words."),
    ),
    short="keyword",
)

COVER: Final = Table(
    "cover",
    "The cover.",
    (
        Key("image", Scalar.PATH, "The image, from the book's folder; without one the title is set."),
        Key("alt", Scalar.LINE, "What the image shows, for those who cannot see it; every image needs it."),
        Key(
            "lettering",
            OneOf(LETTERINGS),
            "`set`: title and authors are set with the image; `in-image`: they are in it. Else `set`, unless `alt` "
            "names the title.",
        ),
        Key(
            "back",
            Scalar.PROSE,
            "What stands on the back of a printed cover, where it is not the description. An empty line between "
            "paragraphs.",
        ),
    ),
)

COPYRIGHT_PAGE: Final = Table(
    "copyright-page",
    "What the copyright page says beyond title, authors, publisher and ISBN.",
    (
        Key("holder", Scalar.LINE, "Who holds the copyright; else the authors."),
        Key("year", Scalar.LINE, "The year or years of the copyright; else the year of publication."),
        Key("credits", ListOf(Scalar.PROSE, single=True), "Who made the cover, the photographs, the maps."),
        Key("permissions", ListOf(Scalar.PROSE, single=True), "Thanks for texts and pictures used by permission."),
        Key("memory", Scalar.PROSE, "How the book deals with memory."),
        Key("names", Scalar.PROSE, "Whether names have been changed."),
    ),
)

VOICE: Final = Table(
    "voice",
    "One of the tellers, under an id of your own. Short form: the name.",
    (
        Key("name", Scalar.LINE, "The name of the teller.", required=True),
        Key("label", Scalar.LINE, "How passages by this teller are headed; else the name."),
    ),
    short="name",
)

WRAP: Final = Table(
    "wrap",
    "The cover that goes round the book, where you have one or the numbers of the printer's template. "
    "Short form: the file.",
    (
        Key("file", Scalar.PATH, "A finished cover: a PDF of one page with back, spine and front."),
        Key("width", Scalar.LENGTH, "How wide the whole cover is in the printer's template, bleed included."),
        Key("height", Scalar.LENGTH, "How high it is, bleed included."),
        Key("spine", Scalar.LENGTH, "How wide the spine is in the printer's template."),
        Key("pages", Scalar.COUNT, "The page count the file or the template was made for."),
        Key("price", Scalar.PRICE, "The five digits beside the bar code: `90000` where no price is said."),
    ),
    short="file",
)

EDITION: Final = Table(
    "edition",
    "One published form, under a name of your own, which ends up in the file's name. "
    "Other keys are settings of its layout.",
    (
        Key("format", Scalar.FORMAT, "`pdf`, `epub` or `html`.", required=True),
        Key(
            "layout",
            Scalar.ID,
            "The layout; else `paperback`, `ebook` or `web`, after the format, and `proof` with `of`.",
        ),
        Key("of", Scalar.EDITION, "For a proof: the PDF edition whose pages it shows."),
        Key("isbn", Scalar.ISBN, "The ISBN of this edition, with or without hyphens."),
        Key("trim-size", Scalar.TRIM_SIZE, "The page after cutting: `5.5x8.5in`, `140x216mm`, or a name such as `a5`."),
        Key(
            "printer",
            Scalar.LINE,
            "Who prints it: `kdp`, `ingram`, `lulu`, `generic`, or the path of a profile of your own. "
            "Makes a folder to hand over.",
        ),
        Key("paper", Scalar.ID, "The paper, a word of the printer's profile such as `cream`; else `white`."),
        Key("binding", Scalar.BINDING, "`paperback` or `hardcover`; else `paperback`."),
        Key("wrap", WRAP, "The cover that goes round the book, where bookforge does not make or measure it."),
        Key("pdf-x", Scalar.FLAG, "Whether the file for the printer is a PDF/X-4."),
    ),
    settings=True,
)

TYPOGRAPHY: Final = Table(
    "typography",
    "The house's choices of typography; each has the trade's default for the language. "
    "Short form: `as-typed` leaves every mark and space as it is in the manuscript.",
    (
        Key("rules", OneOf(RULES, (BY_LANGUAGE, AS_TYPED)), "`as-typed` switches all of it off."),
        Key(
            "quotes",
            OneOf(QUOTES),
            "The quotation marks: `double` “ ‘, `single` ‘ “, `low` „ ‚, `guillemets` « ‹, `inward-guillemets` » ›.",
        ),
        Key("dashes", OneOf(DASHES), "Dashes between words: `em` closed up—so, `en` with spaces – so."),
        Key("ellipsis", OneOf(ELLIPSES), "The ellipsis: one `glyph` …, or `spaced` periods . . . that hold together."),
        Key("ranges", Scalar.FLAG, "Whether the hyphen between rising figures becomes an en dash: 1990–91."),
        Key("apostrophes", Scalar.FLAG, "Whether an opening mark before a shortened word (’tis, ’80s) is mended."),
        Key("primes", Scalar.FLAG, "Whether marks after figures become feet, inches, minutes, seconds: 5′ 10″."),
        Key("spaces", Scalar.FLAG, "Whether the language's own spaces are set: « oui » !, z. B., 20 %."),
        Key("no-break", Scalar.FLAG, "Whether lines may not end after Mr., inside initials, before a unit or a dash."),
        Key("acronyms", Scalar.FLAG, "Whether acronyms are set in small capitals; they are not unless told."),
        Key(
            "hyphenation",
            ListOf(Scalar.LINE, single=True),
            "Words and where they may be divided, `data-base`; one without a hyphen is never divided. In print only.",
        ),
        Key("divide-names", Scalar.FLAG, "Whether the names of authors and voices may be divided; they are not."),
        Key(
            "divide-capitalised",
            Scalar.FLAG,
            "Whether a capitalised word inside a sentence may be divided; it is. Each `false` here makes looser lines.",
        ),
        Key("divide-last", Scalar.FLAG, "Whether the last word of a paragraph may be divided; it is."),
    ),
    short="rules",
)

BOOK: Final = Table(
    "book",
    "The manifest, `book.yaml`.",
    (
        Key("id", Scalar.ID, "Names the files of the editions; else made from the title."),
        Key("title", Scalar.LINE, "The title.", required=True),
        Key("subtitle", Scalar.LINE, "The subtitle."),
        Key("series", SERIES, "The series."),
        Key("authors", ListOf(AUTHOR, single=True), "The authors, in the order of the title page.", required=True),
        Key("contributors", ListOf(CONTRIBUTOR), "Editors, illustrators, translators and others."),
        Key("language", Scalar.LANGUAGE, "The language of the book: `en`, `en-GB`, `pt-BR`.", required=True),
        Key("identifiers", ListOf(IDENTIFIER), "Names for the whole work."),
        Key("publisher", Scalar.LINE, "The publisher."),
        Key("place", Scalar.LINE, "The place of publication."),
        Key("dates", DATES, "When the book appeared."),
        Key("rights", Scalar.PROSE, "The statement of rights, such as `All rights reserved`."),
        Key("subjects", ListOf(SUBJECT), "Subject headings for shops and libraries."),
        Key("description", Scalar.PROSE, "The blurb."),
        Key("cover", COVER, "The cover."),
        Key("revision", Scalar.LINE, "The name of this state of the text, such as `draft 3`; proofs show it."),
        Key("copyright-page", COPYRIGHT_PAGE, "What the copyright page says."),
        Key("bibliography", Scalar.PATH, "A bibliography; kept for later, citations are not set yet."),
        Key("voices", NamedBy(VOICE, "voice"), "The tellers of the book."),
        Key("front-matter", ListOf(_INNER_ENTRY), "What comes before the first chapter."),
        Key("chapters", ListOf(ENTRY), "The body of the book, in reading order.", required=True),
        Key("back-matter", ListOf(_INNER_ENTRY), "What comes after the last chapter."),
        Key("typography", TYPOGRAPHY, "Quotation marks, dashes, spaces and the division of words."),
        Key("editions", NamedBy(EDITION, "edition"), "The editions; else a paperback, an ebook and a web edition."),
    ),
)

TABLES: Final = (
    BOOK, ENTRY, PART, CHAPTER, _WHEN, VOICE, EDITION, WRAP, AUTHOR, CONTRIBUTOR, SERIES, IDENTIFIER, DATES, SUBJECT,
    COVER, COPYRIGHT_PAGE, TYPOGRAPHY,
)  # fmt: skip
"""All tables in the order of the documentation."""
