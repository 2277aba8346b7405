"""An object of a PDF in, a name made of all that it consists of out: equal things have equal names in every file.

The number an object has, which changes from build to build, is no part of its name. So what was made from an object,
or read of it, can be kept by its name.
"""

import os
from typing import Any, Final

import pikepdf

from bookforge.cache import key

_DEEPEST: Final = 100

Number = tuple[int, int]
"""What a file calls an object: its number and generation."""


class _EndlessError(Exception):
    """Objects that lead back to themselves, as those of a page's links do."""


class Names:
    """Names the objects of one file, each of them once: one that is changed afterwards keeps the name it had."""

    def __init__(self) -> None:
        self._names: dict[Number, str] = {}
        self._numbers: dict[str, Number | None] = {}

    def of(self, thing: Any) -> str:
        """Return the name of an object, a number or ``None``; of what leads back to itself one that nothing else has.

        Errors: whatever pikepdf raises about a broken object.
        """
        try:
            return self._of(thing, 0)
        except _EndlessError:
            return key("endless", os.urandom(16))

    def number(self, name: str) -> Number | None:
        """Return the number of the object that has this name; ``None`` where there is none in sight, or several."""
        return self._numbers.get(name)

    def _of(self, thing: Any, depth: int) -> str:
        if depth > _DEEPEST:
            raise _EndlessError
        if not isinstance(thing, pikepdf.Object):
            return repr(thing)
        if not thing.is_indirect:
            return self._made(thing, depth)
        number = thing.objgen
        if number not in self._names:
            name = self._names[number] = self._made(thing, depth)
            self._numbers[name] = None if name in self._numbers else number
        return self._names[number]

    def _made(self, thing: Any, depth: int) -> str:
        if isinstance(thing, pikepdf.Array):
            return key("array", *(self._of(each, depth + 1) for each in thing))
        if not isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
            return key("plain", thing.unparse())
        parts: list[str | bytes] = []
        for entry, value in sorted(thing.items()):
            parts += (entry, self._of(value, depth + 1))
        if isinstance(thing, pikepdf.Stream):
            parts.append(thing.read_raw_bytes())
        return key("mapping", *parts)


def called(resources: pikepdf.Object, content: bytes) -> pikepdf.Dictionary:
    """Return those resources that a content may call by their names: pages of a file share all they have.

    Forms in them must have resources of their own, as those of WeasyPrint do; else it may call all.
    """
    forms = resources.get("/XObject", pikepdf.Dictionary())
    if any(form.get("/Subtype") == "/Form" and "/Resources" not in form for form in forms.values()):
        return pikepdf.Dictionary(dict(resources.items()))
    found: dict[str, Any] = {}
    for kind, things in resources.items():
        if isinstance(things, pikepdf.Dictionary):
            found[kind] = pikepdf.Dictionary({name: each for name, each in things.items() if _calls(content, name)})
        else:
            found[kind] = things
    return pikepdf.Dictionary(found)


def _calls(content: bytes, name: str) -> bool:
    return b"#" in content or name.encode() in content  # a name may be written in other ways with this sign alone
