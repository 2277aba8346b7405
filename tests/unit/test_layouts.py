"""Templates of a layout from anyone: what they cannot do, and how that is said."""

from pathlib import Path

import jinja2
import pytest

from bookforge import layouts
from bookforge.cache import Cache, Shelf
from bookforge.diagnostics import LayoutError
from bookforge.edition import Setting


def render(folder: Path, template: str | bytes) -> str:
    """Render ``template`` as that of a layout of the book's own."""
    own = folder / "layouts" / "mine"
    own.mkdir(parents=True)
    (own / "layout.yaml").write_text("extends: web\n", encoding="utf-8")
    (own / "chapter.xhtml.j2").write_bytes(template.encode() if isinstance(template, str) else template)
    return layouts.Templates(layouts.find("mine", folder)).render("chapter.xhtml.j2", text="text", list=[1, 2])


def test_templates_count_and_multiply(tmp_path: Path) -> None:
    assert render(tmp_path, "{% for n in range(3) %}{{ n * 2 }}{% endfor %}{{ 'ab' * 2 }}{{ 2 ** 3 }}{{ 7 % 4 }}") == (
        "024abab83"
    )


def test_what_a_template_is_compiled_to_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    compile_ = jinja2.Environment.compile

    def noted(sandbox: object, source: str, *rest: object, **more: object) -> object:
        made.append(source)
        return compile_(sandbox, source, *rest, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(jinja2.Environment, "compile", noted)
    assert render(tmp_path, "{{ text * 2 }}") == "texttext"
    shelf = Shelf(Cache(tmp_path / "cache"))
    for text in ("{{ text }}", "{{ text }}", "{{ text }}!"):
        layouts._compiled.cache_clear()  # as in a process of its own
        (tmp_path / "layouts/mine/chapter.xhtml.j2").write_text(text, encoding="utf-8")
        templates = layouts.Templates(layouts.find("mine", tmp_path), shelf)
        assert templates.render("chapter.xhtml.j2", text="text") == text.replace("{{ text }}", "text")
    assert made == ["{{ text * 2 }}", "{{ text }}", "{{ text }}!"]


@pytest.mark.parametrize(
    "template",
    [
        "{{ text.__class__.__mro__ }}",
        "{{ list|attr('__class__') }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ '{0.__class__}'.format(text) }}",
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{{ text * 10 ** 9 }}",
        "{{ 10 ** 9 * list }}",
        "{{ 9 ** (9 ** 9) }}",
        "{{ text|center(10 ** 10) }}",
        "{{ text.ljust(10 ** 10) }}",
        "{{ '%9999999999d' % 1 }}",
        "{{ lipsum() }}",
        "{{ list|random }}",
        '{% include "chapter.xhtml.j2" %}',
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        '{% include "/etc/passwd" %}',
        '{% include "../../../book.yaml" %}',
        b"caf\xe9",
        "{% if %}",
    ],
)
def test_what_templates_cannot_do_is_an_error(tmp_path: Path, template: str | bytes) -> None:
    with pytest.raises(LayoutError) as stopped:
        render(tmp_path, template)
    (found,) = stopped.value.diagnostics
    assert found.rule in {"template-renders", "text-encoding"}
    assert found.message
    assert str(found.at).startswith("layouts/mine/chapter.xhtml.j2")


def test_stylesheets_lead_nowhere_else(tmp_path: Path) -> None:
    own = tmp_path / "layouts" / "mine"
    own.mkdir(parents=True)
    (own / "layout.yaml").write_text("format: html\nstylesheets: [mine.css]\n", encoding="utf-8")
    (own / "mine.css").write_text(
        '/* url(http://no.example) */ a { background: url("data:image/gif;base64,AA") }\n'
        "@import url(file:///etc/passwd);\n@import '//away.example/x.css';\n"
        "@font-face { src: url( HTTP://away.example/x.ttf ), url(fonts/x.woff2), url(#id) }\n",
        encoding="utf-8",
    )
    templates = layouts.Templates(layouts.find("mine", tmp_path))
    with pytest.raises(LayoutError) as stopped:
        templates.stylesheets()
    assert [(found.rule, found.at.line if found.at else 0) for found in stopped.value.diagnostics] == [
        ("resource-allowed", 2),
        ("resource-allowed", 3),
        ("resource-allowed", 4),
    ]


@pytest.mark.parametrize(
    ("least", "most", "inside", "outside"),
    [
        (2, 5, (2, 5), (1, 6, 2.5, 3.0, "3", True)),
        (0.0, 3.0, (0, 2, 2.5, 3.0), (-0.5, 3.5, "2", True)),
        ("6pt", "36pt", ("6pt", "4mm"), ("5pt", "4", 12)),
    ],
)
def test_settings_stay_within_what_a_layout_says(
    least: Setting, most: Setting, inside: tuple[Setting, ...], outside: tuple[Setting, ...]
) -> None:
    limits = layouts.Limits(least=least, most=most)
    assert [value for value in (*inside, *outside) if limits.hold(value)] == [*inside]
