"""WeasyPrint's private interface as we use it: each place, with what it takes. What a new version moves fails here."""

import ast
import importlib
import inspect
from importlib import metadata
from pathlib import Path

import pytest

from bookforge import watch
from bookforge.writers.assembly import hooks

PINNED = "70.0"
PLACES = {
    "layout.make_margin_boxes": ["context", "page", "state"],
    "layout.initialize_page_maker": ["context", "root_box"],
    "document.LayoutContext": ["style_for", "get_image_from_uri", "font_config", "counter_style", "target_collector"],
    "document.TargetCollector": [],
    "css.targets.TargetCollector.lookup_target": ["self", "anchor_token", "source_box", "css_token", "parse_again"],
    "css.targets.TargetCollector.cache_target_page_counters": [
        *("self", "anchor_name", "page_counter_values", "page_maker_index", "page_maker"),
    ],
    "css.targets.anchor_name_from_token": ["anchor_token"],
    "pdf.generate_pdf": ["document", "target", "zoom", "options"],
    "pdf.resolve_links": ["pages"],
    "pdf.build_fonts_dictionary": ["pdf", "fonts", "compress", "subset", "options"],
    "text.fonts.FontConfiguration": [],
    "pdf.fonts.Font": ["pango_font", "description", "font_size"],
    "pdf.fonts.Font.clean": ["self", "to_unicode", "hinting"],
    "document.Document._build_layout_context": ["html", "font_config", "counter_style", "color_profiles", "options"],
    "document.Document": ["pages", "metadata", "url_fetcher", "font_config", "color_profiles", "output_intent"],
    "document.Page": ["page_box"],
    "formatting_structure.build.build_formatting_structure": [
        *("element_tree", "style_for", "get_image_from_uri", "base_url", "target_collector", "counter_style"),
        "footnotes",
    ],
    "formatting_structure.build.update_counters": ["state", "style"],
    "formatting_structure.boxes.PageBox": ["page_type", "style"],
    "layout.page.PageType": ["side", "blank", "name", "index", "groups"],
    "layout.page.set_page_type_computed_styles": ["page_type", "html", "style_for"],
    "layout.page.make_margin_boxes": ["context", "page", "state"],
    "layout.page.page_width": ["box", "context", "containing_block_width"],
    "layout.page.page_height": ["box", "context", "containing_block_height"],
    "layout.page._standardize_page_based_counters": ["style", "pseudo_type"],
    "layout.inline.split_inline_box": [
        *("context", "box", "position_x", "max_x", "bottom_space", "skip_stack", "containing_block"),
        *("absolute_boxes", "fixed_boxes", "line_placeholders", "waiting_floats", "line_children"),
        *("first_letter_style", "first_line_style"),
    ],
    "layout.percent.resolve_percentages": ["box", "containing_block"],
    "layout.background.layout_box_backgrounds": [
        *("page", "box", "get_image_from_uri", "layout_children", "style"),
    ],
    "draw.text.draw_first_line": ["stream", "textbox", "text_overflow", "block_ellipsis", "matrix"],
    "text.fonts.get_pango_font_key": ["pango_font"],
    "text.line_break.Layout.reactivate": ["self", "style"],
    "text.line_break.Layout.deactivate": ["self"],
    "html.get_html_metadata": ["html"],
    "css.StyleFor": ["html", "sheets", "presentational_hints", "font_config", "target_collector"],
    "css.ComputedStyle": [
        *("parent_style", "cascaded", "pseudo_type", "root_style", "base_url", "font_config", "initial_page_sizes"),
    ],
    "css.InitialStyle": ["font_config"],
    "css.find_style_attributes": ["tree", "presentational_hints", "base_url"],
    "css.declaration_precedence": ["origin", "importance"],
    "css.validation.preprocess_declarations": ["base_url", "declarations", "prelude"],
}


@pytest.mark.usefixtures("sample")
@pytest.mark.skipif(not watch._held(), reason="the system does not say how much a process holds")
def test_what_is_known_of_fonts_is_freed_when_nobody_uses_it() -> None:
    hooks.font_configuration()
    before = watch._held()
    for _ in range(50):  # more than 10 MB, if they stayed
        hooks.font_configuration()
    assert watch._held() - before < 4_000_000


@pytest.mark.parametrize("place", PLACES)
def test_a_hook_is_where_it_was(place: str) -> None:
    found = _find(place)
    assert found is not None, (
        f"WeasyPrint {metadata.version('weasyprint')} has no {place}: see writers/assembly/hooks.py"
    )
    takes = [name for name in inspect.signature(found).parameters]  # type: ignore[arg-type]
    assert takes == PLACES[place], (
        f"{place} takes other things than in WeasyPrint {PINNED}: see writers/assembly/hooks.py"
    )


def _find(place: str) -> object | None:
    """Find a name below WeasyPrint: its module first, then what is inside."""
    parts = place.split(".")
    for length in range(len(parts) - 1, 0, -1):
        try:
            found: object = importlib.import_module(".".join(("weasyprint", *parts[:length])))
        except ModuleNotFoundError:
            continue
        for name in parts[length:]:
            found = getattr(found, name, None)
        return found
    return None


def test_weasyprint_is_the_version_that_was_looked_into() -> None:
    assert metadata.version("weasyprint") == PINNED, "look through writers/assembly/hooks.py before pinning another"


def test_the_rules_of_a_stylesheet_are_where_they_were() -> None:
    from cssselect2 import Matcher

    expected = {"id_selectors", "class_selectors", "lower_local_name_selectors", "namespace_selectors"}
    expected |= {"lang_attr_selectors", "other_selectors", "order"}
    assert set(vars(Matcher())) == expected, "cssselect2 keeps rules in another way: see writers/assembly/styles.py"


def test_every_hook_is_described() -> None:
    said = hooks.__doc__ or ""
    for name in ("faster.py", "shaped.py", "styles.py"):
        said += ast.get_docstring(ast.parse(Path(hooks.__file__).with_name(name).read_text("utf-8"))) or ""
    missing = [place for place in PLACES if place.rpartition(".")[2] not in said]
    assert missing == [], f"hooks.py, faster.py, shaped.py and styles.py do not say what these are for: {missing}"
