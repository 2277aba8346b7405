"""The cover that goes round a printed book: back, spine and front on one sheet, each set until it fits."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Final

from bookforge import barcode
from bookforge.barcode import Barcode
from bookforge.cache import key as cache_key
from bookforge.cover import front, lettering, lines
from bookforge.cover.front import Proof, Studio
from bookforge.cover.lettering import Front, FrontView
from bookforge.cover.sheet import Box, Sheet
from bookforge.diagnostics import Diagnostic, note, warning
from bookforge.edition import Edition
from bookforge.laid import Laid
from bookforge.measure import inches, millimetres
from bookforge.printers import Printer
from bookforge.writers import pdf

_LOSS: Final = 0.3
"""How much of the picture's width or height may be cut away before that is said."""
_LEADING: Final = 1.42
_LARGEST: Final = 13.5
_USUAL: Final = 396.0
"""The largest type of a blurb, and the width of the page on which it looks right."""
_SMALLEST: Final = 8.5
_ROUNDS: Final = 24
_SMALLER: Final = 0.95
_MARGIN: Final = 0.1
"""The margins of the back, in parts of its width."""
_SPINE_ENDS: Final = 0.08
"""How far the spine's words stay from its ends, in parts of the front's width: the eye wants more than the knife."""
_AROUND: Final = 4.0
"""White around a bar code and its quiet zones, in points."""
_CLEARANCE: Final = 9.0
"""How far the words of the back stay from the bar code's field, in points."""
_NARROWEST: Final = 36.0
"""The least width of the imprint beside the field; where that is too much, the words are seen to crowd it."""
_AUTHOR: Final = 0.86
_PUBLISHER: Final = 0.72
"""The sizes of the spine's other words, in parts of the title's."""
_OVERHANG: Final = 0.32
"""How far letters reach beyond a line that is as high as their type size, both sides together."""
_HOPE: Final = 1.08
"""How much larger than estimated the spine's type is tried at first."""
_LINE_COST: Final = 0.75
_LARGE_ENOUGH: Final = 16.0
_PART_COST: Final = 0.7
"""What a second line of the title, and leaving out the publisher or the authors, must win in size to be worth it."""
_MIDDLE: Final = " \u00b7 "
_PARTS: Final = (("author", "title", "publisher"), ("author", "title"), ("title",))


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A finished wrap: the PDF, the characters on it, and what was found meanwhile."""

    data: bytes | None
    shown: str = ""
    said: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class Spine:
    """The spine for templates: its place before it is turned to the right, and its words; sizes in points."""

    left: float
    top: float
    length: float
    thickness: float
    size: float
    author: str | None
    title: tuple[str, ...]
    publisher: str | None


@dataclass(frozen=True, slots=True)
class Person:
    """An author as the back of the cover presents one; no name where the biography says it."""

    name: str | None
    biography: str


@dataclass(frozen=True, slots=True)
class Back:
    """The back for templates: the place of its words on the sheet, the words, and the type size in points."""

    left: float
    top: float
    width: float
    bottom: float
    imprint_width: float
    size: float
    leading: float
    blurb: tuple[str, ...]
    people: tuple[Person, ...]
    category: str | None
    publisher: str | None


def wrap(studio: Studio, sheet: Sheet, printer: Printer, pages: int) -> Wrapped:
    """Make the wrap on its sheet; ``None`` for the PDF when the words of the back cannot be made to fit.

    Warnings: ``cover-text-fits``, ``cover-large-enough``, ``cover-fits-trim``, ``cover-barcode-fits``.
    """
    edition = studio.read.edition
    terms = repr((sheet, printer.min_font, printer.spine_text_pages, printer.min_dpi, printer.barcode_added, pages))
    name = cache_key("wrap", *studio.depends(), repr(studio.metadata), terms, repr((edition.isbn, edition.wrap)))
    known = studio.store.get("wrap", name, Wrapped)
    if known is None:
        known = _Binder(studio, sheet, printer, pages).bind()
        studio.store.put("wrap", name, known)
    return known


class _Binder:
    """Sets the three panels one after the other, each at the largest size at which nothing is crowded."""

    def __init__(self, studio: Studio, sheet: Sheet, printer: Printer, pages: int) -> None:
        self.studio = studio
        self.sheet = sheet
        self.printer = printer
        self.pages = pages
        self.said: list[Diagnostic] = []
        self.depicted = studio.depicted()
        self.barcode = self._barcode(studio.read.edition)
        self.field = self._field()

    def bind(self) -> Wrapped:
        first = self._front()
        self._judge_picture(first)
        spine = self._spine(first)
        proof = self._back(first, spine)
        if proof is None:
            return Wrapped(None, "", (*self.said, _too_long_a_back(self.studio.read.edition)))
        self.said += proof.said
        # The cover of a hardcover is folded in, not cut: its trim is the whole sheet.
        cut = self.sheet.outer if self.studio.read.edition.binding == "paperback" else 0.0
        data = pdf.write_sheet(proof.laid, cut, proof.source, self.said.append)
        return Wrapped(data, "".join(sorted(proof.laid.shown)), tuple(dict.fromkeys(self.said)))

    # ------------------------------------------------------------ the picture and the bar code

    def _judge_picture(self, first: FrontView) -> None:
        """Say what the picture loses in its place, and whether it is fine enough for print there."""
        found, where, place = self.studio.art, self.studio.metadata.cover, first.picture
        if found is None or where is None or place is None or self.depicted is None:
            return
        lost = lettering.loss(self.depicted.proportion, place)
        share = f"{min(lost, 0.99):.0%}"
        side = "height" if found.width / found.height < place.width / place.height else "width"
        size = f"{inches(place.width, place.height)}"
        if first.fit == "contain":
            message = (
                f"the picture '{found.path}' bears words and would lose {share} of its {side} on the front: it is "
                "shown whole, with strips of its colour beside it"
            )
            self.said.append(warning("cover-fits-trim", message, where.at, f"use one of {size}"))
        elif lost > _LOSS:
            message = f"the picture '{found.path}' loses {share} of its {side} on the cover"
            hint = f"where that takes away what must be seen, use one in the proportions of {size}"
            self.said.append(warning("cover-fits-trim", message, where.at, hint))
        sides = (found.width / place.width, found.height / place.height)
        dots = (max(sides) if first.fit == "contain" else min(sides)) * 72
        if found.media_type != "image/svg+xml" and dots < self.printer.min_dpi:
            scale = self.printer.min_dpi / dots
            wanted = [round(each * scale) for each in (found.width, found.height)]
            if lost > _LOSS:  # one of its own proportions would be larger still, and would lose as much
                wanted = [round(each / 72 * self.printer.min_dpi) for each in (place.width, place.height)]
            message = f"the picture '{found.path}' has {dots:.0f} dots an inch on the printed cover"
            hint = (
                f"{self.printer.title} wants {self.printer.min_dpi}: give it {wanted[0]:,} by {wanted[1]:,} pixels, "
                f"not {found.width:,} by {found.height:,}"
            )
            self.said.append(warning("cover-large-enough", message, where.at, hint))

    def _barcode(self, edition: Edition) -> Barcode | None:
        price = edition.wrap.price if edition.wrap else None
        if not edition.isbn:
            if price:
                message = "the price is not on the cover: it stands beside a bar code, and that is made of an ISBN"
                self.said.append(warning("cover-barcode-fits", message, edition.at, "give the edition its 'isbn'"))
            return None
        field = self.sheet.barcode
        made = barcode.draw(edition.isbn, price, field.width, field.height)
        if made is None:
            message = "the bar code does not fit the white field on the back of the cover"
            self.said.append(warning("cover-barcode-fits", message, edition.at))
        return made

    def _field(self) -> Box | None:
        """Return the white field: round a bar code of ours, else where the printer puts one, if that is done."""
        theirs = self.sheet.barcode
        if self.barcode is None:
            return theirs if self.printer.barcode_added and not self.studio.read.edition.isbn else None
        width, height = self.barcode.width + 2 * _AROUND, self.barcode.height + 2 * _AROUND
        place = self._back_place()
        return Box(min(theirs.right, place.right) - width, min(theirs.bottom, place.bottom) - height, width, height)

    # ------------------------------------------------------------ the panels

    def _front_place(self) -> Box:
        """Return the front with what is cut off above, below and at the right."""
        panel, outer = self.sheet.front, self.sheet.outer
        return Box(panel.left, panel.top - outer, panel.width + outer, panel.height + 2 * outer)

    def _front(self) -> FrontView:
        place = Front(self._front_place(), self.sheet.front_safe, self.sheet.outer)
        scale, made = 1.0, self._arranged(place, 1.0)
        for _ in range(_ROUNDS):
            if not front.crowded(self._lay(made, None, None).laid, "front", made.room, front.GAP * made.unit):
                return made
            scale *= _SMALLER
            made = self._arranged(place, scale)
        self.said.append(front.too_long("front", self.studio))
        return made

    def _arranged(self, place: Front, scale: float) -> FrontView:
        return lettering.view(self.studio.metadata, self.studio.faces, place, scale, self.depicted)

    def _spine(self, first: FrontView) -> Spine | None:
        """Set the spine's words as large as they may be, dropping the publisher, then the authors, where they must."""
        if self.pages < self.printer.spine_text_pages:
            self._bare(f"{self.printer.title} wants none on fewer than {self.printer.spine_text_pages} pages")
            return None
        best: Spine | None = None
        for parts, count in product(_PARTS, (1, 2, 3)):
            best = self._spine_of(first, parts, count, best) or best
        if best is not None:
            return best
        self._bare(f"it is {millimetres(self.sheet.spine.width)} wide, too narrow for the title")
        return None

    def _spine_of(self, first: FrontView, parts: tuple[str, ...], count: int, best: Spine | None) -> Spine | None:
        """Set some of the spine's words, the title in so many lines; ``None`` where that is no better than the best."""
        safe, panel, said = self.sheet.spine_safe, self.sheet.spine, self.studio.metadata
        title = lines.broken(said.title, count, lettering.ruler(self.studio.faces))
        if len(title) != count:
            return None
        length = min(safe.height, panel.height - 2 * _SPINE_ENDS * self.sheet.front.width)
        wide = lettering.ruler(self.studio.faces)
        author = _MIDDLE.join(author.name for author in said.authors) if "author" in parts else None
        publisher = said.publisher if "publisher" in parts else None
        ems = max(map(wide, title)) + _AUTHOR * wide(author or "") + _PUBLISHER * wide(publisher or "")
        largest = min(safe.width / (count + _OVERHANG), max(15.0, panel.width * 0.42), _HOPE * length / ems)
        for size in _sizes(largest, self.printer.min_font / (_PUBLISHER if publisher else _AUTHOR if author else 1)):
            made = Spine(
                left=safe.left + (safe.width - length) / 2,
                top=safe.top + (safe.height - safe.width) / 2,
                length=length,
                thickness=safe.width,
                size=size,
                author=author,
                title=title,
                publisher=publisher,
            )
            if best is not None and _worth(made) <= _worth(best):
                return None
            if not _spine_crowded(self._lay(first, made, None).laid, made):
                return made
        return None

    def _bare(self, why: str) -> None:
        self.said.append(note("cover-text-fits", f"the spine has no text: {why}"))

    def _back(self, first: FrontView, spine: Spine | None) -> Proof | None:
        """Set the words of the back; without the authors' lives where there is no room for them."""
        for people in dict.fromkeys((self._people(), ())):
            for size in _sizes(self._largest_blurb(), _SMALLEST):
                made = self._back_view(people, size)
                proof = self._lay(first, spine, made)
                if not self._back_crowded(proof.laid):
                    if people != self._people():
                        left_out = "the back of the cover has no room for the authors' biographies"
                        self.said.append(warning("cover-text-fits", left_out, hint="shorten 'back' under 'cover'"))
                    return proof
        return None

    def _largest_blurb(self) -> float:
        """Return the type size of a short blurb: larger on a large page, and never too large for its measure."""
        return min(_LARGEST * math.sqrt(self.sheet.back.width / _USUAL), self._back_place().width / 23)

    def _back_place(self) -> Box:
        """Return where the words of the back stand."""
        panel, safe = self.sheet.back, self.sheet.back_safe
        side = max(panel.width * _MARGIN, safe.left - panel.left)
        inner = max(side, panel.right - safe.right)
        return panel.inside(side, side * 1.15, inner, max(side, panel.bottom - safe.bottom))

    def _back_view(self, people: tuple[Person, ...], size: float) -> Back:
        said, place = self.studio.metadata, self._back_place()
        right = self.field.left - _CLEARANCE if self.field else place.right
        return Back(
            left=place.left,
            top=place.top,
            width=place.width,
            bottom=self.sheet.height - (self.field.bottom if self.field else place.bottom),
            imprint_width=max(_NARROWEST, right - place.left),
            size=size,
            leading=size * _LEADING,
            blurb=said.back_cover or _paragraphs(said.description),
            people=people,
            category=next((each.label for each in said.subjects if each.scheme == "bisac"), None),
            publisher=said.publisher,
        )

    def _people(self) -> tuple[Person, ...]:
        authors = self.studio.metadata.authors
        return tuple(
            Person(None if author.name in author.biography else author.name, author.biography)
            for author in authors
            if author.biography
        )

    def _back_crowded(self, laid: Laid) -> bool:
        boxes = [box for _, box in front.boxes_of(laid, "back")]
        guarded = self.field.inside(*[-_CLEARANCE + 0.5] * 4) if self.field else None
        if guarded and any(guarded.meets(box) for box in boxes):
            return True
        return front.crowded(laid, "back", self.sheet.back_safe)

    def _lay(self, first: FrontView, spine: Spine | None, back: Back | None) -> Proof:
        place = _middle(self.field, self.barcode) if self.field and self.barcode else None
        values = {
            "sheet": self.sheet,
            "front": first,
            "spine": spine,
            "back": back,
            "art": self.depicted,
            "face": lettering.face(self.studio.faces).family,
            "barcode": place,
            "field": self.field,
        }
        assets = dict(front.assets(self.studio.art))
        if self.barcode:
            assets["barcode.svg"] = (self.barcode.svg, "image/svg+xml")
        sheets = (*front.SHEETS, "cover-wrap.css.j2")
        return self.studio.lay("cover-wrap.html.j2", sheets, values, assets)


def _middle(field: Box, code: Barcode) -> Box:
    """Return where a bar code stands in the middle of its field."""
    left, top = (field.width - code.width) / 2, (field.height - code.height) / 2
    return Box(field.left + left, field.top + top, code.width, code.height)


def _sizes(largest: float, least: float) -> Iterator[float]:
    """Yield type sizes from the largest down, the least being the last."""
    size = largest
    while size > least:
        yield size
        size *= _SMALLER
    if largest >= least:
        yield least


def _spine_crowded(laid: Laid, spine: Spine) -> bool:
    """Say whether words of the spine run into each other or out of it; it is measured before it is turned."""
    place = Box(spine.left, spine.top, spine.length, spine.thickness)
    blocks: dict[str, list[Box]] = {}
    for block, box in front.boxes_of(laid, "spine"):
        if not place.holds(box, 0.5):
            return True
        blocks.setdefault(block, []).append(box)
    reach = sorted((min(box.left for box in boxes), max(box.right for box in boxes)) for boxes in blocks.values())
    return any(begins - ends < spine.size for (_, ends), (begins, _) in pairwise(reach))


def _worth(spine: Spine) -> float:
    """Weigh the size of a spine's type against what it cost to get there."""
    left_out = (spine.author is None) + (spine.publisher is None)
    return float(min(spine.size, _LARGE_ENOUGH) * _LINE_COST ** (len(spine.title) - 1) * _PART_COST**left_out)


def _paragraphs(text: str | None) -> tuple[str, ...]:
    return tuple(" ".join(lines.parted(each)) for each in re.split(r"\n\s*\n", text or "") if each.strip())


def _too_long_a_back(edition: Edition) -> Diagnostic:
    message = "no cover is made: the description does not fit the back, however small it is set"
    hint = "write a shorter text for the back: cover: {back: …}"
    return warning("cover-text-fits", message, edition.at, hint)
