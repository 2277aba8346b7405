"""Notes in a page's margins, laid out wherever their paragraphs stand, in; the same notes, none over another, out."""

from collections.abc import Iterator
from typing import Any, Final

_GAP: Final = 2.0
"""Between two notes in a margin, in pixels."""

_EDGE: Final = 24.0
"""Between the last note in a margin and the end of the sheet, in pixels."""


def part_notes(document: Any, kinds: tuple[str, ...]) -> None:
    """Move the notes in a page's margins apart, down where there is room, else up; nothing in the flow moves.

    ``kinds`` are the classes of such notes, which are placed absolutely; each class has a column of its own.
    """
    for page in document.pages:
        box = page._page_box
        for kind in kinds:
            _stack([note for note in _placed(box) if kind in (note.element.get("class") or "").split()], box)


def _placed(box: Any) -> Iterator[Any]:
    """Yield the absolutely placed boxes below a box."""
    for child in getattr(box, "children", ()):
        real = getattr(child, "_box", child)
        if real is not child and real.element is not None:
            yield real
        else:
            yield from _placed(real)


def _stack(notes: list[Any], page: Any) -> None:
    notes.sort(key=lambda note: note.position_y)
    wanted = []
    free = 0.0
    for note in notes:
        wanted.append(max(note.position_y, free))
        free = wanted[-1] + note.margin_height() + _GAP
    floor = page.margin_height() - _EDGE
    for place in reversed(range(len(notes))):
        wanted[place] = min(wanted[place], floor - notes[place].margin_height())
        floor = wanted[place] - _GAP
    for note, y in zip(notes, wanted, strict=True):
        note.translate(0, y - note.position_y)
