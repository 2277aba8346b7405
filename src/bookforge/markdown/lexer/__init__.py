"""Markdown text into the words, notes, queries and removals it holds, read independently of pandoc.

The proof that no word is lost compares this reading with pandoc's, so nothing here may ask pandoc.
"""

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
    raise NotImplementedError
