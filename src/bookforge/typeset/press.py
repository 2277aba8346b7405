"""A take of a section in, the same laid out, in lines and drawn out: the press that :mod:`.resetting` asks for."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Final

from bookforge import composer, crew
from bookforge.cache import key as cache_key
from bookforge.diagnostics import Diagnostic
from bookforge.edition import Stylesheet
from bookforge.timings import Span
from bookforge.typeset import markup, resetting, spreads, takes
from bookforge.typeset.compositor import Compositor
from bookforge.typeset.plan import Corrections
from bookforge.typeset.resetting import Taken
from bookforge.writers.assembly.faces import UnlinkableError

if TYPE_CHECKING:
    from bookforge.typeset.sections import Typesetter
    from bookforge.writers.assembly.drawn import DrawnPage
    from bookforge.writers.galley import Galley

_FOLLOWS: Final = Stylesheet("take-follows.css", "take-follows.css", "[data-section] { break-before: auto !important }")
"""What lets a take begin anywhere on a page."""

SETTING: Final = "setting"
"""The stage of the cache that keeps sections as they were set last."""


class Press:
    """Sets takes of one section."""

    def __init__(self, typesetter: "Typesetter", place: int, side: str, compositor: Compositor) -> None:
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
        return self._typesetter.fills(self._place, self.side)

    @cached_property
    def copy(self) -> takes.Copy:
        """The section's markup."""
        return takes.Copy(self._typesetter.text(self._place))

    def lay(self, html: str, corrections: Corrections, *, left: bool, bare: frozenset[str], follows: bool) -> "Galley":
        """Lay out a take."""
        sheets = self._sheets(left=left, bare=bare, follows=follows)
        return self._typesetter.take(self._place, corrections, html, sheets, follows)

    def _sheets(self, *, left: bool, bare: frozenset[str], follows: bool) -> tuple[Stylesheet, ...]:
        # What holds for a whole take says the same each time: its styles are known from the one before.
        always = [markup.LEFT] * left + [_FOLLOWS] * follows
        rules = "".join(f"{markup.selector(name)} {{ margin-top: 0 !important }}\n" for name in sorted(bare))
        return (*always, *((Stylesheet("take.css", "take.css", rules, singles_out=True),) if rules else ()))

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

    @property
    def is_helped(self) -> bool:
        """Whether another process may work at once."""
        return self._typesetter.bench.jobs > 1

    @contextlib.contextmanager
    def beside(self, work: Callable[[], Taken]) -> Iterator[Callable[[], Taken]]:
        """Do some work in another process meanwhile, whose time is told to this one."""
        timings = self._typesetter.bench.timings

        def timed() -> tuple[Taken, list[Span]]:
            before = len(timings.spans)
            taken = work()
            spans = timings.spans[before:]
            del timings.spans[before:]  # wherever it was done, it is told below
            return taken, spans

        def heard() -> Taken:
            taken, spans = result()
            timings.spans.extend(spans)
            return taken

        with crew.beside(timed) as result:
            yield heard
