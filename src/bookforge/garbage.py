"""How often Python searches for cycles: seldom, while nearly all that is made stays. All else is freed at once."""

import contextlib
import gc
from collections.abc import Iterator
from typing import Final

_SELDOM: Final = (50_000, 5, 5)
"""How many objects are made before cycles are searched among them, and how often they are among older ones."""


@contextlib.contextmanager
def seldom() -> Iterator[None]:
    """Search seldom meanwhile: a build keeps what it reads and makes until its end."""
    usual = gc.get_threshold()
    gc.set_threshold(*_SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


@contextlib.contextmanager
def put_off() -> Iterator[None]:
    """Do not search meanwhile: while pages are laid out and drawn, searching takes a tenth of the time.

    A process that stays puts it off while somebody waits for a build, and then makes up for it: :func:`search`.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def sweep() -> None:
    """Search now among what was made lately: boxes of pages hold each other when nobody needs them any more."""
    gc.collect(1)


def search() -> None:
    """Search now among all there is."""
    gc.collect()


def leave_alone() -> None:
    """Never search what there is so far: a process that was forked for some work has all of its parent's."""
    gc.freeze()
