"""The words of a front cover and the picture they stand with: places and sizes, for templates and for measuring.

Words never stand on a picture itself: however bright or busy it is, they have a plain ground in a colour of the
picture's. A picture about as tall as the cover fills it, and the words stand on a panel over its lower part; another
one fills the head of the cover from side to side, and the words stand below it; on a broad cover a tall picture fills
the outer part, and the words stand beside it.
"""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from bookforge import fonts
from bookforge.book import Metadata
from bookforge.cover import lines
from bookforge.cover.sheet import Box
from bookforge.diagnostics import LayoutError, error
from bookforge.edition import FontFace

# Lengths are counted in hundredths of the front's width, unless it says otherwise.
_MARGIN: Final = 10.0
_OVERHANG: Final = 1.0
"""How far italics may lean out of their line, in points."""
_NARROWER: Final = 0.95
"""The measure of subtitle and authors, in parts of the title's."""
_SMALLEST: Final = 4.4
"""What a long title does not press the other words below."""
_MOST_IN_LINES: Final = 5
"""Authors who each have a line; more than that stand in a row, or in rows."""
_TITLE_LEADING: Final = 1.03
_SUBTITLE_LEADING: Final = 1.25
_AUTHORS_LEADING: Final = 1.32
_SERIES: Final = 8.5
"""What the series takes above the title, with the space between."""
_RULE: Final = 7.5
"""What the rule between title and subtitle takes, on a front with a picture."""
_APART: Final = 6.0
"""The least space above the authors."""

_FILLS: Final = 0.25
"""A picture of which no more than this must be cut away to fill the front does fill it."""
_SHARES: Final = (0.62, 0.56, 0.5, 0.44, 0.38)
"""The parts of the height that a picture at the head may take, the largest first."""
_READABLE: Final = 9.0
"""A title that would be smaller takes some of the picture's height."""
_BROAD: Final = 0.85
"""A front is broad whose width is more than this part of its height."""
_BESIDE: Final = (0.4, 0.58)
"""The least and the most of the width that a picture beside the words takes."""
_PAD: Final = 7.0
"""How far words stay from the edges of a panel."""
_INSET: Final = 8.0
"""How far a panel stays from the edges of the cover."""

_SAME: Final = 0.08
"""How much of a picture that bears its own words may be cut away at its edges."""


@dataclass(frozen=True, slots=True)
class Art:
    """The cover's picture for templates.

    ``href`` is where it is; ``edge`` the colour at its left edge, which the rest of the cover takes, and ``dark``
    whether that is a dark one; ``accent`` another colour of it for rules, where it has one that can be seen.
    ``lettered``: title and authors are in the picture. ``proportion`` is its width by its height.
    """

    href: str
    edge: str
    dark: bool
    accent: str
    lettered: bool
    proportion: float


@dataclass(frozen=True, slots=True)
class FrontView:
    """The front for templates: its place on the sheet in points, its picture, its words in lines with their sizes.

    ``unit`` is that of :class:`Front`, and type sizes are counted in it; ``inset`` is what
    is cut off or folded in above, below and at the right. The words keep ``start`` from the left edge of the place,
    ``end`` from its right one, ``head`` from the top (the series ``series_head``) and ``foot`` from the bottom;
    ``room`` is where they may stand on the sheet. ``picture`` and ``panel`` are places inside the front; ``fit`` says
    whether the picture is cut to its place (``cover``) or is whole in it (``contain``).
    """

    left: float
    top: float
    width: float
    height: float
    inset: float
    start: float
    end: float
    unit: float
    series_head: float
    head: float
    foot: float
    room: Box
    picture: Box | None
    fit: Literal["cover", "contain"]
    panel: Box | None
    title: tuple[str, ...]
    title_size: float
    subtitle: tuple[str, ...]
    subtitle_size: float
    authors: tuple[str, ...]
    authors_size: float
    series: str | None
    spaced: bool


def loss(proportion: float, place: Box) -> float:
    """Return which part of a picture's width or height is cut away when it fills a place."""
    wanted = place.width / place.height
    return 1 - min(proportion, wanted) / max(proportion, wanted)


def ruler(faces: tuple[FontFace, ...]) -> Callable[[str], float]:
    """Return what measures a text in ems, by the face a cover is set in; a character it lacks counts one em."""
    chosen = face(faces)

    def wide(text: str) -> float:
        found = (fonts.glyph(chosen.path, char) for char in text)
        return sum(glyph.advance if glyph else 1.0 for glyph in found) or 1.0

    return wide


def face(faces: tuple[FontFace, ...]) -> FontFace:
    """Return the face covers are set in: the one of that role, else the layout's first upright one.

    Errors: ``font-exists``.
    """
    upright = [each for each in faces if each.style == "normal"] or list(faces)
    if not upright:
        raise LayoutError(error("font-exists", "the layout declares no font", hint="see docs/layouts.md"))
    return next((each for each in upright if each.role == "cover"), upright[0])


def view(
    said: Metadata, faces: tuple[FontFace, ...], front: "Front", scale: float = 1.0, art: Art | None = None
) -> FrontView:
    """Arrange a front: the picture, if there is one, and the words, everything ``scale`` times its best size."""
    front = dataclasses.replace(front, pictured=art is not None and not art.lettered)
    words = _Words(said, ruler(faces), scale)
    if art is None:
        return _bare(words, front)
    if art.lettered:
        return _whole(words, front, art)
    proportion = front.place.width / front.place.height
    if loss(art.proportion, front.place) <= _FILLS:
        return _panelled(words, front)
    if proportion > _BROAD and art.proportion < proportion:
        return _beside(words, front, art)
    return _below(words, front, art)


@dataclass(frozen=True, slots=True)
class Front:
    """A front cover before anything stands on it.

    ``place`` is where it is on the sheet, with what is cut off or folded in (``inset``, points) above, below and at the
    right; ``safe`` is where words may stand. ``pictured``: words and a picture share it.
    """

    place: Box
    safe: Box
    inset: float
    pictured: bool = False

    @property
    def unit(self) -> float:
        """A hundredth of the width that stays; on a broad front with a picture, of three quarters of the height."""
        width, height = self.place.width - self.inset, self.place.height - 2 * self.inset
        return min(width, 0.75 * height if self.pictured else width) / 100

    def sides(self, margin: float) -> tuple[float, float, float]:
        """Return how far words stay from the left, right and lower edge, for a margin in units; in points."""
        place, safe, wide = self.place, self.safe, margin * self.unit
        return (
            max(wide, safe.left - place.left + _OVERHANG),
            max(wide + self.inset, place.right - safe.right + _OVERHANG),
            max(wide + self.inset, place.bottom - safe.bottom),
        )

    def within(self, box: Box) -> Box:
        """Return the safe part of a place inside the front, as a place on the sheet."""
        left, top = max(self.place.left + box.left, self.safe.left), max(self.place.top + box.top, self.safe.top)
        right = min(self.place.left + box.right, self.safe.right)
        return Box(left, top, right - left, min(self.place.top + box.bottom, self.safe.bottom) - top)


@dataclass(frozen=True, slots=True)
class _Words:
    """What is said on the front, and how large at the most; lengths in units."""

    said: Metadata
    wide: Callable[[str], float]
    scale: float

    @property
    def series(self) -> str | None:
        series = self.said.series
        return f"{series.name}, {series.position}" if series and series.position else series.name if series else None

    def fill(self, room: float, free: float, subtitle: float) -> "_Set":
        """Break the words for a measure: the title gets what the others leave of a height, beside a picture.

        ``subtitle`` is the height that may take.
        """
        tried = self.set(room, (20.0, 20.0), (subtitle, 5.4), 6.2)
        return self.set(room, (max(8.0, free - tried.others), 18.0), (subtitle, 5.4), 6.2)

    def set(self, room: float, title: tuple[float, float], subtitle: tuple[float, float], authors: float) -> "_Set":
        """Break the words for a measure; ``title`` and ``subtitle`` are the height they may take and the largest size.

        ``authors`` is the largest size of those.
        """
        headline = lines.settle(self.said.title, (room, title[0]), self.wide, _TITLE_LEADING)
        size = min(headline.size, title[1])
        smaller = max(size * 0.6, _SMALLEST)
        below = None
        if self.said.subtitle:
            below = lines.settle(self.said.subtitle, (room * _NARROWER, subtitle[0]), self.wide, _SUBTITLE_LEADING)
        names = tuple(author.name for author in self.said.authors)
        written = names
        if len(names) > _MOST_IN_LINES:
            held = ", ".join(name.replace(" ", "\u00a0") for name in names)
            written = lines.settle(held, (room * _NARROWER, 26), self.wide, _AUTHORS_LEADING).lines
        longest = max((self.wide(name) for name in written), default=1.0) or 1.0
        return _Set(
            headline.lines,
            size * self.scale,
            below.lines if below else (),
            min(below.size, subtitle[1], smaller) * self.scale if below else 0.0,
            written,
            min(authors, room * _NARROWER / longest, smaller, 26 / max(1, len(written))) * self.scale,
            self.series,
            lines.takes_spacing(" ".join([*names, self.series or ""])),
        )


@dataclass(frozen=True, slots=True)
class _Set:
    """The words in lines, with their sizes in units."""

    title: tuple[str, ...]
    title_size: float
    subtitle: tuple[str, ...]
    subtitle_size: float
    authors: tuple[str, ...]
    authors_size: float
    series: str | None
    spaced: bool

    @property
    def above(self) -> float:
        """The height of what stands above the title."""
        return _SERIES if self.series else 0.0

    @property
    def others(self) -> float:
        """The height of all but the title, the space above the authors included."""
        subtitle = _RULE + len(self.subtitle) * self.subtitle_size * _SUBTITLE_LEADING if self.subtitle else 0.0
        return self.above + subtitle + _APART + len(self.authors) * self.authors_size * _AUTHORS_LEADING

    @property
    def height(self) -> float:
        """The height of all."""
        return len(self.title) * self.title_size * _TITLE_LEADING + self.others


def _bare(words: _Words, front: Front) -> FrontView:
    """Set a front without a picture, from the title."""
    unit, inset = front.unit, front.inset
    start, end, _ = front.sides(_MARGIN)
    made = words.set((front.place.width - start - end) / unit, (66.0, 26.0), (30.0, 6.6), 7.4)
    heads = (10.5 * unit + inset, (19 if made.series else 14) * unit + inset)
    return _view(front, made, (start, end, *heads, 10 * unit + inset), front.safe)


def _whole(words: _Words, front: Front, art: Art) -> FrontView:
    """Show a picture that bears its words: cut a little where that makes it fit, else whole, on its own colour."""
    fit: Literal["cover", "contain"] = "cover" if loss(art.proportion, front.place) <= _SAME else "contain"
    spaced = words.set(80, (66.0, 26.0), (30.0, 6.6), 7.4).spaced
    made = _Set((), 0.0, (), 0.0, (), 0.0, None, spaced)
    place = Box(0, 0, front.place.width, front.place.height)
    return _view(front, made, (0.0,) * 5, front.safe, (place, fit, None))


def _panelled(words: _Words, front: Front) -> FrontView:
    """Fill the front with the picture, and set the words on a panel over its lower part."""
    unit, place = front.unit, front.place
    left, right, below = front.sides(_INSET)
    width = min(place.width - left - right, (100 - 2 * _INSET) * unit)
    made = words.set(width / unit - 2 * _PAD, (26.0, 13.0), (12.0, 4.6), 5.2)
    height = (made.height + 2 * _PAD) * unit
    panel = Box(left, place.height - below - height, width, height)
    pad = _PAD * unit
    head = panel.top + pad * 0.9
    frame = (left + pad, place.width - panel.right + pad, head, head + made.above * unit, below + pad * 0.9)
    room = front.within(panel.inside(*[pad * 0.4] * 4))
    whole = Box(0, 0, place.width, place.height)
    return _view(front, made, frame, room, (whole, "cover", panel))


def _below(words: _Words, front: Front, art: Art) -> FrontView:
    """Fill the head of the front with the picture, from side to side, and set the words below it."""
    unit, place = front.unit, front.place
    start, end, foot = front.sides(_MARGIN)
    room, whole = (place.width - start - end) / unit, place.height / unit
    own = place.width / unit / art.proportion
    for share in _SHARES:
        high = min(share * whole, max(own, _SHARES[-2] * whole))
        free = whole - high - 9.0 - foot / unit
        made = words.fill(room, free, 14.0)
        if made.title_size >= _READABLE * words.scale:
            break
    panel = Box(0, high * unit, place.width, place.height - high * unit)
    head = panel.top + 9.0 * unit
    frame = (start, end, head, head + made.above * unit, foot)
    return _view(front, made, frame, front.within(panel), (Box(0, 0, place.width, panel.top), "cover", panel))


def _beside(words: _Words, front: Front, art: Art) -> FrontView:
    """Fill the outer part of a broad front with the picture, from head to foot, and set the words beside it."""
    unit, place = front.unit, front.place
    start, _, foot = front.sides(_MARGIN)
    least, most = _BESIDE
    width = max(least * place.width, min(most * place.width, place.height * art.proportion))
    panel = Box(0, 0, place.width - width, place.height)
    room = (panel.width - start) / unit - _PAD
    head = 16 * unit + front.inset
    free = (place.height - head - foot) / unit
    made = words.fill(room, free, 24.0)
    frame = (start, width + _PAD * unit, head, head + made.above * unit, foot)
    return _view(front, made, frame, front.within(panel), (Box(panel.width, 0, width, place.height), "cover", panel))


def _view(
    front: Front,
    made: _Set,
    frame: tuple[float, ...],
    room: Box,
    shown: tuple[Box | None, Literal["cover", "contain"], Box | None] = (None, "cover", None),
) -> FrontView:
    """Put a front together; ``frame`` is start, end, and the heads of series, title and foot, ``shown`` the picture."""
    place, (picture, fit, panel) = front.place, shown
    start, end, series_head, head, foot = frame
    return FrontView(
        left=place.left,
        top=place.top,
        width=place.width,
        height=place.height,
        inset=front.inset,
        start=start,
        end=end,
        unit=front.unit,
        series_head=series_head,
        head=head,
        foot=foot,
        room=room,
        picture=picture,
        fit=fit,
        panel=panel,
        title=made.title,
        title_size=made.title_size,
        subtitle=made.subtitle,
        subtitle_size=made.subtitle_size,
        authors=made.authors,
        authors_size=made.authors_size,
        series=made.series,
        spaced=made.spaced,
    )
