"""A profile's YAML into a ``Printer``: every value checked, every slip with its place."""

import datetime
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

from bookforge.diagnostics import Diagnostic, Location, Severity, error
from bookforge.edition import BINDINGS
from bookforge.measure import Length, TrimSize
from bookforge.printers.profile import Band, Count, Fact, Listed, Multiple, Paper, Printer, Range, Spine
from bookforge.yamlfile import DECIMAL, Kind, Node

COLOURS: Final = ("gray", "gray-or-rgb", "gray-or-srgb", "gray-or-cmyk")
FORBIDDEN: Final = ("outline", "annotations", "metadata", "marks", "layers", "attachments")
INKS: Final = ("black", "colour")
_SEVERITIES: Final = (Severity.ERROR.value, Severity.WARNING.value)
_WORD: Final = re.compile(r"[a-z][a-z0-9-]{0,40}")
_LARGEST: Final = 10**12
_LONGEST_PT: Final = 20 * 72
_WIDEST_PT: Final = 2 * 72
_THICKEST_PT: Final = 0.1 * 72
_MOST_BLANKS: Final = 64


class _UnfitError(Exception):
    """A value that its key does not take; the text says what it takes."""


@dataclass(frozen=True, slots=True)
class Said:
    """One value of a profile as read, and the fact it is printed as."""

    value: Any
    fact: Fact


@dataclass(frozen=True, slots=True)
class Profile:
    """What one file says: its title, what it extends, and its values by key."""

    title: str | None
    extends: str | None
    said: Mapping[str, Said]


# ---------------------------------------------------------------- single values


def _length(node: Node) -> float:
    try:
        length = Length.parse(node.text).pt
    except ValueError as problem:
        raise _UnfitError("a length such as 0.125in or 3mm") from problem
    if length > _LONGEST_PT:
        raise _UnfitError("a length up to 20in")
    return length


def _margin(node: Node) -> float:
    if _length(node) > _WIDEST_PT:
        raise _UnfitError("a length up to 2in")
    return _length(node)


def _thickness(node: Node) -> float:
    if _length(node) > _THICKEST_PT:
        raise _UnfitError("rows with leaves up to 0.1in thick")
    return _length(node)


def _number(node: Node) -> float:
    if node.is_scalar and DECIMAL.fullmatch(node.text) and 0 <= float(node.text) <= _LARGEST:
        return float(node.text)
    raise _UnfitError("a number")


def _whole(node: Node) -> int:
    if node.is_scalar and re.fullmatch(r"[0-9]{1,12}", node.text):
        return int(node.text)
    raise _UnfitError("a whole number")


def _positive(node: Node) -> int:
    if _whole(node) < 1:
        raise _UnfitError("a whole number from 1")
    return _whole(node)


def _multiple(node: Node) -> int:
    if _positive(node) > _MOST_BLANKS:
        raise _UnfitError(f"a whole number up to {_MOST_BLANKS}")
    return _positive(node)


def _up_to(read: Callable[[Node], Any], most: float, words: str) -> Callable[[Node], Any]:
    """Read a value with a limit beyond which it can only be a slip; ``words`` say what may stand there."""

    def limited(node: Node) -> Any:
        value = read(node)
        if value > most:
            raise _UnfitError(words)
        return value

    return limited


def _flag(node: Node) -> bool:
    if node.text.lower() in {"true", "false"}:
        return node.text.lower() == "true"
    raise _UnfitError("true or false")


def _line(node: Node) -> str:
    if node.is_scalar and node.text.strip():
        return " ".join(node.text.split())
    raise _UnfitError("a text")


def _word(node: Node) -> str:
    if node.is_scalar and _WORD.fullmatch(node.text):
        return node.text
    raise _UnfitError("a word in small letters")


def _one_of(*words: str) -> Callable[[Node], str]:
    def read(node: Node) -> str:
        if node.text in words:
            return node.text
        raise _UnfitError(f"one of {', '.join(words)}")

    return read


def _severity(node: Node) -> Severity:
    return Severity(_one_of(*_SEVERITIES)(node))


def _size(node: Node) -> tuple[float, float]:
    try:
        size = TrimSize.parse(node.text)
    except ValueError as problem:
        raise _UnfitError("a size such as 5.5x8.5in") from problem
    return size.width.pt, size.height.pt


def _or_none(read: Callable[[Node], Any]) -> Callable[[Node], Any]:
    return lambda node: None if node.text == "none" else read(node)


def _many(read: Callable[[Node], Any]) -> Callable[[Node], tuple[Any, ...]]:
    def read_all(node: Node) -> tuple[Any, ...]:
        if node.kind is not Kind.LIST:
            raise _UnfitError("a list in brackets")
        return tuple(read(item) for item in node.items)

    return read_all


# ---------------------------------------------------------------- rows of tables


@dataclass(frozen=True, slots=True)
class _Row:
    """How the rows of a table are read: the columns, and which of them must be there."""

    make: Callable[..., Any]
    columns: Mapping[str, Callable[[Node], Any]]
    needed: tuple[str, ...]

    def __call__(self, node: Node) -> Any:
        if node.kind is not Kind.MAPPING:
            raise _UnfitError(f"rows such as {{{', '.join(f'{name}: …' for name in self.needed)}}}")
        values = {}
        for name, value in node.pairs:
            if name.text not in self.columns:
                raise _UnfitError(f"rows with the keys {', '.join(self.columns)}")
            values[name.text.replace("-", "_")] = self.columns[name.text](value)
        if any(name.replace("-", "_") not in values for name in self.needed):
            raise _UnfitError(f"rows with {' and '.join(self.needed)}")
        return self.make(**values)


_BINDING: Final = _one_of(*BINDINGS)


def _count(binding: str, paper: str | None = None, trim: tuple[float, float] | None = None, **limits: int) -> Count:
    if limits["from"] > limits["to"]:
        raise _UnfitError("rows whose 'from' is not above their 'to'")
    return Count(binding, limits["from"], limits["to"], paper, trim)


def _range(binding: str, paper: str | None = None, **limits: float) -> Range:
    wide, high = (limits["width_from"], limits["width_to"]), (limits["height_from"], limits["height_to"])
    if wide[0] > wide[1] or high[0] > high[1]:
        raise _UnfitError("rows whose 'from' is not above their 'to'")
    return Range(binding, *wide, *high, paper=paper)


def _spine(
    binding: str,
    paper: str | None = None,
    per_page: float | None = None,
    pages_per_inch: float | None = None,
    plus: float = 0.0,
) -> Spine:
    if (per_page is None) == (not pages_per_inch):
        raise _UnfitError("rows with either per-page or pages-per-inch")
    thick = per_page if per_page is not None else 72 / (pages_per_inch or 1)
    if thick > _THICKEST_PT:
        raise _UnfitError("rows with 10 pages to an inch or more")
    return Spine(binding, thick, plus, paper)


def _paper(paper: str, ink: str) -> Paper:
    return Paper(paper, ink)


_SIDES: Final = ("width-from", "width-to", "height-from", "height-to")
_GUTTER: Final = _Row(Band, {"to": _positive, "inside": _margin}, ("inside",))
_MULTIPLE: Final = _Row(Multiple, {"width": _length, "height": _length, "multiple": _multiple}, ("multiple",))
_COUNT: Final = _Row(
    _count,
    {"binding": _BINDING, "paper": _word, "trim": _size, "from": _positive, "to": _positive},
    ("binding", "from", "to"),
)
_LISTED: Final = _Row(Listed, {"binding": _BINDING, "sizes": _many(_size)}, ("binding", "sizes"))
_RANGE: Final = _Row(
    _range, {"binding": _BINDING, "paper": _word} | dict.fromkeys(_SIDES, _length), ("binding", *_SIDES)
)
_PAPER: Final = _Row(_paper, {"paper": _word, "ink": _one_of(*INKS)}, ("paper", "ink"))
_SPINE: Final = _Row(
    _spine,
    {"binding": _BINDING, "paper": _word, "per-page": _thickness, "pages-per-inch": _number, "plus": _margin},
    ("binding",),
)


def _gutter(node: Node) -> tuple[Band, ...]:
    bands: tuple[Band, ...] = _many(_GUTTER)(node)
    ends = [band.to for band in bands[:-1] if band.to is not None]
    if not bands or bands[-1].to is not None or len(ends) != len(bands) - 1 or ends != sorted(set(ends)):
        raise _UnfitError("rows by rising 'to', the last without it")
    return bands


def _papers(node: Node) -> tuple[Paper, ...]:
    papers: tuple[Paper, ...] = _many(_PAPER)(node)
    if not papers or len({paper.name for paper in papers}) != len(papers):
        raise _UnfitError("a row for each paper, one at least")
    return papers


# key of the YAML → field of the printer, how its value is read
_KEYS: Final[Mapping[str, tuple[str, Callable[[Node], Any]]]] = {
    "bleed": ("bleed", _margin),
    "bleed-inside": ("bleed_inside", _flag),
    "margin": ("margin", _margin),
    "margin-with-bleed": ("margin_with_bleed", _margin),
    "gutter": ("gutter", _gutter),
    "clear-inside": ("clear_inside", _margin),
    "page-multiple": ("multiples", _many(_MULTIPLE)),
    "last-blank": ("last_blank", _flag),
    "page-counts": ("counts", _many(_COUNT)),
    "count-outside": ("count_outside", _severity),
    "trims": ("listed", _many(_LISTED)),
    "trim-ranges": ("ranges", _many(_RANGE)),
    "unlisted-trim": ("unlisted_trim", _severity),
    "papers": ("papers", _papers),
    "colour": ("colour", _one_of(*COLOURS)),
    "forbids": ("forbids", lambda node: tuple(sorted(set(_many(_one_of(*FORBIDDEN))(node))))),
    "crop-marks": ("crop_marks", _flag),
    "pdf": ("pdf", _line),
    "min-font": ("min_font", _up_to(_length, 36, "a type size up to 36pt")),
    "min-rule": ("min_rule", _up_to(_length, 6, "a thickness up to 6pt")),
    "min-gray": ("min_gray", _up_to(_number, 100, "a percentage up to 100")),
    "min-dpi": ("min_dpi", _up_to(_whole, 2400, "a whole number up to 2400")),
    "max-dpi": ("max_dpi", _or_none(_whole)),
    "max-bytes": ("max_bytes", _or_none(_positive)),
    "max-blank-run": ("max_blank_run", _or_none(_whole)),
    "ink-limit": ("ink_limit", _or_none(_number)),
    "spines": ("spines", _many(_SPINE)),
    "spine-text-pages": ("spine_text_pages", _whole),
    "spine-safe": ("spine_safe", _margin),
    "cover-bleed": ("cover_bleed", _margin),
    "cover-safe": ("cover_safe", _margin),
    "barcode-width": ("barcode_width", _up_to(_length, 3 * 72, "a length up to 3in")),
    "barcode-height": ("barcode_height", _up_to(_length, 3 * 72, "a length up to 3in")),
    "barcode-clear": ("barcode_clear", _length),
    "barcode-added": ("barcode_added", _flag),
}


# ---------------------------------------------------------------- a file


def read(root: Node, own: bool, errors: list[Diagnostic]) -> Profile:
    """Read one file. A profile of the book's own (``own``) may leave sources and dates out.

    Errors: ``printer-valid``, gathered in ``errors``.
    """
    return _Reader(own, errors).read(root)


def build(name: str, profiles: tuple[Profile, ...], at: Location, errors: list[Diagnostic]) -> Printer | None:
    """Make a printer of its files, the one it rests on first; ``None`` when a value is missing.

    Errors: ``printer-valid``, gathered in ``errors``.
    """
    said: dict[str, Said] = {}
    title = name
    for profile in profiles:
        said |= profile.said
        title = profile.title or title
    missing = [key for key in _KEYS if key not in said]
    if missing:
        errors.append(error("printer-valid", f"the profile does not say {', '.join(missing)}", at))
        return None
    fields = {field: said[key].value for key, (field, _) in _KEYS.items()}
    return Printer(name=name, title=title, facts=tuple(said[key].fact for key in _KEYS), **fields)


class _Reader:
    """Reads the nodes of one file, gathering every slip."""

    def __init__(self, own: bool, errors: list[Diagnostic]) -> None:
        self.own = own
        self.errors = errors

    def read(self, root: Node) -> Profile:
        if root.kind is not Kind.MAPPING:
            self._wrong("a printer's profile is a list of 'key: value' lines", root.at)
            return Profile(None, None, {})
        said: dict[str, Said] = {}
        single: dict[str, str] = {}
        for key, node in root.pairs:
            if key.text in {"title", "extends"}:
                single[key.text] = self._single(key, node)
            elif key.text in _KEYS:
                found = self._said(key, node)
                if found:
                    said[key.text] = found
            else:
                near = get_close_matches(key.text, _KEYS, 1, 0.6)
                hint = f"did you mean '{near[0]}'?" if near else f"the keys are title, extends, {', '.join(_KEYS)}"
                self._wrong(f"a printer's profile has no key '{key.text}'", key.at, hint)
        return Profile(single.get("title"), single.get("extends"), said)

    def _single(self, key: Node, node: Node) -> str:
        try:
            return _line(node)
        except _UnfitError as unfit:
            self._wrong(f"'{key.text}' must be {unfit}", node.at)
            return ""

    def _said(self, key: Node, node: Node) -> Said | None:
        value = node.get("value") if node.kind is Kind.MAPPING else None
        if value is None and not self.own:
            self._wrong(f"'{key.text}' has no value with its source", node.at, "write {value: …, source: …, date: …}")
            return None
        whole = node if value is None else value
        try:
            read = _KEYS[key.text][1](whole)
        except _UnfitError as unfit:
            self._wrong(f"'{key.text}' must be {unfit}", whole.at)
            return None
        if value is None:
            return Said(read, Fact(key.text, _in_words(whole), (key.at.path,), ""))
        sources, date, note = self._origin(key, node)
        return Said(read, Fact(key.text, _in_words(whole), sources, date, note))

    def _origin(self, key: Node, node: Node) -> tuple[tuple[str, ...], str, str]:
        """Return who says a value, when that was read, and what there is to say about it."""
        for name, _ in node.pairs:
            if name.text not in {"value", "source", "date", "note"}:
                self._wrong(f"'{key.text}' has no '{name.text}'", name.at, "its keys are value, source, date and note")
        source, date, note = node.get("source"), node.get("date"), node.get("note")
        if not self.own and (source is None or date is None):
            self._wrong(f"'{key.text}' has no source or no date", node.at)
        if date is not None and not _is_day(date.text):
            self._wrong(f"the date of '{key.text}' is not a day such as 2026-11-22", date.at)
        sources = () if source is None else (source,) if source.is_scalar else source.items
        named = tuple(each.text for each in sources) or (key.at.path,)
        return named, date.text if date else "", note.text if note else ""

    def _wrong(self, message: str, at: Location, hint: str | None = None) -> None:
        self.errors.append(error("printer-valid", message, at, hint))


def _is_day(text: str) -> bool:
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _in_words(node: Node) -> str:
    """Write a value in one line, as a person would."""
    match node.kind:
        case Kind.LIST:
            between = "; " if any(not item.is_scalar for item in node.items) else ", "
            return between.join(_in_words(item) for item in node.items) or "none"
        case Kind.MAPPING:
            return ", ".join(f"{name.text} {_in_words(value)}" for name, value in node.pairs)
    return node.text
