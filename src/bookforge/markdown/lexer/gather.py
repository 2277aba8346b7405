"""Lines into the lines of one block: which of those that follow still belong to a list's item, a note, a paragraph."""

import re
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Final

from bookforge.markdown.lexer import marks
from bookforge.markdown.lexer.lines import Line
from bookforge.markdown.lexer.linestarts import is_info, leaves_comment_open, list_marker

_TICKS: Final = re.compile(r"\\.|(?P<ticks>`+)")


@dataclass(slots=True)
class OpenElement:
    """An HTML element whose blocks are being read; they may be indented by ``indent``."""

    tag: str
    indent: int


@dataclass(frozen=True, slots=True)
class Context:
    """What holds for the lines of a container: how deep it is, whether a list is around it, what follows its end."""

    depth: int = 0
    in_list: bool = False
    ends_blank: bool = True
    html: list[OpenElement] = field(default_factory=list)


class Gatherer:
    """Knows the lines of one container, and what is open around them."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.divs = 0
        self.lines: list[Line] = []

    def _ends_block(self, at: int) -> bool:
        """Say whether a line cannot belong to a paragraph or a list's item that began before it."""
        line = self.lines[at]
        if self.divs and marks.DIV_CLOSE.match(line.text):
            return True
        if self.context.html:
            match = marks.TAG.match(line.text)
            return bool(match and match["close"] and match["name"].lower() == self.context.html[-1].tag)
        return False

    def _is_list_start(self, text: str) -> bool:
        return list_marker(text) is not None

    def _starts_item(self, text: str) -> bool:
        return self._is_list_start(text) or marks.DEFINITION.match(text) is not None

    def _interrupts(self, at: int) -> bool:
        """Say whether a line that is not blank ends the paragraph before it."""
        text = self.lines[at].text
        if self.context.in_list and self._is_list_start(text):
            return True
        if "`" in text and text.lstrip(" ").startswith("`") and self._fence_end(at) is not None:
            return True
        return self._ends_block(at)

    def _is_in_code(self, lines: list[Line], at: int) -> bool:
        """Say whether a code span that the lines of a paragraph open goes on over the line end before a line."""
        after = list(takewhile(lambda line: not line.blank, self.lines[at:]))
        text = "\n".join(line.text for line in (*lines, *after))
        here = sum(len(line.text) + 1 for line in lines)
        end = 0
        while match := _TICKS.search(text, end, here):
            end = match.end()
            if match["ticks"]:
                closer = re.compile(rf"(?<!`){match['ticks']}(?!`)").search(text, end)
                end = closer.end() if closer else end
        return end > here

    def _fence_end(self, at: int) -> int | None:
        """Return the line of the fence that closes the code block which opens here, if one does."""
        match = marks.FENCE.match(self.lines[at].text)
        if match is None or not is_info(match[2]):
            return None
        closer = re.compile(rf" {{0,3}}{match[1][0]}{{{len(match[1])},}} *$")
        for line in range(at + 1, len(self.lines)):
            if closer.match(self.lines[line].text):
                return line
        return None

    def _item_lines(self, at: int, content: int, indent: int) -> tuple[list[Line], int]:
        """Gather the lines of a list's item, its own indent taken off."""
        lines = [self.lines[at].cut(content)]
        following = self._through_comment(lines, at + 1)
        while following < len(self.lines) and self._is_lazy(following, indent):
            line = self.lines[following]
            lines.append(line.cut(indent) if line.indent >= indent else line)
            following = self._through_comment(lines, following + 1)
        following = self._blanks(lines, following)
        while following < len(self.lines) and self._continues(following, indent):
            lines.append(self.lines[following].cut(indent))
            following += 1
            while following < len(self.lines) and not self.lines[following].blank:
                line = self.lines[following]
                if self._ends_block(following) or (line.indent < indent and self._starts_item(line.text)):
                    break
                lines.append(line.cut(indent) if line.indent >= indent else line)
                following += 1
            following = self._blanks(lines, following)
        return lines, following

    def _is_lazy(self, at: int, indent: int) -> bool:
        """Say whether a line goes on with the first paragraph of an item, whatever its indent."""
        line = self.lines[at]
        if line.blank or self._is_list_start(line.text) or self._ends_block(at):
            return False
        if line.indent >= indent and self._is_list_start(line.text.lstrip(" ")):
            return False
        if line.indent < indent and marks.DEFINITION.match(line.text):
            return False
        return self._fence_end(at) is None

    def _continues(self, at: int, indent: int) -> bool:
        line = self.lines[at]
        return not line.blank and line.indent >= indent and not self._ends_block(at)

    def _blanks(self, lines: list[Line], at: int) -> int:
        while at < len(self.lines) and self.lines[at].blank:
            lines.append(self.lines[at])
            at += 1
        return at

    def _through_comment(self, lines: list[Line], following: int) -> int:
        """Take lines up to the end of a comment that the last line leaves open; return the line after them."""
        if not leaves_comment_open(lines[-1].text):
            return following
        for line in range(following, len(self.lines)):
            if "-->" in self.lines[line].text:
                lines.extend(self.lines[following : line + 1])
                return line + 1
        return following

    def _note_lines(self, lines: list[Line], at: int) -> int:
        while at < len(self.lines) and not self.lines[at].blank and not marks.NOTE_START.match(self.lines[at].text):
            line = self.lines[at]
            lines.append(line.cut(4) if line.indent >= 4 else line)
            at += 1
        return at
