"""HTML of any quality into a tree, by the rules browsers read by: broken raw HTML cannot break a book.

What pandoc writes by itself needs none of these rules: where tags are well formed and nest as they should, a parser of
XML makes the same tree in a thirtieth of the time.
"""

import io
import re
from typing import Final, cast
from xml.etree import ElementTree

import tinyhtml5.parser
from lxml import etree

from bookforge import words, xhtml

MAX_OPEN: Final = 200
"""Elements open at once in the text; tinyhtml5 2.1 needs time that grows with the square of it."""

_TAG: Final = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)")
_SELF_CLOSING: Final = frozenset(
    re.findall(
        r"\w+",
        "area base br col embed hr img input link meta param source track wbr p li dt dd tr td th thead tbody tfoot",
    )
)

_STRICT: Final = re.compile(r'<(/?)([a-z][a-z0-9]*)(?: [a-z][a-z-]*="[^"<>\n\t\r]*")*( /)?>')
_CODED: Final = re.compile(r"&(?!(?:amp|lt|gt|quot|#39);)")
_VOID: Final = frozenset({"br", "col", "hr", "img"})
_INLINE_NAMES: Final = "a abbr b br cite code del em i img mark q s small span strong sub sup u"
_INLINE: Final = frozenset(_INLINE_NAMES.split())
_OF_LINES: Final = frozenset({"dt", "h1", "h2", "h3", "h4", "h5", "h6", "p"})
_HOLDERS: Final = frozenset({"aside", "blockquote", "dd", "div", "figcaption", "figure", "li", "section", "td", "th"})
_HELD: Final = _INLINE | _OF_LINES | _HOLDERS | {"dl", "hr", "ol", "table", "ul"}
_INSIDE: Final = {
    **dict.fromkeys(_INLINE - _VOID | _OF_LINES, _INLINE),
    **dict.fromkeys(_HOLDERS, _HELD - {"dd", "dt", "li", "td", "th"}),
    **dict.fromkeys(("ol", "ul"), frozenset({"li"})),
    "dl": frozenset({"dd", "dt"}),
    "table": frozenset({"colgroup", "tbody", "thead"}),
    "colgroup": frozenset({"col"}),
    **dict.fromkeys(("tbody", "thead"), frozenset({"tr"})),
    "tr": frozenset({"td", "th"}),
}
"""What may stand in what, so that no rule for broken HTML comes into play."""
_WITHOUT_TEXT: Final = frozenset({"colgroup", "table", "tbody", "thead", "tr"})


def parse(html: str) -> ElementTree.Element:
    """Return the tree of an HTML fragment under an element of no meaning."""
    plain = plainly(html)
    return cast(ElementTree.Element, plain) if plain is not None else as_browsers(html)  # both are read alike


def plainly(html: str) -> xhtml.Element | None:
    """Return the tree of a fragment that nobody could read otherwise; ``None`` for any other."""
    tags = _STRICT.findall(html)
    is_strict = len(tags) == html.count("<") and all((name in _VOID) == bool(void) for _, name, void in tags)
    if not is_strict or _CODED.search(html):
        return None
    try:
        root = etree.fromstring(f'<div xmlns="{xhtml.XHTML}">{html}</div>')
    except etree.XMLSyntaxError:
        return None
    return root if all(map(_is_in_place, root.iterdescendants())) else None


def _is_in_place(element: xhtml.Element) -> bool:
    parent, name = element.getparent(), words.local_name(element)
    assert parent is not None
    around = words.local_name(parent)
    if name not in _INSIDE.get(around, ()) or (around in _WITHOUT_TEXT and (element.tail or "").strip()):
        return False
    if name in _WITHOUT_TEXT and (element.text or "").strip():
        return False
    return name != "a" or next(element.iterancestors(element.tag), None) is None


def as_browsers(html: str) -> ElementTree.Element:
    """Return the tree that browsers make of a fragment."""
    # A stream, never the string: given a short one, tinyhtml5 2.1 opens the file of that name if there is one.
    fragment: ElementTree.Element = tinyhtml5.parser.HTMLParser(True).parse_fragment(io.StringIO(html))
    return fragment


def is_too_deep(html: str) -> bool:
    """Say whether more elements are left open than a book could mean, so that parsing would take too long."""
    depth = 0
    for closing, name in _TAG.findall(html):
        if name.lower() in _SELF_CLOSING:
            continue
        depth = max(0, depth - 1) if closing else depth + 1
        if depth > MAX_OPEN:
            return True
    return False
