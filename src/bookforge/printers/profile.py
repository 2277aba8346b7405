"""What a printer asks for, as values: every length in points, every number with the source it was read in."""

from dataclasses import dataclass

from bookforge.diagnostics import Severity
from bookforge.measure import SAME_PT, TrimSize, same_size


@dataclass(frozen=True, slots=True)
class Fact:
    """One value of a profile as it was written: its key, the value in words, who says so and when that was read.

    ``sources`` are keys of :func:`bookforge.printers.sources`; for a profile of the book's own, what its author wrote,
    or the path of the profile.
    """

    key: str
    value: str
    sources: tuple[str, ...]
    date: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Band:
    """The least inside margin of books up to ``to`` pages; without ``to``, of all the thicker ones."""

    inside: float
    to: int | None = None


@dataclass(frozen=True, slots=True)
class Multiple:
    """What the page count of books up to a size is a multiple of; without a size, of all the larger ones."""

    multiple: int
    width: float | None = None
    height: float | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """How many pages a book may have, by binding, and where it says so by paper and trim size (width, height)."""

    binding: str
    least: int
    most: int
    paper: str | None = None
    trim: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """The trim sizes a printer names for a binding, (width, height)."""

    binding: str
    sizes: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Range:
    """The limits of a trim size of one's own, by binding, and where it says so by paper."""

    binding: str
    least_width: float
    most_width: float
    least_height: float
    most_height: float
    paper: str | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper by its word, and whether it is printed with black ink only (``black``) or in ``colour``."""

    name: str
    ink: str


@dataclass(frozen=True, slots=True)
class Spine:
    """How thick a book is: so much for every page, and so much for its cover. ``paper`` is ``None`` for all papers."""

    binding: str
    per_page: float
    plus: float
    paper: str | None = None


@dataclass(frozen=True, slots=True)
class Printer:
    """A printer's demands. All lengths are points; ``None`` means that no limit is named.

    ``bleed`` is added to the edges that are cut, on the binding side too where ``bleed_inside``. ``clear_inside`` is a
    strip along the binding that takes no ink. ``colour`` is ``gray``, ``gray-or-rgb``, ``gray-or-srgb`` or
    ``gray-or-cmyk``; ``forbids`` holds words of ``outline``, ``annotations``, ``metadata``, ``marks``, ``layers``,
    ``attachments``. ``pdf`` is the kind of PDF the printer asks for, in words. ``min_gray`` and ``ink_limit`` are
    percent.

    Of the cover: ``cover_bleed`` on every side, ``cover_safe`` between the cut and all that must not be cut,
    ``spine_safe`` between a fold and the text of the spine, which stands there from ``spine_text_pages`` on;
    ``barcode_clear`` is what the barcode's field keeps from the cut and from the fold; ``barcode_added``: where a cover
    has no barcode, the printer puts one into that field.
    """

    name: str
    title: str
    facts: tuple[Fact, ...]
    bleed: float
    bleed_inside: bool
    margin: float
    margin_with_bleed: float
    gutter: tuple[Band, ...]
    clear_inside: float
    multiples: tuple[Multiple, ...]
    last_blank: bool
    counts: tuple[Count, ...]
    count_outside: Severity
    listed: tuple[Listed, ...]
    ranges: tuple[Range, ...]
    unlisted_trim: Severity
    papers: tuple[Paper, ...]
    colour: str
    forbids: tuple[str, ...]
    crop_marks: bool
    pdf: str
    min_font: float
    min_rule: float
    min_gray: float
    min_dpi: int
    max_dpi: int | None
    max_bytes: int | None
    max_blank_run: int | None
    ink_limit: float | None
    spines: tuple[Spine, ...]
    spine_text_pages: int
    spine_safe: float
    cover_bleed: float
    cover_safe: float
    barcode_width: float
    barcode_height: float
    barcode_clear: float
    barcode_added: bool

    def edge(self, bleed: bool) -> float:
        """Return the least margin at head, foot and outside, for a file with or without bleed."""
        return self.margin_with_bleed if bleed else self.margin

    def inside(self, pages: int) -> float:
        """Return the least margin at the binding of a book of so many pages."""
        return next(band.inside for band in self.gutter if band.to is None or pages <= band.to)

    def page_multiple(self, trim: TrimSize) -> int:
        """Return what the page count of a book of this size is a multiple of."""
        return next((each.multiple for each in self.multiples if _within(trim, each)), 1)

    def pages(self, binding: str, paper: str, trim: TrimSize | None = None) -> tuple[int, int] | None:
        """Return the least and the most pages of a book, or ``None`` where this printer does not bind so."""
        fits = [each for each in self.counts if each.binding == binding and each.paper in (None, paper)]
        own = [each for each in fits if each.trim and trim and same_size(trim.points, each.trim)]
        found = own or [each for each in fits if each.trim is None]
        return (found[0].least, found[0].most) if found else None

    @property
    def trims(self) -> dict[str, tuple[tuple[float, float], ...]]:
        """The listed trim sizes by binding: (width, height)."""
        return {each.binding: each.sizes for each in self.listed}

    def takes(self, trim: TrimSize, binding: str, paper: str) -> bool:
        """Say whether a trim size is on the list of a binding, or within the range of sizes of one's own."""
        if any(same_size(trim.points, size) for size in self.trims.get(binding, ())):
            return not self._has_range(binding, paper) or self._in_range(trim, binding, paper)
        return self._in_range(trim, binding, paper)

    def _has_range(self, binding: str, paper: str) -> bool:
        """Say whether the paper itself has a range: that one narrows the list."""
        return any(each.binding == binding and each.paper == paper for each in self.ranges)

    def _in_range(self, trim: TrimSize, binding: str, paper: str) -> bool:
        width, height = trim.width.pt, trim.height.pt
        return any(
            each.binding == binding
            and each.paper in (None, paper)
            and each.least_width - SAME_PT <= width <= each.most_width + SAME_PT
            and each.least_height - SAME_PT <= height <= each.most_height + SAME_PT
            for each in self.ranges
        )

    def ink(self, paper: str) -> str | None:
        """Return ``black`` or ``colour``, or ``None`` for a paper this printer does not have."""
        return next((each.ink for each in self.papers if each.name == paper), None)

    def spine(self, pages: int, paper: str, binding: str) -> float | None:
        """Return how wide the spine of a book is, or ``None`` where only the printer's own template says so."""
        for each in self.spines:
            if each.binding == binding and each.paper in (None, paper):
                return pages * each.per_page + each.plus
        return None


def _within(trim: TrimSize, limit: Multiple) -> bool:
    if limit.width is None or limit.height is None:
        return True
    return trim.width.pt <= limit.width + SAME_PT and trim.height.pt <= limit.height + SAME_PT
