"""Where what comes with bookforge beside its code is found."""

from pathlib import Path


def layouts() -> Path:
    """Return the folder of the layouts that come with bookforge, in a wheel and in a checkout alike."""
    package = Path(__file__).resolve().parent
    shipped = package / "layouts_data"
    return shipped if shipped.is_dir() else package.parents[1] / "layouts"
