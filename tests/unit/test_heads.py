"""Running heads: measured, set smaller, cut."""

import dataclasses

import pytest

from bookforge.book import Book, BookSection, Contributor, Metadata, Voice
from bookforge.compose import heads, views
from bookforge.diagnostics import Location
from bookforge.edition import Edition, Format
from bookforge.semantics import Matter, Role

WIDTH = 20.0
AT = Location("book.yaml", 7)


def line(smallest: float = 1.0, says: str = "") -> heads.HeadLine:
    """Return a line on which every letter is an em of one point wide."""
    return heads.HeadLine(WIDTH, 1.0, 0.0, "", smallest, says, lambda text, _size, _features: float(len(text)))


def section(identity: str, title: str, **more: object) -> BookSection:
    found = BookSection(
        id=identity, role=Role.CHAPTER, matter=Matter.BODY, level=1, number=None, title=title, title_text=title,
        short_title=None, subtitle=None, voice=None, when=None, draft=False, language="en", part=None, content=None,
        at=AT,
    )  # fmt: skip
    return dataclasses.replace(found, **more)


def made(
    *sections: BookSection,
    verso: str = "title",
    recto: str = "chapter",
    room: heads.HeadLine | None = None,
    **more: str,
) -> heads.Heads:
    people = (Contributor("Ada Marsh", "aut"), Contributor("Ben Holm", "aut", sort_name="Holm, Ben"))
    metadata = Metadata(more.get("title", "The Book"), "en", people)
    book = Book(
        metadata,
        {"her": Voice("her", "Wilhelmina Augusta Friederike", "Wilhelmina Augusta Friederike")},
        sections,
        {},
        "r",
    )
    settings = {"verso-head": verso, "recto-head": recto}
    return heads.Heads(
        room or line(), book, Edition("paperback", Format.PDF, "paperback", settings, at=Location("book.yaml", 3))
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Twenty letters, whole", "Twenty letters…"),
        ("Twenty letters whole", "Twenty letters whole"),
        ("Donaudampfschifffahrtsgesellschaft", "Donaudampfschifffah…"),
        ("Donaudampfschifffahrtsgesellschaft of old", "Donaudampfschifffah…"),
        ("e\u0301" * 15, "e\u0301" * 9 + "…"),
        ("One two — three four five", "One two — three…"),
        ("One, two, six – three four", "One, two, six…"),
    ],
)
def test_a_head_that_is_too_wide_is_cut_after_a_word(text: str, said: str) -> None:
    assert made().fit(text) == said


def test_a_line_without_any_room_still_says_something() -> None:
    assert dataclasses.replace(line(), width=0.5).cut("Winter", 1.0) == "…"


def test_heads_are_set_smaller_where_all_fit_then() -> None:
    long = section("a", "A title of 22 letters.")
    assert made(long, room=line(0.9)).scale == pytest.approx(0.9)
    assert not list(made(long, room=line(0.9)).cuts())
    assert made(long, section("b", "A title of many more letters"), room=line(0.9)).scale == pytest.approx(0.9)
    assert made(section("b", "A title of many more letters"), room=line(0.9)).scale == 1.0


def test_what_is_cut_is_told_where_it_stands() -> None:
    said = [*made(section("a", "A title of many more letters")).cuts()]
    assert [(each.rule, each.at, "short-title" in str(each.hint)) for each in said] == [("head-fits", AT, True)]
    (said,) = made(title="A book with a name that is long").cuts()
    assert said.at == Location("book.yaml", 3)
    assert "verso-head" in str(said.hint)


def test_only_what_heads_say_is_looked_at() -> None:
    far = section("a", "A title of many more letters", voice="her")
    assert not list(made(far, verso="none", recto="title").cuts())
    assert len(list(made(far, verso="none", recto="teller").cuts())) == 1
    assert not list(made(far, recto="chapter", room=line(says="title")).cuts())
    assert not list(made(dataclasses.replace(far, role=Role.DEDICATION)).cuts())
    assert not list(made(dataclasses.replace(far, short_title="Winter")).cuts())


def test_parts_and_tellers_are_cut_too() -> None:
    part = section("p", "The part that is longer than the line", role=Role.PART)
    found = made(part).of(
        views.view(section("a", "A"), Metadata("T", "en", ()), {}, {"chapter": "Chapter"}), section("a", "A", part="p")
    )
    assert found.part == "The part that is…"
    her = section("a", "A", voice="her")
    view = views.view(her, Metadata("T", "en", ()), made().book.voices, {"chapter": "Chapter"})
    told = made().of(view, her)
    assert (told.teller, told.head_teller) == ("Wilhelmina Augusta Friederike", "Wilhelmina Augusta…")


def test_authors_lose_their_first_names_before_they_are_cut() -> None:
    assert made().author == "Ada Marsh, Ben Holm"
    assert made(room=dataclasses.replace(line(), width=12)).author == "Marsh, Holm"
    assert made(room=dataclasses.replace(line(), width=9)).author == "Marsh…"
