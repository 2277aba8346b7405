"""A tree in, its lines of text out, and back: each run is what one paragraph says, across the tags inside it.

A run is one string. Where a tag begins or ends there stands a separator, a noncharacter that no book holds, so that
rules can look across tags and the text still finds its way back into its places.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from bookforge import words, xhtml

SEAM: Final = "\ufdd0"
"""A tag that parts nothing: emphasis, a link, a note's call."""
TURN: Final = "\ufdd1"
"""The end of a line inside a paragraph."""
THING: Final = "\ufdd2"
"""Something that stands for a word and is not ours to change: code, a formula, a picture, another language."""
ADDRESS: Final = "\ufdd3"
"""A web or mail address, put aside."""

_SEPARATORS: Final = re.compile(f"[{SEAM}{TURN}{THING}]")
_FOREIGN: Final = re.compile("[\ufdd0-\ufdef]")
_ADDRESSES: Final = re.compile(
    r"(?:\b[a-z][a-z0-9+.-]*://|\bwww\.)[^\s\ufdd0-\ufdef]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.I
)
LEFT_ALONE: Final = frozenset({"code", "data", "img", "kbd", "math", "rp", "rt", "samp", "svg", "tt"})
SKIPPED_BLOCKS: Final = frozenset({"pre", "math", "svg", "script", "style"})
_ALONE_CLASSES: Final = frozenset({"math", "uri", "email", "as-typed"})


@dataclass(slots=True)
class _Run:
    language: str
    places: list[tuple[xhtml.Element, bool]] = field(default_factory=list)
    separators: list[str] = field(default_factory=list)

    def add(self, element: xhtml.Element, tail: bool, separator: str = "") -> None:
        if self.places:
            self.separators.append(separator)
        self.places.append((element, tail))


def rewrite(root: xhtml.Element, language: str, change: Callable[[str, str], str]) -> None:
    """Change each run of a tree: ``change`` gets it and its language, and keeps every separator in its place.

    What stands in another language is a run of its own. Code, formulas, drawings and addresses are not shown.
    """
    for run in _runs(root, language):
        parts = [(element.tail if tail else element.text) or "" for element, tail in run.places]
        if not any(parts):
            continue
        if any(_FOREIGN.search(part) for part in parts):
            continue
        text = parts[0] + "".join(map("".join, zip(run.separators, parts[1:], strict=True)))
        changed = with_addresses_aside(text, run.language, change)
        if changed != text:
            _put(run, changed)


def with_addresses_aside(text: str, language: str, change: Callable[[str, str], str]) -> str:
    """Change a text, but not the addresses in it."""
    if "://" not in text and "@" not in text and "www." not in text:
        return change(text, language)
    aside: list[str] = []

    def put_aside(match: re.Match[str]) -> str:
        aside.append(match[0])
        return ADDRESS

    changed = change(_ADDRESSES.sub(put_aside, text), language)
    kept = iter(aside)
    return re.sub(ADDRESS, lambda _: next(kept), changed)


def _put(run: _Run, changed: str) -> None:
    parts = _SEPARATORS.split(changed)
    assert len(parts) == len(run.places), "a rule of typography lost a separator"
    for (element, tail), part in zip(run.places, parts, strict=True):
        if tail:
            element.tail = part or None
        else:
            element.text = part or None


def _runs(root: xhtml.Element, language: str) -> Iterator[_Run]:
    gathered: list[_Run] = []
    _Walk(gathered).block(root, language)
    return iter(gathered)


class _Walk:
    """Gathers the runs of a tree, in no particular order."""

    def __init__(self, gathered: list[_Run]) -> None:
        self.gathered = gathered
        self.run = _Run("")

    def block(self, element: xhtml.Element, language: str) -> None:
        """Gather the runs of a block, or of a passage in another language."""
        outer, self.run = self.run, _Run(language)
        self._open(element, language)
        self.gathered.append(self.run)
        self.run = outer

    def _open(self, element: xhtml.Element, language: str, separator: str = "") -> None:
        self.run.add(element, tail=False, separator=separator)
        for child in element:
            self._child(child, language)

    def _child(self, child: xhtml.Element, language: str) -> None:
        name = words.local_name(child)
        own = child.get("lang") or language
        if name == "br":
            self.run.add(child, tail=True, separator=TURN)
        elif not name or name == "wbr":
            self.run.add(child, tail=True, separator=SEAM)
        elif name in LEFT_ALONE or (child.get("class") and _ALONE_CLASSES & set(xhtml.classes(child))):
            self.run.add(child, tail=True, separator=THING)
        elif name not in words.INLINE:
            self._set_block(child, name, own, language)
        elif own != language:
            self.block(child, own)
            self.run.add(child, tail=True, separator=THING)
        else:
            self._open(child, language, SEAM)
            self.run.add(child, tail=True, separator=SEAM)

    def _set_block(self, child: xhtml.Element, name: str, own: str, language: str) -> None:
        """A block ends the run it stands in; what follows it begins another."""
        self.gathered.append(self.run)
        if name not in SKIPPED_BLOCKS:
            self.block(child, own)
        self.run = _Run(language)
        self.run.add(child, tail=True)
