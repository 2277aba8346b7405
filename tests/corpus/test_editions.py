"""The benchmark manuscript, built whole: nothing lost, and no complaint of any validator."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from bookforge import validate
from tests.corpus import book

pytestmark = [pytest.mark.corpus, pytest.mark.slow, pytest.mark.xdist_group("corpus")]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    folder = tmp_path_factory.mktemp("corpus")
    places = ("--output", str(folder / "dist"), "--cache-dir", str(folder / "cache"))
    command = (sys.executable, "-m", "bookforge", "build", str(book.make(folder / "book")), "--json", *places)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    said = json.loads(done.stdout)
    assert {found["rule"] for found in said["diagnostics"]} <= {"font-has-glyph", "head-fits", "words-left-out"}
    return {artifact["edition"]: Path(artifact["path"]) for artifact in said["artifacts"]}


def test_every_edition_is_built(built: Mapping[str, Path]) -> None:
    assert sorted(built) == ["ebook", "paperback", "proof", "web"]


@pytest.mark.validator
def test_epubcheck_and_ace_find_nothing(built: Mapping[str, Path]) -> None:
    assert validate.epub(built["ebook"]) == ()


@pytest.mark.validator
def test_the_pages_are_accessible(built: Mapping[str, Path]) -> None:
    assert validate.pdf(built["paperback"]) == ()


@pytest.mark.validator
def test_the_html_checker_and_axe_find_nothing(built: Mapping[str, Path]) -> None:
    assert validate.html(built["web"]) == ()
