"""A composition in, the plan of its pages out: each section laid out alone, measured and corrected until it is right.

A section is what stands between two forced page starts; what comes of it depends on nothing before it but the side it
begins on. So its plan is kept by a hash of all it is made from, and an unchanged section costs nothing.
"""

import dataclasses
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bookforge import composer, engines, xhtml
from bookforge.cache import Cache
from bookforge.cache import key as cache_key
from bookforge.edition import Composition, Part, Stylesheet
from bookforge.laid import Laid, label
from bookforge.timings import Recorder
from bookforge.typeset import markup, settling
from bookforge.typeset.plan import Corrections, Plan, SectionPlan

if TYPE_CHECKING:
    from bookforge.writers.galley import Galley
    from bookforge.writers.pdf import Trials

_STAGE: Final = "galley"
_TAG: Final = re.compile(r"<\w+\b[^>]*>")
_ID: Final = re.compile(r'\sid="([^"]+)"')
_LINK: Final = re.compile(r'\shref="#([^"]+)"')
_SOURCE: Final = re.compile(r'\ssrc="([^"]+)"')
_CLASS: Final = re.compile(r'\sclass="([^"]*)"')
_AFTER: Final = "after-the-section"
_LEFT: Final = Stylesheet("plan-left.css", "plan-left.css", "html { break-before: left }")


@dataclass(frozen=True, slots=True)
class Bench:
    """What planning needs beside the composition. ``code`` is a hash of bookforge's own code, ``scratch`` a folder.

    ``known`` are the plans made so far: a book is planned several times, and not every run has a cache.
    ``timings`` are told of each section.
    """

    store: Cache
    scratch: Path
    code: str
    known: dict[str, SectionPlan] = field(default_factory=dict)
    timings: Recorder = field(default_factory=Recorder)


def plan(composition: Composition, bench: Bench, wanted: frozenset[str] | None = None) -> Plan:
    """Plan the pages of a composition that has ``parts``.

    Where only the pages of the ids ``wanted`` are asked for, sections behind the last of them are left out.
    Errors: as :func:`bookforge.writers.pdf.layout`.
    """
    typesetter = _Typesetter(composition, bench)
    parts = composition.parts
    if wanted is not None:
        last = max((at for at, part in enumerate(parts) if not wanted.isdisjoint(_ID.findall(part.text))), default=-1)
        parts = parts[: last + 1]
    units = list(typesetter.units(len(parts)))
    return Plan({unit.parts[0].section: unit.plan for unit in units}, _corrections(units), *_numbered(units))


def carry_out(composition: Composition, planned: Plan) -> Composition:
    """Return a composition with its plan carried out."""
    return markup.carry_out(composition, planned.corrections)


def set_lines(composition: Composition, planned: Plan) -> Composition:
    """Return a composition with the lines chosen for it; its text is no longer that of the manuscript, word by word."""
    return markup.set_lines(composition, planned.corrections)


def kept(planned: Plan, laid: Laid) -> Iterator[tuple[str, int, int]]:
    """Yield the ids that stand on another page than planned, with the planned page and the real one, from 0."""
    for name, page in planned.pages.items():
        if name in laid.anchors and laid.anchors[name][0] != page:
            yield name, page, laid.anchors[name][0]


def unsettled(planned: Plan) -> Iterator[tuple[str, str]]:
    """Yield what could not be made right: the id of a section, or of a block in it, and what is the matter."""
    for section, unit in planned.units.items():
        if unit.restless:
            yield section, "whatever is corrected on the pages of this section makes them break in another way"
        elif unit.off_grid:
            count = len(unit.off_grid)
            what = "a paragraph here does" if count == 1 else f"{count} paragraphs from here on do"
            yield unit.off_grid[0] or section, f"{what} not stand on the grid of lines"


def composed(composition: Composition, planned: Plan) -> frozenset[str] | None:
    """Return the blocks whose lines were chosen together; ``None`` for a design that does not ask for it."""
    if composer.limits(composition.reading.edition.settings) is None:
        return None
    return frozenset(name for each in planned.corrections.values() for name in each.lines)


def unheeded(composition: Composition, planned: Plan) -> Iterator[tuple[str, str]]:
    """Yield what an author asked of lines and did not get: the id of a block, and what it was.

    A design whose lines are not composed heeds nothing of it, and nothing is said.
    """
    if composer.limits(composition.reading.edition.settings) is not None:
        for part in composition.parts:
            if any(name in part.text for name in composer.NUDGES):
                lines = planned.corrections[part.section].lines if part.section in planned.corrections else {}
                yield from composer.unheeded(xhtml.read(part.text), lines)


# ---------------------------------------------------------------- sections


@dataclass(frozen=True, slots=True)
class _Unit:
    """Sections that follow each other without a forced page start, and their plan."""

    parts: tuple[Part, ...]
    plan: SectionPlan


class _Typesetter:
    def __init__(self, composition: Composition, bench: Bench) -> None:
        self._composition = composition
        self._bench = bench
        self._settlings = 0
        self._gauges = composer.Gauges(composition.fonts)
        self._limits = composer.limits(composition.reading.edition.settings)
        self._pages = composition.reading.edition.settings.get("pages") == "balanced"
        self._plain = markup.stylesheets(composition.stylesheets, ())
        self._common = cache_key(
            _STAGE,
            bench.code,
            repr((self._limits, self._pages)),
            engines.versions(*engines.PAGES),
            *(sheet.text for sheet in self._plain),
            *(f"{face.family}\0{face.style}\0{face.role}\0{_digest(Path(face.path))}" for face in composition.fonts),
        )

    @cached_property
    def _trials(self) -> "Trials":
        from bookforge.writers import pdf

        made = self._composition
        return pdf.Trials(pdf.Materials(made.stylesheets, made.assets, made.fonts, self._bench.scratch))

    def units(self, count: int) -> Iterator[_Unit]:
        """Settle the first ``count`` sections in order, each on the side on which it will begin.

        Each is settled alone, which says whether it begins a page; those that go on once more, all of them together.
        """
        parts = self._composition.parts[:count]
        first = index = 0
        before: SectionPlan | None = None
        for place in range(len(parts)):
            alone = self._settled(parts[place : place + 1], place, None)
            if before is not None and not _goes_on(before, alone):
                unit = self._unit(first, place, index)
                index = _first_page(unit.plan, index) + unit.plan.shape.pages
                first = place
                yield unit
            before = alone
        if parts:
            yield self._unit(first, len(parts), index)

    def _unit(self, first: int, end: int, index: int) -> _Unit:
        """Settle the sections from ``first`` up to ``end``, which begin on the page after so many."""
        parts = self._composition.parts[first:end]
        return _Unit(parts, self._settled(parts, first, index))

    def _settled(self, parts: tuple[Part, ...], place: int, index: int | None) -> SectionPlan:
        """Settle sections on the side on which they begin after so many pages; ``None``: on the right."""
        context = _context(self._composition.parts[:place])
        pictures = sorted({name for part in parts for name in _SOURCE.findall(part.text)})
        depends = (
            self._common,
            *self._composition.frame,
            context,
            *(part.text for part in parts),
            *(cache_key("picture", *self._composition.assets.get(name, (b"", ""))) for name in pictures),
        )
        known = self._recorded(depends, parts, context, "right")
        if index is not None and known.shape.sided and _first_page(known, index) % 2:
            known = self._recorded(depends, parts, context, "left")
        return known

    def _recorded(self, depends: tuple[str, ...], parts: tuple[Part, ...], context: str, side: str) -> SectionPlan:
        before = self._settlings
        edition = self._composition.reading.edition.name
        with self._bench.timings.span("plan", edition, parts[0].section) as work:
            known = self._known(depends, parts, context, side)
            work.made = self._settlings > before
        return known

    def _known(self, depends: tuple[str, ...], parts: tuple[Part, ...], context: str, side: str) -> SectionPlan:
        name = cache_key(_STAGE, side, *depends)
        known = self._bench.known.get(name) or self._bench.store.get(_STAGE, name, SectionPlan)
        if known is None:
            self._settlings += 1
            roots = tuple(xhtml.read(part.text) for part in parts) if self._limits is not None else ()
            compositor = _Compositor(roots, self._gauges, self._limits, self._pages)
            known = settling.settle(lambda corrections: self._lay(parts, context, side, corrections), compositor)
            self._bench.store.put(_STAGE, name, known)
        self._bench.known[name] = known
        return known

    def _lay(self, parts: tuple[Part, ...], context: str, side: str, corrections: Corrections) -> "Galley":
        frame = self._composition.frame
        each = zip(parts, _spread(corrections, len(parts)), strict=True)
        texts = "\n".join(markup.in_lines(markup.section(part, its), its) for part, its in each)
        html = frame[0] + context + texts + _after(texts) + frame[-1]
        sheets = markup.stylesheets(self._composition.stylesheets, (corrections,))
        return self._trials.lay(html, (*sheets, _LEFT) if side == "left" else sheets, parts[0].section, _AFTER)


@dataclass(frozen=True, slots=True)
class _Compositor:
    """Chooses the lines of a section."""

    roots: tuple[xhtml.Element, ...]
    gauges: composer.Gauges
    limits: composer.Limits | None
    pages: bool

    def compose(self, galley: "Galley") -> dict[str, composer.Composed]:
        """Choose the lines of every block that can be measured."""
        if self.limits is None:
            return {}
        flow = galley.flow()
        return {
            name: composed
            for root in self.roots
            for name, composed in composer.compose(root, flow, self.gauges, self.limits).items()
        }

    def differs(self, galley: "Galley", lines: Mapping[str, composer.Lines]) -> frozenset[str]:
        """Compare what was set with what was chosen."""
        laid = [line for page in galley.laid.pages[: galley.end] for line in page.lines]
        return frozenset(name for root in self.roots for name in composer.differs(root, lines, laid))


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _goes_on(before: SectionPlan, section: SectionPlan) -> bool:
    return section.shape.start == "any" and section.shape.names[0] == before.shape.names[1]


def _context(parts: tuple[Part, ...]) -> str:
    """Stand-ins for the sections before: stylesheets may look at what kinds there were, and which was the last."""
    classes = [found[1] for part in parts if (tag := _TAG.search(part.text)) and (found := _CLASS.search(tag.group()))]
    kinds = [*dict.fromkeys(classes), *classes[-1:]]
    return "".join(f'<section class="{kind}" style="display: none !important"></section>' for kind in kinds)


def _after(texts: str) -> str:
    """A page after the section: it takes what spills over, and has the places elsewhere in the book it refers to."""
    here = set(_ID.findall(texts))
    elsewhere = [name for name in dict.fromkeys(_LINK.findall(texts)) if name not in here]
    places = "".join(f'<span id="{name}">\u200b</span>' for name in elsewhere)
    return f'<div id="{_AFTER}" style="break-before: page">\u200b{places}</div>'


def _spread(corrections: Corrections, parts: int) -> list[Corrections]:
    """Give every section of a unit its corrections: pages are added after the last."""
    return [dataclasses.replace(corrections, sheets=0)] * (parts - 1) + [corrections]


# ---------------------------------------------------------------- the book


def _corrections(units: list[_Unit]) -> dict[str, Corrections]:
    return {
        part.section: each
        for unit in units
        for part, each in zip(unit.parts, _spread(unit.plan.corrections, len(unit.parts)), strict=True)
    }


def _first_page(section: SectionPlan, index: int) -> int:
    """Return the page on which a section begins when so many stand before it; a blank one may come between."""
    wrong = {"right": index % 2 == 1, "left": index % 2 == 0}
    return index + wrong.get(section.shape.start, False)


def _numbered(units: list[_Unit]) -> tuple[dict[str, int], dict[str, str], int]:
    """Return every id's page and its label, and how many pages the book has."""
    pages: dict[str, int] = {}
    body = 0
    index = 0
    for unit in units:
        index = _first_page(unit.plan, index)
        pages |= {name: index + page for name, page in unit.plan.shape.anchors.items()}
        for part in unit.parts:
            tag = _TAG.search(part.text)
            if tag is not None and "first-of-body" in _classes(tag.group()):
                body = pages.get(part.section, index)
        index += unit.plan.shape.pages
    labels = {name: label(page, body) for name, page in pages.items()}
    return pages, labels, index


def _classes(tag: str) -> list[str]:
    found = _CLASS.search(tag)
    return found[1].split() if found else []
