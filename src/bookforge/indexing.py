"""The index marks of a book's sections into the entries of its index, and what is wrong with them together. Pure."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher, get_close_matches
from typing import Final

from bookforge.book import BookSection, IndexMark, SectionId
from bookforge.diagnostics import Diagnostic, Location, error, warning

Heading = tuple[str, ...]
"""An entry's heading and the subheadings that lead to it."""

_NEARLY: Final = 0.9
_LONG_ENOUGH: Final = 5
_NEIGHBOURS: Final = 3


@dataclass(frozen=True, slots=True)
class Spot:
    """A place an entry leads to: bound ids of its beginning and, of a stretch, of its end.

    ``note`` is the number of the note it stands in, ``number`` counts all spots of the book in reading order.
    """

    section: SectionId
    id: str
    end: str | None
    main: bool
    note: int | None
    number: int


@dataclass(frozen=True, slots=True)
class Topic:
    """An entry with all that the marks say of it. ``sort`` is its own key where a mark gives one."""

    heading: Heading
    sort: str | None
    spots: tuple[Spot, ...]
    see: tuple[Heading, ...]
    see_also: tuple[Heading, ...]
    below: tuple["Topic", ...]


@dataclass(slots=True)
class _Gathered:
    """An entry while it gathers what the marks say of it."""

    heading: Heading
    sort: str | None = None
    spots: list[Spot] = field(default_factory=list)
    see: list[Heading] = field(default_factory=list)
    see_also: list[Heading] = field(default_factory=list)
    below: dict[str, "_Gathered"] = field(default_factory=dict)

    def all(self) -> Iterator["_Gathered"]:
        """Yield the entry and all below it."""
        yield self
        for topic in self.below.values():
            yield from topic.all()

    def finished(self) -> Topic:
        """Return the entry as it is."""
        below = tuple(topic.finished() for topic in self.below.values())
        return Topic(self.heading, self.sort, tuple(self.spots), tuple(self.see), tuple(self.see_also), below)


def marks(sections: Iterable[BookSection]) -> Iterator[tuple[BookSection, IndexMark]]:
    """Yield every index mark with its section, in reading order."""
    for section in sections:
        if section.content is not None:
            for mark in section.content.index:
                yield section, mark


def topics(sections: Iterable[BookSection]) -> tuple[Topic, ...]:
    """Gather the entries of the first level, as the marks come, without what a chapter that is left out would hold.

    A stretch of which only one end is in the book counts as a place; a reference to an entry that is not there is
    dropped, and so is an entry of which nothing is left.
    """
    top = _gathered(sections)
    while _pruned(top):
        pass
    return tuple(topic.finished() for topic in top.below.values())


def _pruned(top: _Gathered) -> bool:
    """Take away references that lead nowhere, then entries that say nothing; say whether there were any."""
    every = {topic.heading: topic for topic in top.all()}
    dropped = False
    for topic in every.values():
        for references in (topic.see, topic.see_also):
            lost = [each for each in references if each not in every]
            references[:] = [each for each in references if each in every]
            dropped = dropped or bool(lost)
    for topic in every.values():
        for word in [word for word, each in topic.below.items() if _is_bare(each)]:
            del topic.below[word]
            dropped = True
    return dropped


def _is_bare(topic: _Gathered) -> bool:
    return not (topic.spots or topic.see or topic.see_also or topic.below)


def _gathered(sections: Iterable[BookSection]) -> _Gathered:
    top = _Gathered(())
    opened: dict[Heading, int] = {}
    for number, (section, mark) in enumerate(marks(sections)):
        topic = _topic(top, mark)
        topic.see += [each for each in mark.see if each not in topic.see]
        topic.see_also += [each for each in mark.see_also if each not in topic.see_also]
        if mark.id is None:
            continue
        if mark.range == "end" and mark.entry in opened:
            which = opened.pop(mark.entry)
            begun = topic.spots[which]
            topic.spots[which] = Spot(begun.section, begun.id, mark.id, begun.main, begun.note, begun.number)
        else:
            if mark.range == "start":
                opened[mark.entry] = len(topic.spots)
            topic.spots.append(Spot(section.id, mark.id, None, mark.main, mark.note, number))
    return top


def _topic(top: _Gathered, mark: IndexMark) -> _Gathered:
    """Return the entry of a mark; its sort keys are those of its last levels."""
    keys = (None,) * (len(mark.entry) - len(mark.sort)) + mark.sort[-len(mark.entry) :]
    topic = top
    for word, key in zip(mark.entry, keys, strict=True):
        topic = topic.below.setdefault(word, _Gathered((*topic.heading, word)))
        topic.sort = topic.sort or key
    return topic


def folded(text: str) -> str:
    """Return a text without accents, capitals, asterisks and punctuation: what two spellings of a word share."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in bare if unicodedata.category(char)[0] in "LNZ")


def shown(heading: Heading) -> str:
    """Return a heading as an author reads it."""
    return "!".join(heading)


# ---------------------------------------------------------------- what is wrong


def check(sections: Sequence[BookSection]) -> Iterator[Diagnostic]:
    """Yield what is wrong with a whole book's marks.

    Rules: ``index-range-closed``, ``index-entry-clear``, ``index-see-leads``, ``index-spelling`` (a warning).
    """
    every = {topic.heading: topic for top in _gathered(sections).below.values() for topic in top.all()}
    places: dict[Heading, Location] = {}
    for section, mark in marks(sections):
        places.setdefault(mark.entry, _at(section, mark))
    ranges = list(_open_ranges(sections))
    yield from ranges
    for section, mark in marks(sections):
        yield from _wrong_references(mark, _at(section, mark), every)
    for topic in every.values():
        if topic.see and (topic.spots or topic.see_also or topic.below):
            hint = "write see-also= where the entry has places of its own, or take the other marks out"
            what = f"the entry '{shown(topic.heading)}' has places and sends the reader elsewhere with 'see'"
            yield error("index-entry-clear", what, places.get(topic.heading), hint)
    told = {each.at for each in ranges}
    yield from (each for each in _suspects(every, places) if each.at not in told)


def _at(section: BookSection, mark: IndexMark) -> Location:
    assert section.content is not None
    return Location(section.content.path, mark.at.line, mark.at.column)


def _open_ranges(sections: Sequence[BookSection]) -> Iterator[Diagnostic]:
    opened: dict[Heading, Location] = {}
    for section, mark in marks(sections):
        at, name = _at(section, mark), shown(mark.entry)
        if mark.range == "start" and mark.entry in opened:
            what = f"the range of '{name}' begins again; it is open since {opened[mark.entry]}"
            yield error("index-range-closed", what, at, f'close it before: []{{.index entry="{name}" range="end"}}')
        elif mark.range == "start":
            opened[mark.entry] = at
        elif mark.range == "end" and opened.pop(mark.entry, None) is None:
            near = get_close_matches(name, map(shown, opened), 1)
            hint = f"did you mean '{near[0]}'?" if near else f'begin it: []{{.index entry="{name}" range="start"}}'
            for heading in [each for each in opened if shown(each) in near]:
                del opened[heading]  # it is closed by this one, as soon as that is spelt right
            yield error("index-range-closed", f"no range of '{name}' is open here", at, hint)
    for heading, at in opened.items():
        name = shown(heading)
        hint = f'write []{{.index entry="{name}" range="end"}} where it ends'
        yield error("index-range-closed", f"the range of '{name}' is never closed", at, hint)


def _wrong_references(mark: IndexMark, at: Location, every: dict[Heading, _Gathered]) -> Iterator[Diagnostic]:
    for word, targets in (("see", mark.see), ("see-also", mark.see_also)):
        for target in targets:
            name = shown(target)
            topic = every.get(target)
            if topic is None:
                near = get_close_matches(name, map(shown, every), 1)
                hint = (
                    f"did you mean '{near[0]}'?" if near else f'mark a place for it: [words]{{.index entry="{name}"}}'
                )
                yield error("index-see-leads", f"'{word}=' leads to '{name}', which the index does not have", at, hint)
            elif target == mark.entry:
                what = f"the entry '{name}' sends the reader to itself"
                yield error("index-see-leads", what, at, f"take '{word}=' out, or name another entry")
            elif topic.see:
                onward = shown(topic.see[0])
                circle = mark.entry in topic.see
                back = "back" if circle else f"on to '{onward}'"
                hint = "let one of the two have places" if circle else f'write {word}="{onward}"'
                what = f"'{shown(mark.entry)}' sends the reader to '{name}', which sends them {back}"
                yield error("index-see-leads", what, at, hint)


def _suspects(every: dict[Heading, _Gathered], places: dict[Heading, Location]) -> Iterator[Diagnostic]:
    """Suspect an entry marked once that is nearly another one beside it."""
    levels: dict[Heading, list[_Gathered]] = {}
    for topic in every.values():
        levels.setdefault(topic.heading[:-1], []).append(topic)
    for level in levels.values():
        level.sort(key=lambda topic: (folded(topic.heading[-1]), topic.heading))
        for place, topic in enumerate(level):
            for other in level[place + 1 : place + 1 + _NEIGHBOURS]:
                slip, meant = sorted((topic, other), key=lambda each: (len(each.spots), each is topic))
                if _alike(slip.heading[-1], meant.heading[-1]) and len(slip.spots) <= 1 and slip.heading in places:
                    what = f"the entry '{shown(slip.heading)}' is nearly '{shown(meant.heading)}'"
                    hint = f'if it is the same, write entry="{shown(meant.heading)}"'
                    yield warning("index-spelling", what, places[slip.heading], hint)


def _alike(one: str, other: str) -> bool:
    first, second = folded(one), folded(other)
    if not first or not second or _signs(one) != _signs(other):
        return False
    if first == second or first.rstrip("s") == second.rstrip("s"):
        return True
    if min(len(first), len(second)) < _LONG_ENOUGH or any(char.isdigit() for char in first + second):
        return False
    return not _differ_in_a_word(one, other) and SequenceMatcher(None, first, second).ratio() >= _NEARLY


def _signs(text: str) -> list[str]:
    """Return the signs that make another word: ``C++`` and ``C#`` are no slips of each other."""
    return [char for char in text if char in "#%&@" or unicodedata.category(char)[0] == "S"]


def _differ_in_a_word(one: str, other: str) -> bool:
    """Say whether two headings are names that share words and differ in a whole short one, as ``Anna`` and ``Anne``."""
    words, others = one.split(), other.split()
    if len(words) < 2 or len(words) != len(others):
        return False
    return any(a != b and len(a) < _LONG_ENOUGH for a, b in zip(words, others, strict=True))
