"""Lines of Markdown into leaves: the stretches of text in reading order, the blocks around them taken off.

It follows the order in which pandoc tries its blocks, because that order decides what a line is.
"""

import re
from dataclasses import replace
from typing import Final

from bookforge.markdown.lexer import marks, tables
from bookforge.markdown.lexer.document import Definition, Document, Leaf
from bookforge.markdown.lexer.gather import Context, Gatherer, OpenElement
from bookforge.markdown.lexer.lines import Chunk, Line
from bookforge.markdown.lexer.linestarts import (
    block_tag,
    content_start,
    link_definition,
    list_marker,
    trailing_attributes,
)

MAX_DEPTH: Final = 100
"""Blocks inside one another; what is deeper is read as text."""


class Reader(Gatherer):
    """Reads lines into the leaves of one stream; containers and notes are read by readers of their own."""

    def __init__(self, document: Document, leaves: list[Leaf], context: Context | None = None) -> None:
        super().__init__(context or Context())
        self.document = document
        self.leaves = leaves
        self.task = False

    def read(self, lines: list[Line], task: bool = False, divs: int = 0) -> None:
        """Read all of ``lines``; ``task`` says that they are a list's item, ``divs`` how many divs are open."""
        self.lines = lines
        self.task = task
        self.divs = divs
        at = 0
        while at < len(lines):
            if lines[at].blank:
                at += 1
                continue
            if self.context.html and self.context.html[-1].indent:
                lines[at] = lines[at].dedent(self.context.html[-1].indent)
            at = self._block(at)
            self.task = False

    # ------------------------------------------------------------ which block

    def _block(self, at: int) -> int:
        for reader in _READERS[: 0 if self.context.depth > MAX_DEPTH else None]:
            following = reader(self, at)
            if following is not None:
                return following
        return self._paragraph(at)

    def _inside(self, lines: list[Line], task: bool = False, **changes: bool) -> None:
        context = replace(self.context, depth=self.context.depth + 1, html=list(self.context.html), **changes)
        if lines:
            Reader(self.document, self.leaves, context).read(lines, task, self.divs)

    def _leaf(self, kind: str, lines: list[Line], paragraph: bool = False) -> None:
        if lines:
            self.leaves.append(Leaf(kind, Chunk(lines), paragraph, self.task))

    def _remove(self, kind: str, line: Line, begin: int = 0, end: int | None = None) -> None:
        last = line.end if end is None else line.start + end
        self.document.remove(kind, line.start + begin, last)

    # ------------------------------------------------------------ code

    def _fenced_code(self, at: int) -> int | None:
        end = self._fence_end(at)
        if end is None:
            return None
        line = self.lines[at]
        match = marks.FENCE.match(line.text)
        assert match is not None
        lines = [inner.dedent(line.indent) for inner in self.lines[at + 1 : end]]
        raw = marks.RAW_ATTRIBUTE.fullmatch(match[2])
        if raw is None:
            self._remove("info", line, match.start(2), match.end(2))
            self._leaf("code", lines)
        elif raw[1] in ("html", "html5"):
            self._remove("info", line, match.start(2), match.end(2))
            self._leaf("html", lines)
        else:
            self.document.remove("raw", line.start, self.lines[end].end)
        return end + 1

    def _indented_code(self, at: int) -> int | None:
        if self.lines[at].indent < 4:
            return None
        end = at
        for line in range(at, len(self.lines)):
            if self.lines[line].blank:
                continue
            if self.lines[line].indent < 4:
                break
            end = line + 1
        self._leaf("code", [line.dedent(4) for line in self.lines[at:end]])
        return end

    # ------------------------------------------------------------ lists

    def _list_item(self, at: int) -> int | None:
        line = self.lines[at]
        marker = list_marker(line.text)
        if marker is None:
            return None
        width, content, label = marker
        if label is not None:
            self._number_example(label)
        self._remove("list-marker", line, line.indent, width)
        lines, following = self._item_lines(at, content, 4 if label is not None else content)
        at_end = following == len(self.lines) and self.context.ends_blank
        self._inside(lines, task=True, in_list=True, ends_blank=at_end)
        return following

    def _number_example(self, label: str) -> None:
        if label and label in self.document.examples:
            return
        self.document.example += 1
        if label:
            self.document.examples[label] = self.document.example

    # ------------------------------------------------------------ divs and HTML

    def _div(self, at: int) -> int | None:
        line = self.lines[at]
        if not line.text.startswith(":::"):
            return None
        if self.divs and marks.DIV_CLOSE.match(line.text):
            self.divs -= 1
            self._remove("fence", line)
            return at + 1
        for end in range(at, min(at + 10, len(self.lines))):  # attributes may run over line ends
            chunk = Chunk(self.lines[at : end + 1])
            if re.match(rf":{{3,}} *+{marks.ATTRIBUTES.pattern} *:* *$", chunk.text, re.DOTALL):
                return self._open_div(chunk, end)
            if "{" not in line.text or self.lines[end].blank:
                break
        # what is no attributes is a name, whatever signs are in it
        return self._open_div(Chunk([line]), at) if re.match(r":{3,}+ *+\S++(?: ++:*+)? *+$", line.text) else None

    def _open_div(self, fence: Chunk, last: int) -> int:
        self.divs += 1
        self.document.remove("fence", fence.start, fence.end)
        return last + 1

    def _html_block(self, at: int) -> int | None:
        line = self.lines[at]
        begin = line.indent
        if line.text[begin : begin + 1] != "<" or begin > 3:
            return None
        if line.text.startswith("<!--", begin):
            return self._skip_through(at, begin, "-->", "comment")
        chunk = Chunk([line.cut(begin)])
        match = marks.TAG.match(chunk.text) or marks.DECLARATION.match(chunk.text)
        for end in range(at + 1, min(at + 20, len(self.lines))):  # a tag may run over line ends
            if match is not None or ">" in chunk.text or self.lines[end].blank:
                break
            chunk = Chunk([*chunk.lines, self.lines[end]])
            match = marks.TAG.match(chunk.text)
        if match is None:
            return None
        name = match["name"].lower() if match.re is marks.TAG else ""
        if name and name not in marks.BLOCK_TAGS and name not in marks.EITHER_TAGS:
            return None
        return self._html_tag(at, chunk, match, name)

    def _html_tag(self, at: int, chunk: Chunk, match: re.Match[str], name: str) -> int | None:
        opening = bool(name) and not match["close"] and name not in marks.VOID_TAGS
        if opening and name in marks.SKIPPED_TAGS:
            following = self._skip_through(at, self.lines[at].indent, f"</{name}>", "html-content")
            if following is not None:
                return following
        if opening and name == "pre":
            following = self._verbatim(at)
            if following is not None:
                return following
        self.document.remove("html", chunk.source(0), chunk.source(match.end() - 1) + 1)
        last = at + len(chunk.lines) - 1
        rest = chunk.lines[-1].cut(match.end() - (len(chunk.text) - len(chunk.lines[-1].text)))
        self._follow_element(match, name, opening and not match.group().endswith("/>"), rest, last)
        return self._go_on_with(last, rest)

    def _follow_element(self, match: re.Match[str], name: str, opening: bool, rest: Line, last: int) -> None:
        html = self.context.html
        if opening:
            indent = 0
            if name != "div" and rest.blank and last + 1 < len(self.lines):
                indent = self.lines[last + 1].indent
            html.append(OpenElement(name, indent))
        elif name and match["close"] and any(element.tag == name for element in html):
            while html.pop().tag != name:
                pass

    def _go_on_with(self, at: int, rest: Line) -> int:
        """Let the reading go on with what is left of a line."""
        if rest.blank:
            return at + 1
        self.lines[at] = rest.dedent(len(rest.text))
        return at

    def _skip_through(self, at: int, begin: int, closer: str, kind: str) -> int | None:
        for end in range(at, len(self.lines)):
            found = self.lines[end].text.lower().find(closer, begin if end == at else 0)
            if found >= 0:
                rest = self.lines[end].cut(found + len(closer))
                self.document.remove(kind, self.lines[at].start + begin, rest.start)
                return self._go_on_with(end, rest)
        return None

    def _verbatim(self, at: int) -> int | None:
        for end in range(at, len(self.lines)):
            found = self.lines[end].text.lower().find("</pre>")
            if found >= 0:
                lines = [*self.lines[at:end], self.lines[end]]
                lines[-1] = Line(lines[-1].text[: found + 6], lines[-1].start)
                rest = self.lines[end].cut(found + 6)
                self._leaf("html", lines)
                return self._go_on_with(end, rest)
        return None

    # ------------------------------------------------------------ headings, rules, verse, quotes

    def _heading(self, at: int) -> int | None:
        line = self.lines[at]
        following = self.lines[at + 1].text if at + 1 < len(self.lines) else ""
        if following[:1] in ("=", "-") and marks.UNDERLINE.match(following):
            self._heading_text(line.strip(), closing=False)
            return at + 2
        match = marks.HEADING.match(line.text)
        if match is None:
            return None
        self._heading_text(line.cut(match.end()), closing=True)
        return at + 1

    def _heading_text(self, line: Line, closing: bool) -> None:
        text = line.text.rstrip(" ")
        attributes = trailing_attributes(text)
        if attributes is not None:
            self._remove("attributes", line, attributes, len(text))
            text = text[:attributes].rstrip(" ")
        if closing:
            text = re.sub(r"(?<!\\)#+$", "", text).rstrip(" ")
        self.document.headings.add(marks.key(text))
        if text:
            self._leaf("text", [Line(text, line.start)])

    def _rule(self, at: int) -> int | None:
        if not marks.RULE.match(self.lines[at].text):
            return None
        self._leaf("rule", [self.lines[at]])
        return at + 1

    def _line_block(self, at: int) -> int | None:
        end = at
        while end < len(self.lines):
            text = self.lines[end].text
            if (text.startswith("| ") and text.strip(" |")) or text.rstrip(" ") == "|":
                lines = [self.lines[end].cut(1)]
                end += 1
                while text.strip(" |") and end < len(self.lines) and self.lines[end].text.startswith(" "):
                    lines.append(self.lines[end])
                    end += 1
                if text.rstrip(" ") != "|":
                    self._leaf("text", [each.strip() for each in lines])
            else:
                break
        return end if end > at else None

    def _quote(self, at: int) -> int | None:
        if not marks.QUOTE.match(self.lines[at].text):
            return None
        lines: list[Line] = []
        end = at
        while end < len(self.lines):
            line = self.lines[end]
            match = marks.QUOTE.match(line.text)
            if match is not None:
                lines.append(line.cut(match.end()))
            elif line.blank or self._interrupts(end):
                break
            else:
                lines.append(line.dedent(len(line.text)))
            end += 1
        self._inside(lines, ends_blank=True)
        return end

    # ------------------------------------------------------------ tables

    def _table(self, at: int) -> int | None:
        found = tables.find(self.lines, at, self.context.ends_blank)
        if found is None:
            return None
        if found.caption:
            first = found.caption[0]
            match = marks.CAPTION.match(first.text)
            assert match is not None
            self._remove("list-marker", first, 0, match.end())
            self._caption([first.cut(match.end()), *found.caption[1:]])
        for cell in found.cells:
            if found.blocks:
                self._inside(list(cell), ends_blank=False)
            else:
                self._leaf("text", [line for line in cell if not line.blank])
        return found.end

    def _caption(self, lines: list[Line]) -> None:
        text = lines[-1].text.rstrip(" ")
        attributes = trailing_attributes(text)
        if attributes is not None:
            self._remove("attributes", lines[-1], attributes, len(text))
            lines[-1] = Line(text[:attributes], lines[-1].start)
        self._leaf("text", [line for line in lines if not line.blank])

    # ------------------------------------------------------------ definitions

    def _definition_list(self, at: int) -> int | None:
        first = self._definition_start(at + 1)
        if first is None:
            return None
        while first is not None:
            self._leaf("text", [self.lines[at].strip()])
            at = first
            while at < len(self.lines) and marks.DEFINITION.match(self.lines[at].text):
                at = self._definition(at)
            # what a definition follows is the next term, whatever else it looks like
            is_term = at < len(self.lines) and not self.lines[at].blank
            first = self._definition_start(at + 1) if is_term else None
        return at

    def _definition_start(self, at: int) -> int | None:
        """Return the line where a definition begins: this one, or the next after one blank line."""
        if at < len(self.lines) and marks.DEFINITION.match(self.lines[at].text):
            return at
        blank = at + 1 < len(self.lines) and self.lines[at].blank
        if not blank or not marks.DEFINITION.match(self.lines[at + 1].text):
            return None
        is_table = tables.find(self.lines, at + 1, self.context.ends_blank) is not None  # its caption looks the same
        return None if is_table else at + 1

    def _definition(self, at: int) -> int:
        """Read a definition; its lines are gathered like those of a list's item."""
        text = self.lines[at].text
        match = marks.DEFINITION.match(text)
        assert match is not None
        content = content_start(text, match.end())
        lines, following = self._item_lines(at, content, content)
        at_end = following == len(self.lines) and self.context.ends_blank
        self._inside(lines, in_list=True, ends_blank=at_end)
        return following

    def _note(self, at: int) -> int | None:
        line = self.lines[at]
        match = marks.NOTE_START.match(line.text)
        if match is None or line.text[match.end() : match.end() + 1] != ":":
            return None
        first = line.cut(match.end() + 1)
        end = at + 1
        if first.blank and end < len(self.lines):  # the note begins on the next line, even if that is blank
            first, end = self.lines[end], end + 1
        lines = [first.cut(4) if first.indent >= 4 else first]
        end = self._note_lines(lines, end)
        while True:
            following = end
            while following < len(self.lines) and self.lines[following].blank:
                following += 1
            if following == end or following >= len(self.lines) or self.lines[following].indent < 4:
                break
            lines.extend(self.lines[end:following])
            lines.append(self.lines[following].cut(4))
            end = self._note_lines(lines, following + 1)
        leaves: list[Leaf] = []
        context = replace(self.context, depth=self.context.depth + 1, ends_blank=True, html=[])
        Reader(self.document, leaves, context).read(lines)
        self._remove("note-label", line, 0, match.end() + 1)
        self._define_note(match[1], Definition(line.start, lines[-1].end, tuple(leaves)))
        return end

    def _define_note(self, label: str, definition: Definition) -> None:
        earlier = self.document.notes.get(label)
        if earlier is not None:
            self.document.remove("unused-note", earlier.start, earlier.end)
        self.document.notes[label] = definition

    def _reference(self, at: int) -> int | None:
        line = self.lines[at]
        if line.indent > 3 or line.text[line.indent : line.indent + 1] != "[":
            return None
        end = at
        while end < len(self.lines) and end < at + 4 and not self.lines[end].blank:
            end += 1
        chunk = Chunk(self.lines[at:end])
        found = link_definition(chunk.text)
        if found is None:
            return None
        label, length, attributes = found
        kept = None
        if attributes is not None:
            kept = Line(chunk.text[attributes:length], chunk.source(attributes))
        self.document.links[marks.key(label)] = Definition(line.start, chunk.source(length), attributes=kept)
        return at + chunk.text.count("\n", 0, length) + 1

    # ------------------------------------------------------------ paragraphs

    def _paragraph(self, at: int) -> int:
        lines: list[Line] = []
        end = at
        while end < len(self.lines):
            line = self.lines[end]
            if line.blank or (lines and self._interrupts(end) and not self._is_in_code(lines, end)):
                break
            cut = block_tag(line.text) if "<" in line.text else None
            if cut is not None and (cut or lines):
                if line.text[:cut].strip(" "):
                    lines.append(Line(line.text[:cut], line.start))
                self.lines[end] = line.cut(cut)
                break
            lines.append(line)
            end = self._through_comment(lines, end + 1)
        self._leaf("text", [line.strip() if line is lines[0] else line for line in lines], paragraph=True)
        return end


_READERS: Final = (
    Reader._fenced_code,
    lambda reader, at: reader._list_item(at) if marks.BULLET.match(reader.lines[at].text) else None,
    Reader._div,
    Reader._heading,
    Reader._html_block,
    Reader._table,
    Reader._indented_code,
    Reader._line_block,
    Reader._quote,
    Reader._rule,
    Reader._list_item,
    Reader._definition_list,
    Reader._note,
    Reader._reference,
)
