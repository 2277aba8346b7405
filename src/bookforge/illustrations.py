"""The pictures of a section that a list of illustrations names: those with a caption. Pure."""

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Final

from bookforge import xhtml
from bookforge.book import BookSection

SHORT: Final = "data-short-caption"
_END: Final = re.compile(r"[.!?…]+[”’»)]*(?=\s+\S)")
_SHORTENED: Final = re.compile(
    r"abb|bd|bl|ca|capt|cf|col|dr|ed|etc|figs?|fn|gen|ill|jr|kap|lt|mrs?|ms|nos?|nr|pl|pp|prof|rev|ste?|ta[bf]|vgl|vol",
    re.IGNORECASE,
)
"""Words that a dot shortens: it ends no sentence."""


@dataclass(frozen=True, slots=True)
class Illustration:
    """A picture with a caption: the id to lead to, and what the list calls it as markup."""

    id: str
    name: str


def captioned(section: BookSection) -> Iterator[Illustration]:
    """Yield the illustrations of a section in order: by their short caption, else by their caption's first sentence."""
    if section.content is None or "<figcaption" not in section.content.body:
        return
    for figure in xhtml.read(section.content.body).iter("figure"):
        caption = figure.find("figcaption")
        image = figure.find(".//img")
        identity = figure.get("id") or (image.get("id") if image is not None else None)
        if caption is None or image is None or identity is None:
            continue
        short = image.get(SHORT)
        name = _first_sentence(caption) if short is None else xhtml.escape(" ".join(short.split()))
        if name:
            yield Illustration(identity, name)


def _first_sentence(caption: xhtml.Element) -> str:
    """Return the caption's markup when it is one sentence, else the words of the first; no credit, no full stop."""
    kept = deepcopy(caption)
    kept.tail = None
    for extra in [
        *xhtml.find_class(kept, "credit"),
        *xhtml.find_class(kept, "noteref"),
        *xhtml.find_class(kept, "query"),
    ]:
        xhtml.remove(extra)
    for element in kept.iter():
        element.attrib.pop("id", "")
    for picture in list(kept.iter("img")):
        xhtml.remove(picture)
    for around in list(kept.iter("p", "a")):  # the list's own link stands around the whole
        xhtml.unwrap(around)
    words = " ".join(xhtml.text(kept).split())
    end = next((match.end() for match in _END.finditer(words) if _ends(words, match)), None)
    if end is not None:
        return xhtml.escape(words[:end].rstrip(" ."))
    return " ".join(xhtml.write(kept).split()).removesuffix(".")


def _ends(words: str, match: re.Match[str]) -> bool:
    """Say whether marks end a sentence: a letter and a dot do not, nor what is short for a word, nor ``Figure 7.``."""
    before, after = words[: match.start()].split(), words[match.end() :].lstrip()
    if not before or after[0].islower():
        return False
    if not match.group().startswith(".") or len(match.group()) > 1:
        return True
    last = before[-1].strip("([“‘„«")
    is_label = len(before) <= 2 and last[-1:].isdigit()
    is_short = _SHORTENED.fullmatch(last) is not None or (len(last) < 2 and not last.isdigit())
    return not is_short and not is_label
