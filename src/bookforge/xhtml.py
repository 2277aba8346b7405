"""Well-formed XHTML fragments to lxml trees and back: the one way sections' markup is read and written here."""

import re
from collections.abc import Iterator
from typing import Final

from lxml import etree

Element = etree._Element

_PARSER: Final = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True, remove_comments=True)
_ID: Final = re.compile(r'\sid="([^"]+)"')
_OPEN: Final = re.compile(r"<(?!(?:br|hr|img|wbr|col)\b)([\w:]+)((?:\s[^<>]*?)?)/>")
"""An element that holds nothing, as XML has it; a ">" in an attribute is written as a reference."""

MATHML: Final = "http://www.w3.org/1998/Math/MathML"
SVG: Final = "http://www.w3.org/2000/svg"
EPUB: Final = "http://www.idpf.org/2007/ops"
XHTML: Final = "http://www.w3.org/1999/xhtml"


def read(fragment: str, tag: str = "div") -> Element:
    """Parse a fragment into an element of the given tag that holds it."""
    return etree.fromstring(f'<{tag} xmlns:epub="{EPUB}">{fragment}</{tag}>'.encode(), _PARSER)


def write(holder: Element) -> str:
    """Serialise what an element holds, without the element itself."""
    head = _escape(holder.text or "")
    return head + "".join(_tidy(etree.tostring(child, encoding="unicode")) for child in holder)


def whole(element: Element) -> str:
    """Serialise an element itself, as a page engine reads it: nothing but what never holds anything is left open."""
    markup = _tidy(etree.tostring(element, encoding="unicode", with_tail=False))
    return _OPEN.sub(r"<\1\2></\1>", markup)


def _tidy(markup: str) -> str:
    """Drop the prefix declaration that the document's root element makes."""
    return markup.replace(f' xmlns:epub="{EPUB}"', "")


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def escape(text: str) -> str:
    """Turn plain text into markup."""
    return _escape(text)


def classes(element: Element) -> list[str]:
    """Return the classes of an element in their order."""
    return (element.get("class") or "").split()


def has_class(element: Element, name: str) -> bool:
    """Say whether an element carries a class."""
    return name in classes(element)


def add_class(element: Element, name: str) -> None:
    """Give an element a class it may already carry."""
    if not has_class(element, name):
        element.set("class", " ".join([*classes(element), name]))


def drop_class(element: Element, name: str) -> None:
    """Take a class from an element."""
    left = [each for each in classes(element) if each != name]
    if left:
        element.set("class", " ".join(left))
    else:
        element.attrib.pop("class", "")


def find_class(root: Element, name: str, tag: str = "*") -> Iterator[Element]:
    """Yield the elements below ``root`` that carry a class, in document order; safe while they are changed."""
    yield from [element for element in root.iter(tag) if isinstance(element.tag, str) and has_class(element, name)]


def text(element: Element) -> str:
    """Return the text an element shows, its tail excluded."""
    return "".join(map(str, element.itertext()))


def remove(element: Element) -> None:
    """Take an element out of its tree and leave its tail where it was."""
    parent = element.getparent()
    assert parent is not None
    _append_before(element, element.tail or "")
    parent.remove(element)


def unwrap(element: Element) -> None:
    """Take an element's tags away and leave what it holds."""
    parent = element.getparent()
    assert parent is not None
    _append_before(element, element.text or "")
    index = parent.index(element)
    tail = element.tail or ""
    children = list(element)
    for offset, child in enumerate(children):
        parent.insert(index + offset, child)
    element.tail = None
    if children:
        children[-1].tail = (children[-1].tail or "") + tail
    else:
        _append_before(element, tail)
    parent.remove(element)


def _append_before(element: Element, addition: str) -> None:
    parent, before = element.getparent(), element.getprevious()
    assert parent is not None
    if before is not None:
        before.tail = (before.tail or "") + addition
    else:
        parent.text = (parent.text or "") + addition


def own_head(element: Element, addition: Element) -> None:
    """Insert ``addition`` as the first child, before the element's text."""
    addition.tail = element.text
    element.text = None
    element.insert(0, addition)


def ids(markup: str) -> list[str]:
    """Return all ids in a markup, in order."""
    return _ID.findall(markup)


def plain(markup: str) -> str:
    """Return the text of inline markup, notes' calls and queries left out, white space folded."""
    return " ".join(text(read(markup, "span")).split())
