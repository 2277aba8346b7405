"""The front cover: the book's own picture, or one set from its title."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Final

from bookforge import engines, fonts, layouts
from bookforge.book import Asset, Metadata
from bookforge.cache import Cache
from bookforge.cache import key as cache_key
from bookforge.cover import art, lines
from bookforge.cover.sheet import Box
from bookforge.diagnostics import Diagnostic, LayoutError, error, warning
from bookforge.edition import FontFace, Reading, Stylesheet
from bookforge.laid import Laid
from bookforge.layouts import Layout
from bookforge.pipeline import code_digest
from bookforge.typography import house
from bookforge.typography.choices import Choices
from bookforge.writers import pdf

SIZE: Final = (1600, 2560)
"""A front cover of our own in pixels; its page has three quarters of that in points."""

SHEETS: Final = ("cover-look.css.j2", "cover-front.css.j2")
_DRAWN: Final = "image/svg+xml"
_PIXEL: Final = 0.75
_SMALLER: Final = 0.94
_TRIES: Final = 22
_MARGIN: Final = 10.0
"""The margins of the front. This and what follows is counted in hundredths of its width."""
_OVERHANG: Final = 1.0
"""How far italics may lean out of their line, in points."""
_TITLE: Final = (66.0, 26.0)
"""The height a title may take, and its largest size."""
_SUBTITLE: Final = (30.0, 6.6)
_AUTHORS: Final = 7.4
_NARROWER: Final = 0.95
_MOST_IN_LINES: Final = 5
"""Authors who each have a line; more than that stand in a row, or in rows."""

"""The measure of subtitle and authors, in parts of the title's."""
GAP: Final = 0.03
"""How far the blocks of the front stay apart, in parts of its width."""
_SMALLEST: Final = 4.4
"""What a long title does not press the other words below."""
_DRAWN_LONGEST: Final = 2560


@dataclass(frozen=True)
class Studio:
    """What covers are made from: an edition's reader, its design with its faces, finished work, room to work.

    ``typography`` is what the book chose of it.
    """

    read: Reading
    layout: Layout
    faces: tuple[FontFace, ...]
    typography: Choices
    store: Cache
    scratch: Path

    @cached_property
    def templates(self) -> layouts.Templates:
        """The templates of the design."""
        return layouts.Templates(self.layout)

    @cached_property
    def metadata(self) -> Metadata:
        """What is said about the book, its marks set as on the title page."""
        book, has = self.read.book, fonts.coverage(self.faces)
        chosen = house.of(self.typography, book, house.PRINT, lambda char: ord(char) in has)
        return house.set_metadata(book.metadata, chosen)

    @property
    def art(self) -> Asset | None:
        """The picture the book names as its cover."""
        cover = self.metadata.cover
        return self.read.book.assets[cover.path] if cover else None

    def lay(self, template: str, sheets: tuple[str, ...], values: Mapping[str, Any], assets: "Assets") -> "Proof":
        """Render a template and its stylesheets, and lay the page out."""
        html = self.templates.render(template, book=self.metadata, **values)
        styles = tuple(
            Stylesheet(
                name.removesuffix(".j2"),
                self.layout.shown(self.layout.path(name) or Path(name)),
                self.templates.render(name, **values) if name.endswith(".j2") else self.layout.text(name),
            )
            for name in sheets
        )
        said: list[Diagnostic] = []
        laid = pdf.lay_sheet(html, pdf.Materials(styles, assets, self.faces, self.scratch), said.append)
        return Proof(laid, tuple(said), "\0".join([html, *(style.text for style in styles)]))

    def depends(self) -> tuple[str, ...]:
        """Return what every cover depends on beside its own values: code, engines, design, faces, picture."""
        design = (path for folder in self.layout.folders for path in sorted(folder.glob("*")))
        texts = (_digest(path) for path in design if path.suffix in {".css", ".j2"})
        faces = (f"{face.family} {face.style} {_digest(Path(face.path))}" for face in self.faces)
        return (code_digest(), engines.versions(*engines.PAGES), self.art.sha256 if self.art else "", *texts, *faces)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


Assets = Mapping[str, tuple[bytes, str]]


@dataclass(frozen=True, slots=True)
class Proof:
    """A laid-out sheet, what the engine said, and the text it was made from."""

    laid: Laid
    said: tuple[Diagnostic, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A front cover as a picture: JPEG or PNG, its size, the characters set on it, what was found meanwhile."""

    data: bytes
    media_type: str
    width: int
    height: int
    shown: str = ""
    said: tuple[Diagnostic, ...] = ()


def picture(studio: Studio) -> Picture:
    """Return the front cover as a picture every shop and reading system shows.

    A photograph is kept as it is; a drawing is drawn in its own proportions; without either the title is set.
    Warnings: ``cover-large-enough``, and what the engine says of the stylesheets.
    """
    found = studio.art
    if found is not None and found.media_type != _DRAWN:
        return _small(found, Picture(found.data, found.media_type, found.width, found.height), studio)
    name = cache_key("cover", *studio.depends(), repr(studio.metadata))
    known = studio.store.get("cover", name, Picture)
    if known is None:
        known = _drawing(found, studio) if found else _set(studio)
        studio.store.put("cover", name, known)
    return known


def _small(found: Asset, shown: Picture, studio: Studio) -> Picture:
    """Warn of a picture that shops refuse."""
    least = min(art.LEAST), max(art.LEAST)
    if min(found.width, found.height) >= least[0] and max(found.width, found.height) >= least[1]:
        return shown
    size = f"{found.width} by {found.height}"
    message = f"the cover '{found.path}' has {size} pixels; shops take none below {least[0]} by {least[1]}"
    hint = f"use a picture of {art.WANTED[0]} by {art.WANTED[1]} pixels"
    cover = studio.metadata.cover
    said = warning("cover-large-enough", message, cover.at if cover else None, hint)
    return Picture(shown.data, shown.media_type, shown.width, shown.height, said=(said,))


def _drawing(found: Asset, studio: Studio) -> Picture:
    """Draw an SVG in its own proportions, its longer side as long as shops want it."""
    scale = _DRAWN_LONGEST / max(found.width, found.height)
    size = (max(1, round(found.width * scale)), max(1, round(found.height * scale)))
    page = Box(0, 0, size[0] * _PIXEL, size[1] * _PIXEL)
    values = {"front": view(studio, page, page, 0), "page": page, "art": drawn(found)}
    return _pressed(studio.lay("cover-art.html.j2", (*SHEETS, "cover-art.css.j2"), values, assets(found)), size)


def _set(studio: Studio) -> Picture:
    page = Box(0, 0, SIZE[0] * _PIXEL, SIZE[1] * _PIXEL)
    safe = page.inside(*[0.05 * page.width] * 4)

    def lay(scale: float) -> Proof:
        values = {"front": view(studio, page, safe, 0, scale), "page": page, "art": None}
        return studio.lay("cover-art.html.j2", (*SHEETS, "cover-art.css.j2"), values, {})

    proof, fits = settled(lay, partial(crowded, part="front", safe=safe, gap=GAP * page.width))
    shown = _pressed(proof, SIZE)
    if fits:
        return shown
    return Picture(shown.data, shown.media_type, *SIZE, shown.shown, (*shown.said, too_long("front", studio)))


def _pressed(proof: Proof, size: tuple[int, int]) -> Picture:
    said: list[Diagnostic] = list(proof.said)
    data = pdf.draw_sheet(proof.laid, size, said.append)
    return Picture(data, "image/jpeg", *size, "".join(sorted(proof.laid.shown)), tuple(said))


def too_long(panel: str, studio: Studio) -> Diagnostic:
    """Say that a panel's words do not fit however small they are set."""
    message = f"the words on the {panel} of the cover do not fit, however small they are set"
    hint = "shorten them, or give the book a cover of its own"
    return warning("cover-text-fits", message, studio.read.edition.at, hint)


# ---------------------------------------------------------------- what templates get


@dataclass(frozen=True, slots=True)
class Art:
    """The cover's picture for templates: where it is, the colour at its left edge, whether that is a dark one."""

    href: str
    edge: str
    dark: bool


@dataclass(frozen=True, slots=True)
class FrontView:
    """The front for templates: its place on the sheet in points, and its words in lines with their sizes.

    ``unit`` is a hundredth of the width that stays after cutting, and type sizes are counted in it; ``inset`` is what
    is cut off or folded in above, below and at the right. The words keep ``start`` from the left edge of the place,
    ``end`` from its right one.
    """

    left: float
    top: float
    width: float
    height: float
    inset: float
    start: float
    end: float
    unit: float
    title: tuple[str, ...]
    title_size: float
    subtitle: tuple[str, ...]
    subtitle_size: float
    authors: tuple[str, ...]
    authors_size: float
    series: str | None
    spaced: bool


def drawn(found: Asset, edge: str = "#ffffff") -> Art:
    """Return the view of the book's picture."""
    return Art("cover-picture", edge, art.is_dark(edge))


def assets(found: Asset | None) -> Assets:
    """Return the book's picture as a page finds it."""
    return {"cover-picture": (found.data, found.media_type)} if found else {}


def view(studio: Studio, place: Box, safe: Box, inset: float, scale: float = 1.0) -> FrontView:
    """Set the words of the front for a place on the sheet, everything ``scale`` times its best size.

    ``safe`` is where words may stand.
    """
    said = studio.metadata
    wide = ruler(studio.faces)
    unit = (place.width - inset) / 100
    start = max(_MARGIN * unit, safe.left - place.left + _OVERHANG)
    end = max(_MARGIN * unit + inset, place.right - safe.right + _OVERHANG)
    room = (place.width - start - end) / unit
    high, largest = _TITLE
    title = lines.settle(said.title, (room, high), wide, 1.03)
    sub_high, sub_largest = _SUBTITLE
    size = min(title.size, largest)
    smaller = max(size * 0.6, _SMALLEST)
    below = lines.settle(said.subtitle, (room * _NARROWER, sub_high), wide, 1.25) if said.subtitle else None
    names = tuple(author.name for author in said.authors)
    written = names
    if len(names) > _MOST_IN_LINES:
        held = ", ".join(name.replace(" ", "\u00a0") for name in names)
        written = lines.settle(held, (room * _NARROWER, 26), wide, 1.32).lines
    longest = max((wide(name) for name in written), default=1.0) or 1.0
    series = said.series
    return FrontView(
        left=place.left,
        top=place.top,
        width=place.width,
        height=place.height,
        inset=inset,
        start=start,
        end=end,
        unit=unit,
        title=title.lines,
        title_size=size * scale,
        subtitle=below.lines if below else (),
        subtitle_size=min(below.size, sub_largest, smaller) * scale if below else 0.0,
        authors=written,
        authors_size=min(_AUTHORS, room * _NARROWER / longest, smaller, 26 / max(1, len(written))) * scale,
        series=f"{series.name}, {series.position}" if series and series.position else series.name if series else None,
        spaced=lines.takes_spacing(" ".join([*names, series.name if series else ""])),
    )


def ruler(faces: tuple[FontFace, ...]) -> Callable[[str], float]:
    """Return what measures a text in ems, by the face a cover is set in; a character it lacks counts one em."""
    upright = [face for face in faces if face.style == "normal"] or list(faces)
    if not upright:
        raise LayoutError(error("font-exists", "the layout declares no font", hint="see docs/layouts.md"))
    chosen = next((face for face in upright if face.role == "cover"), upright[0])

    def wide(text: str) -> float:
        found = (fonts.glyph(chosen.path, char) for char in text)
        return sum(glyph.advance if glyph else 1.0 for glyph in found) or 1.0

    return wide


# ---------------------------------------------------------------- until it fits


def settled(lay: Callable[[float], Proof], crowds: Callable[[Laid], bool]) -> tuple[Proof, bool]:
    """Lay out smaller and smaller until nothing is crowded; say whether that came about."""
    scale = 1.0
    proof = lay(scale)
    for _ in range(_TRIES):
        if not crowds(proof.laid):
            return proof, True
        scale *= _SMALLER
        proof = lay(scale)
    return proof, not crowds(proof.laid)


def crowded(laid: Laid, part: str, safe: Box, gap: float = 0.0) -> bool:
    """Say whether a line of a part's blocks leaves its safe place, or comes nearer than ``gap`` to another block's."""
    boxes = boxes_of(laid, part)
    if not all(safe.holds(box, 0.5) for _, box in boxes):
        return True
    return any(
        one.inside(0, -gap, 0, -gap).meets(two)
        for index, (block, one) in enumerate(boxes)
        for other, two in boxes[index + 1 :]
        if block != other
    )


def boxes_of(laid: Laid, part: str) -> list[tuple[str, Box]]:
    """Return the lines of the blocks whose ids begin with a part's name."""
    return [
        (line.block, Box(line.x, line.y, line.width, line.height))
        for line in laid.pages[0].lines
        if line.block and line.block.startswith(part)
    ]
