"""Which engines are here, as keys of the cache see it."""

import ctypes.util
import os
from pathlib import Path

import pytest

from bookforge import cache, engines, manuscript, pipeline
from bookforge.book import ChapterMeta, OffsetMap, Source
from bookforge.markdown import pandoc


@pytest.fixture(autouse=True)
def _anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYPANDOC_PANDOC", raising=False)
    engines.versions.cache_clear()


def script(path: Path, version: str) -> Path:
    path.write_text(f"#!/bin/sh\necho pandoc {version}\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("names", [engines.CHAPTERS, engines.IMAGES, engines.WEB_FONTS, engines.PAGES])
def test_every_engine_of_a_key_is_known_here(names: tuple[str, ...]) -> None:
    line = engines.versions(*names)
    assert "absent" not in line
    assert "None" not in line
    assert "unicode=1" in line
    assert all(f" {name}=" in line for name in names)


def test_an_engine_that_is_not_installed_is_no_traceback() -> None:
    assert "fontpkg-no-such=absent" in engines.versions("fontpkg-no-such")


def test_the_wheels_pandoc_costs_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*_: object, **__: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr("subprocess.run", run)
    assert engines.pandoc_state() == engines.pandoc_state()


def test_the_authors_pandoc_is_in_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    states = {engines.pandoc_state()}
    own = script(tmp_path / "pandoc", "3.1")
    monkeypatch.setenv("PYPANDOC_PANDOC", str(own))
    states.add(engines.pandoc_state())
    script(own, "3.2")
    os.utime(own, ns=(0, 0))
    states.add(engines.pandoc_state())
    os.utime(own, ns=(1, 1))
    states.add(engines.pandoc_state())
    monkeypatch.setenv("PYPANDOC_PANDOC", str(tmp_path / "none"))
    states.add(engines.pandoc_state())
    assert len(states) == 5


def test_a_pandoc_named_without_its_folder_is_found_on_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = script(tmp_path / "my-pandoc", "3.1")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PYPANDOC_PANDOC", "my-pandoc")
    assert engines.pandoc() == own


def test_another_pandoc_takes_nothing_from_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = Source("a.md", "A word.\n", "A word.\n", OffsetMap(((0, 0),), (0, 8)), ChapterMeta())
    assert manuscript.location(source, 0).line == 1
    store = cache.Cache(tmp_path)
    pipeline.convert(source, "en", store)
    other = tmp_path / "pandoc"
    other.write_text(
        '#!/bin/sh\n[ "$1" = --version ] && echo pandoc 1.0 && exit\necho "<p>A word.</p>"; cat >/dev/null\n'
    )
    other.chmod(0o755)
    monkeypatch.setenv("PYPANDOC_PANDOC", str(other))
    engines.versions.cache_clear()
    pandoc._binary.cache_clear()
    try:
        pipeline.convert(source, "en", store)
    finally:
        pandoc._binary.cache_clear()
    assert len(list((store.folder or tmp_path).glob("store/section/*/*"))) == 2


def test_without_the_wheel_the_pandoc_on_the_path_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "_bundled_pandoc", lambda: None)
    monkeypatch.setattr(engines, "version", lambda _: None)  # as where only `pypandoc` is installed
    monkeypatch.setenv("PATH", str(tmp_path))
    assert engines.pandoc() is None
    assert "pandoc=absent" in engines.versions("pandoc", "lxml")
    engines.versions.cache_clear()
    own = script(tmp_path / "pandoc", "3.7")
    assert engines.pandoc() == own
    assert "3.7" in engines.versions("pandoc")


def test_a_library_that_is_missing_has_no_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(engines.LIBRARIES, "Pango", ("libno-such-thing.so.9",))  # type: ignore[arg-type]
    assert engines.library_version("Pango") is None
    assert engines.versions("Pango").endswith("Pango=absent")


def test_no_process_searches_for_a_library_that_the_loader_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def search(name: str) -> str:
        asked.append(name)
        return "found"

    monkeypatch.setattr(ctypes.util, "find_library", search)
    monkeypatch.setattr(engines, "_are_known_to_loader", lambda: True)
    with engines.libraries_by_file():
        assert ctypes.util.find_library("libpango-1.0-0") is None
        assert ctypes.util.find_library("z") == "found"
        monkeypatch.setattr(engines, "_are_known_to_loader", lambda: False)
        assert ctypes.util.find_library("libpango-1.0-0") == "found"
    assert ctypes.util.find_library is search
    assert asked == ["z", "libpango-1.0-0"]


def test_a_version_is_read_from_the_name_of_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "Some_Thing-1.2.post3.dist-info").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    assert engines.version("some-thing") == "1.2.post3"
    older = tmp_path / "older-2.0.egg-info"
    older.mkdir()
    (older / "PKG-INFO").write_text("Metadata-Version: 1.1\nName: older\nVersion: 2.0\n")
    assert engines.version("older") == "2.0"
    assert engines.version("no-such") is None
