"""``python -m bookforge``."""

import sys

from bookforge.cli import main

sys.exit(main())
