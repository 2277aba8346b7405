"""What running heads say of a section: its short title, its part's, its teller; cut where the page has no room."""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Final

from bookforge.book import Book, BookSection
from bookforge.compose import views
from bookforge.diagnostics import Diagnostic, warning
from bookforge.edition import Reading, Setting
from bookforge.semantics import SEMANTICS, Role

_ELLIPSIS: Final = "\u2026"
_SAID_OF_CHAPTERS: Final = frozenset({"chapter", "part", "teller"})


def set_heads(
    view: views.SectionView, section: BookSection, book: Book, settings: Mapping[str, Setting]
) -> views.SectionView:
    """Give a section's view the words of its running heads, none longer than the setting ``head-length``."""
    most = _most(settings)
    part = next((each for each in book.sections if each.id == section.part), None)
    words = (part.short_title or part.title_text) if part is not None else None
    return dataclasses.replace(view, running=cut(view.running, most), part=cut(words, most) if words else None)


def cut(text: str, most: int | None) -> str:
    """Cut a text that is too long after a word, with an ellipsis."""
    if most is None or len(text) <= most:
        return text
    head, _, _ = text[:most].rpartition(" ")
    return (head or text[: most - 1]).rstrip(" ,;:.\u2013\u2014") + _ELLIPSIS


def too_long(read: Reading) -> Iterator[Diagnostic]:
    """Warn of titles that running heads cut."""
    settings = read.edition.settings
    most = _most(settings)
    if most is None or not _SAID_OF_CHAPTERS & {settings.get("verso-head"), settings.get("recto-head")}:
        return
    for section in read.book.sections:
        title = section.short_title or section.title_text or ""
        has_head = section.role is Role.PART or not SEMANTICS[section.role].display
        if len(title) > most and has_head:
            message = f"the running head of '{title[:60]}' is cut after {most} characters"
            yield warning("head-fits", message, section.at, "give the chapter a 'short-title'")


def _most(settings: Mapping[str, Setting]) -> int | None:
    most = settings.get("head-length")
    return most if isinstance(most, int) and not isinstance(most, bool) else None
