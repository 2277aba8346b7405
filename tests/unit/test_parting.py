"""A note in parts: every word once and whole, every id once, and the proof of words sees one note."""

import random

import pytest

from bookforge import ledger, xhtml
from bookforge.typeset import parting
from bookforge.typeset.plan import Cut, PartedNote, Place

NOTE = (
    '<span class="footnote" id="a.note-1" data-note-id="a.note-1"><span class="note-block" id="a.n1">One two <em>three'
    ' <a href="#x">four</a> five</em>, six.</span><span class="note-block" id="a.n2">Seven—eight “nine” <b id="a.b">ten'
    ' eleven</b>.<br/>Twelve <img src="i" alt="x"/> end.</span></span>'
)
LETTERS = "Onetwothreefourfivesix" + "Seveneightnineteneleven" + "Twelveend"


def part(*cuts: Cut, call: Place | None = None, text: str = NOTE) -> xhtml.Element:
    root = xhtml.read(f'<p id="a.p">Call{text}, and more text here.</p>')
    parting.part(root, {"a.note-1": PartedNote(cuts, call)})
    return root


def shown(root: xhtml.Element) -> list[str]:
    return [xhtml.text(each) for each in xhtml.find_class(root, "footnote")]


@pytest.mark.parametrize(
    ("letters", "first"),
    [
        (len("Onetwo"), "One two"),
        (len("Onetwothreefourfive"), "One two three four five,"),
        (len("Onetwothreefourfivesix"), "One two three four five, six."),
        (len("Onetwothreefourfivesix" + "Seveneight"), "One two three four five, six.Seven—eight"),
    ],
)
def test_a_cut_is_after_a_word_and_its_marks(letters: int, first: str) -> None:
    assert shown(part(Cut(letters, True)))[0] == first


@pytest.mark.parametrize("letters", [len("Onetw"), len("Onetwothreefourfivesix" + "Seven"), len(LETTERS), 999])
def test_no_word_is_divided_and_no_part_is_empty(letters: int) -> None:
    assert len(shown(part(Cut(letters, True)))) == 1


def test_two_cuts_at_one_place_are_one() -> None:
    """A part without text was made, with a call of its own."""
    twice = part(Cut(len("Onetwo"), True), Cut(len("Onetwothree"), False), Cut(len("Onetwo"), True))
    assert shown(twice) == shown(part(Cut(len("Onetwo"), True), Cut(len("Onetwothree"), False)))
    assert all(shown(twice))


@pytest.mark.parametrize("seed", range(20))
def test_parts_hold_the_whole_once(seed: int) -> None:
    chance = random.Random(seed)
    places = sorted(chance.sample(range(1, len(LETTERS)), 4))
    root = part(*(Cut(place, True) for place in places))
    assert "".join("".join(shown(root)).split()) == "".join("".join(shown(xhtml.read(NOTE))).split())
    names = [each.get("id") for each in root.iter() if each.get("id")]
    assert len(names) == len(set(names))
    assert len(list(root.iter("img"))) == 1


def test_what_a_part_is_told_of_itself() -> None:
    first, second, third = xhtml.find_class(
        part(Cut(len("Onetwo"), True), Cut(len("Onetwothreefourfivesix"), False)), "footnote"
    )
    assert xhtml.classes(first) == ["footnote", "unfinished"]
    assert xhtml.classes(second) == ["footnote", "continued"]
    assert [xhtml.classes(each) for each in second] == [["note-block", "resumed", "comes-over", "goes-over"]]
    assert [xhtml.classes(each) for each in third] == [["note-block", "comes-over"]], "it begins with its indent"
    assert [each.get("data-note-part") for each in (first, second, third)] == [None, "2", "3"]


def test_parts_that_may_come_to_stand_below_each_other_are_set_apart() -> None:
    root = xhtml.read(f'<p id="a.p">Call{NOTE}.</p>')
    parting.part(root, {"a.note-1": PartedNote((Cut(len("Onetwothreefourfivesix"), False),), loose=True)})
    _, second = xhtml.find_class(root, "footnote")
    assert [xhtml.classes(each) for each in second] == [["note-block"]] * 2
    assert second[0].get("style") == "display: none", "it stands below another one"


def test_later_parts_are_called_where_the_plan_says() -> None:
    root = part(Cut(6, True), call=Place("a.p", len("Calland")))
    first, second = xhtml.find_class(root, "footnote")
    assert first.tail == ", and"
    assert second.tail == " more text here."
    beside = [*xhtml.find_class(part(Cut(6, True)), "footnote")]
    assert (beside[0].tail, beside[1].tail) == (None, ", and more text here.")


def test_the_proof_of_words_reads_the_parts_as_one_note() -> None:
    root = part(Cut(6, True), Cut(len("Onetwothreefourfivesix"), False))
    ((name, whole),) = ledger._notes(root)
    assert name == "a.note-1"
    assert "".join(xhtml.text(whole).split()) == "".join(xhtml.text(xhtml.read(NOTE)).split())


def test_parts_say_what_they_are_the_rest_of_and_are_put_back_once() -> None:
    """Their lines are those of the whole."""
    root = part(Cut(6, True), Cut(len("Onetwothree"), False), Cut(len(LETTERS) - len("Twelveend"), False))
    _, second, third, fourth = xhtml.find_class(root, "footnote")
    assert [each.get("data-rest-of") for each in (second, third, fourth)] == ["a.note-1"] * 3
    assert [each.get("data-rest-of") for each in (second[0], third[0], fourth[0])] == ["a.n1", "a.n1", "a.n2"]
    ledger.put_back(root)
    ((_, whole),) = ledger._notes(root)
    assert "".join(xhtml.text(whole).split()) == "".join(xhtml.text(xhtml.read(NOTE)).split())
