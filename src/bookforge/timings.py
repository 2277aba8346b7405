"""Where the time of a build goes: spans of stages and sections. The only module with a clock that measures.

A recorder is handed along and only ever told things: nothing that an edition is made from comes out of it.
"""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import escape
from typing import Final

_DRAW: Final = "draw"
STAGES: Final = ("read", "convert", "compose", "plan", "lay out", _DRAW, "package", "publish")
"""What a build does, in the order in which an edition needs it. Sections are drawn inside other stages."""


@dataclass(frozen=True, slots=True)
class Span:
    """Work on one stage, in seconds of a clock all processes of a machine share.

    ``edition`` and ``section`` name what was worked on, where it was one. ``made`` is false for what the cache had,
    ``in_part`` true for what was made of what had changed in it.
    """

    stage: str
    begun: float
    seconds: float
    edition: str = ""
    section: str = ""
    made: bool = True
    in_part: bool = False


@dataclass(slots=True)
class Work:
    """What goes on inside a span: whoever does it says whether anything had to be made, and whether only in part."""

    made: bool = True
    in_part: bool = False


Tell = Callable[[str], None]


def untold(_: str) -> None:
    """Tell nobody how far the work is."""


@dataclass(slots=True)
class Recorder:
    """Collects the spans of one build, and tells how far it is while it goes on: ``tell`` takes what a person reads."""

    tell: Tell = untold
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
            self.spans.append(Span(stage, begun, seconds, edition, section, work.made, work.in_part))

    def elapsed(self) -> float:
        """Return the seconds since the recorder was made."""
        return time.perf_counter() - self.begun


def of_day() -> str:
    """Say what time it is, for people who look at a screen: ``12:03:04``."""
    return time.strftime("%H:%M:%S")


# ---------------------------------------------------------------- showing


def table(recorder: Recorder) -> str:
    """Set where the time went as plain text: a row a section with its stages, the sums below; seconds.

    Work that went on at once is counted for each, so the sum may be more than the build took.
    """
    rows = _rows(recorder.spans)
    stages = [stage for stage in STAGES if any(stage in row for row in rows.values())]
    width = max(len(name) for name in (*rows, "seconds in all"))
    lines = [f"{'':<{width}}  " + "  ".join(f"{stage:>8}" for stage in stages)]
    sums = {stage: sum(row.get(stage, 0.0) for row in rows.values()) for stage in stages}
    for name, row in (*rows.items(), ("seconds in all", sums)):
        cells = (f"{row[stage]:.3f}" if stage in row else "" for stage in stages)
        lines.append(f"{name:<{width}}  " + "  ".join(f"{cell:>8}" for cell in cells).rstrip())
    sections = [span for span in recorder.spans if span.section and span.stage != _DRAW]
    made = sum(span.made for span in sections)
    kept, in_part = len(sections) - made, sum(span.in_part for span in sections)
    by_pages = f" ({in_part} by the pages that changed)" if in_part else ""
    took = f"the build took {recorder.elapsed():.3f} s"
    lines.append(f"{took}; of chapters and sections {made} were made{by_pages}, {kept} were kept")
    return "\n".join(lines)


def picture(recorder: Recorder, title: str) -> str:
    """Draw where the time went as SVG: a bar a row, a colour a stage, read out by a screen reader row by row."""
    rows = _rows(recorder.spans)
    longest = max((sum(row.values()) for row in rows.values()), default=0.0) or 1.0
    stages = [stage for stage in STAGES if any(stage in row for row in rows.values())]
    height = _TOP + _STEP * len(rows) + 10
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'aria-labelledby="title desc"><title id="title">{_escaped(title)}</title>',
        f'<desc id="desc">Seconds for each section and stage; the longest row takes {longest:.2f} s.</desc>',
        f"<style>{_LOOK}</style>",
        f'<rect class="ground" width="{_WIDTH}" height="{height}"/><text x="10" y="22">{_escaped(title)}</text>',
    ]
    for place, stage in enumerate(stages):
        x = 10 + place * 95
        parts.append(f'<rect class="{_name(stage)}" x="{x}" y="34" width="12" height="12"/>')
        parts.append(f'<text x="{x + 17}" y="44">{stage}</text>')
    for number, (name, row) in enumerate(rows.items()):
        parts += _bar(name, row, _TOP + _STEP * number, (_WIDTH - _LEFT - 70) / longest)
    return "\n".join([*parts, "</svg>\n"])


_WIDTH: Final = 900
_LEFT: Final = 260
_TOP: Final = 62
_STEP: Final = 18
_COLOURS: Final = ("#8a6d00", "#b3541e", "#3a7d44", "#2b6cb0", "#7b4fa3", "#c2407f", "#00797d", "#6b6b6b")
"""Each with a contrast of three to one, or more, on white and on near-black."""

_LOOK: Final = "".join(
    [
        "text{font:12px sans-serif;fill:#1a1a1a}.ground{fill:#ffffff}",
        *(f".{stage.replace(' ', '-')}{{fill:{colour}}}" for stage, colour in zip(STAGES, _COLOURS, strict=True)),
        "@media (prefers-color-scheme:dark){text{fill:#f0f0f0}.ground{fill:#161616}}",
    ]
)


def _bar(name: str, row: dict[str, float], y: int, scale: float) -> Iterator[str]:
    told = ", ".join(f"{stage} {seconds:.3f} s" for stage, seconds in row.items())
    yield f'<g role="img" aria-label="{_escaped(f"{name}: {told}")}"><title>{_escaped(f"{name}: {told}")}</title>'
    yield f'<text x="{_LEFT - 8}" y="{y + 11}" text-anchor="end">{_escaped(_short(name))}</text>'
    x = float(_LEFT)
    for stage in STAGES:
        if stage in row:
            yield f'<rect class="{_name(stage)}" x="{x:.1f}" y="{y}" width="{row[stage] * scale:.1f}" height="14"/>'
            x += row[stage] * scale
    yield f'<text x="{x + 6:.1f}" y="{y + 11}">{sum(row.values()):.2f} s</text></g>'


def _rows(spans: list[Span]) -> dict[str, dict[str, float]]:
    """Sum up seconds by row, in the order of the work: chapters first, then each edition with its sections."""
    rows: dict[str, dict[str, float]] = {}
    for span in sorted(spans, key=lambda span: (span.edition != "", span.section != "" and span.edition == "")):
        name = " ".join(filter(None, (span.edition, span.section))) or "the book"
        row = rows.setdefault(name, {})
        row[span.stage] = row.get(span.stage, 0.0) + span.seconds - sum(_drawing(span, spans))
    return {name: {stage: row[stage] for stage in STAGES if stage in row} for name, row in rows.items()}


def _drawing(span: Span, spans: list[Span]) -> Iterator[float]:
    """Yield the seconds in which something was drawn inside a span: they are counted where they belong."""
    for each in spans if span.stage != _DRAW else ():
        is_part = each.edition == span.edition and span.section in ("", each.section)
        if each.stage == _DRAW and is_part and span.begun <= each.begun <= span.begun + span.seconds:
            yield each.seconds


def _name(stage: str) -> str:
    return stage.replace(" ", "-")


def _short(name: str) -> str:
    return name if len(name) <= 38 else f"…{name[-37:]}"


def _escaped(text: str) -> str:
    return escape(text, quote=False).replace('"', "&quot;")
