"""Documents that hold one section each in, galleys out; galleys in, their pages drawn out.

Also what a book of such sections is made of beside them, drawn in the same way: pages left blank, the margins of pages,
the faces in use. What a plan needs to know of a galley is read in :mod:`bookforge.writers.galley`; how drawn sections
become a book is the matter of :mod:`bookforge.writers.assembly`.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Final

from bookforge import engines
from bookforge.diagnostics import Diagnostic, Location, Report
from bookforge.edition import Stylesheet
from bookforge.writers import engine, finishing, galley
from bookforge.writers.assembly import drawing, faces, hooks
from bookforge.writers.assembly.drawn import Drawing, Drawn, DrawnFace, DrawnPage, Facts
from bookforge.writers.assembly.faces import CutFace
from bookforge.writers.assembly.margins import Margins, Place, Stand
from bookforge.writers.engine import Engine, Materials, Ruler
from bookforge.writers.galley import Galley

_NO_NUMBERS: Final[Mapping[str, int]] = MappingProxyType({})


class Galleys:
    """Lays out one section after another, as often as it takes, without what stands in the margins of pages.

    ``at`` is where the engine's findings are said to be.
    """

    def __init__(self, materials: Materials, at: Location) -> None:
        self._materials = materials
        self._at = at

    @cached_property
    def _engine(self) -> Engine:
        # A book that is all there already needs none.
        return Engine(self._materials)

    def ready(self) -> None:
        """Load the engine: processes that are forked then have it, and need not load it each for itself."""
        assert self._engine

    def lay(  # noqa: PLR0913  what a galley is
        self,
        html: str,
        stylesheets: tuple[Stylesheet, ...],
        section: str,
        end: str,
        numbers: Mapping[str, int] = _NO_NUMBERS,
        follows: bool = True,
        running: frozenset[str] = frozenset(),
    ) -> Galley:
        """Lay out a document that holds a section and, after it, something with the id ``end``.

        ``numbers`` are page numbers by id, as far as they are known; ``follows``: the section is not the book's first.
        ``running`` are blocks to be measured, not set: each in a line that is as long as it needs.
        Errors: as :func:`bookforge.writers.pdf.layout`.
        """
        said: list[Diagnostic] = []
        with self._engine.quick(), hooks.endless(running), hooks.galleys(numbers, follows) as collectors:
            rendered, tree = self._engine.render(html, self._at, said.append, None, stylesheets)
            read = galley.read(engine.book_facts(rendered, tree, stylesheets), tree, section, end, Ruler())
        asked, others = hooks.asked(collectors)
        return dataclasses.replace(read, asked=asked, apart=not others, said=tuple(said), running=running)

    def draw(self, laid: Galley, numbers: Mapping[str, int], key: str) -> Drawn:
        """Draw a galley that was laid out with some page numbers; ``key`` is a hash of all it was made from.

        Raises :class:`~bookforge.writers.assembly.faces.UnlinkableError` where they cannot be drawn alone.
        """
        if not laid.apart:
            raise faces.UnlinkableError("the text shows counters of its pages")
        said = [*laid.said]
        with engine.listening(self._at, said.append), self._engine.quick():
            drawn = drawing.draw(laid.laid.document, range(laid.end), finishing.finish)
        return Drawn(
            key,
            drawing.joined(drawn),
            _kept(laid),
            {name: numbers.get(name, 0) for name in sorted(laid.asked)},
            tuple(said),
        )

    def draw_pages(self, laid: Galley, pages: range, report: Report) -> tuple[DrawnPage, ...]:
        """Draw pages of a galley; errors as :meth:`draw`."""
        with engine.listening(self._at, report), self._engine.quick():
            return drawing.draw(laid.laid.document, pages, finishing.finish)

    def joined(self, pages: Sequence[DrawnPage]) -> Drawing:
        """Return pages that follow each other."""
        return drawing.joined(pages)

    def blank(self, side: str, html: tuple[str, str], stylesheets: tuple[Stylesheet, ...], key: str) -> Drawn:
        """Draw a page that is left blank on a side; ``html`` is what stands before and after the text of a book."""
        other = "left" if side == "right" else "right"
        one = f'<div style="break-before: {other}">\u200b</div>'
        galley_ = self.lay(html[0] + one + one + html[1], stylesheets, "", "")
        pages = galley_.laid.document.pages
        at = next((place for place, page in enumerate(pages) if page._page_box.page_type.blank), None)
        if at is None:
            raise faces.UnlinkableError("a page is left blank where no other page comes before")
        facts = Facts((galley_.laid.pages[at],), {}, {}, ())
        drawn = drawing.draw(galley_.laid.document, (at,), finishing.finish)
        return Drawn(key, drawing.joined(drawn), facts)

    def stand(self, html: str, stylesheets: tuple[Stylesheet, ...]) -> Stand:
        """Make the pages of a book without their flow, for their margins; ``html`` is the book without its text."""
        return Stand(lambda: self._engine.read(html, stylesheets))

    def margins(self, stand: Stand, places: Sequence[Place], report: Report) -> list[Margins]:
        """Draw the margins of pages.

        Raises :class:`~bookforge.writers.assembly.faces.UnlinkableError` where they cannot be drawn alone.
        """
        with engine.listening(self._at, report, self._materials.stylesheets):
            return stand.draw(places, finishing.print_gray_in_gray)


def cut(face: DrawnFace, contents: Mapping[str, bytes]) -> CutFace:
    """Cut a face to the glyphs it needs; ``contents`` are the files of the edition's fonts, by their digests."""
    # Where all that is drawn was kept, the engine is imported here and nowhere else.
    with engines.libraries_by_file(), engine.listening(Location(face.family), engine.unheard), engine.no_clock():
        return faces.cut(face, contents)


def _kept(laid: Galley) -> Facts:
    """Return what is known of a section's pages, without those behind it."""
    facts_ = laid.laid
    here = {name: place for name, place in facts_.anchors.items() if place[0] < laid.end}
    return Facts(facts_.pages[: laid.end], facts_.notes, here, tuple(sorted(facts_.unfit)))
