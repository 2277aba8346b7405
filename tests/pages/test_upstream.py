"""Patches offered to WeasyPrint: they fit the version that is pinned."""

import re
from importlib import metadata
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "docs" / "upstream"
PATCHES = sorted(FOLDER.glob("*.patch"))


@pytest.mark.parametrize("path", PATCHES, ids=lambda path: path.stem)
def test_a_patch_fits(path: Path) -> None:
    title, *files = re.split(r"^--- a/(?=weasyprint/)", path.read_text("utf-8"), flags=re.MULTILINE)
    assert title.strip()
    assert files
    for each in files:
        name, *hunks = re.split(r"^@@ .* @@.*\n|\n(?=\+\+\+ )", each, flags=re.MULTILINE)
        text = Path(str(metadata.distribution("weasyprint").locate_file(name.split("\t")[0].strip()))).read_text(
            "utf-8"
        )
        for hunk in hunks[1:]:
            before = "".join(line[1:] for line in hunk.splitlines(keepends=True) if line[0] in " -")
            assert before in text, f"{path.name} no longer fits {name}: look whether it was taken, or make it anew"


def test_each_patch_is_listed() -> None:
    listed = re.findall(r"^\| `([\w-]+)`", (FOLDER / "README.md").read_text("utf-8"), flags=re.MULTILINE)
    assert sorted(listed) == [path.stem for path in PATCHES]
