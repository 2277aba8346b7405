"""Images and links of a chapter: the paths as typed into paths from the book's folder, or a located reason why not."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, unquote

from bookforge import xhtml
from bookforge.book import Image, Link
from bookforge.diagnostics import Severity
from bookforge.markdown.finder import Finder, Problem
from bookforge.markdown.ids import usable
from bookforge.xhtml import Element

_ADDRESS: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//")
_CONTROL: Final = re.compile(r"[\0-\x1f\x7f-\x9f]")
_DRIVE: Final = re.compile(r"[a-zA-Z]:[\\/]")
_CHAPTER: Final = re.compile(r"\.(?:md|markdown)\Z", re.IGNORECASE)
_INSIDE: Final = "a book uses only files of its own folder: copy the file into it and write the path from the chapter"


@dataclass(slots=True)
class References:
    """What the chapter shows and where it leads, and what is wrong with it, in the order of the text."""

    images: list[Image] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def resolve(root: Element, finder: Finder, found: References) -> None:
    """Rewrite the images and links below ``root`` in place and add them to ``found``."""
    for element in list(root.iter("img", "a")):
        if element.tag == "img":
            _image(element, finder, found)
        elif not xhtml.has_class(element, "noteref"):
            _link(element, finder, found)


def _patterns(typed: str) -> Iterator[str]:
    """Yield patterns for a target as pandoc hands it on and as the author may have typed it."""
    if typed in ("", "#"):
        yield rf"\({typed}\)"
        yield r"(?:href|src)\b"
        return
    for form in (typed, unquote(typed)):
        yield rf"(?<![\w/.]){re.escape(form)}"


def _image(image: Element, finder: Finder, found: References) -> None:
    typed = image.get("src") or ""
    extent = finder.find(_patterns(typed))
    offset = extent[0] if extent else None
    alt = " ".join((image.get("alt") or "").split())
    image.set("alt", alt)
    if problem := _unusable_path(typed):
        found.problems.append(Problem("image-inside-book", Severity.ERROR, problem, _INSIDE, image, offset))
        return
    path = _join(finder.source.path, unquote(typed))
    if path is None:
        message = f"the image '{unquote(typed)}' lies outside the book's folder"
        found.problems.append(Problem("image-inside-book", Severity.ERROR, message, _INSIDE, image, offset))
        return
    if not alt:
        hint = 'say what it shows: ![Caption](file){alt="What it shows"}'
        message = f"the image '{path}' has no description for those who cannot see it"
        found.problems.append(Problem("image-has-alt", Severity.WARNING, message, hint, image, offset))
    image.set("src", path)
    found.images.append(Image(path, alt, finder.place(extent)))


def _unusable_path(typed: str) -> str | None:
    path = unquote(typed)
    if not path.strip():
        return "this image names no file"
    if _CONTROL.search(path):
        return f"the image path '{_CONTROL.sub(' ', typed)}' holds control characters"
    if path.lower().startswith("data:"):
        return "an image cannot be written into the text as data"
    if _DRIVE.match(path) or (path.startswith(("/", "~", "\\")) and not path.startswith("//")):
        return f"the image path '{path}' does not begin at the chapter"
    if _ADDRESS.match(path):
        return f"the image '{path}' is not a file of the book but an address"
    if "\\" in path:
        return f"the image path '{path}' has backslashes"
    return None


def _join(chapter: str, path: str) -> str | None:
    """Return ``path``, seen from a chapter's folder, as seen from the book's; ``None`` when it leads out."""
    joined = posixpath.normpath(posixpath.join(posixpath.dirname(chapter), path))
    return None if joined.startswith(("../", "/")) or joined in ("..", ".") else joined


def _link(link: Element, finder: Finder, found: References) -> None:
    typed = link.get("href")
    if typed is None:
        link.tag = "span"
        link.attrib.pop("hreflang", "")
        return
    typed = typed.strip()
    if _is_external(typed):
        link.set("href", typed)
        return
    extent = finder.find(_patterns(typed))
    offset = extent[0] if extent else None
    path, _, fragment = typed.partition("#")
    message, hint = _unusable_target(typed, unquote(path))
    target = _join(finder.source.path, unquote(path)) if path and not message else None
    if path and target is None and not message:
        message, hint = f"the link '{typed}' leads out of the book's folder", "link to a chapter of this book"
    if message:
        found.problems.append(Problem("link-target-known", Severity.ERROR, message, hint, link, offset))
        return
    name = usable(unquote(fragment)) if fragment else None
    if target == finder.source.path and name:
        target = None
    link.set("href", quote(target or "") + (f"#{quote(name)}" if name else ""))
    found.links.append(Link(target, name, finder.place(extent)))


def _is_external(typed: str) -> bool:
    return bool(re.match(r"(?:https?|mailto|tel):", typed, re.IGNORECASE))


def _unusable_target(typed: str, path: str) -> tuple[str, str | None]:
    """Return what is wrong with a link inside the book, and what to do; an empty message when nothing is."""
    if typed in ("", "#"):
        return "this link leads nowhere", "name a chapter's file, a place (#id) or a web address"
    if _CONTROL.search(unquote(typed)):
        return f"the link '{_CONTROL.sub(' ', typed)}' holds control characters", "take %00 and the like out of it"
    if typed.startswith("//") or path.lower().startswith("www."):
        return f"the link '{typed}' has no scheme", f"write https://{typed.removeprefix('//')}"
    if not path:
        return "", None
    if path.startswith(("/", "\\", "~")) or "\\" in path:
        hint = "write the path from this chapter to the other with slashes, as in 02-arena.md"
        return f"the link '{typed}' is not a path from this chapter", hint
    if not _CHAPTER.search(path.partition("?")[0]):
        hint = "link to another chapter by its file, as in 02-arena.md#light, or to the web with https://"
        return f"the link '{typed}' leads to something that is not a chapter", hint
    return "", None
