"""Where every word and block of a converted section stands, and which words differ."""

from lxml import etree

from bookforge import manuscript
from bookforge.book import SourceMap
from bookforge.markdown import align, lexer


def aligned(
    text: str, body: str, title: str | None = None, **notes: str
) -> tuple[SourceMap, tuple[align.Difference, ...]]:
    source = manuscript.from_text(text, "one.md")
    return align.source_map(
        source,
        lexer.lex(source.text),
        etree.fromstring(title) if title else None,
        etree.fromstring(f"<div>{body}</div>"),
        {key.replace("_", "-"): etree.fromstring(f"<div>{markup}</div>") for key, markup in notes.items()},
    )


def lines(found: SourceMap) -> dict[str, tuple[int, int]]:
    return {block: (place.line, place.column) for block, place in found.blocks.items()}


def test_words_are_placed_in_the_raw_file() -> None:
    text = (
        "\ufeff---\r\ntitle: T\r\n---\r\nCafe\u0301 un*believ*able\r\nend &eacute;t&eacute;[^1]\r\n\r\n[^1]: A note\r\n"
    )
    call = '<a class="noteref" data-note="1"/>'
    raw = text.removeprefix("\ufeff")
    found, differences = aligned(raw, f'<p id="p">Café un<em>believ</em>able end été{call}</p>', note_1="<p>A note</p>")
    assert differences == ()
    assert [raw[at:].split()[0] for at in found.words[""]] == [
        "Cafe\u0301", "un*believ*able", "end", "&eacute;t&eacute;[^1]",
    ]  # fmt: skip
    assert [raw[at : at + 4] for at in found.words["note-1"]] == ["A no", "note"]
    assert lines(found) == {"p": (4, 1)}


def test_blocks_are_placed_with_what_is_around_their_words() -> None:
    text = '# A title\n\n"Quoted," she said.\n\n- one\n\n- two\n\n> (three)\n'
    found, _ = aligned(
        text,
        '<p id="a">“Quoted,” she said.</p><ul><li><p id="b">one</p></li><li><p id="c">two</p></li></ul>'
        '<blockquote><p id="d">(three)</p></blockquote>',
        '<h1 id="t">A title</h1>',
    )
    assert lines(found) == {"t": (1, 3), "a": (3, 1), "b": (5, 3), "c": (7, 3), "d": (9, 3)}
    place = found.blocks["a"]
    assert text[place.start : place.end] == '"Quoted," she said.'


def test_repeated_sentences_are_told_apart() -> None:
    body = "".join(f'<p id="p{number}">The same again.</p>' for number in range(5))
    found, differences = aligned("The same again.\n\n" * 5, body)
    assert differences == ()
    assert [found.blocks[f"p{number}"].line for number in range(5)] == [1, 3, 5, 7, 9]


def test_blocks_without_words_are_placed() -> None:
    text = "one\n\n***\n\n![](a.png)\n\n---\n\ntwo\n\n$$x$$\n"
    body = (
        '<p id="a">one</p><hr id="r"/><p id="i"><img src="a.png"/></p><hr id="s"/><p id="b">two</p>'
        '<p id="m"><span class="math display" data-tex="x"/></p>'
    )
    found, differences = aligned(text, body)
    assert differences == ()
    assert {block: line for block, (line, _) in lines(found).items()} == {
        "a": 1,
        "r": 3,
        "i": 5,
        "s": 7,
        "b": 9,
        "m": 11,
    }


def test_a_caption_below_its_table_is_placed_there() -> None:
    text = "| a |\n|---|\n| b |\n\n: Caption\n"
    found, differences = aligned(
        text, '<table id="t"><caption>Caption</caption><tr><td>a</td></tr><tr><td>b</td></tr></table>'
    )
    assert differences == ()
    assert [text[at:].split()[0] for at in found.words[""]] == ["Caption", "a", "b"]
    assert (found.blocks["t"].line, text[found.blocks["t"].end - 7 : found.blocks["t"].end]) == (1, "Caption")


def test_lost_words_are_found() -> None:
    _, (found,) = aligned("One here.\n\nTwo *was* there.\n", '<p id="a">One here.</p><p id="b">Two there.</p>')
    assert (found.stream, found.lost, found.added) == ("", ("was",), ())
    assert (found.at.line, found.at.column) == (3, 6)
    assert found.sentence == "Two was there."


def test_added_words_are_found() -> None:
    _, (found,) = aligned("One.\n", '<p id="a">One more.</p>')
    assert (found.lost, found.added, found.sentence) == ((), ("more",), "One more.")


def test_a_lost_note_is_found() -> None:
    _, (found,) = aligned("a^[one] b^[two]\n", "<p>a b</p>", note_1="<p>one</p>")
    assert (found.stream, found.lost) == ("note-2", ("two",))


def test_words_in_the_wrong_stream_are_found() -> None:
    _, found = aligned("a^[one] b\n", "<p>a one b</p>", note_1="<p/>")
    assert [(each.stream, each.lost, each.added) for each in found] == [("", (), ("one",)), ("note-1", ("one",), ())]


def test_words_run_together_are_found() -> None:
    _, (found,) = aligned("one two\n", "<p>onetwo</p>")
    assert (found.lost, found.added) == (("one", "two"), ("onetwo",))


def test_marks_read_otherwise_part_no_words() -> None:
    found, differences = aligned("a*b c\n", "<p>ab c</p>")
    assert differences == ()
    assert found.words[""] == (0, 4)


def test_a_lost_formula_is_found() -> None:
    _, (found,) = aligned("let $x$ be\n", "<p>let be</p>")
    assert (found.lost, found.at.column) == (("x",), 5)


def test_what_follows_a_difference_is_still_placed() -> None:
    text = "one lost two\n\nthree\n"
    found, differences = aligned(text, '<p id="a">one two</p><p id="b">three added</p>')
    assert len(differences) == 2
    assert [text[at:].split()[0] for at in found.words[""][:3]] == ["one", "two", "three"]
    assert found.blocks["b"].line == 3
    assert len(found.words[""]) == 4
