"""What an edition shows and the faces it is set in, into warnings: characters no face has, and where they are typed."""

import dataclasses
import html
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from lxml import etree

from bookforge import fonts, manuscript, terms, textfile, xhtml
from bookforge.book import Asset, Source
from bookforge.diagnostics import Diagnostic, Location, Report
from bookforge.edition import Document, FontFace, Reading
from bookforge.layouts import Layout
from bookforge.manifest import Manifest
from bookforge.typography import house

_ENTITY: Final = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_YAML_ESCAPE: Final = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))")
_MATH: Final = re.compile(r"<math\b.*?</math>", re.DOTALL)
_LAST: Final = 0x10FFFF
_SVG: Final = "image/svg+xml"
_MANIFEST_BYTES: Final = 1_000_000
_LAYOUT_BYTES: Final = 4_000_000
_NOT_SHOWN: Final = (f"{{{xhtml.MATHML}}}math", "{*}script")
_PUNCTUATION: Final = "\u00b7\u2013\u2014\u2018\u2019\u201c\u201d\u2026"


def of_documents(documents: Iterable[Document]) -> frozenset[str]:
    """Return every character that composed documents show, formulas left out: they bring glyphs of their own."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    found: set[str] = set()
    for document in documents:
        root = etree.fromstring(document.text.encode(), parser)
        etree.strip_elements(root, *_NOT_SHOWN, with_tail=False)
        for body in root.iter("{*}body"):
            found.update(etree.tostring(body, method="text", encoding="unicode", with_tail=False))
    return frozenset(found)


def wanted(read: Reading, layout: Layout) -> str:
    """Return every character an edition may show, sorted: what web fonts are cut to before it is composed."""
    found = {*map(chr, range(0x20, 0x7F)), *_PUNCTUATION, *house.CHARACTERS}
    for value in (read.book.metadata, read.book.voices, read.edition, terms.of(layout, read.book.metadata.language)):
        found.update(*_strings(value))
    for section in read.book.sections:
        found.update(*_strings(dataclasses.replace(section, content=None)))
        if section.content:
            # Formulas are left out: they are drawn with glyphs of their own.
            for markup in (section.content.body, *(note.markup for note in section.content.notes)):
                found.update(_MATH.sub("", markup))
    found.update(*_layout_texts(layout))
    return "".join(sorted(found))


def _layout_texts(layout: Layout) -> Iterator[str]:
    """Yield what a layout's templates and stylesheets may print, and an empty text."""
    yield ""
    names = {path.name for folder in layout.folders for ending in ("*.j2", "*.css") for path in folder.glob(ending)}
    for name in sorted(names):
        path = layout.path(name)
        if path is not None:
            with path.open("rb") as file:
                yield file.read(_LAYOUT_BYTES).decode(errors="ignore")


def _strings(value: Any) -> Iterator[str]:
    """Yield every text in a value of ours, and an empty one."""
    yield ""
    if isinstance(value, str):
        yield value
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from _strings(getattr(value, field.name))
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _strings(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _strings(each)


# ---------------------------------------------------------------- what is missing, and where it stands


def report_missing(
    faces: tuple[FontFace, ...],
    shown: Iterable[str],
    declared: Manifest,
    texts: tuple[tuple[Source, ...], tuple[Asset, ...]],
    report: Report,
) -> None:
    """Warn of each character that is shown and that no face has.

    ``texts`` are the chapters and the drawings that are shown. Warnings: ``font-has-glyph``.
    """
    sources, drawings = texts
    lacking = fonts.missing(faces, shown)
    if lacking:
        manifest_text = _text_of(declared)
        places = {
            char: (*_places(char, declared.path.name, manifest_text, sources), *_lettered(char, drawings))
            for char in lacking
        }
        fonts.report_missing(faces, places, report)


def _text_of(declared: Manifest) -> str:
    text = textfile.read(declared.path, declared.path.name, _MANIFEST_BYTES)
    return "" if isinstance(text, Diagnostic) else text


def _places(char: str, manifest_name: str, manifest_text: str, sources: tuple[Source, ...]) -> Iterator[Location]:
    """Find where a character is typed: in the chapters, plainly or as an entity, and in the manifest."""
    for source in sources:
        for offset in sorted({*_typed(char, source.text), *_escaped(char, source.text)}):
            yield manuscript.location(source, offset)
        block = source.raw[: source.offsets.pairs[0][1]]
        yield from _in_yaml(char, block, source.path)
    yield from _in_yaml(char, manifest_text, manifest_name)


def _lettered(char: str, drawings: tuple[Asset, ...]) -> Iterator[Location]:
    """Find the drawings that are lettered with a character."""
    for drawing in drawings:
        if drawing.media_type == _SVG and b"<text" in drawing.data and char in drawing.data.decode(errors="ignore"):
            yield Location(drawing.path)


def _typed(char: str, text: str) -> Iterator[int]:
    return (match.start() for match in re.finditer(re.escape(char), text))


def _escaped(char: str, text: str) -> Iterator[int]:
    return (match.start() for match in _ENTITY.finditer(text) if char in html.unescape(match[0]))


def _in_yaml(char: str, text: str, path: str) -> Iterator[Location]:
    escaped = (match.start() for match in _YAML_ESCAPE.finditer(text) if _unescaped(match) == char)
    starts = (0, *(match.end() for match in re.finditer("\n", text)))
    for offset in sorted({*_typed(char, text), *escaped}):
        yield textfile.location(path, starts, offset)


def _unescaped(match: re.Match[str]) -> str:
    code = int(match[1] or match[2] or match[3], 16)
    return chr(code) if code <= _LAST else ""
