"""A sample book for the page tests: HTML in, composition, laid pages and PDF out."""

import re
from pathlib import Path

from bookforge import fonts, layouts, measure, terms
from bookforge.book import Book, Metadata
from bookforge.compose import views
from bookforge.edition import Composition, Document, Edition, Format, NavPoint, Reading, Setting, Stylesheet

HERE = Path(__file__).parent
METADATA = Metadata("The Second Person", "en-GB", ())
FILLER = (
    "We were lying in bed one day, talking about nothing that I can put in a book, when I told it, and it did not "
    "feel like a thing I chose to tell. There is a quietness that comes down on a room after somebody has said "
    "what was not going to be said; it has the weight of snow, and the same way of altering the shape of everything "
    "without touching it. He did not laugh. He answered, after a while, that he had the exact same one. "
)
ARENA = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="300" height="420" viewBox="0 0 300 420">'
    b'<path fill="#222" d="M0 0h300v420H0z"/><path fill="#ddd" d="M150 0l70 330h-140z"/>'
    b'<ellipse cx="150" cy="330" rx="70" ry="18" fill="#fff"/></svg>'
)


def compose(
    html: str,
    layout_name: str = "paperback",
    trim: str = "5.5x8.5in",
    toc: tuple[NavPoint, ...] = (),
    metadata: Metadata = METADATA,
    **settings: Setting,
) -> Composition:
    """Dress finished HTML with a layout, as the composer would."""
    layout = layouts.find(layout_name, HERE)
    faces = fonts.resolve(layout.fonts)
    chosen = dict(layout.settings) | {name.replace("_", "-"): value for name, value in settings.items()}
    size = measure.TrimSize.parse(trim)
    sheets: tuple[Stylesheet, ...] = layouts.Templates(layout).stylesheets(
        trim=size,
        voices={"her": None, "justin": None},
        settings=chosen,
        book=metadata,
        revision="draft 1",
        terms=terms.of(layout, metadata.language),
        fonts=tuple(map(views.FaceView.of, faces)),
        heads={"scale": 1, "title": metadata.title, "author": ""},
    )
    book = Book(metadata, {}, (), {}, "draft 1")
    edition = Edition(layout_name, Format.PDF, layout_name, chosen)
    return Composition(
        Reading(book, edition, False, 0),
        (Document("book.html", "The Second Person", html.replace("FILLER", FILLER * 3)),),
        sheets,
        {"images/arena.svg": (ARENA, "image/svg+xml")},
        faces,
        toc,
        (),
    )


def sample() -> str:
    """Return the sample book, which holds one of everything."""
    return (HERE / "sample.html").read_text(encoding="utf-8")


TOC = (
    NavPoint("A Word Before", "#preface", "A Word Before", "preface"),
    NavPoint(
        "Part One: Rewind",
        "#rewind",
        "Rewind",
        "part",
        children=(
            NavPoint("1. The Arena", "#arena", "The Arena", "chapter"),
            NavPoint("2. Things", "#things", "Things", "chapter"),
        ),
    ),
    NavPoint("The Same Story in Order", "#timeline", "The Same Story in Order", "timeline"),
)


def chapter(body: str) -> str:
    """Return a book of one chapter."""
    return (
        '<!DOCTYPE html><html lang="en"><head><title>T</title></head><body class="book">'
        '<section id="c" class="section chapter bodymatter recto first-of-body" data-running="C">'
        '<header class="opening"><h1 class="title" id="c.title">C</h1></header>'
        f'<div class="text">{body}</div></section></body></html>'
    )


def note(number: int, words: int) -> str:
    """Return a footnote of so many words, ended by a word of its own."""
    return (
        f'<span class="footnote" id="c.note-{number}" data-note-id="c.note-{number}"><span class="note-block">'
        f"{'word ' * words}end{number}</span></span>"
    )


def proofread(html: str) -> str:
    """Put what a proof shows in its margins at the head of blocks, as the composer does."""
    count = 0

    def marked(match: re.Match[str]) -> str:
        nonlocal count
        count += 1
        queries = "".join(
            f'<span class="proof-query" data-generated="" id="query-{count}-{each}">AU: is question {count} '
            "about the place, the date and the words long enough to run over several lines of the margin?</span>"
            for each in range(3 if count == 9 else count % 3 == 0)
        )
        return f'{match[0]}<span class="source-ref" data-generated="">02-arena.md:{count}</span>{queries}'

    start = html.index('id="preface"')
    return html[:start] + BLOCK.sub(marked, html[start:])


BLOCK = re.compile(r'<(?:p|li|dd|dt|h3|h4)(?: class="(?!teller|number|subtitle|when|notes)[^"]*")? id="[^"]*">(?!<p)')
