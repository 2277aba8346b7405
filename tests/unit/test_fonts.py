"""Fonts: found in packages and folders, what they cover, what fontconfig sees, web subsets."""

import dataclasses
import sys
from io import BytesIO
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from bookforge import fonts, layouts
from bookforge.diagnostics import EngineError, LayoutError, Location
from bookforge.layouts import FontSpec

AT = Location("layout.yaml", 3)


def spec(family="EB Garamond", package="fontpkg-eb-garamond", style="normal", file=None):
    return FontSpec(family, style, "text", package, file, AT)


@pytest.fixture(scope="module")
def garamond():
    return fonts.resolve((spec(), spec(style="italic")))


@pytest.fixture(scope="module")
def mono():
    return fonts.resolve((spec("JetBrains Mono", "fontpkg-jetbrains-mono"),))


def test_faces_come_from_packages(garamond):
    roman, italic = garamond
    assert (roman.family, roman.style, Path(roman.path).name) == ("EB Garamond", "normal", "EBGaramond[wght].ttf")
    assert Path(italic.path).name == "EBGaramond-Italic[wght].ttf"


def test_static_families_give_their_regular():
    (face,) = fonts.resolve((spec("Cardo", "fontpkg-cardo"),))
    assert Path(face.path).name == "Cardo-Regular.ttf"


def test_faces_come_from_a_layouts_own_files(garamond, tmp_path):
    own = tmp_path / "own.ttf"
    own.write_bytes(Path(garamond[0].path).read_bytes())
    (face,) = fonts.resolve((spec(package=None, file=own),))
    assert face.path == str(own)


def test_a_package_that_is_not_installed_is_told():
    with pytest.raises(EngineError) as problem:
        fonts.resolve((spec(package="fontpkg-no-such"),))
    (found,) = problem.value.diagnostics
    assert (found.rule, found.at) == ("font-exists", AT)
    assert "pip install fontpkg-no-such" in (found.hint or "")


@pytest.mark.parametrize(
    "package", ["evil.x", "evil", "nope.x", "json", "fontpkg-", "fontpkg-a.b", "../x", "", "Fontpkg-a"]
)
def test_only_font_packages_are_looked_up_and_nothing_is_imported(tmp_path, monkeypatch, package):
    """A layout's name for a package once imported what stood before its dot: code of the book's own folder ran."""
    (tmp_path / "evil").mkdir()
    (tmp_path / "evil" / "__init__.py").write_text("raise SystemExit('code of the book ran')")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(LayoutError, match="is no font package") as problem:
        fonts.resolve((spec(package=package),))
    (found,) = problem.value.diagnostics
    assert (found.rule, found.at) == ("font-exists", AT)
    assert "evil" not in sys.modules


@pytest.mark.parametrize(
    "said",
    [
        "",
        "[]",
        '{"files": [{}]}',
        '{"files": 3}',
        '{"files": [{"path": "../../o.ttf", "style": "normal", "weight": 400, "variable": false}]}',
    ],
)
def test_a_font_package_that_lies_is_told(tmp_path, monkeypatch, said, garamond):
    info = tmp_path / "fontpkg_odd-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: fontpkg-odd\nVersion: 1\n")
    (info / "RECORD").write_text("fontpkg_odd/metadata.json,,\n")
    (tmp_path / "fontpkg_odd").mkdir()
    (tmp_path / "fontpkg_odd" / "metadata.json").write_text(said)
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises((LayoutError, EngineError), match="fontpkg-odd"):
        fonts.resolve((spec(package="fontpkg-odd"),))


def test_a_style_a_family_lacks_is_told():
    with pytest.raises(LayoutError, match="no oblique face"):
        fonts.resolve((spec(style="oblique"),))


@pytest.mark.parametrize("content", [b"", b"no font", b"\x00\x01\x00\x00" + b"\xff" * 40])
def test_a_file_that_is_no_font_is_told(tmp_path, content):
    own = tmp_path / "own.ttf"
    own.write_bytes(content)
    with pytest.raises(LayoutError, match="cannot be read"):
        fonts.resolve((spec(package=None, file=own),))


def test_coverage_is_what_any_face_has(garamond, mono):
    assert ord("é") in fonts.coverage(garamond)
    assert ord("┼") not in fonts.coverage(garamond)
    assert ord("┼") in fonts.coverage(garamond + mono)
    assert fonts.coverage(()) == frozenset()


def test_missing_characters_are_those_that_need_a_glyph(garamond):
    assert fonts.missing(garamond, "a\t\n\u00ad\u200d\ufe0f é漢😀漢") == ("漢", "😀")


def test_missing_characters_are_reported_with_their_places(garamond):
    places = {"a": (Location("a.md", 1),), "漢": tuple(Location("a.md", line, 2) for line in range(1, 6))}
    found = []
    assert fonts.report_missing(garamond, places, found.append) == ("漢",)
    (finding,) = found
    assert finding.rule == "font-has-glyph"
    assert finding.at == Location("a.md", 1, 2)
    assert "U+6F22" in finding.message
    assert "(EB Garamond)" in finding.message
    assert finding.hint == "also at a.md:2:2, a.md:3:2 and 2 more"


def test_many_missing_characters_of_a_script_are_one_warning(garamond):
    places = {char: (Location("a.md", 1, column),) for column, char in enumerate("漢 שלום עולם, טקסט", 1)}
    found = []
    fonts.report_missing(garamond, places, found.append)
    hebrew, han = found
    assert hebrew.message.startswith("no font of the layout (EB Garamond) has 8 characters of a script, such as 'ו'")
    assert str(hebrew.at) == "a.md:1:3"
    assert "'漢' (U+6F22" in han.message


@pytest.mark.parametrize("layout", ["paperback", "modern", "large-print", "submission", "proof", "web"])
def test_every_layout_with_fonts_has_the_boxes_of_task_lists(layout, tmp_path):
    assert fonts.missing(fonts.resolve(layouts.find(layout, tmp_path).fonts), "\u2610\u2611") == ()


def test_the_private_configuration_lists_only_the_faces(garamond, tmp_path):
    path = fonts.private_configuration(garamond, tmp_path / "a & b")
    text = path.read_text()
    files = path.parent / "files"
    assert {each.read_bytes() for each in files.iterdir()} == {Path(face.path).read_bytes() for face in garamond}
    assert str(files).replace("&", "&amp;") in text
    assert "/usr" not in text
    assert path == fonts.private_configuration(garamond, tmp_path / "a & b")


def test_the_private_configuration_is_named_by_content(garamond, mono, tmp_path):
    assert fonts.private_configuration(garamond, tmp_path) != fonts.private_configuration(mono, tmp_path)


def test_faces_of_the_same_file_name_stay_apart(garamond, mono, tmp_path):
    faces = []
    for face in (garamond[0], mono[0]):
        own = tmp_path / face.family / "Regular.ttf"
        own.parent.mkdir()
        own.write_bytes(Path(face.path).read_bytes())
        faces.append(dataclasses.replace(face, path=str(own)))
    path = fonts.private_configuration(faces, tmp_path)
    assert len(list((path.parent / "files").iterdir())) == 2


def test_a_damaged_copy_of_a_font_is_replaced(mono, tmp_path):
    path = fonts.private_configuration(mono, tmp_path)
    (copy,) = (path.parent / "files").iterdir()
    copy.write_bytes(b"half")
    fonts.private_configuration(mono, tmp_path)
    assert copy.read_bytes() == Path(mono[0].path).read_bytes()


def test_web_fonts_are_small_static_and_the_same_every_time(garamond):
    first = fonts.web(garamond[:1], "Hamburg é 漢")
    assert [(font.weight, font.style, font.name) for font in first] == [
        (400, "normal", "eb-garamond-400-normal.woff2"),
        (700, "normal", "eb-garamond-700-normal.woff2"),
    ]
    assert first == fonts.web(garamond[:1], "Hamburg é 漢")
    for font in first:
        assert font.data[:4] == b"wOF2"
        assert len(font.data) < 30_000
        with TTFont(BytesIO(font.data)) as cut:
            assert set(cut.getBestCmap()) == set(map(ord, "Hamburg é"))
            assert "fvar" not in cut
            assert "Open Font License" in cut["name"].getDebugName(13)


def test_faces_without_any_of_the_characters_are_left_out(mono):
    assert fonts.web(mono, "漢") == ()


def test_static_faces_give_no_bold():
    (face,) = fonts.resolve((spec("Cardo", "fontpkg-cardo"),))
    assert [font.weight for font in fonts.web((face,), "a")] == [400]


def test_changed_fonts_give_up_reserved_names():
    faces = fonts.resolve((spec("Source Serif 4", "fontpkg-source-serif-4"),))
    (cut,) = fonts.web(faces, "abc", weights=(400,))
    with TTFont(BytesIO(cut.data)) as font:
        named = [font["name"].getDebugName(number) for number in (1, 3, 4, 6)]
        assert named == ["Book Face", "Book Face", "Book Face", "BookFace"]
        assert "Adobe" in font["name"].getDebugName(0)
