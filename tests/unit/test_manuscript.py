"""Chapter files as read: encodings, line ends, YAML blocks, and offsets that lead back exactly."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookforge import manuscript
from bookforge.book import ChapterMeta, Entry, SectionId, Source, When
from bookforge.cache import Cache, Recent
from bookforge.diagnostics import BookforgeError, Diagnostic, Location, ManifestError, ManuscriptError
from bookforge.semantics import Matter, Role

ENTRY = Entry(SectionId("one"), Role.CHAPTER, Matter.BODY, "one.md", ChapterMeta(), Location("book.yaml", 5, 5))


def read(folder: Path, data: bytes, name: str = "one.md") -> Source:
    (folder / name).write_bytes(data)
    return manuscript.read(folder, ENTRY, fail)


def fail(found: Diagnostic) -> None:
    pytest.fail(str(found))


def refused(folder: Path, data: bytes) -> Diagnostic:
    with pytest.raises(BookforgeError) as caught:
        read(folder, data)
    return caught.value.diagnostics[0]


# ---------------------------------------------------------------- encodings


def test_plain_utf8(tmp_path: Path) -> None:
    source = read(tmp_path, "# Één\n\nTekst.\n".encode())
    assert source.text == source.raw == "# Één\n\nTekst.\n"
    assert source.meta == ChapterMeta()
    assert source.offsets.pairs == ((0, 0),)


def test_byte_order_mark_is_removed(tmp_path: Path) -> None:
    source = read(tmp_path, b"\xef\xbb\xbfText\n")
    assert source.raw == "Text\n"
    assert manuscript.location(source, 0) == Location("one.md", 1, 1)


def test_empty_file(tmp_path: Path) -> None:
    source = read(tmp_path, b"")
    assert (source.text, source.offsets.line_starts) == ("", (0,))
    assert manuscript.location(source, 0) == Location("one.md", 1, 1)


@pytest.mark.parametrize(
    ("data", "rule", "seen", "line", "column"),
    [
        ("Grüße".encode("utf-16"), "text-encoding", "UTF-16", 1, 1),
        ("Gruss und Kuss".encode("utf-16-le"), "text-encoding", "UTF-16", 1, 1),
        ("Gruss und Kuss".encode("utf-16-be"), "text-encoding", "UTF-16", 1, 1),
        ("One\nA café\n".encode("latin-1"), "text-encoding", "0xE9", 2, 6),
        ("One\r\nShe said “no”".encode("cp1252"), "text-encoding", "“", 2, 10),
        (b"One\nA\0B", "text-characters", "NUL", 2, 2),
        (b"One\n\n\x0c", "text-characters", "form feed", 3, 1),
        (b"\x1b[31mred", "text-characters", "U+001B", 1, 1),
        ("it\x92s".encode(), "text-characters", "U+0092", 1, 3),
        ("a\uffffb".encode(), "text-characters", "U+FFFF", 1, 2),
        (b"\xed\xa0\x80", "text-encoding", "0xED", 1, 1),
        (b"\x89PNG\r\n\x1a\n", "text-encoding", "0x89", 1, 1),
    ],
)
def test_unusable_bytes(tmp_path: Path, data: bytes, rule: str, seen: str, line: int, column: int) -> None:
    found = refused(tmp_path, data)
    assert found.rule == rule
    assert seen in found.message
    assert found.at == Location("one.md", line, column)
    assert found.hint


def test_windows_quotation_mark_gone_wrong_is_named(tmp_path: Path) -> None:
    assert "’" in (refused(tmp_path, "it\x92s".encode()).hint or "")


def test_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manuscript, "MAX_BYTES", 1_000_000)
    assert refused(tmp_path, b"x" * 1_000_001).rule == "file-size"


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ManuscriptError) as caught:
        manuscript.read(tmp_path, ENTRY, fail)
    assert caught.value.diagnostics[0].rule == "entry-file-exists"


def test_a_process_that_stays_reads_a_file_anew_when_it_changed(tmp_path: Path) -> None:
    file = tmp_path / "one.md"
    store = Cache(None, recent=Recent())
    file.write_bytes(b"One.\n")
    first = manuscript.read(tmp_path, ENTRY, fail, (), store)
    assert manuscript.read(tmp_path, ENTRY, fail, (), store) is first
    file.write_bytes(b"Two.\n")
    assert manuscript.read(tmp_path, ENTRY, fail, (), store).text == "Two.\n"


def test_what_is_said_of_a_kept_file_is_said_each_time(tmp_path: Path) -> None:
    (tmp_path / "one.md").write_bytes("A \ufffd.\n".encode())
    store, said = Cache(None, recent=Recent()), list[Diagnostic]()
    for _ in range(2):
        manuscript.read(tmp_path, ENTRY, said.append, None, store)
    assert [found.rule for found in said] == ["text-undamaged"] * 2


def test_replacement_character_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "one.md").write_text("One\nca\ufffd\n", encoding="utf-8")
    found: list[Diagnostic] = []
    manuscript.read(tmp_path, ENTRY, found.append)
    assert [(each.rule, str(each.at)) for each in found] == [("text-undamaged", "one.md:2:3")]


# ---------------------------------------------------------------- line ends and NFC


def test_mixed_line_ends(tmp_path: Path) -> None:
    source = read(tmp_path, b"a\r\nb\rc\nd\r\n")
    assert source.text == "a\nb\nc\nd\n"
    assert source.offsets.line_starts == (0, 3, 5, 7, 10)
    assert [str(manuscript.location(source, source.text.index(c))) for c in "abcd"] == [
        "one.md:1:1",
        "one.md:2:1",
        "one.md:3:1",
        "one.md:4:1",
    ]


def test_unicode_separators_are_no_line_ends(tmp_path: Path) -> None:
    source = read(tmp_path, "a\u2028b\u2029c\n".encode())
    assert source.offsets.line_starts == (0, 6)


def test_decomposed_text_is_composed(tmp_path: Path) -> None:
    source = read(tmp_path, unicodedata.normalize("NFD", "Café, née Žofie.\n").encode())
    assert source.text == "Café, née Žofie.\n"
    assert manuscript.raw_offset(source, source.text.index("née")) == source.raw.index("ne\u0301e")
    assert manuscript.location(source, source.text.index("Ž")) == Location("one.md", 1, 13)


def test_place_of_a_stretch(tmp_path: Path) -> None:
    source = read(tmp_path, "---\r\ntitle: T\r\n---\r\nA cafe\u0301 there\r\n".encode())
    start = source.text.index("café")
    found = manuscript.place(source, start, start + 4)
    assert source.raw[found.start : found.end] == "cafe\u0301"
    assert (found.line, found.column) == (4, 3)


PIECES = st.sampled_from(
    (
        *("a", "Z", " ", "\n", "\r", "\r\n", "\t", "---", "é", "e\u0301", "\u0301", "\u0323", "o\u0323\u0302", "ỗ"),
        *("ﬁ", "ﭏ", "\u0958", "\ufb2c", "\u1100\u1161\u11a8", "\u0bc6\u0bbe", "각", "\u2028", "\ufeff", "😀"),
        *("\u0344", "\u212b"),
    )
)


@given(st.lists(PIECES, max_size=40).map("".join))
def test_offsets_lead_back_exactly(raw: str) -> None:
    source = manuscript.from_text(raw, "x.md")
    start = manuscript.raw_offset(source, 0)
    assert source.text == unicodedata.normalize("NFC", raw[start:].replace("\r\n", "\n").replace("\r", "\n"))
    offsets = [manuscript.raw_offset(source, offset) for offset in range(len(source.text) + 1)]
    assert offsets == sorted(offsets)
    assert offsets[-1] == len(raw)
    clean = [pair[0] for pair in source.offsets.pairs]
    assert clean == sorted(set(clean))
    for offset, back in enumerate(offsets[:-1]):
        character = source.text[offset]
        if character == "\n":
            assert raw[back] in "\r\n"
        elif character == raw[back]:
            continue
        else:
            assert unicodedata.normalize("NFD", raw[back])[0] in unicodedata.normalize("NFD", character) or (
                character in unicodedata.normalize("NFC", raw[back : back + 12])
                or character in unicodedata.normalize("NFC", raw[max(0, back - 12) : back + 12])
            )


@given(st.lists(PIECES, max_size=40).map("".join))
def test_prefix_up_to_an_offset_normalises_to_the_text_before_it(raw: str) -> None:
    source = manuscript.from_text(raw, "x.md")
    start = manuscript.raw_offset(source, 0)
    for offset in range(len(source.text)):
        if unicodedata.category(source.text[offset])[0] == "M" or "\u1160" <= source.text[offset] <= "\u11ff":
            continue
        before = raw[start : manuscript.raw_offset(source, offset)].replace("\r\n", "\n").replace("\r", "\n")
        assert unicodedata.normalize("NFC", before) == source.text[:offset]


@given(st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), max_size=60))
def test_any_text(raw: str) -> None:
    source = manuscript.from_text(raw, "x.md")
    assert source.text == unicodedata.normalize("NFC", raw)
    for offset in range(len(source.text) + 1):
        assert 0 <= manuscript.raw_offset(source, offset) <= len(raw)


# ---------------------------------------------------------------- the YAML block

BLOCK = """---
title: The Arena
short-title: Arena
voice: her
when: 1999-05
numbered: no
draft: true
language: pt-br
---
Text begins.
"""


def test_block_is_read_and_cut_off() -> None:
    source = manuscript.from_text(BLOCK, "x.md")
    assert source.text == "Text begins.\n"
    assert source.meta == ChapterMeta(
        "The Arena", "Arena", None, "her", When("1999-05"), numbered=False, draft=True, language="pt-BR"
    )
    assert manuscript.location(source, 0) == Location("x.md", 10, 1)
    assert source.raw == BLOCK


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("close", ["---", "...", "---  "])
def test_block_with_any_line_end(end: str, close: str) -> None:
    source = manuscript.from_text(f"---\ntitle: A\n{close}\n\nText\n".replace("\n", end), "x.md")
    assert source.text == "\nText\n"
    assert source.meta.title == "A"
    assert manuscript.location(source, 1) == Location("x.md", 5, 1)


def test_block_at_the_end_of_the_file() -> None:
    assert manuscript.from_text("---\ntitle: A\n---", "x.md").text == ""


def test_blank_lines_before_the_block_do_not_matter() -> None:
    source = manuscript.from_text("\n \n---\ntitle: A\n---\nText", "x.md")
    assert (source.meta.title, source.text) == ("A", "Text")


def test_empty_block_is_cut_off() -> None:
    assert manuscript.from_text("---\n# nothing yet\n---\nText", "x.md").text == "Text"


@pytest.mark.parametrize(
    "raw",
    [
        "---\n\nA scene break at the top.\n",
        "---\n\ntitle: like a block\n\n---\n",
        "---\nJust words.\n---\nMore.\n",
        "---\nHe paused. Then: “no”. And: yes\n---\n",
        "---\n- one\n- two\n---\n",
        "---\nNo closing line, no key.\n",
        "----\ntitle: A\n----\n",
        "---",
        "***\n\ntitle: A\n---\n",
        "% Title\n% Author\n\nText\n",
        "# Heading\n\n---\ntitle: later\n---\n",
        "---x\ntitle: A\n---\n",
    ],
)
def test_what_is_no_block_stays(raw: str) -> None:
    source = manuscript.from_text(raw, "x.md")
    assert source.text == raw
    assert source.meta == ChapterMeta()


@pytest.mark.parametrize(
    ("raw", "rule", "place", "hint"),
    [
        ("---\ntitle: A\nauthors: [B]\n---\n", "manifest-keys-known", "x.md:3:1", "book.yaml"),
        ("---\nauthor: B\n---\n", "manifest-keys-known", "x.md:2:1", "book.yaml"),
        ("---\nLisbon: a city\n---\n", "manifest-keys-known", "x.md:2:1", "scene break"),
        ("---\ntitel: B\n---\n", "manifest-keys-known", "x.md:2:1", "'title'"),
        ("---\ntitle: A: B\n---\n", "yaml-syntax", "x.md:2:9", '"A: B"'),
        ("\n---\r\n\ttitle: A\r\n---\r\n", "yaml-syntax", "x.md:3:1", "spaces"),
        ("---\ntitle: A\n\nText without end\n", "chapter-block-closed", "x.md:2:1", "---"),
        ("---\ntitle: A\nwhen: May 1999\n---\n", "date-valid", "x.md:3:7", "1999-05"),
        ("---\ntitle: A\ntitle: B\n---\n", "yaml-keys-unique", "x.md:3:1", "line 2"),
        ("---\nnumbered: maybe\n---\n", "manifest-types", "x.md:2:11", "true or false"),
        ("---\ntitle:\n---\n", "manifest-types", "x.md:2:7", "remove the key"),
    ],
)
def test_bad_block(raw: str, rule: str, place: str, hint: str) -> None:
    with pytest.raises(ManifestError) as caught:
        manuscript.from_text(raw, "x.md")
    found = caught.value.diagnostics[0]
    assert (found.rule, str(found.at)) == (rule, place)
    assert hint in (found.hint or "")


def test_all_errors_of_a_block_at_once() -> None:
    with pytest.raises(ManifestError) as caught:
        manuscript.from_text("---\nrights: all\ndraft: 3\nwhen: never\n---\n", "x.md")
    assert len(caught.value.diagnostics) == 3


def test_voice_of_a_block_must_be_declared() -> None:
    assert manuscript.from_text("---\nvoice: justin\n---\n", "x.md", ("her", "justin")).meta.voice == "justin"
    with pytest.raises(ManifestError) as caught:
        manuscript.from_text("---\nvoice: justn\n---\n", "x.md", ("her", "justin"))
    assert caught.value.diagnostics[0].hint == "did you mean 'justin'?"
