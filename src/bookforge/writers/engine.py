"""Documents and all they may use in, laid-out pages out: WeasyPrint set up, kept to the book, and what it says.

The owner of WeasyPrint. Nothing but the materials is read: every stylesheet, image and font comes from
them, every other address is refused. What the engine logs becomes findings, in the words of the author's files.
"""

import contextlib
import logging
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from bookforge import engines, fonts, garbage
from bookforge.diagnostics import (
    BookforgeError,
    Diagnostic,
    EditionError,
    EngineError,
    LayoutError,
    Location,
    Report,
    error,
    has_errors,
    warning,
)
from bookforge.edition import FontFace, Stylesheet
from bookforge.laid import Laid
from bookforge.writers import margins
from bookforge.writers.assembly import hooks
from bookforge.writers.pages import facts

VARIANT: Final = "pdf/ua-1"
"""What every PDF for readers is."""

_BASE: Final = "https://book.invalid/"
_UNDESCRIBED: Final = re.compile(r'Image "(.*)" has no required alt')
_AT: Final = re.compile(r" at (\d+):(\d+)")
_IGNORED: Final = re.compile(r"Ignored `([\w-]+):")
_HEIGHT: Final = re.compile(r"line-height|--leading|\bfont:")
_SETS: Final = re.compile(r"(--[\w-]+)\s*:")
_USES: Final = re.compile(r"var\(\s*(--[\w-]+)\s*\)")
_DATA_PICTURE: Final = re.compile(rb"data:image/(?:png|jpeg);base64,[A-Za-z0-9+/=]+")
_LONG_DATA: Final = re.compile(r"(data:[^,\s'\"]{0,60},?)[^\s'\"]*")
_SVG: Final = "image/svg+xml"
_KEPT_FONTS: Final = 2
_KEPT_SHEETS: Final = 100
_KEPT_RULES: Final = 1_000_000
"""Characters of the stylesheets that are kept; the engine takes some 26 bytes for each."""

_DECLARES: Final = re.compile(r"@(?:import|font-face|counter-style|color-profile|[^\s{;(]*\\)", re.IGNORECASE)
"""What reads a file or declares something for all stylesheets beside it, or may be such a name with escapes in it."""
_OF_THE_PAGE: Final = re.compile(r"\d[sldp]?v(?:[whib]|min|max)\b", re.IGNORECASE)
"""A length that is a part of the page: what a style says then is not the same for every document."""

_FEATURES: Final = (
    *("kerning", "variant_ligatures", "variant_position", "variant_caps", "variant_numeric"),
    *("variant_alternates", "variant_east_asian", "feature_settings"),
)
_MARGIN_NOTES: Final = ("source-ref", "proof-query")


@dataclass(frozen=True, slots=True)
class Materials:
    """Everything a document may use. ``scratch`` is a folder for the private font configuration.

    ``once``: what is set with it is not set again in this process.
    """

    stylesheets: tuple[Stylesheet, ...]
    assets: Mapping[str, tuple[bytes, str]]
    fonts: tuple[FontFace, ...]
    scratch: Path
    once: bool = False


def _weasyprint(configuration: Path) -> ModuleType:
    """Import the engine so that it sees only our fonts.

    fontconfig reads its configuration at the import and again for every document; the language it would take from the
    machine's locale decides between fonts, so it is fixed.
    """
    os.environ["FONTCONFIG_FILE"] = str(configuration)
    os.environ["FC_LANG"] = "en"
    try:
        with engines.libraries_by_file():
            import weasyprint
    except OSError as problem:
        raise EngineError(
            error("pango-present", "Pango, which sets the pages, is not installed", hint="run 'bookforge doctor'")
        ) from problem
    return weasyprint  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class _Read:
    """A stylesheet as the engine has it, and what it said when it read it."""

    css: Any
    said: tuple[Diagnostic, ...]


_configurations: Final[dict[Path, Any]] = {}
"""The engine's configurations of fonts that this process used last, the newest last, by the files of ours."""


def _font_configuration(ours: Path, stylesheets: tuple[Stylesheet, ...]) -> Any:
    """Return the engine's configuration of fonts; a new one for stylesheets that may add to it."""
    if any(_DECLARES.search(sheet.text) for sheet in stylesheets):
        return hooks.font_configuration()
    found = _configurations.pop(ours, None) or hooks.font_configuration()
    _configurations[ours] = found
    while len(_configurations) > _KEPT_FONTS:
        del _configurations[next(iter(_configurations))]
    return found


_read: Final[dict[Stylesheet, _Read]] = {}
"""The stylesheets that this process read last, the newest last: parsing them is a large part of building a little."""


class Engine:
    """WeasyPrint with our fonts, our fetcher, and its log read."""

    def __init__(self, materials: Materials) -> None:
        if not materials.fonts:
            # Without any font Pango ends the process.
            raise LayoutError(error("font-exists", "the layout declares no font", hint="see docs/layouts.md"))
        configuration = fonts.private_configuration(materials.fonts, materials.scratch)
        self._module = _weasyprint(configuration)
        from weasyprint.css.counters import CounterStyle

        self._assets = materials.assets
        self._stylesheets = materials.stylesheets
        self._once = materials.once
        self._shared = {
            "font_config": _font_configuration(configuration, materials.stylesheets),
            "counter_style": CounterStyle(),
            "color_profiles": dict[str, Any](),
        }
        self._fonts = configuration.parent.name  # a hash of what is in them
        self._read: dict[Stylesheet, _Read] = {}
        self._serve = self._fetcher()

    @contextlib.contextmanager
    def quick(self) -> Iterator[None]:
        """Let the engine do the same with less work."""
        from bookforge.writers.assembly import faster

        most = faster.FEW_LINES if self._once else faster.KEPT_LINES
        faster.remember_lines(self._shared["font_config"], self._fonts, most)
        with faster.at_work(), garbage.put_off():
            yield

    def render(
        self,
        html: str,
        at: Location,
        report: Report,
        variant: str | None = VARIANT,
        stylesheets: tuple[Stylesheet, ...] | None = None,
    ) -> tuple[Any, Any]:
        """Lay out a document; return WeasyPrint's, and the element tree it was made from.

        ``stylesheets`` are used in the place of the materials'; each is read once.
        """
        used = stylesheets or self._stylesheets
        sheets = self._sheets(used, report)
        with listening(at, report, used), garbage.put_off():
            source = self._module.HTML(string=html, base_url=_BASE, url_fetcher=self._serve)
            rendered = source.render(stylesheets=sheets, pdf_variant=variant, **self._shared)
        _keep_own_links(rendered)
        margins.part_notes(rendered, _MARGIN_NOTES)
        return rendered, source.etree_element

    def read(self, html: str, stylesheets: tuple[Stylesheet, ...]) -> tuple[Any, list[Any], Mapping[str, Any]]:
        """Read a document and stylesheets; return them as the engine has them, and what they were read with."""
        sheets = self._sheets(stylesheets, unheard)
        return self._module.HTML(string=html, base_url=_BASE, url_fetcher=self._serve), sheets, self._shared

    def _sheets(self, sheets: tuple[Stylesheet, ...], report: Report) -> list[Any]:
        """Read stylesheets, each once; what is wrong with them is said each time."""
        read = [self._sheet(sheet) for sheet in sheets]
        for finding in (finding for each in read for finding in each.said):
            report(finding)
        return [each.css for each in read]

    def _sheet(self, sheet: Stylesheet) -> "_Read":
        # A sheet that declares nothing but styles is the same for every engine.
        known = self._read if _DECLARES.search(sheet.text) else _read
        found = known.pop(sheet, None)
        if found is None:
            found = self._parsed(sheet)
            if sheet.singles_out:
                found.css.singles_out = True
        elif known is _read and not _OF_THE_PAGE.search(sheet.text):
            found.css.lasts = True
        known[sheet] = found
        while len(known) > 1 and (len(known) > _KEPT_SHEETS or sum(len(each.text) for each in known) > _KEPT_RULES):
            del known[next(iter(known))]  # the one unused for longest
        return found

    def _parsed(self, sheet: Stylesheet) -> "_Read":
        said: list[Diagnostic] = []
        with listening(Location(sheet.origin), said.append, (sheet,)):
            css = self._module.CSS(string=sheet.text, base_url=_BASE, url_fetcher=self._serve, **self._shared)
        return _Read(css, tuple(said))

    def _fetcher(self) -> Any:
        from weasyprint.urls import URLFetcher, URLFetcherResponse

        assets, sheets = self._assets, self._stylesheets
        embedded = _embedded(assets)

        class Fetcher(URLFetcher):  # type: ignore[misc]
            """Serves the composition's own files and nothing else."""

            def fetch(self, url: str, headers: object = None) -> Any:
                name = unquote(urlsplit(url).path.removeprefix("/")) if url.startswith(_BASE) else ""
                if name in assets:
                    data, media_type = assets[name]
                    return URLFetcherResponse(url, data, {"Content-Type": media_type})
                if any(name == sheet.name for sheet in sheets):
                    # The links of the page: already read, each under its own name.
                    return URLFetcherResponse(url, b"", {"Content-Type": "text/css"})
                if url in embedded or (url.startswith("data:image/") and any(url in sheet.text for sheet in sheets)):
                    return super().fetch(url, headers)
                raise ValueError("it is not part of the book")

        return Fetcher()


class Ruler:
    """Measures the engine's fonts, in its pixels."""

    def space(self, style: Any) -> float:
        """Return the width of a style's normal word space."""
        from weasyprint.text.line_break import Layout, line_size

        bare = style.copy()
        bare["letter_spacing"], bare["word_spacing"] = "normal", 0
        layout = Layout(bare)
        layout.set_text(" ")
        glyph, _ = line_size(layout.get_first_line()[0], bare)
        letters = 0 if style["letter_spacing"] == "normal" else style["letter_spacing"]
        return float(glyph + letters + style["word_spacing"])

    def features(self, style: Any) -> dict[str, int]:
        """Return the OpenType features that a style asks for, by their tags."""
        from weasyprint.text.fonts import font_features

        asked = {f"font_{name}": style[f"font_{name}"] for name in _FEATURES}
        return {tag: int(value) for tag, value in font_features(**asked).items()}

    def strut(self, style: Any) -> tuple[float, float]:
        """Return a style's line height, and where in it the baseline is."""
        from weasyprint.text.line_break import strut

        height, baseline = strut(style)
        return float(height), float(baseline)


def _embedded(assets: Mapping[str, tuple[bytes, str]]) -> frozenset[str]:
    """Return the addresses of pictures that drawings hold inside them: cleaned with the drawing, part of the book."""
    return frozenset(
        url.decode()
        for data, media_type in assets.values()
        if media_type == _SVG
        for url in _DATA_PICTURE.findall(data)
    )


def _keep_own_links(rendered: Any) -> None:
    """Drop the second link that every element inside a link gets in WeasyPrint 70: it fails PDF/UA-1 (7.18.5-1)."""
    for page in rendered.pages:
        page.links = [link for link in page.links if link[3].link]


@contextlib.contextmanager
def no_clock() -> Iterator[None]:
    """Keep the time out of the fonts that fontTools cuts: it stamps them unless this variable says otherwise."""
    before = os.environ.get("SOURCE_DATE_EPOCH")
    os.environ["SOURCE_DATE_EPOCH"] = "0"
    try:
        yield
    finally:
        if before is None:
            del os.environ["SOURCE_DATE_EPOCH"]
        else:
            os.environ["SOURCE_DATE_EPOCH"] = before


def book_facts(rendered: Any, tree: Any, sheets: tuple[Stylesheet, ...]) -> Laid:
    """Read pages of a book, whose lines must have a height: everything is counted in it."""
    laid = facts(rendered, tree, Ruler())
    if laid.pages[0].leading <= 0:
        at = next(
            (Location(each.origin) for each in reversed(_of_the_author(sheets)) if _HEIGHT.search(each.text)), None
        )
        hint = "give 'line-height' and '--leading' a length, such as 14pt"
        raise EditionError(error("page-layout", "the lines of the text have no height", at, hint))
    return laid


# ---------------------------------------------------------------- what the engine says


def unheard(_: Diagnostic) -> None:
    """What is said here was said when the pages were drawn, or is no author's matter."""


@contextlib.contextmanager
def listening(at: Location, report: Report, sheets: tuple[Stylesheet, ...] = ()) -> Iterator[None]:
    """Turn what the engine logs meanwhile into findings; raise when one of them is an error, or when the engine fails.

    ``sheets`` are those in use: what is wrong with the pages stands in one of them.
    """
    logger = logging.getLogger("weasyprint")
    listener = _Listener()
    propagate, logger.propagate = logger.propagate, False
    logger.addHandler(listener)
    try:
        yield
    except (BookforgeError, OSError, MemoryError):
        raise
    except Exception as problem:  # the engine asserts what a stylesheet can break
        raise EditionError(_failed(problem, at, sheets)) from problem
    finally:
        logger.removeHandler(listener)
        logger.propagate = propagate
    found = tuple(dict.fromkeys(_finding(record, at, sheets) for record in listener.records))
    if has_errors(finding for finding in found if finding):
        raise EditionError(*(finding for finding in found if finding))
    for finding in found:
        if finding:
            report(finding)


def _origin(message: str, line: int, column: int, sheets: tuple[Stylesheet, ...]) -> Location | None:
    """Return where a declaration with a custom property in it stands, of which the engine says only the line."""
    name = _IGNORED.match(message)
    for each in sheets if name else ():
        text = each.text.splitlines()[line - 1 : line]
        if name and text and text[0][: column - 1].rstrip().endswith(f"{name[1]}:"):
            return Location(each.origin, line, column)
    return None


class _Listener(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


def _of_the_author(sheets: tuple[Stylesheet, ...]) -> tuple[Stylesheet, ...]:
    """Return the stylesheets of the book's own layouts, named from its folder; ours have a full path, or no folder."""
    return tuple(each for each in sheets if "/" in each.origin and not Path(each.origin).is_absolute())


def _failed(problem: Exception, at: Location, sheets: tuple[Stylesheet, ...]) -> Diagnostic:
    """Say that the engine failed: at a property that nothing sets, else at the last stylesheet of the author's."""
    what = f"{type(problem).__name__}: {problem}".rstrip(": ").splitlines()[0][:100]
    message = f"the page engine stopped at a rule it cannot carry out ({what})"
    own = _of_the_author(sheets)
    unset = next(_unset(own, sheets), None)
    if unset is not None:
        name, place = unset
        return error(
            "page-layout", message, place, f"nothing sets '{name}', which is used here: set it, or take it out"
        )
    place = Location(own[-1].origin) if own else at
    return error("page-layout", message, place, "take out the rules that came last, one by one, until pages are made")


def _unset(own: tuple[Stylesheet, ...], sheets: tuple[Stylesheet, ...]) -> Iterator[tuple[str, Location]]:
    """Yield the custom properties that are used without anything in their place, and set nowhere."""
    known = {name for each in sheets for name in _SETS.findall(each.text)}
    for each in own:
        for found in _USES.finditer(each.text):
            if found[1] not in known:
                line = each.text.count("\n", 0, found.start())
                yield found[1], Location(each.origin, line + 1, found.start() - each.text.rfind("\n", 0, found.start()))


def _finding(record: logging.LogRecord, at: Location, sheets: tuple[Stylesheet, ...] = ()) -> Diagnostic | None:
    message = _LONG_DATA.sub(r"\1…", record.getMessage().strip().rstrip("."))
    if message.startswith(".notdef glyph"):
        return None  # The fonts' own check says which characters, and where they stand.
    undescribed = _UNDESCRIBED.search(message)
    if undescribed:
        what = f"the picture '{undescribed[1]}' has no description, so this PDF is not PDF/UA"
        return warning("image-has-alt", what, hint='say what it shows: {alt="What it shows"}')
    if record.levelno >= logging.ERROR:
        rule = "resource-allowed" if "Failed to load" in message else "page-layout"
        return error(rule, message.replace(_BASE, ""), at)
    place = _AT.search(message)
    if place:
        line, column = int(place[1]), int(place[2])
        where = _origin(message, line, column, sheets)
        unset = next(_unset(_of_the_author(sheets), sheets), None) if where else None
        hint = f"nothing sets '{unset[0]}', which {unset[1]} uses" if unset else None
        return warning(
            "stylesheet-parses", message.replace(place[0], ""), where or Location(at.path, line, column), hint
        )
    return warning("page-layout", message.replace(_BASE, ""), at)
