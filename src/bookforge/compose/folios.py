"""The page numbers a composition may print, before its pages are set."""

from collections.abc import Iterator, Mapping
from typing import Final

_UNKNOWN: Final = "000"


class PageNumbers(Mapping[str, str]):
    """The page label of every id, as far as it is known; ``asked`` gathers those that one composition looks up.

    An unknown one is as wide as most will be, so that what is set with it comes near what will be.
    """

    def __init__(self, known: Mapping[str, str] | None = None) -> None:
        self._known = known or {}
        self.asked: set[str] = set()

    def __getitem__(self, identity: str) -> str:
        self.asked.add(identity)
        return self._known.get(identity, _UNKNOWN)

    def __contains__(self, identity: object) -> bool:
        return identity in self._known

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)
