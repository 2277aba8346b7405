"""The engine's boxes, asked what they are: by the names of their classes, so that the engine need not be imported."""

from collections.abc import Iterable
from typing import Any


def kind(box: Any) -> str:
    """Return the name of a box's class."""
    return type(box).__name__


def children(box: Any) -> Iterable[Any]:
    """Return what is inside a box; nothing in a text."""
    return getattr(box, "children", ())
