"""A composition and the plan of its pages in, the book set out: section by section, each drawn once and kept.

What a section shows of the book around it (page numbers, running heads, the side it begins on) is known from the plan;
a section is drawn again only when that changed.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import chain
from typing import Final

from bookforge import crew, typeset
from bookforge.cache import key as cache_key
from bookforge.diagnostics import Diagnostic, Report
from bookforge.edition import Composition
from bookforge.laid import Laid
from bookforge.typeset.bench import Bench
from bookforge.typeset.plan import Plan, Unit
from bookforge.typeset.sections import Typesetter, first_page
from bookforge.writers import assembly, galleys, pdf
from bookforge.writers.assembly import Numbered, UsedFaces, faces
from bookforge.writers.assembly.about import About
from bookforge.writers.assembly.drawn import Drawn, DrawnFace
from bookforge.writers.assembly.faces import CutFace, UnlinkableError
from bookforge.writers.assembly.linking import Block, Run
from bookforge.writers.assembly.margins import (
    Asked,
    Counted,
    KnownMargins,
    Margins,
    Place,
    RunMargins,
    Stand,
    asked,
    knows,
)

_BLANK: Final = "blank"
_COUNTED: Final = "counted"
_ABOUT: Final = "about"
_MARGINS: Final = "margins"
_FONT: Final = "font"
_BLOCK: Final = "block"
_PLACES: Final = "places"
_FACES: Final = "faces"
_NUMBERED: Final = "numbered"
_BYTES: Final = 2000
"""About what is taken by the faces of a section, or by the place of a page."""
_PAGE: Final = 300
"""About what is taken by a page as facts beside its lines, which are the section's own."""
_WORTH_SHARING: Final = 64
"""Pages from which on two processes draw margins sooner than one."""

_BOOKS: Final = 2
"""Books of as many pages whose margins are kept beside those in use."""


def assemble(composition: Composition, planned: Plan, bench: Bench, report: Report) -> Laid:
    """Set a book by its plan. ``composition`` is the one that was planned, before the plan was carried out.

    Warnings and errors: as :func:`bookforge.writers.pdf.layout`.
    Raises :class:`bookforge.writers.assembly.faces.UnlinkableError` for a book that can only be set as a whole.
    """
    if not knows(composition.stylesheets):
        raise UnlinkableError("the stylesheets ask what only the whole book knows")
    if any(between.strip() for between in composition.frame[1:-1]):
        raise UnlinkableError("the layout sets something between the sections")
    binder = _Binder(composition, bench)
    units = [*_in_place(planned)]
    drawn = [binder.drawn(unit, side, None) for unit, side in units]
    counted = binder.counted(drawn)
    if any(each.asked for each in drawn):
        numbers = assembly.numbers(drawn, counted)
        drawn = [binder.drawn(unit, side, numbers) for unit, side in units]
    margins = binder.margins(drawn, counted)
    said = (each.said for each in drawn), (page.said for each in margins for page in each.pages)
    for finding in dict.fromkeys(chain.from_iterable(chain(*said))):
        report(finding)
    runs = binder.runs(drawn, margins)
    fonts = binder.fonts(binder.used(runs))
    assembled = assembly.Assembled(tuple(drawn), tuple(runs), binder.about(), fonts, binder.block, binder.hold)
    return pdf.judged(assembly.laid(assembled, typeset.first_of_body(composition)), composition, report)


@dataclass(frozen=True, slots=True)
class _Places:
    """The pages of a section as their margins see them, each by its name; ``name`` is that of what stands there."""

    name: str
    pages: tuple[tuple[str, Place], ...]


def _size(places: _Places) -> int:
    return _BYTES * (1 + len(places.pages))


class _Binder:
    """Makes what depends on the book as a whole; each is kept by what it is made from."""

    def __init__(self, composition: Composition, bench: Bench) -> None:
        self._composition = composition
        self._bench = bench
        self._typesetter = Typesetter(composition, bench)

    def drawn(self, unit: Unit | None, side: str, numbers: Mapping[str, int] | None) -> Drawn:
        """Return a section, or a page left blank, drawn; see :meth:`Typesetter.drawn`."""
        return self._blank(side) if unit is None else self._typesetter.drawn(unit, side, numbers)

    def _blank(self, side: str) -> Drawn:
        """Return a page left blank on a side."""
        frame, setter = self._composition.frame, self._typesetter
        name = self._book_key(_BLANK, side)
        around = (frame[0], frame[-1])
        return self._bench.kept(_BLANK, name, Drawn, lambda: setter.galleys.blank(side, around, setter.plain, name))

    @cached_property
    def _stand(self) -> Stand:
        frame = self._composition.frame
        return self._typesetter.galleys.stand(frame[0] + frame[-1], self._typesetter.plain)

    def _book_key(self, stage: str, *parts: str) -> str:
        """Return the key of what depends on the stylesheets and the frame of the book, and some more."""
        frame = self._composition.frame
        return cache_key(stage, self._typesetter.common, frame[0], frame[-1], *parts)

    @cached_property
    def _asked(self) -> Asked:
        return asked(self._typesetter.plain)

    def counted(self, drawn: Sequence[Drawn]) -> Counted:
        """Return the counters of the book's pages, by what they are."""
        kinds = assembly.kinds(drawn, self._asked)
        name = self._book_key(_COUNTED, repr(kinds))
        return self._bench.kept(_COUNTED, name, Counted, lambda: self._stand.count(kinds))

    def about(self) -> About:
        """Return what the book says of itself."""
        return self._bench.kept(_ABOUT, self._book_key(_ABOUT), About, self._stand.about)

    def margins(self, drawn: Sequence[Drawn], counted: Counted) -> list[RunMargins]:
        """Return what stands in the margins of sections' pages."""
        places = [*self._places(drawn, counted)]
        known = self._margins(dict(page for its in places for page in its.pages))
        return [RunMargins(its.name, tuple(known[name] for name, _ in its.pages)) for its in places]

    def _margins(self, pages: Mapping[str, Place]) -> Mapping[str, Margins]:
        """Return the margins of pages by their names.

        They are kept together: when a chapter grows, those of the pages behind it are as a rule those that the same
        page numbers had before.
        """
        name = self._book_key(_MARGINS)
        known = self._bench.remembered(_MARGINS, name, KnownMargins) or KnownMargins({})
        missing = [each for each in pages if each not in known.pages]
        if not missing:
            return known.pages
        assert self._stand  # made once, for both processes
        places = [pages[each] for each in missing]
        new = crew.halved(self._drawn_margins, places, self._bench.jobs, _WORTH_SHARING)
        every = {**known.pages, **dict(zip(missing, new, strict=True))}
        older = [each for each in every if each not in pages][-_BOOKS * len(pages) :]
        return self._bench.keep(_MARGINS, name, KnownMargins({each: every[each] for each in (*older, *pages)})).pages

    def _drawn_margins(self, places: Sequence[Place]) -> list[Margins]:
        said: list[Diagnostic] = []
        made = self._typesetter.galleys.margins(self._stand, places, said.append)
        return [replace(each, said=tuple(said)) for each in made]

    def _places(self, drawn: Sequence[Drawn], counted: Counted) -> Iterator[_Places]:
        """Yield the pages of each section as their margins see them."""
        numbers = repr(counted)

        def make(each: Drawn, start: assembly.Start) -> _Places:
            places = [*assembly.places(each, start, counted, self._asked)]
            pages = tuple((cache_key(_MARGINS, repr(place)), place) for place in places)
            return _Places(self._book_key(_MARGINS, *(page for page, _ in pages)), pages)

        for each, start in zip(drawn, assembly.starts(drawn), strict=True):
            name = self._book_key(_PLACES, each.name, repr(start), numbers)
            yield self._bench.store.held(_PLACES, name, _Places, partial(make, each, start), _size)

    def used(self, runs: Iterable[Run]) -> list[DrawnFace]:
        """Return the faces in use, each once."""
        held = self._bench.store.held
        its = (
            held(_FACES, cache_key(_FACES, run.name), UsedFaces, partial(assembly.used, run), lambda _: _BYTES)
            for run in runs
        )
        return faces.merged(face for each in its for face in each.faces)

    def runs(self, drawn: Sequence[Drawn], margins: Sequence[RunMargins]) -> list[Run]:
        """Return the pages of sections with what stands in their margins."""
        pairs = zip(drawn, margins, strict=True)
        return [Run(each.drawing, its.pages, f"{each.name} {its.name}") for each, its in pairs]

    def fonts(self, used: Sequence[DrawnFace]) -> dict[str, CutFace]:
        """Return faces cut to what was used of them, by their names.

        Raises :class:`bookforge.writers.assembly.faces.UnlinkableError` where they cannot be.
        """
        contents = faces.files(tuple(face.path for face in self._composition.fonts))
        faces.check(used, contents)
        names = {face.hash: cache_key(_FONT, *self._typesetter.tools, faces.identity(face)) for face in used}
        missing = [face for face in used if self._bench.remembered(_FONT, names[face.hash], CutFace) is None]
        made = crew.halved(partial(_cut, contents), missing, self._bench.jobs)
        new = {face.hash: each for face, each in zip(missing, made, strict=True)}
        return {
            name: self._bench.kept(_FONT, key, CutFace, partial(new.__getitem__, name)) for name, key in names.items()
        }

    def block(self, name: str, make: Callable[[], Block]) -> Block:
        """Return what was linked of a section before, or else what is made."""
        return self._bench.kept(_BLOCK, cache_key(_BLOCK, *self._typesetter.tools, name), Block, make)

    def hold(self, name: str, make: Callable[[], Numbered]) -> Numbered:
        """Return the pages of a section as they were numbered before, or else as they are made."""
        name = cache_key(_NUMBERED, self._typesetter.common, name)
        return self._bench.store.held(_NUMBERED, name, Numbered, make, lambda made: _PAGE * (1 + len(made.pages)))


def _cut(contents: Mapping[str, bytes], used: Sequence[DrawnFace]) -> list[CutFace]:
    return [galleys.cut(face, contents) for face in used]


def _in_place(planned: Plan) -> Iterator[tuple[Unit | None, str]]:
    """Yield the sections in order with the side each begins on; ``None`` is a page left blank."""
    index = 0
    for unit in planned.units:
        first = first_page(unit.plan, index)
        if first > index:
            yield None, _side(index)
        yield unit, _side(first)
        index = first + unit.plan.shape.pages


def _side(index: int) -> str:
    """Return the side of a page; the first is a right one."""
    return "left" if index % 2 else "right"
