"""The fields of the manifest into the house's choices of typography."""

import re
from typing import Final

from bookforge.diagnostics import Diagnostic, error
from bookforge.manifest.fields import Fields, Text
from bookforge.typography.choices import AS_TYPED, BY_LANGUAGE, Choices

_WORD: Final = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


def read(book: Fields, errors: list[Diagnostic]) -> Choices:
    """Return the choices of a book, those of the trade where it says nothing."""
    said = book.fields("typography")
    if said is None:
        return Choices()
    words = said.values.get("hyphenation")
    for word in words if isinstance(words, tuple) else ():
        if isinstance(word, Text) and not _WORD.fullmatch(word.value):
            hint = "write the word alone, with hyphens where it may be divided: data-base"
            errors.append(error("division-word", f"'{word.value}' is not one word of letters", word.at, hint))

    def flag(key: str, usual: bool) -> bool:
        chosen = said.flag(key)
        return usual if chosen is None else chosen

    return Choices(
        care=said.text("rules") != AS_TYPED,
        quotes=said.text("quotes") or BY_LANGUAGE,
        dashes=said.text("dashes") or BY_LANGUAGE,
        ellipsis=said.text("ellipsis") or BY_LANGUAGE,
        ranges=flag("ranges", usual=True),
        apostrophes=flag("apostrophes", usual=True),
        primes=flag("primes", usual=True),
        spaces=flag("spaces", usual=True),
        no_break=flag("no-break", usual=True),
        acronyms=flag("acronyms", usual=False),
        hyphenation=said.texts("hyphenation"),
        divide_names=flag("divide-names", usual=False),
        divide_capitalised=flag("divide-capitalised", usual=True),
        divide_last=flag("divide-last", usual=True),
    )
