"""A take of a section in, the same laid out, in lines and drawn out: the press that :mod:`.resetting` asks for."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from functools import cached_property
from typing import TYPE_CHECKING, Final, Protocol

from bookforge import composer
from bookforge.cache import key as cache_key
from bookforge.diagnostics import Diagnostic
from bookforge.edition import Stylesheet
from bookforge.timings import Work
from bookforge.typeset import markup, resetting, spreads, takes
from bookforge.typeset.compositor import Compositor
from bookforge.typeset.plan import Corrections
from bookforge.writers.assembly.faces import UnlinkableError

if TYPE_CHECKING:
    from bookforge.writers.assembly.drawn import DrawnPage
    from bookforge.writers.galley import Galley
    from bookforge.writers.galleys import Galleys

SETTING: Final = "setting"
"""The stage of the cache that keeps sections as they were set last."""


class Typesetter(Protocol):
    """Sets the sections of a composition; each has a place in it."""

    @property
    def galleys(self) -> "Galleys":
        """What lays out and draws."""

    def name(self, place: int, side: str) -> str:
        """Return the name of a section's setting, whatever it says."""

    def ground(self, place: int, side: str) -> str:
        """Return a hash of all that decides how a section is set but its text; empty where it cannot be parted."""

    def fills(self, name: str) -> spreads.Fills:
        """Return what is remembered of the last plan of a section."""

    def text(self, place: int) -> str:
        """Return the markup of a section."""

    def take(
        self,
        place: int,
        corrections: Corrections,
        html: str,
        sheets: tuple[Stylesheet, ...],
        follows: bool,
        running: frozenset[str],
    ) -> "Galley":
        """Lay out a part of a section, with corrections and some stylesheets more."""

    def drawing(self, place: int) -> AbstractContextManager[Work]:
        """Measure how long it takes to draw some pages of a section."""


class Press:
    """Sets takes of one section."""

    def __init__(self, typesetter: Typesetter, place: int, side: str, compositor: Compositor) -> None:
        self._typesetter = typesetter
        self._place = place
        self.side = side
        self.compositor = compositor
        self.name = typesetter.name(place, side)

    @cached_property
    def ground(self) -> str:
        """A hash of all that decides how the section is set but what it holds; empty where it cannot be parted."""
        ground = self._typesetter.ground(self._place, self.side)
        return ground and cache_key(SETTING, ground, self.copy.opening)

    @property
    def fills(self) -> spreads.Fills:
        """What this process remembers of the section's last plan."""
        return self._typesetter.fills(self.name)

    @cached_property
    def copy(self) -> takes.Copy:
        """The section's markup."""
        return takes.Copy(self._typesetter.text(self._place))

    def lay(self, html: str, corrections: Corrections, *, left: bool, bare: frozenset[str], follows: bool) -> "Galley":
        """Lay out a take."""
        sheets = self._sheets(left=left, bare=bare, follows=follows)
        return self._typesetter.take(self._place, corrections, html, sheets, follows, frozenset())

    def _sheets(self, *, left: bool, bare: frozenset[str], follows: bool) -> tuple[Stylesheet, ...]:
        rules = "[data-section] { break-before: auto !important }\n" if follows else ""
        rules += "".join(f"{markup.selector(name)} {{ margin-top: 0 !important }}\n" for name in sorted(bare))
        return (*((markup.LEFT,) if left else ()), *((Stylesheet("take.css", "take.css", rules),) if rules else ()))

    def measure(self, html: str, *, left: bool, follows: bool) -> "tuple[Galley, dict[str, composer.Composed]]":
        """Choose the lines of a take."""
        sheets = self._sheets(left=left, bare=frozenset(), follows=follows)
        return self.compositor.measure(
            lambda running: self._typesetter.take(self._place, Corrections(), html, sheets, follows, running)
        )

    def differs(self, galley: "Galley", lines: Mapping[str, composer.Lines]) -> frozenset[str]:
        """Compare what was set with what was chosen."""
        return self.compositor.differs(galley, lines)

    def draw(self, galley: "Galley", pages: range) -> "tuple[DrawnPage, ...]":
        """Draw pages of a take."""
        said: list[Diagnostic] = []
        try:
            with self._typesetter.drawing(self._place):
                drawn = self._typesetter.galleys.draw_pages(galley, pages, said.append)
        except UnlinkableError as problem:
            raise resetting.UnsureError from problem
        if said:  # which is to be told of the section as a whole
            raise resetting.UnsureError
        return drawn
