"""Lines of text drawn from the glyphs they were set with, though they were justified since.

A line is shaped when it is set; the engine shapes it once more when it draws it. Justifying it makes its spaces wider
and nothing else: each space that has a width of its own is a run of glyphs of its own. So a line is kept as runs, and
drawn from them with its spaces as wide as they are now. The first lines of a process are drawn both ways; where that is
not the same, Pango widens spaces in another way, and all are shaped anew. Only :mod:`.faster` may import this.

Of WeasyPrint 70.0 it uses ``text.line_break.Layout``, whose ``reactivate`` sets a text anew to be drawn,
``draw.text.draw_first_line``, in whose place it stands, ``text.fonts.get_pango_font_key``, and Pango as WeasyPrint
declares it.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from weasyprint.draw import text as drawing
from weasyprint.text import line_break
from weasyprint.text.ffi import FROM_UNITS, TO_UNITS, ffi, gobject, pango
from weasyprint.text.fonts import get_pango_font_key

ffi.cdef("void * g_object_ref (void *object);")

its_draw: Final = drawing.draw_first_line
its_reactivate: Final = line_break.Layout.reactivate
its_deactivate: Final = line_break.Layout.deactivate

# One PangoGlyphInfo: the glyph, its width, its offsets, and flags that are not needed.
_GLYPHS: Final = struct.Struct("=Iiii4x")
_FIELDS: Final = 5
_RISE: Final = 3
_CLUSTERS: Final = struct.Struct("=i")
_LAST_GLYPH: Final = 0xFFFF
_LEAST_SIZE: Final = 1e-6
_LEAST_PANGO: Final = 14802
_SPACES: Final = (b" ", "\u00a0".encode())
_WHITE: Final = " \u00a0"
_PROOFS: Final = 8
"""Lines of a process that are drawn both ways."""


class Run(NamedTuple):
    """A part of a line in one face, named by its key: its text, its glyphs and their clusters as Pango has them."""

    face: tuple[int, float]
    text: bytes
    glyphs: bytes
    clusters: bytes
    backwards: bool

    @property
    def drawn(self) -> tuple[object, ...]:
        """All that it is drawn by."""
        return self.face, self.text, self.clusters, self.backwards, [*_GLYPHS.iter_unpack(self.glyphs)]

    @property
    def is_space(self) -> bool:
        """Whether it is a space, and nothing else."""
        return self.text in _SPACES

    def stands_for(self, place: int) -> str:
        """Return the characters that the glyph at a place stands for."""
        clusters = [start for (start,) in _CLUSTERS.iter_unpack(self.clusters)]
        if self.backwards:
            end = len(self.text) if place == 0 else clusters[place - 1]
        else:
            end = len(self.text) if place == len(clusters) - 1 else clusters[place + 1]
        return self.text[clusters[place] : end].decode()


@dataclass(frozen=True, slots=True)
class Shaped:
    """A text as it was set: its runs, and what was added to each of its spaces, in Pango's units."""

    text: str
    runs: tuple[Run, ...]
    added: int

    def widened(self, added: int) -> tuple[Run, ...] | None:
        """Return the runs with so much added to each space; nothing where they would be others."""
        if added == self.added:
            return self.runs
        if not added or not self.added:
            return None  # its spaces are no runs of their own
        return tuple(_widened(run, self.added, added) if run.is_space else run for run in self.runs)


def _widened(run: Run, before: int, added: int) -> Run:
    glyph, width, x, y = _GLYPHS.unpack(run.glyphs)
    return run._replace(glyphs=_GLYPHS.pack(glyph, width - before + added, x - _left(before) + _left(added), y))


def _left(added: int) -> int:
    """Return how much of what is added to a space Pango adds on its left: half; whole pixels where all is whole."""
    half = int(added / 2)
    return half if added & (TO_UNITS - 1) else (half + TO_UNITS // 2) & ~(TO_UNITS - 1)


def added(style: Any, more: float) -> int:
    """Return what a style adds to its spaces, and justification ``more``."""
    return int((style["word_spacing"] + more) * TO_UNITS)


def shaped(layout: Any, style: Any) -> Shaped | None:
    """Return a line that was just set, alone, as it was shaped; nothing for one that is not plain."""
    text = layout.text
    if not text or style["letter_spacing"] != "normal" or text[0] in _WHITE or text[-1] in _WHITE:
        return None
    runs = _runs(layout, style.font_config)
    its = added(style, 0)
    if runs is None or any(run.backwards for run in runs):
        return None
    if its and sum(run.is_space for run in runs) != sum(map(text.count, _WHITE)):
        return None
    return Shaped(text, runs, its)


def _runs(layout: Any, font_config: Any) -> tuple[Run, ...] | None:
    """Return the runs of a layout's line; nothing where one is not plain."""
    if pango.pango_version() < _LEAST_PANGO:
        return None
    line, _ = layout.get_first_line()
    text = layout.text.encode()
    found = []
    used, key = ffi.NULL, (0, 0.0)
    run = line.runs[0] if line.runs != ffi.NULL else ffi.NULL
    while run != ffi.NULL:
        item, run = run.data, run.next
        string, its = item.glyphs, item.item
        count, analysis, first = string.num_glyphs, its.analysis, its.offset
        glyphs = bytes(ffi.buffer(string.glyphs, count * _GLYPHS.size))
        fields = memoryview(glyphs).cast("I")
        if any(fields[_RISE::_FIELDS]) or max(fields[::_FIELDS], default=0) > _LAST_GLYPH:
            return None
        if analysis.font != used:
            used, key = analysis.font, _face(analysis.font, font_config)
        clusters = bytes(ffi.buffer(string.log_clusters, count * _CLUSTERS.size))
        found.append(Run(key, text[first : first + its.length], glyphs, clusters, bool(analysis.level % 2)))
    return tuple(found)


def _face(face: Any, font_config: Any) -> tuple[int, float]:
    """Return the key of a face, by which it is found again with the same fonts."""
    keys: dict[int, tuple[int, float]] = vars(font_config).setdefault("_keys", {})
    address = int(ffi.cast("uintptr_t", face))
    if address not in keys:
        name, _, size = get_pango_font_key(face)
        keys[address] = (name, size)
        held = ffi.gc(gobject.g_object_ref(face), gobject.g_object_unref)
        _faces(font_config).setdefault((name, size), ffi.cast("PangoFont *", held))
        # As long as it is held nothing else has its address.
        vars(font_config).setdefault("_held", []).append(held)
    return keys[address]


def _faces(font_config: Any) -> dict[tuple[int, float], Any]:
    faces: dict[tuple[int, float], Any] = vars(font_config).setdefault("_faces", {})
    return faces


# ---------------------------------------------------------------- drawing


class _Trust:
    """Whether spaces are widened as Pango does it, after so many ``proofs``."""

    proofs = 0
    lost = False


def reactivate(self: Any, style: Any) -> None:
    """Set a text anew, to be drawn: not yet, where it may be drawn as it was set."""
    if vars(self).get("shaped") is None or _Trust.lost:
        its_reactivate(self, style)
    else:
        self.asleep = style


def deactivate(self: Any) -> None:
    """Forget what was set anew."""
    if vars(self).pop("asleep", None) is None:
        its_deactivate(self)


def _wake(layout: Any) -> None:
    style = vars(layout).pop("asleep", None)
    if style is not None:
        its_reactivate(layout, style)


def draw_first_line(stream: Any, textbox: Any, text_overflow: str, block_ellipsis: Any, matrix: Any) -> Any:
    """Draw a line; one with anything unusual in it is drawn by WeasyPrint's own."""
    whole = text_overflow != "ellipsis" and block_ellipsis == "none"
    if whole and textbox.text.strip() and textbox.style["font_size"] >= _LEAST_SIZE:
        faces = _faces(textbox.style.font_config)
        runs = _as_set(textbox, faces) or _as_set_anew(textbox)
        if runs is not None and _Pen(stream, faces).draw(runs, matrix):
            return []
    _wake(textbox.pango_layout)
    return its_draw(stream, textbox, text_overflow, block_ellipsis, matrix)


def _as_set(textbox: Any, faces: Any) -> tuple[Run, ...] | None:
    """Return a line as it was set, with its spaces as wide as they are now; nothing where it is to be set anew."""
    layout = textbox.pango_layout
    if "asleep" not in vars(layout) or layout.shaped.text != textbox.text:
        return None
    runs: tuple[Run, ...] | None = layout.shaped.widened(added(textbox.style, layout.justification_spacing))
    if runs is None or any(run.face not in faces for run in runs):
        return None
    if _Trust.proofs < _PROOFS and runs is not layout.shaped.runs:
        _Trust.proofs += 1
        anew = _as_set_anew(textbox)
        if anew is None or [run.drawn for run in anew] != [run.drawn for run in runs]:
            _Trust.lost = True
            return None
    return runs


def _as_set_anew(textbox: Any) -> tuple[Run, ...] | None:
    layout = textbox.pango_layout
    _wake(layout)
    pango.pango_layout_set_single_paragraph_mode(layout.layout, True)
    return _runs(layout, textbox.style.font_config)


class _Pen:
    """Draws runs on a page."""

    def __init__(self, stream: Any, faces: Any) -> None:
        self._stream = stream
        self._faces = faces

    def draw(self, runs: tuple[Run, ...], matrix: Any) -> bool:
        """Draw runs; say whether that was possible."""
        stream = self._stream
        fonts = [self._font(run) for run in runs]
        if any(font.bitmap or font.png or font.svg or font.colr for font, _ in fonts):
            return False
        stream.set_text_matrix(*matrix.values)
        shown, before = "", None
        for run, (font, size) in zip(runs, fonts, strict=True):
            if (font, size) != before:
                before = font, size
                if shown:
                    stream.show_text(shown)
                shown = ""
                stream.set_font_size(font.hash, size)
            shown += "<" + "".join(self._shown(run, font, size))
            shown = shown[:-1] if shown[-1] == "<" else shown + ">"
        stream.show_text(shown)
        return True

    def _font(self, run: Run) -> tuple[Any, float]:
        """Return the PDF's font for a run, and its size."""
        fonts: dict[Any, tuple[Any, float]] = vars(self._stream).setdefault("_added", {})
        if run.face not in fonts:
            fonts[run.face] = self._stream.add_font(self._faces[run.face])
        return fonts[run.face]

    def _shown(self, run: Run, font: Any, size: float) -> Iterator[str]:
        """Yield what shows each glyph of a run."""
        known: dict[tuple[int, ...], str] = vars(font).setdefault("_shown", {}).setdefault(size, {})
        for place, glyph in enumerate(_GLYPHS.iter_unpack(run.glyphs)):
            if glyph not in known:
                known[glyph] = self._show(run, place, glyph, font, size)
            yield known[glyph]

    def _show(self, run: Run, place: int, info: tuple[int, ...], font: Any, size: float) -> str:
        """Return what shows a glyph; note what it stands for, and its width, where the font has not had it yet."""
        glyph, width, x, _ = info
        if glyph not in font.to_unicode:
            font.to_unicode[glyph] = run.stands_for(place)
        if glyph not in font.widths:
            stream, face = self._stream, self._faces[run.face]
            pango.pango_font_get_glyph_extents(face, glyph, stream.ink_rect, stream.logical_rect)
            font.widths[glyph] = round(stream.logical_rect.width * 1000 * FROM_UNITS / size)
        offset = x / size
        kern = font.widths[glyph] + offset - width * 1000 * FROM_UNITS / size
        shown = f">{-offset}<{glyph:04x}" if offset else f"{glyph:04x}"
        return shown + f">{int(kern)}<" if kern else shown
