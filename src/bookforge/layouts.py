"""A layout's name in, its templates, stylesheets, fonts and settings out; the only user of Jinja.

A layout is a folder. It may extend another; a file missing in it is taken from the one it extends. Names are looked up
in the book's own ``layouts/`` first, then beside the installed package. Templates run in Jinja's sandbox, because a
book folder may come from anyone.
"""

import contextlib
import marshal
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache, lru_cache
from pathlib import Path, PurePosixPath
from typing import Any, Final

import jinja2
import jinja2.sandbox

from bookforge import shipped, textfile, yamlfile
from bookforge.cache import NOTHING_KEPT, Shelf
from bookforge.diagnostics import Diagnostic, LayoutError, Location, ManifestError, error
from bookforge.edition import Format, Setting, Stylesheet
from bookforge.measure import Length, MeasureError, TrimSize

_MAX_DEPTH: Final = 8
_MAX_FILE: Final = 4_000_000
_KEYS: Final = ("extends", "format", "stylesheets", "fonts", "settings", "description")
_SETTING_KEYS: Final = ("default", "one-of", "from", "to")
_FONT_KEYS: Final = frozenset({"family", "package", "file", "style", "role"})


@dataclass(frozen=True, slots=True)
class FontSpec:
    """A face as a layout declares it: from a font package (``package``) or from a file in the layout's folder."""

    family: str
    style: str
    role: str
    package: str | None
    file: Path | None
    at: Location


@dataclass(frozen=True, slots=True)
class Limits:
    """What a setting may be: one of ``words``, or a number or a length from ``least`` to ``most``, as written.

    Numbers are whole where ``least`` is.
    """

    words: tuple[str, ...] = ()
    least: Setting | None = None
    most: Setting | None = None

    def hold(self, value: Setting) -> bool:
        """Say whether a value is within the limits."""
        if value in self.words:
            return True
        if self.least is None or self.most is None or isinstance(value, bool):
            return False
        if isinstance(self.least, int | float) and isinstance(self.most, int | float):
            whole = isinstance(self.least, int)
            return isinstance(value, int if whole else int | float) and self.least <= value <= self.most
        try:
            return _points(self.least) <= _points(value) <= _points(self.most)
        except ValueError:
            return False

    def __str__(self) -> str:
        kinds = {int: "a whole number", float: "a number"}
        kind = kinds.get(type(self.least), "a length")
        span = () if self.least is None else (f"{kind} from {self.least} to {self.most}",)
        return " or ".join([*([", ".join(self.words)] if self.words else []), *span])


@dataclass(frozen=True, slots=True)
class Layout:
    """A design with everything it inherits.

    ``folders`` runs from the layout itself to the one it rests on. ``settings`` are names and defaults, ``limits`` what
    those may be of which the layout says it; ``stylesheets`` file names, the inherited first. ``root`` is the book's
    folder.
    """

    name: str
    format: Format | None
    folders: tuple[Path, ...]
    stylesheets: tuple[str, ...]
    fonts: tuple[FontSpec, ...]
    settings: Mapping[str, Setting]
    root: Path
    limits: Mapping[str, Limits] = field(default_factory=dict)

    def path(self, name: str) -> Path | None:
        """Find a file of the layout, its own before the inherited."""
        for folder in self.folders:
            found = folder / name
            if _is_file(found):
                return _inside(found, folder)
        return None

    def shown(self, path: Path) -> str:
        """Return a file's name for messages: seen from the book's folder where it is in it."""
        return _shown(path, self.root)

    def text(self, name: str) -> str:
        """Return a text file of the layout.

        Errors: ``layout-valid`` when there is none, and those of ``textfile.read``.
        """
        path = self.path(name)
        if path is None:
            raise LayoutError(error("layout-valid", f"layout '{self.name}' has no file '{name}'"))
        return self.read(path)

    def read(self, path: Path) -> str:
        """Return the text of a file that was found.

        Errors: those of ``textfile.read``.
        """
        return _text(path, self.shown(path))


def installed() -> Path:
    """Return the folder of the layouts that come with bookforge."""
    return shipped.layouts()


def names(book_folder: Path) -> tuple[str, ...]:
    """List the layouts a book can use by name."""
    found = {path.parent.name for root in (book_folder / "layouts", installed()) for path in root.glob("*/layout.yaml")}
    return tuple(sorted(found - {"base"}))


def find(name: str, book_folder: Path, at: Location | None = None) -> Layout:
    """Return the layout called ``name`` with what it inherits.

    Errors: ``layout-exists``, ``layout-valid``, ``setting-fits``.
    """
    folders, declared = _chain(name, book_folder, at)
    settings: dict[str, Setting] = {}
    stylesheets: dict[str, Location] = {}
    fonts: tuple[FontSpec, ...] = ()
    format_: Format | None = None
    limits: dict[str, Limits] = {}
    for spec in reversed(declared):
        limits |= spec.limits
        _check_defaults(spec, limits)
        settings |= {name: default for name, (default, _) in spec.settings.items()}
        for dropped, where in spec.dropped.items():
            if settings.pop(dropped, None) is None:
                raise LayoutError(
                    error("layout-valid", f"the setting '{dropped}' has no default and is not inherited", where)
                )
        stylesheets |= {sheet: at for sheet, at in spec.stylesheets.items() if sheet not in stylesheets}
        fonts = spec.fonts or fonts
        format_ = spec.format or format_
    layout = Layout(name, format_, folders, tuple(stylesheets), fonts, settings, book_folder, limits)
    lost = [sheet for sheet in stylesheets if layout.path(sheet) is None]
    if lost:
        raise LayoutError(
            *(error("layout-valid", f"the stylesheet '{sheet}' does not exist", stylesheets[sheet]) for sheet in lost)
        )
    return layout


def _check_defaults(spec: "_Declared", limits: Mapping[str, Limits]) -> None:
    wrong = [
        error("setting-fits", f"'{name}' is {limits[name]}, not '{default}'", at)
        for name, (default, at) in spec.settings.items()
        if name in limits and not limits[name].hold(default)
    ]
    if wrong:
        raise LayoutError(*wrong)


# ---------------------------------------------------------------- files


def _is_file(path: Path) -> bool:
    """Say whether a file is there; a place that cannot be looked at holds none."""
    try:
        return path.is_file()
    except OSError:
        return False


def _locate(name: str, book_folder: Path, taken: tuple[Path, ...], at: Location | None) -> Path:
    """Find a layout's folder; a book's layout may extend the installed one of its own name."""
    if name and not set(name) & set("/\\") and name not in {".", ".."}:
        for root, box in ((book_folder / "layouts", book_folder), (installed(), installed())):
            folder = root / name
            if _is_file(folder / "layout.yaml") and folder not in taken:
                return _inside(folder, box)
        if taken and name in {folder.name for folder in taken}:
            raise LayoutError(error("layout-valid", f"layout '{name}' extends itself", at, "extend another one"))
    known = names(book_folder)
    near = get_close_matches(name, known, 1)
    hint = f"did you mean '{near[0]}'?" if near else f"the layouts here are {', '.join(known)}"
    raise LayoutError(error("layout-exists", f"there is no layout '{name[:80]}'", at, hint))


def _inside(path: Path, folder: Path) -> Path:
    """Refuse a file of a layout that a symbolic link leads out of its folder."""
    if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder)):
        raise LayoutError(error("layout-valid", f"'{path.name}' leads out of its folder", Location(str(path))))
    return path


def _shown(path: Path, book_folder: Path) -> str:
    return path.relative_to(book_folder).as_posix() if path.is_relative_to(book_folder) else str(path)


def _text(path: Path, shown: str) -> str:
    found = textfile.read(path, shown, _MAX_FILE)
    if isinstance(found, Diagnostic):
        raise LayoutError(found)
    return found


def read_yaml(path: Path, shown: str) -> yamlfile.Node:
    """Read a YAML file of a layout.

    Errors: those of ``textfile.read`` and ``yamlfile.load``, as the layout's.
    """
    try:
        return _node(_text(path, shown), shown)
    except ManifestError as problem:
        raise LayoutError(*problem.diagnostics) from problem


@lru_cache(maxsize=64)
def _node(text: str, shown: str) -> yamlfile.Node:
    return yamlfile.load(text, shown)


# ---------------------------------------------------------------- declarations


@dataclass(frozen=True, slots=True)
class _Declared:
    """What one ``layout.yaml`` says; ``extends``, ``stylesheets`` and defaults of ``settings`` with their places.

    ``dropped`` are settings of the layout below that this one does not have.
    """

    extends: tuple[str, Location] | None
    format: Format | None
    stylesheets: Mapping[str, Location]
    fonts: tuple[FontSpec, ...]
    settings: Mapping[str, tuple[Setting, Location]]
    dropped: Mapping[str, Location]
    limits: Mapping[str, Limits]


def _chain(name: str, book_folder: Path, at: Location | None) -> tuple[tuple[Path, ...], tuple[_Declared, ...]]:
    folders: list[Path] = []
    declared: list[_Declared] = []
    wanted: str | None = name
    while wanted is not None:
        folder = _locate(wanted, book_folder, tuple(folders), at)
        if len(folders) == _MAX_DEPTH:
            raise LayoutError(error("layout-valid", f"layout '{name}' extends too many others in a row", at))
        folders.append(folder)
        declared.append(_read(folder, book_folder))
        wanted, at = declared[-1].extends or (None, None)
    return tuple(folders), tuple(declared)


def _read(folder: Path, book_folder: Path) -> _Declared:
    path = _inside(folder / "layout.yaml", folder)
    shown = _shown(path, book_folder)
    reader = _Reader(folder)
    declared = reader.read(read_yaml(path, shown))
    if reader.errors:
        raise LayoutError(*reader.errors)
    return declared


def _plain(node: yamlfile.Node | None) -> Setting | None:
    value = yamlfile.plain(node) if node is not None else None
    return value if isinstance(value, str | int | float) else None


class _Reader:
    """Turns the located nodes of one ``layout.yaml`` into what it declares, gathering every error."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.errors: list[Diagnostic] = []

    def read(self, root: yamlfile.Node) -> _Declared:
        if root.kind is not yamlfile.Kind.MAPPING:
            self._wrong("a layout.yaml is a list of 'key: value' lines", root)
        for key, _ in root.pairs:
            if key.text not in _KEYS:
                near = get_close_matches(key.text, _KEYS, 1)
                hint = f"did you mean '{near[0]}'?" if near else f"its keys are {', '.join(_KEYS)}"
                self._wrong(f"a layout has no key '{key.text}'", key, hint)
        extends = self._word(root, "extends", "the name of another layout")
        return _Declared(
            extends=(extends.text, extends.at) if extends else None,
            format=self._format(self._word(root, "format", "one of pdf, epub, html")),
            stylesheets={node.text: node.at for node in self._list(root, "stylesheets") if self._is_name(node)},
            fonts=tuple(font for node in self._list(root, "fonts") if (font := self._font(node)) is not None),
            settings=self._settings(root.get("settings")),
            dropped=self._dropped(root.get("settings")),
            limits=self._limits(root.get("settings")),
        )

    def _wrong(self, message: str, node: yamlfile.Node, hint: str | None = None, rule: str = "layout-valid") -> None:
        self.errors.append(error(rule, message, node.at, hint))

    def _word(self, root: yamlfile.Node, key: str, what: str) -> yamlfile.Node | None:
        node = root.get(key)
        if node is not None and not node.is_scalar:
            self._wrong(f"'{key}' is {what}, not a {node.kind}", node)
            return None
        return node if node is not None and node.kind is not yamlfile.Kind.NULL else None

    def _list(self, root: yamlfile.Node, key: str) -> tuple[yamlfile.Node, ...]:
        node = root.get(key)
        if node is not None and node.kind not in {yamlfile.Kind.LIST, yamlfile.Kind.NULL}:
            self._wrong(f"'{key}' is a list", node)
        return node.items if node is not None else ()

    def _is_name(self, node: yamlfile.Node) -> bool:
        if not node.is_scalar or not node.text:
            self._wrong("a stylesheet is the name of a file", node)
        return bool(node.text)

    def _format(self, node: yamlfile.Node | None) -> Format | None:
        if node is None:
            return None
        if node.text not in set(Format):
            self._wrong(f"'{node.text}' is no format; it is one of pdf, epub, html", node)
            return None
        return Format(node.text)

    def _font(self, node: yamlfile.Node) -> FontSpec | None:
        said = {key: value.text for key, value in yamlfile.items(node) if value.is_scalar and value.text}
        if "family" not in said or len(said) < len(node.pairs) or not said.keys() <= _FONT_KEYS:
            self._wrong("a font is {family, package or file, style, role}", node)
            return None
        if ("package" in said) == ("file" in said):
            self._wrong(f"font '{said['family']}' needs a package or a file", node)
            return None
        file = _inside(self.folder / said["file"], self.folder) if "file" in said else None
        if file and not _is_file(file):
            self._wrong(f"the font file '{said['file']}' does not exist", node)
            return None
        style, role = said.get("style", "normal"), said.get("role", "text")
        return FontSpec(said["family"], style, role, said.get("package"), file, node.at)

    def _settings(self, node: yamlfile.Node | None) -> dict[str, tuple[Setting, Location]]:
        if node is None or node.kind is yamlfile.Kind.NULL:
            return {}
        found: dict[str, tuple[Setting, Location]] = {}
        if node.kind is not yamlfile.Kind.MAPPING:
            self._wrong("settings are 'name: default' lines", node)
        for key, said in yamlfile.items(node):
            if said.kind is yamlfile.Kind.NULL:
                continue
            value = said.get("default") or said
            default = yamlfile.plain(value)
            if not isinstance(default, str | int | float | bool):
                self._wrong(f"the setting '{key}' has no default: a text, a number, true or false", value)
                continue
            found[key] = (default, value.at)
            if key == "trim-size":
                self._check_trim(value)
        return found

    def _dropped(self, node: yamlfile.Node | None) -> dict[str, Location]:
        said = yamlfile.items(node) if node is not None else ()
        return {key: value.at for key, value in said if value.kind is yamlfile.Kind.NULL}

    def _limits(self, node: yamlfile.Node | None) -> dict[str, Limits]:
        """Read what settings may be: ``one-of``, a list of words, and ``from`` and ``to``, numbers or lengths."""
        found: dict[str, Limits] = {}
        for key, said in yamlfile.items(node) if node is not None else ():
            if said.kind is not yamlfile.Kind.MAPPING:
                continue
            for name, _ in said.pairs:
                if name.text not in _SETTING_KEYS:
                    self._wrong(f"a setting has no key '{name.text}'", name, f"its keys are {', '.join(_SETTING_KEYS)}")
            words, least, most = said.get("one-of"), said.get("from"), said.get("to")
            if (least is None) != (most is None):
                self._wrong(f"the setting '{key}' needs both 'from' and 'to'", said)
                continue
            limits = Limits(
                tuple(word.text for word in words.items) if words is not None else (),
                _plain(least),
                _plain(most),
            )
            if limits != Limits():
                found[key] = limits
        return found

    def _check_trim(self, node: yamlfile.Node) -> None:
        try:
            TrimSize.parse(node.text)
        except MeasureError as problem:
            self._wrong(str(problem), node, problem.hint, "setting-fits")


# ---------------------------------------------------------------- templates

_MAX_STEPS: Final = 2_000_000
"""Numbers that all ranges of a layout's templates may count, together."""
_MAX_LENGTH: Final = 1_000_000
_MAX_BITS: Final = 4096
_AWAY: Final = re.compile(
    r"""/\*.*?\*/|(?:url\(\s*["']?|@import\s+["'])\s*(?P<address>//[^"')\s]*|(?!data:)[a-z][a-z0-9+.-]*:[^"')\s]*)""",
    re.IGNORECASE | re.DOTALL,
)
"""A comment, or an address with a scheme or a host."""
_WIDE: Final = re.compile(r"\*|[0-9]{5,}|\{[^{}]*:[^{}]*\{")
_PADDING: Final = frozenset({"center", "expandtabs", "ljust", "rjust", "zfill"})
_FILTERS_LEFT_OUT: Final = ("center", "format", "indent", "random")
"""What pads a text to any width, or leaves it to chance."""


class _Sandbox(jinja2.sandbox.ImmutableSandboxedEnvironment):
    """Jinja's sandbox, in which a slip of the pen cannot fill the memory and nothing is left to chance."""

    intercepted_binops = frozenset({"*", "**", "+", "%"})

    def __init__(self, load: Callable[[str], tuple[str, str, Callable[[], bool]] | None], shelf: Shelf) -> None:
        self._shelf = shelf
        super().__init__(
            loader=jinja2.FunctionLoader(load),
            autoescape=lambda name: not (name or "").endswith(".css.j2"),
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        del self.globals["lipsum"]
        for name in _FILTERS_LEFT_OUT:
            del self.filters[name]
        self.filters["pt"] = _points
        self.globals["range"] = self._range
        self._steps = _MAX_STEPS

    def compile(
        self, source: Any, name: Any = None, filename: Any = None, raw: Any = False, defer_init: Any = False
    ) -> Any:
        """Compile a template, once as long as its text stays the same."""
        if raw or not isinstance(source, str):
            return super().compile(source, name, filename, raw, defer_init)
        return _compiled(_Template(source, name, filename, defer_init, self._shelf))

    def _range(self, *bounds: int) -> range:
        found = jinja2.sandbox.safe_range(*bounds)
        self._steps -= len(found)
        if self._steps < 0:
            raise jinja2.exceptions.SecurityError(f"the templates count beyond {_MAX_STEPS:,}")
        return found

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Refuse what pads a text to any width."""
        return super().is_safe_attribute(obj, attr, value) and not (isinstance(obj, str) and attr in _PADDING)

    def call_binop(self, context: jinja2.runtime.Context, operator: str, left: Any, right: Any) -> Any:
        """Refuse an operation whose result would be beyond all measure."""
        if _result_size(operator, left, right) > (_MAX_BITS if _are_numbers(left, right) else _MAX_LENGTH):
            raise jinja2.exceptions.SecurityError(f"the result of '{operator}' would be too large")
        return super().call_binop(context, operator, left, right)

    def call(self, context: jinja2.runtime.Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Refuse a format that widens a text beyond all measure."""
        owner = getattr(obj, "__self__", None)
        if isinstance(owner, str) and obj.__name__.startswith("format") and _WIDE.search(owner):
            raise jinja2.exceptions.SecurityError("the text that the format makes would be too large")
        return super().call(context, obj, *args, **kwargs)


@dataclass(frozen=True, slots=True)
class _Template:
    """The text of a template to compile, and where what comes of it is kept."""

    source: str
    name: str | None
    filename: str | None
    defer_init: bool
    shelf: Shelf = field(compare=False)

    def compile(self) -> bytes:
        """Compile it, in the form in which Python keeps compiled modules."""
        sandbox = _Sandbox(lambda _: None, self.shelf)
        compile_ = jinja2.Environment.compile
        return marshal.dumps(
            compile_(sandbox, self.source, self.name, self.filename, raw=False, defer_init=self.defer_init)
        )


@lru_cache(maxsize=512)
def _compiled(asked: _Template) -> Any:
    """Compile a template, or take what an earlier process made of the very same: in the cache, which is private."""
    parts = (asked.source, asked.name, asked.filename, asked.defer_init, sys.implementation.cache_tag)
    return marshal.loads(asked.shelf.kept("template", bytes, asked.compile, *map(str, parts)))


def _points(length: object) -> float:
    """Return a length such as ``11pt`` or ``4mm`` as a number of points."""
    return Length.parse(str(length)).pt


def _are_numbers(left: Any, right: Any) -> bool:
    return isinstance(left, int | float) and isinstance(right, int | float)


def _size(value: Any) -> int:
    """Return the bits of a whole number, the length of a text or list."""
    if isinstance(value, int):
        return value.bit_length()
    return len(value) if isinstance(value, str | bytes | list | tuple) else 0


def _result_size(operator: str, left: Any, right: Any) -> int:
    """Estimate the size of what an operator makes: bits of a number, length of a text or list."""
    if operator == "%":
        return _MAX_LENGTH + 1 if isinstance(left, str) and _WIDE.search(left) else 0
    if operator == "**":
        return _size(left) * abs(right) if isinstance(left, int) and isinstance(right, int) else 0
    if operator == "+" or _are_numbers(left, right):
        return _size(left) + _size(right)
    text, times = (right, left) if isinstance(left, int) else (left, right)
    return _size(text) * max(0, times) if isinstance(times, int) else 0


def _environment(layout: Layout, find: Callable[[str], Path | None], shelf: Shelf) -> jinja2.Environment:
    def load(name: str) -> tuple[str, str, Callable[[], bool]] | None:
        path = find(name) if PurePosixPath(name).name == name else None
        return (layout.read(path), str(path), lambda: True) if path is not None else None

    return _Sandbox(load, shelf)


_TEMPLATE_FAULTS: Final = (
    jinja2.TemplateError, ArithmeticError, TypeError, ValueError, LookupError, AttributeError, SyntaxError,
    RuntimeError, MemoryError,
)  # fmt: skip
"""What a template's expressions can raise; a macro that calls itself without end raises a ``RuntimeError``."""


_NOT_SET: Final = re.compile(r"TemplateModule object' has no attribute '([^']+)'")


def _said(problem: BaseException) -> str:
    match problem:
        case jinja2.TemplateNotFound():
            return f"the layout has no template '{problem.name}'"
        case RecursionError():
            return "the template calls itself without end, or nests too deep"
        case jinja2.UndefinedError() if found := _NOT_SET.search(str(problem)):
            return f"a template that it imports sets no '{found[1]}'"
        case MemoryError():
            return "the template makes more text than fits into memory"
    return str(problem) or type(problem).__name__


class Templates:
    """The templates of one layout, looked for and compiled once; ``shelf`` keeps what they are compiled to."""

    def __init__(self, layout: Layout, shelf: Shelf = NOTHING_KEPT) -> None:
        self.layout = layout
        self._find = cache(layout.path)
        self._environment = _environment(layout, self._find, shelf)

    def has(self, name: str) -> bool:
        """Say whether the layout, or one it extends, holds the template."""
        return self._find(name) is not None

    def render(self, name: str, **values: Any) -> str:
        """Render a template.

        Errors: ``template-renders``, with the template's line.
        """
        with self._located(name):
            return self._environment.get_template(name).render(**values)

    @contextlib.contextmanager
    def _located(self, name: str) -> Iterator[None]:
        """Turn what a template can raise into an error with its line."""
        try:
            yield
        except jinja2.TemplateSyntaxError as problem:
            at = Location(self._shown(problem.filename or name), problem.lineno)
            raise LayoutError(
                error("template-renders", problem.message or "the template is malformed", at)
            ) from problem
        except _TEMPLATE_FAULTS as problem:
            file, line = _template_place(problem) or (str(self._find(name) or name), None)
            at = Location(self._shown(file), line)
            raise LayoutError(error("template-renders", _said(problem), at)) from problem

    def measures(self, name: str, **values: Any) -> Mapping[str, Any]:
        """Return what a template sets, by name; nothing where the layout has no such template.

        Errors: as :meth:`render`.
        """
        if not self.has(name):
            return {}
        with self._located(name):
            template = self._environment.get_template(name)
            try:
                return dict(vars(template.make_module(values)))
            except _TEMPLATE_FAULTS:
                self._environment.handle_exception()  # raises it anew, with the template's line

    def stylesheets(self, **values: Any) -> tuple[Stylesheet, ...]:
        """Return the layout's stylesheets, inherited first; those named ``*.css.j2`` are rendered with ``values``."""
        return tuple(self.stylesheet(name, **values) for name in self.layout.stylesheets)

    def stylesheet(self, name: str, **values: Any) -> Stylesheet:
        """Return one of the layout's stylesheets; one named ``*.css.j2`` is rendered with ``values``.

        Errors: ``resource-allowed``, ``template-renders``.
        """
        path = self._find(name)
        assert path is not None
        text = self.render(name, **values) if name.endswith(".j2") else self.layout.read(path)
        shown = self._shown(str(path))
        strange = tuple(_leads_away(text, shown))
        if strange:
            raise LayoutError(*strange)
        return Stylesheet(name.removesuffix(".j2"), shown, text)

    def _shown(self, path: str) -> str:
        return _shown(Path(path), self.layout.root)


def _leads_away(css: str, shown: str) -> Iterator[Diagnostic]:
    """Find addresses that are not part of the edition: a reader's device would fetch them."""
    hint = "put the file into the layout and name it from there; docs/layouts.md says how"
    for match in _AWAY.finditer(css):
        if match["address"]:
            at = Location(shown, css.count("\n", 0, match.start()) + 1)
            message = f"the address '{match['address'][:60]}' is not part of the layout"
            yield error("resource-allowed", message, at, hint)


def _template_place(problem: BaseException) -> tuple[str, int] | None:
    """Find the template and its line in a traceback: an undefined name carries none of its own."""
    place, trace = None, problem.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.endswith(".j2"):
            place = trace.tb_frame.f_code.co_filename, trace.tb_lineno
        trace = trace.tb_next
    return place
