"""A chapter is changed and set anew: the changed pages alone, and as if all of it were set."""

import random
import re
from collections.abc import Mapping
from pathlib import Path

import edits
import pytest
from galleys import composed, note, noted, paragraph, words

from bookforge.typeset import assembling, press, resetting, sections
from bookforge.typeset.plan import Corrections
from bookforge.writers.galley import Galley


def chapter(chance: random.Random) -> list[str]:
    """The blocks of a chapter of several pages: text, notes, quotations, headings, scene breaks, pictures, tables."""
    blocks = []
    for number in range(26):
        text = paragraph(f"a.p-{number}", words(chance.randint(20, 110), chance))
        kind = chance.randrange(12)
        quoted = paragraph(f"a.r-{number}", words(30, chance))
        if kind == 0:
            text = f'<blockquote id="a.q-{number}">{text}{quoted}</blockquote>'
        elif kind == 1:
            text = f'<h3 id="a.h-{number}">{words(3, chance)}</h3>{text}'
        elif kind == 2:
            text = text.replace("</p>", " " + note(number, words(chance.randint(4, 60), chance)) + "</p>")
        elif kind == 3:
            text = f'<div class="scene-break" id="a.s-{number}"></div>{text}'
        elif kind == 4:
            picture = f'<img src="images/arena.svg" alt="x" style="height: {chance.randint(30, 190)}pt"/>'
            text += f'<figure id="a.f-{number}">{picture}<figcaption>{words(6, chance)}</figcaption></figure>'
            text += f'<blockquote id="a.q-{number}">{quoted}</blockquote>' if chance.randrange(2) else ""
        elif kind == 5:
            table = f'<table id="a.t-{number}"><tbody><tr><td>One</td><td>x</td></tr></tbody></table>'
            text = f'<blockquote id="a.q-{number}">{text}{table}{quoted}</blockquote>'
        blocks.append(text)
    return blocks


@pytest.fixture
def anew(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each chapter that was to be set anew was set so."""
    found: list[bool] = []
    reset = resetting.reset

    def seen(*given: object) -> object:
        made = reset(*given)  # type: ignore[arg-type]
        found.append(made is not None)
        return made

    monkeypatch.setattr(resetting, "reset", seen)
    return found


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[set[int]]:
    """The numbers of the paragraphs that were measured together."""
    found: list[set[int]] = []
    take = sections.Typesetter.take

    def seen(self: sections.Typesetter, place: int, corrections: Corrections, html: str, *more: object) -> object:
        if corrections == Corrections():
            found.append({int(number) for number in re.findall(r'id="a\.p-(\d+)"', html)})
        return take(self, place, corrections, html, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(sections.Typesetter, "take", seen)
    return found


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many pages of each take were drawn here."""
    found: list[int] = []
    draw = press.Press.draw

    def seen(self: press.Press, galley: Galley, pages: range) -> object:
        found.append(len(pages))
        return draw(self, galley, pages)

    monkeypatch.setattr(press.Press, "draw", seen)
    return found


def test_what_is_set_anew_is_as_if_all_were(tmp_path: Path, anew: list[bool]) -> None:
    for seed in (1, 2, 3):
        chance = random.Random(seed)
        blocks = chapter(chance)
        desk = edits.Desk(tmp_path / str(seed))
        for number in range(6):
            for place in range(chance.choice([1, 1, 3]) if number else 0):
                edits.edit([blocks], chance, 10 * number + place, whole=False)
            book = composed("".join(blocks), chapter_of_one_page())
            cold = edits.Desk(tmp_path / f"{seed}-{number}")
            assert desk.set(book) == cold.set(book), f"seed {seed}, edit {number}"
    assert sum(anew) > 5, "chapters are set anew as a whole"


def test_two_processes_set_the_same_pages(
    tmp_path: Path, anew: list[bool], drawn: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for each in (resetting, assembling):
        monkeypatch.setattr(each, "_WORTH_SHARING", 2)
    desk, alone = edits.Desk(tmp_path / "warm", jobs=2), edits.Desk(tmp_path / "alone")
    for each in (desk, alone):
        each.set(composed(plain({}), chapter_of_one_page()))
    for number in (4, 9):
        book = composed(plain({number: "behind another"}), chapter_of_one_page())
        drawn.clear()
        made = desk.set(book)
        here = sum(drawn)
        drawn.clear()
        assert made == alone.set(book) == edits.Desk(tmp_path / f"cold-{number}").set(book)
        assert 0 < here < sum(drawn)
    assert anew == [True] * 4


def test_a_note_more_changes_no_page_without_notes(tmp_path: Path, anew: list[bool], drawn: list[int]) -> None:
    def noted_at_both_ends(*notes: str) -> str:
        said = words(30, random.Random(1))
        first = paragraph("a.first", f"{said} {''.join(notes)}")
        return first + plain({}) + paragraph("a.last", said + note(9, "The last."))

    long, *short = (words(count, random.Random(2)) for count in (14, 5, 5))
    desk = edits.Desk(tmp_path / "warm")
    (before,), _ = desk.set(composed(noted_at_both_ends(note(1, long))))
    drawn.clear()
    book = composed(noted_at_both_ends(*map(note, (1, 2), short)))
    made = desk.set(book)
    assert anew == [True]
    assert before.shape.pages > 6
    assert drawn == [1, 1]
    assert made == edits.Desk(tmp_path / "cold").set(book)


@pytest.mark.parametrize("seed", [20, 28])
def test_pages_on_which_room_is_kept_are_set_anew(seed: int, tmp_path: Path, anew: list[bool]) -> None:
    blocks, desk = noted(seed), edits.Desk(tmp_path / "warm")
    (whole,), _ = desk.set(composed("".join(blocks)))
    assert any(start.room for start in whole.corrections.starts)
    for number in (1, 12, 24):
        blocks[number] = blocks[number].replace("</p>", " And so it was that day.</p>")
        book = composed("".join(blocks))
        assert desk.set(book) == edits.Desk(tmp_path / str(number)).set(book)
    assert anew == [True] * 3


def plain(changes: Mapping[int, str]) -> str:
    """The text of a chapter of paragraphs of which some are longer, gone, or come behind another."""
    found = []
    for number in range(32):
        text = paragraph(f"a.p-{number}", words(60, random.Random(number)))
        ways = {
            "longer": text.replace("</p>", " And so it was.</p>"),
            "gone": "",
            "behind another": paragraph(f"a.new-{number}", words(30, random.Random(number))) + text,
        }
        found.append(ways.get(changes.get(number, ""), text))
    return "".join(found)


@pytest.mark.parametrize(
    ("before", "after", "times"),
    [
        ({}, {3: "longer", 28: "longer"}, 2),
        ({}, {3: "behind another", 28: "gone"}, 2),
        ({}, {2: "gone", 16: "longer", 31: "longer"}, 3),
        ({3: "longer"}, {28: "behind another"}, 2),  # one is taken back while another is made
        ({}, {3: "longer", 6: "gone"}, 1),  # what lies near is measured together
    ],
)
def test_what_lies_between_far_changes_is_not_measured_again(
    before: Mapping[int, str],
    after: Mapping[int, str],
    times: int,
    tmp_path: Path,
    anew: list[bool],
    measured: list[set[int]],
) -> None:
    desk = edits.Desk(tmp_path / "warm")
    desk.set(composed(plain(before), chapter_of_one_page()))
    book = composed(plain(after), chapter_of_one_page())
    made = desk.set(book)
    assert anew == [True]
    assert len(measured) == times
    assert all(min(abs(number - at) for at in {*before, *after}) < 2 for its in measured for number in its)
    assert made == edits.Desk(tmp_path / "cold").set(book)


def chapter_of_one_page() -> str:
    """A chapter that never changes."""
    return paragraph("b.one", "A page of its own.")
