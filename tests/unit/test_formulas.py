"""Formulas drawn as SVG."""

import logging
import xml.etree.ElementTree as ET

import pytest

from bookforge import formulas
from bookforge.diagnostics import ManuscriptError

MATHML = (
    '<math xmlns="http://www.w3.org/1998/Math/MathML" display="inline"><semantics><mrow><mi>x</mi><mo>&lt;</mo>'
    '<mi>y</mi></mrow><annotation encoding="application/x-tex">x&lt;y</annotation></semantics></math>'
)


def size(svg: bytes) -> tuple[float, float]:
    root = ET.fromstring(svg)
    return float(root.attrib["width"].removesuffix("em")), float(root.attrib["height"].removesuffix("em"))


@pytest.mark.parametrize(
    "formula",
    [
        r"E = mc^2",
        r"x<y \& z",
        r"\frac{a}{b} + \sqrt{x^2+1}",
        r"\sum_{i=1}^n i = \frac{n(n+1)}{2}",
        r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}",
        r"\begin{cases} a & x<1 \\ b & y \end{cases}",
        r"\mathbb{R} \ni \aleph",
        MATHML,
    ],
)
@pytest.mark.parametrize("display", [True, False])
def test_formulas_are_drawn(formula, display):
    drawn = formulas.draw(formula, display)
    width, height = size(drawn)
    assert 0.5 < width < 12
    assert 0.5 < height < 6
    assert drawn == formulas.draw(formula, display)
    assert b"<text" not in drawn


def test_inline_formulas_have_the_line_in_their_middle():
    root = ET.fromstring(formulas.draw(r"\frac{a}{b}", False))
    _, top, _, height = map(float, root.attrib["viewBox"].split())
    assert top + height / 2 == pytest.approx(-20, abs=0.01)


def test_the_tex_kept_in_mathml_is_not_drawn():
    assert size(formulas.draw(MATHML, True))[0] < 3


@pytest.mark.parametrize(
    "formula",
    ["", r"\foo{", "{" * 3000, "x" * 30_000, "<math/>", "<math><mi>x</math>", "<math><unheard/></math>"],
)
def test_what_cannot_be_drawn_is_told(formula):
    with pytest.raises(ManuscriptError) as problem:
        formulas.draw(formula, False)
    (found,) = problem.value.diagnostics
    assert found.rule == "formula-draws"
    assert len(found.message) < 300


def test_nothing_is_left_in_the_log():
    before = list(logging.getLogger().handlers)
    with pytest.raises(ManuscriptError):
        formulas.draw("<math><unheard/></math>", False)
    assert logging.getLogger().handlers == before
