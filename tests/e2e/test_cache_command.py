"""``bookforge cache``, and that a cache changes nothing but the time a build takes."""

import random
import re
from pathlib import Path

import pytest

from tests.e2e import command

EDITIONS = """\
editions:
  paperback: {format: pdf}
  proof: {format: pdf, layout: proof, of: paperback}
  ebook: {format: epub}
  web: {format: html}
"""
SENTENCES = (
    "The tide left its line on the step.",
    "“Not yet,” she said—and *waited*.",
    "See [two](two.md#light).",
    "It cost £5.[^b]\n\n[^b]: More than it was worth.",
    "{>>AU: which year?<<}",
    "TK",
    "> A quiet line.",
    "***",
)


def small(folder: Path) -> Path:
    return command.write(folder, command.SMALL | {"book.yaml": command.SMALL["book.yaml"] + EDITIONS})


def published(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_info_prune_and_clear(tmp_path: Path) -> None:
    command.write(tmp_path)
    own = tmp_path / ".cache"
    assert command.bookforge(tmp_path, "build", "--format", "epub", cache=own).status == 0
    held = command.bookforge(tmp_path, "cache", "info", "--json", cache=own).data
    assert held["folder"] == str(own)
    assert {"section"} <= {stage["name"] for stage in held["stages"]}
    assert held["entries"] == sum(stage["entries"] for stage in held["stages"]) > 1
    assert held["bytes"] <= held["limit"]
    shown = command.bookforge(tmp_path, "cache", "info", cache=own).out
    assert re.search(r"^section +2 ", shown, re.M)
    assert command.bookforge(tmp_path, "cache", "prune", cache=own).out == "removed 0.0 MB\n"
    cleared = command.bookforge(tmp_path, "cache", "clear", "--json", cache=own).data
    assert (cleared["removed"], cleared["entries"]) == (held["bytes"], 0)


def test_another_folder_and_one_that_cannot_be_used(tmp_path: Path) -> None:
    done = command.bookforge(tmp_path, "cache", "info", "--cache-dir", "elsewhere", "--json")
    assert (done.status, done.data["folder"]) == (0, str(tmp_path / "elsewhere"))
    done = command.bookforge(tmp_path, "cache", "clear", "--cache-dir", "/proc/nope")
    assert (done.status, done.out) == (3, "")
    assert "cache-usable" in done.err
    assert command.bookforge(tmp_path, "cache", "mend").status == 2


@pytest.mark.slow
def test_edits_in_any_order_give_with_a_cache_what_they_give_without(tmp_path: Path) -> None:
    chance = random.Random(5)
    book = small(tmp_path / "book")
    fresh, kept = tmp_path / "fresh", tmp_path / "kept"
    for turn in range(3):
        for _ in range(chance.randint(1, 3)):
            edit(book / "chapters" / chance.choice(("one.md", "two.md")), chance)
        cached = command.bookforge(book, "build", "--output", str(kept), "--json", cache=tmp_path / "cache")
        if turn == 0:
            continue
        plain = command.bookforge(book, "build", "--output", str(fresh), "--json", "--no-cache")
        assert (cached.status, plain.status) == (0, 0), cached.out
        assert cached.data["diagnostics"] == plain.data["diagnostics"]
        assert published(kept) == published(fresh), turn
        assert len(published(kept)) > 6


def edit(path: Path, chance: random.Random) -> None:
    """Add a paragraph, take one away, or change a word."""
    blocks = path.read_text(encoding="utf-8").rstrip("\n").split("\n\n")
    place = chance.randint(1, len(blocks))
    kind = chance.randrange(3)
    if kind == 0 or len(blocks) < 5:
        note = f"b{chance.randrange(10**6)}"
        blocks.insert(place, chance.choice(SENTENCES).replace("[^b]", f"[^{note}]"))
    elif kind == 1 and "[^" not in blocks[place - 1] and "#" not in blocks[place - 1]:
        del blocks[place - 1]
    else:
        blocks[0] = f"# {chance.choice(('One', 'A morning', 'Salt'))}"
    path.write_text("\n\n".join(blocks) + "\n", encoding="utf-8")
