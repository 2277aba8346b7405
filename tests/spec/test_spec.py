"""Every example of ``tests/spec/*.md`` becomes what it says, and the authors' table is one of them row by row."""

import re

import pytest
from lxml import etree

from tests.spec import cases
from tests.spec.cases import Case

CASES = [case for file in sorted(cases.FOLDER.glob("*.md")) for case in cases.read(file)]
TABLE = cases.FOLDER.parents[1] / "docs" / "authoring.md"


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.file}: {case.name}")
def test_example(case: Case) -> None:
    body, facts = cases.render(case.markdown)
    assert body == case.body
    assert facts == case.facts


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.file}: {case.name}")
def test_body_is_well_formed(case: Case) -> None:
    etree.fromstring(f"<div>{case.body}</div>")


def test_names_are_unique() -> None:
    names = [(case.file, case.name) for case in CASES]
    assert len(names) == len(set(names))


def _rows() -> list[tuple[str, str]]:
    """Return the rows of the authors' table: what it is called and what is typed, blank lines left out."""
    rows = []
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)]
        if len(cells) != 5 or not cells[2].startswith("`"):
            continue
        typed = [re.sub(r"\A(?:`` (.*) ``|`(.*)`)\Z", r"\1\2", part) for part in cells[2].split("<br>")]
        rows.append((cells[1], "\n".join(typed).replace("\\|", "|")))
    return rows


def test_the_authors_table_is_tested() -> None:
    tested = [
        (case.name, "\n".join(line for line in case.markdown.splitlines() if line.strip()))
        for case in CASES
        if case.file == "authoring"
    ]
    assert _rows() == tested
