"""Ids for the blocks of a section that stay when the manuscript is edited: readers' notes and links hang on them.

1. An id the author gives stays; characters other than letters, digits, ``-`` and ``_`` become ``-``.
2. A heading without one is named by its text as on GitHub: ``## The light, again`` is ``the-light-again``.
3. Any other block is ``p-`` and seven characters that stand for its first eight words (SHA-256, base32, the words in
   lower case), whatever kind of block it is. A picture is named by the words of its file's name.
4. Where an id is taken, the later block gets ``-2``, then ``-3``.

So an id changes only when the first eight words do, or when an equal beginning is put in before it; editing the rest,
adding paragraphs, moving a paragraph or a chapter leave it alone. Notes' blocks come after those of the flow.
"""

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Final
from unicodedata import category

from bookforge import words, xhtml
from bookforge.markdown.blocks import HEADINGS, INLINE
from bookforge.xhtml import Element

WORDS: Final = 8
_LENGTH: Final = 7
_RESERVED: Final = re.compile(r"(?:note(?:ref)?|ix)-\d+\Z")
_UNUSABLE: Final = re.compile(r"[^\w-]+")
_WHOLE: Final = frozenset({"table", "pre", "figure"})
_OWN_TEXT: Final = frozenset({"p", "li", "dd", "dt", *HEADINGS})


def usable(typed: str) -> str:
    """Return an author's id as it is used: without dots, spaces or other characters that have a meaning elsewhere."""
    return _UNUSABLE.sub("-", typed.strip()).strip("-") or "id"


def slug(text: str) -> str:
    """Return the name of a heading: its text in lower case, punctuation gone, spaces to hyphens."""
    kept = "".join(char for char in text.lower() if char.isspace() or char in "-_" or category(char)[0] in "LMN")
    return re.sub(r"\s", "-", kept.strip()).strip("-") or "section"


def digest(text: str) -> str:
    """Return the name of a block that begins with ``text``."""
    found = [words.normal(word).casefold() for _, word in _first(text)]
    key = " ".join(found) if found else text.strip()
    return "p-" + base64.b32encode(hashlib.sha256(key.encode()).digest()).decode().lower()[:_LENGTH]


def assign(roots: Iterable[Element]) -> tuple[tuple[Element, str], ...]:
    """Give every heading and every block that carries text its id; ``roots`` are the title, the body and the notes.

    Returns the elements whose id the author had given to another one before, with that id; the first keeps it.
    """
    holders = tuple(roots)
    taken: set[str] = set()
    twice = tuple(_keep_given(holders, taken))
    for root in holders:
        for heading in root.iter(*HEADINGS):
            if not heading.get("id"):
                heading.set("id", _free(slug(xhtml.text(heading)), taken))
    for root in holders:
        for block in blocks(root):
            if not block.get("id"):
                block.set("id", _free(digest(_key(block)), taken))
    return twice


def blocks(root: Element) -> Iterator[Element]:
    """Yield the elements below ``root`` that carry text directly, in document order."""
    for element in root.iter():
        if element.tag in _WHOLE or (element.tag in _OWN_TEXT and _carries_text(element)):
            yield element


def _keep_given(roots: tuple[Element, ...], taken: set[str]) -> Iterator[tuple[Element, str]]:
    """Take the authors' ids; one that pandoc made from a heading's text gives way to them."""
    given = [each for root in roots for each in root.iter() if each.get("id") and not str(each.tag).startswith("{")]
    for element in given:
        element.set("id", usable(element.get("id") or ""))
    for element in sorted(given, key=_is_made):
        wanted = element.get("id") or ""
        if _RESERVED.match(wanted) or wanted in taken:
            if not _is_made(element):
                yield element, wanted
            element.set("id", _free(wanted, taken | {wanted}))
        taken.add(element.get("id") or "")


def _is_made(element: Element) -> bool:
    """Say whether an id may be pandoc's: a heading's, made of its text, perhaps with a number."""
    if element.tag not in HEADINGS:
        return False
    made = element.get("id") or ""
    return made == (name := slug(xhtml.text(element))) or re.fullmatch(re.escape(name) + r"-\d+", made) is not None


def _free(wanted: str, taken: set[str]) -> str:
    name, number = wanted, 1
    while name in taken or _RESERVED.match(name):
        number += 1
        name = f"{wanted}-{number}"
    taken.add(name)
    return name


def _carries_text(element: Element) -> bool:
    if element.tag == "p" or element.tag in HEADINGS:
        return True
    if (element.text or "").strip():
        return True
    return any((child.tail or "").strip() or (child.tag in INLINE and child.tag != "br") for child in element)


def _key(block: Element) -> str:
    """Return the text a block is named by."""
    if block.tag == "figure":
        return _image_names(block) or xhtml.text(block)
    text = xhtml.text(block) if block.tag in _WHOLE else "".join(_own_text(block))
    if text.strip():
        return text
    formulas = " ".join(each.get("data-tex") or "" for each in block.iter("span"))
    return _image_names(block) or formulas.strip() or (block.get("data-key") or "")


def _own_text(block: Element) -> Iterator[str]:
    yield block.text or ""
    for child in block:
        if child.tag in INLINE:
            yield xhtml.text(child)
        yield child.tail or ""


def _image_names(block: Element) -> str:
    return " ".join(PurePosixPath(image.get("src") or "").stem for image in block.iter("img"))


def _first(text: str) -> Iterator[tuple[int, str]]:
    for number, found in enumerate(words.find(text)):
        if number == WORDS:
            return
        yield found
