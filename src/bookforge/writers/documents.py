"""Composed documents to element trees, checked: what the EPUB and the HTML writer read of them."""

from dataclasses import dataclass
from typing import Final

from lxml import etree

from bookforge import xhtml
from bookforge.diagnostics import Diagnostic, LayoutError, Location, error
from bookforge.edition import Composition, Document

_PARSER: Final = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)


@dataclass(frozen=True, slots=True)
class Page:
    """A document and its tree. The tree is read only."""

    document: Document
    root: xhtml.Element


def parse(composition: Composition) -> tuple[Page, ...]:
    """Read every document of a composition.

    Errors: ``document-well-formed``, once: a layout of the book's own can write anything, and what one template does
    wrong is wrong in many documents.
    """
    pages: list[Page] = []
    wrong: list[tuple[Document, etree.XMLSyntaxError]] = []
    for document in composition.documents:
        try:
            pages.append(Page(document, etree.fromstring(document.text.encode(), _PARSER)))
        except etree.XMLSyntaxError as problem:
            wrong.append((document, problem))
    if wrong:
        raise LayoutError(_malformed(*wrong[0], len(wrong) - 1, composition.reading.edition.layout))
    return tuple(pages)


def _malformed(document: Document, problem: etree.XMLSyntaxError, others: int, layout: str) -> Diagnostic:
    line, column = problem.position
    reason = (problem.msg or "").partition(", line")[0] + (f" ({others} more like it)" if others else "")
    return error(
        "document-well-formed",
        f"layout '{layout}' writes a page that is not well-formed: {reason}",
        Location(document.href, line or None, column or None),
        "close every element, quote every attribute and write & as &amp; in the templates",
    )


def word_count(composition: Composition) -> int:
    """Count the manuscript's words in an edition."""
    return sum(section.content.word_count for section in composition.reading.book.sections if section.content)
