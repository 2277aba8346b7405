"""The rules of PDF/X-1a and PDF/X-4 that can be checked from the file alone. A pass here is no certificate.

After ISO 15930-1 (X-1a:2001), -4 (X-1a:2003) and -7 (X-4).
"""

from collections.abc import Iterator
from typing import Final

from bookforge.preflight.facts import Page
from bookforge.preflight.subject import Subject
from bookforge.preflight.verdict import Place, Verdict, bad, good, listed, remark

_CMYK_ONLY: Final = frozenset({"gray", "cmyk", "spot"})
_PRINTED_OVER: Final = frozenset({"TrapNet", "PrinterMark"})
_SHOWN: Final = 4


def standard(subject: Subject) -> Verdict | None:
    """Hold a file that says it is PDF/X against that standard's rules."""
    reading = subject.reading
    claim = max(reading.claims, key=len, default="")
    if not claim:
        if "PDF/X" in subject.printer.pdf:
            fix = f"{subject.printer.title} asks for it; most plain PDFs without colour and transparency are accepted"
            return remark(f"the file does not say it is {subject.printer.pdf}", fix)
        return None
    if "X-1" in claim and "X-1a" not in claim:
        claim = claim.replace("X-1", "X-1a")
    rules = [*_common(subject)]
    if "X-1a" in claim:
        rules += [*_x1a(subject, claim)]
    elif "X-4" in claim:
        rules += [*_x4(subject)]
    else:
        return remark(
            f"the file says it is {claim}, whose rules are not checked here", "PDF/X-1a and PDF/X-4 are checked"
        )
    wrong = list(dict.fromkeys(str(each) for each in rules))
    if wrong:
        rest = f" and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
        what = f"the file says it is {claim}, and is not: {listed(wrong[:_SHOWN])}{rest}"
        return bad(
            what, f"export it again as {claim}, or without that claim", (Place(None, None, each) for each in wrong)
        )
    return good(f"the checked rules of {claim} are kept")


def _common(subject: Subject) -> Iterator[str]:
    """Give what is wrong by both standards."""
    reading = subject.reading
    if reading.encrypted:
        yield "it is encrypted"
    if not reading.identified:
        yield "it has no file identifier"
    if reading.trapped not in ("True", "False"):
        yield "it does not say whether it is trapped"
    if "Title" not in reading.metadata and "XMP" not in reading.metadata:
        yield "it has no title"
    if not reading.dates:
        yield "it does not say when it was made and changed"
    if reading.active:
        yield f"it has {listed(reading.active)}"
    if any(not font.embedded for font in reading.fonts):
        yield "a font is not embedded"
    yield from _intents(subject)
    for page in subject.pages:
        yield from _page(page)


def _intents(subject: Subject) -> Iterator[str]:
    intents = [intent for intent in subject.reading.intents if intent.kind == "GTS_PDFX"]
    if len(intents) != 1:
        yield "it has no output intent" if not intents else "it has several output intents"
    elif not intents[0].condition:
        yield "its output intent names no printing condition"


def _page(page: Page) -> Iterator[str]:
    if (page.trim is None) == (not page.art_box):
        yield f"page {page.number} has {'no TrimBox' if page.trim is None else 'both TrimBox and ArtBox'}"
    if any(kind not in _PRINTED_OVER for kind in page.annotations):
        yield f"page {page.number} has annotations"
    if page.actions:
        yield f"page {page.number} has actions"


def _x1a(subject: Subject, claim: str) -> Iterator[str]:
    reading = subject.reading
    newest = "1.3" if "2001" in claim else "1.4"
    if reading.version > newest:
        yield f"it is PDF {reading.version}, not {newest}"
    if reading.layers:
        yield "it has layers"
    if reading.attachments:
        yield "it has attached files"
    for page in subject.pages:
        if page.transparent or page.group:
            yield f"page {page.number} has transparency"
        for colour in page.colours:
            if colour.space not in _CMYK_ONLY or colour.profile:
                profile = " with a profile" if colour.profile else ""
                yield f"page {page.number} has {colour.what} in {colour.space}{profile}"


def _x4(subject: Subject) -> Iterator[str]:
    reading = subject.reading
    if reading.version < "1.3" or reading.version > "1.6":
        yield f"it is PDF {reading.version}, not 1.6"
    if not reading.has_xmp:
        yield "it has no XMP metadata"
    intent = next((intent for intent in reading.intents if intent.kind == "GTS_PDFX"), None)
    if intent is not None and intent.profile is None:
        yield "its output intent embeds no profile"
    if intent is None or intent.profile is None:
        return
    for page in subject.pages:
        for colour in page.colours:
            if colour.space in ("rgb", "cmyk") and not colour.profile and colour.space != intent.profile:
                yield f"page {page.number} has {colour.what} in {colour.space} without a profile"
