"""A section and its wardrobe in; out, as texts, all of both that decides how it is dressed, and what is kept of it."""

import dataclasses
import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from bookforge.book import BookSection, SourceMap
from bookforge.compose.dress import Dressed
from bookforge.compose.views import InitialView, NoteView
from bookforge.compose.wardrobe import Wardrobe
from bookforge.diagnostics import Location
from bookforge.edition import Format

_LINK: Final = re.compile(r'href="#([^"]*)"')
_PAGE: Final = "page"
_MADE_ANEW: Final = ("math", "timeline")
"""Formulas are pictures of the edition, and a timeline is made from all sections."""

_NO_PLACE: Final = Location("")


@dataclass(frozen=True, slots=True)
class KeptNote:
    """A note that stands apart, as plain values."""

    number: str
    id: str
    call_id: str
    markup: str
    numbered: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """A dressed section as plain values, with the capitals that drop in it and the ids whose pages it looks up."""

    title: str | None
    text: str
    notes: tuple[KeptNote, ...]
    initials: tuple[InitialView, ...]
    asked: tuple[str, ...]

    @classmethod
    def of(cls, dressed: Dressed, initials: Iterable[InitialView], asked: Iterable[str]) -> "Kept":
        """Take what is to be kept of a dressed section."""
        notes = (
            KeptNote(each.number, each.id, each.call_id, str(each.markup), each.numbered) for each in dressed.notes
        )
        title = str(dressed.title) if dressed.title is not None else None
        return cls(title, str(dressed.text), tuple(notes), tuple(initials), tuple(sorted(asked)))

    @property
    def dressed(self) -> Dressed:
        """The dressed section."""
        notes = (
            NoteView(each.number, each.id, each.call_id, Markup(each.markup), each.numbered) for each in self.notes
        )
        title = Markup(self.title) if self.title is not None else None
        return Dressed(title, Markup(self.text), tuple(notes))


def name(
    section: BookSection, wardrobe: Wardrobe, pictures: str, files: str, pages: Mapping[str, str]
) -> tuple[str, ...] | None:
    """Return all that decides how a section is dressed, beside what is the same for every section of an edition.

    ``pictures`` tells all pictures of the edition, ``files`` its documents, ``pages`` the known labels of pages.
    ``None`` where it cannot be told: then the section is dressed anew.
    """
    content = section.content
    assert content is not None
    markup = "\0".join((section.title or "", content.body, *(note.markup for note in content.notes)))
    if any(_has_class(markup, each) for each in _MADE_ANEW):
        return None
    notes = repr([(wardrobe.numbers.get(note.id), note.id in wardrobe.endnotes) for note in content.notes])
    is_led = wardrobe.format is Format.PDF and _has_class(markup, _PAGE)
    links = dict.fromkeys(html.unescape(found) for found in _LINK.findall(markup)) if is_led else ()
    return (
        repr(_bare(section, wardrobe)),
        content.body,
        notes,
        repr([(link, pages.get(link)) for link in links]),
        files if files and _LINK.search(markup) else "",
        pictures if "<img" in markup else "",
    )


def _has_class(markup: str, name: str) -> bool:
    return name in markup and re.search(rf'class="[^"]*\b{name}\b', markup) is not None


def _bare(section: BookSection, wardrobe: Wardrobe) -> BookSection:
    """Leave out the text, and what dressing does not look at.

    That is where things stand in files, but for a proof, which prints it.
    """
    content = section.content
    assert content is not None
    blocks = content.source_map.blocks if wardrobe.proof else {}
    bare = dataclasses.replace(content, body="", source_map=SourceMap(blocks, {}, ()))
    return dataclasses.replace(section, content=bare, at=_NO_PLACE)
