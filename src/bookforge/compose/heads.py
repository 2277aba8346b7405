"""What running heads say: measured against their line, set smaller where that helps, cut where it does not."""

import dataclasses
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from bookforge.book import Book, BookSection, Contributor, Voice
from bookforge.compose import views
from bookforge.diagnostics import Diagnostic, warning
from bookforge.edition import Edition
from bookforge.semantics import SEMANTICS, Role

_ELLIPSIS: Final = "\u2026"
_SHORTER: Final = "let 'verso-head' and 'recto-head' say something shorter: part, chapter, teller, none"
_STEPS: Final = 2
"""Sizes that are tried, from the layout's to the smallest it allows."""

_FEATURES: Final = {"small": ("smcp", "c2sc")}

Measure = Callable[[str, float, tuple[str, ...]], float]
"""Gives the width of a text in ems, by its size in points and its OpenType features."""


@dataclass(frozen=True, slots=True)
class HeadLine:
    """The line a running head stands in: its ``width`` and type ``size`` in points, letters ``spacing`` ems apart.

    ``capitals`` are ``small`` or ``all`` where letters are set so; ``smallest`` is the part of the size in which heads
    may be set so that more of them are whole; ``says`` is what all heads say, where that is no setting.
    """

    width: float
    size: float
    spacing: float
    capitals: str
    smallest: float
    says: str
    measure: Measure

    @classmethod
    def of(cls, said: Mapping[str, Any], measure: Measure) -> "HeadLine | None":
        """Read what a layout says of the line, in its ``head-line.j2``; ``None`` where it says too little."""
        width, size, spacing = (said.get(name) for name in ("width", "size", "spacing"))
        if not all(isinstance(value, int | float) for value in (width, size, spacing)):
            return None
        least = said.get("smallest", 1.0)
        return cls(
            float(width or 0),
            float(size or 0),
            float(spacing or 0),
            str(said.get("capitals", "")),
            min(1.0, float(least)) if isinstance(least, int | float) else 1.0,
            str(said.get("says", "")),
            measure,
        )

    @property
    def scales(self) -> tuple[float, ...]:
        """The parts of the size that are tried, the largest first."""
        return tuple(1 - (1 - self.smallest) * step / _STEPS for step in range(_STEPS + 1))

    def holds(self, text: str, scale: float) -> bool:
        """Say whether a text fits when it is set so much smaller."""
        shown = text.upper() if self.capitals == "all" else text
        ems = self.measure(shown, self.size * scale, _FEATURES.get(self.capitals, ())) + self.spacing * len(shown)
        return ems * self.size * scale <= self.width

    def cut(self, text: str, scale: float) -> str:
        """Cut a text that does not fit after a word, with an ellipsis; a word that is too long itself is cut inside."""
        if self.holds(text, scale):
            return text
        ends = [at for at, char in enumerate(text) if at and char.isspace()]
        ends = ends if ends and self.holds(_cut_at(text, ends[0]), scale) else [*range(1, len(text))]
        fitting = (at for at in reversed(ends) if not unicodedata.combining(text[at]))
        return next((cut for at in fitting if self.holds(cut := _cut_at(text, at), scale)), _ELLIPSIS)


def _cut_at(text: str, place: int) -> str:
    return text[:place].rstrip(" \u00a0\u202f,;:.\u2013\u2014") + _ELLIPSIS


@dataclass(frozen=True)
class Heads:
    """The running heads of an edition. ``line`` is ``None`` where the layout does not say how wide one may be."""

    line: HeadLine | None
    book: Book
    edition: Edition

    @cached_property
    def scale(self) -> float:
        """The part of their size in which all heads are set: the largest that leaves the fewest cut."""
        if self.line is None:
            return 1.0
        line, texts = self.line, [text for text, _ in self._used()]
        return min(line.scales, key=lambda scale: sum(not line.holds(text, scale) for text in texts))

    @property
    def title(self) -> str:
        """The book's title."""
        return self.fit(self.book.metadata.title)

    @property
    def author(self) -> str:
        """The authors: their names, or where those do not fit, how they are called without first names."""
        return self.fit(self._authors())

    def fit(self, text: str) -> str:
        """Return what a head says for a text."""
        return text if self.line is None else self.line.cut(text, self.scale)

    def of(self, view: views.SectionView, section: BookSection) -> views.SectionView:
        """Give a section's view what its heads say."""
        part, teller = self._part(section), view.teller
        return dataclasses.replace(
            view,
            running=self.fit(view.running),
            part=self.fit(part) if part else None,
            head_teller=self.fit(teller) if teller else None,
        )

    def cuts(self) -> Iterator[Diagnostic]:
        """Warn of what is cut."""
        seen = set()
        for text, section in self._used():
            if self.fit(text) == text or (text, section is None) in seen:
                continue
            seen.add((text, section is None))
            message = f"the running head '{text[:60]}' is cut to '{self.fit(text)}': it is wider than the head"
            if section is None:
                fixed = self.line is not None and self.line.says
                yield warning("head-fits", message, self.edition.at, None if fixed else _SHORTER)
            else:
                yield warning("head-fits", message, section.at, "give it a shorter title, or a 'short-title' for heads")

    def _used(self) -> Iterator[tuple[str, BookSection | None]]:
        """Yield what heads say before it is cut, with the section that says it; ``None``: the book does."""
        settings = self.edition.settings
        fixed = self.line.says if self.line else ""
        kinds = {fixed} if fixed else {settings.get("verso-head"), settings.get("recto-head")}
        if "title" in kinds:
            yield self.book.metadata.title, None
        if "author" in kinds:
            yield self._authors(), None
        for section in self.book.sections:
            if SEMANTICS[section.role].display and section.role is not Role.PART:
                continue
            for kind, said in self._said(section).items():
                if kind in kinds and said:
                    yield said, section

    def _said(self, section: BookSection) -> dict[str, str | None]:
        title = section.short_title or section.title_text
        voice: Voice | None = self.book.voices.get(section.voice) if section.voice else None
        return {
            "chapter": None if section.role is Role.PART else title,
            "part": title if section.role is Role.PART else None,
            "teller": voice.label if voice else None,
        }

    def _part(self, section: BookSection) -> str | None:
        part = next((each for each in self.book.sections if each.id == section.part), None)
        return (part.short_title or part.title_text) if part is not None else None

    def _authors(self) -> str:
        names = ", ".join(author.name for author in self.book.metadata.authors)
        if self.line is None or self.line.holds(names, 1.0):
            return names
        return ", ".join(_surname(author) for author in self.book.metadata.authors)


def _surname(person: Contributor) -> str:
    """Return a name without first names: what the sort name begins with, else the second of two words."""
    if person.sort_name and "," in person.sort_name:
        return person.sort_name.partition(",")[0]
    words = person.name.split()
    return words[1] if len(words) == 2 else person.name
