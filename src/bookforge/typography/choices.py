"""What a house may choose of typography, with the names the manifest has for it."""

from dataclasses import dataclass
from typing import Final

BY_LANGUAGE: Final = "by-language"
AS_TYPED: Final = "as-typed"

QUOTES: Final = (BY_LANGUAGE, "double", "single", "low", "guillemets", "inward-guillemets", AS_TYPED)
DASHES: Final = (BY_LANGUAGE, "em", "en", AS_TYPED)
ELLIPSES: Final = (BY_LANGUAGE, "glyph", "spaced", AS_TYPED)
RULES: Final = (BY_LANGUAGE, AS_TYPED)


@dataclass(frozen=True, slots=True)
class Choices:
    """The manifest's table ``typography``; what it does not say follows the language.

    ``care`` is false for a book set as it is typed. ``hyphenation`` are words with their divisions: ``data-base`` may
    be divided there only, ``Tellerman`` never. Capitalised and last words are divided unless told otherwise: a word
    that is kept whole becomes an element of its own, and the engine breaks lines around elements too early.
    """

    care: bool = True
    quotes: str = BY_LANGUAGE
    dashes: str = BY_LANGUAGE
    ellipsis: str = BY_LANGUAGE
    ranges: bool = True
    apostrophes: bool = True
    primes: bool = True
    spaces: bool = True
    no_break: bool = True
    acronyms: bool = False
    hyphenation: tuple[str, ...] = ()
    divide_names: bool = False
    divide_capitalised: bool = True
    divide_last: bool = True
