"""What is known of a file's pages from an earlier build, and content as it is kept: compressed."""

import zlib
from dataclasses import dataclass, field

import pikepdf
from pikepdf import Array, Stream

from bookforge.cache import Shelf
from bookforge.pdfobjects import Names


@dataclass(frozen=True, slots=True)
class Known:
    """Where what is made of pages is kept, and the names of what it is made from."""

    shelf: Shelf = field(default_factory=Shelf)
    names: Names = field(default_factory=Names)

    def contents(self, page: pikepdf.Object) -> list[bytes]:
        """Return what a page draws, piece by piece."""
        contents = page.get("/Contents")
        streams = contents if isinstance(contents, Array) else [contents] if isinstance(contents, Stream) else []
        return [stream.read_bytes() for stream in streams]


def unpacked(pdf: pikepdf.Pdf, data: bytes) -> Stream:
    """Return compressed content as a stream of a file, which is compressed when the file is written."""
    return Stream(pdf, zlib.decompress(data))
