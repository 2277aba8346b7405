"""bookforge: one manuscript in Markdown, three editions of a book."""

__version__ = "0.1.0"
