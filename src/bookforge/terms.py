"""A layout and a language in, the words layouts print out (``Chapter``, ``Contents`` …).

They stand in ``terms.yaml``, by language. A layout may have one of its own, for another language or other words: it is
laid over those it inherits.
"""

import re
import string
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from bookforge import layouts, yamlfile
from bookforge.diagnostics import LayoutError, error
from bookforge.layouts import Layout
from bookforge.yamlfile import Node

FILE_NAME: Final = "terms.yaml"
_LISTS: Final = {"months": 12, "number-words": 1}
_PATTERNS: Final = {
    "date-day": {"day", "month", "year"},
    "date-month": {"month", "year"},
    "note-locator": {"page", "note"},
    "notes-to-page": {"first"},
    "notes-to-pages": {"first", "last"},
    "page-reference": {"page"},
}


def of(layout: Layout, language: str) -> Mapping[str, str]:
    """Return the words of a language, English where it has none.

    Errors: ``layout-valid``.
    """
    found: dict[str, str] = {}
    files = [path for folder in reversed(layout.folders) if (path := _file(folder)) is not None]
    tables = [_tables(path, layout.shown(path), path.stat().st_mtime_ns) for path in files]
    for name in ("en", language.lower().split("-")[0], language.lower()):
        for table in tables:
            found |= table.get(name, {})
    return found


def _file(folder: Path) -> Path | None:
    return Layout("", None, (folder,), (), (), {}, folder).path(FILE_NAME)


@cache
def _tables(path: Path, shown: str, _changed: int) -> Mapping[str, Mapping[str, str]]:
    """Read one file; ``_changed`` tells its states apart in the cache."""
    root = layouts.read_yaml(path, shown)
    wrong = [
        error("layout-valid", message, node.at)
        for language, table in [(None, root), *root.pairs]
        for message, node in _wrong(language, table)
    ]
    if wrong:
        raise LayoutError(*wrong)
    return {
        name.lower(): {key: word.text for key, word in yamlfile.items(table)} for name, table in yamlfile.items(root)
    }


def _wrong(language: Node | None, table: Node) -> list[tuple[str, Node]]:
    """Return what is wrong with the words of one language, or with the file where no language is given."""
    if table.kind is not yamlfile.Kind.MAPPING:
        what = f"'{language.text}' holds" if language is not None else "terms.yaml holds languages, and each"
        return [(f"{what} lines of 'word: how the language says it'", table)]
    if language is None:
        return []
    return [(message, node) for key, node in yamlfile.items(table) if (message := _wrong_word(key, node)) is not None]


def _wrong_word(key: str, node: Node) -> str | None:
    if not node.is_scalar:
        return f"'{key}' is a text"
    if len(node.text.split()) < _LISTS.get(key, 0):
        return f"'{key}' is a list of {_LISTS[key]} words or more, with spaces between"
    if key in _PATTERNS and not _fields(node.text) <= _PATTERNS[key]:
        return f"'{key}' is a pattern of {', '.join(f'{{{each}}}' for each in sorted(_PATTERNS[key]))}"
    return None


def _fields(pattern: str) -> set[str]:
    """Return what a format puts in: names, and whatever else stands between braces."""
    try:
        parts = list(string.Formatter().parse(pattern))
    except ValueError:
        return {""}
    return {
        (name or "") if re.fullmatch(r"[0-9]{0,2}", spec or "") and not conversion else ""
        for _, name, spec, conversion in parts
        if name is not None
    }
