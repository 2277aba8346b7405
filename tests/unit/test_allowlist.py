"""What layouts and composition mark a book's structure with is no author's to give."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bookforge import compose, layouts, markdown
from bookforge.diagnostics import Diagnostic
from bookforge.markdown import allowlist
from tests.spec.cases import source

TEMPLATES = sorted(path for path in layouts.installed().rglob("*.j2") if not path.name.startswith("cover-"))
"""Those that may hold text of the authors; covers are documents of their own."""
COMPOSE = sorted(Path(compose.__file__).parent.glob("*.py"))
VOCABULARY = {"task"} | allowlist.AUTHORS_CLASSES


def in_templates(pattern: str) -> set[str]:
    return {found for path in TEMPLATES for found in re.findall(pattern, path.read_text("utf-8"))}


def literals(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif not isinstance(node, ast.Compare):
        for each in ast.iter_child_nodes(node):
            yield from literals(each)


def calls() -> Iterator[tuple[str, list[ast.expr]]]:
    for path in COMPOSE:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                yield name, node.args


def composed_classes() -> set[str]:
    found: set[str] = set()
    for name, arguments in calls():
        if name == "add_class" or (name == "set" and arguments and next(literals(arguments[0]), "") == "class"):
            found |= set(literals(arguments[1]))
        if name == "_note" and arguments:
            found |= set(literals(arguments[0]))
    views = next(path for path in COMPOSE if path.name == "views.py").read_text("utf-8")
    made = next(each for each in ast.walk(ast.parse(views)) if getattr(each, "name", "") == "_classes")
    assert isinstance(made, ast.FunctionDef)
    return found | {word for line in made.body[1:] for word in literals(line) if word.strip()}


def test_every_class_of_a_template_is_reserved() -> None:
    written = {
        word for value in in_templates(r'class="([^"]*)"') for word in re.sub(r"\{[{%].*?[%}]\}", " ", value).split()
    }
    written = {word for word in written if not word.endswith("-")}
    assert {"opening", "title", "skip", "unseen", "endnote"} <= written
    assert written - VOCABULARY <= allowlist.OUR_CLASSES


def test_every_class_that_composition_sets_is_reserved() -> None:
    found = composed_classes()
    assert {"footnote", "speaker", "section", "numbered", "generated"} <= found
    prefixes = {name for name in found if name.endswith("-")}
    assert prefixes <= set(allowlist.OUR_PREFIXES)
    assert found - prefixes <= allowlist.OUR_CLASSES


def test_every_attribute_of_ours_is_reserved() -> None:
    written = in_templates(r"\b(data-[a-z-]+)=") | {
        each
        for name, arguments in calls()
        if name in {"set", "get", "pop"} and arguments
        for each in literals(arguments[0])
        if each.startswith("data-")
    }
    assert {"data-section", "data-note-id", "data-generated", "data-running", "data-marker"} <= written
    assert written <= allowlist.OURS


@pytest.mark.parametrize(
    ("text", "gone", "column"),
    [
        ("[word]{generated=x}", "data-generated", 8),
        ("[word]{note-id=z}", "data-note-id", 8),
        ("[word]{section=two}", "data-section", 8),
        ("[word]{data-section=two}", "data-section", 8),
        ("[there is a]{.footnote}", "footnote", 14),
        ("[word]{.mine .unseen}", "unseen", 14),
        ("[word]{.voice-justin}", "voice-justin", 8),
        ('<p class="my skip">word</p>', "skip", 4),
        ('<svg><text class="unseen">word</text></svg>', "unseen", 12),
    ],
)
def test_an_author_s_own_is_left_out_and_said(text: str, gone: str, column: int) -> None:
    said: list[Diagnostic] = []
    section = markdown.parse(source(f"# One\n\nA word.\n\n{text}\n"), "en", said.append)
    (found,) = said
    assert found.rule == "markup-names-free"
    assert f"'{gone}'" in found.message
    assert found.at is not None
    assert (found.at.line, found.at.column) == (5, column)
    assert gone not in section.body
    assert "mine" not in text or 'class="mine"' in section.body


def test_an_author_s_own_classes_and_attributes_stay() -> None:
    said: list[Diagnostic] = []
    text = "# One\n\n::: {.postcard mood=blue}\nHere, [x]{.smallcaps}.\n:::\n\n$$x$$\n"
    body = markdown.parse(source(text), "en", said.append).body
    assert said == []
    assert '<div class="postcard" data-mood="blue">' in body
    assert '<span class="math display"' in body
