"""A note's markup and the places where it is parted in, its parts out: every word once, none divided."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from bookforge import xhtml
from bookforge.composer import MARGINALIA, REST_OF
from bookforge.typeset.plan import Cut, PartedNote, Place

CONTINUED: Final = "continued"
"""The class of every part of a note but the first."""

UNFINISHED: Final = "unfinished"
"""The class of what a cut leaves with a full last line."""

_RESUMED: Final = "resumed"
_FROM: Final = "comes-over"
_OVER: Final = "goes-over"
_BLOCK: Final = "note-block"
_LINE: Final = "line"


@dataclass(frozen=True, slots=True)
class _Piece:
    """A text node, the edge of a block or a line (no node), or something without text (``which`` is empty).

    ``start`` counts characters from the beginning of the whole.
    """

    node: xhtml.Element | None
    which: str
    text: str
    start: int


def part(root: xhtml.Element, notes: dict[str, PartedNote]) -> None:
    """Part the notes of a section, in place."""
    for note in list(xhtml.find_class(root, "footnote", "span")):
        plan = notes.get(note.get("data-note-id") or "")
        if plan is None:
            continue
        first, *later = parts_of(note, plan.cuts, plan.loose)
        first.tail = note.tail
        parent = note.getparent()
        assert parent is not None
        parent.replace(note, first)
        if later:
            where = find(root, plan.call) if plan.call is not None else None
            _insert(where or Gap(first, "tail", 0), later)


def parts_of(note: xhtml.Element, cuts: tuple[Cut, ...], loose: bool = False) -> list[xhtml.Element]:
    """Return a note in parts; a cut that would divide a word, or leave nothing before it, is not made.

    ``loose``: they may come to stand below each other.
    """
    pieces = list(_pieces(note))
    whole = pieces[-1].start + len(pieces[-1].text) if pieces else 0
    places = {place: cut.full for cut in cuts if (place := _place(pieces, cut.letters)) not in (None, 0, whole)}
    edges = [0, *sorted(place for place in places if place is not None), whole]
    full = [places[place] for place in edges[1:-1]] + [False]
    seen: set[str] = set()
    parts = []
    for number, ((begin, end), is_full) in enumerate(zip(pairwise(edges), full, strict=True)):
        each = _slice(note, begin, end, last=end == whole)
        _name(each, seen)
        if number:
            xhtml.add_class(each, CONTINUED)
            each.set("data-note-part", str(number + 1))
            _mark_first(each, resumed=begin not in _block_starts(pieces), loose=loose)
        if is_full:
            _mark_last(each)
        if end < whole:
            _mark_over(each)
        parts.append(each)
    return parts


def _pieces(root: xhtml.Element) -> Iterator[_Piece]:
    at = 0
    for node, which, text in _walk(root, root):
        yield _Piece(node, which, text, at)
        at += len(text)


def _walk(element: xhtml.Element, root: xhtml.Element) -> Iterator[tuple[xhtml.Element | None, str, str]]:
    """Yield texts in document order; ``None`` where a block begins or ends or a line is broken."""
    edge = "" if element is root else _BLOCK if xhtml.has_class(element, _BLOCK) else _edge(element)
    if edge:
        yield None, edge, ""
    aside = any(xhtml.has_class(element, name) for name in MARGINALIA)
    if aside or element.tag in {"br", "img"}:
        yield element, "", ""
    if element.text and not aside:
        yield element, "text", element.text
    for child in () if aside else element:
        yield from _walk(child, root)
    if edge:
        yield None, edge, ""
    if element is not root and element.tail:
        yield element, "tail", element.tail


def _edge(element: xhtml.Element) -> str:
    return _LINE if element.tag == "br" or xhtml.has_class(element, _LINE) else ""


def _place(pieces: list[_Piece], letters: int) -> int | None:
    """Return the character after so many letters and what belongs to the last word; ``None`` inside a word."""
    left = letters
    for piece in pieces:
        if left <= 0 and piece.node is None:
            return piece.start
        if left <= 0 and not piece.which:
            return None  # beside a picture: to which side it belongs is not known
        for offset, character in enumerate(piece.text):
            if left <= 0 and character.isspace():
                return piece.start + offset
            if character.isalnum():
                if left <= 0:
                    return None
                left -= 1
    return None


def _block_starts(pieces: list[_Piece]) -> set[int]:
    return {piece.start for piece in pieces if piece.node is None and piece.which == _BLOCK}


def _slice(note: xhtml.Element, begin: int, end: int, last: bool) -> xhtml.Element:
    """Return a copy that holds the characters from ``begin`` to ``end``."""
    part = copy.deepcopy(note)
    part.tail = None
    kept: set[xhtml.Element] = {part}
    for piece in list(_pieces(part)):
        if piece.node is None:
            continue
        if not piece.which:
            is_break = piece.node.tag == "br"
            inside = begin < piece.start < end if is_break else begin <= piece.start < end
            if inside or (last and piece.start == end and not is_break):
                kept.update((*piece.node.iter(), *piece.node.iterancestors()))
            continue
        text = piece.text[max(0, begin - piece.start) : max(0, end - piece.start)]
        if begin and begin >= piece.start:
            text = text.lstrip()
        setattr(piece.node, piece.which, text or None)
        if text:
            holder = piece.node if piece.which == "text" else piece.node.getparent()
            assert holder is not None
            kept.update((holder, *holder.iterancestors()))
    for element in [each for each in part.iter() if each not in kept]:
        parent = element.getparent()
        if parent is not None and parent in kept:
            xhtml.remove(element)
    return part


def _name(part: xhtml.Element, seen: set[str]) -> None:
    """Let every id stand once: with the first part of its element. The others say that they go on in its lines."""
    for element in part.iter():
        name = element.get("id")
        if name is not None and name in seen:
            del element.attrib["id"]
            element.set(REST_OF, name)
        elif name is not None:
            seen.add(name)


def _follow(part: xhtml.Element) -> None:
    """Let the first block of a part know that one came before: a layout may set it apart from that."""
    before = xhtml.read("", "span")
    before.set("class", _BLOCK)
    before.set("style", "display: none")
    xhtml.own_head(part, before)


def _mark_first(part: xhtml.Element, resumed: bool, loose: bool) -> None:
    """Let the first block of a part have nothing above it, unless it begins there and may follow another part."""
    block = next((element for element in part.iter() if xhtml.has_class(element, _BLOCK)), None)
    if block is None:
        return
    if resumed:
        xhtml.add_class(block, _RESUMED)
    if loose and not resumed:
        _follow(part)
    else:
        _mark_around(block, part, _FROM)


def _mark_around(block: xhtml.Element, part: xhtml.Element, name: str) -> None:
    """Give a class to a block, and to what it stands in inside its part."""
    while block is not part:
        xhtml.add_class(block, name)
        parent = block.getparent()
        assert parent is not None
        block = parent


def _mark_last(part: xhtml.Element) -> None:
    blocks = [element for element in part.iter() if xhtml.has_class(element, _BLOCK)]
    xhtml.add_class(blocks[-1] if len(blocks) > 1 else part, UNFINISHED)


def _mark_over(part: xhtml.Element) -> None:
    """Let the last block have nothing below it: the part ends with its page."""
    blocks = [element for element in part.iter() if xhtml.has_class(element, _BLOCK)]
    if blocks:
        _mark_around(blocks[-1], part, _OVER)


# ---------------------------------------------------------------- where later parts are called


@dataclass(frozen=True, slots=True)
class Gap:
    """A place in a text node: ``which`` is ``text`` or ``tail``."""

    node: xhtml.Element
    which: str
    offset: int


def find(root: xhtml.Element, place: Place) -> Gap | None:
    """Return the gap between two words at a place; ``None`` where there is no such block or it has fewer letters."""
    block = next((each for each in root.iter() if each.get("id") == place.block), None)
    if block is None:
        return None
    left = place.letters
    last: Gap | None = None
    for node, which, text in _flow(block):
        for offset, character in enumerate(text):
            if left <= 0 and character.isspace():
                return Gap(node, which, offset)
            if character.isalnum():
                left -= 1
        if text.strip():
            last = Gap(node, which, len(text.rstrip()))
    return last if left <= 0 else None


def _flow(block: xhtml.Element) -> Iterator[tuple[xhtml.Element, str, str]]:
    """Yield the texts of a block, those of notes left out."""
    if block.text:
        yield block, "text", block.text
    for child in block:
        if not xhtml.has_class(child, "footnote"):
            yield from _flow(child)
        if child.tail:
            yield child, "tail", child.tail


def _insert(gap: Gap, parts: list[xhtml.Element]) -> None:
    text = getattr(gap.node, gap.which) or ""
    setattr(gap.node, gap.which, text[: gap.offset] or None)
    parts[-1].tail = text[gap.offset :] or None
    holder = gap.node if gap.which == "text" else gap.node.getparent()
    assert holder is not None
    at = 0 if gap.which == "text" else holder.index(gap.node) + 1
    for offset, each in enumerate(parts):
        holder.insert(at + offset, each)
