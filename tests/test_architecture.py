"""The shape of the program as data: who may import whom, who owns which engine, what every module says of itself."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "bookforge"

SAY = {"diagnostics"}
BOOK = {"book", "semantics"}
READING_SIDE = {"bookpath", "manifest", "manuscript", "textfile", "words", "xhtml"}
EDITION_SIDE = {"compose", "edition", "fonts", "formulas", "glyphs", "layouts", "ledger", "reading", "terms"}

# unit (a module, or a package with all its modules) → what it may import of ours; the order is a legal order of imports
MAY_IMPORT: dict[str, set[str]] = {
    # values and vocabulary: no files, no engines
    "rules": set(),
    "diagnostics": {"rules"},
    "engines": set(),
    "shipped": set(),
    "warm": set(),
    "timings": set(),
    "measure": set(),
    "numerals": set(),
    "semantics": set(),
    "barcode": set(),
    "garbage": set(),
    "crew": {"garbage"},
    "book": SAY | {"semantics"},
    "laid": {"numerals"},
    "flow": set(),
    "makeup": SAY | BOOK | {"laid"},
    "edition": SAY | {"book", "makeup", "measure"},
    # files as they are
    "bookpath": SAY,
    "textfile": SAY,
    "yamladvice": set(),
    "yamlfile": SAY | {"textfile", "yamladvice"},
    "xhtml": set(),
    "imagefile": set(),
    "svg": set(),
    "cache": SAY,
    "words": {"cache"},
    "printers": SAY | {"bookpath", "edition", "measure", "textfile", "yamlfile"},
    # from the manuscript to the book
    "typography": {"book", "cache", "words", "xhtml"},
    "manifest": SAY | BOOK | {"bookpath", "edition", "measure", "textfile", "typography", "yamlfile"},
    "manuscript": SAY | BOOK | {"bookpath", "cache", "manifest", "textfile", "yamlfile"},
    "markdown": SAY | BOOK | {"cache", "engines", "manuscript", "textfile", "typography", "warm", "words", "xhtml"},
    "assets": SAY | BOOK | {"bookpath", "cache", "engines", "imagefile", "svg"},
    "illustrations": BOOK | {"xhtml"},
    "indexing": SAY | BOOK,
    "outline": SAY | BOOK | {"cache", "illustrations", "indexing", "manifest", "xhtml"},
    "pipeline": SAY | BOOK | READING_SIDE | {"assets", "cache", "engines", "markdown", "outline", "timings", "warm"},
    # from the book to an edition
    "workshop": SAY | {"cache", "engines", "pipeline", "timings"},
    "reading": SAY | BOOK | {"edition", "illustrations", "indexing", "words", "xhtml"},
    "layouts": SAY | BOOK | {"cache", "edition", "measure", "shipped", "textfile", "yamlfile"},
    "terms": SAY | {"layouts", "yamlfile"},
    "formulas": SAY | BOOK | {"xhtml"},
    "fonts": SAY | {"edition", "layouts"},
    "compose": SAY | BOOK | {
        "cache", "typography", "edition", "fonts", "illustrations", "indexing", "layouts", "measure", "numerals",
        "terms", "words", "xhtml",
    },
    "glyphs": SAY | BOOK | READING_SIDE | {"typography", "edition", "fonts", "layouts", "terms"},
    "ledger": SAY | BOOK | {"cache", "edition", "words", "xhtml"},
    "composer": {"edition", "flow", "fonts", "laid", "xhtml"},
    "pdfobjects": {"cache"},
    "writers": SAY | BOOK
    | {"cache", "composer", "edition", "engines", "flow", "fonts", "garbage", "laid", "numerals", "pdfobjects", "words"}
    | {"xhtml"},
    "preflight": SAY | {"cache", "measure", "pdfobjects", "printers"},
    "cover": SAY | BOOK | {
        "assets", "barcode", "bookpath", "cache", "edition", "engines", "fonts", "laid", "layouts", "measure",
        "pipeline", "preflight", "printers", "typography", "writers",
    },
    "typeset": SAY
    | {"cache", "compose", "composer", "crew", "edition", "engines", "garbage", "laid", "makeup", "timings", "writers"}
    | {"xhtml"},
    "publish": SAY | {"edition"},
    # the machine
    "validate": SAY,
    "doctor": {"engines", "validate"},
    # what is asked for
    "release": SAY | BOOK | {"edition", "markdown", "pipeline", "textfile", "validate", "yamlfile"},
    "printing": SAY | BOOK
    | {"__init__", "cache", "edition", "engines", "laid", "measure", "pipeline", "preflight", "printers", "writers"},
    "editions": SAY | BOOK | READING_SIDE | EDITION_SIDE
    | {"cache", "cover", "engines", "laid", "makeup", "pipeline", "printing", "typeset", "workshop", "writers"},
    "finished": SAY
    | {"cache", "edition", "editions", "engines", "fonts", "manifest", "pipeline", "shipped", "workshop"},
    "workers": SAY | {"crew", "cache", "edition", "finished", "pipeline", "timings", "workshop"},
    "build": SAY | BOOK
    | {"cache", "edition", "editions", "makeup", "manifest", "pipeline", "printing", "publish", "release", "timings"}
    | {"finished", "garbage", "workers"},
    "asking": {"cache"},
    "unchanged": {"cache", "engines"},
    "watch": SAY | {"asking", "build", "editions", "garbage", "layouts", "publish", "timings", "warm"},
    "stats": SAY | BOOK | {"cache", "manifest", "manuscript", "pipeline"},
    "new": SAY | {"manifest", "textfile"},
    "completion": set(),
    "cli": SAY | {"__init__", "asking", "bookpath", "build", "cache", "completion", "doctor", "edition", "editions"}
    | {"makeup", "new", "preflight", "publish", "stats", "timings", "unchanged", "watch"},
    "__main__": {"cli"},
    "__init__": set(),
}  # fmt: skip

# engine → the only module that imports it, or the few
OWNER = {
    "PIL": "assets cover.art writers.press.colours",
    "argparse": "cli",
    "ebooklib": "writers.epub",
    "fontTools": "fonts",
    "jinja2": "layouts",
    "msgspec": "cache",
    "pikepdf": "pdfobjects writers.press writers.press.colours writers.press.flat writers.press.ink "
    "writers.press.intent writers.press.known writers.press.sheet "
    "preflight.content preflight.objects preflight.structure",
    "pydyf": "writers.pdf writers.assembly.faster writers.assembly.hooks writers.assembly.objects",
    "pypdfium2": "writers.pdf writers.press.flat preflight.structure preflight.text",
    "shtab": "completion",
    "tinyhtml5": "markdown.tree",
    "pyphen": "composer.shaping",
    "uharfbuzz": "composer.shaping fonts",
    "weasyprint": "writers.engine "
    "writers.assembly.faster writers.assembly.hooks writers.assembly.shaped writers.assembly.styles",
    "yaml": "yamlfile",
    "ziamath": "formulas",
}
# writer → its own modules
WRITERS = {"pdf": ("pdf", "galleys", "engine", "finishing"), "epub": ("epub",), "html": ("html",)}
# for the types of annotations only, under `if TYPE_CHECKING`
TYPES_ONLY = {("completion", "argparse")}

MODULES = {
    ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(SOURCE.rglob("*.py"))
}
UNITS = sorted({name.partition(".")[0] for name in MODULES})


def imports(path: Path) -> tuple[set[str], set[str]]:
    """Give the modules of ours (dotted, below bookforge) and the foreign top-level packages that a file imports."""
    ours: set[str] = set()
    foreign: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module == "bookforge":
            names = [f"bookforge.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        else:
            continue
        for name in names:
            top, _, rest = name.partition(".")
            if top == "bookforge":
                ours.add("__init__" if rest.startswith("__") else rest)
            else:
                foreign.add(top)
    return ours, foreign


@pytest.mark.parametrize("unit", UNITS)
def test_imports_go_one_way(unit: str) -> None:
    files = [path for name, path in MODULES.items() if name.partition(".")[0] == unit]
    found = {module.partition(".")[0] for path in files for module in imports(path)[0]}
    assert found - {unit} <= MAY_IMPORT[unit]


def test_the_table_has_no_circle() -> None:
    order = list(MAY_IMPORT)
    back = {
        unit: sorted(later)
        for unit, allowed in MAY_IMPORT.items()
        if (later := {other for other in allowed if other != "__init__" and order.index(other) > order.index(unit)})
    }
    assert back == {}


@pytest.mark.parametrize("engine", OWNER)
def test_each_engine_has_one_owner(engine: str) -> None:
    importers = {
        name for name, path in MODULES.items() if engine in imports(path)[1] and (name, engine) not in TYPES_ONLY
    }
    assert importers <= set(OWNER[engine].split())


@pytest.mark.parametrize("writer", WRITERS)
def test_writers_do_not_know_each_other(writer: str) -> None:
    others = {f"writers.{module}" for other in WRITERS if other != writer for module in WRITERS[other]}
    own = tuple(f"writers.{module}" for module in WRITERS[writer])
    files = [path for name, path in MODULES.items() if name.startswith(own)]
    assert not others & {module for path in files for module in imports(path)[0]}


@pytest.mark.parametrize("name", MODULES)
def test_each_module_says_what_it_does(name: str) -> None:
    text = ast.get_docstring(ast.parse(MODULES[name].read_text("utf-8")))
    assert text
    assert text.splitlines()[0].endswith((".", ":", "``"))


def test_no_looks_in_the_source() -> None:
    strays = [path for path in SOURCE.rglob("*") if path.suffix in {".css", ".j2", ".html", ".svg"}]
    assert strays == []


def test_help_starts_no_engine() -> None:
    code = (
        "import sys; from bookforge import cli; cli.parser().format_help(); "
        f"print(*sorted(set(sys.modules) & {set(OWNER) - {'argparse'}!r}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
