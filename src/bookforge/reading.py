"""Book and edition in, the book as that edition's reader gets it out: pure, and alone in deciding who sees what."""

import dataclasses

from bookforge import indexing, xhtml
from bookforge.book import Book as _Book
from bookforge.book import BookSection, Query, Section, SectionId
from bookforge.edition import Edition, Format, Reading
from bookforge.illustrations import captioned
from bookforge.semantics import AFTER_NOTES, Matter, Role, made_id


def reading(book: _Book, edition: Edition) -> Reading:
    """Resolve what differs by edition.

    Drafts go, and links to them become plain text. Author queries leave the flow in every edition alike, so that a
    proof breaks its lines as the book will; they stay in ``Section.queries`` where the layout's setting ``queries``
    shows them.
    """
    shown = bool(edition.settings.get("queries", False))
    kept = [section for section in book.sections if not section.draft]
    gone = frozenset(section.id for section in book.sections if section.draft)
    count = sum(len(section.content.queries) for section in kept if section.content)
    sections = _with_made(tuple(_without_part(_read(section, gone, shown), gone) for section in kept), edition)
    return Reading(dataclasses.replace(book, sections=sections), edition, shown, 0 if shown else count)


def _with_made(sections: tuple[BookSection, ...], edition: Edition) -> tuple[BookSection, ...]:
    """Leave out made sections that would be empty or that an edition does without; put its notes where it has them."""
    contents = [section.content for section in sections if section.content is not None]
    at_end = edition.format is Format.PDF and edition.settings.get("notes") == "book"
    filled = {
        Role.NOTES: at_end and any(content.notes for content in contents),
        Role.INDEX: bool(indexing.topics(sections)),
        Role.ILLUSTRATIONS: any(True for section in sections for _ in captioned(section)),
        Role.COLOPHON: True,
    }
    made = {role: full and edition.settings.get(role.value) != "none" for role, full in filled.items()}
    kept = [section for section in sections if section.content is not None or made.get(section.role, True)]
    if filled[Role.NOTES] and not any(section.role is Role.NOTES and section.content is None for section in kept):
        kept.insert(_place_of_notes(kept), _made_notes(kept))
    return tuple(kept)


def _place_of_notes(sections: list[BookSection]) -> int:
    """Return the customary place of the notes: before the back matter that stands behind them."""
    last = max((at for at, section in enumerate(sections) if section.matter is not Matter.BACK), default=-1)
    behind = (at for at, section in enumerate(sections) if at > last and section.role in AFTER_NOTES)
    return next(behind, len(sections))


def _made_notes(sections: list[BookSection]) -> BookSection:
    like = sections[-1]
    return BookSection(
        id=SectionId(made_id(Role.NOTES)),
        role=Role.NOTES,
        matter=Matter.BACK,
        level=1,
        number=None,
        title=None,
        title_text=None,
        short_title=None,
        subtitle=None,
        voice=None,
        when=None,
        draft=False,
        language=like.language,
        part=None,
        content=None,
        at=like.at,
    )


def _without_part(section: BookSection, gone: frozenset[SectionId]) -> BookSection:
    """Let a chapter whose part is a draft stand in the book by itself."""
    return dataclasses.replace(section, part=None, level=1) if section.part in gone else section


def _read(section: BookSection, gone: frozenset[SectionId], shown: bool) -> BookSection:
    content = section.content
    if content is None:
        return section
    has_own_title = section.title == content.title
    queries = content.queries
    if queries:
        content, queries = _without_marks(content)
    if gone:
        content = dataclasses.replace(
            content,
            title=_without_links(content.title, gone) if content.title is not None else None,
            body=_without_links(content.body, gone),
            notes=tuple(dataclasses.replace(n, markup=_without_links(n.markup, gone)) for n in content.notes),
        )
    content = dataclasses.replace(content, queries=queries if shown else ())
    return dataclasses.replace(section, content=content, title=content.title if has_own_title else section.title)


def _without_marks(content: Section) -> tuple[Section, tuple[Query, ...]]:
    """Take the queries' marks out of the flow; a query alone in its paragraph hangs on the block before or after."""
    root = xhtml.read(content.body)
    moved: dict[str, str | None] = {}
    for paragraph in xhtml.find_class(root, "query-only"):
        neighbour = _neighbour(paragraph)
        moved[paragraph.get("id") or ""] = neighbour
        for mark in xhtml.find_class(paragraph, "query"):
            moved[mark.get("data-query") or ""] = neighbour
        xhtml.remove(paragraph)
    body = _strip(root)
    notes = tuple(dataclasses.replace(each, markup=_strip(xhtml.read(each.markup))) for each in content.notes)
    title = _strip(xhtml.read(content.title)) if content.title is not None else None
    queries = tuple(
        dataclasses.replace(query, block=moved[str(query.number)]) if str(query.number) in moved else query
        for query in content.queries
    )
    return dataclasses.replace(content, title=title, body=body, notes=notes), queries


def _neighbour(paragraph: xhtml.Element) -> str | None:
    """Return the id of the nearest block that stays, looking back before forward."""
    for sibling in (*paragraph.itersiblings(preceding=True), *paragraph.itersiblings()):
        if xhtml.has_class(sibling, "query-only"):
            continue
        for element in sibling.iter():
            if element.get("id"):
                return element.get("id")
    return None


def _strip(root: xhtml.Element) -> str:
    for mark in xhtml.find_class(root, "query"):
        _close_gap(mark)
        xhtml.remove(mark)
    return xhtml.write(root)


def _close_gap(mark: xhtml.Element) -> None:
    """Leave one space, or none at a block's edge or before punctuation, where a mark is about to go."""
    parent, before = mark.getparent(), mark.getprevious()
    assert parent is not None
    left = (before.tail if before is not None else parent.text) or ""
    right = mark.tail or ""
    at_edge = (before is None and not left.strip()) or (mark.getnext() is None and not right.strip())
    if not (left[-1:].isspace() and (at_edge or right[:1].isspace() or right[:1] in ".,;:!?…’”)")):
        if at_edge and before is None and not left.strip():
            mark.tail = right.lstrip()
        return
    trimmed = left.rstrip()
    if right[:1].isspace() and not at_edge:
        trimmed += " "
        mark.tail = right.lstrip()
    if before is not None:
        before.tail = trimmed
    else:
        parent.text = trimmed


def _without_links(markup: str, gone: frozenset[SectionId]) -> str:
    if 'href="#' not in markup:
        return markup
    root = xhtml.read(markup)
    for link in list(root.iter("a")):
        target = (link.get("href") or "").removeprefix("#").partition(".")[0]
        if (link.get("href") or "").startswith("#") and target in gone:
            xhtml.unwrap(link)
    return xhtml.write(root)
