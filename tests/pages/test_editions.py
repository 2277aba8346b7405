"""Whole editions of small books, where a fault shows only when all stages meet."""

import contextlib
import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path

import pypdfium2
import pytest

from bookforge import editions, engines, formulas, pipeline, typeset
from bookforge.cache import Cache
from bookforge.diagnostics import Diagnostic, Location, ManuscriptError, error, warning
from bookforge.edition import Artifact, Composition
from bookforge.laid import Laid
from bookforge.typeset.plan import Plan
from bookforge.writers import pdf

BOOK = {
    "book.yaml": "title: T\nauthors: [A]\nlanguage: en\nvoices:\n  her: {name: Ada 漢}\nchapters: [one.md]\n"
    "publisher: House 字\ncopyright-page: {credits: [Cover by 印]}\n",
    "one.md": "---\nvoice: her\nwhen: {date: 1999, label: the year 年}\n---\n\n# One\n\nText and &#x6587;.\n",
}


def load(folder: Path, files: Mapping[str, str], cache: Path | None = None) -> pipeline.Loaded:
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return pipeline.load(folder / "book.yaml", (), Cache(cache), 1, lambda _: None)


def make(
    loaded: pipeline.Loaded, name: str, folder: Path, store: Cache | None = None, reference: bool = False
) -> tuple[Artifact, list[Diagnostic]]:
    said: list[Diagnostic] = []
    (edition,) = [each for each in loaded.manifest.editions if each.name == name]
    shop = editions.Workshop(store or Cache(None), folder / "scratch", said.append, reference=reference)
    made = editions.make(loaded, edition, shop)
    return made, said


def lacking(said: list[Diagnostic]) -> dict[str, str]:
    return {each.message.split("'")[1]: str(each.at) for each in said if each.rule == "font-has-glyph"}


ALL = {
    "漢": "book.yaml:5:19",
    "字": "book.yaml:7:18",
    "印": "book.yaml:8:37",
    "年": "one.md:3:36",
    "文": "one.md:8:10",
}


@pytest.mark.parametrize("name", ["paperback", "web"])
def test_every_character_that_is_shown_is_looked_at(tmp_path: Path, name: str) -> None:
    _, said = make(load(tmp_path, BOOK), name, tmp_path)
    assert lacking(said) == ALL


def test_check_looks_at_them_too(tmp_path: Path) -> None:
    loaded = load(tmp_path, BOOK)
    said: list[Diagnostic] = []
    shop = editions.Workshop(Cache(None), tmp_path, said.append)
    editions.compose_only(loaded, loaded.manifest.editions[0], shop)
    assert lacking(said) == ALL


def test_the_cover_of_an_e_book_is_looked_at_drawn_or_from_the_cache(tmp_path: Path) -> None:
    loaded = load(tmp_path, BOOK | {"book.yaml": BOOK["book.yaml"].replace("[A]", "[A 著]")})
    store = Cache(tmp_path / "cache")
    for _ in range(2):
        _, said = make(loaded, "ebook", tmp_path, store)
        assert lacking(said) == {"著": "book.yaml:2:13"}


def test_nothing_but_results_is_kept(tmp_path: Path) -> None:
    store = Cache(tmp_path / "cache")
    make(load(tmp_path, BOOK), "ebook", tmp_path, store)
    assert store.folder
    assert sorted(path.name for path in store.folder.iterdir()) == ["CACHEDIR.TAG", "store"]


def test_covers_and_web_fonts_are_kept_by_the_engines_that_made_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded, store = load(tmp_path, BOOK), Cache(tmp_path / "cache")
    assert store.folder
    for version in ("1", "2", "2"):
        monkeypatch.setattr(engines, "versions", lambda *_, version=version: version)
        make(loaded, "web", tmp_path, store)
    kept = {stage: len(list(store.folder.glob(f"store/{stage}/*/*"))) for stage in ("cover", "web-fonts")}
    assert kept == {"cover": 2, "web-fonts": 2}


# ---------------------------------------------------------------- notes and rounds

NOTES = {
    "book.yaml": BOOK["book.yaml"].split("publisher")[0].replace(" 漢", ""),
    "one.md": "# One\n\n"
    + "\n\n".join(f"Text {number}.[^{number}]" for number in range(1, 8))
    + "\n\n"
    + "\n\n".join(f"[^{number}]: Note {number}." for number in range(1, 8))
    + "\n",
}


def test_notes_that_push_each_other_away_for_ever_all_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the last round the pages of the round before were compared with the new text."""
    really: Callable[..., Laid] = pdf.layout
    rounds = 0

    def layout(composition: Composition, scratch: Path, report: Callable[[Diagnostic], None]) -> Laid:
        nonlocal rounds
        rounds += 1
        report(warning("text-fits-page", f"said in round {rounds}"))
        laid = really(composition, scratch, report)
        at_foot = [f"one.note-{number}" for number in range(1, 8)]
        at_foot = [each for each in at_foot if f'class="footnote" id="{each}"' in composition.documents[0].text]
        return dataclasses.replace(laid, unfit=frozenset(at_foot[:1]))

    monkeypatch.setattr(pdf, "layout", layout)
    _, said = make(load(tmp_path, NOTES), "paperback", tmp_path, reference=True)
    moved = [(str(each.at), "all are set" in each.message) for each in said if each.rule == "note-fits-page"]
    assert [at for at, every in moved if not every] == [f"one.md:{line}:8" for line in (3, 5, 7, 9)]
    assert moved[-1] == ("None", True)
    assert [each.message for each in said if each.rule == "text-fits-page"] == [f"said in round {rounds}"]


def test_notes_that_fit_no_planned_page_are_no_matter_of_page_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rounds they took were those of page numbers, which a book without any was then told never come to rest."""
    really: Callable[..., Plan] = typeset.plan

    def plan(composition: Composition, bench: typeset.Bench, wanted: frozenset[str] | None = None) -> Plan:
        planned = really(composition, bench, wanted)
        at_foot = [
            each for each in range(1, 8) if f'class="footnote" id="one.note-{each}"' in composition.documents[0].text
        ]
        unfit = tuple(f"one.note-{each}" for each in at_foot[:1])
        units = (dataclasses.replace(unit, plan=dataclasses.replace(unit.plan, unfit=unfit)) for unit in planned.units)
        return dataclasses.replace(planned, units=tuple(units))

    monkeypatch.setattr(typeset, "plan", plan)
    _, said = make(load(tmp_path, NOTES), "paperback", tmp_path)
    moved = [each.at.line for each in said if each.rule == "note-fits-page" and each.at]
    assert moved == [3, 5, 7, 9, 11, 13, 15]
    assert [each.rule for each in said if each.rule == "plan-kept"] == []


# ---------------------------------------------------------------- formulas


def test_every_formula_that_cannot_be_drawn_is_placed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def draw(formula: str, display: bool) -> bytes:
        raise ManuscriptError(error("formula-draws", "it cannot be drawn"))

    monkeypatch.setattr(formulas, "draw", draw)
    text = "# One\n\nText.\n\nA $x^2$.\n\n- b\n- $y$\n\nEnd.[^1]\n\n[^1]: See $z$.\n"
    with pytest.raises(ManuscriptError) as problem:
        make(load(tmp_path, NOTES | {"one.md": text}), "paperback", tmp_path)
    assert {each.rule for each in problem.value.diagnostics} == {"formula-draws"}
    assert [each.at for each in problem.value.diagnostics] == [
        Location("one.md", 5, 1),
        Location("one.md", 8, 3),
        Location("one.md", 10, 5),
    ]


def test_a_formula_that_stands_nowhere_has_no_place() -> None:
    assert formulas.place("x", ()) is None


# ---------------------------------------------------------------- numbers known before the pages are set

FILLER = "There is a quietness that comes down on a room after somebody has said what was not going to be said. " * 9
REFERRING = {
    "book.yaml": "title: T\nauthors: [A]\nlanguage: en\nfront-matter: [{path: before.md, role: preface}]\n"
    "chapters: [one.md, two.md]\n"
    "back-matter: [{role: index}]\n",
    "before.md": "# Before\n\nA [lantern]{.index} is told of on [a page](two.md#far){.page}.\n",
    "one.md": "# One\n\n" + "\n\n".join([FILLER] * 9) + "\n\nA [lantern]{.index}. See [there](two.md#far){.page}.\n",
    "two.md": "# Two\n\n" + "\n\n".join([FILLER] * 20) + "\n\n[The]{#far} [lantern]{.index} here.\n\n" + FILLER + "\n",
}


def test_only_numbers_that_are_printed_compose_a_book_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A book was composed again for any id on another page, and told to be restless for one nobody printed."""
    really: Callable[..., Plan] = typeset.plan
    rounds = 0

    def plan(composition: Composition, bench: typeset.Bench, wanted: frozenset[str] | None = None) -> Plan:
        nonlocal rounds
        rounds += 1
        planned = really(composition, bench, wanted)
        assert "two.far" in composition.asked
        return dataclasses.replace(planned, labels={**planned.labels, "one": str(rounds)})

    monkeypatch.setattr(typeset, "plan", plan)
    _, said = make(load(tmp_path, REFERRING), "paperback", tmp_path, Cache(tmp_path / "cache"))
    assert [each for each in said if each.rule == "plan-kept"] == []
    assert rounds <= 3


def test_pages_that_never_come_to_rest_are_told_by_section(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typeset.settling, "_ROUNDS", 0)
    _, said = make(load(tmp_path, REFERRING), "paperback", tmp_path, Cache(tmp_path / "cache"))
    told = [each.at.path for each in said if each.rule == "pages-settle" and each.at]
    assert told == ["before.md", "one.md", "two.md"]


def test_page_numbers_that_never_come_to_rest_are_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    really: Callable[..., Plan] = typeset.plan
    rounds = 0

    def plan(composition: Composition, bench: typeset.Bench, wanted: frozenset[str] | None = None) -> Plan:
        nonlocal rounds
        rounds += 1
        planned = really(composition, bench, wanted)
        return dataclasses.replace(planned, labels={name: str(rounds % 2 + 1) for name in planned.labels})

    monkeypatch.setattr(typeset, "plan", plan)
    _, said = make(load(tmp_path, REFERRING), "paperback", tmp_path, Cache(tmp_path / "cache"))
    told = [each.message for each in said if each.rule == "plan-kept"]
    assert [each for each in told if "never come to rest" in each] == told[:1]
    assert rounds == 6


def test_printed_page_numbers_are_those_of_the_pages(tmp_path: Path) -> None:
    store = Cache(tmp_path / "cache")
    loaded = load(tmp_path, REFERRING)
    artifact, said = make(loaded, "paperback", tmp_path, store)
    assert [each for each in said if each.rule in {"plan-kept", "note-fits-page"}] == []
    ((_, data),) = artifact.files.items()
    with contextlib.closing(pypdfium2.PdfDocument(data)) as found:
        texts = [page.get_textpage().get_text_bounded() for page in found]
        labels = [found.get_page_label(number) for number in range(len(found))]
    label = {
        name: labels[next(number for number, text in enumerate(texts) if phrase in " ".join(text.split()))]
        for name, phrase in {"before": "is told of", "one": "A lantern. See", "two": "lantern here"}.items()
    }
    assert label["before"] in {"i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix"}
    index = " ".join(texts[-2].split() + texts[-1].split())
    assert f"{label['before']}, {label['one']}, {label['two']}" in index
    assert make(loaded, "paperback", tmp_path, store)[0].files == artifact.files
