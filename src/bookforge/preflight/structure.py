"""A PDF file in, a :class:`bookforge.preflight.facts.Reading` out; a file that cannot be read says why.

Two engines look at it: pikepdf at what is written in it, pdfium at what is seen. Nothing of it is run or fetched.
"""

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

import pikepdf
import pypdfium2

from bookforge.cache import Shelf
from bookforge.pdfobjects import Names, Number
from bookforge.preflight import content
from bookforge.preflight.content import Budget, Matrix, TooMuchError, around
from bookforge.preflight.facts import Box, Font, Intent, Page, Reading
from bookforge.preflight.objects import array, is_mapping, is_stream, mapping
from bookforge.preflight.text import Eye

_SPEAKING: Final = (pikepdf.PikepdfError, pikepdf.PdfError, pypdfium2.PdfiumError)
_BROKEN: Final = (
    *_SPEAKING,
    ArithmeticError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What the engines raise about objects that are not what they should be."""

_MEMORY: Final = 256_000_000
_DEEPEST: Final = 60  # of the page tree
_MOST_PAGES: Final = 5000
_BIGGEST: Final = 2_000_000_000
_BIGGEST_XMP: Final = 1_000_000
_SAID: Final = 3  # pieces of damage worth naming
_KINDS: Final = (
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"\x89PNG", "a PNG picture"),
    (b"GIF8", "a GIF picture"),
    (b"II*\0", "a TIFF picture"),
    (b"MM\0*", "a TIFF picture"),
    (b"PK\x03\x04", "a ZIP archive, as Word and EPUB files are"),
    (b"\xd0\xcf\x11\xe0", "an old Word file"),
    (b"{\\rtf", "an RTF text"),
    (b"%!PS", "a PostScript file"),
    (b"<", "a web page or XML"),
)
_DESCRIBING: Final = ("/Title", "/Author", "/Subject", "/Keywords")
_DESCRIBING_XMP: Final = ("title", "creator", "description", "subject", "Keywords")
_ASKED_OF_XMP: Final = frozenset({*_DESCRIBING_XMP, "Trapped", "CreateDate", "ModifyDate", "GTS_PDFXVersion"})
_PDFX: Final = re.compile(r"PDF/X[-0-9a-z:]*", re.IGNORECASE)
_INHERITED: Final = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
_OF_FILE: Final = ("/OCProperties", "/ViewerPreferences", "/AcroForm")
"""Entries of the file that change what is seen of a page."""
_XFA: Final = "/XFA"
_INFO_CLAIMS: Final = ("/GTS_PDFXVersion", "/GTS_PDFXConformance")


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A page as it is kept: what was read of it, the fonts it uses by their names, the tokens it has."""

    page: Page
    fonts: tuple[str, ...]
    tokens: int


def read(name: str, source: Path | bytes, shelf: Shelf | None = None) -> Reading:
    """Read a PDF from a file or from bytes.

    What is read of its pages is kept on ``shelf``, which is for files of our own making: others may be damaged, or tell
    one engine something else than the other.
    Errors: ``OSError`` where the file itself cannot be read. Whatever is wrong with what is in it is in the reading.
    """
    size = source.stat().st_size if isinstance(source, Path) else len(source)
    strange = _strange(source, size)
    if strange is not None:
        return Reading(name, size, *strange)
    pikepdf.settings.set_qpdf_limits(
        flate_max_memory=_MEMORY, run_length_max_memory=_MEMORY, png_max_memory=_MEMORY, dct_max_memory=_MEMORY
    )
    return _open(name, source, size, shelf)


def _strange(source: Path | bytes, size: int) -> tuple[str, str] | None:
    """Say what a file is that is no PDF, and what to do."""
    if size == 0:
        return "the file is empty", "export it again"
    if size > _BIGGEST:
        return f"the file has {size / 1e9:.1f} GB, more than can be checked", "export it with smaller pictures"
    if isinstance(source, Path):
        with source.open("rb") as file:
            head = file.read(1024)
    else:
        head = source[:1024]
    if b"%PDF-" in head:
        return None
    kind = next((what for start, what in _KINDS if head.lstrip().startswith(start)), "not a PDF")
    what = "the file is no PDF" if kind == "not a PDF" else f"the file is {kind}, not a PDF"
    return what, "export the book as PDF from the program it was made with"


def _open(name: str, source: Path | bytes, size: int, shelf: Shelf | None) -> Reading:
    from io import BytesIO

    try:
        with pikepdf.open(source if isinstance(source, Path) else BytesIO(source), suppress_warnings=True) as pdf:
            return _Examination(name, size, pdf, source, shelf).reading()
    except pikepdf.PasswordError:
        return Reading(
            name, size, "the file opens with a password only", "export it without one; a printer cannot ask",
            encrypted=True,
        )  # fmt: skip
    except _BROKEN as problem:
        return Reading(name, size, f"the file is damaged: {_plain(problem)}", "export it again")


def _plain(problem: BaseException) -> str:
    """Return what an engine says in one line, without the name of the file it was reading."""
    if not isinstance(problem, (*_SPEAKING, TooMuchError)):
        return "something in it is not what PDF asks for there"
    return _in_one_line(str(problem))


def _in_one_line(text: str) -> str:
    text = " ".join(text.split())
    return re.sub(r"^[^:(]*?\.pdf[:,]? ", "", text, flags=re.IGNORECASE)[:200]


class _Examination:
    """One file under examination; every question is answered apart, so that one broken answer spoils no other."""

    def __init__(self, name: str, size: int, pdf: Any, source: Path | bytes, shelf: Shelf | None) -> None:
        self.name = name
        self.size = size
        self.pdf = pdf
        self.source = source
        self.shelf = shelf
        self.names = Names()
        self.damage: list[str] = []
        self.budget = Budget()
        self.fonts: dict[Number | str, tuple[Any, list[int]]] = {}

    def reading(self) -> Reading:
        pages = self._pages()
        root, info = self.pdf.Root, self._ask(self._info, {})
        version = max(str(self.pdf.pdf_version), self._ask(lambda: str(root.get("/Version", ""))[1:], ""))
        xmp = self._ask(lambda: _xmp(root.get("/Metadata")), {})
        damage = [_in_one_line(str(each)) for each in self.pdf.get_warnings()]
        return Reading(
            name=self.name,
            size=self.size,
            damage=tuple(dict.fromkeys((*self.damage, *damage)))[:_SAID],
            encrypted=bool(self.pdf.is_encrypted),
            version=version,
            pages=pages,
            fonts=self._ask(self._fonts, ()),
            right_to_left=self._ask(
                lambda: str(mapping(root, "/ViewerPreferences").get("/Direction")) == "/R2L", False
            ),
            outline=self._ask(lambda: _count_outline(root.get("/Outlines")), 0),
            layers=self._ask(lambda: len(array(mapping(root, "/OCProperties"), "/OCGs")), 0),
            attachments=self._ask(self._attachments, ()),
            metadata=(*(key[1:] for key in _DESCRIBING if info.get(key)), *(("XMP",) if _describes(xmp) else ())),
            has_xmp=is_stream(root.get("/Metadata")),
            active=self._ask(self._active, ()),
            claims=tuple(dict.fromkeys((*(info[key] for key in _INFO_CLAIMS if info.get(key)), *_xmp_claims(xmp)))),
            intents=self._ask(lambda: tuple(_intent(each) for each in array(root, "/OutputIntents")), ()),
            trapped=info.get("/Trapped", "") or xmp.get("Trapped", ""),
            identified="/ID" in self.pdf.trailer,
            dates=all(info.get(key) for key in ("/CreationDate", "/ModDate"))
            or all(xmp.get(key) for key in ("CreateDate", "ModifyDate")),
        )

    def _ask(self, question: Any, otherwise: Any) -> Any:
        try:
            return question()
        except _BROKEN as problem:
            self.damage.append(_plain(problem))
            return otherwise

    def _info(self) -> dict[str, str]:
        info = mapping(self.pdf.trailer, "/Info")
        return {str(key): str(info[key]).strip().removeprefix("/") for key in info.keys()}  # noqa: SIM118 - no dict

    # -------- pages

    def _pages(self) -> tuple[Page, ...]:
        count = min(len(self.pdf.pages), _MOST_PAGES)
        if len(self.pdf.pages) > _MOST_PAGES:
            self.damage.append(f"it has {len(self.pdf.pages):,} pages; {_MOST_PAGES:,} are looked at")
        if not count:
            return ()
        with Eye(self.source) as eye:
            return tuple(self._page(index, eye) for index in range(count))

    def _page(self, index: int, eye: Eye) -> Page:
        fonts: dict[Number | str, Any] = {}
        try:
            if self.shelf is not None:
                return dataclasses.replace(self._kept_page(index, eye, fonts, self.shelf), number=index + 1)
            return self._read_page(index, eye, fonts)
        except (*_BROKEN, TooMuchError) as problem:
            return Page(index + 1, 0, 0, broken=_plain(problem))
        finally:
            for key, font in fonts.items():
                self.fonts.setdefault(key, (font, []))[1].append(index + 1)

    def _kept_page(self, index: int, eye: Eye, fonts: dict[Number | str, Any], shelf: Shelf) -> Page:
        """Read a page, or take what was read of one like it."""
        before = self.budget.left

        def make() -> KeptPage:
            found: dict[Number | str, Any] = {}
            page = self._read_page(index, eye, found)
            names = (self.names.of(font) if isinstance(key, tuple) else "" for key, font in found.items())
            return KeptPage(page, tuple(names), before - self.budget.left)

        known = shelf.kept("page-read", KeptPage, make, *self._depends(index))
        self.budget.left = before
        numbers = [number for name in known.fonts if (number := self.names.number(name)) is not None]
        if len(numbers) < len(known.fonts):  # there are fonts that cannot be told from each other by what they are
            return self._read_page(index, eye, fonts)
        self.budget.take(known.tokens)
        fonts |= {number: self.pdf.get_object(number) for number in numbers}
        return known.page

    def _depends(self, index: int) -> Iterator[str]:
        """Give the names of all that a page is read from."""
        page, root = self.pdf.pages[index].obj, self.pdf.Root
        own = {key: value for key, value in page.items() if key != "/Parent"}
        inherited = {key: value for key in _INHERITED if (value := _inherited(page, key)) is not None}
        yield self.names.of(pikepdf.Dictionary(inherited | own))
        for key in _OF_FILE:
            yield self.names.of(root.get(key))

    def _read_page(self, index: int, eye: Eye, fonts: dict[Number | str, Any]) -> Page:
        page = self.pdf.pages[index].obj
        media = _box_of(page, "/MediaBox") or (0.0, 0.0, 612.0, 792.0)
        turned = int(_inherited(page, "/Rotate") or 0) % 360
        unit = float(page.get("/UserUnit", 1))
        ctm = _to_points(media, turned, unit)
        sheet = around(ctm, media)
        resources = _inherited(page, "/Resources")
        seen = content.read(page, resources, ctm, sheet, self.budget)
        fonts |= seen.fonts
        runs = eye.runs(index, ctm)
        return Page(
            number=index + 1,
            width=round(sheet[2], 2),
            height=round(sheet[3], 2),
            turned=turned,
            trim=_placed(page, "/TrimBox", ctm),
            bleed=_placed(page, "/BleedBox", ctm),
            crop=_placed(page, "/CropBox", ctm),
            art_box="/ArtBox" in page,
            paints=seen.paints,
            shows=bool(runs) or self._is_seen(index, seen, eye),
            runs=runs,
            pictures=tuple(seen.pictures),
            art=tuple(seen.art),
            thin=tuple(seen.thin),
            colours=seen.colour_facts(),
            transparent=tuple(seen.transparent),
            missing_glyphs=tuple(seen.missing),
            annotations=tuple(_annotations(page)),
            actions=("what happens when a page is opened",) if "/AA" in page else (),
            strange=seen.strange,
            group=str(mapping(page, "/Group").get("/S")) == "/Transparency",
        )

    def _is_seen(self, index: int, seen: content.Seen, eye: Eye) -> bool:
        """Say whether a page without text shows anything; what is painted may be white."""
        if not seen.paints or (not seen.colours and not seen.patterns):
            return False
        return eye.shows(index)

    # -------- the whole file

    def _fonts(self) -> tuple[Font, ...]:
        found = [
            Font(content.font_name(font), str(font.get("/Subtype"))[1:], _is_embedded(font), tuple(pages))
            for font, pages in self.fonts.values()
        ]
        return tuple(sorted(found, key=lambda font: (font.name, font.kind, font.pages, font.embedded)))

    def _attachments(self) -> tuple[str, ...]:
        return tuple(sorted(str(name) for name in self.pdf.attachments))

    def _active(self) -> tuple[str, ...]:
        root = self.pdf.Root
        names = mapping(root, "/Names")
        form = mapping(root, "/AcroForm")
        opening = root.get("/OpenAction")
        found = {
            "JavaScript": "/JavaScript" in names or _is_script(opening),
            "a form": bool(len(array(form, "/Fields"))) or _XFA in form,
            "an action on opening": is_mapping(opening) and str(opening.get("/S")) not in ("/GoTo", "/JavaScript"),
            "actions of the document": "/AA" in root,
        }
        return tuple(what for what, there in found.items() if there)


# ---------------------------------------------------------------- pages


def _inherited(page: Any, key: str) -> Any:
    """Return an entry of a page or of what it hangs from."""
    for _ in range(_DEEPEST):
        if key in page:
            return page[key]
        if "/Parent" not in page:
            return None
        page = page["/Parent"]
    return None


def _box_of(page: Any, key: str) -> Box | None:
    array = _inherited(page, key) if key in ("/MediaBox", "/CropBox") else page.get(key)
    if array is None or len(array) != 4:
        return None
    left, top, right, bottom = (float(value) for value in array)
    box = min(left, right), min(top, bottom), max(left, right), max(top, bottom)
    return box if box[0] < box[2] and box[1] < box[3] else None


def _placed(page: Any, key: str, ctm: Matrix) -> Box | None:
    box = _box_of(page, key)
    if box is None:
        return None
    left, top, right, bottom = (round(value, 2) for value in around(ctm, box))
    return left, top, right, bottom


def _to_points(media: Box, turned: int, unit: float) -> Matrix:
    """Return the matrix from a page's own units to points from its top left corner as shown, downwards."""
    left, bottom, right, top = media
    matrices = {
        0: (unit, 0.0, 0.0, -unit, -left * unit, top * unit),
        90: (0.0, unit, unit, 0.0, -bottom * unit, -left * unit),
        180: (-unit, 0.0, 0.0, unit, right * unit, -bottom * unit),
        270: (0.0, -unit, -unit, 0.0, top * unit, right * unit),
    }
    return matrices.get(turned, matrices[0])


def _annotations(page: Any) -> Iterator[str]:
    for each in array(page, "/Annots"):
        if is_mapping(each):
            yield str(each.get("/Subtype", "/unknown"))[1:]


# ---------------------------------------------------------------- the whole file


def _is_embedded(font: Any) -> bool:
    kind = str(font.get("/Subtype"))
    if kind == "/Type3":
        return True
    if kind == "/Type0":
        font = font["/DescendantFonts"][0]
    descriptor = mapping(font, "/FontDescriptor")
    return any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3"))


def _count_outline(outline: Any) -> int:
    """Count the entries of the topmost level; an outline without any is none."""
    count, entry = 0, mapping(outline, "/First")
    while entry.keys() and count < 10_000:
        count, entry = count + 1, mapping(entry, "/Next")
    return count


def _is_script(action: Any) -> bool:
    return is_mapping(action) and str(action.get("/S")) == "/JavaScript"


def _intent(intent: Any) -> Intent:
    profile = intent.get("/DestOutputProfile")
    space = None
    if profile is not None:
        space = {1: "gray", 3: "rgb", 4: "cmyk"}.get(int(profile.get("/N", 0)), "unknown")
    condition = str(intent.get("/OutputConditionIdentifier", "")) or str(intent.get("/OutputCondition", ""))
    return Intent(str(intent.get("/S"))[1:], condition, space)


def _xmp(stream: Any) -> dict[str, str]:
    """Return the values of an XMP packet that are asked for, by local names, given as elements or as attributes."""
    if not is_stream(stream):
        return {}
    data = bytes(stream.read_bytes())
    if len(data) > _BIGGEST_XMP:
        raise pikepdf.PikepdfError(f"its XMP metadata have {len(data) / 1e6:.1f} MB, more than is read")
    text = data.decode("utf-8", "replace").strip().strip("\0\ufeff")
    try:
        root = ElementTree.fromstring(text) if "<!DOCTYPE" not in text else None
    except ElementTree.ParseError:
        root = None
    found: dict[str, str] = {}
    for element in root.iter() if root is not None else ():
        said = {key.rpartition("}")[2]: value for key, value in element.attrib.items()}
        name = element.tag.rpartition("}")[2]
        if name in _ASKED_OF_XMP and name not in found and name not in said:
            said[name] = "".join(element.itertext())
        for key in _ASKED_OF_XMP & said.keys() - found.keys():
            found[key] = " ".join(said[key].split())
    return found


def _describes(xmp: dict[str, str]) -> bool:
    """Say whether an XMP packet says something of the work, not only of the program that made the file."""
    return any(xmp.get(name) for name in _DESCRIBING_XMP)


def _xmp_claims(xmp: dict[str, str]) -> tuple[str, ...]:
    return tuple(_PDFX.findall(xmp.get("GTS_PDFXVersion", "")))
