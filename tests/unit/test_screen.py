"""What a person sees while a command works: one line that changes, and only on a terminal that can do that."""

import io
import sys
from collections.abc import Mapping
from types import MappingProxyType

import pytest

from bookforge import cli


class Stream(io.StringIO):
    def __init__(self, is_terminal: bool) -> None:
        super().__init__()
        self.is_terminal = is_terminal

    def isatty(self) -> bool:
        return self.is_terminal


def shown(
    monkeypatch: pytest.MonkeyPatch,
    terminal: bool = True,
    silent: bool = False,
    environment: Mapping[str, str] = MappingProxyType({}),
) -> str:
    for name, value in {"TERM": "xterm", "NO_COLOR": "", **environment}.items():
        monkeypatch.setenv(name, value)
    stream = Stream(terminal)
    monkeypatch.setattr(sys, "stderr", stream)
    screen = cli._Screen(silent)
    screen.say("making paperback")
    screen.tell("laying out paperback: 1 of 2 sections")
    screen.clear()
    return stream.getvalue()


def test_on_a_terminal_one_line_is_written_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    made = shown(monkeypatch)
    assert "\n" not in made
    lines = [line for line in made.split("\r\x1b[K") if line]
    assert lines == ["making paperback …", "laying out paperback: 1 of 2 sections …"]


@pytest.mark.parametrize(
    ("terminal", "environment"), [(False, {}), (True, {"TERM": "dumb"}), (True, {"NO_COLOR": "1"})]
)
def test_elsewhere_each_step_is_a_plain_line_and_nothing_is_counted(
    monkeypatch: pytest.MonkeyPatch, terminal: bool, environment: dict[str, str]
) -> None:
    assert shown(monkeypatch, terminal, environment=environment) == "making paperback\n"


def test_beside_json_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, silent=True) == ""
