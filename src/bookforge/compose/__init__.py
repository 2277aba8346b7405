"""Reading and layout in, composition out: an edition set into documents, nothing left to decide."""

import dataclasses
import re
import string
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from bookforge import layouts, terms, xhtml
from bookforge.book import Asset, BookSection
from bookforge.cache import NOTHING_KEPT, Shelf, file_digest
from bookforge.compose import backmatter, dress, heads, keeping, notes, openings, sheet, tables, views
from bookforge.compose.folios import PageNumbers
from bookforge.compose.wardrobe import Wardrobe
from bookforge.diagnostics import EditionError, error
from bookforge.edition import (
    Composition,
    Document,
    FontFace,
    Format,
    Landmark,
    NavPoint,
    Part,
    Press,
    Reading,
    Sheet,
    Stylesheet,
)
from bookforge.layouts import Templates
from bookforge.semantics import GENERATED, SEMANTICS, Matter, Role, made_id
from bookforge.typography import divisions, house
from bookforge.typography.choices import Choices

if TYPE_CHECKING:
    from bookforge.fonts import WebFont

_ENDINGS: Final = {"image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "image/svg+xml": "svg"}
_MADE: Final = frozenset({*GENERATED, Role.COLOPHON, Role.TIMELINE, Role.ABOUT_THE_AUTHORS, *backmatter.MAKES})
"""Roles whose templates make their text from the manifest."""

_IMAGE: Final = re.compile(r"images/(?<=\bimages/)[a-z0-9-]+\.[a-z]+")
"""The address of a picture, as :func:`_image_hrefs` makes them; it begins with letters, which are quickly found."""

_PLACE: Final = "<!-- a section of the book -->"
_MEDIA: Final = {Format.PDF: house.PRINT, Format.HTML: house.SCREEN, Format.EPUB: house.READER}
_INITIALS: Final = ("initial", "display", "text")

_MIDDLE: Final = " \u00b7 "


@dataclass(frozen=True, slots=True)
class Supplies:
    """What a composition needs from engines, made before.

    ``cover`` is the front cover as a picture (bytes, media type, alternative text). ``formula`` draws TeX as SVG.
    ``isbns`` are (edition name, ISBN, format) of every edition, for the copyright page. ``endnotes`` are the ids of
    notes that a page cannot hold. ``pages`` are the page numbers of ids, as far as they are known: a PDF is composed
    with them, so that an index or a cross reference is plain text; it may be composed anew when they change. ``press``
    is what the printer keeps free on a page.
    """

    fonts: tuple[FontFace, ...] = ()
    web_fonts: "tuple[WebFont, ...]" = ()
    cover: tuple[bytes, str, str] | None = None
    formula: Callable[[str, bool], bytes] | None = None
    isbns: tuple[tuple[str, str, str], ...] = ()
    endnotes: frozenset[str] = field(default_factory=frozenset)
    pages: Mapping[str, str] = field(default_factory=dict)
    press: Press = field(default_factory=Press)
    typography: Choices = field(default_factory=Choices)


def edition(reading: Reading, layout: layouts.Layout, supplies: Supplies, shelf: Shelf = NOTHING_KEPT) -> Composition:
    """Set an edition into documents by its layout; ``shelf`` keeps dressed sections.

    Errors: ``template-renders``, ``layout-valid``, ``edition-has-text``, ``setting-fits``.
    """
    if not any(section.content for section in reading.book.sections):
        raise EditionError(
            error(
                "edition-has-text",
                f"edition '{reading.edition.name}' has no chapter to show",
                hint="take 'draft: true' from a chapter, or list one under 'chapters'",
            )
        )
    notes.check(reading.edition)
    return _Composer(reading, layout, supplies, shelf).compose()


class _Composer:
    """Holds what every step of one composition shares."""

    def __init__(self, reading: Reading, layout: layouts.Layout, supplies: Supplies, shelf: Shelf) -> None:
        self.reading = reading
        self.shelf = shelf
        self.format = reading.edition.format
        self.supplies = supplies
        self.pages = PageNumbers(supplies.pages)
        self.house = self._house()
        self.book = house.set_book(reading.book, self.house, shelf)
        self.templates = Templates(layout, shelf)
        self.terms = terms.of(layout, self.book.metadata.language)
        # A page of the HTML edition stands alone: whatever its place in the book, its title is the highest heading.
        level = 1 if self.format is Format.HTML else None
        self.sections = tuple(dataclasses.replace(each, level=level or each.level) for each in self.book.sections)
        self.image_hrefs = _image_hrefs(self.book.assets)
        self.formulas: dict[str, bytes] = {}
        self.initials: dict[str, views.InitialView] = {}
        self.dressed: dict[str, dress.Dressed] = {}
        self.files: dict[str, str] = {section.id: self._file_of(section) for section in self.sections}
        self.whole = backmatter.Whole(
            reading=dataclasses.replace(reading, book=dataclasses.replace(self.book, sections=self.sections)),
            terms=self.terms,
            pages=self.pages,
            start=self._start().id,
            href_of=self.href_of,
            notes_of=lambda section: self._dressed(section).notes,
            set_words=self._set_words,
            dress_line=lambda markup: dress.line(markup, self._wardrobe()),
        )
        counted = str(reading.edition.settings.get("note-numbers", "chapter"))
        by = counted if self.format is Format.PDF or counted != "page" else "chapter"
        self.numbers = notes.numbers(self.sections, by, self.pages, supplies.endnotes)

    def compose(self) -> Composition:
        toc = self._toc()
        parts: tuple[Part, ...] = ()
        frame: tuple[str, ...] = ()
        if self.format is Format.PDF:
            parts, frame = self._pdf(toc)
            documents: tuple[Document, ...] = (self._whole(parts, frame),)
        else:
            documents = tuple(_COMPOSE[self.format](self, toc))
        return Composition(
            reading=self.reading,
            documents=documents,
            stylesheets=self._stylesheets(),
            assets=self._assets(documents),
            fonts=self.supplies.fonts,
            toc=toc,
            landmarks=self._landmarks(),
            parts=parts,
            frame=frame,
            sheet=self._sheet,
            said=tuple(self.heads.cuts()) if parts else (),
            asked=frozenset(self.pages.asked),
        )

    # ------------------------------------------------------------ names

    def _file_of(self, section: BookSection) -> str:
        if self.format is Format.PDF:
            return ""
        if _is_generated_contents(section):
            return "nav.xhtml" if self.format is Format.EPUB else "index.html"
        return f"{section.id}.{'xhtml' if self.format is Format.EPUB else 'html'}"

    def href_of(self, bound: str) -> str:
        """Return the address of a bound id from anywhere in the edition (documents share one folder)."""
        section = bound.partition(".")[0]
        file = self.files.get(section, "")
        return file if file and "." not in bound else f"{file}#{bound}"

    def formula(self, tex: str, display: bool) -> str:
        """Draw a formula once and return its address."""
        assert self.supplies.formula is not None
        href = f"formulas/{dress.digest(f'{display}{tex}')}.svg"
        if href not in self.formulas:
            self.formulas[href] = self.supplies.formula(tex, display)
        return href

    # ------------------------------------------------------------ typography

    def _house(self) -> house.House:
        """Settle how marks and spaces are set; on paper by what the faces have."""
        from bookforge import fonts

        faces = fonts.coverage(self.supplies.fonts) if self.format is Format.PDF and self.supplies.fonts else None
        return house.of(
            self.supplies.typography,
            self.reading.book,
            _MEDIA[self.format],
            lambda char: faces is None or ord(char) in faces,
        )

    def _set_words(self, text: str) -> str:
        """Set a plain text of the book's language."""
        return self.house.set_words(text, self.book.metadata.language) if self.supplies.typography.care else text

    def mark_words(self, root: xhtml.Element, language: str) -> None:
        """Mark the words of a dressed text that are divided otherwise than by their language, and acronyms."""
        choices = self.supplies.typography
        if choices.acronyms and choices.care:
            divisions.mark_acronyms(root, language)
        if self.format is Format.PDF and choices.care:
            divisions.of(choices, self.book).mark(root, language)

    @cached_property
    def _opening(self) -> openings.Opening:
        settings = self.reading.edition.settings
        lines = settings.get("drop-cap-lines")
        if self.format is not Format.PDF or not isinstance(lines, int):
            return openings.Opening(str(settings.get("openings", "plain")))
        kind = openings.consistent(str(settings.get("openings")), self.sections, lines)
        return openings.Opening(kind, self.initial)

    @property
    def _initial_face(self) -> FontFace | None:
        """The face of capitals that drop: one for them, else that of titles, else that of the text."""
        upright = [face for face in self.supplies.fonts if face.style == "normal"]
        return next((face for role in _INITIALS for face in upright if face.role == role), None)

    def initial(self, marks: str, letter: str) -> views.InitialView | None:
        """Measure a capital that drops, once, and keep it for the stylesheets."""
        lines = self.reading.edition.settings.get("drop-cap-lines")
        if self._initial_face is None or not isinstance(lines, int):
            return None
        view = views.InitialView.of(self._initial_face, marks, letter, lines)
        if view is not None:
            self.initials[view.name] = view
        return view

    # ------------------------------------------------------------ sections

    def values(self, **more: Any) -> dict[str, Any]:
        """Return what every template gets."""
        return {
            "book": self.book.metadata,
            "voices": self.book.voices,
            "edition": self.reading.edition,
            "settings": dict(self.reading.edition.settings),
            "revision": self.book.revision,
            "words": sum(section.content.word_count for section in self.book.sections if section.content),
            "isbns": self.supplies.isbns,
            "terms": self.terms,
            "format": self.format.value,
            "first_page": self._start().id,
            "pages": self.pages,
            "press": self.supplies.press,
        } | more

    def section_markup(self, section: BookSection, toc: tuple[NavPoint, ...], start: str) -> Markup:
        """Render a section through its role's template."""
        view = views.view(section, self.book.metadata, self.book.voices, self.terms)
        if section.id == start:
            view = dataclasses.replace(view, classes=f"{view.classes} first-of-body")
        if self.format is Format.PDF:
            view = self.heads.of(view, section)
        if section.content is not None:
            dressed = self._dressed(section)
            own_notes = () if self.whole.notes_at_end else dressed.notes
            view = dataclasses.replace(view, title=dressed.title or view.title, text=dressed.text, notes=own_notes)
        if section.role is Role.TIMELINE and section.content is None:
            view = dataclasses.replace(view, timeline=self._timeline())
        if section.content is None and section.role in backmatter.MAKES:
            view = backmatter.MAKES[section.role](self.whole, section, view)
        return Markup(self.templates.render(self._template(section), **self.values(section=view, toc=toc)))

    def _dressed(self, section: BookSection) -> dress.Dressed:
        """Dress a section once: its notes may stand in another one."""
        if section.id not in self.dressed:
            self.dressed[section.id] = self._dress(section)
        return self.dressed[section.id]

    def _dress(self, section: BookSection) -> dress.Dressed:
        """Dress a section, or take what was made of exactly the same."""
        known = self.supplies.pages
        name = keeping.name(section, self._wardrobe(), self._pictures, self._documents, known)
        if name is None:
            return dress.dress(section, self._wardrobe())

        def make() -> keeping.Kept:
            pages, initials = PageNumbers(self.supplies.pages), dict[str, views.InitialView]()

            def initial(marks: str, letter: str) -> views.InitialView | None:
                view = self.initial(marks, letter)
                initials.update({view.name: view} if view else {})
                return view

            opening = dataclasses.replace(self._opening, initial=initial)
            wardrobe = dataclasses.replace(self._wardrobe(), pages=pages, opening=opening)
            return keeping.Kept.of(dress.dress(section, wardrobe), initials.values(), pages.asked)

        kept = self.shelf.kept("dressed", keeping.Kept, make, self._common, *name)
        self.initials |= {view.name: view for view in kept.initials}
        self.pages.asked |= {*kept.asked}
        return kept.dressed

    @cached_property
    def _pictures(self) -> str:
        assets = self.book.assets
        return repr([(path, href, assets[path].width, assets[path].height) for path, href in self.image_hrefs.items()])

    @cached_property
    def _documents(self) -> str:
        return "" if self.format is Format.PDF else repr(self.files)

    @cached_property
    def _common(self) -> str:
        """All that decides how every section is dressed, beside what its :func:`keeping.name` says."""
        faces = [(face.role, face.style, file_digest(Path(face.path))) for face in self.supplies.fonts]
        settings = sorted(self.reading.edition.settings.items())
        book = self.book.metadata, self.book.voices, self.supplies.typography
        return repr((self.format, book, settings, faces, self._opening.kind, self._sheet, self.terms["page-reference"]))

    def _template(self, section: BookSection) -> str:
        """Choose a section's template: its role's; a file of the author's replaces what a role would generate."""
        name = f"{section.role.value}.xhtml.j2"
        replaced = section.content is not None and section.role in _MADE
        return name if self.templates.has(name) and not replaced else "section.xhtml.j2"

    def _wardrobe(self) -> Wardrobe:
        return Wardrobe(
            format=self.format,
            voices=self.book.voices,
            assets=self.book.assets,
            href_of=self.href_of,
            image_href=self.image_hrefs.__getitem__,
            timeline=self._timeline_markup,
            formula=self.formula,
            proof=bool(self.reading.edition.settings.get("queries", False)),
            endnotes=self.supplies.endnotes,
            notes_apart=str(self.reading.edition.settings.get("notes", "foot")) != "foot",
            numbers=self.numbers,
            pages=self.pages,
            page_pattern=self.terms["page-reference"],
            mark_words=self.mark_words,
            opening=self._opening,
            room=tables.Room.of(self._sheet, self._characters),
        )

    def _timeline(self) -> tuple[views.TimelineRow, ...]:
        dated = [section for section in self.sections if section.when and views.when_label(section.when, self.terms)]
        by_order = any(section.when and section.when.order is not None for section in dated)
        dated.sort(key=lambda section: _moment(section, by_order))
        order = [section.id for section in self.sections]
        start = order.index(self._start().id)
        return tuple(
            views.TimelineRow(
                when=views.when_label(section.when, self.terms) or "",
                title=views.named(section, self.book.metadata, self.terms),
                href=self.href_of(section.id),
                teller=views.teller(section, self.book.voices),
                before_text=order.index(section.id) < start,
            )
            for section in dated
        )

    def _timeline_markup(self) -> Markup:
        return Markup(self.templates.render("timeline-rows.xhtml.j2", **self.values(timeline=self._timeline())))

    # ------------------------------------------------------------ navigation

    def _start(self) -> BookSection:
        """Return the section at which reading starts: the first of the body, else the first that has text."""
        body = [section for section in self.sections if section.matter is Matter.BODY]
        return (body or [section for section in self.sections if section.content] or list(self.sections))[0]

    def _toc(self) -> tuple[NavPoint, ...]:
        listed = [section for section in self.sections if _listed(section)]
        parts = {section.id for section in listed if section.role is Role.PART}
        below = {part: tuple(self._point(section) for section in listed if section.part == part) for part in parts}
        return tuple(
            dataclasses.replace(self._point(section), children=below.get(section.id, ()))
            for section in listed
            if section.part not in parts
        )

    def _point(self, section: BookSection) -> NavPoint:
        title = views.named(section, self.book.metadata, self.terms)
        number = self._number(section) if section.title_text else None
        teller = views.teller(section, self.book.voices)
        numbered = f"{number}{': ' if section.role is Role.PART else '. '}{title}" if number else title
        label = f"{numbered}{_MIDDLE}{teller}" if teller else numbered
        return NavPoint(label, self.href_of(section.id), title, section.role.value, number, teller)

    def _number(self, section: BookSection) -> str | None:
        if section.number is None:
            return None
        if section.role is Role.PART:
            return f"{self.terms['part']} {views.number_word(section.number, self.terms)}"
        return str(section.number)

    def _landmarks(self) -> tuple[Landmark, ...]:
        marks = []
        if self.supplies.cover is not None and self.format is Format.EPUB:
            marks.append(Landmark("cover", self.terms["cover"], "cover.xhtml"))
        for section in self.sections:
            if section.role in {Role.TITLEPAGE, Role.CONTENTS}:
                epub_type = SEMANTICS[section.role].epub_type or ""
                label = self.terms["titlepage" if section.role is Role.TITLEPAGE else "contents"]
                href = self.href_of(section.id) + ("#toc" if _is_generated_contents(section) else "")
                marks.append(Landmark(epub_type, label, href))
            elif section.role in {Role.ILLUSTRATIONS, Role.INDEX}:
                label = views.named(section, self.book.metadata, self.terms)
                marks.append(Landmark(SEMANTICS[section.role].epub_type or "", label, self.href_of(section.id)))
        start = self._start()
        marks.append(Landmark("bodymatter", self.terms["start"], self.href_of(start.id)))
        return tuple(marks)

    # ------------------------------------------------------------ stylesheets and assets

    @cached_property
    def _looks(self) -> dict[str, Any]:
        """What stylesheets get beside what every template gets."""
        return self.values(
            trim=self.reading.edition.trim,
            fonts=tuple(map(views.FaceView.of, self.supplies.fonts)),
            web_fonts=self.supplies.web_fonts,
        )

    @cached_property
    def _sheet(self) -> Sheet | None:
        if self.format is not Format.PDF:
            return None
        return sheet.of(self.templates.measures("geometry.j2", **self._looks))

    @property
    def _text_face(self) -> FontFace | None:
        return next((each for each in self.supplies.fonts if each.style == "normal" and each.role == "text"), None)

    def _characters(self, text: str) -> float:
        """Return the width of a text by that of a character in the mean."""
        from bookforge import fonts

        face, page = self._text_face, self._sheet
        if face is None or page is None:
            return len(text)
        return fonts.width(face.path, text, page.text_size * page.tables[1]) * page.text_size / page.character

    @cached_property
    def heads(self) -> heads.Heads:
        """The running heads, measured by the face of the text."""
        from bookforge import fonts

        face = self._text_face
        line = None
        if self.format is Format.PDF and face is not None:
            said = self.templates.measures("head-line.j2", **self._looks)
            line = heads.HeadLine.of(said, lambda text, size, features: fonts.width(face.path, text, size, features))
        return heads.Heads(line, self.book, self.reading.edition)

    def _stylesheets(self) -> tuple[Stylesheet, ...]:
        # A chapter that comes to begin with another letter changes no stylesheet, which would set the whole book anew.
        for letter in string.ascii_uppercase if self.initials else "":
            self.initial("", letter)
        values = self._looks | dict(
            heads={"scale": self.heads.scale, "title": self.heads.title, "author": self.heads.author},
            initials=tuple(self.initials[name] for name in sorted(self.initials)),
            initial_face=views.FaceView.of(self._initial_face) if self._initial_face else None,
        )
        return self.templates.stylesheets(**values)

    def _assets(self, documents: tuple[Document, ...]) -> Mapping[str, tuple[bytes, str]]:
        shown = {href for document in documents for href in _IMAGE.findall(document.text)}
        found = {
            href: (self.book.assets[path].data, self.book.assets[path].media_type)
            for path, href in self.image_hrefs.items()
            if href in shown
        }
        found |= {href: (data, "image/svg+xml") for href, data in sorted(self.formulas.items())}
        found |= {f"fonts/{font.name}": (font.data, font.media_type) for font in self.supplies.web_fonts}
        if self.supplies.cover is not None and self.format is not Format.PDF:
            data, media_type, _ = self.supplies.cover
            found[self._cover_href()] = (data, media_type)
        return found

    def _cover_href(self) -> str:
        assert self.supplies.cover is not None
        return f"cover.{_ENDINGS[self.supplies.cover[1]]}"

    # ------------------------------------------------------------ documents

    def _pdf(self, toc: tuple[NavPoint, ...]) -> tuple[tuple[Part, ...], tuple[str, ...]]:
        """One document holds the whole book: its sections, and what the template sets before, between and after."""
        start = self._start().id
        parts = tuple(Part(section.id, str(self.section_markup(section, toc, start))) for section in self.sections)
        values = self.values(
            sections=[Markup(_PLACE)] * len(parts),
            toc=toc,
            stylesheets=[name.removesuffix(".j2") for name in self.templates.layout.stylesheets],
        )
        frame = tuple(self.templates.render("document.html.j2", **values).split(_PLACE))
        if len(frame) != len(parts) + 1:
            hint = "set each of 'sections' once, in their order"
            raise EditionError(error("layout-valid", "document.html.j2 does not set every section once", None, hint))
        return parts, frame

    def _whole(self, parts: tuple[Part, ...], frame: tuple[str, ...]) -> Document:
        return Document("book.html", self.book.metadata.title, joined(tuple(part.text for part in parts), frame))

    def epub(self, toc: tuple[NavPoint, ...]) -> Iterator[Document]:
        """A document a section, the contents being the package's nav, the cover before all."""
        start = self._start().id
        if self.supplies.cover is not None:
            cover = {"href": self._cover_href(), "alt": self.supplies.cover[2]}
            page = self._page("cover", self.terms["cover"])
            text = self.templates.render("cover.xhtml.j2", **self.values(page=page, cover=cover))
            yield Document("cover.xhtml", self.terms["cover"], text)
        for section in self.sections:
            if _is_generated_contents(section):
                yield self._nav(toc)
                continue
            title = views.named(section, self.book.metadata, self.terms)
            page = self._page(section.role.value, title) | {"section": self.section_markup(section, toc, start)}
            text = self.templates.render("page.xhtml.j2", **self.values(page=page))
            yield Document(self.files[section.id], title, text, section=section.id)
        if not any(map(_is_generated_contents, self.sections)):
            # The authors wrote the contents page themselves: reading systems still need the nav, readers do not.
            yield dataclasses.replace(self._nav(toc), in_spine=False)

    def _nav(self, toc: tuple[NavPoint, ...]) -> Document:
        page = self._page(Role.CONTENTS.value, self.terms["contents"])
        values = self.values(page=page, toc=toc, landmarks=self._landmarks())
        text = self.templates.render("nav.xhtml.j2", **values)
        return Document("nav.xhtml", self.terms["contents"], text, properties=("nav",))

    def html(self, toc: tuple[NavPoint, ...]) -> Iterator[Document]:
        """A page a section, the contents being the first; previous and next lead through all."""
        start = self._start().id
        order = [section for section in self.sections if not _is_generated_contents(section)]
        pages = [("index.html", self.terms["contents"])]
        pages += [(self.files[s.id], views.named(s, self.book.metadata, self.terms)) for s in order]
        for place, (href, title) in enumerate(pages):
            around = {
                "prev": _neighbour(pages, place - 1) if place > 1 else None,
                "next": _neighbour(pages, place + 1),
            }
            if place == 0:
                values = self.values(
                    page=self._page("index", self.book.metadata.title) | around, toc=toc, cover=self._shown_cover()
                )
                yield Document(href, title, self.templates.render("index.html.j2", **values))
                continue
            section = order[place - 1]
            page = self._page(made_id(section.role), title) | around
            page["section"] = self.section_markup(section, toc, start)
            text = self.templates.render("page.html.j2", **self.values(page=page, toc=toc))
            yield Document(href, title, text, section=section.id)

    def _shown_cover(self) -> dict[str, str] | None:
        if self.supplies.cover is None:
            return None
        return {"href": self._cover_href(), "alt": self.supplies.cover[2]}

    def _page(self, role: str, title: str) -> dict[str, Any]:
        sheets = [name.removesuffix(".j2") for name in self.templates.layout.stylesheets]
        return {
            "title": title,
            "lang": self.book.metadata.language,
            "role": role,
            "stylesheets": sheets,
            "contents": "index.html",
            "section": None,
        }


_COMPOSE: Final[Mapping[Format, Callable[[_Composer, tuple[NavPoint, ...]], Iterator[Document]]]] = {
    Format.EPUB: _Composer.epub,
    Format.HTML: _Composer.html,
}


def joined(sections: Sequence[str], frame: tuple[str, ...]) -> str:
    """Return a document from its sections' markup and what stands before, between and after them."""
    return frame[0] + "".join(text + after for text, after in zip(sections, frame[1:], strict=True))


def _is_generated_contents(section: BookSection) -> bool:
    """Say whether a section is the contents page that layouts make, not one the authors wrote."""
    return section.role is Role.CONTENTS and section.content is None


def _listed(section: BookSection) -> bool:
    if not SEMANTICS[section.role].in_contents:
        return False
    return bool(section.title_text or section.number or section.content is None or section.matter is Matter.BODY)


def _moment(section: BookSection, by_order: bool) -> tuple[float, str]:
    assert section.when is not None
    order = section.when.order if section.when.order is not None else float("inf")
    return (order if by_order else 0, section.when.date or "")


def _neighbour(pages: list[tuple[str, str]], place: int) -> dict[str, str] | None:
    if not 0 <= place < len(pages):
        return None
    return {"href": pages[place][0], "label": pages[place][1]}


def _image_hrefs(assets: Mapping[str, Asset]) -> dict[str, str]:
    """Name images for publication: plain ASCII slugs of their names, unique, in a stable order."""
    taken: set[str] = set()
    hrefs = {}
    for path in sorted(assets):
        stem = re.sub(r"[^a-z0-9]+", "-", PurePosixPath(path).stem.lower()).strip("-") or "image"
        name, count = stem, 1
        while name in taken:
            count += 1
            name = f"{stem}-{count}"
        taken.add(name)
        hrefs[path] = f"images/{name}.{_ENDINGS[assets[path].media_type]}"
    return hrefs
