"""What is typed on the command line into calls, and what comes of them into lines, JSON and an exit status."""

import argparse
import json
import os
import shlex
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

from bookforge import __version__
from bookforge.diagnostics import (
    BookforgeError,
    Diagnostic,
    Location,
    Severity,
    UsageError,
    error,
    has_errors,
    of_machine,
)

if TYPE_CHECKING:
    from bookforge import unchanged
    from bookforge.build import Built, Order, Outcome
    from bookforge.editions import Memory
    from bookforge.publish import Published

_DESCRIPTION: Final = """\
Make a book of Markdown chapters: a PDF for print, an EPUB for e-readers, an HTML edition for the browser.

A book is a folder with a book.yaml that lists its chapters:

    title: A Title
    authors: [First Author, Second Author]
    language: en
    chapters:
      - chapters/one.md
      - chapters/two.md
"""
_EPILOG: Final = """\
first steps:
  bookforge new my-book          make a small book to start from
  cd my-book && bookforge build  build every edition into dist/
  bookforge build --format epub  rebuild just the EPUB
  bookforge check                look for mistakes without building
  bookforge doctor               see what this machine has and lacks

exit status: 0 good, 1 the book has errors, 2 the command was wrong, 3 this machine lacks something
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; return the exit status."""
    for stream in ("stdout", "stderr"):
        if getattr(sys, stream) is None:  # closed by whoever started us
            setattr(sys, stream, Path(os.devnull).open("w"))  # noqa: SIM115
    typed = list(sys.argv[1:] if argv is None else argv)
    as_json = "--json" in typed
    try:
        if argv is None:
            for number in (signal.SIGTERM, signal.SIGHUP):
                if signal.getsignal(number) is not signal.SIG_IGN:  # nohup asks for that
                    signal.signal(number, _interrupt)
        arguments = parser().parse_args(typed)
        arguments.typed, arguments.memory = typed, None
        return int(arguments.run(arguments))
    except BookforgeError as problem:
        return _fail(problem, as_json)
    except KeyboardInterrupt:
        interruption = BookforgeError(error("command-finished", "interrupted; what was built before is untouched"))
        _fail(interruption, as_json)
        return 130
    except BrokenPipeError:
        # The reader of a pipe went away: nothing to tell it, and Python must not complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except OSError as problem:
        return _fail(of_machine(problem), as_json)


def _interrupt(number: int, frame: object) -> NoReturn:
    """End as on Ctrl-C, so that scratch folders and workers go too."""
    raise KeyboardInterrupt


def _fail(problem: BookforgeError, as_json: bool) -> int:
    """Say why a command came to nothing; return its exit status."""
    if as_json:
        _print_json({"artifacts": [], "diagnostics": [_finding(each, Path()) for each in problem.diagnostics]})
    else:
        for found in problem.diagnostics:
            _line(str(found))
    return problem.exit_status


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with a command in one line, and where to read on."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(error("command-right", f"{self.prog}: {message}", hint=f"see '{self.prog} --help'"))


def parser() -> argparse.ArgumentParser:
    """Make the parser of the whole command line."""
    top = _Parser(
        prog="bookforge", description=_DESCRIPTION, epilog=_EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    top.add_argument("--version", action="version", version=f"bookforge {__version__}")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_build(commands)
    _add_watch(commands)
    _add_check(commands)
    _add_pages(commands)
    _add_preflight(commands)
    _add_new(commands)
    _add_stats(commands)
    _add_cache(commands)
    _add_doctor(commands)
    _add_completion(commands)
    return top


def _command(commands: Any, name: str, run: Any, text: str, epilog: str = "") -> argparse.ArgumentParser:
    made: argparse.ArgumentParser = commands.add_parser(
        name, help=text, description=text[0].upper() + text[1:] + ".", epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    made.set_defaults(run=run)
    return made


def _add_book(command: argparse.ArgumentParser) -> None:
    text = "a book.yaml or a folder with one (default: book.yaml here, else manuscript/book.yaml)"
    command.add_argument("book", metavar="BOOK", nargs="?", type=Path, help=text)


def _add_selection(command: argparse.ArgumentParser) -> None:
    _add_book(command)
    command.add_argument(
        "--format", action="append", choices=("pdf", "epub", "html"), help="take all editions of this format"
    )
    _add_choice(command, "let warnings fail the command")


def _add_choice(command: argparse.ArgumentParser, strict: str) -> None:
    command.add_argument("--edition", action="append", metavar="NAME", help="take the edition of this name")
    command.add_argument(
        "--only",
        action="append",
        metavar="CHAPTER",
        help="take just this chapter or part, by id or file; the others are not read",
    )
    command.add_argument("--strict", action="store_true", help=strict)
    command.add_argument("--jobs", type=_jobs, default=_cores(), metavar="N", help="do up to N things at once")
    command.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    command.add_argument("--cache-dir", type=Path, metavar="DIR", help="keep finished work in DIR")
    command.add_argument("--no-cache", action="store_true", help="use and keep no finished work")


def _cores() -> int:
    """Return how many things this process may do at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _jobs(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 256:
        raise argparse.ArgumentTypeError("a whole number from 1 to 256")
    return int(text)


def _add_build(commands: Any) -> None:
    epilog = """\
examples:
  bookforge build                       every edition, into dist/
  bookforge build --format epub         just the EPUB
  bookforge build --edition proof       just the proof
  bookforge build --only 03-letter.md   a book of one chapter, to look at
"""
    command = _command(commands, "build", _build, "build a book's editions", epilog)
    _add_selection(command)
    command.add_argument(
        "--output", type=Path, default=Path("dist"), metavar="DIR", help="put them there (default: dist)"
    )
    command.add_argument(
        "--timings", action="store_true", help="say where the time went, as a table and as BOOK-timings.svg beside them"
    )
    state = command.add_mutually_exclusive_group()
    state.add_argument(
        "--release",
        action="store_true",
        help="refuse open queries, drafts, placeholders, calls without a note, and anything a validator finds",
    )
    state.add_argument(
        "--draft", action="store_true", help="fill pages as they come, which is quicker than making spreads even"
    )
    command.add_argument(
        "--reference", action="store_true", help="set each PDF as one document, as --release does: the same, but slow"
    )


def _add_watch(commands: Any) -> None:
    epilog = """\
examples:
  bookforge watch                       build every edition at each save
  bookforge watch --edition paperback   just the paperback

While it runs, 'bookforge build' of the same book has it do the work, and so is quicker too.
"""
    text = "build a book's editions at each save, quicker than 'build' does, and say in a line what was done"
    command = _command(commands, "watch", _watch, text, epilog)
    _add_book(command)
    command.add_argument(
        "--format", action="append", choices=("pdf", "epub", "html"), help="take all editions of this format"
    )
    command.add_argument("--edition", action="append", metavar="NAME", help="take the edition of this name")
    command.add_argument(
        "--output", type=Path, default=Path("dist"), metavar="DIR", help="put them there (default: dist)"
    )
    command.add_argument("--draft", action="store_true", help="fill pages as they come, which is quicker")
    command.add_argument("--cache-dir", type=Path, metavar="DIR", help="keep finished work in DIR")
    command.add_argument(
        "--idle", type=_seconds, default=3600, metavar="SECONDS",
        help="end after so long without a build (default: 3600, an hour)",
    )  # fmt: skip
    command.set_defaults(only=None, jobs=_cores(), strict=False, no_cache=False)


def _seconds(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 10**7:
        raise argparse.ArgumentTypeError("a whole number of seconds, 1 at least")
    return int(text)


def _add_check(commands: Any) -> None:
    command = _command(commands, "check", _check, "look for mistakes without building")
    _add_selection(command)


def _add_pages(commands: Any) -> None:
    epilog = """\
examples:
  bookforge pages                       every PDF edition
  bookforge pages --edition paperback   just the paperback
  bookforge pages --worst 20            more places of each kind
"""
    text = "lay out the PDF editions and count what a book designer would circle, with the worst places"
    command = _command(commands, "pages", _pages, text, epilog)
    _add_book(command)
    grave = "fail when there are widows, orphans, lines off the grid or the margins, marks on blanks, missing glyphs"
    _add_choice(command, grave)
    command.add_argument(
        "--worst", type=_places, default=3, metavar="N", help="show up to N places of each kind (default: 3)"
    )


def _places(text: str) -> int:
    if not text.isdecimal() or int(text) > 9999:
        raise argparse.ArgumentTypeError("a whole number up to 9999")
    return int(text)


def _add_preflight(commands: Any) -> None:
    epilog = """\
examples:
  bookforge preflight interior.pdf                  what every printer would take
  bookforge preflight interior.pdf --printer kdp    what Amazon KDP would take
  bookforge preflight word.pdf --printer lulu --trim 6x9in
"""
    text = "measure a finished PDF, from here or from elsewhere, and say what a printer would refuse"
    command = _command(commands, "preflight", _preflight, text, epilog)
    command.add_argument("file", metavar="FILE", type=Path, help="the inside or the cover of a book as PDF")
    printer = "kdp, ingram, lulu, generic, or the path of a profile below this folder (default: generic)"
    command.add_argument("--printer", default="generic", metavar="NAME", help=printer)
    trim = "the size of the pages after the cut (default: as the file says)"
    command.add_argument("--trim", metavar="SIZE", help=trim)
    command.add_argument("--paper", default="white", metavar="WORD", help="a paper of the printer's (default: white)")
    bindings = ("paperback", "hardcover")
    command.add_argument("--binding", default="paperback", choices=bindings, help="its binding (default: paperback)")
    command.add_argument("--json", action="store_true", help="print one JSON object and nothing else")


def _add_new(commands: Any) -> None:
    command = _command(commands, "new", _new, "make a small book to start from")
    command.add_argument("folder", metavar="FOLDER", type=Path, help="the folder to make")
    command.add_argument("--title", default=None, help="the book's title (default: from the folder's name)")


def _add_stats(commands: Any) -> None:
    command = _command(commands, "stats", _stats, "count words, notes, queries and minutes, chapter by chapter")
    _add_book(command)
    command.add_argument("--json", action="store_true", help="print one JSON object and nothing else")


def _add_cache(commands: Any) -> None:
    epilog = """\
examples:
  bookforge cache info     what is kept, by stage, and where
  bookforge cache prune    remove what killed builds left, and what is beyond the limit
  bookforge cache clear    remove all of it; the next build makes everything anew
"""
    command = _command(commands, "cache", _cache, "look at the finished work that is kept, or remove it", epilog)
    command.add_argument("action", choices=("info", "prune", "clear"))
    command.add_argument("--cache-dir", type=Path, metavar="DIR", help="the cache in DIR (default: the user's)")
    command.add_argument("--json", action="store_true", help="print one JSON object and nothing else")


def _add_doctor(commands: Any) -> None:
    command = _command(commands, "doctor", _doctor, "show what this machine has and lacks, and how to get it")
    command.add_argument("--json", action="store_true", help="print one JSON object and nothing else")


def _add_completion(commands: Any) -> None:
    epilog = "example:\n  bookforge completion bash > ~/.local/share/bash-completion/completions/bookforge"
    command = _command(commands, "completion", _completion, "print a script that completes commands in a shell", epilog)
    command.add_argument("shell", choices=("bash", "zsh", "fish"))


# ---------------------------------------------------------------- commands


def _order(arguments: argparse.Namespace) -> "Order":
    from bookforge import bookpath
    from bookforge.build import Order
    from bookforge.edition import Format

    return Order(
        book=bookpath.find_book(arguments.book, Path()),
        formats=tuple(Format(name) for name in getattr(arguments, "format", None) or ()),
        editions=tuple(arguments.edition or ()),
        only=tuple(arguments.only or ()),
        output=getattr(arguments, "output", Path("dist")),
        jobs=arguments.jobs,
        strict=arguments.strict,
        release=getattr(arguments, "release", False),
        draft=getattr(arguments, "draft", False),
        reference=getattr(arguments, "reference", False),
        cache_folder=arguments.cache_dir,
        cached=not arguments.no_cache,
        timings=getattr(arguments, "timings", False),
    )


def _build(arguments: argparse.Namespace) -> int:
    if arguments.memory is not None or arguments.no_cache:
        return _carry_out(arguments, "run")
    from bookforge import asking, bookpath

    identity = asking.identity(bookpath.find_book(arguments.book, Path()), arguments.cache_dir)
    watch = asking.address(identity, arguments.cache_dir)
    status = watch and asking.ask(watch, arguments.typed, sys.stdout, sys.stderr)
    if isinstance(status, int):
        return status
    if arguments.timings:
        return _carry_out(arguments, "run")
    from bookforge import unchanged

    asked = unchanged.Order(identity, tuple(arguments.typed), arguments.cache_dir)
    return 0 if asked.again() else _carry_out(arguments, "run", asked)


def _check(arguments: argparse.Namespace) -> int:
    return _carry_out(arguments, "check")


def _obey(typed: list[str], memory: "Memory") -> int:
    """Carry out a command that somebody else had typed, in a process that stays."""
    arguments = parser().parse_args(typed)
    arguments.typed, arguments.memory = typed, memory
    try:
        return int(arguments.run(arguments))
    except BookforgeError as problem:
        return _fail(problem, arguments.json)


def _watch(arguments: argparse.Namespace) -> int:
    from bookforge import build, watch

    order = _order(arguments)
    screen = _Screen(silent=False)

    def make(memory: "Memory") -> "Outcome":
        found: list[Diagnostic] = []
        say = screen.say if screen.live else lambda _: None
        outcome = build.run(order, found.append, say, memory, screen.tell)
        screen.clear()
        _line(watch.line(outcome))
        for each in found:
            if each.severity is not Severity.NOTE:
                _line(f"  {_relative(each, order.book.parent)}")
        return outcome

    return watch.Watch(
        order.book.absolute(), order.output, arguments.cache_dir, arguments.idle, make, _obey, _line
    ).run()


def _carry_out(arguments: argparse.Namespace, what: str, asked: "unchanged.Order | None" = None) -> int:
    """Do what was asked for and say what came of it; keep what was said where it will be the same the next time."""
    if asked is None:
        return int(_carried_out(arguments, what).status)
    from bookforge import publish, unchanged

    with unchanged.heard() as said:
        outcome = _carried_out(arguments, what)
    if outcome.files:
        asked.keep(outcome.files, [publish.leftovers(arguments.output)], tuple(said))
    return int(outcome.status)


def _carried_out(arguments: argparse.Namespace, what: str) -> "Outcome":
    from bookforge import build

    screen = _Screen(silent=arguments.json)
    order = _order(arguments)
    screen.folder = order.book.parent
    if what == "check":
        outcome = build.check(order, screen.report, screen.say)
    else:
        outcome = build.run(order, screen.report, screen.say, arguments.memory, screen.tell)
    screen.clear()
    if arguments.json:
        found = [_finding(each, screen.folder) for each in outcome.diagnostics]
        _print_json({"artifacts": [_artifact(each) for each in outcome.built], "diagnostics": found})
    else:
        _summarise(outcome, what)
        if order.timings:
            from bookforge import timings

            _line(timings.table(outcome.timings))
    return outcome


def _pages(arguments: argparse.Namespace) -> int:
    from bookforge import build, makeup

    screen = _Screen(silent=arguments.json)
    order = _order(arguments)
    screen.folder = order.book.parent
    outcome = build.pages(order, screen.report, screen.say, screen.tell)
    screen.clear()

    def shown(at: Location) -> str:
        return str(Location(_shown_path(at, screen.folder), at.line))

    if arguments.json:
        judged = [
            {"edition": each.edition.name} | makeup.as_data(each.makeup, arguments.worst, shown)
            for each in outcome.judged
        ]
        _print_json(
            {"editions": judged, "diagnostics": [_finding(each, screen.folder) for each in outcome.diagnostics]}
        )
    else:
        for each in outcome.judged:
            print(f"{each.edition.name}: {makeup.table(each.makeup, arguments.worst, shown)}")
        _summarise(outcome, "pages")
    return int(outcome.status)


def _summarise(outcome: "Outcome", what: str) -> None:
    from bookforge import makeup

    for built in outcome.built:
        print(_built_line(built))
        if built.package is not None:
            print(_package_line(built.package))
        if built.makeup is not None:
            print(f"  {makeup.summary(built.makeup)}")
    errors = sum(found.severity.value == "error" for found in outcome.diagnostics)
    warnings = sum(found.severity.value == "warning" for found in outcome.diagnostics)
    counts = [
        f"{count} {word}{'s' if count != 1 else ''}"
        for count, word in ((errors, "error"), (warnings, "warning"))
        if count
    ]
    if counts:
        _line(", ".join(counts))
    elif what == "check":
        print("no mistakes found")


def _built_line(built: "Built") -> str:
    path = Path(os.path.relpath(built.published.path))
    shown = f"{path}/" if built.published.files and built.published.tree_sha256 else str(path)
    facts = [f"{built.pages} pages"] if built.pages else []
    facts += [f"{built.words:,} words", _size(built.published)]
    return f"{shown}  ({', '.join(facts)})"


def _package_line(package: "Published") -> str:
    """Name the folder for the printer."""
    path = Path(os.path.relpath(package.path))
    names = ", ".join(file.path for file in package.files)
    return f"{path}/  (for the printer: {names}, {_size(package)})"


def _size(published: "Published") -> str:
    size = published.bytes
    counted = f"{size / 1_000_000:.1f} MB" if size >= 1_000_000 else f"{size / 1000:.0f} kB"
    return counted if published.changed else f"{counted}, unchanged"


def _preflight(arguments: argparse.Namespace) -> int:
    from bookforge import preflight
    from bookforge.preflight import ordering, report

    typed = arguments
    demand = ordering.demand(typed.printer, typed.trim, typed.paper, typed.binding, Path())
    file = ordering.readable(typed.file)
    reading, demand, checks = preflight.look(file.name, file, demand)
    if typed.json:
        _print_json(report.as_data(reading, demand, checks))
    else:
        print("\n".join(report.lines(reading, demand, checks)))
    return 0 if all(check.passed for check in checks) else 1


def _new(arguments: argparse.Namespace) -> int:
    from bookforge import new

    made = new.create(arguments.folder, arguments.title)
    for path in made:
        print(path)
    print(f"now: cd {shlex.quote(str(arguments.folder))} && bookforge build")
    return 0


def _stats(arguments: argparse.Namespace) -> int:
    from bookforge import bookpath, stats

    order_book = bookpath.find_book(arguments.book, Path())
    screen = _Screen(silent=arguments.json)
    screen.folder = order_book.parent
    found: list[Diagnostic] = []

    def report(finding: Diagnostic) -> None:
        found.append(finding)
        screen.report(finding)

    counted = stats.count(order_book, report)
    if arguments.json:
        _print_json(stats.as_data(counted) | {"diagnostics": [_finding(each, screen.folder) for each in found]})
    else:
        print(stats.table(counted))
    return 1 if has_errors(found) else 0


def _cache(arguments: argparse.Namespace) -> int:
    import dataclasses

    from bookforge import cache

    found: list[Diagnostic] = []
    store = cache.Cache(cache.default_folder(arguments.cache_dir), found.append)
    removed = None if arguments.action == "info" else getattr(store, arguments.action)()
    held = store.info()
    if arguments.json:
        data = dataclasses.asdict(held) | {"folder": str(held.folder) if held.folder else None}
        said = {"diagnostics": [_finding(each, Path()) for each in found]}
        _print_json(data | ({} if removed is None else {"removed": removed}) | said)
    else:
        for each in found:
            _line(str(each))
        if held.folder is not None:
            print(cache.table(held) if removed is None else f"removed {cache.megabytes(removed)}")
    return 0 if held.folder is not None else 3


def _doctor(arguments: argparse.Namespace) -> int:
    from bookforge import doctor

    findings = doctor.examine()
    if arguments.json:
        _print_json({"findings": doctor.as_data(findings)})
    else:
        print(doctor.table(findings))
    return 0 if doctor.is_fit(findings) else 3


def _completion(arguments: argparse.Namespace) -> int:
    from bookforge import completion

    print(completion.script(arguments.shell, parser()))
    return 0


# ---------------------------------------------------------------- speaking


class _Screen:
    """Where findings and progress go: a line each; on a terminal progress is one line that changes.

    All on the error stream, so that what a command makes is alone on the other.
    """

    def __init__(self, silent: bool) -> None:
        self.silent = silent
        self.folder = Path()
        plain = os.environ.get("TERM") == "dumb" or bool(os.environ.get("NO_COLOR"))
        self.live = sys.stderr.isatty() and not plain

    def report(self, finding: Diagnostic) -> None:
        if not self.silent:
            self.clear()
            _line(str(_relative(finding, self.folder)))

    def say(self, doing: str) -> None:
        if not self.silent:
            sys.stderr.write(f"\r\x1b[K{doing} …" if self.live else f"{doing}\n")
            sys.stderr.flush()

    def tell(self, doing: str) -> None:
        """Show how far a step is, where that leaves no line behind."""
        if self.live:
            self.say(doing)

    def clear(self) -> None:
        if not self.silent and self.live:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def _shown_path(at: Location, folder: Path) -> str:
    """Show a place of the book as a path from here."""
    path = folder / at.path
    return os.path.relpath(path) if path.exists() else at.path


def _relative(finding: Diagnostic, folder: Path) -> Diagnostic:
    if finding.at is None:
        return finding
    at = Location(_shown_path(finding.at, folder), finding.at.line, finding.at.column)
    return Diagnostic(finding.rule, finding.severity, finding.message, at, finding.hint)


def _line(text: str) -> None:
    print(text, file=sys.stderr)


def _print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))


def _finding(finding: Diagnostic, folder: Path) -> dict[str, object]:
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "message": finding.message,
        "path": _shown_path(finding.at, folder) if finding.at else None,
        "line": finding.at.line if finding.at else None,
        "column": finding.at.column if finding.at else None,
        "hint": finding.hint,
    }


def _artifact(built: "Built") -> dict[str, object]:
    from bookforge import makeup

    published = built.published
    facts: dict[str, object] = {
        "edition": built.edition.name,
        "format": built.edition.format.value,
        "path": str(published.path),
        "bytes": published.bytes,
        "sha256": published.sha256,
        "pages": built.pages,
        "words": built.words,
    }
    if built.makeup is not None:
        facts["makeup"] = makeup.counts(built.makeup)
    if published.tree_sha256 is not None:
        facts |= _files(published)
    if built.package is not None:
        facts["package"] = {"path": str(built.package.path), "bytes": built.package.bytes, **_files(built.package)}
    return facts


def _files(published: "Published") -> dict[str, object]:
    files = [{"path": each.path, "bytes": each.bytes, "sha256": each.sha256} for each in published.files]
    return {"files": files, "tree_sha256": published.tree_sha256}
