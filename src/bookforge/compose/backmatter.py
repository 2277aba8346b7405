"""What the rest of the book says in, the notes, the list of illustrations and the index made of it out."""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from bookforge import illustrations, indexing
from bookforge.book import BookSection
from bookforge.compose import index, views
from bookforge.edition import Format, Reading
from bookforge.semantics import Role


@dataclass(frozen=True, slots=True)
class Whole:
    """The composed book as sections made of the others see it.

    ``start`` is the id of the section at which reading starts, ``pages`` are labels by bound id, as far as they are
    known. ``notes_of`` gives the notes that a dressed section sets apart, ``set_words`` sets a text of the book's
    language, ``dress_line`` the markup of one of its lines.
    """

    reading: Reading
    terms: Mapping[str, str]
    pages: Mapping[str, str]
    start: str
    href_of: Callable[[str], str]
    notes_of: Callable[[BookSection], tuple[views.NoteView, ...]]
    set_words: Callable[[str], str]
    dress_line: Callable[[str], Markup]

    @property
    def sections(self) -> tuple[BookSection, ...]:
        """All sections in reading order."""
        return self.reading.book.sections

    @property
    def notes_at_end(self) -> bool:
        """Say whether all notes stand in a section of their own."""
        return any(section.role is Role.NOTES and section.content is None for section in self.sections)

    def is_roman(self, identity: str) -> bool:
        """Say whether the page of a bound id is counted in roman figures."""
        order: list[str] = [section.id for section in self.sections]
        return order.index(identity.partition(".")[0]) < order.index(self.start)

    def setting(self, name: str, default: str) -> str:
        """Return a setting of the edition."""
        return str(self.reading.edition.settings.get(name, default))


def _notes(whole: Whole, section: BookSection, view: views.SectionView) -> views.SectionView:
    """Gather the notes of all sections; on pages that are known, running heads say whose notes they are."""
    groups = [(each, whole.notes_of(each)) for each in whole.sections if each.content is not None]
    heads = _running_heads([note for _, found in groups for note in found], whole)

    def headed(note: views.NoteView) -> views.NoteView:
        first, last = (heads.get(whole.pages[each], view.running) for each in (note.id, note.end_id))
        return dataclasses.replace(note, running=first, running_on=last)

    return dataclasses.replace(
        view,
        groups=tuple(
            views.NoteGroup(
                views.named(each, whole.reading.book.metadata, whole.terms),
                each.number if each.title_text else None,
                whole.href_of(each.id),
                tuple(map(headed, found)),
            )
            for each, found in groups
            if found
        ),
    )


def _running_heads(found: list[views.NoteView], whole: Whole) -> dict[str, str]:
    """Return the head of every page that a note begins or ends on: the pages its first and its last are called on.

    The first may be one that began on the page before.
    """
    called: dict[str, list[str]] = {}
    for note in found:
        places = (note.call_id, note.id, note.end_id)
        call, *pages = (whole.pages[each] for each in places)
        if all(each in whole.pages for each in places):
            for page in pages:
                called.setdefault(page, []).append(call)
    heads = {}
    for page, calls in called.items():
        first, last = calls[0], calls[-1]
        pattern = whole.terms["notes-to-page" if first == last else "notes-to-pages"]
        heads[page] = pattern.format(first=first, last=last)
    return heads


def _illustrations(whole: Whole, section: BookSection, view: views.SectionView) -> views.SectionView:
    rows = (
        views.FigureRow(whole.dress_line(each.name), whole.href_of(each.id), whole.is_roman(each.id))
        for shown in whole.sections
        for each in illustrations.captioned(shown)
    )
    return dataclasses.replace(view, illustrations=tuple(rows))


def _index(whole: Whole, section: BookSection, view: views.SectionView) -> views.SectionView:
    style = index.Style(
        language=whole.reading.book.metadata.language,
        order=whole.setting("index-order", "letters"),
        ranges=whole.setting("index-ranges", "chicago"),
        note=whole.terms["note-locator"],
        apart=whole.setting("notes", "foot") != "foot",
        set_words=whole.set_words,
    )
    if whole.reading.edition.format is Format.PDF:
        locate = index.on_pages(style, whole.pages)
    else:
        names: dict[str, str] = {
            each.id: each.short_title or views.named(each, whole.reading.book.metadata, whole.terms)
            for each in whole.sections
        }
        locate = index.as_links(whole.href_of, names)
    found = indexing.topics(whole.sections)
    return dataclasses.replace(view, index=index.index(found, section.id, style, locate))


MAKES: Final[Mapping[Role, Callable[[Whole, BookSection, views.SectionView], views.SectionView]]] = {
    Role.ILLUSTRATIONS: _illustrations,
    Role.INDEX: _index,
    Role.NOTES: _notes,
}
"""The sections made of the others."""
