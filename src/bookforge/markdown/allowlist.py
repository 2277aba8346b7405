"""What raw HTML may bring into a book: elements, their attributes, address schemes. What is not here does not pass.

Sources: HTML Living Standard (elements and obsolete features), MathML Core and MathML 3 (presentation elements),
SVG 1.1 (static shapes, text and paint; no links, images, filters or animation, which can load or run things).
"""

import re
from typing import Final

from bookforge.semantics import Matter, Role


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NONE: Final[frozenset[str]] = frozenset()
GLOBAL: Final = _words("id class lang dir title")
DATA: Final = re.compile(r"data-[a-z][a-z0-9-]*\Z")
OURS: Final = _words(
    "data-note data-query data-voice data-tex data-key data-width data-height "
    "data-section data-note-id data-generated data-running data-marker data-index data-number "
    "data-part data-teller data-note-part "
    "data-rest-of data-before data-goes-on data-begins-page"
)
"""Attributes that sections, templates and the proof of words give a meaning to: an author's own would be a forgery."""

AUTHORS_CLASSES: Final = _words("epigraph timeline postscript index main")
"""Roles of sections that are passages, paragraphs or marks of an author's too."""

OUR_CLASSES: Final = (
    _words(
        # what conversion and composition put on the manuscript's own text
        "noteref query query-only footnote note-block note-group speaker speech teller source-ref proof-query "
        "first-of-body opening-words opening-word initial initial-mark own-divisions no-ligatures acronym "
        "dense short tall turned divided close "
        # what the plan of the pages marks
        "continued unfinished resumed comes-over goes-over level level-picture goes-on at-edge "
        "lines lines-ragged fitted rest-of-line new-page "
        # a section and its opening
        "section display recto numbered in-part generated opening label numeral number title subtitle when text "
        # notes
        "notes notes-title note note-number note-begins note-ends endnotes endnote "
        "index-mark index-groups index-group index-letter index-entry index-term index-see locator beside "
        "illustration-list page-reference "
        # contents, title page, copyright page, cover
        "toc toc-number toc-title toc-teller book book-author book-authors book-contributor book-place book-publisher "
        "book-series book-subtitle book-title copyright isbns memory names permissions cover cover-image art ornament "
        # the pages of a site
        "site page page-index page-cover unseen skip way where up prev next turn begin beside-cover author authors "
        "name publisher revision rights contributors person contact word-count end"
    )
    | {role.value for role in Role}
    | {matter.value for matter in Matter}
    | {f"page-{role.value}" for role in Role}
) - AUTHORS_CLASSES
"""Classes that layouts know as their own structure. ``display`` is a formula's too."""

OUR_PREFIXES: Final = ("voice-", "width-", "wider-", "narrower-", "lead-", "hang-")
"""Classes that composition makes from a voice's id, a picture's width and what a line needs begin with these."""

ELEMENTS: Final[dict[str, frozenset[str]]] = {
    **dict.fromkeys(_words("p h1 h2 h3 h4 h5 h6 hr br div span pre code em strong b i u s small sub"), _NONE),
    **dict.fromkeys(_words("sup mark abbr cite dfn kbd samp var bdi bdo wbr ruby rt rp figure figcaption"), _NONE),
    **dict.fromkeys(_words("aside table ul dl dt dd caption thead tbody tfoot tr blockquote q del ins"), _NONE),
    "a": _words("href hreflang"),
    "img": _words("src alt width height"),
    "ol": _words("start type reversed"),
    "li": _words("value"),
    "colgroup": _words("span"),
    "col": _words("span"),
    "td": _words("colspan rowspan headers"),
    "th": _words("colspan rowspan headers scope abbr"),
    "time": _words("datetime"),
}

RENAMED: Final[dict[str, tuple[str, str]]] = {
    "center": ("div", "center"),
    "tt": ("code", ""),
    "strike": ("s", ""),
    "acronym": ("abbr", ""),
    "xmp": ("pre", ""),
    "listing": ("pre", ""),
    "dir": ("ul", ""),
    "menu": ("ul", ""),
    **dict.fromkeys(_words("section article header footer main nav address hgroup details summary"), ("div", "")),
}
"""Elements a book says with another one: the new name and a class."""

DROPPED: Final = _words(
    "script style link meta base title template frame frameset iframe object embed applet param noembed noframes "
    "audio video source track canvas map area dialog input select option optgroup datalist textarea progress meter"
)
"""Elements that go with all they hold. Others that are not allowed leave their words behind."""

SCHEMES: Final = _words("http https mailto tel")

MATH: Final = _words(
    "math mrow mi mn mo ms mtext mspace msup msub msubsup mfrac msqrt mroot mfenced menclose mover munder munderover "
    "mmultiscripts mprescripts none mtable mtr mlabeledtr mtd mstyle mpadded mphantom merror"
)
MATH_UNWRAPPED: Final = _words("semantics maction")
MATH_DROPPED: Final = _words("annotation annotation-xml")
MATH_ATTRIBUTES: Final = _words(
    "display displaystyle scriptlevel mathvariant mathsize dir stretchy symmetric fence separator form lspace rspace "
    "minsize maxsize largeop movablelimits accent accentunder linethickness numalign denomalign bevelled open close "
    "separators notation columnalign rowalign columnspacing rowspacing columnlines rowlines frame framespacing "
    "equalrows equalcolumns columnspan rowspan width height depth voffset subscriptshift superscriptshift alttext"
)

SVG: Final = _words(
    "svg g path rect circle ellipse line polyline polygon text tspan textPath title desc defs symbol use marker "
    "linearGradient radialGradient stop clipPath mask pattern"
)
SVG_UNWRAPPED: Final = _words("a switch")
SVG_ATTRIBUTES: Final = _words(
    "id lang viewBox preserveAspectRatio width height x y x1 y1 x2 y2 cx cy r rx ry fx fy dx dy d points "
    "transform pathLength rotate textLength lengthAdjust startOffset offset gradientUnits gradientTransform "
    "spreadMethod patternUnits patternContentUnits patternTransform clipPathUnits maskUnits maskContentUnits "
    "markerUnits markerWidth markerHeight refX refY orient "
    "fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-linecap stroke-linejoin stroke-dasharray "
    "stroke-dashoffset stroke-miterlimit opacity color display visibility clip-path clip-rule mask marker-start "
    "marker-mid marker-end stop-color stop-opacity vector-effect paint-order font-family font-size font-style "
    "font-weight letter-spacing word-spacing text-anchor text-decoration dominant-baseline baseline-shift "
    "alignment-baseline writing-mode role aria-label aria-hidden"
)

QUIET: Final = frozenset(
    {
        ("a", "role"), ("a", "aria-hidden"), ("a", "tabindex"), ("section", "role"), ("figcaption", "aria-hidden"),
        ("a", "target"), ("a", "rel"), ("table", "border"), ("table", "cellpadding"), ("table", "cellspacing"),
        ("td", "valign"), ("th", "valign"), ("tr", "valign"), ("tr", "align"), ("tr", "style"), ("br", "clear"),
        ("blockquote", "cite"), ("q", "cite"),
    }
)  # fmt: skip
"""Attributes that go without a word: pandoc's own, and such as change nothing that a book shows."""
