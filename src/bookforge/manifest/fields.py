"""YAML nodes and the grammar's tables into typed fields, gathering what does not fit."""

from dataclasses import dataclass, field

from bookforge.diagnostics import Diagnostic, Location, error
from bookforge.manifest.model import BOOK, Key, ListOf, NamedBy, OneOf, Scalar, Shape, Table
from bookforge.manifest.scalars import Wrong, check, did_you_mean, suggest
from bookforge.yamlfile import Kind, Node


@dataclass(frozen=True, slots=True)
class Text:
    """A single value as the book keeps it, and where it stands."""

    value: str
    at: Location


@dataclass(frozen=True, slots=True)
class Fields:
    """A mapping that was read by a table: only what is valid is in it."""

    table: Table
    at: Location
    values: dict[str, "Value"] = field(default_factory=dict)
    settings: dict[str, Node] = field(default_factory=dict)
    places: dict[str, Location] = field(default_factory=dict)

    def text(self, key: str) -> str | None:
        """Return a single value."""
        value = self.values.get(key)
        return value.value if isinstance(value, Text) else None

    def located(self, key: str) -> Text | None:
        """Return a single value with its place."""
        value = self.values.get(key)
        return value if isinstance(value, Text) else None

    def flag(self, key: str) -> bool | None:
        """Return a yes or no."""
        said = self.text(key)
        return None if said is None else said == "true"

    def fields(self, key: str) -> "Fields | None":
        """Return a mapping."""
        value = self.values.get(key)
        return value if isinstance(value, Fields) else None

    def all_fields(self, key: str) -> "tuple[Fields, ...]":
        """Return a list of mappings."""
        value = self.values.get(key)
        return tuple(v for v in value if isinstance(v, Fields)) if isinstance(value, tuple) else ()

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of single values."""
        value = self.values.get(key)
        return tuple(v.value for v in value if isinstance(v, Text)) if isinstance(value, tuple) else ()

    def named(self, key: str) -> "dict[str, Fields]":
        """Return mappings by the names the author gave them."""
        value = self.values.get(key)
        return value if isinstance(value, dict) else {}


Value = Text | Fields | tuple["Value", ...] | dict[str, Fields]


class FieldReader:
    """Reads nodes by the grammar; ``errors`` gathers what does not fit."""

    def __init__(self, errors: list[Diagnostic]) -> None:
        self.errors = errors

    def table(self, node: Node, table: Table, where: str) -> Fields | None:
        """Read a mapping, or the text that stands for one; ``where`` is what messages call it."""
        if node.kind is not Kind.MAPPING:
            return self._short(node, table, where)
        variant = table.variant
        if variant and node.get(variant.keys[0].name):
            table, where = variant, f"this {variant.name}"
        elif table.name == "entry" and (part := node.get("part")):
            hint = "parts stand in 'chapters' only, one after the other; move it there"
            self._wrong("part-placed", "a part cannot stand here", part.at, hint)
            return None
        fields = Fields(table, node.at)
        meant: set[str] = set()
        for name, value in node.pairs:
            fields.places[name.text] = name.at
            key = table.key(name.text)
            if key is not None:
                self._keep(fields, key, value)
            elif table.settings and name.text:
                self._setting(fields, name.text, value)
            else:
                meant.add(self._unknown(name, table))
        for key in table.keys:
            if key.required and key.name not in fields.places and key.name not in meant:
                self._missing(key, fields, where)
        return fields

    def value(self, node: Node, shape: Shape, where: str) -> Value | None:
        """Read a value of any shape; ``None`` when it does not fit."""
        match shape:
            case Scalar():
                return self.scalar(node, shape, where)
            case ListOf():
                return self._list(node, shape, where)
            case OneOf():
                return self._one_of(node, shape, where)
            case NamedBy():
                return self._named(node, shape, where)
            case Table():
                return self.table(node, shape, where)

    def scalar(self, node: Node, kind: Scalar, where: str) -> Text | None:
        """Read a single value."""
        if _is_empty(node):
            self._wrong("manifest-types", f"{where} has no value", node.at, "write one, or remove the key")
            return None
        if not node.is_scalar:
            hint = 'put the text in "quotes" if the brackets or the colon are part of it'
            self._wrong("manifest-types", f"{where} must be {_with_article(kind)}, not a {node.kind}", node.at, hint)
            return None
        found = check(kind, node.text)
        if isinstance(found, Wrong):
            self._wrong(found.rule, f"{where}: {found.message}", node.at, found.hint)
            return None
        return Text(found, node.at)

    def _one_of(self, node: Node, shape: OneOf, where: str) -> Text | None:
        found = self.scalar(node, Scalar.LINE, where)
        if found is None:
            return None
        word = found.value.lower()
        flag = check(Scalar.FLAG, word)
        if shape.flags is not None and isinstance(flag, str):
            word = shape.flags[flag == "false"]
        if word in shape.words:
            return Text(word, node.at)
        self._wrong("choice-known", f"{where} cannot be '{found.value}'", node.at, suggest(word, shape.words))
        return None

    def _wrong(self, rule: str, message: str, at: Location, hint: str | None) -> None:
        self.errors.append(error(rule, message, at, hint))

    def _keep(self, fields: Fields, key: Key, node: Node) -> None:
        value = self.value(node, key.shape, f"'{key.name}'")
        if value is not None:
            fields.values[key.name] = value

    def _setting(self, fields: Fields, name: str, node: Node) -> None:
        if not node.is_scalar or _is_empty(node):
            message = f"the setting '{name}' must be a single value"
            self._wrong("manifest-types", message, node.at, "write a text, a number, or true or false")
            return
        fields.settings[name] = node

    def _short(self, node: Node, table: Table, where: str) -> Fields | None:
        key = table.key(table.short) if table.short else None
        if key is None or not node.is_scalar or _is_empty(node):
            keys = ", ".join(f"'{key.name}'" for key in table.keys[:5])
            kind = _kind_in_words(node)
            message = f"{where} is {kind}, but must be a mapping with keys such as {keys}"
            self._wrong(
                "manifest-types", message, node.at, "write each key on a line of its own, indented, as 'key: value'"
            )
            return None
        fields = Fields(table, node.at, places={key.name: node.at})
        shape = Scalar.WHEN if table.name == "when" else key.shape
        value = self.value(node, shape, where)
        if value is not None:
            fields.values[key.name] = value
        for other in table.keys:
            if other.required and other is not key:
                self._missing(other, fields, where)
        return fields

    def _unknown(self, name: Node, table: Table) -> str:
        """Report a key that is not in the table; return the key that was probably meant, or nothing."""
        known = [key.name for key in table.keys]
        close = did_you_mean(name.text, known)
        if table.name == "chapter" and (name.text in {key.name for key in BOOK.keys} or name.text in _BOOK_WORDS):
            hint = "it belongs in book.yaml; the block of a chapter says nothing about the book"
        elif close:
            hint = f"did you mean '{close}'?"
        else:
            hint = f"the keys here are {', '.join(known)}"
        message = f"there is no key '{name.text}' in {_with_article(table.name)}"
        self._wrong("manifest-keys-known", message, name.at, hint)
        return close or ""

    def _missing(self, key: Key, fields: Fields, where: str) -> None:
        message = f"{where} has no '{key.name}'"
        self._wrong("manifest-keys-required", message, fields.at, f"add '{key.name}: …'")

    def _list(self, node: Node, shape: ListOf, where: str) -> Value | None:
        if node.kind is not Kind.LIST:
            if shape.single and not _is_empty(node):
                value = self.value(node, shape.of, where)
                return None if value is None else (value,)
            kind = _kind_in_words(node)
            hint = "put each item on a line of its own, beginning with '- ', or remove the key"
            self._wrong("manifest-types", f"{where} is {kind}, but must be a list", node.at, hint)
            return None
        if not node.items:
            self._wrong("manifest-types", f"{where} is an empty list", node.at, "add an item, or remove the key")
            return None
        one = f"an item of {where}"
        values = (self.value(item, shape.of, one) for item in node.items)
        return tuple(value for value in values if value is not None)

    def _named(self, node: Node, shape: NamedBy, where: str) -> Value | None:
        if node.kind is not Kind.MAPPING or not node.pairs:
            message = f"{where} must hold at least one {shape.what} under a name of its own"
            self._wrong(
                "manifest-types", message, node.at, f"write 'name:' and below it, indented, what the {shape.what} is"
            )
            return None
        read: dict[str, Fields] = {}
        for name, value in node.pairs:
            known = self.scalar(name, Scalar.ID, f"the name of {_with_article(shape.what)}")
            fields = self.table(value, shape.of, f"the {shape.what} '{name.text}'")
            if known and fields:
                read[known.value] = fields
        return read


_BOOK_WORDS = frozenset({"author", "date", "isbn", "cover-image", "keywords", "lang"})


def _is_empty(node: Node) -> bool:
    """Say whether nothing is given; ``Null`` may be a title."""
    return node.kind is Kind.NULL and node.text in {"", "~", "null"}


def _kind_in_words(node: Node) -> str:
    if _is_empty(node):
        return "empty"
    return "text" if node.is_scalar else f"a {node.kind}"


def _with_article(words: str) -> str:
    if words in {Scalar.LINE, Scalar.PROSE, Scalar.FLAG, "dates"}:
        return str(words)
    if words in {BOOK.name, "series", "cover", "copyright-page"}:
        return {"book": "book.yaml"}.get(words, f"'{words}'")
    return f"an {words}" if words[0] in "aeiouI" else f"a {words}"
