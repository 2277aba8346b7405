"""A book in, its counts out: words, notes, queries, placeholders and reading time, chapter by chapter."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from bookforge import cache, manifest, manuscript, pipeline
from bookforge.book import Entry
from bookforge.diagnostics import ManifestError, ManuscriptError, Report
from bookforge.manifest import Manifest

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
    """Count every chapter that can be read; what is wrong with the others goes to ``report``."""
    declared = manifest.read(book)
    store = cache.Cache(cache.default_folder(), report)
    rows = []
    for entry in declared.entries:
        try:
            rows += [_row(entry, declared, store, report)] if entry.path is not None else []
        except (ManifestError, ManuscriptError) as problem:
            for found in problem.diagnostics:
                report(found)
    return tuple(rows)


def _row(entry: Entry, declared: Manifest, store: cache.Cache, report: Report) -> Row:
    source = manuscript.read(declared.folder, entry, report, declared.voices)
    said = entry.meta.over(source.meta)
    parsed = pipeline.convert(source, said.language or declared.metadata.language, store)
    for found in parsed.diagnostics:
        report(found)
    section = parsed.section
    return Row(
        id=entry.id,
        title=said.title or section.title_text or "",
        voice=said.voice,
        words=section.word_count,
        notes=len(section.notes),
        queries=len(section.queries),
        placeholders=len(section.placeholders),
        draft=bool(said.draft),
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
    minutes = f"about {total['minutes']} minute{'s' if total['minutes'] != 1 else ''} to read"
    return "\n".join([*(line.rstrip() for line in shown), minutes])
