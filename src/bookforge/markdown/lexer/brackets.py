"""A chunk of text into where its code, formulas, brackets and addresses end."""

import re
from bisect import bisect_left
from typing import Final

from bookforge.markdown.lexer import marks
from bookforge.markdown.lexer.lines import Chunk
from bookforge.markdown.lexer.sink import Pieces

_ADDRESS_END: Final = re.compile(r" +(?:\n *)?[\"')]|\n *[\"']")
_LINK_END: Final = re.compile(r"[)\\<(\"' \n]")


class Brackets(Pieces):
    """Looks ahead in a chunk, once for all of it."""

    def _begin(self, chunk: Chunk) -> None:
        self._open(chunk)
        self.jumps: dict[int, tuple[int, bool]] = {}
        self.shortcut_only: set[int] = set()
        self.links_allowed = True
        self._brackets: dict[int, int] | None = None
        self._ticks: dict[int, list[int]] | None = None

    def _run(self, at: int) -> int:
        end = at
        while self.text[end : end + 1] == "`":
            end += 1
        return end - at

    def _code_end(self, at: int, ticks: int) -> int | None:
        """Return the place after the code span that opens here with so many backticks."""
        if self._ticks is None:
            self._ticks = {}
            for match in re.finditer(r"`+", self.text):
                self._ticks.setdefault(len(match.group()), []).append(match.start())
        places = self._ticks.get(ticks, [])
        which = bisect_left(places, at + ticks)
        return places[which] + ticks if which < len(places) else None

    def _math_end(self, at: int) -> tuple[int, int] | None:
        """Return the place after the formula that opens here, and how many dollar signs enclose it."""
        text = self.text
        if text.startswith("$$", at):
            end = text.find("$$", at + 3)
            if end >= 0:
                return end + 2, 2
        if text[at + 1 : at + 2] in ("", " ", "\n"):
            return None
        end = at + 1
        while True:
            end += 2 if text[end : end + 1] == "\\" else 1
            end = _next_dollar(text, end)
            if end < 0:
                return None
            if text[end] == "$":
                break
        if text[end - 1] in " \n" or text[end + 1 : end + 2].isdecimal():
            return None
        return end + 1, 1

    def _bracket_end(self, at: int) -> int | None:
        """Return the place of the bracket that closes the one here, code, formulas and tags looked through."""
        if self._brackets is None:
            self._brackets = {}
            self._match_brackets(self._brackets)
        return self._brackets.get(at)

    def _match_brackets(self, pairs: dict[int, int]) -> None:
        waiting: list[int] = []
        at = 0
        while match := re.compile(r"[\\`$<\[\]]").search(self.text, at):
            at = match.start()
            if match.group() == "[":
                waiting.append(at)
                at += 1
            elif match.group() == "]":
                if waiting:
                    pairs[waiting.pop()] = at
                at += 1
            else:
                at = self._skip(at)

    def _skip(self, at: int) -> int:
        """Return the place after the escape, code, formula or tag here, in which brackets do not count."""
        char = self.text[at]
        if char == "\\":
            return at + 2
        if char == "`":
            ticks = self._run(at)
            return self._code_end(at, ticks) or at + ticks
        if char == "$":
            found = self._math_end(at)
            return found[0] if found else at + 1
        match = marks.TAG.match(self.text, at)
        return match.end() if match else self._comment_end(at) or at + 1

    def _comment_end(self, at: int) -> int | None:
        """Return the place after the HTML comment that opens here, if one does and ends."""
        end = self.text.find("-->", at + 4) if self.text.startswith("<!--", at) else -1
        return end + 3 if end >= 0 else None

    def _source_end(self, at: int) -> int | None:
        """Return the place after ``(address "title")``."""
        if self.text[at : at + 1] != "(" or self.text.find(")", at) < 0:
            return None
        at = self._spaces(at + 1)
        angled = re.compile(r"<(?:\\.|[^<>\\])*>").match(self.text, at)
        at = angled.end() if angled else self._address_end(at)
        title = re.compile(
            r"[ ]*\n?[ ]*(?:\"(?! )(?:\\.|[^\"\\]|\"(?=\w))*\"(?!\w)|'(?! )(?:\\.|[^'\\]|'(?=\w))*'(?!\w))", re.DOTALL
        ).match(self.text, at)
        at = self._spaces(title.end() if title else at)
        return at + 1 if self.text[at : at + 1] == ")" else None

    def _spaces(self, at: int) -> int:
        while self.text[at : at + 1] == " ":
            at += 1
        return at

    def _address_end(self, at: int) -> int:
        depth = 0
        while match := _LINK_END.search(self.text, at):
            at = match.start()
            char = match.group()
            if char == ")":
                if not depth:
                    return at
                depth -= 1
            elif char == "(":
                depth += 1
            elif char == "\\":
                at += 1
            elif char in " \n" and not depth and _ADDRESS_END.match(self.text, at):
                return at
            at += 1
        return len(self.text)


def _next_dollar(text: str, at: int) -> int:
    """Return the place of the next dollar sign or backslash, or -1."""
    match = re.compile(r"[$\\]").search(text, at)
    return match.start() if match else -1
