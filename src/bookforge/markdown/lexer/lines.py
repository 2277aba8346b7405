"""Lines of a source and stretches of several lines, each knowing where it stands."""

import re
from bisect import bisect_right
from typing import Final, NamedTuple

TAB_WIDTH: Final = 4


class Line(NamedTuple):
    """One line, or what is left of it after the marks of the blocks around it; ``start`` is its source offset."""

    text: str
    start: int

    @property
    def end(self) -> int:
        """The source offset after the last character."""
        return self.start + len(self.text)

    @property
    def blank(self) -> bool:
        """Whether the line holds nothing but spaces."""
        return not self.text.strip(" ")

    @property
    def indent(self) -> int:
        """The number of leading spaces."""
        return len(self.text) - len(self.text.lstrip(" "))

    def cut(self, begin: int, end: int | None = None) -> "Line":
        """Return a part of the line."""
        return Line(self.text[begin:end], self.start + min(begin, len(self.text)))

    def dedent(self, most: int) -> "Line":
        """Return the line without its first spaces, at most so many."""
        return self.cut(min(self.indent, most))

    def strip(self) -> "Line":
        """Return the line without spaces at its ends."""
        return self.cut(self.indent, len(self.text.rstrip(" ")) or None)


class Chunk:
    """Lines joined for reading markup that may run over line ends."""

    __slots__ = ("_at", "lines", "text")

    def __init__(self, lines: list[Line]) -> None:
        self.lines = lines
        self.text = "\n".join(line.text for line in lines)
        self._at = [0]
        for line in lines[:-1]:
            self._at.append(self._at[-1] + len(line.text) + 1)

    def source(self, at: int) -> int:
        """Return the source offset of a place in the text."""
        which = bisect_right(self._at, at) - 1
        line = self.lines[which]
        return line.start + min(at - self._at[which], len(line.text))

    @property
    def start(self) -> int:
        """The source offset of the first character."""
        return self.lines[0].start

    @property
    def end(self) -> int:
        """The source offset after the last character."""
        return self.lines[-1].end


def split(text: str) -> list[Line]:
    """Split a source into lines; only ``\\n`` ends a line."""
    lines, start = [], 0
    for part in text.split("\n"):
        lines.append(Line(part, start))
        start += len(part) + 1
    return lines


class Tabs:
    """A text with its tabs made spaces, as pandoc does before it reads anything, and the way back."""

    __slots__ = ("_at", "_source", "text")

    def __init__(self, text: str) -> None:
        self._at = [0]
        self._source = [0]
        if "\t" not in text:
            self.text = text
            return
        parts: list[str] = []
        at = column = start = 0
        for match in re.finditer(r"[\t\n]", text):
            parts.append(text[start : match.start()])
            column += match.start() - start
            at += match.start() - start
            start = match.end()
            if match.group() == "\n":
                parts.append("\n")
                at, column = at + 1, 0
                continue
            width = TAB_WIDTH - column % TAB_WIDTH
            parts.append(" " * width)
            at, column = at + width, column + width
            self._at.append(at)
            self._source.append(start)
        parts.append(text[start:])
        self.text = "".join(parts)

    @property
    def none(self) -> bool:
        """Whether the text had no tab, so that offsets are the same."""
        return len(self._at) == 1

    def source(self, at: int) -> int:
        """Return the offset in the text as it was; inside a tab, the offset of what follows it."""
        which = bisect_right(self._at, at) - 1
        offset = self._source[which] + at - self._at[which]
        return offset if which + 1 == len(self._at) else min(offset, self._source[which + 1])
