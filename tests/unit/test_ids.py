import re

import pytest
from lxml import etree

from bookforge import xhtml
from bookforge.markdown import ids
from bookforge.xhtml import Element


def assigned(markup: str) -> dict[str, str]:
    """Return the ids of the blocks of a body by their text."""
    root = xhtml.read(markup)
    ids.assign([root])
    return {xhtml.text(block).strip(): block.get("id") or "" for block in root.iter() if block.get("id")}


LONG = "It was in the arena that the light came down on us"


def test_known_names_never_change() -> None:
    """These ids are in readers' notes: a change here breaks books that are out."""
    assert assigned(f"<p>{LONG}.</p>") == {f"{LONG}.": "p-emkke4j"}
    assert ids.digest("Ibid.") == "p-hqhp7xu"
    assert ids.digest("") == "p-4oymiqu"


def test_an_edit_after_the_eighth_word_leaves_the_id() -> None:
    assert ids.digest(LONG) == ids.digest("It was in the arena that the light, at last, fell.")
    assert ids.digest(LONG) != ids.digest("It was in the arena that a light came down")


@pytest.mark.parametrize(
    "same",
    [
        "IT WAS in the arena -- that the light",
        "\u201cIt was in the arena that the light\u201d",
        "It\u00a0was in\nthe arena that the light came",
        "It was in the are\u00adna that the light",
    ],
)
def test_case_spaces_and_punctuation_do_not_count(same: str) -> None:
    assert ids.digest(same) == ids.digest(LONG)


def test_an_insertion_leaves_the_others() -> None:
    before = assigned("<p>One here</p><p>Two here</p><p>Three here</p>")
    after = assigned("<p>One here</p><p>New here</p><p>Two here</p><p>Three here</p>")
    assert before.items() < after.items()


def test_a_move_and_another_kind_of_block_leave_the_id() -> None:
    before = assigned("<p>One here</p><p>Two here</p>")
    after = assigned("<blockquote><p>Two here</p></blockquote><ul><li>One here</li></ul>")
    assert before == after


def test_markup_in_a_paragraph_does_not_count() -> None:
    plain, marked = assigned("<p>One here now</p>"), assigned("<p><em>One</em> he<b>re</b> now</p>")
    assert plain == marked


def test_equal_beginnings_are_numbered_in_order() -> None:
    root = xhtml.read("<p>Yes.</p><p>Yes.</p><p>Yes!</p>")
    ids.assign([root])
    first = ids.digest("Yes")
    assert [each.get("id") for each in root] == [first, f"{first}-2", f"{first}-3"]


def test_notes_come_after_the_flow() -> None:
    flow, note = xhtml.read("<p>Same</p>"), xhtml.read("<p>Same</p>")
    ids.assign([flow, note])
    assert (flow[0].get("id"), note[0].get("id")) == (ids.digest("Same"), ids.digest("Same") + "-2")


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("The light, again", "the-light-again"),
        ("1999", "1999"),
        ("Ça & là_bas", "ça--là_bas"),
        ("???", "section"),
        ("A.B.C", "abc"),
    ],
)
def test_slugs(text: str, slug: str) -> None:
    assert ids.slug(text) == slug
    assert assigned(f"<h2>{xhtml.escape(text)}</h2>") == {text: slug}


@pytest.mark.parametrize(("typed", "used"), [("a.b", "a-b"), (" a b ", "a-b"), ("é_1", "é_1"), ("...", "id")])
def test_given_ids(typed: str, used: str) -> None:
    assert ids.usable(typed) == used


def _ids(root: Element) -> list[str | None]:
    return [each.get("id") for each in root.iterdescendants()]


def test_a_made_heading_id_gives_way_to_a_given_one() -> None:
    root = xhtml.read('<h1 id="light">Light</h1><p id="light">x</p><h1 id="light-2">Light</h1>')
    assert ids.assign([root]) == ()
    assert _ids(root)[1] == "light"
    assert len(set(_ids(root))) == 3


def test_an_id_given_twice_is_returned() -> None:
    root = xhtml.read('<p id="a">x</p><p id="a">y</p><p id="note-1">z</p>')
    assert [(each.text, wanted) for each, wanted in ids.assign([root])] == [("y", "a"), ("z", "note-1")]
    assert len(set(_ids(root))) == 3


def test_which_blocks_have_ids() -> None:
    root = xhtml.read(
        "<ul><li>a<ul><li><p>b</p></li></ul></li><li><p>c</p></li></ul><dl><dt>d</dt><dd><p>e</p></dd><dd>f</dd></dl>"
        "<table><tr><td>g</td></tr></table><pre><code>h</code></pre><figure><img src='i j.png'/></figure><div/>"
    )
    ids.assign([root])
    named = [str(each.tag) for each in root.iter() if each.get("id")]
    assert named == ["li", "p", "p", "dt", "p", "dd", "table", "pre", "figure"]
    assert root.find("figure").get("id") == ids.digest("i j")  # type: ignore[union-attr]


def test_an_item_is_named_by_its_own_text() -> None:
    root = xhtml.read("<ul><li>a<ul><li>b</li></ul></li></ul>")
    ids.assign([root])
    assert [each.get("id") for each in root.iter("li")] == [ids.digest("a"), ids.digest("b")]


def test_no_id_holds_a_dot_or_is_a_notes() -> None:
    root = xhtml.read('<h1>note-1</h1><h1 id="a.b">x</h1><p>...</p><p></p><p id="noteref-3">q</p>')
    ids.assign([root])
    for each in root.iter():
        assert "." not in (each.get("id") or "")
        assert not re.fullmatch(r"note(ref)?-\d+", each.get("id") or "")


def test_drawings_keep_their_own_ids() -> None:
    root = xhtml.read('<p><svg xmlns="http://www.w3.org/2000/svg"><g id="a.b"/></svg></p><p id="a-b">x</p>')
    ids.assign([root])
    assert b'<g id="a.b"/>' in etree.tostring(root)
