"""The front cover: the book's own picture, or one set from its title."""

import dataclasses
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from bookforge import engines, fonts, layouts
from bookforge.book import IN_IMAGE, SET, Asset, Metadata
from bookforge.cache import Cache
from bookforge.cache import key as cache_key
from bookforge.cover import art, lettering
from bookforge.cover.lettering import Art, Front, FrontView
from bookforge.cover.sheet import Box
from bookforge.diagnostics import Diagnostic, note, warning
from bookforge.edition import FontFace, Reading
from bookforge.laid import Laid
from bookforge.layouts import Layout
from bookforge.pipeline import code_digest
from bookforge.typography import house
from bookforge.typography.choices import Choices

SIZE: Final = (1600, 2560)
"""A front cover of our own in pixels; its page has three quarters of that in points."""

SHEETS: Final = ("cover-look.css.j2", "cover-front.css.j2")
_DRAWN: Final = "image/svg+xml"
_PIXEL: Final = 0.75
_SMALLER: Final = 0.94
_TRIES: Final = 22
GAP: Final = 3.0
"""How far the blocks of the front stay apart, in the front's units."""
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

    @property
    def is_lettered(self) -> bool:
        """Whether the book's picture bears title and authors."""
        cover = self.metadata.cover
        return cover is not None and cover.is_lettered(self.read.book.metadata.title)

    def depicted(self) -> Art | None:
        """Return the view of the book's picture: its colours, and whether it bears title and authors."""
        found = self.art
        if found is None:
            return None
        shown, lettered = raw(self), self.is_lettered
        edge = art.edge(shown.data)
        ground = edge if lettered else art.legible(edge)
        strong = None if lettered else art.accent(shown.data, ground)
        accent = strong or "var(--cover-ink)"
        return Art("cover-picture", ground, art.is_dark(ground), accent, lettered, found.width / found.height)

    def lay(self, template: str, sheets: tuple[str, ...], values: Mapping[str, Any], assets: "Assets") -> "Proof":
        """Render a template and its stylesheets, and lay the page out."""
        from bookforge.writers import pdf  # loads the page engine: a book's own picture needs none
        from bookforge.writers.engine import Materials

        html = self.templates.render(template, book=self.metadata, **values)
        styles = tuple(self.templates.stylesheet(name, **values) for name in sheets)
        said: list[Diagnostic] = []
        laid = pdf.lay_sheet(html, Materials(styles, assets, self.faces, self.scratch), said.append)
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

    A picture that bears its own words is kept as it is, and a drawing of that kind is drawn in its own proportions;
    else title and authors are set, with the picture where there is one.
    Notes: ``cover-lettering``. Warnings: ``cover-large-enough``, and what the engine says of the stylesheets.
    """
    if studio.is_lettered:
        shown = raw(studio)
    else:
        name = cache_key("cover", *studio.depends(), repr(studio.metadata))
        known = studio.store.get("cover", name, Picture)
        if known is None:
            known = _set(studio, studio.depicted())
            studio.store.put("cover", name, known)
        shown = known
    said = (*_unsaid(studio), *_small(studio), *shown.said)
    return dataclasses.replace(shown, said=said)


def description(studio: Studio) -> str:
    """Say in words what the front shows: title and authors where they are set, and the picture."""
    said = studio.metadata
    words = f"{said.title}, {', '.join(author.name for author in said.authors)}"
    if said.cover is None:
        return words
    return said.cover.alt if said.cover.is_lettered(studio.read.book.metadata.title) else f"{words}. {said.cover.alt}"


def raw(studio: Studio) -> Picture:
    """Return the book's own picture as pixels: a photograph as it is, a drawing in its own proportions."""
    found = studio.art
    assert found is not None
    if found.media_type != _DRAWN:
        return Picture(found.data, found.media_type, found.width, found.height)
    name = cache_key("cover-drawn", *studio.depends(), found.sha256)
    known = studio.store.get("cover", name, Picture)
    if known is None:
        known = _drawing(found, studio)
        studio.store.put("cover", name, known)
    return known


def assets(found: Asset | None) -> Assets:
    """Return the book's picture as a page finds it."""
    return {"cover-picture": (found.data, found.media_type)} if found else {}


def _unsaid(studio: Studio) -> tuple[Diagnostic, ...]:
    """Say what was taken of a picture that may or may not bear title and authors, and how to decide it."""
    cover = studio.metadata.cover
    if cover is None or cover.lettering is not None:
        return ()
    if cover.is_lettered(studio.read.book.metadata.title):
        message = f"the picture '{cover.path}' is taken to bear title and authors: its description names the title"
        hint = f"where they shall be set with it, write lettering: {SET} under 'cover'; else lettering: {IN_IMAGE}"
    else:
        message = f"title and authors are set with the picture '{cover.path}'"
        hint = f"where they are in the picture, write lettering: {IN_IMAGE} under 'cover'; else lettering: {SET}"
    return (note("cover-lettering", message, cover.at, hint),)


def _small(studio: Studio) -> tuple[Diagnostic, ...]:
    """Warn of a picture that shops refuse."""
    found, cover = studio.art, studio.metadata.cover
    least = min(art.LEAST), max(art.LEAST)
    if found is None or cover is None or found.media_type == _DRAWN:
        return ()
    if min(found.width, found.height) >= least[0] and max(found.width, found.height) >= least[1]:
        return ()
    size = f"{found.width:,} by {found.height:,}"
    message = f"the cover '{found.path}' has {size} pixels; shops take none below {least[0]:,} by {least[1]:,}"
    hint = f"{art.WANTED[0]:,} by {art.WANTED[1]:,} pixels are enough for shops, and for print up to 6 × 9 in"
    return (warning("cover-large-enough", message, cover.at, hint),)


def _drawing(found: Asset, studio: Studio) -> Picture:
    """Draw an SVG in its own proportions, its longer side as long as shops want it."""
    scale = _DRAWN_LONGEST / max(found.width, found.height)
    size = (max(1, round(found.width * scale)), max(1, round(found.height * scale)))
    page = Box(0, 0, size[0] * _PIXEL, size[1] * _PIXEL)
    proportion = page.width / page.height
    plain = Art("cover-picture", "#ffffff", dark=False, accent="var(--cover-ink)", lettered=True, proportion=proportion)
    values = _values(studio, Front(page, page, 0), plain, 1.0)
    return _pressed(studio.lay("cover-art.html.j2", (*SHEETS, "cover-art.css.j2"), values, assets(found)), size)


def _set(studio: Studio, depicted: Art | None) -> Picture:
    page = Box(0, 0, SIZE[0] * _PIXEL, SIZE[1] * _PIXEL)
    front = Front(page, page.inside(*[0.05 * page.width] * 4), 0)
    found = studio.art if depicted else None

    def lay(scale: float) -> tuple[Proof, FrontView]:
        values = _values(studio, front, depicted, scale)
        proof = studio.lay("cover-art.html.j2", (*SHEETS, "cover-art.css.j2"), values, assets(found))
        return proof, values["front"]

    proof, fits = settled(lay)
    shown = _pressed(proof, SIZE)
    if fits:
        return shown
    return dataclasses.replace(shown, said=(*shown.said, too_long("front", studio)))


def _values(studio: Studio, front: Front, depicted: Art | None, scale: float) -> dict[str, Any]:
    return {
        "front": lettering.view(studio.metadata, studio.faces, front, scale, depicted),
        "page": front.place,
        "art": depicted,
        "face": lettering.face(studio.faces).family,
    }


def _pressed(proof: Proof, size: tuple[int, int]) -> Picture:
    from bookforge.writers import pdf

    said: list[Diagnostic] = list(proof.said)
    data = pdf.draw_sheet(proof.laid, size, said.append)
    return Picture(data, "image/jpeg", *size, "".join(sorted(proof.laid.shown)), tuple(said))


def too_long(panel: str, studio: Studio) -> Diagnostic:
    """Say that a panel's words do not fit however small they are set."""
    message = f"the words on the {panel} of the cover do not fit, however small they are set"
    hint = "shorten them, or give the book a cover of its own"
    return warning("cover-text-fits", message, studio.read.edition.at, hint)


# ---------------------------------------------------------------- until it fits


def settled(lay: Callable[[float], tuple[Proof, FrontView]]) -> tuple[Proof, bool]:
    """Lay a front out smaller and smaller until nothing is crowded; say whether that came about.

    ``lay`` takes a scale and returns the proof with the front it shows.
    """
    scale = 1.0
    for _ in range(_TRIES):
        proof, shown = lay(scale)
        if not crowded(proof.laid, "front", shown.room, GAP * shown.unit):
            return proof, True
        scale *= _SMALLER
    proof, shown = lay(scale)
    return proof, not crowded(proof.laid, "front", shown.room, GAP * shown.unit)


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
