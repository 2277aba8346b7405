"""A run of text in, the same with the quotation marks, apostrophes and primes that its language has for them.

What comes in is pandoc's ``smart``: it knows English only, pairs ``'tis … boys'`` as a quotation, and takes inches for
closing marks. So every mark is looked at again: which ones belong together, and which are none.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from bookforge.typography.languages import Language, Pair, words
from bookforge.typography.runs import ADDRESS, SEAM, THING, TURN

_MARKS: Final = re.compile("[“”‘’„‚«»‹›]")
_WORTH: Final = re.compile("[“”‘’]")
_STRAIGHT: Final = re.compile("[\"']")
_EXPLICIT: Final = {"„": "“”", "‚": "‘’", "«": "»", "»": "«", "‹": "›", "›": "‹"}

_OPENS_AFTER: Final = "([{—–-/¿¡“‘„‚«‹\u00a0\u202f\u2060"
_ENDS: Final = ".,;:!?…)]}—–-/”’»›"
_SPACED_NN: Final = re.compile(rf"(?<![^\s{TURN}])[‘’][Nn][’‘](?=[{SEAM}]*\s*\w)")
_JOINED_NN: Final = re.compile(r"(?<=\w)[‘’]([Nn])[’‘](?=\w)")
_NN: Final = re.compile("[‘’][Nn][’‘]")
"""What both have; like the next such patterns it is quickly seen to be nowhere in a text."""
_LETTER_NAMED: Final = words(
    "letter letters an a the of by for as with to in symbol number sound consonant variable say write"
)
_LAST_WORD: Final = re.compile(r"(\w+)\W*\Z")
_WORD: Final = re.compile(rf"[\w{SEAM}]+(?:[’'][\w{SEAM}]+)*")
_FIGURES: Final = re.compile(r"(\d+)(?:[.,]\d+)?[½¼¾⅓⅔⅛⅜⅝⅞]?\Z|[½¼¾⅓⅔⅛⅜⅝⅞]\Z")
_YEARS: Final = 3
"""Figures a measure has at most; four are a year."""
_DEEP: Final = 8
_FAR: Final = 200
"""Marks between which a quotation in single marks can end, and marks that can be open at once: texts may be hostile."""
_SENTENCE_END: Final = re.compile(r"[.!?…]\s+[^\W\d_]")

_N: Final = r"(?:\d{1,3}(?:[.,]\d+)?[½¼¾⅓⅔⅛⅜⅝⅞]?|[½¼¾⅓⅔⅛⅜⅝⅞])"
_MEASURED: Final = re.compile("[’”](?<=[\\d½¼¾⅓⅔⅛⅜⅝⅞].)")
_FEET_INCHES: Final = re.compile(rf"(?<![\d’‘])({_N})’(\s?(?:[½¼¾⅓⅔⅛⅜⅝⅞]\s?)?{_N})”(?!\w)")
_DEGREES: Final = re.compile(rf"(°[\s\u00a0\u202f]?{_N})’(?:([\s\u00a0\u202f]?{_N})”)?")
_BY: Final = re.compile(rf"(?<![\d’‘])({_N})([’”])(\s?(?:[x×–-]|by)\s?)({_N})\2(?!\w)")


@dataclass(slots=True)
class _Mark:
    """A mark at ``at``. ``kind`` is open, close, apostrophe, prime or kept; ``form`` double, single or the mark itself.

    ``after_gap``: the space before it, which pandoc lost, is put back.
    """

    at: int
    kind: str
    form: str
    mate: "_Mark | None" = None
    before: str = ""
    after: str = ""
    after_gap: bool = False


@dataclass(frozen=True, slots=True)
class Marks:
    """How marks are set: ``outer`` and ``inner`` (``None``: as typed), whether single marks are the outer ones as
    typed, whether the elisions of the language are known, and the signs for minutes and seconds, feet and inches."""

    outer: Pair | None
    inner: Pair | None
    single_outside: bool
    elisions: bool
    primes: Pair | None


def curl(text: str) -> str:
    """Curl straight marks as pandoc does: what the manifest says in words has not been through pandoc."""
    if not _STRAIGHT.search(text):
        return text
    made = list(text)
    for match in _STRAIGHT.finditer(text):
        at = match.start()
        before, after = text[at - 1 : at], text[at + 1 : at + 2]
        opens = (not before or before.isspace() or before in "([{—–\"'") and bool(after) and not after.isspace()
        if match[0] == '"':
            made[at] = "“" if opens else "”"
        else:
            made[at] = "‘" if opens and _closes_later(text, at) else "’"
    return "".join(made)


def _closes_later(text: str, at: int) -> bool:
    return re.compile(r"'(?!\w)").search(text, at + 1) is not None


_OPENERS: Final = re.compile(
    r"[“”]|‘(?!(?:\d\d|[Tt]is|[Tt]was|[Tt]were|[Tt]will|[Ee]m|[Nn]|[Cc]ause|[Tt]il|[Rr]ound)\b)|’(?!\w)|</p>"
)


def outside_is_single(texts: list[str]) -> bool:
    """Say whether an author sets single marks outside: more speeches of the texts begin with one."""
    return sum(map(_more_single, texts)) > 0


@lru_cache(maxsize=256)
def _more_single(text: str) -> int:
    """Return how many speeches more of a text begin with a single mark than with a double one."""
    more = 0
    closing = ""
    for mark in _OPENERS.findall(text):
        if mark == "</p>" or mark == closing:
            closing = ""
        elif not closing and mark in "“‘":
            more += 1 if mark == "‘" else -1
            closing = "”" if mark == "“" else "’"
    return more


def resolve(text: str, language: Language, marks: Marks) -> str:
    """Give each mark of a run its form.

    Marks that the author typed in other forms than the English ones stay; English ones in them are the inner ones.
    """
    if not _WORTH.search(text) and not (marks.primes and "°" in text):
        return text
    if marks.elisions and _NN.search(text):
        text = _JOINED_NN.sub("’\\1’", text)
        text = _SPACED_NN.sub(lambda match: _and(text, match), text)
    if marks.primes is not None:
        text = _certain_primes(text, marks.primes)
    found = _classify(text)
    _Matcher(text, found, language, marks).match()
    return _written(text, found, language, marks)


def _and(text: str, match: re.Match[str]) -> str:
    """``rock ’n’ roll``, but not the letter ‘n’."""
    before = _LAST_WORD.search(text[: match.start()])
    if before is None or before[1].lower() in _LETTER_NAMED:
        return match[0]
    return f"’{match[0][1]}’"


def _certain_primes(text: str, primes: Pair) -> str:
    minute, second = primes
    if not _MEASURED.search(text):
        return text
    if "°" in text:
        text = _DEGREES.sub(lambda m: f"{m[1]}{minute}" + (f"{m[2]}{second}" if m[2] else ""), text)
    text = _FEET_INCHES.sub(lambda m: f"{m[1]}{minute}{m[2]}{second}", text)

    def by(match: re.Match[str]) -> str:
        sign = minute if match[2] == "’" else second
        return f"{match[1]}{sign}{match[3]}{match[4]}{sign}"

    return _BY.sub(by, text)


# ---------------------------------------------------------------- what each mark may be


def _classify(text: str) -> list[_Mark]:
    found = []
    for match in _MARKS.finditer(text):
        at = match.start()
        before, after = _before(text, at), _after(text, at)
        kind, form = _CLASS[match[0]](before, after)
        found.append(_Mark(at, kind, form or match[0], None, before, after))
    return found


def _before(text: str, at: int) -> str:
    at -= 1
    while at >= 0 and text[at] == SEAM:
        at -= 1
    return text[at] if at >= 0 else ""


def _after(text: str, at: int) -> str:
    at += 1
    while at < len(text) and text[at] == SEAM:
        at += 1
    return text[at] if at < len(text) else ""


def _is_gap(char: str) -> bool:
    return not char or char.isspace() or char == TURN


def _is_wordlike(char: str) -> bool:
    return char.isalnum() or (char != "" and char in THING + ADDRESS)


def _is_closing_place(before: str, after: str) -> bool:
    return not _is_gap(before) and before not in _OPENS_AFTER and (_is_gap(after) or after in _ENDS)


def _is_opening_place(before: str, after: str) -> bool:
    return (_is_gap(before) or before in "([{") and not _is_gap(after) and after not in ".,;:!?)]}"


def _of_left_double(before: str, after: str) -> tuple[str, str]:
    return ("close" if _is_closing_place(before, after) else "open"), "double"


def _of_right_double(before: str, after: str) -> tuple[str, str]:
    return ("open" if _is_opening_place(before, after) else "close"), "double"


def _of_left_single(before: str, after: str) -> tuple[str, str]:
    if before.isalnum() and after.isalnum():
        return "apostrophe", "single"
    return ("close" if _is_closing_place(before, after) else "open"), "single"


def _of_right_single(before: str, after: str) -> tuple[str, str]:
    if _is_gap(before) or before in "([{" or _is_wordlike(after) or (after and after in "“‘„«"):
        return "apostrophe", "single"
    return "close", "single"


def _of_low(_before_: str, _after_: str) -> tuple[str, str]:
    return "open", ""


def _of_left_guillemet(before: str, after: str) -> tuple[str, str]:
    ends = not after or after in " \n" or after == TURN or after in _ENDS
    return ("close" if not _is_gap(before) and before != "’" and ends else "open"), ""


def _of_right_guillemet(before: str, after: str) -> tuple[str, str]:
    begins = not before or before in " \n([{“‘„‚–—" or before == TURN
    return ("open" if begins and not _is_gap(after) and after not in _ENDS else "close"), ""


_CLASS: Final = {
    "“": _of_left_double, "”": _of_right_double, "‘": _of_left_single, "’": _of_right_single, "„": _of_low,
    "‚": _of_low, "«": _of_left_guillemet, "‹": _of_left_guillemet, "»": _of_right_guillemet, "›": _of_right_guillemet,
}  # fmt: skip


# ---------------------------------------------------------------- which belong together


class _Matcher:
    """Finds the mate of each mark, and the apostrophes and primes among them."""

    def __init__(self, text: str, found: list[_Mark], language: Language, marks: Marks) -> None:
        self.text = text
        self.found = found
        self.language = language
        self.marks = marks
        self.stack: list[_Mark] = []

    def match(self) -> None:
        for number, mark in enumerate(self.found):
            if mark.kind == "open":
                self._open(number, mark)
            elif mark.kind == "apostrophe" and self._may_open(number, mark):
                mark.kind = "open"
                self._open(number, mark)
            elif mark.kind == "close" and mark.mate is None:
                self._close(number, mark)

    def _may_open(self, number: int, mark: _Mark) -> bool:
        """Say whether a closing mark before a word opens: pandoc has paired another mark with what closes here."""
        if not (_is_gap(mark.before) or mark.before in "([") or not mark.after.isalpha():
            return False
        is_and = self.text[mark.at + 1 : mark.at + 3] in {"n’", "N’"}
        return not is_and and not self._is_elision(number, mark) and self._closes_well(number)

    def _open(self, number: int, mark: _Mark) -> None:
        if mark.form == "single":
            if self.marks.elisions and self._is_elision(number, mark):
                mark.kind = "apostrophe"
                return
            closing = self._closing(number)
            if closing is not None:
                mark.mate, closing.mate = closing, mark
        else:
            self.stack.append(mark)

    def _close(self, number: int, mark: _Mark) -> None:
        if self._closes_typed(mark):
            return
        if mark.form == "single":
            # no opening mark has claimed it
            mark.kind = "prime" if self._is_measure(mark) else "apostrophe"
        elif mark.form == "double":
            if self._is_surplus_inch(number, mark):
                mark.kind = "prime"
            elif _is_wordlike(mark.after) and not mark.before.isdigit() and self._is_surplus(number):
                # pandoc 3.9 takes the space and the mark after it as one where it has paired single marks wrongly
                mark.kind, mark.after_gap = "open", True
                self.stack.append(mark)
            else:
                self._pop(mark, lambda each: each.form == "double")

    def _closes_typed(self, mark: _Mark) -> bool:
        """Let a mark close one that the author typed in the language's own form, and keep it as it is."""
        char = self.text[mark.at]
        if not any(char in _EXPLICIT.get(each.form, "") for each in self.stack):
            return False
        top = next((each for each in reversed(self.stack) if each.form != "single"), None)
        if top is None or (char in "”’" and char not in _EXPLICIT.get(top.form, "")):
            return False
        if char == "’" and not self._is_strong(mark):
            return False
        if self._pop(mark, lambda each: char in _EXPLICIT.get(each.form, "")):
            mark.form = char
            mark.kind = "kept"
            return True
        return False

    def _pop(self, mark: _Mark, fits: Callable[[_Mark], bool]) -> bool:
        for place in range(len(self.stack) - 1, -1, -1):
            if fits(self.stack[place]):
                opening = self.stack[place]
                del self.stack[place:]
                opening.mate, mark.mate = mark, opening
                return True
        return False

    # ------------------------------------------------------------ single marks

    def _is_elision(self, number: int, mark: _Mark) -> bool:
        """Say whether a single mark before a word stands for letters left out."""
        start = mark.at + 1
        while start < len(self.text) and self.text[start] == SEAM:
            start += 1
        match = _WORD.match(self.text, start)
        if match is None:
            return False
        word = match[0].replace(SEAM, "").lower().replace("'", "’")
        following = self.text[match.end() : match.end() + 1]
        closed = following == "’" and not (self.text[match.end() + 1 : match.end() + 2]).isalnum()
        bare = word.split("’")[0]
        if bare[:2].isdigit():
            if len(bare) > len("80"):
                return re.fullmatch(r"\d\d(?:s|er|ers|n|º)", bare) is not None
            return not closed and not self._closes_well(number, within_sentence=True)
        if closed and word not in self.language.elisions:
            return False
        if bare in self.language.elisions or word in self.language.elisions:
            return not (closed and len(bare) > 1)
        return (bare in self.language.perhaps or word in self.language.perhaps) and not self._closes_well(number)

    def _closes_well(self, number: int, within_sentence: bool = False) -> bool:
        closing = self._closing(number)
        if closing is None or not self._is_strong(closing):
            return False
        return not (within_sentence and _SENTENCE_END.search(self.text, self.found[number].at, closing.at))

    def _closing(self, number: int) -> _Mark | None:
        """Find what closes a single mark: the first mark that is no possessive, else the first that may be one."""
        depth = 0
        weak: _Mark | None = None
        for mark in self.found[number + 1 : number + _FAR]:
            if mark.form == "double":
                depth += 1 if mark.kind == "open" else -1
                if depth < 0:
                    break
            elif mark.form == "single" and depth == 0:
                if mark.kind == "open":
                    break
                if mark.kind == "close" and mark.mate is None:
                    if self._is_strong(mark):
                        return mark
                    weak = weak or mark
        return weak

    def _is_strong(self, mark: _Mark) -> bool:
        """Say whether a single mark after a word can hardly be a possessive or stand for a dropped letter."""
        if not mark.before.isalnum():
            return True
        if self._is_measure(mark):
            return False
        if mark.after and (mark.after in _ENDS or mark.after == TURN):
            return not self._is_dropped(mark)
        return mark.before not in "sxzßSXZ" and not self._is_dropped(mark)

    def _is_dropped(self, mark: _Mark) -> bool:
        if not self.language.dropped:
            return False
        before = _LAST_WORD.search(self.text[max(0, mark.at - 24) : mark.at].replace(SEAM, ""))
        word = before[1].lower() if before else ""
        return word in self.language.dropped or (word.endswith("in") and len(word) > 3)

    # ------------------------------------------------------------ measures

    def _is_measure(self, mark: _Mark) -> bool:
        """Say whether a mark follows a number that can be feet, inches, minutes or seconds."""
        if self.marks.primes is None or not (mark.before.isdigit() or mark.before in "½¼¾⅓⅔⅛⅜⅝⅞"):
            return False
        figures = _FIGURES.search(self.text[max(0, mark.at - 12) : mark.at].replace(SEAM, ""))
        if figures is None or len(figures[1] or "") > _YEARS:
            return False
        start = mark.at - len(figures[0]) - 1
        return start < 0 or self.text[start] not in "’‘'"

    def _is_surplus_inch(self, number: int, mark: _Mark) -> bool:
        """Say whether a closing mark after a number is one too many for what is open."""
        if not self._is_measure(mark):
            return False
        if not any(each.form == "double" for each in self.stack):
            return True
        goes_on = (mark.after.isspace() or mark.after == "-") and _goes_on(self.text, mark.at)
        return goes_on and self._is_surplus(number)

    def _is_surplus(self, number: int) -> bool:
        """Say whether there are more closing marks from this one to the next opening one than marks that are open."""
        depth = sum(1 for each in self.stack[-_DEEP:] if each.form == "double")
        closing = 0
        for place in range(number, len(self.found)):
            each = self.found[place]
            if each.form == "double":
                if each.kind == "open":
                    break
                closing += 1
                if closing > depth:
                    return True
        return False


def _goes_on(text: str, at: int) -> bool:
    """Say whether a sentence goes on after a mark: a small letter follows."""
    following = text[at + 1 : at + 4].replace(SEAM, "").lstrip(" \u00a0-")
    return following[:1].islower()


# ---------------------------------------------------------------- the marks themselves


def _written(text: str, found: list[_Mark], language: Language, marks: Marks) -> str:
    made = list(text)
    levels = _levels(found, marks)
    pairs = (marks.outer, marks.inner)
    for mark in found:
        char = text[mark.at]
        if mark.kind == "apostrophe":
            made[mark.at] = "’" if char == "‘" else char
        elif mark.kind == "prime" and marks.primes is not None:
            made[mark.at] = marks.primes[0] if mark.form == "single" else marks.primes[1]
        elif mark.form in {"double", "single"} and mark.kind in {"open", "close"}:
            pair = pairs[levels.get(mark.at, _natural(mark, marks))]
            if pair is not None:
                made[mark.at] = pair[0] if mark.kind == "open" else pair[1]
            elif mark.kind == "open" and mark.after_gap:
                made[mark.at] = "“"
        if mark.after_gap:
            made[mark.at] = f" {made[mark.at]}"
    return "".join(made)


def _natural(mark: _Mark, marks: Marks) -> int:
    """Return the level that a mark has by its form: 0 outside, 1 inside."""
    return int((mark.form == "single") is not marks.single_outside)


def _levels(found: list[_Mark], marks: Marks) -> dict[int, int]:
    """Give each pair its level: by its form, unless it stands directly in a pair of the same level."""
    levels: dict[int, int] = {}
    around: list[tuple[int, int]] = []
    for mark in found:
        if mark.kind != "open" or mark.mate is None:
            continue
        while around and around[-1][0] < mark.at:
            around.pop()
        level = _natural(mark, marks) if mark.form in {"double", "single"} else _typed_level(mark.form, marks)
        if around and around[-1][1] == level and mark.form in {"double", "single"}:
            level = 1 - level
        levels[mark.at] = levels[mark.mate.at] = level
        around.append((mark.mate.at, level))
    return levels


def _typed_level(form: str, marks: Marks) -> int:
    return int(marks.inner is not None and form == marks.inner[0] and marks.inner != marks.outer)
