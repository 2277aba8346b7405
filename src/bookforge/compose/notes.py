"""A section's notes in; out, each at its call for the foot of the page, or set apart at the section's end."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Final

from bookforge import xhtml
from bookforge.book import BookSection, Note
from bookforge.compose import views
from bookforge.compose.wardrobe import Wardrobe
from bookforge.diagnostics import EditionError, error
from bookforge.edition import Edition, Format
from bookforge.numerals import letters

_NOTE_BLOCKS: Final = frozenset({"p", "blockquote", "div"})
"""Blocks a note at the foot of a page can hold; WeasyPrint throws real blocks in a footnote into the text (#1833)."""

_BLOCK: Final = frozenset({"p", "blockquote", "div", "ul", "ol", "dl", "table", "pre", "figure", "hr", "aside"})


def set_calls(
    root: xhtml.Element, notes: Mapping[int, Note], wardrobe: Wardrobe, dress: Callable[[xhtml.Element], None]
) -> Iterator[Note]:
    """Set each note's call, with the note itself where it can stand at the foot; return those that stand apart.

    ``dress`` dresses the tree of a note as the text around its call is dressed.
    """
    apart = []
    for call in xhtml.find_class(root, "noteref", "a"):
        note = notes[int(call.attrib.pop("data-note"))]
        number = wardrobe.numbers.get(note.id, str(note.number))
        if _stands_at_foot(note, wardrobe):
            _set_footnote(call, note, number, dress)
        else:
            _set_call(call, note, number, wardrobe.format)
            apart.append(note)
    return iter(apart)


def _stands_at_foot(note: Note, wardrobe: Wardrobe) -> bool:
    apart = wardrobe.notes_apart or wardrobe.format is not Format.PDF or note.id in wardrobe.endnotes
    return not apart and _fits_the_foot(note)


def check(edition: Edition) -> None:
    """Refuse to number notes by page that do not stand on the pages of their calls.

    Errors: ``setting-fits``.
    """
    where = edition.settings.get("notes", "foot")
    if where != "foot" and edition.settings.get("note-numbers") == "page":
        message = f"'note-numbers: page' is for notes at the foot of the page, not for 'notes: {where}'"
        hint = "number them by chapter or through the book"
        raise EditionError(error("setting-fits", message, edition.at, hint))


def numbers(
    sections: Iterable[BookSection], by: str, pages: Mapping[str, str], endnotes: Collection[str] = ()
) -> dict[str, str]:
    """Return the printed number of every note by its id.

    ``by`` is ``chapter``, ``book`` or ``page``: where counting begins anew. By page, notes are counted as their pages
    are known; ``pages`` are labels by id. Notes that no page can hold (``endnotes``, and those with blocks) then have
    letters: their calls stand among notes of other pages.
    """
    found: dict[str, str] = {}
    counts: dict[str, int] = {}
    for section in sections:
        for note in section.content.notes if section.content is not None else ():
            lettered = by == "page" and (note.id in endnotes or not _fits_the_foot(note))
            scope = f"{section.id} apart" if lettered else _scope(note, section, by, pages)
            counts[scope] = counts.get(scope, 0) + 1
            found[note.id] = letters(counts[scope]) if lettered else str(counts[scope])
    return found


def _scope(note: Note, section: BookSection, by: str, pages: Mapping[str, str]) -> str:
    """Return within what a note is counted."""
    if by == "page":
        page = pages[note.id]
        return page if note.id in pages else section.id
    return "" if by == "book" else section.id


def call_id(note: Note) -> str:
    """Return the id of the place that calls a note."""
    return note.id.replace(".note-", ".noteref-")


def _set_call(call: xhtml.Element, note: Note, number: str, format_: Format) -> None:
    call.set("href", f"#{note.id}")
    call.set("id", call_id(note))
    call.set("data-generated", "")
    call.text = number
    if format_ is Format.EPUB:
        call.set(f"{{{xhtml.EPUB}}}type", "noteref")
    if format_ is not Format.PDF:
        call.set("role", "doc-noteref")


def _fits_the_foot(note: Note) -> bool:
    root = xhtml.read(note.markup)
    return all(element.tag in _NOTE_BLOCKS or not _is_block(element) for element in root.iterdescendants())


def _is_block(element: xhtml.Element) -> bool:
    return element.tag in _BLOCK or element.tag in {"li", "dt", "dd", "img", "h1", "h2", "h3", "h4", "h5", "h6"}


def _set_footnote(call: xhtml.Element, note: Note, number: str, dress: Callable[[xhtml.Element], None]) -> None:
    root = xhtml.read(note.markup, "span")
    dress(root)
    _close_up(root)
    for block in [each for each in root.iter() if each.tag in _NOTE_BLOCKS]:
        if _holds_blocks(block):
            xhtml.add_class(block, "note-group")
            _close_up(block)
        else:
            xhtml.add_class(block, "note-block")
        block.tag = "span"
    root.set("class", "footnote")
    root.set("id", note.id)
    root.set("data-note-id", note.id)
    root.set("data-number", number)
    root.tail = call.tail
    parent = call.getparent()
    assert parent is not None
    parent.replace(call, root)


def _holds_blocks(block: xhtml.Element) -> bool:
    """Whether an element is no paragraph but stands around some, as a quotation does."""
    return not (block.text or "").strip() and any(child.tag in _NOTE_BLOCKS for child in block)


def _close_up(group: xhtml.Element) -> None:
    """Take away the white space between blocks: in a note it would be a line of text."""
    group.text = (group.text or "").strip() or None
    for block in group:
        block.tail = (block.tail or "").strip() or None


def view(note: Note, wardrobe: Wardrobe, dress: Callable[[xhtml.Element], None]) -> views.NoteView:
    """Return a note that stands apart as its template sets it.

    On paper its number is run into its first line, so that no page can end between the two.
    """
    root = xhtml.read(note.markup)
    dress(root)
    number = wardrobe.numbers.get(note.id, str(note.number))
    numbered = wardrobe.format is Format.PDF and len(root) > 0 and root[0].tag == "p"
    if numbered:
        head = xhtml.read(f'<a href="#{call_id(note)}">{number}</a>', "span")
        head.set("class", "note-number")
        head.set("data-generated", "")
        xhtml.own_head(root[0], head)
    return views.NoteView(number, note.id, call_id(note), views.markup(root), numbered)
