"""HTML of any quality into a tree, by the rules browsers read by: broken raw HTML cannot break a book."""

import io
import re
from typing import Final
from xml.etree import ElementTree

import tinyhtml5.parser

MAX_OPEN: Final = 200
"""Elements open at once in the text; tinyhtml5 2.1 needs time that grows with the square of it."""

_TAG: Final = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)")
_SELF_CLOSING: Final = frozenset(
    re.findall(
        r"\w+",
        "area base br col embed hr img input link meta param source track wbr p li dt dd tr td th thead tbody tfoot",
    )
)


def parse(html: str) -> ElementTree.Element:
    """Return the tree of an HTML fragment under an element of no meaning."""
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
