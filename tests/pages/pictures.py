"""The pictures of the README: pages of the memoir, drawn from ``dist``. ``make pictures`` builds it and runs this."""

import subprocess
import tempfile
from pathlib import Path

import pypdfium2
from PIL import Image, ImageOps

from bookforge import validate

ROOT = Path(__file__).parents[2]
TARGET = ROOT / "docs" / "images"
BOOK = "the-second-person"
PAPER, GROUND = 620, (214, 211, 205)


def start(title: str) -> int:
    """Return the index of the page on which a chapter of the paperback opens."""
    pdf = pypdfium2.PdfDocument(ROOT / "dist" / f"{BOOK}-paperback.pdf")
    return int(next(mark.get_dest().get_index() for mark in pdf.get_toc() if title in mark.get_title()))


def pages(edition: str, first: int, count: int, width: int) -> list[Image.Image]:
    """Draw pages of a PDF edition from an index on."""
    pdf = pypdfium2.PdfDocument(ROOT / "dist" / f"{BOOK}-{edition}.pdf")
    drawn = [pdf[number] for number in range(first, first + count)]
    return [page.render(scale=width / page.get_width()).to_pil().convert("RGB") for page in drawn]


def spread(images: list[Image.Image], gap: int) -> Image.Image:
    """Lay pages side by side on a table."""
    height = max(image.height for image in images)
    sheet = Image.new("RGB", (sum(image.width for image in images) + gap * (len(images) - 1), height), GROUND)
    left = 0
    for image in images:
        sheet.paste(image, (left, 0))
        left += image.width + gap
    return ImageOps.expand(sheet, 36, GROUND)


def site(page: str) -> Image.Image:
    """Take a picture of a page of the HTML edition."""
    browser = validate.browser()
    if browser is None:
        raise SystemExit("there is no Chromium to draw the HTML edition with")
    with tempfile.TemporaryDirectory() as folder:
        shot = Path(folder) / "shot.png"
        address = (ROOT / "dist" / f"{BOOK}-web" / page).as_uri()
        flags = (
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            f"--user-data-dir={folder}/profile",
        )
        command = (browser, *flags, "--window-size=1000,760", f"--screenshot={shot}", address)
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        return Image.open(shot).convert("RGB")


def save(image: Image.Image, name: str) -> None:
    """Keep a picture small: a palette is enough for type."""
    TARGET.mkdir(exist_ok=True)
    image.quantize(64, method=Image.Quantize.MEDIANCUT).save(TARGET / name, optimize=True)


def main() -> None:
    """Draw them all, from the chapter that has everything."""
    arena = start("The Arena")
    save(spread(pages("paperback", arena + 1, 2, PAPER), 2), "spread.png")
    openings = pages("paperback", start("Rewind"), 1, PAPER) + pages("paperback", arena, 1, PAPER)
    save(spread(openings, 24), "openings.png")
    save(spread(pages("proof", arena + 2, 1, 900), 0), "proof.png")
    save(site("arena.html"), "web.png")


if __name__ == "__main__":
    main()
