"""A composition in, laid-out pages and a tagged PDF (PDF/UA-1) out; the only user of WeasyPrint.

Nothing but the composition is read: every stylesheet, image and font comes from it, every other address is refused.
"""

import contextlib
import dataclasses
import gc
import hashlib
import logging
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any, Final
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

from bookforge import fonts
from bookforge.book import BookSection, SectionId
from bookforge.diagnostics import (
    BookforgeError,
    Diagnostic,
    EditionError,
    EngineError,
    LayoutError,
    Location,
    Report,
    error,
    has_errors,
    warning,
)
from bookforge.edition import Artifact, Composition, FontFace, NavPoint, Stylesheet
from bookforge.laid import Laid, Line
from bookforge.writers import artifacts, assembly, documents, fitted, galley, initials, margins
from bookforge.writers.assembly import drawing, faces, hooks, linking
from bookforge.writers.assembly.drawn import Drawing, Drawn, DrawnFace, DrawnPage, Facts
from bookforge.writers.assembly.faces import CutFace
from bookforge.writers.assembly.margins import Margins, Place, Stand
from bookforge.writers.galley import Galley
from bookforge.writers.pages import PIXEL_PT, facts

_BASE: Final = "https://book.invalid/"
_UNDESCRIBED: Final = re.compile(r'Image "(.*)" has no required alt')
_AT: Final = re.compile(r" at (\d+):(\d+)")
_IGNORED: Final = re.compile(r"Ignored `([\w-]+):")
_HEIGHT: Final = re.compile(r"line-height|--leading|\bfont:")
_SETS: Final = re.compile(r"(--[\w-]+)\s*:")
_USES: Final = re.compile(r"var\(\s*(--[\w-]+)\s*\)")
_GRAY: Final = re.compile(rb"([0-9.]+) \1 \1 (rg|RG)")
_DATA_PICTURE: Final = re.compile(rb"data:image/(?:png|jpeg);base64,[A-Za-z0-9+/=]+")
_LONG_DATA: Final = re.compile(r"(data:[^,\s'\"]{0,60},?)[^\s'\"]*")
_SVG: Final = "image/svg+xml"
_VARIANT: Final = "pdf/ua-1"
_BLOCKS_NAMED: Final = 5
_KEPT_SHEETS: Final = 100
_KEPT_RULES: Final = 1_000_000
"""Characters of the stylesheets that are kept; the engine takes some 26 bytes for each."""

_DECLARES: Final = re.compile(r"@(?:import|font-face|counter-style|color-profile|[^\s{;(]*\\)", re.IGNORECASE)
"""What reads a file or declares something for all stylesheets beside it, or may be such a name with escapes in it."""
_FEATURES: Final = (
    *("kerning", "variant_ligatures", "variant_position", "variant_caps", "variant_numeric"),
    *("variant_alternates", "variant_east_asian", "feature_settings"),
)
_MARGIN_NOTES: Final = ("source-ref", "proof-query")
_NO_NUMBERS: Final[Mapping[str, int]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Materials:
    """Everything a document may use. ``scratch`` is a folder for the private font configuration."""

    stylesheets: tuple[Stylesheet, ...]
    assets: Mapping[str, tuple[bytes, str]]
    fonts: tuple[FontFace, ...]
    scratch: Path


def layout(composition: Composition, scratch: Path, report: Report) -> Laid:
    """Lay the edition out: the slow half of making a PDF.

    ``scratch`` is a folder for the private font configuration: what fontconfig sees must be files, and reading them
    anew costs it nothing, so nothing of this is kept.
    Warnings: ``text-fits-page``, and what the engine says of the stylesheets (``stylesheet-parses``).
    Errors: ``resource-allowed``, ``page-layout``; ``pango-present`` when a library is missing.
    """
    (document,) = composition.documents
    engine = _Engine(Materials(composition.stylesheets, composition.assets, composition.fonts, scratch))
    rendered, tree = engine.render(document.text, Location(document.href), report)
    laid = _facts(rendered, tree, composition.stylesheets)
    return judged(laid, composition, report)


def judged(laid: Laid, composition: Composition, report: Report) -> Laid:
    """Say what is wrong with the pages of a book; return them with all characters that they show.

    Warnings: ``text-fits-page``.
    """
    _report_outside(laid, {section.id: section for section in composition.reading.book.sections}, report)
    return dataclasses.replace(laid, shown=laid.shown | _drawn_characters(composition.assets))


class Galleys:
    """Lays out one section after another, as often as it takes, without what stands in the margins of pages.

    ``at`` is where the engine's findings are said to be.
    """

    def __init__(self, materials: Materials, at: Location) -> None:
        self._materials = materials
        self._at = at

    @cached_property
    def _engine(self) -> "_Engine":
        # A book that is all there already needs none.
        return _Engine(self._materials)

    def lay(
        self,
        html: str,
        stylesheets: tuple[Stylesheet, ...],
        section: str,
        end: str,
        numbers: Mapping[str, int] = _NO_NUMBERS,
        follows: bool = True,
    ) -> Galley:
        """Lay out a document that holds a section and, after it, something with the id ``end``.

        ``numbers`` are page numbers by id, as far as they are known; ``follows``: the section is not the book's first.
        Errors: as :func:`layout`.
        """
        said: list[Diagnostic] = []
        with self._engine.quick(), hooks.galleys(numbers, follows) as collectors:
            rendered, tree = self._engine.render(html, self._at, said.append, None, stylesheets)
            read = galley.read(_facts(rendered, tree, stylesheets), section, end, _Ruler())
        asked, others = hooks.asked(collectors)
        return dataclasses.replace(read, asked=asked, apart=not others, said=tuple(said))

    def draw(self, laid: Galley, numbers: Mapping[str, int], key: str) -> Drawn:
        """Draw a galley that was laid out with some page numbers; ``key`` is a hash of all it was made from.

        Raises :class:`~bookforge.writers.assembly.faces.UnlinkableError` where they cannot be drawn alone.
        """
        if not laid.apart:
            raise faces.UnlinkableError("the text shows counters of its pages")
        said = [*laid.said]
        with _listening(self._at, said.append), self._engine.quick():
            drawn = drawing.draw(laid.laid.document, range(laid.end), _finish)
        return Drawn(
            key,
            drawing.joined(drawn),
            _kept(laid),
            {name: numbers.get(name, 0) for name in sorted(laid.asked)},
            tuple(said),
        )

    def draw_pages(self, laid: Galley, pages: range, report: Report) -> tuple[DrawnPage, ...]:
        """Draw pages of a galley; errors as :meth:`draw`."""
        with _listening(self._at, report), self._engine.quick():
            return drawing.draw(laid.laid.document, pages, _finish)

    def joined(self, pages: Sequence[DrawnPage]) -> Drawing:
        """Return pages that follow each other."""
        return drawing.joined(pages)

    def blank(self, side: str, html: tuple[str, str], stylesheets: tuple[Stylesheet, ...], key: str) -> Drawn:
        """Draw a page that is left blank on a side; ``html`` is what stands before and after the text of a book."""
        other = "left" if side == "right" else "right"
        one = f'<div style="break-before: {other}">\u200b</div>'
        galley_ = self.lay(html[0] + one + one + html[1], stylesheets, "", "")
        pages = galley_.laid.document.pages
        at = next((place for place, page in enumerate(pages) if page._page_box.page_type.blank), None)
        if at is None:
            raise faces.UnlinkableError("a page is left blank where no other page comes before")
        facts = Facts((galley_.laid.pages[at],), {}, {}, ())
        drawn = drawing.draw(galley_.laid.document, (at,), _finish)
        return Drawn(key, drawing.joined(drawn), facts)

    def stand(self, html: str, stylesheets: tuple[Stylesheet, ...]) -> Stand:
        """Make the pages of a book without their flow, for their margins; ``html`` is the book without its text."""
        return Stand(lambda: self._engine.read(html, stylesheets))

    def margins(self, stand: Stand, places: Sequence[Place], report: Report) -> list[Margins]:
        """Draw the margins of pages.

        Raises :class:`~bookforge.writers.assembly.faces.UnlinkableError` where they cannot be drawn alone.
        """
        with _listening(self._at, report, self._materials.stylesheets):
            return stand.draw(places, _print_gray_in_gray)


def cut(face: DrawnFace, contents: Mapping[str, bytes]) -> CutFace:
    """Cut a face to the glyphs it needs; ``contents`` are the files of the edition's fonts, by their digests."""
    with _listening(Location(face.family), _unheard), _no_clock():
        return faces.cut(face, contents)


def _unheard(_: Diagnostic) -> None:
    """What is said here was said when the pages were drawn, or is no author's matter."""


def _finish(pages: list[Any], pdf: Any) -> None:
    """Do to the unwritten PDF of some pages what the engine leaves undone."""
    initials.join(pages, pdf)
    fitted.level(pages, pdf)
    _print_gray_in_gray(pdf)
    _cut_to_trim(pdf)


def _kept(laid: Galley) -> Facts:
    """Return what is known of a section's pages, without those behind it."""
    facts_ = laid.laid
    here = {name: place for name, place in facts_.anchors.items() if place[0] < laid.end}
    return Facts(facts_.pages[: laid.end], facts_.notes, here, tuple(sorted(facts_.unfit)))


def _facts(rendered: Any, tree: Any, sheets: tuple[Stylesheet, ...]) -> Laid:
    """Read pages of a book, whose lines must have a height: everything is counted in it."""
    laid = facts(rendered, tree, _Ruler())
    if laid.pages[0].leading <= 0:
        at = next(
            (Location(each.origin) for each in reversed(_of_the_author(sheets)) if _HEIGHT.search(each.text)), None
        )
        hint = "give 'line-height' and '--leading' a length, such as 14pt"
        raise EditionError(error("page-layout", "the lines of the text have no height", at, hint))
    return laid


def write(composition: Composition, laid: Laid, report: Report) -> Artifact:
    """Draw a layout as PDF/UA-1 with page labels and bookmarks; same composition, same bytes.

    Errors: ``page-layout``.
    """
    if isinstance(laid.document, assembly.Assembled):
        return _artifact(composition, laid, _linked(composition, laid, laid.document))
    _set_outline(laid, composition.toc)

    def finish(_: object, pdf: Any) -> None:
        pdf.catalog["PageLabels"] = _page_labels(laid)
        artifacts.mark(pdf)
        _finish(laid.document.pages, pdf)

    with _listening(Location(composition.documents[0].href), report, composition.stylesheets), _no_clock():
        data = laid.document.write_pdf(
            pdf_variant=_VARIANT,
            pdf_identifier=_identity(composition),
            finisher=finish,
        )
    return _artifact(composition, laid, data)


def _linked(composition: Composition, laid: Laid, assembled: assembly.Assembled) -> bytes:
    """Make one file of sections and margins that are drawn."""
    whole = linking.Whole(
        bookmarks=tuple(
            linking.Bookmark(level, point.label, point.href.removeprefix("#"))
            for level, point in _levels(composition.toc, 1)
        ),
        labels=tuple(_label_runs(laid)),
        fonts={name: face.objects for name, face in assembled.fonts.items()},
        states={name: state for run in assembled.runs for each in run.margins for name, state in each.states.items()},
        said=assembled.about,
        identity=_identity(composition),
    )
    return linking.link(assembled.runs, whole, assembled.keep)


def _artifact(composition: Composition, laid: Laid, data: bytes) -> Artifact:
    name = f"{composition.reading.edition.name}.pdf"
    words = documents.word_count(composition)
    return Artifact(composition.reading.edition, {name: data}, pages=len(laid.pages), words=words)


def _identity(composition: Composition) -> bytes:
    """Return the name of the file, made from what it is made from."""
    digest = hashlib.sha256(composition.documents[0].text.encode())
    for sheet in composition.stylesheets:
        digest.update(sheet.text.encode())
    return digest.hexdigest()[:32].encode()


def lay_sheet(html: str, materials: Materials, report: Report) -> Laid:
    """Lay out a document of one page, such as a cover; only that page is ever drawn.

    Errors: as :func:`layout`.
    """
    rendered, tree = _Engine(materials).render(html, Location("cover"), report, None)
    laid = facts(rendered, tree, _Ruler())
    return dataclasses.replace(laid, shown=laid.shown | _drawn_characters(materials.assets))


def write_sheet(laid: Laid, outer: float, identity: str, report: Report) -> bytes:
    """Draw a sheet for the press: no tags, links or outline, and nothing said about the book beside it.

    ``outer`` is how far the cut lies inside the sheet's edges, in points; ``identity`` is what the PDF's own id is
    made from.
    """

    def finish(_: object, pdf: Any) -> None:
        pdf.info.clear()
        for name in ("Lang", "Names"):
            pdf.catalog.pop(name, None)
        for page in pdf.objects:
            if getattr(page, "get", None) and page.get("Type") == "/Page":
                left, top, right, bottom = page["MediaBox"]
                page["BleedBox"] = page["MediaBox"]
                page["TrimBox"] = type(page["MediaBox"])([left + outer, top + outer, right - outer, bottom - outer])
        _print_gray_in_gray(pdf)

    sheet = laid.document.copy(laid.document.pages[:1])
    with _listening(Location("cover"), report), _no_clock():
        data: bytes = sheet.write_pdf(
            pdf_identifier=hashlib.sha256(identity.encode()).hexdigest()[:32].encode(), finisher=finish
        )
    return data


def draw_sheet(laid: Laid, size: tuple[int, int], report: Report) -> bytes:
    """Draw a sheet as a JPEG of ``size`` pixels (width, height); the page should have the same proportions."""
    import pypdfium2

    data = write_sheet(laid, 0, "", report)
    width, height = size
    with contextlib.closing(pypdfium2.PdfDocument(data)) as pdf:
        page = pdf[0]
        scale = max(width / page.get_width(), height / page.get_height())
        image = page.render(scale=scale).to_pil().convert("RGB").resize(size)
    out = BytesIO()
    image.save(out, "JPEG", quality=90, subsampling=0)
    return out.getvalue()


def _drawn_characters(assets: Mapping[str, tuple[bytes, str]]) -> frozenset[str]:
    """Return the characters drawings are lettered with: the engine sets them in the layout's faces."""
    found: set[str] = set()
    for data, media_type in assets.values():
        if media_type == _SVG and b"<text" in data:
            for text in ElementTree.fromstring(data).iter("{http://www.w3.org/2000/svg}text"):
                found.update(*("", *text.itertext()))
    return frozenset(found)


def _set_outline(laid: Laid, toc: tuple[NavPoint, ...]) -> None:
    """Make the contents of the book the PDF's outline, so that it is the same as every other edition's."""
    for page in laid.document.pages:
        page.bookmarks = []
    for level, point in _levels(toc, 1):
        found = laid.anchors.get(point.href.removeprefix("#"))
        if found:
            index, x, y = found
            target = (x / PIXEL_PT, y / PIXEL_PT)
            laid.document.pages[index].bookmarks.append((level, point.label, target, "open"))


def _levels(toc: tuple[NavPoint, ...], level: int) -> Iterator[tuple[int, NavPoint]]:
    for point in toc:
        yield level, point
        yield from _levels(point.children, level + 1)


def _page_labels(laid: Laid) -> Any:
    import pydyf  # type: ignore[import-untyped]

    ranges = pydyf.Array()
    for index, style in _label_runs(laid):
        ranges.extend([index, pydyf.Dictionary({"S": style})])
    return pydyf.Dictionary({"Nums": ranges})


def _label_runs(laid: Laid) -> Iterator[tuple[int, str]]:
    """Yield where folios begin anew, with their style in a PDF."""
    for page in laid.pages:
        if page.index == 0 or page.label == "1":
            yield page.index, "/D" if page.label.isdecimal() else "/r"


def _print_gray_in_gray(pdf: Any) -> None:
    """Write grays as DeviceGray: black text then prints with black ink only, whatever the printer's profile."""
    for stream in pdf.objects:
        operations: list[Any] = getattr(stream, "stream", [])
        for place, operation in enumerate(operations):
            gray = isinstance(operation, bytes) and _GRAY.fullmatch(operation)
            if gray:
                operations[place] = gray[1] + (b" G" if gray[2] == b"RG" else b" g")


def _cut_to_trim(pdf: Any) -> None:
    """Show readers the page as it is cut; what runs over its edge stays in the file, for the press."""
    for page in pdf.objects:
        if getattr(page, "get", None) and page.get("Type") == "/Page":
            page["MediaBox"] = page["BleedBox"] = page["TrimBox"]


def _report_outside(laid: Laid, sections: Mapping[SectionId, BookSection], report: Report) -> None:
    """Warn of lines that leave the area for text: the first of each block, a few blocks."""
    outside: dict[str | None, tuple[str, Location | None]] = {}
    for page in laid.pages:
        for line in page.lines:
            if line.outside and line.authored and line.note not in laid.unfit:
                shown = f"the line '{line.text.strip()[:40]}' on page {page.label} runs out of the page"
                outside.setdefault(line.block or line.note, (shown, _place(line, sections)))
    hint = "shorten the line, or make the table or the code narrower"
    for message, at in list(outside.values())[:_BLOCKS_NAMED]:
        report(warning("text-fits-page", message, at, hint))
    if len(outside) > _BLOCKS_NAMED:
        report(warning("text-fits-page", f"{len(outside) - _BLOCKS_NAMED} more places run out of the page", hint=hint))


def _place(line: Line, sections: Mapping[SectionId, BookSection]) -> Location | None:
    """Return where the block of a line stands in its chapter."""
    name = line.block or line.note or ""
    section = sections.get(SectionId(name.partition(".")[0]))
    if section is None or section.content is None:
        return None
    notes = {note.id: note.at for note in section.content.notes}
    found = section.content.source_map.blocks.get(name) or notes.get(line.note or "")
    return Location(section.content.path, found.line, found.column) if found else Location(section.content.path)


# ---------------------------------------------------------------- the engine


def _weasyprint(configuration: Path) -> ModuleType:
    """Import the engine so that it sees only our fonts.

    fontconfig reads its configuration at the import and again for every document; the language it would take from the
    machine's locale decides between fonts, so it is fixed.
    """
    os.environ["FONTCONFIG_FILE"] = str(configuration)
    os.environ["FC_LANG"] = "en"
    try:
        import weasyprint
    except OSError as problem:
        raise EngineError(
            error("pango-present", "Pango, which sets the pages, is not installed", hint="run 'bookforge doctor'")
        ) from problem
    return weasyprint  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class _Read:
    """A stylesheet as the engine has it, and what it said when it read it."""

    css: Any
    said: tuple[Diagnostic, ...]


_read: Final[dict[Stylesheet, _Read]] = {}
"""The stylesheets that this process read last, the newest last: parsing them is a large part of building a little."""


class _Engine:
    """WeasyPrint with our fonts, our fetcher, and its log read."""

    def __init__(self, materials: Materials) -> None:
        if not materials.fonts:
            # Without any font Pango ends the process.
            raise LayoutError(error("font-exists", "the layout declares no font", hint="see docs/layouts.md"))
        configuration = fonts.private_configuration(materials.fonts, materials.scratch)
        self._module = _weasyprint(configuration)
        from weasyprint.css.counters import CounterStyle

        self._assets = materials.assets
        self._stylesheets = materials.stylesheets
        self._shared = {
            "font_config": hooks.font_configuration(),
            "counter_style": CounterStyle(),
            "color_profiles": dict[str, Any](),
        }
        self._fonts = configuration.parent.name  # a hash of what is in them
        self._read: dict[Stylesheet, _Read] = {}
        self._serve = self._fetcher()

    @contextlib.contextmanager
    def quick(self) -> Iterator[None]:
        """Let the engine do the same with less work."""
        from bookforge.writers.assembly import faster

        faster.remember_lines(self._shared["font_config"], self._fonts)
        with faster.at_work(), _uncollected():
            yield

    def render(
        self,
        html: str,
        at: Location,
        report: Report,
        variant: str | None = _VARIANT,
        stylesheets: tuple[Stylesheet, ...] | None = None,
    ) -> tuple[Any, Any]:
        """Lay out a document; return WeasyPrint's, and the element tree it was made from.

        ``stylesheets`` are used in the place of the materials'; each is read once.
        """
        used = stylesheets or self._stylesheets
        sheets = self._sheets(used, report)
        with _listening(at, report, used), _uncollected():
            source = self._module.HTML(string=html, base_url=_BASE, url_fetcher=self._serve)
            rendered = source.render(stylesheets=sheets, pdf_variant=variant, **self._shared)
        _keep_own_links(rendered)
        margins.part_notes(rendered, _MARGIN_NOTES)
        return rendered, source.etree_element

    def read(self, html: str, stylesheets: tuple[Stylesheet, ...]) -> tuple[Any, list[Any], Mapping[str, Any]]:
        """Read a document and stylesheets; return them as the engine has them, and what they were read with."""
        sheets = self._sheets(stylesheets, _unheard)
        return self._module.HTML(string=html, base_url=_BASE, url_fetcher=self._serve), sheets, self._shared

    def _sheets(self, sheets: tuple[Stylesheet, ...], report: Report) -> list[Any]:
        """Read stylesheets, each once; what is wrong with them is said each time."""
        read = [self._sheet(sheet) for sheet in sheets]
        for finding in (finding for each in read for finding in each.said):
            report(finding)
        return [each.css for each in read]

    def _sheet(self, sheet: Stylesheet) -> "_Read":
        # A sheet that declares nothing but styles is the same for every engine.
        known = self._read if _DECLARES.search(sheet.text) else _read
        found = known.pop(sheet, None) or self._parsed(sheet)
        known[sheet] = found
        while len(known) > 1 and (len(known) > _KEPT_SHEETS or sum(len(each.text) for each in known) > _KEPT_RULES):
            del known[next(iter(known))]  # the one unused for longest
        return found

    def _parsed(self, sheet: Stylesheet) -> "_Read":
        said: list[Diagnostic] = []
        with _listening(Location(sheet.origin), said.append, (sheet,)):
            css = self._module.CSS(string=sheet.text, base_url=_BASE, url_fetcher=self._serve, **self._shared)
        return _Read(css, tuple(said))

    def _fetcher(self) -> Any:
        from weasyprint.urls import URLFetcher, URLFetcherResponse

        assets, sheets = self._assets, self._stylesheets
        embedded = _embedded(assets)

        class Fetcher(URLFetcher):  # type: ignore[misc]
            """Serves the composition's own files and nothing else."""

            def fetch(self, url: str, headers: object = None) -> Any:
                name = unquote(urlsplit(url).path.removeprefix("/")) if url.startswith(_BASE) else ""
                if name in assets:
                    data, media_type = assets[name]
                    return URLFetcherResponse(url, data, {"Content-Type": media_type})
                if any(name == sheet.name for sheet in sheets):
                    # The links of the page: already read, each under its own name.
                    return URLFetcherResponse(url, b"", {"Content-Type": "text/css"})
                if url in embedded or (url.startswith("data:image/") and any(url in sheet.text for sheet in sheets)):
                    return super().fetch(url, headers)
                raise ValueError("it is not part of the book")

        return Fetcher()


class _Ruler:
    """Measures the engine's fonts, in its pixels."""

    def space(self, style: Any) -> float:
        """Return the width of a style's normal word space."""
        from weasyprint.text.line_break import Layout, line_size

        bare = style.copy()
        bare["letter_spacing"], bare["word_spacing"] = "normal", 0
        layout = Layout(bare)
        layout.set_text(" ")
        glyph, _ = line_size(layout.get_first_line()[0], bare)
        letters = 0 if style["letter_spacing"] == "normal" else style["letter_spacing"]
        return float(glyph + letters + style["word_spacing"])

    def features(self, style: Any) -> dict[str, int]:
        """Return the OpenType features that a style asks for, by their tags."""
        from weasyprint.text.fonts import font_features

        asked = {f"font_{name}": style[f"font_{name}"] for name in _FEATURES}
        return {tag: int(value) for tag, value in font_features(**asked).items()}

    def strut(self, style: Any) -> tuple[float, float]:
        """Return a style's line height, and where in it the baseline is."""
        from weasyprint.text.line_break import strut

        height, baseline = strut(style)
        return float(height), float(baseline)


def _embedded(assets: Mapping[str, tuple[bytes, str]]) -> frozenset[str]:
    """Return the addresses of pictures that drawings hold inside them: cleaned with the drawing, part of the book."""
    return frozenset(
        url.decode()
        for data, media_type in assets.values()
        if media_type == _SVG
        for url in _DATA_PICTURE.findall(data)
    )


def _keep_own_links(rendered: Any) -> None:
    """Drop the second link that every element inside a link gets in WeasyPrint 70: it fails PDF/UA-1 (7.18.5-1)."""
    for page in rendered.pages:
        page.links = [link for link in page.links if link[3].link]


@contextlib.contextmanager
def _no_clock() -> Iterator[None]:
    """Keep the time out of the fonts that fontTools cuts: it stamps them unless this variable says otherwise."""
    before = os.environ.get("SOURCE_DATE_EPOCH")
    os.environ["SOURCE_DATE_EPOCH"] = "0"
    try:
        yield
    finally:
        if before is None:
            del os.environ["SOURCE_DATE_EPOCH"]
        else:
            os.environ["SOURCE_DATE_EPOCH"] = before


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Keep Python from looking for cycles while boxes are made: nearly all of them stay, and looking takes a fifth."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextlib.contextmanager
def _listening(at: Location, report: Report, sheets: tuple[Stylesheet, ...] = ()) -> Iterator[None]:
    """Turn what the engine logs meanwhile into findings; raise when one of them is an error, or when the engine fails.

    ``sheets`` are those in use: what is wrong with the pages stands in one of them.
    """
    logger = logging.getLogger("weasyprint")
    listener = _Listener()
    propagate, logger.propagate = logger.propagate, False
    logger.addHandler(listener)
    try:
        yield
    except (BookforgeError, OSError, MemoryError):
        raise
    except Exception as problem:  # the engine asserts what a stylesheet can break
        raise EditionError(_failed(problem, at, sheets)) from problem
    finally:
        logger.removeHandler(listener)
        logger.propagate = propagate
    found = tuple(dict.fromkeys(_finding(record, at, sheets) for record in listener.records))
    if has_errors(finding for finding in found if finding):
        raise EditionError(*(finding for finding in found if finding))
    for finding in found:
        if finding:
            report(finding)


def _origin(message: str, line: int, column: int, sheets: tuple[Stylesheet, ...]) -> Location | None:
    """Return where a declaration with a custom property in it stands, of which the engine says only the line."""
    name = _IGNORED.match(message)
    for each in sheets if name else ():
        text = each.text.splitlines()[line - 1 : line]
        if name and text and text[0][: column - 1].rstrip().endswith(f"{name[1]}:"):
            return Location(each.origin, line, column)
    return None


class _Listener(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


def _of_the_author(sheets: tuple[Stylesheet, ...]) -> tuple[Stylesheet, ...]:
    """Return the stylesheets of the book's own layouts, named from its folder; ours have a full path, or no folder."""
    return tuple(each for each in sheets if "/" in each.origin and not Path(each.origin).is_absolute())


def _failed(problem: Exception, at: Location, sheets: tuple[Stylesheet, ...]) -> Diagnostic:
    """Say that the engine failed: at a property that nothing sets, else at the last stylesheet of the author's."""
    what = f"{type(problem).__name__}: {problem}".rstrip(": ").splitlines()[0][:100]
    message = f"the page engine stopped at a rule it cannot carry out ({what})"
    own = _of_the_author(sheets)
    unset = next(_unset(own, sheets), None)
    if unset is not None:
        name, place = unset
        return error(
            "page-layout", message, place, f"nothing sets '{name}', which is used here: set it, or take it out"
        )
    place = Location(own[-1].origin) if own else at
    return error("page-layout", message, place, "take out the rules that came last, one by one, until pages are made")


def _unset(own: tuple[Stylesheet, ...], sheets: tuple[Stylesheet, ...]) -> Iterator[tuple[str, Location]]:
    """Yield the custom properties that are used without anything in their place, and set nowhere."""
    known = {name for each in sheets for name in _SETS.findall(each.text)}
    for each in own:
        for found in _USES.finditer(each.text):
            if found[1] not in known:
                line = each.text.count("\n", 0, found.start())
                yield found[1], Location(each.origin, line + 1, found.start() - each.text.rfind("\n", 0, found.start()))


def _finding(record: logging.LogRecord, at: Location, sheets: tuple[Stylesheet, ...] = ()) -> Diagnostic | None:
    message = _LONG_DATA.sub(r"\1…", record.getMessage().strip().rstrip("."))
    if message.startswith(".notdef glyph"):
        return None  # The fonts' own check says which characters, and where they stand.
    undescribed = _UNDESCRIBED.search(message)
    if undescribed:
        what = f"the picture '{undescribed[1]}' has no description, so this PDF is not PDF/UA"
        return warning("image-has-alt", what, hint='say what it shows: {alt="What it shows"}')
    if record.levelno >= logging.ERROR:
        rule = "resource-allowed" if "Failed to load" in message else "page-layout"
        return error(rule, message.replace(_BASE, ""), at)
    place = _AT.search(message)
    if place:
        line, column = int(place[1]), int(place[2])
        where = _origin(message, line, column, sheets)
        unset = next(_unset(_of_the_author(sheets), sheets), None) if where else None
        hint = f"nothing sets '{unset[0]}', which {unset[1]} uses" if unset else None
        return warning(
            "stylesheet-parses", message.replace(place[0], ""), where or Location(at.path, line, column), hint
        )
    return warning("page-layout", message.replace(_BASE, ""), at)
