"""The command line's parser → a script that completes commands and options in a shell."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import shtab

if TYPE_CHECKING:
    from argparse import ArgumentParser

_PLACES: Final = {
    "bash": "~/.local/share/bash-completion/completions/bookforge",
    "zsh": "~/.zfunc/_bookforge",
    "fish": "~/.config/fish/completions/bookforge.fish",
}
_THEN: Final = {
    "zsh": "# and have these lines in ~/.zshrc: fpath=(~/.zfunc $fpath); autoload -Uz compinit && compinit\n",
}


def script(shell: str, parser: "ArgumentParser") -> str:
    """Give the script for ``bash``, ``zsh`` or ``fish``. Whatever takes a path completes file names."""
    for each in _with_commands(parser):
        for action in each._actions:
            if action.type is Path:
                # shtab looks for this attribute; argparse does not know it
                completed: Any = action
                completed.complete = shtab.FILE
    return _with_our_head(shtab.complete(parser, shell=shell), shell)


def _with_our_head(made: str, shell: str) -> str:
    """Replace the remarks of the script's head, which name another place than our help does."""
    head = f"# Made by: bookforge completion {shell}\n# Put it here: {_PLACES[shell]}\n{_THEN.get(shell, '')}\n"
    # zsh knows a completion by its first line
    return re.sub(r"\A(#compdef [^\n]*\n+)?(?:#[^\n]*\n|\n)*", lambda found: (found[1] or "") + head, made)


def _with_commands(parser: "ArgumentParser") -> Iterator["ArgumentParser"]:
    yield parser
    for action in parser._actions:
        if isinstance(action.choices, dict):
            for command in action.choices.values():
                yield from _with_commands(command)
