"""The benchmark manuscript as a book folder: its chapters copied, its manifest written from its own lists.

Run as ``python -m tests.corpus.book FOLDER`` it makes the folder, for trying things by hand.
"""

import os
import re
import shutil
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
NAME = "the-story-of-my-life"
FRONT = {"dedication": "dedication", "introduction": "introduction", "frontispiece": "frontispiece"}


def corpora() -> Path:
    """Return where the benchmark manuscripts are, whether they are there or not."""
    return Path(os.environ.get("BOOKFORGE_CORPUS", ROOT.parent / "shared" / "corpora"))


def chapters() -> tuple[Path, ...]:
    """Return the manuscript's files in reading order."""
    folder = corpora() / NAME
    return tuple(folder / line for line in (folder / "chapters.txt").read_text(encoding="utf-8").split())


def make(folder: Path) -> Path:
    """Copy the manuscript into ``folder`` with a ``book.yaml``; return the manifest's path."""
    source = corpora() / NAME
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(source / "chapters", folder / "chapters", dirs_exist_ok=True)
    shutil.copy(source / "cover.jpg", folder / "cover.jpg")
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    manifest = folder / "book.yaml"
    text = yaml.safe_dump(_manifest(source), allow_unicode=True, sort_keys=False)
    manifest.write_text(text, encoding="utf-8")
    return manifest


def _manifest(source: Path) -> dict[str, object]:
    said = yaml.safe_load((source / "meta.yaml").read_text(encoding="utf-8"))
    front: list[object] = []
    body: list[object] = []
    part: list[object] = body
    for line in (source / "chapters.txt").read_text(encoding="utf-8").split():
        slug = re.sub(r"^\d+-", "", Path(line).stem)
        if slug in FRONT:
            front.append({"path": line, "role": FRONT[slug]})
        elif slug.startswith("part-"):
            part = []
            body.append({"part": line, "chapters": part})
        else:
            part.append(line)
    return {
        "title": said["title"],
        "authors": said["authors"],
        "language": said["language"],
        "publisher": said["publisher"],
        "dates": {"published": said["date"]},
        "description": said["description"],
        "subjects": [{"keyword": subject} for subject in said["subjects"]],
        "cover": {
            "image": "cover.jpg",
            "alt": "A painting of a garden, with title and author below it",
            "lettering": "in-image",
        },
        "front-matter": front,
        "chapters": body,
        "editions": {
            "paperback": {"format": "pdf"},
            "proof": {"format": "pdf", "layout": "proof", "of": "paperback"},
            "ebook": {"format": "epub"},
            "web": {"format": "html"},
        },
    }


if __name__ == "__main__":
    print(make(Path(sys.argv[1])))
