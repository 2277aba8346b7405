"""Checks in, what a person or a program reads out: lines, JSON, the sheet of a package."""

from collections.abc import Iterable
from typing import Final

from bookforge.measure import inches
from bookforge.preflight.facts import Reading
from bookforge.preflight.subject import Demand, Subject
from bookforge.preflight.verdict import SHOWN, Check, counted

_WIDEST_RULE: Final = 20


def lines(reading: Reading, demand: Demand, checks: tuple[Check, ...]) -> list[str]:
    """Write what was found: a head, a line a rule with its first places and the fix, a sum."""
    return [head(reading, demand), *(line for check in checks for line in rows(check)), total(checks)]


def head(reading: Reading, demand: Demand) -> str:
    """Name the file and what it was held against."""
    return f"{reading.name}: {_described(reading, demand)}for {_wanted(demand)}"


def _described(reading: Reading, demand: Demand) -> str:
    subject = Subject(reading, demand)
    if not subject.pages:
        return ""
    pages = counted(len(reading.pages), "page")
    if demand.cover:
        return f"{pages} of {inches(*subject.size)}, the cover that goes round a book, "
    return f"{pages} of {inches(*subject.trim)} {'with' if subject.has_bleed else 'without'} bleed, "


def _wanted(demand: Demand) -> str:
    return f"{demand.printer.title}, {demand.binding} on {demand.paper} paper"


def rows(check: Check) -> Iterable[str]:
    """Write a line for a rule; for one that was broken its first places and the fix, each a line."""
    mark = {"pass": "pass", "note": "note", "fail": "FAIL"}[check.result]
    yield f"  {mark}  {check.rule:<{_WIDEST_RULE}}  {check.what}"
    if check.result == "pass":
        return
    places = [place for place in check.where[:SHOWN] if place.box or place.thing]
    for place in places:
        yield f"        {place}"
    if check.more and places:  # bare pages are named already
        yield f"        and {check.more}"
    yield f"        fix: {check.fix}"


def total(checks: tuple[Check, ...]) -> str:
    """Count what was checked: ``35 rules checked: 33 passed, 1 of them with a remark, 2 failed``."""
    failed = sum(not check.passed for check in checks)
    noted = sum(check.result == "note" for check in checks)
    remarks = f", {noted} of them with a remark" if noted else ""
    return f"{counted(len(checks), 'rule')} checked: {len(checks) - failed} passed{remarks}, {failed} failed"


def as_data(reading: Reading, demand: Demand, checks: tuple[Check, ...]) -> dict[str, object]:
    """Give the same for a program. Boxes are left, top, right, bottom in points from the corner of the trimmed page."""
    subject = Subject(reading, demand)
    return {
        "file": reading.name,
        "bytes": reading.size,
        "pages": len(reading.pages),
        "trim": list(subject.trim) if subject.pages else None,
        "bleed": subject.has_bleed if subject.pages else None,
        "printer": demand.printer.name,
        "paper": demand.paper,
        "binding": demand.binding,
        "passed": all(check.passed for check in checks),
        "checks": [_check(check) for check in checks],
    }


def _check(check: Check) -> dict[str, object]:
    where = [
        {"page": place.page, "box": list(place.box) if place.box else None, "thing": place.thing or None}
        for place in check.where
    ]
    return {"rule": check.rule, "result": check.result, "what": check.what, "where": where, "fix": check.fix}
