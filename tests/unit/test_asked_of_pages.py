"""What stylesheets ask of a page: pages that differ in nothing of it have the same margins."""

import pytest

from bookforge.edition import Stylesheet
from bookforge.writers.assembly.drawn import PageKind
from bookforge.writers.assembly.margins import Asked, asked


def of(*texts: str) -> Asked:
    return asked(Stylesheet(f"{place}.css", "layout", text) for place, text in enumerate(texts))


def test_counters_are_told_apart_by_those_that_are_shown() -> None:
    found = of(
        "@page { @top-left { content: counter(page) } }", "@page body { @top-left { content: Counters( sheet, '.') } }"
    )
    assert found.shown({"page": 3, "pages": 400, "sheet": 5}) == {"page": 3, "sheet": 5}
    assert of("a::after { content: target-counter(attr(href), page) }").shown({"page": 3}) == {}


@pytest.mark.parametrize("name", ["var(--which)", r"p\61ge", "/* the */ page", ""])
def test_a_name_that_is_not_plain_may_be_any_counter(name: str) -> None:
    assert of(f"@page {{ @top-left {{ content: counter({name}) }} }}").shown({"pages": 400}) == {"pages": 400}


def test_places_in_a_run_of_pages_count_up_to_the_last_that_is_asked_for() -> None:
    found = of("@page body:nth(1 of body) { margin: 0 }", "@page body:nth(3 of body) { margin: 0 }", "p { margin: 0 }")
    kinds = [found.kind(PageKind("left", False, "body", (("body", place),))) for place in (1, 3, 4, 90)]
    assert [kind.groups for kind in kinds] == [(("body", 1),), (("body", 3),), (("body", 4),), (("body", 4),)]


def test_a_place_by_a_formula_may_be_any() -> None:
    kind = PageKind("left", False, "body", (("body", 90),))
    assert of("@page body:nth(2n+1 of body) { margin: 0 }").kind(kind) == kind
