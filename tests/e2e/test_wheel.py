"""The tool as others get it: a wheel, installed, in an empty folder, with no repository near."""

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = (sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder))
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    [made] = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Give a function that runs Python with the wheel installed before everything else, in a given folder."""
    target = tmp_path_factory.mktemp("site")
    pip = (
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-index",
        "--no-deps",
        "--target",
        str(target),
        str(wheel),
    )
    subprocess.run(pip, check=True, capture_output=True)

    def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"PYTHONPATH": str(target), "BOOKFORGE_CACHE_DIR": str(folder / ".cache")}
        command = (sys.executable, *arguments)
        return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)

    return run


def test_layouts_are_in_the_wheel_and_the_memoir_is_not(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    layouts = {path.relative_to(ROOT).as_posix() for path in (ROOT / "layouts").rglob("*") if path.is_file()}
    packed = {f"layouts/{name.removeprefix('bookforge/layouts_data/')}" for name in names if "/layouts_data/" in name}
    assert packed == layouts
    assert not any("manuscript/" in name or "chapters/" in name for name in names)
    assert any(name.endswith("licenses/LICENSE-EXCEPTION.md") for name in names)


def test_layouts_are_found_from_the_wheel(installed: Run, tmp_path: Path) -> None:
    code = (
        "import bookforge, pathlib; from bookforge import layouts\n"
        "print(bookforge.__file__)\n"
        "for name in ('paperback', 'proof', 'ebook', 'web'): layouts.find(name, pathlib.Path())"
    )
    done = installed(tmp_path, "-c", code)
    assert done.returncode == 0, done.stderr
    assert str(ROOT) not in done.stdout


@pytest.mark.slow
def test_the_smallest_book_builds_from_the_wheel(installed: Run, tmp_path: Path) -> None:
    (tmp_path / "chapters").mkdir()
    for number, name in enumerate(("one", "two"), start=1):
        (tmp_path / "chapters" / f"{name}.md").write_text(
            f"# Chapter the {number}\n\nWords of chapter {name}.\n", "utf-8"
        )
    (tmp_path / "book.yaml").write_text(
        "title: A Title\nauthors: [First Author, Second Author]\nlanguage: en\n"
        "chapters:\n  - chapters/one.md\n  - chapters/two.md\n",
        "utf-8",
    )
    done = installed(tmp_path, "-m", "bookforge", "build", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    built = json.loads(done.stdout)["artifacts"]
    assert sorted(artifact["format"] for artifact in built) == ["epub", "html", "pdf"]
    assert all(Path(artifact["path"]).is_relative_to(tmp_path / "dist") for artifact in built)
