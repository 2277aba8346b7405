"""A run of text in, the same with the spaces its language wants, and none of them where a line must not end."""

import re
from functools import cache
from typing import Final

from bookforge.typography.languages import NARROW, NO_BREAK, Language
from bookforge.typography.runs import ADDRESS, SEAM, THING, TURN

_ANY: Final = r"[ \u00a0\u202f\u2009]"
_S: Final = rf"[{SEAM}]*"
_GAPS: Final = re.compile(_ANY)
_DIGIT: Final = re.compile(r"\d")
_DOUBLE: Final = re.compile(r"(?<=\S)  +(?=\S)")
_THOUSANDS: Final = re.compile(r"(?<![\d.,\u00a0\u202f])\d{1,3}(?: \d{3})+(?!\d)")
_OF_TOKEN: Final = r"[\w.º°§¶’-]"
_GAP_BEFORE: Final = re.compile(rf" (?={_S}(?P<after>\d|[^\W\d_a-zß-öø-ÿ]|[ivxlc]+\b))")
"""A space is looked for first, since that is quickly found; whether a word stands before it is asked of few."""
_TOKEN: Final = re.compile(rf"{_OF_TOKEN}+\Z")
_ROMAN: Final = re.compile(r"[IVXLC]+\b|[ivxlc]+\b")
_REGNAL: Final = re.compile(r"[IVX]{2,5}\b")
_DAY: Final = re.compile(r"\d{1,2}(?!\d)")
_LONGEST: Final = 16
_INITIAL: Final = 2
_UNITS: Final = (
    "km|m|cm|mm|µm|nm|kg|g|mg|µg|lb|lbs|oz|ft|yd|mi|ha|l|L|ml|dl|cl|hl|t|kW|MW|GW|W|V|A|Hz|kHz|MHz|GHz|dB|K|°C|°F|°|h|"
    "min|s|ms|mph|km/h|m/s|kB|MB|GB|TB|kcal|kJ|J|Pa|hPa|bar|psi|rpm|pt|px|dpi|€|£|\\$|¥|F|CHF|EUR|USD|GBP|DM|Fr\\.|%|‰|"
    "a\\.m\\.|p\\.m\\.|am|pm|AM|PM|BC|AD|BCE|CE|B\\.C\\.|A\\.D\\.|o’clock|millions?|billions?|trillions?|"
    "Uhr|Mio\\.|Mrd\\.|Millionen|Milliarden|heures|milliards"
)
_UNIT: Final = re.compile(rf"(\d{_S}) ({_S}(?:{_UNITS})(?![\w’]))")
_QUOTES_MET: Final = re.compile(rf"([“”„«»‘‚›‹’])({_S})(?=[“”„«»‘‚›‹’])")


def single(text: str) -> str:
    """Leave one of several spaces between words: sentences are not parted by two."""
    return _DOUBLE.sub(" ", text) if "  " in text else text


def spaced(text: str, language: Language) -> str:
    """Give a run the spaces its language has inside guillemets, before punctuation, in numbers and abbreviations."""
    for pattern, put in _before_marks(language):
        text = pattern.sub(put, text)
    if language.abbreviations and "." in text:
        pattern, forms = _abbreviations(language)
        text = pattern.sub(lambda match: forms[_GAPS.sub("", match[0])], text)
    if language.thousands:
        text = _THOUSANDS.sub(lambda match: match[0].replace(" ", NARROW), text)
    return text


def held(text: str, language: Language) -> str:
    """Let a line not end between a title and a name, between initials, a number and its unit, the parts of a date."""
    references = _references(language)
    text = _GAP_BEFORE.sub(lambda match: _hold(match, language, references), text)
    if _DIGIT.search(text):
        text = _UNIT.sub(rf"\1{NO_BREAK}\2", text)
        if language.months:
            text = _days(language).sub(rf"\1{NO_BREAK}\2", text)
    if language.hanging:
        text = _hanging(language).sub(rf"\1{NO_BREAK}", text)
    return text


def _hold(match: re.Match[str], language: Language, references: frozenset[str]) -> str:
    text, start, end = match.string, match.start(), match.start("after")
    while text[start - 1 : start] == SEAM:
        start -= 1
    found = _TOKEN.search(text, max(0, start - _LONGEST), start)
    if found is None:
        return match[0]
    token = found[0]
    is_counted = token in language.before_numbers or token.lower() in references
    if text[end].isdigit():
        is_held = is_counted or (token in language.months and _DAY.match(text, end) is not None)
    else:
        is_held = (is_counted and _ROMAN.match(text, end) is not None) or _is_name(token, text, end, language)
    return NO_BREAK if is_held else match[0]


def _is_name(token: str, text: str, at: int, language: Language) -> bool:
    """Say whether what stands before a capital letter holds fast to it: a title, an initial, a ruler's name."""
    if not text[at].isupper():
        return False
    if token in language.before_names:
        return True
    if len(token) == _INITIAL and token[1] == "." and token[0].isupper():
        # “So did I. Then …” is the end of a sentence
        return text[at + 1 : at + 2] == "." or (token != "I." and text[at + 1 : at + 2].islower())
    return len(token) > _INITIAL and token[0].isupper() and _REGNAL.match(text, at) is not None


def quotes_apart(text: str) -> str:
    """Set a narrow space between quotation marks that meet."""
    return _QUOTES_MET.sub(_apart, text)


def _apart(match: re.Match[str]) -> str:
    before, after = match[1], match.string[match.end()]
    # an elision before a quotation: l’«été»
    return match[0] if before == "’" and after in "“„«‘‚" else f"{match[0]}{NARROW}"


# ---------------------------------------------------------------- patterns of a language


@cache
def _references(language: Language) -> frozenset[str]:
    return frozenset(word.lower() for word in language.references)


@cache
def _before_marks(language: Language) -> tuple[tuple[re.Pattern[str], str], ...]:
    rules = []
    for marks, space in language.apart:
        after = rf"(?=[\s”»“)\]{SEAM}{TURN}{THING}]|\Z)" if marks == ":" else r"(?!\w)"
        word = rf"(?<=[\w”’»%°€$)\].{THING}{ADDRESS}])"
        rules.append((re.compile(rf"{word}({_S}){_ANY}?({_S})([{marks}]){after}"), rf"\1{space}\2\3"))
        rules.append((re.compile(rf"(?<=…)({_S}){_ANY}({_S})([{marks}]){after}"), rf"\1{space}\2\3"))
    if language.quoted_apart:
        rules.append((re.compile(rf"«({_S}){_ANY}*(?=\S)"), rf"«{language.quoted_apart}\1"))
        rules.append((re.compile(rf"(?<=\S){_ANY}*({_S})»"), rf"\1{language.quoted_apart}»"))
    if language.percent:
        rules.append((re.compile(rf"(?<=\d){_ANY}?(?=[%‰])"), NARROW))
    return tuple(rules)


@cache
def _abbreviations(language: Language) -> tuple[re.Pattern[str], dict[str, str]]:
    """Return a pattern for the abbreviations of several parts, spaced or not, and their forms by what is typed."""
    forms = {each.replace(" ", ""): each.replace(" ", NARROW) for each in language.abbreviations}
    listed = sorted(language.abbreviations, key=lambda each: (-len(each), each))
    options = "|".join(f"{_ANY}?".join(map(re.escape, each.split())) for each in listed)
    return re.compile(rf"(?<![\w.])(?:{options})(?!\w)"), forms


@cache
def _days(language: Language) -> re.Pattern[str]:
    months = "|".join(re.escape(month) for month in sorted(language.months, key=lambda each: (-len(each), each)))
    return re.compile(rf"(\d(?:\.|st|nd|rd|th|er|º)?{_S}) ({_S}(?:{months})(?!\w))")


@cache
def _hanging(language: Language) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)([{language.hanging}]{_S}) (?=\S)")
