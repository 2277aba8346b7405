"""Contents and lists of illustrations: every page number stands flush at the right, beside words."""

from pathlib import Path

import pytest
from test_editions import load
from test_endnotes import boxes, shown

from bookforge import editions
from bookforge.cache import Cache
from bookforge.edition import Artifact, Composition
from bookforge.laid import Laid
from bookforge.writers import pdf

WORDS = "the lighthouse of the outer isles seen from the north in the winter of the great storm by men in boats"
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 40" width="60" height="40"><path d="M0 0h60v40H0z"/></svg>'
)


def name(count: int) -> str:
    """Return a name of so many words, with an end that makes lines come out at many lengths."""
    return " ".join(WORDS.split()[:count]) + "n" * (count % 4)


@pytest.mark.parametrize("layout", ["paperback", "modern", "large-print"])
def test_page_numbers_stand_flush_and_never_alone(tmp_path: Path, layout: str, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = range(3, len(WORDS.split()))
    files = {
        f"c{count}.md": f"# {name(count).capitalize()}\n\nText.\n\n![A {name(count)}](t.svg){{alt=a}}\n"
        for count in counts
    }
    manifest = (
        f"title: Salt\nauthors: [A]\nlanguage: en\nfront-matter: [{{role: contents}}, {{role: illustrations}}]\n"
        f"chapters: [{', '.join(files)}]\neditions:\n  book: {{format: pdf, layout: {layout}}}\n"
    )
    loaded = load(tmp_path, {"book.yaml": manifest, "t.svg": SVG, **files})
    found: list[Laid] = []

    def write(composition: Composition, laid: Laid, _: object) -> Artifact:
        found.append(laid)
        return Artifact(composition.reading.edition, {}, pages=len(laid.pages))

    monkeypatch.setattr(pdf, "write", write)
    (edition,) = loaded.manifest.editions
    editions.make(loaded, edition, editions.Workshop(Cache(None), tmp_path / "scratch", lambda _: None, reference=True))
    numbers = 0
    for page in found[0].document.pages:
        edge = page._page_box.content_box_x() + page._page_box.width
        for line in boxes(page._page_box):
            after = [box for box in boxes(line) if (box.element_tag or "") == "a::after" and hasattr(box, "text")]
            if type(line).__name__ == "LineBox" and after:
                assert abs(after[-1].position_x + after[-1].width - edge) < 0.1
                assert shown(line).strip("\u2060. 0123456789ivxlc")
                numbers += 1
    assert numbers == 2 * len(counts) + 1
