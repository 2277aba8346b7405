"""A drawn page with dropped capitals in, the same where each is one word with its rest: to copy, to search, to hear.

The engine draws a capital and the rest of its word as two pieces of text. They become one piece of marked content whose
``ActualText`` is the word, on the page and in the structure.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from bookforge.writers.unwritten import referred, stream

_WORD: Final = "opening-word"
ORIGIN: Final = re.compile(rb"1 0 0 -1 ([-0-9.]+) ([-0-9.]+) Tm")
_NEAR: Final = 0.001


@dataclass(frozen=True, slots=True)
class _Word:
    """A word with a dropped capital: its text, and the origin of each of its pieces (the engine's pixels)."""

    text: str
    origins: tuple[tuple[float, float], ...]


def join(pages: Iterable[Any], pdf: Any) -> None:
    """Make one word of every dropped capital and what follows it; ``pages`` are the engine's, ``pdf`` is unwritten.

    A word whose pieces are not drawn one after the other stays as it is.
    """
    for number, page in enumerate(pages):
        for word in _words(page._page_box):
            drawn = drawing(pdf, number)
            marks = [found for place in word.origins if (found := _mark(drawn, *place))]
            if len(marks) == len(word.origins) and marks == sorted(marks):
                numbers = [drawn[start + 1]["MCID"] for start, _ in marks]
                _join_drawing(drawn, marks, word.text)
                _join_structure(pdf, number, numbers, word.text)


# ---------------------------------------------------------------- finding


def _words(box: Any) -> Iterator[_Word]:
    box = getattr(box, "_box", box)
    names = (box.element.get("class") or "").split() if box.element is not None else ()
    if _WORD in names and type(box).__name__ == "InlineBox":
        texts = tuple(_texts(box))
        if len(texts) > 1:
            yield _Word("".join(text.text for text in texts), tuple(map(origin, texts)))
        return
    for child in getattr(box, "children", ()):
        yield from _words(child)


def _texts(box: Any) -> Iterator[Any]:
    if type(box).__name__ == "TextBox":
        yield box
    for child in getattr(box, "children", ()):
        yield from _texts(child)


def origin(box: Any) -> tuple[float, float]:
    """Return where a text is drawn from: its left end, on the baseline, in the engine's pixels."""
    return box.position_x, box.position_y + box.baseline


def drawing(pdf: Any, page: int) -> list[Any]:
    """Return the operations that draw a page, to be changed in place."""
    operations: list[Any] = stream(pdf, pdf.page_references[page]).stream
    return operations


def _mark(drawn: list[Any], x: float, y: float) -> tuple[int, int] | None:
    """Return where the marked content begins (at its tag) and ends that holds the text with this origin."""
    for place, operation in enumerate(drawn):
        found = ORIGIN.fullmatch(operation) if isinstance(operation, bytes) else None
        if found and abs(float(found[1]) - x) < _NEAR and abs(float(found[2]) - y) < _NEAR:
            start = next((each for each in range(place, 0, -1) if drawn[each] == b"BDC"), None)
            end = next((each for each in range(place, len(drawn)) if drawn[each] == b"EMC"), None)
            return (start - 2, end) if start is not None and end is not None else None
    return None


# ---------------------------------------------------------------- joining


def _join_drawing(drawn: list[Any], marks: list[tuple[int, int]], text: str) -> None:
    """Let the first mark go on to the end of the last; it begins before the drawing's state is put aside."""
    (start, _), (_, end) = marks[0], marks[-1]
    number = drawn[start + 1]["MCID"]
    opened = start
    while opened and drawn[opened - 1] == b"q":
        opened -= 1
    inner = [
        operation
        for place, operation in enumerate(drawn[opened:end], opened)
        if not any(place in range(first, first + 3) or place == last for first, last in marks)
    ]
    properties = f"<</MCID {number} /ActualText {_string(text)}>>".encode()
    drawn[opened : end + 1] = ["/Span", properties, b"BDC", *inner, b"EMC"]


def _join_structure(pdf: Any, page: int, numbers: list[int], text: str) -> None:
    """Give the word's element its text and let go of the elements of the pieces after the first."""
    pages = referred(pdf, referred(pdf, pdf.catalog["StructTreeRoot"])["ParentTree"])["Nums"]
    elements = pages[pages.index(page) + 1]
    first, *others = (elements[number] for number in numbers)
    for number in numbers[1:]:
        elements[number] = first
    for reference in others:
        kids = referred(pdf, referred(pdf, reference)["P"])["K"]
        kids.remove(reference)
    referred(pdf, first)["ActualText"] = _string(text).encode()


def _string(text: str) -> str:
    return f"<feff{text.encode('utf-16-be').hex()}>"
