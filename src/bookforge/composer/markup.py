"""A block and the ends of its lines in, the same block with its lines set as they are meant out.

A line ends with a line feed, which the block's white space keeps. The spaces of the whole block are narrow, so that
every line has room, and the justification widens those of each line as far as it has to. The last line, which is
justified as well, ends in an empty element as wide as the room that is left. Only lines whose letters are fitted, too,
are put into elements of their own.
"""

from dataclasses import dataclass
from typing import Final

from bookforge import xhtml
from bookforge.composer.paragraph import DIVIDED, END, SPACE, Leaf, is_out_of_line, leaves

JUSTIFIED: Final = "lines"
RAGGED: Final = "lines-ragged"
FITTED: Final = "fitted"
_REST: Final = "rest"

RULES: Final = f"""
.{JUSTIFIED}, .{RAGGED} {{ white-space: pre-line !important; hyphens: none !important; overflow-wrap: normal !important }}
.{JUSTIFIED} {{ text-align-all: justify !important; text-align-last: justify !important }}
.{FITTED} {{ line-height: 0 }}
"""
"""What the classes mean; after the layout's own stylesheets."""


@dataclass(frozen=True, slots=True)
class LineEnd:
    """The end of a line: where, how (as :class:`~bookforge.composer.paragraph.Break` says), and the line's letters.

    ``fit`` is how much wider than normal they are set, in parts of their width; less than nothing: narrower.
    """

    at: int
    kind: int
    fit: float


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a block. Lengths are points.

    ``rest`` is the empty part of its last line; ``spacing``, nothing or less, is added to all its spaces before they
    are justified; ``hyphen`` ends divided lines. ``inner`` are properties for what stands in the block but not in its
    lines.
    """

    ends: tuple[LineEnd, ...]
    rest: float
    spacing: float
    hyphen: str
    justified: bool
    inner: dict[str, str]


def carry_out(block: xhtml.Element, lines: Lines) -> None:
    """Set a block's lines, in place."""
    xhtml.add_class(block, JUSTIFIED if lines.justified else RAGGED)
    for element in [each for each in block.iterdescendants() if is_out_of_line(each)]:
        _style(element, lines.inner)
    for leaf in reversed(leaves(block)):
        _set_leaf(leaf, lines)
    if not lines.justified:
        return
    _style(block, {"word-spacing": f"{lines.spacing:.3f}pt"})
    if lines.rest > 0:
        rest = xhtml.read("", "span")
        rest.set("class", _REST)
        _style(rest, {"margin-right": f"{lines.rest:.2f}pt"})
        block.append(rest)


def _style(element: xhtml.Element, properties: dict[str, str]) -> None:
    said = "; ".join(f"{name}: {value}" for name, value in properties.items())
    own = element.get("style")
    element.set("style", f"{own}; {said}" if own else said)


def _set_leaf(leaf: Leaf, lines: Lines) -> None:
    """Write a leaf's text anew: with the ends of its lines, and with fitted ones in elements."""
    parts: list[tuple[str, float]] = []
    begin = 0
    for end in lines.ends:
        first, stop = max(begin, leaf.start), min(end.at, leaf.end)
        if first < stop:
            parts.append((leaf.text[first - leaf.start : stop - leaf.start], end.fit))
        if _ends_in(end, leaf):
            parts += [(lines.hyphen if end.kind == DIVIDED else "", end.fit), ("\n", 0.0)]
        begin = end.at + (end.kind == SPACE)
    _write(leaf, parts)


def _ends_in(end: LineEnd, leaf: Leaf) -> bool:
    """Whether a line, not the last, ends in a leaf: where its space is, or else after its last character."""
    if end.kind == SPACE:
        return leaf.start <= end.at < leaf.end
    return end.kind != END and leaf.start < end.at <= leaf.end


def _write(leaf: Leaf, parts: list[tuple[str, float]]) -> None:
    plain = ""
    fitted: list[xhtml.Element] = []
    for text, fit in parts:
        if fit and fitted and not fitted[-1].tail and fitted[-1].get("style") == _size(fit):
            fitted[-1].text = (fitted[-1].text or "") + text
        elif fit and text:
            span = xhtml.read(xhtml.escape(text), "span")
            span.set("class", FITTED)
            span.set("style", _size(fit))
            fitted.append(span)
        elif fitted:
            fitted[-1].tail = (fitted[-1].tail or "") + text
        else:
            plain += text
    element = leaf.element
    if leaf.tail:
        element.tail = plain
        parent = element.getparent()
        assert parent is not None
        at = parent.index(element) + 1
    else:
        element.text = plain
        parent, at = element, 0
    parent[at:at] = fitted


def _size(fit: float) -> str:
    return f"font-size: {1 + fit:.4f}em"
