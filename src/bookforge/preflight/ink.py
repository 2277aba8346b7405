"""Rules about what is printed: fonts, sizes, lines, pictures, colours, ink, transparency."""

import re
from collections.abc import Callable, Iterator
from typing import Final

from bookforge.preflight.facts import Colour, Font, Picture, Thin
from bookforge.preflight.subject import Frame, Subject
from bookforge.preflight.verdict import Place, Verdict, bad, counted, good, listed, named_pages, pages_of, remark, weigh

_LINE_ART_DPI: Final = 600
_SIZE_SLACK_PT: Final = 0.05
_RULE_SLACK_PT: Final = 0.02
_HAIRLINE_PT: Final = 0.25
_LEVEL_PT: Final = 0.2
_SHORT_PT: Final = 72  # the bar of a fraction, the stroke of a drawing: no rule of a page
_DPI_SLACK: Final = 1.0
_MAX_SLACK: Final = 1.1  # a picture a little finer than asked costs nothing
_OF_BARCODE: Final = re.compile(r"(?:ISBN)?[\s\d-]+|ISBN")
_DOT: Final = 4  # pixels: less is a colour, not a picture
_NAMES: Final = {"gray": "gray", "rgb": "RGB", "cmyk": "CMYK", "lab": "Lab", "spot": "spot colour"}
_TAKES: Final = {
    "gray": frozenset({"gray"}),
    "gray-or-rgb": frozenset({"gray", "rgb"}),
    "gray-or-srgb": frozenset({"gray", "rgb"}),
    "gray-or-cmyk": frozenset({"gray", "cmyk"}),
}
_CONVERTED: Final = frozenset({"gray-or-rgb", "gray-or-srgb"})
"""Printers with these words convert other colours themselves, and all do so with covers; the tone may shift."""


# ---------------------------------------------------------------- type


def embedded(subject: Subject) -> Verdict:
    """Say whether every font is in the file."""
    fonts = subject.reading.fonts
    absent = [font for font in fonts if not font.embedded]
    if absent:
        what = f"{counted(len(absent), 'font')} not in the file: {listed(sorted({font.name for font in absent}))}"
        return bad(what, "export with all fonts embedded, the common ones too", _on_pages(absent))
    return good(f"{counted(len(fonts), 'font')}, all embedded" if fonts else "no fonts")


def no_type3(subject: Subject) -> Verdict:
    """Say whether letters are drawn as Type 3 fonts, which print as coarse pictures."""
    found = [font for font in subject.reading.fonts if font.kind == "Type3"]
    if found:
        what = f"{counted(len(found), 'Type 3 font')} on {named_pages(page for font in found for page in font.pages)}"
        return bad(what, "use OpenType fonts; in LaTeX, a font package with outlines such as lmodern", _on_pages(found))
    return good("no Type 3 fonts")


def _on_pages(fonts: list[Font]) -> Iterator[Place]:
    return (Place(font.pages[0] if font.pages else None, None, f"{font.name} ({font.kind})") for font in fonts)


def glyphs(subject: Subject) -> Verdict:
    """Say whether a box is printed where a font has no letter."""
    found = [Place(page.number, None, name) for page in subject.pages for name in page.missing_glyphs]
    if found:
        what = f"letters that a font does not have, on {pages_of(found)}"
        return bad(what, "set them in a font that has them", found)
    return good("no missing letters were found")


def text_size(subject: Subject) -> Verdict:
    """Say whether the smallest letters can be read in print; on a cover that is a remark.

    The figures of a bar code there are as large as its bars, which nobody can change.
    """
    least = subject.printer.min_font
    runs = [(frame, run) for frame in subject.frames for run in frame.page.runs]
    if subject.demand.cover:
        runs = [(frame, run) for frame, run in runs if not _OF_BARCODE.fullmatch(run.text)]
    sizes = [run.size for _, run in runs]
    if not sizes:
        return good("no text")
    found = [
        Place(frame.page.number, frame.moved(run.box), f"“{run.text}” in {run.size:g} pt")
        for frame, run in runs
        if run.size < least - _SIZE_SLACK_PT
    ]
    if not found:
        return good(f"the smallest letters have {min(sizes):g} pt")
    what = f"letters below {least:g} pt on {pages_of(found)}, the smallest of {min(sizes):g} pt"
    return weigh(not subject.demand.cover, what, f"set them in {least:g} pt or larger", found)


# ---------------------------------------------------------------- lines and tints


def lines(subject: Subject) -> Verdict:
    """Say whether lines are thick enough to print.

    A rule of a page that is too thin fails; so does a line of a drawing that vanishes, while a fine one is a remark.
    """
    least = subject.printer.min_rule
    found = [
        (frame, thin)
        for frame in subject.frames
        for thin in frame.page.thin
        if thin.width < least - _RULE_SLACK_PT and not frame.is_mark(thin.box, subject.printer.bleed)
    ]
    if not found:
        return good(f"no line is thinner than {least:g} pt")
    grave = [(frame, thin) for frame, thin in found if thin.width < _HAIRLINE_PT or _is_rule(thin)]
    shown = [
        Place(frame.page.number, frame.moved(thin.box), f"a line of {thin.width:g} pt")
        for frame, thin in grave or found
    ]
    thinnest = min(thin.width for _, thin in grave or found)
    kind = "lines" if grave else "lines of drawings"
    what = f"{kind} below {least:g} pt on {pages_of(shown)}, the thinnest of {thinnest:g} pt"
    return weigh(bool(grave), what, f"draw them {least:g} pt or thicker", shown)


def _is_rule(thin: Thin) -> bool:
    """Say whether a line is long, and upright or level, as the rules of pages and tables are."""
    left, top, right, bottom = thin.box
    is_level = min(right - left, bottom - top) <= thin.width + _LEVEL_PT
    return is_level and max(right - left, bottom - top) > _SHORT_PT


def tints(subject: Subject) -> Verdict:
    """Say whether a gray is so light that it may vanish."""
    least = subject.printer.min_gray
    found = [
        Place(page.number, None, f"{colour.what} in {colour.least:g} %")
        for page in subject.pages
        for colour in page.colours
        if colour.space == "gray" and colour.what != "picture" and 0 < colour.least < least
    ]
    if found:
        what = f"a gray below {least:g} % on {pages_of(found)}"
        return remark(what, f"make it {least:g} % or darker; it may vanish in print", found)
    return good(f"no gray is lighter than {least:g} %")


# ---------------------------------------------------------------- pictures


def resolution(subject: Subject) -> Verdict:
    """Say whether pictures are fine enough at the size they are placed in."""
    least, most = subject.printer.min_dpi, subject.printer.max_dpi
    placed = [(frame, picture) for frame in subject.frames for picture in frame.page.pictures if _is_picture(picture)]
    coarse = [each for each in placed if each[1].dpi < least - _DPI_SLACK]
    if coarse:
        return _coarse(coarse, least)
    art = [each for each in placed if each[1].bits == 1 and each[1].dpi < _LINE_ART_DPI - _DPI_SLACK]
    if art:
        what = f"line art below {_LINE_ART_DPI} dpi on {pages_of(_places(art))}"
        return remark(what, f"black-and-white drawings look ragged below {_LINE_ART_DPI} dpi", _places(art))
    fine = [each for each in placed if most and each[1].bits > 1 and each[1].dpi > most * _MAX_SLACK]
    if fine:
        what = f"{counted(len(fine), 'picture')} above {most} dpi on {pages_of(_places(fine))}"
        return remark(what, f"{most} dpi are all that can be printed; smaller files upload faster", _places(fine))
    if not placed:
        return good("no pictures")
    coarsest = min(picture.dpi for _, picture in placed)
    return good(f"{counted(len(placed), 'picture')}, the coarsest of {coarsest:.0f} dpi")


def _coarse(found: list[tuple[Frame, Picture]], least: int) -> Verdict:
    what = f"{counted(len(found), 'picture')} below {least} dpi on {pages_of(_places(found))}"
    frame, worst = min(found, key=lambda each: each[1].dpi)
    needs = round(worst.width * least / worst.dpi)
    needed = f"{_called(worst)} on page {frame.page.number} needs {needs:,} pixels across"
    return bad(what, f"take larger files or place them smaller; {needed}", _places(found))


def _is_picture(picture: Picture) -> bool:
    return picture.width * picture.height > _DOT


def _called(picture: Picture) -> str:
    return f"'{picture.name}' ({picture.width} × {picture.height} pixels)"


def _places(found: list[tuple[Frame, Picture]]) -> Iterator[Place]:
    return (
        Place(frame.page.number, frame.moved(picture.box), f"{_called(picture)}, {picture.dpi:.0f} dpi")
        for frame, picture in found
    )


# ---------------------------------------------------------------- colour


def colours(subject: Subject) -> Verdict:
    """Say whether all colours are of a kind the printer takes."""
    takes = _TAKES[subject.printer.colour]
    used = sorted({_named(colour) for page in subject.pages for colour in page.colours})
    found = list(_coloured(subject, lambda colour: colour.space not in takes or _profile_unwanted(subject, colour)))
    if not found:
        return good(f"colours: {', '.join(used)}" if used else "no colours")
    strange = sorted({place.thing.partition(" in ")[2] for place in found})
    what = f"{listed(strange)} on {pages_of(found)}"
    asked = {"gray": "gray", "gray-or-rgb": "gray or RGB", "gray-or-srgb": "gray or sRGB"}.get(subject.printer.colour)
    asked = asked or "gray or CMYK without profiles"
    fix = f"export in {asked}, which {subject.printer.title} asks for"
    if subject.printer.colour in _CONVERTED or subject.demand.cover:
        return remark(what, f"{fix}; other colours are converted and may shift", found)
    return bad(what, fix, found)


def _profile_unwanted(subject: Subject, colour: Colour) -> bool:
    """A printer who wants CMYK prints text lighter where a profile comes with it."""
    return subject.printer.colour == "gray-or-cmyk" and colour.profile and "PDF/X-4" not in subject.reading.claims


def _coloured(subject: Subject, is_meant: Callable[[Colour], bool]) -> Iterator[Place]:
    for page in subject.pages:
        for colour in page.colours:
            if is_meant(colour):
                yield Place(page.number, None, f"{colour.what} in {_named(colour)}")


def _named(colour: Colour) -> str:
    name = _NAMES[colour.space]
    spot = f" {colour.name}" if colour.space == "spot" and colour.name else ""
    return f"{name}{spot}{' with a profile' if colour.profile and colour.space != 'lab' else ''}"


def black_text(subject: Subject) -> Verdict:
    """Say whether black text is printed with black ink alone; several inks never meet exactly."""
    found = list(_coloured(subject, lambda colour: colour.what == "text" and colour.rich))
    if found:
        what = f"black text is mixed of several inks on {pages_of(found)}"
        return weigh(subject.printer.colour == "gray-or-cmyk", what, "set text in 100 % black (K) alone", found)
    return good("no text is in a black mixed of several inks")


def ink_limit(subject: Subject) -> Verdict | None:
    """Say whether so much ink is asked for that paper would not dry."""
    limit = subject.printer.ink_limit
    if not limit:
        return None
    found = [
        Place(page.number, None, f"{colour.what} with {colour.ink:.0f} %")
        for page in subject.pages
        for colour in page.colours
        if colour.space == "cmyk" and colour.ink > limit + 0.5
    ]
    if found:
        what = f"more than {limit:g} % of ink on {pages_of(found)}"
        return bad(what, f"convert with a profile that keeps all inks together within {limit:g} %", found)
    most = max((colour.ink for page in subject.pages for colour in page.colours if colour.space == "cmyk"), default=0)
    return good(f"at most {most:.0f} % of ink" if most else "no CMYK inks")


def transparency(subject: Subject) -> Verdict:
    """Say whether anything can be seen through, which older printing machines flatten in their own way."""
    found = [Place(page.number, None, thing) for page in subject.pages for thing in page.transparent]
    if not found:
        return good("no transparency")
    pages = pages_of(found)
    fails = "PDF/X-1a" in subject.printer.pdf and not any("PDF/X-4" in claim for claim in subject.reading.claims)
    fix = "flatten transparency: pictures without an alpha channel, no opacity, no blend modes"
    return weigh(fails, f"transparency on {pages}", fix, found)
