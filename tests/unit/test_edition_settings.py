"""An edition and its layout: what the one says that the other does not know."""

from pathlib import Path

import pytest

from bookforge import compose, editions, layouts, manifest, release, validate
from bookforge.book import Book
from bookforge.diagnostics import BookforgeError, Diagnostic, Location
from bookforge.edition import Edition, Format, Reading
from tests.unit import rich_book

BOOK = "title: T\nauthors: [A]\nlanguage: en\nchapters: [a.md]\neditions:\n  book: {format: %s, layout: %s%s}\n"


def settled(folder: Path, format_: str, layout: str, settings: str = "") -> Edition:
    (folder / "a.md").write_text("# A\n\nWords.\n", "utf-8")
    (folder / "book.yaml").write_text(BOOK % (format_, layout, settings), "utf-8")
    declared = manifest.read(folder / "book.yaml")
    return editions.settle(declared.editions[0], declared)[0]


def refused(*said: object) -> Diagnostic:
    with pytest.raises(BookforgeError) as caught:
        settled(*said)  # type: ignore[arg-type]
    (found,) = caught.value.diagnostics
    return found


def test_settings_are_the_layouts_with_the_editions_own(tmp_path: Path) -> None:
    settings = settled(tmp_path, "pdf", "submission", ", openings: small-caps").settings
    assert (settings["openings"], settings["trim-size"]) == ("small-caps", "us-letter")


def test_a_layout_without_a_font_sets_no_pages(tmp_path: Path) -> None:
    (tmp_path / "layouts" / "bare").mkdir(parents=True)
    (tmp_path / "layouts" / "bare" / "layout.yaml").write_text("stylesheets: []\n", "utf-8")
    found = refused(tmp_path, "pdf", "bare")
    assert (found.rule, str(found.at)) == ("font-exists", "layouts/bare/layout.yaml")
    assert settled(tmp_path, "html", "bare").layout == "bare"


@pytest.mark.parametrize(("said", "meant"), [("left-head", "verso-head"), ("right-head", "recto-head")])
def test_a_head_is_told_by_its_side(tmp_path: Path, said: str, meant: str) -> None:
    assert refused(tmp_path, "pdf", "paperback", f", {said}: title").hint == f"did you mean '{meant}'?"


def test_a_setting_that_the_layout_does_not_have(tmp_path: Path) -> None:
    found = refused(tmp_path, "pdf", "submission", ", recto-head: title")
    assert (found.rule, found.message) == ("setting-known", "layout 'submission' has no setting 'recto-head'")
    found = refused(tmp_path, "pdf", "paperback", ", opening: plain")
    assert (found.rule, found.hint) == ("setting-known", "did you mean 'openings'?")
    assert str(found.at).startswith("book.yaml:6:")


def test_a_layout_of_another_format(tmp_path: Path) -> None:
    found = refused(tmp_path, "epub", "paperback")
    assert (found.rule, found.message) == ("layout-format", "layout 'paperback' makes pdf, not epub")


def test_an_edition_without_a_chapter() -> None:
    layout = layouts.find("web", Path())
    edition = Edition("web", Format.HTML, "web", dict(layout.settings), at=Location("book.yaml", 6))
    reading = Reading(Book(rich_book.METADATA, {}, (), {}, ""), edition, False, 0)
    with pytest.raises(BookforgeError) as caught:
        compose.edition(reading, layout, compose.Supplies())
    assert [each.rule for each in caught.value.diagnostics] == ["edition-has-text"]


def test_a_release_without_its_validators(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validate, "missing", lambda *_: ("EPUBCheck", "Ace"))
    with pytest.raises(BookforgeError) as caught:
        release.demand_validators([Format.EPUB])
    (found,) = caught.value.diagnostics
    assert (found.rule, found.hint) == ("validator-present", "see 'bookforge doctor'")
    assert "EPUBCheck, Ace, which are not installed" in found.message
