"""The objects of a PDF that the engine has not written yet, by their references."""

from typing import Any


def number(reference: bytes) -> int:
    """Return the number in a reference."""
    return int(reference.split()[0])


def referred(pdf: Any, reference: bytes) -> Any:
    """Return the object that a reference is to."""
    return pdf.objects[number(reference)]


def stream(pdf: Any, page: bytes) -> Any:
    """Return what draws a page; ``page`` is a reference to it."""
    return referred(pdf, referred(pdf, page)["Contents"])
