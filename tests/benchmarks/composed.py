"""Our composed paperback as files that any engine of HTML can read, with the fonts it needs; a process of its own.

Run as ``python -m tests.benchmarks.composed MANIFEST FOLDER``.
"""

import os
import sys
from pathlib import Path

from bookforge import cache, editions, fonts, layouts, pipeline
from bookforge.diagnostics import Diagnostic
from tests.benchmarks import rivals
from tests.benchmarks.contestants import FACES, FONTS, PAGE

EDITION = "paperback"


def write(manifest: Path, folder: Path) -> None:
    """Write the document, what it links to beside it, and its fonts in both ways."""
    said: list[Diagnostic] = []
    store = cache.Cache(None, said.append)
    loaded = pipeline.load(manifest, (), store, os.cpu_count() or 1, said.append)
    edition = next(each for each in loaded.manifest.editions if each.name == EDITION)
    composition = editions.compose_only(loaded, edition, editions.Workshop(store, folder, said.append))
    (document,) = composition.documents
    texts = {PAGE: document.text} | {sheet.name: sheet.text for sheet in composition.stylesheets}
    files = {name: text.encode() for name, text in texts.items()}
    for name, data in (files | {name: data for name, (data, _) in composition.assets.items()}).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    (folder / FONTS).symlink_to(fonts.private_configuration(composition.fonts, folder / "fonts"))
    rivals.write_faces(layouts.find(EDITION, manifest.parent), folder / FACES)


if __name__ == "__main__":
    write(*map(Path, sys.argv[1:]))
