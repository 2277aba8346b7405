"""What pandoc itself reads in a text, as the same streams that our lexer gives: for tests only."""

import html
import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pypandoc

from bookforge import words
from bookforge.markdown.lexer import Lexed

DIALECT = "markdown-citations-raw_tex-latex_macros-yaml_metadata_block-pandoc_title_block"
_BLOCKS = {"Para", "Plain", "Header", "CodeBlock", "LineBlock", "RawBlock", "Table", "Figure", "DefinitionList"}


@dataclass
class Streams:
    """The text of the flow and of each note, with the formulas of all."""

    flow: list[str] = field(default_factory=list)
    notes: list[list[str]] = field(default_factory=list)
    formulas: list[str] = field(default_factory=list)


def convert(text: str) -> Any:
    command = [pypandoc.get_pandoc_path(), "-f", DIALECT, "-t", "json"]
    done = subprocess.run(command, input=text.encode(), capture_output=True, check=True)
    return json.loads(done.stdout)


def read(text: str) -> Streams:
    """Convert with pandoc and read the result."""
    streams = Streams()
    _walk(convert(text)["blocks"], streams.flow, streams)
    return streams


def _walk(node: Any, out: list[str], streams: Streams) -> None:
    if isinstance(node, list):
        for each in node:
            _walk(each, out, streams)
    elif isinstance(node, dict) and "t" in node:
        _element(node["t"], node.get("c"), out, streams)


def _element(kind: str, content: Any, out: list[str], streams: Streams) -> None:
    if kind in ("Str", "Code", "CodeBlock", "Math", "RawInline", "RawBlock"):
        _text(kind, content, out, streams)
    elif kind in ("Space", "SoftBreak", "LineBreak", "HorizontalRule"):
        out.append("\n")
    elif kind == "Note":
        note: list[str] = []
        streams.notes.append(note)
        _walk(content, note, streams)
    elif kind in _SPECIAL:
        _SPECIAL[kind](content, out, streams)
    else:
        out.append("\n" if kind in _BLOCKS else "")
        _walk(content, out, streams)
        out.append("\n" if kind in _BLOCKS else "")


def _image(_: Any, out: list[str], streams: Streams) -> None:
    """An image in a line shows none of its text."""


def _table(content: Any, out: list[str], streams: Streams) -> None:
    _walk(content[1], out, streams)
    out.append("\n")
    for part in (content[3], *content[4], content[5]):
        _cells(part, out, streams)


def _definitions(content: Any, out: list[str], streams: Streams) -> None:
    for term, definitions in content:
        _lines([term, definitions], out, streams)


def _lines(content: Any, out: list[str], streams: Streams) -> None:
    for line in content:
        out.append("\n")
        _walk(line, out, streams)


def _cells(part: Any, out: list[str], streams: Streams) -> None:
    """Rows are lists that hold cells; whatever holds blocks is walked."""
    if isinstance(part, list):
        for each in part:
            _cells(each, out, streams)
    elif isinstance(part, dict) and part.get("t") not in (None, "AlignDefault", "AlignLeft", "AlignRight"):
        out.append("\n")
        _walk(part, out, streams)


def _figure(content: Any, out: list[str], streams: Streams) -> None:
    _walk(content[1], out, streams)
    out.append("\n")
    for image in _images(content[2]):
        credit = dict(image[0][2]).get("credit")
        if credit:
            out.append("\n" + credit + "\n")


def _images(node: Any) -> Iterator[Any]:
    if isinstance(node, list):
        for each in node:
            yield from _images(each)
    elif isinstance(node, dict):
        if node.get("t") == "Image":
            yield node["c"]
        else:
            yield from _images(node.get("c"))


_SPECIAL = {
    "Image": _image,
    "Table": _table,
    "Figure": _figure,
    "DefinitionList": _definitions,
    "LineBlock": _lines,
}

_DROPPED = re.compile(r"<(script|style|textarea|iframe|object)\b.*?</\1>", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"<!--.*?-->|</?[a-zA-Z!?][^>]*>", re.DOTALL)


def _text(kind: str, content: Any, out: list[str], streams: Streams) -> None:
    if kind == "Str":
        out.append(content)
    elif kind in ("Code", "CodeBlock"):
        out.append(content[1] if kind == "Code" else f"\n{content[1]}\n")
    elif kind == "Math":
        streams.formulas.append("".join(content[1].split()))
        out.append("\n")
    elif content[0] in ("html", "html5"):
        if kind == "RawInline" and content[1].startswith("<"):
            out.append("" if not re.match(r"</?(br|p|div|td)\b", content[1]) else "\n")
        shown = html.unescape(_TAG.sub("", _DROPPED.sub("", content[1])))
        out.append(shown if kind == "RawInline" else f"\n{shown}\n")


def difference(lexed: Lexed) -> str | None:
    """Say where pandoc and our lexer differ on a text; ``None`` if nowhere."""
    theirs = read(lexed.prepared)
    pairs = [("flow", lexed.flow.text, "".join(theirs.flow))]
    for number in range(max(len(lexed.notes), len(theirs.notes))):
        ours = lexed.notes[number].stream.text if number < len(lexed.notes) else ""
        note = "".join(theirs.notes[number]) if number < len(theirs.notes) else ""
        pairs.append((f"note {number + 1}", ours, note))
    for name, ours, other in pairs:
        mine, yours = _words(ours), _words(other)
        if words.letters(mine) != words.letters(yours):
            gap = words.differences(mine, yours)
            return f"{name}: {gap[:3]}\n  ours: {' '.join(mine)[:600]}\npandoc: {' '.join(yours)[:600]}"
    formulas = [
        "".join(formula.tex.split())
        for stream in (lexed.flow, *(note.stream for note in lexed.notes))
        for formula in stream.formulas
    ]
    if sorted(formulas) != sorted(theirs.formulas):
        return f"formulas: ours {formulas}, pandoc {theirs.formulas}"
    return None


def boundaries(lexed: Lexed) -> str | None:
    """Say where words of the flow are parted differently."""
    mine, yours = _words(lexed.flow.text), _words("".join(read(lexed.prepared).flow))
    return None if [words.normal(w) for w in mine] == [words.normal(w) for w in yours] else f"{mine}\n{yours}"


def _words(text: str) -> list[str]:
    return [word for _, word in words.find(text)]
