"""What a designer would circle, found on pages made of facts."""

import dataclasses
from collections.abc import Callable, Sequence

import pytest

from bookforge import makeup
from bookforge.diagnostics import Location
from bookforge.laid import LaidPage, Line, Picture, SceneBreak

LEADING = 14.0
TOP = 60.0
FIRST = 70.0
LINES = 10


def line(text: str = "words that fill the line", **facts: object) -> Line:
    given: dict[str, object] = {
        "text": text, "x": 50.0, "y": 0.0, "width": 300.0, "height": LEADING, "block": "c.p", "note": None,
        "authored": True, "outside": False, "baseline": 0.0, "body": True, "kind": "body", "starts": False,
        "ends": False, "hyphen": False, "stretch": None,
    }  # fmt: skip
    return Line(**(given | facts))  # type: ignore[arg-type]


def paragraph(count: int, block: str = "c.p", last: str = "the last words.", **facts: object) -> list[Line]:
    lines = [line(block=block, **facts) for _ in range(count - 1)] + [line(last, block=block, **facts)]
    lines[0] = dataclasses.replace(lines[0], starts=True)
    lines[-1] = dataclasses.replace(lines[-1], ends=True)
    return lines


def page(lines: Sequence[Line], **facts: object) -> LaidPage:
    """Set lines one below the other, those with a baseline where it says."""
    placed = [
        dataclasses.replace(each, baseline=each.baseline or FIRST + at * LEADING) for at, each in enumerate(lines)
    ]
    placed = [dataclasses.replace(each, y=each.baseline + TOP - FIRST) for each in placed]
    given: dict[str, object] = {
        "index": 0, "side": "right", "label": "1", "name": "body", "blank": False, "width": 400.0, "height": 600.0,
        "text": "", "authored": "", "hyphenated": False, "lines": tuple(placed), "top": TOP,
        "bottom": TOP + LINES * LEADING, "left": 50.0, "right": 350.0, "leading": LEADING, "first": FIRST,
        "breaks": (), "pictures": (), "marked": bool(lines),
    }  # fmt: skip
    return LaidPage(**(given | facts))  # type: ignore[arg-type]


def book(*pages: LaidPage) -> list[LaidPage]:
    """Number pages, the first a right one."""
    return [
        dataclasses.replace(each, index=at, label=str(at + 1), side="left" if at % 2 else "right")
        for at, each in enumerate(pages)
    ]


def flowing(*sizes: int, lines: Sequence[Line] | None = None) -> list[LaidPage]:
    """Set paragraphs on as many pages as sizes are given, the first pages full of so many lines."""
    rest = list(lines or paragraph(sum(sizes)))
    pages = []
    for size in sizes:
        pages.append(page(rest[:size]))
        rest = rest[size:]
    return book(*pages)


def counts(pages: Sequence[LaidPage]) -> dict[str, int]:
    """Count what was found; leave out what was not."""
    made = makeup.examine(pages)
    return {fault.name: made.count(fault.name) for fault in makeup.FAULTS if made.count(fault.name)}


def test_pages_without_fault_have_none():
    made = makeup.examine(flowing(LINES, LINES, LINES, LINES))
    assert counts(flowing(LINES, LINES, LINES, LINES)) == {}
    assert (made.pages, made.lines, made.characters) == (4, 40, 24)
    assert not made.grave


def test_a_last_line_alone_at_the_top_is_a_widow():
    lines = paragraph(LINES + 1) + paragraph(8, "c.q")
    assert counts(flowing(LINES, 9, lines=lines)) == {"widows": 1}
    assert counts(flowing(LINES - 1, 10, lines=lines)) == {}


def test_a_first_line_alone_at_the_foot_is_an_orphan():
    lines = paragraph(LINES - 1) + paragraph(8, "c.q")
    assert counts(flowing(LINES, 7, lines=lines)) == {"orphans": 1}
    assert counts(flowing(LINES - 1, 8, lines=lines)) == {}


@pytest.mark.parametrize("kind", ["heading", "label"])
def test_a_line_that_leads_nothing_on_its_page_is_stranded(kind):
    lines = [*paragraph(LINES - 1), line("Dear Anna,", block="c.l", kind=kind, body=False, starts=True, ends=True)]
    assert counts(book(page(lines), page(paragraph(8, "c.q")))) == {"stranded": 1}
    assert counts(book(page(lines))) == {}


def test_a_line_that_is_a_paragraph_is_neither():
    lines = paragraph(LINES - 1) + paragraph(1, "c.q") + paragraph(1, "c.r") + paragraph(7, "c.s")
    assert counts(flowing(LINES, 8, lines=lines)) == {}


def test_notes_and_headings_do_not_hide_an_orphan():
    note = line("A note.", kind="note", note="c.note-1", body=False, starts=True, ends=True)
    lines = [*paragraph(8), *paragraph(8, "c.q")]
    assert counts(book(page([*lines[:9], note]), page(lines[9:]))) == {"orphans": 1}
    headed = page([*lines[:9], line("Head", kind="heading", body=False)])
    assert counts(book(headed, page(lines[9:]))) == {"stranded": 1}


def test_a_word_that_would_fit_on_the_line_before_was_put_on_its_own() -> None:
    signed = [
        line("(signed) H. N.", width=120.0, block="c.q", starts=True),
        line("President.", width=60.0, block="c.q"),
    ]
    signed[-1] = dataclasses.replace(signed[-1], ends=True)
    judged = makeup.examine(book(page([*paragraph(3), *signed])))
    assert judged.count("runts") == 0


@pytest.mark.parametrize(
    ("last", "found"),
    [("it.", {"runts": 1, "stubs": 1}), ("alone.", {"runts": 1}), ("a b", {"stubs": 1}), ("so it was", {})],
)
def test_last_lines_of_a_word_or_less(last, found):
    assert counts([page(paragraph(6, last=last))]) == found


def test_a_word_that_is_all_of_its_paragraph_is_no_runt():
    assert counts([page([*paragraph(5), *paragraph(1, "c.q", "No.")])]) == {}


def test_facing_pages_that_end_on_different_lines():
    assert counts(flowing(10, 10, 9, 10, 10)) == {"uneven-spreads": 1}
    made = makeup.examine(flowing(10, 10, 9, 10, 10))
    (spot,) = made.spots["uneven-spreads"]
    assert (spot.page, spot.size) == ("3", pytest.approx(LEADING))


def test_pages_back_to_back_may_end_on_different_lines():
    assert counts(flowing(10, 9, 9, 10)) == {}


def test_pages_that_end_a_section_may_be_short():
    first, second = paragraph(26), paragraph(20, "d.p")
    pages = flowing(10, 10, 6, 10, 10, lines=first + second)
    assert counts(pages) == {}
    assert counts(flowing(10, 10, 4, 10, 10, lines=paragraph(24) + second)) == {"short-ends": 1}
    only = book(page(paragraph(3)), page(paragraph(8, "d.p")))
    assert counts(only) == {}


def test_pages_before_a_plate_or_a_blank_may_be_short():
    lines = paragraph(30)
    plate = page([line("Picture", kind="caption", block="c.f")], name="plate", pictures=(Picture(60, 60, 200, 300),))
    assert counts(book(page(lines[:10]), page(lines[10:20]), page(lines[20:26]), plate, page(lines[26:]))) == {
        "short-ends": 1
    }
    assert counts(book(page(lines[:10]), page(lines[10:20]), page(lines[20:]), page([], blank=True))) == {}


def test_a_note_may_stand_a_little_lower_than_the_text():
    lines = paragraph(40)
    note = line("A note.", kind="note", note="c.n", body=False, baseline=FIRST + 9 * LEADING + 2)
    pages = book(page(lines[:10]), page([*lines[10:18], note]), page(lines[18:28]), page(lines[28:]))
    assert counts(pages) == {}
    higher = dataclasses.replace(note, baseline=FIRST + 8 * LEADING)
    assert counts(book(page(lines[:10]), page([*lines[10:18], higher]), page(lines[18:28]), page(lines[28:]))) == {
        "uneven-spreads": 1
    }


@pytest.mark.parametrize(("run", "found"), [(3, {}), (4, {"hyphen-stacks": 1}), (7, {"hyphen-stacks": 1})])
def test_more_than_three_hyphens_in_a_row_are_a_stack(run, found):
    lines = paragraph(LINES)
    for at in range(1, 1 + run):
        lines[at] = dataclasses.replace(lines[at], hyphen=True)
    assert counts([page(lines)]) == found


def test_a_stack_goes_on_over_the_page():
    lines = [dataclasses.replace(each, hyphen=8 <= at < 12) for at, each in enumerate(paragraph(20))]
    assert counts(flowing(10, 10, lines=lines)) == {"hyphen-stacks": 1, "turned-hyphens": 1}


def test_only_a_turn_of_the_page_divides_a_word_badly():
    lines = [dataclasses.replace(each, hyphen=at == 19) for at, each in enumerate(paragraph(30))]
    assert counts(flowing(10, 10, 10, lines=lines)) == {}


def test_loose_lines_come_with_the_loosest_first():
    lines = paragraph(6)
    for at, stretch in ((1, 1.6), (2, 1.7), (3, 2.5)):
        lines[at] = dataclasses.replace(lines[at], stretch=stretch)
    made = makeup.examine([page(lines)])
    assert [spot.size for spot in made.spots["loose-lines"]] == [2.5, 1.7]


def test_justified_paragraphs_that_were_not_composed_are_named():
    full = [*paragraph(3, "c.p", stretch=1.1), *paragraph(2, "c.q", stretch=1.2), *paragraph(4, "c.r")]
    full = [dataclasses.replace(each, stretch=None) if each.ends else each for each in full]
    made = makeup.examine([page(full)], composed={"c.q"})
    assert [(spot.size, spot.text) for spot in made.spots["greedy-paragraphs"]] == [(2, "words that fill the line")]
    assert makeup.examine([page(full)]).count("greedy-paragraphs") == 0


@pytest.mark.parametrize(("text", "width", "found"), [("which", 30, 1), ("which he", 50, 0), ("https://long", 290, 0)])
def test_a_word_alone_on_a_line_in_the_middle_of_a_paragraph(text, width, found):
    lines = paragraph(6)
    lines[3] = dataclasses.replace(lines[3], text=text, width=width)
    assert counts([page(lines)]).get("lone-words", 0) == found
    ends = [*lines[:3], dataclasses.replace(lines[3], ends=True)]
    assert "lone-words" not in counts([page(ends)])


@pytest.mark.parametrize("ornament", [True, False])
@pytest.mark.parametrize("y", [TOP, TOP + LINES * LEADING - 28])
def test_scene_breaks_at_an_edge(ornament, y):
    lines = paragraph(6)
    shift = 28 if y == TOP else 0
    moved = [dataclasses.replace(each, baseline=FIRST + shift + at * LEADING) for at, each in enumerate(lines)]
    found = counts([page(moved, breaks=(SceneBreak(None, y, 28, ornament),))])
    assert found == ({"edge-breaks": 1} if ornament else {"edge-breaks": 1, "bare-edge-breaks": 1})


def test_scene_breaks_between_lines_are_no_fault():
    lines = [line(baseline=FIRST), line(baseline=FIRST + 3 * LEADING)]
    assert counts([page(lines, breaks=(SceneBreak(None, TOP + LEADING, 28, False),))]) == {}


def test_scene_breaks_between_a_picture_and_a_line_are_no_fault():
    between, after = SceneBreak("c.b", TOP + 4 * LEADING, 28, False), [line(baseline=FIRST + 6 * LEADING)]
    picture = Picture(50, TOP, 300, 4 * LEADING)
    assert page(after, breaks=(between,), pictures=(picture,)).breaks_at_edge() == ()
    in_the_margin = dataclasses.replace(picture, y=0, height=20)
    assert page(after, breaks=(between,), pictures=(in_the_margin,)).breaks_at_edge() == (between,)


def test_what_the_layout_and_notes_say_is_nothing_beside_a_scene_break():
    lines = [line(), line(baseline=FIRST + 6 * LEADING, kind="note", note="c.note-1", body=False)]
    below = SceneBreak("c.b", TOP + 2 * LEADING, 28, False)
    assert page(lines, breaks=(below,)).breaks_at_edge() == (below,)
    lines = [line(kind="generated", body=False), line(baseline=FIRST + 6 * LEADING)]
    assert page(lines, breaks=(below,)).breaks_at_edge() == (below,)


@pytest.mark.parametrize(("away", "found"), [(0.2, {}), (-0.2, {}), (0.3, {"off-grid": 1}), (-0.3, {"off-grid": 1})])
def test_lines_of_text_off_the_grid(away, found):
    lines = paragraph(6)
    lines[2] = dataclasses.replace(lines[2], baseline=FIRST + 2 * LEADING + away)
    assert counts([page(lines)]) == found
    free = [dataclasses.replace(each, body=False, kind="verse") for each in lines]
    assert counts([page(free)]) == {}


def test_text_outside_and_marks_on_blank_pages():
    pages = book(page([*paragraph(5), line(outside=True, kind="table", body=False)]), page([], blank=True, marked=True))
    assert counts(pages) == {"outside": 1, "marked-blanks": 1}
    assert not makeup.examine(pages, proof=True).spots["marked-blanks"]
    assert makeup.examine(pages).grave


def test_missing_glyphs_are_placed_where_they_stand_or_at_least_named():
    pages = book(page([*paragraph(5), *paragraph(1, "c.q", "a ꙮ and a ꙮ")]))
    made = makeup.examine(pages, missing="ꙮ\N{SNOWMAN}")
    assert [(spot.page, spot.text) for spot in made.spots["missing-glyphs"]] == [
        ("1", "ꙮ"),
        ("1", "ꙮ"),
        ("", "\N{SNOWMAN}"),
    ]


def test_the_summary_names_the_usual_and_whatever_is_grave():
    pages = flowing(LINES, LINES)
    assert makeup.summary(makeup.examine(pages)) == (
        "2 pages: 0 widows, 0 orphans, 0 runts, 0 uneven spreads, 0 off grid"
    )
    assert makeup.summary(makeup.examine(pages, missing="ꙮ")).endswith("0 off grid, 1 missing glyph")


def test_the_table_shows_the_worst_place_of_a_page_and_no_more_than_asked():
    lines = [dataclasses.replace(each, stretch=2.0 + at / 10) for at, each in enumerate(paragraph(6))]
    made = makeup.examine(book(page(lines), page(lines), page(lines)))
    rows = makeup.table(made, 2, str).splitlines()
    at = next(at for at, row in enumerate(rows) if "1.6 times" in row)
    assert rows[at].split()[0] == "18"
    assert [row.split()[:4] for row in rows[at + 1 : at + 3]] == [
        ["page", "1", "2.5", "times"],
        ["page", "2", "2.5", "times"],
    ]
    assert not rows[at + 3].strip().startswith("page")
    data = makeup.as_data(made, 1, str)
    assert data["loose_lines"] == 18
    assert data["places"]["loose-lines"] == [  # type: ignore[index]
        {"page": "1", "path": None, "line": None, "text": "the last words.", "size": 2.5}
    ]


def test_places_are_shown_as_the_caller_writes_them():
    spot = makeup.Spot("4", "a line", Location("one.md", 3, 1))
    empty = {fault.name: () for fault in makeup.FAULTS}
    made = makeup.Makeup(1, 1, None, empty | {"widows": (spot,)})
    assert "page 4  >one.md:3<  a line" in makeup.table(made, 1, lambda at: f">{at.path}:{at.line}<")


def test_parts_are_judged_as_the_whole_and_only_once():
    one, two = paragraph(23, last="in"), paragraph(17, "d.q", "of a word", hyphen=True)
    pages = [*flowing(10, 9, 4, lines=one), *flowing(10, 7, lines=two)]
    pages = book(*pages)
    known: dict[str, makeup.Judged] = {}

    def keep(name: str, judge: Callable[[], makeup.Judged]) -> makeup.Judged:
        assert name not in known
        return known.setdefault(name, judge())

    runs = (makeup.Run("c", 1), makeup.Run("still c", 2), makeup.Run("d", 2))
    assert makeup.examine(pages, composed=(), parts=makeup.Parts(runs, keep)) == makeup.examine(pages, composed=())
    assert [*known] == ["c\nstill c", "d"]
    again = makeup.Parts(runs, lambda name, _: known[name])
    assert makeup.examine(pages, composed=(), parts=again) == makeup.examine(pages, composed=())
