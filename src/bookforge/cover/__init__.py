"""A book's metadata and its printer's terms into covers: the front for shops, and the wrap that goes round the book.

The wrap is in :mod:`bookforge.cover.package`, which only a printed edition needs and nothing else loads.
"""

from bookforge.cover.front import Picture, Studio, description, picture

__all__ = ["Picture", "Studio", "description", "picture"]
