"""Python's search for cycles, put off while nearly all that is made stays: looking takes a tenth of the time.

What is in no cycle is freed at once all the same.
"""

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def put_off() -> Iterator[None]:
    """Search for no cycles meanwhile."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def leave_alone() -> None:
    """Never search what there is so far: a process that was forked for some work has all of its parent's."""
    gc.freeze()
