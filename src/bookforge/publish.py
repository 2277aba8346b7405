"""An artifact into files in the output folder, whole or not at all.

Everything is written in ``<output>/.bookforge/`` and moved into place by one rename, so a build that is killed at any
moment leaves the last good edition or the new one. The work folder exists only while something is written or after a
kill; the next publish to the same output folder puts right what it finds there and removes it. While it works, a
publish holds the lock of the output folder itself, which leaves no lock file behind. (On a file system without locks,
two builds at once into one folder are not kept apart.)

Names in the work folder::

    new-NAME    being written, or (after an exchange) what was replaced: never needed again
    old-NAME    an edition moved aside while the new one takes its place: put back if NAME is missing
    dead-NAME   being deleted
"""

import contextlib
import ctypes
import errno
import fcntl
import hashlib
import os
import shutil
import stat
import sys
import time
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Final

from bookforge.diagnostics import Diagnostic, EditionError, Location, OutputError, error
from bookforge.edition import Artifact, Format

MARKER: Final = ".bookforge.sha256"
"""Lists the files of a published folder as ``sha256sum`` does, so that a folder with it is known as ours.

``sha256sum -c .bookforge.sha256`` checks a copy or an upload.
"""

_WORK: Final = ".bookforge"
_PATIENCE_S: Final = 60.0
_STRAYS: Final = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})  # file managers put these everywhere
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_NO_LOCKS: Final = frozenset({errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EINVAL, errno.EBADF})
_NO_EXCHANGE: Final = frozenset({errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EXDEV, errno.EPERM})


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """One file on disk: path relative to the folder it was published in, size and hash."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Published:
    """What was put on disk. ``path`` is absolute.

    A single file has ``sha256``; a folder has ``files``, sorted by path, and ``tree_sha256``: the SHA-256 over one line
    ``path NUL sha256 LF`` (UTF-8) for each of them. The marker is not among them. ``changed`` is false when the same
    bytes were there already; then nothing was touched.
    """

    path: Path
    bytes: int
    sha256: str | None
    files: tuple[PublishedFile, ...]
    tree_sha256: str | None
    changed: bool


def artifact(artifact: Artifact, output: Path, base: str) -> Published:
    """Put an artifact into the output folder: a single file under its own name, an HTML edition as folder ``base``.

    Errors: ``output-writable``, ``output-ours``, ``output-free``, ``output-names``.
    """
    is_folder = artifact.edition.format is Format.HTML or len(artifact.files) != 1
    name = base if is_folder else next(iter(artifact.files))
    _check_names([name], single=True)
    _check_names(list(artifact.files), single=not is_folder)
    target = output.absolute() / name
    with _writing(output, target) as work:
        if is_folder:
            return _publish_folder(artifact.files, target, work)
        return _publish_file(artifact.files[name], target, work)


def file(content: bytes, output: Path, name: str) -> Published:
    """Put a single file into the output folder: what goes with the editions.

    Errors: ``output-writable``, ``output-ours``, ``output-free``, ``output-names``.
    """
    _check_names([name], single=True)
    target = output.absolute() / name
    with _writing(output, target) as work:
        return _publish_file(content, target, work)


def folder(files: Mapping[str, bytes], output: Path, name: str) -> Published:
    """Put files into the output folder as the folder ``name``: what is handed over to a printer.

    Errors: ``output-writable``, ``output-ours``, ``output-free``, ``output-names``.
    """
    _check_names([name], single=True)
    _check_names(list(files), single=False)
    target = output.absolute() / name
    with _writing(output, target) as work:
        return _publish_folder(files, target, work)


def files(published: Published) -> tuple[Path, ...]:
    """Return the files and folders by whose state it is known that what was published is still there."""
    if published.tree_sha256 is None:
        return (published.path,)
    files = [published.path / name for name in (MARKER, *(file.path for file in published.files))]
    folders = {folder for path in files for folder in path.parents if folder.is_relative_to(published.path)}
    return (*files, *sorted(folders))


def leftovers(output: Path) -> Path:
    """Return where a build that was killed leaves something to put right."""
    return output / _WORK


def recover(output: Path) -> None:
    """Put right what a killed build left in the output folder; do nothing where there is nothing."""
    if leftovers(output).is_dir():
        with _writing(output, output):
            pass


def tree_sha256(files: tuple[PublishedFile, ...]) -> str:
    """Return the hash of a folder's files, as :class:`Published` documents it."""
    lines = "".join(f"{file.path}\0{file.sha256}\n" for file in sorted(files, key=lambda file: file.path))
    return hashlib.sha256(lines.encode()).hexdigest()


# ---------------------------------------------------------------- the output folder


@contextlib.contextmanager
def _writing(output: Path, target: Path) -> Iterator[Path]:
    """Hold the output folder, yield an empty work folder in it, and leave nothing behind.

    Any trouble with the file system becomes an :class:`OutputError` about ``target``.
    """
    try:
        output.mkdir(mode=0o755, parents=True, exist_ok=True)
        handle = os.open(output, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            _lock(handle, output)
            work = output.absolute() / _WORK
            try:
                _open_work(work)
                yield work
            finally:
                _close_work(work)
        finally:
            _unlock(handle)
    except OSError as failure:
        raise OutputError(_explain(failure, output, target)) from failure


def _lock(handle: int, output: Path) -> None:
    """Wait for the lock of the output folder; where the file system has no locks, go on without."""
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as failure:
            if time.monotonic() > deadline:
                message = f"another build has been writing to {output} for a minute"
                hint = "wait for it or stop it, then build again; or name another folder with --output"
                raise OutputError(error("output-free", message, Location(str(output.absolute())), hint)) from failure
            time.sleep(0.02)
        except OSError as failure:
            if failure.errno not in _NO_LOCKS:
                raise
            return
        else:
            return


def _unlock(handle: int) -> None:
    # said outright, because a process forked meanwhile has the handle too and would keep the lock
    with contextlib.suppress(OSError):
        fcntl.flock(handle, fcntl.LOCK_UN)
    os.close(handle)


def _open_work(work: Path) -> None:
    with contextlib.suppress(FileExistsError):
        work.mkdir(mode=0o755)
    if not stat.S_ISDIR(work.lstat().st_mode):
        raise OutputError(_foreign(work, f"{work} is not a folder, and bookforge needs that name while it writes"))
    _recover(work)


def _close_work(work: Path) -> None:
    """Recover from a failure or an interruption, and remove the work folder; never hide the exception under way."""
    with contextlib.suppress(OSError):
        _recover(work)
    with contextlib.suppress(OSError):
        work.rmdir()


def _recover(work: Path) -> None:
    """Put back what a swap had moved aside, then delete every leftover."""
    for path in sorted(work.iterdir()):
        kind, _, name = path.name.partition("-")
        if kind == "old":
            target = work.parent / name
            if os.path.lexists(target):
                _bury(path, work, name)
            else:
                path.rename(target)
        elif kind in ("new", "dead"):
            _delete(path)


def _bury(path: Path, work: Path, name: str) -> None:
    """Delete something that may be a whole edition, first under a name from which nothing is put back."""
    dead = work / f"dead-{name}"
    _delete(dead)
    path.rename(dead)
    _delete(dead)


def _delete(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


# ---------------------------------------------------------------- a single file


def _publish_file(content: bytes, target: Path, work: Path) -> Published:
    status = _status(target)
    if status is not None and not (stat.S_ISREG(status.st_mode) or stat.S_ISLNK(status.st_mode)):
        what = "a folder" if stat.S_ISDIR(status.st_mode) else "a device or pipe"
        raise OutputError(_foreign(target, f"{target} is {what}, and the edition goes there as a file"))
    changed = not _has_bytes(target, content)
    if changed:
        new = work / f"new-{target.name}"
        _write(new, content)
        _sync(new)
        new.replace(target)
        _sync(target.parent)
    return Published(target, len(content), hashlib.sha256(content).hexdigest(), (), None, changed)


def _has_bytes(path: Path, content: bytes) -> bool:
    """Say whether ``path`` is a regular file (no link) with exactly these bytes."""
    status = _status(path)
    if status is None or not stat.S_ISREG(status.st_mode) or status.st_size != len(content):
        return False
    try:
        return path.read_bytes() == content
    except PermissionError:  # a file we may not read may still be replaced
        return False


def _write(path: Path, content: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags, 0o644), "wb") as file:
        file.write(content)


def _sync(path: Path) -> None:
    """Bring a file or a folder's list of names to the disk itself; some file systems have no such thing for folders."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    except OSError as failure:
        if failure.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF, errno.ENOSYS):
            raise
    finally:
        os.close(handle)


# ---------------------------------------------------------------- a folder


def _publish_folder(files: Mapping[str, bytes], target: Path, work: Path) -> Published:
    listed = tuple(
        PublishedFile(path, len(files[path]), hashlib.sha256(files[path]).hexdigest()) for path in sorted(files)
    )
    content = {**files, MARKER: "".join(f"{file.sha256}  {file.path}\n" for file in listed).encode()}
    _check_ours(target)
    changed = not _has_tree(target, content)
    if changed:
        new = work / f"new-{target.name}"
        _write_tree(new, content)
        _swap(new, target, work)
        _sync(target.parent)
    return Published(target, sum(file.bytes for file in listed), None, listed, tree_sha256(listed), changed)


def _check_ours(target: Path) -> None:
    """Refuse to replace anything but a folder of ours without additions, or an empty one."""
    status = _status(target)
    if status is None:
        return
    if stat.S_ISLNK(status.st_mode):
        raise OutputError(_foreign(target, f"{target} is a symbolic link, and the edition goes there as a folder"))
    if not stat.S_ISDIR(status.st_mode):
        raise OutputError(_foreign(target, f"{target} is a file, and the edition goes there as a folder"))
    found = _list_tree(target)
    ours = _read_marker(target)
    if ours is None and found:
        raise OutputError(_foreign(target, f"the folder {target} was not made by bookforge"))
    added = sorted(path for path in found if path not in (ours or ()) and PurePosixPath(path).name not in _STRAYS)
    if added:
        others = f" and {len(added) - 1} more" if len(added) > 1 else ""
        message = f"the folder {target} holds {added[0]!r}{others}, which bookforge did not make and would delete"
        raise OutputError(_foreign(target, message))


def _read_marker(folder: Path) -> frozenset[str] | None:
    """Return the paths of the files we wrote into a folder, the marker included; ``None`` when it is not ours."""
    marker = folder / MARKER
    status = _status(marker)
    if status is None or not stat.S_ISREG(status.st_mode):
        return None
    lines = marker.read_text("utf-8", "replace").splitlines()
    return frozenset({MARKER, *(line[66:] for line in lines)})


def _list_tree(folder: Path) -> list[str]:
    """Return the relative path of everything below a folder that is not itself a folder."""

    def fail(failure: OSError) -> None:
        raise failure  # what cannot be looked at is never deleted

    found = []
    for parent, folders, names in os.walk(folder, onerror=fail):
        links = [name for name in folders if (Path(parent) / name).is_symlink()]
        found += [(Path(parent) / name).relative_to(folder).as_posix() for name in (*names, *links)]
    return found


def _has_tree(target: Path, content: Mapping[str, bytes]) -> bool:
    """Say whether a folder holds exactly these files, apart from what file managers leave behind."""
    if _status(target) is None:
        return False
    found = {path for path in _list_tree(target) if PurePosixPath(path).name not in _STRAYS or path in content}
    return found == set(content) and all(_has_bytes(target / path, content[path]) for path in sorted(content))


def _write_tree(folder: Path, content: Mapping[str, bytes]) -> None:
    """Write a folder of files and bring it to the disk; the syncs come last, when most of it is there already."""
    folder.mkdir(mode=0o755)
    folders = {folder}
    for path in sorted(content):
        parent = (folder / path).parent
        if parent not in folders:
            parent.mkdir(mode=0o755, parents=True, exist_ok=True)
            folders |= {each for each in (parent, *parent.parents) if each.is_relative_to(folder)}
        _write(folder / path, content[path])
    for path in sorted(content):
        _sync(folder / path)
    for each in sorted(folders, reverse=True):
        _sync(each)


def _swap(new: Path, target: Path, work: Path) -> None:
    """Put ``new`` in the place of ``target`` in one step where the system can, else in two that can be recovered."""
    if _status(target) is None:
        new.rename(target)
    elif _exchange(new, target):
        _delete(new)
    else:
        old = work / f"old-{target.name}"
        target.rename(old)
        new.rename(target)
        _sync(target.parent)
        _bury(old, work, target.name)


def _exchange(first: Path, second: Path) -> bool:
    """Let two folders change names in one step; say no where the system or the file system cannot."""
    found = _exchanger()
    if found is None:
        return False
    function, here, flag = found
    one, two = os.fsencode(first), os.fsencode(second)
    if function(here, one, here, two, flag) == 0:
        return True
    code = ctypes.get_errno()
    if code in _NO_EXCHANGE:
        return False
    raise OSError(code, os.strerror(code), str(second))


@lru_cache(maxsize=1)
def _exchanger() -> "tuple[ctypes._NamedFuncPointer, int, int] | None":
    """Return the C library's exchanging rename with its value for "absolute path" and its flag.

    Linux: renameat2 with RENAME_EXCHANGE (glibc 2.28, musl 1.2.5); macOS: renameatx_np with RENAME_SWAP.
    """
    name, here, flag = ("renameatx_np", -2, 2) if sys.platform == "darwin" else ("renameat2", -100, 2)
    try:
        function = getattr(ctypes.CDLL(None, use_errno=True), name)
    except (OSError, AttributeError):
        return None
    function.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint]
    function.restype = ctypes.c_int
    return function, here, flag


# ---------------------------------------------------------------- names and messages


def _check_names(names: list[str], *, single: bool) -> None:
    """Refuse names that would leave the folder, or that two systems would read differently."""
    bad = sorted(name for name in names if not _is_plain(name, single=single))
    folders = {parent.as_posix() for name in names for parent in PurePosixPath(name).parents}
    bad += sorted(name for name in names if name in folders)
    seen: dict[str, str] = {}
    for name in sorted(names):
        if seen.setdefault(unicodedata.normalize("NFC", name).casefold(), name) != name:
            bad.append(name)
    if bad:
        problems = (error("output-names", f"{name!r} cannot be the name of a file in an edition") for name in bad)
        raise EditionError(*problems)


def _is_plain(name: str, *, single: bool) -> bool:
    parts = name.split("/")
    return (
        (len(parts) == 1 or not single)
        and name.isprintable()
        and "\\" not in name
        and name not in (MARKER, _WORK)
        and all(part not in ("", ".", "..") and len(part.encode()) <= 240 for part in parts)
    )


def _status(path: Path) -> os.stat_result | None:
    """Return the status of what has this name, links not followed; ``None`` when nothing has it."""
    try:
        return path.lstat()
    except FileNotFoundError:
        return None


def _foreign(path: Path, message: str) -> Diagnostic:
    hint = "move it away, or name another folder with --output"
    return error("output-ours", message, Location(str(path)), hint)


def _explain(failure: OSError, output: Path, target: Path) -> Diagnostic:
    """Say in the author's words why an edition cannot be written; of the folder, the same words for every edition."""
    reason = failure.strerror or str(failure)
    if failure.errno in _FULL:
        message = f"{target} cannot be written: {reason}; what was there is as before"
        return error("output-writable", message, Location(str(target)), "make room, then build again")
    if not output.is_dir():
        taken = failure.errno in (errno.EEXIST, errno.ENOTDIR)
        message = f"the output folder {output} cannot be made: {'a file has that name' if taken else reason}"
        return error("output-writable", message, Location(str(output)), "name another folder with --output")
    if not os.access(output, os.W_OK | os.X_OK):
        message = f"the output folder {output} cannot be written: {reason}"
        hint = "choose a folder you may write to with --output"
        return error("output-writable", message, Location(str(output)), hint)
    hint = "check the folder, or name another one with --output"
    return error("output-writable", f"{target} cannot be written: {reason}", Location(str(target)), hint)
