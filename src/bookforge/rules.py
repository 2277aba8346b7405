"""Every rule a finding can name, with the sentence that explains it in the documentation.

Ids are short positive statements: what should be true. Keep each group sorted.
"""

from typing import Final

RULES: Final[dict[str, str]] = {
    # manifest and chapter blocks
    "chapter-block-closed": "The YAML block of a chapter ends with a line of three hyphens.",
    "date-valid": "A date is a year, a month or a day that exists, written as 2026-11-01.",
    "edition-of-known": "A proof names a PDF edition of the same book.",
    "entry-complete": "An entry names a file, a part or a page that bookforge makes.",
    "entry-file-exists": "An entry names a Markdown file in the book's folder.",
    "entry-unique": "A file stands once in the reading order.",
    "format-known": "An edition is a pdf, an epub or an html edition.",
    "id-shape": "An id has small letters, digits and hyphens.",
    "id-unique": "Every section has an id of its own.",
    "identifier-valid": "An identifier has the shape of its scheme, and ISBNs belong to editions.",
    "isbn-unique": "Every edition has an ISBN of its own.",
    "isbn-valid": "An ISBN has the right check digit.",
    "language-tag": "A language is named by its tag, such as en-GB.",
    "manifest-exists": "A book has a book.yaml.",
    "manifest-file-exists": "A file that book.yaml names is in the book's folder.",
    "manifest-keys-known": "The manifest uses documented keys only.",
    "manifest-keys-required": "The manifest says what it must say.",
    "manifest-types": "A value of the manifest has the type its key asks for.",
    "relator-known": "A contributor's role is a MARC relator code.",
    "role-known": "An entry's role is one that bookforge knows.",
    "subject-code": "A subject has one code or keyword, in the shape of its scheme.",
    "trim-size-valid": "A trim size is a width and a height, or a known name.",
    "voice-declared": "A voice that tells is declared in book.yaml.",
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
    "image-exists": "Every image the book names is a file in its folder.",
    "image-format": "An image is a PNG, JPEG, GIF, WebP, TIFF or SVG file.",
    "image-inside-book": "An image is a file inside the book's folder, not a network address or a file elsewhere.",
    "image-name-fits": "The ending of an image's name says what the file is.",
    "image-readable": "An image file is whole and can be decoded.",
    "image-rgb": "A photograph is stored in colours a screen can show.",
    "image-size": "An image stays within the limits of bytes and pixels.",
    "image-still": "An image does not move.",
    "svg-passive": "A drawing runs no script and holds no foreign markup.",
    "svg-self-contained": "A drawing needs no other file.",
    "svg-sized": "A drawing says how large it is.",
    # layouts and fonts
    "font-exists": "A font that a layout declares is installed and can be read.",
    "font-has-glyph": "A font of the layout has a glyph for every character of the book.",
    "stylesheet-parses": "A layout's stylesheets hold only what the page engine knows.",
    # editions
    "cover-present": "An e-book has a cover picture, which shops and libraries show.",
    "document-well-formed": "A layout's templates write well-formed pages.",
    "epub-accessible": "Ace finds no barrier in the EPUB.",
    "epub-conforms": "EPUBCheck finds nothing in the EPUB.",
    "file-name-portable": "The names of files in an e-book are ASCII letters, digits, dots, hyphens and underscores.",
    "html-accessible": "axe finds no barrier in the HTML edition, and no page is wider than its window.",
    "html-conforms": "The Nu checker finds nothing in the HTML edition.",
    "html-self-contained": "Every page of the HTML edition finds all it needs in its own folder.",
    "page-layout": "The page engine sets the edition without complaint.",
    "pdf-conforms": "veraPDF finds nothing in the PDF.",
    "resource-allowed": "A page shows only pictures and fonts that are part of the book.",
    "text-fits-page": "Every line stays inside the page's area for text.",
    "words-conserved": "Every word of the manuscript is in the edition, once and in order.",
    # environment and output
    "cache-usable": "The cache folder is private to the user and can be written.",
    "output-free": "No other build is writing to the output folder.",
    "output-names": "The file names of an edition are plain relative names.",
    "output-ours": "What an edition replaces was made by bookforge.",
    "output-writable": "The output folder can be written.",
    "pango-present": "The Pango libraries, which set the pages, are installed.",
    "validator-present": "The validators that `--release` and the tests ask are installed.",
}
