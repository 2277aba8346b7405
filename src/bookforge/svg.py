"""A drawing as its program saved it into one that only draws: no script, no other file, no private notes.

The tree is built anew from the parts that draw; everything else is left out, and what a reader could miss is listed.
Source: SVG 1.1 (second edition), secure static mode of SVG Integration.
"""

import base64
import binascii
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import tinycss2  # type: ignore[import-untyped]
from lxml import etree

SVG: Final = "http://www.w3.org/2000/svg"
XLINK: Final = "http://www.w3.org/1999/xlink"
XML: Final = "http://www.w3.org/XML/1998/namespace"
MOST_REPEATED: Final = 1_000_000
"""Elements that references may add to those a drawing holds; beyond it, viewers hang."""

_LARGEST_PX: Final = 100_000
_DRAWING: Final = frozenset(
    re.findall(
        r"\w+",
        """
        a circle clipPath defs desc ellipse feBlend feColorMatrix feComponentTransfer feComposite feConvolveMatrix
        feDiffuseLighting feDisplacementMap feDistantLight feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR
        feGaussianBlur feImage feMerge feMergeNode feMorphology feOffset fePointLight feSpecularLighting feSpotLight
        feTile feTurbulence filter g image line linearGradient marker mask path pattern polygon polyline
        radialGradient rect stop style svg switch symbol text textPath title tref tspan use view
        """,
    )
)
_FILTERS_PRINTED: Final = frozenset({"feOffset", "feBlend", "feFlood"})
_UNMISSED: Final = frozenset({"metadata"})
_ATTRIBUTES_OF_OTHERS: Final = frozenset({"src", "srcset", "action", "formaction", "ping", "data"})
_UNITS: Final = {"": 1.0, "px": 1.0, "pt": 4 / 3, "pc": 16.0, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0, "em": 16.0}
_NOTHING: Final = re.compile(r"\s*[+-]?0*\.?0+[a-z%]*\s*\Z")
_LENGTH: Final = re.compile(r"\s*\+?([0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]{1,2})?)(px|pt|pc|mm|cm|in|em)?\s*\Z")
_DATA: Final = re.compile(r"data:image/(?:png|jpe?g)\s*;\s*base64\s*,", re.IGNORECASE)
_WEB_PAGE: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+)?html\b", re.IGNORECASE)
_LOCAL: Final = re.compile(r"url\(\s*['\"]?#([^'\")]+)", re.IGNORECASE)

_LOADING: Final = frozenset({"url", "src", "image", "image-set", "-webkit-image-set"})


class UnusableDrawingError(Exception):
    """The file is no drawing that can be published; the message says why, ``hint`` what to do."""

    def __init__(self, message: str, hint: str, line: int | None = None) -> None:
        super().__init__(message)
        self.hint = hint
        self.line = line


@dataclass(frozen=True, slots=True)
class Removal:
    """Something that did not pass, or does not print, the rule it breaks, and its line."""

    rule: str
    what: str
    line: int | None


@dataclass(frozen=True, slots=True)
class Drawing:
    """A cleaned drawing, its size in CSS pixels, and what was left out."""

    content: bytes
    width: int
    height: int
    removals: tuple[Removal, ...]


Embed = Callable[[bytes], tuple[bytes, str]]
"""Cleans a picture inside a drawing: its bytes → clean bytes and media type. Raises ``ValueError`` with the reason."""


def clean(content: bytes, embed: Embed) -> Drawing:
    """Return the drawing without anything that is not drawn. Raises ``UnusableDrawingError``."""
    source = _parse(content)
    cleaner = _Cleaner(embed)
    root = etree.Element(f"{{{SVG}}}svg", nsmap={None: SVG, "xlink": XLINK})  # type: ignore[dict-item]
    for before in source.itersiblings(preceding=True):
        cleaner.child(before, root)
    cleaner.fill(source, root)
    etree.cleanup_namespaces(root)
    if _repeated(root) > MOST_REPEATED:
        message = "it repeats itself so often by 'use' that it cannot be shown"
        raise UnusableDrawingError(message, "save it with its clones unlinked, or as PNG")
    width, height = _size(root, cleaner.removals)
    written = etree.tostring(root, encoding="unicode")
    cleaner.removals += _unprinted(source, _named(root))
    text = '<?xml version="1.0" encoding="UTF-8"?>\n' + written + "\n"
    return Drawing(text.encode(), width, height, tuple(cleaner.removals))


def _named(root: etree._Element) -> frozenset[str]:
    """Return the ids that attributes and styles take something from."""
    texts = [str(value) for each in root.iter() for value in each.attrib.values()]
    texts += [each.text or "" for each in root.iter(f"{{{SVG}}}style")]
    return frozenset(name for text in texts for name in _LOCAL.findall(text))


def _unprinted(source: etree._Element, used: frozenset[str]) -> Iterator[Removal]:
    """Find the filters and masks in use that the page engine draws otherwise, or not at all (WeasyPrint 70)."""
    for element in source.iter("{*}filter", "{*}mask"):
        if element.get("id") not in used:
            continue
        if etree.QName(element).localname == "mask":
            yield Removal("svg-prints", f"the mask '{element.get('id')}'", _line(element))
            continue
        steps = (etree.QName(each).localname for each in element if isinstance(each.tag, str))
        strange = sorted({step for step in steps if step not in _FILTERS_PRINTED})
        if strange:
            yield Removal("svg-prints", f"the filter '{element.get('id')}' ({', '.join(strange)})", _line(element))


def _parse(content: bytes) -> etree._Element:
    if _WEB_PAGE.match(content):
        raise UnusableDrawingError("it is a web page", "get the picture itself, not the page that shows it")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as failure:
        line = failure.lineno if isinstance(failure, etree.XMLSyntaxError) else None
        reason = str(failure).partition(", line ")[0]
        message = f"it is not well-formed XML ({reason})"
        raise UnusableDrawingError(
            message, "open it in a drawing program and save it as plain SVG", line or None
        ) from failure
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and any(True for _ in declared.iterentities()):  # type: ignore[union-attr]
        raise UnusableDrawingError("it declares entities, which are not allowed here", "save it as plain SVG")
    if etree.QName(root).localname != "svg" or etree.QName(root).namespace not in (SVG, None):
        message = f"it is markup, but no SVG (it begins with <{etree.QName(root).localname}>)"
        raise UnusableDrawingError(message, "open it in the program it comes from and save it as plain SVG")
    return root


@dataclass(slots=True)
class _Cleaner:
    embed: Embed
    removals: list[Removal] = field(default_factory=list)

    def fill(self, source: etree._Element, target: etree._Element) -> None:
        """Copy attributes, text and children of ``source`` that may stay."""
        for key, value in source.attrib.items():
            self.attribute(source, target, str(key), str(value))
        if etree.QName(target).localname == "style":
            target.text = self.style(source, "".join(map(str, source.itertext())))
            return
        target.text = source.text
        for child in source:
            self.child(child, target)

    def child(self, child: etree._Element, target: etree._Element) -> None:
        made = None
        if isinstance(child.tag, str):
            name = etree.QName(child)
            if name.namespace not in (SVG, None):
                if name.namespace == "http://www.w3.org/1999/xhtml":
                    self.lost("svg-passive", f"<{name.localname}>", child)
            elif name.localname in _DRAWING:
                made = etree.SubElement(target, f"{{{SVG}}}{name.localname}")
                self.fill(child, made)
                if name.localname in ("image", "feImage") and not _href(made):
                    target.remove(made)
                    made = None
            elif name.localname not in _UNMISSED:
                self.lost("svg-passive", f"<{name.localname}>", child)
        elif isinstance(child, etree._ProcessingInstruction) and child.target == "xml-stylesheet":
            self.lost("svg-self-contained", "a stylesheet in another file", child)
        _append(target, made, child.tail)

    def attribute(self, source: etree._Element, target: etree._Element, key: str, value: str) -> None:
        name = etree.QName(key)
        if name.localname == "href" and name.namespace in (XLINK, None):
            self.href(source, target, value.strip())
        elif name.namespace == XML and name.localname in ("lang", "space"):
            target.set(key, value)
        elif name.namespace is not None or name.localname in _ATTRIBUTES_OF_OTHERS:
            pass  # notes of drawing programs, among them paths and names
        elif name.localname.lower().startswith("on"):
            self.lost("svg-passive", f"the script in '{name.localname}'", source)
        elif name.localname == "style":
            target.set(key, self.style(source, value))
        elif ("(" in value or "\\" in value) and _without_addresses(value) is not None:
            self.lost("svg-self-contained", f"the address in '{name.localname}'", source)
        else:
            target.set(key, value)

    def href(self, source: etree._Element, target: etree._Element, value: str) -> None:
        name = etree.QName(target).localname
        if value.startswith("#"):
            target.set(f"{{{XLINK}}}href", value)
            return
        match = _DATA.match(value)
        if match is None or name not in ("image", "feImage"):
            shown = value if len(value) <= 60 else value[:60] + "…"
            self.lost("svg-self-contained", f"the link to '{shown}' in <{name}>", source)
            return
        try:
            raw = base64.b64decode("".join(value[match.end() :].split()).replace("%3D", "="), validate=True)
            content, media_type = self.embed(raw)
        except (ValueError, binascii.Error) as failure:
            self.lost("svg-self-contained", f"a picture inside it that cannot be used ({failure})", source)
            return
        target.set(f"{{{XLINK}}}href", f"data:{media_type};base64,{base64.b64encode(content).decode()}")

    def style(self, source: etree._Element, text: str) -> str:
        cleaned = _without_addresses(text)
        if cleaned is None:
            return text
        self.lost("svg-self-contained", "an address in its styles", source)
        return cleaned

    def lost(self, rule: str, what: str, source: etree._Element) -> None:
        self.removals.append(Removal(rule, what, _line(source)))


def _append(target: etree._Element, last: etree._Element | None, tail: str | None) -> None:
    """Add the text after a child, whether the child stayed or not."""
    if not tail:
        return
    if last is None and len(target):
        last = target[-1]
    if last is None:
        target.text = (target.text or "") + tail
    else:
        last.tail = (last.tail or "") + tail


def _line(element: etree._Element) -> int | None:
    line = element.sourceline
    return line if isinstance(line, int) else None


def _href(element: etree._Element) -> str | None:
    return element.get(f"{{{XLINK}}}href")


def _without_addresses(css: str) -> str | None:
    """Return styles without what loads other files, or ``None`` when there is no such thing in them.

    Read by the rules of CSS Syntax 3, so that neither escapes nor comments can hide an address.
    """
    tokens = tinycss2.parse_component_value_list(css)
    try:
        kept, found = _local_only(tokens)
        return str(tinycss2.serialize(kept)) if found else None
    except RecursionError:
        return ""


def _local_only(tokens: list[Any]) -> tuple[list[Any], bool]:
    """Return tokens without imports, and with ``none`` for each address but ``#id``; and whether anything went."""
    kept: list[Any] = []
    found = importing = False
    for token in tokens:
        if importing:
            importing = token != ";" and token.type != "{} block"
        elif token.type == "at-keyword" and token.lower_value == "import":
            found = importing = True
        elif _loads(token):
            found = True
            kept += tinycss2.parse_component_value_list("none")
        else:
            for held in ("arguments", "content"):
                if inner := getattr(token, held, None):
                    inner[:], inside = _local_only(inner)
                    found = found or inside
            kept.append(token)
    return kept, found


def _loads(token: Any) -> bool:
    """Say whether a token names anything but a place in the drawing itself."""
    if token.type == "url":
        return not token.value.startswith("#")
    if token.type != "function" or token.lower_name not in _LOADING:
        return False
    given = [each for each in token.arguments if each.type not in ("whitespace", "comment")]
    is_local = len(given) == 1 and given[0].type == "string" and given[0].value.startswith("#")
    return not (is_local and token.lower_name == "url")


# ---------------------------------------------------------------- size


def _size(root: etree._Element, removals: list[Removal]) -> tuple[int, int]:
    """Return the size in CSS pixels: width and height, else the view box, else what browsers take."""
    width, height = _length(root.get("width")), _length(root.get("height"))
    nothing = any(_NOTHING.match(root.get(side) or "") for side in ("width", "height"))
    if nothing:
        removals.append(Removal("svg-sized", "0", _line(root)))
    box = _view_box(root.get("viewBox"))
    if box is None and (width is None or height is None):
        if not nothing:
            removals.append(Removal("svg-sized", "", _line(root)))
        return round(width or 300), round(height or 150)
    across, down = box or (1.0, 1.0)
    if width is None and height is None:
        width, height = across, down
    elif width is None:
        width = (height or 1.0) * across / down
    elif height is None:
        height = width * down / across
    return tuple(max(1, min(_LARGEST_PX, round(side or 1.0))) for side in (width, height))  # type: ignore[return-value]


def _length(value: str | None) -> float | None:
    match = _LENGTH.match(value or "")
    if match is None:
        return None
    length = float(match[1]) * _UNITS[match[2] or ""]
    return length if 0 < length <= _LARGEST_PX else None


def _view_box(value: str | None) -> tuple[float, float] | None:
    try:
        _, _, width, height = (float(part) for part in re.split(r"[\s,]+", (value or "").strip()))
    except ValueError:
        return None
    good = math.isfinite(width) and math.isfinite(height) and 0 < width < 1e9 and 0 < height < 1e9
    return (width, height) if good else None


def _repeated(root: etree._Element) -> int:
    """Count the elements a viewer comes to by following references; more than the limit for a circle of them."""
    held = sum(1 for _ in root.iter())
    by_id = {element.get("id"): element for element in root.iter() if element.get("id")}
    known: dict[str, int] = {}

    def of_id(name: str) -> int:
        if name not in known:
            known[name] = (
                held + MOST_REPEATED + 1
            )  # stands while this is counted: whoever comes here again goes in a circle
            known[name] = count(by_id[name])
        return known[name]

    def count(element: etree._Element) -> int:
        total = 1
        for key, value in element.attrib.items():
            names = [str(value)[1:]] if str(key).endswith("href") else _LOCAL.findall(str(value))
            total += sum(of_id(name) for name in names if name in by_id)
        return total + sum(count(child) for child in element)

    try:
        return count(root) - held
    except RecursionError:
        return MOST_REPEATED + 1
