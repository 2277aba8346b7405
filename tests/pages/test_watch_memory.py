"""A process that stays does not grow with the number of edits."""

import subprocess
import sys
from pathlib import Path

import pytest

_EDITS = 40
_MARGIN = 40_000_000
"""Bytes: what is kept from build to build is bounded, but not yet full after a few edits; see docs/benchmarks.md."""

_CHILD = """
import sys
from pathlib import Path
from bookforge import build, garbage, new, warm, watch
from bookforge.editions import Memory

folder, edits = Path(sys.argv[1]), int(sys.argv[2])
new.create(folder / "book", "A Book")
chapter = folder / "book" / "chapters" / "01-the-kettle.md"
text = chapter.read_text("utf-8")
order = build.Order(
    folder / "book" / "book.yaml", editions=("paperback",), output=folder / "dist", cache_folder=folder / "cache"
)
memory = Memory()
with warm.POOL.held():
    for edit in range(1, edits + 1):
        chapter.write_text(f"{text}\\n\\nThis is edit {edit}, which wrote the word{edit * 7919}.\\n", "utf-8")
        with garbage.put_off():
            assert build.run(order, lambda _: None, lambda _: None, memory).status == 0
        memory.recent.write()
        garbage.search()
        if edit in (edits // 4, edits):
            print(watch._held())
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the system does not say what a process holds")
def test_memory_is_bounded_over_many_edits(tmp_path: Path) -> None:
    typed = (sys.executable, "-c", _CHILD, str(tmp_path), str(_EDITS))
    done = subprocess.run(typed, capture_output=True, text=True, check=True)
    early, late = map(int, done.stdout.split())
    assert early > 0
    assert late - early < _MARGIN
