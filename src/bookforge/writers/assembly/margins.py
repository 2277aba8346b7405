"""What a page is and which strings are in force on it in, what stands in its margins out, drawn: running heads, folios.

Margins are laid out with WeasyPrint's own code. What they say depends on the pages before, so it is asked for with all
that may decide it, and can be kept by that; nothing of the flow is laid out for it.
"""

import copy
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any, Final

from bookforge.diagnostics import Diagnostic
from bookforge.edition import Stylesheet
from bookforge.writers import boxes
from bookforge.writers.assembly import faces, hooks
from bookforge.writers.assembly.about import About, said_of
from bookforge.writers.assembly.drawn import DrawnFace, PageKind
from bookforge.writers.assembly.objects import Writer, compressed, content
from bookforge.writers.unwritten import referred, stream

_ALPHA: Final = "Aa"
"""What the names of transparencies begin with: as such a name says what it means, pages can share it."""

_USED: Final = re.compile(rb"/([A-Z]+) [-\d.]+ Tf|<([0-9a-f]+)>")
_PAINTS: Final = re.compile(rb"(?:^|\s)(?:[fFsSbB]\*?|Do|sh|T[jJ])(?:\s|$)")
"""An operation after which something is seen."""

_UNKNOWABLE: Final = re.compile(
    r"@page[^{};]*:(?:first|nth\((?![^)]*\bof\b))|\bstring\([^)]*,\s*start\b|\belement\(|\brunning\("
    r"|\btarget-text\(|\bcounter-(?:increment|set)\s*:[^;}]*(?<![\w-])(?!(?:footnote|list-item|none|page|sheet)\b)[a-z]"
    r"|(?:\bsection|\.section|\.chapter|\.part|\bbody\s*>\s*[\w.*-]*):(?:first|last|nth|only)-",
    re.IGNORECASE,
)
"""What a stylesheet may ask that only the whole book knows: of a page, of the text elsewhere, of counters that run on,
of the place of a section among the others."""

_COUNTERS: Final = re.compile(r"(?<![\w-])counters?\(\s*([^\s,)]*)", re.IGNORECASE)
_PLACES: Final = re.compile(r":nth\(\s*([^)]*?)\s+of\b", re.IGNORECASE)
_NAME: Final = re.compile(r"[\w-]+")
"""A name that is written as it is, without escapes, variables or remarks."""


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the book, as far as its margins can tell.

    ``counters`` are the pages' counters on it; ``strings`` the named strings it sets, ``before`` those in force when it
    begins.
    """

    kind: PageKind
    counters: Mapping[str, int]
    strings: Mapping[str, tuple[str, ...]]
    before: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Margins:
    """What stands in the margins of one page.

    ``content`` draws it, compressed; nothing where nothing does. ``shown`` are the characters in it, ``states`` the
    transparencies by their names, ``said`` is what the engine said of all that was drawn with it.
    """

    content: bytes
    shown: str
    states: Mapping[str, bytes]
    faces: tuple[DrawnFace, ...]
    said: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownMargins:
    """The margins of pages, by names of what the pages are, those used last at the end."""

    pages: Mapping[str, Margins]


@dataclass(frozen=True, slots=True)
class Counted:
    """The counters of pages, in order."""

    pages: tuple[Mapping[str, int], ...]


@dataclass(frozen=True, slots=True)
class RunMargins:
    """The margins of pages that follow each other; ``name`` is a hash of all they are made from."""

    name: str
    pages: tuple[Margins, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What stylesheets ask of a page, so that pages can be told apart by that alone.

    ``counters`` are the names of those they show, ``None`` for any; ``far`` is the last place in a run of pages that is
    asked for, ``None`` where it may be any.
    """

    counters: frozenset[str] | None
    far: int | None

    def kind(self, kind: PageKind) -> PageKind:
        """Return a kind of page as far as it is asked for."""
        if self.far is None:
            return kind
        return replace(kind, groups=tuple((name, min(place, self.far + 1)) for name, place in kind.groups))

    def shown(self, counters: Mapping[str, int]) -> Mapping[str, int]:
        """Return those counters that are asked for."""
        if self.counters is None:
            return counters
        return {name: value for name, value in counters.items() if name in self.counters}


@dataclass(slots=True)
class _Sheet:
    """A kind of page, as the engine knows it."""

    box: Any
    style: Any = field(repr=False)


class Stand:
    """The pages of a book without their flow.

    ``make`` gives the engine's HTML of the book without its text, its stylesheets, and what they were read with;
    it is called only when something is to be laid out.
    """

    def __init__(self, make: Callable[[], tuple[Any, list[Any], Mapping[str, Any]]]) -> None:
        self._make = make
        self._sheets: dict[PageKind, _Sheet] = {}

    @cached_property
    def _made(self) -> tuple[Any, list[Any], Mapping[str, Any]]:
        return self._make()

    @cached_property
    def _context(self) -> tuple[Any, Any]:
        return hooks.stand(*self._made)

    @cached_property
    def _document(self) -> Any:
        html, _, shared = self._made
        return hooks.document(html, shared)

    def about(self) -> About:
        """Return what the book says of itself."""
        return said_of(self._document)

    def count(self, kinds: Sequence[PageKind]) -> Counted:
        """Return the counters of the book's pages, which are taken in order."""
        # The first three are what the engine's own functions take for a state: quotes, counters, their scopes.
        state: Any = ([0], {"pages": [len(kinds)]}, [{"pages"}], [])
        found = []
        for kind in kinds:
            hooks.count(state, self._sheet(kind).style)
            found.append({name: int(values[-1]) for name, values in state[1].items()})
        return Counted(tuple(found))

    def _sheet(self, kind: PageKind) -> _Sheet:
        if kind not in self._sheets:
            html, _, _ = self._made
            box = hooks.sheet(html, *self._context, kind)
            self._sheets[kind] = _Sheet(box, box.style)
        return self._sheets[kind]

    def draw(self, places: Sequence[Place], finish: Callable[[Any], None]) -> list[Margins]:
        """Lay out and draw the margins of pages; ``finish`` is called with the unwritten PDF.

        Raises :class:`~bookforge.writers.assembly.faces.UnlinkableError` where they cannot be drawn apart.
        """
        if not places:
            return []
        pages = [self._laid(place, at) for at, place in enumerate(places)]
        drawn = self._document.copy([hooks.page(page) for page in pages])
        pdf = hooks.generate(drawn, tags=False)
        finish(pdf)
        states, used = _states(pdf), {face.hash: face for face in faces.used(drawn.fonts)}
        contents = [content(stream(pdf, page)) for page in pdf.page_references]
        return [_margins(*each, states, used) for each in zip(pages, contents, strict=True)]

    def _laid(self, place: Place, at: int) -> Any:
        """Lay out the margins of a page; each has two numbers: one for what came before it, and its own."""
        context, _ = self._context
        before, own = 2 * at + 1, 2 * at + 2
        for name, text in place.before.items():
            context.string_set[name][before] = [text]
        for name, texts in place.strings.items():
            context.string_set[name][own] = [*texts]
        box = copy.copy(self._sheet(place.kind).box)
        counters = {name: [value] for name, value in place.counters.items()}
        hooks.lay_margins(context, box, ([0], counters, [set(counters)], []), own)
        return box


def knows(sheets: Iterable[Stylesheet]) -> bool:
    """Whether all that stylesheets ask of a section and a page can be known without the whole book."""
    return not any(_asks(sheet.text) for sheet in sheets)


def asked(sheets: Iterable[Stylesheet]) -> Asked:
    """Return what stylesheets ask of a page."""
    each = [_asked(sheet.text) for sheet in sheets]
    counters = [one.counters for one in each if one.counters is not None]
    places = [one.far for one in each if one.far is not None]
    return Asked(
        frozenset().union(*counters) if len(counters) == len(each) else None,
        max(places, default=0) if len(places) == len(each) else None,
    )


@lru_cache(maxsize=64)
def _asked(sheet: str) -> Asked:
    counters, places = _COUNTERS.findall(sheet), _PLACES.findall(sheet)
    return Asked(
        frozenset(counters) if all(map(_NAME.fullmatch, counters)) else None,
        max(map(int, places), default=0) if all(place.isdecimal() for place in places) else None,
    )


@lru_cache(maxsize=64)
def _asks(sheet: str) -> bool:
    return _UNKNOWABLE.search(sheet) is not None


def _margins(page: Any, drawn: bytes, states: Mapping[str, bytes], used: Mapping[str, DrawnFace]) -> Margins:
    shown = "".join(sorted(set(_characters(page))))
    if not _PAINTS.search(drawn):
        return Margins(b"", shown, {}, ())
    named = {name: state for name, state in states.items() if b"/%s gs" % name.encode() in drawn}
    framed = b"/Artifact BMC\nq\n" + drawn + b"\nQ\nEMC"
    return Margins(compressed(framed), shown, named, tuple(_used(drawn, used)))


def _used(drawn: bytes, known: Mapping[str, DrawnFace]) -> Iterator[DrawnFace]:
    """Yield the faces in a drawing, with no more than its glyphs."""
    glyphs: dict[str, set[int]] = {}
    here: set[int] = set()
    for name, text in _USED.findall(drawn):
        if name:
            here = glyphs.setdefault(name.decode(), set())
        here.update(int(text[at : at + 4], 16) for at in range(0, len(text), 4))
    for name, its in glyphs.items():
        face = known[name]
        widths = {glyph: width for glyph, width in face.widths.items() if glyph in its}
        yield replace(face, widths=widths, texts={glyph: face.texts[glyph] for glyph in widths if glyph in face.texts})


def _states(pdf: Any) -> Mapping[str, bytes]:
    """Return the transparencies used; raise for what pages would have to name in their own way."""
    resources = referred(pdf, referred(pdf, pdf.page_references[0])["Resources"])
    if any(resources.get(name) for name in ("XObject", "Pattern", "Shading")):
        raise faces.UnlinkableError("there are pictures or patterns in the margins of pages")
    states = resources["ExtGState"]
    if any(name[:1] not in _ALPHA for name in states):
        raise faces.UnlinkableError("there are blended colours in the margins of pages")
    writer = Writer({})
    return {name: writer.value(state) for name, state in states.items()}


def _characters(box: Any) -> Iterator[str]:
    box = getattr(box, "_box", box)
    if boxes.kind(box) == "TextBox":
        yield from box.text
    for child in boxes.children(box):
        yield from _characters(child)
