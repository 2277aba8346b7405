"""What templates see: plain values with names a designer can guess, nothing left to compute but looks."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from bookforge import xhtml
from bookforge.book import BookSection, Metadata, Voice, When
from bookforge.compose.index import Group
from bookforge.edition import FontFace
from bookforge.semantics import SEMANTICS, Role

_CLEAR: Final = 0.4
"""How far, in lines, a capital may fall below its line without meeting the letters of the next."""

_VOID: Final = frozenset({"br", "col", "hr", "img", "wbr"})
"""Elements that hold nothing; to HTML any other one stays open that is written as empty."""


@dataclass(frozen=True, slots=True)
class NoteView:
    """A note as a template sets it: ``id`` and ``call_id`` are where the links between note and call lead.

    ``numbered``: the markup begins with its number.
    ``running``, ``running_on``: what a running head says of the page the note begins on, and of that it ends on, in a
    section of notes whose pages are known.
    """

    number: str
    id: str
    call_id: str
    markup: Markup
    numbered: bool = False
    running: str | None = None
    running_on: str | None = None

    @property
    def end_id(self) -> str:
        """The id of the place at which the note ends."""
        return f"{self.id}-end"


@dataclass(frozen=True, slots=True)
class FaceView:
    """A face of the layout's fonts, without the place where this machine keeps it.

    The measures are parts of the type size: how far a line reaches above and below its baseline (``ascent``,
    ``descent``), how high ``H`` and ``x`` are, how wide a character of prose is in the mean (``character``).
    """

    family: str
    style: str
    role: str
    ascent: float
    descent: float
    cap_height: float
    x_height: float
    character: float

    @classmethod
    def of(cls, face: FontFace) -> "FaceView":
        """Measure a face."""
        from bookforge import fonts

        found = fonts.metrics(face.path)
        return cls(
            face.family,
            face.style,
            face.role,
            found.ascent,
            found.descent,
            found.cap_height,
            found.x_height,
            found.character,
        )


@dataclass(frozen=True, slots=True)
class InitialView:
    """A capital that drops into the lines below, with the marks before it, measured in parts of its size.

    ``name`` is the class of its paragraph, ``base`` the letter without accents. ``lines`` make room for it: one more
    than it is high where it falls below its baseline. ``advance`` is its width as set, ``left`` and ``right`` the white
    at its sides; ``marks`` the width of the marks, ``marks_top`` how high they reach.
    """

    name: str
    base: str
    lines: int
    advance: float
    left: float
    right: float
    marks: float
    marks_top: float

    @classmethod
    def of(cls, face: FontFace, marks: str, letter: str, lines: int) -> "InitialView | None":
        """Measure a capital that drops ``lines``; ``None`` when the face lacks a glyph."""
        from bookforge import fonts

        found = [fonts.glyph(face.path, char) for char in marks + letter]
        if not all(found):
            return None
        *before, ink = (glyph for glyph in found if glyph)
        size = (lines - 1 + 0.5) / fonts.metrics(face.path).cap_height  # in lines
        return cls(
            name="-".join(["initial", *(f"{ord(char):x}" for char in marks + letter)]),
            base=unicodedata.normalize("NFD", letter)[0],
            lines=lines + (ink.bottom * size > _CLEAR),
            advance=ink.advance,
            left=ink.left,
            right=ink.right,
            marks=sum(glyph.advance for glyph in before),
            marks_top=max((glyph.top for glyph in before), default=0.0),
        )


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """A moment of the timeline: what it is called, the chapter that tells it and where that is.

    ``before_text``: the chapter stands among the pages that are counted in roman figures.
    """

    when: str
    title: str
    href: str
    teller: str | None
    before_text: bool = False


@dataclass(frozen=True, slots=True)
class NoteGroup:
    """The notes of one chapter in the section of all notes: the chapter's name, number and address."""

    title: str
    number: int | None
    href: str
    notes: tuple[NoteView, ...]


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A line of the list of illustrations. ``before_text``: the page is counted in roman figures."""

    title: Markup
    href: str
    before_text: bool = False


@dataclass(frozen=True, slots=True)
class SectionView:
    """A section as its role's template sees it.

    ``heading`` is the tag its title takes. ``number`` is set where one is printed, ``number_word`` is the same in
    words. ``teller`` and ``when`` are ready to print; ``running``, ``part`` and ``head_teller`` are for running heads.
    ``text`` is the dressed body, ``None`` for a section that its
    template makes. ``notes`` are those set at the section's end. ``groups``, ``illustrations`` and ``index`` are what
    the sections of these roles hold.
    """

    id: str
    role: str
    classes: str
    heading: str
    title: Markup | None
    title_text: str
    named: bool
    running: str
    part: str | None
    head_teller: str | None
    label: str
    number: int | None
    number_word: str | None
    subtitle: str | None
    voice: str | None
    teller: str | None
    when: str | None
    lang: str | None
    epub_type: str | None
    aria: str | None
    text: Markup | None
    notes: tuple[NoteView, ...]
    timeline: tuple[TimelineRow, ...]
    groups: tuple[NoteGroup, ...] = ()
    illustrations: tuple[FigureRow, ...] = ()
    index: tuple[Group, ...] = ()


def number_word(number: int, terms: Mapping[str, str]) -> str:
    """Write a small number in words as a title has it, in figures beyond the language's list."""
    words = terms["number-words"].split()
    return words[number - 1] if number <= len(words) else str(number)


def when_label(when: When | None, terms: Mapping[str, str]) -> str | None:
    """Return the words for a moment: the author's own, else the date written out; an order alone is never printed."""
    if when is None or when.label is not None or when.date is None:
        return when.label if when else None
    year, month, day = (*when.date.split("-"), None, None)[:3]
    if month is None:
        return year
    name = terms["months"].split()[int(month) - 1]
    pattern = terms["date-day"] if day else terms["date-month"]
    return pattern.format(day=int(day or 0), month=name, year=year)


def label_of(section: BookSection, terms: Mapping[str, str]) -> str:
    """Return the word for what a section is: ``Chapter``, ``Part``, ``Preface``."""
    return terms.get(section.role.value, section.role.value.replace("-", " ").capitalize())


def teller(section: BookSection, voices: Mapping[str, Voice]) -> str | None:
    """Return the name under which a section's teller is printed."""
    return voices[section.voice].label if section.voice and section.voice in voices else None


def named(section: BookSection, metadata: Metadata, terms: Mapping[str, str]) -> str:
    """Return a name for a section in every case: its title, its number, or the word for what it is."""
    if section.title_text:
        return section.title_text
    if section.role in {Role.HALFTITLEPAGE, Role.TITLEPAGE}:
        return metadata.title
    if section.role is Role.ABOUT_THE_AUTHORS and len(metadata.authors) == 1:
        return terms["about-the-author"]
    label = label_of(section, terms)
    return f"{label} {section.number}" if section.number else label


def view(
    section: BookSection, metadata: Metadata, voices: Mapping[str, Voice], terms: Mapping[str, str]
) -> SectionView:
    """Make the view of a section without its text, notes and timeline."""
    semantics = SEMANTICS[section.role]
    name = named(section, metadata, terms)
    kind = Role.PART if section.role is Role.PART else Role.CHAPTER
    return SectionView(
        id=section.id,
        role=section.role.value,
        classes=_classes(section),
        heading=f"h{section.level}",
        title=Markup(section.title) if section.title else None,
        title_text=name,
        named=bool(section.title_text),
        running=section.short_title or name,
        part=None,
        head_teller=None,
        label=terms.get(kind.value, ""),
        number=section.number,
        number_word=number_word(section.number, terms) if section.number else None,
        subtitle=section.subtitle,
        voice=section.voice,
        teller=teller(section, voices),
        when=when_label(section.when, terms),
        lang=section.language if section.language != metadata.language else None,
        epub_type=semantics.epub_type,
        aria=semantics.aria,
        text=None,
        notes=(),
        timeline=(),
    )


def _classes(section: BookSection) -> str:
    semantics = SEMANTICS[section.role]
    said = [
        "section",
        section.role.value,
        section.matter.value,
        "display" if semantics.display else "",
        "recto" if semantics.recto else "",
        "numbered" if section.number else "",
        f"voice-{section.voice}" if section.voice else "",
        "in-part" if section.part else "",
        "" if section.content else "generated",
    ]
    return " ".join(word for word in said if word)


def markup(root: xhtml.Element) -> Markup:
    """Return what a tree holds as markup that templates do not escape; read as HTML or as XML, it is the same."""
    for element in root.iter():
        if isinstance(element.tag, str) and not len(element) and element.text is None and element.tag not in _VOID:
            element.text = ""
    return Markup(xhtml.write(root))
