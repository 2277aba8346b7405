"""Markdown text into the words, notes, queries and removals it holds, read independently of pandoc.

The proof that no word is lost compares this reading with pandoc's, so nothing here may ask pandoc.
"""

from collections.abc import Iterable

from bookforge.markdown.lexer import marks
from bookforge.markdown.lexer.blocks import Reader
from bookforge.markdown.lexer.document import Document, Leaf
from bookforge.markdown.lexer.inline import Scanner
from bookforge.markdown.lexer.lines import Tabs, split
from bookforge.markdown.lexer.sink import Found, Sink
from bookforge.markdown.lexer.values import (
    AuthorQuery,
    Block,
    Formula,
    Lexed,
    NoteCall,
    Placeholder,
    Removal,
    Reserved,
    Run,
    Stream,
    Word,
)

__all__ = [
    "AuthorQuery",
    "Block",
    "Formula",
    "Lexed",
    "NoteCall",
    "Placeholder",
    "Removal",
    "Reserved",
    "Run",
    "Stream",
    "Word",
    "lex",
]


def lex(text: str) -> Lexed:
    """Read ``Source.text``: pandoc Markdown without citations, TeX macros and metadata blocks."""
    tabs = Tabs(text)
    document = Document()
    leaves: list[Leaf] = []
    Reader(document, leaves).read(split(tabs.text))
    found = Found()
    flow = Sink()
    _read(leaves, document, found, flow)
    blocks = [_block(leaf, 0, tabs) for leaf in leaves]
    notes = []
    for number, call in enumerate(flow.calls, start=1):
        sink = Sink()
        at = call.end
        if call.label is None:
            assert call.chunk is not None
            at = call.chunk.source(call.begin)
            Scanner(document, found, sink, in_note=True).part(call.chunk, call.begin, call.stop)
        else:
            definition = document.notes[call.label]
            at = definition.leaves[0].chunk.start if definition.leaves else definition.start
            _read(definition.leaves, document, found, sink, in_note=True)
            blocks += [_block(leaf, number, tabs) for leaf in definition.leaves]
        place = tabs.source
        notes.append(NoteCall(call.label, place(call.start), place(call.end), place(at), _stream(sink, tabs)))
    _unused(document, found, {call.label for call in flow.calls})
    queries = tuple(
        AuthorQuery(number, ask.who, ask.text, tabs.source(ask.start), tabs.source(ask.end))
        for number, (_, ask) in enumerate(sorted(found.queries.items()), start=1)
    )
    prepared, pairs = _prepare(text, queries)
    shown = _stream(flow, tabs)
    return Lexed(
        flow=shown,
        notes=tuple(notes),
        removals=_removals(document.removals + found.removals, tabs),
        queries=queries,
        reserved=tuple(
            Reserved(mark.what, tabs.source(mark.start), tabs.source(mark.end))
            for _, mark in sorted(found.reserved.items())
        ),
        placeholders=_placeholders([shown, *(note.stream for note in notes)]),
        blocks=tuple(blocks),
        prepared=prepared,
        pairs=pairs,
    )


def _read(leaves: Iterable[Leaf], document: Document, found: Found, sink: Sink, in_note: bool = False) -> None:
    scanner = Scanner(document, found, sink, in_note)
    for leaf in leaves:
        scanner.leaf(leaf)


def _block(leaf: Leaf, stream: int, tabs: Tabs) -> Block:
    kind = "image" if leaf.kind == "text" and leaf.chunk.text.startswith("![") else leaf.kind
    return Block(kind, tabs.source(leaf.chunk.start), tabs.source(leaf.chunk.end), stream)


def _unused(document: Document, found: Found, called: set[str | None]) -> None:
    for label, note in document.notes.items():
        if label not in called:
            document.remove("unused-note", note.start, note.end)
    for key, link in document.links.items():
        document.remove("reference" if key in found.links_used else "unused-reference", link.start, link.end)


def _stream(sink: Sink, tabs: Tabs) -> Stream:
    stream = sink.stream()
    if tabs.none or not stream.text:
        return stream
    runs = []
    ends = [*(run.at for run in stream.runs[1:]), len(stream.text)]
    for run, end in zip(stream.runs, ends, strict=True):
        if run.length != end - run.at:
            start = tabs.source(run.start)
            runs.append(Run(run.at, start, tabs.source(run.start + run.length) - start))
            continue
        at = run.at
        while at < end:  # one run for each stretch without a tab
            stop = at + 1
            start = tabs.source(run.start + at - run.at)
            while stop < end and tabs.source(run.start + stop - run.at) == start + stop - at:
                stop += 1
            runs.append(Run(at, start, stop - at))
            at = stop
    formulas = (
        Formula(formula.tex, formula.display, tabs.source(formula.start), tabs.source(formula.end))
        for formula in stream.formulas
    )
    return Stream(stream.text, tuple(runs), tuple(formulas))


def _removals(removals: list[Removal], tabs: Tabs) -> tuple[Removal, ...]:
    found = {(tabs.source(each.start), tabs.source(each.end), each.kind) for each in removals}
    return tuple(Removal(kind, start, end) for start, end, kind in sorted(found))


def _placeholders(streams: Iterable[Stream]) -> tuple[Placeholder, ...]:
    found = set()
    for stream in streams:
        if any(sign in stream.text for sign in marks.IN_PLACEHOLDERS):
            found |= {
                (word.start, word.end, word.text) for word in stream.words() if marks.PLACEHOLDER.fullmatch(word.text)
            }
    return tuple(Placeholder(text, start, end) for start, end, text in sorted(found))


def _prepare(text: str, queries: Iterable[AuthorQuery]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Put an empty span with the query's number in the place of each, as wide as the query where that can be."""
    parts: list[str] = []
    pairs = [(0, 0)]
    at = done = 0
    for query in queries:
        # behind a bracket, an exclamation mark or a caret, brackets would be a link, an image or a note
        short = text[query.start - 1 : query.start] not in ("]", "!", "^") or not query.start
        head, tail = (f"[]{{query={query.number}", "}") if short else (f'<span query="{query.number}"', "></span>")
        if "\n" not in text[query.start : query.end]:  # columns of tables stay where they are
            head = head.ljust(query.end - query.start - len(tail))
        span = head + tail
        parts += [text[done : query.start], span]
        at += query.start - done
        pairs.append((at, query.start))
        at += len(span)
        done = query.end
        pairs.append((at, done))
    parts.append(text[done:])
    return "".join(parts), tuple(pairs)
