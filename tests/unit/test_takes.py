"""A section's markup, cut into atoms: what stands in a take, what stands for the rest, and what asks for the whole."""

import pytest

from bookforge import xhtml
from bookforge.typeset.takes import Copy, can_be_taken

TEXT = (
    '<section id="a" class="section chapter"><header class="opening"><h2 id="a.title">A</h2></header>'
    '<div class="text"><p id="a.one">One<span data-note-id="a.note-1">n</span></p>'
    '<blockquote id="a.quote" class="wide"><p id="a.two">Two</p><p id="a.three" class="odd">Three</p></blockquote>'
    '<ul id="a.list"><li id="a.item">Four</li></ul><p id="a.five">Five</p></div></section>'
)


def shown(markup: str) -> list[str]:
    """The ids of what a take shows, and of the containers it stands in."""
    return [each.get("id") or "" for each in xhtml.read(markup).iter() if each.get("id")]


def test_atoms_are_what_stands_in_nothing_but_containers() -> None:
    copy = Copy(TEXT)
    assert [atom.name for atom in copy.atoms] == ["", "a.one", "a.two", "a.three", "a.list", "a.five"]
    assert copy.ids["a.item"] == copy.ids["a.list"] == 4
    assert copy.ids["a"] == 0  # an opening without an id of its own
    assert [copy.notes(end) for end in range(4)] == [0, 0, 1, 1]


def test_the_whole_is_a_take_too() -> None:
    copy = Copy(TEXT)
    assert copy.take(0, len(copy.atoms)).replace("\n", "") == TEXT


def test_a_take_stands_in_its_containers_beside_what_stands_for_its_neighbours() -> None:
    take = Copy(TEXT).take(3, 5, "<hr/>")
    assert shown(take) == ["a", "a.quote", "a.three", "a.list", "a.item"]
    quote = next(each for each in xhtml.read(take).iter("blockquote") if each.get("id"))
    assert [(each.tag, each.get("class")) for each in quote] == [("hr", None), ("p", None), ("p", "odd")]
    hidden = [each for each in xhtml.read(take).iter() if "display: none" in (each.get("style") or "")]
    assert [(each.tag, each.get("class")) for each in hidden] == [
        ("header", "opening"),
        ("p", None),  # before the quotation
        ("p", None),  # in it
        ("p", None),  # behind the list
    ]


def test_what_comes_before_goes_into_the_innermost_container_that_had_begun() -> None:
    copy = Copy(TEXT)
    assert "<hr/>" not in copy.take(0, 2, "<hr/>")
    assert copy.take(2, 3, "<hr/>").index("<hr/>") < copy.take(2, 3, "<hr/>").index("<blockquote")


@pytest.mark.parametrize(
    ("before", "after", "other"),
    [
        ("Two", "Twelve", {2}),
        ('class="wide"', 'class="narrow"', {2, 3, 4}),  # what stands in it, and what follows it
        ('<p id="a.one">', '<p id="a.one" class="new">', {1, 2, 3}),
        ('<p id="a.five">Five</p>', "", {4, 5}),  # the list is the last now
    ],
)
def test_a_mark_tells_what_an_atom_looks_like(before: str, after: str, other: set[int]) -> None:
    marks, changed = ([atom.mark for atom in Copy(text).atoms] for text in (TEXT, TEXT.replace(before, after)))
    unlike = {place for place, mark in enumerate(marks) if place >= len(changed) or changed[place] != mark}
    assert unlike == other


@pytest.mark.parametrize(
    "rule",
    [
        "p ~ p { color: red }",
        "p:nth-child(2) { color: red }",
        "p:first-of-type { color: red }",
        "#a\\.one + p { color: red }",
        "p { counter-increment: verse }",
        "@page :nth(3) { margin: 0 }",
        ".text:has(p) { color: red }",
        "section:has(.odd) { color: red }",
    ],
)
def test_what_only_the_whole_knows_cannot_be_asked_of_a_take(rule: str) -> None:
    assert not can_be_taken(TEXT, [rule])


@pytest.mark.parametrize(
    "rule",
    [
        "p + p { text-indent: 1em }",
        "p:first-child, p:last-child { color: red }",
        'p[class~="odd"] { color: red }',
        ".section { counter-reset: footnote }",
        "@page body:nth(1 of body) { margin: 0 }",
        "section:has(.endnote) { color: red }",
    ],
)
def test_what_neighbours_tell_can_be_asked(rule: str) -> None:
    assert can_be_taken(TEXT, [rule])


def test_text_without_an_id_is_seen() -> None:
    assert Copy(TEXT).is_named
    assert not Copy(TEXT.replace('<p id="a.five">', "<p>")).is_named


def test_what_holds_words_is_an_atom() -> None:
    copy = Copy('<section id="a"><div id="a.line"><strong>Bold</strong><br/><sup>2</sup></div></section>')
    assert [atom.name for atom in copy.atoms] == ["a.line"]
