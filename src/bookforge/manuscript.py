"""A chapter file into a ``Source``: decoded, normalised, its YAML block read, every offset traced back to the file."""

import bisect

from bookforge import textfile
from bookforge.book import Place, Source
from bookforge.diagnostics import Location


def raw_offset(source: Source, offset: int) -> int:
    """Return the offset in ``source.raw`` of an offset in ``source.text``."""
    pairs = source.offsets.pairs
    clean, raw = pairs[bisect.bisect_right(pairs, offset, key=lambda pair: pair[0]) - 1]
    return min(raw + offset - clean, len(source.raw))


def location(source: Source, offset: int) -> Location:
    """Return the line and column in the file of an offset in ``source.text``."""
    return textfile.location(source.path, source.offsets.line_starts, raw_offset(source, offset))


def place(source: Source, start: int, end: int) -> Place:
    """Return where the stretch of ``source.text`` from ``start`` to ``end`` stands in the file."""
    first = raw_offset(source, start)
    at = textfile.location(source.path, source.offsets.line_starts, first)
    assert at.line is not None
    assert at.column is not None
    return Place(first, max(first, raw_offset(source, end)), at.line, at.column)
