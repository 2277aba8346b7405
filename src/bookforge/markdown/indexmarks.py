"""The index marks of a chapter, ``[lantern]{.index}`` and ``::: {.index entry=…}``, out of its tree as values.

Of a mark stays what the index can lead to: a span around the marked words, an empty one, or the id of a block.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Final

from lxml import etree

from bookforge import xhtml
from bookforge.book import IndexMark, Place, Source, SourceMap
from bookforge.diagnostics import Diagnostic, Location, error
from bookforge.manuscript import place
from bookforge.markdown.blocks import HEADINGS
from bookforge.markdown.finder import Finder
from bookforge.typography import quotes
from bookforge.xhtml import Element

_CLASS: Final = "index"
_KEYS: Final = ("entry", "see", "see-also", "sort", "range")
_RANGE: Final = ("start", "end")
_DEEPEST: Final = 3
_PLACES: Final = frozenset({"p", "li", "dd", "dt", "td", "th", "figcaption", "caption", *HEADINGS})
"""Blocks that can hold a span at their end."""
_WHOLE: Final = frozenset({*_PLACES, "figure", "table", "pre", "hr"})
_TYPED: Final = re.compile(
    r":::+\s*(?:\{[^{}\0]*?\.)?index(?![\w-])|\{[^{}\0]*?\.index(?![\w-])|"
    r"<\w+[^<>\0]*\bclass\s*=\s*[\"']?[^\"'>\0]*(?<![\w-])index(?![\w-])"
)
_PARTS: Final = re.compile(r"(?<!!)!(?!!)")
_MARK: Final = "index-mark"


@dataclass(slots=True)
class _Draft:
    """A mark whose element is in the tree; ``values`` are its attributes as typed."""

    text: str
    values: dict[str, str]
    main: bool
    note: int | None
    range: str | None = None
    element: Element | None = None
    blocks: list[Element] = field(default_factory=list)
    """The blocks around it, to find its place in the source by."""
    passage: bool = False
    closes: bool = False
    """It was not typed: it is the end of a passage, and follows its beginning."""

    def around(self) -> Iterator[str]:
        """Yield the ids of the blocks around the mark, the innermost first."""
        yield from (str(each.get("id")) for each in self.blocks if each.get("id"))


@dataclass(slots=True)
class Marks:
    """The marks of one chapter, while it is converted."""

    drafts: list[_Draft] = field(default_factory=list)

    def take(self, root: Element, note: int | None) -> None:
        """Take the marks out of the flow or of one note; what they lead to keeps ``data-index``."""
        for element in [each for each in root.iter() if isinstance(each.tag, str) and xhtml.has_class(each, _CLASS)]:
            self._take_one(element, root, note)

    def _take_one(self, element: Element, root: Element, note: int | None) -> None:
        typed = [key for key in map(str, element.keys()) if _is_value(key)]
        values = {key.removeprefix("data-"): str(element.attrib.pop(key)) for key in typed}
        main = xhtml.has_class(element, "main")
        xhtml.drop_class(element, _CLASS)
        xhtml.drop_class(element, "main")
        draft = _Draft("" if element.tag == "div" else _entry_text(element), values, main, note, values.get("range"))
        draft.blocks = [element, *element.iterancestors()]
        draft.passage = element.tag == "div"
        self.drafts.append(draft)
        number = len(self.drafts)
        if "see" in values:
            _leave(element, root)
        elif element.tag == "div":
            self._take_stretch(element, draft, number)
        else:
            draft.element = _landing(element, root)
            _number(draft.element, number)

    def _take_stretch(self, passage: Element, draft: _Draft, number: int) -> None:
        """Let a passage be a stretch: from its first block to the end of its last one."""
        blocks = [each for each in passage.iter() if each.tag in _WHOLE] or [passage]
        if draft.range is None:
            draft.range = "start"
            closing = replace(draft, range="end", closes=True)
            self.drafts.append(closing)
            holders = [each for each in blocks if each.tag in _PLACES]
            closing.element = etree.SubElement(holders[-1], "span") if holders else blocks[-1]
            _number(closing.element, len(self.drafts))
            closing.element.attrib.update({"class": _MARK} if holders else {})
        draft.element = blocks[0]
        _number(draft.element, number)
        if not passage.attrib and passage.getparent() is not None and len(passage):
            xhtml.unwrap(passage)

    def name(self, roots: tuple[Element, ...]) -> None:
        """Give every place an id; to be called when the blocks have theirs."""
        for root in roots:
            for element in [each for each in root.iter() if each.get("data-index")]:
                numbers = str(element.attrib.pop("data-index")).split()
                if not element.get("id"):
                    element.set("id", f"ix-{numbers[0]}")
                for number in numbers:
                    self.drafts[int(number) - 1].element = element

    def finish(
        self, source: Source, finder: Finder, source_map: SourceMap
    ) -> tuple[tuple[IndexMark, ...], list[Diagnostic]]:
        """Return the marks with their places, and what is wrong with them."""
        marks: list[IndexMark] = []
        wrong: list[Diagnostic] = []
        typed = [draft for draft in self.drafts if not draft.closes]
        places = dict(zip(map(id, typed), _find(typed, source, finder, source_map), strict=True))
        for number, draft in enumerate(self.drafts):
            if draft.closes:
                marks.append(replace(marks[-1], id=_id(draft), see_also=(), range="end"))
                continue
            at = places[id(draft)]
            found = list(_problems(draft, Location(source.path, at.line, at.column)))
            wrong += found
            marks.append(_mark(draft, at) if not found else IndexMark(("",), f"ix-{number}", at))
        return tuple(marks), wrong


def _is_value(key: str) -> bool:
    return key.startswith("data-") and key not in {"data-index", "data-voice", "data-by", "data-query"}


def _number(element: Element, number: int) -> None:
    element.set("data-index", f"{element.get('data-index', '')} {number}".strip())


def _entry_text(element: Element) -> str:
    """Return what an element shows as the heading of an entry, with ``*`` around italics."""

    def parts(each: Element) -> Iterator[str]:
        around = "*" if each.tag in {"em", "i"} and each is not element else ""
        yield around + (each.text or "")
        for child in each:
            yield from parts(child)
            yield child.tail or ""
        yield around

    return " ".join("".join(parts(element)).split())


# ---------------------------------------------------------------- where a mark leads


def _landing(element: Element, root: Element) -> Element:
    """Return what a mark's place is known by: itself, or, of an empty mark that opens a block, the block."""
    if element.tag != "span" or _entry_text(element) or len(element):
        if element.tag == "span":
            xhtml.add_class(element, _MARK)
        return element
    block = element.getparent()
    assert block is not None
    opens = element.getprevious() is None and not (block.text or "").strip()
    alone = opens and len(block) == 1 and not (element.tail or "").strip() and block is not root
    neighbour = _neighbour(block) if alone and block.tag == "p" else None
    if neighbour is not None and not element.get("id"):
        _drop(block, neighbour)
        return neighbour
    if opens and block.tag in _PLACES and not element.get("id"):
        xhtml.remove(element)
        return block
    xhtml.add_class(element, _MARK)
    return element


def _neighbour(block: Element) -> Element | None:
    """Return the block after one that holds nothing but a mark, else the last one before it."""
    following = block.getnext()
    if following is not None:
        return next((each for each in following.iter() if each.tag in _WHOLE), None)
    before = block.getprevious()
    return None if before is None else next((each for each in reversed([*before.iter()]) if each.tag in _WHOLE), None)


def _leave(element: Element, root: Element) -> None:
    """Take a mark that only refers away, and its paragraph when that was all it held."""
    block = element.getparent()
    if element.tag != "span" or block is None:
        return
    if element.attrib and not (element.keys() == ["class"] and not _entry_text(element)):
        return
    xhtml.unwrap(element)
    if block.tag == "p" and block is not root and not len(block) and not (block.text or "").strip():
        _drop(block, _neighbour(block))


def _drop(block: Element, neighbour: Element | None) -> None:
    """Take an empty paragraph away; what it was the place of goes to its neighbour."""
    numbers = block.get("data-index")
    if numbers is None or neighbour is not None:
        xhtml.remove(block)
    if numbers is not None and neighbour is not None:
        for number in numbers.split():
            _number(neighbour, int(number))


def _find(drafts: list[_Draft], source: Source, finder: Finder, source_map: SourceMap) -> Iterator[Place]:
    """Yield the place at which each mark was typed.

    Marks of the source in a block belong to the marks of the tree in that block, in order; those that are left belong
    to the passages, and to the marks whose block is gone, in order too.
    """
    free: dict[bool, list[Place]] = {False: [], True: []}
    for typed, at in finder.every(_TYPED):
        free[typed.startswith((":", "<div"))].append(at)
    known: dict[int, Place] = {}
    # Notes before the flow: one that is written where it is called stands in a block of the flow.
    for number, draft in sorted(enumerate(drafts), key=lambda each: each[1].note is None):
        block = next((source_map.blocks[each] for each in draft.around() if each in source_map.blocks), None)
        inside = (each for each in free[False] if block is not None and block.start <= each.start <= block.end + 1)
        if not draft.passage and (found := next(inside, None)) is not None:
            free[False].remove(found)
            known[number] = found
    for number, draft in enumerate(drafts):
        left = free[draft.passage]
        yield known[number] if number in known else left.pop(0) if left else place(source, 0, 0)


# ---------------------------------------------------------------- what a mark says


def _split(typed: str) -> tuple[str, ...]:
    """Part a heading from its subheadings at ``!``; ``!!`` is one that is printed."""
    return tuple(_typeset(part) for part in _PARTS.split(typed))


def _targets(typed: str) -> tuple[tuple[str, ...], ...]:
    return tuple(_split(each) for each in typed.split(";") if each.strip())


def _typeset(text: str) -> str:
    """Curl quotes and set dashes as in the text around: attributes come as they are typed."""
    return quotes.curl(" ".join(text.replace("!!", "!").split()).replace("---", "\u2014").replace("--", "\u2013"))


def _id(draft: _Draft) -> str | None:
    return draft.element.get("id") if draft.element is not None else None


def _mark(draft: _Draft, at: Place) -> IndexMark:
    return IndexMark(
        entry=_split(draft.values.get("entry") or draft.text.replace("!", "!!")),
        id=_id(draft),
        at=at,
        sort=_split(draft.values.get("sort", "")) if draft.values.get("sort") else (),
        see=_targets(draft.values.get("see", "")),
        see_also=_targets(draft.values.get("see-also", "")),
        range=draft.range,
        main=draft.main,
        note=draft.note,
    )


def _problems(draft: _Draft, at: Location) -> Iterator[Diagnostic]:
    for key in draft.values:
        if key not in _KEYS:
            near = get_close_matches(key, _KEYS, 1)
            hint = f"did you mean '{near[0]}='?" if near else f"it takes {', '.join(_KEYS)}"
            yield error("index-mark-valid", f"an index mark has no '{key}='", at, hint)
    if draft.values.get("range", "start") not in _RANGE:
        hint = 'write range="start" at one end and range="end" at the other'
        yield error("index-mark-valid", f"'{draft.values['range']}' is no end of a range", at, hint)
    levels = _split(draft.values.get("entry") or draft.text.replace("!", "!!"))
    if not all(levels):
        hint = 'name the entry: []{.index entry="lantern"}'
        what = f"the entry '{draft.values['entry']}' has an empty part" if draft.values.get("entry") else "no entry"
        yield error("index-mark-valid", f"this index mark names {what}" if what == "no entry" else what, at, hint)
    if len(levels) > _DEEPEST:
        hint = f"an index has a heading and {_DEEPEST - 1} levels below it; write !! for a ! of the text"
        yield error("index-mark-valid", f"the entry '{draft.values['entry']}' is too deep", at, hint)
    if "see" in draft.values and (draft.main or "range" in draft.values or "see-also" in draft.values):
        hint = "take 'see=' out, or write see-also= where the entry has pages of its own"
        yield error("index-mark-valid", "an entry with 'see=' has nothing else: it sends the reader away", at, hint)
    for key in ("see", "see-also"):
        if key in draft.values and not (targets := _targets(draft.values[key])):
            yield error("index-mark-valid", f"'{key}=' names no entry", at, f'write {key}="lantern"')
        elif key in draft.values and not all(all(target) for target in targets):
            yield error("index-mark-valid", f"'{key}=' has an empty part", at, f'write {key}="lantern!oil"')
