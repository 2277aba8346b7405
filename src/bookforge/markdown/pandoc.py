"""Markdown into HTML5 and messages, by pandoc.

The only module that knows pandoc. It runs in a sandbox, with bounds on memory and time, an empty data folder (so that
nothing of the user's own configuration reaches a book) and no network. While processes are kept (``warm``) one of them
converts a chapter, which takes a third of the time; what it will not convert is one run of the command, as are all
others.
"""

import functools
import json
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bookforge import engines, warm
from bookforge.diagnostics import EngineError, ManuscriptError, error
from bookforge.diagnostics import Location as At

READER: Final = "markdown-citations-raw_tex-latex_macros-yaml_metadata_block-pandoc_title_block+gfm_auto_identifiers"
WRITER: Final = "html5"
OPTIONS: Final = ("--mathml", "--wrap=none", "--sandbox", "--syntax-highlighting=none", "--quiet")

_MEMORY: Final = "-M2g"
_SECONDS: Final = 60
_CHARACTERS_PER_SECOND: Final = 20_000
_MAX_OPEN_BRACKETS: Final = 100
_MAX_BLOCK_DEPTH: Final = 60
_HEAP_EXHAUSTED: Final = 251

_FIX: Final = "install the package 'pypandoc-binary' into the environment bookforge runs in"
_BLANK: Final = re.compile(r"\n[ \t]*\n")
_MARKERS: Final = re.compile(r"(?m)^(?:[ \t]*(?:>|[-*+][ \t]|\d{1,9}[.)][ \t]))+")
_MARKER: Final = re.compile(r">|[-*+][ \t]|\d{1,9}[.)][ \t]")


@dataclass(frozen=True, slots=True)
class Message:
    """One remark of pandoc's. ``kind`` is pandoc's own name for it; line and column count from 1 in the text given."""

    kind: str
    severity: str
    text: str
    line: int | None = None
    column: int | None = None
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Converted:
    """What one run gave: an HTML fragment and pandoc's remarks, in its order."""

    html: str
    messages: tuple[Message, ...]


def convert(text: str, path: str) -> Converted:
    """Convert Markdown to HTML5.

    ``path`` names the chapter in messages. Safe to call from several threads at once.
    Errors: ``markdown-converts`` (pandoc failed, took too long or too much memory), ``pandoc-runs``.
    """
    seconds = _SECONDS + len(text) // _CHARACTERS_PER_SECOND
    try:
        known = warm.POOL.convert(warm.Run(_command(), READER, WRITER), text, seconds)
    except warm.TooLongError as stopped:
        raise _too_long(path, seconds) from stopped
    if known is not None:
        html, log = known
        return Converted(html, tuple(_read_log(log)))
    with tempfile.TemporaryDirectory(prefix="bookforge-pandoc-") as folder:
        file = Path(folder) / "log.json"
        html = _run(text, path, folder, file)
        return Converted(html, tuple(_read_log(file.read_text(encoding="utf-8") if file.exists() else "[]")))


@functools.cache
def abbreviations() -> frozenset[str] | None:
    """Return the abbreviations that pandoc holds to the next word; ``None`` if its rules are not known to be ours.

    Errors: ``pandoc-runs``.
    """
    if engines.pandoc_version(Path(_binary())) not in warm.PROVEN:
        return None
    return frozenset(warm.abbreviations(_command()).decode().split())


def find_overload(text: str) -> int | None:
    """Return the offset at which ``text`` nests deeper than pandoc can take in a sane time, if it does.

    pandoc 3.9 needs time that grows with the cube of the brackets left open in a paragraph (300: 3 s, 1000: minutes),
    and with the square of the depth of quotes and lists.
    """
    for match in _MARKERS.finditer(text):
        if len(match.group()) > _MAX_BLOCK_DEPTH and len(_MARKER.findall(match.group())) > _MAX_BLOCK_DEPTH:
            return match.start()
    start = 0
    for end in (*(match.start() for match in _BLANK.finditer(text)), len(text)):
        if text.count("[", start, end) > _MAX_OPEN_BRACKETS and (found := _bracket_overload(text, start, end)):
            return found
        start = end
    return None


def _bracket_overload(text: str, start: int, end: int) -> int | None:
    depth = 0
    for match in re.compile(r"[\[\]]").finditer(text, start, end):
        depth = depth + 1 if match.group() == "[" else max(0, depth - 1)
        if depth > _MAX_OPEN_BRACKETS:
            return match.start()
    return None


def _run(text: str, path: str, folder: str, log: Path) -> str:
    seconds = _SECONDS + len(text) // _CHARACTERS_PER_SECOND
    command = [
        *_command(), f"--from={READER}", f"--to={WRITER}", *OPTIONS, f"--data-dir={folder}", f"--log={log}",
    ]  # fmt: skip
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8"}
    try:
        done = subprocess.run(
            command, input=text.encode(), capture_output=True, timeout=seconds, check=False, env=environment
        )
    except subprocess.TimeoutExpired as stopped:
        raise _too_long(path, seconds) from stopped
    except OSError as broken:
        raise EngineError(error("pandoc-runs", f"pandoc cannot be run: {broken.strerror}", hint=_FIX)) from broken
    if done.returncode != 0:
        raise ManuscriptError(_failure(done.returncode, done.stderr.decode(errors="replace"), path))
    return done.stdout.decode()


def _too_long(path: str, seconds: int) -> ManuscriptError:
    message = f"pandoc did not finish this chapter within {seconds} seconds"
    hint = "look for a very long paragraph with many opened brackets, or nest less; else split the chapter"
    return ManuscriptError(error("markdown-converts", message, At(path), hint))


def _failure(status: int, said: str, path: str) -> Any:
    if status == _HEAP_EXHAUSTED or "eap exhausted" in said:
        return error(
            "markdown-converts", "pandoc ran out of memory on this chapter", At(path), "nest less, or split the chapter"
        )
    first = next((line for line in said.splitlines() if line.strip()), "no reason given").removeprefix("pandoc: ")
    return error(
        "markdown-converts",
        f"pandoc cannot convert this chapter (status {status}): {first}",
        At(path),
        "take the chapter apart to find the paragraph that does it, and report it to bookforge",
    )


def _read_log(log: str) -> Iterator[Message]:
    try:
        entries = json.loads(log)
    except ValueError:
        return
    for entry in entries:
        place = entry.get("openpos", entry)
        yield Message(
            kind=str(entry.get("type", "")),
            severity=str(entry.get("verbosity", "")),
            text=str(entry.get("pretty", "")),
            line=place.get("line"),
            column=place.get("column"),
            subject=_subject(entry),
        )


def _subject(entry: dict[str, Any]) -> str | None:
    contents = entry.get("contents", entry.get("key"))
    if isinstance(contents, dict):  # an element of pandoc's tree; of a raw one the last part is its text
        parts = contents.get("c")
        return str(parts[-1]) if isinstance(parts, list) and parts else None
    return None if contents is None else str(contents)


def _command() -> tuple[str, ...]:
    return _binary(), "+RTS", _MEMORY, "-RTS"


@functools.cache
def _binary() -> str:
    found = engines.pandoc()
    if found is None:
        raise EngineError(error("pandoc-runs", "pandoc is missing", hint=_FIX))
    return str(found)
