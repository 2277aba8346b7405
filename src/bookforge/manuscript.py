"""A chapter file into a ``Source``: decoded, normalised, its YAML block read, every offset traced back to the file."""

import bisect
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Final

from bookforge import bookpath, textfile, yamlfile
from bookforge.book import ChapterMeta, Entry, OffsetMap, Place, Source
from bookforge.cache import Cache
from bookforge.cache import key as cache_key
from bookforge.diagnostics import Diagnostic, Location, ManifestError, ManuscriptError, Report, error, warning
from bookforge.manifest.entries import chapter_meta, check_voice
from bookforge.manifest.fields import FieldReader
from bookforge.manifest.model import CHAPTER

MAX_BYTES: Final = 8_000_000

_STAGE: Final = "source"
_NOTHING_KEPT: Final = Cache(None)

_FENCE: Final = re.compile(r"(?:[ \t]*(?:\r\n|\r|\n))*---[ \t]*(?:\r\n|\r|\n)")
_CLOSE: Final = re.compile(r"^(?:---|\.\.\.)[ \t]*(?:\r\n|\r|\n|\Z)", re.MULTILINE)
_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_KEY: Final = re.compile(r"^([A-Za-z][\w-]*)[ \t]*:(?=\s|\Z)")
_DOCUMENTED: Final = frozenset(key.name for key in CHAPTER.keys)


def read(
    book_dir: Path,
    entry: Entry,
    report: Report,
    voices: Collection[str] | None = None,
    store: Cache = _NOTHING_KEPT,
) -> Source:
    """Read the file of an entry that has one; where ``voices`` are given, the block's voice must be one of them.

    A ``store`` of a process that stays has the sources whose files are as they were.
    Errors: entry-file-exists, file-readable, file-size, text-characters, text-encoding as ``ManuscriptError``;
    what is wrong in the YAML block as ``ManifestError``. Warnings: text-undamaged.
    """
    assert entry.path is not None
    found = bookpath.find(book_dir, entry.path)
    if isinstance(found, bookpath.Missing):
        raise ManuscriptError(error("entry-file-exists", found.message, entry.at, found.hint))
    data = textfile.load(found.file, entry.path, MAX_BYTES)
    if isinstance(data, Diagnostic):
        raise ManuscriptError(data)
    name = cache_key(_STAGE, entry.path, data, repr(sorted(voices)) if voices is not None else "")
    decoded = partial(_from_bytes, data, entry.path, voices)
    source = store.held(_STAGE, name, Source, decoded, lambda made: 2 * len(made.raw))
    if "\ufffd" in source.raw:
        report(_damaged(source.raw, entry.path))
    return source


def _from_bytes(data: bytes, path: str, voices: Collection[str] | None) -> Source:
    raw = textfile.decode(data, path)
    if isinstance(raw, Diagnostic):
        raise ManuscriptError(raw)
    return from_text(raw, path, voices)


def from_text(raw: str, path: str, voices: Collection[str] | None = None) -> Source:
    """Make the source of a text that is decoded already; ``path`` is its name in messages."""
    start, meta = _block(raw, path, voices)
    text, pairs = _clean(raw, start)
    return Source(path, raw, text, OffsetMap(pairs, textfile.line_starts(raw)), meta)


def raw_offset(source: Source, offset: int) -> int:
    """Return the offset in ``source.raw`` of an offset in ``source.text``."""
    pairs = source.offsets.pairs
    clean, raw = pairs[bisect.bisect_right(pairs, offset, key=lambda pair: pair[0]) - 1]
    return min(raw + offset - clean, len(source.raw))


def raw_offsets(source: Source, offsets: Iterable[int]) -> tuple[int, ...]:
    """Return the offsets in ``source.raw`` of many offsets in ``source.text``."""
    if len(source.offsets.pairs) == 1:  # nothing but the beginning was cut off
        shift = source.offsets.pairs[0][1]
        return tuple(offset + shift for offset in offsets) if shift else tuple(offsets)
    edges = [clean for clean, _ in source.offsets.pairs]
    shifts = [raw - clean for clean, raw in source.offsets.pairs]
    end = len(source.raw)
    return tuple(min(offset + shifts[bisect.bisect_right(edges, offset) - 1], end) for offset in offsets)


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


def _damaged(raw: str, path: str) -> Diagnostic:
    at = textfile.location(path, textfile.line_starts(raw), raw.index("\ufffd"))
    message = "a letter was lost here in an earlier conversion: this is the replacement character (U+FFFD)"
    return warning("text-undamaged", message, at, "look the word up in an older copy and type it again")


# ---------------------------------------------------------------- the YAML block


def _block(raw: str, path: str, voices: Collection[str] | None) -> tuple[int, ChapterMeta]:
    """Return where the text begins after the chapter's YAML block, and what the block says.

    As in pandoc, a block opens with a line of three hyphens that no blank line follows, has a closing line, and holds
    a mapping; anything else is a scene break and stays.
    """
    opening = _FENCE.match(raw)
    if opening is None or not (first := _line(raw, opening.end()).strip()):
        return 0, ChapterMeta()
    closing = _CLOSE.search(raw.replace("\r", "\n") if "\r" in raw else raw, opening.end())
    if closing is None:
        _check_open(raw, opening.end(), path)
        return 0, ChapterMeta()
    inside = raw[opening.end() : closing.start()]
    first_line = len(textfile.line_starts(raw[: opening.end()]))
    try:
        root = yamlfile.load(inside, path, first_line)
    except ManifestError:
        if _KEY.match(first):
            raise
        return 0, ChapterMeta()
    if root.kind is yamlfile.Kind.NULL and not root.text:
        return _end(raw, closing.end()), ChapterMeta()
    if root.kind is not yamlfile.Kind.MAPPING:
        return 0, ChapterMeta()
    return _end(raw, closing.end()), _meta(root, voices)


def _meta(root: yamlfile.Node, voices: Collection[str] | None) -> ChapterMeta:
    errors: list[Diagnostic] = []
    said = FieldReader(errors).table(root, CHAPTER, "the block of a chapter")
    if said is not None and voices is not None:
        check_voice(said, voices, errors)
    if errors or said is None:
        raise ManifestError(*(_perhaps_a_break(found, root) for found in errors))
    return chapter_meta(said)


def _perhaps_a_break(found: Diagnostic, root: yamlfile.Node) -> Diagnostic:
    """Add to a hint, where the block has no key of ours, that it may be prose between two scene breaks."""
    if any(name in _DOCUMENTED for name, _ in yamlfile.items(root)):
        return found
    hint = f"{found.hint}; if the hyphens are a scene break, leave a blank line after them"
    return replace(found, hint=hint)


def _line(raw: str, offset: int) -> str:
    match = _LINE.match(raw, offset)
    return match.group() if match else ""


def _end(raw: str, offset: int) -> int:
    """Step over the second half of a CR LF."""
    return offset + 1 if raw[offset - 1 : offset + 1] == "\r\n" else offset


def _check_open(raw: str, offset: int, path: str) -> None:
    """Refuse a block that was never closed; a scene break before plain text is none."""
    key = _KEY.match(_line(raw, offset))
    if key and key.group(1) in _DOCUMENTED:
        at = textfile.location(path, textfile.line_starts(raw), offset)
        message = "the YAML block at the top of this chapter is never closed"
        raise ManifestError(error("chapter-block-closed", message, at, "end it with a line of three hyphens (---)"))


# ---------------------------------------------------------------- clean text


def _clean(raw: str, start: int) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Return the text from ``start`` on with LF line ends, in NFC, and the pairs of its offset map."""
    if "\r" not in raw and unicodedata.is_normalized("NFC", raw):
        return raw[start:], ((0, start),)
    pieces: list[str] = []
    pairs = [(0, start)]
    clean = 0
    for at, piece, length in _pieces(raw, start):
        if at - clean != pairs[-1][1] - pairs[-1][0]:
            pairs.append((clean, at))
        pieces.append(piece)
        if length < len(piece):
            # Every further character of a piece that grew leads to the piece's beginning.
            pairs += [(clean + further, at) for further in range(1, len(piece))]
        clean += len(piece)
    return "".join(pieces), tuple(pairs)


def _pieces(raw: str, start: int) -> Iterator[tuple[int, str, int]]:
    """Yield (raw offset, clean text, raw length) of stretches that are clean as they are, or are one unit."""
    for match in _LINE.finditer(raw, start):
        line, offset = match.group(), match.start()
        body = line.rstrip("\r\n")
        if unicodedata.is_normalized("NFC", body):
            yield offset, body, len(body)
        else:
            for begin, unit in _units(body):
                yield offset + begin, unicodedata.normalize("NFC", unit), len(unit)
        if len(body) < len(line):
            yield offset + len(body), "\n", len(line) - len(body)


def _units(body: str) -> list[tuple[int, str]]:
    """Cut a line before each character that nothing before it can combine with; normalising unit by unit is exact."""
    starts = [at for at, character in enumerate(body) if at == 0 or not _joins(character)]
    units = [(begin, body[begin:end]) for begin, end in pairwise([*starts, len(body)])]
    whole = "".join(unicodedata.normalize("NFC", unit) for _, unit in units)
    # A script newer than our rule may combine otherwise; then the line is one unit, and only columns in it are lost.
    return units if whole == unicodedata.normalize("NFC", body) else [(0, body)]


def _joins(character: str) -> bool:
    """Say whether a character may join the one before it under NFC: marks, and the later letters of a Hangul block."""
    return unicodedata.category(character).startswith("M") or "\u1160" <= character <= "\u11ff"
