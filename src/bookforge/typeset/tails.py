"""A section laid out alone in, what its last page needs so that it does not look forgotten out."""

from bookforge.makeup import SHORT_END
from bookforge.typeset.plan import Tail
from bookforge.writers.galley import Block, Galley


def of(galley: Galley) -> tuple[Tail, ...]:
    """Return the blocks that must go over to the last page, from its end upwards; none where it has lines enough."""
    last = galley.end - 1
    on_last = sum(row.page == last for block in galley.blocks.values() for row in block.rows)
    if last < 1 or not 0 < on_last < SHORT_END or _shows_pictures(galley, last):
        return ()
    found = []
    wanted = SHORT_END
    own = [(name, block) for name, block in galley.blocks.items() if block.rows[-1].page <= last]
    for name, block in reversed(own):
        kept = _kept(block, wanted)
        found.append(Tail(name, kept, whole=kept == len(block.rows)))
        wanted -= kept
        if wanted <= 0:
            return tuple(found)
    return ()


def _kept(block: Block, wanted: int) -> int:
    """Return how many of a block's last lines stand together when so many are wanted."""
    lines = len(block.rows)
    kept = max(wanted, block.widows)
    return lines if block.whole or lines - kept < block.orphans else kept


def _shows_pictures(galley: Galley, page: int) -> bool:
    return bool(galley.laid.pages[page].pictures)
