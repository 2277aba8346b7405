"""A composition to an EPUB 3.3 file; the only user of EbookLib.

EbookLib 0.20 makes the package, the container and the NCX. Four of its habits are put right afterwards: its metadata
(a wrong scheme on ``file-as``, a generator, the clock), the package's language and prefixes, the NCX's depth, and the
times in the zip. Our documents go in as plain items, because ``EpubHtml`` rewrites them.

What a composition brings: hrefs relative to the folder of the package, ASCII; the nav as the document with the property
``nav``; the cover's picture, when there is one, as the asset ``cover.jpg`` or ``cover.png``.
"""

import datetime
import io
import re
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any, Final

from ebooklib import epub
from lxml import etree

from bookforge import xhtml
from bookforge.diagnostics import EditionError, Report, error, warning
from bookforge.edition import Artifact, Composition, NavPoint
from bookforge.writers import documents, epub_metadata
from bookforge.writers.documents import Page
from bookforge.writers.epub_metadata import OPF

_COVERS: Final = ("cover.jpg", "cover.png")

_FOLDER: Final = "EPUB"
_PACKAGE: Final = f"{_FOLDER}/content.opf"
_NCX_NAME: Final = "toc.ncx"
_NCX: Final = "http://www.daisy.org/z3986/2005/ncx/"
_NAME: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
_GUIDE: Final = {"bodymatter": "text", "cover": "cover", "toc": "toc"}
"""Landmarks that the EPUB 2 guide, which Kindle still reads, knows under its own names."""

_FIRST_DAY: Final = (1980, 1, 1, 0, 0, 0)
_ANY_TIME: Final = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
_FONTS: Final = ("font/", "application/font", "application/vnd.ms-opentype")


def write(composition: Composition, report: Report) -> Artifact:
    """Package an edition as an EPUB.

    Errors: ``document-well-formed``, ``file-name-portable``. Warnings: ``cover-present``.
    """
    _check_names(composition)
    pages = documents.parse(composition)
    if not _cover(composition):
        report(warning("cover-present", "the e-book has no cover picture: shops show an empty frame", None))
    files = _assemble(composition, pages)
    files[_PACKAGE] = _correct_package(files[_PACKAGE], composition, pages)
    files[f"{_FOLDER}/{_NCX_NAME}"] = _correct_ncx(files[f"{_FOLDER}/{_NCX_NAME}"], composition)
    edition = composition.reading.edition
    return Artifact(edition, {f"{edition.name}.epub": _zip(files)}, words=documents.word_count(composition))


def _check_names(composition: Composition) -> None:
    names = [
        *(document.href for document in composition.documents),
        *(sheet.name for sheet in composition.stylesheets),
        *composition.assets,
    ]
    folded = [name.lower() for name in names]
    wrong = [name for name in names if not _NAME.fullmatch(name) or name.endswith(".") or len(name) > 255]
    wrong += sorted({name for name in names if folded.count(name.lower()) > 1})
    if wrong:
        raise EditionError(
            *(
                error("file-name-portable", f"'{name}' cannot be a file name in an e-book", None, "rename the file")
                for name in wrong
            )
        )


def _cover(composition: Composition) -> str | None:
    return next((name for name in _COVERS if name in composition.assets), None)


# ---------------------------------------------------------------- EbookLib's part


def _assemble(composition: Composition, pages: tuple[Page, ...]) -> dict[str, bytes]:
    """Let EbookLib make the publication and return its files."""
    book = epub.EpubBook()
    book.IDENTIFIER_ID = epub_metadata.IDENTIFIER_ID
    book.set_identifier(epub_metadata.identifier(composition))
    book.set_title(epub_metadata.full_title(composition.reading.book.metadata))
    items = [(page.document, _add_page(book, page)) for page in pages]
    book.spine = [(item, "yes") for document, item in items if document.in_spine]
    for sheet in composition.stylesheets:
        _add(book, _item_id(sheet.name), sheet.name, "text/css", sheet.text.encode())
    cover = _cover(composition)
    for name, (data, media_type) in sorted(composition.assets.items()):
        item = _add(book, _item_id(name), name, media_type, data)
        if name == cover:
            item.properties = ["cover-image"]
    book.add_item(epub.EpubNcx(uid=_item_id(_NCX_NAME), file_name=_NCX_NAME))
    book.toc = [_branch(point, f"nav-{number}") for number, point in enumerate(composition.toc, 1)]
    book.guide = [
        {"type": _GUIDE[mark.epub_type], "title": mark.label, "href": mark.href}
        for mark in composition.landmarks
        if mark.epub_type in _GUIDE
    ]
    options = {
        "mtime": _ANY_TIME,
        "epub3_pages": False,
        "epub3_landmark": False,
        "raise_exceptions": True,
        "compresslevel": 0,  # it is unpacked at once
    }
    made = io.BytesIO()
    epub.write_epub(made, book, options)
    with zipfile.ZipFile(made) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name != "mimetype"}


def _add_page(book: Any, page: Page) -> Any:
    document = page.document
    id_ = document.section or _item_id(document.href)
    item = _add(book, id_, document.href, "application/xhtml+xml", document.text.encode())
    item.properties = _properties(page)
    return item


def _add(book: Any, id_: str, name: str, media_type: str, data: bytes) -> Any:
    item = epub.EpubItem(uid=id_, file_name=name, media_type=media_type, content=data)
    book.add_item(item)
    return item


def _item_id(name: str) -> str:
    """Name a package item after its file. A dot keeps it apart from ids of sections, which have none."""
    return re.sub(r"^(?=[^a-z_])", "_", name.lower().replace("/", "."))


def _properties(page: Page) -> list[str]:
    """Return exactly the properties a page has: a missing one is an error, and so is one too many."""
    namespaces = {etree.QName(element).namespace for element in page.root.iter(etree.Element)}
    found = {*page.document.properties} & {"nav"}
    found |= {"mathml"} if xhtml.MATHML in namespaces else set()
    found |= {"svg"} if xhtml.SVG in namespaces else set()
    return sorted(found)


def _branch(point: NavPoint, id_: str) -> Any:
    if not point.children:
        return epub.Link(point.href, point.label, id_)
    below = [_branch(child, f"{id_}-{number}") for number, child in enumerate(point.children, 1)]
    return (epub.Section(point.label, point.href), below)


# ---------------------------------------------------------------- our part


def _correct_package(made: bytes, composition: Composition, pages: Iterable[Page]) -> bytes:
    """Put our metadata in the place of EbookLib's, and give the package its language and prefixes."""
    package = etree.fromstring(made)
    package.set("{http://www.w3.org/XML/1998/namespace}lang", composition.reading.book.metadata.language)
    ids = {}
    cover = _cover(composition)
    if cover:
        ids["cover"] = _item_id(cover)
    fonts = [name for name, (_, kind) in sorted(composition.assets.items()) if kind.startswith(_FONTS)]
    if fonts:
        ids["font"] = _item_id(fonts[0])
        package.set("prefix", epub_metadata.IBOOKS)
    else:
        del package.attrib["prefix"]
    metadata = epub_metadata.element(composition, epub_metadata.facts(pages), ids)
    theirs = package.find(f"{{{OPF}}}metadata")
    assert theirs is not None
    package.replace(theirs, metadata)
    return _serialise(package)


def _correct_ncx(made: bytes, composition: Composition) -> bytes:
    """Give the NCX its language, its depth and one stable id a point."""
    ncx = etree.fromstring(made)
    ncx.set("{http://www.w3.org/XML/1998/namespace}lang", composition.reading.book.metadata.language)
    for meta in ncx.iter(f"{{{_NCX}}}meta"):
        if meta.get("name") == "dtb:depth":
            meta.set("content", str(_depth(composition.toc)))
    for number, point in enumerate(ncx.iter(f"{{{_NCX}}}navPoint"), 1):
        point.set("id", f"point-{number}")
    return _serialise(ncx)


def _depth(points: Iterable[NavPoint]) -> int:
    return max((1 + _depth(point.children) for point in points), default=0)


def _serialise(root: xhtml.Element) -> bytes:
    etree.indent(root)
    text: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _zip(files: Mapping[str, bytes]) -> bytes:
    """Pack the files so that the same files give the same bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(_entry("mimetype", zipfile.ZIP_STORED), b"application/epub+zip")
        for name in sorted(files, key=lambda name: (not name.startswith("META-INF/"), name)):
            archive.writestr(_entry(name, zipfile.ZIP_DEFLATED), files[name], compresslevel=9)
    return packed.getvalue()


def _entry(name: str, method: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _FIRST_DAY)
    entry.compress_type = method
    entry.create_system = 3
    entry.external_attr = 0o100644 << 16
    return entry
