"""The faces that pages were drawn with in, the fonts of a book's PDF out: each cut to the glyphs it needs, once.

A page says of a face only what it used; the file is one of the edition's. The cutting itself is WeasyPrint's.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from bookforge.writers.assembly import hooks
from bookforge.writers.assembly.drawn import DrawnFace, DrawnObject
from bookforge.writers.assembly.objects import Writer

_DRAWN_ELSEWHERE: Final = ("bitmap", "png", "svg", "colr", "used_in_forms")
"""What a font can have so that its glyphs are more than outlines in a file."""


class UnlinkableError(Exception):
    """Pages that cannot be drawn apart from the book they stand in."""


def used(fonts: Mapping[Any, Any]) -> tuple[DrawnFace, ...]:
    """Return what was used of the engine's fonts.

    Raises :class:`UnlinkableError` for one with pictures for glyphs.
    """
    return tuple(merged(_face(font) for font in fonts.values()))


def _face(font: Any) -> DrawnFace:
    if any(getattr(font, name) for name in _DRAWN_ELSEWHERE):
        raise UnlinkableError(f"the font {font.family} has pictures for letters")
    return DrawnFace(
        hash=font.hash,
        name=font.name.decode("latin-1"),
        family=font.family,
        flags=font.flags,
        ascent=font.ascent,
        descent=font.descent,
        index=font.index,
        weight=int(font.weight),
        style=int(font.style),
        size=font.font_size,
        upem=font.upem,
        glyphs=font.glyph_count,
        tables=tuple(font.tables),
        variations=dict(font.variations),
        file=_digest(font.file_content),
        widths=dict(font.widths),
        texts=dict(font.to_unicode),
        absent=dict(font.missing),
    )


@cache
def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def merged(faces: Iterable[DrawnFace]) -> list[DrawnFace]:
    """Make one of each face that comes several times; in the order in which they come."""
    found: dict[str, DrawnFace] = {}
    for face in faces:
        known = found.get(face.hash)
        if known is not None:
            face = replace(
                known,
                widths={**face.widths, **known.widths},
                texts={**face.texts, **known.texts},
                absent={**face.absent, **known.absent},
            )
        found[face.hash] = face
    return [*found.values()]


@cache
def files(paths: tuple[str, ...]) -> Mapping[str, bytes]:
    """Return the contents of font files by their digest."""
    contents = (Path(path).read_bytes() for path in paths)
    return {_digest(data): data for data in contents}


def identity(face: DrawnFace) -> str:
    """Return what tells a face from all that are cut in another way, whatever came first."""
    used = (sorted(each.items()) for each in (face.variations, face.widths, face.texts, face.absent))
    return repr((replace(face, variations={}, widths={}, texts={}, absent={}), *used))


@dataclass(frozen=True, slots=True)
class CutFace:
    """A font as PDF objects, the last of which is its dictionary."""

    objects: tuple[DrawnObject, ...]


def cut(face: DrawnFace, contents: Mapping[str, bytes]) -> CutFace:
    """Cut a face to the glyphs it needs; it is in one of the files: see :func:`check`."""
    pdf, first = hooks.with_font(hooks.font(face, contents[face.file]))
    return CutFace(tuple(Writer({}).objects(pdf, set(range(first)))))


def check(used: Iterable[DrawnFace], contents: Mapping[str, bytes]) -> None:
    """Raise :class:`UnlinkableError` for a merged face that is in none of the files, or stands for too much."""
    for face in used:
        if face.file not in contents:
            raise UnlinkableError(f"the font {face.family} is none of the edition's")
        # Each section numbers for itself what a face lacks.
        if len(set(face.absent.values())) < len(face.absent):
            raise UnlinkableError(f"the font {face.family} lacks characters")
