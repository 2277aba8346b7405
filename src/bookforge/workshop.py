"""What making editions needs beside the book: where work is kept, where it goes on, to whom it speaks."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bookforge import engines
from bookforge.cache import Cache, Recent, Shelf
from bookforge.diagnostics import Report
from bookforge.pipeline import code_digest
from bookforge.timings import Recorder

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


@dataclass(frozen=True, slots=True)
class Memory:
    """What a process that stays keeps from one build to the next, all of it by what it is made from, and bounded.

    ``scratch`` is a folder for the files that the page engine holds open as long: fonts.
    """

    recent: Recent = field(default_factory=Recent)
    scratch: Path | None = None


@dataclass(frozen=True, slots=True)
class Workshop:
    """What making an edition needs beside the book.

    ``scratch`` is a folder for files that no later run needs. ``drawn``: pages are drawn, not only laid out; ``draft``:
    they are filled as they come, whatever the design says.
    ``made`` is what was made of sections so far: a book is planned several times, and not every run has a cache.
    ``reference``: the book is set as one document, as the page engine does by itself. ``jobs`` are the processes that
    may be at work at once.
    """

    store: Cache
    scratch: Path
    report: Report
    drawn: bool = True
    draft: bool = False
    made: "dict[str, DataclassInstance]" = field(default_factory=dict)
    reference: bool = False
    jobs: int = 1
    timings: Recorder = field(default_factory=Recorder)

    @property
    def shelf(self) -> Shelf:
        """Where what is made from texts alone is kept."""
        return Shelf(self.store, (code_digest(), engines.versions(*engines.MARKUP)))
