"""What kind of thing a PDF object is; pikepdf gives all of them one face, and a hostile file any of them anywhere."""

from typing import Any

import pikepdf


def is_mapping(thing: Any) -> bool:
    """Say whether a thing has entries: a dictionary or a stream."""
    return isinstance(thing, pikepdf.Dictionary | pikepdf.Stream)


def is_array(thing: Any) -> bool:
    """Say whether a thing is an array."""
    return isinstance(thing, pikepdf.Array)


def is_string(thing: Any) -> bool:
    """Say whether a thing is a string of bytes."""
    return isinstance(thing, pikepdf.String)


def is_stream(thing: Any) -> bool:
    """Say whether a thing is a stream."""
    return isinstance(thing, pikepdf.Stream)


def mapping(thing: Any, key: str) -> Any:
    """Return a mapping inside a mapping, an empty one where there is none."""
    found = thing.get(key) if is_mapping(thing) else None
    return found if is_mapping(found) else pikepdf.Dictionary()


def array(thing: Any, key: str) -> Any:
    """Return an array inside a mapping, an empty one where there is none."""
    found = thing.get(key) if is_mapping(thing) else None
    return found if is_array(found) else pikepdf.Array()
