"""A document without pages in, what its PDF says of itself out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bookforge.writers.assembly import hooks
from bookforge.writers.assembly.objects import Writer, content
from bookforge.writers.unwritten import referred

_ENTRIES: Final = ("Lang", "ViewerPreferences", "MarkInfo")


@dataclass(frozen=True, slots=True)
class About:
    """What a PDF says of itself.

    ``entries`` are those of the catalog; ``information`` is the document information, ``metadata`` the XMP stream.
    """

    entries: Mapping[str, bytes]
    information: bytes
    metadata: bytes


def said_of(document: Any) -> About:
    """Return what the PDF of a document says of it."""
    pdf = hooks.describe(document)
    writer = Writer({})
    metadata = referred(pdf, pdf.catalog["Metadata"])
    entries = {name: writer.value(pdf.catalog[name]) for name in _ENTRIES if name in pdf.catalog}
    return About(entries, writer.value(pdf.info), content(metadata))
