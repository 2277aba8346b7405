"""A chapter converted by its plain paragraphs is the chapter converted whole."""

from collections.abc import Iterator

import pytest

from bookforge import warm
from bookforge.cache import Recent
from bookforge.markdown import pandoc, paragraphs

LONG = "\n\n".join(f"Paragraph “{'very ' * number}long” — *it's* so, Mr. Smith." for number in range(1, 120))
AROUND = """# A heading

::: {.letter}
Dear Anna,
we met.

> A plain one in a quote,
> of two lines.
>
> Another ‘one’.
>
>
> A third one.

> In a quote of its own.
>
Outside.
> > Twice quoted.
> >
> > Again.
>
> Once.
>> Deeper
:::

Mr. Snow has no item.

Nor has he.


So.

A. An initial is the item of a list.

Term

:   What it is.

Table: a caption

A call.[^1] [A link][1] and <b>HTML</b>.

[^1]: A note.

    Goes on.

[1]: https://example.org

::: open
A last one, in a passage that is not closed.
"""


@pytest.fixture(autouse=True)
def at_first(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(paragraphs, "_RECENT", Recent())
    with warm.POOL.held():
        yield


@pytest.fixture(name="asked")
def count_characters(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Give the lengths of the texts that pandoc converts."""
    lengths: list[int] = []
    convert = pandoc.convert

    def counted(text: str, path: str) -> pandoc.Converted:
        lengths.append(len(text))
        return convert(text, path)

    monkeypatch.setattr(pandoc, "convert", counted)
    return lengths


def test_plain_paragraphs_are_those_that_nothing_around_decides_about() -> None:
    blocks = paragraphs._BETWEEN.split(AROUND)
    plain = dict(paragraphs._plain(blocks))
    assert [*plain.values()] == [
        *("A plain one in a quote,\nof two lines.", "Another ‘one’.", "A third one.", "In a quote of its own."),
        *("Mr.\u00a0Snow has no item.", "Nor has he."),
    ]
    assert [[plain[each] for each in run[::2]] for _, run in paragraphs._runs(blocks, plain)] == [
        ["A plain one in a quote,\nof two lines.", "Another ‘one’.", "A third one."],
        ["In a quote of its own."],
        ["Mr.\u00a0Snow has no item.", "Nor has he."],
    ]


def test_a_paragraph_may_begin_with_an_ellipsis_and_end_the_chapter() -> None:
    text = "> … So it was.\n>\n> …And so.\n\nThe end.\n"
    assert [*dict(paragraphs._plain(paragraphs._BETWEEN.split(text))).values()] == [
        "… So it was.",
        "…And so.",
        "The end.",
    ]
    assert paragraphs.apart(text, "a.md") == pandoc.convert(text, "a.md")


@pytest.mark.parametrize(
    "text",
    [
        "> # H\n>\nlazy\n\nSo it is.\n\nAnd so.\n",
        "One.\n\nTwo.\n>\n>  no quote\n",
        "> a\n\n> b\n>\n> c\n\nd\n\n- e\n\nf\n\ng",
        '[a]:\n\n"A title?"\n\nMore.\n',
        "> [a]: \n>\n> 'A title?'\n\nMore.\n",
    ],
)
def test_what_goes_on_without_signs_is_parted(text: str) -> None:
    assert paragraphs.apart(text, "a.md") in (None, pandoc.convert(text, "a.md"))


@pytest.mark.parametrize("text", [AROUND, LONG, f"{AROUND}\n\n{LONG}", f"{LONG}\n\n{AROUND}\n\nTheir end."])
def test_the_whole_comes_of_the_parts(text: str) -> None:
    assert paragraphs.apart(text, "a.md") == pandoc.convert(text, "a.md")


@pytest.mark.parametrize("text", ["```\n\nIn code.\n\n```\n", "<!--\n\nIn a remark.\n\n-->\n", "bookforgeparagraph0\n"])
def test_what_pandoc_reads_otherwise_is_converted_whole(text: str) -> None:
    assert paragraphs.apart(text, "a.md") is None


def test_a_changed_sentence_costs_its_paragraph(asked: list[int]) -> None:
    made = paragraphs.convert(LONG, "a.md").html
    asked.clear()
    changed = paragraphs.convert(LONG.replace("Smith.", "Smith. And more.", 1), "a.md")
    assert changed.html == made.replace("Smith.", "Smith. And more.", 1)
    assert sum(asked) < len(LONG) / 50


def test_of_prose_pandoc_reads_nothing(asked: list[int]) -> None:
    prose = LONG.replace("'", "’")
    made = paragraphs.convert(prose, "a.md")
    assert sum(asked) < len(prose) / 50
    assert made == pandoc.convert(prose, "a.md")


def test_of_a_pandoc_whose_rules_are_not_known_the_chapter_is_converted_whole(
    asked: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pandoc, "abbreviations", lambda: None)
    paragraphs.convert(LONG, "a.md")
    assert asked == [len(LONG)]
