"""The composer of lines: what a text is as wide as, where its lines may end, which ends are best, and the markup."""

import functools
import math
import random
import re
from dataclasses import replace
from itertools import pairwise

import pyphen
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bookforge import composer, fonts, xhtml
from bookforge.composer import breaking, markup, paragraph, shaping
from bookforge.composer.breaking import Limits
from bookforge.composer.paragraph import DIVIDED, END, HYPHEN, SPACE, Break, Paragraph
from bookforge.composer.shaping import Gauge, Gauges
from bookforge.diagnostics import Location
from bookforge.flow import FlowBlock, FlowLine, Piece, TextStyle
from bookforge.layouts import FontSpec
from bookforge.xhtml import Element

# ---------------------------------------------------------------- helpers


def block_of(html: str) -> Element:
    return xhtml.read(html)[0]


def style(**given: object) -> TextStyle:
    """EB Garamond of 11 pt, English, divided by the language's patterns."""
    usual: dict[str, object] = {
        "families": ("EB Garamond",), "italic": False, "weight": 400, "size": 11.0, "features": (), "tracking": 0.0,
        "language": "en-GB", "divides": "auto", "limits": (6, 2, 3), "hyphen": "\u2010", "wraps": True,
    }  # fmt: skip
    return TextStyle(**usual | given)  # type: ignore[arg-type]


@functools.cache
def gauges() -> Gauges:
    at = Location("layout.yaml", 1)
    cut = (FontSpec("EB Garamond", each, "text", "fontpkg-eb-garamond", None, at) for each in ("normal", "italic"))
    return Gauges(fonts.resolve(tuple(cut)))


def gauge(**given: object) -> Gauge:
    found = gauges().of(style(**given))
    assert found is not None
    return found


ROMAN = style()
ITALIC = style(italic=True)
KEPT = style(wraps=False)


def piece(text: str, of: TextStyle = ROMAN) -> Piece:
    """A text as the page sets it: shaped word by word."""
    known = gauges().of(of)
    assert known is not None
    return Piece(text, of, sum(known.width(each) for each in paragraph._chunks(text)))


def flow(*lines: tuple[Piece, ...], width: float = 200.0, starts: tuple[float, ...] = (), align: str = "justify"):
    """Set a block in the lines given; ``starts`` are the indents of the first."""
    indents = (*starts, *[0.0] * len(lines))
    return FlowBlock(width, align, ROMAN, tuple(map(FlowLine, indents, lines)), {})


def read(html: str, *pieces: Piece, **given: object) -> Paragraph | None:
    """Read a block that the page set in one line of these pieces."""
    return read_as(html, flow(pieces, **given))


def read_as(html: str, set_as: FlowBlock, hanging: float = 0.0) -> Paragraph | None:
    """Read a block that the page set so."""
    matter = paragraph.matter(block_of(html), set_as)
    return paragraph.read(matter, gauges(), hanging) if matter is not None else None


def places(block: Paragraph) -> list[str]:
    """A block's text up to each place where a line may end."""
    return [block.text[: each.at] for each in block.breaks]


def gap(block: Paragraph, place: int) -> float:
    """The width from one break to the next."""
    return block.breaks[place + 1].width - block.breaks[place].next_width


# ---------------------------------------------------------------- line ends


def columns(text: str, measure: float, first: tuple[float, ...] = (), justified: bool = True) -> Paragraph:
    """A paragraph in which every letter is 5 wide and a space 3; ``-`` in it is a place for a hyphen."""
    breaks: list[Break] = []
    width = spaces = at = 0
    for char in text:
        if char == " ":
            breaks.append(Break(at, at + 1, width, width + 3, spaces, spaces + 1, SPACE, 0))
            spaces += 1
        if char == "-":
            breaks.append(Break(at, at, width + 3, width, spaces, spaces, DIVIDED, 0))
        else:
            width += 3 if char == " " else 5
            at += 1
    breaks.append(Break(at, at, width, width, spaces, spaces, END, 0))
    return Paragraph(text.replace("-", ""), tuple(breaks), first, measure, 3.0, justified)


def every_way(block: Paragraph, limits: Limits, tolerance: float) -> list[tuple[float, tuple[Break, ...]]]:
    """Return the demerits and the ends of all ways to set a paragraph, each tried."""
    terms = breaking._terms(block, limits, tolerance)
    judge = breaking._justified if block.justified else breaking._ragged
    found = []

    def go_on(node: breaking._Node, first: int, ends: tuple[Break, ...]) -> None:
        places = breaking._places(node.ended, [node], block, terms)
        for number, end in enumerate(block.breaks[first:], first):
            good, _ = judge(terms, places, end, tolerance, math.inf)
            if good:
                [reached] = breaking._worth(breaking._reached(good, end, block.text), end)
                if end.kind == END:
                    found.append((reached.demerits, (*ends, end)))
                go_on(reached, number + 1, (*ends, end))

    go_on(breaking._Node(0.0, 1, 0, 0, None, None), 0, ())
    return found


WORDS = st.lists(st.sampled_from(["a", "of", "it", "lan-tern", "snow", "re-mem-ber", "quiet", "ar-e-na"]), max_size=9)


@settings(deadline=None, max_examples=150)
@given(WORDS, st.integers(30, 90), st.integers(0, 20), st.booleans())
def test_no_other_line_ends_are_better(words: list[str], measure: int, indent: int, justified: bool) -> None:
    block = columns(" ".join([*words, "end"]), measure, (measure - indent,) if indent else (), justified)
    limits = Limits(narrow=0.7, wide=2.0)
    costs = {ends: cost for cost, ends in every_way(block, limits, 1.0)}
    found = best(block, limits)
    if costs and min(costs.values()) <= breaking._LONE_WORD:
        assert found is not None
        assert costs[found] == pytest.approx(min(costs.values()))
    for line in breaking.lines(block, found or ()):
        assert line.slack >= -line.spaces * 3 * (1 - limits.narrow + breaking.CLOSER) - limits.fit * line.width - 1e-6


@settings(deadline=None, max_examples=100)
@given(WORDS, st.integers(30, 90))
def test_every_count_of_lines_comes_with_its_best(words: list[str], measure: int) -> None:
    block = columns(" ".join([*words, "end"]), measure)
    limits = Limits(narrow=0.7, wide=2.0)
    ways = every_way(block, limits, 1.0)
    found = breaking.ways(block, limits)
    assert found.keys() == {len(ends) for _, ends in ways}
    for count, (demerits, ends) in found.items():
        assert len(ends) == count
        assert demerits == pytest.approx(min(cost for cost, each in ways if len(each) == count))


def test_an_endless_paragraph_is_not_set_in_every_number_of_lines() -> None:
    block = columns(" ".join(random.Random(1).choices(["a", "of", "lan-tern", "quiet", "re-mem-ber"], k=3000)), 150)
    found = breaking.ways(block, Limits(narrow=0.6, wide=3.0))
    assert 1 < len(found) <= breaking._COUNTS + 1


def shown(block: Paragraph, ends: tuple[Break, ...] | None) -> list[str]:
    assert ends is not None
    cuts = [0, *(each.after for each in ends)]
    return [block.text[begin:end].strip() for begin, end in pairwise(cuts)]


def best(block: Paragraph, limits: Limits) -> tuple[Break, ...] | None:
    return breaking.best(block, limits, breaking.ways(block, limits))


SPACES_ONLY = Limits(narrow=1.0, wide=2.6, loosest=3.0, fit=0.0)


def test_the_whole_paragraph_is_weighed_not_each_line() -> None:
    block = columns("aa bbbbbb c dd ee f gggggg hhhh", 43)  # as many words as fit would leave the third line one
    assert shown(block, best(block, SPACES_ONLY)) == ["aa bbbbbb", "c dd ee", "f gggggg", "hhhh"]


def test_a_last_line_has_two_words_where_it_can() -> None:
    block = columns("a bb cc dd ee f g it", 40)
    assert shown(block, best(block, SPACES_ONLY)) == ["a bb cc", "dd ee f", "g it"]


def test_lines_do_not_begin_or_end_with_the_same_word_where_they_need_not() -> None:
    block = columns("d cccc aaa d aaa bb aaa eeeee cccc d", 54)
    assert shown(block, best(block, Limits(wide=2.0))) == ["d cccc aaa d", "aaa bb aaa", "eeeee cccc d"]


def test_what_fits_in_no_way_is_left_alone() -> None:
    assert best(columns("aaaaaaaaaaaaaaaaaaaa bb", 60), Limits()) is None


def test_three_hyphens_do_not_follow_each_other() -> None:
    block = columns(" ".join(["aaaa-aaaa"] * 12), 70)
    ends = best(block, Limits(wide=2.5, loosest=6))
    assert ends is not None
    kinds = "".join("-" if each.kind == DIVIDED else "." for each in ends)
    assert "---" not in kinds


def test_letters_take_their_part_only_of_what_spaces_cannot() -> None:
    assert breaking.eased(1.0, 10.0, 2.0) == 1.0
    assert breaking.eased(5.0, 10.0, 1.0) == 4.0
    assert breaking.eased(5.0, 10.0, 9.0) == pytest.approx(3.5)
    assert breaking.eased(-3.0, 10.0, 1.0) == -2.0
    assert breaking.eased(-0.5, 10.0, 1.0) == -0.5


def test_a_design_may_leave_lines_to_the_page() -> None:
    assert composer.limits({"lines": "greedy"}) is None
    assert composer.limits({"lines": "composed", "narrowest-space": 70, "letter-fit": 0}) == Limits(0.7, fit=0.0)
    assert composer.limits({"lines": "composed", "letter-fit": 1.5}) == Limits(fit=0.015)


@settings(deadline=None, max_examples=100)
@given(WORDS, st.integers(30, 90), st.integers(0, 9))
def test_a_line_ends_where_it_has_to(words: list[str], measure: int, place: int) -> None:
    block = columns(" ".join([*words, "end"]), measure)
    *inner, end = block.breaks
    forced = tuple(each._replace(forced=number == place) for number, each in enumerate(inner))
    ends = best(replace(block, breaks=(*forced, end)), Limits(narrow=0.7, wide=2.0))
    if ends is not None and place < len(inner):
        assert forced[place] in ends


# ---------------------------------------------------------------- widths and divisions


def divided(word: str, **given: object) -> list[str]:
    return [word[: each.at] for each in gauge(**given).divisions(word)]


def test_words_are_divided_as_their_language_does() -> None:
    assert divided("remembering") == ["re", "remem", "remember"]
    assert divided("Erinnerungen", language="de") == ["Er", "Erin", "Erinne", "Erinnerun"]
    assert divided("remembering", divides="none") == []
    assert divided("remembering", language="tlh") == []
    assert divided("re\u00admembering") == ["re\u00ad"]
    assert divided("re\u00admembering", divides="manual") == ["re\u00ad"]
    assert divided("remember", limits=(9, 2, 3)) == []


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("understanding", ["under", "understand"]),
        ("everything", ["every"]),
        ("handiwork", ["handi"]),
        ("legends", []),
        ("Englishmen", ["English"]),
    ],
)
def test_divisions_that_mislead_are_left_out(word: str, parts: list[str]) -> None:
    assert divided(word, language="en-US") == parts
    assert divided("Urinstinkt", language="de") == []


@pytest.mark.parametrize(
    "word",
    [
        "self-made", "1990\u201391", "rich\u2014poor", "and/or", "summer\u201d\u2014an", "work.\u2060\u2014the",
        "(so)\u2014\u201cno", "maybe\u2026so", "T-shirt",
    ],
)  # fmt: skip
def test_lines_may_end_after_dashes_without_another_hyphen(word: str) -> None:
    found = gauge(divides="none").divisions(word)
    assert [(word[each.at - 1].isalnum(), word[each.at].isspace(), each.inserted) for each in found] == [(False,) * 3]


@pytest.mark.parametrize("language", ["en_US", "de_DE", "hu_HU", "nl_NL", "ru_RU", "te_IN"])
def test_words_are_divided_where_pyphen_divides_them(language: str) -> None:
    theirs = pyphen.Pyphen(lang=language).hd
    ours = shaping._Patterns(theirs.patterns)
    letters = sorted({letter for pattern in theirs.patterns for letter in pattern})
    chance = random.Random(language)
    for _ in range(500):
        word = "".join(chance.choices(letters, k=chance.randint(1, 18)))
        assert ours.positions(word) == [*theirs.positions(word)]


@pytest.mark.parametrize(
    "word", ["-x", "x-", "\u2014so", "so\u2014", "--", "\u201c\u2014so", "\u2026so", "x.-y", "well\u2026\u201d"]
)
def test_no_line_begins_or_ends_with_a_lone_dash(word: str) -> None:
    assert divided(word, divides="none") == []


def test_single_letters_and_figures_are_parted_at_a_price() -> None:
    costs = {word: gauge().divisions(word)[0].cost for word in ("self-made", "T-shirt", "m-i-l-k", "12\u201315")}
    assert costs["self-made"] == 0
    assert all(costs[word] for word in ("T-shirt", "m-i-l-k", "12\u201315"))


def test_addresses_are_parted_before_their_signs_and_never_with_a_hyphen() -> None:
    word = "https://www.understanding.org/two-words/x"
    parts = ["https://", "https://www", "https://www.understanding", "https://www.understanding.org/"]
    assert divided(word)[:4] == parts
    assert not any(each.inserted for each in gauge().divisions(word))
    assert divided("someone.else@example.org") == ["someone", "someone.else", "someone.else@example"]


def test_a_part_of_a_word_is_as_wide_as_shaped_with_its_hyphen() -> None:
    of = gauge()
    first = of.divisions("remembering")[1]
    assert first.head == pytest.approx(of.width("remem\u2010"))
    assert first.tail == pytest.approx(of.width("bering"))


def test_widths_know_the_features_and_the_tracking() -> None:
    assert gauge(tracking=1.0).width("word") == pytest.approx(gauge().width("word") + 4)
    assert gauge(features=(("smcp", 1),)).width("word") != pytest.approx(gauge().width("word"))
    assert gauge(size=22.0).width("word") == pytest.approx(2 * gauge().width("word"))
    assert gauges().of(style(families=("Comic Sans",))) is None


# ---------------------------------------------------------------- paragraphs


def test_every_space_is_a_place_and_the_last_is_the_end() -> None:
    block = read("<p>It was a\nlong day.</p>", piece("It was a long day."))
    assert block is not None
    assert places(block) == ["It", "It was", "It was a", "It was a long", "It was a long day."]
    assert [each.kind for each in block.breaks] == [SPACE] * 4 + [END]
    assert block.breaks[-1].width == pytest.approx(piece("It was a long day.").width)


def test_text_goes_on_over_the_lines_of_the_page() -> None:
    lines = (piece("It was under\u2010"),), (piece("standing a long"),), (piece("day."),)
    block = read_as("<p>It was understanding a long day.</p>", flow(*lines))
    assert block is not None
    assert block.text == "It was understanding a long day."
    assert "It was under" in places(block)


def test_emphasis_keeps_its_own_width() -> None:
    pieces = piece("It was "), piece("understanding", ITALIC), piece(" then.")
    block = read("<p>It was <em>understanding</em> then.</p>", *pieces)
    assert block is not None
    assert block.breaks[-1].width == pytest.approx(sum(each.width for each in pieces))
    known = gauges().of(ITALIC)
    assert known is not None
    (division,) = [each for each in block.breaks if block.text[: each.at].endswith("under")]
    assert division.width == pytest.approx(piece("It was ").width + known.width("under\u2010"))


def test_a_note_is_a_sign_in_the_line_and_no_text_of_it() -> None:
    html = '<p>It was<span class="footnote" id="n">A note.</span> late.</p>'
    block = read(html, piece("It was"), Piece("", None, 4.0), piece(" late."))
    assert block is not None
    assert block.text == "It was late."
    assert block.breaks[1].width == pytest.approx(piece("It was").width + 4.0)
    assert block.breaks[-1].width == pytest.approx(piece("It was late.").width + 4.0)


def test_index_marks_and_pictures_take_their_room() -> None:
    html = '<p>It <span id="ix-1"></span>was <img src="x.png" alt=""/> late.</p>'
    block = read(html, piece("It was "), Piece("", None, 9.0), piece(" late."))
    assert block is not None
    assert block.text == "It was  late."  # the picture parts two spaces
    assert block.breaks[-1].width == pytest.approx(piece("It was ").width + 9.0 + piece(" late.").width)


def test_a_dropped_letter_narrows_the_first_lines() -> None:
    html = '<p><span class="initial">T</span>here was a day.</p>'
    lines = (piece("here was"),), (piece("a day."),)
    block = read_as(html, flow(*lines, starts=(30.0, 20.0)))
    assert block is not None
    assert (block.text, block.measures, block.measure) == ("here was a day.", (170.0, 180.0), 200.0)


def test_no_line_ends_at_no_break_spaces_and_joiners() -> None:
    block = read("<p>Mr.\u00a0Snow and\u2060/or not.</p>", piece("Mr.\u00a0Snow and\u2060/or not."))
    assert block is not None
    assert places(block)[:2] == ["Mr.\u00a0Snow", "Mr.\u00a0Snow and\u2060/"]
    assert block.breaks[0].spaces == 1  # it is widened with the line


def test_what_is_kept_on_one_line_is_not_parted() -> None:
    pieces = piece("It was "), piece("remembered well", KEPT), piece(" then.")
    block = read('<p>It was <span class="no-break">remembered well</span> then.</p>', *pieces)
    assert block is not None
    assert places(block) == ["It", "It was", "It was remembered well", "It was remembered well then."]


MARK = '<span class="line-break"></span>'


@pytest.mark.parametrize(
    ("html", "text", "place"),
    [
        (f"<p>It was {MARK}so late.</p>", "It was so late.", 6),
        (f"<p>It was{MARK} so late.</p>", "It was so late.", 6),
        (f"<p>It was {MARK} so late.</p>", "It was so late.", 6),
        (f"<p>It was so\u2014{MARK}late.</p>", "It was so\u2014late.", 10),
        (f"<p>It was remem{MARK}bered.</p>", "It was remembered.", 12),
        (f"<p>{MARK}It was.{MARK}</p>", "It was.", None),
    ],
)
def test_a_mark_forces_the_end_of_a_line(html: str, text: str, place: int | None) -> None:
    block = read(html, piece(text))
    assert block is not None
    assert [each.at for each in block.breaks if each.forced] == ([place] if place else [])
    if place:
        (end,) = [each for each in block.breaks if each.forced]
        assert end.width == pytest.approx(piece(text[:place]).width)
        assert end.next_width == pytest.approx(piece(text[: end.after]).width)
    lines = composer.Lines(
        tuple(markup.LineEnd(each.at, each.kind, 0.0) for each in block.breaks if each.forced or each.kind == END),
        0.0, 0.0, "-", True, {},
    )  # fmt: skip
    root = block_of(html)
    markup.carry_out([root], lines)
    if place:
        assert "".join(root.itertext()) == f"{text[:place]}\n{text[place:].lstrip()}"
        assert not [*xhtml.find_class(root, "line-break")]


def test_signs_stand_out_into_the_margin_as_far_as_asked() -> None:
    html, set_as = "<p>It was so. \u201cYes,\u201d he said.</p>", flow((piece("It was so. \u201cYes,\u201d he said."),))
    hung = read_as(html, set_as, 1.0)
    half = read_as(html, set_as, 0.5)
    plain = read_as(html, set_as, 0.0)
    assert hung is not None
    assert half is not None
    assert plain is not None
    stop = hung.breaks[2]
    assert stop.hang == pytest.approx(0.6 * gauge().width("."))
    assert stop.width == pytest.approx(plain.breaks[2].width - stop.hang)
    assert stop.lead == pytest.approx(0.5 * gauge().width("\u201c"))
    assert half.breaks[2].hang == pytest.approx(stop.hang / 2)


@pytest.mark.parametrize(
    ("html", "pieces"),
    [
        ("<p>Another text.</p>", [piece("It was.")]),
        ("<p>It was.</p>", [Piece("It was.", ROMAN, 60.0)]),
        ("<p>It was שלום.</p>", [piece("It was שלום.")]),
        ("<p>It was.</p>", [Piece("It was.", style(families=("Unknown",)), 40.0)]),
        ("<p></p>", []),
    ],
    ids=["other text", "other width", "other script", "other face", "nothing"],
)
def test_what_cannot_be_measured_is_left(html: str, pieces: list[Piece]) -> None:
    assert read(html, *pieces) is None


@pytest.mark.parametrize(
    ("html", "plain"),
    [
        ("<p>It <em>was <a href='x'>so</a></em>.</p>", True),
        ("<p>It<br/>was.</p>", False),
        ("<li>It was.<ul><li>So.</li></ul></li>", False),
        ("<p>It <ruby>was<rt>x</rt></ruby>.</p>", False),
        ('<p>It<span class="footnote"><p>A note.</p></span> was.</p>', True),
    ],
)
def test_blocks_of_text_alone_are_composed(html: str, plain: bool) -> None:
    assert paragraph.is_plain(block_of(html)) is plain


# ---------------------------------------------------------------- markup


def marked(chance: random.Random) -> str:
    """A paragraph with nested emphasis, notes, signs, spaces and line feeds in any place."""
    parts: list[str] = []
    open_: list[str] = []
    for _ in range(chance.randint(3, 40)):
        parts.append(
            chance.choice(["It", "was", "remem", "bered", ",", " ", " ", " ", "\n", " \n ", "\u00a0", "self-", ""])
        )
        if chance.random() < 0.15:
            open_.append(chance.choice(["em", "strong", "span"]))
            parts.append(f"<{open_[-1]}>")
        if open_ and chance.random() < 0.2:
            parts.append(f"</{open_.pop()}>")
        if chance.random() < 0.06:
            parts.append(chance.choice(['<img src="x"/>', '<span class="footnote">A <em>note</em>.</span>']))
    parts += [f"</{each}>" for each in reversed(open_)]
    start = chance.choice(["", '<span class="initial">T</span>'])
    return f"<p>{start}{''.join(parts)}</p>"


@given(st.integers(0, 2**32))
@settings(deadline=None, max_examples=300)
def test_setting_lines_changes_nothing_but_their_ends(seed: int) -> None:
    chance = random.Random(seed)
    block = block_of(marked(chance))
    text = "".join(leaf.text for leaf in paragraph.leaves(block))
    tags = [each.tag for each in block.iter()]
    ends = []
    for at in sorted(chance.sample(range(1, len(text)), min(4, len(text) - 1))) if len(text) > 1 else []:
        kind = SPACE if text[at] == " " else chance.choice([DIVIDED, HYPHEN])
        if ends and at <= ends[-1].at + 1:
            continue
        fit, lead, hang = (chance.choice([0.0, 0.01]), chance.choice([0.0, 1.0]), chance.choice([0.0, 1.0]))
        ends.append(markup.LineEnd(at, kind, fit, lead, hang))
    ends.append(markup.LineEnd(len(text), END, 0.0))
    lines = composer.Lines(tuple(ends), 5.0, -0.5, "~", True, {})
    markup.carry_out([block], lines)
    assert [each.tag for each in block.iter() if not OURS.match(each.get("class") or "")] == tags
    shown = "".join(leaf_text(block))
    meant, begin = [], 0
    for end in ends:
        meant.append(text[begin : end.at] + ("~" if end.kind == DIVIDED else ""))
        begin = end.at + (end.kind == SPACE)
    assert shown.split("\n") == meant


OURS = re.compile("fitted|rest-of-line|lead-|hang-")
"""Classes of the elements that lines need."""


def leaf_text(block: Element):
    """The text of a block as it stands in its markup, without what is no part of its lines."""
    yield block.text or ""
    for child in block:
        if not paragraph.is_out_of_line(child):
            yield from leaf_text(child)
        yield child.tail or ""


def test_the_last_line_is_filled_before_what_is_not_part_of_it() -> None:
    block = block_of('<span class="note-block">It was<span class="note-block">So.</span></span>')
    block.insert(0, block_of('<span id="ix"/>'))
    ends = (markup.LineEnd(2, SPACE, 0.0), markup.LineEnd(6, END, 0.0))
    markup.carry_out([block], composer.Lines(ends, 40.0, -0.5, "-", True, {"white-space": "normal"}))
    styles = [(child.get("class"), child.get("style")) for child in block]
    assert styles == [(None, None), ("rest-of-line", "margin-right: 40.00pt"), ("note-block", "white-space: normal")]
    assert block.get("style") == "word-spacing: -0.500pt"


def test_ragged_lines_are_not_filled() -> None:
    block = block_of("<p>It was so.</p>")
    ends = (markup.LineEnd(2, SPACE, 0.0), markup.LineEnd(10, END, 0.0))
    markup.carry_out([block], composer.Lines(ends, 40.0, -0.5, "-", False, {}))
    assert (block.text, block.get("class"), block.get("style"), len(block)) == ("It\nwas so.", "lines-ragged", None, 0)


# ---------------------------------------------------------------- blocks


def test_a_block_is_known_by_what_decides_about_its_lines() -> None:
    """Where it stands, its name and its classes do not; its text, measures, notes' room and wishes do."""
    text = "It was a long day and nobody said a word of it."
    within = Limits(wide=3.0)

    def key(html: str, set_as: FlowBlock) -> str:
        (composed,) = composer.compose(xhtml.read(html), {"a": set_as}, gauges(), within).values()
        return composed.key

    plain = flow((piece("It was a long day"),), (piece("and nobody said a word of it."),), width=120.0)
    usual = key(f'<p id="a">{text}</p>', plain)
    again = flow((piece("It was a long day and"),), (piece("nobody said a word of it."),), width=120.0 + 1e-9)
    assert key(f'<p class="first" id="a">{text}</p>', plain) == usual
    assert replace(again, lines=plain.lines) != plain
    assert key(f'<p id="a">{text}</p>', replace(again, lines=plain.lines)) == usual
    others = [
        key(f'<p id="a">{text} So!</p>', replace(plain, lines=(*plain.lines, FlowLine(0.0, (piece("So!"),))))),
        key(f'<p id="a">{text}</p>', replace(plain, width=121.0)),
        key(f'<p id="a">{text}</p>', replace(plain, inner={"white-space": "normal"})),
        key(f'<p id="a" class="looser">{text}</p>', plain),
    ]
    assert len({usual, *others}) == 5


def test_lines_for_the_sake_of_the_page_end_in_no_lone_word() -> None:
    text = "It was a long day and nobody said a word of it to him, or of what he had remembered in the morning."
    text = f"{text} {text}"
    counts = []
    for width in range(90, 200, 3):
        set_as = flow((piece(text[:40]),), (piece(text[40:]),), width=float(width))
        matter = paragraph.matter(block_of(f"<p>{text}</p>"), set_as)
        assert matter is not None
        read = paragraph.read(matter, gauges(), 1.0)
        assert read is not None
        within = Limits(narrow=0.6, wide=3.0)
        (composed,) = composer.compose(xhtml.read(f'<p id="a">{text}</p>'), {"a": set_as}, gauges(), within).values()
        others = composed.variants().values()
        assert all(" " in text[lines.ends[-2].at + 1 :] for _, lines in others if len(lines.ends) > 1)
        counts.append((len(others), len(breaking.ways(read, within)) - 1))
    assert 0 < sum(count for count, _ in counts) < sum(possible for _, possible in counts)
