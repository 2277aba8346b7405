"""A composition in, the plan of its pages out: each section laid out alone, measured and corrected until it is right.

What stands where in the book follows from the sections, one after the other.
"""

from collections.abc import Iterator

from bookforge import composer, xhtml
from bookforge.cache import NOTHING_KEPT, Shelf
from bookforge.edition import Composition, Part
from bookforge.laid import Laid, label
from bookforge.typeset import markup
from bookforge.typeset.bench import Bench
from bookforge.typeset.plan import Corrections, Plan, Unit
from bookforge.typeset.sections import Typesetter, classes, first_page, spread

__all__ = [
    "Bench",
    "carry_out",
    "composed",
    "first_of_body",
    "kept",
    "plan",
    "set_lines",
    "unheeded",
    "unsettled",
]


def plan(composition: Composition, bench: Bench, wanted: frozenset[str] | None = None) -> Plan:
    """Plan the pages of a composition that has ``parts``.

    Where only the pages of the ids ``wanted`` are asked for, sections behind the last of them are left out.
    Errors: as :func:`bookforge.writers.pdf.layout`.
    """
    typesetter = Typesetter(composition, bench)
    parts = composition.parts
    if wanted is not None:
        last = max((at for at, part in enumerate(parts) if not wanted.isdisjoint(xhtml.ids(part.text))), default=-1)
        parts = parts[: last + 1]
    typesetter.prepare(len(parts))
    units = list(typesetter.units(len(parts)))
    return Plan(tuple(units), _corrections(parts, units), *_numbered(parts, units))


def carry_out(composition: Composition, planned: Plan, shelf: Shelf = NOTHING_KEPT) -> Composition:
    """Return a composition with its plan carried out; what came of a section is kept on ``shelf``."""
    return markup.carry_out(composition, planned.corrections, shelf)


def set_lines(composition: Composition, planned: Plan) -> Composition:
    """Return a composition with the lines chosen for it; its text is no longer that of the manuscript, word by word."""
    return markup.set_lines(composition, planned.corrections)


def kept(planned: Plan, laid: Laid) -> Iterator[tuple[str, int, int]]:
    """Yield the ids that stand on another page than planned, with the planned page and the real one, from 0."""
    for name, page in planned.pages.items():
        if name in laid.anchors and laid.anchors[name][0] != page:
            yield name, page, laid.anchors[name][0]


def first_of_body(composition: Composition) -> str | None:
    """Return the section on whose first page arabic numbers begin."""
    return next((part.section for part in composition.parts if _begins_body(part)), None)


def unsettled(planned: Plan) -> Iterator[tuple[str, str]]:
    """Yield what could not be made right: the id of a section, or of a block in it, and what is the matter."""
    for unit in planned.units:
        if unit.plan.restless:
            yield unit.section, "whatever is corrected on the pages of this section makes them break in another way"
        elif unit.plan.off_grid:
            count = len(unit.plan.off_grid)
            what = "a paragraph here does" if count == 1 else f"{count} paragraphs from here on do"
            yield unit.plan.off_grid[0] or unit.section, f"{what} not stand on the grid of lines"


def composed(composition: Composition, planned: Plan) -> frozenset[str] | None:
    """Return the blocks whose lines were chosen together; ``None`` for a design that does not ask for it."""
    if composer.limits(composition.reading.edition.settings) is None:
        return None
    return frozenset(name for each in planned.corrections.values() for name in each.lines)


def unheeded(composition: Composition, planned: Plan) -> Iterator[tuple[str, str]]:
    """Yield what an author asked of lines and did not get: the id of a block, and what it was.

    A design whose lines are not composed heeds nothing of it, and nothing is said.
    """
    if composer.limits(composition.reading.edition.settings) is not None:
        for part in composition.parts:
            if any(name in part.text for name in composer.NUDGES):
                lines = planned.corrections[part.section].lines if part.section in planned.corrections else {}
                yield from composer.unheeded(xhtml.read(part.text), lines)


# ---------------------------------------------------------------- the book


def _corrections(parts: tuple[Part, ...], units: list[Unit]) -> dict[str, Corrections]:
    return {
        part.section: each
        for unit in units
        for part, each in zip(
            parts[unit.first : unit.end], spread(unit.plan.corrections, unit.end - unit.first), strict=True
        )
    }


def _numbered(parts: tuple[Part, ...], units: list[Unit]) -> tuple[dict[str, int], dict[str, str], int]:
    """Return every id's page and its label, and how many pages the book has."""
    pages: dict[str, int] = {}
    body = 0
    index = 0
    for unit in units:
        index = first_page(unit.plan, index)
        pages |= {name: index + page for name, page in unit.plan.shape.anchors.items()}
        for part in parts[unit.first : unit.end]:
            if _begins_body(part):
                body = pages.get(part.section, index)
        index += unit.plan.shape.pages
    labels = {name: label(page, body) for name, page in pages.items()}
    return pages, labels, index


def _begins_body(part: Part) -> bool:
    return "first-of-body" in classes(part.text)
