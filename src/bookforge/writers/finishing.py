"""The PDF of some pages that the engine has not written yet in, the same with what the engine leaves undone out."""

import re
from typing import Any, Final

from bookforge.writers import fitted, initials

_GRAY: Final = re.compile(rb"([0-9.]+) \1 \1 (rg|RG)")


def finish(pages: list[Any], pdf: Any) -> None:
    """Do to the unwritten PDF of some pages what the engine leaves undone."""
    initials.join(pages, pdf)
    fitted.level(pages, pdf)
    print_gray_in_gray(pdf)
    _cut_to_trim(pdf)


def print_gray_in_gray(pdf: Any) -> None:
    """Write grays as DeviceGray: black text then prints with black ink only, whatever the printer's profile."""
    for stream in pdf.objects:
        operations: list[Any] = getattr(stream, "stream", [])
        for place, operation in enumerate(operations):
            gray = isinstance(operation, bytes) and _GRAY.fullmatch(operation)
            if gray:
                operations[place] = gray[1] + (b" G" if gray[2] == b"RG" else b" g")


def _cut_to_trim(pdf: Any) -> None:
    """Show readers the page as it is cut; what runs over its edge stays in the file, for the press."""
    for page in pdf.objects:
        if getattr(page, "get", None) and page.get("Type") == "/Page":
            page["MediaBox"] = page["BleedBox"] = page["TrimBox"]
