"""Small books for the tests of the pages' plan: chapters of any blocks, planned, set, and measured."""

import dataclasses
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import press

from bookforge import ledger, typeset
from bookforge.cache import Cache
from bookforge.diagnostics import Diagnostic
from bookforge.edition import Composition, Part, Setting
from bookforge.laid import Laid, LaidPage, Line
from bookforge.typeset import assembling
from bookforge.typeset.plan import Plan
from bookforge.writers import pdf

LINE = "x = 1 + 2\n"
HEAD = '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"/><title>T</title></head><body class="book">'
WORDS = [
    *("lantern", "arena", "silence", "husband", "remember", "together", "answered", "snow", "quiet", "morning"),
    *("letters", "harbour", "window", "children", "walked", "nothing", "afterwards", "between", "themselves"),
    *("I", "he", "a", "of", "the", "and", "to", "in", "it", "was", "that", "understood", "particular", "self-made"),
]


@dataclass(frozen=True)
class Book:
    """A composition, its plan, and what came of it."""

    composition: Composition
    plan: Plan
    laid: Laid
    said: tuple[Diagnostic, ...]

    def off_grid(self) -> list[tuple[str, str, float]]:
        """Label, text and offset of every line of the text that does not stand on the grid."""
        return [
            (page.label, line.text[:40], round(offset, 2))
            for page in self.laid.pages
            for line in page.lines
            if line.body and abs(offset := _offset(page, line)) > 0.25
        ]

    def lost(self) -> list[str]:
        """What the proof of words has to say."""
        return [each.message for each in ledger.compare_pages(self.composition.documents[0], self.laid)]

    def pages_of(self, note: str) -> list[int]:
        """The pages a note stands on."""
        return [page.index for page in self.laid.pages if any(line.note == note for line in page.lines)]

    def page_of_call(self, note: str) -> int:
        """The page from which a note is called: its paragraph ends with the note's number spelt as `call-N`."""
        mark = f"call{note.rpartition('-')[2]}x"
        return next(page.index for page in self.laid.pages if mark in page.text.replace("\n", "").replace(" ", ""))


def _offset(page: LaidPage, line: Line) -> float:
    offset = (line.baseline - page.first) % page.leading
    return offset - page.leading if offset > page.leading / 2 else offset


def composed(*bodies: str, trim: str = "4x6in", layout: str = "paperback", **settings: Setting) -> Composition:
    """Compose chapters ``a``, ``b`` … from the markup of their texts."""
    parts = []
    for number, body in enumerate(bodies):
        name = "abcdefgh"[number]
        first = " first-of-body" if number == 0 else ""
        text = (
            f'<section id="{name}" data-section="{name}" class="section chapter bodymatter recto{first}"'
            f' data-running="{name}"><div class="text">{body}</div></section>'
        )
        parts.append(Part(name, text))
    frame = (HEAD, *["\n"] * len(parts[1:]), "</body></html>")
    whole = press.compose(HEAD + "\n".join(part.text for part in parts) + "</body></html>", layout, trim, **settings)
    return dataclasses.replace(whole, parts=tuple(parts), frame=frame)


def plan(composition: Composition, folder: Path, cache: Path | None = None) -> Plan:
    return typeset.plan(composition, typeset.Bench(Cache(cache), folder, ""))


def assembled(composition: Composition, folder: Path, cache: Path | None = None) -> Book:
    """Plan a composition and set it section by section."""
    bench = typeset.Bench(Cache(cache), folder, "")
    planned = typeset.plan(composition, bench)
    said: list[Diagnostic] = []
    laid = assembling.assemble(composition, planned, bench, said.append)
    return Book(typeset.carry_out(composition, planned), planned, laid, tuple(said))


def drawn(book: Book) -> bytes:
    """Draw a book that was set."""
    (data,) = pdf.write(book.composition, book.laid, lambda finding: None).files.values()
    return data


def set_book(composition: Composition, folder: Path) -> Book:
    """Plan and set a composition."""
    planned = plan(composition, folder)
    carried = typeset.carry_out(composition, planned)
    said: list[Diagnostic] = []
    laid = pdf.layout(typeset.set_lines(carried, planned), folder, said.append)
    return Book(carried, planned, laid, tuple(said))


# ---------------------------------------------------------------- blocks


def words(count: int, chance: random.Random) -> str:
    return " ".join(chance.choice(WORDS) for _ in range(count))


def paragraph(name: str, text: str) -> str:
    return f'<p id="{name}">{text}</p>'


def note(number: int, text: str, section: str = "a") -> str:
    """A note of one paragraph."""
    return notes(number, [text], section)


def notes(number: int, paragraphs: list[str], section: str = "a") -> str:
    """A note of several paragraphs, as the composer writes it; its call ends a word that tells its number."""
    name = f"{section}.note-{number}"
    blocks = "".join(
        f'<span class="note-block" id="{name}.p-{place}">{text}</span>' for place, text in enumerate(paragraphs)
    )
    return f'call{number}x<span class="footnote" id="{name}" data-note-id="{name}">{blocks}</span>'


def noted(seed: int) -> list[str]:
    """Paragraphs of which some have a short note; with 20, 28 and 56 one is called in the last lines of a page."""
    chance = random.Random(seed)
    return [
        paragraph(
            f"a.p-{number}",
            f"{words(chance.randint(20, 70), chance)} "
            + (note(number, words(chance.randint(3, 12), chance)) if chance.random() < 0.25 else "")
            + f" {words(chance.randint(0, 40), chance)}",
        )
        for number in range(26)
    ]


class Mixture:
    """A chapter of blocks by chance, with everything that moves lines off the grid and notes of any length."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.count = 0
        self.notes = 0

    def body(self, blocks: int) -> str:
        return "".join(self._blocks(blocks)) + self._paragraph()

    def _name(self) -> str:
        self.count += 1
        return f"a.p-{self.count}"

    def _blocks(self, blocks: int) -> Iterator[str]:
        kinds = [self._paragraph] * 9 + [
            self._quote, self._figure, self._table, self._code, self._list, self._verse, self._heading, self._break,
        ]  # fmt: skip
        for _ in range(blocks):
            yield self.chance.choice(kinds)()

    def _text(self, least: int = 3, most: int = 120) -> str:
        parts = []
        for _ in range(self.chance.randint(1, 4)):
            parts.append(words(self.chance.randint(least, most) // 2 + 1, self.chance))
            parts.append(self.chance.choice(["", "", "", *self._inlines()]))
        text = " ".join(part for part in parts if part)
        if self.chance.random() < 0.35:
            self.notes += 1
            length = self.chance.choice([4, 15, 40, 90, 200])
            told = [words(self.chance.randint(2, length), self.chance) for _ in range(self.chance.choice([1, 1, 1, 3]))]
            text += " " + notes(self.notes, told) + self.chance.choice(["", ".", ", " + words(20, self.chance)])
        return text

    def _inlines(self) -> list[str]:
        return ["<em>so it was</em>", "<code>x = 1</code>", "x<sup>2</sup>", "<b>bold</b>", "שלום", "→ ☃", "<i>אור</i>"]

    def _paragraph(self) -> str:
        return paragraph(self._name(), self._text())

    def _quote(self) -> str:
        size = self.chance.choice(["", ' style="font-size: 9.5pt; line-height: 12.3pt"'])
        return f'<blockquote id="{self._name()}"{size}>{self._paragraph()}{self._paragraph()}</blockquote>'

    def _figure(self) -> str:
        height = self.chance.randint(20, 150)
        return (
            f'<figure id="{self._name()}"><img src="images/arena.svg" alt="x" style="height: {height}pt"/>'
            f"<figcaption>{words(8, self.chance)}</figcaption></figure>"
        )

    def _table(self) -> str:
        rows = "".join(f"<tr><td>{words(3, self.chance)}</td><td>x</td></tr>" for _ in range(self.chance.randint(1, 9)))
        return f'<table id="{self._name()}"><tbody>{rows}</tbody></table>'

    def _code(self) -> str:
        return f'<pre id="{self._name()}"><code>{LINE * self.chance.randint(1, 7)}</code></pre>'

    def _list(self) -> str:
        items = "".join(
            f'<li id="{self._name()}" data-marker="1.">{words(self.chance.randint(2, 30), self.chance)}</li>'
            for _ in range(self.chance.randint(1, 5))
        )
        return f'<ol id="{self._name()}">{items}</ol>'

    def _verse(self) -> str:
        lines = "<br/>".join(f'<span class="line">{words(5, self.chance)}</span>' for _ in range(4))
        return f'<div class="verse" id="{self._name()}"><p class="stanza" id="{self._name()}">{lines}</p></div>'

    def _heading(self) -> str:
        return f'<h3 id="{self._name()}">{words(3, self.chance)}</h3>' + self._paragraph()

    def _break(self) -> str:
        return f'<hr class="scene-break" id="{self._name()}"/>' + self._paragraph()
