"""Where the time of a build goes: spans of stages and sections. The only module with a clock that measures.

A recorder is handed along and only ever written to: nothing that an edition is made from comes out of it.
"""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

STAGES: Final = ("read", "convert", "compose", "plan", "lay out", "draw", "package", "publish")
"""What a build does, in the order in which an edition needs it."""


@dataclass(frozen=True, slots=True)
class Span:
    """Work on one stage, in seconds of a clock all processes of a machine share.

    ``edition`` and ``section`` name what was worked on, where it was one. ``made`` is false for what the cache had.
    """

    stage: str
    begun: float
    seconds: float
    edition: str = ""
    section: str = ""
    made: bool = True


@dataclass(slots=True)
class Work:
    """What goes on inside a span: whoever does it says whether anything had to be made."""

    made: bool = True


@dataclass(slots=True)
class Recorder:
    """Collects the spans of one build."""

    spans: list[Span] = field(default_factory=list)
    begun: float = field(default_factory=time.perf_counter)

    @contextlib.contextmanager
    def span(self, stage: str, edition: str = "", section: str = "") -> Iterator[Work]:
        """Measure what is done inside, also when it fails."""
        work, begun = Work(), time.perf_counter()
        try:
            yield work
        finally:
            seconds = time.perf_counter() - begun
            self.spans.append(Span(stage, begun, seconds, edition, section, work.made))

    def elapsed(self) -> float:
        """Return the seconds since the recorder was made."""
        return time.perf_counter() - self.begun


def of_day() -> str:
    """Say what time it is, for people who look at a screen: ``12:03:04``."""
    return time.strftime("%H:%M:%S")
