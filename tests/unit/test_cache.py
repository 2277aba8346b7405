"""The cache: what is put comes back or is a miss, whatever happens to its files."""

import hashlib
import multiprocessing
import os
import resource
import signal
import stat
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bookforge import book, cache
from bookforge.cache import Cache
from bookforge.diagnostics import Diagnostic, Location, Severity
from bookforge.semantics import Matter, Role

KEY = cache.key("section", "text")


@dataclass(frozen=True, slots=True)
class Small:
    name: str
    sizes: tuple[int, ...] = ()


def section(text: str = "Fig tree") -> book.Section:
    place = book.Place(3, 9, 1, 4)
    return book.Section(
        path="chapters/01-å.md",
        title=None,
        title_text="A “title” \u2028 with a line",
        title_id="t",
        body=f"<p id='p'>{text} \N{GREEK SMALL LETTER OMEGA}</p>",
        headings=(book.Heading(1, "h", "<em>H</em>", "H"),),
        notes=(book.Note(1, "note-1", "<p>n</p>", place),),
        queries=(book.Query(1, "AU", "when?", place, None), book.Query(2, "AU", "who?", place, "p")),
        images=(book.Image("images/a.svg", "", place),),
        links=(book.Link(None, "x", place), book.Link("chapters/02.md", None, place)),
        source_map=book.SourceMap({"p": place}, {"": (0, 4, 9), "note-1": ()}, (0, 12)),
        placeholders=(place,),
        word_count=2,
    )


@dataclass(frozen=True, slots=True)
class Everything:
    section: book.Section
    entry: book.BookSection
    data: bytes
    voices: dict[str, book.Voice] = field(default_factory=dict)


def entries(folder: Path) -> list[Path]:
    return [path for path in (folder / "store").rglob("*") if path.is_file()]


# ---------------------------------------------------------------- keys


def test_keys_are_hex_and_stable() -> None:
    assert len(KEY) == 64
    assert cache.key("s", "a") == Cache(None).key("s", "a")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("s", "ab", "c"), ("s", "a", "bc")),
        (("s", "a"), ("s", "a", "")),
        (("s", "a"), ("s", b"a")),
        (("s",), ("s", "")),
        (("ss",), ("s", "s")),
        (("s", "a", "b"), ("s", "b", "a")),
        (("s", "é"), ("s", "e\u0301")),
        (("s", "s\x00\x00\x00\x00\x00\x00\x00\x01a"), ("s", "", "a")),
    ],
)
def test_different_parts_have_different_keys(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    assert cache.key(*one) != cache.key(*other)


# ---------------------------------------------------------------- values


def test_a_section_comes_back_equal(tmp_path: Path) -> None:
    store = Cache(tmp_path)
    store.put("section", KEY, section())
    assert store.get("section", KEY, book.Section) == section()
    assert Cache(tmp_path).get("section", KEY, book.Section) == section()


def test_nested_values_bytes_enums_and_new_types_come_back_equal(tmp_path: Path) -> None:
    entry = book.BookSection(
        id=book.SectionId("one"),
        role=Role.CHAPTER,
        matter=Matter.BODY,
        level=1,
        number=None,
        title="T",
        title_text="T",
        short_title=None,
        subtitle=None,
        voice="her",
        when=book.When("1999", None, "May"),
        draft=False,
        language="en",
        part=None,
        content=section(),
        at=Location("book.yaml", 3, None),
    )
    value = Everything(section(), entry, b"\x00\xff", {"her": book.Voice("her", "a", "b")})
    store = Cache(tmp_path)
    store.put("stage", KEY, value)
    assert store.get("stage", KEY, Everything) == value


@pytest.mark.parametrize("value", [b"", b"\x00" * 10, b"x" * 100_000])
def test_bytes_come_back_as_they_are(tmp_path: Path, value: bytes) -> None:
    store = Cache(tmp_path)
    store.put("pages", KEY, value)
    assert store.get("pages", KEY, bytes) == value


def test_the_last_put_wins(tmp_path: Path) -> None:
    store = Cache(tmp_path)
    store.put("s", KEY, b"one")
    store.put("s", KEY, b"two")
    assert store.get("s", KEY, bytes) == b"two"
    assert store.info().entries == 1


def test_a_missing_entry_a_null_cache_and_another_stage_are_misses(tmp_path: Path) -> None:
    store = Cache(tmp_path)
    store.put("one", KEY, b"1")
    assert store.get("other", KEY, bytes) is None
    assert store.get("one", cache.key("x"), bytes) is None
    nothing = Cache(None)
    nothing.put("one", KEY, b"1")
    assert nothing.get("one", KEY, bytes) is None
    assert (nothing.prune(), nothing.clear(), nothing.info().entries) == (0, 0, 0)


def test_a_value_that_cannot_be_written_is_simply_not_kept(tmp_path: Path) -> None:
    store = Cache(tmp_path)
    store.put("s", KEY, Small("\ud800"))
    assert store.get("s", KEY, Small) is None


# ---------------------------------------------------------------- in memory


def test_what_was_used_last_needs_no_file(tmp_path: Path) -> None:
    recent = cache.Recent()
    Cache(tmp_path, recent=recent).put("s", KEY, Small("a"))
    recent.write()
    Cache(tmp_path).put("s", cache.key("b"), Small("b"))
    store = Cache(tmp_path, recent=recent)
    assert store.get("s", cache.key("b"), Small) == Small("b")
    Cache(tmp_path).clear()
    assert store.get("s", KEY, Small) == Small("a")
    assert store.get("s", cache.key("b"), Small) == Small("b")
    assert store.get("s", KEY, bytes) is None
    assert store.get("other", KEY, Small) is None
    assert Cache(tmp_path).get("s", KEY, Small) is None


def test_memory_is_bounded_and_forgets_what_was_used_longest_ago() -> None:
    recent = cache.Recent(limit=100)
    for name in "abcde":
        recent.keep("s", name, name.encode(), 30)
        recent.get("s", "a", bytes)
    assert [name for name in "abcde" if recent.get("s", name, bytes)] == ["a", "d", "e"]
    recent.keep("s", "e", b"again", 40)
    assert recent.get("s", "a", bytes) == b"a"
    recent.keep("s", "huge", b"x", 101)
    assert not any(recent.get("s", name, bytes) for name in ("a", "e", "huge"))


def test_what_no_later_build_used_is_forgotten() -> None:
    recent = cache.Recent()
    for number in range(40):
        recent.begin()
        recent.keep("s", str(number), Small(str(number)), 1)
        assert recent.get("s", "0", Small) is not None
        recent.begin()  # one that makes nothing
    held = [number for number in range(40) if recent.get("s", str(number), Small)]
    assert held == [0, *range(40 - cache._BUILDS, 40)]


def test_bytes_are_not_kept_in_memory(tmp_path: Path) -> None:
    recent = cache.Recent()
    store = Cache(tmp_path, recent=recent)
    store.put("s", KEY, b"a whole book")
    assert store.get("s", KEY, bytes) == b"a whole book"
    recent.write()
    assert store.get("s", KEY, bytes) == b"a whole book"
    assert recent.get("s", KEY, bytes) is None


def test_a_process_that_stays_writes_when_nobody_waits(tmp_path: Path) -> None:
    recent = cache.Recent()
    store = Cache(tmp_path, recent=recent)
    store.put("s", KEY, Small("a"))
    assert store.get("s", KEY, Small) == Small("a")
    assert Cache(tmp_path).get("s", KEY, Small) is None
    recent.write()
    assert Cache(tmp_path).get("s", KEY, Small) == Small("a")
    store.put("s", cache.key("b"), Small("b"))
    recent.begin()
    assert Cache(tmp_path).get("s", cache.key("b"), Small) == Small("b")


def test_what_is_much_is_written_at_once(tmp_path: Path) -> None:
    store = Cache(tmp_path, recent=cache.Recent())
    names = [cache.key(str(number)) for number in range(2 * cache._PUT_OFF)]
    for name in names:
        store.put("s", name, Small(name))
    unwritten = [name for name in names if Cache(tmp_path).get("s", name, Small) is None]
    assert 0 < len(unwritten) <= cache._PUT_OFF


def test_a_full_disk_is_told_once_of_all_that_was_put_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    recent, said = cache.Recent(), list[Diagnostic]()
    store = Cache(tmp_path, said.append, recent=recent)
    monkeypatch.setattr(store, "_write", full)
    for number in range(9):
        store.put("s", cache.key(str(number)), Small("a"))
    recent.write()
    assert len(said) == 1
    assert recent.get("s", cache.key("8"), Small) is None


def test_what_cannot_be_written_is_forgotten_by_then(tmp_path: Path) -> None:
    recent = cache.Recent()
    Cache(tmp_path, recent=recent).put("s", KEY, Small("\ud800"))
    recent.write()
    assert recent.get("s", KEY, Small) is None


def test_a_process_that_stays_prunes_by_chance_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pruned: list[Cache] = []
    monkeypatch.setattr(Cache, "prune", lambda store: pruned.append(store))
    recent = cache.Recent()
    for number in range(200):
        Cache(tmp_path, recent=recent).put("s", cache.key(str(number)), Small("a"))
    recent.write()
    assert len(pruned) == 1


# ---------------------------------------------------------------- damage


def damages() -> list[tuple[str, bytes]]:
    return [("empty", b""), ("torn", b"bookforge-cache 1 00"), ("other", b"\x00" * 200), ("json", b'{"name":"x"}')]


@pytest.mark.parametrize("content", [content for _, content in damages()], ids=[name for name, _ in damages()])
def test_a_damaged_entry_is_a_miss_and_is_removed(tmp_path: Path, content: bytes) -> None:
    store = Cache(tmp_path)
    store.put("s", KEY, Small("a"))
    (path,) = entries(tmp_path)
    path.write_bytes(content)
    assert store.get("s", KEY, Small) is None
    assert entries(tmp_path) == []


def test_no_truncation_and_no_flipped_bit_passes(tmp_path: Path) -> None:
    store = Cache(tmp_path)
    store.put("s", KEY, Small("a", (1, 2)))
    (path,) = entries(tmp_path)
    good = path.read_bytes()
    for length in range(len(good)):
        path.write_bytes(good[:length])
        assert store.get("s", KEY, Small) is None
    for place in range(len(good)):
        path.write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
        assert store.get("s", KEY, Small) is None
    path.write_bytes(good)
    assert store.get("s", KEY, Small) == Small("a", (1, 2))


def test_an_entry_moved_to_another_key_is_a_miss(tmp_path: Path) -> None:
    store = Cache(tmp_path)
    other = cache.key("other")
    store.put("s", KEY, Small("a"))
    (path,) = entries(tmp_path)
    moved = tmp_path / "store" / "s" / other[:2] / other
    moved.parent.mkdir(exist_ok=True)
    path.rename(moved)
    assert store.get("s", other, Small) is None


def test_a_value_of_another_type_or_an_older_shape_is_a_miss(tmp_path: Path) -> None:
    @dataclass(frozen=True, slots=True)
    class Grown:
        name: str
        sizes: tuple[int, ...] = ()
        more: bool = False

    store = Cache(tmp_path)
    for type_ in (Grown, bytes):
        store.put("s", KEY, Small("a"))
        assert store.get("s", KEY, type_) is None


def test_an_entry_that_is_a_folder_a_link_or_a_pipe_is_a_miss(tmp_path: Path) -> None:
    store = Cache(tmp_path)
    store.put("s", KEY, b"1")
    (path,) = entries(tmp_path)
    path.unlink()
    outside = tmp_path / "outside"
    outside.write_bytes(b"secret")
    path.symlink_to(outside)
    assert store.get("s", KEY, bytes) is None
    store.put("s", KEY, b"2")
    assert (store.get("s", KEY, bytes), outside.read_bytes()) == (b"2", b"secret")
    path.unlink()
    os.mkfifo(path)
    assert store.get("s", KEY, bytes) is None
    path.unlink(missing_ok=True)
    path.mkdir()
    assert store.get("s", KEY, bytes) is None


# ---------------------------------------------------------------- the folder


def test_folders_and_files_are_private_whatever_the_umask(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        folder = tmp_path / "new" / "cache"
        Cache(folder).put("s", KEY, b"1")
    finally:
        os.umask(old)
    for path in (folder, *folder.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_a_readable_store_is_made_private_and_the_users_own_folder_is_not_changed(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "store").mkdir(mode=0o755)
    assert Cache(tmp_path).folder == tmp_path
    assert stat.S_IMODE((tmp_path / "store").stat().st_mode) == 0o700
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def one_note(notes: list[Diagnostic]) -> str:
    (found,) = notes
    assert (found.rule, found.severity) == ("cache-usable", Severity.NOTE)
    return found.message


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o1777])
def test_a_folder_others_can_write_to_is_not_used(tmp_path: Path, mode: int) -> None:
    tmp_path.chmod(mode)
    notes: list[Diagnostic] = []
    store = Cache(tmp_path, notes.append)
    store.put("s", KEY, b"1")
    assert store.folder is None
    assert store.get("s", KEY, bytes) is None
    assert "others can write to it" in one_note(notes)
    assert not entries(tmp_path)


def test_a_folder_of_another_user_is_not_used(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("NOT TESTED: only root can make a folder of another user")
    os.chown(tmp_path, 4321, 4321)
    notes: list[Diagnostic] = []
    assert Cache(tmp_path, notes.append).folder is None
    assert "another user" in one_note(notes)
    os.chown(tmp_path, 0, 0)


def test_a_store_that_is_a_link_is_not_used(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    folder = tmp_path / "cache"
    folder.mkdir()
    (folder / "store").symlink_to(elsewhere)
    notes: list[Diagnostic] = []
    assert Cache(folder, notes.append).folder is None
    assert one_note(notes)
    assert not list(elsewhere.iterdir())


def test_a_link_to_the_cache_folder_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    Cache(tmp_path / "link").put("s", KEY, b"1")
    assert Cache(tmp_path / "real").get("s", KEY, bytes) == b"1"


def test_a_file_or_an_impossible_place_is_reported_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for folder in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc/nowhere"), tmp_path / ("x" * 300)):
        notes: list[Diagnostic] = []
        store = Cache(folder, notes.append)
        store.put("s", KEY, b"1")
        store.put("s", KEY, b"1")
        assert store.get("s", KEY, bytes) is None
        assert one_note(notes)


def test_the_folder_comes_from_the_parameter_the_environment_or_the_users_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOOKFORGE_CACHE_DIR", str(tmp_path / "named"))
    assert cache.default_folder(tmp_path) == tmp_path
    assert cache.default_folder() == tmp_path / "named"
    monkeypatch.delenv("BOOKFORGE_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    found = cache.default_folder()
    assert found is not None
    assert found.name == "bookforge"
    assert found.is_relative_to(tmp_path)


def test_importing_it_imports_nothing_heavy() -> None:
    code = "import sys, bookforge.cache; print([m for m in ('msgspec', 'platformdirs') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# ---------------------------------------------------------------- no room


def test_a_full_disk_costs_the_cache_and_not_the_build(tmp_path: Path) -> None:
    notes: list[Diagnostic] = []
    store = Cache(tmp_path, notes.append)
    store.put("s", KEY, b"small")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        store.put("s", cache.key("big"), b"x" * 100_000)
        store.put("s", cache.key("again"), b"x" * 100_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "cannot be written" in one_note(notes)
    assert store.get("s", KEY, bytes) == b"small"
    assert len(entries(tmp_path)) == 1


def test_a_folder_that_vanishes_is_no_failure(tmp_path: Path) -> None:
    store = Cache(tmp_path / "cache")
    store.put("s", KEY, b"1")
    (tmp_path / "cache").rename(tmp_path / "gone")
    assert store.get("s", KEY, bytes) is None
    store.put("s", KEY, b"1")
    assert store.prune() == 0
    assert store.info().entries in (0, 1)


# ---------------------------------------------------------------- size


def test_info_counts_by_stage(tmp_path: Path) -> None:
    store = Cache(tmp_path)
    assert (store.info().stages, store.info().entries) == ((), 0)
    for stage, text in (("section", b"1"), ("galley", b"22"), ("galley", b"333")):
        store.put(stage, cache.key(stage, text), text)
    held = store.info()
    galley, sections = held.stages
    assert (galley.name, galley.entries, sections.name, sections.entries) == ("galley", 2, "section", 1)
    assert (held.entries, held.bytes) == (3, galley.bytes + sections.bytes)
    assert held.bytes == sum(path.stat().st_size for path in entries(tmp_path))
    assert str(tmp_path) in cache.table(held)


def test_prune_takes_the_least_recently_used(tmp_path: Path) -> None:
    store = Cache(tmp_path, limit=5_000)
    keys = [cache.key(str(number)) for number in range(10)]
    for age, key in enumerate(keys):
        store.put("s", key, b"x" * 900)
        path = tmp_path / "store" / "s" / key[:2] / key
        if path.exists():
            os.utime(path, (1_000 + age, 1_000 + age))
    present = [key for key in keys if (tmp_path / "store" / "s" / key[:2] / key).exists()]
    oldest = present[0]
    assert store.get("s", oldest, bytes) is not None  # a hit makes it the newest
    store.limit = 2_500
    assert store.prune() > 0
    assert store.info().bytes <= 2_500
    assert store.get("s", oldest, bytes) is not None
    assert store.get("s", present[1], bytes) is None


def test_puts_alone_keep_the_cache_near_its_limit(tmp_path: Path) -> None:
    store = Cache(tmp_path, limit=100_000)
    for number in range(300):
        store.put("s", cache.key(str(number)), b"x" * 2_000)
    assert store.info().bytes <= 100_000 * 9 // 8 + 2_100


def test_many_short_builds_keep_it_near_its_limit_too(tmp_path: Path) -> None:
    for number in range(300):
        Cache(tmp_path, limit=20_000).put("s", cache.key(str(number)), b"x" * 1_000)
    assert Cache(tmp_path).info().bytes < 100_000


def test_clear_removes_entries_and_nothing_else(tmp_path: Path) -> None:
    store = Cache(tmp_path)
    store.put("s", KEY, b"12345")
    (tmp_path / "mine.txt").write_text("keep")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x").write_text("keep")
    (tmp_path / "store" / "linked").symlink_to(outside)
    assert store.clear() > 5
    assert store.info().entries == 0
    assert store.get("s", KEY, bytes) is None
    assert (tmp_path / "mine.txt").exists()
    assert (outside / "x").exists()
    store.put("s", KEY, b"again")
    assert store.get("s", KEY, bytes) == b"again"


# ---------------------------------------------------------------- many processes


def hammer(folder: Path, turns: int) -> None:
    store = Cache(folder, limit=200_000)
    for turn in range(turns):
        number = turn % 7
        key = cache.key("shared", str(number))
        expected = str(number).encode() * 20_000
        found = store.get("s", key, bytes)
        assert found in (None, expected)
        store.put("s", key, expected)
        if turn % 20 == 19:
            store.clear() if turn % 40 == 39 else store.prune()


def test_processes_at_once_never_see_a_torn_entry(tmp_path: Path) -> None:
    workers = [multiprocessing.get_context("spawn").Process(target=hammer, args=(tmp_path, 80)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0, 0, 0]
    assert not list((tmp_path / "store" / "tmp").iterdir())


WRITER = """
import sys
from pathlib import Path
from bookforge import cache
store = cache.Cache(Path(sys.argv[1]))
print("go", flush=True)
for turn in range(10**9):
    store.put("s", cache.key("shared", str(turn % 5)), str(turn % 5).encode() * 400_000)
"""


def test_a_kill_leaves_nothing_wrong(tmp_path: Path) -> None:
    left = 0
    for round_ in range(80):
        if left and round_ >= 8:
            break
        with subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(0.011 * (round_ % 8 + 1))
            writer.send_signal(signal.SIGKILL)
        store = Cache(tmp_path)
        for number in range(5):
            found = store.get("s", cache.key("shared", str(number)), bytes)
            assert found in (None, str(number).encode() * 400_000)
        left += len(list((tmp_path / "store" / "tmp").iterdir()))
        store.prune()
        assert not list((tmp_path / "store" / "tmp").iterdir())
    assert left > 0, "no kill ever hit a write, so this test proved nothing"


def test_prune_leaves_the_temporary_file_of_a_living_writer(tmp_path: Path) -> None:
    store = Cache(tmp_path)
    with store._temporary() as (path, file):
        file.write(b"x")
        assert Cache(tmp_path).prune() == 0
        assert path.exists()
    assert not path.exists()


@pytest.mark.slow
def test_threads_may_read_the_same_type_for_the_first_time_together(tmp_path: Path) -> None:
    script = """
import sys, threading
from pathlib import Path
from bookforge import cache, pipeline
from bookforge.book import Place, Section, SourceMap
place = Place(0, 0, 1, 1)
section = Section("a", None, None, None, "", (), (), (), (), (), SourceMap({}, {}, (0,)), (place,), 0)
store, name = cache.Cache(Path(sys.argv[1])), cache.key("section", "a")
if len(sys.argv) > 2:
    store.put("section", name, pipeline.Parsed(section, ()))
else:
    threads = [threading.Thread(target=store.get, args=("section", name, pipeline.Parsed)) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
"""
    subprocess.run((sys.executable, "-c", script, str(tmp_path / "c"), "put"), check=True)
    for _ in range(12):
        subprocess.run((sys.executable, "-c", script, str(tmp_path / "c")), check=True)


def test_long_texts_are_hashed_once_and_no_two_lists_share_a_key():
    long = "a text of some length " * 100
    assert cache.key("s", long) == cache.key("s", "".join([*long])) != cache.key("s", long + ".")
    digest = hashlib.sha256(long.encode()).digest()
    others = [(digest,), (digest.decode("latin-1"),), (long, "")]
    assert len({cache.key("s", long), *(cache.key("s", *parts) for parts in others)}) == 4


def test_digests_forget_the_texts_asked_for_longest_ago():
    digests = cache._Digests(10)
    texts = ["one", "two", "three", "a text that is too long"]
    assert [digests.digest(each) for each in texts * 2] == [
        hashlib.sha256(each.encode()).digest() for each in texts * 2
    ]
    assert digests._held == sum(map(len, digests._known)) <= 10
