"""A composition in, laid-out pages and a tagged PDF (PDF/UA-1) out; covers, which are one page, in the same way.

Each is laid out as one document by :mod:`bookforge.writers.engine`. A book that was made of its sections one by one
(:mod:`bookforge.writers.galleys`) is only judged and written here.
"""

import contextlib
import dataclasses
import hashlib
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

from bookforge.book import BookSection, SectionId
from bookforge.diagnostics import Location, Report, warning
from bookforge.edition import Artifact, Composition, NavPoint
from bookforge.laid import Laid, Line
from bookforge.writers import artifacts, assembly, documents, engine, finishing
from bookforge.writers.assembly import linking
from bookforge.writers.engine import Engine, Materials, Ruler
from bookforge.writers.pages import PIXEL_PT, facts

_SVG: Final = "image/svg+xml"
_BLOCKS_NAMED: Final = 5


def layout(composition: Composition, scratch: Path, report: Report) -> Laid:
    """Lay the edition out: the slow half of making a PDF.

    ``scratch`` is a folder for the private font configuration: what fontconfig sees must be files, and reading them
    anew costs it nothing, so nothing of this is kept.
    Warnings: ``text-fits-page``, and what the engine says of the stylesheets (``stylesheet-parses``).
    Errors: ``resource-allowed``, ``page-layout``; ``pango-present`` when a library is missing.
    """
    (document,) = composition.documents
    materials = Materials(composition.stylesheets, composition.assets, composition.fonts, scratch)
    rendered, tree = Engine(materials).render(document.text, Location(document.href), report)
    laid = engine.book_facts(rendered, tree, composition.stylesheets)
    return judged(laid, composition, report)


def judged(laid: Laid, composition: Composition, report: Report) -> Laid:
    """Say what is wrong with the pages of a book; return them with all characters that they show.

    Warnings: ``text-fits-page``.
    """
    _report_outside(laid, {section.id: section for section in composition.reading.book.sections}, report)
    return dataclasses.replace(laid, shown=laid.shown | _drawn_characters(composition.assets))


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
        finishing.finish(laid.document.pages, pdf)

    with engine.listening(Location(composition.documents[0].href), report, composition.stylesheets), engine.no_clock():
        data = laid.document.write_pdf(
            pdf_variant=engine.VARIANT,
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
    rendered, tree = Engine(materials).render(html, Location("cover"), report, None)
    laid = facts(rendered, tree, Ruler())
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
        finishing.print_gray_in_gray(pdf)

    sheet = laid.document.copy(laid.document.pages[:1])
    with engine.listening(Location("cover"), report), engine.no_clock():
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
