"""The places of WeasyPrint 70.0 that assembling a book uses though they are not its public interface.

The version is pinned; ``tests/pages/test_hooks.py`` fails for each hook that a new version moves.

``document.LayoutContext``, ``layout.initialize_page_maker``
    What is known while pages are laid out, and what the first begins with. At the top of a document margins are kept,
    at the top of a page they are not: a section that has pages before it in the book is laid out as if it had.
``layout.make_margin_boxes``
    Called for each page once all are laid out. Galleys are laid out without: what stands in the margins depends on the
    book around them, and is drawn apart (:mod:`.margins`).
``document.TargetCollector``, ``css.targets.anchor_name_from_token``
    Tells what stands at ``target-counter(…)``. A section alone does not know the page numbers of the book: they are
    given to it where the page of a target is known (``cache_target_page_counters``), and it is noted which were asked
    for (``lookup_target``).
``pdf.generate_pdf``
    Draws pages into an unwritten PDF, as ``Document.write_pdf`` does before it writes.
``pdf.resolve_links``
    Tells which links of pages lead somewhere. A page is drawn alone: what it leads to stands on another.
``pdf.build_fonts_dictionary``
    Cuts the fonts and adds them to a PDF: left out where a section is drawn, and called for the book.
``pdf.fonts.Font``
    A face in use. It is made from a face of Pango's; here also from what was kept of one, and its file, from which
    ``clean`` then cuts what is needed.
``document.Document._build_layout_context``, ``formatting_structure.build.build_formatting_structure``
    The styles of a document, and its boxes before layout: what margins are laid out with.
``layout.page.set_page_type_computed_styles``, ``PageType``, ``make_margin_boxes``, ``page_width``, ``page_height``,
``_standardize_page_based_counters``, ``formatting_structure.boxes.PageBox``, ``formatting_structure.build``'s
``update_counters``, ``layout.percent.resolve_percentages``, ``document.Page``
    What ``layout.page.remake_page`` does of a page but for its flow: its styles, its size, its counters, its margins.
``text.fonts.FontConfiguration.font_map``
    Pango's map of fonts. It never gives back the configuration it was given, 230 kB each time: see
    :func:`font_configuration`.
``html.get_html_metadata``, ``pdf.metadata.DocumentMetadata``
    What a document says of itself.
``layout.background.layout_box_backgrounds``
    The backgrounds of a margin's boxes.
``layout.inline.split_inline_box``
    Fills a line up to its right edge. Where a paragraph is only to be measured that is as far away as it needs: see
    :func:`endless`.
``Box.string_set``
    Which named strings a box sets.
"""

import contextlib
import functools
import weakref
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from bookforge.writers import boxes
from bookforge.writers.assembly.drawn import DrawnFace, PageKind

_ENDLESS: Final = float(2**22)
"""Pixels: wider than what Pango is given to break."""

_SLACK: Final = 1e-6


def font_configuration() -> Any:
    """Make a configuration of the engine's fonts, all of which is freed when nobody uses it any more."""
    from weasyprint.text.fonts import FontConfiguration

    made = FontConfiguration()
    weakref.finalize(made, _release, made.font_map).atexit = False
    return made


def _release(font_map: Any) -> None:
    from weasyprint.text.ffi import ffi, pangoft2

    pangoft2.pango_fc_font_map_set_config(ffi.cast("PangoFcFontMap *", font_map), ffi.NULL)


@contextlib.contextmanager
def galleys(numbers: Mapping[str, int], follows: bool) -> Iterator[list[Any]]:
    """Let documents be laid out without margins, and with the page numbers of the book; gives what was asked for.

    ``follows``: their first page is not the first of the book. The list that is given has, after a layout, the
    collector of the document's targets: see :func:`asked`.
    """
    from weasyprint import document, layout

    made: list[Any] = []
    before = layout.make_margin_boxes, layout.initialize_page_maker, document.TargetCollector, document.LayoutContext
    _, initialize, _, _ = before

    def begin(context: Any, root: Any) -> None:
        initialize(context, root)
        if follows:
            context.page_maker[0][1]["break"] = "page"

    def collector() -> Any:
        made.append(_collector_class()(numbers))
        return made[-1]

    layout.make_margin_boxes = lambda context, page, state: ()
    layout.initialize_page_maker = begin
    document.TargetCollector = collector
    if follows:
        document.LayoutContext = _context_class()
    try:
        yield made
    finally:
        (
            layout.make_margin_boxes,
            layout.initialize_page_maker,
            document.TargetCollector,
            document.LayoutContext,
        ) = before


@contextlib.contextmanager
def endless(running: frozenset[str]) -> Iterator[None]:
    """Let the blocks of running text have one line each that is as long as it needs, where nothing stands beside it.

    A block with what floats, with white space that is kept, with a first line of another look, or with an alignment
    that asks where its lines end, is set as it is.
    """
    from weasyprint.layout import inline

    its = inline.split_inline_box

    def split(context: Any, box: Any, left: float, right: float, *more: Any) -> Any:
        _, _, around, *_, first_line = more
        if first_line is None and _is_line(box) and box.element.get("id") in running and _runs(box):
            # Nothing stands beside it where it has all the width of its block.
            right = left + _ENDLESS if abs(right - box.position_x - around.width) < _SLACK else right
        return its(context, box, left, right, *more)

    inline.split_inline_box = split if running else its
    try:
        yield
    finally:
        inline.split_inline_box = its


def _is_line(box: Any) -> bool:
    return boxes.kind(box) == "LineBox" and box.element is not None and "::" not in (box.element_tag or "")


def _runs(line: Any) -> bool:
    style = line.style
    plain = (style["direction"], style["white_space"], style["text_transform"]) == ("ltr", "normal", "none")
    aligned = style["text_align_all"] in {"justify", "start", "left"}
    return plain and aligned and not any(map(_stops, line.descendants()))


def _stops(box: Any) -> bool:
    """Whether something in a line floats, or may end it."""
    return bool(box.is_floated() or box.style["white_space"].startswith("pre"))


@functools.cache
def _context_class() -> type[Any]:
    from weasyprint.layout import LayoutContext

    class Later(int):
        """The number of a page that has another before it in the book: asked whether it is more than 1, it is."""

        def __gt__(self, other: int) -> bool:
            return int(self) + 1 > other

    class Context(LayoutContext):  # type: ignore[misc]
        """Takes the first page of a document for one that has another before it."""

        _page: int | None = None

        @property
        def current_page(self) -> int | None:
            return self._page

        @current_page.setter
        def current_page(self, page: int | None) -> None:
            self._page = page if page is None else Later(page)

    return Context


@functools.cache
def _collector_class() -> type[Any]:
    from weasyprint.css.targets import TargetCollector, anchor_name_from_token

    class Collector(TargetCollector):  # type: ignore[misc]
        """Gives the page numbers of the book for those of a document."""

        def __init__(self, numbers: Mapping[str, int]) -> None:
            super().__init__()
            self.numbers = numbers
            self.targets: set[str] = set()

        def lookup_target(self, token: Any, box: Any, *what: Any) -> Any:
            # A target in an attribute is looked up by its element; WeasyPrint 70 keeps it under no name.
            name = box.element.get(token[1][0], "") if token[0] == "attr()" else anchor_name_from_token(token)
            self.targets.add((name or "").removeprefix("#"))
            return super().lookup_target(token, box, *what)

        def cache_target_page_counters(self, anchor: str, counters: Any, *where: Any) -> None:
            if anchor in self.numbers:
                counters = {**counters, "page": [self.numbers[anchor]]}
            super().cache_target_page_counters(anchor, counters, *where)

    return Collector


def asked(collectors: list[Any]) -> tuple[frozenset[str], bool]:
    """Return the ids whose page numbers a layout shows, and whether it shows anything else of the pages' counters."""
    ids = frozenset(name for each in collectors for name in each.targets)
    others = any(_counts(box, item) for each in collectors for (box, _), item in each.counter_lookup_items.items())
    return ids, others


def _counts(box: Any, item: Any) -> bool:
    """Whether a box shows a counter of its own page, or one of another page that is not its number."""
    content = box.style["content"]
    own = any(kind in {"counter()", "counters()"} and value[0] in item.missing_counters for kind, value in content)
    return own or any(set(names) - {"page"} for names in item.missing_target_counters.values())


def generate(document: Any, tags: bool, places: frozenset[str] = frozenset()) -> Any:
    """Draw a document's pages into an unwritten PDF without fonts; ``document.fonts`` then has those in use.

    ``places`` are ids elsewhere that links may lead to. Anchors are left out: the book has its own list of them.
    """
    import pydyf  # type: ignore[import-untyped]
    import weasyprint
    from weasyprint import pdf

    its = pdf.resolve_links

    def resolve(pages: Any) -> Iterator[tuple[list[Any], list[Any]]]:
        for page in pages:
            inner = [link for link in page.links if link[0] == "internal" and link[1] in places]
            ((others, _),) = its([_Linked(page.anchors, [link for link in page.links if link not in inner])])
            kept = {*map(id, inner), *map(id, others)}
            yield [link for link in page.links if id(link) in kept], []

    before = pdf.build_fonts_dictionary, pdf.resolve_links
    pdf.build_fonts_dictionary, pdf.resolve_links = (lambda *_: pydyf.Dictionary()), resolve
    try:
        return pdf.generate_pdf(document, None, 1, **{**weasyprint.DEFAULT_OPTIONS, "pdf_tags": tags})
    finally:
        pdf.build_fonts_dictionary, pdf.resolve_links = before


def font(face: DrawnFace, data: bytes) -> Any:
    """Make the engine's font of what was kept of one, and its file."""
    from weasyprint.pdf.fonts import Font

    made = Font.__new__(Font)
    made.hb_face = _hb_face(data, face.index)
    made.file_content = data
    made.hash, made.name, made.family = face.hash, face.name.encode("latin-1"), face.family
    made.flags, made.ascent, made.descent, made.style = face.flags, face.ascent, face.descent, face.style
    made.index, made.weight, made.font_size, made.upem = face.index, face.weight, face.size, face.upem
    made.glyph_count, made.tables = face.glyphs, [*face.tables]
    made.variations = dict(face.variations)
    made.widths, made.to_unicode, made.missing = (
        dict(sorted(each.items())) for each in (face.widths, face.texts, face.absent)
    )
    made.italic_angle, made.stemv, made.stemh = 0, 80, 80
    made.bitmap = made.png = made.svg = made.colr = made.used_in_forms = False
    return made


class _Linked(NamedTuple):
    """What is asked of a page when its links are resolved."""

    anchors: Mapping[str, Any]
    links: list[Any]


@functools.cache
def _declared() -> Any:
    """Declare what makes a face of a file, once a process."""
    from weasyprint.text.ffi import ffi

    ffi.cdef("""
        hb_blob_t * hb_blob_create (const char *data, unsigned int length, int mode, void *user_data, void *destroy);
        hb_face_t * hb_face_create (hb_blob_t *blob, unsigned int index);
    """)
    return ffi


def _hb_face(data: bytes, index: int) -> Any:
    from weasyprint.text.ffi import harfbuzz

    ffi = _declared()
    copied = 0  # HB_MEMORY_MODE_DUPLICATE
    blob = harfbuzz.hb_blob_create(data, len(data), copied, ffi.NULL, ffi.NULL)
    face = ffi.gc(harfbuzz.hb_face_create(blob, index), harfbuzz.hb_face_destroy)
    harfbuzz.hb_blob_destroy(blob)
    return face


def with_font(font: Any) -> tuple[Any, int]:
    """Cut a font; return an unwritten PDF whose last object is its dictionary, and how many come before the font's."""
    import pydyf
    import weasyprint
    from weasyprint.pdf.fonts import build_fonts_dictionary

    pdf = pydyf.PDF()
    first = len(pdf.objects)
    build_fonts_dictionary(pdf, {0: font}, True, True, {**weasyprint.DEFAULT_OPTIONS, "pdf_version": "1.7"})
    return pdf, first


def stand(html: Any, sheets: list[Any], shared: Mapping[str, Any]) -> tuple[Any, Any]:
    """Return the layout context and the boxes of a document that is not laid out."""
    import weasyprint
    from weasyprint.document import Document
    from weasyprint.formatting_structure.build import build_formatting_structure

    options = {**weasyprint.DEFAULT_OPTIONS, "stylesheets": sheets}
    fonts, counters, colors = shared["font_config"], shared["counter_style"], shared["color_profiles"]
    context = Document._build_layout_context(html, fonts, counters, colors, options)
    root = build_formatting_structure(
        html.etree_element, context.style_for, context.get_image_from_uri, html.base_url, context.target_collector,
        counters, context.footnotes,
    )  # fmt: skip
    context.page_bottom = 0  # margins are never full, but the engine asks
    return context, root


def sheet(html: Any, context: Any, root: Any, kind: PageKind) -> Any:
    """Return the box of a page of some kind, with its size, but nothing on it; its style counts the page."""
    from weasyprint.formatting_structure import boxes
    from weasyprint.layout import page
    from weasyprint.layout.percent import resolve_percentages

    page_type = page.PageType(kind.side, kind.blank, kind.name, 0, kind.groups)
    page.set_page_type_computed_styles(page_type, html, context.style_for)
    style = context.style_for(page_type)
    style["overflow"] = root.viewport_overflow
    page._standardize_page_based_counters(style, None)
    box = boxes.PageBox(page_type, style)
    size = style["size"]
    resolve_percentages(box, size)
    box.position_x = box.position_y = 0
    page.page_width(box, context, size[0])
    page.page_height(box, context, size[1])
    box.fixed_boxes = []
    # What is behind the margins is drawn with the flow.
    box.background = box.canvas_background = None
    return box


def document(html: Any, shared: Mapping[str, Any]) -> Any:
    """Return a document without pages, with what the HTML says of itself."""
    from weasyprint.document import Document
    from weasyprint.html import get_html_metadata
    from weasyprint.pdf.metadata import DocumentMetadata

    metadata = DocumentMetadata(**get_html_metadata(html))
    return Document([], metadata, html.url_fetcher, shared["font_config"], shared["color_profiles"], None)


def count(state: Any, style: Any) -> None:
    """Count a page, in place, as its style says."""
    from weasyprint.formatting_structure.build import update_counters

    update_counters(state, style)


def lay_margins(context: Any, box: Any, state: Any, number: int) -> None:
    """Lay out the margins of the page of a number, in place."""
    from weasyprint.layout.background import layout_box_backgrounds
    from weasyprint.layout.page import make_margin_boxes

    context.current_page = number
    box.children = tuple(make_margin_boxes(context, box, state))
    for each in box.children:
        layout_box_backgrounds(box, each, context.get_image_from_uri)


def page(box: Any) -> Any:
    """Return a page of a document."""
    from weasyprint.document import Page

    return Page(box)


def describe(document: Any) -> Any:
    """Return an unwritten PDF without pages that has what a document says of itself, as a PDF/UA-1 does."""
    import weasyprint
    from weasyprint import pdf

    options = {**weasyprint.DEFAULT_OPTIONS, "pdf_variant": "pdf/ua-1", "pdf_version": "1.7", "pdf_tags": True}
    return pdf.generate_pdf(document, None, 1, **options)
