"""The faces that pages were drawn with in, the fonts of a book's PDF out: each cut to the glyphs it needs, once.

A page says of a face only what it used; the file is one of the edition's. The cutting itself is WeasyPrint's.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
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


def cut(used: Iterable[DrawnFace], contents: Mapping[str, bytes]) -> tuple[DrawnObject, ...]:
    """Return the fonts of a book as PDF objects, the last of which names all.

    The faces are merged, and each is in one of the files: see :func:`check`.
    """
    pdf, first = hooks.with_fonts({place: _font(face, contents) for place, face in enumerate(used)})
    return tuple(Writer({}).objects(pdf, set(range(first))))


def check(used: Iterable[DrawnFace], contents: Mapping[str, bytes]) -> None:
    """Raise :class:`UnlinkableError` for a merged face that is in none of the files, or stands for too much."""
    for face in used:
        if face.file not in contents:
            raise UnlinkableError(f"the font {face.family} is none of the edition's")
        # Each section numbers for itself what a face lacks.
        if len(set(face.absent.values())) < len(face.absent):
            raise UnlinkableError(f"the font {face.family} lacks characters")


def _font(face: DrawnFace, contents: Mapping[str, bytes]) -> Any:
    return hooks.font(face, contents[face.file])
