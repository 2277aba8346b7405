"""Single lines of Markdown into what they begin: a list's item, a link's definition, a block of HTML."""

import re
from typing import Final

from bookforge.markdown.lexer import marks


def is_info(info: str) -> bool:
    """Say whether what follows a code fence may stand there."""
    if not info or marks.RAW_ATTRIBUTE.fullmatch(info):
        return True
    return re.fullmatch(rf"(?:[^\s{{]\S*+)? *(?:{marks.ATTRIBUTES.pattern})?", info, re.DOTALL) is not None


def list_marker(text: str) -> tuple[int, int, str | None] | None:
    """Return where a list marker and where its text begin, and the label of an example; ``None`` for other lines."""
    head = text.lstrip(" ")[:1]
    if not head or not (head in "*+-(#@" or head.isalnum()):
        return None
    match = marks.BULLET.match(text)
    if match is not None:
        if marks.RULE.match(text):
            return None
        return match.end(), content_start(text, match.end()), None
    match = marks.ORDERED.match(text)
    if match is None:
        return None
    numeral = match["both"] or match["one"] or match["dot"]
    if match["dot"] and marks.INITIAL.fullmatch(numeral) and text[match.end() : match.end() + 2] not in ("", "  ", " "):
        return None
    return match.end(), content_start(text, match.end()), numeral[1:] if numeral[0] == "@" else None


def content_start(text: str, end: int) -> int:
    """Return where the text after a list marker begins: after one to four spaces, else after one."""
    spaces = len(text) - end - len(text[end:].lstrip(" "))
    return end + (spaces if spaces <= 4 else 1)


_TAKES_ATTRIBUTES: Final = re.compile(r"(?:\\|`|(?<!\^)\[(?!\^)[^\[\]]*\](?:\([^()]*\))?)$")
"""An escape, code, a span or a link: attributes behind these are theirs."""


def trailing_attributes(text: str) -> int | None:
    """Return where the attributes at the end of a text begin."""
    if not text.endswith("}"):
        return None
    begin = len(text)
    for _ in range(3):
        begin = text.rfind("{", 0, begin)
        if begin < 0:
            return None
        if marks.ATTRIBUTES.fullmatch(text, begin) and not _TAKES_ATTRIBUTES.search(text, 0, begin):
            return begin
    return None


def leaves_comment_open(text: str) -> bool:
    """Say whether a line begins an HTML comment, outside of code, that it does not end."""
    begin = text.rfind("<!--")
    return begin >= 0 and text.find("-->", begin) < 0 and text.count("`", 0, begin) % 2 == 0


def block_tag(text: str) -> int | None:
    """Return where the first HTML tag stands that parts blocks, outside of code."""
    for match in marks.TAG.finditer(text):
        if match["name"].lower() in marks.BLOCK_TAGS and text.count("`", 0, match.start()) % 2 == 0:
            return match.start()
    return None


_TITLE: Final = r"""(?:"(?! )(?:\\.|[^"\\])*"(?![^\W_])|'(?! )(?:\\.|[^'\\])*'(?![^\W_])|\((?:\\.|[^()\\])*\))"""
_LABEL: Final = re.compile(
    r" {0,3}\[(?!\^)((?:\\.|`[^`]*`|\[(?:\\.|[^\[\]\\])*\]|[^\[\]\\])*)\]: *\n? *(?!\[)", re.DOTALL
)
_TARGET: Final = re.compile(
    rf"(?:<(?:\\.|[^<>\\])*>|(?:(?!\n| *(?:{_TITLE}|{marks.ATTRIBUTES.pattern})) *(?:\\.|[^\s\\])+)*)"
    rf"(?: *\n? *{_TITLE})?(?P<gap> *\n? *(?={{))?(?P<attributes>{marks.ATTRIBUTES.pattern})? *(?=\n|$)",
    re.DOTALL,
)


def link_definition(text: str) -> tuple[str, int, int | None] | None:
    """Read a link's definition at the start of a text: its label, its length, where its attributes begin."""
    label = _LABEL.match(text)
    if label is None:
        return None
    target = _TARGET.match(text, label.end())
    if target is None:
        return None
    attributes = target.start("attributes") if target["attributes"] else None
    return label[1], target.end(), attributes
