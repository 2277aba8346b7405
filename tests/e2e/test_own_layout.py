"""A layout in the book's own folder: found before the installed ones, held to the same promises, kept in its box."""

import re
from pathlib import Path

import pytest

from tests.e2e import command

EDITION = "editions:\n  site: {format: html, layout: mine}\n"
BOOK = command.SMALL | {"book.yaml": command.SMALL["book.yaml"] + EDITION}
LAYOUT = "extends: web\nformat: html\n"


def build(folder: Path, **files: str) -> command.Done:
    layout = {f"layouts/mine/{name.replace('__', '.')}": text for name, text in files.items()}
    command.write(folder, BOOK | {"layouts/mine/layout.yaml": LAYOUT} | layout)
    return command.bookforge(folder, "build", "--json")


def test_a_layout_of_ones_own_changes_one_template(tmp_path: Path) -> None:
    part = '{% from "parts.xhtml.j2" import attributes, notes %}<section {{ attributes(section, format) }}>'
    part += '<h1 class="title" id="{{ section.id }}.title">{{ section.title }}</h1>'
    part += '<div class="text mine">{{ section.text }}</div>{{ notes(section, format, terms) }}</section>'
    done = build(tmp_path, section__xhtml__j2=part)
    assert done.status == 0, done.out
    assert 'class="text mine"' in (tmp_path / "dist/a-title-site/one.html").read_text("utf-8")


def test_a_layout_that_loses_words_makes_no_edition(tmp_path: Path) -> None:
    done = build(tmp_path, section__xhtml__j2='<section data-section="{{ section.id }}">{{ section.title }}</section>')
    assert done.status == 1
    assert set(done.rules()) == {"words-conserved"}
    first = done.findings()[0]
    assert (first["path"], first["line"]) == ("chapters/one.md", 3)
    assert "It began with a sentence." in first["message"]
    assert not (tmp_path / "dist" / "a-title-site").exists()


def test_a_layout_that_moves_words_makes_no_edition(tmp_path: Path) -> None:
    moved = (
        '<section data-section="{{ section.id }}"><div class="text">{{ section.text }}</div>'
        '<h1 class="title">{{ section.title }}</h1>'
        '{% for note in section.notes %}<div data-note-id="{{ note.id }}">{{ note.markup }}</div>{% endfor %}</section>'
    )
    done = build(tmp_path, section__xhtml__j2=moved)
    assert set(done.rules()) == {"words-conserved"}


def test_the_layout_of_the_documentation_makes_a_book(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "layouts.md").read_text("utf-8")
    files = dict(re.findall(r"```\w+\n[#/* ]*(layouts/plain/[\w.]+)[ */]*\n(.*?)```", page, flags=re.DOTALL))
    (section,) = re.findall(r"```jinja\n(.*?)```", page, flags=re.DOTALL)
    assert set(files) == {"layouts/plain/layout.yaml", "layouts/plain/plain.css.j2"}
    edition = "editions:\n  print: {format: pdf, layout: plain}\n"
    book = command.SMALL | {"book.yaml": command.SMALL["book.yaml"] + edition}
    command.write(tmp_path, book | files | {"layouts/plain/section.xhtml.j2": section})
    done = command.bookforge(tmp_path, "build", "--strict", "--json")
    assert done.status == 0, done.out


@pytest.mark.parametrize(
    "template",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ book.__init__.__globals__ }}",
        "{{ section.text.__class__ }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{% include '/etc/passwd' %}",
        "{% include '../../book.yaml' %}",
        "{{ lost.value }}",
        "{% for x in range(10**9) %}{% endfor %}",
        "{{ 1 / 0 }}",
        "{% if %}",
    ],
)
def test_a_template_can_do_no_harm_and_its_faults_are_placed(tmp_path: Path, template: str) -> None:
    done = build(tmp_path, section__xhtml__j2=f"<section>\n{template}\n</section>")
    assert done.status == 1
    (found,) = done.findings()
    assert found["rule"] == "template-renders", found
    assert (found["path"], found["line"]) == ("layouts/mine/section.xhtml.j2", 2)


def test_a_template_that_closes_too_little_is_told(tmp_path: Path) -> None:
    done = build(tmp_path, section__xhtml__j2="<section><p>x</section>")
    assert done.status == 1
    assert [found["rule"] for found in done.findings()] == ["document-well-formed"]


def test_a_layout_cannot_lead_out_of_its_folder(tmp_path: Path) -> None:
    secret = tmp_path / "secret.css"
    secret.write_text("/* secret */")
    book = tmp_path / "book"
    command.write(book, BOOK | {"layouts/mine/layout.yaml": LAYOUT + "stylesheets: [web.css]\n"})
    (book / "layouts/mine/web.css").symlink_to(secret)
    done = command.bookforge(book, "build", "--json")
    assert (done.status, done.rules()) == (1, ["layout-valid"])
