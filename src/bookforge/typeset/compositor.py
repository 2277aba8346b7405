"""A section measured in, the lines of its blocks out: chosen, compared with what was set, remembered.

The compositor that :mod:`.settling` asks for. The choice itself is the matter of :mod:`bookforge.composer`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from bookforge import composer, xhtml
from bookforge.typeset.bench import Bench

if TYPE_CHECKING:
    from bookforge.writers.galley import Galley

LINES: Final = "lines"
"""The stage of the cache that keeps the lines of sections."""


@dataclass(frozen=True, slots=True)
class Text:
    """A section's markup, and the name of the book of its lines.

    All that the lines of its blocks depend on beside the blocks themselves is in that name.
    """

    root: xhtml.Element
    name: str
    bench: Bench

    def book(self) -> composer.LineBook:
        """Return the lines it had when it was last composed, whatever it says now."""
        return self.bench.remembered(LINES, self.name, composer.LineBook) or composer.LineBook({})

    def keep(self, book: composer.LineBook) -> None:
        """Keep the lines it has now."""
        self.bench.keep(LINES, self.name, book)


@dataclass(frozen=True)
class Compositor:
    """Chooses the lines of a section."""

    texts: tuple[Text, ...]
    gauges: composer.Gauges
    limits: composer.Limits | None
    pages: bool

    @cached_property
    def running(self) -> frozenset[str]:
        """The blocks that may be running text."""
        return frozenset(name for text in self.texts for name in composer.running(text.root))

    def compose(self, galley: "Galley") -> dict[str, composer.Composed]:
        """Choose the lines of every block of a greedy galley that can be measured, and keep them."""
        composed, _ = self._chosen(galley)
        self.keep(composed)
        return composed

    def measure(self, lay: "Callable[[frozenset[str]], Galley]") -> "tuple[Galley, dict[str, composer.Composed]]":
        """Choose the lines of every block that can be measured; return them with the galley they were measured in.

        ``lay`` lays out with one line for each of the blocks it is given. What then cannot be composed is set greedily.
        """
        running = self.running if self.limits is not None else frozenset[str]()
        galley = lay(running)
        composed, left = self._chosen(galley)
        if left & running:
            galley = lay(running - left)
            composed, _ = self._chosen(galley)
        return galley.without_boxes(), composed

    def _chosen(self, galley: "Galley") -> tuple[dict[str, composer.Composed], frozenset[str]]:
        """Choose lines; return also the blocks that one line each says nothing of."""
        found: dict[str, composer.Composed] = {}
        if self.limits is None:
            return found, frozenset()
        flow = galley.flow()
        for text in self.texts:
            found |= composer.compose(text.root, flow, self.gauges, self.limits, text.book())
        return found, composer.left(flow, found)

    def keep(self, composed: Mapping[str, composer.Composed]) -> None:
        """Keep the lines of the sections' blocks, each section its own."""
        for text in self.texts:
            its = {each.get("id") for each in text.root.iter()}
            book = composer.LineBook({each.key: each.chosen for name, each in composed.items() if name in its})
            if book != text.book():
                text.keep(book)

    def differs(self, galley: "Galley", lines: Mapping[str, composer.Lines]) -> frozenset[str]:
        """Compare what was set with what was chosen."""
        laid = [line for page in galley.laid.pages[: galley.end] for line in page.lines]
        return frozenset(name for text in self.texts for name in composer.differs(text.root, lines, laid))
