"""A book in, its counts out: words, notes, queries, placeholders and reading time, section by section."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from bookforge import cache, pipeline
from bookforge.diagnostics import Report

_WORDS_A_MINUTE: Final = 238
"""Silent reading of non-fiction by adults; source: Brysbaert 2019, Journal of Memory and Language 109."""


@dataclass(frozen=True, slots=True)
class Row:
    """The counts of one section."""

    id: str
    title: str
    voice: str | None
    words: int
    notes: int
    queries: int
    placeholders: int
    draft: bool


def count(book: Path, report: Report) -> tuple[Row, ...]:
    """Count every section that has a file."""
    loaded = pipeline.load(book, (), cache.Cache(cache.default_folder(), report), 2, report)
    return tuple(
        Row(
            id=section.id,
            title=section.title_text or "",
            voice=section.voice,
            words=section.content.word_count,
            notes=len(section.content.notes),
            queries=len(section.content.queries),
            placeholders=len(section.content.placeholders),
            draft=section.draft,
        )
        for section in loaded.book.sections
        if section.content is not None
    )


def as_data(rows: tuple[Row, ...]) -> dict[str, object]:
    """Return the counts and their totals as plain values."""
    return {"sections": [asdict(row) for row in rows], "total": _total(rows), "voices": _by_voice(rows)}


def _total(rows: tuple[Row, ...]) -> dict[str, int]:
    words = sum(row.words for row in rows)
    return {
        "words": words,
        "notes": sum(row.notes for row in rows),
        "queries": sum(row.queries for row in rows),
        "placeholders": sum(row.placeholders for row in rows),
        "minutes": round(words / _WORDS_A_MINUTE),
    }


def _by_voice(rows: tuple[Row, ...]) -> dict[str, int]:
    voices = sorted({row.voice for row in rows if row.voice})
    return {voice: sum(row.words for row in rows if row.voice == voice) for voice in voices}


def table(rows: tuple[Row, ...]) -> str:
    """Set the counts as lines for a terminal."""
    head = ("section", "voice", "words", "notes", "queries", "TK")
    lines = [
        (
            row.id + (" (draft)" if row.draft else ""),
            row.voice or "",
            f"{row.words:,}",
            *map(str, (row.notes, row.queries, row.placeholders)),
        )
        for row in rows
    ]
    total = _total(rows)
    last = ("total", "", f"{total['words']:,}", *(str(total[key]) for key in ("notes", "queries", "placeholders")))
    grid = [head, *lines, last]
    widths = [max(len(line[column]) for line in grid) for column in range(len(head))]
    shown = [
        "  ".join(
            cell.ljust(width) if place < 2 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in grid
    ]
    by_voice = ", ".join(f"{voice} {words:,}" for voice, words in _by_voice(rows).items())
    shown += [f"{by_voice} words by voice"] if by_voice else []
    return "\n".join([*(line.rstrip() for line in shown), f"about {total['minutes']} minutes to read"])
