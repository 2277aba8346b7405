"""Bytes of a text file into text, or a located reason why not: size, encoding, characters that no edition can hold."""

import bisect
import re
from itertools import accumulate
from pathlib import Path
from typing import Final

from bookforge.diagnostics import Diagnostic, Location, error

LINE_END: Final = re.compile(r"\r\n|\r|\n")

_SHOWN_PLACES: Final = 3
UNUSABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
"""What XML refuses, and the C1 controls: in a text they are always an accident."""

_SAVE: Final = 'open the file in a text editor and save it as "UTF-8"'
_UTF16: Final = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


def line_starts(text: str) -> tuple[int, ...]:
    """Return the offsets at which lines begin; a line ends with LF, CR LF or CR, as editors count."""
    if "\r" in text:
        return (0, *(match.end() for match in LINE_END.finditer(text)))
    return (0, *accumulate(len(line) + 1 for line in text.split("\n")[:-1]))


def location(path: str, starts: tuple[int, ...], offset: int, first_line: int = 1) -> Location:
    """Return the place of an offset of the text whose lines begin at ``starts``."""
    row = bisect.bisect_right(starts, offset) - 1
    return Location(path, row + first_line, offset - starts[row] + 1)


def read(file: Path, path: str, limit: int) -> str | Diagnostic:
    """Return the text of ``file`` without byte order mark, or what is wrong with it; ``path`` is its name in messages.

    ``limit`` is in bytes; no more than that is ever read.
    Errors: file-readable, file-size, text-encoding, text-characters.
    """
    data = load(file, path, limit)
    return data if isinstance(data, Diagnostic) else decode(data, path)


def load(file: Path, path: str, limit: int) -> bytes | Diagnostic:
    """Return the bytes of ``file``, or why they cannot be had.

    Errors: file-readable, file-size.
    """
    try:
        with file.open("rb") as stream:
            data = stream.read(limit + 1)
    except OSError as problem:
        why = problem.strerror or "it cannot be read"
        return error("file-readable", f"this file cannot be read: {why}", Location(path), "check its permissions")
    if len(data) > limit:
        message = f"this file is larger than {limit // 1_000_000} MB"
        return error("file-size", message, Location(path), "split it, and keep pictures in files of their own")
    return data


def decode(data: bytes, path: str) -> str | Diagnostic:
    """Return UTF-8 bytes as text without byte order mark, or what is wrong with them.

    Errors: text-encoding, text-characters.
    """
    if wide := _wide_encoding(data):
        message = "this file is in UTF-16, not in UTF-8"
        return error("text-encoding", message, Location(path, 1, 1), f"{_SAVE} ({wide} was seen)")
    try:
        text = data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as problem:
        return _not_utf8(data, problem.start, path)
    return unusable_character(text, path) or text


def unusable_character(text: str, path: str) -> Diagnostic | None:
    """Return what is wrong with the first character that no edition can hold, if there is one, and where others are."""
    found = [match.start() for match in UNUSABLE.finditer(text)]
    if not found:
        return None
    starts, first = line_starts(text), text[found[0]]
    places = [location(path, starts, offset) for offset in found[:_SHOWN_PLACES]]
    more = f" and {len(found) - _SHOWN_PLACES} more" if len(found) > _SHOWN_PLACES else ""
    others = f"; others are at {', '.join(map(str, places[1:]))}{more}" if places[1:] else ""
    return error("text-characters", f"this file holds {name(first)}", places[0], _advice(first) + others)


def name(character: str) -> str:
    """Return words for a character that cannot be shown."""
    code = f"U+{ord(character):04X}"
    if character == "\0":
        return f"a NUL character ({code})"
    if character == "\f":
        return f"a form feed ({code}), the page break of old word processors"
    if unicode_control(character):
        return f"a control character ({code})"
    return f"a code that is no character ({code})"


def unicode_control(character: str) -> bool:
    """Say whether a character is a C0 or C1 control or DEL."""
    return character < " " or "\x7f" <= character <= "\x9f"


def _advice(character: str) -> str:
    if character == "\0":
        return "this may not be a text file at all; if it is one, delete the character or save the text afresh as UTF-8"
    if "\x80" <= character <= "\x9f":
        meant = bytes([ord(character)]).decode("cp1252", "ignore")
        likely = f" (probably {meant!r} was meant)" if meant else ""
        return f"type the character again{likely}; the file was once converted from the wrong encoding"
    return "delete the character; most editors can show invisible characters"


def _wide_encoding(data: bytes) -> str | None:
    """Return the name of the UTF-16 in use: by its mark, or because every other byte of Latin text is NUL."""
    for mark, encoding in _UTF16:
        if data.startswith(mark):
            return f"{encoding.upper()} with a byte order mark"
    head = data[:400]
    half = len(head) // 2
    if half < 2:
        return None
    if head[1::2].count(0) > half * 0.6 and head[0::2].count(0) < half * 0.1:
        return "UTF-16-LE"
    if head[0::2].count(0) > half * 0.6 and head[1::2].count(0) < half * 0.1:
        return "UTF-16-BE"
    return None


def _not_utf8(data: bytes, start: int, path: str) -> Diagnostic:
    before = data[:start].decode("utf-8").removeprefix("\ufeff")
    at = location(path, line_starts(before), len(before))
    byte = data[start : start + 1]
    seen = byte.decode("cp1252", "ignore")
    likely = f", which is {seen!r} in Windows-1252" if seen and not unicode_control(seen) else ""
    message = f"this file is not in UTF-8: it holds the byte 0x{byte.hex().upper()}{likely}"
    hint = f"{_SAVE}; it is probably in Windows-1252 or Latin-1 now, so open it as that first"
    return error("text-encoding", message, at, hint)
