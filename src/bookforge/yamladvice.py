"""A YAML syntax error into words for someone who writes books: what was seen, where, and what to type instead."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

_KEY_WITHOUT_SPACE: Final = re.compile(r"^(\s*(?:- +)?)([\w-]+):(?=[^\s:/])")
_DASH_WITHOUT_SPACE: Final = re.compile(r"^(\s*)-(?=[^\s-])")
_TWO_COLONS: Final = re.compile(r"^\s*(?:- +)*([\w-]+): +(.*:(?:\s.*)?)$")
_CURLY: Final = re.compile(r": +([“”„«‘‚])")


@dataclass(frozen=True, slots=True)
class Fault:
    """Where PyYAML stopped: ``start`` is where the unfinished thing begins, ``offset`` where it went wrong."""

    text: str
    starts: tuple[int, ...]
    offset: int
    start: int
    problem: str
    context: str

    def row(self, offset: int) -> int:
        """Return the index of the line an offset stands in."""
        return max(row for row, begin in enumerate(self.starts) if begin <= offset)

    def line(self, row: int) -> str:
        """Return a line without its end."""
        end = self.starts[row + 1] if row + 1 < len(self.starts) else len(self.text)
        return self.text[self.starts[row] : end].rstrip("\r\n")

    def filled_above(self, row: int) -> int | None:
        """Return the index of the nearest line above that holds more than blanks or a comment."""
        return next((r for r in range(row - 1, -1, -1) if self.line(r).split("#")[0].strip()), None)


@dataclass(frozen=True, slots=True)
class Advice:
    """What to tell the author: the offset to point at, what is wrong and what to do."""

    offset: int
    message: str
    hint: str


def explain(fault: Fault) -> Advice:
    """Return the plainest explanation of a syntax error."""
    for look in _LOOKS:
        if advice := look(fault):
            return advice
    message = f"YAML cannot make sense of this place ({fault.problem or 'unexpected text'})"
    return Advice(fault.offset, message, 'compare it with its neighbours; text with special signs goes in "quotes"')


def _tab(fault: Fault) -> Advice | None:
    row = fault.row(fault.offset)
    line = fault.line(row)
    indent = line[: len(line) - len(line.lstrip())]
    if "\t" in indent:
        offset = fault.starts[row] + indent.index("\t")
        return Advice(offset, "this line is indented with a tab", "indent with spaces, two for each step")
    if fault.text[fault.offset : fault.offset + 1] == "\t":
        return Advice(fault.offset, "a tab stands where YAML wants a space", "put a space in its place")
    return None


def _colon(fault: Fault) -> Advice | None:
    """An unquoted colon, a missing space after one, or a line indented under one that is already complete."""
    if "mapping values are not allowed" not in fault.problem:
        return None
    row = fault.row(fault.offset)
    line = fault.line(row)
    if two := _TWO_COLONS.match(line):
        return _quote_it(fault, two, line)
    above = fault.filled_above(row)
    if above is not None and (glued := _KEY_WITHOUT_SPACE.match(fault.line(above))):
        return _glued(fault, above, glued)
    if above is not None and not re.search(r":(\s|$)", fault.line(above)):
        if fault.line(above).lstrip().startswith("- "):
            message = "this key stands under an item that is plain text"
            offset = fault.starts[row] + len(line) - len(line.lstrip())
            return Advice(offset, message, "give the item's text a key too, as in '- path: chapters/one.md'")
        message = f"'{fault.line(above).strip()[:40]}' is neither a key with a colon nor an item of a list"
        return Advice(fault.starts[above], message, "write it as 'key: value', or begin it with '- '")
    message = "this line is indented under a line that already has its value"
    return Advice(fault.offset, message, "give it the indentation of its neighbours, or put the text above in quotes")


def _quote_it(fault: Fault, two: re.Match[str], line: str) -> Advice:
    if _CURLY.search(line):
        message = "curly quotation marks do not quote in YAML, so the colon inside them is read as a key"
        return Advice(fault.offset, message, f"put straight quotes around the whole text: {_quoted(two)}")
    message = "a colon followed by a space stands in unquoted text"
    return Advice(fault.offset, message, f"put the text in quotes: {_quoted(two)}")


def _quoted(two: re.Match[str]) -> str:
    value = two.group(2).strip()
    if '"' not in value and "\\" not in value:
        return f'{two.group(1)}: "{value}"'
    doubled = value.replace("'", "''")
    return f"{two.group(1)}: '{doubled}'"


def _glued(fault: Fault, row: int, glued: re.Match[str]) -> Advice:
    key = glued.group(2)
    offset = fault.starts[row] + glued.end()
    return Advice(offset, f"there is no space after the colon of '{key}'", f"write '{key}: ' and then the value")


def _key(fault: Fault) -> Advice | None:
    """A line that should be ``key: value`` or ``- item``."""
    if "could not find expected ':'" not in fault.problem:
        return None
    row = fault.row(fault.start)
    line = fault.line(row)
    if dash := _DASH_WITHOUT_SPACE.match(line):
        return Advice(fault.starts[row] + dash.end(), "there is no space after the hyphen", "write '- ' before an item")
    if glued := _KEY_WITHOUT_SPACE.match(line):
        return _glued(fault, row, glued)
    message = f"'{line.strip()[:40]}' is neither a key with a colon nor an item of a list"
    return Advice(fault.start, message, "write it as 'key: value', or indent it if it continues the line above")


def _quotes(fault: Fault) -> Advice | None:
    if "quoted scalar" in fault.context:
        if "end of stream" in fault.problem or "document separator" in fault.problem:
            hint = "close it with the same sign; inside single quotes an apostrophe is typed twice ('')"
            return Advice(fault.start, "this quotation mark is never closed", hint)
        message = "in double quotes a backslash begins an escape, and this is none"
        return Advice(fault.offset, message, "use single quotes, or type the backslash twice; in paths use /")
    before = fault.text[: fault.offset].rstrip(" ")
    if "'<scalar>'" in fault.problem and before.endswith(("'", '"')):
        hint = "an apostrophe inside single quotes is typed twice (''), or put the whole text in double quotes"
        return Advice(fault.offset, "there is more text after the closing quotation mark", hint)
    return None


def _brackets(fault: Fault) -> Advice | None:
    if "expected ',' or" in fault.problem:
        bracket = fault.text[fault.start : fault.start + 1]
        hint = f"close it, or put the text in quotes if the {bracket} is part of it"
        return Advice(fault.start, f"this {bracket} is never closed", hint)
    if "node content" in fault.problem and fault.text[fault.offset : fault.offset + 1] in {"]", "}", ","}:
        sign = fault.text[fault.offset]
        return Advice(fault.offset, f"a value cannot begin with {sign}", "put the text in quotes")
    return None


def _indentation(fault: Fault) -> Advice | None:
    row = fault.row(fault.offset)
    if "expected <block end>" not in fault.problem:
        return None
    line = fault.line(row)
    if dash := _DASH_WITHOUT_SPACE.match(line):
        return Advice(fault.starts[row] + dash.end(), "there is no space after the hyphen", "write '- ' before an item")
    if "block collection" in fault.context and not line.lstrip().startswith("-"):
        message = "a key stands among the items of a list"
        return Advice(fault.offset, message, "begin it with '- ', or move it so that it lines up with the other keys")
    message = "this line does not line up with the lines it belongs to"
    return Advice(fault.offset, message, "give all keys, or all items, of one level the same number of spaces")


def _first_sign(fault: Fault) -> Advice | None:
    sign = fault.text[fault.offset : fault.offset + 1]
    if "cannot start any token" in fault.problem:
        return Advice(fault.offset, f"unquoted text cannot begin with {sign}", "put the text in quotes")
    if "scanning an alias" in fault.context or "scanning an anchor" in fault.context:
        sign = fault.text[fault.start : fault.start + 1]
        return Advice(fault.start, f"unquoted text cannot begin with {sign}", "put the text in quotes")
    if "sequence entries are not allowed" in fault.problem:
        hint = "put the first item on the next line, or the text in quotes if it is no list"
        return Advice(fault.offset, "a list cannot begin on the line of its key", hint)
    if "scanning a block scalar" in fault.context:
        sign = fault.text[fault.start : fault.start + 1]
        hint = "begin the text on the next line, indented, or put it in quotes"
        return Advice(fault.start, f"nothing may follow a {sign} that opens a text of several lines", hint)
    return None


_LOOKS: Final[tuple[Callable[[Fault], Advice | None], ...]] = (
    _tab,
    _colon,
    _key,
    _quotes,
    _brackets,
    _indentation,
    _first_sign,
)
