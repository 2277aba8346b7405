"""The command as a user meets it: run in a folder, with its status, its two streams and its output folder."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SMALL = {
    "book.yaml": """\
title: A Title
authors: [First Author, Second Author]
language: en
chapters:
  - chapters/one.md
  - chapters/two.md
""",
    "chapters/one.md": "# One\n\nIt began with a sentence.[^a] See [two](two.md#light).\n\n[^a]: And a note.\n",
    "chapters/two.md": "# Two\n\nIt ended [here]{#light}.\n",
}


@dataclass(frozen=True)
class Done:
    """What came of a command."""

    status: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)

    def findings(self) -> list[dict[str, Any]]:
        """Return what was found, but for the count of markup that is in every build."""
        return [found for found in self.data["diagnostics"] if found["rule"] != "words-left-out"]

    def rules(self) -> list[str]:
        return [found["rule"] for found in self.findings()]


def write(folder: Path, files: Mapping[str, str] = SMALL) -> Path:
    """Write files into a folder; return it."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def bookforge(folder: Path, *arguments: str, cache: Path | None = None, **environment: str) -> Done:
    """Run the command in a folder; without a ``cache`` of its own with the one that all tests of a run share."""
    around = os.environ | ({"BOOKFORGE_CACHE_DIR": str(cache)} if cache else {}) | environment
    command = (sys.executable, "-m", "bookforge", *arguments)
    done = subprocess.run(command, cwd=folder, env=around, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr, done.stderr
    return Done(done.returncode, done.stdout, done.stderr)
