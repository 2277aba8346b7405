"""A small book made by hand that holds one of everything, composed by the real layouts, to test the writers on."""

import dataclasses
import functools
import hashlib
import string
import struct
import zlib
from pathlib import Path
from typing import Any

from bookforge import compose, fonts, layouts
from bookforge.book import (
    Asset,
    Book,
    BookSection,
    Contributor,
    Cover,
    Identifier,
    Metadata,
    Note,
    Place,
    Section,
    SectionId,
    Series,
    SourceMap,
    Subject,
    Voice,
    When,
)
from bookforge.diagnostics import Location
from bookforge.edition import Composition, Edition, Format, Reading, Setting
from bookforge.semantics import SEMANTICS, Matter, Role

METADATA = Metadata(
    title="Salt & Signal",
    subtitle="Two Keepers of One Light",
    language="en-GB",
    authors=(Contributor("Ada Marsh", sort_name="Marsh, Ada"), Contributor("Ben Holm")),
    contributors=(Contributor("Eve Long", role="edt", sort_name="Long, Eve"),),
    identifiers=(Identifier("uuid", "6F9B3B0E-5E1C-4C55-9A3C-0B7A3D0C1E11"),),
    series=Series("Lights", "IV"),
    publisher="Foreland Press",
    place="Bergen",
    published="2026-11",
    modified="2026-11-20",
    rights="Copyright © 2026 Ada Marsh and Ben Holm",
    subjects=(
        Subject("bisac", "BIO026000", "BIOGRAPHY & AUTOBIOGRAPHY / Personal Memoirs"),
        Subject("thema", "DNC", "Memoirs"),
        Subject("keyword", None, "lighthouses"),
    ),
    description="Two keepers, one light & a winter.",
    cover=Cover("images/cover.png", "A lighthouse in the dark", Location("book.yaml")),
    revision="draft 3",
)

VOICES = {"ada": Voice("ada", "Ada Marsh", "Ada"), "ben": Voice("ben", "Ben Holm", "Ben")}

DRAWING = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 400" width="600" height="400">\
<rect width="600" height="400" fill="#f4efe4"/><path d="M300 60 L200 400 H400 Z" fill="#e9cf9a"/>\
<rect x="285" y="40" width="30" height="360" fill="#444"/></svg>"""

OPENING = """
<p id="p-1">The first winter on the rock lasted from October to the middle of May, and in all that time the boat came
four times.<a class="noteref" data-note="1"></a> We counted tins, candles and days, in that order. The lamp wanted
trimming every four hours, so that neither of us ever slept a night through, and we got into the way of talking at the
hours when other people dream.</p>
<p id="p-2">He said that the sea was a <em>letter</em> nobody had signed. I said that it was weather.
<a class="noteref" data-note="2"></a> That is the difference between us, and it has kept us warm. See
<a href="#arrival.light">the lamp</a>, and <a href="#ben-answers">his answer</a>, or
<a href="https://example.org/lights">a list of lights</a>.</p>
<hr class="scene-break"/>
<p id="p-3">In January the glass went out. It was not the storm that did it but a gull, which came through the north
pane at two in the morning like a thrown boot and lay on the floor of the lamp room, as surprised as we were.</p>
<h1 id="light">The lamp</h1>
<p id="p-4">A lamp of the second order has a focal length of seven hundred millimetres. Its loss over a distance is
<span class="math inline" data-tex="e^{-kx}"><math xmlns="http://www.w3.org/1998/Math/MathML"><semantics><mrow><msup>
<mi>e</mi><mrow><mo>-</mo><mi>k</mi><mi>x</mi></mrow></msup></mrow></semantics></math></span>, which the handbook writes
as</p>
<p id="p-5"><span class="math display" data-tex="I = I_0 e^{-kx}"><math xmlns="http://www.w3.org/1998/Math/MathML"
display="block"><mrow><mi>I</mi><mo>=</mo><msub><mi>I</mi><mn>0</mn></msub><msup><mi>e</mi><mrow><mo>-</mo><mi>k</mi>
<mi>x</mi></mrow></msup></mrow></math></span></p>
<table id="t-1"><caption>What the boat brought</caption><thead><tr><th>Visit</th><th>Oil</th><th>Post</th></tr></thead>
<tbody><tr><td>3 November</td><td>40 gallons</td><td>eleven letters</td></tr>
<tr><td>19 December</td><td>36 gallons</td><td>two letters, one wet</td></tr></tbody></table>
<h2 id="wick">The wick</h2>
<ul><li id="li-1">Trim it square.</li><li id="li-2">Never hurry it.</li></ul>
<figure id="fig-1"><img src="images/beam.svg" alt="A tower with a beam of light"/><figcaption>The tower from the landing
<span class="credit">Drawing: Ada Marsh</span></figcaption></figure>
<pre id="pre-1"><code>
03:00 trimmed  04:10 gull</code></pre>
"""

TURNS = """
<blockquote class="epigraph"><p id="e-1">The light shines to other people; underneath it is dark.</p>
<p class="attribution" id="e-2">Keepers’ saying</p></blockquote>
<p id="b-1">She tells it well. I would only add the cold.</p>
<div class="voice" data-voice="ada"><p id="v-1">I had not forgotten the cold. I had left it out, which is what one does
with a relative who comes to stay and does not leave.</p><p id="v-2">Go on, then.</p></div>
<div class="voice" data-voice="ben"><p id="v-3">
It came up through the boots. By February we wore the flour sacks.</p></div>
<div class="letter"><p class="dateline" id="l-1">Foreland, 2 February</p><p class="salutation" id="l-2">Dear Ada,</p>
<p id="l-3">You are asleep and I am on watch, so I write what I would say.</p>
<p class="closing" id="l-4">Yours, upstairs,</p>
<p class="signature" id="l-5">Ben</p><p class="postscript" id="l-6">P.S. The gull is better.</p></div>
<div class="verse"><p class="stanza" id="s-1"><span class="line">Four seconds dark, one second light,</span><br/>
<span class="line i2">and every ship that passes counts it too, all down the long coast of the night,</span><br/>
<span class="line">and knows us by the count.</span></p>
<p class="stanza" id="s-2"><span class="line">Nobody waves.</span></p></div>
<dl class="transcript"><dt id="d-1">Ada</dt><dd><p id="d-2">Is that the boat?</p></dd><dt id="d-3">Ben</dt>
<dd><p id="d-4">It is a whale, or a rock that was not there yesterday, and I would
sooner it were the whale.</p></dd></dl>
<aside class="pullquote"><p id="q-1">We counted tins, candles and days, in that order.</p></aside>
<div class="question"><p class="asker" id="a-1">A visitor</p><p id="a-2">Were you never bored?</p></div>
<div class="answer"><p id="a-3">Every day at four. Then the tea was ready.</p></div>
<figure class="plate" id="fig-2"><img src="images/sea.png" alt="The sea at night"/><figcaption>The sea, seven miles
out</figcaption></figure>
"""


@functools.cache
def png(width: int, height: int) -> bytes:
    """Return a grey picture."""
    rows = b"".join(b"\0" + bytes(60 + 90 * y // height for _ in range(width)) for y in range(height))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def _asset(path: str, media_type: str, data: bytes, size: tuple[int, int]) -> Asset:
    return Asset(path, media_type, data, *size, hashlib.sha256(data).hexdigest())


ASSETS = {
    asset.path: asset
    for asset in (
        _asset("images/beam.svg", "image/svg+xml", DRAWING, (600, 400)),
        _asset("images/sea.png", "image/png", png(600, 800), (600, 800)),
    )
}

_NOWHERE = Place(0, 0, 1, 1)


def _bound(section: str, markup: str) -> str:
    return markup.replace(' id="', f' id="{section}.')


def content(section: str, title: str | None, body: str, notes: tuple[str, ...] = ()) -> Section:
    """Make a converted chapter with bound ids."""
    return Section(
        path=f"chapters/{section}.md",
        title=title,
        title_text=title,
        title_id=None,
        body=_bound(section, body.strip()),
        headings=(),
        notes=tuple(
            Note(number, f"{section}.note-{number}", markup, _NOWHERE) for number, markup in enumerate(notes, 1)
        ),
        queries=(),
        images=(),
        links=(),
        source_map=SourceMap({}, {}, (0,)),
        placeholders=(),
        word_count=100,
    )


def section(role: Role, id_: str, made: Section | None = None, **more: Any) -> BookSection:
    """Put a chapter, or a page that a layout makes, in its place."""
    plain = BookSection(
        id=SectionId(id_),
        role=role,
        matter=SEMANTICS[role].matter,
        level=1,
        number=None,
        title=made.title if made else None,
        title_text=made.title_text if made else None,
        short_title=None,
        subtitle=None,
        voice=None,
        when=None,
        draft=False,
        language="en-GB",
        part=None,
        content=made,
        at=Location("book.yaml", 1, 1),
    )
    return dataclasses.replace(plain, **more)


def sections() -> tuple[BookSection, ...]:
    """Return the sections in reading order."""
    notes = ("<p>Of the ship <em>Terje</em>.</p>", "<p>It was both.</p><p>It usually is.</p>")
    first = content("arrival", "The Rock", OPENING, notes)
    second = content("ben-answers", "Ben <em>Answers</em>", TURNS)
    second = dataclasses.replace(second, title_text="Ben Answers")
    part = content("part-one", "Winter", '<p id="p-1">October to May.</p>')
    dedication = content("dedication", None, '<p id="p-1">For the gull</p>')
    inside: dict[str, Any] = {"level": 2, "part": SectionId("part-one")}
    return (
        section(Role.HALFTITLEPAGE, "halftitlepage"),
        section(Role.TITLEPAGE, "titlepage"),
        section(Role.COPYRIGHT_PAGE, "copyright-page"),
        section(Role.DEDICATION, "dedication", dedication),
        section(Role.CONTENTS, "contents"),
        section(Role.PART, "part-one", part, number=1),
        section(
            Role.CHAPTER,
            "arrival",
            first,
            number=1,
            voice="ada",
            when=When("1999-10", None, None),
            subtitle="Landing",
            **inside,
        ),
        section(Role.CHAPTER, "ben-answers", second, number=2, voice="ben", when=When("2001", None, None), **inside),
        section(Role.TIMELINE, "timeline", matter=Matter.BACK),
        section(Role.COLOPHON, "colophon"),
    )


def composition(
    format_: Format,
    *,
    metadata: Metadata = METADATA,
    isbn: str | None = None,
    cover: bool = True,
    layout: str = "",
    own_fonts: bool = False,
    **settings: Setting,
) -> Composition:
    """Compose the book for a format by the layout that comes with bookforge; with its fonts where it is looked at."""
    name = layout or {Format.EPUB: "ebook", Format.HTML: "web"}[format_]
    chosen = layouts.find(name, Path("nowhere"))
    edition = Edition(name, format_, name, dict(chosen.settings) | settings, isbn=isbn)
    book = Book(metadata, VOICES, sections(), ASSETS, metadata.revision or "abc123")
    supplies = compose.Supplies(
        cover=(png(400, 640), "image/png", "A lighthouse in the dark") if cover else None,
        web_fonts=fonts.web(fonts.resolve(chosen.fonts), string.printable + "–—‘’“”…") if own_fonts else (),
    )
    return compose.edition(Reading(book, edition, False, 0), chosen, supplies)
