"""First pages of chapters as readers, PDF readers and screen readers get them; heads by setting; first paragraphs."""

import contextlib
import dataclasses
import io
from pathlib import Path

import pikepdf
import press
import pypdfium2
import pytest
from test_editions import load
from test_pages import printed

from bookforge import editions, fonts
from bookforge.cache import Cache
from bookforge.diagnostics import EditionError
from bookforge.laid import Line
from bookforge.writers import pdf
from conftest import Pressed

FILLER = press.FILLER.strip()
LONG = FILLER * 3
LONG_NAME = "Maria Theresia Walburga Amalia Christina von Habsburg-Lothringen zu Oesterreich"
STARTS = {
    "there": "There was always the light first. " + LONG,
    "hail": "He was not there. " + LONG,
    "quoted": "“It was,” he said. " + LONG,
    "accent": "Étienne had gone. " + LONG,
    "jay": "January came. " + LONG,
    "never": "*Never* had there been such a light. " + LONG,
    "link": "[Look](https://example.org) at it. " + LONG,
    "alone": "I am going to tell you this. " + LONG,
    "noted": "The^[A note.] light was there. " + LONG,
    "short": "Short, and that is all.\n\n" + LONG,
    "figures": "1999 was the year. " + LONG,
}
DROPPED = {
    "there": "There",
    "hail": "He",
    "quoted": "“It",
    "accent": "Étienne",
    "jay": "January",
    "never": "Never",
    "link": "Look",
    "noted": "The",
}
"""The words that are one: of a capital alone there is nothing to join."""


def pressed(
    folder: Path, cache_folder: Path, settings: str = "", front: str = "", layout: str = "paperback"
) -> Pressed:
    files = {f"{name}.md": f"# Chapter {name}\n\n{text}\n" for name, text in STARTS.items()}
    files["plain.md"] = f"{LONG}\n\n" * 6
    manifest = (
        "title: The Book\nauthors: [Ada Marsh, Ben Holm]\nlanguage: en\nvoices: {ada: {name: Ada}}\n"
        f"{front}chapters:\n  - part: Winter\n    chapters:\n"
        + "".join(f"      - {{path: {name}, voice: ada}}\n" for name in files)
        + f"editions:\n  book: {{format: pdf, layout: {layout}{settings}}}\n"
    )
    loaded = load(folder, {"book.yaml": manifest, "front.md": f"# A Word Before\n\n{LONG}\n\n{LONG}\n"} | files)
    shop = editions.Workshop(Cache(None), folder / "scratch", lambda _: None)
    return Pressed(editions.compose_only(loaded, loaded.manifest.editions[0], shop), cache_folder)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory, cache_folder: Path) -> Pressed:
    return pressed(tmp_path_factory.mktemp("openings"), cache_folder, front="front-matter: [front.md]\n")


def first_lines(book: Pressed, section: str) -> list[Line]:
    """Return the lines of a chapter's first paragraph on its first page."""
    page = book.laid.pages[book.page_of(section)]
    first = next(
        line.block for line in page.lines if line.authored and line.kind in {"body", "other"} and line.note is None
    )
    return [line for line in page.lines if line.block == first]


def capital(book: Pressed, section: str):
    """Return the engine's box of the capital, in pixels."""

    def texts(box, inside=False):
        box = getattr(box, "_box", box)
        inside = inside or (box.element is not None and "initial" in (box.element.get("class") or "").split())
        if type(box).__name__ == "TextBox" and inside:
            yield box
        for child in getattr(box, "children", ()):
            yield from texts(child, inside)

    return list(texts(book.laid.document.pages[book.page_of(section)]._page_box))[-1]


@pytest.mark.parametrize("section", [*DROPPED, "alone"])
def test_a_capital_stands_on_its_third_line_and_reaches_the_first(book, section):
    box, lines = capital(book, section), first_lines(book, section)
    face = next(face for face in book.composition.fonts if face.style == "normal")
    measures = fonts.metrics(face.path)
    assert (box.position_y + box.baseline) * 0.75 == pytest.approx(lines[2].baseline, abs=0.05)
    height = box.style["font_size"] * 0.75 * measures.cap_height
    assert lines[2].baseline - height == pytest.approx(lines[0].baseline - 11 * measures.cap_height, abs=0.05)


@pytest.mark.parametrize("section", STARTS)
def test_lines_beside_and_below_a_capital_stay_on_the_grid(book, section):
    page = book.laid.pages[book.page_of(section)]
    for line in page.lines:
        if line.body:
            assert (line.baseline - page.first) % page.leading == pytest.approx(0, abs=0.05) or (
                (line.baseline - page.first) % page.leading == pytest.approx(page.leading, abs=0.05)
            )
    assert not [line.text for line in page.lines if line.outside]


def test_ink_is_where_the_measures_say(book):
    """The H of "He" is black from the cap height of line one to the baseline of line three, and nowhere beyond."""
    lines = first_lines(book, "hail")
    scale = 300 / 72
    with contextlib.closing(pypdfium2.PdfDocument(book.data)) as document:
        image = document[book.page_of("hail")].render(scale=scale).to_pil().convert("L")
    left = book.laid.pages[book.page_of("hail")].left
    box = (left - 2, lines[0].baseline - 12, left + 26, lines[2].baseline + 4)
    ink = image.crop(tuple(round(value * scale) for value in box)).point(lambda value: 255 * (value < 128)).getbbox()
    top, bottom, start = box[1] + ink[1] / scale, box[1] + ink[3] / scale, box[0] + ink[0] / scale
    assert bottom == pytest.approx(lines[2].baseline, abs=0.6)
    assert top == pytest.approx(lines[0].baseline - 11 * 0.653, abs=0.6)
    assert start == pytest.approx(left, abs=0.5)


def test_beside_a_capital_three_lines_are_short_and_four_beside_a_falling_one(book):
    texts = {name: [line.width for line in first_lines(book, name)] for name in ("there", "jay")}
    full = texts["there"][4]
    assert [width < full - 10 for width in texts["there"][1:4]] == [True, True, False]
    assert [width < full - 10 for width in texts["jay"][1:5]] == [True, True, True, False]


def test_a_dropped_word_is_copied_as_one(book):
    with contextlib.closing(pypdfium2.PdfDocument(book.data)) as document:
        for section, word in DROPPED.items():
            text = document[book.page_of(section)].get_textpage().get_text_range().split()
            assert word in text, (section, text[:20])
            assert text[text.index(word) + 1] in {"1", "was", "had", "came.", "at", "light", "always", "not", "was,”"}


def test_a_dropped_word_is_heard_as_one(book):
    with pikepdf.open(io.BytesIO(book.data)) as document:
        said = [
            str(each.ActualText)
            for each in document.objects
            if isinstance(each, pikepdf.Dictionary) and "/ActualText" in each
        ]
    assert sorted(said) == sorted([*DROPPED.values(), "We", "We"])  # the preface's and the last chapter's


@pytest.mark.parametrize("section", ["short", "figures"])
def test_where_no_capital_can_drop_none_does(book, section):
    body = printed(book.data)[book.page_of(section)][1]
    assert ("Short, and" if section == "short" else "1999 was") in body


def test_titles_and_texts_begin_at_the_same_height_numbered_or_not(book):
    titles = {round(book.laid.anchors[f"{name}.title"][2], 1) for name in [*STARTS, "front"]}
    assert len(titles) == 1
    assert len({round(first_lines(book, name)[0].baseline, 1) for name in [*STARTS, "front"] if name != "front"}) == 1


def test_first_paragraphs_are_not_indented(chapter):
    after = {
        "h3": "<h3>Head</h3>",
        "break": '<hr class="scene-break"/>',
        "figure": '<figure><img src="images/arena.svg" alt="x" style="height: 40pt"/></figure>',
        "quote": "<blockquote><p>Quote.</p></blockquote>",
        "verse": '<div class="verse"><p class="stanza"><span class="line">Line</span></p></div>',
        "list": "<ul><li>One</li></ul>",
        "table": "<table><tr><td>1</td></tr></table>",
    }
    body = "<p id='c.first'>One.</p><p id='c.second'>Two.</p>"
    body += "".join(f"{markup}<p id='c.{name}'>After.</p><p>Next.</p>" for name, markup in after.items())
    laid = chapter(body).laid
    starts = {line.block: line.text for page in laid.pages for line in page.lines}
    widths = {line.block: line.width for page in laid.pages for line in page.lines}
    assert starts["c.first"] == "One."
    for name in after:
        assert widths[f"c.{name}"] == pytest.approx(widths["c.table"], abs=0.01)
    assert indent_of(laid, "c.second") == pytest.approx(14, abs=0.1)
    assert {round(indent_of(laid, f"c.{name}"), 1) for name in ("first", *after)} == {0}


def indent_of(laid, block):
    """Return how far the first letter of a block stands from the edge of the text."""

    def texts(box):
        box = getattr(box, "_box", box)
        if type(box).__name__ == "TextBox" and box.element is not None and box.element.get("id") == block:
            yield box
        for child in getattr(box, "children", ()):
            yield from texts(child)

    index = laid.anchors[block][0]
    first = next(texts(laid.document.pages[index]._page_box))
    return first.position_x * 0.75 - laid.pages[index].left


HEADS = [
    ("author", "teller", "Ada Marsh, Ben Holm", "Ada"),
    ("part", "title", "Winter", "The Book"),
    ("title", "chapter", "The Book", "Chapter"),
    ("none", "none", "", ""),
]


@pytest.mark.parametrize(("verso", "recto", "left", "right"), HEADS)
def test_heads_say_what_the_settings_say(tmp_path, cache_folder, verso, recto, left, right):
    made = pressed(tmp_path, cache_folder, f", verso-head: {verso}, recto-head: {recto}")
    pages = printed(made.data)
    start = made.page_of("plain")
    labels = {page.label for page in made.laid.pages}
    for index in (start + 1, start + 2):
        said = " ".join(word for word in pages[index][0].split() if word not in labels)
        assert said == {"left": left, "right": right}[made.laid.pages[index].side]


NAMES = {
    "short": "Short",
    "fits": "A Supplementary Account of Helen’s Life",
    "wide": "A Supplementary Account of Helen Keller’s Life and Education, and of Much More",
    "word": "Donaudampfschifffahrtsgesellschaftskapitänswitwenrentenauszahlungsstellenleiterin",
}


@pytest.mark.parametrize("layout", ["paperback", "modern", "large-print", "submission", "proof"])
def test_no_head_is_wider_than_its_line(tmp_path, cache_folder, layout):
    files = {f"{name}.md": f"# {title}\n\n{LONG * 5}\n" for name, title in NAMES.items()}
    manifest = f"title: {NAMES['wide']}\nauthors: [A]\nlanguage: en\nchapters: [{', '.join(files)}]\n"
    said = []
    loaded = load(tmp_path, files | {"book.yaml": f"{manifest}editions: {{b: {{format: pdf, layout: {layout}}}}}\n"})
    shop = editions.Workshop(Cache(None), tmp_path / "scratch", said.append)
    composition = editions.compose_only(loaded, loaded.manifest.editions[0], shop)
    laid = pdf.layout(composition, cache_folder, lambda _: None)
    heads = [head for page in laid.document.pages for head in margin_lines(page._page_box)]
    assert {count for count, *_ in heads} == {1}
    assert max(width - room for _, width, room in heads) < 0.5
    assert {each.rule for each in said} == {"head-fits"}
    lines = {each.at.line for each in said if each.at}
    assert lines == ({5} if layout == "submission" else {4, 5})


def margin_lines(page):
    """Yield how many lines the head of a page has, how wide the widest is and how wide its box, in points."""

    def lines(box):
        if type(box).__name__ == "LineBox":
            yield box
            return
        for child in getattr(box, "children", ()):
            yield from lines(child)

    for box in page.children:
        if type(box).__name__ == "MarginBox" and "corner" not in box.at_keyword and (found := list(lines(box))):
            yield len(found), max(line.width for line in found) * 0.75, box.width * 0.75


ROOM = [
    ("leading: 10pt", "the leading is 10pt for a text size of 11pt: lines would overlap", 5),
    ("text-size: 20pt, leading: 12pt", "the leading is 12pt for a text size of 20pt: lines would overlap", 5),
    ("leading: 50pt", "the leading is 50pt for a text size of 11pt: that is more than three times as much", 5),
    ("text-size: 36pt, trim-size: mass-market", "has room for 6 lines of 18 characters in 36pt: too little", 5),
    ("trim-size: 2.5x4in, layout: large-print", "a page of 2.5x4in has room for 6 lines of 5 characters in 16pt", 5),
    ("leading: 0pt", "'leading' is auto or a length from 7pt to 54pt, not '0pt'", 5),
    ("leading: 200pt", "'leading' is auto or a length from 7pt to 54pt, not '200pt'", 5),
    ("leading: -3pt", "'leading' is auto or a length from 7pt to 54pt, not '-3pt'", 5),
    ("leading: 12", "'leading' is auto or a length from 7pt to 54pt, not '12'", 5),
    ("leading: 12px", "'leading' is auto or a length from 7pt to 54pt, not '12px'", 5),
    ("text-size: large", "'text-size' is auto or a length from 6pt to 36pt, not 'large'", 5),
]


@pytest.mark.parametrize(("settings", "message", "line"), ROOM)
def test_a_page_without_room_for_its_text_is_refused_at_its_place(tmp_path, settings, message, line):
    manifest = f"title: T\nauthors: [A]\nlanguage: en\nchapters: [c.md]\neditions: {{b: {{format: pdf, {settings}}}}}\n"
    loaded = load(tmp_path, {"book.yaml": manifest, "c.md": "# C\n\nText.\n"})
    shop = editions.Workshop(Cache(None), tmp_path / "scratch", lambda _: None)
    for make in (editions.compose_only, editions.make):
        with pytest.raises(EditionError) as problem:
            make(loaded, loaded.manifest.editions[0], shop)
        (found,) = problem.value.diagnostics
        assert message in found.message
        assert found.rule == "setting-fits"
        assert found.at
        assert (found.at.path, found.at.line) == ("book.yaml", line)
        name = settings.partition(":")[0] if "would overlap" not in message else "leading"
        assert found.at.column == manifest.splitlines()[-1].index(f"{name}: ") + 1


def test_settings_that_fit_nothing_are_told_with_their_place(tmp_path, cache_folder):
    wrong = ", openings: drop-caps, leading: 5pt, drop-cap-lines: 2.5, verso-head: no, letter-fit: 3.5"
    with pytest.raises(EditionError) as problem:
        pressed(tmp_path, cache_folder, wrong)
    found = {each.message.split("'")[1]: each for each in problem.value.diagnostics}
    assert set(found) == {"openings", "leading", "drop-cap-lines", "verso-head", "letter-fit"}
    assert {each.rule for each in found.values()} == {"setting-fits"}
    assert all(each.at and each.at.path == "book.yaml" for each in found.values())
    assert found["openings"].hint == "did you mean 'drop-cap'?"
    assert "from 7pt to 54pt" in found["leading"].message
    assert "a number from 0.0 to 3.0" in found["letter-fit"].message


@pytest.mark.parametrize(("layout", "leading"), [("large-print", 24), ("submission", 24)])
def test_other_designs_are_sound(tmp_path, cache_folder, layout, leading):
    made = pressed(tmp_path, cache_folder, layout=layout)
    assert {round(page.leading, 2) for page in made.laid.pages} == {leading}
    assert made.rules() == []
    sizes = {round(size, 1) for size in type_sizes(made)}
    assert min(sizes) == (16 if layout == "large-print" else 12)


def type_sizes(made):
    """Yield the sizes of all type on the pages of the text and in their margins, in points."""

    def texts(box):
        box = getattr(box, "_box", box)
        if type(box).__name__ == "TextBox" and box.text.strip():
            yield box.style["font_size"] * 0.75
        for child in getattr(box, "children", ()):
            yield from texts(child)

    for page in made.laid.document.pages[made.page_of("there") :]:
        yield from texts(page._page_box)


def test_the_second_design_stands_on_its_own_grid(tmp_path, cache_folder):
    made = pressed(tmp_path, cache_folder, layout="modern")
    assert {round(page.leading, 2) for page in made.laid.pages} == {14}
    assert made.rules() == []
    foot = printed(made.data)[made.page_of("there") + 1][2].split()
    assert foot == ["4", "The", "Book"]


WORDS = FILLER.split()
CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def slanted(start: int) -> str:
    """Return a paragraph with another capital and every third word in italics: a line may end before each of them."""
    words = [f"*{word}*" if (at + start) % 3 == 0 and word.isalpha() else word for at, word in enumerate(WORDS)]
    turned = words[start:] + words[:start]
    return " ".join([f"{CAPITALS[start % 26]}{turned[0].strip('*').lower()}", *turned[1:]])


@pytest.mark.parametrize(
    ("layout", "settings"),
    [
        ("paperback", ""),
        ("paperback", ", trim-size: mass-market, drop-cap-lines: 5"),
        ("paperback", ", trim-size: us-letter, text-size: 20pt"),
        ("modern", ", trim-size: 5x8in, openings: drop-cap"),
        ("large-print", ", openings: drop-cap"),
    ],
)
def test_no_line_beside_a_capital_is_longer_than_the_others(tmp_path, cache_folder, layout, settings):
    files = {f"c{start}.md": f"# C\n\n{slanted(start)}\n" for start in range(60)}
    manifest = f"title: T\nauthors: [A]\nlanguage: en\nchapters: [{', '.join(files)}]\n"
    loaded = load(
        tmp_path, files | {"book.yaml": f"{manifest}editions: {{b: {{format: pdf, layout: {layout}{settings}}}}}\n"}
    )
    shop = editions.Workshop(Cache(None), tmp_path / "scratch", lambda _: None)
    laid = pdf.layout(editions.compose_only(loaded, loaded.manifest.editions[0], shop), cache_folder, lambda _: None)
    long = [line.text for page in laid.pages for line in page.lines if line.x + line.width > page.right + 0.2]
    assert long == []
    assert sum(line.x > page.left + 12 for page in laid.pages for line in page.lines if line.authored) > 120


@pytest.mark.parametrize(
    ("settings", "word"),
    [("", "Donaudampfschifffahrtsgesellschaftskapitänswitwe"), (", trim-size: mass-market, text-size: 20pt", "There")],
)
def test_no_capital_drops_where_words_beside_it_have_no_room(tmp_path, cache_folder, settings, word):
    manifest = "title: T\nauthors: [A]\nlanguage: en\nchapters: [c.md]\n"
    manifest += f"editions: {{b: {{format: pdf{settings}}}}}\n"
    loaded = load(tmp_path, {"book.yaml": manifest, "c.md": f"# C\n\n{word} was nothing. {LONG}\n"})
    shop = editions.Workshop(Cache(None), tmp_path / "scratch", lambda _: None)
    made = Pressed(editions.compose_only(loaded, loaded.manifest.editions[0], shop), cache_folder)
    first, second = first_lines(made, "c")[:2]
    assert first.height == pytest.approx(made.laid.pages[0].leading, abs=0.1)
    assert second.x == pytest.approx(first.x, abs=0.1)
    assert not any(line.outside for page in made.laid.pages for line in page.lines)


@pytest.mark.parametrize("height", [100, 300, 900])
def test_a_picture_at_the_head_of_a_chapter_stands_below_its_opening(chapter, height):
    picture = f'<figure><img src="images/arena.svg" alt="x" style="height: {height}pt"/></figure>'
    made = chapter(f"{picture}<p id='c.p'>FILLER</p>")
    assert made.page_of("c.title") == 0
    assert [page.index for page in made.laid.pages for _ in page.pictures] == [0]


def test_an_opening_is_never_broken(cache_folder):
    body = f'<figure id="c.f"><div style="height: 400pt"></div></figure><p>{FILLER}</p>'
    html = press.chapter(body).replace("<h1 ", '<p class="number">Chapter 1</p><h1 ')
    made = Pressed(press.compose(html), cache_folder)
    assert [each.text for each in made.laid.pages[0].lines] == ["Chapter 1", "C"]
    assert made.page_of("c.f") == 1


def test_passages_in_passages_keep_room_for_words(chapter):
    quotes = f"{'<blockquote>' * 10}<p id='c.q'>{FILLER}</p>{'</blockquote>' * 10}"
    items = f"{'<ul><li>' * 10}<p id='c.l' data-marker='•'>{FILLER}</p>{'</li></ul>' * 10}"
    laid = chapter(f"<p>First.</p>{quotes}{items}").laid
    width = {line.block: line.width for page in laid.pages for line in page.lines if not line.ends}
    assert width["c.q"] > 150
    assert width["c.l"] > 150
    assert not any(line.outside for page in laid.pages for line in page.lines)


SAID = [
    ("The Second Person", "A Marriage in Two Voices", ["Ada Marsh", "Ben Holm"]),
    (
        "The Remarkable Adventures of the Boy Who Went Away",
        "A Story of the Sea and of the Land Told Twice",
        ["Ada Marsh"],
    ),
    ("A Title of Two Hundred Letters That Goes On and On " * 4, "A subtitle as long as that " * 8, [LONG_NAME] * 5),
    ("Donaudampfschifffahrtsgesellschaftskapitänswitwenrente" * 3, "x" * 90, ["y" * 80]),
]


@pytest.mark.parametrize("layout", ["paperback", "modern", "modern, trim-size: mass-market"])
@pytest.mark.parametrize(("title", "subtitle", "authors"), SAID)
def test_a_title_page_is_one_page(tmp_path, cache_folder, layout, title, subtitle, authors):
    manifest = (
        f"title: {title}\nsubtitle: {subtitle}\nauthors: {authors}\nlanguage: en\npublisher: House\nplace: London\n"
        f"chapters: [c.md]\neditions: {{b: {{format: pdf, layout: {layout}}}}}\n"
    )
    loaded = load(tmp_path, {"book.yaml": manifest, "c.md": "# C\n\nText.\n"})
    shop = editions.Workshop(Cache(None), tmp_path / "scratch", lambda _: None)
    composition = editions.compose_only(loaded, loaded.manifest.editions[0], shop)
    laid = pdf.layout(composition, cache_folder, lambda _: None)
    assert [laid.anchors[name][0] for name in ("titlepage", "copyright-page", "contents")] == [2, 3, 4]
    assert not [line.text for page in laid.pages for line in page.lines if line.outside]


@pytest.mark.parametrize("layout", ["paperback", "modern", "large-print", "submission", "proof"])
def test_the_engine_understands_every_design(tmp_path, cache_folder, layout):
    manifest = (
        "title: T\nsubtitle: S\nauthors: [A]\ncontributors: [{name: B, role: edt}]\nseries: {name: N, position: 2}\n"
        "language: en\npublisher: House\nplace: London\nvoices: {her: {name: Her}}\n"
        "chapters: [{part: Winter, chapters: [{path: c.md, voice: her}]}]\n"
        f"editions: {{b: {{format: pdf, layout: {layout}}}}}\n"
    )
    loaded = load(tmp_path, {"book.yaml": manifest, "c.md": f"# C\n\n{LONG}\n"})
    shop = editions.Workshop(Cache(None), tmp_path / "scratch", lambda _: None)
    said = []
    pdf.layout(editions.compose_only(loaded, loaded.manifest.editions[0], shop), cache_folder, said.append)
    assert said == []


def columns(count: int, rows: int) -> str:
    head = " | ".join(f"H{at}" for at in range(count))
    return f"| {head} |\n|{'---|' * count}\n" + f"|{' word |' * count}\n" * rows


WIDE = {
    "columns": columns(12, 4),
    "many": columns(30, 3),
    "words": "| A | B | C |\n|---|---|---|\n" + f"| {'Donaudampfschifffahrtsgesellschaftskapitän'} " * 3 + "|\n",
    "numbers": "| A | B | C | D | E | F |\n|" + "---|" * 6 + "\n" + ("| 1,234,567.89 " * 6 + "|\n") * 3,
    "code": "| A | B |\n|---|---|\n| `code_that_is_long_and_wide()` | *a* **b** `and_more_of_it_here()` |\n",
    "text": "| A | B |\n|---|---|\n" + f"| {FILLER} | {FILLER} |\n" * 2,
    "long": f"| A | B |\n|---|---|\n| {FILLER * 6} | short |\n",
}


@pytest.mark.parametrize("layout", ["paperback", "modern, trim-size: mass-market", "large-print", "submission"])
def test_tables_stay_on_the_page(tmp_path, cache_folder, layout):
    tables = {name: table for name, table in WIDE.items() if name != "many" or layout != "large-print"}
    files = {f"{name}.md": f"# C\n\n{FILLER}\n\n{table}\n\n{FILLER}\n" for name, table in tables.items()}
    manifest = f"title: T\nauthors: [A]\nlanguage: en\nchapters: [{', '.join(files)}]\n"
    manifest += f"editions: {{b: {{format: pdf, layout: {layout}}}}}\n"
    loaded = load(tmp_path, files | {"book.yaml": manifest})
    shop = editions.Workshop(Cache(None), tmp_path / "scratch", lambda _: None)
    composition = editions.compose_only(loaded, loaded.manifest.editions[0], shop)
    laid = pdf.layout(composition, cache_folder, lambda _: None)
    assert [(line.block, line.text) for page in laid.pages for line in page.lines if line.outside] == []


@pytest.mark.parametrize("layout", ["paperback", "modern", "large-print"])
def test_a_title_word_wider_than_its_line_is_divided_with_a_hyphen(tmp_path, cache_folder, layout):
    word = "Donaudampfschifffahrtsgesellschaftskapitänsmützen"
    manifest = "title: T\nauthors: [A]\nlanguage: de\nchapters: [a.md]\n"
    manifest += f"editions: {{b: {{format: pdf, layout: {layout}, trim-size: 5x8in}}}}\n"
    loaded = load(tmp_path, {"a.md": f"# Der {word}\n\nText.\n\n## Die {word * 2}\n\nText.\n", "book.yaml": manifest})
    shop = editions.Workshop(Cache(None), tmp_path / "scratch", lambda _: None)
    composition = editions.compose_only(loaded, loaded.manifest.editions[0], shop)
    laid = pdf.layout(composition, cache_folder, lambda _: None)
    titles = [line for page in laid.pages for line in page.lines if line.kind in {"opening", "heading"}]
    divided = [line for line in titles if not line.ends and line.text.strip() not in {"Der", "Die"}]
    assert len(divided) >= 3
    assert [line.text for line in divided if not line.hyphen] == []


def test_another_first_letter_changes_no_stylesheet(tmp_path: Path) -> None:
    """It would set every section of the book anew."""
    manifest = "title: T\nauthors: [A B]\nlanguage: en\nchapters: [one.md]\neditions: {book: {format: pdf}}\n"
    looks = []
    for word in ("There", "Where"):
        (tmp_path / word).mkdir()
        loaded = load(tmp_path / word, {"book.yaml": manifest, "one.md": f"# One\n\n{word} was always a light. {LONG}"})
        shop = editions.Workshop(Cache(None), tmp_path, lambda _: None)
        looks.append(editions.compose_only(loaded, loaded.manifest.editions[0], shop).stylesheets)
    assert looks[0] == looks[1]
    assert any("initial-54" in sheet.text for sheet in looks[0])


def test_a_number_of_three_figures_is_on_one_line_of_the_contents(tmp_path: Path, cache_folder: Path) -> None:
    """It was broken like a long word: a book of more than 127 chapters could not be made."""
    files = {f"{number}.md": f"# Of {number}\n\nA word.\n" for number in range(1, 130)}
    manifest = f"title: T\nauthors: [A B]\nlanguage: en\nchapters: [{', '.join(files)}]\n"
    loaded = load(tmp_path, {"book.yaml": manifest + "editions: {book: {format: pdf}}\n"} | files)
    shop = editions.Workshop(Cache(None), tmp_path / "scratch", lambda _: None)
    made = editions.compose_only(loaded, loaded.manifest.editions[0], shop)
    contents = next(part for part in made.parts if part.section == "contents")
    only = dataclasses.replace(made, parts=(contents,), frame=(made.frame[0], made.frame[-1]))
    assert "128 Of 128" in " ".join(page.text for page in Pressed(only, cache_folder).laid.pages)
