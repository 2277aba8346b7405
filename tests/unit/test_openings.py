"""First words: which paragraph opens, where a capital drops, what of the markup is wrapped."""

import dataclasses

import pytest

from bookforge import xhtml
from bookforge.compose import openings
from bookforge.compose.views import InitialView
from bookforge.semantics import Role
from tests.unit import rich_book

LONG = "and the rest of it goes on for as long as it takes to stand beside a capital of three lines. " * 4
SEEN: list[tuple[str, str]] = []


def view(marks: str, letter: str) -> InitialView | None:
    SEEN.append((marks, letter))
    return None if letter == "Ж" else InitialView("initial-x", letter, 3, 0.7, 0.02, 0.02, 0.0, 0.0)


def opened(body: str, kind: str = "drop-cap", role: Role = Role.CHAPTER) -> str:
    root = xhtml.read(body.replace("LONG", LONG))
    section = rich_book.section(role, "one", rich_book.content("one", None, body))
    openings.mark(root, section, openings.Opening(kind, view))
    return xhtml.write(root).replace(LONG, "LONG")


def dropped(capital: str, rest: str, more: str = "") -> str:
    return (
        '<span class="opening-words"><span class="opening-word" id="one.opening.word">'
        f'<span class="initial">{capital}</span>{rest}</span>{more}</span>'
    )


def test_a_capital_and_the_rest_of_its_word_are_one_element() -> None:
    assert opened("<p>There was always the light. LONG</p>") == (
        f'<p class="initial-x"><span class="initial-room"/>{dropped("T", "here", " was always the")} light. LONG</p>'
    )


@pytest.mark.parametrize("mark", ["“", "‘", "«\u00a0", "¿", "(", "„"])
def test_a_mark_before_the_capital_is_an_element_of_its_own(mark: str) -> None:
    inner = f'<span class="initial-mark">{mark.strip()}</span>T'
    assert dropped(inner, "here", " was always the") in opened(f"<p>{mark}There was always the light. LONG</p>")
    assert SEEN[-1] == (mark.strip(), "T")


def test_small_capitals_end_with_a_phrase() -> None:
    assert dropped("N", "o.") + " LONG" in opened("<p>No. LONG</p>")
    assert '<span class="opening-words">Not so,</span> I said' in opened("<p>Not so, I said</p>")


def test_a_capital_alone_says_so() -> None:
    assert '<span class="initial alone">I</span></span> am going to</span> tell' in opened(
        "<p>I am going to tell LONG</p>"
    )
    assert '<span class="initial">I</span>’m</span>' in opened("<p>I’m going LONG</p>")


def test_emphasis_links_and_notes_at_the_start() -> None:
    assert opened("<p><em>Never</em> had I LONG</p>").startswith(
        f'<p class="initial-x"><span class="initial-room"/><em>{dropped("N", "ever")}</em> '
        '<span class="opening-words">had I '
    )
    assert dropped("S", "ee", " this") in opened('<p><a href="#x">See this</a> and LONG</p>')
    noted = '<p>The<a class="noteref" data-note="1"/> rest LONG</p>'
    assert f'{dropped("T", "he")}<a class="noteref" data-note="1"/> rest' in opened(noted)


@pytest.mark.parametrize(
    "body",
    [
        "<p>Short, and that is all.</p>",
        "<p>1999 was the year. LONG</p>",
        "<p>— Tu viens ? LONG</p>",
        "<p>lower case LONG</p>",
        "<p>Жили-были LONG</p>",
        "<p>A line<br/>and LONG</p>",
        "<p>“<em>Never</em> LONG</p>",
    ],
)
def test_where_no_capital_can_drop_the_words_are_small_capitals(body: str) -> None:
    made = opened(body)
    assert "initial" not in made
    assert '<span class="opening-words">' in made


@pytest.mark.parametrize(
    "body",
    [
        '<div class="letter"><p>Dear Ada, LONG</p></div>',
        '<p class="dateline">Foreland LONG</p>',
        "<figure/><p>Text LONG</p>",
        "<p/>",
        "",
    ],
)
def test_what_is_no_first_paragraph_stays_as_it_is(body: str) -> None:
    assert opened(body) == xhtml.write(xhtml.read(body.replace("LONG", LONG))).replace(LONG, "LONG")


def test_headlines_and_epigraphs_may_stand_before() -> None:
    for before in ("<h3>Rewind</h3>", '<blockquote class="epigraph"><p>Light.</p></blockquote>'):
        assert opened(f"{before}<p>There LONG</p>").startswith(f'{before}<p class="initial-x">')


def test_settings_and_roles_decide() -> None:
    body = "<p>There was always the light. LONG</p>"
    assert opened(body, "plain") == body
    assert opened(body, role=Role.ACKNOWLEDGMENTS) == body
    assert opened(body, "small-caps").startswith('<p><span class="opening-words">There was always the</span> light')


def test_capitals_drop_in_a_book_where_most_chapters_can_have_one() -> None:
    long = rich_book.section(Role.CHAPTER, "a", rich_book.content("a", None, f"<p>There {LONG}</p>"))
    short = rich_book.section(Role.CHAPTER, "b", rich_book.content("b", None, "<p>Short.</p>"))
    other = dataclasses.replace(short, role=Role.ACKNOWLEDGMENTS)
    assert openings.consistent("drop-cap", (long, short, other), 3) == "drop-cap"
    assert openings.consistent("drop-cap", (long, short, short), 3) == "small-caps"
    assert openings.consistent("plain", (long,), 3) == "plain"
