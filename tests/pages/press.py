"""A sample book for the page tests: HTML in, composition, laid pages and PDF out."""

from pathlib import Path

from bookforge import fonts, layouts, measure
from bookforge.book import Book, Metadata
from bookforge.edition import Composition, Document, Edition, Format, Reading, Stylesheet

HERE = Path(__file__).parent
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


def compose(html: str, layout_name: str = "paperback", trim: str = "5.5x8.5in") -> Composition:
    """Dress finished HTML with a layout, as the composer would."""
    layout = layouts.find(layout_name, HERE)
    size = measure.TrimSize.parse(trim)
    sheets: tuple[Stylesheet, ...] = layouts.Templates(layout).stylesheets(
        trim=size, voices={"her": None, "justin": None}, settings=dict(layout.settings), book=None, revision="draft 1", terms=layouts.terms("en"), fonts=()
    )
    book = Book(Metadata("The Second Person", "en-GB", ()), {}, (), {}, "draft 1")
    edition = Edition(layout_name, Format.PDF, layout_name, dict(layout.settings))
    return Composition(
        Reading(book, edition, False, 0),
        (Document("book.html", "The Second Person", html.replace("FILLER", FILLER * 3)),),
        sheets,
        {"images/arena.svg": (ARENA, "image/svg+xml")},
        fonts.resolve(layout.fonts),
        (),
        (),
    )


def sample() -> str:
    """Return the sample book, which holds one of everything."""
    return (HERE / "sample.html").read_text(encoding="utf-8")
