"""WeasyPrint's unwritten PDF of some pages in, the same objects as plain data out: those that belong to these pages."""

import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pydyf  # type: ignore[import-untyped]

from bookforge.writers.assembly.drawn import ANNOTATION, MARK, NUMBER, REFERENCE, DrawnObject

_REFERENCE: Final = re.compile(rb"(\d+) 0 R")
_TABLE_IDS: Final = frozenset({"ID", "Headers"})
"""Where WeasyPrint 70 names cells of tables by the number of the table's object: unique in one PDF only."""

_IN_IDS: Final = re.compile(rb"\((\d+)-")
_LEVEL: Final = 6
"""How hard streams are compressed: more takes twice the time for a hundredth of the size."""


def compressed(data: bytes) -> bytes:
    """Compress a stream."""
    return zlib.compress(data, _LEVEL)


def content(stream: Any) -> bytes:
    """Return the operations of a stream as they are written."""
    return b"\n".join(map(_bytes, stream.stream))


def _bytes(value: Any) -> bytes:
    written: bytes = pydyf._to_bytes(value)
    return written


def references(value: Any) -> Iterator[int]:
    """Yield the numbers of the objects that a value refers to."""
    if isinstance(value, bytes):
        if found := _REFERENCE.fullmatch(value):
            yield int(found[1])
    elif isinstance(value, pydyf.Stream):
        yield from references(pydyf.Dictionary(value.extra))
    elif isinstance(value, pydyf.Dictionary):
        for each in value.values():
            yield from references(each)
    elif isinstance(value, pydyf.Array | list | tuple):
        for each in value:
            yield from references(each)


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes objects with markers for their references; annotations are known by their place in the parent tree."""

    annotations: Mapping[int, int]

    def objects(self, pdf: Any, left_out: set[int]) -> Iterator[DrawnObject]:
        """Yield the objects of a PDF, but for some."""
        for each in pdf.objects:
            if each.number not in left_out:
                yield self._object(each)

    def _object(self, each: Any) -> DrawnObject:
        if not isinstance(each, pydyf.Stream):
            return DrawnObject(each.number, self.value(each))
        data, entries = content(each), dict(each.extra)
        if "Filter" not in entries:
            data = compressed(data)
            entries["Filter"] = "/FlateDecode"
        entries["Length"] = len(data)
        return DrawnObject(each.number, self.value(pydyf.Dictionary(entries)), data)

    def value(self, value: Any) -> bytes:
        """Return a value as a PDF has it, its references marked."""
        if isinstance(value, bytes):
            found = _REFERENCE.fullmatch(value)
            return mark(REFERENCE, int(found[1])) if found else value
        if isinstance(value, pydyf.Dictionary):
            return b"<<" + b"".join(self._entry(name, each) for name, each in value.items()) + b">>"
        if isinstance(value, pydyf.Array | list | tuple):
            return b"[" + b" ".join(map(self.value, value)) + b"]"
        return _bytes(value)

    def _entry(self, name: str | bytes, value: Any) -> bytes:
        named = b"/" + _bytes(name) + b" "
        if name == "StructParent":
            return named + mark(ANNOTATION, self.annotations[value])
        written = self.value(value)
        if name in _TABLE_IDS:
            written = _IN_IDS.sub(lambda found: b"(" + mark(NUMBER, int(found[1])) + b"-", written)
        return named + written


def mark(kind: bytes, which: int) -> bytes:
    """Return a marker."""
    return MARK + kind + str(which).encode() + MARK
