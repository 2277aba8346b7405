"""A reading and what it is to be printed as: which page size is meant, and where each page is cut."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from bookforge import printers
from bookforge.measure import SAME_PT, Length, TrimSize, same_size
from bookforge.preflight.facts import Box, Page, Reading
from bookforge.printers import Printer

TOLERANCE_PT: Final = 0.5

Size = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Demand:
    """What a file is held against; written out (``repr``) it is the same in every run, so that results can be kept.

    ``trim`` is ``None`` when the file itself has to say its size.

    ``cover``: the file is the wrap of a cover, of ``sheet`` (width, height, with bleed) where that is known.
    """

    printer: Printer
    trim: TrimSize | None = None
    paper: str = "white"
    binding: str = "paperback"
    cover: bool = False
    sheet: Size | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a page is cut. ``trim`` in points of the page; ``bleed`` is what the file has beyond it on each side.

    ``inner`` is the index of the side that is bound, in the order left, top, right, bottom.
    """

    page: Page
    trim: Box
    bleed: tuple[float, float, float, float]
    inner: int

    def distances(self, box: Box) -> tuple[float, float, float, float]:
        """Return how far a box is inside each edge of the trimmed page: left, top, right, bottom."""
        left, top, right, bottom = self.trim
        return box[0] - left, box[1] - top, right - box[2], bottom - box[3]

    def moved(self, box: Box) -> Box:
        """Return a box from the top left corner of the trimmed page."""
        left, top = self.trim[:2]
        return (
            round(box[0] - left, 1), round(box[1] - top, 1), round(box[2] - left, 1), round(box[3] - top, 1),
        )  # fmt: skip

    def is_mark(self, box: Box, bleed: float) -> bool:
        """Say whether a thing lies beyond the page, more than half the bleed away: a printer's mark, not the book."""
        left, top, right, bottom = self.trim
        beyond = box[2] < left or box[0] > right or box[3] < top or box[1] > bottom
        return beyond and min(self.distances(box)) < -bleed / 2


class Subject:
    """One file to be judged: the reading, the demand, and what follows from the two. Nothing in it changes."""

    def __init__(self, reading: Reading, demand: Demand) -> None:
        self.reading = reading
        self.demand = demand
        self.printer = demand.printer
        self.pages = tuple(page for page in reading.pages if page.broken is None)

    @cached_property
    def size(self) -> Size:
        """The size of most pages, as they are in the file."""
        return most_common((page.width, page.height) for page in self.pages)

    @cached_property
    def trim(self) -> Size:
        """The size the pages are meant to be cut to."""
        if self.demand.trim is not None:
            return self.demand.trim.points
        given = [size_of(page.trim) for page in self.pages if page.trim is not None and _is_smaller(page.trim, page)]
        if given:
            return most_common(given)
        return self._listed() or self.size

    @cached_property
    def has_bleed(self) -> bool:
        """Say whether the pages are larger than they are cut to."""
        return self.size[0] > self.trim[0] + SAME_PT or self.size[1] > self.trim[1] + SAME_PT

    @cached_property
    def trim_size(self) -> TrimSize:
        """The trim as the printers' profiles take it."""
        return TrimSize(Length(self.trim[0]), Length(self.trim[1]))

    @cached_property
    def frames(self) -> tuple[Frame, ...]:
        """Where each page is cut."""
        return tuple(self._frame(page) for page in self.pages)

    def with_bleed(self, trim: Size) -> Size:
        """Return the size of a page with the bleed this printer asks for."""
        sides = 2 if self.printer.bleed_inside else 1
        return trim[0] + sides * self.printer.bleed, trim[1] + 2 * self.printer.bleed

    def is_confirmed(self, key: str) -> bool:
        """Say whether a value of the printer's is more than trade knowledge: only then it can fail a file."""
        fact = next((fact for fact in self.printer.facts if fact.key == key), None)
        known = printers.sources()
        return fact is None or any(name not in known or known[name].kind != "trade" for name in fact.sources)

    def _listed(self) -> Size | None:
        """Return the listed size that the pages have, without bleed or with it."""
        listed = self.printer.trims.get(self.demand.binding, ())
        for made in (lambda trim: trim, self.with_bleed):
            for trim in listed:
                if same_size(made(trim), self.size):
                    return trim
        return None

    def _frame(self, page: Page) -> Frame:
        right_hand = (page.number % 2 == 1) != self.reading.right_to_left
        inner = 0 if right_hand else 2
        given = page.trim if page.trim is not None and same_size(size_of(page.trim), self.trim) else None
        trim = given or self._guess(page, inner)
        beyond = (trim[0], trim[1], page.width - trim[2], page.height - trim[3])
        left, top, right, bottom = (max(0.0, each) if each > TOLERANCE_PT else 0.0 for each in beyond)
        return Frame(page, trim, (left, top, right, bottom), inner)

    def _guess(self, page: Page, inner: int) -> Box:
        """Place the trim where this printer cuts: what is too wide is at the outside, or on both sides."""
        width, height = self.trim
        wide, high = max(0.0, page.width - width), max(0.0, page.height - height)
        both_sides = self.printer.bleed_inside or wide > self.printer.bleed + SAME_PT
        left = wide / 2 if both_sides else (0.0 if inner == 0 else wide)
        return left, high / 2, left + width, high / 2 + height


def most_common(sizes: Iterable[Size]) -> Size:
    """Return the size that is there most often, the first of those."""
    counted = Counter(sizes)
    return max(counted, key=lambda size: counted[size]) if counted else (0.0, 0.0)


def size_of(box: Box) -> Size:
    """Return the width and height of a box."""
    return round(box[2] - box[0], 2), round(box[3] - box[1], 2)


def _is_smaller(box: Box, page: Page) -> bool:
    return not same_size(size_of(box), (page.width, page.height))
