"""A block and the ends of its lines in, the same block with its lines set as they are meant out.

A line ends with a line feed, which the block's white space keeps. The spaces of the whole block are narrow, so that
every line has room, and the justification widens those of each line as far as it has to. The last line, which is
justified as well, ends in an empty element as wide as the room that is left. Only lines whose letters are fitted, too,
are put into elements of their own; signs that stand in the margin have empty ones beside them.
"""

from dataclasses import dataclass
from typing import Final

from bookforge import xhtml
from bookforge.composer.paragraph import DIVIDED, END, FORCED, SPACE, Leaf, is_out_of_line, leaves

JUSTIFIED: Final = "lines"
RAGGED: Final = "lines-ragged"
FITTED: Final = "fitted"
_REST: Final = "rest-of-line"

FIT_STEP: Final = 0.0025
"""Letters are fitted in steps, so that a book has few sizes."""

_FITS: Final = 12
_HANG_STEP: Final = 0.05
_HANGS: Final = 120


def fit_class(fit: float) -> str:
    """Return the class of letters that are so much wider than normal, in parts of their width, or narrower."""
    steps = round(fit / FIT_STEP)
    return f"wider-{steps}" if steps > 0 else f"narrower-{-steps}"


def _margin_class(side: str, length: float) -> str:
    return f"{side}-{min(_HANGS, round(length / _HANG_STEP))}"


def _rules() -> str:
    fits = [step * FIT_STEP for step in range(-_FITS, _FITS + 1) if step]
    sizes = [f".{fit_class(fit)} {{ font-size: {1 + fit:.4f}em }}" for fit in fits]
    margins = [
        f".{_margin_class(name, step * _HANG_STEP)} {{ margin-{side}: {-step * _HANG_STEP:.2f}pt }}"
        for name, side in (("lead", "left"), ("hang", "right"))
        for step in range(1, _HANGS + 1)
    ]
    return "\n".join((*sizes, *margins))


RULES: Final = f"""
.{JUSTIFIED}, .{RAGGED} {{ white-space: pre-line !important; hyphens: none !important }}
.{JUSTIFIED}, .{RAGGED} {{ overflow-wrap: normal !important }}
.{JUSTIFIED} {{ text-align-all: justify !important; text-align-last: justify !important }}
.{FITTED} {{ line-height: 0 }}
.{FORCED}::before {{ content: "\\A"; white-space: pre }}
.no-break {{ white-space: nowrap }}
.no-hyphen {{ hyphens: none }}
{_rules()}"""
"""What the classes mean; after the layout's own stylesheets. Classes are read faster than styles of single elements."""


@dataclass(frozen=True, slots=True)
class LineEnd:
    """The end of a line: where, how (as :class:`~bookforge.composer.paragraph.Break` says), and the line's letters.

    ``fit`` is how much wider than normal they are set, in parts of their width; less than nothing: narrower. ``lead``
    and ``hang`` are how far the first and the last sign stand in the margins, in points.
    """

    at: int
    kind: int
    fit: float
    lead: float = 0.0
    hang: float = 0.0


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a block. Lengths are points.

    ``nudged``: they are one more (1) or one fewer (-1) than would be best, because the author asked for it.
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
    nudged: int = 0


def carry_out(parts: list[xhtml.Element], lines: Lines) -> None:
    """Set a block's lines, in place; it stands in several ``parts`` when something divides it, each after a space.

    A part that does not begin with a line, and those after it, are left as the page sets them.
    """
    start = 0
    texts: list[Leaf] = []
    last = parts[0]
    begins = {0} | {end.at + 1 for end in lines.ends if end.kind == SPACE}
    for part in parts:
        if start not in begins:
            break
        xhtml.add_class(part, JUSTIFIED if lines.justified else RAGGED)
        for element in [each for each in part.iterdescendants() if is_out_of_line(each)]:
            # The rest of a note may stand in a later block than the note: its own lines are set by then.
            _style(element, lines.inner, below=True)
        if lines.justified:
            _style(part, {"word-spacing": f"{lines.spacing:.3f}pt"})
        found = leaves(part)
        for leaf in found:
            leaf.start += start
        texts += found
        start = texts[-1].end + 1
        last = part
    for leaf in reversed(texts):
        _set_leaf(leaf, lines)
        if not leaf.tail:
            xhtml.drop_class(leaf.element, FORCED)
    if lines.justified and lines.rest > 0 and texts[-1].end == lines.ends[-1].at:
        _leave_room(last, lines.rest)


def _leave_room(block: xhtml.Element, width: float) -> None:
    """Let a block's last line end in room, before what follows its lines.

    The first paragraph of a note holds the lines of the note; in the rest of one it is a block of its own.
    """
    paragraphs = [child for child in block if xhtml.has_class(child, "note-block")]
    if paragraphs and not is_out_of_line(paragraphs[0]):
        _leave_room(paragraphs[0], width)
        return
    following = paragraphs[0] if paragraphs else None
    rest = _span(_Part("", (_REST,)))
    _style(rest, {"margin-right": f"{width:.2f}pt"})
    block.insert(len(block) if following is None else block.index(following), rest)


def _style(element: xhtml.Element, properties: dict[str, str], below: bool = False) -> None:
    """Add properties to those of an element; ``below``: its own count more."""
    said = "; ".join(f"{name}: {value}" for name, value in properties.items())
    own = element.get("style")
    both = [said, own] if below else [own, said]
    element.set("style", "; ".join(each for each in both if each))


@dataclass(slots=True)
class _Part:
    """A text of one line in a leaf, with the classes of the element it needs, if any."""

    text: str
    classes: tuple[str, ...] = ()


def _set_leaf(leaf: Leaf, lines: Lines) -> None:
    """Write a leaf's text anew: with the ends of its lines, and in elements what is fitted or stands in the margin."""
    parts: list[_Part] = []
    begin = 0
    for end in lines.ends:
        first, stop = max(begin, leaf.start), min(end.at, leaf.end)
        ends_here = _ends_in(end, leaf)
        if first < stop or ends_here:
            begins_here = first == begin and first < stop
            parts += _line_parts(leaf.text[first - leaf.start : stop - leaf.start], end, lines, begins_here, ends_here)
        begin = end.at + (end.kind == SPACE)
    _write(leaf, parts)


def _ends_in(end: LineEnd, leaf: Leaf) -> bool:
    """Whether a line, not the last, ends in a leaf: where its space is, or else after its last character."""
    if end.kind == SPACE:
        return leaf.start <= end.at < leaf.end
    return end.kind != END and leaf.start < end.at <= leaf.end


def _line_parts(text: str, end: LineEnd, lines: Lines, begins: bool, ends: bool) -> list[_Part]:
    """Cut what a leaf holds of one line into what stands in the line as it is, and what needs an element."""
    text += lines.hyphen if ends and end.kind == DIVIDED else ""
    lead = (_margin_class("lead", end.lead),) if begins and end.lead else ()
    hang = (_margin_class("hang", end.hang),) if ends and end.hang else ()
    if end.fit and text:
        parts = [_Part(text, (FITTED, fit_class(end.fit), *lead, *hang))]
    else:
        parts = [_Part("", lead), _Part(text), _Part("", hang)]
    return [*parts, _Part("\n")] if ends else parts


def _span(part: _Part) -> xhtml.Element:
    span = xhtml.read(xhtml.escape(part.text), "span")
    span.set("class", " ".join(part.classes))
    return span


def _write(leaf: Leaf, parts: list[_Part]) -> None:
    plain = ""
    spans: list[xhtml.Element] = []
    for part in parts:
        if part.classes:
            spans.append(_span(part))
        elif spans:
            spans[-1].tail = (spans[-1].tail or "") + part.text
        else:
            plain += part.text
    element = leaf.element
    if leaf.tail:
        element.tail = plain
        parent = element.getparent()
        assert parent is not None
        at = parent.index(element) + 1
    else:
        element.text = plain
        parent, at = element, 0
    parent[at:at] = spans
