"""An HTML tree from anywhere into one that holds only what the allow-list names, and a list of what went.

The tree is built anew from allowed parts, so nothing passes by being overlooked.
"""

import re
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree

from lxml import etree

from bookforge import xhtml
from bookforge.markdown import allowlist

MAX_DEPTH: Final = 120
"""Elements inside one another; libxml2 refuses 256, and pages add their own."""

_XHTML: Final = f"{{{xhtml.XHTML}}}"
_MATHML: Final = f"{{{xhtml.MATHML}}}"
_SVG: Final = f"{{{xhtml.SVG}}}"
_XMLNS: Final = "{http://www.w3.org/2000/xmlns/}"
_XLINK_HREF: Final = "{http://www.w3.org/1999/xlink}href"

_NOT_XML: Final = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BLANK: Final = re.compile(r"[\x00-\x20\x7f-\xa0\xad\u200b-\u200f\u2028-\u202e\u2060\ufeff]")
_SCHEME: Final = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
_CLASS: Final = re.compile(r"[\w-]+\Z")
_NO_SIGNS: Final = re.compile(r"[\w-]+")
_DIMENSION: Final = re.compile(
    r"([0-9]{1,9}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})(%|px|em|rem|in|cm|mm|pt|ex|ch|pc)?\Z", re.ASCII
)
_LANG: Final = ("lang", "xml:lang", "{http://www.w3.org/XML/1998/namespace}lang")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*\Z")
_TRANSFORM: Final = re.compile(r"\s*(?:(?:matrix|translate|scale|rotate|skewX|skewY)\s*\([-+\d\s.,eE]*\)[\s,]*)*\Z")
_PAINT_VALUE: Final = re.compile(
    r"url\(\s*['\"]?#[\w.:-]+['\"]?\s*\)\Z|[^()\\]*\Z|(?:rgb|rgba|hsl|hsla)\([\d\s.,%/]+\)\Z"
)


_RENAME: Final = "bookforge uses this name itself: choose another, such as one with 'my-' before it"


class TooDeepError(Exception):
    """The tree nests deeper than :data:`MAX_DEPTH`."""


@dataclass(frozen=True, slots=True)
class Removal:
    """Something that did not pass: in the author's words, and patterns that find it in the source, best first."""

    what: str
    patterns: tuple[str, ...]
    rule: str = "markup-allowed"
    hint: str = "a book carries text and pictures only; docs/authoring.md lists the HTML that passes"


def clean(root: ElementTree.Element) -> tuple[xhtml.Element, tuple[Removal, ...]]:
    """Return a new tree, a ``div`` that holds what of ``root``'s content is allowed, and each thing left out.

    ``root`` is a tree as tinyhtml5 makes it; XHTML elements come out without a namespace. Raises ``TooDeepError``.
    """
    holder = etree.Element("div")
    cleaner = _Cleaner()
    cleaner.content(root, holder, 0)
    return holder, tuple(cleaner.removals)


def xml_text(text: str) -> str:
    """Return ``text`` without the characters XML cannot hold."""
    return _NOT_XML.sub("", text)


def allowed_address(address: str) -> bool:
    """Say whether a link may lead to an address: a path, a fragment, or one of the allowed schemes.

    White space and invisible characters are looked through, as browsers do.
    """
    match = _SCHEME.match(_BLANK.sub("", address))
    return match is None or match.group(1).lower() in allowlist.SCHEMES


class _Cleaner:
    def __init__(self) -> None:
        self.removals: list[Removal] = []

    def content(self, source: ElementTree.Element, target: xhtml.Element, depth: int) -> None:
        """Append what ``source`` holds, cleaned, to ``target``."""
        if depth > MAX_DEPTH:
            raise TooDeepError
        _append_text(target, source.text)
        for child in source:
            if isinstance(child.tag, str):  # comments and processing instructions are functions here
                self.element(child, target, depth)
            _append_text(target, child.tail)

    def element(self, source: ElementTree.Element, target: xhtml.Element, depth: int) -> None:
        """Append ``source`` itself to ``target``, or what may stay of it."""
        tag = source.tag
        if tag.startswith(_XHTML):
            self.html(source, tag.removeprefix(_XHTML), target, depth)
        elif tag.startswith(_MATHML):
            self.math(source, tag.removeprefix(_MATHML), target, depth)
        elif tag.startswith(_SVG):
            self.svg(source, tag.removeprefix(_SVG), target, depth)

    # ------------------------------------------------------------ HTML

    def html(self, source: ElementTree.Element, name: str, target: xhtml.Element, depth: int) -> None:
        if etree.QName(target).namespace is not None:  # HTML inside MathML or SVG
            self.lost(name)
            if name not in allowlist.DROPPED:
                self.content(source, target, depth)
            return
        if name == "input" and source.get("type") == "checkbox":
            box = etree.SubElement(target, "span", {"class": "task"})
            box.text = "\u2611" if source.get("checked") is not None else "\u2610"
            box.tail = " "
            return
        if name in allowlist.DROPPED:
            self.lost(name)
            return
        new, klass = allowlist.RENAMED.get(name, (name, ""))
        if new not in allowlist.ELEMENTS:
            if name != "label":  # pandoc's own, around the box of a task list
                self.lost(name)
            self.content(source, target, depth)
            return
        made = etree.SubElement(target, new)
        if klass:
            made.set("class", klass)
        for key, value in source.attrib.items():
            self.attribute(made, name, key, xml_text(value))
        self.content(source, made, depth + 1)

    def attribute(self, made: xhtml.Element, name: str, key: str, value: str) -> None:
        if key == "style":
            self.style(made, name, value)
        elif key in _LANG:
            if _LANGUAGE.match(value):
                made.set("lang", value)
        elif key == "class":
            self.classes(made, value)
        elif key == "align" and value.strip().lower() in ("left", "right", "center"):
            xhtml.add_class(made, f"align-{value.strip().lower()}")
        elif key in ("width", "height") and made.tag in ("img", "col", "table", "td", "th"):
            self.dimension(made, key, value)
        elif made.tag == "a" and key == "name":
            made.set("id", made.get("id") or value)
        elif self.is_allowed(made.tag, key):
            self.checked(made, name, key, value)
        else:
            self.lost_attribute(name, key)

    def classes(self, made: xhtml.Element, value: str) -> None:
        """Give an element the author's classes, without those that layouts know as their own."""
        wanted = value.split()
        for each in wanted:
            if not _CLASS.match(each):
                self.odd_class(made, each)
            elif _is_ours(each) and (each, made.tag) != ("page", "a") and not (each == "display" and "math" in wanted):
                self.lost_class(each)
            else:
                xhtml.add_class(made, each)

    def dimension(self, made: xhtml.Element, key: str, value: str) -> None:
        """Keep a width or height as data; of a picture only a share of the text's width."""
        match = _DIMENSION.match(value.strip().lower())
        if made.tag == "img" and (key == "height" or match is None or match.group(2) != "%"):
            if value.strip().lower() != "auto":
                self.lost_dimension(key, value.strip())
        elif match is not None:
            made.set(f"data-{key}", _plain_number(match.group(1)) + (match.group(2) or "px"))

    def is_allowed(self, tag: str, key: str) -> bool:
        if allowlist.DATA.match(key):
            return key not in allowlist.OURS or (tag == "span" and key == "data-query")
        return key in allowlist.GLOBAL or key in allowlist.ELEMENTS[tag]

    def checked(self, made: xhtml.Element, name: str, key: str, value: str) -> None:
        if key == "href" and not allowed_address(value):
            shown = " ".join(_BLANK.sub(" ", value).split())[:40]
            literal = r"\s*".join(re.escape(part) for part in value.split()[:3])
            scheme = _BLANK.sub("", value).partition(":")[0]
            self.removals.append(Removal(f"the address '{shown}'", (literal, f"{scheme}\\s*:", f"<{name}\\b")))
            return
        made.set(key, value)

    def style(self, made: xhtml.Element, name: str, value: str) -> None:
        """Keep of a style what a book keeps as a fact: alignment as a class, width and height as data."""
        lost = []
        for declaration in filter(None, map(str.strip, value.split(";"))):
            key, _, wanted = (part.strip().lower() for part in declaration.partition(":"))
            if key == "text-align" and wanted in ("left", "right", "center"):
                xhtml.add_class(made, f"align-{wanted}")
            elif key in ("width", "height") and _DIMENSION.match(wanted):
                self.dimension(made, key, wanted)
            else:
                lost.append(key)
        if lost and (name, "style") not in allowlist.QUIET:
            typed = rf"style\s*=[^>]*\b{re.escape(lost[0])}"
            what = f"the style '{'; '.join(lost)}' of <{name}>"
            self.removals.append(Removal(what, (typed, r"style\s*=", f"<{name}\\b")))

    # ------------------------------------------------------------ MathML and SVG

    def math(self, source: ElementTree.Element, name: str, target: xhtml.Element, depth: int) -> None:
        if name in allowlist.MATH_DROPPED:
            return
        if name in allowlist.MATH_UNWRAPPED or name not in allowlist.MATH:
            if name not in allowlist.MATH_UNWRAPPED:
                self.lost(name)
            self.content(source, target, depth)
            return
        if name == "math" and etree.QName(target).namespace is None:
            target = _math_holder(source, target)
        made = etree.SubElement(target, _MATHML + name, nsmap={None: xhtml.MATHML})  # type: ignore[dict-item]
        for key, value in source.attrib.items():
            if key in allowlist.MATH_ATTRIBUTES and _PAINT_VALUE.match(value):
                made.set(key, xml_text(value))
            elif not key.startswith(("xmlns", _XMLNS)):
                self.lost_attribute(name, key)
        self.content(source, made, depth + 1)

    def svg(self, source: ElementTree.Element, name: str, target: xhtml.Element, depth: int) -> None:
        if name not in allowlist.SVG:
            self.lost(name)
            if name in allowlist.SVG_UNWRAPPED:
                self.content(source, target, depth)
            return
        nsmap = {None: xhtml.SVG, "xlink": "http://www.w3.org/1999/xlink"}
        made = etree.SubElement(target, _SVG + name, nsmap=nsmap)  # type: ignore[arg-type]
        for key, value in source.attrib.items():
            if key == "style":
                for declaration in filter(None, map(str.strip, value.split(";"))):
                    inner, _, wanted = declaration.partition(":")
                    self.svg_attribute(made, name, inner.strip(), wanted.strip())
            elif key != "version" and not key.startswith(("xmlns", _XMLNS)):
                self.svg_attribute(made, name, key, value)
        self.content(source, made, depth + 1)
        etree.cleanup_namespaces(made)

    def svg_attribute(self, made: xhtml.Element, name: str, key: str, value: str) -> None:
        value = xml_text(value)
        if key in ("href", _XLINK_HREF):
            if value.strip().startswith("#"):
                made.set(_XLINK_HREF, value.strip())
                return
        elif key == "transform" or key.endswith("Transform"):
            if _TRANSFORM.match(value):
                made.set(key, value)
                return
        elif key == "class":
            self.classes(made, value)
            return
        elif key in allowlist.SVG_ATTRIBUTES and _PAINT_VALUE.match(value):
            made.set(key, value)
            return
        self.lost_attribute(name, key.removeprefix("{http://www.w3.org/1999/xlink}"))

    # ------------------------------------------------------------ reports

    def lost(self, name: str) -> None:
        self.removals.append(Removal(f"the element <{name[:40]}>", (f"<\\s*{re.escape(name)}\\b",)))

    def lost_attribute(self, name: str, key: str) -> None:
        if (name, key) in allowlist.QUIET:
            return
        what = f"the attribute '{key[:40]}' of <{name}>"
        typed = re.escape(key.removeprefix("data-"))
        patterns = (rf"\b(?:data-)?{typed}\s*=", f"<\\s*{re.escape(name)}\\b")
        if key in allowlist.OURS:
            self.removals.append(Removal(what, patterns, "markup-names-free", _RENAME))
        else:
            self.removals.append(Removal(what, patterns))

    def odd_class(self, made: xhtml.Element, name: str) -> None:
        """Tell of a class that is no name; the language of a block of code may have signs, as c++ has."""
        if made.tag not in ("pre", "code"):
            plain = "".join(_NO_SIGNS.findall(name))
            hint = f"did you mean '{plain}'?" if plain else "a class has letters, digits and hyphens"
            self.removals.append(Removal(f"the class '{name[:40]}'", (re.escape(name),), hint=hint))

    def lost_class(self, name: str) -> None:
        typed = re.escape(name)
        patterns = (
            rf"(?:\.|:::+\s*){typed}(?![\w-])",
            rf"\bclass\s*=[^>}}]*(?<![\w-]){typed}(?![\w-])",
            rf"(?<![\w-]){typed}(?![\w-])",
        )
        self.removals.append(Removal(f"the class '{name[:40]}'", patterns, "markup-names-free", _RENAME))

    def lost_dimension(self, key: str, value: str) -> None:
        patterns = (rf"\b{key}\s*[=:]\s*[\"']?{re.escape(value)}", rf"\b{key}\s*[=:]")
        hint = "use a percentage of the text's width, such as width=50%; the height follows from it"
        self.removals.append(Removal(f"the {key} '{value[:40]}' of a picture", patterns, "image-width-share", hint))


def _math_holder(source: ElementTree.Element, target: xhtml.Element) -> xhtml.Element:
    """Make the span that says of a formula how it is set and, where it is known, its TeX."""
    kind = "display" if source.get("display") == "block" else "inline"
    holder = etree.SubElement(target, "span", {"class": f"math {kind}"})
    for annotation in source.iter(_MATHML + "annotation"):
        if annotation.get("encoding") == "application/x-tex":
            holder.set("data-tex", xml_text("".join(annotation.itertext())).strip())
            break
    return holder


def _is_ours(name: str) -> bool:
    return name in allowlist.OUR_CLASSES or name.startswith(allowlist.OUR_PREFIXES)


def _append_text(target: xhtml.Element, text: str | None) -> None:
    if not text:
        return
    text = xml_text(text)
    if len(target):
        target[-1].tail = (target[-1].tail or "") + text
    else:
        target.text = (target.text or "") + text


def _plain_number(number: str) -> str:
    return number.rstrip("0").rstrip(".") or "0" if "." in number else number
