"""What can be typed or written is documented: commands, options, manifest keys, roles, rules."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bookforge import cli, printers
from bookforge.manifest.model import TABLES, Table
from bookforge.rules import RULES
from bookforge.semantics import Role

ROOT = Path(__file__).parents[1]
DOCS = {path.name: path.read_text("utf-8") for path in sorted((ROOT / "docs").glob("*.md"))}
ALL = "\n".join([(ROOT / "README.md").read_text("utf-8"), *DOCS.values()])
RULES_HEAD = """# Rules

Every message ends with the id of a rule in brackets. Each rule says what should be true of a book, of an edition, or of
the machine; the message says where it is not, and what to do. This page is made from `src/bookforge/rules.py`
(`pytest tests/test_documented.py --update-golden`).

| rule | what should be true |
| --- | --- |
"""
COMMANDS_HEAD = """# Commands

`bookforge COMMAND --help` says the same in the terminal. Exit status: 0 good, 1 the book has errors, 2 the command was
wrong, 3 this machine lacks something. This page is made from the command line's own description
(`pytest tests/test_documented.py --update-golden`).
"""
PRINTERS_HEAD = """# Printers: what each asks for

Every number that bookforge knows of a printer, who says so, and when it was read; [printing](printing.md) says what is
made of it. Profiles extend `generic`, so a value that is missing here is the one of `generic`. Printers change their
rules: where a date is old, look at the printer's own pages. This page is made from the files in
`src/bookforge/printers/` (`pytest tests/test_documented.py --update-golden`).
"""
KINDS = {
    "printer": "the printer's own page",
    "copy": "the printer's rules as somebody else passes them on",
    "dated": "an old page of the printer's",
    "trade": "trade knowledge, to be confirmed",
    "ours": "bookforge's own choice",
}
COMMANDS: dict[str, Any] = {
    name: command
    for action in cli.parser()._actions
    if isinstance(action.choices, dict)
    for name, command in action.choices.items()
}


def rules_page() -> str:
    return RULES_HEAD + "".join(f"| `{rule}` | {sentence} |\n" for rule, sentence in sorted(RULES.items()))


def commands_page() -> str:
    return COMMANDS_HEAD + "".join(map(command_section, COMMANDS))


def command_section(name: str) -> str:
    command = COMMANDS[name]
    rows = [row(action) for action in command._actions if "--help" not in action.option_strings]
    examples = f"\n```\n{command.epilog.strip()}\n```\n" if command.epilog else ""
    return f"\n## bookforge {name}\n\n{command.description}\n\n| argument | |\n| --- | --- |\n{''.join(rows)}{examples}"


def row(action: Any) -> str:
    name = " ".join(action.option_strings) or action.metavar or action.dest
    if action.option_strings and action.nargs != 0:
        name += f" {action.metavar or ' or '.join(action.choices or [action.dest.upper()])}"
    help_text = action.help or f"one of {', '.join(action.choices)}"
    again = "; may be given again" if type(action).__name__ == "_AppendAction" else ""
    return f"| `{name}` | {help_text}{again} |\n"


def printers_page() -> str:
    said: dict[str, dict[str, Any]] = {
        name: {fact.key: fact for fact in printers.find(name).facts} for name in printers.NAMES
    }
    ground = said["generic"]
    sections = []
    for name in ("generic", *(each for each in printers.NAMES if each != "generic")):
        facts = [fact for fact in said[name].values() if name == "generic" or fact != ground[fact.key]]
        rows = "".join(fact_row(fact) for fact in facts)
        title = printers.find(name).title
        sections.append(
            f"\n## {name}: {title}\n\n| key | value | who says so | read |\n| --- | --- | --- | --- |\n{rows}"
        )
    return PRINTERS_HEAD + "".join(sections) + sources_section()


def fact_row(fact: Any) -> str:
    value = "<br>".join(fact.value.split("; "))
    note = f"<br>*{fact.note}*" if fact.note else ""
    sources = ", ".join(f"[{key}](#sources)" for key in fact.sources)
    return f"| `{fact.key}` | {value}{note} | {sources} | {fact.date} |\n"


def sources_section() -> str:
    rows = "".join(
        f"| {key} | {source.title} | {KINDS[source.kind]} | {source.address and f'<{source.address}>'} |\n"
        for key, source in printers.sources().items()
    )
    return f"\n## Sources\n\n| key | what | kind | address |\n| --- | --- | --- | --- |\n{rows}"


FENCED = re.compile(r"^ *```.*?^ *```", flags=re.DOTALL | re.MULTILINE)
INLINE = re.compile(r"(`+)(.+?)\1(?!`)")


def code(text: str) -> set[str]:
    """Give what stands in code font, in fenced blocks and in lines, word by word."""
    spans = [*FENCED.findall(text), *(found[1] for found in INLINE.findall(FENCED.sub("", text)))]
    return {word.strip("`,:=[]{}()") for span in spans for word in span.split()}


def without_code(text: str) -> str:
    return INLINE.sub("", FENCED.sub("", text))


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_each_manifest_key_is_documented(table: Table) -> None:
    assert {key.name for key in table.keys} - code(DOCS["manifest.md"]) == set()


def test_each_role_is_documented() -> None:
    assert {role.value for role in Role} - code(ALL) == set()


@pytest.mark.parametrize(
    ("name", "make"), [("rules.md", rules_page), ("commands.md", commands_page), ("printers.md", printers_page)]
)
def test_the_pages_made_from_the_program_are_current(name: str, make: Callable[[], str], update_golden: bool) -> None:
    path = ROOT / "docs" / name
    if update_golden:
        path.write_text(make(), "utf-8")
    assert path.read_text("utf-8") == make()


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
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", without_code(page.read_text("utf-8")))
        if not re.match(r"[a-z]+:", target) and not (page.parent / target).exists()
    ]
    assert dead == []
