"""Writes the HTML edition of the book with one of everything into a folder, and looks at it in Chromium."""

import json
import subprocess
from pathlib import Path
from typing import Any

from bookforge import validate
from bookforge.edition import Format
from bookforge.writers import html
from tests.unit.rich_book import composition

_LOOK = Path(__file__).with_name("look.mjs")


def write_site(folder: Path) -> Path:
    """Write the edition and return the folder."""
    for name, data in html.write(composition(Format.HTML, own_fonts=True), lambda _: None).files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def look(folder: Path) -> dict[str, Any]:
    """Read the edition in Chromium as its readers do, and return what was seen, by scene."""
    tools = validate.tools_folder().absolute()
    command = (str(tools / "py/node/bin/node"), str(_LOOK), str(tools), str(folder))
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen
