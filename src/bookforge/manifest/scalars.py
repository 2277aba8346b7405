"""One typed text into the value it stands for, or what is wrong with it."""

import datetime
import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from bookforge.edition import BINDINGS, Format
from bookforge.manifest.model import Scalar
from bookforge.manifest.relators import CODES, COMMON
from bookforge.manifest.slugs import SLUG, slug
from bookforge.measure import Length, MeasureError, TrimSize
from bookforge.semantics import Role

MAX_LINE: Final = 1000
MAX_PROSE: Final = 20_000
MAX_ID: Final = 60

_DATE: Final = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")
_TAG: Final = re.compile(
    r"([a-z]{2,3}(?:-[a-z]{3}){0,3})(-[a-z]{4})?(-(?:[a-z]{2}|\d{3}))?((?:-(?:[a-z0-9]{5,8}|\d[a-z0-9]{3}))*)"
    r"((?:-[a-wyz0-9](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?)",
    re.IGNORECASE,
)
_LANGUAGES: Final = {
    "chinese": "zh", "danish": "da", "dutch": "nl", "english": "en", "finnish": "fi", "french": "fr", "german": "de",
    "deutsch": "de", "greek": "el", "italian": "it", "japanese": "ja", "norwegian": "nb", "polish": "pl",
    "portuguese": "pt", "russian": "ru", "spanish": "es", "swedish": "sv", "turkish": "tr", "ukrainian": "uk",
}  # fmt: skip
_ROLE_WORDS: Final = {
    "acknowledgements": "acknowledgments", "about-the-author": "about-the-authors", "copyright": "copyright-page",
    "half-title": "halftitlepage", "half-title-page": "halftitlepage", "title-page": "titlepage", "toc": "contents",
    "table-of-contents": "contents",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why a text is refused: the rule, what is wrong, and what to do."""

    rule: str
    message: str
    hint: str


def check(kind: Scalar, text: str) -> str | Wrong:
    """Return the text as the book keeps it (NFC, blanks tidied, codes in their usual case), or what is wrong."""
    tidy = unicodedata.normalize("NFC", text.strip())
    if kind is not Scalar.PROSE:
        tidy = " ".join(tidy.split())
    if not tidy:
        return Wrong("manifest-types", "this text is empty", "write something, or remove the key")
    limit = MAX_PROSE if kind is Scalar.PROSE else MAX_LINE
    if len(tidy) > limit:
        hint = "long texts belong into a chapter file; is a quotation mark missing?"
        return Wrong("manifest-types", f"this text has more than {limit} characters", hint)
    return _CHECKS[kind](tidy) if kind in _CHECKS else tidy


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that was probably meant."""
    options = sorted(known)
    folded = {option.casefold(): option for option in options}
    tidy = word.casefold().replace("_", "-").replace(" ", "-")
    if tidy in folded:
        return folded[tidy]
    close = difflib.get_close_matches(tidy, folded, 1, 0.6)
    return folded[close[0]] if close else None


def suggest(word: str, known: Iterable[str]) -> str:
    """Return the hint for an unknown word: the probable one, else all of them."""
    options = tuple(known)
    close = did_you_mean(word, options)
    return f"did you mean '{close}'?" if close else f"use one of {', '.join(options) or 'none'}"


def isbn_digits(text: str) -> str:
    """Return a checked ISBN without its hyphens."""
    return text.replace("-", "")


def role_word(word: str) -> str:
    """Return the word the book uses for a role, for some usual spellings of it."""
    return _ROLE_WORDS.get(word, word)


def _flag(text: str) -> str | Wrong:
    if text.lower() in {"true", "yes", "on"}:
        return "true"
    if text.lower() in {"false", "no", "off"}:
        return "false"
    return Wrong("manifest-types", f"'{text}' is neither true nor false", "write true or false")


def _date(text: str) -> str | Wrong:
    hint = "write it as 2026, 2026-11 or 2026-11-01 (year, month, day)"
    match = _DATE.fullmatch(text)
    if match is None:
        return Wrong("date-valid", f"'{text}' is not a date that can be sorted", hint)
    year, month, day = (int(part) if part else 1 for part in match.groups())
    try:
        datetime.date(year, month, day)
    except ValueError:
        return Wrong("date-valid", f"there is no date {text}", hint)
    return text


def _when(text: str) -> str | Wrong:
    if re.fullmatch(r"-?[0-9]{1,3}", text):
        return text
    found = _date(text)
    if isinstance(found, Wrong):
        hint = "write 1999, 1999-05 or 1999-05-03; or {order: 3, label: words}; or a number below 1000 for the order"
        return Wrong(found.rule, found.message, hint)
    return found


def _order(text: str) -> str | Wrong:
    if re.fullmatch(r"[-+]?[0-9]{1,9}", text):
        return str(int(text))
    return Wrong("manifest-types", f"'{text}' is not a whole number", "write a number such as 3")


def _language(text: str) -> str | Wrong:
    if text.lower() in _LANGUAGES:
        hint = f"write {_LANGUAGES[text.lower()]}"
        return Wrong("language-tag", f"'{text}' is the name of a language, not its tag", hint)
    match = _TAG.fullmatch(text.replace("_", "-"))
    if match is None:
        hint = "write a tag such as en, en-GB or pt-BR"
        return Wrong("language-tag", f"'{text}' is not a language tag", hint)
    language, script, region, variants, rest = match.groups(default="")
    tag = language.lower() + script.title() + region.upper() + variants.lower() + rest.lower()
    if "_" in text:
        return Wrong("language-tag", f"'{text}' is not a language tag: its parts are joined by hyphens", f"write {tag}")
    return tag


def _id(text: str) -> str | Wrong:
    if SLUG.fullmatch(text) and len(text) <= MAX_ID:
        return text
    if len(text) > MAX_ID:
        return Wrong("id-shape", f"this id has more than {MAX_ID} characters", "choose a shorter one")
    hint = f"use small letters, digits and single hyphens, beginning with a letter: {slug(text, 'id')}"
    return Wrong("id-shape", f"'{text}' cannot be an id", hint)


def _role(text: str) -> str | Wrong:
    word = role_word(text)
    if word == Role.PART:
        return Wrong("role-known", "a part is not made by its role", "write '- part: Title' with its chapters")
    if word in set(Role):
        return word
    return Wrong(
        "role-known", f"there is no role '{text}'", suggest(text, [role for role in Role if role != Role.PART])
    )


def _relator(text: str) -> str | Wrong:
    if text in CODES:
        return text
    by_words = {words: code for code, words in COMMON.items()}
    close = did_you_mean(text, by_words)
    if text.lower() in CODES:
        hint = f"write {text.lower()}"
    elif close:
        hint = f"did you mean {by_words[close]} ({close})?"
    else:
        hint = "the usual ones are " + ", ".join(f"{code} ({words})" for code, words in COMMON.items())
    return Wrong("relator-known", f"'{text}' is not a MARC relator code", hint)


def _format(text: str) -> str | Wrong:
    if text.lower() in set(Format):
        return text.lower()
    return Wrong("format-known", f"there is no format '{text}'", suggest(text, list(Format)))


def _trim_size(text: str) -> str | Wrong:
    try:
        TrimSize.parse(text)
    except MeasureError as problem:
        return Wrong("trim-size-valid", str(problem), problem.hint)
    return text


def _length(text: str) -> str | Wrong:
    try:
        if not Length.parse(text).pt:
            return Wrong("manifest-types", f"'{text}' is no width or height", "write what the printer's template says")
    except MeasureError as problem:
        return Wrong("manifest-types", str(problem), problem.hint)
    return text


def _count(text: str) -> str | Wrong:
    if re.fullmatch(r"[1-9][0-9]{0,4}", text):
        return text
    return Wrong("manifest-types", f"'{text}' is not a number of pages", "write a number such as 240")


def _price(text: str) -> str | Wrong:
    if re.fullmatch(r"[0-9]{5}", text):
        return text
    hint = 'write the digit of the currency and the price without a point, as in "51499" for $14.99; "90000" is none'
    return Wrong("manifest-types", f"'{text}' is not a price in five digits", hint)


def _binding(text: str) -> str | Wrong:
    if text.lower() in BINDINGS:
        return text.lower()
    return Wrong("manifest-types", f"'{text}' is not a binding", suggest(text, BINDINGS))


def _isbn(text: str) -> str | Wrong:
    """Return an ISBN as it is printed: thirteen digits, hyphens where the author put them."""
    typed = re.sub(r"[\s\u2010-\u2015-]+", "-", re.sub(r"^isbn(?:-1[03])?:?\s*", "", text, flags=re.IGNORECASE)).upper()
    digits = isbn_digits(typed)
    if re.fullmatch(r"[0-9]{9}[0-9X]", digits):
        right = _check_digit_10(digits)
    elif re.fullmatch(r"97[89][0-9]{10}", digits):
        right = _check_digit_13(digits)
    else:
        message = f"'{text}' is not an ISBN"
        return Wrong("isbn-valid", message, "an ISBN has 13 digits and begins with 978 or 979; an old one has 10")
    if right != digits[-1]:
        message = f"the check digit of this ISBN is wrong: it ends in {digits[-1]}"
        return Wrong("isbn-valid", message, f"if all other digits are right, it ends in {right}; compare every digit")
    if len(digits) == 13:
        return typed
    return ("978-" if "-" in typed else "978") + typed[:-1] + _check_digit_13("978" + digits[:9])


def _check_digit_13(digits: str) -> str:
    return str(-sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits[:12])) % 10)


def _check_digit_10(digits: str) -> str:
    rest = -sum(int(digit) * (10 - place) for place, digit in enumerate(digits[:9])) % 11
    return "X" if rest == 10 else str(rest)


def _bisac(text: str) -> str | Wrong:
    if re.fullmatch(r"[A-Z]{3}[0-9]{6}", text.upper()):
        return text.upper()
    return Wrong(
        "subject-code", f"'{text}' is not a BISAC code", "it has three letters and six digits, as in BIO026000"
    )


def _thema(text: str) -> str | Wrong:
    if re.fullmatch(r"(?:[A-Z][A-Z0-9]{0,9}|[1-6][A-Z0-9]{1,9}(?:-[A-Z0-9]{1,6}){0,4})", text.upper()):
        return text.upper()
    return Wrong("subject-code", f"'{text}' is not a Thema code", "it has letters and digits only, as in DNC or 1KBB")


_CHECKS: Final[dict[Scalar, Callable[[str], str | Wrong]]] = {
    Scalar.FLAG: _flag,
    Scalar.DATE: _date,
    Scalar.WHEN: _when,
    Scalar.ORDER: _order,
    Scalar.LANGUAGE: _language,
    Scalar.ID: _id,
    Scalar.ROLE: _role,
    Scalar.RELATOR: _relator,
    Scalar.FORMAT: _format,
    Scalar.TRIM_SIZE: _trim_size,
    Scalar.LENGTH: _length,
    Scalar.COUNT: _count,
    Scalar.BINDING: _binding,
    Scalar.PRICE: _price,
    Scalar.ISBN: _isbn,
    Scalar.BISAC: _bisac,
    Scalar.THEMA: _thema,
}
