"""A composition and the plan of its pages in, the same composition with the plan carried out."""

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from bookforge import compose, composer, xhtml
from bookforge.cache import Shelf
from bookforge.edition import Composition, Part, Stylesheet
from bookforge.typeset import feet, level, parting, plates
from bookforge.typeset.plan import Corrections

AT_EDGE: Final = "at-edge"
"""The class of a scene break at the top or the bottom of a page."""

LEFT: Final = Stylesheet("plan-left.css", "plan-left.css", "html { break-before: left }")
"""What lets a section that is laid out alone, or a part of it, begin on the left."""

_VOID: Final = frozenset({"br", "hr", "img", "wbr", "col"})
_SPECIAL: Final = re.compile(r"[^A-Za-z0-9_\u0080-\U0010ffff-]")

_RULES: Final = (
    f"\n@page {{ @footnote {{ max-height: {feet.MOST:.0%} }} }}"
    + """
.footnote.continued { counter-increment: footnote -1; footnote-policy: auto }
.footnote.continued::footnote-call { content: ""; vertical-align: baseline; line-height: 0; margin: 0; padding: 0 }
.footnote.continued::footnote-marker { content: none }
.footnote .note-group, .footnote.continued > .note-block:first-child { display: block }
.footnote.continued .note-block.resumed { text-indent: 0 }
.footnote.unfinished, .footnote .note-block.unfinished { text-align-last: justify; margin-bottom: 0 }
.footnote .comes-over { margin-top: 0 !important }
.footnote .goes-over { margin-bottom: 0 !important }
.level { line-height: 0 }
.level-picture { display: inline-block; text-indent: 0 }
.level-picture > img { display: block }
.goes-on { break-before: page; height: 0 }
.new-page { break-before: page }
.keep-together { break-inside: avoid }
.keep-with-next { break-after: avoid }
p[data-goes-on] { text-align-last: justify !important; margin-bottom: 0 !important }
p[data-begins-page] { break-before: page }
p[data-rest-of] { text-indent: 0 !important; margin-top: 0 !important }
"""
)
"""What every PDF edition needs: the text keeps its part of each page, parts of a note read as one, no sign in a line
is higher than the line, and pages end where an author says."""


@dataclass(frozen=True, slots=True)
class _Carried:
    """A section's markup with its corrections carried out."""

    text: str


def carry_out(composition: Composition, corrections: Mapping[str, Corrections], shelf: Shelf) -> Composition:
    """Return a composition with the corrections of its sections carried out, but for the lines.

    ``corrections`` are by section id; a section without any stays as it is. What came of one is kept on ``shelf``.
    """
    parts = tuple(_carried(part, corrections.get(part.section), shelf) for part in composition.parts)
    made = _joined(composition, parts)
    return dataclasses.replace(made, stylesheets=stylesheets(composition.stylesheets, corrections.values()))


def _carried(part: Part, corrections: Corrections | None, shelf: Shelf) -> Part:
    if corrections is None or not _changes_markup(corrections):
        return part
    said = (*_of_markup(corrections), corrections.line)
    made = shelf.kept("carried", _Carried, lambda: _Carried(section(part, corrections)), part.text, repr(said))
    return Part(part.section, made.text)


def set_lines(composition: Composition, corrections: Mapping[str, Corrections]) -> Composition:
    """Return a composition with the lines chosen for its blocks: for the page alone, words are divided in it."""
    return _joined(
        composition,
        tuple(Part(part.section, in_lines(part.text, corrections.get(part.section))) for part in composition.parts),
    )


def _joined(composition: Composition, parts: tuple[Part, ...]) -> Composition:
    text = compose.joined([part.text for part in parts], composition.frame)
    (document,) = composition.documents
    return dataclasses.replace(composition, parts=parts, documents=(dataclasses.replace(document, text=text),))


def in_lines(text: str, corrections: Corrections | None) -> str:
    """Return a section's markup with its lines set."""
    if corrections is None or not corrections.lines:
        return text
    root = xhtml.read(text)
    composer.carry_out(root, corrections.lines)
    return _written(root)


def section(part: Part, corrections: Corrections | None) -> str:
    """Return a section's markup with its corrections carried out."""
    if corrections is None or not _changes_markup(corrections):
        return part.text
    root = xhtml.read(part.text)
    parting.part(root, dict(corrections.notes))
    plates.divide(root, corrections.held)
    plates.move(root, corrections.plates)
    for scene_break in xhtml.find_class(root, "scene-break"):
        if scene_break.get("id") in corrections.edges:
            xhtml.add_class(scene_break, AT_EDGE)
    for block in [each for each in root.iter() if each.get("id") in corrections.level]:
        level.level(block, corrections.level[block.get("id") or ""], *corrections.line)
    for _ in range(corrections.sheets):
        sheet = xhtml.read("\u200b", "div")
        sheet.set("class", "goes-on")
        sheet.set("data-generated", "")
        root[-1].append(sheet)
    return _written(root)


def _written(root: xhtml.Element) -> str:
    for element in root.iter():
        # An HTML parser would not see the end of an empty element.
        if len(element) == 0 and element.text is None and element.tag not in _VOID:
            element.text = ""
    return xhtml.write(root)


def _changes_markup(corrections: Corrections) -> bool:
    return any(_of_markup(corrections))


def _of_markup(made: Corrections) -> tuple[object, ...]:
    return made.notes, made.edges, made.level, made.plates, made.held, made.sheets


def stylesheets(of_layout: tuple[Stylesheet, ...], corrections: Iterable[Corrections]) -> tuple[Stylesheet, ...]:
    """Return the layout's stylesheets with the plan's before and after: what holds for all books, and the margins."""
    rules = "".join(rule for each in corrections for rule in _rules(each))
    first = Stylesheet("plan-rules.css", "plan-rules.css", _RULES)
    lines = Stylesheet("plan-lines.css", "plan-lines.css", composer.RULES)
    plan = (Stylesheet("plan.css", "plan.css", rules, singles_out=True),) if rules else ()
    return (first, *of_layout, lines, *plan)


def _rules(corrections: Corrections) -> Iterator[str]:
    for block, margin in sorted(corrections.margins.items()):
        yield f"#{_escaped(block)} {{ margin-top: {_points(margin)} }}\n"
    for tail in corrections.tails:
        together = "; break-before: avoid" if tail.whole else ""
        yield f"#{_escaped(tail.block)} {{ widows: {tail.lines}{together} }}\n"
    for start in corrections.starts:
        if start.row:
            yield f"#{_escaped(start.block)} {{ widows: {start.rows - start.row}{_kept_free(start.room)} }}\n"
        elif start.opener:
            yield f"#{_escaped(start.opener)} {{ break-before: page }}\n"
    for block in corrections.pushed:
        yield f"#{_escaped(block)} {{ break-before: page }}\n"
    for block in corrections.columns:
        yield f"#{_escaped(block)} {{ break-before: column }}\n"


def _kept_free(room: float) -> str:
    """Return what keeps some room free below the lines of a block on each page, and none below the block.

    WeasyPrint 70 counts a padding twice, where it asks whether the block's end is still on the page.
    """
    if not room:
        return ""
    return f"; box-decoration-break: clone; padding-bottom: {_points(room / 2)}; margin-bottom: {_points(-room / 2)}"


def _points(length: float) -> str:
    return f"{length:.3f}pt"


def selector(name: str) -> str:
    """Return what selects the element of an id."""
    return f"#{_escaped(name)}"


def _escaped(name: str) -> str:
    """Write an id as a selector has it."""
    escaped = _SPECIAL.sub(lambda found: "\\" + found.group(), name)
    return f"\\{ord(escaped[0]):x} {escaped[1:]}" if escaped[:1].isdigit() else escaped
