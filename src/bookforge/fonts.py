"""A layout's declared fonts in, their files, coverage and web fonts out; the only user of fontTools and uharfbuzz.

Fonts come from pinned ``fontpkg-*`` packages or from a layout's own folder, never from the machine: a book looks the
same wherever it is made.
"""

import contextlib
import hashlib
import importlib.metadata
import json
import os
import re
import sys
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from html import escape
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import uharfbuzz
from fontTools.ttLib import TTFont, TTLibError, woff2

from bookforge.diagnostics import EngineError, LayoutError, Location, Report, error, warning
from bookforge.edition import FontFace
from bookforge.layouts import FontSpec

_REGULAR: Final = 400
_BOLD: Final = 700
_SHOWN_PLACES: Final = 3
_TOLD_ALONE: Final = 5
_PACKAGE: Final = re.compile(r"fontpkg-[a-z0-9]+(?:-[a-z0-9]+)*")
_KEPT_NAMES: Final = (0, 1, 2, 3, 4, 6, 13, 14)
# Never drawn by themselves: line ends, joiners, marks of direction, soft hyphens, variation selectors.
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Zs"})


_POSTSCRIPT: Final = 6
_NAMES: Final = frozenset({1, 3, 4, _POSTSCRIPT, 16, 18, 25})
"""The records of a name table that name the font."""

_PLAIN_NAME: Final = "Book Face"
_EFFORT: Final = 10

_PROSE: Final = (
    "It is a truth universally acknowledged, that a single man in possession of a good fortune, must be in want of a "
    "wife. However little known the feelings or views of such a man may be on his first entering a neighbourhood, this "
    "truth is so well fixed in the minds of the surrounding families. "
)
"""Words to take the mean width of a character from: letters as often as prose has them."""

_CAP_HEIGHT: Final = 0.66
_X_HEIGHT: Final = 0.44
"""For a face without the letters that are measured."""


# ---------------------------------------------------------------- finding


def resolve(specs: Iterable[FontSpec]) -> tuple[FontFace, ...]:
    """Find the file of every declared face.

    Errors: ``font-exists``, as :class:`EngineError` when a package is not installed.
    """
    return tuple(_face(spec) for spec in specs)


def _face(spec: FontSpec) -> FontFace:
    path = spec.file if spec.file is not None else _packaged(spec)
    try:
        characters(str(path))
    except (TTLibError, OSError, ValueError) as problem:
        message = f"the font file '{path.name}' cannot be read ({problem})"
        raise LayoutError(error("font-exists", message, spec.at)) from problem
    return FontFace(spec.family, spec.style, str(path), spec.role)


def _packaged(spec: FontSpec) -> Path:
    """Choose a family's regular file of the wanted style by what the package says of its files.

    The package is looked up, never imported: a layout may come from anyone, and so may a module of any name beside it.
    """
    assert spec.package is not None
    if not _PACKAGE.fullmatch(spec.package):
        message = f"'{spec.package}' is no font package: their names begin with 'fontpkg-'"
        hint = "name a package such as fontpkg-eb-garamond, or put the font into the layout's folder and use 'file'"
        raise LayoutError(error("font-exists", message, spec.at, hint))
    folder = _package_folder(spec.package, tuple(sys.path))
    if folder is None:
        message = f"the font package '{spec.package}' is not installed"
        raise EngineError(error("font-exists", message, spec.at, f"python -m pip install {spec.package}"))
    for path in _faces_of(folder, spec):
        if path.resolve().is_relative_to(folder.resolve()):
            return path
    message = f"the font package '{spec.package}' has no {spec.style} face"
    raise LayoutError(error("font-exists", message, spec.at))


@lru_cache(maxsize=64)
def _package_folder(package: str, _path: tuple[str, ...]) -> Path | None:
    """Find an installed package's folder by its list of files, once: a process ends when packages change."""
    try:
        distribution = importlib.metadata.distribution(package)
    except importlib.metadata.PackageNotFoundError:
        return None
    wanted = f"{package.replace('-', '_')}/metadata.json"
    for file in distribution.files or ():
        if file.as_posix() == wanted:
            return Path(str(distribution.locate_file(file))).parent
    return None


def _faces_of(folder: Path, spec: FontSpec) -> tuple[Path, ...]:
    try:
        said: dict[str, Any] = json.loads((folder / "metadata.json").read_text(encoding="utf-8"))
        return tuple(
            folder / str(file["path"])
            for file in said["files"]
            if file["style"] == spec.style and (file["variable"] or file["weight"] == _REGULAR)
        )
    except (OSError, ValueError, LookupError, TypeError) as problem:
        message = f"the font package '{spec.package}' is damaged"
        hint = f"python -m pip install --force-reinstall {spec.package}"
        raise EngineError(error("font-exists", message, spec.at, hint)) from problem


# ---------------------------------------------------------------- what fontconfig may see


def private_configuration(faces: Iterable[FontFace], folder: Path) -> Path:
    """Write a fontconfig configuration that knows the given faces and nothing else, and return its file.

    What asks for another font, or for none, as the lettering of a drawing may, gets that of the text.

    ``folder`` is a folder of ours. The faces are copied under names made from their content, into a folder named so
    too: neither an upgraded font package nor a font of the system can change what a running build sees, and faces of
    equal file names stay apart.
    """
    contents: dict[str, bytes] = {}
    faces = tuple(faces)
    for face in faces:
        data = Path(face.path).read_bytes()
        contents[hashlib.sha256(data).hexdigest()[:32] + Path(face.path).suffix.lower()] = data
    text = next((face.family for face in faces if face.role == "text"), faces[0].family)
    home = folder / hashlib.sha256("\0".join((*sorted(contents), text)).encode()).hexdigest()[:20]
    files = home / "files"
    files.mkdir(parents=True, exist_ok=True)
    for name, data in contents.items():
        _put(files / name, data, home)
    _put(home / "fonts.conf", _configuration(files, home / "cache", text).encode(), home)
    return home / "fonts.conf"


def _configuration(files: Path, cache_folder: Path, family: str) -> str:
    last = f'<edit name="family" mode="append_last"><string>{escape(family)}</string></edit>'
    return (
        '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">\n<fontconfig>\n'
        f"  <dir>{escape(str(files))}</dir>\n  <cachedir>{escape(str(cache_folder))}</cachedir>\n"
        f'  <match target="pattern">{last}</match>\n</fontconfig>\n'
    )


def _put(path: Path, data: bytes, scratch: Path) -> None:
    """Write a file, by way of ``scratch``, unless it is there already with this content; never leave half of one."""
    if path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data:
        return
    handle, name = tempfile.mkstemp(dir=scratch, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


# ---------------------------------------------------------------- what the fonts can show


@cache
def characters(path: str) -> frozenset[int]:
    """Return the code points a font file has a glyph for."""
    with TTFont(BytesIO(Path(path).read_bytes()), lazy=True) as font:
        font.setGlyphOrder([""] * font["maxp"].numGlyphs)  # names of glyphs take longest to read
        return frozenset(font.getBestCmap() or ())


def coverage(faces: Iterable[FontFace]) -> frozenset[int]:
    """Return the code points that at least one face has a glyph for."""
    return frozenset().union(*(characters(face.path) for face in faces))


@dataclass(frozen=True, slots=True)
class Metrics:
    """Measures of a face, in parts of the type size.

    ``ascent`` and ``descent`` are how far a line's box reaches above and below the baseline, both positive;
    ``cap_height`` is that of ``H``, ``x_height`` of ``x``; ``character`` is the mean width of a character of prose.
    """

    ascent: float
    descent: float
    cap_height: float
    x_height: float
    character: float


@dataclass(frozen=True, slots=True)
class Glyph:
    """Where the ink of a character lies, in parts of the type size.

    ``advance`` is its width as set; ``left`` and ``right`` are the white at its sides, negative where it hangs over;
    ``top`` is how far it rises above the baseline, ``bottom`` how far it falls below.
    """

    advance: float
    left: float
    right: float
    top: float
    bottom: float


@cache
def metrics(path: str) -> Metrics:
    """Measure a face: a variable one at its default weight."""
    font = _shaper(path)
    extents, upem = font.get_font_extents("ltr"), font.face.upem
    line = uharfbuzz.Buffer()
    line.add_str(_PROSE)
    line.guess_segment_properties()
    uharfbuzz.shape(font, line)
    width = sum(position.x_advance for position in line.glyph_positions) / len(_PROSE)
    high, low = glyph(path, "H"), glyph(path, "x")
    return Metrics(
        ascent=extents.ascender / upem,
        descent=-extents.descender / upem,
        cap_height=high.top if high else _CAP_HEIGHT,
        x_height=low.top if low else _X_HEIGHT,
        character=width / upem,
    )


@cache
def glyph(path: str, character: str) -> Glyph | None:
    """Measure a character of a face; ``None`` when the face lacks it."""
    font = _shaper(path)
    name, upem = font.get_nominal_glyph(ord(character)), font.face.upem
    ink = font.get_glyph_extents(name) if name else None
    if not name or ink is None:
        return None
    advance = font.get_glyph_h_advance(name)
    right = advance - ink.x_bearing - ink.width
    return Glyph(
        advance / upem, ink.x_bearing / upem, right / upem, ink.y_bearing / upem, -(ink.y_bearing + ink.height) / upem
    )


@cache
def width(path: str, text: str, size: float, features: tuple[str, ...] = ()) -> float:
    """Return how wide a text is in a face, in parts of the type size; a letter that the face lacks counts as a square.

    ``size`` is in points: faces with optical sizes are wider where they are small.
    """
    font = _optical(path, size)
    line = uharfbuzz.Buffer()
    line.add_str(text)
    line.guess_segment_properties()
    uharfbuzz.shape(font, line, dict.fromkeys(features, True))
    upem = font.face.upem
    found = zip(line.glyph_infos, line.glyph_positions, strict=True)
    return float(sum(position.x_advance if glyph.codepoint else upem for glyph, position in found) / upem)


@cache
def _optical(path: str, size: float) -> uharfbuzz.Font:
    font = _shaper(path)
    if "opsz" not in _axes(path):
        return font
    sized = uharfbuzz.Font(font.face)
    sized.set_variations({"opsz": size})
    return sized


@cache
def _shaper(path: str) -> uharfbuzz.Font:
    return uharfbuzz.Font(uharfbuzz.Face(uharfbuzz.Blob.from_file_path(path)))


def is_drawn(character: str) -> bool:
    """Say whether a character needs a glyph at all."""
    code = ord(character)
    return unicodedata.category(character) not in _INVISIBLE and not (
        0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF
    )


def missing(faces: Iterable[FontFace], text: Iterable[str]) -> tuple[str, ...]:
    """Return the characters of ``text`` that no face can show, sorted."""
    covered = coverage(faces)
    return tuple(char for char in sorted(set(text)) if ord(char) not in covered and is_drawn(char))


def report_missing(
    faces: Iterable[FontFace], places: Mapping[str, tuple[Location, ...]], report: Report
) -> tuple[str, ...]:
    """Warn of characters that no face can show, with where they stand; return those characters.

    ``places`` holds characters with the places they are typed at; one that a layout adds has none. Many of one script
    are one warning: a sentence in it has as many as letters. Warnings: ``font-has-glyph``.
    """
    faces = tuple(faces)
    lacking = missing(faces, places)
    families = ", ".join(dict.fromkeys(face.family for face in faces))
    for chars in _told_together(lacking):
        typed = [at for char in chars for at in places[char]]
        message = f"'{chars[0]}' (U+{ord(chars[0]):04X} {_name(chars[0])})"
        if len(chars) > 1:
            typed.sort(key=_reading_order)
            message = f"{len(chars)} characters of a script, such as {message}"
        message = f"no font of the layout ({families}) has {message}"
        report(warning("font-has-glyph", message, typed[0] if typed else None, _also(typed)))
    return lacking


def _told_together(chars: tuple[str, ...]) -> Iterator[str]:
    """Yield each character alone, or those of one script together, where they are many."""
    scripts: dict[str, str] = {}
    for char in chars:
        script = _name(char).partition(" ")[0]
        scripts[script] = scripts.get(script, "") + char
    for together in scripts.values():
        yield from (together,) if len(together) > _TOLD_ALONE else together


def _name(char: str) -> str:
    return unicodedata.name(char, "a character without a name")


def _reading_order(at: Location) -> tuple[str, int, int]:
    return at.path, at.line or 0, at.column or 0


def _also(places: Sequence[Location]) -> str | None:
    """Say where else a character is typed, or that it is nowhere."""
    if not places:
        return "it is typed in no file of the book: the layout adds it"
    others = ", ".join(map(str, places[1:_SHOWN_PLACES]))
    more = len(places) - _SHOWN_PLACES
    return f"also at {others}{f' and {more} more' if more > 0 else ''}" if others else None


# ---------------------------------------------------------------- web fonts


@dataclass(frozen=True, slots=True)
class WebFont:
    """A subset of a face, ready for ``@font-face``. ``name`` is its file name; ``weight`` ``400`` or ``700``."""

    family: str
    style: str
    weight: int
    name: str
    data: bytes
    media_type: str = "font/woff2"


@dataclass(frozen=True, slots=True)
class WebFonts:
    """The web fonts of an edition: what a cache keeps."""

    fonts: tuple[WebFont, ...]


def web(
    faces: Iterable[FontFace], wanted: Iterable[str], weights: tuple[int, ...] = (_REGULAR, _BOLD)
) -> tuple[WebFont, ...]:
    """Cut static WOFF2 subsets of the faces, holding only the wanted characters.

    A face without any of the characters, and a bold of a face that has no weight axis, is left out. Copyright and
    licence stay in the name table, which is where the SIL Open Font License lets them stand; a font whose name is
    reserved loses it, as that licence wants of changed versions.
    """
    codes = frozenset(map(ord, wanted))
    return tuple(
        _cut(face, codes & characters(face.path), weight)
        for face in faces
        if codes & characters(face.path)
        for weight in weights
        if weight == _REGULAR or "wght" in _axes(face.path)
    )


@cache
def _axes(path: str) -> tuple[str, ...]:
    with TTFont(BytesIO(Path(path).read_bytes()), lazy=True) as font:
        return tuple(axis.axisTag for axis in font["fvar"].axes) if "fvar" in font else ()


def _cut(face: FontFace, codes: frozenset[int], weight: int) -> WebFont:
    whole = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(face.path))
    order = uharfbuzz.SubsetInput()
    order.sets(uharfbuzz.SubsetInputSets.UNICODE).update(codes)
    features = order.sets(uharfbuzz.SubsetInputSets.LAYOUT_FEATURE_TAG)
    features.clear()
    features.invert()  # the complement of none: all
    order.sets(uharfbuzz.SubsetInputSets.NAME_ID).update(_KEPT_NAMES)
    order.flags = uharfbuzz.SubsetFlags.NO_HINTING | uharfbuzz.SubsetFlags.NOTDEF_OUTLINE
    if _axes(face.path):
        order.pin_all_axes_to_default(whole)
    if "wght" in _axes(face.path):
        order.pin_axis_location(whole, "wght", weight)
    font = TTFont(BytesIO(uharfbuzz.subset(whole, order).blob.data), recalcTimestamp=False)
    _free_reserved_name(font)
    font.flavor = "woff2"
    out = BytesIO()
    with _lighter_brotli():
        font.save(out, reorderTables=True)
    slug = face.family.lower().replace(" ", "-")
    return WebFont(face.family, face.style, weight, f"{slug}-{weight}-{face.style}.woff2", out.getvalue())


@contextlib.contextmanager
def _lighter_brotli() -> Iterator[None]:
    """Let fontTools compress with an effort of 10, not 11: the same size to a hundredth, in half of the time."""
    whole = woff2.brotli
    woff2.brotli = SimpleNamespace(**{**vars(whole), "compress": partial(whole.compress, quality=_EFFORT)})
    try:
        yield
    finally:
        woff2.brotli = whole


def _free_reserved_name(font: TTFont) -> None:
    names = font["name"]
    if "reserved font name" not in (names.getDebugName(0) or "").lower():
        return
    for record in names.names:
        if record.nameID in _NAMES:
            record.string = _PLAIN_NAME if record.nameID != _POSTSCRIPT else _PLAIN_NAME.replace(" ", "")
