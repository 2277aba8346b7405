"""The HTML edition as its readers use it: from disk, with and without script, by keyboard, on phone, desk and paper."""

from typing import Any

import pytest

from tests.browser.site import look, write_site

pytestmark = [pytest.mark.browser, pytest.mark.validator]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return look(write_site(tmp_path_factory.mktemp("site")))


def test_pages_turn_to_the_end_and_back_without_script(seen: dict[str, Any]) -> None:
    way = ["part-one.html", "arrival.html", "ben-answers.html", "timeline.html", "colophon.html"]
    assert seen["turning"] == [*way, "timeline.html", "index.html"]


def test_a_note_is_one_step_away_and_so_is_the_text(seen: dict[str, Any]) -> None:
    there, back = "arrival.html#arrival.note-2", "arrival.html#arrival.noteref-2"
    assert seen["notes"] == {"there": there, "shown": True, "back": back}


def test_the_keyboard_gets_past_the_navigation_at_once(seen: dict[str, Any]) -> None:
    assert seen["keyboard"] == {"text": "Skip to the text", "visible": True, "focus": "text"}


def test_the_page_is_light_by_day_and_dark_by_night(seen: dict[str, Any]) -> None:
    (day_paper, day_ink), (night_paper, night_ink) = seen["schemes"]["light"], seen["schemes"]["dark"]
    assert day_paper > 230 > 60 > day_ink
    assert night_paper < 40 < 190 < night_ink


def test_lines_are_neither_long_nor_short(seen: dict[str, Any]) -> None:
    assert 38 <= seen["measure"]["390"] <= 50
    assert 62 <= seen["measure"]["1280"] <= 72
    assert 62 <= seen["measure"]["2200"] <= 72


def test_nothing_is_wider_than_the_window(seen: dict[str, Any]) -> None:
    assert {name: widths for name, widths in seen["reflow"].items() if any(widths)} == {}


def test_what_is_pressed_is_large_enough_for_a_finger(seen: dict[str, Any]) -> None:
    assert seen["targets"] == []


def test_paper_shows_the_text_alone_in_black(seen: dict[str, Any]) -> None:
    assert seen["paper"] == {"hidden": True, "ink": "rgb(0, 0, 0)", "printed": True}


def test_nothing_is_asked_from_elsewhere_and_nothing_goes_wrong(seen: dict[str, Any]) -> None:
    assert seen["elsewhere"] == []
    assert seen["complaints"] == []
