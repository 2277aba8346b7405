"""A loaded book and a declared edition in, a proven artifact out."""

import dataclasses
import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bookforge import compose, engines, layouts
from bookforge.book import BookSection, Note, Section, SectionId
from bookforge.cache import Shelf, file_digest
from bookforge.cache import key as cache_key
from bookforge.diagnostics import (
    Diagnostic,
    EditionError,
    LayoutError,
    Location,
    ManuscriptError,
    Report,
    error,
    note,
    warning,
)
from bookforge.edition import Artifact, Composition, Edition, FontFace, Format, Press, Reading, Setting
from bookforge.layouts import Layout
from bookforge.manifest import Manifest
from bookforge.pipeline import Loaded, code_digest
from bookforge.reading import reading
from bookforge.semantics import Role
from bookforge.workshop import Memory as Memory
from bookforge.workshop import Workshop as Workshop

if TYPE_CHECKING:
    from bookforge import makeup
    from bookforge.fonts import WebFont
    from bookforge.laid import Laid
    from bookforge.printing.job import Job
    from bookforge.typeset import Bench
    from bookforge.typeset.plan import Plan

_ROUNDS: Final = 4
_ALL_MOVED: Final = "notes do not fit at the foot of the pages in any arrangement: all are set at the ends of chapters"
_PLAN_HINT: Final = "look at this page; page numbers in the index and in references may be one off"
_UNSETTLED_HINT: Final = "look at these pages; a few words more or less before them may settle it"
_NUDGE_HINT: Final = "take it away, or change a few words; all lines that could be read were tried"
_JUDGED: Final = "judged"
_PROOF: Final = "proof"
_CALLED: Final = {Role.ILLUSTRATIONS: "list of illustrations", Role.INDEX: "index"}
"""Sections made of what the authors marked, of which it is said when an edition does without."""
_NO_DRAWING: Final = b'<svg xmlns="http://www.w3.org/2000/svg"/>'


def settle(edition: Edition, declared: Manifest) -> tuple[Edition, Layout]:
    """Find an edition's layout and merge its settings: the layout's defaults, those of what it proves, its own.

    Errors: ``layout-exists``, ``layout-valid``, ``layout-format``, ``font-exists``, ``setting-known`` and
    ``setting-fits``.
    """
    layout = layouts.find(edition.layout, declared.folder, edition.at)
    if layout.format is not None and layout.format is not edition.format:
        message = f"layout '{edition.layout}' makes {layout.format}, not {edition.format}"
        raise EditionError(error("layout-format", message, edition.at, "choose another layout or format"))
    if edition.format is Format.PDF and not layout.fonts:
        said = Location(layout.shown(layout.folders[0] / "layout.yaml"))
        hint = "list some under 'fonts', or let it extend 'paperback'; see docs/layouts.md"
        raise LayoutError(error("font-exists", f"layout '{layout.name}' has no font to set pages in", said, hint))
    proved = next((each for each in declared.editions if each.name == edition.of), None)
    inherited = {name: value for name, value in (proved.settings if proved else {}).items() if name in layout.settings}
    settings = dict(layout.settings) | inherited | dict(edition.settings)
    wrong = [
        _unknown_setting(name, edition, layout, declared) for name in edition.settings if name not in layout.settings
    ]
    wrong += [
        _unfit_setting(name, value, layout, _at(name, edition, declared))
        for name, value in settings.items()
        if name in layout.settings and not _fits(name, value, layout)
    ]
    if wrong:
        raise EditionError(*wrong)
    return dataclasses.replace(edition, settings=settings), layout


def _at(name: str, edition: Edition, declared: Manifest) -> Location | None:
    return declared.setting_places.get(edition.name, {}).get(name, edition.at)


_SIDES: Final = {"left-head": "verso-head", "right-head": "recto-head"}
"""Settings as people call them who do not print, who would else be told of the other side."""


def _unknown_setting(name: str, edition: Edition, layout: Layout, declared: Manifest) -> Diagnostic:
    same = [_SIDES[name]] if _SIDES.get(name) in layout.settings else []
    near = same or get_close_matches(name, [*layout.settings, "format", "layout", "isbn", "of"], 1, 0.7)
    known = ", ".join(sorted(layout.settings))
    hint = f"its settings are {known}" if known else "it has no settings"
    hint = f"did you mean '{near[0]}'?" if near else hint
    message = f"layout '{edition.layout}' has no setting '{name}'"
    return error("setting-known", message, _at(name, edition, declared), hint)


def _unfit_setting(name: str, value: Setting, layout: Layout, at: Location | None) -> Diagnostic:
    limits = layout.limits.get(name)
    near = get_close_matches(str(value), limits.words, 1) if limits else []
    what = limits or _kind(layout.settings[name])
    return error(
        "setting-fits", f"'{name}' is {what}, not '{value}'", at, f"did you mean '{near[0]}'?" if near else None
    )


def _fits(name: str, value: Setting, layout: Layout) -> bool:
    if name in layout.limits:
        return layout.limits[name].hold(value)
    default = layout.settings[name]
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(value, bool) and isinstance(default, bool)
    if isinstance(default, int | float):
        return isinstance(value, int | float)
    return True


def _kind(default: Setting) -> str:
    if isinstance(default, bool):
        return "true or false"
    return "a number" if isinstance(default, int | float) else "a text"


# ---------------------------------------------------------------- making


def compose_only(loaded: Loaded, edition: Edition, shop: Workshop) -> Composition:
    """Compose an edition without laying it out or writing it, and prove its words: what ``check`` does."""
    from bookforge import glyphs

    settled, layout = settle(edition, loaded.manifest)
    read = _read(loaded, settled, shop)
    _job(loaded, read, shop)
    composition = _compose(read, layout, _plain_supplies(loaded, read, layout), shop.shelf)
    _judge(composition, loaded.manifest, shop.report)
    _report_missing(loaded, composition, glyphs.of_documents(composition.documents), shop.report)
    return composition


def make(loaded: Loaded, edition: Edition, shop: Workshop) -> Artifact:
    """Make an edition.

    Errors: those of reading, composing and writing it, and ``words-conserved``.
    """
    settled, layout = settle(edition, loaded.manifest)
    if shop.draft and "pages" in settled.settings:
        settled = dataclasses.replace(settled, settings={**settled.settings, "pages": "full"})
    read = _read(loaded, settled, shop)
    job = _job(loaded, read, shop)
    with shop.timings.span("compose", edition.name):
        supplies = _supplies(loaded, read, layout, shop)
    if job is not None:
        return _print(loaded, read, supplies, layout, shop, job)
    with shop.timings.span("compose", edition.name):
        composition = _compose(read, layout, supplies, shop.shelf)
    if settled.format is Format.PDF:
        _judge(composition, loaded.manifest, shop.report)
        planned = _plan(composition, supplies, layout, shop)
        with shop.timings.span("lay out", edition.name):
            return _make_pdf(loaded, planned, layout, shop)
    with shop.timings.span("package", edition.name):
        return _make_reflowing(loaded, composition, shop)


def _job(loaded: Loaded, read: Reading, shop: Workshop) -> "Job | None":
    if read.edition.printer is None and read.edition.of is None:
        return None
    from bookforge.printing.job import job

    return job(read, loaded.manifest.editions, loaded.manifest.folder, shop.report)


def _print(
    loaded: Loaded, read: Reading, supplies: compose.Supplies, layout: Layout, shop: Workshop, job: "Job"
) -> Artifact:
    """Make a PDF edition with the margins its printer wants, and the file for the press."""
    from bookforge.printing import job as printing

    known: dict[tuple[str, ...], tuple[_Planned, list[Diagnostic]]] = {}

    @cache
    def plan(press: Press) -> tuple[_Planned, list[Diagnostic]]:
        stocked = dataclasses.replace(supplies, press=press)
        with shop.timings.span("compose", read.edition.name):
            composition = _compose(read, layout, stocked, shop.shelf)
        # Where the layout's own margins are the wider ones, another demand makes the same pages.
        looks = tuple(sheet.text for sheet in composition.stylesheets)
        texts = looks + tuple(document.text for document in composition.documents)
        if texts not in known:
            said: list[Diagnostic] = []
            quiet = dataclasses.replace(shop, report=said.append)
            _judge(composition, loaded.manifest, quiet.report)
            known[texts] = _plan(composition, stocked, layout, quiet), said
        return known[texts]

    def lay(press: Press, report: Report) -> Artifact:
        planned, said = plan(press)
        for finding in said:
            report(finding)
        with shop.timings.span("lay out", read.edition.name):
            return _make_pdf(loaded, planned, layout, dataclasses.replace(shop, report=report))

    artifact = printing.make(job, lambda press: plan(press)[0].plan.total, lay, shop.report)
    if job.proof or loaded.only or not artifact.files:  # a part of a book goes to no printer
        return artifact
    with shop.timings.span("package", read.edition.name):
        packed = printing.pack(job, artifact, read.book.metadata, shop.store, shop.report)
        return _with_covers(loaded, read, layout, shop, job, packed)


def _with_covers(
    loaded: Loaded, read: Reading, layout: Layout, shop: Workshop, job: "Job", artifact: Artifact
) -> Artifact:
    """Add the covers to what is handed over: their size follows from the pages of the finished interior."""
    from bookforge import cover, fonts
    from bookforge.cover.package import package as covers_for

    faces = fonts.resolve(layout.fonts)
    studio = cover.Studio(read, layout, faces, loaded.manifest.typography, shop.store, shop.scratch)
    covers = covers_for(studio, job.printer, job.trim, artifact.printed or 0, loaded.manifest.folder)
    for finding in covers.said:
        shop.report(finding)
    _report_missing_of(loaded, read, faces, covers.shown, shop.report)
    package = {**artifact.package, **covers.files}
    return dataclasses.replace(artifact, package=package, wrap_size=covers.size, spine=covers.spine)


def _read(loaded: Loaded, edition: Edition, shop: Workshop) -> Reading:
    read = reading(loaded.book, edition)
    if read.queries_left_out:
        count = read.queries_left_out
        what = f"{count} author quer{'y is' if count == 1 else 'ies are'} open and left out"
        shop.report(note("queries-answered", what))
    for role, called in _CALLED.items():
        if edition.settings.get(role.value) == "none" and any(each.role is role for each in loaded.book.sections):
            what = f"the edition '{edition.name}' does without the {called} (its setting '{role.value}')"
            shop.report(note("sections-left-out", what))
    return read


def _compose(read: Reading, layout: Layout, supplies: compose.Supplies, shelf: Shelf) -> Composition:
    """Compose an edition and compare its documents with the manuscript, word by word."""
    drawing = _Drawing(read)
    composition = compose.edition(read, layout, dataclasses.replace(supplies, formula=drawing), shelf)
    if drawing.wrong:
        raise ManuscriptError(*dict.fromkeys(drawing.wrong))
    return _proven(composition, shelf)


def _proven(composition: Composition, shelf: Shelf) -> Composition:
    """Compare the documents of an edition with the manuscript, word by word."""
    from bookforge import ledger
    from bookforge.writers import documents

    sections = _sections(composition.reading)
    if not ledger.conserves(sections, composition, shelf):
        documents.parse(composition)  # what is no XML has no words to compare
        if wrong := ledger.compare(sections, composition.documents):
            raise ManuscriptError(*wrong)
    return composition


def _sections(read: Reading) -> dict[SectionId, BookSection]:
    return {section.id: section for section in read.book.sections}


def _make_reflowing(loaded: Loaded, composition: Composition, shop: Workshop) -> Artifact:
    from bookforge import glyphs

    _report_missing(loaded, composition, glyphs.of_documents(composition.documents), shop.report)
    if composition.reading.edition.format is Format.EPUB:
        from bookforge.writers import epub

        return epub.write(composition, shop.report)
    from bookforge.writers import html

    return html.write(composition, shop.report)


# ---------------------------------------------------------------- pages


def _judge(composition: Composition, declared: Manifest, report: Report) -> None:
    """Say what can be said of pages before they are laid out; refuse those with no room for text."""
    for finding in composition.said:
        report(finding)
    edition = composition.reading.edition
    said = declared.setting_places
    places = {**said.get(edition.of or "", {}), **said.get(edition.name, {})}
    wrong = compose.sheet.judge(composition.sheet, edition, places.get) if composition.sheet else None
    if wrong is not None:
        raise EditionError(wrong)


@dataclass(frozen=True, slots=True)
class _Planned:
    """A composition with the plan of its pages carried out, the same without, and what it was made with."""

    composition: Composition
    bare: Composition
    supplies: compose.Supplies
    plan: "Plan"


def _make_pdf(loaded: Loaded, planned: _Planned, layout: Layout, shop: Workshop) -> Artifact:
    """Set a book by the plan of its pages, prove its words, draw it."""
    from bookforge import fonts, ledger, makeup, typeset
    from bookforge.printing import resolution
    from bookforge.writers import pdf

    planned, laid = _set(planned, layout, shop)
    composition, read = planned.composition, planned.composition.reading
    if not ledger.pages_conserve(composition, laid, shop.shelf):
        wrong = ledger.compare_pages(composition.documents[0], laid, _sections(read))
        if wrong:
            raise ManuscriptError(*wrong)
    _report_missing(loaded, composition, laid.shown, shop.report)
    if read.edition.of is None:
        for finding in resolution.too_coarse(composition, laid.pages, planned.supplies.press.dpi):
            shop.report(finding)
    missing = fonts.missing(_for_text(composition.fonts), laid.shown)
    chosen = typeset.composed(composition, planned.plan)
    judged = makeup.examine(
        laid.pages, _sections(read), missing, _is_proof(read.edition, layout), chosen, _parts(laid, shop)
    )
    if not shop.drawn:
        return Artifact(read.edition, {}, pages=len(laid.pages), makeup=judged)
    return dataclasses.replace(pdf.write(composition, laid, shop.report), makeup=judged)


def _parts(laid: "Laid", shop: Workshop) -> "makeup.Parts":
    """Return the pages in the parts in which they were laid out; what is judged of them is kept."""
    from bookforge import makeup

    def keep(name: str, judge: "Callable[[], makeup.Judged]") -> "makeup.Judged":
        return shop.store.held(_JUDGED, cache_key(_JUDGED, name), makeup.Judged, judge, makeup.size)

    return makeup.Parts(tuple(itertools.starmap(makeup.Run, laid.runs)), keep)


def _is_proof(edition: Edition, layout: Layout) -> bool:
    """Say whether every sheet carries marks: a proof's, or one set by the proof's layout."""
    return edition.of is not None or any(folder.name == _PROOF for folder in layout.folders)


def _set(planned: _Planned, layout: Layout, shop: Workshop) -> tuple[_Planned, "Laid"]:
    """Set the whole book by the plan of its pages, and compare what came of it with the plan.

    A note that fits nowhere, which the plan did not foresee, goes to the end of its chapter, and the book is set again.
    """
    from bookforge import typeset

    read = planned.composition.reading
    for done in itertools.count():
        said: list[Diagnostic] = []
        laid = _laid(planned, shop, said.append)
        moved = laid.unfit - planned.supplies.endnotes
        if not moved or done > _ROUNDS:
            break
        if done < _ROUNDS:
            supplies, composition = _without_notes(moved, read, planned.supplies, layout, shop)
        else:
            # Notes that go make others go: none is left at the foot of a page.
            shop.report(warning("note-fits-page", _ALL_MOVED, hint="shorten the longest notes"))
            supplies = dataclasses.replace(planned.supplies, endnotes=frozenset(_notes(read)))
            composition = _compose(read, layout, supplies, shop.shelf)
        planned = _plan(composition, supplies, layout, shop)
    for finding in said:
        shop.report(finding)
    for name, meant, real in [*typeset.kept(planned.plan, laid)][:1]:
        message = f"from '{name}' on, the pages are not those planned: it stands on page {real + 1}, not {meant + 1}"
        shop.report(warning("plan-kept", message, _place(name, read), _PLAN_HINT))
    for name, what in typeset.unsettled(planned.plan):
        shop.report(warning("pages-settle", what, _place(name, read), _UNSETTLED_HINT))
    for name, what in typeset.unheeded(planned.composition, planned.plan):
        shop.report(warning("nudge-obeyed", what, _place(name, read), _NUDGE_HINT))
    return planned, laid


def _laid(planned: _Planned, shop: Workshop, report: Report) -> "Laid":
    """Set the book: its sections one by one, or all of it as one document where it can only be set so."""
    from bookforge import typeset
    from bookforge.typeset import assembling
    from bookforge.writers import pdf
    from bookforge.writers.assembly.faces import UnlinkableError

    if not shop.reference:
        try:
            return assembling.assemble(planned.bare, planned.plan, _bench(shop), report)
        except UnlinkableError:
            pass  # The whole book at once can do what its parts cannot.
    return pdf.layout(typeset.set_lines(planned.composition, planned.plan), shop.scratch, report)


def _plan(composition: Composition, supplies: compose.Supplies, layout: Layout, shop: Workshop) -> _Planned:
    """Plan the pages until the page numbers in the text are those that come of it; carry the plan out."""
    from bookforge import typeset

    if composition.asked and not supplies.pages:
        # A first look, without the sections that ask for page numbers behind all of these: an index is long to set.
        composition, plan, supplies = _fitted(composition, supplies, layout, shop, composition.asked)
        supplies = dataclasses.replace(supplies, pages=plan.labels)
        composition = _compose(composition.reading, layout, supplies, shop.shelf)
    composition, plan, supplies = _fitted(composition, supplies, layout, shop)
    rounds = 0
    while any(supplies.pages.get(name) != plan.labels.get(name) for name in composition.asked):
        rounds += 1
        if rounds > _ROUNDS:
            message = "page numbers printed in the text make it longer or shorter, and so never come to rest"
            shop.report(warning("plan-kept", message, hint="some may be one off: look at the index and the notes"))
            break
        supplies = dataclasses.replace(supplies, pages=plan.labels)
        composition = _compose(composition.reading, layout, supplies, shop.shelf)
        composition, plan, supplies = _fitted(composition, supplies, layout, shop)
    return _Planned(_proven(typeset.carry_out(composition, plan, shop.shelf), shop.shelf), composition, supplies, plan)


def _fitted(
    composition: Composition,
    supplies: compose.Supplies,
    layout: Layout,
    shop: Workshop,
    wanted: frozenset[str] | None = None,
) -> "tuple[Composition, Plan, compose.Supplies]":
    """Plan the pages, or those of the ids ``wanted``; notes that fit none go to the ends of their chapters."""
    from bookforge import typeset

    read = composition.reading
    bench = _bench(shop)
    for done in itertools.count():
        plan = typeset.plan(composition, bench, wanted)
        unfit = frozenset(plan.unfit) - supplies.endnotes
        if not unfit:
            break
        if done >= _ROUNDS:  # Notes that go make others go: these chapters keep none.
            chapters = {note.partition(".")[0] for note in unfit}
            unfit |= {note for note in _notes(read) if note.partition(".")[0] in chapters} - supplies.endnotes
        supplies, composition = _without_notes(unfit, read, supplies, layout, shop)
    return composition, plan, supplies


def _bench(shop: Workshop) -> "Bench":
    from bookforge import typeset

    return typeset.Bench(shop.store, shop.scratch, code_digest(), shop.made, shop.jobs, timings=shop.timings)


def _without_notes(
    moved: frozenset[str], read: Reading, supplies: compose.Supplies, layout: Layout, shop: Workshop
) -> tuple[compose.Supplies, Composition]:
    """Compose an edition with some notes at the ends of their chapters."""
    notes = _notes(read)
    for identity in sorted(moved):
        shop.report(_moved_note(notes.get(identity)))
    supplies = dataclasses.replace(supplies, endnotes=supplies.endnotes | moved)
    return supplies, _compose(read, layout, supplies, shop.shelf)


def _place(identity: str, read: Reading) -> Location | None:
    """Return where a block stands in its chapter."""
    section = next((each for each in read.book.sections if each.id == identity.partition(".")[0]), None)
    if section is None or section.content is None:
        return None
    found = section.content.source_map.blocks.get(identity)
    return Location(section.content.path, found.line, found.column) if found else Location(section.content.path)


def _notes(read: Reading) -> dict[str, tuple[Section, Note]]:
    """Return every note of the manuscript by its id, with its section."""
    contents = (section.content for section in read.book.sections if section.content)
    return {note.id: (content, note) for content in contents for note in content.notes}


def _moved_note(known: tuple[Section, Note] | None) -> Diagnostic:
    message = "the note does not fit at the foot of a page and is set at the end of its chapter"
    at = Location(known[0].path, known[1].at.line, known[1].at.column) if known else None
    return warning("note-fits-page", message, at, "shorten it, or accept an endnote")


# ---------------------------------------------------------------- supplies


def _supplies(loaded: Loaded, read: Reading, layout: Layout, shop: Workshop) -> compose.Supplies:
    """Gather what a composition needs; an e-book and a site carry their fonts and their cover."""
    plain = _plain_supplies(loaded, read, layout)
    if read.edition.format is Format.PDF:
        return plain
    embedded = _for_text(plain.fonts)
    return dataclasses.replace(
        plain,
        web_fonts=_web_fonts(read, layout, embedded, shop) if embedded else (),
        cover=_cover(loaded, read, layout, plain.fonts, shop),
    )


def _plain_supplies(loaded: Loaded, read: Reading, layout: Layout) -> compose.Supplies:
    from bookforge import fonts

    return compose.Supplies(
        fonts=fonts.resolve(layout.fonts),
        isbns=tuple((each.name, each.isbn, each.format.value) for each in loaded.manifest.editions if each.isbn),
        typography=loaded.manifest.typography,
    )


def _for_text(faces: tuple[FontFace, ...]) -> tuple[FontFace, ...]:
    """Leave out the faces that only draw the cover: an e-book is set in a face of its reader's choice."""
    return tuple(face for face in faces if face.role != "cover")


class _Drawing:
    """Draws the formulas of an edition; keeps what cannot be drawn, with its place."""

    def __init__(self, read: Reading) -> None:
        self.read = read
        self.wrong: list[Diagnostic] = []

    def __call__(self, formula: str, display: bool) -> bytes:
        from bookforge import formulas

        try:
            return formulas.draw(formula, display)
        except ManuscriptError as problem:
            at = formulas.place(formula, self.read.book.sections)
            self.wrong += [dataclasses.replace(found, at=at) for found in problem.diagnostics]
            return _NO_DRAWING


def _report_missing(loaded: Loaded, composition: Composition, shown: Iterable[str], report: Report) -> None:
    """Warn of characters that the faces of the text cannot show; a layout without any leaves that to the reader."""
    faces = _for_text(composition.fonts)
    if faces:
        _report_missing_of(loaded, composition.reading, faces, shown, report)


def _report_missing_of(
    loaded: Loaded, read: Reading, faces: tuple[FontFace, ...], shown: Iterable[str], report: Report
) -> None:
    from bookforge import glyphs

    paths = {section.content.path for section in read.book.sections if section.content}
    sources = tuple(source for source in loaded.sources if source.path in paths)
    drawings = tuple(read.book.assets[path] for path in sorted(read.book.assets))
    glyphs.report_missing(faces, shown, loaded.manifest, (sources, drawings), report)


def _web_fonts(read: Reading, layout: Layout, faces: tuple[FontFace, ...], shop: Workshop) -> "tuple[WebFont, ...]":
    from bookforge import fonts, glyphs

    wanted = glyphs.wanted(read, layout)
    parts = [f"{face.family}\0{face.style}\0{file_digest(Path(face.path))}" for face in faces]
    name = cache_key("web-fonts", code_digest(), engines.versions(*engines.WEB_FONTS), wanted, *parts)
    known = shop.store.get("web-fonts", name, fonts.WebFonts)
    if known is None:
        known = fonts.WebFonts(fonts.web(faces, wanted))
        shop.store.put("web-fonts", name, known)
    return known.fonts


def _cover(
    loaded: Loaded, read: Reading, layout: Layout, faces: tuple[FontFace, ...], shop: Workshop
) -> tuple[bytes, str, str] | None:
    """Return the front cover as a picture every shop takes: the book's own, or one set from the title."""
    from bookforge import cover

    studio = cover.Studio(read, layout, faces, loaded.manifest.typography, shop.store, shop.scratch)
    shown = cover.picture(studio)
    for finding in shown.said:
        shop.report(finding)
    _report_missing_of(loaded, read, faces, shown.shown, shop.report)
    return shown.data, shown.media_type, cover.description(studio)
