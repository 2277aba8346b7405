"""The white between two blocks, which is known although a page ends there."""

from pathlib import Path

import pytest
from galleys import HEAD, Mixture, composed

from bookforge.diagnostics import Location
from bookforge.edition import Stylesheet
from bookforge.typeset import rows
from bookforge.writers.engine import Materials
from bookforge.writers.galley import Galley
from bookforge.writers.galleys import Galleys

EACH_ON_A_PAGE = Stylesheet("pages.css", "pages.css", ".text > * { break-before: page !important }")


def _laid(body: str, folder: Path, *sheets: Stylesheet) -> Galley:
    made = composed(body)
    desk = Galleys(Materials(made.stylesheets, made.assets, made.fonts, folder), Location("a.md"))
    after = '<div id="after" style="break-before: page">.</div>'
    html = HEAD + made.parts[0].text + after + "</body></html>"
    return desk.lay(html, (*made.stylesheets, *sheets), "a", "after")


def _shown(galley: Galley) -> dict[tuple[str, str], float]:
    memory = rows.Memory()
    rows.learn(galley, memory)
    return memory.leads


@pytest.mark.parametrize("seed", range(4))
def test_white_at_the_end_of_a_page_is_what_another_layout_shows(seed: int, cache_folder: Path) -> None:
    body = Mixture(seed).body(40)
    shown, apart = _shown(_laid(body, cache_folder)), _laid(body, cache_folder, EACH_ON_A_PAGE)
    hidden = {pair: white for pair, white in shown.items() if pair not in _shown(apart) and pair in apart.whites}
    assert len(hidden) > 15
    assert {pair: apart.whites[pair] for pair in hidden} == pytest.approx(hidden, abs=0.05)


@pytest.mark.parametrize("seed", range(4))
def test_white_above_a_block_is_what_another_layout_shows(seed: int, cache_folder: Path) -> None:
    body = Mixture(seed).body(40)
    galley, apart = _laid(body, cache_folder), _laid(body, cache_folder, EACH_ON_A_PAGE)
    pages = galley.laid.pages
    shown = {name: galley.gaps[name] for name, (page, top) in galley.tops.items() if top > pages[page].top + 1}
    assert len(shown) > 15
    assert {name: apart.naturals[name] for name in shown} == pytest.approx(shown, abs=0.01)


@pytest.mark.parametrize(
    ("style", "clear"),
    [
        ("", True),
        ("margin-top: 4pt; text-indent: 2em", True),
        ("margin-bottom: 2pt", False),
        ("margin-bottom: calc(1% + 2pt)", False),
        ("padding-bottom: max(1%, 0pt)", False),
        ("padding-top: 2pt", False),
        ("border-left: 1pt solid", False),
        ("border-bottom: 1pt solid", False),
        ("outline: 1pt solid", False),
        ("background: #eee", False),
    ],
)
def test_a_paragraph_is_clear_with_nothing_but_its_lines(style: str, clear: bool, cache_folder: Path) -> None:
    galley = _laid(f'<p id="a.p" style="{style}">One.</p><p id="a.q">Two.</p>', cache_folder)
    assert galley.blocks["a.p"].clear is clear
    assert not galley.blocks["a.q"].clear, "it is the last of what it stands in"


def test_a_margin_that_leads_back_is_not_the_next_ones(cache_folder: Path) -> None:
    galley = _laid(
        '<p id="a.p" style="margin-bottom: -4pt">One.</p><p id="a.q" style="margin-top: 10pt">Two.</p>', cache_folder
    )
    assert galley.gaps["a.q"] == pytest.approx(10)


@pytest.mark.parametrize("margin", ["auto", "-4pt"])
def test_a_margin_of_a_part_of_a_table_counts_nothing(margin: str, cache_folder: Path) -> None:
    """The engine does not set it."""

    def gap(style: str) -> float:
        row = f'<tr style="{style}"><td style="{style}">One.</td></tr>'
        table = f'<table id="a.t"><tbody style="{style}">{row}<tr id="a.r"><td>Two.</td></tr></tbody></table>'
        return _laid(table + '<p id="a.p">Three.</p>', cache_folder).gaps["a.r"]

    assert gap(f"margin-bottom: {margin}") == pytest.approx(gap(""))


def test_white_that_depends_on_a_width_is_not_known(cache_folder: Path) -> None:
    galley = _laid('<p id="a.p">One.</p><p id="a.q" style="margin-top: 5%">Two.</p>', cache_folder)
    assert "a.q" not in galley.naturals
    assert ("a.p", "a.q") not in galley.whites
    assert "a.p" in galley.naturals
