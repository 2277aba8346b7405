"""What a finished PDF holds, as plain facts: what the rules of preflight judge.

Lengths are points. Places are measured from the top left corner of the page as it is shown (rotated, in its MediaBox),
to the right and down.
"""

from dataclasses import dataclass

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


@dataclass(frozen=True, slots=True)
class Run:
    """Text that was set in one go. ``size`` is the size of its glyphs as printed; ``box`` is without outer spaces."""

    text: str
    size: float
    box: Box


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture at its place. ``name`` is what the page calls it; ``bits`` a pixel and channel, 1 for line art.

    ``dpi`` is the lower of its two resolutions; ``box`` is what is seen of it.
    """

    name: str
    width: int
    height: int
    bits: int
    dpi: float
    box: Box


@dataclass(frozen=True, slots=True)
class Art:
    """Something drawn that is not text: ``line``, ``area``, ``picture`` or ``shading``."""

    kind: str
    box: Box


@dataclass(frozen=True, slots=True)
class Thin:
    """A line or a bar less than a point and a half thick."""

    width: float
    box: Box


@dataclass(frozen=True, slots=True)
class Colour:
    """A kind of colour that a kind of thing is painted with on a page.

    ``what`` is ``text``, ``art`` or ``picture``; ``space`` is ``gray``, ``rgb``, ``cmyk``, ``lab`` or ``spot``;
    ``profile``: it carries an ICC profile or another calibration; ``ink`` and ``least`` are the most and the least ink
    asked for in it, in percent, 0 where the space says nothing of inks; ``rich``: a black that is mixed of several
    inks; ``name`` is the spot colour's.
    """

    what: str
    space: str
    profile: bool
    ink: float
    least: float
    rich: bool
    name: str = ""


@dataclass(frozen=True, slots=True)
class Font:
    """A font some text is set in. ``kind`` is ``Type0``, ``TrueType``, ``Type1``, ``Type3`` …"""

    name: str
    kind: str
    embedded: bool
    pages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One page.

    ``number`` counts from 1. ``trim``, ``bleed`` and ``crop`` are the boxes the file gives, ``None`` where it gives
    none. ``paints`` counts painting operators, also those of spaces and of white; ``shows``: something is seen.
    ``annotations`` are the kinds of its annotations, ``transparent`` what is see-through, ``actions`` what it does.
    ``strange`` counts instructions that make no sense; ``broken`` says why it could not be read.
    """

    number: int
    width: float
    height: float
    turned: int = 0
    trim: Box | None = None
    bleed: Box | None = None
    crop: Box | None = None
    art_box: bool = False
    paints: int = 0
    shows: bool = False
    runs: tuple[Run, ...] = ()
    pictures: tuple[Picture, ...] = ()
    art: tuple[Art, ...] = ()
    thin: tuple[Thin, ...] = ()
    colours: tuple[Colour, ...] = ()
    transparent: tuple[str, ...] = ()
    missing_glyphs: tuple[str, ...] = ()
    annotations: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    group: bool = False
    strange: int = 0
    broken: str | None = None


@dataclass(frozen=True, slots=True)
class Intent:
    """An output intent. ``condition`` names the printing condition; ``profile`` is its colour space where embedded."""

    kind: str
    condition: str
    profile: str | None


@dataclass(frozen=True, slots=True)
class Reading:
    """A PDF as read.

    ``trouble`` says why nothing could be read of it; then there is nothing else. ``damage`` is what had to be repaired.
    ``metadata`` names the fields that say something of the work, ``XMP`` among them where such a packet does;
    ``has_xmp``: there is one. ``active`` names JavaScript, forms and actions. ``claims`` are the PDF/X versions the
    file says it obeys; ``dates``: it says when it was made and changed.
    """

    name: str
    size: int
    trouble: str | None = None
    remedy: str | None = None
    damage: tuple[str, ...] = ()
    encrypted: bool = False
    version: str = ""
    pages: tuple[Page, ...] = ()
    fonts: tuple[Font, ...] = ()
    right_to_left: bool = False
    outline: int = 0
    layers: int = 0
    attachments: tuple[str, ...] = ()
    metadata: tuple[str, ...] = ()
    has_xmp: bool = False
    active: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    intents: tuple[Intent, ...] = ()
    trapped: str = ""
    identified: bool = False
    dates: bool = False
