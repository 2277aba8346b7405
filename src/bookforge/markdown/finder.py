"""Where in a chapter's source a thing of the converted tree was written, when only its markup can tell."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import Final

from bookforge.book import Place, Source
from bookforge.diagnostics import Diagnostic, Location, Severity
from bookforge.manuscript import location, place
from bookforge.markdown.lexer import Lexed
from bookforge.xhtml import Element

MARKUP: Final = frozenset({"html", "html-content", "attributes", "target", "reference", "alt", "raw", "fence"})
TARGETS: Final = frozenset({"html", "target", "reference"})


@dataclass(frozen=True, slots=True)
class Problem:
    """A finding about an element, to be located when the source map is known; ``offset`` wins if it is known.

    ``typed`` is a pattern of what is wrong as it stands in the source; ``meant``: where the element's own source does
    not have it, nothing is wrong. ``lines``: it holds only if the element takes several lines of the source.
    """

    rule: str
    severity: Severity
    message: str
    hint: str | None = None
    element: Element | None = None
    offset: int | None = None
    lines: bool = False
    typed: str | None = None
    meant: bool = False

    def sought(self, whole: "Finder") -> "Problem":
        """Return the problem with the offset at which it is typed, where that is found."""
        extent = whole.find([self.typed]) if self.typed else None
        return replace(self, offset=extent[0]) if extent else self

    def located(self, at: Location) -> Diagnostic:
        """Return the finding with its place."""
        return Diagnostic(self.rule, self.severity, self.message, at, self.hint)


@dataclass(slots=True)
class Finder:
    """Finds patterns in the markup of a chapter, not in its words; equal patterns are found one after another.

    ``markup`` has a NUL for each stretch of words; ``edges`` and ``offsets`` say where its pieces begin, there and in
    the text.
    """

    source: Source
    markup: str
    edges: tuple[int, ...]
    offsets: tuple[int, ...]
    last: dict[str, tuple[int, int]] = field(default_factory=dict)
    starts: set[int] = field(default_factory=set)

    def find(self, patterns: Iterable[str]) -> tuple[int, int] | None:
        """Return the extent in the text of the next place where a pattern fits: the first that fits anywhere."""
        found = self._next(tuple(patterns))
        return None if found is None else self._extent(*found)

    def every(self, pattern: re.Pattern[str]) -> Iterator[tuple[str, Place]]:
        """Yield what fits a pattern anywhere, with its place."""
        for match in pattern.finditer(self.markup):
            yield match.group(), self.place(self._extent(*match.span()))

    def _extent(self, begin: int, end: int) -> tuple[int, int]:
        start = self._offset(begin)
        return start, self._offset(end - 1) + 1 if end > begin else start

    def _offset(self, at: int) -> int:
        piece = bisect_right(self.edges, at) - 1
        return self.offsets[piece] + at - self.edges[piece]

    def _next(self, tried: tuple[str, ...]) -> tuple[int, int] | None:
        for pattern in tried:
            _, start = self.last.get(pattern, (0, 0))
            found = re.compile(pattern, re.IGNORECASE).search(self.markup, start)
            while found and found.start() in self.starts:
                found = found.re.search(self.markup, found.end())
            if found:
                self.last[pattern] = found.span()
                self.starts.add(found.start())
                return found.span()
        return next((self.last[pattern] for pattern in tried if pattern in self.last), None)  # used several times

    def location(self, offset: int | None) -> Location:
        """Return the place of an offset of the text, or just the file."""
        return Location(self.source.path) if offset is None else location(self.source, offset)

    def place(self, extent: tuple[int, int] | None) -> Place:
        """Return the place of an extent of the text; without one, the start of the file."""
        return place(self.source, *(extent or (0, 0)))


def finder(source: Source, lexed: Lexed, kinds: frozenset[str] = MARKUP) -> Finder:
    """Make a finder over the parts of the source that our reading says are markup of these kinds."""
    pieces, offsets, at = [""], [0], 0
    for removal in sorted(lexed.removals, key=lambda each: each.start):
        if removal.kind in kinds and removal.end > at:
            start = max(at, removal.start)
            pieces += ["\0" if start > at else "", source.text[start : removal.end]]
            offsets += [at, start]
            at = removal.end
    edges = accumulate(map(len, pieces[:-1]), initial=0)
    return Finder(source, "".join(pieces), tuple(edges), tuple(offsets))
