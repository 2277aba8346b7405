"""A section's body in, the same words dressed for one format out.

Everything added that is not the manuscript's is marked ``data-generated``, so that the proof of words can tell.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from markupsafe import Markup

from bookforge import illustrations, xhtml
from bookforge.book import BookSection, Note
from bookforge.compose import gaps, lists, marginalia, notes, openings, tables, views
from bookforge.compose.wardrobe import Wardrobe
from bookforge.edition import Format
from bookforge.semantics import PASSAGES

_SHORT_TITLE: Final = 3
"""Words up to which a title is left as it is."""


_NAMED: Final = (
    "p",
    "blockquote",
    "div",
    "ul",
    "ol",
    "li",
    "dl",
    "table",
    "pre",
    "figure",
    "hr",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
)


@dataclass(frozen=True, slots=True)
class Dressed:
    """A section's text and title ready for its template, and the notes to set at its end."""

    title: Markup | None
    text: Markup
    notes: tuple[views.NoteView, ...]


def dress(section: BookSection, wardrobe: Wardrobe) -> Dressed:
    """Dress a section's title, body and notes for the edition's format."""
    assert section.content is not None
    content = section.content
    title = xhtml.read(section.title, "span") if section.title else None
    body = xhtml.read(content.body)
    by_number = {note.number: note for note in content.notes}
    dress_one = partial(_dress_tree, section=section, wardrobe=wardrobe)
    apart: list[Note] = []
    for root in (title, body):
        if root is not None:
            dress_one(root)
            apart += notes.set_calls(root, by_number, wardrobe, dress_one)
    if wardrobe.format is Format.PDF:
        openings.mark(body, section, wardrobe.opening)
        tables.fit(body, wardrobe.room)
        for paragraph in _centred(body):
            _keep_last_words(paragraph)
        _name_blocks(body, section.id)
        if title is not None:
            _keep_last_words(title)
    wardrobe.mark_words(body, section.language)
    if wardrobe.format is Format.PDF:
        gaps.part(body)
    if wardrobe.proof:
        marginalia.mark(title, body, section)
    set_apart = tuple(notes.view(note, wardrobe, dress_one) for note in apart)
    return Dressed(views.markup(title) if title is not None else None, views.markup(body), set_apart)


def _dress_tree(root: xhtml.Element, section: BookSection, wardrobe: Wardrobe) -> None:
    _shift_headings(root, section.level)
    _lead_links(root, wardrobe)
    _place_images(root, wardrobe)
    _set_formulas(root, wardrobe)
    _name_passages(root, wardrobe)
    if wardrobe.format is Format.HTML:
        _part_speakers(root)
    if wardrobe.format is Format.PDF:
        _run_in_speakers(root)
        lists.mark_items(root)
    for place in xhtml.find_class(root, "timeline", "div"):
        if len(place) == 0:
            _fill(place, wardrobe.timeline())


def line(markup: str, wardrobe: Wardrobe) -> Markup:
    """Dress a line that is taken from a text, such as a caption's, to be shown elsewhere."""
    root = xhtml.read(markup)
    _set_formulas(root, wardrobe)
    return views.markup(root)


def _centred(body: xhtml.Element) -> Iterator[xhtml.Element]:
    """Yield what stands in few centred lines."""
    for passage in (*body.iter("figcaption"), *xhtml.find_class(body, "pullquote")):
        paragraphs = list(passage.iter("p"))
        yield from paragraphs or [passage]


def _keep_last_words(title: xhtml.Element) -> None:
    """Let no word of a longer title stand alone on its last line."""
    last = title if len(title) == 0 else None
    head, space, word = ((last.text if last is not None else title[-1].tail) or "").rpartition(" ")
    if not space or head.count(" ") < _SHORT_TITLE - 1:
        return
    if last is not None:
        last.text = f"{head}\u00a0{word}"
    else:
        title[-1].tail = f"{head}\u00a0{word}"


def _name_blocks(body: xhtml.Element, section: str) -> None:
    """Give every block a name, so that the plan of the pages can say something of it."""
    taken = {element.get("id") for element in body.iter()}
    unnamed = [element for element in body.iter(*_NAMED) if element.get("id") is None]
    number = 0
    for element in unnamed:
        number += 1
        while f"{section}.block-{number}" in taken:
            number += 1
        element.set("id", f"{section}.block-{number}")


def _fill(place: xhtml.Element, markup: Markup) -> None:
    place.set("data-generated", "")
    for child in xhtml.read(str(markup)):
        place.append(child)


def _shift_headings(root: xhtml.Element, level: int) -> None:
    """Bring headings below the section's own; six levels is all there are."""
    for element in root.iter("h1", "h2", "h3", "h4", "h5", "h6"):
        element.tag = f"h{min(6, int(element.tag[1]) + level)}"


# ---------------------------------------------------------------- links, images, formulas


def _lead_links(root: xhtml.Element, wardrobe: Wardrobe) -> None:
    for link in [link for link in root.iter("a") if link.get("href")]:
        href = link.get("href") or ""
        if xhtml.has_class(link, "page"):
            _give_page(link, href, wardrobe)
        if href.startswith("#"):
            link.set("href", wardrobe.href_of(href[1:]))
        elif wardrobe.format is Format.HTML:
            link.set("rel", "noopener")


def _give_page(link: xhtml.Element, href: str, wardrobe: Wardrobe) -> None:
    """Print the page beside a link that asks for it."""
    xhtml.drop_class(link, "page")
    if wardrobe.format is not Format.PDF or not href.startswith("#"):
        return
    page = xhtml.read("", "span")
    page.set("class", "page-reference")
    page.set("data-generated", "")
    page.text = " " + wardrobe.page_pattern.format(page=wardrobe.pages[href[1:]])
    page.tail, link.tail = link.tail, None
    link.addnext(page)


def _place_images(root: xhtml.Element, wardrobe: Wardrobe) -> None:
    for image in root.iter("img"):
        path = image.get("src") or ""
        asset = wardrobe.assets[path]
        image.set("src", wardrobe.image_href(path))
        image.attrib.pop(illustrations.SHORT, "")
        if width := str(image.attrib.pop("data-width", "")):
            share = width.removesuffix("%")
            if width.endswith("%") and share.replace(".", "", 1).isdigit():
                xhtml.add_class(image, f"width-{max(5, min(100, 5 * round(float(share) / 5)))}")
        if wardrobe.format is Format.HTML:
            image.set("width", str(asset.width))
            image.set("height", str(asset.height))
            image.set("loading", "lazy")


def _set_formulas(root: xhtml.Element, wardrobe: Wardrobe) -> None:
    for formula in xhtml.find_class(root, "math", "span"):
        tex = formula.get("data-tex") or ""
        if wardrobe.format is not Format.PDF:
            for math in formula.iter(f"{{{xhtml.MATHML}}}math"):
                math.set("alttext", tex)
            continue
        source = next((xhtml.write(formula) for _ in formula.iter(f"{{{xhtml.MATHML}}}math")), tex)
        shown = tex or " ".join("".join(map(str, formula.itertext())).split())
        for child in list(formula):
            formula.remove(child)
        picture = xhtml.read("", "img")
        picture.set("src", wardrobe.formula(source, xhtml.has_class(formula, "display")))
        picture.set("alt", shown)
        formula.append(picture)


# ---------------------------------------------------------------- passages


def _name_passages(root: xhtml.Element, wardrobe: Wardrobe) -> None:
    for passage in list(root.iter()):
        if not isinstance(passage.tag, str):
            continue
        for name in xhtml.classes(passage):
            if name in PASSAGES:
                _give_semantics(passage, name, wardrobe.format)
        voice = passage.get("data-voice")
        if voice and voice in wardrobe.voices:
            xhtml.add_class(passage, f"voice-{voice}")
            label = xhtml.read(xhtml.escape(wardrobe.voices[voice].label), "p")
            label.set("class", "teller")
            label.set("data-generated", "")
            xhtml.own_head(passage, label)


def _part_speakers(root: xhtml.Element) -> None:
    """Make a conversation of paragraphs: in HTML a list may name each term once, and speakers speak more than once."""
    for transcript in xhtml.find_class(root, "transcript", "dl"):
        transcript.tag = "div"
        for turn in transcript:
            xhtml.add_class(turn, "speaker" if turn.tag == "dt" else "speech")
            turn.tag = "p" if turn.tag == "dt" else "div"


def _run_in_speakers(root: xhtml.Element) -> None:
    """Put each speaker's name into the line it begins: on paper a name must not stay behind when that line moves on."""
    for transcript in xhtml.find_class(root, "transcript", "dl"):
        for name in [each for each in transcript if each.tag == "dt"]:
            speech = name.getnext()
            if speech is None or speech.tag != "dd":
                continue
            line = speech[0] if len(speech) and speech[0].tag == "p" else speech
            transcript.remove(name)
            name.tag = "span"
            xhtml.add_class(name, "speaker")
            xhtml.own_head(line, name)
            name.tail = f" {name.tail or ''}"


def _give_semantics(passage: xhtml.Element, name: str, format_: Format) -> None:
    semantics = PASSAGES[name]
    if semantics.epub_type and format_ is Format.EPUB:
        passage.set(f"{{{xhtml.EPUB}}}type", semantics.epub_type)
    if semantics.aria and format_ is not Format.PDF:
        passage.set("role", semantics.aria)


def digest(text: str) -> str:
    """Return a short name for content, the same for the same content."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]
