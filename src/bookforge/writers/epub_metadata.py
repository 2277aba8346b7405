"""What the book says of itself, and what its pages hold, to the metadata element of an EPUB package.

Sources: EPUB 3.3, 5.5 and appendix D; EPUB Accessibility 1.1; schema.org accessibility vocabulary.
"""

import datetime
import itertools
import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from lxml import etree

from bookforge import xhtml
from bookforge.book import Contributor, Identifier, Metadata, Series, Subject
from bookforge.edition import Composition
from bookforge.writers.documents import Page

OPF: Final = "http://www.idpf.org/2007/opf"
DC: Final = "http://purl.org/dc/elements/1.1/"
IDENTIFIER_ID: Final = "pub.id"
"""Ids of the metadata have a dot: those of sections, which items of the package bear, have none."""
IBOOKS: Final = "ibooks: http://vocabulary.itunes.apple.com/rdf/ibooks/vocabulary-extensions-1.0/"

_ISBN_13: Final = "15"
_DOI: Final = "06"
"""Codes of ONIX list 5, as ``_ISBN_13`` is."""

_AUTHORITIES: Final = {"bisac": "BISAC", "thema": "https://ns.editeur.org/thema/"}
_UNDATED: Final = "2000-01-01T00:00:00Z"
_ROMAN: Final = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
_TYPE: Final = f"{{{xhtml.EPUB}}}type"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the pages of an edition hold, as far as a reader who cannot see or hear must know."""

    pictures: bool
    undescribed: bool
    described: bool
    math: bool
    headings: bool
    contents: bool
    page_breaks: bool
    page_list: bool
    long_descriptions: bool
    index: bool
    moving: bool


def facts(pages: Iterable[Page]) -> Facts:
    """Find out what the pages hold."""
    elements = [(element, _local(element)) for page in pages for element in page.root.iter(etree.Element)]
    images = [element for element, tag in elements if tag == "img"]
    pictures = [image for image in images if image.get("role") != "doc-cover"]
    drawings = [element for element, tag in elements if element.tag == f"{{{xhtml.SVG}}}svg"]
    types = {word for element, _ in elements for word in (element.get(_TYPE) or "").split()}
    tags = {tag for _, tag in elements}
    return Facts(
        pictures=bool(pictures or drawings),
        undescribed=any(i.get("alt") is None for i in images) or any(not d.get("aria-label") for d in drawings),
        described=any(i.get("alt") for i in images) or any(d.get("aria-label") for d in drawings),
        math="math" in tags,
        headings=bool(tags & {"h1", "h2", "h3", "h4", "h5", "h6"}),
        contents="toc" in types,
        page_breaks="pagebreak" in types,
        page_list="page-list" in types,
        long_descriptions=any(i.get("aria-details") or i.get("aria-describedby") for i in images),
        index="index" in types,
        moving=bool(tags & {"video", "audio", "animate", "animateTransform", "animateMotion", "set"}),
    )


def identifier(composition: Composition) -> str:
    """Name the publication: its ISBN, else the manifest's first identifier, else a UUID made from title and authors."""
    book, isbn = composition.reading.book.metadata, composition.reading.edition.isbn
    if isbn:
        return f"urn:isbn:{re.sub('[^0-9X]', '', isbn.upper())}"
    if book.identifiers:
        return _named(book.identifiers[0])
    names = "\n".join([book.title, book.subtitle or "", *(author.name for author in book.authors)])
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, names)}"


def full_title(book: Metadata) -> str:
    """Return title and subtitle in one string: shops and readers ignore a second title element."""
    if not book.subtitle:
        return book.title
    return f"{book.title}{' ' if book.title[-1:] in '?!:.…' else ': '}{book.subtitle}"


def element(composition: Composition, found: Facts, ids: Mapping[str, str]) -> xhtml.Element:
    """Make the metadata element. ``ids`` are ids of package items by what they are: ``cover``, ``font``."""
    holder = _Holder()
    _describe(holder, composition)
    _describe_access(holder, found, composition.reading.book.metadata.language)
    if "font" in ids:
        holder.meta("ibooks:specified-fonts", "true")
    if "cover" in ids:
        etree.SubElement(holder.root, f"{{{OPF}}}meta", {"name": "cover", "content": ids["cover"]})
    return holder.root


class _Holder:
    """A metadata element being filled."""

    def __init__(self) -> None:
        self.root = etree.fromstring(f'<metadata xmlns="{OPF}" xmlns:dc="{DC}"/>')

    def dc(self, name: str, text: str, id_: str | None = None) -> None:
        made = etree.SubElement(self.root, f"{{{DC}}}{name}", {"id": id_} if id_ else {})
        made.text = text

    def meta(self, name: str, text: str, **attributes: str) -> None:
        made = etree.SubElement(self.root, f"{{{OPF}}}meta", {"property": name, **attributes})
        made.text = text

    def refine(self, id_: str, name: str, text: str, scheme: str | None = None) -> None:
        self.meta(name, text, refines=f"#{id_}", **({"scheme": scheme} if scheme else {}))


def _describe(holder: _Holder, composition: Composition) -> None:
    book = composition.reading.book.metadata
    _identify(holder, composition)
    holder.dc("title", full_title(book), "main.title")
    holder.dc("language", book.language)
    for number, author in enumerate(book.authors, 1):
        _credit(holder, "creator", author, f"creator.{number}")
    for number, person in enumerate(book.contributors, 1):
        _credit(holder, "contributor", person, f"contributor.{number}")
    for name, text in (
        ("publisher", book.publisher),
        ("date", book.published),
        ("rights", book.rights),
        ("description", book.description),
    ):
        if text:
            holder.dc(name, text)
    holder.meta("dcterms:modified", modified(book))
    for number, subject in enumerate(book.subjects, 1):
        _classify(holder, subject, f"subject.{number}")
    if book.series:
        _collect(holder, book.series)


def _identify(holder: _Holder, composition: Composition) -> None:
    book, isbn = composition.reading.book.metadata, composition.reading.edition.isbn
    primary = identifier(composition)
    holder.dc("identifier", primary, IDENTIFIER_ID)
    if isbn:
        holder.refine(IDENTIFIER_ID, "identifier-type", _ISBN_13, "onix:codelist5")
    for number, other in enumerate(book.identifiers, 1):
        name = _named(other)
        id_ = IDENTIFIER_ID if name == primary else f"identifier.{number}"
        if name != primary:
            holder.dc("identifier", name, id_)
        if other.scheme.lower() == "doi":
            holder.refine(id_, "identifier-type", _DOI, "onix:codelist5")


def _named(identifier_: Identifier) -> str:
    """Write an identifier as reading systems expect it: a URN where there is one."""
    scheme, value = identifier_.scheme.lower(), identifier_.value.strip()
    if scheme == "uuid" and not value.lower().startswith("urn:"):
        return f"urn:uuid:{value.lower()}"
    if scheme == "doi" and not value.lower().startswith("doi:"):
        return f"doi:{value}"
    return value


def _credit(holder: _Holder, name: str, person: Contributor, id_: str) -> None:
    holder.dc(name, person.name, id_)
    holder.refine(id_, "role", person.role, "marc:relators")
    if person.sort_name:
        holder.refine(id_, "file-as", person.sort_name)


def _classify(holder: _Holder, subject: Subject, id_: str) -> None:
    holder.dc("subject", subject.label, id_)
    authority = _AUTHORITIES.get(subject.scheme.lower())
    if authority and subject.code:
        holder.refine(id_, "authority", authority)
        holder.refine(id_, "term", subject.code)


def _collect(holder: _Holder, series: Series) -> None:
    holder.meta("belongs-to-collection", series.name, id="the.series")
    holder.refine("the.series", "collection-type", "series")
    position = _position(series.position)
    if position:
        holder.refine("the.series", "group-position", position)
    holder.refine("the.series", "dcterms:identifier", f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, series.name)}")


def _position(printed: str | None) -> str | None:
    """Return a place in a series in digits, as the package must have it; ``None`` for what is no number."""
    text = (printed or "").strip().upper()
    if re.fullmatch(r"\d+(\.\d+)*", text):
        return text
    if not text or set(text) - _ROMAN.keys():
        return None
    values = [_ROMAN[letter] for letter in text] + [0]
    return str(sum(-a if a < b else a for a, b in itertools.pairwise(values)))


def modified(book: Metadata) -> str:
    """Return when the book was last changed, by its own word: no clock enters an edition."""
    said = book.modified or book.published
    if not said:
        return _UNDATED
    year, month, day = [*said[:10].split("-"), "01", "01"][:3]
    if len(said) <= 10:
        return f"{year}-{month}-{day}T00:00:00Z"
    moment = datetime.datetime.fromisoformat(said)
    aware = moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
    return aware.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


# ---------------------------------------------------------------- accessibility


def _describe_access(holder: _Holder, found: Facts, language: str) -> None:
    seen = found.pictures
    holder.meta("schema:accessMode", "textual")
    if seen:
        holder.meta("schema:accessMode", "visual")
    if not found.undescribed:
        holder.meta("schema:accessModeSufficient", "textual")
    if seen:
        holder.meta("schema:accessModeSufficient", "textual,visual")
    for feature in _features(found):
        holder.meta("schema:accessibilityFeature", feature)
    holder.meta("schema:accessibilityHazard", "unknown" if found.moving else "none")
    foreign = {} if language.lower().startswith("en") else {"{http://www.w3.org/XML/1998/namespace}lang": "en"}
    holder.meta("schema:accessibilitySummary", _summary(found), **foreign)


def _features(found: Facts) -> list[str]:
    offered = (
        ("alternativeText", found.described and not found.undescribed),
        ("displayTransformability", True),
        ("index", found.index),
        ("longDescription", found.long_descriptions),
        ("MathML", found.math),
        ("pageBreakMarkers", found.page_breaks),
        ("pageNavigation", found.page_list),
        ("readingOrder", True),
        ("structuralNavigation", found.headings),
        ("tableOfContents", found.contents),
        ("unlocked", True),
    )
    return [name for name, there in offered if there]


def _summary(found: Facts) -> str:
    """Say in a few sentences what a reader can rely on; nothing is said that the pages do not show."""
    said = ["The text reflows: size, spacing, colours and typeface can be changed."]
    if found.contents and found.headings:
        said.append("A table of contents and headings lead through the book.")
    if found.pictures:
        gap = "Some pictures have no text alternative."
        said.append(gap if found.undescribed else "Every picture that carries meaning has a text alternative.")
    else:
        said.append("Apart from the cover there are no pictures.")
    if found.math:
        said.append("Formulas are MathML.")
    if found.page_list:
        said.append("The page numbers of the printed edition can be looked up.")
    said.append("No conformance to a standard is claimed.")
    return " ".join(said)


def _local(element_: xhtml.Element) -> str:
    return etree.QName(element_).localname
