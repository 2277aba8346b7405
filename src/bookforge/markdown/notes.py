"""The footnotes pandoc gathers at the end of its HTML, out of the flow and under their calls."""

import re
from typing import Final

from lxml import etree

from bookforge import xhtml
from bookforge.xhtml import Element

_TARGET: Final = re.compile(r"#fn(\d+)\Z")
_LOOKS: Final = frozenset({"footnote-ref", "footnote-back"})


def take_out(root: Element) -> tuple[Element, ...]:
    """Remove the notes from ``root`` and return them, each a ``div`` with its blocks, in order of the calls.

    Each call becomes ``<a class="noteref" data-note="N"/>``. Anything an author made to look like a call loses the
    look.
    """
    held = _gather(root)
    for holder in held.values():
        for call in [each for each in holder.iter("a") if xhtml.has_class(each, "footnote-ref")]:
            xhtml.remove(call)  # a note called in a note: an error by then
    order: list[Element] = []
    called: set[str] = set()
    for call in [each for each in root.iter("a") if xhtml.classes(each)]:
        if not _LOOKS & set(xhtml.classes(call)):
            continue
        key = _called(call)
        if key not in held or key in called:
            xhtml.unwrap(call)
            continue
        called.add(key)
        order.append(held[key])
        _rewrite(call, len(order))
    return tuple(order)


def _called(call: Element) -> str:
    """Return the key of the note that a link of pandoc's own making calls."""
    match = _TARGET.match(call.get("href") or "")
    if match is None or call.get("id") != f"fnref{match.group(1)}" or len(call) != 1 or call.text:
        return ""
    return match.group(1) if call[0].tag == "sup" and call[0].text == match.group(1) else ""


def _rewrite(call: Element, number: int) -> None:
    tail = call.tail
    call.clear()
    call.tail = tail
    call.set("class", "noteref")
    call.set("data-note", str(number))


def _gather(root: Element) -> dict[str, Element]:
    last = root[-1] if len(root) else None
    if last is None or not xhtml.has_class(last, "footnotes-end-of-document"):
        return {}
    held: dict[str, Element] = {}
    for item in last.iterfind("ol/li"):
        for link in [each for each in item.iter("a") if xhtml.has_class(each, "footnote-back")]:
            xhtml.remove(link)
        holder = etree.Element("div")
        holder.text = item.text
        holder.extend(list(item))
        held[(item.get("id") or "").removeprefix("fn")] = holder
    root.remove(last)
    return held
