"""An image file's bytes into what they are, how large, and the same picture without what a camera wrote beside it.

Works on the containers of the formats; pixels stay as they are, bit for bit. What is not known to be needed for showing
the picture is left out, so private blocks of any maker go as well.
Sources: ITU-T T.81 annex B (JPEG), PNG 3rd edition, GIF89a, RFC 9649 (WebP).
"""

import re
import struct
import zlib
from dataclasses import dataclass
from typing import Final


class BrokenFileError(Exception):
    """The file does not keep to its format; the message says where, in the author's words."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a file's head says: size in pixels, and whether it moves. ``lossless`` is said of WebP alone."""

    width: int
    height: int
    moves: bool = False
    lossless: bool = True


_SIGNATURES: Final = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "BigTIFF"),
    (b"BM", "BMP"),
    (b"%PDF", "a PDF"),
    (b"%!PS", "PostScript"),
    (b"8BPS", "Photoshop"),
    (b"\x1f\x8b", "a compressed SVG"),
    (b"\0\0\0\x0cjP  ", "JPEG 2000"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\0\0\0\x0cJXL ", "JPEG XL"),
    (b"\0\0\1\0", "an icon"),
    (b"version https://git-lfs", "a pointer of Git LFS"),
)
_MARKUP: Final = (b"<", b"\xef\xbb\xbf<", b"\xfe\xff\0<", b"\xff\xfe<\0")


def kind(content: bytes) -> str | None:
    """Say by its first bytes what an image file is; ``SVG`` for any markup; ``None`` when nothing is known of it."""
    for signature, name in _SIGNATURES:
        if content.startswith(signature):
            return name
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WebP"
    if content[4:8] == b"ftyp":
        return "AVIF" if content[8:12] in (b"avif", b"avis") else "HEIC"
    head = content[:1024].lstrip() if content[:1].isspace() else content[:8]
    return "SVG" if head.startswith(_MARKUP) else None


# ---------------------------------------------------------------- JPEG

_SCAN_END: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_NO_LENGTH: Final = frozenset({0x01, *range(0xD0, 0xD8)})
_SIZES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SOS, _EOI, _COM = 0xDA, 0xD9, 0xFE


def jpeg_facts(content: bytes) -> Facts:
    """Read the size from a JPEG's frame header."""
    for code, segment in _jpeg_segments(content):
        if code in _SIZES and len(segment) >= 9:
            height, width = struct.unpack(">HH", segment[5:9])
            return Facts(width, height)
    raise BrokenFileError("it holds no picture")


def strip_jpeg(content: bytes) -> bytes:
    """Return the same picture without Exif, XMP, IPTC, comments, thumbnails, makers' blocks and what follows its end.

    Kept of the application segments: JFIF (without thumbnail), ICC profile, Adobe's colour transform.
    """
    kept = [b"\xff\xd8"]
    for code, segment in _jpeg_segments(content):
        if code == 0xE0 and segment[4:9] == b"JFIF\0" and len(segment) >= 18:
            kept.append(b"\xff\xe0\0\x10" + segment[4:16] + b"\0\0")
        elif (
            (code == 0xE2 and segment[4:16] == b"ICC_PROFILE\0")
            or (code == 0xEE and segment[4:9] == b"Adobe")
            or not (0xE0 <= code <= 0xEF or code == _COM)
        ):
            kept.append(segment)
    return b"".join([*kept, b"\xff\xd9"])


def _jpeg_segments(content: bytes) -> list[tuple[int, bytes]]:
    """Return the segments up to the end of the image, each from its marker on; a scan has its coded data with it."""
    found: list[tuple[int, bytes]] = []
    position = 2
    while True:
        position = content.find(b"\xff", position)
        while position >= 0 and content[position + 1 : position + 2] == b"\xff":
            position += 1
        if position < 0 or position + 2 > len(content):
            return found  # no end marker: whether anything is missing shows when it is decoded
        code = content[position + 1]
        if code == _EOI:
            return found
        end = position + 2
        if code not in _NO_LENGTH and code != 0:
            length = int.from_bytes(content[end : end + 2], "big")
            end += length
            if length < 2 or end > len(content):
                raise BrokenFileError("it ends in the middle of a block, as after a copy that was broken off")
        if code == _SOS:
            match = _SCAN_END.search(content, end)
            end = match.start() if match else len(content)
        if code != 0:
            found.append((code, content[position:end]))
        position = end


# ---------------------------------------------------------------- PNG

_PNG_HEAD: Final = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT: Final = frozenset(b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP cICP mDCV cLLI sBIT bKGD pHYs".split())


def png_facts(content: bytes) -> Facts:
    """Read size and movement from a PNG, and check every block's sum."""
    chunks = _png_chunks(content)
    width, height = struct.unpack(">II", chunks[0][1][8:16])
    return Facts(width, height, moves=any(name == b"acTL" for name, _ in chunks))


def strip_png(content: bytes) -> bytes:
    """Return the same picture without Exif, texts, times, animation, private blocks and what follows its end."""
    return _PNG_HEAD + b"".join(chunk for name, chunk in _png_chunks(content) if name in _PNG_KEPT)


def _png_chunks(content: bytes) -> list[tuple[bytes, bytes]]:
    """Return name and bytes of each chunk; the first is a whole IHDR, the last IEND."""
    found: list[tuple[bytes, bytes]] = []
    position = len(_PNG_HEAD)
    while not found or found[-1][0] != b"IEND":
        (length,) = struct.unpack(">I", content[position : position + 4].rjust(4, b"\xff"))
        end = position + 12 + length
        if end > len(content):
            raise BrokenFileError("it ends in the middle of a block, as after a copy that was broken off")
        name = content[position + 4 : position + 8]
        if zlib.crc32(content[position + 4 : end - 4]) != int.from_bytes(content[end - 4 : end], "big"):
            raise BrokenFileError("a block of it has changed since it was saved (its check sum is wrong)")
        found.append((name, content[position:end]))
        position = end
    if found[0][0] != b"IHDR" or len(found[0][1]) != 25:
        raise BrokenFileError("it holds no picture")
    return found


# ---------------------------------------------------------------- GIF


def gif_facts(content: bytes) -> Facts:
    """Read size and movement from a GIF."""
    width, height = struct.unpack("<HH", content[6:10].ljust(4, b"\0"))
    return Facts(width, height, moves=sum(kind == b"," for kind, _ in _gif_blocks(content)) > 1)


def strip_gif(content: bytes) -> bytes:
    """Return the same picture without comments, application blocks and what follows its end."""
    head = content[: _gif_head(content)]
    kept = (block for kind, block in _gif_blocks(content) if kind in (b",", b"!\xf9"))
    return head + b"".join(kept) + b";"


def _gif_head(content: bytes) -> int:
    if len(content) < 13:
        raise BrokenFileError("it holds no picture")
    flags = content[10]
    return 13 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)


def _gif_blocks(content: bytes) -> list[tuple[bytes, bytes]]:
    """Return the blocks up to the trailer: ``,`` for a picture, ``!`` and a label for an extension."""
    found = []
    position = _gif_head(content)
    while (mark := content[position : position + 1]) != b";":
        if mark == b",":
            flags = content[position + 9] if position + 9 < len(content) else 0
            name, end = mark, position + 11 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)
        elif mark == b"!":
            name, end = content[position : position + 2], position + 2
        else:
            raise BrokenFileError("it ends in the middle of a block, as after a copy that was broken off")
        while length := content[end] if end < len(content) else 0:
            end += 1 + length
        end += 1
        if end > len(content):
            raise BrokenFileError("it ends in the middle of a block, as after a copy that was broken off")
        found.append((name, content[position:end]))
        position = end
    return found


# ---------------------------------------------------------------- WebP


def webp_facts(content: bytes) -> Facts:
    """Read size, movement and kind of coding from a WebP."""
    name, body = content[12:16], content[20:]
    if len(body) < 10:
        raise BrokenFileError("it holds no picture")
    if name == b"VP8X":
        width, height = int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1
        return Facts(width, height, moves=bool(body[0] & 2), lossless=bool(body[0] & 0x10) or b"VP8L" in body)
    if name == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return Facts((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    width, height = struct.unpack("<HH", body[6:10])
    return Facts(width & 0x3FFF, height & 0x3FFF, lossless=False)
