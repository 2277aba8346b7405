"""A formula (MathML or TeX) in, an SVG picture of it out; the only user of ziamath.

The page engine cannot set MathML, so PDF editions show formulas as pictures, with the TeX as alternative text.
"""

import contextlib
import logging
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from typing import Final

from bookforge import xhtml
from bookforge.book import BookSection
from bookforge.diagnostics import Location, ManuscriptError, error

with warnings.catch_warnings():
    # ziamath 0.13 opens its font in a way that Python 3.11 deprecates.
    warnings.simplefilter("ignore", DeprecationWarning)
    from ziamath.tex import tex2mml
    from ziamath.zmath import Math

_SIZE: Final = 100.0
_MIDDLE: Final = 0.2
"""Height above the baseline, in em, at which CSS ``vertical-align: middle`` puts the middle of a picture: half of the
text face's x-height."""

_LONGEST: Final = 20_000
_MATHML: Final = "{http://www.w3.org/1998/Math/MathML}"


def draw(formula: str, display: bool) -> bytes:
    """Draw a formula given as MathML (beginning with ``<math``) or as TeX.

    The SVG's size is in em of the text around it. An inline formula is padded above or below so that
    ``vertical-align: middle`` puts its baseline on the line's.
    Errors: ``formula-draws``.
    """
    try:
        if len(formula) > _LONGEST:
            raise ValueError("it is too long")
        with _complaints_raised():
            svg = _draw(_tree(formula), display)
    except Exception as problem:  # ziamath and latex2mathml raise errors of every kind for what they do not know
        shown = formula if len(formula) < 60 else formula[:57] + "..."
        reason = str(problem) or type(problem).__name__
        message = f"the formula '{shown}' cannot be drawn ({reason})"
        raise ManuscriptError(error("formula-draws", message, hint="write it with simpler TeX commands")) from problem
    return svg


def place(formula: str, sections: Iterable[BookSection]) -> Location | None:
    """Find where a formula, given as :func:`draw` has it, stands in the chapters: its block, or the note it is in."""
    for section in sections:
        content = section.content
        if content is None:
            continue
        if section.title and _holder(formula, section.title) is not None:
            return Location(content.path)
        block = _holder(formula, content.body)
        if block is not None:
            at = content.source_map.blocks.get(block)
            return Location(content.path, at.line, at.column) if at else Location(content.path)
        for note in content.notes:
            if _holder(formula, note.markup) is not None:
                return Location(content.path, note.at.line, note.at.column)
    return None


def _holder(formula: str, markup: str) -> str | None:
    """Return the id of the block a formula stands in, empty where none has one; ``None`` where it does not stand."""
    if "math" not in markup:
        return None
    for span in xhtml.find_class(xhtml.read(markup), "math", "span"):
        if formula in {span.get("data-tex"), xhtml.write(span)}:
            return next((str(above.get("id")) for above in span.iterancestors() if above.get("id")), "")
    return None


def _tree(formula: str) -> ET.Element:
    """Return the formula as MathML without the TeX source MathML carries along."""
    if not formula.lstrip().startswith("<math"):
        # latex2mathml 3 writes a bare "<" into its XML.
        return ET.fromstring(tex2mml(formula.replace("<", r"\lt ")))
    tree = ET.fromstring(formula)
    for parent in list(tree.iter()):
        for place, child in reversed(list(enumerate(parent))):
            name = child.tag.removeprefix(_MATHML)
            if name.startswith("annotation"):
                parent.remove(child)
            elif name == "semantics":
                parent[place : place + 1] = [each for each in child if "annotation" not in each.tag]
    return tree


@contextlib.contextmanager
def _complaints_raised() -> Iterator[None]:
    """Turn what ziamath logs, such as an element it leaves out, into an error."""
    listener = _Listener()
    root = logging.getLogger()
    root.addHandler(listener)
    try:
        yield
    finally:
        root.removeHandler(listener)
    if listener.messages:
        raise ValueError(listener.messages[0])


class _Listener(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


def _draw(tree: ET.Element, display: bool) -> bytes:
    tree.set("display", "block" if display else "inline")
    drawn = Math(tree, size=_SIZE)
    svg = drawn.svgxml()
    if len(svg) == 0:
        raise ValueError("there is nothing in it")
    left, top, width, height = map(float, svg.attrib["viewBox"].split())
    if not display:
        middle = -_MIDDLE * _SIZE
        half = max(middle - top, top + height - middle)
        top, height = middle - half, 2 * half
    svg.set("viewBox", f"{left:.3f} {top:.3f} {width:.3f} {height:.3f}")
    svg.set("width", f"{width / _SIZE:.4f}em")
    svg.set("height", f"{height / _SIZE:.4f}em")
    return bytes(ET.tostring(svg, encoding="utf-8"))
