"""Every rule a finding can name, with the sentence that explains it in the documentation.

Ids are short positive statements: what should be true. Keep each group sorted.
"""

from typing import Final

RULES: Final[dict[str, str]] = {
    # manifest and chapter blocks
    "yaml-keys-unique": "A key is given once.",
    "yaml-limits": "A YAML file is not nested without end and does not repeat itself without end.",
    "yaml-plain": "A YAML file uses plain keys, lists and texts: no tags, no merge keys, one document.",
    "yaml-syntax": "A YAML file is written as YAML wants it.",
    # manuscript
    "file-readable": "A file of the book can be read.",
    "file-size": "A file of the book is within the size limits.",
    "text-characters": "A text holds no control characters and no codes that are not characters.",
    "text-encoding": "A text file is in UTF-8.",
    # markdown
    # assets
    # layouts and fonts
    # editions
    "cover-present": "An e-book has a cover picture, which shops and libraries show.",
    "document-well-formed": "A layout's templates write well-formed pages.",
    "file-name-portable": "The names of files in an e-book are ASCII letters, digits, dots, hyphens and underscores.",
    "words-conserved": "Every word of the manuscript is in the edition, once and in order.",
    # environment and output
}
