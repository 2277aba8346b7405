"""Lines of verse: pandoc's line blocks, and paragraphs of verse passages, into stanzas and lines."""

import copy
from typing import Final

from lxml import etree

from bookforge import xhtml
from bookforge.xhtml import Element

MAX_INDENT: Final = 8
_SPACES_A_STEP: Final = 2


def apply(root: Element) -> list[Element]:
    """Rewrite every line block and every paragraph of a verse passage below ``root``.

    Returns the stanzas made of paragraphs that hold one line only, perhaps by mistake.
    """
    single: list[Element] = []
    for block in xhtml.find_class(root, "line-block", "div"):
        parent = block.getparent()
        stanzas = _stanzas(block)
        if parent is not None and parent.tag == "div" and xhtml.has_class(parent, "verse"):
            index = parent.index(block)
            xhtml.remove(block)
            for stanza in reversed(stanzas):
                parent.insert(index, stanza)
        else:
            tail = block.tail
            block.text = None
            block[:] = stanzas
            block.set("class", "verse")
            block.tail = tail
    for passage in xhtml.find_class(root, "verse", "div"):
        for paragraph in list(passage.iterchildren("p")):
            if not paragraph.get("class") and not paragraph.find("span[@class='line']"):
                single += (stanza for stanza in _replace(paragraph) if len(stanza) == 1)
    return single


def _replace(paragraph: Element) -> list[Element]:
    stanzas = _stanzas(paragraph)
    if not stanzas:
        return []
    for key, value in paragraph.attrib.items():
        stanzas[0].set(key, value)
    stanzas[0].set("class", "stanza")
    for stanza in reversed(stanzas):
        paragraph.addnext(stanza)
    xhtml.remove(paragraph)
    return stanzas


def _stanzas(block: Element) -> list[Element]:
    """Return the stanzas of a run of lines parted by ``<br/>``; a blank line begins a new one."""
    stanzas: list[list[Element]] = [[]]
    for line in _lines(block):
        if len(line) or (line.text or "").strip():
            stanzas[-1].append(line)
        elif stanzas[-1]:
            stanzas.append([])
    return [_stanza(lines) for lines in stanzas if lines]


def _stanza(lines: list[Element]) -> Element:
    stanza = etree.Element("p", {"class": "stanza"})
    for number, line in enumerate(lines):
        if number:
            etree.SubElement(stanza, "br")
        stanza.append(line)
    return stanza


def _lines(block: Element) -> list[Element]:
    lines = [_line(block.text)]
    for child in block:
        if child.tag == "br":
            lines.append(_line(child.tail))
        elif child.tag in ("em", "strong", "span", "a") and child.find(".//br") is not None:
            _split(lines, child)
        else:
            moved = copy.deepcopy(child)
            lines[-1].append(moved)
    for line in lines:
        _indent(line)
    return lines


def _split(lines: list[Element], element: Element) -> None:
    """Carry an element over the line ends inside it: each line gets a copy with its share."""
    tail, inner = element.tail, _lines(element)
    for number, part in enumerate(inner):
        if number:
            lines.append(_line(None))
        piece = etree.SubElement(lines[-1], str(element.tag))
        for key, value in element.attrib.items():
            if key != "id" or number == 0:
                piece.set(key, value)
        piece.text = part.text
        piece.extend(list(part))
    lines[-1][-1].tail = tail


def _line(text: str | None) -> Element:
    line = etree.Element("span", {"class": "line"})
    line.text = (text or "").lstrip("\n")
    return line


def _indent(line: Element) -> None:
    text = line.text or ""
    bare = text.lstrip("\u00a0 ")
    steps = min((len(text) - len(bare)) // _SPACES_A_STEP, MAX_INDENT)
    line.text = bare
    if steps:
        line.set("class", f"line i{steps}")
