"""A layout's name in, its templates, stylesheets, fonts and settings out; the only user of Jinja.

A layout is a folder. It may extend another; a file missing in it is taken from the one it extends. Names are looked up
in the book's own ``layouts/`` first, then beside the installed package. Templates run in Jinja's sandbox, because a
book folder may come from anyone.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any, Final

import jinja2
import jinja2.sandbox

from bookforge import yamlfile
from bookforge.diagnostics import LayoutError, Location, error
from bookforge.edition import Format, Setting, Stylesheet

_MAX_DEPTH: Final = 8
_MAX_FILE: Final = 4_000_000
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
class Layout:
    """A design with everything it inherits.

    ``folders`` runs from the layout itself to the one it rests on. ``settings`` are names and defaults; ``help`` says
    what each means. ``stylesheets`` are file names, the inherited first. ``root`` is the folder no file may leave.
    """

    name: str
    format: Format | None
    folders: tuple[Path, ...]
    stylesheets: tuple[str, ...]
    fonts: tuple[FontSpec, ...]
    settings: Mapping[str, Setting]
    root: Path

    def path(self, name: str) -> Path | None:
        """Find a file of the layout, its own before the inherited."""
        for folder in self.folders:
            found = folder / name
            if found.is_file():
                return _inside(found, folder)
        return None

    def digest(self) -> str:
        """Return a SHA-256 over every file the layout can use: part of what an edition depends on."""
        total = hashlib.sha256()
        for depth, folder in enumerate(self.folders):
            for path in sorted(p for p in folder.rglob("*") if p.is_file()):
                total.update(f"{depth}/{path.relative_to(folder).as_posix()}\0".encode())
                total.update(hashlib.sha256(path.read_bytes()).digest())
        return total.hexdigest()


def installed() -> Path:
    """Return the folder of the layouts that come with bookforge, in a wheel and in a checkout alike."""
    package = Path(__file__).resolve().parent
    shipped = package / "layouts_data"
    return shipped if shipped.is_dir() else package.parents[1] / "layouts"


def names(book_folder: Path) -> tuple[str, ...]:
    """List the layouts a book can use by name."""
    found = {path.parent.name for root in (book_folder / "layouts", installed()) for path in root.glob("*/layout.yaml")}
    return tuple(sorted(found - {"base"}))


def find(name: str, book_folder: Path, at: Location | None = None) -> Layout:
    """Return the layout called ``name`` with what it inherits.

    Errors: ``layout-exists``, ``layout-valid``.
    """
    folders, declared = _chain(name, book_folder, at)
    settings: dict[str, Setting] = {}
    stylesheets: list[str] = []
    fonts: tuple[FontSpec, ...] = ()
    format_: Format | None = None
    for spec in reversed(declared):
        settings |= spec.settings
        stylesheets += [sheet for sheet in spec.stylesheets if sheet not in stylesheets]
        fonts = spec.fonts or fonts
        format_ = spec.format or format_
    layout = Layout(name, format_, folders, tuple(stylesheets), fonts, settings, book_folder)
    for sheet in layout.stylesheets:
        if layout.path(sheet) is None:
            raise LayoutError(error("layout-valid", f"the stylesheet '{sheet}' does not exist", declared[0].at))
    return layout


@dataclass(frozen=True, slots=True)
class _Declared:
    """What one ``layout.yaml`` says."""

    extends: str | None
    format: Format | None
    stylesheets: tuple[str, ...]
    fonts: tuple[FontSpec, ...]
    settings: Mapping[str, Setting]
    at: Location


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
        wanted, at = declared[-1].extends, declared[-1].at
    return tuple(folders), tuple(declared)


def _locate(name: str, book_folder: Path, taken: tuple[Path, ...], at: Location | None) -> Path:
    """Find a layout's folder; a book's layout may extend the installed one of its own name."""
    if name and not set(name) & set("/\\") and name not in {".", ".."}:
        for root in (book_folder / "layouts", installed()):
            folder = root / name
            if (folder / "layout.yaml").is_file() and folder not in taken:
                return _inside(folder, root)
    known = names(book_folder)
    near = get_close_matches(name, known, 1)
    hint = f"did you mean '{near[0]}'?" if near else f"the layouts here are {', '.join(known)}"
    raise LayoutError(error("layout-exists", f"there is no layout '{name}'", at, hint))


def _inside(path: Path, folder: Path) -> Path:
    """Refuse a file of a layout that a symbolic link leads out of its folder."""
    if not path.resolve().is_relative_to(folder.resolve()):
        raise LayoutError(error("layout-valid", f"'{path.name}' leads out of the layout's folder", Location(str(path))))
    return path


def _shown(path: Path, book_folder: Path) -> str:
    return path.relative_to(book_folder).as_posix() if path.is_relative_to(book_folder) else str(path)


def _read(folder: Path, book_folder: Path) -> _Declared:
    path = _inside(folder / "layout.yaml", folder)
    shown = _shown(path, book_folder)
    root = yamlfile.load(path.read_bytes(), shown)
    return _Reader(folder, shown).read(root)


class _Reader:
    """Turns the located nodes of one ``layout.yaml`` into what it declares, gathering every error."""

    def __init__(self, folder: Path, shown: str) -> None:
        self.folder = folder
        self.shown = shown

    def read(self, root: yamlfile.Node) -> _Declared:
        value = yamlfile.plain(root)
        if not isinstance(value, dict):
            raise self._wrong("a layout.yaml is a list of 'key: value' lines", root.at)
        for key, node in yamlfile.items(root):
            if key not in {"extends", "format", "stylesheets", "fonts", "settings", "description"}:
                raise self._wrong(f"a layout has no key '{key}'", node.at)
        return _Declared(
            extends=str(value["extends"]) if value.get("extends") else None,
            format=self._format(value.get("format"), root.at),
            stylesheets=tuple(map(str, self._list(value, "stylesheets", root.at))),
            fonts=tuple(self._font(item, root.at) for item in self._list(value, "fonts", root.at)),
            settings=self._settings(value.get("settings") or {}, root.at),
            at=root.at,
        )

    def _list(self, value: dict[str, Any], key: str, at: Location) -> list[Any]:
        found = value.get(key) or []
        if not isinstance(found, list):
            raise self._wrong(f"'{key}' is a list", at)
        return found

    def _wrong(self, message: str, at: Location) -> LayoutError:
        return LayoutError(error("layout-valid", message, at))

    def _format(self, name: object, at: Location) -> Format | None:
        if name is None:
            return None
        if name not in set(Format):
            raise self._wrong(f"'{name}' is no format; it is one of pdf, epub, html", at)
        return Format(str(name))

    def _font(self, item: object, at: Location) -> FontSpec:
        if not isinstance(item, dict) or "family" not in item or not item.keys() <= _FONT_KEYS:
            raise self._wrong("a font is {family, package or file, style, role}", at)
        if ("package" in item) == ("file" in item):
            raise self._wrong(f"font '{item['family']}' needs a package or a file", at)
        file = _inside(self.folder / str(item["file"]), self.folder) if "file" in item else None
        if file and not file.is_file():
            raise self._wrong(f"the font file '{item['file']}' does not exist", at)
        package = str(item["package"]) if "package" in item else None
        style, role = str(item.get("style", "normal")), str(item.get("role", "text"))
        return FontSpec(str(item["family"]), style, role, package, file, at)

    def _settings(self, value: object, at: Location) -> dict[str, Setting]:
        if not isinstance(value, dict) or not all(isinstance(v, str | int | float | bool) for v in value.values()):
            raise self._wrong("settings are 'name: default' lines", at)
        return {str(key): default for key, default in value.items()}


# ---------------------------------------------------------------- templates


def _environment(layout: Layout) -> jinja2.Environment:
    def load(name: str) -> tuple[str, str, Callable[[], bool]] | None:
        path = layout.path(name) if PurePosixPath(name).name == name else None
        if path is None:
            return None
        if path.stat().st_size > _MAX_FILE:
            raise LayoutError(error("layout-valid", "the template is too large", Location(str(path))))
        return path.read_text(encoding="utf-8"), str(path), lambda: True

    return jinja2.sandbox.ImmutableSandboxedEnvironment(
        loader=jinja2.FunctionLoader(load),
        autoescape=lambda name: not (name or "").endswith(".css.j2"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


class Templates:
    """The templates of one layout, compiled once."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self._environment = _environment(layout)

    def has(self, name: str) -> bool:
        """Say whether the layout, or one it extends, holds the template."""
        return self.layout.path(name) is not None

    def render(self, name: str, **values: Any) -> str:
        """Render a template.

        Errors: ``template-renders``, with the template's line.
        """
        try:
            return self._environment.get_template(name).render(**values)
        except jinja2.TemplateSyntaxError as problem:
            at = Location(self._shown(problem.filename or name), problem.lineno)
            raise LayoutError(
                error("template-renders", problem.message or "the template is malformed", at)
            ) from problem
        except (jinja2.TemplateError, ArithmeticError, TypeError, ValueError, LookupError, AttributeError) as problem:
            at = Location(self._shown(str(self.layout.path(name) or name)), _template_line(problem))
            raise LayoutError(error("template-renders", str(problem) or type(problem).__name__, at)) from problem

    def stylesheets(self, **values: Any) -> tuple[Stylesheet, ...]:
        """Return the layout's stylesheets, inherited first; those named ``*.css.j2`` are rendered with ``values``."""
        return tuple(self._stylesheet(name, values) for name in self.layout.stylesheets)

    def _stylesheet(self, name: str, values: dict[str, Any]) -> Stylesheet:
        path = self.layout.path(name)
        assert path is not None
        text = self.render(name, **values) if name.endswith(".j2") else path.read_text(encoding="utf-8")
        return Stylesheet(name.removesuffix(".j2"), self._shown(str(path)), text)

    def _shown(self, path: str) -> str:
        return _shown(Path(path), self.layout.root)


def _template_line(problem: BaseException) -> int | None:
    """Find the template's line in a traceback: an undefined name carries none of its own."""
    line, trace = None, problem.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.endswith(".j2"):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


@cache
def terms(language: str) -> Mapping[str, str]:
    """Return the words layouts print in a book of this language (``Chapter``, ``Contents`` …), English when unknown."""
    path = installed() / "base" / "terms.yaml"
    tables = yamlfile.plain(yamlfile.load(path.read_bytes(), str(path)))
    assert isinstance(tables, dict)
    found: dict[str, str] = {}
    for name in ("en", language.lower().split("-")[0], language.lower()):
        table = tables.get(name)
        found |= {key: str(word) for key, word in table.items()} if isinstance(table, dict) else {}
    return found
