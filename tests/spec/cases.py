"""The cases of ``tests/spec/*.md`` and what a chapter looks like in them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bookforge import markdown, textfile
from bookforge.book import ChapterMeta, IndexMark, OffsetMap, Section, Source
from bookforge.diagnostics import Diagnostic, ManuscriptError

FOLDER: Final = Path(__file__).parent
PATH: Final = "chapters/01-one.md"

_CASE: Final = re.compile(r"^## (?P<name>.+)\n(?:(?!^`{8}).*\n)*^`{8} example\n(?P<body>(?:.*\n)*?)^`{8}$", re.M)
_OWN_ID: Final = re.compile(r' id="p-[a-z2-7]{7}(?:-\d+)?"')


@dataclass(frozen=True, slots=True)
class Case:
    """One example: the Markdown, the body it becomes, and whatever else it gives, a line each."""

    file: str
    name: str
    markdown: str
    body: str
    facts: str


def read(file: Path) -> Iterator[Case]:
    """Yield the cases of one file."""
    for match in _CASE.finditer(file.read_text(encoding="utf-8")):
        parts = [part.strip("\n") for part in re.split(r"^\.$", match["body"], flags=re.M)]
        yield Case(file.stem, match["name"].strip(), parts[0] + "\n", parts[1], parts[2] if len(parts) > 2 else "")


def source(text: str, path: str = PATH) -> Source:
    """Make the source of a chapter that is read as it is typed."""
    return Source(path, text, text, OffsetMap(((0, 0),), textfile.line_starts(text)), ChapterMeta())


def convert(text: str, path: str = PATH) -> tuple[Section | None, list[Diagnostic]]:
    """Convert a chapter; without a section when it has errors, which are among the findings."""
    findings: list[Diagnostic] = []
    try:
        return markdown.parse(source(text, path), "en", findings.append), findings
    except ManuscriptError as stopped:
        return None, list(stopped.diagnostics)


def render(text: str) -> tuple[str, str]:
    """Return the body of a chapter, ids of our own making left out, and the facts about it."""
    section, findings = convert(text)
    facts = [*_facts(section)] if section else []
    for each in findings:
        assert each.at is not None
        place = ":".join(str(part) for part in (each.at.line, each.at.column) if part is not None)
        facts.append(f"{each.severity} {place}: {each.message} [{each.rule}]".replace(" : ", ": "))
    return _OWN_ID.sub("", section.body) if section else "", "\n".join(facts)


def _index(mark: IndexMark) -> Iterator[str]:
    if mark.id is not None:
        yield f"leads to {mark.id}"
    for word, targets in (("sees", mark.see), ("sees also", mark.see_also)):
        if targets:
            yield f"{word} {'; '.join(' / '.join(target) for target in targets)}"
    if mark.main:
        yield "main"
    if mark.sort:
        yield f"sorted as {' / '.join(mark.sort)}"
    if mark.range:
        yield f"range {mark.range}"
    if mark.note:
        yield f"note {mark.note}"


def _facts(section: Section) -> Iterator[str]:
    if section.title is not None:
        yield f"title #{section.title_id}: {section.title}"
    for note in section.notes:
        yield f"note {note.number}: {_OWN_ID.sub('', note.markup)}"
    for query in section.queries:
        yield f"query {query.number} of {query.who} at {query.at.line}:{query.at.column}: {query.text}"
    for mark in section.index:
        yield f"index {' / '.join(mark.entry)} at {mark.at.line}:{mark.at.column} {', '.join(_index(mark))}"
    for image in section.images:
        yield f"image {image.path} at {image.at.line}:{image.at.column}: {image.alt}"
    for link in section.links:
        yield f"link {link.path or ''}#{link.fragment or ''} at {link.at.line}:{link.at.column}"
