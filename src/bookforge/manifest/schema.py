"""The manifest's grammar into a JSON Schema for editors, and into the tables of ``docs/manifest.md``.

``python -m bookforge.manifest.schema --write docs`` writes both.
"""

import json
import re
import sys
import textwrap
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from bookforge.edition import BINDINGS, Format
from bookforge.manifest.model import BOOK, PART, TABLES, ListOf, NamedBy, OneOf, Scalar, Shape, Table
from bookforge.manifest.relators import COMMON
from bookforge.manifest.slugs import SLUG
from bookforge.measure import NAMED
from bookforge.semantics import Role

SCHEMA_NAME: Final = "book.schema.json"
MANUAL_NAME: Final = "manifest.md"

_DATE: Final = r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"
_TEXT: Final[dict[str, Any]] = {"type": ["string", "number"]}
_SIMPLE: Final[dict[str, Any]] = {"type": ["string", "number", "boolean"]}
_YEAR: Final[dict[str, Any]] = {"type": "integer", "minimum": 1000, "maximum": 9999}
_WORD: Final[dict[str, Any]] = {"type": "string", "minLength": 1}
_SLUG: Final[dict[str, Any]] = {"type": "string", "pattern": f"^{SLUG.pattern}$"}

_SCALARS: Final[dict[Scalar, dict[str, Any]]] = {
    Scalar.LINE: _TEXT,
    Scalar.PROSE: _TEXT,
    Scalar.FLAG: {"type": "boolean"},
    Scalar.DATE: {"anyOf": [{"type": "string", "pattern": _DATE}, _YEAR]},
    Scalar.WHEN: {"anyOf": [{"type": "string", "pattern": _DATE}, {"type": "integer", "maximum": 9999}]},
    Scalar.ORDER: {"type": "integer"},
    Scalar.LANGUAGE: {"type": "string", "pattern": "^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$"},
    Scalar.ID: _SLUG,
    Scalar.PATH: {"type": "string", "minLength": 1, "not": {"pattern": r"^[/~]|\\"}},
    Scalar.PART: _TEXT,
    Scalar.ROLE: {"enum": [role.value for role in Role if role is not Role.PART]},
    Scalar.RELATOR: {"type": "string", "pattern": "^[a-z]{3}$"},
    Scalar.VOICE: _WORD,
    Scalar.FORMAT: {"enum": [format_.value for format_ in Format]},
    Scalar.EDITION: _WORD,
    Scalar.TRIM_SIZE: {"type": "string", "examples": ["5.5x8.5in", "140x216mm", *NAMED]},
    Scalar.LENGTH: {"type": "string", "examples": ["12.93in", "328.4mm"]},
    Scalar.COUNT: {"type": "integer", "minimum": 1},
    Scalar.PRICE: {"type": ["string", "integer"]},
    Scalar.BINDING: {"enum": list(BINDINGS)},
    Scalar.ISBN: {"type": ["string", "integer"]},
    Scalar.BISAC: {"type": "string", "pattern": "^[A-Za-z]{3}[0-9]{6}$"},
    Scalar.THEMA: {"type": ["string", "integer"]},
}


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of ``book.yaml``: shapes, not what needs the folder or arithmetic."""
    tables = [table for table in TABLES if table is not BOOK and table.name != "chapter"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "book.yaml",
        **_object(BOOK),
        "$defs": {table.name: _object(table) for table in tables},
    }


def schema_text() -> str:
    """Return the JSON Schema as it is written to ``docs/book.schema.json``."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def manual_text(manual: str) -> str:
    """Return the manual with everything between its markers made afresh from the program's own tables."""
    made = {f"keys of {table.name}": _rows(table) for table in TABLES}
    made["trim sizes"] = _listed(f"`{name}` ({size})" for name, size in NAMED.items())
    made["relators"] = _listed(f"`{code}` {words}" for code, words in COMMON.items())
    made["roles"] = _listed(f"`{role}`" for role in Role if role is not Role.PART)
    for name, content in made.items():
        markers = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        manual, found = markers.subn(lambda match, content=content: f"{match[1]}{content}{match[2]}", manual)  # type: ignore[misc]
        assert found == 1, f"the manual has {found} places for {name}"
    return manual


def _listed(words: Iterable[str]) -> str:
    lines = textwrap.wrap(", ".join(words) + ".", 120, break_long_words=False, break_on_hyphens=False)
    return "\n".join([*lines, ""])


def _object(table: Table) -> dict[str, Any]:
    return {
        "description": table.help.replace("`", ""),
        "type": "object",
        "properties": {
            key.name: {"description": key.help.replace("`", ""), **_schema(key.shape)} for key in table.keys
        },
        "required": [key.name for key in table.keys if key.required],
        "additionalProperties": _SIMPLE if table.settings else False,
    }


def _schema(shape: Shape) -> dict[str, Any]:
    match shape:
        case Scalar():
            return _SCALARS[shape]
        case OneOf():
            words: dict[str, Any] = {"enum": list(shape.words)}
            return {"anyOf": [words, {"type": "boolean"}]} if shape.flags else words
        case ListOf():
            many: dict[str, Any] = {"type": "array", "minItems": 1, "items": _schema(shape.of)}
            return {"anyOf": [many, _schema(shape.of)]} if shape.single else many
        case NamedBy():
            return {
                "type": "object",
                "minProperties": 1,
                "propertyNames": {"pattern": _SLUG["pattern"]},
                "additionalProperties": _schema(shape.of),
            }
        case Table():
            return _reference(shape)


def _reference(table: Table) -> dict[str, Any]:
    options: list[dict[str, Any]] = [{"$ref": f"#/$defs/{table.name}"}]
    if table.variant:
        options.append({"$ref": f"#/$defs/{table.variant.name}"})
    if key := table.key(table.short) if table.short else None:
        options.append(_schema(Scalar.WHEN if table.name == "when" else key.shape))
    return {"anyOf": options} if len(options) > 1 else options[0]


def _rows(table: Table) -> str:
    lines = ["", table.help, "", "| Key | Value | |", "| --- | --- | --- |"]
    for key in table.keys:
        needed = " **Required.**" if key.required else ""
        lines.append(f"| `{key.name}` | {_type(key.shape)} | {key.help}{needed} |")
    return "\n".join([*lines, "", ""])


def _type(shape: Shape) -> str:
    match shape:
        case Scalar():
            return shape.value
        case OneOf():
            return "one of " + ", ".join(f"`{word}`" for word in shape.words)
        case ListOf():
            return f"list of: {_type(shape.of)}"
        case NamedBy():
            return f"[{shape.of.name}](#{shape.of.name})s by name"
        case Table():
            other = f" or [{PART.name}](#{PART.name})" if shape.variant else ""
            return f"[{shape.name}](#{shape.name}){other}"


def main(arguments: list[str]) -> int:
    """Write schema and manual into a folder, or say how."""
    if len(arguments) != 2 or arguments[0] != "--write":
        sys.stderr.write("usage: python -m bookforge.manifest.schema --write docs\n")
        return 2
    folder = Path(arguments[1])
    manual = folder / MANUAL_NAME
    (folder / SCHEMA_NAME).write_text(schema_text(), encoding="utf-8", newline="\n")
    manual.write_text(manual_text(manual.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
