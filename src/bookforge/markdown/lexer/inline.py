"""Text with inline markup into the words shown, the notes called, the queries asked and what was taken out."""

import html.entities
import re
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Final

from bookforge.markdown.lexer import marks
from bookforge.markdown.lexer.blocks import Document, Leaf
from bookforge.markdown.lexer.lines import Chunk
from bookforge.markdown.lexer.values import Formula, Removal, Reserved, Run, Stream

_SPECIAL: Final = re.compile(r"[\\`$<&\[\]!^{*_~@\n]")
_TAG_SPECIAL: Final = re.compile(r"[<&\n]")
_ADDRESS_END: Final = re.compile(r" +(?:\n *)?[\"')]|\n *[\"']")
_LINK_END: Final = re.compile(r"[)\\<(\"' \n]")
_TASK: Final = re.compile(r"\[([ xX])\](?=\s)")


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a note, found in a stream: by label, or with its text in the chunk."""

    label: str | None
    start: int
    end: int
    chunk: Chunk | None = None
    begin: int = 0
    stop: int = 0


@dataclass(frozen=True, slots=True)
class Ask:
    """A query as it stands in the source."""

    who: str
    text: str
    start: int
    end: int


@dataclass(slots=True)
class Found:
    """What the inline reading of a whole document gathers beside its streams."""

    removals: list[Removal] = field(default_factory=list)
    queries: dict[int, Ask] = field(default_factory=dict)
    reserved: dict[tuple[int, str], Reserved] = field(default_factory=dict)
    links_used: set[str] = field(default_factory=set)


class Sink:
    """Collects the text of one stream."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.at = 0
        self.runs: list[Run] = []
        self.formulas: list[Formula] = []
        self.calls: list[Call] = []

    def put(self, text: str, start: int, length: int) -> None:
        """Append shown text that stands for ``length`` characters of the source."""
        self.parts.append(text)
        last = self.runs[-1] if self.runs else None
        direct = length == len(text)
        if direct and last and last.length == self.at - last.at and last.start + last.length == start:
            self.runs[-1] = Run(last.at, last.start, last.length + length)
        else:
            self.runs.append(Run(self.at, start, length))
        self.at += len(text)

    def stream(self) -> Stream:
        """Return what was collected."""
        return Stream("".join(self.parts), tuple(self.runs), tuple(self.formulas))


@dataclass(slots=True)
class _Mark:
    """A run of emphasis characters, shown as it stands unless it finds its partner."""

    piece: int
    char: str
    opens: bool
    closes: bool


class Scanner:
    """Reads one chunk; makes no recursion, so that no nesting is too deep."""

    def __init__(self, document: Document, found: Found, sink: Sink, in_note: bool) -> None:
        self.document = document
        self.found = found
        self.sink = sink
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

    # ------------------------------------------------------------ output

    def _begin(self, chunk: Chunk) -> None:
        self.chunk = chunk
        self.text = chunk.text
        self.pieces: list[tuple[str, int, int]] = []
        self.marks: list[_Mark] = []
        self.jumps: dict[int, tuple[int, bool]] = {}
        self.shortcut_only: set[int] = set()
        self.links_allowed = True
        self._brackets: dict[int, int] | None = None
        self._ticks: dict[int, list[int]] | None = None

    def _show(self, begin: int, end: int) -> None:
        """Show a stretch as it stands; it holds no line end."""
        if end > begin:
            self.pieces.append((self.text[begin:end], self.chunk.source(begin), end - begin))

    def _show_as(self, text: str, begin: int, end: int) -> None:
        start = self.chunk.source(begin)
        self.pieces.append((text, start, self.chunk.source(end - 1) + 1 - start))

    def _part(self, at: int) -> None:
        """Part words without showing anything."""
        self.pieces.append(("\n", self.chunk.source(at), 0))

    def _remove(self, kind: str, begin: int, end: int) -> None:
        if end > begin:
            self.found.removals.append(Removal(kind, self.chunk.source(begin), self.chunk.source(end - 1) + 1))

    def _flush(self) -> None:
        for piece in self._matched():
            self.pieces[piece] = ("", 0, 0)
        for text, start, length in self.pieces:
            if text:
                self.sink.put(text, start, length)

    def _matched(self) -> list[int]:
        """Return the pieces that are emphasis marks with a partner, so that they part no word."""
        matched: list[int] = []
        openers: dict[str, list[_Mark]] = {}
        for mark in self.marks:
            waiting = openers.setdefault(mark.char, [])
            if mark.closes and waiting and self._may_match(waiting[-1], mark):
                matched += [waiting.pop().piece, mark.piece]
            elif mark.opens:
                waiting.append(mark)
        return matched

    def _may_match(self, opener: _Mark, closer: _Mark) -> bool:
        if opener.char not in ("^", "~"):
            return True
        between = self.pieces[opener.piece + 1 : closer.piece]
        return not any(char in piece[0] for piece in between for char in " \n")

    def _plain(self, begin: int, end: int) -> None:
        while begin < end:
            stop = self.text.find("\n", begin, end)
            stop = end if stop < 0 else stop
            self._show(begin, stop)
            if stop < end:
                self._part(stop)
            begin = stop + 1

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
        self.marks.append(_Mark(len(self.pieces), kind, opens, closes))
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
        comment = marks.COMMENT.match(self.text, at)
        if comment is not None:
            self._remove("comment", at, comment.end())
            return comment.end()
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
        match = marks.COMMENT.match(self.text, at) or marks.TAG.match(self.text, at)
        return match.end() if match else at + 1

    def _open(self, at: int) -> int:
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
        end = self._bracket_end(at + 1) if self.text[at + 1 : at + 2] == "[" else None
        if end is None or self.text[end + 1 : end + 2] in ("[", "(", "{"):  # a link or span in a superscript
            return self._single(at, opens=True)
        start, stop = self.chunk.source(at), self.chunk.source(end) + 1
        if self.in_note:
            self._reserve("nested-note", start, stop)
            return at + 1
        self.sink.calls.append(Call(None, start, stop, self.chunk, at + 2, end))
        return end + 1

    def _single(self, at: int, opens: bool) -> int:
        self.marks.append(_Mark(len(self.pieces), "^", opens, not opens))
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
        query = marks.QUERY.match(self.text, at)
        if query is not None:
            stop = self.chunk.source(query.end() - 1) + 1
            self._remove("query", at, query.end())
            self.found.queries[start] = Ask(query[1], " ".join(query[2].split()), start, stop)
            return query.end()
        what, closer = kind
        end = self.text.find(closer, at + 3)
        if what == "comment" and end < 0:
            what = "unclosed"
        if end >= 0 or what == "unclosed":
            self._reserve(what, start, self.chunk.source(end + 2) + 1 if end >= 0 else start + 3)
        return self._literal(at)

    def _reserve(self, what: str, start: int, end: int) -> None:
        self.found.reserved[start, what] = Reserved(what, start, end)


_SCANNERS: Final = {
    "\\": Scanner._backslash,
    "`": Scanner._code,
    "$": Scanner._math,
    "<": Scanner._less_than,
    "&": Scanner._entity,
    "[": Scanner._open,
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


def _next_dollar(text: str, at: int) -> int:
    """Return the place of the next dollar sign or backslash, or -1."""
    match = re.compile(r"[$\\]").search(text, at)
    return match.start() if match else -1


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
