"""What pandoc remarks on a chapter into findings with the author's line and column."""

import re
from collections.abc import Iterator
from typing import Final

from bookforge import textfile
from bookforge.book import Source
from bookforge.diagnostics import Diagnostic, Location, warning
from bookforge.manuscript import location
from bookforge.markdown.finder import Finder
from bookforge.markdown.lexer import Lexed
from bookforge.markdown.pandoc import Message

_SAID: Final[dict[str, tuple[str, str, str]]] = {
    "UnclosedDiv": (
        "markdown-clear",
        "this ::: passage is never closed: it reaches to the end of what holds it",
        "close it with a line of :::",
    ),
    "DuplicateNoteReference": (
        "markdown-clear",
        "the footnote '{subject}' is written twice",
        "give one of them another label",
    ),
    "DuplicateLinkReference": (
        "markdown-clear",
        "the link label '{subject}' is defined twice",
        "delete one of them",
    ),
    "NoteDefinedButNotUsed": (
        "note-called",
        "the footnote '{subject}' is never called, so no edition shows it",
        "call it with [^{subject}] or delete it",
    ),
    "InlineNotRendered": (
        "raw-is-html",
        "raw text for another format is left out: {subject}",
        "write it as Markdown or HTML",
    ),
    "BlockNotRendered": (
        "raw-is-html",
        "raw text for another format is left out: {subject}",
        "write it as Markdown or HTML",
    ),
}
_OURS: Final = frozenset({"DuplicateIdentifier", "CouldNotConvertTeXMath"})
"""What we find ourselves, with a better place."""

_UNDEFINED_NOTE: Final = re.compile(r"\[\^[^\]\s]+\]")


def findings(messages: tuple[Message, ...], source: Source, lexed: Lexed, finder: Finder) -> Iterator[Diagnostic]:
    """Yield a finding for each remark that concerns the author.

    Rules: ``markdown-clear``, ``note-called``, ``raw-is-html``.
    """
    starts = textfile.line_starts(lexed.prepared)
    for message in messages:
        if message.kind in _OURS or (message.severity != "WARNING" and message.kind not in _SAID):
            continue
        rule, text, hint = _SAID.get(message.kind, ("markdown-clear", "{text}", ""))
        if message.kind == "UnclosedDiv" and not _is_fence(message, lexed.prepared, starts):
            text, hint = "this <div> is never closed: it reaches to the end of what holds it", "close it with </div>"
        subject = " ".join((message.subject or "").split())[:60]
        yield warning(
            rule,
            text.format(subject=subject, text=re.sub(r" at (?:\S+ )?line \d+ column \d+", "", message.text)),
            _place(message, source, lexed, starts, finder),
            hint.format(subject=subject) or None,
        )


def _is_fence(message: Message, prepared: str, starts: tuple[int, ...]) -> bool:
    """Say whether a division is opened with colons and not with an HTML tag."""
    assert message.line is not None
    return prepared[starts[message.line - 1] :].lstrip().startswith((":", ">", "-", "*", "+"))


def _place(message: Message, source: Source, lexed: Lexed, starts: tuple[int, ...], finder: Finder) -> Location:
    if message.line is None or not 1 <= message.line <= len(starts):
        extent = finder.find([re.escape(message.subject.strip())]) if message.subject else None
        return finder.location(extent[0] if extent else None)
    end = starts[message.line] - 1 if message.line < len(starts) else len(lexed.prepared)
    offset = min(starts[message.line - 1] + (message.column or 1) - 1, end)
    return location(source, lexed.text_offset(offset))


def undefined_notes(text: str, source: str) -> Iterator[str]:
    """Yield calls of notes that pandoc left as typed, since no note has that label; one that is escaped is none."""
    for call in _UNDEFINED_NOTE.findall(text):
        escaped = rf"\\\[\\?\^{re.escape(call[2:-1])}\\?\]"
        if re.search(rf"(?<!\\){re.escape(call)}", source) or not re.search(escaped, source):
            yield call
