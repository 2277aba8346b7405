"""What dressing a section needs to know of the edition it is dressed for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from markupsafe import Markup

from bookforge import xhtml
from bookforge.book import Asset, Voice
from bookforge.compose.openings import Opening
from bookforge.compose.tables import Room
from bookforge.edition import Format


@dataclass(frozen=True, slots=True)
class Wardrobe:
    """What dressing needs to know of the edition.

    ``href_of`` gives the address of a bound id; ``image_href`` of an image's path. ``timeline`` renders the generated
    timeline. For PDF, ``formula`` draws TeX or MathML (given it and whether it is displayed) and returns the picture's
    address. ``endnotes`` are ids of notes that cannot stand at the foot of a page, ``notes_apart`` says that none does,
    ``numbers`` are the printed numbers of all notes by id. ``pages`` are page numbers by bound id, ``page_pattern``
    the words around one. ``opening`` is how sections open. ``mark_words`` marks words of a text, given its language,
    that are divided or set in a way of their own. ``room`` is what a page has for tables.
    """

    format: Format
    voices: Mapping[str, Voice]
    assets: Mapping[str, Asset]
    href_of: Callable[[str], str]
    image_href: Callable[[str], str]
    timeline: Callable[[], Markup]
    formula: Callable[[str, bool], str]
    proof: bool = False
    endnotes: frozenset[str] = field(default_factory=frozenset)
    notes_apart: bool = False
    numbers: Mapping[str, str] = field(default_factory=dict)
    pages: Mapping[str, str] = field(default_factory=dict)
    page_pattern: str = ""
    mark_words: Callable[[xhtml.Element, str], None] = lambda *_: None
    opening: Opening = field(default_factory=Opening)
    room: Room = field(default_factory=Room)
