"""A chapter is changed and set anew: the changed pages alone, and as if all of it were set."""

import random
from pathlib import Path

import edits
import pytest
from galleys import composed, note, paragraph, words

from bookforge.typeset import resetting


def chapter(chance: random.Random) -> list[str]:
    """The blocks of a chapter of several pages: text, notes, quotations, headings, scene breaks."""
    blocks = []
    for number in range(26):
        text = paragraph(f"a.p-{number}", words(chance.randint(20, 110), chance))
        kind = chance.randrange(9)
        if kind == 0:
            text = f'<blockquote id="a.q-{number}">{text}{paragraph(f"a.r-{number}", words(30, chance))}</blockquote>'
        elif kind == 1:
            text = f'<h3 id="a.h-{number}">{words(3, chance)}</h3>{text}'
        elif kind == 2:
            text = text.replace("</p>", " " + note(number, words(chance.randint(4, 60), chance)) + "</p>")
        elif kind == 3:
            text = f'<div class="scene-break" id="a.s-{number}"></div>{text}'
        blocks.append(text)
    return blocks


def test_what_is_set_anew_is_as_if_all_were(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    anew: list[bool] = []
    reset = resetting.reset

    def seen(*given: object) -> object:
        made = reset(*given)  # type: ignore[arg-type]
        anew.append(made is not None)
        return made

    monkeypatch.setattr(resetting, "reset", seen)
    for seed in (1, 2, 3):
        chance = random.Random(seed)
        blocks = chapter(chance)
        desk = edits.Desk(tmp_path / str(seed))
        for number in range(6):
            if number:
                edits.edit([blocks], chance, number, whole=False)
            book = composed("".join(blocks), chapter_of_one_page())
            cold = edits.Desk(tmp_path / f"{seed}-{number}")
            assert desk.set(book) == cold.set(book), f"seed {seed}, edit {number}"
    assert sum(anew) > 5, "chapters are set anew as a whole"


def chapter_of_one_page() -> str:
    """A chapter that never changes."""
    return paragraph("b.one", "A page of its own.")
