"""YAML text into nodes that know their line and column; the only module that imports PyYAML.

Scalars stay as typed, with the type YAML 1.1 would give them, so ``language: no`` and ``title: 1984`` keep their
words. No tag is resolved and nothing is constructed. Limits hold before aliases are followed.
"""

import enum
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import yaml

from bookforge import textfile
from bookforge.diagnostics import Diagnostic, Location, ManifestError, error
from bookforge.yamladvice import Fault, explain

MAX_BYTES: Final = 1_000_000
MAX_DEPTH: Final = 20
MAX_NODES: Final = 20_000


DECIMAL: Final = re.compile(r"[-+]?[0-9]{1,15}(\.[0-9]{1,15})?")

Plain = None | bool | int | float | str | list["Plain"] | dict[str, "Plain"]


class Kind(enum.StrEnum):
    """What a node is; the scalar kinds are the types YAML 1.1 gives plain text."""

    TEXT = "text"
    INT = "integer"
    FLOAT = "number"
    BOOL = "yes or no"
    DATE = "date"
    NULL = "nothing"
    LIST = "list"
    MAPPING = "mapping"


@dataclass(frozen=True, slots=True)
class Node:
    """A value of a YAML file and where it begins.

    ``text`` is a scalar as typed, without its quotes. ``items`` are those of a list, ``pairs`` those of a mapping, in
    order, keys unique.
    """

    kind: Kind
    at: Location
    text: str = ""
    items: tuple["Node", ...] = ()
    pairs: tuple[tuple["Node", "Node"], ...] = ()

    @property
    def is_scalar(self) -> bool:
        """Whether the node holds text (or nothing)."""
        return self.kind not in (Kind.LIST, Kind.MAPPING)

    def get(self, key: str) -> "Node | None":
        """Return the value at a key of a mapping."""
        return next((value for name, value in self.pairs if name.text == key), None)


_KINDS: Final = {
    "tag:yaml.org,2002:str": Kind.TEXT,
    "tag:yaml.org,2002:int": Kind.INT,
    "tag:yaml.org,2002:float": Kind.FLOAT,
    "tag:yaml.org,2002:bool": Kind.BOOL,
    "tag:yaml.org,2002:timestamp": Kind.DATE,
    "tag:yaml.org,2002:null": Kind.NULL,
}
_CUT: Final = re.compile(r" *#\w")
_RESOLVER: Final = yaml.resolver.Resolver()


@lru_cache(maxsize=128)
def load(text: str | bytes, path: str, first_line: int = 1) -> Node:
    """Return the one document of a YAML text; an empty text is a node of kind ``NULL``.

    ``first_line`` is the line of the file at which ``text`` begins. A process that stays reads the same text once.
    Errors, all that YAML lets us find in one run: file-size, text-characters, text-encoding, yaml-keys-unique,
    yaml-limits, yaml-plain, yaml-syntax.
    """
    found = textfile.decode(text, path) if isinstance(text, bytes) else textfile.unusable_character(text, path) or text
    if isinstance(found, Diagnostic):
        raise ManifestError(_lower(found, first_line - 1))
    if len(found) > MAX_BYTES:
        message = f"this file is larger than {MAX_BYTES // 1_000_000} MB"
        raise ManifestError(error("file-size", message, Location(path), "long texts belong into chapter files"))
    return _Composer(found, path, first_line).document()


def items(node: Node) -> Iterator[tuple[str, Node]]:
    """Yield the keys and values of a mapping; nothing for any other node."""
    for key, value in node.pairs:
        yield key.text, value


def plain(node: Node) -> Plain:
    """Return a node as plain Python values, by YAML 1.1's types except that dates stay text."""
    match node.kind:
        case Kind.LIST:
            return [plain(item) for item in node.items]
        case Kind.MAPPING:
            return {key: plain(value) for key, value in items(node)}
        case Kind.NULL:
            return None
        case Kind.BOOL:
            return node.text.lower() in {"yes", "true", "on"}
        case Kind.INT if DECIMAL.fullmatch(node.text):
            return int(node.text)
        case Kind.FLOAT if DECIMAL.fullmatch(node.text):
            return float(node.text)
    return node.text


def _lower(found: Diagnostic, lines: int) -> Diagnostic:
    """Return a finding moved down, for a text that is a part of a file."""
    at = found.at
    if at is None or at.line is None:
        return found
    return error(found.rule, found.message, Location(at.path, at.line + lines, at.column), found.hint)


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not come yet."""

    at: Location
    kind: Kind
    anchor: str | None
    nodes: list[Node] = field(default_factory=list)
    size: int = 1
    height: int = 1


@dataclass(frozen=True, slots=True)
class _Anchor:
    node: Node
    size: int
    height: int


class _Composer:
    """Builds nodes from PyYAML's events, without recursion, so that no depth and no alias can hurt."""

    def __init__(self, text: str, path: str, first_line: int) -> None:
        self.text = text
        self.path = path
        self.first_line = first_line
        self.starts = textfile.line_starts(text)
        self.errors: list[Diagnostic] = []
        self.stack: list[_Open] = [_Open(Location(path, first_line, 1), Kind.LIST, None)]
        self.anchors: dict[str, _Anchor | None] = {}

    def document(self) -> Node:
        try:
            for event in self.events():
                self.take(event)
        except yaml.MarkedYAMLError as problem:
            self.errors.append(self.syntax_error(problem))
        if self.errors:
            raise ManifestError(*sorted(self.errors, key=_where))
        root = self.stack[0].nodes
        return root[0] if root else Node(Kind.NULL, self.stack[0].at)

    def events(self) -> Iterator[yaml.Event]:
        loader = yaml.SafeLoader(self.text)
        try:
            while loader.check_event():
                yield loader.get_event()  # type: ignore[no-untyped-call]
        finally:
            loader.dispose()

    def location(self, mark: Any) -> Location:
        assert mark is not None
        return textfile.location(self.path, self.starts, min(mark.index, len(self.text)), self.first_line)

    def take(self, event: yaml.Event) -> None:
        at = self.location(event.start_mark)
        match event:
            case yaml.DocumentStartEvent():
                if self.stack[0].nodes:
                    raise ManifestError(*self.errors, _second_document(at))
            case yaml.ScalarEvent():
                self.check_plain(event.tag, event.value, at)
                self.check_comment(event)
                self.add(Node(self.scalar_kind(event), at, event.value), event.anchor, 1, 1)
            case yaml.AliasEvent():
                self.follow(str(event.anchor), at)
            case yaml.CollectionStartEvent():
                self.begin(event, at)
            case yaml.CollectionEndEvent():
                self.end()

    def begin(self, event: yaml.CollectionStartEvent, at: Location) -> None:
        self.check_plain(event.tag, "", at)
        kind = Kind.LIST if isinstance(event, yaml.SequenceStartEvent) else Kind.MAPPING
        if event.anchor:
            self.anchors[event.anchor] = None
        self.stack.append(_Open(at, kind, event.anchor))
        self.limit(len(self.stack) - 1 > MAX_DEPTH, f"this is nested more than {MAX_DEPTH} levels deep", at)

    def end(self) -> None:
        closed = self.stack.pop()
        if closed.kind is Kind.LIST:
            node = Node(Kind.LIST, closed.at, items=tuple(closed.nodes))
        else:
            pairs = tuple(zip(closed.nodes[::2], closed.nodes[1::2], strict=True))
            node = Node(Kind.MAPPING, closed.at, pairs=self.unique(pairs))
        self.add(node, closed.anchor, closed.size, closed.height)

    def add(self, node: Node, anchor: str | None, size: int, height: int) -> None:
        """Put a finished node into the open collection; ``size`` and ``height`` count with aliases followed."""
        if anchor:
            self.anchors[anchor] = _Anchor(node, size, height)
        around = self.stack[-1]
        around.nodes.append(node)
        around.size += size
        around.height = max(around.height, height + 1)
        self.limit(around.size > MAX_NODES, f"there are more than {MAX_NODES} values in this file", node.at)
        self.limit(
            len(self.stack) - 1 + height > MAX_DEPTH + 1, f"this is nested more than {MAX_DEPTH} levels deep", node.at
        )

    def follow(self, name: str, at: Location) -> None:
        if name not in self.anchors:
            hint = f"put the text in quotes if the * is part of it; an alias needs an anchor &{name} before it"
            self.errors.append(error("yaml-plain", f"*{name} stands for nothing in this file", at, hint))
            self.stack[-1].nodes.append(Node(Kind.NULL, at))
            return
        target = self.anchors[name]
        if target is None:
            message = f"*{name} would contain itself"
            raise ManifestError(*self.errors, error("yaml-limits", message, at, "write the value out instead"))
        self.add(target.node, None, target.size, target.height)

    def check_plain(self, tag: str | None, text: str, at: Location) -> None:
        if tag is not None:
            hint = "put the text in quotes if the ! is part of it, else leave the tag out"
            self.errors.append(
                error("yaml-plain", "this value begins with a YAML tag, which is not used here", at, hint)
            )
        if found := textfile.UNUSABLE.search(text):
            message = f"this value holds {textfile.name(found.group())}"
            self.errors.append(error("text-characters", message, at, "take the escape out of the quoted text"))

    def check_comment(self, event: yaml.ScalarEvent) -> None:
        """Refuse a comment that looks like the rest of the text, as in ``title: Room #9``."""
        cut = _CUT.match(self.text, event.end_mark.index) if event.end_mark else None
        if cut and event.style is None:
            at = textfile.location(self.path, self.starts, cut.end() - 2, self.first_line)
            hint = "put the text in quotes if the # is part of it, or a space after the # if this is a remark"
            self.errors.append(error("yaml-plain", "everything from this # on is left out of the text", at, hint))

    def scalar_kind(self, event: yaml.ScalarEvent) -> Kind:
        if not event.implicit[0]:
            return Kind.TEXT
        tag = _RESOLVER.resolve(yaml.ScalarNode, event.value, event.implicit)  # type: ignore[no-untyped-call]
        return _KINDS.get(tag, Kind.TEXT)

    def unique(self, pairs: tuple[tuple[Node, Node], ...]) -> tuple[tuple[Node, Node], ...]:
        seen: dict[str, Node] = {}
        kept: list[tuple[Node, Node]] = []
        for key, value in pairs:
            if not key.is_scalar:
                hint = "a key is one word before a colon; put text with brackets in quotes"
                self.errors.append(error("yaml-plain", "a list or mapping cannot be a key", key.at, hint))
            elif key.text == "<<":
                self.errors.append(
                    error("yaml-plain", "merge keys (<<) are not used here", key.at, "write the keys out")
                )
            elif key.text in seen:
                message = f"the key '{key.text}' is given twice"
                hint = f"it is given first at line {seen[key.text].at.line}; keep one of them"
                self.errors.append(error("yaml-keys-unique", message, key.at, hint))
            else:
                seen[key.text] = key
                kept.append((key, value))
        return tuple(kept)

    def limit(self, broken: bool, message: str, at: Location) -> None:
        if broken:
            hint = "a book needs far less; look for aliases (*name) or brackets that were not meant"
            raise ManifestError(*self.errors, error("yaml-limits", message, at, hint))

    def syntax_error(self, problem: yaml.MarkedYAMLError) -> Diagnostic:
        mark = problem.problem_mark or problem.context_mark
        offset = min(mark.index, len(self.text)) if mark else 0
        start = min(problem.context_mark.index, len(self.text)) if problem.context_mark else offset
        finding = explain(Fault(self.text, self.starts, offset, start, problem.problem or "", problem.context or ""))
        at = textfile.location(self.path, self.starts, finding.offset, self.first_line)
        return error("yaml-syntax", finding.message, at, finding.hint)


def _where(found: Diagnostic) -> tuple[int, int]:
    return (found.at.line or 0, found.at.column or 0) if found.at else (0, 0)


def _second_document(at: Location) -> Diagnostic:
    message = "a second YAML document begins here"
    return error("yaml-plain", message, at, "remove the line with the three hyphens")
