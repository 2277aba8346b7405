"""A book on disk in, its editions on disk out: the whole pipeline, and the only place that lets anything be written."""

import contextlib
import dataclasses
import hashlib
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from bookforge import cache, garbage, publish, timings
from bookforge.diagnostics import (
    BookforgeError,
    Diagnostic,
    Report,
    Severity,
    UsageError,
    error,
    of_machine,
)
from bookforge.edition import Artifact, Edition, Format
from bookforge.makeup import Makeup
from bookforge.timings import Recorder

if TYPE_CHECKING:
    from bookforge.editions import Memory
    from bookforge.manifest import Manifest
    from bookforge.publish import Published

INTERRUPTED = 130
"""The exit status of a command stopped with Ctrl-C, as shells count: 128 and the signal's number."""
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be built and how. ``book`` is the manifest; no formats and no editions mean all of them."""

    book: Path
    formats: tuple[Format, ...] = ()
    editions: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    output: Path = Path("dist")
    jobs: int = 2
    strict: bool = False
    release: bool = False
    draft: bool = False
    reference: bool = False
    cache_folder: Path | None = None
    cached: bool = True
    timings: bool = False


@dataclass(frozen=True, slots=True)
class Built:
    """An edition as it was published; ``package`` is the folder to hand over to its printer."""

    edition: Edition
    published: "Published"
    pages: int | None
    words: int
    makeup: Makeup | None = None
    package: "Published | None" = None


@dataclass(frozen=True, slots=True)
class Judged:
    """An edition that was laid out to see its pages, not published."""

    edition: Edition
    makeup: Makeup


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an order: what was built or judged, everything that was found, and the exit status.

    ``files`` are those by whose state alone it is known that the same build again would come to the same, if it is.
    """

    built: tuple[Built, ...]
    judged: tuple[Judged, ...]
    diagnostics: tuple[Diagnostic, ...]
    status: int
    timings: Recorder = field(default_factory=Recorder)
    files: tuple[Path, ...] = ()


@dataclass(slots=True)
class _Log:
    """Gathers findings, each once, and passes them on as they come."""

    listener: Report
    found: list[Diagnostic] = field(default_factory=list)
    status: int = 0
    _known: set[Diagnostic] = field(default_factory=set)

    def __call__(self, finding: Diagnostic) -> None:
        if finding not in self._known:
            self._known.add(finding)
            self.found.append(finding)
            self.listener(finding)

    def has_warnings(self) -> bool:
        return any(found.severity is Severity.WARNING for found in self.found)

    def take(self, problem: BookforgeError) -> None:
        for finding in problem.diagnostics:
            self(finding)
        self.status = max(self.status, problem.exit_status)


def run(
    order: Order,
    report: Report,
    say: Callable[[str], None],
    memory: "Memory | None" = None,
    tell: timings.Tell = timings.untold,
) -> Outcome:
    """Build what is ordered. One edition that fails does not keep another from being published.

    ``say`` takes each step, ``tell`` how far a long one is.
    ``memory`` is what a process that stays keeps from one build to the next; then editions are made one by one.
    Raises nothing a book or a machine can cause: errors are findings, and the status says which kind was worst.
    """
    return _carry_out(order, report, say, _Building.build, memory, tell)


def check(order: Order, report: Report, say: Callable[[str], None]) -> Outcome:
    """Do everything short of laying out and writing: read, convert, compose, and prove the words of every edition."""
    return _carry_out(order, report, say, _Building.check)


def pages(order: Order, report: Report, say: Callable[[str], None], tell: timings.Tell = timings.untold) -> Outcome:
    """Lay out the PDF editions and judge their pages; nothing is published.

    Under ``strict`` the status is 1 when pages have what no book may have, whatever else was found.
    """
    outcome = _carry_out(dataclasses.replace(order, strict=False), report, say, _Building.judge, tell=tell)
    if order.strict and any(each.makeup.grave for each in outcome.judged):
        return dataclasses.replace(outcome, status=max(outcome.status, 1))
    return outcome


def _carry_out(
    order: Order,
    report: Report,
    say: Callable[[str], None],
    action: "Callable[[_Building], Iterator[Built | Judged]]",
    memory: "Memory | None" = None,
    tell: timings.Tell = timings.untold,
) -> Outcome:
    log = _Log(report)
    recorder = Recorder(tell)
    made: list[Built | Judged] = []
    files: tuple[Path, ...] = ()
    try:
        with garbage.seldom(), _scratch(memory) as scratch:
            building = _Building(order, log, say, scratch, memory, recorder)
            for each in action(building):
                made.append(each)
            files = building.files([each for each in made if isinstance(each, Built)])
    except BookforgeError as problem:
        log.take(problem)
    except KeyboardInterrupt:
        log(error("command-finished", "interrupted; what was built before is untouched"))
        log.status = INTERRUPTED
    except BrokenPipeError:
        raise
    except OSError as problem:
        log.take(of_machine(problem))
    if order.strict and log.has_warnings():
        log.status = max(log.status, 1)
    return Outcome(
        tuple(each for each in made if isinstance(each, Built)),
        tuple(each for each in made if isinstance(each, Judged)),
        tuple(log.found),
        log.status,
        recorder,
        files,
    )


@contextlib.contextmanager
def _scratch(memory: "Memory | None") -> Iterator[Path]:
    """Give a folder for files that are not needed after a build, or after the process that stays."""
    if memory is not None and memory.scratch is not None:
        yield memory.scratch
        return
    with tempfile.TemporaryDirectory(prefix="bookforge-") as scratch:
        yield Path(scratch)


class _Building:
    """One run: the book loaded once, its editions made together."""

    def __init__(
        self,
        order: Order,
        log: _Log,
        say: Callable[[str], None],
        scratch: Path,
        memory: "Memory | None",
        recorder: Recorder,
    ) -> None:
        from bookforge import pipeline

        self.order = order
        self.log = log
        self.say = say
        self.scratch = scratch
        self.memory = memory if order.cached else None
        if self.memory is not None:
            self.memory.recent.begin()
        self.timings = recorder
        self.folder = cache.default_folder(order.cache_folder) if order.cached else None
        say("reading the manuscript")
        report = self._report_of_release if order.release else log
        self.loaded = pipeline.load(order.book, order.only, self._store(), order.jobs, report, recorder)
        self.editions = choose(self.loaded.manifest, order)
        if order.release:
            from bookforge import release

            release.refuse_unfinished(self.loaded, log.found)
            release.demand_validators(edition.format for edition in self.editions)

    def _store(self) -> cache.Cache:
        return cache.Cache(self.folder, self.log, recent=self.memory.recent if self.memory else None)

    def _report_of_release(self, finding: Diagnostic) -> None:
        from bookforge import release

        for weighed in release.weighed((finding,)):
            self.log(weighed)

    def check(self) -> Iterator[Built]:
        """Compose every edition and prove its words; nothing is built."""
        from bookforge import editions

        shop = editions.Workshop(self._store(), self.scratch, self.log)
        for edition in self.editions:
            try:
                editions.compose_only(self.loaded, edition, shop)
            except BookforgeError as problem:
                self.log.take(problem)
        return iter(())

    def judge(self) -> Iterator[Judged]:
        """Lay out the editions that are PDFs.

        Errors: ``edition-of-format``.
        """
        named = [edition.name for edition in self.editions if edition.format is not Format.PDF]
        if self.order.editions and named:
            message = f"the edition '{named[0]}' is no PDF, so it has no pages"
            raise UsageError(error("edition-of-format", message, None, "name a PDF edition"))
        self.editions = tuple(edition for edition in self.editions if edition.format is Format.PDF)
        if not self.editions:
            raise UsageError(error("edition-of-format", "the book declares no pdf edition"))
        for artifact in self._make(drawn=False):
            assert artifact.makeup is not None
            yield Judged(artifact.edition, artifact.makeup)

    def build(self) -> Iterator[Built]:
        """Make the editions and publish each as it is ready; under ``--strict`` all together, after no warning."""
        publish.recover(self.order.output)
        ready: Iterable[Artifact] = self._make()
        if self.order.strict:
            ready = tuple(ready)
            if self.log.has_warnings() or self.log.status:
                return
        for artifact in ready:
            try:
                base = self._base(artifact.edition)
                self.say(f"writing {base}")
                # the folder first: where it may not be replaced, the edition stays as a whole what it was
                with self.timings.span("publish", artifact.edition.name):
                    package = self._publish_package(artifact, base)
                    published = publish.artifact(artifact, self.order.output, base)
                yield Built(artifact.edition, published, artifact.pages, artifact.words, artifact.makeup, package)
            except BookforgeError as problem:
                self.log.take(problem)
        if self.order.timings:
            self._publish_timings()

    def files(self, built: list[Built]) -> tuple[Path, ...]:
        """Return the files that decide what was built, and what was published, where nothing was changed."""
        from bookforge import finished

        published = [each for one in built for each in (one.published, one.package) if each is not None]
        is_plain = self.memory is None and not self.order.release and not self.log.status
        if not is_plain or not built or any(each.changed for each in published):
            return ()
        sources = finished.files(self.loaded, self.editions)
        return (*sources, *(path for each in published for path in publish.files(each))) if sources else ()

    def _publish_timings(self) -> None:
        """Put the picture of where the time went beside the editions."""
        declared = self.loaded.manifest
        drawn = timings.picture(self.timings, f"{declared.metadata.title}: where the time went")
        publish.file(drawn.encode(), self.order.output, f"{declared.id}-timings.svg")

    def _make(self, drawn: bool = True) -> Iterator[Artifact]:
        """Make the editions, each validated under ``--release``; when not ``drawn``, only lay them out."""
        from bookforge import workers

        for edition in self.editions:
            self.say(f"making {edition.name}")
        bench = workers.Bench(
            self.loaded,
            self.folder,
            self.scratch,
            drawn=drawn,
            draft=self.order.draft,
            reference=self.order.reference or self.order.release,
            memory=self.memory,
            timings=self.timings,
        )
        with contextlib.closing(workers.make_all(bench, self.editions, self.order.jobs)) as making:
            for made in making:
                said = self._weighed(made.said)
                for finding in said:
                    self.log(finding)
                try:
                    if made.artifact is None:
                        assert made.problem is not None
                        raise made.problem
                    artifact = _named(made.artifact, self._base(made.edition)) if drawn else made.artifact
                    if self.order.release:
                        from bookforge import release

                        release.refuse_wrong(said)
                        release.validate(artifact, self.log)
                    artifact = self._hand_over(artifact, said)
                except BookforgeError as problem:
                    self.log.take(problem)
                else:
                    yield artifact

    def _weighed(self, said: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
        if not self.order.release:
            return said
        from bookforge import release

        return release.weighed(said)

    def _hand_over(self, artifact: Artifact, said: tuple[Diagnostic, ...]) -> Artifact:
        """Measure what goes to a printer and put its sheet to it; what a printer would refuse ends a release."""
        if not artifact.package:
            return artifact
        from bookforge.printing import handover

        self.say(f"measuring {artifact.edition.name} for its printer")
        declared = self.loaded.manifest
        with self.timings.span("package", artifact.edition.name):
            handed = handover.prepare(artifact, declared.metadata, declared.folder, self._store())
        if self.order.release:
            handed.refuse()
        for finding in handed.refused_beside(said):
            self.log(finding)
        return dataclasses.replace(artifact, package=handed.files)

    def _publish_package(self, artifact: Artifact, base: str) -> "Published | None":
        if not artifact.package:
            return None
        return publish.folder(artifact.package, self.order.output, artifact.edition.package_name(base))

    def _base(self, edition: Edition) -> str:
        """Name an edition's files after book and edition; one of some chapters never takes the whole book's place."""
        base = f"{self.loaded.manifest.id}-{edition.name}"
        only = self.loaded.only
        if not only:
            return base
        named = "-".join(only)
        if len(only) > 1 and len(named) > _LONGEST_NAME:
            which = hashlib.sha256(named.encode()).hexdigest()[:6]
            named = f"{only[0]}-and-{len(only) - 1}-more-{which}"
        return f"{base}-only-{named}"


def _named(artifact: Artifact, base: str) -> Artifact:
    """Name a single file after book and edition."""
    if artifact.edition.format is Format.HTML:
        return artifact
    ((_, data),) = artifact.files.items()
    return dataclasses.replace(artifact, files={f"{base}.{artifact.edition.format}": data})


def choose(declared: "Manifest", order: Order) -> tuple[Edition, ...]:
    """Return the editions an order means.

    Errors: ``edition-known``, ``edition-of-format``.
    """
    names = [edition.name for edition in declared.editions]
    wrong = [_unknown(name, names) for name in order.editions if name not in names]
    formats = {edition.format for edition in declared.editions}
    wrong += [
        error("edition-of-format", f"the book declares no {each} edition", None, f"it declares {', '.join(names)}")
        for each in order.formats
        if each not in formats
    ]
    if wrong:
        raise UsageError(*wrong)
    if not order.editions and not order.formats:
        return declared.editions
    return tuple(each for each in declared.editions if each.name in order.editions or each.format in order.formats)


def _unknown(name: str, names: list[str]) -> Diagnostic:
    near = get_close_matches(name, names, 1)
    hint = f"did you mean '{near[0]}'?" if near else f"the editions are {', '.join(names)}"
    return error("edition-known", f"the book declares no edition '{name}'", None, hint)
