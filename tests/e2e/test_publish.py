"""Publishing: the last good edition or the new one, whole, whatever happens in between."""

import contextlib
import fcntl
import hashlib
import os
import resource
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from bookforge import publish
from bookforge.diagnostics import BookforgeError, EditionError, OutputError
from bookforge.edition import Artifact, Edition, Format

SITE = {"index.html": b"<p>one</p>", "chapters/one.html": b"<p>1</p>", "images/a b.png": b"\x89PNG", "style.css": b""}


def pdf(content: bytes, name: str = "arena-paperback.pdf") -> Artifact:
    return Artifact(Edition("paperback", Format.PDF, "paperback", {}), {name: content})


def site(files: Mapping[str, bytes]) -> Artifact:
    return Artifact(Edition("web", Format.HTML, "web", {}), files)


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def content(folder: Path) -> dict[str, bytes]:
    return {path: data for path, data in tree(folder).items() if path != publish.MARKER}


def put_site(files: Mapping[str, bytes], output: Path) -> publish.Published:
    return publish.artifact(site(files), output, "web")


def put_pdf(data: bytes, output: Path) -> publish.Published:
    return publish.artifact(pdf(data), output, "arena-paperback")


@pytest.fixture(params=["exchange", "two renames"])
def _each_swap(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "two renames":
        monkeypatch.setattr(publish, "_exchange", lambda first, second: False)


# ---------------------------------------------------------------- the good path


def test_a_file_is_published_under_its_own_name(tmp_path: Path) -> None:
    done = put_pdf(b"%PDF", tmp_path / "dist")
    assert done.path == tmp_path / "dist" / "arena-paperback.pdf"
    assert (done.bytes, done.sha256, done.files, done.tree_sha256) == (4, hashlib.sha256(b"%PDF").hexdigest(), (), None)
    assert tree(tmp_path) == {"dist/arena-paperback.pdf": b"%PDF"}
    assert [path.name for path in (tmp_path / "dist").iterdir()] == ["arena-paperback.pdf"]


@pytest.mark.usefixtures("_each_swap")
def test_a_folder_is_published_and_replaced_whole(tmp_path: Path) -> None:
    put_site(SITE, tmp_path)
    assert content(tmp_path / "web") == SITE
    newer = {"index.html": b"two", "extra/deep/x.html": b"x"}
    done = put_site(newer, tmp_path)
    assert content(tmp_path / "web") == newer
    assert [path.name for path in tmp_path.iterdir()] == ["web"]
    assert [file.path for file in done.files] == ["extra/deep/x.html", "index.html"]
    lines = b"".join(
        name.encode() + b"\0" + hashlib.sha256(newer[name]).hexdigest().encode() + b"\n" for name in sorted(newer)
    )
    assert done.tree_sha256 == hashlib.sha256(lines).hexdigest()


def test_an_html_edition_of_one_page_is_a_folder_too(tmp_path: Path) -> None:
    put_site({"index.html": b"x"}, tmp_path)
    assert content(tmp_path / "web") == {"index.html": b"x"}


def test_the_marker_checks_a_copy(tmp_path: Path) -> None:
    put_site(SITE, tmp_path)
    command = ["sha256sum", "--check", "--strict", publish.MARKER]
    if shutil.which("sha256sum") is None:
        pytest.skip("NOT TESTED: no sha256sum here")
    assert subprocess.run(command, cwd=tmp_path / "web", capture_output=True, check=False).returncode == 0


def test_the_same_bytes_leave_everything_untouched(tmp_path: Path) -> None:
    put_pdf(b"%PDF", tmp_path)
    put_site(SITE, tmp_path)
    (tmp_path / "web" / ".DS_Store").write_bytes(b"finder")
    before = {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in tmp_path.rglob("*")}
    assert put_pdf(b"%PDF", tmp_path).changed is False
    assert put_site(SITE, tmp_path).changed is False
    assert {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in tmp_path.rglob("*")} == before


@pytest.mark.parametrize(("umask", "folder", "file"), [(0o022, 0o755, 0o644), (0o077, 0o700, 0o600), (0, 0o755, 0o644)])
def test_modes_depend_on_the_umask_alone(tmp_path: Path, umask: int, folder: int, file: int) -> None:
    old = os.umask(umask)
    try:
        put_pdf(b"%PDF", tmp_path / "dist")
        put_site(SITE, tmp_path / "dist")
    finally:
        os.umask(old)
    for path in (tmp_path / "dist", *(tmp_path / "dist").rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (folder if path.is_dir() else file), path


def test_the_output_folder_may_be_a_link_or_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "dist").symlink_to("real")
    monkeypatch.chdir(tmp_path)
    assert put_pdf(b"%PDF", Path("dist")).path == tmp_path / "dist" / "arena-paperback.pdf"
    put_site(SITE, Path("dist"))
    assert content(tmp_path / "real" / "web") == SITE


def test_a_changed_file_in_our_folder_is_set_right(tmp_path: Path) -> None:
    put_site(SITE, tmp_path)
    (tmp_path / "web" / "index.html").write_text("edited")
    (tmp_path / "web" / "style.css").unlink()
    assert put_site(SITE, tmp_path).changed is True
    assert content(tmp_path / "web") == SITE


# ---------------------------------------------------------------- what is not ours


def refused(rule: str, output: Path, artifact: Artifact, base: str = "web") -> str:
    before = tree(output) if output.is_dir() else None
    with pytest.raises(BookforgeError) as caught:
        publish.artifact(artifact, output, base)
    (found,) = caught.value.diagnostics
    assert (found.rule, isinstance(caught.value, OutputError)) == (rule, rule != "output-names")
    if before is not None:
        assert tree(output) == before
        assert not (output / ".bookforge").is_dir() or (output / ".bookforge").is_symlink()
    return found.message


def test_a_users_folder_of_that_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "novel.md").write_text("mine")
    assert "not made by bookforge" in refused("output-ours", tmp_path, site(SITE))


def test_a_users_file_inside_our_folder_is_refused(tmp_path: Path) -> None:
    put_site(SITE, tmp_path)
    (tmp_path / "web" / "chapters" / "CNAME").write_text("mine")
    (tmp_path / "web" / "chapters" / "notes").write_text("mine")
    assert "'chapters/CNAME' and 1 more" in refused("output-ours", tmp_path, site({"index.html": b"two"}))


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "web" / "empty").mkdir(parents=True)
    put_site(SITE, tmp_path)
    assert content(tmp_path / "web") == SITE


def test_a_folder_is_not_replaced_by_a_file_nor_a_file_by_a_folder(tmp_path: Path) -> None:
    (tmp_path / "arena-paperback.pdf").mkdir()
    (tmp_path / "web").write_text("mine")
    assert "is a folder" in refused("output-ours", tmp_path, pdf(b"%PDF"))
    assert "is a file" in refused("output-ours", tmp_path, site(SITE))
    (tmp_path / "web").unlink()
    os.mkfifo(tmp_path / "web")
    assert "is a file" in refused("output-ours", tmp_path, site(SITE))
    os.mkfifo(tmp_path / "x.pdf")
    assert "pipe" in refused("output-ours", tmp_path, pdf(b"%PDF", "x.pdf"))


def test_links_are_never_written_through(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "profile").write_text("mine")
    output = tmp_path / "dist"
    output.mkdir()
    (output / "arena-paperback.pdf").symlink_to(outside / "profile")
    put_pdf(b"mine", output)
    assert not (output / "arena-paperback.pdf").is_symlink()
    (output / "web").symlink_to(outside)
    assert "symbolic link" in refused("output-ours", output, site(SITE))
    (output / ".bookforge").symlink_to(outside)
    assert "not a folder" in refused("output-ours", output, pdf(b"%PDF"))
    assert tree(outside) == {"profile": b"mine"}


def test_a_file_where_the_output_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "dist").write_text("mine")
    assert "a file has that name" in refused("output-writable", tmp_path / "dist", pdf(b"%PDF"))
    assert "a file has that name" in refused("output-writable", tmp_path / "dist" / "below", pdf(b"%PDF"))
    assert (tmp_path / "dist").read_text() == "mine"


def test_a_folder_that_cannot_be_made_is_one_fault_of_all_editions(tmp_path: Path) -> None:
    (tmp_path / "dist").write_text("mine")
    assert refused("output-writable", tmp_path / "dist", pdf(b"%PDF")) == refused(
        "output-writable", tmp_path / "dist", site(SITE)
    )


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        with pytest.raises(OutputError, match="output-writable"):
            put_pdf(b"%PDF", Path("/proc/bookforge"))
        return
    tmp_path.chmod(0o555)
    try:
        assert "cannot be written" in refused("output-writable", tmp_path, pdf(b"%PDF"))
    finally:
        tmp_path.chmod(0o755)


@pytest.mark.parametrize(
    "name",
    ["../x", "/etc/x", "a/../b", "a//b", "./a", "", "a/", "a\\b", "a\nb", "a\0b", "x" * 300, publish.MARKER, "\udc80"],
)
def test_names_that_leave_the_folder_are_refused(tmp_path: Path, name: str) -> None:
    refused("output-names", tmp_path, site({"index.html": b"", name: b"x"}))
    refused("output-names", tmp_path, pdf(b"x", name))


def test_names_that_two_systems_read_differently_are_refused(tmp_path: Path) -> None:
    refused("output-names", tmp_path, site({"a.html": b"", "A.html": b""}))
    refused("output-names", tmp_path, site({"\u00e9.html": b"", "e\u0301.html": b""}))
    refused("output-names", tmp_path, site({"a": b"", "a/b": b""}))
    refused("output-names", tmp_path, site(SITE), base="..")
    refused("output-names", tmp_path, site(SITE), base="a/b")
    with pytest.raises(EditionError):
        put_site({"../a": b"", "../b": b""}, tmp_path)


# ---------------------------------------------------------------- no room


@contextlib.contextmanager
def largest_file(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.usefixtures("_each_swap")
def test_a_write_that_fails_half_way_harms_nothing(tmp_path: Path) -> None:
    put_pdf(b"good", tmp_path)
    put_site(SITE, tmp_path)
    before = tree(tmp_path)
    with largest_file(5_000):
        assert "is as before" in refused("output-writable", tmp_path, pdf(b"x" * 10_000))
        refused("output-writable", tmp_path, site({"a.html": b"", "b.html": b"x" * 10_000}))
    assert tree(tmp_path) == before


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=256k", "bookforge-test", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("NOT TESTED: a full disk needs root to make a small one")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_harms_nothing(small_disk: Path) -> None:
    put_pdf(b"good" * 10_000, small_disk)
    put_site(SITE, small_disk)
    before = tree(small_disk)
    for artifact in (pdf(b"x" * 400_000), site({f"{number}.html": b"x" * 30_000 for number in range(20)})):
        message = refused("output-writable", small_disk, artifact)
        assert "No space left on device" in message
        assert tree(small_disk) == before
    put_pdf(b"next", small_disk)


# ---------------------------------------------------------------- kills


WRITER = """
import signal, sys
from pathlib import Path
from bookforge import publish
from bookforge.edition import Artifact, Edition, Format
output, swap = Path(sys.argv[1]), sys.argv[2]
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it, and so would we
if swap == "two renames":
    publish._exchange = lambda first, second: False
web, paper = Edition("web", Format.HTML, "web", {}), Edition("paperback", Format.PDF, "p", {})
print("go", flush=True)
for turn in range(10**9):
    letter = "abc"[turn % 3]
    files = {f"{part}/{name}.html": letter.encode() * 3_000 for part in range(3) for name in (*range(4), letter)}
    publish.artifact(Artifact(web, files), output, "web")
    publish.artifact(Artifact(paper, {"book.pdf": letter.encode() * 300_000}), output, "book")
"""


def assert_whole(output: Path) -> None:
    letters = {data[:1] for data in content(output / "web").values()}
    assert len(letters) == 1
    (letter,) = letters
    name = letter.decode()
    expected = {f"{part}/{n}.html": letter * 3_000 for part in range(3) for n in (*range(4), name)}
    assert content(output / "web") == expected
    book = (output / "book.pdf").read_bytes()
    assert book in {each * 300_000 for each in (b"a", b"b", b"c")}


@pytest.mark.parametrize("swap", ["exchange", "two renames"])
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_kill_at_any_moment_leaves_whole_editions(tmp_path: Path, swap: str, how: signal.Signals) -> None:
    put_site({f"{part}/{n}.html": b"a" * 3_000 for part in range(3) for n in (*range(4), "a")}, tmp_path)
    put_pdf(b"%PDF", tmp_path)
    (tmp_path / "arena-paperback.pdf").unlink()
    publish.artifact(pdf(b"a" * 300_000, "book.pdf"), tmp_path, "book")
    hit = 0
    for round_ in range(6):
        command = [sys.executable, "-c", WRITER, str(tmp_path), swap]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(0.013 + 0.0171 * round_)
            writer.send_signal(how)
        hit += (tmp_path / ".bookforge").is_dir()
        if swap == "exchange":
            assert_whole(tmp_path)
        publish.recover(tmp_path)
        assert_whole(tmp_path)
        assert sorted(path.name for path in tmp_path.iterdir()) == ["book.pdf", "web"]
    assert hit > 0 or how is signal.SIGINT, "no kill ever hit a write, so this test proved nothing"


def states() -> list[tuple[str, ...]]:
    """What a kill can leave of the two-rename swap: entries of the work folder, and whether the edition is in place."""
    return [
        ("new", "here"),  # while writing
        ("new", "old"),  # between the renames
        ("old", "here"),  # after them
        ("dead", "here"),  # while deleting what was replaced
        ("dead", "old", "here"),  # a second swap, killed, after a kill while deleting
        ("new", "dead", "old"),
    ]


@pytest.mark.parametrize("state", states(), ids="+".join)
@pytest.mark.parametrize("how", ["recover", "publish", "publish another"])
def test_every_state_a_kill_can_leave_is_put_right(tmp_path: Path, state: tuple[str, ...], how: str) -> None:
    put_site(SITE, tmp_path)
    work = tmp_path / ".bookforge"
    work.mkdir()
    if "old" in state:
        if "here" in state:
            shutil.copytree(tmp_path / "web", work / "old-web")
        else:
            (tmp_path / "web").rename(work / "old-web")
    for kind in {"new", "dead"} & set(state):
        (work / f"{kind}-web").mkdir()
        (work / f"{kind}-web" / "half.html").write_text("half")
    if how == "recover":
        publish.recover(tmp_path)
        expected = SITE
    elif how == "publish":
        put_site({"index.html": b"two"}, tmp_path)
        expected = {"index.html": b"two"}
    else:
        put_pdf(b"%PDF", tmp_path)
        (tmp_path / "arena-paperback.pdf").unlink()
        expected = SITE
    assert content(tmp_path / "web") == expected
    assert [path.name for path in tmp_path.iterdir()] == ["web"]


def test_a_half_deleted_edition_is_never_put_back(tmp_path: Path) -> None:
    put_site(SITE, tmp_path)
    (tmp_path / ".bookforge").mkdir()
    (tmp_path / "web").rename(tmp_path / ".bookforge" / "dead-web")
    publish.recover(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_failure_between_the_renames_puts_the_old_one_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_site(SITE, tmp_path)
    monkeypatch.setattr(publish, "_exchange", lambda first, second: False)
    rename = Path.rename

    def interrupted(self: Path, target: Path) -> Path:
        if self.name == "new-web":
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        put_site({"index.html": b"two"}, tmp_path)
    assert content(tmp_path / "web") == SITE
    assert [path.name for path in tmp_path.iterdir()] == ["web"]


def test_recover_makes_nothing(tmp_path: Path) -> None:
    publish.recover(tmp_path / "dist")
    publish.recover(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_users_own_file_in_the_work_folder_stays(tmp_path: Path) -> None:
    (tmp_path / ".bookforge").mkdir()
    (tmp_path / ".bookforge" / "settings.toml").write_text("mine")
    put_site(SITE, tmp_path)
    assert tree(tmp_path / ".bookforge") == {"settings.toml": b"mine"}


# ---------------------------------------------------------------- beside another build


RIVAL = WRITER.replace("range(10**9)", "range(15)").replace('"abc"[turn % 3]', "sys.argv[3]")


@pytest.mark.parametrize("swap", ["exchange", "two renames"])
def test_two_builds_at_once_leave_one_whole_edition(tmp_path: Path, swap: str) -> None:
    rivals = [
        subprocess.Popen([sys.executable, "-c", RIVAL, str(tmp_path), swap, letter], stdout=subprocess.DEVNULL)
        for letter in "abc"
    ]
    assert [rival.wait(60) for rival in rivals] == [0, 0, 0]
    assert_whole(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["book.pdf", "web"]


def test_a_build_that_never_ends_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publish, "_PATIENCE_S", 0.1)
    handle = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        assert "another build" in refused("output-free", tmp_path, pdf(b"%PDF"))
    finally:
        os.close(handle)
    put_pdf(b"%PDF", tmp_path)


def test_a_file_system_without_locks_or_exchange_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(handle: int, operation: int) -> None:
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(fcntl, "flock", none)
    monkeypatch.setattr(publish, "_exchanger", lambda: None)
    put_site(SITE, tmp_path)
    put_site({"index.html": b"two"}, tmp_path)
    assert content(tmp_path / "web") == {"index.html": b"two"}


def test_this_linux_exchanges_in_one_step(tmp_path: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("NOT TESTED: only here for Linux")
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).write_text(name)
    assert publish._exchange(tmp_path / "a", tmp_path / "b") is True
    assert (tmp_path / "a" / "b").exists()
