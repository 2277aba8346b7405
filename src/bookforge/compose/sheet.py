"""What a layout's geometry makes of the page, judged before anything is laid out."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from bookforge.diagnostics import Diagnostic, Location, error
from bookforge.edition import Edition, Sheet

_LEAST_CHARACTERS: Final = 20
_LEAST_LINES: Final = 8
_CLOSEST: Final = 1.0
_WIDEST: Final = 3.0
"""What the leading may be, in parts of the text size."""


def of(said: Mapping[str, Any]) -> Sheet | None:
    """Read the measures that a layout's ``geometry.j2`` sets; ``None`` where some are missing."""
    values = [said.get(name) for name in ("text_size", "leading", "text_width", "text_height")]
    width = getattr(said.get("face"), "character", None)
    if not all(isinstance(value, int | float) for value in (*values, width)):
        return None
    size, leading, across, down = (float(value or 0) for value in values)
    tables = [said.get(name) for name in ("table_size", "dense_table_size")]
    plain, dense = (float(each) if isinstance(each, int | float) else 1.0 for each in tables)
    return Sheet(size, leading, across, down, float(width or 0) * size, (plain, dense))


def judge(sheet: Sheet, edition: Edition, at: Callable[[str], Location | None]) -> Diagnostic | None:
    """Return the error of lines that would overlap or lose each other, and of a page with no room for text.

    ``at`` gives the place of a setting that the book says.
    """
    size, leading = f"{sheet.text_size:g}pt", f"{sheet.leading:g}pt"

    def wrong(message: str, hint: str, *names: str) -> Diagnostic:
        place = next((found for name in names if (found := at(name)) is not None), edition.at)
        return error("setting-fits", message, place, hint)

    if not _CLOSEST <= sheet.leading / sheet.text_size <= _WIDEST:
        what = "lines would overlap" if sheet.leading < sheet.text_size else "that is more than three times as much"
        hint = f"usual for {size} is {round(sheet.text_size * 1.27 * 2) / 2:g}pt; 'leading: auto' chooses it"
        return wrong(f"the leading is {leading} for a text size of {size}: {what}", hint, "leading", "text-size")
    characters, lines = int(sheet.width / sheet.character), round(sheet.height / sheet.leading)
    if characters < _LEAST_CHARACTERS or lines < _LEAST_LINES:
        found = f"{max(0, lines)} lines of {max(0, characters)} characters"
        message = f"a page of {edition.settings.get('trim-size')} has room for {found} in {size}: too little for a text"
        hint = "choose a smaller 'text-size' or 'leading', or a larger 'trim-size'"
        return wrong(message, hint, "text-size", "trim-size", "leading")
    return None
