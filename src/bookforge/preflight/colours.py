"""The colour spaces and colours of a PDF's drawing operators in, what ink they ask for out."""

import dataclasses
from dataclasses import dataclass
from typing import Any, Final

from bookforge.preflight.objects import is_array, is_mapping, mapping

_DEPTH: Final = 8
_NEARLY: Final = 0.002
_DARK: Final = 0.5
_PROCESS: Final = frozenset({"/Cyan", "/Magenta", "/Yellow", "/Black", "/None"})
_DEVICE: Final = {
    "/DeviceGray": ("gray", 1),
    "/G": ("gray", 1),
    "/DeviceRGB": ("rgb", 3),
    "/RGB": ("rgb", 3),
    "/DeviceCMYK": ("cmyk", 4),
    "/CMYK": ("cmyk", 4),
}
_BY_COUNT: Final = {1: "gray", 3: "rgb", 4: "cmyk"}
_DEFAULTS: Final = {"gray": "/DefaultGray", "rgb": "/DefaultRGB", "cmyk": "/DefaultCMYK"}


@dataclass(frozen=True, slots=True)
class Space:
    """A colour space: its kind as in :class:`bookforge.preflight.facts.Colour`, or ``pattern``."""

    kind: str
    channels: int
    profile: bool = False
    name: str = ""
    indexed: bool = False


@dataclass(frozen=True, slots=True)
class Paint:
    """A colour in its space. ``ink`` in percent, ``0`` where the space says nothing of inks."""

    space: Space
    ink: float = 0.0
    white: bool = False
    rich: bool = False


GRAY: Final = Space("gray", 1)
RGB: Final = Space("rgb", 3)
CMYK: Final = Space("cmyk", 4)
PATTERN: Final = Space("pattern", 0)
BLACK: Final = Paint(GRAY, 100.0)


def space(named: Any, resources: Any, depth: int = 0) -> Space:
    """Return the space a name or an array means; what cannot be read counts as a spot colour without a name."""
    if depth > _DEPTH or named is None:
        return Space("spot", 1)
    if is_array(named) and len(named):
        return _of_array(named, resources, depth)
    return Space("spot", 1) if is_array(named) or is_mapping(named) else _of_name(str(named), resources, depth)


def _of_name(name: str, resources: Any, depth: int) -> Space:
    given = mapping(resources, "/ColorSpace")
    if name in _DEVICE:
        kind, channels = _DEVICE[name]
        default = given.get(_DEFAULTS[kind])
        return space(default, None, depth + 1) if default is not None else Space(kind, channels)
    if name == "/Pattern":
        return PATTERN
    if name in given:
        return space(given[name], resources, depth + 1)
    return Space("spot", 1)


def _of_array(array: Any, resources: Any, depth: int) -> Space:
    family = str(array[0])
    if len(array) == 1 or family == "/Pattern":
        return PATTERN if family == "/Pattern" else _of_name(family, resources, depth + 1)
    if family == "/ICCBased":
        channels = int(array[1].get("/N", 0))
        return Space(_BY_COUNT.get(channels, "spot"), channels, profile=True)
    if family in ("/CalGray", "/CalRGB"):
        return Space("gray", 1, profile=True) if family == "/CalGray" else Space("rgb", 3, profile=True)
    if family == "/Lab":
        return Space("lab", 3, profile=True)
    if family in ("/Indexed", "/I"):
        return dataclasses.replace(space(array[1], resources, depth + 1), indexed=True)
    if family == "/Separation":
        return _of_inks([str(array[1])])
    if family == "/DeviceN":
        return _of_inks([str(name) for name in array[1]])
    return Space("spot", 1)


def _of_inks(names: list[str]) -> Space:
    """Return the space of named inks: the process inks are what they are, every other is a spot colour."""
    if set(names) <= _PROCESS:
        return Space("gray", 1, name="Black") if names == ["/Black"] else Space("cmyk", len(names))
    spots = [name[1:] for name in names if name not in _PROCESS]
    return Space("spot", len(names), name=", ".join(spots))


def paint(where: Space, values: tuple[float, ...]) -> Paint:
    """Return a colour of a space; without values the one a space begins with, black."""
    if where.indexed or where.kind in ("lab", "pattern"):
        return Paint(where)
    if where.kind == "gray" and not where.name:
        return Paint(where, 100 * (1 - values[0]) if values else 100.0, bool(values) and values[0] > 1 - _NEARLY)
    if where.kind == "rgb":
        return Paint(where, 0.0, len(values) == 3 and min(values) > 1 - _NEARLY)
    ink = 100 * sum(values) if values else 100.0
    rich = where.kind == "cmyk" and len(values) == 4 and values[3] > _DARK and sum(values[:3]) > _NEARLY
    return Paint(where, ink, bool(values) and ink < 100 * _NEARLY, rich)
