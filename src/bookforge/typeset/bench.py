"""What planning needs beside the composition: where results are kept, a folder, processes, a clock.

A result is kept by the name of what it was made from, in this run and, where there is a cache, for the next.
"""

from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from bookforge.cache import Cache
from bookforge.timings import Recorder

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Value = TypeVar("Value", bound="DataclassInstance")


@dataclass(frozen=True, slots=True)
class Bench:
    """What planning needs beside the composition. ``code`` is a hash of bookforge's own code, ``scratch`` a folder.

    ``made`` is what was made so far, by its key: a book is planned several times, and not every run has a cache.
    ``jobs`` are the processes that may be at work at once; ``once``: this one sets each section once.
    ``timings`` are told of each section, and how many there are still to do.
    """

    store: Cache
    scratch: Path
    code: str
    made: "MutableMapping[str, DataclassInstance]" = field(default_factory=dict)
    jobs: int = 1
    once: bool = False
    timings: Recorder = field(default_factory=Recorder)

    def remembered(self, stage: str, name: str, type_: type[Value]) -> Value | None:
        """Return a value that was made before, in this run or in another."""
        known = self.made.get(name)
        if known is None:
            known = self.store.get(stage, name, type_)
            if known is not None:
                self.made[name] = known
        assert known is None or isinstance(known, type_)
        return known

    def keep(self, stage: str, name: str, value: Value) -> Value:
        """Keep a value, and return it."""
        self.store.put(stage, name, value)
        self.made[name] = value
        return value

    def kept(self, stage: str, name: str, type_: type[Value], make: Callable[[], Value]) -> Value:
        """Return a value that is kept, made where it is not."""
        known = self.remembered(stage, name, type_)
        return self.keep(stage, name, make()) if known is None else known
