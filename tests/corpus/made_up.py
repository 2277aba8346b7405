"""Markdown books made up by chance, nested and noted like real ones: for comparing two readings of the same text."""

import random
from collections.abc import Callable

_VOCABULARY = (
    "alpha beta gamma delta Mr. I. II. 1986. £5 it's “she said” étude naïve — the and 12 mix wait... c'est 3rd U.S. end"
)
_WORDS = _VOCABULARY.split()


class MadeUp:
    """Makes text from a source of chance; a book is ``blocks(0, 6)``."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.number = 0

    def word(self) -> str:
        self.number += 1
        return self.chance.choice(_WORDS) + (str(self.number) if self.chance.random() < 0.4 else "")

    def words(self, least: int = 1, most: int = 6) -> str:
        return " ".join(self.word() for _ in range(self.chance.randint(least, most)))

    def title(self) -> str:
        return self.words(1, 2).replace("“", "").replace("”", "")

    def digit(self, most: int = 9) -> int:
        return self.chance.randint(1, most)

    # ------------------------------------------------------------ inlines

    def inline(self, depth: int = 0) -> str:
        text = self.words(1, 4)
        if depth > 2 or self.chance.random() < 0.3:
            return text
        kinds: list[Callable[[], str]] = [
            lambda: f"*{self.inline(depth + 1)}*",
            lambda: f"**{self.inline(depth + 1)}**",
            lambda: f'[{self.inline(depth + 1)}](http://x.y/{self.digit()} "{self.title()}")',
            lambda: f"`{text}`" + self.chance.choice(["", "{.x}"]),
            lambda: f"^[{self.inline(depth + 1)}]",
            lambda: f"[^n{self.digit(4)}]",
            lambda: f'[{self.inline(depth + 1)}]{{.c #i{self.digit(99)} k="v w"}}',
            lambda: f"$x_{self.digit()}+{self.digit()}$",
            lambda: f"${self.digit(99)} and ${self.digit(99)}",
            lambda: f"<b>{text}</b>",
            lambda: f"<!-- {text} -->",
            lambda: f"~~{text}~~ H~2~O x^{self.digit()}^",
            lambda: f"![{text}](a.png)",
            lambda: f"[{text}][r{self.digit(3)}]",
            lambda: f"&eacute;{self.word()}&#8212;",
            lambda: f"\\*{text}\\_ \\[x\\]",
            lambda: f"{{>>AU: {text}<<}}",
            lambda: f"<http://ex.org/{self.digit()}>",
            lambda: f"[{text}]",
            lambda: f"{self.word()}*{self.word()}*{self.word()}",
            lambda: f"{text}\\\n{self.word()}",
            lambda: f"({text}) [{self.digit()}] * {self.word()}",
            lambda: f"\"{text}\" --- '{self.word()}'",
        ]
        return self.chance.choice(kinds)()

    def line(self) -> str:
        return self.inline(2).replace("\n", " ")

    def paragraph(self) -> str:
        parts = [self.inline()]
        for _ in range(self.chance.randint(0, 3)):
            parts += [self.chance.choice([" ", " ", "\n"]), self.inline()]
        return "".join(parts)

    # ------------------------------------------------------------ blocks

    def blocks(self, depth: int, most: int) -> str:
        return "\n\n".join(self.block(depth) for _ in range(self.chance.randint(1, most)))

    def block(self, depth: int) -> str:
        if depth > 2 or self.chance.random() < 0.2:
            return self.paragraph()
        kinds: list[Callable[[int], str]] = [
            self.heading, self.quote, self.tight_list, self.loose_list, self.div, self.code, self.verse, self.pipes,
            self.columns, self.grid, self.definitions, self.figure, self.note, self.html, self.small,
        ]  # fmt: skip
        return self.chance.choice(kinds)(depth + 1)

    def heading(self, _: int) -> str:
        if self.chance.random() < 0.3:
            return f"{self.words(1, 3)}\n{self.chance.choice(['===', '---'])}"
        return "#" * self.digit(4) + f" {self.line()}" + self.chance.choice(["", " #", " {#h1}"])

    def quote(self, depth: int) -> str:
        return _indented(self.blocks(depth, 4), "> ", "> ")

    def tight_list(self, _: int) -> str:
        marker = self.chance.choice(["- ", "- [x] ", "2. "])
        return "\n".join(_indented(self.paragraph(), "  ", marker) for _ in range(self.digit(4)))

    def loose_list(self, depth: int) -> str:
        marker = self.chance.choice(["-   ", "1.  ", "a)  ", "(@) "])
        return "\n\n".join(_indented(self.blocks(depth, 2), "    ", marker) for _ in range(self.digit(3)))

    def div(self, depth: int) -> str:
        name = self.chance.choice(["verse", "{.voice by=x}", "letter"])
        return f"::: {name}\n{self.blocks(depth, 3)}\n:::"

    def code(self, _: int) -> str:
        if self.chance.random() < 0.4:
            return _indented(self.paragraph(), "    ", "    ")
        return f"```{self.chance.choice(['', 'py', '{.x}'])}\n{self.paragraph()}\n```"

    def verse(self, _: int) -> str:
        return "\n".join("| " + " " * self.chance.randint(0, 4) + self.words() for _ in range(self.digit(4)))

    def pipes(self, _: int) -> str:
        columns = self.digit(3)
        rows = [
            "| " + " | ".join(self.line().replace("|", "") for _ in range(columns)) + " |"
            for _ in range(1 + self.digit(3))
        ]
        caption = self.chance.choice(["", f"\n\n: {self.paragraph()}"])
        return "\n".join([rows[0], "|" + "---|" * columns, *rows[1:]]) + caption

    def columns(self, _: int) -> str:
        widths = [self.chance.randint(6, 14) for _ in range(self.chance.randint(2, 3))]
        rows = [
            " ".join(self.words(1, 2)[:width].ljust(width) for width in widths).rstrip()
            for _ in range(1 + self.digit(3))
        ]
        return "\n".join([rows[0], " ".join("-" * width for width in widths), *rows[1:]])

    def grid(self, _: int) -> str:
        widths = [self.chance.randint(8, 16) for _ in range(self.digit(3))]
        rule = "+" + "+".join("-" * (width + 2) for width in widths) + "+"
        lines = [rule]
        for _ in range(self.digit(3)):
            for _ in range(self.digit(2)):
                lines.append("|" + "|".join(f" {self.words(1, 3)[:width].ljust(width)} " for width in widths) + "|")
            lines.append(rule)
        return "\n".join(lines)

    def definitions(self, depth: int) -> str:
        definitions = (":   " + _indented(self.blocks(depth, 2), "    ", "") for _ in range(self.digit(2)))
        return self.words(1, 3) + self.chance.choice(["\n", "\n\n"]) + "\n".join(definitions)

    def figure(self, _: int) -> str:
        return f'![{self.inline(1)}](a.png){{credit="{self.title()}"}}'

    def note(self, depth: int) -> str:
        return f"[^n{self.digit(4)}]: " + _indented(self.blocks(depth, 2), "    ", "")

    def html(self, depth: int) -> str:
        if self.chance.random() < 0.5:
            return f"<!-- {self.paragraph()} -->"
        return f'<div class="x">\n\n{self.blocks(depth, 2)}\n\n</div>'

    def small(self, _: int) -> str:
        return self.chance.choice(
            [
                "***",
                "* * *",
                "---",
                "____",
                f"$$\na + {self.digit()}\n$$",
                f'[r{self.digit(3)}]: http://u/v "{self.title()}"',
            ]
        )


def _indented(text: str, indent: str, first: str) -> str:
    lines = text.split("\n")
    return "\n".join([first + lines[0], *(indent + line if line else "" for line in lines[1:])])
