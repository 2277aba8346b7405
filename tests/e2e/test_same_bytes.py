"""The same sources give the same bytes: in another folder, at another time, with another locale and hash seed."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.e2e import command

ROOT = Path(__file__).parents[2]

# Python reads this before anything else: the clock of the second build stands twenty years later.
LATER = """\
import time
_time, _localtime, _gmtime = time.time, time.localtime, time.gmtime
time.time = lambda: _time() + 630_000_000
time.localtime = lambda at=None: _localtime(time.time() if at is None else at)
time.gmtime = lambda at=None: _gmtime(time.time() if at is None else at)
"""


@pytest.mark.slow
def test_the_memoir_is_the_same_wherever_and_whenever_it_is_built(memoir: Mapping[str, Path], tmp_path: Path) -> None:
    book = tmp_path / "another place"
    shutil.copytree(ROOT / "manuscript", book)
    for path in book.rglob("*"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    (tmp_path / "later").mkdir()
    (tmp_path / "later" / "sitecustomize.py").write_text(LATER)
    around = {
        "PYTHONPATH": str(tmp_path / "later"),
        "TZ": "Pacific/Kiritimati",
        "LC_ALL": "C",
        "LANG": "tr_TR.UTF-8",
        "PYTHONHASHSEED": "7",
        "HOME": str(tmp_path),
    }
    done = command.bookforge(tmp_path, "build", str(book), "--jobs", "1", "--json", cache=tmp_path / "fresh", **around)
    assert done.status == 0, done.out
    again = {artifact["edition"]: Path(artifact["path"]) for artifact in done.data["artifacts"]}
    assert again.keys() == memoir.keys()
    for name, first in memoir.items():
        assert _bytes(first) == _bytes(again[name]), name


def _bytes(artifact: Path) -> dict[str, bytes]:
    if artifact.is_file():
        return {artifact.name: artifact.read_bytes()}
    return {path.relative_to(artifact).as_posix(): path.read_bytes() for path in artifact.rglob("*") if path.is_file()}
