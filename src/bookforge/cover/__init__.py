"""A book's metadata and its printer's terms into covers: the front for shops, and the wrap that goes round the book."""

from bookforge.cover.front import Picture, Studio, description, picture
from bookforge.cover.package import Covers, package

__all__ = ["Covers", "Picture", "Studio", "description", "package", "picture"]
