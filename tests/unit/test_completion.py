"""The completion scripts hold every command and option, and their shells can read them."""

import shutil
import subprocess

import pytest

from bookforge import cli, completion


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_command_and_option_is_there(shell: str) -> None:
    script = completion.script(shell, cli.parser())
    for word in ("build", "check", "new", "stats", "doctor", "completion", "edition", "output", "release", "epub"):
        assert word in script


def test_bash_completes() -> None:
    program = shutil.which("bash")
    if program is None:
        pytest.skip("no bash here")
    script = completion.script("bash", cli.parser())
    ask = 'COMP_WORDS=(bookforge build --fo); COMP_CWORD=2; _shtab_bookforge 2>/dev/null; echo "${COMPREPLY[@]}"'
    done = subprocess.run([program], input=f"{script}\n{ask}\n", capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["--format"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_head_says_where_to_put_it(shell: str) -> None:
    head = completion.script(shell, cli.parser()).split("\n\n_shtab")[0].split("\n\nfunction")[0]
    assert head.startswith("#compdef bookforge\n" if shell == "zsh" else "# Made by")
    assert head.count("# Put it here: ~/") == 1
    assert "shtab" not in head
