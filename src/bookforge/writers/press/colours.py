"""A colour, or a picture, into the inks a printer prints it with."""

import functools
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import pikepdf
from pikepdf import Array, Name
from PIL import Image, ImageCms, ImageMath

from bookforge.writers.press.known import Known

PROFILE: Final = Path(__file__).parent / "FOGRA39L_coated.icc"
"""The printing condition colours are separated for; where it comes from stands in the text file beside it."""

BLACK, RGB, CMYK = "black", "rgb", "cmyk"
"""What a printer inks with: black alone, colours that the printer separates, or four inks."""

OPERATORS: Final = {1: ("g", "G"), 3: ("rg", "RG"), 4: ("k", "K")}
"""How many numbers a colour has → the operators that fill and stroke with it."""

_SPACES: Final = {1: Name.DeviceGray, 3: Name.DeviceRGB, 4: Name.DeviceCMYK}
_JPEG_QUALITY: Final = 95

Colour = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in ink: a JPEG, or its pixels compressed."""

    data: bytes
    is_jpeg: bool
    channels: int
    width: int
    height: int


class Colours:
    """Turns colours of any space into ``ink``; what has no hue becomes gray, so that it is printed in black alone.

    ``limit`` is the most ink that may lie on a spot, in percent of all inks together; ``None`` for no limit.
    """

    def __init__(self, ink: str, limit: float | None = None) -> None:
        self.ink = ink
        self.limit = limit

    def of(self, space: Any, values: Sequence[float]) -> Colour:
        """Return a colour of a PDF's colour space in ink: one, three or four numbers from 0 to 1."""
        colour = _plain(space, values)
        if len(colour) == 1:
            return colour
        if self.ink == BLACK:
            return (_gray(colour),)
        if len(colour) == 3:
            if max(colour) - min(colour) < 1 / 256:
                return colour[:1]
            return self._four(colour) if self.ink == CMYK else colour
        return colour

    def of_blend(self, space: Any, values: Sequence[float]) -> Colour:
        """Return a colour with as many numbers as every other colour of a blend has."""
        colour = self.of(space, values)
        if self.ink == BLACK or len(colour) != 1:
            return colour
        return colour * 3 if self.ink == RGB else (0.0, 0.0, 0.0, 1 - colour[0])

    @property
    def space(self) -> Any:
        """The colour space of blends: of gradients, and of what is transparent."""
        return {BLACK: Name.DeviceGray, RGB: Name.DeviceRGB, CMYK: Name.DeviceCMYK}[self.ink]

    def _four(self, colour: Colour) -> Colour:
        picture = Image.new("RGB", (1, 1), tuple(round(value * 255) for value in colour))
        return tuple(value / 255 for value in _separated(picture, self.limit).getpixel((0, 0)))  # type: ignore[union-attr]

    # ------------------------------------------------------------ pictures

    def convert_picture(self, image: pikepdf.Stream, known: Known) -> None:
        """Turn a picture of a PDF into ink, in place; where it sees through itself, it shows white paper."""
        space = image.get("/ColorSpace")
        mask = image.get("/SMask")
        if image.get("/ImageMask", False) or space is None:
            return
        if mask is None and (space == Name.DeviceGray or (self.ink == RGB and space == Name.DeviceRGB)):
            return
        make = partial(self._converted, image, mask)
        ink = repr((self.ink, self.limit))
        _put(image, known.shelf.kept("picture-in-ink", Picture, make, ink, known.names.of(image)))

    def _converted(self, image: pikepdf.Stream, mask: Any) -> Picture:
        """Return a picture in ink; one that was a JPEG stays one."""
        picture = _on_white(pikepdf.PdfImage(image).as_pil_image(), mask)
        if self.ink == BLACK:
            picture = picture.convert("L")
        elif self.ink == CMYK and picture.mode == "RGB":
            picture = _separated(picture, self.limit)
        filters = image.get("/Filter")
        if Name.DCTDecode in (list(filters) if isinstance(filters, Array) else [filters]):
            out = BytesIO()
            picture.save(out, "JPEG", quality=_JPEG_QUALITY, subsampling=0)
            return Picture(out.getvalue(), True, len(picture.getbands()), picture.width, picture.height)
        pixels = zlib.compress(picture.tobytes())
        return Picture(pixels, False, len(picture.getbands()), picture.width, picture.height)


# ---------------------------------------------------------------- single colours


def _plain(space: Any, values: Sequence[float]) -> Colour:
    """Return a colour as gray, RGB or CMYK, whatever space it was said in."""
    kind = str(space[0]) if isinstance(space, Array) else str(space)
    if kind == "/Lab":
        return _rgb_of_lab(*values[:3])
    if kind in {"/Separation", "/DeviceN"}:
        return (1 - min(1.0, max(values)),)
    return tuple(min(1.0, max(0.0, value)) for value in values)


def _gray(colour: Colour) -> float:
    """Return the gray of a colour, with the weights that PDF itself uses."""
    if len(colour) == 3:
        return _luma(colour)
    return 1 - min(1.0, _luma(colour[:3]) + colour[3])


def _luma(colour: Colour) -> float:
    return 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]


_TO_RGB: Final = ((3.2406, -1.5372, -0.4986), (-0.9689, 1.8758, 0.0415), (0.0557, -0.2040, 1.0570))
_WHITE: Final = (0.9505, 1.0, 1.089)


def _rgb_of_lab(lightness: float, a: float, b: float) -> Colour:
    """Return a CIE Lab colour in sRGB, the white of one being the white of the other."""
    middle = (lightness + 16) / 116
    folded = (middle + a / 500, middle, middle - b / 200)
    light = [white * _unfolded(each) for white, each in zip(_WHITE, folded, strict=True)]
    linear = (sum(weight * each for weight, each in zip(row, light, strict=True)) for row in _TO_RGB)
    return tuple(_coded(min(1.0, max(0.0, each))) for each in linear)


def _unfolded(value: float) -> float:
    return value**3 if value > 6 / 29 else 3 * (6 / 29) ** 2 * (value - 4 / 29)


def _coded(light: float) -> float:
    return 12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055


# ---------------------------------------------------------------- pictures


def _on_white(picture: Image.Image, mask: Any) -> Image.Image:
    """Return a picture as gray or RGB, laid on white paper where it has a mask."""
    picture = picture.convert("L" if picture.mode in {"1", "L", "I;16", "I"} else "RGB")
    if not isinstance(mask, pikepdf.Stream):
        return picture
    paper = Image.new(picture.mode, picture.size, "white")
    paper.paste(picture, mask=pikepdf.PdfImage(mask).as_pil_image().convert("L").resize(picture.size))
    return paper


def _put(image: pikepdf.Stream, picture: Picture) -> None:
    """Write a picture into the place of another."""
    for key in ("/Decode", "/Intent", "/Mask", "/SMask", "/DecodeParms"):
        if key in image:
            del image[key]
    if picture.is_jpeg:
        image.write(picture.data, filter=Name.DCTDecode)
        if picture.channels == 4:
            image["/Decode"] = Array([1, 0] * 4)  # Pillow writes CMYK the other way round, as Photoshop does
    else:
        image.write(zlib.decompress(picture.data))
    image["/ColorSpace"] = _SPACES[picture.channels]
    image["/BitsPerComponent"] = 8
    image["/Width"], image["/Height"] = picture.width, picture.height


@functools.cache
def _separation() -> ImageCms.ImageCmsTransform:
    return ImageCms.buildTransform(
        ImageCms.createProfile("sRGB"),
        ImageCms.getOpenProfile(str(PROFILE)),
        "RGB",
        "CMYK",
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )


def _separated(picture: Image.Image, limit: float | None) -> Image.Image:
    """Separate an RGB picture into four inks, black first where there is too much of them."""
    inks = ImageCms.applyTransform(picture, _separation())
    assert inks is not None
    if limit is None:
        return inks
    cyan, magenta, yellow, black = inks.split()
    most = int(limit * 255 / 100)

    def held(bands: dict[str, Any]) -> Any:
        total = bands["cyan"] + bands["magenta"] + bands["yellow"]
        room = bands["max"](bands["min"](total, most - bands["black"]), 0)
        return bands["convert"](bands["one"] * room / bands["max"](total, 1), "L")

    names = {"cyan": cyan, "magenta": magenta, "yellow": yellow, "black": black}
    return Image.merge("CMYK", [*(ImageMath.lambda_eval(held, one=one, **names) for one in inks.split()[:3]), black])
