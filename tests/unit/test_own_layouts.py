"""A layout of a book's own: what is wrong with it is said with its place, and it cannot leave its box."""

from pathlib import Path

import pytest

from bookforge import fonts, layouts, terms
from bookforge.compose import views
from bookforge.diagnostics import Diagnostic, LayoutError
from bookforge.edition import Press
from bookforge.measure import TrimSize


def write(book: Path, **files: str) -> Path:
    for name, text in files.items():
        path = book / "layouts" / "mine" / name.replace("__", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return book


def wrong(book: Path) -> list[str]:
    with pytest.raises(LayoutError) as caught:
        layouts.find("mine", book)
    return [said(each) for each in caught.value.diagnostics]


def said(found: Diagnostic) -> str:
    at = found.at
    place = f"{at.path.removeprefix('layouts/mine/')}:{at.line}:{at.column}" if at else "nowhere"
    return f"{place} [{found.rule}] {found.message}"


def use(book: Path) -> None:
    layout = layouts.find("mine", book)
    layouts.Templates(layout).stylesheets()
    terms.of(layout, "en")


def render(book: Path, template: str) -> str:
    write(book, layout__yaml="extends: base\n", t__j2=template)
    return layouts.Templates(layouts.find("mine", book)).render("t.j2", number=5)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- a\n", "1:1 [layout-valid] a layout.yaml is a list of 'key: value' lines"),
        ("", "1:1 [layout-valid] a layout.yaml is a list of 'key: value' lines"),
        ("extends: web\nfromat: pdf\n", "2:1 [layout-valid] a layout has no key 'fromat'"),
        ("extends: web\nformat: [pdf]\n", "2:9 [layout-valid] 'format' is one of pdf, epub, html, not a list"),
        ("extends: web\nformat: docx\n", "2:9 [layout-valid] 'docx' is no format; it is one of pdf, epub, html"),
        ("extends: [web]\n", "1:10 [layout-valid] 'extends' is the name of another layout, not a list"),
        ("# x\nextends: wob\n", "2:10 [layout-exists] there is no layout 'wob'"),
        ("extends: mine\n", "1:10 [layout-valid] layout 'mine' extends itself"),
        ("stylesheets: a.css\n", "1:14 [layout-valid] 'stylesheets' is a list"),
        ("stylesheets:\n  - [a]\n", "2:5 [layout-valid] a stylesheet is the name of a file"),
        ("stylesheets:\n  - lost.css\n", "2:5 [layout-valid] the stylesheet 'lost.css' does not exist"),
        ("fonts:\n  - Garamond\n", "2:5 [layout-valid] a font is {family, package or file, style, role}"),
        ("fonts:\n  - {family: X}\n", "2:5 [layout-valid] font 'X' needs a package or a file"),
        ("fonts: [{family: X, file: x.ttf}]\n", "1:9 [layout-valid] the font file 'x.ttf' does not exist"),
        ("settings: 3\n", "1:11 [layout-valid] settings are 'name: default' lines"),
        ("settings:\n  a: [1]\n", "2:6 [layout-valid] the setting 'a' has no default: a text, a number, true or false"),
        (
            "extends: web\nsettings:\n  openings: null\n",
            "3:13 [layout-valid] the setting 'openings' has no default and is not inherited",
        ),
        ("a: b: c\n", "1:5 [yaml-syntax] "),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, text: str, expected: str) -> None:
    (found,) = wrong(write(tmp_path, layout__yaml=text))
    assert found.startswith(f"layout.yaml:{expected}")


def test_a_layout_may_do_without_a_setting_of_the_one_below(tmp_path: Path) -> None:
    own = layouts.find("mine", write(tmp_path, layout__yaml="extends: paperback\nsettings: {openings: null}\n"))
    assert layouts.find("paperback", tmp_path).settings.keys() - own.settings.keys() == {"openings"}
    manuscript = layouts.find("submission", tmp_path)
    assert not {"verso-head", "recto-head"} & manuscript.settings.keys()


@pytest.mark.parametrize("name", ["paperback", "large-print", "submission"])
def test_margins_are_never_less_than_a_printer_asks_for(name: str, tmp_path: Path) -> None:
    layout = layouts.find(name, tmp_path)
    face = views.FaceView.of(fonts.resolve(layout.fonts)[0])
    asked = Press(inside=90, edge=80, bleed=9)
    trim = TrimSize.parse("8.5x11in")
    page = layouts.Templates(layout).measures(
        "geometry.j2", press=asked, trim=trim, fonts=(face,), settings=layout.settings
    )
    assert page["inner"] >= 90
    assert page["outer"] >= 80
    assert page["bleed"] == 9
    assert page["text_width"] == pytest.approx(612 - page["inner"] - page["outer"], abs=0.1)


@pytest.mark.parametrize("size", ["huge", "1x1in", "5", "true"])
def test_a_default_trim_size_is_checked(tmp_path: Path, size: str) -> None:
    (found,) = wrong(write(tmp_path, layout__yaml=f"settings:\n  trim-size: {size}\n"))
    assert found.startswith("layout.yaml:2:14 [setting-fits] ")


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    text = "format: docx\nstylesheet: []\nfonts: [X]\nsettings: {trim-size: huge}\n"
    assert len(wrong(write(tmp_path, layout__yaml=text))) == 4


@pytest.mark.parametrize("name", ["layout.yaml", "sheet.css", "sheet.css.j2", "terms.yaml"])
def test_a_file_in_latin_1_is_named(tmp_path: Path, name: str) -> None:
    sheets = f"stylesheets: [{name}]\n" if "sheet" in name else ""
    write(tmp_path, layout__yaml="extends: base\n" + sheets)
    (tmp_path / "layouts/mine" / name).write_bytes(b"# Caf\xe9\n")
    with pytest.raises(LayoutError) as caught:
        use(tmp_path)
    assert said(caught.value.diagnostics[0]).startswith(f"{name}:1:6 [text-encoding]")


def test_the_folder_of_layouts_stays_in_the_book(tmp_path: Path) -> None:
    other = write(tmp_path / "other", layout__yaml="extends: base\n")
    book = tmp_path / "book"
    book.mkdir()
    (book / "layouts").symlink_to(other / "layouts")
    (found,) = wrong(book)
    assert found.endswith("'mine' leads out of its folder")
    inside = write(tmp_path / "inside", layout__yaml="extends: base\n")
    (inside / "layouts").rename(inside / "designs")
    (inside / "layouts").symlink_to("designs")
    (tmp_path / "link").symlink_to(inside)
    assert layouts.find("mine", tmp_path / "link").name == "mine"


def test_a_name_too_long_for_a_file_is_no_layout(tmp_path: Path) -> None:
    with pytest.raises(LayoutError):
        layouts.find("x" * 5000, tmp_path)


@pytest.mark.parametrize(
    "template",
    [
        '{{ "x" * 90000000000 }}',
        '{{ ("x" * 900000) + ("x" * 900000) }}',
        "{{ -2 ** 99999999 }}",
        '{{ "%*d" % (99999999999, 1) }}',
        '{{ "{:99999999999}".format(1) }}',
        '{{ "{:{}}".format(1, 99999999999) }}',
        '{{ "x".center(width=99999999999) }}',
        '{{ "%99999999d"|format(1) }}',
        "{% include 'lost.j2' %}",
        "{{ " + "(" * 300 + "1" + ")" * 300 + " }}",
        "{% for a in [1] %}" * 30 + "{% endfor %}" * 30,
    ],
)
def test_a_template_cannot_run_away(tmp_path: Path, template: str) -> None:
    with pytest.raises(LayoutError) as caught:
        render(tmp_path, "\n" + template)
    (found,) = caught.value.diagnostics
    assert found.rule == "template-renders"
    assert found.at is not None
    assert found.at.path == "layouts/mine/t.j2"


@pytest.mark.parametrize(
    ("template", "out"),
    [
        ("{{ number * 2.5 }}", "12.5"),
        ("{{ 2 ** 10 }} {{ 2 ** -1 }} {{ 1.5 ** 2 }} {{ 'ab' * 2 }} {{ 7 % 4 }}", "1024 0.5 2.25 abab 3"),
        ("{{ [1] + [2] }} {{ 'a' + 'b' }} {{ 'a' ~ number }}", "[1, 2] ab a5"),
        ("{{ '%02d' % number }} {{ '{0:>4}'.format(number) }}", "05    5"),
    ],
)
def test_ordinary_sums_are_done(tmp_path: Path, template: str, out: str) -> None:
    assert render(tmp_path, template) == out


def test_a_layout_brings_words_of_its_own(tmp_path: Path) -> None:
    words = "en:\n  contents: What is inside\nis:\n  contents: Efnisyfirlit\n  swan: svanur\n"
    layout = layouts.find("mine", write(tmp_path, layout__yaml="extends: web\n", terms__yaml=words))
    assert terms.of(layout, "en-GB")["contents"] == "What is inside"
    assert terms.of(layout, "en-GB")["chapter"] == "Chapter"
    assert terms.of(layout, "IS")["contents"] == "Efnisyfirlit"
    assert terms.of(layout, "is")["swan"] == "svanur"
    assert terms.of(layout, "is")["chapter"] == "Chapter"
    assert terms.of(layout, "de")["contents"] == "Inhalt"
    assert terms.of(layouts.find("web", tmp_path), "en")["contents"] == "Contents"
    (tmp_path / "layouts/mine/terms.yaml").write_text("en: {contents: Again}\n", encoding="utf-8")
    assert terms.of(layout, "en")["contents"] == "Again"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- a\n", "1:1 [layout-valid] terms.yaml holds languages, and each lines of"),
        ("en: x\n", "1:5 [layout-valid] 'en' holds lines of"),
        ("en:\n  notes: [a]\n", "2:10 [layout-valid] 'notes' is a text"),
        ("en:\n  months: a b\n", "2:11 [layout-valid] 'months' is a list of 12 words or more"),
        ("en:\n  number-words: ''\n", "2:17 [layout-valid] 'number-words' is a list of 1 words or more"),
        ("en:\n  date-day: '{week}'\n", "2:13 [layout-valid] 'date-day' is a pattern of {day}, {month}, {year}"),
        ("en:\n  date-day: '{day.real}'\n", "2:13 [layout-valid] 'date-day' is a pattern of"),
        ("en:\n  date-day: '{day:99999999}'\n", "2:13 [layout-valid] 'date-day' is a pattern of"),
        ("en:\n  date-month: '{day} {'\n", "2:15 [layout-valid] 'date-month' is a pattern of {month}, {year}"),
    ],
)
def test_words_that_cannot_be_used_are_said(tmp_path: Path, text: str, expected: str) -> None:
    layout = layouts.find("mine", write(tmp_path, layout__yaml="extends: web\n", terms__yaml=text))
    with pytest.raises(LayoutError) as caught:
        terms.of(layout, "en")
    assert said(caught.value.diagnostics[0]).startswith(f"terms.yaml:{expected}")


def test_measures_of_a_template_are_read_by_name(tmp_path: Path) -> None:
    book = write(tmp_path, layout__yaml="extends: paperback\n", m__j2="{% set width = 3 * wide %}{% set name = 'x' %}")
    templates = layouts.Templates(layouts.find("mine", book))
    found = templates.measures("m.j2", wide=2)
    assert (found["width"], found["name"]) == (6, "x")
    assert templates.measures("no-such.j2") == {}


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("\n{% set width = 1 / 0 %}", "m.j2:2: error: division by zero"),
        (
            '{% import "other.j2" as other %}\n\n{% set width = other.wide + 1 %}',
            "m.j2:3: error: a template that it imports sets no 'wide'",
        ),
        ("{% set = %}", "m.j2:1: error: "),
        ('\n{% import "worse.j2" as worse with context %}', "worse.j2:3: error: division by zero"),
    ],
)
def test_what_is_wrong_in_measures_is_said_with_its_line(tmp_path: Path, template: str, said: str) -> None:
    book = write(
        tmp_path,
        layout__yaml="extends: paperback\n",
        m__j2=template,
        other__j2="{% set high = 1 %}",
        worse__j2="\n\n{{ 1 / 0 }}",
    )
    with pytest.raises(LayoutError) as problem:
        layouts.Templates(layouts.find("mine", book)).measures("m.j2")
    assert said in str(problem.value.diagnostics[0])
