"""A chapter's Markdown into a ``Section``: converted by pandoc, cleaned, in our vocabulary, every word accounted for.

The steps, each in its module: ``lexer`` reads the source on its own, ``pandoc`` converts, ``tree`` and ``sanitize``
make a safe tree, ``notes``, ``blocks``, ``conventions`` and ``verse`` shape it, ``headings``, ``references`` and
``ids`` name things, ``align`` maps it back to the source.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from lxml import etree

from bookforge import textfile, xhtml
from bookforge.book import Note, Place, Query, Section, Source, SourceMap
from bookforge.diagnostics import Diagnostic, Location, ManuscriptError, Report, Severity, error, has_errors, warning
from bookforge.manuscript import location, place
from bookforge.markdown import (
    align,
    blocks,
    conventions,
    finder,
    headings,
    ids,
    indexmarks,
    leftovers,
    lexer,
    messages,
    notes,
    pandoc,
    paragraphs,
    references,
    sanitize,
    tree,
)
from bookforge.markdown.finder import Problem
from bookforge.xhtml import Element

__all__ = ["parse"]


@dataclass(frozen=True, slots=True)
class _Parts:
    """The converted chapter as trees: the title's heading if there is one, the flow, the notes in order."""

    title: Element | None
    body: Element
    notes: tuple[Element, ...]
    title_above: bool

    def all(self) -> tuple[Element, ...]:
        return tuple(each for each in (self.title, self.body, *self.notes) if each is not None)


def parse(source: Source, language: str, report: Report) -> Section:
    """Convert one chapter.

    ``language`` is the chapter's; nothing depends on it so far, since pandoc 3.9 curls quotes the English way in every
    language. Warnings go to ``report``.
    Errors, all those found together: ``markdown-converts``, ``nesting-limited``, ``markup-reserved``,
    ``notes-not-nested``, ``image-inside-book``, ``link-target-known``, ``place-id-unique``, ``voice-named``,
    ``plate-holds-image``, ``math-converts``, ``index-mark-valid``, ``words-conserved``;
    ``pandoc-runs`` when there is no pandoc.
    """
    lexed = lexer.lex(source.text)
    found: list[Diagnostic] = list(_reserved(source, lexed))
    _refuse_overload(source, lexed, found)
    _raise_errors(found)
    marks = indexmarks.Marks()
    parts, problems, refs = _convert(source, lexed, marks, found)
    source_map, differences = align.source_map(
        source, lexed, parts.title, parts.body, {f"note-{n}": each for n, each in enumerate(parts.notes, 1)}
    )
    if not any(problem.rule == "math-converts" for problem in problems):  # whose words are no words
        found += (_difference(source, each) for each in differences)
    found += (each for problem in problems for each in _located(problem, source, source_map))
    index, wrong = marks.finish(source, finder.finder(source, lexed), source_map)
    found += wrong
    _raise_errors(found)
    for finding in found:
        report(finding)
    return replace(_section(source, lexed, parts, refs, source_map), index=index)


def _convert(
    source: Source, lexed: lexer.Lexed, marks: indexmarks.Marks, found: list[Diagnostic]
) -> tuple[_Parts, list[Problem], references.References]:
    converted = paragraphs.convert(lexed.prepared, source.path)
    look, targets = finder.finder(source, lexed), finder.finder(source, lexed, finder.TARGETS)
    found += messages.findings(converted.messages, source, lexed, look)
    root = _clean(converted.html, source, look, found)
    parts = _part(root)
    problems: list[Problem] = []
    seen: set[str] = set()
    refs = references.References()
    whole = finder.Finder(source, source.text, (0,), (0,))
    flow = len(parts.all()) - len(parts.notes)
    for number, each in enumerate(parts.all(), 1 - flow):
        conventions.mark_queries(each, len(lexed.queries), seen)
        marks.take(each, number if number > 0 else None)
        problems += (problem.sought(whole) for problem in conventions.apply(each))
        references.resolve(each, targets, refs)
    headings.normalise(parts.body)
    _key_query_paragraphs(parts, lexed)
    problems += (_twice(element, wanted) for element, wanted in ids.assign(parts.all()))
    marks.name(parts.all())
    for each in parts.all():
        etree.strip_attributes(each, "data-key")
    problems += _undefined_notes(parts, source)
    problems += leftovers.problems(parts.all(), source.text)
    problems += refs.problems
    if not any(map(_shows_something, parts.all())):
        found.append(
            warning("chapter-has-text", "this chapter is empty", Location(source.path), "write it, or leave it out")
        )
    return parts, problems, refs


def _shows_something(root: Element) -> bool:
    shown = (".//img", f".//{{{xhtml.SVG}}}svg", ".//div[@class='timeline']")
    return bool(xhtml.text(root).strip()) or any(root.find(path) is not None for path in shown)


def _clean(html: str, source: Source, look: finder.Finder, found: list[Diagnostic]) -> Element:
    """Return the safe tree of pandoc's HTML; what was taken away goes to ``found``."""
    try:
        if tree.is_too_deep(html):
            raise sanitize.TooDeepError
        root, removals = sanitize.clean(tree.parse(html))
    except sanitize.TooDeepError as stopped:
        raise ManuscriptError(
            error(
                "nesting-limited",
                f"quotes, lists or raw HTML nest deeper than {sanitize.MAX_DEPTH} levels",
                Location(source.path),
                "nest less, and close every HTML element that is opened",
            )
        ) from stopped
    for removal in removals:
        extent = look.find(removal.patterns)
        found.append(
            warning(
                removal.rule,
                f"{removal.what} is left out",
                look.location(extent[0] if extent else None),
                removal.hint,
            )
        )
    return root


def _part(root: Element) -> _Parts:
    taken = notes.take_out(root)
    for each in (root, *taken):
        blocks.tidy(each)
    headings.free_from_passages(root)
    for each in taken:
        headings.lower(each)
    above = headings.opens_above(root)
    return _Parts(headings.take_title(root), root, taken, above)


def _section(
    source: Source, lexed: lexer.Lexed, parts: _Parts, refs: references.References, source_map: SourceMap
) -> Section:
    title = parts.title
    markup = headings.inner(title).strip() if title is not None else ""
    return Section(
        path=source.path,
        title=markup or None,
        title_text=" ".join(xhtml.text(title).split()) if title is not None and markup else None,
        title_id=title.get("id") if title is not None and markup else None,
        body=xhtml.write(parts.body).strip(),
        headings=headings.found(parts.body),
        notes=tuple(
            Note(
                number,
                f"note-{number}",
                xhtml.write(each).strip(),
                place(source, lexed.notes[number - 1].start, lexed.notes[number - 1].end),
            )
            for number, each in enumerate(parts.notes, 1)
        ),
        queries=_queries(source, lexed, parts),
        images=tuple(refs.images),
        links=tuple(refs.links),
        source_map=source_map,
        placeholders=tuple(place(source, each.start, each.end) for each in lexed.placeholders),
        word_count=sum(map(len, source_map.words.values())),
        title_above=parts.title_above,
        left_out=dict(sorted(Counter(each.kind for each in lexed.removals).items())),
    )


def _queries(source: Source, lexed: lexer.Lexed, parts: _Parts) -> tuple[Query, ...]:
    hangs_on = {
        mark.get("data-query"): _block_of(mark)
        for root in parts.all()
        for mark in root.iter("span")
        if mark.get("data-query")
    }
    return tuple(
        Query(each.number, each.who, each.text, place(source, each.start, each.end), hangs_on.get(str(each.number)))
        for each in lexed.queries
    )


def _block_of(mark: Element) -> str | None:
    for above in mark.iterancestors():
        if above.get("id") and above.tag not in blocks.INLINE:
            return above.get("id")
    return None


def _key_query_paragraphs(parts: _Parts, lexed: lexer.Lexed) -> None:
    """Say what paragraphs without words of their own, that hold only queries, are named by."""
    asked = {str(each.number): each.text for each in lexed.queries}
    for root in parts.all():
        for paragraph in xhtml.find_class(root, "query-only", "p"):
            paragraph.set("data-key", " ".join(asked.get(mark.get("data-query") or "", "") for mark in paragraph))


# ---------------------------------------------------------------- findings


_RESERVED = {
    "insertion": ("suggested insertions {++ ++} are not built yet", "write the words into the text, or leave them out"),
    "deletion": ("suggested deletions {-- --} are not built yet", "delete the words, or keep them without the marks"),
    "substitution": ("suggested changes {~~ ~> ~~} are not built yet", "keep one of the two wordings"),
    "highlight": ("highlights {== ==} are not built yet", "write [words]{.mark}, or ask with {>>AU: …<<}"),
    "comment": ("comments {>> <<} are not built yet", "write {>>AU: …<<} for a query, or <!-- … --> for a remark"),
    "unclosed": ("this query is never closed", "end it with <<}"),
}


def _reserved(source: Source, lexed: lexer.Lexed) -> Iterable[Diagnostic]:
    for mark in lexed.reserved:
        at = location(source, mark.start)
        if mark.what == "nested-note":
            hint = "put the words into the outer note, or call the second note in the text"
            yield error("notes-not-nested", "a footnote cannot hold another footnote", at, hint)
        else:
            message, hint = _RESERVED[mark.what]
            yield error("markup-reserved", message, at, hint)


def _refuse_overload(source: Source, lexed: lexer.Lexed, found: list[Diagnostic]) -> None:
    offset = pandoc.find_overload(lexed.prepared)
    if offset is not None:
        message = "brackets, quotes or lists nest too deep here"
        at = location(source, lexed.text_offset(offset))
        found.append(error("nesting-limited", message, at, r"close the brackets, or write \[ for one that is text"))


def _difference(source: Source, each: align.Difference) -> Diagnostic:
    at = Location(source.path, each.at.line, each.at.column)
    sentence = " ".join(each.sentence.split())[:120]
    lost, added = " ".join(each.lost[:8]), " ".join(each.added[:8])
    if each.lost and "".join(each.lost) == "".join(each.added):
        hint = "code loses the spaces at its ends: is a backtick missing?"
        return error("words-conserved", f"the words '{lost}' run together in: {sentence}", at, hint)
    hint = (
        r"look here for HTML that is not closed, and write \< for a < of the text; if there is none, please report this"
    )
    what = f"loses the words '{lost}'" if each.lost else f"adds the words '{added}'"
    return error("words-conserved", f"pandoc {what} in: {sentence}", at, hint)


def _twice(element: Element, wanted: str) -> Problem:
    message = f"the id '{wanted}' is not free"
    hint = "give each place an id of its own; note-1, note-2 … are the footnotes', ix-1, ix-2 … the index's"
    return Problem("place-id-unique", Severity.ERROR, message, hint, element)


def _undefined_notes(parts: _Parts, source: Source) -> Iterable[Problem]:
    for root in parts.all():
        for element in root.iter(*leftovers.BLOCKS):
            for call in messages.undefined_notes(leftovers.typed(element), source.text):
                message = f"no footnote is written for the call {call}"
                offset = source.text.find(call) if call in source.text else None
                yield Problem("note-defined", Severity.WARNING, message, f"add a line {call}: …", element, offset)


def _located(problem: Problem, source: Source, source_map: SourceMap) -> Iterator[Diagnostic]:
    if problem.offset is not None:
        yield problem.located(location(source, problem.offset))
        return
    spot = _spot(problem.element, source_map)
    if problem.typed and problem.meant:
        found = re.compile(problem.typed).search(source.raw, *_lines(problem.element, spot, source, source_map))
        if found is not None:
            yield problem.located(textfile.location(source.path, source.offsets.line_starts, found.start()))
        return
    if problem.lines and (spot is None or "\n" not in source.raw[spot.start : spot.end].strip()):
        return
    yield problem.located(Location(source.path, spot.line, spot.column) if spot else Location(source.path))


def _spot(element: Element | None, source_map: SourceMap) -> Place | None:
    """Return the place of an element, of the first block in it, or of the block it stands in."""
    if element is not None:
        for near in (*element.iter(), *element.iterancestors()):
            if spot := source_map.blocks.get(near.get("id") or ""):
                return spot
    return None


def _lines(element: Element | None, spot: Place | None, source: Source, source_map: SourceMap) -> tuple[int, int]:
    """Return the extent of the lines an element stands on; where it has no words, and no spot, all behind it."""
    if spot is not None:
        starts = source.offsets.line_starts
        behind = bisect_right(starts, spot.end)
        return starts[bisect_right(starts, spot.start) - 1], starts[behind] if behind < len(starts) else len(source.raw)
    before = (_spot(each, source_map) for each in element.itersiblings(preceding=True)) if element is not None else ()
    return next((each.end for each in before if each is not None), 0), len(source.raw)


def _raise_errors(found: list[Diagnostic]) -> None:
    if has_errors(found):
        raise ManuscriptError(*found)
