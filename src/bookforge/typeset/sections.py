"""A composition in, its sections settled and drawn out, each laid out alone.

A section is what stands between two forced page starts; what comes of it depends on nothing before it but the side it
begins on. So all that is made of it is kept by a hash of what it is made from, and an unchanged section costs nothing.
"""

import contextlib
import re
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bookforge import composer, crew, engines, garbage, xhtml
from bookforge.cache import Cache, bytes_digest, decoded, encoded, file_digest
from bookforge.cache import key as cache_key
from bookforge.diagnostics import Location
from bookforge.edition import Composition, Part, Stylesheet
from bookforge.timings import Recorder, Span, Work
from bookforge.typeset import markup, resetting, settling, spreads, takes
from bookforge.typeset.bench import Bench
from bookforge.typeset.compositor import LINES, Compositor, Text
from bookforge.typeset.plan import Corrections, SectionPlan, Unit
from bookforge.typeset.press import SETTING, Press
from bookforge.writers.assembly.faces import UnlinkableError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from bookforge.writers.assembly.drawn import Drawn
    from bookforge.writers.galley import Galley
    from bookforge.writers.galleys import Galleys

_STAGE: Final = "galley"
_DRAWN: Final = "drawn"
_FILLS: Final = "fills"
_FILLS_SIZE: Final = 50
"""Bytes that what is remembered of a plan takes for a character of markup, roughly."""

_WORTH_SHARING: Final = 2
"""Sections from which on several processes are quicker than one."""

_TAG: Final = re.compile(r"<\w+\b[^>]*>")
_LINK: Final = re.compile(r'\shref="#([^"]+)"')
_FOLDERS: Final = ("images/", "formulas/")
_PICTURE: Final = re.compile(f"(?:{'|'.join(_FOLDERS)})[a-z0-9-]+\\.[a-z]+")
_CLASS: Final = re.compile(r'\sclass="([^"]*)"')
_AFTER: Final = "after-the-section"
_NO_NUMBERS: Final[Mapping[str, int]] = {}


class Typesetter:
    """Sets the sections of a composition, each alone.

    ``plain`` are its stylesheets before any section is corrected; ``tools`` is what sets a text, ``common`` a hash of
    that and of how the edition looks.
    """

    def __init__(self, composition: Composition, bench: Bench) -> None:
        self._composition = composition
        self.bench = bench
        self._gauges = composer.Gauges(composition.fonts)
        self._limits = composer.limits(composition.reading.edition.settings)
        self._pages = composition.reading.edition.settings.get("pages") == "balanced"
        self._new_ones: set[int] = set()
        self._in_part: set[str] = set()
        self.plain = markup.stylesheets(composition.stylesheets, ())
        self.tools = (
            bench.code,
            repr(self._limits),
            engines.versions(*engines.PAGES),
            *(
                f"{face.family}\0{face.style}\0{face.role}\0{file_digest(Path(face.path))}"
                for face in composition.fonts
            ),
        )
        looks = [part for sheet in self.plain for part in (sheet.name, sheet.origin, sheet.text)]
        looks += self._pictures("".join(sheet.text for sheet in self.plain))
        self.common = cache_key(_STAGE, *self.tools, repr(self._pages), *looks)

    @cached_property
    def galleys(self) -> "Galleys":
        """What lays sections out."""
        from bookforge.writers.engine import Materials
        from bookforge.writers.galleys import Galleys

        made = self._composition
        materials = Materials(made.stylesheets, made.assets, made.fonts, self.bench.scratch, self.bench.once)
        return Galleys(materials, Location(made.documents[0].href))

    def prepare(self, count: int) -> None:
        """Settle and draw those of the first ``count`` sections that are not yet, in several processes."""
        bench, parts = self.bench, self._composition.parts
        if bench.jobs == 1:
            return
        names = [self._key(place, place + 1, "right") for place in range(count)]
        missing = [place for place in range(count) if self.bench.remembered(_STAGE, names[place], SectionPlan) is None]
        if len(missing) < _WORTH_SHARING:
            return
        self.galleys.ready()
        shared = (self._composition, bench.store.folder, bench.scratch, bench.code)
        tasks = [(len(parts[place].text), place) for place in missing]
        kept = count - len(missing)
        self._new_ones.update(missing)
        # Where a process was killed, mostly for lack of memory, the rest is done here, one after the other.
        with contextlib.suppress(crew.LostError):
            for done, (made, spans) in enumerate(crew.share(_settle, shared, tasks, bench.jobs), 1):
                bench.made.update((name, decoded(data, type_)) for name, (type_, data) in made.items())
                bench.timings.spans.extend(spans)
                self._tell(kept + done, kept)

    def _tell(self, at: int, kept: int) -> None:
        """Tell how far the sections are, for somebody who waits."""
        edition, of = self._composition.reading.edition.name, len(self._composition.parts)
        from_cache = f", {kept} from the cache" if kept else ""
        self.bench.timings.tell(f"laying out {edition}: {at} of {of} sections{from_cache}")

    def units(self, count: int) -> Iterator[Unit]:
        """Settle the first ``count`` sections in order, each on the side on which it will begin.

        Each is settled alone, which says whether it begins a page; those that go on once more, all of them together.
        """
        parts = self._composition.parts[:count]
        first = index = 0
        before: SectionPlan | None = None
        for place in range(len(parts)):
            alone = self._settled(place, place + 1, None).plan
            if before is not None and not _goes_on(before, alone):
                unit = self._settled(first, place, index)
                index = first_page(unit.plan, index) + unit.plan.shape.pages
                first = place
                yield unit
            before = alone
        if parts:
            yield self._settled(first, len(parts), index)

    def settle(self, place: int) -> None:
        """Settle one section alone, and draw it."""
        self._known(place, place + 1, "right")

    def _settled(self, first: int, end: int, index: int | None) -> Unit:
        """Settle the sections from ``first`` up to ``end`` on the side on which they begin after so many pages.

        ``index`` is ``None`` where that is not known yet: they begin on the right.
        """
        unit = self._known(first, end, "right")
        if index is not None and unit.plan.shape.sided and first_page(unit.plan, index) % 2:
            unit = self._known(first, end, "left")
        return unit

    def _depends(self, first: int, end: int) -> Iterator[str]:
        """Yield all that decides how sections are set, but for their side."""
        yield self.common
        yield f"{first > 0}"
        yield self._frame
        yield self._contexts[first]
        yield from self._parts[first:end]

    @cached_property
    def _frame(self) -> str:
        around = self._composition.frame[0], self._composition.frame[-1]  # nothing that stands between sections
        return cache_key("frame", *around, *self._pictures("".join(around)))

    @cached_property
    def _contexts(self) -> list[str]:
        """The stand-ins for the sections before each place."""
        return list(_contexts(self._composition.parts, takes.looks_far(sheet.text for sheet in self.plain)))

    @cached_property
    def _parts(self) -> list[str]:
        """A hash of each section's text and pictures."""
        return [cache_key("part", part.text, *self._pictures(part.text)) for part in self._composition.parts]

    def _pictures(self, text: str) -> Iterator[str]:
        """Yield what pictures are that a text names, in whatever way."""
        # Mostly there are none, which is soon seen.
        named = _PICTURE.findall(text) if any(folder in text for folder in _FOLDERS) else ()
        for name in sorted(set(named)):
            data, media_type = self._composition.assets.get(name, (b"", ""))
            yield f"{name} {media_type} {bytes_digest(data)}"

    def _key(self, first: int, end: int, side: str) -> str:
        return cache_key(_STAGE, side, *self._depends(first, end))

    def _known(self, first: int, end: int, side: str) -> Unit:
        name = self._key(first, end, side)
        edition, section = self._composition.reading.edition.name, self._composition.parts[first].section
        known = self.bench.remembered(_STAGE, name, SectionPlan)
        if known is not None and first in self._new_ones:  # its time is known, too
            return Unit(section, first, end, side, name, known)
        with self.bench.timings.span("plan", edition, section) as work:
            work.made = known is None
            if known is None:
                known = self._new(name, first, end, side)
            work.in_part = name in self._in_part
        return Unit(section, first, end, side, name, known)

    def _new(self, name: str, first: int, end: int, side: str) -> SectionPlan:
        """Settle sections, and draw them."""
        self._new_ones.update(range(first, end))
        self._tell(end, end - sum(place < end for place in self._new_ones))
        parts = self._composition.parts[first:end]
        texts = tuple(self._text(part) for part in parts) if self._limits is not None else ()
        compositor = Compositor(texts, self._gauges, self._limits, self._pages)
        last: list[tuple[Corrections, Galley]] = []

        def lay(corrections: Corrections, running: frozenset[str] = frozenset()) -> "Galley":
            last.clear()
            garbage.sweep()  # the boxes of the last one, before there are others
            last.append((corrections, self.lay(first, end, side, corrections, running=running)))
            return last[0][1]

        length = sum(len(part.text) for part in parts)
        # What is not measured as a whole is not measured in parts.
        in_part = end == first + 1 and self._pages and length > settling.FACING
        press = Press(self, first, side, compositor) if in_part else None
        again = self._again(name, press) if press is not None else None
        if again is not None:
            return again
        known, paging = settling.settle(lay, compositor, length)
        self.bench.keep(_STAGE, name, known)
        if last[0][0] == known.corrections:
            with contextlib.suppress(UnlinkableError):  # said when the book is assembled
                with self.drawing(first):
                    drawn = self.draw(name, side, last[0][1], _NO_NUMBERS)
                if press is not None and press.ground and paging is not None and not (drawn.asked or drawn.said):
                    self._keep(
                        press, resetting.keep(press.ground, press.copy, paging, known, name, drawn.drawing.pages)
                    )
        return known

    def _keep(self, press: Press, setting: resetting.Setting | None) -> None:
        if setting is not None:
            self.bench.keep(SETTING, press.name, setting)

    def _again(self, name: str, press: Press) -> SectionPlan | None:
        """Settle and draw a section that was set before and has changed since, as far as that can be done by takes."""
        from bookforge.writers.assembly.drawn import Drawn, Facts

        old = self.bench.remembered(SETTING, press.name, resetting.Setting)
        if old is None or not press.ground or old.ground != press.ground:
            return None
        was = self.bench.remembered(_DRAWN, cache_key(_DRAWN, press.side, old.drawn), Drawn)
        made = resetting.reset(old, was, press.copy, press) if was is not None else None
        if made is None:
            return None
        self._in_part.add(name)
        anchors: dict[str, tuple[int, float, float]] = {}
        for index, page in enumerate(made.pages):
            anchors |= {each: (index, *place) for each, place in page.anchors.items()}
        notes = {note: text for page in made.pages for note, text in page.notes.items()}
        facts = Facts(tuple(page.laid for page in made.pages), notes, anchors, ())
        drawn = cache_key(_DRAWN, press.side, name)
        joined = self.galleys.joined([page.drawn for page in made.pages])
        self.bench.keep(_DRAWN, drawn, Drawn(drawn, joined, facts))
        self.bench.keep(_STAGE, name, made.plan)
        press.compositor.keep(made.paging.composed)
        self._keep(
            press, resetting.keep(press.ground, press.copy, made.paging, made.plan, name, joined.pages, made.keys)
        )
        return made.plan

    def take(
        self,
        place: int,
        corrections: Corrections,
        html: str,
        sheets: tuple[Stylesheet, ...],
        follows: bool,
        running: frozenset[str] = frozenset(),
    ) -> "Galley":
        """Lay out a part of a section, with corrections and some stylesheets more; ``running``: as :meth:`lay`."""
        part = Part(self._composition.parts[place].section, html)
        text = markup.in_lines(markup.section(part, corrections), corrections)
        return self._laid(place, text, corrections, sheets, _NO_NUMBERS, follows or place > 0, running)

    def fills(self, place: int, side: str) -> spreads.Fills:
        """Return what is remembered of the last plan of a section."""
        size = _FILLS_SIZE * len(self._composition.parts[place].text)
        return self.bench.store.held(_FILLS, self.name(place, side), spreads.Fills, spreads.Fills, lambda _: size)

    def ground(self, place: int, side: str) -> str:
        """Return a hash of all that decides how a section is set but its text; empty where it cannot be parted."""
        text = self._composition.parts[place].text
        if not takes.can_be_taken(text, (sheet.text for sheet in self.plain)):
            return ""
        pictures = sorted(self._pictures(text))
        return cache_key(SETTING, self.common, side, f"{place > 0}", self._frame, self._contexts[place], *pictures)

    def name(self, place: int, side: str) -> str:
        """Return the name of a section's setting, whatever it says."""
        reading = self._composition.reading
        section = self._composition.parts[place].section
        return cache_key(SETTING, self.common, reading.book.metadata.title, reading.edition.name, section, side)

    def text(self, place: int) -> str:
        """Return the markup of a section."""
        return self._composition.parts[place].text

    def _text(self, part: Part) -> Text:
        """Return a section's markup with the book of its lines, which has its name whatever it says."""
        reading = self._composition.reading
        whose = (reading.book.metadata.title, reading.edition.name, part.section)
        return Text(xhtml.read(part.text), cache_key(LINES, *self.tools, *whose), self.bench)

    def drawn(self, unit: Unit, side: str, numbers: Mapping[str, int] | None) -> "Drawn":
        """Return a section drawn on a side, with the page numbers that it shows.

        ``numbers`` are those of all ids, ``None`` while they are not known: then any will do.
        """
        from bookforge.writers.assembly.drawn import Drawn

        known = self.bench.remembered(_DRAWN, cache_key(_DRAWN, side, unit.key), Drawn)
        if known is None or (numbers is not None and any(numbers.get(each) != at for each, at in known.asked.items())):
            galley = self.lay(unit.first, unit.end, side, unit.plan.corrections, numbers or _NO_NUMBERS)
            with self.drawing(unit.first):
                return self.draw(unit.key, side, galley, numbers or _NO_NUMBERS)
        return known

    def drawing(self, place: int) -> AbstractContextManager[Work]:
        """Measure how long it takes to draw a section, or some of its pages."""
        made = self._composition
        return self.bench.timings.span("draw", made.reading.edition.name, made.parts[place].section)

    def draw(self, key: str, side: str, galley: "Galley", numbers: Mapping[str, int]) -> "Drawn":
        """Draw a section that was laid out, and keep it; ``key`` is its own, ``numbers`` it was laid out with."""
        name = cache_key(_DRAWN, side, key)
        return self.bench.keep(_DRAWN, name, self.galleys.draw(galley, numbers, name))

    def lay(
        self,
        first: int,
        end: int,
        side: str,
        corrections: Corrections,
        numbers: Mapping[str, int] = _NO_NUMBERS,
        running: frozenset[str] = frozenset(),
    ) -> "Galley":
        """Lay sections out on a side, with corrections; the blocks ``running`` are only measured."""
        parts = self._composition.parts[first:end]
        each = zip(parts, spread(corrections, len(parts)), strict=True)
        texts = "\n".join(markup.in_lines(markup.section(part, its), its) for part, its in each)
        left = (markup.LEFT,) if side == "left" else ()
        return self._laid(first, texts, corrections, left, numbers, first > 0, running)

    def _laid(  # noqa: PLR0913  both of them
        self,
        place: int,
        texts: str,
        corrections: Corrections,
        more: tuple[Stylesheet, ...],
        numbers: Mapping[str, int],
        follows: bool,
        running: frozenset[str],
    ) -> "Galley":
        """Lay out texts of sections from one on, in the frame of the book, with some stylesheets more."""
        made = self._composition
        html = made.frame[0] + self._contexts[place] + texts + _after(texts) + made.frame[-1]
        sheets = (*markup.stylesheets(made.stylesheets, (corrections,)), *more)
        return self.galleys.lay(html, sheets, made.parts[place].section, _AFTER, numbers, follows, running)


def first_page(section: SectionPlan, index: int) -> int:
    """Return the page on which a section begins when so many stand before it; a blank one may come between."""
    wrong = {"right": index % 2 == 1, "left": index % 2 == 0}
    return index + wrong.get(section.shape.start, False)


_Sent = tuple[Mapping[str, tuple[type[Any], bytes]], list[Span]]
"""What a process made of a section, by its key, as it is kept in the cache, and the time it took."""


def _settle(shared: "tuple[Composition, Path | None, Path, str]", place: int) -> _Sent:
    """Settle one section in a process of its own; return what the book is made of."""
    composition, folder, scratch, code = shared
    made: dict[str, DataclassInstance] = {}
    timings = Recorder()
    Typesetter(composition, Bench(Cache(folder), scratch, code, made, once=True, timings=timings)).settle(place)
    return dict(_sent(made)), timings.spans


def _sent(made: "Mapping[str, DataclassInstance]") -> Iterator[tuple[str, tuple[type[Any], bytes]]]:
    from bookforge.writers.assembly.drawn import Drawn

    for name, each in made.items():
        if isinstance(each, SectionPlan | Drawn):
            with contextlib.suppress(UnicodeEncodeError):  # what cannot be written is made anew
                yield name, (type(each), encoded(each))


def _goes_on(before: SectionPlan, section: SectionPlan) -> bool:
    return section.shape.start == "any" and section.shape.names[0] == before.shape.names[1]


def _contexts(parts: tuple[Part, ...], far: bool) -> Iterator[str]:
    """Yield stand-ins for the sections before each: stylesheets may look at the last; ``far``: at all kinds before."""
    kinds: set[str] = set()
    last: list[str] = []
    for part in parts:
        shown = "".join(
            f'<section class="{kind}" style="display: none !important"></section>' for kind in [*sorted(kinds), *last]
        )
        yield shown
        if kind := " ".join(classes(part.text)):
            kinds |= {kind} if far else set()
            last = [kind]


def classes(text: str) -> list[str]:
    """Return the classes of the first element of a markup."""
    tag = _TAG.search(text)
    found = _CLASS.search(tag.group()) if tag is not None else None
    return found[1].split() if found else []


def _after(texts: str) -> str:
    """A page after the section: it takes what spills over, and has the places elsewhere in the book it refers to."""
    here = set(xhtml.ids(texts))
    elsewhere = [name for name in dict.fromkeys(_LINK.findall(texts)) if name not in here]
    places = "".join(f'<span id="{name}">\u200b</span>' for name in elsewhere)
    return f'<div id="{_AFTER}" style="break-before: page">\u200b{places}</div>'


def spread(corrections: Corrections, parts: int) -> list[Corrections]:
    """Give every section of a unit its corrections: pages are added after the last."""
    return [replace(corrections, sheets=0)] * (parts - 1) + [corrections]
