"""A section's markup in, parts of it that can be set apart from the rest out.

A *take* is what a compositor gets of a longer copy at one time. The markup is cut into *atoms*: what stands in nothing
but simple containers, mostly a paragraph. A take has some that follow each other, in their containers; empty elements
that show nowhere stand for what is around them, so that stylesheets find the same neighbours.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from lxml import etree

from bookforge import xhtml
from bookforge.cache import key

_CONTAINERS: Final = frozenset({"section", "div", "blockquote", "article", "aside", "main"})
_INLINE: Final = frozenset({
    *("a", "abbr", "b", "bdi", "br", "cite", "code", "em", "i", "img", "kbd", "mark", "q", "ruby", "s", "small"),
    *("span", "strong", "sub", "sup", "time", "u", "var", "wbr"),
})  # fmt: skip
_TAGS: Final = re.compile(r"<[^>]*>")
_NO_WIDTH: Final = "\u200b"
_HIDDEN: Final = "display: none !important"

_LOOKS_AROUND: Final = re.compile(
    r"~(?!=)|:nth-|-of-type|:nth\((?!\s*1\s+of\b)|#[\w-][^{},;+]*\+[^{};]*\{|\+[^{},;]*\+[^{};]*\{"
)
"""What asks for more of an element's neighbours, or of a page's place, than the one before, the first and the last."""

_RUNS_ON: Final = re.compile(r"(?:open|close)-quote|list-item")
"""What depends on all that comes before."""

_COUNTS: Final = re.compile(r"counter-(?:increment|set|reset)\s*:\s*([^;}]*)")
_COUNTED: Final = frozenset({"page", "sheet", "footnote", "none"})
"""Counters that are known in the middle of a section, too: those of pages, and of the notes, which are counted here."""

_HAS: Final = re.compile(r":has\(\s*(?:\.([\w-]+)\s*\))?")
"""Where an element is asked for what it has inside: a class, or else something that is not looked for here."""


def looks_far(stylesheets: Iterable[str]) -> bool:
    """Whether stylesheets ask for more of an element's neighbours than the one before, the first and the last."""
    return _LOOKS_AROUND.search("\n".join(stylesheets)) is not None


@lru_cache(maxsize=8)
def _asks(stylesheets: str) -> frozenset[str] | None:
    """Return the classes of what an element is asked to have inside; ``None`` for what takes cannot tell."""
    counters = (name for found in _COUNTS.findall(stylesheets) for name in found.split() if not _is_number(name))
    if any(each.search(stylesheets) for each in (_LOOKS_AROUND, _RUNS_ON)) or not _COUNTED.issuperset(counters):
        return None
    asked = frozenset(_HAS.findall(stylesheets))
    return None if "" in asked else asked


def _is_number(text: str) -> bool:
    return text.lstrip("-").isdigit()


def can_be_taken(text: str, stylesheets: Iterable[str]) -> bool:
    """Whether parts of a section look alike alone: its stylesheets ask nothing of it that only the whole knows."""
    asked = _asks("\n".join(stylesheets))
    return asked is not None and not any(name in text for name in asked)


@dataclass(frozen=True, slots=True)
class Atom:
    """A part of a section that is set as a whole: its markup, its id, how many notes it has.

    ``mark`` is a hash of all that decides how it looks: its markup, its containers, its neighbours, the numbers of its
    notes.
    """

    html: str
    name: str
    notes: int
    mark: str


@dataclass(frozen=True, slots=True)
class _Node:
    """An atom, or a container: ``first`` and ``end`` are the atoms inside. ``like`` is an empty element of its kind."""

    start: str
    stop: str
    like: str
    first: int
    end: int
    children: "tuple[_Node, ...]"


class Copy:
    """A section's markup, cut into atoms."""

    def __init__(self, text: str) -> None:
        self.atoms: list[Atom] = []
        self._root = self._node(xhtml.read(text), (), is_root=True)
        self.ids = {name: place for place, atom in enumerate(self.atoms) for name in xhtml.ids(atom.html)}
        # What has no id of its own goes by that of the section: its opening.
        self.ids |= dict.fromkeys(xhtml.ids(self.opening), 0)

    @property
    def opening(self) -> str:
        """The start tag of the section's own element."""
        return self._root.children[0].start if self._root.children else ""

    @property
    def is_named(self) -> bool:
        """Whether all with text in it has an id, but for the opening."""
        return all(atom.name or not _TAGS.sub("", atom.html).strip() for atom in self.atoms[1:])

    def _node(self, element: xhtml.Element, around: tuple[str, ...], is_root: bool = False) -> _Node:
        start, stop = ("", "") if is_root else _tags(element)
        like = _like(element)
        first = len(self.atoms)
        if not is_root and not _is_container(element):
            html = xhtml.whole(element)
            notes = html.count(' data-note-id="')
            numbered = str(self.notes(first)) if notes else ""
            self.atoms.append(Atom(html, element.get("id") or "", notes, key("atom", *around, html, numbered)))
            return _Node(html, "", like, first, first + 1, ())
        children: list[_Node] = []
        for child in element:
            # A neighbour that shows nowhere counts, too.
            before = children[-1].like if children else ""
            beside = (before, str(min(len(children), 2)), str(child.getnext() is None))
            children.append(self._node(child, (*around, start, *beside)))
        return _Node(start, stop, like, first, len(self.atoms), tuple(children))

    def take(self, first: int, end: int, gap: str = "") -> str:
        """Return the markup of some atoms; ``gap`` goes where what comes before them would be."""
        return "".join(self._within(self._root, first, end, gap))

    def names(self, first: int, end: int) -> Iterator[str]:
        """Yield the ids in some atoms."""
        for atom in self.atoms[first:end]:
            yield from xhtml.ids(atom.html)

    def gap(self, first: int, height: float = 0.0) -> str:
        """Return what stands for all before an atom: an empty space, behind which notes are counted on.

        One without a height shows nowhere; one with a height has a line, so that its page is none without text.
        """
        if not first:
            return ""
        room = f"display: block; margin: 0; padding: 0; height: {height:.2f}pt"
        style = f"{room}; counter-set: footnote {self.notes(first)}"
        return f'<div style="{style}">{_NO_WIDTH if height else ""}</div>'

    def notes(self, end: int) -> int:
        """Return how many notes stand before an atom."""
        return sum(atom.notes for atom in self.atoms[:end])

    def _within(self, node: _Node, first: int, end: int, gap: str) -> Iterator[str]:
        yield node.start
        before = [child for child in node.children if child.end <= first]
        inside = [child for child in node.children if child.end > first and child.first < end]
        # The gap stands in the innermost container that began before.
        if gap and node.first < first and not (inside and inside[0].first < first):
            yield gap
        # Neighbours ask for the one before, and whether there is one.
        yield from (child.like for child in before[-2:])
        for child in inside:
            yield from self._within(child, first, end, gap)
            yield "\n"
        if node.children and node.children[-1].first >= end:
            yield node.children[-1].like
        yield node.stop


def _is_container(element: xhtml.Element) -> bool:
    if element.tag not in _CONTAINERS or not len(element) or (element.text or "").strip():
        return False
    return all(child.tag not in _INLINE and not (child.tail or "").strip() for child in element)


def _tags(element: xhtml.Element) -> tuple[str, str]:
    """Return an element's start and end tag."""
    start, stop, _ = xhtml.whole(_empty(element, frozenset())).rpartition(f"</{element.tag}>")
    return start, stop


def _empty(element: xhtml.Element, without: frozenset[str]) -> xhtml.Element:
    """Return an element like another that holds nothing, without some attributes."""
    empty = etree.Element(element.tag)
    for name, value in element.attrib.items():
        if name not in without:
            empty.set(name, value)
    return empty


def _like(element: xhtml.Element) -> str:
    """Return an empty element that stylesheets take for another, and that shows nowhere."""
    # What leads to its id is to lead to where it is.
    like = _empty(element, frozenset({"id", "style", "href", "src"}))
    like.set("style", _HIDDEN)
    return xhtml.whole(like)
