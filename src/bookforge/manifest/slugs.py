"""Titles and file names into ids: lower-case Latin letters, digits and single hyphens, beginning with a letter."""

import hashlib
import re
import unicodedata
from typing import Final

SLUG: Final = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
MAX_LENGTH: Final = 60

_LETTERS: Final = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i", "'": "", "’": ""}
)
_NUMBER: Final = re.compile(r"^(?:\d+[\s._-]+)+")


def slug(text: str, otherwise: str) -> str:
    """Return the id made from a text; ``otherwise`` is the word to begin with where the text gives no letter to.

    A text without any Latin letter or digit gives ``otherwise`` and eight hexadecimal digits of its SHA-256.
    """
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    words = "-".join(re.findall("[a-z0-9]+", "".join(c for c in plain if not unicodedata.combining(c))))
    if not words:
        digest = hashlib.sha256(unicodedata.normalize("NFC", text).encode("utf-8", "replace")).hexdigest()
        return f"{otherwise}-{digest[:8]}"
    if not words[0].isalpha():
        words = f"{otherwise}-{words}"
    return words[:MAX_LENGTH].rstrip("-")


def file_slug(path: str, otherwise: str) -> str:
    """Return the id made from a file's name without its suffix, its leading number and the separators after it."""
    stem = path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    return slug(_NUMBER.sub("", stem) or stem, otherwise)
