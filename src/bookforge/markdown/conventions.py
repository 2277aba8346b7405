"""The author's conventions, as classes on what pandoc made, into the vocabulary of sections.

``docs/authoring.md`` is the table of them; what carries no class of ours passes through.
"""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Final

from lxml import etree

from bookforge import xhtml
from bookforge.diagnostics import Severity
from bookforge.markdown import nudges, verse
from bookforge.markdown.blocks import wrap_loose
from bookforge.markdown.finder import Problem
from bookforge.xhtml import Element

PARAGRAPH_CLASSES: Final = (
    "dateline",
    "salutation",
    "closing",
    "signature",
    "postscript",
    "attribution",
    "asker",
    *nudges.OF_LINES,
)
"""Spans that name the paragraph they fill alone."""


def mark_queries(root: Element, count: int, seen: set[str]) -> None:
    """Give the marks of author queries their class; a number that is not ours, or comes again, is not one.

    ``count`` is how many queries the chapter has, ``seen`` the numbers already met in its other parts.
    """
    valid = {str(number) for number in range(1, count + 1)}
    for element in [each for each in root.iter("span") if each.get("data-query") is not None]:
        number = element.get("data-query") or ""
        if number not in valid or number in seen or len(element) or element.text:
            del element.attrib["data-query"]
            continue
        seen.add(number)
        element.set("class", "query")
    for element in [each for each in root.iter() if each.get("data-query") is None and xhtml.has_class(each, "query")]:
        xhtml.drop_class(element, "query")


def apply(root: Element) -> list[Problem]:
    """Rewrite ``root``, the body of a chapter or one of its notes, in place; return what is wrong in it."""
    problems: list[Problem] = []
    for rule in root.iter("hr"):
        rule.attrib.clear()
        rule.set("class", "scene-break")
    _name_paragraphs(root)
    problems += (_run_in(stanza) for stanza in verse.apply(root))
    _make_figures(root)
    for element in list(root.iter("div")):
        for name in xhtml.classes(element):
            if name in _PASSAGES:
                problems += _PASSAGES[name](element)
                break
        else:
            problems += _misspelt(element, "passage", (*_PASSAGES, *_STYLED), "::: {}")
    for element in root.iter("span"):
        problems += _misspelt(element, "span", _SPANS, "[…]{{.{}}}")
    for formula in xhtml.find_class(root, "math", "span"):
        if any(child.tag == _MATH for child in formula):
            continue
        if formula.get("class") in ("math inline", "math display"):
            problems.append(_unconverted(formula))
        else:
            xhtml.drop_class(formula, "math")
    for table in root.iter("table"):
        _share_width(table)
    return problems


def _misspelt(element: Element, what: str, known: tuple[str, ...], written: str) -> Iterator[Problem]:
    """Suspect a class that is nearly one of ours; any other is for the author's own layout."""
    for name in xhtml.classes(element):
        near = get_close_matches(name, known, 1, _NEARLY)
        if near and near[0] != name:
            message = f"no layout of bookforge's knows a {what} '{name}'"
            hint = f"did you mean '{written.format(near[0])}'?"
            typed = rf"(?::{{3}}|[{{<])[^{{<\n]*?(?<![\w-]){re.escape(name)}(?![\w-])"
            yield Problem("passage-known", Severity.WARNING, message, hint, element, typed=typed)


_STYLED: Final = ("letter", "verse", "question", "answer", "index")
"""Passages that need nothing done: layouts know their classes."""

_SPANS: Final = (
    *PARAGRAPH_CLASSES,
    *("smallcaps", "underline", "line-break", "no-break", "no-hyphen"),
)
"""Classes of words that mean something; a short one is near to too many others."""

_NEARLY: Final = 0.8
_MATH: Final = f"{{{xhtml.MATHML}}}math"


def _unconverted(formula: Element) -> Problem:
    tex = xhtml.text(formula)
    message = f"this formula is not TeX that can be set: {' '.join(tex.split())[:60]}"
    hint = "see pandoc's manual under 'Math' for what it reads; a macro of your own must be written out"
    return Problem("math-converts", Severity.ERROR, message, hint, formula, typed=re.escape(tex))


def _run_in(stanza: Element) -> Problem:
    hint = "begin each line with | and a space, or end it with \\"
    return Problem("verse-lines", Severity.WARNING, "these lines of verse run on as one", hint, stanza, lines=True)


def _share_width(table: Element) -> None:
    """Let columns share the whole width: pandoc's figures are of a line of 72 characters of the source."""
    table.attrib.pop("data-width", "")
    columns = [column for column in table.iter("col") if (column.get("data-width") or "").endswith("%")]
    widths = [float((column.get("data-width") or "")[:-1]) for column in columns]
    for column, width in zip(columns, widths, strict=True):
        column.set("data-width", f"{round(width * 100 / (sum(widths) or 1))}%")


# ---------------------------------------------------------------- paragraphs


def _name_paragraphs(root: Element) -> None:
    for paragraph in list(root.iter("p")):
        span = _lone_span(paragraph)
        if span is None:
            _mark_query_only(paragraph)
            continue
        for name in [each for each in xhtml.classes(span) if each not in xhtml.classes(paragraph)]:
            xhtml.add_class(paragraph, name)
        for key in ("id", "lang", "dir"):
            if span.get(key) and not paragraph.get(key):
                paragraph.set(key, span.get(key) or "")
        xhtml.unwrap(span)


def _lone_span(paragraph: Element) -> Element | None:
    """Return the span of a naming class that holds all a paragraph says, notes' calls and queries aside."""
    if (paragraph.text or "").strip():
        return None
    found = None
    for child in paragraph:
        if (child.tail or "").strip() or not isinstance(child.tag, str):
            return None
        if child.get("data-query") or xhtml.has_class(child, "noteref"):
            continue
        if found is not None or child.tag != "span" or not set(PARAGRAPH_CLASSES) & set(xhtml.classes(child)):
            return None
        found = child
    return found


def _mark_query_only(paragraph: Element) -> None:
    if (paragraph.text or "").strip() or not len(paragraph):
        return
    if all(child.get("data-query") and not (child.tail or "").strip() for child in paragraph):
        xhtml.add_class(paragraph, "query-only")


def _take(element: Element, key: str) -> str:
    """Remove an attribute and return its value, empty where there is none."""
    value = element.get(key) or ""
    element.attrib.pop(key, "")
    return value


# ---------------------------------------------------------------- figures


def _make_figures(root: Element) -> None:
    for paragraph in list(root.iter("p")):
        if _is_lone_image(paragraph):
            paragraph.tag = "figure"
            _take(paragraph, "class")
            paragraph.text = None
            paragraph[0].tail = None
    for figure in root.iter("figure"):
        _open_caption(figure)
        image = figure.find(".//img")
        if image is None:
            continue
        if image.get("id") and not figure.get("id"):
            figure.set("id", _take(image, "id"))
        if credit := " ".join(_take(image, "data-credit").split()):
            _add_credit(figure, credit)


def _is_lone_image(paragraph: Element) -> bool:
    return (
        len(paragraph) == 1
        and paragraph[0].tag == "img"
        and not (paragraph.text or "").strip()
        and not (paragraph[0].tail or "").strip()
    )


def _open_caption(figure: Element) -> None:
    """Let a figure's caption hold a line of text, not paragraphs, where it is one paragraph only."""
    for caption in figure.iter("figcaption"):
        _take(caption, "aria-hidden")
        if len(caption) == 1 and caption[0].tag == "p" and not (caption.text or "").strip():
            caption.text = None
            caption[0].tail = None
            xhtml.unwrap(caption[0])


def _add_credit(figure: Element, credit: str) -> None:
    caption = figure.find("figcaption")
    if caption is None:
        caption = etree.SubElement(figure, "figcaption")
    elif len(caption):
        caption[-1].tail = (caption[-1].tail or "").rstrip() + " "
    elif caption.text:
        caption.text = caption.text.rstrip() + " "
    etree.SubElement(caption, "span", {"class": "credit"}).text = credit


# ---------------------------------------------------------------- passages


def _children(element: Element) -> list[Element]:
    return [child for child in element if isinstance(child.tag, str)]


def _voice(element: Element) -> Iterator[Problem]:
    voice = _take(element, "data-by").strip()
    if not voice:
        hint = "write ::: {.voice by=name}, with a name from 'voices' in book.yaml"
        yield Problem("voice-named", Severity.ERROR, "this passage does not say whose voice it is", hint, element)
    element.set("data-voice", voice)


def _transcript(element: Element) -> Iterator[Problem]:
    lists = [child for child in element if child.tag == "dl"]
    if not lists:
        hint = "write each speaker on a line, and what is said on the next line after ':   '"
        yield Problem("transcript-has-speakers", Severity.WARNING, "this transcript has no speakers", hint, element)
        return
    for each in lists:
        xhtml.add_class(each, "transcript")
        for definition in each.iter("dd"):
            wrap_loose(definition)
    for key, value in element.attrib.items():
        if key != "class" and not lists[0].get(key):
            lists[0].set(key, value)
    xhtml.unwrap(element)


def _quotation(element: Element, tag: str) -> None:
    """Turn a passage into ``tag``; a block quote that is all it holds gives it its contents."""
    element.tag = tag
    children = _children(element)
    if children and children[0].tag == "blockquote" and not (element.text or "").strip():
        rest = children[1:]
        if all(xhtml.has_class(child, "attribution") for child in rest):
            xhtml.unwrap(children[0])


def _epigraph(element: Element) -> Iterator[Problem]:
    _quotation(element, "blockquote")
    yield from ()


def _pullquote(element: Element) -> Iterator[Problem]:
    _quotation(element, "aside")
    yield from ()


def _plate(element: Element) -> Iterator[Problem]:
    children = _children(element)
    if len(children) != 1 or children[0].tag != "figure" or (element.text or "").strip():
        hint = "put one picture, ![caption](file){alt=…}, between ::: plate and :::"
        yield Problem("plate-holds-image", Severity.ERROR, "a plate holds one picture and nothing else", hint, element)
        return
    figure = children[0]
    for name in xhtml.classes(element):
        xhtml.add_class(figure, name)
    if element.get("id") and not figure.get("id"):
        figure.set("id", element.get("id") or "")
    xhtml.unwrap(element)


def _timeline(element: Element) -> Iterator[Problem]:
    if not len(element) and not (element.text or "").strip():
        element.text = None
    yield from ()


_PASSAGES: Final = {
    "voice": _voice,
    "transcript": _transcript,
    "epigraph": _epigraph,
    "pullquote": _pullquote,
    "plate": _plate,
    "timeline": _timeline,
    **dict.fromkeys(nudges.OF_LINES, nudges.looser),
    "keep-together": nudges.keep_together,
    "keep-with-next": nudges.keep_with_next,
    "page-break": nudges.page_break,
}
