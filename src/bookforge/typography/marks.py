"""A run of text in, the same with the house's dashes, ellipses and ranges."""

import re
from functools import partial
from typing import Final

from bookforge.typography.languages import NO_BREAK
from bookforge.typography.runs import SEAM, TURN

JOINER: Final = "\u2060"

_GAP: Final = r"[ \u00a0\u202f]"
_DIALOGUE: Final = re.compile(rf"((?:\A|{TURN})[{SEAM}\s]*[–—]) (?=\S)")
_BEFORE_DASH: Final = re.compile(rf" (?=[{SEAM}]*[–—][\s{SEAM}])")
_NO_WORD: Final = re.compile(rf"[\s{TURN}]")
_DASH: Final = re.compile("—")
_JOINED: Final = re.compile(rf"[\s{TURN}{JOINER}—–-]")
_SPACED: Final = re.compile(
    rf"(?<=[^\s{TURN}{SEAM}])([{SEAM}]*){_GAP}+([{SEAM}]*)([–—]|-)([{SEAM}]*)[ \u00a0]([{SEAM}]*)(?=\S)"
)
_CLOSED: Final = re.compile(
    rf"(?<=[\w.,;:!?…)\]”’»%\ufdd2])([{SEAM}]*)(?<!—)—(?!—)([{SEAM}]*)(?=[\w“‘„«»(\[”’…\ufdd2])"
)
_RANGE: Final = re.compile(r"(?<![\w.,:/–—-])(\d{1,4})(?:[-—]| ?– ?)(\d{1,4})(?![\w/:–—\u2060-]|[.,]\d)")
_DOTS: Final = re.compile(r"(?<!\.)\.[ \u00a0\u202f]\.[ \u00a0\u202f]\.(?:[ \u00a0\u202f](\.)(?!\.))?")
_GLYPH: Final = re.compile(rf"(?P<gap>{_GAP}?)(?P<seam>[{SEAM}]*)(?P<stop>(?<=\.)|\.?)…(?P<after>\.?)")


def dashes(text: str, style: str) -> str:
    """Set dashes between words by the house: ``em`` closed up, ``en`` with spaces, of which the first holds fast.

    Dashes that begin a line, those that stand for names, and those between figures are left.
    """
    if style == "em":
        return _SPACED.sub(_closed_up, text) if "–" in text or "—" in text or "-" in text else text
    if style == "en":
        if "—" in text:
            text = _CLOSED.sub(_spaced_out, text)
        return _SPACED.sub(_spaced_en, text)
    return text


def _closed_up(match: re.Match[str]) -> str:
    if _is_sum(match):
        return match[0]
    return f"{match[1]}{match[2]}—{match[4]}{match[5]}"


def _spaced_en(match: re.Match[str]) -> str:
    if _is_sum(match):
        return match[0]
    return f"{match[1]}{NO_BREAK}{match[2]}–{match[4]} {match[5]}"


def _is_sum(match: re.Match[str]) -> bool:
    """Say whether a dash stands beside figures, where it may be a minus or a range."""
    before, after = match.string[match.start() - 1], match.string[match.end()]
    return (before.isdigit() and after.isdigit()) or (match[3] == "-" and (before.isdigit() or after.isdigit()))


def _spaced_out(match: re.Match[str]) -> str:
    text, start, end = match.string, match.start(), match.end()
    before, after = text[start - 1], text[end]
    if before.isdigit() and after.isdigit():
        return match[0]
    if after in "”’»":
        # a speech broken off; of a name that is left out, the possessive
        return match[0] if text[end + 1 : end + 2].isalpha() else f"{match[1]}{NO_BREAK}–{match[2]}"
    return f"{match[1]}{NO_BREAK}–{match[2]} "


def held_dashes(text: str, joiner: str) -> str:
    """Let no line begin with a dash: what stands before it, a space or nothing, does not break.

    A dash that begins a paragraph's line, as in dialogue, keeps its first word.
    """
    if "—" not in text and "–" not in text:
        return text
    text = _BEFORE_DASH.sub(partial(_held_by, NO_BREAK, _NO_WORD), text)
    text = _DIALOGUE.sub(rf"\1{NO_BREAK}", text)
    return _DASH.sub(partial(_held_by, f"{joiner}—", _JOINED), text) if joiner else text


def _held_by(instead: str, parted: re.Pattern[str], match: re.Match[str]) -> str:
    """Put something in the place of what holds fast to what stands before it, unless that parts it anyway."""
    text, at = match.string, match.start()
    while text[at - 1 : at] == SEAM:
        at -= 1
    return match[0] if at == 0 or parted.match(text, at - 1) else instead


def ranges(text: str) -> str:
    """Set an en dash between figures that rise: ``1990-91``, ``12-15``; telephone numbers, dates and sums stay."""
    return _RANGE.sub(_range, text) if "-" in text or "–" in text or "—" in text else text


_AREA_CODES: Final = 900


def _range(match: re.Match[str]) -> str:
    first, second = match[1], match[2]
    ends = first[: len(first) - len(second)] + second if len(second) < len(first) else second
    if len(second) < len(first) and len(first) < len("100"):
        return match[0]
    if int(ends) <= int(first) or (second[0] == "0" and len(second) >= len(first)):
        return match[0]
    if len(second) > len(first) and (len(first), len(second)) == (3, 4) and int(first) < _AREA_CODES:
        return match[0]
    return f"{first}–{second}"


# ---------------------------------------------------------------- ellipses


def ellipses(text: str, style: str) -> str:
    """Set ellipses as one glyph, or as spaced periods that hold together; neither begins a line without need."""
    if style == "glyph":
        if ". ." in text or f".{NO_BREAK}." in text or ".\u202f." in text:
            text = _DOTS.sub(lambda match: "…" + (match[1] or ""), text)
        return (
            re.sub(rf"(?<=[^\s{TURN}{SEAM}])([{SEAM}]*) ([{SEAM}]*)…", rf"\1{NO_BREAK}\2…", text)
            if "…" in text
            else text
        )
    if style == "spaced":
        text = _GLYPH.sub(_periods, text) if "…" in text else text
        return re.sub(rf"(?<=[^\s{TURN}{SEAM}])([{SEAM}]*) ([{SEAM}]*\.\u00a0\.\u00a0\.)", rf"\1{NO_BREAK}\2", text)
    return text


def _periods(match: re.Match[str]) -> str:
    text = match.string
    before = text[: match.start()].rstrip(SEAM)[-1:]
    after = text[match.end() :].lstrip(SEAM)[:1]
    dots = NO_BREAK.join("....") if match["after"] or match["stop"] else NO_BREAK.join("...")
    is_first = not before or before.isspace() or before in f"{TURN}“‘„«([—"
    full = bool(match["after"] or match["stop"] or before == ".")
    lead = "" if (is_first or full) and not match["gap"] else NO_BREAK
    trail = NO_BREAK if after and after in "?!" else " " if after and after.isalnum() else ""
    return f"{lead}{match['seam']}{dots}{trail}"
