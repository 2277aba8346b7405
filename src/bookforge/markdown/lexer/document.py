"""What reading the blocks of a chapter yields: leaves of text in order, and what is defined anywhere in it."""

from dataclasses import dataclass, field

from bookforge.markdown.lexer.lines import Chunk, Line
from bookforge.markdown.lexer.values import Removal


@dataclass(frozen=True, slots=True)
class Leaf:
    """A stretch of text in one block.

    ``kind`` is ``text``, ``code`` (nothing in it is markup), ``html`` (only tags are) or ``rule``.
    ``paragraph``: an image alone in it is a figure. ``task``: a list's item begins here.
    """

    kind: str
    chunk: Chunk
    paragraph: bool = False
    task: bool = False


@dataclass(frozen=True, slots=True)
class Definition:
    """What a note's label or a link's label stands for: the leaves, or the stretch with its attributes."""

    start: int
    end: int
    leaves: tuple[Leaf, ...] = ()
    attributes: Line | None = None


@dataclass(slots=True)
class Document:
    """What is known of the whole document once its blocks are read."""

    notes: dict[str, Definition] = field(default_factory=dict)
    links: dict[str, Definition] = field(default_factory=dict)
    headings: set[str] = field(default_factory=set)
    examples: dict[str, int] = field(default_factory=dict)
    example: int = 0
    removals: list[Removal] = field(default_factory=list)

    def remove(self, kind: str, start: int, end: int) -> None:
        """Note that a stretch of the source is not text of the book."""
        if end > start:
            self.removals.append(Removal(kind, start, end))
