"""A dressed section in, the same with notes for a proof's margins out: source lines and author queries.

Each note is the first child of the block it stands beside, out of the flow: a proof breaks its lines as the book does.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from bookforge import xhtml
from bookforge.book import BookSection, Place, Query

_WITHOUT_MARGIN: Final = frozenset({"hr", "table", "figure", "img", "pre", "tr"})
"""Blocks that carry no text of their own to hang a note on; the blocks inside them do."""


@dataclass(frozen=True, slots=True)
class _Anchor:
    """A block that notes can hang on, with its place in the source."""

    element: xhtml.Element
    id: str
    place: Place


def mark(title: xhtml.Element | None, body: xhtml.Element, section: BookSection) -> None:
    """Put the source's file and line, and each query, beside its block; every query finds a place."""
    assert section.content is not None
    anchors = tuple(_anchors(title, body, section))
    name = section.content.path.rpartition("/")[2]
    for query in reversed(section.content.queries):
        note = _note("proof-query", f"{query.who}: {query.text}")
        note.set("id", f"{section.id}.query-{query.number}")
        xhtml.own_head(_beside(query, anchors, body), note)
    for anchor in anchors:
        xhtml.own_head(anchor.element, _note("source-ref", f"{name}:{anchor.place.line}"))


def _anchors(title: xhtml.Element | None, body: xhtml.Element, section: BookSection) -> Iterator[_Anchor]:
    """Yield what notes can hang on, in order: the title, when it is the file's own, and the blocks of the text."""
    assert section.content is not None
    places: Mapping[str, Place] = section.content.source_map.blocks
    of_title = f"{section.id}.{section.content.title_id}"
    if title is not None and of_title in places:
        yield _Anchor(title, of_title, places[of_title])
    for element in body.iter():
        identity = element.get("id") or ""
        # A speaker's name has run into what is said.
        if identity in places and element.tag not in _WITHOUT_MARGIN and not xhtml.has_class(element, "speaker"):
            yield _Anchor(element, identity, places[identity])


def _beside(query: Query, anchors: tuple[_Anchor, ...], body: xhtml.Element) -> xhtml.Element:
    """Choose the block a query stands beside: its own, else the nearest before it in the source."""
    own = [anchor for anchor in anchors if anchor.id == query.block]
    before = [anchor for anchor in anchors if anchor.place.start <= query.at.start]
    chosen = own or sorted(before, key=lambda anchor: anchor.place.start)[-1:] or anchors[:1]
    return chosen[0].element if chosen else body


def _note(kind: str, text: str) -> xhtml.Element:
    made = xhtml.read(xhtml.escape(text), "span")
    made.set("class", kind)
    made.set("data-generated", "")
    return made
