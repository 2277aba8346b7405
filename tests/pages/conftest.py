from pathlib import Path

import press
import pytest

from bookforge.diagnostics import Diagnostic
from bookforge.edition import Composition
from bookforge.laid import Laid
from bookforge.writers import pdf
from bookforge.writers.galleys import Galleys


@pytest.fixture(scope="session")
def cache_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fonts")


@pytest.fixture
def layouts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The first sections of what was laid out for the plan, in order."""
    laid: list[str] = []
    lay = Galleys.lay

    def watched(self: Galleys, html: str, sheets: object, section: str, *more: object) -> object:
        laid.append(section)
        return lay(self, html, sheets, section, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(Galleys, "lay", watched)
    return laid


class Pressed:
    """A composition, laid out and drawn, with everything that was said meanwhile."""

    def __init__(self, composition: Composition, cache_folder: Path) -> None:
        self.composition = composition
        self.found: list[Diagnostic] = []
        self.laid: Laid = pdf.layout(composition, cache_folder, self.found.append)
        artifact = pdf.write(composition, self.laid, self.found.append)
        ((self.name, self.data),) = artifact.files.items()
        self.pages = artifact.pages

    def page_of(self, identity: str) -> int:
        return self.laid.anchors[identity][0]

    def rules(self) -> list[str]:
        return [each.rule for each in self.found]


@pytest.fixture(scope="session")
def sample(cache_folder: Path) -> Pressed:
    return Pressed(press.compose(press.sample(), toc=press.TOC), cache_folder)


@pytest.fixture(scope="session")
def proof(cache_folder: Path) -> Pressed:
    return Pressed(press.compose(press.proofread(press.sample()), "proof"), cache_folder)


@pytest.fixture
def chapter(cache_folder: Path):
    """Press a chapter from its body."""

    def pressed(body: str, trim: str = "5.5x8.5in") -> Pressed:
        return Pressed(press.compose(press.chapter(body), trim=trim), cache_folder)

    return pressed
