"""The machine and the versions that figures belong to."""

import os
import platform
from importlib import metadata
from pathlib import Path

import pypandoc

_NAMED = ("bookforge-press", "weasyprint", "EbookLib", "typst")


def load() -> float:
    """Return how many processes wanted to run in the last minute."""
    return os.getloadavg()[0]


def line(before: float) -> str:
    """Say on what and with what was measured; ``before`` is the load at the beginning."""
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in _NAMED)
    return (
        f"Measured with {versions},\n"
        f"pandoc {pypandoc.get_pandoc_version()}, Python {platform.python_version()}, on {platform.system()} "
        f"{platform.machine()}: {_model()}, {os.cpu_count()} processors,\n"
        f"load {before:.1f} before and {load():.1f} after{_busy(before)}."
    )


def _model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.processor() or "an unnamed processor"
    named = (each.partition(":")[2].strip() for each in lines if each.startswith("model name"))
    return next(named, platform.processor() or "an unnamed processor")


def _busy(before: float) -> str:
    return ": **the machine had other work**" if before > 1 else ""
