"""``python -m bookforge``."""

import sys
from pathlib import Path

# Python looks for modules in the folder it is started in first, which is the book's: nothing there may be run.
if not sys.flags.safe_path and sys.path and Path(sys.path[0] or ".").resolve() == Path.cwd():
    del sys.path[0]

from bookforge.cli import main

sys.exit(main())
