"""The command line's parser → a script that completes commands and options in a shell."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import shtab

if TYPE_CHECKING:
    from argparse import ArgumentParser


def script(shell: str, parser: "ArgumentParser") -> str:
    """Give the script for ``bash``, ``zsh`` or ``fish``. Whatever takes a path completes file names."""
    for each in _with_commands(parser):
        for action in each._actions:
            if action.type is Path:
                # shtab looks for this attribute; argparse does not know it
                completed: Any = action
                completed.complete = shtab.FILE
    return shtab.complete(parser, shell=shell)


def _with_commands(parser: "ArgumentParser") -> Iterator["ArgumentParser"]:
    yield parser
    for action in parser._actions:
        if isinstance(action.choices, dict):
            for command in action.choices.values():
                yield from _with_commands(command)
