"""What keeps a book from being released: open questions, drafts, placeholders, and whatever a validator says."""

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from bookforge.diagnostics import (
    Diagnostic,
    EditionError,
    EngineError,
    Location,
    ManuscriptError,
    Report,
    error,
    has_errors,
)
from bookforge.edition import Artifact, Format
from bookforge.pipeline import Loaded


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


def refuse_unfinished(loaded: Loaded) -> None:
    """Refuse a book with open queries, drafts or placeholders.

    Errors: ``queries-answered``, ``drafts-finished``, ``placeholders-filled``.
    """
    wrong = tuple(_unfinished(loaded))
    if wrong:
        raise ManuscriptError(*wrong)


def _unfinished(loaded: Loaded) -> Iterator[Diagnostic]:
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
            at = Location(path, place.line, place.column)
            yield error(
                "placeholders-filled", "a placeholder (TK, TODO) is left in the text", at, "write what belongs here"
            )


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
