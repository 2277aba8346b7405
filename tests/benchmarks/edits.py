"""What an author does to a chapter, by chance from a seed: each time a text that no cache has seen."""

import random
import re
from collections.abc import Callable

_COMMON = """
the and of to in that was he she it with for had his her on at by as but from not they which were this all have
when would there one so my we been what their who could if them more out up then into now time some no only our
very after before how down over like little house road river garden mother father brother sister winter summer
morning night evening school letter village window door table kitchen church market field horse winter bread water
stone light silence voice hand heart year day week month hour story name word song train ship letter town city
street bridge tree apple snow rain wind fire lamp clock book paper pencil old young long short early late quiet
bright dark small great whole open always never often once again together alone away home near behind under between
against without toward remember forget carry bring leave stay walk stand speak listen laugh write read learn work
wait hope fear know think believe find keep
"""
_PARTS = """
ba cor den fal gri hol kan lem mor nel pas quin ros sel tam vor wil ard est ing ow er on al
"""
_SYLLABLES = _PARTS.split()
_WORDS = _COMMON.split()
_PLAIN = re.compile(r"[A-Za-z“‘][^\[\]{}\\|<>*_#^`$]{199,}[.!?]”?")
_WITHIN = re.compile(r"(?<=[a-z] )[a-z]{3,}(?= [a-z])")

KINDS = ("word", "sentence", "paragraphs", "note")
"""What is done inside a chapter; a new chapter is the work of :func:`chapter`."""


def new_word(chance: random.Random) -> str:
    """Make up a word."""
    return "".join(chance.choice(_SYLLABLES) for _ in range(4))


def sentence(chance: random.Random) -> str:
    """Make up a sentence, one of whose words is new."""
    words = [chance.choice(_WORDS) for _ in range(chance.randint(11, 19))]
    words.insert(chance.randrange(1, len(words)), new_word(chance))
    return f"{' '.join(words).capitalize()}."


def paragraph(chance: random.Random, words: int) -> str:
    """Make up a paragraph of about so many words."""
    return " ".join(sentence(chance) for _ in range(max(1, words // 16)))


def note(chance: random.Random, words: int = 24) -> tuple[str, str]:
    """Make up a note: its call and its text."""
    name = f"[^{new_word(chance)}{chance.randrange(10**6)}]"
    return name, f"{name}: {paragraph(chance, words)}"


def chapter(chance: random.Random, words: int, notes: int = 0) -> str:
    """Make up a chapter with headings, letters, scene breaks and so many notes."""
    blocks = [f"# A {new_word(chance)} of {new_word(chance)}"]
    while (length := sum(block.count(" ") for block in blocks)) < words:
        kind = chance.random() if length > 200 else 1.0
        if kind < 0.02:
            blocks.append(f"## Of {new_word(chance)}")
        elif kind < 0.03:
            blocks.append("* * *")
        elif kind < 0.08:
            blocks.append(f"> To {new_word(chance).capitalize()}\n>\n> {paragraph(chance, 50)}")
        blocks.append(paragraph(chance, chance.randint(40, 140)))
    return annotated("\n\n".join(blocks) + "\n", notes, chance)


def annotated(text: str, count: int, chance: random.Random) -> str:
    """Add so many notes to a chapter, spread over the plain paragraphs it has."""
    blocks = text.rstrip("\n").split("\n\n")
    plain = plain_blocks(blocks)
    texts = []
    for number in range(count if plain else 0):
        at = plain[number * len(plain) // count]
        call, said = note(chance, 12)
        blocks[at] += call
        texts.append(said)
    return "\n\n".join(blocks + texts) + "\n"


def plain_blocks(blocks: list[str]) -> list[int]:
    """Say which blocks are paragraphs without any markup, and not short."""
    return [at for at, block in enumerate(blocks) if _PLAIN.fullmatch(block)]


def edited(kind: str, text: str, chance: random.Random) -> str:
    """Return a chapter after an edit of a kind."""
    blocks = text.rstrip("\n").split("\n\n")
    plain = plain_blocks(blocks)
    # Three paragraphs are put in early, so that all later pages move.
    at = plain[0] if kind == "paragraphs" else chance.choice(plain)
    blocks[at : at + 1] = _EDITS[kind](blocks[at], chance)
    if kind == "note":
        blocks.append(blocks.pop(at + 1))
    return "\n\n".join(blocks) + "\n"


def _word(block: str, chance: random.Random) -> list[str]:
    where = chance.choice([*_WITHIN.finditer(block)])
    return [block[: where.start()] + new_word(chance) + block[where.end() :]]


def _sentence(block: str, chance: random.Random) -> list[str]:
    return [f"{block} {sentence(chance)}"]


def _paragraphs(block: str, chance: random.Random) -> list[str]:
    return [block, *(paragraph(chance, 200) for _ in range(3))]


def _note(block: str, chance: random.Random) -> list[str]:
    call, said = note(chance)
    return [block + call, said]


_EDITS: dict[str, Callable[[str, random.Random], list[str]]] = {
    "word": _word, "sentence": _sentence, "paragraphs": _paragraphs, "note": _note,
}  # fmt: skip
