"""Trim size, spine and a printer's terms into the sheet that goes round a book: back, spine and front side by side.

Everything is in points from the sheet's top left corner. Pure numbers: no engine, no file.
"""

from dataclasses import dataclass
from typing import Final

HINGE: Final = 54.0
"""How far text stays from the spine of a hardcover, where the boards bend: three quarters of an inch."""

SAME: Final = 0.72
"""What two lengths may differ by and still be the same: a hundredth of an inch, as printers check it."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the sheet."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.top + self.height

    def inside(self, left: float, top: float, right: float, bottom: float) -> "Box":
        """Return what is left when a strip is taken off at each side."""
        return Box(self.left + left, self.top + top, self.width - left - right, self.height - top - bottom)

    def holds(self, other: "Box", slack: float = 0.01) -> bool:
        """Say whether another rectangle lies in this one."""
        return (
            other.left >= self.left - slack
            and other.top >= self.top - slack
            and other.right <= self.right + slack
            and other.bottom <= self.bottom + slack
        )

    def meets(self, other: "Box") -> bool:
        """Say whether the two share more than an edge."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return across > 0.01 and down > 0.01


@dataclass(frozen=True, slots=True)
class Terms:
    """What a printer asks of a cover, in points.

    ``clear`` is how far text stays from where the cover is cut or folded in, ``fold`` how far from the spine's edges.
    ``barcode`` is the white field that a bar code needs (width, height), ``barcode_clear`` its distance from trim and
    spine.
    """

    bleed: float
    clear: float
    fold: float
    barcode: tuple[float, float]
    barcode_clear: float


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole cover. The panels are what is seen of the closed book; ``outer`` is what is cut off or folded in.

    ``back_safe``, ``spine_safe`` and ``front_safe`` are where text may stand. ``barcode`` is the white field.
    """

    width: float
    height: float
    outer: float
    back: Box
    spine: Box
    front: Box
    back_safe: Box
    spine_safe: Box
    front_safe: Box
    barcode: Box


def paperback(trim: tuple[float, float], spine: float, terms: Terms) -> Sheet:
    """Lay out the cover of a paperback: two pages, the spine between them, bleed all round.

    Source: KDP's formula, the same at Lulu: 2 x trim width + spine + 2 x bleed, trim height + 2 x bleed.
    """
    return _sheet(trim, spine, terms.bleed, terms.fold, terms)


def of_template(template: tuple[float, float, float], trim: tuple[float, float], terms: Terms, *, hard: bool) -> Sheet:
    """Lay out a cover by the numbers of a printer's template: ``template`` is (width, height, spine).

    What is folded round the boards of a hardcover is taken to be the same on all sides; the boards are a little larger
    than the pages, so the text stays further inside than it must.
    """
    width, height, spine = template
    outer = (height - trim[1]) / 2
    panel = ((width - spine) / 2 - outer, height - 2 * outer)
    return _sheet(panel, spine, outer, HINGE if hard else terms.fold, terms)


def fits(template: tuple[float, float, float], trim: tuple[float, float], *, hard: bool) -> bool:
    """Say whether a template's numbers (width, height, spine) can be those of a book of this trim size."""
    width, height, spine = template
    outer, side = (height - trim[1]) / 2, (width - spine) / 2 - trim[0]
    return outer >= 0 and side >= 0 and (hard or abs(side - outer) <= SAME)


def _sheet(panel: tuple[float, float], spine: float, outer: float, fold: float, terms: Terms) -> Sheet:
    width, height = panel
    back = Box(outer, outer, width, height)
    middle = Box(back.right, outer, spine, height)
    front = Box(middle.right, outer, width, height)
    beside = max(fold, terms.clear)
    field_width, field_height = terms.barcode
    return Sheet(
        width=2 * width + spine + 2 * outer,
        height=height + 2 * outer,
        outer=outer,
        back=back,
        spine=middle,
        front=front,
        back_safe=back.inside(terms.clear, terms.clear, beside, terms.clear),
        spine_safe=middle.inside(terms.fold, terms.clear, terms.fold, terms.clear),
        front_safe=front.inside(beside, terms.clear, terms.clear, terms.clear),
        barcode=Box(
            back.right - max(terms.barcode_clear, beside) - field_width,
            back.bottom - max(terms.barcode_clear, terms.clear) - field_height,
            field_width,
            field_height,
        ),
    )
