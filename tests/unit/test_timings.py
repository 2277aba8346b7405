"""Where the time goes: recorded, set as a table, drawn."""

import pytest
from lxml import etree

from bookforge import timings
from bookforge.timings import Recorder, Span


def recorded() -> Recorder:
    spans = [
        Span("read", 0, 0.5),
        Span("convert", 1, 0.25, "", "chapters/<one>.md"),
        Span("convert", 1, 0.25, "", "chapters/two.md", made=False),
        Span("plan", 2, 1, "paperback", "one"),
        Span("plan", 3, 0.5, "paperback", "one", made=False),
        Span("lay out", 4, 2, "paperback"),
    ]
    return Recorder(spans=spans)


def test_a_span_is_kept_also_when_its_work_fails() -> None:
    recorder = Recorder()
    with recorder.span("plan", "paperback", "one") as work:
        work.made = False
    with pytest.raises(ValueError, match="no"), recorder.span("read"):
        raise ValueError("no")
    first, second = recorder.spans
    assert (first.stage, first.edition, first.section, first.made) == ("plan", "paperback", "one", False)
    assert (second.stage, second.made) == ("read", True)
    assert min(first.seconds, second.seconds) >= 0


def test_the_table_sums_by_section_and_stage() -> None:
    lines = timings.table(recorded()).splitlines()
    assert lines[0].split() == ["read", "convert", "plan", "lay", "out"]
    rows = {" ".join(line.split()[:-1]): line.split()[-1] for line in lines[1:-2]}
    assert rows == {
        "the book": "0.500",
        "chapters/<one>.md": "0.250",
        "chapters/two.md": "0.250",
        "paperback one": "1.500",
        "paperback": "2.000",
    }
    assert lines[-2].split() == ["seconds", "in", "all", "0.500", "0.500", "1.500", "2.000"]
    assert lines[-1].endswith("2 were made, 2 were kept")


def test_what_is_drawn_inside_a_stage_is_counted_as_drawn() -> None:
    recorder = recorded()
    recorder.spans += [
        Span("draw", 2.5, 0.25, "paperback", "one"),
        Span("draw", 2.5, 0.25, "paperback", "two"),  # in a process of its own
        Span("draw", 5.0, 0.25, "paperback", "two"),
    ]
    with recorder.span("plan", "paperback", "two") as work:
        work.in_part = True
    lines = timings.table(recorder).splitlines()
    assert lines[0].split() == ["read", "convert", "plan", "lay", "out", "draw"]
    rows = {" ".join(line.split()[:2]): line.split() for line in lines[1:-2]}
    assert rows["paperback one"] == ["paperback", "one", "1.250", "0.250"]
    assert rows["paperback two"] == ["paperback", "two", "0.000", "0.500"]
    assert lines[-2].split()[-3:] == ["1.250", "1.750", "0.750"]
    assert lines[-1].endswith("3 were made (1 by the pages that changed), 2 were kept")


def test_the_picture_says_in_words_what_it_shows() -> None:
    root = etree.fromstring(timings.picture(recorded(), "Salt & Signal").encode())
    svg = "{http://www.w3.org/2000/svg}"
    assert root.findtext(f"{svg}title") == "Salt & Signal"
    told = [each.get("aria-label") for each in root.iter(f"{svg}g")]
    assert "chapters/<one>.md: convert 0.250 s" in told
    assert len(told) == 5
    widths = {
        each.get("class"): float(each.get("width", "0"))
        for each in root.iter(f"{svg}rect")
        if each.get("height") == "14"
    }
    assert widths["lay-out"] == pytest.approx(4 / 3 * widths["plan"], abs=0.2)


def test_nothing_at_all_is_no_failure() -> None:
    assert "took" in timings.table(Recorder())
    etree.fromstring(timings.picture(Recorder(), "x").encode())


@pytest.mark.parametrize("ground", ["#ffffff", "#161616"])
@pytest.mark.parametrize("colour", timings._COLOURS)
def test_every_colour_shows_in_light_and_dark(colour: str, ground: str) -> None:
    one, other = sorted((luminance(colour), luminance(ground)))
    assert (other + 0.05) / (one + 0.05) >= 3


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
