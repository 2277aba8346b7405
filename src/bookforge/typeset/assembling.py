"""A composition and the plan of its pages in, the book set out: section by section, each drawn once and kept.

What a section shows of the book around it (page numbers, running heads, the side it begins on) is known from the plan;
a section is drawn again only when that changed.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from bookforge import typeset
from bookforge.diagnostics import Report
from bookforge.edition import Composition
from bookforge.laid import Laid
from bookforge.typeset import Bench, Typesetter
from bookforge.typeset.plan import Plan, Unit
from bookforge.writers import assembly
from bookforge.writers.assembly.drawn import Drawn
from bookforge.writers.assembly.faces import UnlinkableError
from bookforge.writers.assembly.margins import knows

_FIRST_OF_BODY: Final = re.compile(r'<section\b[^>]*\bclass="[^"]*\bfirst-of-body\b')


def assemble(composition: Composition, planned: Plan, bench: Bench, report: Report) -> Laid:
    """Set a book by its plan. ``composition`` is the one that was planned, before the plan was carried out.

    Warnings and errors: as :func:`bookforge.writers.pdf.layout`.
    Raises :class:`bookforge.writers.assembly.faces.UnlinkableError` for a book that can only be set as a whole.
    """
    if not knows(composition.stylesheets):
        raise UnlinkableError("the stylesheets ask of pages what only the whole book knows")
    typesetter = Typesetter(composition, bench)
    units = [*_in_place(planned)]
    drawn = [_drawn(typesetter, unit, side, None) for unit, side in units]
    counted = typesetter.counted(assembly.kinds(drawn))
    numbers = assembly.numbers(drawn, counted)
    drawn = [_drawn(typesetter, unit, side, numbers) for unit, side in units]
    for finding in (finding for each in drawn for finding in each.said):
        report(finding)
    runs = typesetter.runs(drawn, assembly.places(drawn, counted))
    start = next((part.section for part in composition.parts if _FIRST_OF_BODY.match(part.text)), None)
    fonts = typesetter.fonts(assembly.used(runs))
    assembled = assembly.Assembled(tuple(drawn), tuple(runs), typesetter.about(), fonts, typesetter.block)
    return assembly.laid(assembled, start)


def _in_place(planned: Plan) -> Iterator[tuple[Unit | None, str]]:
    """Yield the sections in order with the side each begins on; ``None`` is a page left blank."""
    index = 0
    for unit in planned.units:
        first = typeset.first_page(unit.plan, index)
        if first > index:
            yield None, _side(index)
        yield unit, _side(first)
        index = first + unit.plan.shape.pages


def _drawn(typesetter: Typesetter, unit: Unit | None, side: str, numbers: Mapping[str, int] | None) -> Drawn:
    return typesetter.blank(side) if unit is None else typesetter.drawn(unit, side, numbers)


def _side(index: int) -> str:
    """Return the side of a page; the first is a right one."""
    return "left" if index % 2 else "right"
