"""What is built: the benchmark manuscript, a memoir made up in its place, and a book ten times as long as either."""

import itertools
import random
import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.benchmarks import edits
from tests.corpus import book

COPIES = 10
NOTES = 4_500
SHORT = 5_000
"""Words below which a chapter is short."""

MEMOIR = (*(1_500,) * 16, *(800,) * 8, 2_700, 3_800, 4_600, 37_200, 37_000, 16_000)
TRIAL = (700, 700, 800, 900, 1_000)
_LEAST = 700
_CALL = re.compile(r"\[\^[^\]]+\](?!:)")


@dataclass(frozen=True, slots=True)
class Manuscript:
    """A book of ours that may be changed, and its chapters in reading order."""

    name: str
    manifest: Path
    chapters: tuple[Path, ...]

    @property
    def words(self) -> int:
        """The words of all chapters, as a shell counts them."""
        return sum(words(each) for each in self.chapters)

    @property
    def notes(self) -> int:
        """The calls of notes in all chapters."""
        return sum(len(_CALL.findall(each.read_text(encoding="utf-8"))) for each in self.chapters)

    def places(self) -> dict[str, Path]:
        """Return the chapters that are edited: a short one near the beginning, a middle one, the two longest."""
        able = [each for each in self.chapters if edits.plain_blocks(each.read_text(encoding="utf-8").split("\n\n"))]
        ordered = sorted(able, key=words)
        long = sorted(ordered[-2:])
        short = next(each for each in able if _LEAST <= words(each) < SHORT)
        return {"short": short, "middle": ordered[-3], "long 1": long[0], "long 2": long[1]}

    def describe(self) -> str:
        """Say how much there is of it."""
        return f"{self.name}: {self.words:,} words in {len(self.chapters)} chapters with {self.notes:,} notes"


def words(chapter: Path) -> int:
    """Count a chapter's words."""
    return len(chapter.read_text(encoding="utf-8").split())


def benchmark(folder: Path) -> Manuscript:
    """Return a copy of the benchmark manuscript; where it is not at hand, a memoir about as long, made up."""
    if not (book.corpora() / book.NAME).is_dir():
        print(f"\n*** {book.corpora()} is not there: A MEMOIR IS MADE UP INSTEAD ***\n", file=sys.stderr)
        return made_up("a memoir made up in place of the benchmark manuscript", MEMOIR, folder)
    manifest = book.make(folder)
    listed = (book.corpora() / book.NAME / "chapters.txt").read_text(encoding="utf-8").split()
    return Manuscript("the benchmark manuscript", manifest, tuple(folder / line for line in listed))


def made_up(name: str, lengths: Sequence[int], folder: Path, seed: int = 1) -> Manuscript:
    """Make up a memoir with chapters of these lengths."""
    chance = random.Random(seed)
    (folder / "chapters").mkdir(parents=True)
    chapters = []
    for number, length in enumerate(lengths, 1):
        path = folder / "chapters" / f"{number:02}-chapter-{number}.md"
        path.write_text(edits.chapter(chance, length, length // 500), encoding="utf-8")
        chapters.append(path)
    declared = {
        "title": "A Memoir",
        "authors": ["Nobody"],
        "language": "en-US",
        "dates": {"published": "2020-01-01"},
        "chapters": [path.relative_to(folder).as_posix() for path in chapters],
        "editions": {
            "paperback": {"format": "pdf"},
            "proof": {"format": "pdf", "layout": "proof", "of": "paperback"},
            "ebook": {"format": "epub"},
            "web": {"format": "html"},
        },
    }
    return Manuscript(name, _declare(declared, folder), tuple(chapters))


def tenfold(text: Manuscript, folder: Path, seed: int = 1) -> Manuscript:
    """Make a book of ten copies of every chapter, under other names and titles, with 4,500 notes in all."""
    source = text.manifest.parent
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("*.md"))
    chance = random.Random(seed)
    wanting = _shares(text, NOTES - COPIES * text.notes)
    chapters = []
    for number in range(1, COPIES + 1):
        for path, notes in zip(text.chapters, wanting, strict=True):
            copy = folder / _renamed(path.relative_to(source).as_posix(), number)
            titled = re.sub(r"(?m)^(#+ .*)$", rf"\1 ({number})", path.read_text(encoding="utf-8"), count=1)
            linked = re.sub(r"\]\(([\w-]+\.md)", rf"](copy-{number}-\1", titled)
            extra = notes // COPIES + (number <= notes % COPIES)
            copy.write_text(edits.annotated(linked, extra, chance), encoding="utf-8")
            chapters.append(copy)
    declared = yaml.safe_load(text.manifest.read_text(encoding="utf-8"))
    declared["title"] = f"{declared['title']}, Ten Times"
    front, body = declared.get("front-matter", []), declared["chapters"]
    declared |= {"front-matter": _entries(front, 1)} if front else {}
    declared["chapters"] = [*_entries(body, 1)]
    for number in range(2, COPIES + 1):
        # What opens a book is there once; its copies are chapters like others.
        declared["chapters"] += [_renamed(each["path"], number) for each in front] + _entries(body, number)
    return Manuscript(f"{text.name}, ten times as long", _declare(declared, folder), tuple(chapters))


def with_chapter(text: Manuscript, after: Path, chance: random.Random) -> Path:
    """Add a new chapter of 1,500 words behind another; return its file."""
    path = after.with_name(f"{after.stem}-and-more.md")
    path.write_text(edits.chapter(chance, 1_500, 3), encoding="utf-8")
    declared = yaml.safe_load(text.manifest.read_text(encoding="utf-8"))
    folder = text.manifest.parent
    name, new = (each.relative_to(folder).as_posix() for each in (after, path))
    declared["chapters"] = [*_with(declared["chapters"], name, new)]
    _declare(declared, folder)
    return path


def _with(entries: list[Any], name: str, new: str) -> Iterator[Any]:
    for entry in entries:
        yield (
            {**entry, "chapters": [*_with(entry.get("chapters", []), name, new)]} if isinstance(entry, dict) else entry
        )
        if entry == name:
            yield new


def _entries(entries: list[Any], number: int) -> list[Any]:
    """Rename every file in a list of the manifest's."""
    renamed: list[Any] = []
    for entry in entries:
        if isinstance(entry, str):
            renamed.append(_renamed(entry, number))
            continue
        files = {key: _renamed(entry[key], number) for key in ("path", "part") if key in entry}
        inner = {"chapters": _entries(entry["chapters"], number)} if "chapters" in entry else {}
        renamed.append({**entry, **files, **inner})
    return renamed


def _renamed(path: str, number: int) -> str:
    folder, _, name = path.rpartition("/")
    return f"{folder}/copy-{number}-{name}"


def _shares(text: Manuscript, notes: int) -> list[int]:
    """Share notes out among chapters by their plain paragraphs."""
    plain = [len(edits.plain_blocks(each.read_text(encoding="utf-8").split("\n\n"))) for each in text.chapters]
    done = [notes * sum(plain[:at]) // sum(plain) for at in range(len(plain) + 1)]
    return [after - before for before, after in itertools.pairwise(done)]


def _declare(declared: dict[str, Any], folder: Path) -> Path:
    manifest = folder / "book.yaml"
    manifest.write_text(yaml.safe_dump(declared, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return manifest
