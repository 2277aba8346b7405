"""Text with inline markup into the words shown, the notes called, the queries asked and what was taken out."""

import html.entities
import re
from typing import Final

from bookforge.markdown.lexer import marks
from bookforge.markdown.lexer.brackets import Brackets
from bookforge.markdown.lexer.document import Document, Leaf
from bookforge.markdown.lexer.lines import Chunk
from bookforge.markdown.lexer.sink import Ask, Call, Found, Mark, Sink
from bookforge.markdown.lexer.values import Formula, Removal, Reserved

_SPECIAL: Final = re.compile(r"[\\`$<&\[\]!^{*_~@\n]")
_TAG_SPECIAL: Final = re.compile(r"[<&\n]")
_TASK: Final = re.compile(r"\[([ xX])\](?=\s)")


class Scanner(Brackets):
    """Reads one chunk; makes no recursion, so that no nesting is too deep."""

    def __init__(self, document: Document, found: Found, sink: Sink, in_note: bool) -> None:
        super().__init__(found, sink)
        self.document = document
        self.in_note = in_note

    def leaf(self, leaf: Leaf) -> None:
        """Read a leaf as a block of its own."""
        chunk = leaf.chunk
        self.sink.put("\n", chunk.start, 0)
        if leaf.kind == "code":
            self._begin(chunk)
            self._plain(0, len(chunk.text))
            self._flush()
        elif leaf.kind == "html":
            self._begin(chunk)
            self._html(0, len(chunk.text))
            self._flush()
        elif leaf.kind == "text":
            begin = 0
            task = _TASK.match(chunk.text) if leaf.task else None
            if task is not None:
                self.found.removals.append(Removal("checkbox", chunk.start, chunk.source(3)))
                begin = 3
            self._begin(chunk)
            if not (leaf.paragraph and self._figure()):
                self._scan(begin, len(chunk.text))
            self._flush()

    def part(self, chunk: Chunk, begin: int, stop: int) -> None:
        """Read a part of a chunk: the text of an inline note."""
        self._begin(chunk)
        self._scan(begin, stop)
        self._flush()

    # ------------------------------------------------------------ scanning

    def _scan(self, at: int, end: int) -> None:
        text = self.text
        while at < end:
            jump = self.jumps.pop(at, None)
            if jump is not None:
                at, self.links_allowed = jump
                continue
            match = _SPECIAL.search(text, at, end)
            if match is None:
                self._show(at, end)
                return
            special = match.start()
            self._show(at, special)
            if special in self.jumps:
                at = special
                continue
            at = _SCANNERS[text[special]](self, special)

    def _literal(self, at: int) -> int:
        self._show(at, at + 1)
        return at + 1

    def _newline(self, at: int) -> int:
        self._part(at)
        return at + 1

    def _backslash(self, at: int) -> int:
        following = self.text[at + 1 : at + 2]
        if following == "\n":
            return at + 1
        if following and not following.isalnum():
            self._show(at + 1, at + 2)
            return at + 2
        return self._literal(at)

    def _emphasis(self, at: int) -> int:
        char = self.text[at]
        end = at + 1
        while self.text[end : end + 1] == char:
            end += 1
        before, after = self.text[at - 1 : at] if at else "", self.text[end : end + 1]
        opens = bool(after) and not after.isspace() and not (char == "_" and before.isalnum())
        closes = not (char == "_" and after.isalnum())
        kind = char * (end - at) if char == "~" else char
        self.marks.append(Mark(len(self.pieces), kind, opens, closes))
        self._show(at, end)
        return end

    def _code(self, at: int) -> int:
        ticks = self._run(at)
        end = self._code_end(at, ticks)
        if end is None:
            self._show(at, at + ticks)
            return at + ticks
        raw = marks.RAW_ATTRIBUTE.match(self.text, end)
        begin, stop = at + ticks, end - ticks
        if raw is None:
            self._plain(begin, stop)
            return self._attributes(end)
        if raw[1] not in ("html", "html5"):
            self._remove("raw", at, raw.end())
            return raw.end()
        self._html(begin, stop)
        self._remove("attributes", raw.start(), raw.end())
        return raw.end()

    def _attributes(self, at: int) -> int:
        match = marks.ATTRIBUTES.match(self.text, at) if self.text[at : at + 1] == "{" else None
        if match is None:
            return at
        self._remove("attributes", at, match.end())
        return match.end()

    def _math(self, at: int) -> int:
        found = self._math_end(at)
        if found is None:
            return self._literal(at)
        end, marker = found
        start, stop = self.chunk.source(at), self.chunk.source(end - 1) + 1
        tex = self.text[at + marker : end - marker].strip()
        self.sink.formulas.append(Formula(tex, marker == 2, start, stop))
        self._part(at)
        return end

    def _entity(self, at: int) -> int:
        match = marks.ENTITY.match(self.text, at)
        shown = entity(match) if match is not None else None
        if match is None or shown is None:
            return self._literal(at)
        self._show_as(shown, at, match.end())
        return match.end()

    def _example(self, at: int) -> int:
        match = marks.EXAMPLE.match(self.text, at)
        number = self.document.examples.get(match[1]) if match is not None else None
        if match is None or number is None:
            return self._literal(at)
        self._show_as(str(number), at, match.end())
        return match.end()

    # ------------------------------------------------------------ HTML

    def _less_than(self, at: int) -> int:
        link = marks.AUTOLINK.match(self.text, at)
        if link is not None and _is_address(link[1]):
            self._addressed(link.start(1), link.end(1))
            return self._attributes(link.end())
        return self._tag(at)

    def _addressed(self, begin: int, end: int) -> None:
        for match in marks.ENTITY.finditer(self.text, begin, end):
            shown = entity(match)
            if shown is not None:
                self._show(begin, match.start())
                self._show_as(shown, match.start(), match.end())
                begin = match.end()
        self._show(begin, end)

    def _tag(self, at: int) -> int:
        comment = self._comment_end(at)
        if comment is not None:
            self._remove("comment", at, comment)
            return comment
        match = marks.TAG.match(self.text, at) or marks.DECLARATION.match(self.text, at)
        if match is None:
            return self._literal(at)
        self._remove("html", at, match.end())
        if match.re is not marks.TAG:
            return match.end()
        name = match["name"].lower()
        if name in marks.SKIPPED_TAGS and not match["close"]:
            end = self.text.lower().find(f"</{name}>", match.end())
            if end >= 0:
                self._remove("html-content", match.end(), end)
                return end
        if name in marks.BLOCK_TAGS or name == "br":
            self._part(at)
        return match.end()

    def _html(self, at: int, end: int) -> None:
        """Show text of raw HTML, where nothing but tags and entities is markup."""
        while at < end:
            match = _TAG_SPECIAL.search(self.text, at, end)
            if match is None:
                self._show(at, end)
                return
            self._show(at, match.start())
            at = _HTML_SCANNERS[match.group()](self, match.start())

    # ------------------------------------------------------------ brackets

    def _bracket(self, at: int) -> int:
        note = marks.NOTE_CALL.match(self.text, at)
        if note is not None:
            return self._call(note)
        end = self._bracket_end(at)
        if end is None:
            return self._literal(at)
        attributes = marks.ATTRIBUTES.match(self.text, end + 1)
        if attributes is not None:
            self._remove("attributes", end + 1, attributes.end())
            self.jumps[end] = attributes.end(), self.links_allowed
            return at + 1
        if not self.links_allowed:
            return self._literal(at)
        target = self._target(at, end)
        if target is None:
            return self._literal(at)
        kind, stop = target
        self._remove(kind, end + 1, stop)
        self.jumps[end] = stop, True
        self.links_allowed = False
        return at + 1

    def _target(self, at: int, end: int) -> tuple[str, int] | None:
        """Return what follows a link's or image's text, and the place after it, if it is one."""
        if at in self.shortcut_only:
            return ("target", end + 1) if self._known(at, end) is not None else None
        stop = self._source_end(end + 1)
        if stop is not None:
            attributes = marks.ATTRIBUTES.match(self.text, stop)
            return "target", attributes.end() if attributes else stop
        label_end = self._bracket_end(end + 1) if self.text[end + 1 : end + 2] == "[" else None
        if label_end is None or marks.NOTE_CALL.match(self.text, end + 1):
            return ("target", end + 1) if self._known(at, end) is not None else None
        label = (at, end) if label_end == end + 2 else (end + 1, label_end)
        if self._known(*label) is None:
            self.shortcut_only.add(end + 1)
            return None
        return "target", label_end + 1

    def _known(self, at: int, end: int) -> str | None:
        key = marks.key(self.text[at + 1 : end])
        if key in self.document.links:
            self.found.links_used.add(key)
            return key
        return key if key and key in self.document.headings else None

    def _call(self, note: re.Match[str]) -> int:
        start, end = self.chunk.source(note.start()), self.chunk.source(note.end() - 1) + 1
        if note[1] not in self.document.notes or self.in_note:
            if note[1] in self.document.notes:
                self._reserve("nested-note", start, end)
            self._show(note.start(), note.end())
            return note.end()
        self.found.removals.append(Removal("note-label", start, end))
        self.sink.calls.append(Call(note[1], start, end))
        return note.end()

    def _caret(self, at: int) -> int:
        if self._closes_superscript():
            return self._single(at, opens=False)
        if self.text[at + 1 : at + 2] == "^":  # several are no mark at all
            return self._run_of_carets(at)
        end = self._bracket_end(at + 1) if self.text[at + 1 : at + 2] == "[" else None
        if end is None or self.text[end + 1 : end + 2] in ("[", "(", "{"):  # a link or span in a superscript
            return self._single(at, opens=True)
        start, stop = self.chunk.source(at), self.chunk.source(end) + 1
        if self.in_note:
            self._reserve("nested-note", start, stop)
            return at + 1
        self.sink.calls.append(Call(None, start, stop, self.chunk, at + 2, end))
        return end + 1

    def _run_of_carets(self, at: int) -> int:
        end = at
        while self.text[end : end + 1] == "^":
            end += 1
        self._show(at, end)
        return end

    def _single(self, at: int, opens: bool) -> int:
        self.marks.append(Mark(len(self.pieces), "^", opens, not opens))
        self._show(at, at + 1)
        return at + 1

    def _closes_superscript(self) -> bool:
        last = next((mark for mark in reversed(self.marks) if mark.char == "^"), None)
        if last is None or not last.opens or len(self.pieces) == last.piece + 1:
            return False
        return not any(char in piece[0] for piece in self.pieces[last.piece + 1 :] for char in " \n")

    # ------------------------------------------------------------ images

    def _bang(self, at: int) -> int:
        image = self._image(at)
        if image is None:
            return self._literal(at)
        end, stop = image
        self._remove("alt", at + 2, end)
        self._remove("target", end + 1, stop)
        return stop

    def _image(self, at: int) -> tuple[int, int] | None:
        """Return where the text of an image ends and where the image does."""
        end = self._bracket_end(at + 1) if self.text[at + 1 : at + 2] == "[" else None
        if end is None or marks.NOTE_CALL.match(self.text, at + 1):
            return None
        target = self._target(at + 1, end)
        return (end, target[1]) if target else None

    def _figure(self) -> bool:
        """Read a paragraph that is one image: its caption and credit are shown."""
        text = self.text.rstrip()
        image = self._image(0) if text.startswith("![") else None
        if image is None or image[1] != len(text):
            return False
        end, stop = image
        self._remove("target", end + 1, stop)
        self._scan(2, end)
        self._credit(end, stop)
        return True

    def _credit(self, end: int, stop: int) -> None:
        if self.text[end + 1 : end + 2] != "(":  # by reference: the attributes stand where the link is defined
            label = self.text[end + 2 : stop - 1] or self.text[2:end]
            link = self.document.links.get(marks.key(label))
            if link is None or link.attributes is None:
                return
            self._part(end)
            self.chunk = Chunk([link.attributes])
            self.text = self.chunk.text
            end, stop = 0, len(self.text)
        for match in list(marks.CREDIT.finditer(self.text, end, stop))[-1:]:
            self._part(match.start())
            begin, last = next(match.span(group) for group in (1, 2, 3) if match[group] is not None)
            self._scan_value(begin, last)

    def _scan_value(self, begin: int, end: int) -> None:
        """Show the value of an attribute: escapes and entities are markup in it."""
        while begin < end:
            match = re.compile(r"[\\&\n]").search(self.text, begin, end)
            if match is None:
                self._show(begin, end)
                return
            self._show(begin, match.start())
            begin = {"\\": self._backslash, "&": self._entity, "\n": self._newline}[match.group()](match.start())

    # ------------------------------------------------------------ CriticMarkup

    def _brace(self, at: int) -> int:
        kind = marks.CRITIC.get(self.text[at : at + 3])
        if kind is None:
            return self._literal(at)
        start = self.chunk.source(at)
        what, closer = kind
        end = self.text.find(closer, at + 3)
        stop = end + len(closer)
        query = marks.QUERY.fullmatch(self.text, at, stop) if what == "comment" and end >= 0 else None
        if query is not None and "{>>" not in query[2]:
            last = self.chunk.source(stop - 1) + 1
            self._remove("query", at, stop)
            self.found.queries[start] = Ask(query[1], " ".join(query[2].split()), start, last)
            return stop
        if what == "comment" and (end < 0 or query is not None):
            self._reserve("unclosed", start, start + 3)
        elif end >= 0:
            self._reserve(what, start, self.chunk.source(stop - 1) + 1)
        return self._literal(at)

    def _reserve(self, what: str, start: int, end: int) -> None:
        self.found.reserved[start, what] = Reserved(what, start, end)


_SCANNERS: Final = {
    "\\": Scanner._backslash,
    "`": Scanner._code,
    "$": Scanner._math,
    "<": Scanner._less_than,
    "&": Scanner._entity,
    "[": Scanner._bracket,
    "]": Scanner._literal,
    "!": Scanner._bang,
    "^": Scanner._caret,
    "{": Scanner._brace,
    "*": Scanner._emphasis,
    "_": Scanner._emphasis,
    "~": Scanner._emphasis,
    "@": Scanner._example,
    "\n": Scanner._newline,
}
_HTML_SCANNERS: Final = {"<": Scanner._tag, "&": Scanner._entity, "\n": Scanner._newline}


def _is_address(address: str) -> bool:
    scheme, colon, _ = address.partition(":")
    return not colon or scheme.lower() in marks.SCHEMES


def entity(match: re.Match[str]) -> str | None:
    """Return the text an entity stands for."""
    decimal, hexadecimal, name = match.groups()
    if name is not None:
        return html.entities.html5.get(f"{name};")
    number = int(decimal) if decimal is not None else int(hexadecimal, 16)
    if not 0 < number < 0x110000 or 0xD800 <= number < 0xE000:
        return None
    return chr(number)
