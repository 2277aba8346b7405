"""What keeps a book from being released: open questions, drafts, placeholders, and whatever a validator says."""

import dataclasses
import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from bookforge import textfile, yamlfile
from bookforge.book import Source
from bookforge.diagnostics import (
    Diagnostic,
    EditionError,
    EngineError,
    Location,
    ManuscriptError,
    Report,
    Severity,
    error,
    has_errors,
)
from bookforge.edition import Artifact, Format
from bookforge.markdown.lexer.marks import PLACEHOLDER
from bookforge.pipeline import Loaded

_FILE: Final = re.compile(r"\S+\.\w{2,8}")
_KEPT_FROM_READERS: Final = frozenset({"note-defined", "picture-fine-enough"})
"""Rules of which a warning does for a draft, but no reader should see what it is about."""


def demand_validators(formats: Iterable[Format]) -> None:
    """Refuse to begin where a validator of one of the formats is missing.

    Errors: ``validator-present``.
    """
    from bookforge import validate as validators

    absent = validators.missing(*sorted(set(formats)))
    if absent:
        message = (
            f"a release is checked by {', '.join(absent)}, which {'is' if len(absent) == 1 else 'are'} not installed"
        )
        raise EngineError(error("validator-present", message, hint="see 'bookforge doctor'"))


def refuse_unfinished(loaded: Loaded, said: Iterable[Diagnostic]) -> None:
    """Refuse a book with open queries, drafts or placeholders, or of which an error was ``said`` when it was read.

    Errors: ``queries-answered``, ``drafts-finished``, ``placeholders-filled``, and those.
    """
    wrong = (*_errors(said), *_unfinished(loaded))
    if wrong:
        raise ManuscriptError(*wrong)


def _unfinished(loaded: Loaded) -> Iterator[Diagnostic]:
    yield from _left_in_manifest(loaded.manifest.path)
    for source in loaded.sources:
        yield from _left_in_block(source)
    for section in loaded.book.sections:
        if section.draft:
            yield error(
                "drafts-finished", f"'{section.id}' is a draft", section.at, "remove 'draft: true', or the entry"
            )
        if section.content is None:
            continue
        path = section.content.path
        for query in section.content.queries:
            at = Location(path, query.at.line, query.at.column)
            yield error("queries-answered", f"an author query is open: {query.text}", at, "answer it and take it out")
        for place in section.content.placeholders:
            yield _placeholder("the text", Location(path, place.line, place.column))


def _placeholder(where: str, at: Location) -> Diagnostic:
    return error("placeholders-filled", f"a placeholder (TK, TODO) is left in {where}", at, "write what belongs here")


def _left_in_manifest(path: Path) -> Iterator[Diagnostic]:
    """Find placeholders among the texts of ``book.yaml``; the names of files are none."""
    text = textfile.read(path, path.name, yamlfile.MAX_BYTES)
    if isinstance(text, Diagnostic):
        raise ManuscriptError(text)
    for node in _scalars(yamlfile.load(text, path.name)):
        if PLACEHOLDER.search(node.text) and not _FILE.fullmatch(node.text):
            yield _placeholder(path.name, node.at)


def _scalars(node: yamlfile.Node) -> Iterator[yamlfile.Node]:
    if node.is_scalar:
        yield node
    for inner in (*node.items, *(value for _, value in node.pairs)):
        yield from _scalars(inner)


def _left_in_block(source: Source) -> Iterator[Diagnostic]:
    """Find placeholders in the YAML block of a chapter."""
    meta = source.meta
    when = meta.when.label if meta.when else None
    for text in filter(None, (meta.title, meta.short_title, meta.subtitle, when)):
        if PLACEHOLDER.search(text):
            line = source.raw[: max(0, source.raw.find(text))].count("\n") + 1
            yield _placeholder("the chapter's block", Location(source.path, line))


def weighed(said: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return what was said of a book or an edition, with the warnings that keep it from release as errors."""
    return tuple(
        dataclasses.replace(each, severity=Severity.ERROR) if each.rule in _KEPT_FROM_READERS else each for each in said
    )


def refuse_wrong(said: Iterable[Diagnostic]) -> None:
    """Refuse an edition of which an error was said.

    Errors: those.
    """
    wrong = _errors(said)
    if wrong:
        raise EditionError(*wrong)


def _errors(said: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    return tuple(each for each in said if each.severity is Severity.ERROR)


def validate(artifact: Artifact, report: Report) -> None:
    """Refuse an artifact in which its format's validator finds anything wrong.

    Errors: what the validator says; ``validator-present`` when it is not installed.
    """
    from bookforge import validate as validators

    with tempfile.TemporaryDirectory(prefix="bookforge-release-") as folder:
        for name, data in artifact.files.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        if artifact.edition.format is Format.HTML:
            found = validators.html(Path(folder))
        else:
            path = Path(folder) / next(iter(artifact.files))
            found = validators.pdf(path) if artifact.edition.format is Format.PDF else validators.epub(path)
    if has_errors(found):
        raise EditionError(*found)
    for each in found:
        report(each)
