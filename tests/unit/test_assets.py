"""Images: whole, bounded, silent about the camera, and the same bytes each time."""

import base64
import io
import os
import struct
import tracemalloc
import unicodedata
import warnings
import zlib
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from PIL import Image, ImageCms, PngImagePlugin

from bookforge import assets
from bookforge.book import Asset
from bookforge.cache import Cache
from bookforge.diagnostics import Diagnostic, Location, ManuscriptError

AT = (Location("chapters/one.md", 3, 1),)
SECRET = b"Lisbon-Secret-Camera"
GPS = {1: "N", 2: (38.0, 42.0, 49.75), 3: "W", 4: (9.0, 8.0, 21.79), 29: "2019:05:03"}


def picture(mode: str = "RGB", size: tuple[int, int] = (40, 20)) -> Image.Image:
    """A picture without symmetry: a turn or a mirror of it shows."""
    image = Image.new("RGB", size)
    pixels = [(x * 6 % 256, y * 12 % 256, (x * y) % 256) for y in range(size[1]) for x in range(size[0])]
    image.putdata(pixels)
    return image.convert(mode)


def exif(orientation: int | None = None) -> Image.Exif:
    block = Image.Exif()
    block[0x010F] = SECRET.decode()
    if orientation is not None:
        block[0x0112] = orientation
    block.get_ifd(0x8825).update(GPS)
    block.get_ifd(0x8769)[0x9286] = SECRET
    return block


def saved(image: Image.Image, name: str, **settings: Any) -> bytes:
    written = io.BytesIO()
    image.save(written, name, **settings)
    return written.getvalue()


def opened(content: bytes) -> Image.Image:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Image appears to be a malformed MPO file")
        image = Image.open(io.BytesIO(content))
    image.load()
    return image


def pixels(content: bytes) -> bytes:
    return opened(content).convert("RGBA").tobytes()


def collect(folder: Path, **files: bytes) -> tuple[dict[str, Asset], list[Diagnostic]]:
    paths = []
    for name, content in files.items():
        path = folder / name.replace("__", ".")
        path.write_bytes(content)
        paths.append(path.name)
    said: list[Diagnostic] = []
    return assets.collect(folder, dict.fromkeys(paths, AT), said.append), said


def one(folder: Path, name: str, content: bytes) -> tuple[Asset, list[Diagnostic]]:
    (folder / name).write_bytes(content)
    said: list[Diagnostic] = []
    return assets.collect(folder, {name: AT}, said.append)[name], said


def clean(folder: Path, name: str, content: bytes) -> Asset:
    """Collect one image that nothing is said about."""
    asset, said = one(folder, name, content)
    assert said == []
    return asset


def refused(folder: Path, name: str, content: bytes) -> Diagnostic:
    with pytest.raises(ManuscriptError) as caught:
        one(folder, name, content)
    (found,) = caught.value.diagnostics
    return found


# ---------------------------------------------------------------- photographs


def assert_silent(content: bytes) -> None:
    for word in (SECRET, b"Exif", b"GPS", b"2019:05:03", b"http://ns.adobe.com", b"Photoshop", b"Motion"):
        assert word not in content, word
    assert struct.pack(">II", 4975, 100) not in content
    assert struct.pack("<II", 4975, 100) not in content
    assert not opened(content).getexif()


def camera_jpeg(**settings: Any) -> bytes:
    """A JPEG as cameras and programs write it: Exif with GPS, XMP, IPTC, comment, maker's blocks, a film after it."""
    content = saved(picture(), "JPEG", exif=exif(), comment=SECRET, quality=90, **settings)
    blocks = b"".join(
        b"\xff" + bytes([code]) + struct.pack(">H", len(body) + 2) + body
        for code, body in [
            (0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>" + SECRET),
            (0xED, b"Photoshop 3.0\0" + SECRET),
            (0xE2, b"MPF\0" + SECRET),
            (0xE0, b"JFXX\0\x10" + SECRET),
            (0xE5, SECRET),
            (0xFE, SECRET),
        ]
    )
    return content[:2] + blocks + content[2:] + b"MotionPhoto_Data" + SECRET


@pytest.mark.parametrize("settings", [{}, {"progressive": True}, {"subsampling": 0}, {"restart_marker_blocks": 1}])
def test_a_jpeg_keeps_its_pixels_and_loses_the_rest(tmp_path: Path, settings: dict[str, Any]) -> None:
    content = camera_jpeg(**settings)
    asset = clean(tmp_path, "a.jpg", content)
    assert_silent(asset.data)
    assert pixels(asset.data) == pixels(content)
    assert (asset.media_type, asset.width, asset.height) == ("image/jpeg", 40, 20)


def test_a_jpeg_keeps_its_colour_profile(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    asset = clean(tmp_path, "a.jpg", saved(picture(), "JPEG", icc_profile=profile, exif=exif()))
    assert opened(asset.data).info["icc_profile"] == profile
    assert_silent(asset.data)


def test_a_thumbnail_inside_the_jfif_block_goes(tmp_path: Path) -> None:
    content = saved(picture(), "JPEG")
    thumbnail = b"\2\2" + SECRET[:12]
    block = b"\xff\xe0" + struct.pack(">H", 16 + 12) + content[6:18] + thumbnail
    asset = clean(tmp_path, "a.jpg", content[:2] + block + content[20:])
    assert SECRET[:12] not in asset.data
    assert pixels(asset.data) == pixels(content)


@pytest.mark.parametrize("orientation", range(2, 9))
@pytest.mark.parametrize("name", ["JPEG", "PNG"])
def test_a_picture_on_its_side_is_set_upright(tmp_path: Path, name: str, orientation: int) -> None:
    content = saved(picture(), name, exif=exif(orientation))
    asset = clean(tmp_path, "a.jpg" if name == "JPEG" else "a.png", content)
    upright = (40, 20) if orientation < 5 else (20, 40)
    shown = opened(asset.data)
    assert (shown.size, (asset.width, asset.height)) == (upright, upright)
    assert_silent(asset.data)
    turn = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}[orientation]
    expected = opened(content).transpose(Image.Transpose(turn)).convert("RGB")
    furthest = max(abs(a - b) for a, b in zip(expected.tobytes(), shown.convert("RGB").tobytes(), strict=True))
    assert furthest <= (0 if name == "PNG" else 24)


def test_an_orientation_behind_the_pixels_is_heeded(tmp_path: Path) -> None:
    content = saved(picture(), "PNG")
    behind = content[:-12] + chunk(b"eXIf", exif(6).tobytes().removeprefix(b"Exif\0\0")) + content[-12:]
    assert clean(tmp_path, "a.png", behind).width == 20


def test_only_the_first_picture_of_a_telephones_jpeg_is_kept(tmp_path: Path) -> None:
    second = picture().transpose(Image.Transpose.ROTATE_180)
    content = saved(picture(), "MPO", save_all=True, append_images=[second], exif=exif())
    asset = clean(tmp_path, "a.jpg", content)
    assert asset.data.count(b"\xff\xd8\xff") == 1
    assert b"MPF" not in asset.data
    assert pixels(asset.data) == pixels(content)
    assert_silent(asset.data)


@pytest.mark.parametrize("orientation", [0, 9, 99])
def test_a_senseless_orientation_changes_nothing(tmp_path: Path, orientation: int) -> None:
    content = saved(picture(), "JPEG", exif=exif(orientation))
    assert pixels(clean(tmp_path, "a.jpg", content).data) == pixels(content)


def test_a_damaged_exif_block_does_no_harm(tmp_path: Path) -> None:
    content = saved(picture(), "JPEG")
    for body in (b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0MM", b"Exif\0\0", b"Exif\0\0II*\0\x08\0\0\0\xff\xff" * 3):
        block = b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body
        assert pixels(clean(tmp_path, "a.jpg", content[:2] + block + content[2:]).data) == pixels(content)


@pytest.mark.parametrize("with_profile", [False, True])
def test_print_colours_are_converted_with_a_warning(tmp_path: Path, with_profile: bool) -> None:
    settings: dict[str, Any] = {"icc_profile": b"not a profile"} if with_profile else {}
    asset, said = one(tmp_path, "a.jpg", saved(picture("CMYK"), "JPEG", exif=exif(), **settings))
    assert [(found.rule, found.at) for found in said] == [("image-rgb", AT[0])]
    assert opened(asset.data).mode == "RGB"
    assert asset.media_type == "image/jpeg"
    assert_silent(asset.data)


def test_a_grey_photograph_stays_grey(tmp_path: Path) -> None:
    assert opened(clean(tmp_path, "a.jpg", saved(picture("L"), "JPEG")).data).mode == "L"


# ---------------------------------------------------------------- PNG, GIF, WebP, TIFF


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "1"])
def test_a_png_keeps_its_pixels_and_loses_the_rest(tmp_path: Path, mode: str) -> None:
    image = picture(mode)
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", SECRET.decode())
    texts.add_text("Packed", SECRET.decode(), zip=True)
    texts.add_itxt("XML:com.adobe.xmp", "http://ns.adobe.com" + SECRET.decode())
    content = saved(image, "PNG", pnginfo=texts, exif=exif(), dpi=(300, 300))
    content = content[:33] + chunk(b"tIME", b"\x07\xe3\5\3\1\2\3") + chunk(b"prVt", SECRET) + content[33:] + SECRET
    asset = clean(tmp_path, "a.png", content)
    assert_silent(asset.data)
    assert b"tIME" not in asset.data
    assert opened(asset.data).mode == opened(content).mode
    assert opened(asset.data).tobytes() == opened(content).tobytes()
    assert round(opened(asset.data).info["dpi"][0]) == 300


@pytest.mark.parametrize("clear", [None, 40_000])
def test_grays_of_16_bits_become_those_a_page_can_show(tmp_path: Path, clear: int | None) -> None:
    """The page engine would take their bytes for those of a colour picture."""
    image = Image.new("I;16", (3, 1))
    for place, gray in enumerate((0, 40_000, 65_535)):
        image.putpixel((place, 0), gray)
    more = {} if clear is None else {"transparency": clear}
    shown = opened(clean(tmp_path, "a.png", saved(image, "PNG", dpi=(300, 300), **more)).data)
    assert [shown.convert("L").getpixel((place, 0)) for place in range(3)] == [0, 156, 255]
    assert shown.mode == ("L" if clear is None else "LA")
    if clear is not None:
        assert [shown.getpixel((place, 0))[1] for place in range(3)] == [255, 0, 255]


def test_transparency_and_colour_profile_of_a_png_stay(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    asset = clean(tmp_path, "a.png", saved(picture("P"), "PNG", transparency=3, icc_profile=profile))
    shown = opened(asset.data)
    assert shown.info["transparency"] == 3
    assert shown.info["icc_profile"] == profile


def test_a_still_gif_keeps_its_pixels_and_loses_its_comment(tmp_path: Path) -> None:
    content = saved(picture("P"), "GIF", comment=SECRET, transparency=3)
    content = content[:-1] + b"!\xff\x0bXMP DataXMP" + bytes([len(SECRET)]) + SECRET + b"\0;" + SECRET
    asset = clean(tmp_path, "a.gif", content)
    assert SECRET not in asset.data
    assert pixels(asset.data) == pixels(content)
    assert asset.media_type == "image/gif"


@pytest.mark.parametrize(("name", "ending"), [("GIF", "gif"), ("PNG", "png"), ("WEBP", "webp")])
def test_what_moves_is_stilled_with_a_warning(tmp_path: Path, name: str, ending: str) -> None:
    frames = [picture(), picture().transpose(Image.Transpose.ROTATE_180)]
    settings = {"lossless": True} if name == "WEBP" else {}
    content = saved(frames[0], name, save_all=True, append_images=frames[1:], **settings)
    asset, said = one(tmp_path, f"a.{ending}", content)
    assert [found.rule for found in said] == ["image-still"]
    assert asset.media_type == "image/png"
    assert pixels(asset.data) == pixels(content)
    assert getattr(opened(asset.data), "n_frames", 1) == 1


@pytest.mark.parametrize(
    ("settings", "mode", "expected"),
    [
        ({"lossless": True}, "RGB", "image/png"),
        ({"lossless": True}, "RGBA", "image/png"),
        ({"quality": 80}, "RGB", "image/jpeg"),
        ({"quality": 80}, "RGBA", "image/png"),
    ],
)
def test_webp_becomes_what_every_reader_shows(
    tmp_path: Path, settings: dict[str, Any], mode: str, expected: str
) -> None:
    image = picture(mode)
    if mode == "RGBA":
        image.putpixel((3, 3), (1, 2, 3, 0))
    content = saved(image, "WEBP", exif=exif(), xmp=SECRET, exact=True, **settings)
    asset = clean(tmp_path, "a.webp", content)
    assert asset.media_type == expected
    assert (asset.width, asset.height) == (40, 20)
    assert_silent(asset.data)
    if expected == "image/png":
        assert pixels(asset.data) == pixels(content)


@pytest.mark.parametrize("mode", ["RGB", "L", "1", "P", "RGBA", "CMYK", "I;16"])
def test_tiff_becomes_png_or_jpeg(tmp_path: Path, mode: str) -> None:
    image = Image.new("I;16", (4, 4), 40_000) if mode == "I;16" else picture(mode)
    asset, said = one(tmp_path, "a.tif", saved(image, "TIFF", compression="tiff_lzw", description=SECRET.decode()))
    assert SECRET not in asset.data
    assert asset.media_type == ("image/jpeg" if mode == "CMYK" else "image/png")
    assert [found.rule for found in said] == (["image-rgb"] if mode == "CMYK" else [])


def test_a_name_that_says_another_format_is_a_warning(tmp_path: Path) -> None:
    asset, said = one(tmp_path, "a.png", saved(picture(), "JPEG"))
    assert asset.media_type == "image/jpeg"
    assert [found.rule for found in said] == ["image-name-fits"]
    assert said[0].message == "the image 'a.png' is a JPEG file by what it holds, and is published as one"


# ---------------------------------------------------------------- files that cannot be used


def test_a_missing_image_names_every_place(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "tide.png").write_bytes(saved(picture(), "PNG"))
    places = (Location("chapters/one.md", 3, 1), Location("chapters/two.md", 9, 2))
    with pytest.raises(ManuscriptError) as caught:
        assets.collect(tmp_path, {"images/tied.png": places, "images/gone.png": AT}, lambda found: None)
    gone, tied = caught.value.diagnostics
    assert (gone.rule, tied.rule, tied.at) == ("image-exists", "image-exists", places[0])
    assert "also used at chapters/two.md:9:2" in tied.message
    assert tied.hint == "did you mean '../images/tide.png'? Pictures are named from the file that shows them"


@pytest.mark.parametrize("path", ["../out.png", "/etc/passwd", "link.png", "a/../../out.png", "", "images"])
def test_nothing_outside_the_folder_is_read(tmp_path: Path, path: str) -> None:
    book = tmp_path / "book"
    (book / "images").mkdir(parents=True)
    (tmp_path / "out.png").write_bytes(saved(picture(), "PNG"))
    (book / "link.png").symlink_to(tmp_path / "out.png")
    with pytest.raises(ManuscriptError) as caught:
        assets.collect(book, {path: AT}, lambda found: None)
    assert caught.value.diagnostics[0].rule == "image-exists"


def test_a_link_inside_the_folder_and_another_unicode_form_are_found(tmp_path: Path) -> None:
    decomposed = unicodedata.normalize("NFD", "café.png")
    (tmp_path / decomposed).write_bytes(saved(picture(), "PNG"))
    (tmp_path / "link.png").symlink_to(decomposed)
    assert list(assets.collect(tmp_path, {"café.png": AT, "link.png": AT}, lambda found: None)) == [
        "café.png",
        "link.png",
    ]


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.png")
    with pytest.raises(ManuscriptError):
        assets.collect(tmp_path, {"a.png": AT}, lambda found: None)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"just some words", "is no image of a known kind"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 40, "holds HEIC"),
        (b"\0\0\0\x18ftypavif" + b"\0" * 40, "holds AVIF"),
        (b"%PDF-1.7", "holds a PDF"),
        (b"BM" + b"\0" * 50, "holds BMP"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "holds a pointer of Git LFS"),
    ],
)
def test_another_kind_of_file_is_refused_with_a_way_out(tmp_path: Path, content: bytes, words: str) -> None:
    found = refused(tmp_path, "a.png", content)
    assert (found.rule, found.at) == ("image-format", AT[0])
    assert words in found.message
    assert found.hint


FORMATS = [("a.png", "PNG"), ("a.jpg", "JPEG"), ("a.gif", "GIF"), ("a.webp", "WEBP"), ("a.tif", "TIFF")]


@pytest.mark.parametrize(("path", "name"), FORMATS)
def test_a_truncated_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, name: str) -> None:
    monkeypatch.setattr("PIL.ImageFile.LOAD_TRUNCATED_IMAGES", True)  # as WeasyPrint leaves it
    content = saved(picture(size=(200, 100)), name)
    for length in (12, 30, 60, len(content) // 3, len(content) // 2, len(content) - 20):
        found = refused(tmp_path, path, content[:length])
        assert (found.rule, found.at) == ("image-readable", AT[0]), length
        assert "is damaged" in found.message


@pytest.mark.parametrize(("path", "name"), FORMATS)
def test_no_damage_leads_to_anything_but_an_error_or_an_image(tmp_path: Path, path: str, name: str) -> None:
    rules: set[str] = set()
    content = saved(picture(size=(30, 30)), name, **({"exif": exif(6)} if name != "GIF" else {}))
    for place in range(0, len(content), max(1, len(content) // 120)):
        damaged = content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :]
        try:
            asset, _ = one(tmp_path, path, damaged)
        except ManuscriptError as problem:
            rules.add(problem.diagnostics[0].rule)
        else:
            opened(asset.data)
    assert rules <= {"image-readable", "image-format", "image-size"}


def test_a_jpeg_that_lacks_only_its_end_mark_is_whole(tmp_path: Path) -> None:
    content = saved(picture(), "JPEG")
    try:
        asset = clean(tmp_path, "a.jpg", content[:-2])
    except ManuscriptError:
        return  # as strict as Pillow is here
    assert asset.data.endswith(b"\xff\xd9")


def bombs() -> dict[str, bytes]:
    side = 60_000
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(9))) + chunk(b"IEND", b"")
    jpeg = bytearray(saved(picture(), "JPEG"))
    frame = jpeg.index(b"\xff\xc0")
    jpeg[frame + 5 : frame + 9] = struct.pack(">HH", side, side)
    gif = bytearray(saved(picture("P"), "GIF"))
    gif[6:10] = struct.pack("<HH", side, side)
    webp = b"RIFF\x1e\0\0\0WEBPVP8X\x0a\0\0\0" + b"\0" * 4 + b"\x5f\xea\0" * 2 + b"\0" * 8
    tiff = bytearray(saved(Image.new("1", (40, 20)), "TIFF"))
    for tag in (256, 257):
        for kind in (3, 4):
            place = tiff.find(struct.pack("<HHI", tag, kind, 1))
            if place >= 0:
                tiff[place : place + 12] = struct.pack("<HHII", tag, 4, 1, side)
    return {"a.png": png, "a.jpg": bytes(jpeg), "a.gif": bytes(gif), "a.webp": webp, "a.tif": bytes(tiff)}


@pytest.mark.parametrize("name", sorted(bombs()))
def test_an_image_that_would_fill_the_memory_is_not_decoded(tmp_path: Path, name: str) -> None:
    tracemalloc.start()
    found = refused(tmp_path, name, bombs()[name])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found.rule == "image-size"
    assert ("a great many" if name == "a.tif" else "60000 by 60000") + " pixels" in found.message
    assert peak < 20_000_000


def test_a_file_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "MAX_BYTES", 1024 * 1024)
    found = refused(tmp_path, "a.png", saved(picture(), "PNG") + bytes(1024 * 1024))
    assert (found.rule, "larger than 1 MB" in found.message) == ("image-size", True)


# ---------------------------------------------------------------- drawings

NS = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'


def drawing(inside: str, attributes: str = 'viewBox="0 0 40 20"') -> bytes:
    return f"<svg {NS} {attributes}>{inside}</svg>".encode()


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ('viewBox="0 0 40 20"', (40, 20)),
        ('width="100" height="50px"', (100, 50)),
        ('width="210mm" height="1in"', (794, 96)),
        ('width="80" viewBox="0 0 40 20"', (80, 40)),
        ('height="80" viewBox="0,0,40,20"', (160, 80)),
        ('width="100%" height="100%" viewBox="0 0 40 20"', (40, 20)),
        ('width="1e99" height="nan" viewBox="0 0 40 20"', (40, 20)),
        ('viewBox="0 0 0.01 0.01"', (1, 1)),
    ],
)
def test_the_size_of_a_drawing(tmp_path: Path, attributes: str, size: tuple[int, int]) -> None:
    asset = clean(tmp_path, "a.svg", drawing("<path d='M0 0'/>", attributes))
    assert ((asset.width, asset.height), asset.media_type) == (size, "image/svg+xml")


@pytest.mark.parametrize("attributes", ["", 'viewBox="0 0 0 0"', 'viewBox="a b c d"', 'viewBox="0 0 nan inf"'])
def test_a_drawing_without_size_is_a_warning(tmp_path: Path, attributes: str) -> None:
    asset, said = one(tmp_path, "a.svg", drawing("<path d='M0 0'/>", attributes))
    assert ((asset.width, asset.height), [found.rule for found in said]) == ((300, 150), ["svg-sized"])


@pytest.mark.parametrize("attributes", ['width="0" height="9"', 'width="9" height="0mm" viewBox="0 0 9 9"'])
def test_a_drawing_of_no_size_is_a_warning(tmp_path: Path, attributes: str) -> None:
    (found,) = one(tmp_path, "a.svg", drawing("<path d='M0 0'/>", attributes))[1]
    assert found.rule == "svg-sized"
    assert "0 wide or high" in found.message


@pytest.mark.parametrize(
    ("inside", "what"),
    [
        ("<filter id='f'>\n<feGaussianBlur/><feOffset/></filter><g filter='url(#f)'/>", "'f' (feGaussianBlur)"),
        ("<mask id='m'><path/></mask><g style='mask: url(\"#m\")'/>", "the mask 'm'"),
        ("<style>g { filter: url(#f) }</style><filter id='f'><feBlend/><feTile/></filter><g/>", "'f' (feTile)"),
        ("<filter id='f'><feOffset/></filter><g filter='url(#f)'/>", None),
        ("<filter id='f'><feGaussianBlur/></filter><mask id='m'/>", None),
    ],
)
def test_what_the_page_engine_does_not_draw_is_told(tmp_path: Path, inside: str, what: str | None) -> None:
    said = one(tmp_path, "a.svg", drawing(f"<g/>\n{inside}"))[1]
    assert [(found.rule, found.at.line if found.at else 0) for found in said] == ([("svg-prints", 2)] if what else [])
    assert what is None or what in said[0].message


def test_what_draws_stays_as_it_is(tmp_path: Path) -> None:
    inside = (
        "<title>A tree</title><defs><linearGradient id='g'><stop offset='0' style='stop-color:#f00'/></linearGradient>"
        "<clipPath id='c'><rect width='9' height='9'/></clipPath></defs><style>.a{fill:url(#g)} text{font-size:3px}"
        "</style><g clip-path='url(#c)' transform='rotate(3)'><use xlink:href='#g'/><use href='#g'/><text x='1'>Fig "
        "<tspan>tree</tspan> tail &amp; &lt; é</text><path class='a' d='M0,0 L9,9'/></g>"
        "<a href='#g'><circle r='2'/></a>"
    )
    asset = clean(tmp_path, "a.svg", drawing(inside))
    text = asset.data.decode()
    for part in ("url(#g)", "url(#c)", "Fig <tspan>tree</tspan> tail &amp; &lt; é", "M0,0 L9,9", "stop-color:#f00"):
        assert part in text
    assert text.count('xlink:href="#g"') == 3


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        "<script href='http://evil.example/x.js'/>",
        "<x:script xmlns:x='http://www.w3.org/2000/svg'>alert(1)</x:script>",
        "<g onload='alert(1)'/>",
        "<g ONCLICK='alert(1)'/>",
        "<foreignObject><body xmlns='http://www.w3.org/1999/xhtml'><script>alert(1)</script></body></foreignObject>",
        "<h:iframe xmlns:h='http://www.w3.org/1999/xhtml' src='http://evil.example'/>",
        "<h:link xmlns:h='http://www.w3.org/1999/xhtml' rel='stylesheet' href='http://evil.example'/>",
        "<set attributeName='href' to='javascript:alert(1)'/>",
        "<animate attributeName='xlink:href' values='javascript:alert(1)'/>",
        "<handler type='text/javascript'>alert(1)</handler>",
        "<a xlink:href='javascript:alert(1)'><text>x</text></a>",
        "<a href=' &#x09;JaVaScRiPt:alert(1)'><text>x</text></a>",
        "<a href='http://evil.example'><text>x</text></a>",
        "<image href='http://evil.example/x.png'/>",
        "<image href='other.png'/>",
        "<image href='file:///etc/passwd'/>",
        "<image href='//evil.example/x.png'/>",
        "<image href='data:image/svg+xml;base64,PHN2Zy8+'/>",
        "<image href='data:text/html;base64,PHN2Zy8+'/>",
        "<image href='data:image/png;base64,PHN2Zy8+'/>",
        "<image href='data:image/png;base64,!!!'/>",
        "<use xlink:href='http://evil.example/x.svg#a'/>",
        "<use href='other.svg#a'/>",
        "<feImage href='http://evil.example/x.png'/>",
        "<style>@import 'http://evil.example/x.css';</style>",
        "<style>@import url(http://evil.example/x.css);</style>",
        "<style>@\\69mport 'http://evil.example/x.css';</style>",
        "<style>@import/**/'http://evil.example/x.css';</style>",
        "<style>a{x:\\/*;fill:url(http://evil.example/x);y:*/}</style>",
        "<style>a{x:'/*';fill:url(http://evil.example/x);y:'*/'}</style>",
        "<style>a{fill:url(#a);stroke:url('other.svg#a')}</style>",
        "<style>a{fill:url(http://evil.example/x)}</style>",
        "<style>a{fill:URL( 'http://evil.example/x' )}</style>",
        "<style>a{fill:u\\72l(http://evil.example/x)}</style>",
        "<style>a{fill:u\\000072 l(http://evil.example/x)}</style>",
        "<style>a{fill:url(http://evil.example/x</style>",
        "<style>a{background:image-set('http://evil.example/x' 1x)}</style>",
        "<style>@font-face{font-family:x;src:url(http://evil.example/x.woff)}</style>",
        "<style><![CDATA[@import 'http://evil.example/x.css';]]></style>",
        "<style>@media screen{a{fill:var(--x, url(http://evil.example/x))}}</style>",
        f"<style>a{{fill:{'x(' * 5000}url(http://evil.example/x)}}</style>",
        "<g style='fill:url(http://evil.example/x)'/>",
        "<g style='fill:u\\72l(http://evil.example/x)'/>",
        "<g fill='url(http://evil.example/x)'/>",
        "<g filter='url(&quot;other.svg#f&quot;)'/>",
        "<g mask='u\\72l(http://evil.example/x)'/>",
        "<g cursor='url(http://evil.example/x),auto'/>",
    ],
)
def test_what_runs_or_loads_is_removed_with_a_warning(tmp_path: Path, inside: str) -> None:
    asset, said = one(tmp_path, "a.svg", drawing(f"<path d='M0 0'/>\n{inside}\n<text>after</text>"))
    assert said
    assert all(found.rule in ("svg-passive", "svg-self-contained") for found in said)
    assert all(found.at is not None and found.at.path == "a.svg" and found.at.line in (1, 2) for found in said)
    text = asset.data.decode().lower()
    for word in ("script", "alert", "evil", "onload", "onclick", "import", "other.", "passwd", "xhtml", "phn2", "!!!"):
        assert word not in text, text
    assert "after" in text
    etree.fromstring(asset.data)


def test_an_external_base_or_stylesheet_does_not_pass(tmp_path: Path) -> None:
    inside = "<g xml:base='http://evil.example/'><use href='#a'/></g>"
    asset, said = one(tmp_path, "a.svg", b"<?xml-stylesheet href='http://evil.example/x.css'?>" + drawing(inside))
    assert b"evil" not in asset.data
    inner = one(tmp_path, "b.svg", drawing("<?xml-stylesheet href='http://evil.example/x.css'?>"))[1]
    assert [found.rule for found in said + inner] == ["svg-self-contained"] * 2


def test_notes_of_drawing_programs_go_without_a_word(tmp_path: Path) -> None:
    inside = (
        '<metadata><r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#">Secret Name</r:RDF></metadata>'
        '<n:namedview xmlns:n="http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd" path="/home/secret"/>'
        '<g xmlns:i="http://www.inkscape.org/namespaces/inkscape" i:export-filename="/home/secret/x.png"/>'
        "<!-- Secret -->"
    )
    asset = clean(tmp_path, "a.svg", b"<!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN' 'x'>" + drawing(inside))
    assert b"ecret" not in asset.data
    assert b"DOCTYPE" not in asset.data
    assert b"inkscape" not in asset.data


def test_a_photograph_inside_a_drawing_is_cleaned_too(tmp_path: Path) -> None:
    raw = camera_jpeg()
    embedded = base64.b64encode(raw).decode()
    wrapped = "\n".join(embedded[place : place + 76] for place in range(0, len(embedded), 76))
    asset = clean(tmp_path, "a.svg", drawing(f"<image width='9' xlink:href='data:image/jpeg;base64,{wrapped}'/>"))
    href = etree.fromstring(asset.data)[0].get("{http://www.w3.org/1999/xlink}href")
    assert href is not None
    content = base64.b64decode(str(href).partition(",")[2])
    assert_silent(content)
    assert pixels(content) == pixels(raw)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<svg", "not well-formed"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>\n<g></svg>", "not well-formed"),
        (b"<!doctype html><html><body>404</body></html>", "is a web page"),
        (b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'/>", "begins with <html>"),
        (b"<!DOCTYPE svg [<!ENTITY a 'x'>]><svg xmlns='http://www.w3.org/2000/svg'>&a;</svg>", "entities"),
        (
            b"<!DOCTYPE svg [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><svg xmlns='http://www.w3.org/2000/svg'>&a;</svg>",
            "entities",
        ),
        (
            b"<!DOCTYPE svg [<!ENTITY % a SYSTEM 'http://evil.example/x'> %a;]><svg xmlns='http://www.w3.org/2000/svg'/>",
            "",
        ),
        (b"<?xml version='1.0' encoding='no-such'?><svg xmlns='http://www.w3.org/2000/svg'/>", "not well-formed"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>" + b"<g>" * 5000 + b"</g>" * 5000 + b"</svg>", "not well-formed"),
        (drawing("<g id='a'><use href='#a'/></g>"), "repeats itself"),
        (drawing("<g id='a'><use href='#b'/></g><g id='b'><use href='#a'/></g>"), "repeats itself"),
        (
            drawing(
                "<g id='x0'><path/></g>"
                + "".join(f"<g id='x{n + 1}'>" + f"<use href='#x{n}'/>" * 10 + "</g>" for n in range(9))
            ),
            "repeats itself",
        ),
    ],
)
def test_a_drawing_that_cannot_be_used(tmp_path: Path, content: bytes, words: str) -> None:
    found = refused(tmp_path, "a.svg", content)
    assert found.rule == "image-readable"
    assert words in found.message
    assert found.hint


def test_a_large_plain_drawing_is_no_bomb(tmp_path: Path) -> None:
    parts = "<g clip-path='url(#c)'/>" * 20_000
    clean(tmp_path, "a.svg", drawing(f"<clipPath id='c'>{'<path/>' * 9}</clipPath>{parts}"))


def test_entities_do_not_multiply(tmp_path: Path) -> None:
    lines = ["<!ENTITY a0 'aaaaaaaaaa'>"]
    lines += [f"<!ENTITY a{n + 1} '{f'&a{n};' * 10}'>" for n in range(9)]
    for use in ("<text>&a9;</text>", "<text id='&a9;'/>"):
        content = f"<!DOCTYPE svg [{''.join(lines)}]><svg {NS}>{use}</svg>".encode()
        assert refused(tmp_path, "a.svg", content).rule == "image-readable"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "iso-8859-1"])
def test_other_encodings_of_a_drawing(tmp_path: Path, encoding: str) -> None:
    name = encoding.removesuffix("-sig")
    text = f"<?xml version='1.0' encoding='{name}'?><svg {NS} width='9' height='9'><text>é</text></svg>"
    assert "<text>é</text>" in clean(tmp_path, "a.svg", text.encode(encoding)).data.decode()


def test_a_drawing_without_namespace_gets_it(tmp_path: Path) -> None:
    asset = clean(tmp_path, "a.svg", b"<svg width='9' height='9'><path d='M0 0'/></svg>")
    assert etree.fromstring(asset.data)[0].tag == "{http://www.w3.org/2000/svg}path"


# ---------------------------------------------------------------- the same each time


def test_the_same_bytes_in_give_the_same_bytes_out(tmp_path: Path) -> None:
    files = {
        "a__jpg": saved(picture(), "JPEG", exif=exif(6)),
        "b__webp": saved(picture(), "WEBP"),
        "c__svg": drawing("<g b='1' a='2' xlink:href='#x' style='a:b'/>"),
        "d__png": camera_jpeg(),
        "e__tif": saved(picture("CMYK"), "TIFF"),
    }
    first, said = collect(tmp_path, **files)
    again, _ = collect(tmp_path, **files)
    assert first == again
    store = Cache(tmp_path / "cache")
    uses = dict.fromkeys(first, AT)
    for _ in range(2):
        more: list[Diagnostic] = []
        assert assets.collect(tmp_path, uses, more.append, store) == first
        assert more == said
    assert store.info().entries == 5


def test_a_clean_image_cleans_to_itself(tmp_path: Path) -> None:
    for name, content in {"a.jpg": camera_jpeg(), "a.png": saved(picture(), "PNG"), "a.svg": drawing("<g/>")}.items():
        once = clean(tmp_path, name, content)
        assert clean(tmp_path, name, once.data).data == once.data
