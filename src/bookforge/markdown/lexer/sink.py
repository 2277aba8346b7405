"""Pieces of shown text into the text of a stream, each piece knowing where it comes from."""

from dataclasses import dataclass, field

from bookforge.markdown.lexer.lines import Chunk
from bookforge.markdown.lexer.values import Formula, Removal, Reserved, Run, Stream


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
class Mark:
    """A run of emphasis characters, shown as it stands unless it finds its partner."""

    piece: int
    char: str
    opens: bool
    closes: bool


class Pieces:
    """What a reader of one chunk shows, piece by piece; emphasis marks that find a partner vanish at the end."""

    def __init__(self, found: Found, sink: Sink) -> None:
        self.found = found
        self.sink = sink

    def _open(self, chunk: Chunk) -> None:
        self.chunk = chunk
        self.text = chunk.text
        self.pieces: list[tuple[str, int, int]] = []
        self.marks: list[Mark] = []

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
        openers: dict[str, list[Mark]] = {}
        for mark in self.marks:
            waiting = openers.setdefault(mark.char, [])
            if mark.closes and waiting and self._may_match(waiting[-1], mark):
                matched += [waiting.pop().piece, mark.piece]
            elif mark.opens:
                waiting.append(mark)
        return matched

    def _may_match(self, opener: Mark, closer: Mark) -> bool:
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
