"""Images as the book's folder has them into images fit for publication: whole, bounded, and silent about the camera.

Pixels are kept as they are wherever the format allows. They are computed anew only for a photograph that its camera
marked as lying on its side, for print colours (CMYK), for grays of 16 bits, for the first picture of one that moves,
and for WebP and TIFF, which not every reading system shows.

What decodes them is imported only for a picture that the cache does not know: most builds need none of it.
"""

import hashlib
import io
import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from bookforge import bookpath, engines, imagefile
from bookforge.book import Asset
from bookforge.cache import Cache
from bookforge.cache import key as cache_key
from bookforge.diagnostics import Diagnostic, Location, ManuscriptError, Report, Severity

if TYPE_CHECKING:
    from PIL import Image

    from bookforge import svg

_PICTURES: Final = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".tif", ".tiff"})
_SEARCHED: Final = 5000
MAX_BYTES: Final = 64 * 1024 * 1024
MAX_PIXELS: Final = 120_000_000

_STAGE: Final = "image"
_QUALITY: Final = {"quality": 95, "subsampling": 0, "optimize": True}
_ENDINGS: Final = {
    "PNG": (".png", ".apng"),
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "GIF": (".gif",),
    "WebP": (".webp",),
    "TIFF": (".tif", ".tiff"),
    "SVG": (".svg",),
}
_FACTS: Final = {
    "PNG": imagefile.png_facts,
    "JPEG": imagefile.jpeg_facts,
    "GIF": imagefile.gif_facts,
    "WebP": imagefile.webp_facts,
}
_STRIP: Final = {"PNG": imagefile.strip_png, "JPEG": imagefile.strip_jpeg, "GIF": imagefile.strip_gif}
_INSTEAD: Final = {
    "a compressed SVG": "uncompress it (gunzip) and name it .svg",
    "a PDF": "save the page as SVG if it is a drawing, or as PNG",
    "a pointer of Git LFS": "fetch the file itself: git lfs pull",
}
_ORIENTATION: Final = 0x0112


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about one image, wherever it is used; ``line`` is in the image file itself."""

    rule: str
    severity: Severity
    message: str
    hint: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A published form of an image. ``content`` is ``None`` where it is the file itself, freed of what is not shown."""

    media_type: str
    content: bytes | None
    width: int
    height: int
    findings: tuple[Finding, ...] = ()


class _UnusableError(Exception):
    """An image that cannot be published, and why."""

    def __init__(self, rule: str, message: str, hint: str | None = None, line: int | None = None) -> None:
        super().__init__(message)
        self.finding = Finding(rule, Severity.ERROR, message, hint, line)


def collect(
    book_dir: Path, uses: Mapping[str, tuple[Location, ...]], report: Report, store: Cache | None = None
) -> dict[str, Asset]:
    """Read, check and clean every image the book uses; ``uses`` says where, keyed by path in the book's folder.

    The result has the same keys. ``media_type`` can differ from the file's ending: it says what ``data`` is.
    Errors, all at once: ``image-exists``, ``image-format``, ``image-readable``, ``image-size``.
    Warnings: ``image-name-fits``, ``image-rgb``, ``image-still``, ``svg-passive``, ``svg-self-contained``,
    ``svg-sized``, ``svg-prints``.
    """
    _pictures_of.cache_clear()  # a process that stays sees files come and go
    wrong: list[Diagnostic] = []
    assets = {}
    for path in sorted(uses):
        places = uses[path]
        found = bookpath.find(book_dir, path)
        if isinstance(found, bookpath.Missing):
            hint = _from_the_chapter(book_dir, path, places) or found.hint
            wrong.append(_at(places, Finding("image-exists", Severity.ERROR, found.message, hint), None))
            continue
        try:
            assets[path], findings = _asset(path, _read(found), store or Cache(None))
        except _UnusableError as problem:
            wrong.append(_at(places, _named(path, problem.finding), found.path))
            continue
        for finding in findings:
            report(_at(places, _named(path, finding), found.path))
    if wrong:
        raise ManuscriptError(*wrong)
    return assets


def _from_the_chapter(book_dir: Path, path: str, places: tuple[Location, ...]) -> str | None:
    """Name the picture that was probably meant, as it is written from the chapter's file."""
    here = _pictures_of(book_dir)
    by_name = {PurePosixPath(each).name: each for each in here}
    name = PurePosixPath(path).name
    near = get_close_matches(name, by_name, 1, 0.75)
    meant = next((each for each in here if path.endswith(f"/{each}")), by_name.get(near[0]) if near else None)
    if meant is None or not places:
        return None
    typed = PurePosixPath(os.path.relpath(meant, PurePosixPath(places[0].path).parent))
    return f"did you mean '{typed}'? Pictures are named from the file that shows them"


@cache
def _pictures_of(book_dir: Path) -> tuple[str, ...]:
    """List the picture files of a book, paths from its folder; a very large folder is not searched to its end."""
    found = (path.relative_to(book_dir).as_posix() for path in islice(book_dir.rglob("*"), _SEARCHED))
    pictures = (path for path in found if PurePosixPath(path).suffix.lower() in _PICTURES)
    return tuple(sorted(path for path in pictures if path.isprintable()))


def _at(places: tuple[Location, ...], finding: Finding, file: str | None) -> Diagnostic:
    """Locate a finding: in the image file where it names a line, else at the first use, the others told."""
    if finding.line is not None and file is not None:
        at: Location | None = Location(file, finding.line)
    else:
        at = places[0] if places else None
    others = ", ".join(str(place) for place in places[1:])
    message = f"{finding.message} (also used at {others})" if others and finding.line is None else finding.message
    return Diagnostic(finding.rule, finding.severity, message, at, finding.hint)


def _named(path: str, finding: Finding) -> Finding:
    message = f"the image '{path}' {finding.message}"
    return Finding(finding.rule, finding.severity, message, finding.hint, finding.line)


def _read(found: bookpath.Found) -> bytes:
    try:
        with found.file.open("rb") as file:
            announced = os.fstat(file.fileno()).st_size
            content = file.read(min(announced, MAX_BYTES) + 1)
    except OSError as failure:
        raise _UnusableError("image-readable", f"cannot be read: {failure.strerror}") from failure
    if len(content) > MAX_BYTES:
        size = f"is larger than {MAX_BYTES // 1024 // 1024} MB"
        raise _UnusableError("image-size", size, "save it as JPEG, or smaller: 300 dots an inch are enough for print")
    return content


def _asset(path: str, content: bytes, store: Cache) -> tuple[Asset, tuple[Finding, ...]]:
    name = imagefile.kind(content)
    key = cache_key(_STAGE, _version(), hashlib.sha256(content).digest())
    picture = store.get(_STAGE, key, Picture)
    if picture is None:
        picture = _picture(name, content)
        store.put(_STAGE, key, picture)
    shown = _STRIP[str(name)](content) if picture.content is None else picture.content
    digest = hashlib.sha256(shown).hexdigest()
    asset = Asset(path, picture.media_type, shown, picture.width, picture.height, digest)
    return asset, (*_misnamed(path, name), *picture.findings)


@cache
def _version() -> str:
    """Return what a picture depends on besides its file: the engines and this code."""
    code = (Path(__file__).with_name(module).read_bytes() for module in ("assets.py", "imagefile.py", "svg.py"))
    return " ".join([engines.versions(*engines.IMAGES), *(hashlib.sha256(each).hexdigest() for each in code)])


def _misnamed(path: str, name: str | None) -> tuple[Finding, ...]:
    ending = PurePosixPath(path).suffix.lower()
    if name is None or ending in _ENDINGS[name]:
        return ()
    message = f"is a {name} file by what it holds, and is published as one"
    return (Finding("image-name-fits", Severity.WARNING, message, f"rename it to end in {_ENDINGS[name][0]}"),)


def _picture(name: str | None, content: bytes) -> Picture:
    """Decide how an image is published, after making sure that all of it can be decoded."""
    if name == "SVG":
        return _drawing(content)
    if name not in ("PNG", "JPEG", "GIF", "WebP", "TIFF"):
        what = f"holds {name}" if name else ("is empty" if not content else "is no image of a known kind")
        hint = _INSTEAD.get(name or "", "save it as PNG, JPEG or SVG")
        raise _UnusableError("image-format", f"{what}, which cannot be used in a book", hint)
    from PIL import Image

    facts = _facts(name, content)
    try:
        return _decoded(name, content, facts)
    except _UnusableError:
        raise
    except Image.DecompressionBombError as failure:
        raise _too_many("a great many") from failure
    except Exception as failure:  # on a damaged file Pillow may raise nearly anything
        raise _unreadable(str(failure)) from failure


def _facts(name: str, content: bytes) -> imagefile.Facts:
    """Read the size before anything is decoded, and refuse what would fill the memory."""
    if name == "TIFF":
        return imagefile.Facts(1, 1)  # Pillow reads it before it decodes
    try:
        facts = _FACTS[name](content)
    except imagefile.BrokenFileError as failure:
        raise _unreadable(str(failure)) from failure
    _check_size(facts.width, facts.height)
    return facts


def _check_size(width: int, height: int) -> None:
    if width < 1 or height < 1:
        raise _unreadable("it holds no picture")
    if width * height > MAX_PIXELS:
        raise _too_many(f"{width} by {height}")


def _too_many(size: str) -> _UnusableError:
    message = f"has {size} pixels, more than the {MAX_PIXELS // 1_000_000} million that are allowed"
    return _UnusableError("image-size", message, "save it smaller: 300 dots an inch are enough for print")


def _unreadable(reason: str) -> _UnusableError:
    hint = "copy it anew from where it came, or open it in an image program and save it again"
    return _UnusableError("image-readable", f"is damaged: {reason}", hint)


# ---------------------------------------------------------------- pixels


@contextmanager
def whole_images_only() -> Iterator[None]:
    """Refuse images that end too soon; WeasyPrint, once imported, lets Pillow take them in the whole process."""
    from PIL import ImageFile

    before = ImageFile.LOAD_TRUNCATED_IMAGES
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Pillow says of odd but readable files is nothing to an author
            yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before


def _decoded(name: str, content: bytes, facts: imagefile.Facts) -> Picture:
    from PIL import Image

    with whole_images_only(), Image.open(io.BytesIO(content), formats=[name.upper()]) as image:
        _check_size(*image.size)
        if name == "PNG":
            image.load()  # what says how the camera was held may stand behind the pixels
        findings = _findings(image, facts)
        turned = name != "GIF" and _orientation(image) != 1
        if name in _STRIP and not findings and not turned and not image.mode.startswith("I"):
            if name == "JPEG":
                image.draft("L", (1, 1))  # decodes every block, computes few pixels
            image.load()
            return Picture(f"image/{name.lower()}", None, facts.width, facts.height)
        shown, media_type = _again(image, as_photograph=name == "JPEG" or not facts.lossless)
        return Picture(media_type, shown[0], *shown[1], findings)


def _findings(image: "Image.Image", facts: imagefile.Facts) -> tuple[Finding, ...]:
    found = []
    if facts.moves:
        hint = "save the picture you want to show as PNG"
        found.append(Finding("image-still", Severity.WARNING, "moves; only its first picture is shown", hint))
    if image.mode == "CMYK":
        message = "has print colours (CMYK), which screens cannot show; it is converted to sRGB"
        hint = "export it from your image program as sRGB to decide about its colours yourself"
        found.append(Finding("image-rgb", Severity.WARNING, message, hint))
    return tuple(found)


def _orientation(image: "Image.Image") -> int:
    """Return how the camera was held, 1 to 8; 1 where nothing sensible is said."""
    try:
        said = image.getexif().get(_ORIENTATION, 1)
    except Exception:  # a damaged Exif block says nothing, and is left out anyway
        return 1
    return said if said in range(1, 9) else 1


def _again(image: "Image.Image", *, as_photograph: bool) -> tuple[tuple[bytes, tuple[int, int]], str]:
    """Compute the pixels anew, upright and in colours a screen can show; JPEG for photographs, PNG for the rest."""
    image.load()
    if _orientation(image) != 1:
        from PIL import ImageOps

        image = ImageOps.exif_transpose(image)
    profile = image.info.get("icc_profile")
    if image.mode == "CMYK":
        image, profile, as_photograph = _as_rgb(image, profile), None, True
    elif image.mode.startswith("I"):
        image = _of_8_bits(image)
    elif image.mode not in ("1", "L", "LA", "P", "RGB", "RGBA"):
        image = image.convert("RGBA" if "A" in image.getbands() else "RGB")
    if image.mode not in ("L", "RGB"):
        as_photograph = False
    name, settings = ("JPEG", _QUALITY) if as_photograph else ("PNG", {"optimize": True})
    image.info.pop("comment", None)
    written = io.BytesIO()
    image.save(written, name, icc_profile=profile, **settings)
    return (_STRIP[name](written.getvalue()), image.size), f"image/{name.lower()}"


def _of_8_bits(image: "Image.Image") -> "Image.Image":
    """Return a picture in grays of 16 bits in those that pages show; the page engine would take it for another one."""
    gray = image.convert("I").point(lambda value: value * (1 / 257) + 0.5).convert("L")
    gray.info = {key: value for key, value in image.info.items() if key != "transparency"}
    clear = image.info.get("transparency")
    if not isinstance(clear, int):
        return gray
    from PIL import ImageMath

    solid = ImageMath.lambda_eval(lambda at: at["convert"]((at["gray"] != clear) * 255, "L"), gray=image.convert("I"))
    gray.putalpha(solid)
    return gray


def _as_rgb(image: "Image.Image", profile: bytes | None) -> "Image.Image":
    """Convert print colours by the profile that comes with them, else by rule of thumb."""
    if profile:
        from PIL import ImageCms

        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            made = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError):
            made = None
        if made is not None:
            return made
    return image.convert("RGB")


# ---------------------------------------------------------------- drawings


def _drawing(content: bytes) -> Picture:
    from bookforge import svg

    try:
        drawing = svg.clean(content, _embedded)
    except svg.UnusableDrawingError as problem:
        raise _UnusableError("image-readable", f"cannot be used: {problem}", problem.hint, problem.line) from problem
    findings = tuple(_removed(each) for each in drawing.removals)
    return Picture("image/svg+xml", drawing.content, drawing.width, drawing.height, findings)


def _removed(removal: "svg.Removal") -> Finding:
    if removal.rule == "svg-prints":
        message = (
            f"is drawn otherwise in a PDF than on a screen: {removal.what} is not carried out there, or not wholly"
        )
        hint = "look at its page; a picture of it (PNG, 300 dpi) prints as it looks"
    elif removal.what == "0":
        message, hint = "says that it is 0 wide or high: pages show nothing of it", "give it a width and a height"
    elif removal.rule == "svg-sized":
        message, hint = "does not say how large it is", "give its root element a viewBox, or a width and a height"
    else:
        message, hint = f"is published without {removal.what}", None
        if removal.rule == "svg-self-contained":
            hint = "embed what it needs, as PNG or JPEG, when you save it"
    return Finding(removal.rule, Severity.WARNING, message, hint, removal.line)


def _embedded(content: bytes) -> tuple[bytes, str]:
    """Clean a picture inside a drawing."""
    name = imagefile.kind(content)
    if name not in ("PNG", "JPEG"):
        raise ValueError("it is neither PNG nor JPEG")
    try:
        picture = _picture(name, content)
    except _UnusableError as problem:
        raise ValueError(str(problem)) from problem
    return _STRIP[name](content) if picture.content is None else picture.content, picture.media_type
