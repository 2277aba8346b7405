"""A drawn book in, the same with its running heads and folios marked as artifacts out.

WeasyPrint 70 tags what stands in the margins of pages as content of elements that belong to no document: readers that
read aloud may read them in the middle of a sentence.
"""

from typing import Any

from bookforge.writers import initials
from bookforge.writers.unwritten import referred


def mark(pdf: Any) -> None:
    """Mark as artifacts what stands in no element of the document; ``pdf`` is unwritten."""
    structure = _Structure(pdf)
    for page, elements in structure.pages():
        strays = {number for number, element in enumerate(elements) if structure.is_stray(element)}
        if strays:
            _mark(initials.drawing(pdf, page), strays)
            elements[:] = [b"null" if number in strays else element for number, element in enumerate(elements)]
            while elements and elements[-1] == b"null":
                elements.pop()


class _Structure:
    """The structure of an unwritten PDF."""

    def __init__(self, pdf: Any) -> None:
        self._pdf = pdf
        root = referred(pdf, pdf.catalog["StructTreeRoot"])
        self._numbers = referred(pdf, root["ParentTree"])["Nums"]
        self._document = root["K"][0]
        self._tops = set(referred(pdf, self._document)["K"])

    def pages(self) -> list[tuple[int, list[bytes]]]:
        """Return the elements of each page's marked content, in order."""
        count = len(self._pdf.page_references)
        return [(page, self._numbers[2 * page + 1]) for page in range(count)]

    def is_stray(self, element: bytes) -> bool:
        """Whether an element stands below none of the document's."""
        while referred(self._pdf, element)["P"] != self._document:
            element = referred(self._pdf, element)["P"]
        return element not in self._tops


def _mark(drawn: list[Any], numbers: set[int]) -> None:
    for place in reversed(range(len(drawn))):
        if (
            drawn[place] == b"BDC"
            and getattr(drawn[place - 1], "get", None)
            and drawn[place - 1].get("MCID") in numbers
        ):
            drawn[place - 2 : place + 1] = ["/Artifact", b"BMC"]
