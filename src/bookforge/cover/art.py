"""A cover's picture as pixels: the file for shops, and the colour the rest of the cover takes from it."""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageCms

from bookforge.assets import whole_images_only

LEAST: Final = (625, 1000)
"""The smallest cover shops take, width and height in pixels."""
WANTED: Final = (1900, 2850)
"""What is enough for every shop, and for print up to 6 by 9 inches."""
_MOST: Final = 10_000
_STRIP: Final = 0.02
_CONTRAST: Final = 7.0
"""The contrast of words and the ground they stand on: the higher of the two that WCAG 2 asks of texts."""
_SEEN: Final = 4.5
"""The contrast of series and rules, which are few and large."""
_COLOURFUL: Final = 0.3
_GRAY: Final = 6
"""Channels that differ by no more than this are meant as a gray, and print with black ink alone."""


@dataclass(frozen=True, slots=True)
class Photograph:
    """A picture as an sRGB JPEG."""

    data: bytes
    width: int
    height: int


def for_shops(data: bytes) -> Photograph:
    """Return a picture as shops want it: JPEG, sRGB, nothing shining through, no side above 10,000 pixels.

    A JPEG that is so already keeps its bytes.
    """
    with whole_images_only(), Image.open(io.BytesIO(data)) as image:
        profile = image.info.get("icc_profile")
        if image.format == "JPEG" and image.mode in {"RGB", "L"} and not profile and max(image.size) <= _MOST:
            return Photograph(data, *image.size)
        plain = _on_white(_as_srgb(image, profile))
        plain.thumbnail((_MOST, _MOST))
        out = io.BytesIO()
        plain.save(out, "JPEG", quality=92, subsampling=0)
        return Photograph(out.getvalue(), *plain.size)


def edge(data: bytes) -> str:
    """Return the colour at the left edge of a picture, where the spine meets it: ``#rrggbb``.

    The middle value of each channel, so that a small bright thing at the edge does not count.
    """
    with whole_images_only(), Image.open(io.BytesIO(data)) as image:
        strip = image.convert("RGB").crop((0, 0, max(1, round(image.width * _STRIP)), image.height))
        counts = strip.histogram()
    values = [_middle(counts[first : first + 256]) for first in (0, 256, 512)]
    if max(values) - min(values) <= _GRAY:
        values = [round(sum(values) / 3)] * 3
    return _hex(values)


def is_dark(colour: str) -> bool:
    """Say whether white text reads better on a colour than black text does, by the contrast rule of WCAG 2."""
    return contrast(colour, "#ffffff") >= contrast(colour, "#000000")


def contrast(one: str, other: str) -> float:
    """Return how well a colour is read on another: 1 to 21, by the rule of WCAG 2."""
    darker, lighter = sorted((_light(one), _light(other)))
    return (lighter + 0.05) / (darker + 0.05)


def legible(colour: str) -> str:
    """Return a colour as the ground of words: a middle one goes as far to black or white as they need to be read."""
    ink, away = ("#ffffff", 0) if is_dark(colour) else ("#000000", 255)
    for step in range(40):
        found = _hex(round(value + (away - value) * step / 40) for value in _channels(colour))
        if contrast(found, ink) >= _CONTRAST:
            return found
    return _hex([away] * 3)


def accent(data: bytes, ground: str) -> str | None:
    """Return the strongest colour of a picture that shows on a ground; ``None`` where it has no strong one."""
    with whole_images_only(), Image.open(io.BytesIO(data)) as image:
        small = image.convert("RGB").resize((64, 64), Image.Resampling.BOX)
    counts = small.quantize(16, Image.Quantize.MEDIANCUT).convert("RGB").getcolors(64 * 64) or []
    found: list[tuple[float, str]] = []
    for count, shade in counts:
        values = shade if isinstance(shade, tuple) else (0, 0, 0)
        strength, colour = (max(values) - min(values)) / max(1, *values), _hex(int(each) for each in values)
        if strength >= _COLOURFUL and contrast(colour, ground) >= _SEEN:
            found.append((strength * count**0.25, colour))
    return max(found)[1] if found else None


def _channels(colour: str) -> list[int]:
    return [int(colour[place : place + 2], 16) for place in (1, 3, 5)]


def _hex(values: Iterable[int]) -> str:
    return "#" + "".join(f"{value:02x}" for value in values)


def _light(colour: str) -> float:
    red, green, blue = (_linear(value / 255) for value in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


def _middle(counts: list[int]) -> int:
    seen, half = 0, sum(counts) / 2
    for value, count in enumerate(counts):
        seen += count
        if seen >= half:
            return value
    return 0


def _as_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return a picture in ``L``, ``RGB`` or ``RGBA``, its colours those of sRGB."""
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda value: value / 256).convert("L")
    if image.mode not in {"L", "RGB"}:
        image = image.convert("RGBA")
    if not profile or image.mode == "L":
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        made = ImageCms.profileToProfile(image.convert("RGB"), source, ImageCms.createProfile("sRGB"))
    except (ImageCms.PyCMSError, OSError):
        made = None  # a profile that cannot be read says nothing: screens would show the bare values, too
    if made is not None and image.mode == "RGBA":
        made.putalpha(image.getchannel("A"))
    return made or image


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    ground = Image.new("RGB", image.size, "white")
    ground.paste(image, mask=image.getchannel("A"))
    return ground
