"""The JSON Schema and the manual say what the grammar says, and agree with the reader."""

import json
from pathlib import Path

import jsonschema
import pytest

from bookforge import yamlfile
from bookforge.manifest import schema
from bookforge.manifest.model import TABLES, ListOf, NamedBy, Shape, Table

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
GOOD = "title: T\nauthors: [A]\nlanguage: en\nchapters: [chapters/one.md]\n"


def validator() -> jsonschema.Draft202012Validator:
    made = schema.json_schema()
    jsonschema.Draft202012Validator.check_schema(made)
    return jsonschema.Draft202012Validator(made)


def is_valid(text: str) -> bool:
    return validator().is_valid(yamlfile.plain(yamlfile.load(text, "book.yaml")))


def test_schema_is_current() -> None:
    written = (DOCS / schema.SCHEMA_NAME).read_text(encoding="utf-8")
    assert written == schema.schema_text(), "run: python -m bookforge.manifest.schema --write docs"


def test_manual_is_current() -> None:
    manual = (DOCS / schema.MANUAL_NAME).read_text(encoding="utf-8")
    assert manual == schema.manual_text(manual), "run: python -m bookforge.manifest.schema --write docs"


def test_writing_both(tmp_path: Path) -> None:
    (tmp_path / schema.MANUAL_NAME).write_text(
        (DOCS / schema.MANUAL_NAME).read_text(encoding="utf-8"), encoding="utf-8"
    )
    assert schema.main(["--write", str(tmp_path)]) == 0
    assert json.loads((tmp_path / schema.SCHEMA_NAME).read_text(encoding="utf-8")) == schema.json_schema()


def test_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert schema.main([]) == 2
    assert "--write" in capsys.readouterr().err


def test_every_table_is_in_the_list() -> None:
    assert {table.name for table in reached(TABLES[0])} <= {table.name for table in TABLES}


def reached(shape: Shape) -> list[Table]:
    match shape:
        case Table():
            inner = [found for key in shape.keys for found in reached(key.shape)]
            return [shape, *inner, *(reached(shape.variant) if shape.variant else [])]
        case ListOf() | NamedBy():
            return reached(shape.of)
    return []


def test_help_is_one_sentence_with_a_full_stop() -> None:
    for table in TABLES:
        for key in table.keys:
            assert key.help.endswith("."), key
            assert "|" not in key.help, key


def test_examples_of_the_manual_are_valid() -> None:
    blocks = (DOCS / schema.MANUAL_NAME).read_text(encoding="utf-8").split("```yaml\n")[1:]
    texts = [block.split("\n```")[0] for block in blocks]
    whole = [text for text in texts if "\nauthors:" in text]
    assert len(whole) == 2
    for text in whole:
        validator().validate(yamlfile.plain(yamlfile.load(text, "book.yaml")))


@pytest.mark.parametrize(
    "more",
    [
        "",
        "subtitle: 1984\n",
        "voices: {her: {name: A}, justin: Justin}\n",
        "dates: {published: 2026, modified: 2026-11-01}\n",
        "editions: {p: {format: pdf, lines: 33, justify: true, font: x}}\n",
        "back-matter: [{role: timeline}, a.md, {path: b.md, when: 12}, {path: c.md, when: {date: 1999-05}}]\n",
        "subjects: [love, {bisac: BIO026000}]\n",
        "copyright-page: {credits: One, permissions: [A, B], year: 2026}\n",
    ],
)
def test_valid(more: str) -> None:
    assert is_valid(GOOD + more)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "title: T\n",
        GOOD + "titel: x\n",
        GOOD + "voices: {}\n",
        GOOD + "voices: {Her Self: x}\n",
        GOOD + "editions: {p: {layout: x}}\n",
        GOOD + "editions: {p: {format: docx}}\n",
        GOOD + "editions: {p: {format: pdf, x: [1]}}\n",
        GOOD + "back-matter: []\n",
        GOOD + "back-matter: [{path: a.md, role: chaptr}]\n",
        GOOD + "back-matter: [{part: A, chapters: [a.md]}]\n",
        GOOD + "back-matter: [/etc/passwd]\n",
        GOOD + "id: The Book\n",
        GOOD + "dates: {published: 1 May}\n",
        GOOD.replace("[chapters/one.md]", "[{part: A}]"),
        GOOD.replace("[chapters/one.md]", "[{part: A, chapters: [{part: B, chapters: [x.md]}]}]"),
    ],
)
def test_invalid(text: str) -> None:
    assert not is_valid(text)
