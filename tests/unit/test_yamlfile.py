"""YAML as writers type it: places, types as typed, limits, and errors in plain words."""

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookforge import yamlfile
from bookforge.diagnostics import BookforgeError, Diagnostic, Location, ManifestError
from bookforge.yamlfile import Kind, Node


def load(text: str | bytes) -> Node:
    return yamlfile.load(text, "book.yaml")


def refused(text: str | bytes) -> tuple[Diagnostic, ...]:
    with pytest.raises(ManifestError) as caught:
        load(text)
    return caught.value.diagnostics


# ---------------------------------------------------------------- nodes


def test_places() -> None:
    root = load("a: 1\nb:\n  - x\n  - {y: z}\n")
    found = root.get("b")
    assert root.at == Location("book.yaml", 1, 1)
    assert found is not None
    assert [item.at for item in found.items] == [Location("book.yaml", 3, 5), Location("book.yaml", 4, 5)]
    inner = found.items[1].get("y")
    assert inner is not None
    assert inner.at == Location("book.yaml", 4, 9)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_places_with_any_line_end(end: str) -> None:
    root = load(f"a: 1{end}{end}é: 2{end}")
    assert [key.at.line for key, _ in root.pairs] == [1, 3]


def test_unicode_line_separators_count_no_lines() -> None:
    root = load('a: "x\u2028y"\nb: 2\n')
    assert root.pairs[1][0].at.line == 2


def test_first_line_moves_places() -> None:
    assert yamlfile.load("a: 1", "x.md", 4).at == Location("x.md", 4, 1)
    with pytest.raises(ManifestError) as caught:
        yamlfile.load("a: \0", "x.md", 4)
    assert caught.value.diagnostics[0].at == Location("x.md", 4, 4)


@pytest.mark.parametrize(
    ("typed", "kind", "text"),
    [
        ("word", Kind.TEXT, "word"),
        ("1984", Kind.INT, "1984"),
        ("'1984'", Kind.TEXT, "1984"),
        ("007", Kind.INT, "007"),
        ("1.50", Kind.FLOAT, "1.50"),
        ("no", Kind.BOOL, "no"),
        ("Yes", Kind.BOOL, "Yes"),
        ("2026-11-01", Kind.DATE, "2026-11-01"),
        ("12:30:45", Kind.INT, "12:30:45"),
        ("~", Kind.NULL, "~"),
        ("", Kind.NULL, ""),
        ('""', Kind.TEXT, ""),
        ("“curly”", Kind.TEXT, "“curly”"),
        (">-\n  one\n  two", Kind.TEXT, "one two"),
        ("|\n  one\n  two\n", Kind.TEXT, "one\ntwo\n"),
    ],
)
def test_scalars_stay_as_typed(typed: str, kind: Kind, text: str) -> None:
    node = load(f"a: {typed}").get("a")
    assert node is not None
    assert (node.kind, node.text) == (kind, text)


def test_plain_values() -> None:
    text = "a: 1\nb: -1.5\nc: on\nd: null\ne: [x, 2026-01-01]\nf: 0x10\ng: 'no'\nh: 1e3\n"
    assert yamlfile.plain(load(text)) == {
        **{"a": 1, "b": -1.5, "c": True, "d": None, "e": ["x", "2026-01-01"], "f": "0x10", "g": "no", "h": "1e3"}
    }


def test_items() -> None:
    root = load("a: 1\nb: 2")
    assert [(key, node.text) for key, node in yamlfile.items(root)] == [("a", "1"), ("b", "2")]
    assert list(yamlfile.items(load("[a]"))) == []


@pytest.mark.parametrize("text", ["", "\n\n", "# only a remark\n", "---\n"])
def test_nothing(text: str) -> None:
    assert load(text).kind is Kind.NULL


def test_bytes_with_byte_order_mark() -> None:
    assert load(b"\xef\xbb\xbfa: 1").pairs[0][0].at == Location("book.yaml", 1, 1)


def test_aliases_are_followed() -> None:
    root = load("a: &x {k: v}\nb: *x\n")
    assert root.get("a") == root.get("b")


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("text", "rule", "line", "column", "says", "hint"),
    [
        ("a: b\n\tc: d", "yaml-syntax", 2, 1, "tab", "spaces"),
        ("a:\n  b: |\n\tc", "yaml-syntax", 3, 1, "tab", "spaces"),
        ("a: \t b", "yaml-syntax", 1, 4, "tab", "space"),
        ("title: My life: a story", "yaml-syntax", 1, 15, "colon", 'title: "My life: a story"'),
        ('title: He said: "no"', "yaml-syntax", 1, 15, "colon", "title: 'He said: \"no\"'"),
        ("title: A: B: C", "yaml-syntax", 1, 9, "colon", '"A: B: C"'),
        ("- title: A: B", "yaml-syntax", 1, 11, "colon", '"A: B"'),
        ("title: “A: B”", "yaml-syntax", 1, 10, "curly", "straight"),
        ("title:foo\nauthors: x", "yaml-syntax", 1, 7, "no space after the colon", "title: "),
        ("a: 1\ntitle:foo\nauthors: x", "yaml-syntax", 2, 7, "no space after the colon", "title: "),
        ("- a\n-b\n- c\n", "yaml-syntax", 2, 2, "no space after the hyphen", "'- '"),
        ("chapters:\n- a\n-b", "yaml-syntax", 3, 2, "no space after the hyphen", "'- '"),
        ("chapters:\n- a\n  b: c", "yaml-syntax", 3, 3, "plain text", "- path:"),
        ("a\nb: c", "yaml-syntax", 1, 1, "neither a key", "key: value"),
        ("a: b\n c: d", "yaml-syntax", 2, 3, "already has its value", "indentation"),
        ("a:\n  - b\n - c", "yaml-syntax", 3, 2, "line up", "spaces"),
        ("a:\n    b: 1\n  c: 2", "yaml-syntax", 3, 3, "line up", "spaces"),
        ("- a\nb: c", "yaml-syntax", 2, 1, "among the items", "'- '"),
        ('title: "open\nb: c', "yaml-syntax", 1, 8, "never closed", "''"),
        ("a: 'x", "yaml-syntax", 1, 4, "never closed", "same sign"),
        ("title: 'It's me'", "yaml-syntax", 1, 12, "after the closing", "twice"),
        ('path: "C:\\Users\\x"', "yaml-syntax", 1, 12, "backslash", "single quotes"),
        ("a: [1, 2\nb: c", "yaml-syntax", 1, 4, "[ is never closed", "close it"),
        ("a: {x: 1\nb: c", "yaml-syntax", 1, 4, "{ is never closed", "close it"),
        ("a: ]", "yaml-syntax", 1, 4, "begin with ]", "quotes"),
        ("a: @foo", "yaml-syntax", 1, 4, "begin with @", "quotes"),
        ("a: `x`", "yaml-syntax", 1, 4, "begin with `", "quotes"),
        ("a: %x", "yaml-syntax", 1, 4, "begin with %", "quotes"),
        ("a: & b", "yaml-syntax", 1, 4, "begin with &", "quotes"),
        ("* * *", "yaml-syntax", 1, 1, "begin with *", "quotes"),
        ("a: - x", "yaml-syntax", 1, 4, "list cannot begin", "next line"),
        ("a: > x", "yaml-syntax", 1, 4, "several lines", "next line"),
        ("a: ? b", "yaml-syntax", 1, 4, "cannot make sense", "quotes"),
        ("a: *foo", "yaml-plain", 1, 4, "*foo stands for nothing", "quotes"),
        ("a: !important b", "yaml-plain", 1, 4, "tag", "quotes"),
        ("a: !!python/object:os.system x", "yaml-plain", 1, 4, "tag", "quotes"),
        ("a: !!python/object/apply:os.system [x]", "yaml-plain", 1, 4, "tag", "quotes"),
        ("title: Room #9", "yaml-plain", 1, 13, "left out", "quotes"),
        ("title: #MeToo", "yaml-plain", 1, 8, "left out", "quotes"),
        ("a: b\n---\nc: d", "yaml-plain", 2, 1, "second", "hyphens"),
        ("<<: {a: b}", "yaml-plain", 1, 1, "merge", "write"),
        ("[a, b]: c", "yaml-plain", 1, 1, "cannot be a key", "quotes"),
        ("? {a: b}\n: c", "yaml-plain", 1, 3, "cannot be a key", "quotes"),
        ("a: 1\na: 2", "yaml-keys-unique", 2, 1, "'a' is given twice", "line 1"),
        ("a: &x [*x]", "yaml-limits", 1, 8, "contain itself", "write"),
        ('a: "\\0"', "text-characters", 1, 4, "NUL", "escape"),
        ('a: "\\ud800"', "text-characters", 1, 4, "U+D800", "escape"),
        ("a: \x00", "text-characters", 1, 4, "NUL", "text file"),
        ("a: 1\nb: \x07", "text-characters", 2, 4, "U+0007", "delete"),
        ("a: caf\x85", "text-characters", 1, 7, "U+0085", "…"),
        (b"a: caf\xe9", "text-encoding", 1, 7, "0xE9", "UTF-8"),
        ("a: b".encode("utf-16"), "text-encoding", 1, 1, "UTF-16", "UTF-8"),
    ],
)
def test_refused(text: str | bytes, rule: str, line: int, column: int, says: str, hint: str) -> None:
    found = refused(text)[0]
    assert (found.rule, str(found.at)) == (rule, f"book.yaml:{line}:{column}")
    assert says in found.message
    assert hint in (found.hint or "")


def test_remark_with_a_space_is_a_remark() -> None:
    assert load("a: Room # nine\nb: '#9' # x\nc: a#b\n").pairs[0][1].text == "Room"


def test_all_findings_in_order() -> None:
    found = refused('a: 1\na: 2\nb: Room #9\nc: "\\0"\nd: !x y\ne: *z\n')
    assert [each.at.line for each in found if each.at] == [2, 3, 4, 5, 6]


def test_findings_before_a_syntax_error_are_kept() -> None:
    assert [each.rule for each in refused("a: {b: 1, b: 2}\nc: d: e\n")] == ["yaml-keys-unique", "yaml-syntax"]


# ---------------------------------------------------------------- limits


def bomb() -> str:
    levels = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40)]
    return "\n".join(["a0: &a0 [x]", *levels])


@pytest.mark.parametrize(
    "text",
    [
        bomb(),
        "[" * 400_000,
        "{a: " * 5_000,
        "- " * 100_000,
        "\n".join(f"{' ' * n}a:" for n in range(1, 400)),
        "".join(f"k{n}: v\n" for n in range(60_000)),
        "a: &a [b]\nc: [" + "*a, " * 30_000 + "]",
        f"a: &a {'[' * 12}{']' * 12}\nb: {'[' * 12}*a {']' * 12}",
    ],
)
def test_limits_hold_quickly(text: str) -> None:
    start = time.process_time()
    assert refused(text)[0].rule == "yaml-limits"
    assert time.process_time() - start < 10


def test_size_limit() -> None:
    assert refused("a" * 1_000_001)[0].rule == "file-size"


def test_long_text_is_no_problem() -> None:
    assert len(load("a: " + "x" * 900_000).pairs[0][1].text) == 900_000


# ---------------------------------------------------------------- anything

SIGNS = st.sampled_from(
    ["a", "b: ", "- ", "\n", "  ", "\t", ": ", ":", "[", "]", "{", "}", ",", '"', "'", "|", ">", "#"]
)
MORE = st.sampled_from(
    ["&a ", "*a", "!t ", "%", "@", "---\n", "...\n", "? ", "<<: ", "\\", "é", "“", "1", "~", "\r", "\ufeff"]
)


@given(st.lists(SIGNS | MORE, max_size=25).map("".join))
def test_any_text_gives_nodes_or_a_located_finding(text: str) -> None:
    try:
        yamlfile.plain(load(text))
    except BookforgeError as problem:
        for found in problem.diagnostics:
            assert found.at is not None
            assert found.at.line is not None
            assert found.hint


@given(st.binary(max_size=60))
def test_any_bytes(data: bytes) -> None:
    with contextlib.suppress(BookforgeError):
        load(data)
