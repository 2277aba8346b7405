"""A drawn page with fitted lines in, the same with their letters as high as all others out.

A composer fits a line by setting its letters a little larger or smaller. On the page they shall be wider or narrower
only, as a typeface of another width would be: their height is taken back where they are drawn.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from bookforge.composer import FIT_STEP, FITTED
from bookforge.writers import initials

_PLACES: Final = 2
"""Decimals of an engine's pixel in which the place of a text is compared."""


def level(pages: Iterable[Any], pdf: Any) -> None:
    """Draw the letters of fitted lines in their own height; ``pages`` are the engine's, ``pdf`` is unwritten."""
    for number, page in enumerate(pages):
        factors = {_place(*initials.origin(box)): factor for box, factor in _fitted(page._page_box, None)}
        if not factors:
            continue
        drawing = initials.drawing(pdf, number)
        for place, operation in enumerate(drawing):
            found = initials.ORIGIN.fullmatch(operation) if isinstance(operation, bytes) else None
            factor = factors.get(_place(float(found[1]), float(found[2]))) if found else None
            if found and factor is not None:
                drawing[place] = b"1 0 0 %s %s %s Tm" % (f"{-1 / factor:.5f}".encode(), found[1], found[2])


def _place(x: float, y: float) -> tuple[float, float]:
    return round(x, _PLACES), round(y, _PLACES)


def _fitted(box: Any, factor: float | None) -> Iterator[tuple[Any, float]]:
    """Yield the fitted texts below a box, with how much wider than normal they are."""
    box = getattr(box, "_box", box)
    element = box.element
    if type(box).__name__ == "TextBox":
        if factor is not None:
            yield box, factor
        return
    classes = (element.get("class") or "").split() if element is not None else []
    if FITTED in classes and type(box).__name__ == "InlineBox":
        name, _, steps = classes[classes.index(FITTED) + 1].partition("-")
        factor = 1 + int(steps) * FIT_STEP * (1 if name == "wider" else -1)
    for child in getattr(box, "children", ()):
        yield from _fitted(child, factor)
