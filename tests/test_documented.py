"""What can be typed or written is documented: commands, options, manifest keys, roles, rules."""

import re
from pathlib import Path

import pytest

from bookforge import cli
from bookforge.manifest.model import TABLES, Table
from bookforge.rules import RULES
from bookforge.semantics import Role

ROOT = Path(__file__).parents[1]
DOCS = {path.name: path.read_text("utf-8") for path in sorted((ROOT / "docs").glob("*.md"))}
ALL = "\n".join([(ROOT / "README.md").read_text("utf-8"), *DOCS.values()])
RULES_PAGE = ROOT / "docs" / "rules.md"
RULES_HEAD = """# Rules

Every message ends with the id of a rule in brackets. Each rule says what should be true of a book, of an edition, or of
the machine; the message says where it is not, and what to do. This page is made from `src/bookforge/rules.py`
(`pytest tests/test_documented.py --update-golden`).

| rule | what should be true |
| --- | --- |
"""
COMMANDS = {
    name: {option for each in command._actions for option in each.option_strings if option.startswith("--")}
    - {"--help"}
    for action in cli.parser()._actions
    if isinstance(action.choices, dict)
    for name, command in action.choices.items()
}


def code(text: str) -> set[str]:
    """Give what stands in code font, in the text and in fenced blocks, word by word."""
    spans = re.findall(r"```.*?```|`[^`]+`", text, flags=re.DOTALL)
    return {word.strip("`,:=[]{}()") for span in spans for word in span.split()}


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_and_option_is_documented(command: str) -> None:
    assert f"bookforge {command}" in ALL
    assert COMMANDS[command] - code(ALL) == set()


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_each_manifest_key_is_documented(table: Table) -> None:
    assert {key.name for key in table.keys} - code(DOCS["manifest.md"]) == set()


def test_each_role_is_documented() -> None:
    assert {role.value for role in Role} - code(ALL) == set()


def test_each_rule_is_documented(update_golden: bool) -> None:
    page = RULES_HEAD + "".join(f"| `{rule}` | {sentence} |\n" for rule, sentence in sorted(RULES.items()))
    if update_golden:
        RULES_PAGE.write_text(page, "utf-8")
    assert RULES_PAGE.read_text("utf-8") == page


@pytest.mark.parametrize("target", ["book", "test", "doctor"])
def test_the_make_targets_of_the_readme_exist(target: str) -> None:
    assert f"make {target}" in ALL
    assert re.search(rf"^{target}:.*## ", (ROOT / "Makefile").read_text("utf-8"), flags=re.MULTILINE)


def test_links_of_the_documentation_lead_somewhere() -> None:
    pages = [ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "LICENSE-EXCEPTION.md", *ROOT.glob("*/*.md")]
    pages = [page for page in pages if ".venv" not in page.parts and page.parent.name != "chapters"]
    dead = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in re.findall(
            r"\]\(([^)#\s]+)[^)]*\)", re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
        )
        if not re.match(r"[a-z]+:", target) and not (page.parent / target).exists()
    ]
    assert dead == []
