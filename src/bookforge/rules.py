"""Every rule a finding can name, with the sentence that explains it in the documentation.

Ids are short positive statements: what should be true. Keep each group sorted.
"""

from typing import Final

RULES: Final[dict[str, str]] = {
    # manifest and chapter blocks
    # manuscript
    # markdown
    # assets
    # layouts and fonts
    # editions
    "words-conserved": "Every word of the manuscript is in the edition, once and in order.",
    # environment and output
}
