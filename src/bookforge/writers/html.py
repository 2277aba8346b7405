"""A composition to a folder of HTML pages that opens from disk.

Layouts write well-formed XHTML for every format; here it becomes HTML: no namespaces, no ``epub:`` attributes, void
elements without an end. Nothing else changes, so ids, classes and roles are those of the EPUB.

What a composition brings: hrefs relative to the folder, ``index.html`` among the documents.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from lxml import etree

from bookforge import xhtml
from bookforge.diagnostics import Report
from bookforge.edition import Artifact, Composition
from bookforge.writers import documents

_VOID: Final = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_DOCTYPE: Final = "<!DOCTYPE html>\n"
_XML: Final = "http://www.w3.org/XML/1998/namespace"
_XLINK: Final = "http://www.w3.org/1999/xlink"
_FOREIGN: Final = frozenset({xhtml.MATHML, xhtml.SVG})
_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


def write(composition: Composition, report: Report) -> Artifact:
    """Turn an edition into the files of a folder.

    Errors: ``document-well-formed``. There is nothing to warn of: ``report`` is here because every writer has it.
    """
    files: dict[str, bytes] = {}
    for page in documents.parse(composition):
        files[page.document.href] = serialise(page.root).encode()
    for sheet in composition.stylesheets:
        files[sheet.name] = sheet.text.encode()
    for name, (data, _) in composition.assets.items():
        files[name] = data
    ordered = {name: files[name] for name in sorted(files)}
    return Artifact(composition.reading.edition, ordered, words=documents.word_count(composition))


def serialise(root: xhtml.Element) -> str:
    """Write an XHTML tree as an HTML document.

    Source: HTML Living Standard, 13.3, serialising HTML fragments.
    """
    return _DOCTYPE + "".join(_element(root)) + "\n"


def _element(element: xhtml.Element) -> Iterator[str]:
    name = etree.QName(element)
    foreign = name.namespace in _FOREIGN
    tag = "div" if name.localname == "section" and not _is_headed(element) else name.localname
    yield f"<{tag}{''.join(_attributes(element, foreign))}>"
    if tag in _VOID and not foreign:
        return
    text = element.text or ""
    # An HTML parser drops a line end right after these tags, so one that is meant is written twice.
    if tag in {"pre", "textarea"} and text.startswith("\n"):
        yield "\n"
    yield _text(text)
    for child in element:
        if isinstance(child.tag, str):
            yield from _element(child)
        yield _text(child.tail or "")
    yield f"</{tag}>"


def _is_headed(section: xhtml.Element) -> bool:
    """Say whether a section has a heading or a name: in HTML one without is a ``div``, and the Nu checker says so."""
    if section.get("aria-label") or section.get("aria-labelledby"):
        return True
    return any(etree.QName(element).localname in _HEADINGS for element in section.iter(etree.Element))


def _attributes(element: xhtml.Element, foreign: bool) -> Iterator[str]:
    for key, value in _named(element, foreign).items():
        yield f' {key}="{_value(value)}"'


def _named(element: xhtml.Element, foreign: bool) -> Mapping[str, str]:
    """Return an element's attributes under their names in HTML."""
    named: dict[str, str] = {}
    for key, value in element.attrib.items():
        name = etree.QName(str(key))
        if name.namespace is None:
            named[name.localname] = str(value)
        elif name.namespace == _XML and name.localname == "lang":
            named.setdefault("lang", str(value))
        elif name.namespace == _XLINK and foreign:
            named[f"xlink:{name.localname}"] = str(value)
    return named


def _text(text: str) -> str:
    return xhtml.escape(text).replace("\u00a0", "&nbsp;")


def _value(text: str) -> str:
    return text.replace("&", "&amp;").replace("\u00a0", "&nbsp;").replace('"', "&quot;")
