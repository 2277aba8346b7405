"""Lists of a composed body in, the same lists with their markers written on their items out, for the page.

A stylesheet can draw a marker but not count from ``start`` or ``value``, nor backwards.
"""

from typing import Final

from bookforge import xhtml
from bookforge.numerals import roman

_BULLET: Final = "\u2022"
_LETTERS: Final = 26


def mark_items(root: xhtml.Element) -> None:
    """Set ``data-marker`` on what begins each item: the item, or the paragraph it opens with."""
    for listing in root.iter("ol", "ul"):
        items = [each for each in listing if each.tag == "li"]
        backwards = listing.get("reversed") is not None
        number = _whole(listing.get("start"), len(items) if backwards else 1)
        for item in items:
            number = _whole(item.get("value"), number)
            # An item of a task list has its box for a marker.
            if next(xhtml.find_class(_beginning(item), "task", "span"), None) is None:
                marker = f"{_written(number, listing.get('type'))}." if listing.tag == "ol" else _BULLET
                _beginning(item).set("data-marker", marker)
            number += -1 if backwards else 1


def _whole(text: str | None, otherwise: int) -> int:
    try:
        return int(text or "")
    except ValueError:
        return otherwise


def _beginning(item: xhtml.Element) -> xhtml.Element:
    opens_with_paragraph = len(item) > 0 and item[0].tag == "p" and not (item.text or "").strip()
    return item[0] if opens_with_paragraph else item


def _written(number: int, kind: str | None) -> str:
    """Write a number as an ``ol``'s ``type`` wants it, in figures where that has no way to say it."""
    if kind in {"a", "A"} and number > 0:
        letters = ""
        while number > 0:
            number, place = divmod(number - 1, _LETTERS)
            letters = chr(ord(kind) + place) + letters
        return letters
    if kind in {"i", "I"} and 0 < number < 4000:
        return roman(number) if kind == "I" else roman(number).lower()
    return str(number)
