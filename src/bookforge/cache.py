"""Results of finished stages into private files named by what they depend on, and back.

An entry is ``<folder>/<stage>/<two digits>/<key>``: one head line with the SHA-256 of what follows (bound to stage, key
and shape of the value), then the value as MessagePack or raw bytes. An entry that does not verify is a miss and is
removed, so a torn write, a changed value type or a file edited by mistake can never reach a book. The cache holds a
manuscript in clear, and templates as compiled code: folders are 0700, files 0600, and a folder that others own or can
write to is not used; one that comes from somebody else is to be trusted like a program. Nothing here ever fails a
build.
"""

import contextlib
import errno
import fcntl
import hashlib
import os
import re
import stat
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, is_dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, TypeVar

from bookforge.diagnostics import Report, note

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance | bytes")
Held = TypeVar("Held")

LIMIT: Final = 512 * 1024 * 1024
"""Bytes a cache may hold before the least recently used entries go."""

_KEEP: Final = 0.8  # a prune goes below the limit by this much, so that the next put does not prune again
_MAGIC: Final = b"bookforge-cache 1 "
_HEAD: Final = len(_MAGIC) + 64 + 1
_STAGE: Final = re.compile(r"[a-z][a-z0-9-]*")
_KEY: Final = re.compile(r"[0-9a-f]{64}")
_BUILDS: Final = 16
"""Builds that made something, and had no use for a value, after which memory forgets it."""

_PUT_OFF: Final = 32
"""Entries that a process that stays may leave unwritten while somebody waits: twice what an edit makes."""

_TEMPORARY: Final = "tmp"
_ONE_AT_A_TIME: Final = threading.RLock()
"""Held wherever msgspec meets a type: 0.22 crashes when two threads first read what a dataclass is made of."""
_TAG: Final = "Signature: 8a477f597d28d172789f06886806bc55\n# This folder is a cache of bookforge; it can be deleted.\n"


def key(stage: str, *parts: str | bytes) -> str:
    """Return the SHA-256 that names a result of ``stage`` made from exactly ``parts``, in this order.

    Each part is hashed with its kind and length before it, so no two lists of parts give the same bytes.
    """
    digest = hashlib.sha256()
    for part in (stage, *parts):
        kind, raw = _raw(part)
        digest.update(kind + len(raw).to_bytes(8, "big"))
        digest.update(raw)
    return digest.hexdigest()


def _raw(part: str | bytes) -> tuple[bytes, bytes]:
    """Return what a part is hashed by; of a long text, which many keys have in them, its hash."""
    if isinstance(part, bytes):
        return b"b", part
    return (b"l", _LONG_TEXTS.digest(part)) if len(part) >= _LONG else (b"s", _encoded(part))


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


class _Digests:
    """The SHA-256 of texts, reckoned once for those asked for last, up to so many characters of them."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held = 0
        self._known: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def digest(self, text: str) -> bytes:
        """Return the digest of a text."""
        with self._lock:
            if text in self._known:
                self._known.move_to_end(text)
                return self._known[text]
        made = hashlib.sha256(_encoded(text)).digest()
        with self._lock:
            self._held += 0 if text in self._known else len(text)
            self._known[text] = made
            while self._held > self._limit:
                self._held -= len(self._known.popitem(last=False)[0])
        return made


_LONG: Final = 1024
_LONG_TEXTS: Final = _Digests(16_000_000)


def file_digest(path: str | Path) -> str:
    """Return the SHA-256 of a file, read once as long as it stays as it is."""
    status = os.stat(path)  # noqa: PTH116 - of hundreds of files, at each build
    return _file_digest(path, (status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino))


@lru_cache(maxsize=256)
def _file_digest(path: str | Path, _state: tuple[int, ...]) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


@lru_cache(maxsize=1024)
def bytes_digest(data: bytes) -> str:
    """Return the SHA-256 of bytes, reckoned once for those that stay."""
    return hashlib.sha256(data).hexdigest()


def default_folder(override: Path | None = None) -> Path | None:
    """Say where the cache lives: ``override``, else ``BOOKFORGE_CACHE_DIR``, else the user's cache folder.

    ``None`` when this user has no place for one (no home folder).
    """
    if override is not None:
        return override.absolute()
    if named := os.environ.get("BOOKFORGE_CACHE_DIR"):
        return Path(named).absolute()
    import platformdirs

    folder = platformdirs.user_cache_path("bookforge", appauthor=False)
    return folder if folder.is_absolute() else None


@dataclass(frozen=True, slots=True)
class StageInfo:
    """What a cache holds of one stage; the size in bytes."""

    name: str
    entries: int
    bytes: int


@dataclass(frozen=True, slots=True)
class CacheInfo:
    """What a cache holds; sizes in bytes. ``folder`` is ``None`` for a cache that keeps nothing."""

    folder: Path | None
    entries: int
    bytes: int
    limit: int
    stages: tuple[StageInfo, ...] = ()


def table(info: CacheInfo) -> str:
    """Set what a cache holds as plain text: a line a stage, the sum, the limit, and where it is."""
    rows = [*info.stages, StageInfo("all", info.entries, info.bytes)]
    width = max(len(row.name) for row in rows)
    lines = [f"{row.name:<{width}}  {row.entries:>7,}  {megabytes(row.bytes):>10}" for row in rows]
    lines += [f"limit: {megabytes(info.limit)}, then what was not used for longest goes", f"folder: {info.folder}"]
    return "\n".join(lines)


def megabytes(size: int) -> str:
    """Write a number of bytes for people."""
    return f"{size / 1_000_000:,.1f} MB"


@dataclass(frozen=True, slots=True)
class _Entry:
    used_ns: int
    bytes: int
    path: str


@dataclass(slots=True)
class _Recent:
    """A value in memory; ``build`` is the last that used it."""

    value: object
    bytes: int
    build: int


@dataclass(slots=True)
class Upkeep:
    """What a process did for a cache so far: the bytes written since it was pruned, and whether it was, by chance."""

    written: int = 0
    sampled: bool = False


class Recent:
    """The values last used, in memory, for a process that stays: no file is read and decoded twice.

    Holds up to ``limit`` bytes, counted as the files hold them; those used longest ago go first. Values are shared, so
    nobody may change one. A book of several thousand pages fits: a build holds all of it at once in any case, and what
    is used in the same order each time is either kept whole or not at all. What was made of a text that has changed
    since is of no use: it goes when so many builds that made something had none for it (:meth:`begin`).
    """

    def __init__(self, limit: int = 256 * 1024 * 1024) -> None:
        self._limit = limit
        self._held = 0
        self._build = 0
        self._has_made = False
        self._values: OrderedDict[tuple[str, str, type], _Recent] = OrderedDict()
        self._lock = threading.Lock()
        self._put_off: list[Callable[[], None]] = []
        self.upkeep = Upkeep()

    def put_off(self, write: Callable[[], None]) -> None:
        """Have something written when nobody waits; at once where there is so much that it is no edit's."""
        with self._lock:
            self._put_off.append(write)
            is_much = len(self._put_off) > _PUT_OFF
        if is_much:
            self.write()

    def write(self) -> None:
        """Write what was put off."""
        with self._lock:
            writes, self._put_off = self._put_off, []
        for write in writes:
            write()

    def begin(self) -> None:
        """Begin another build."""
        self.write()
        with self._lock:
            self._build += self._has_made
            self._has_made = False
            while self._values and next(iter(self._values.values())).build < self._build - _BUILDS:
                self._held -= self._values.popitem(last=False)[1].bytes

    def get(self, stage: str, key: str, type_: type[Held]) -> Held | None:
        """Return a value that was kept under this name as a ``type_``."""
        with self._lock:
            found = self._values.get((stage, key, type_))
            if found is None:
                return None
            self._values.move_to_end((stage, key, type_))
            found.build = self._build
            assert isinstance(found.value, type_)
            return found.value

    def keep(self, stage: str, key: str, value: object, size: int) -> None:
        """Keep a value that takes so many bytes as a file; nought, where it is still to be written."""
        name = (stage, key, type(value))
        with self._lock:
            before = self._values.pop(name, None)
            self._held += size - (before.bytes if before is not None else 0)
            self._values[name] = _Recent(value, size, self._build)
            self._has_made = True
            while self._held > self._limit:
                self._held -= self._values.popitem(last=False)[1].bytes

    def forget(self, stage: str, key: str, type_: type[object]) -> None:
        """Keep a value no longer."""
        with self._lock:
            known = self._values.pop((stage, key, type_), None)
            self._held -= known.bytes if known is not None else 0


class Cache:
    """A store of results, shared by any number of processes of one user.

    ``folder=None`` keeps nothing. A folder that cannot be used is reported once, as a note, and keeps nothing either.
    Workers in other processes make their own: ``Cache(cache.folder)``. ``recent`` keeps values in memory
    beside the files.
    """

    key = staticmethod(key)

    def __init__(
        self, folder: Path | None, report: Report | None = None, limit: int = LIMIT, recent: Recent | None = None
    ) -> None:
        self.limit = limit
        self._recent = recent
        self._report = report
        self._upkeep = recent.upkeep if recent is not None else Upkeep()
        self._writable = True
        self._serial = 0
        self.folder = self._open(folder)

    def get(self, stage: str, key: str, type_: type[T]) -> T | None:
        """Return the value put under ``stage`` and ``key`` as a ``type_``, or ``None``."""
        if self._recent is not None and (remembered := self._recent.get(stage, key, type_)) is not None:
            return remembered
        if self.folder is None:
            return None
        path = self._path(stage, key)
        try:
            stored = _read(path)
            if stored is None:
                return None
            value = _decode(stored, type_, f"{stage} {key}")
        except OSError:
            return None
        with contextlib.suppress(OSError):
            if value is None:
                path.unlink()
            else:
                os.utime(path)  # the order in which entries are pruned
        if value is not None:
            self._remember(stage, key, value, len(stored))
        return value

    def put(self, stage: str, key: str, value: "DataclassInstance | bytes") -> None:
        """Keep ``value`` (a frozen dataclass of plain values, or bytes) under ``stage`` and ``key``.

        A process that stays has it in memory at once, and writes it when nobody waits: :meth:`Recent.write`.
        """
        if self.folder is None or not self._writable:
            return
        if self._recent is None:
            self._store(stage, key, value)
            return
        self._recent.keep(stage, key, value, 0)
        self._recent.put_off(partial(self._store, stage, key, value))

    def _store(self, stage: str, key: str, value: "DataclassInstance | bytes") -> None:
        if not self._writable:  # which was found out since it was put off
            self._forget(stage, key, value)
            return
        path = self._path(stage, key)
        try:
            head, payload = _encode(value, f"{stage} {key}")
            self._remember(stage, key, value, len(payload))
            self._write(path, head, payload)
        except UnicodeEncodeError:  # lone surrogates cannot be written; such a value is made anew each time
            self._forget(stage, key, value)
            return
        except OSError as failure:
            self._writable = False
            self._say(f"the cache {self.folder} cannot be written ({failure.strerror}), so later builds gain nothing")
            return
        self._upkeep.written += len(payload)
        if self._is_prune_due(key):
            self.prune()

    def _remember(self, stage: str, key: str, value: "DataclassInstance | bytes", size: int) -> None:
        # Bytes, such as a finished book, are read as quickly as they are remembered.
        if isinstance(value, bytes):
            self._forget(stage, key, value)
        elif self._recent is not None:
            self._recent.keep(stage, key, value, size)

    def _forget(self, stage: str, key: str, value: "DataclassInstance | bytes") -> None:
        if self._recent is not None:
            self._recent.forget(stage, key, type(value))

    def held(
        self, stage: str, key: str, type_: type[Held], make: Callable[[], Held], size: Callable[[Held], int]
    ) -> Held:
        """Return a value that is kept in memory alone, for a process that stays; made where it is not."""
        known = self._recent.get(stage, key, type_) if self._recent is not None else None
        if known is None:
            known = make()
            if self._recent is not None:
                self._recent.keep(stage, key, known, size(known))
        return known

    def info(self) -> CacheInfo:
        """Count what the cache holds."""
        if self.folder is None:
            return CacheInfo(None, 0, 0, self.limit)
        held = {stage.name: _entries(stage) for stage in sorted(_stages(self.folder))}
        stages = tuple(StageInfo(name, len(kept), sum(entry.bytes for entry in kept)) for name, kept in held.items())
        entries, size = (sum(getattr(stage, key) for stage in stages) for key in ("entries", "bytes"))
        return CacheInfo(self.folder, entries, size, self.limit, stages)

    def prune(self) -> int:
        """Remove leftovers of killed builds and, over the limit, the least recently used entries.

        Returns the bytes removed; 0 also when another process is pruning.
        """
        with self._pruning() as alone:
            if not alone:
                return 0
            removed = self._remove_leftovers()
            entries = sorted(self._entries(), key=lambda entry: (entry.used_ns, entry.path))
            held = sum(entry.bytes for entry in entries)
            if held <= self.limit:
                return removed
            for entry in entries:
                if held <= self.limit * _KEEP:
                    break
                held -= entry.bytes
                removed += _remove(entry)
            return removed

    def clear(self) -> int:
        """Remove every entry; return the bytes removed."""
        return self._remove_leftovers() + sum(_remove(entry) for entry in tuple(self._entries()))

    # ------------------------------------------------------------ the folder

    def _open(self, folder: Path | None) -> Path | None:
        if folder is None:
            return None
        try:
            _make_private(folder)
            folder = folder.resolve(strict=True)
            reason = _distrust(folder)
            if reason is None:
                _make_private(folder / "store")
                reason = _distrust(folder / "store")
            if reason is None and not (folder / "CACHEDIR.TAG").exists():
                _tag(folder)
        except OSError as failure:
            reason = failure.strerror or "it cannot be used"
        if reason is not None:
            self._say(f"the cache {folder} is not used: {reason}")
            return None
        return folder

    def _say(self, message: str) -> None:
        if self._report is not None:
            hint = "name another folder with --cache-dir or BOOKFORGE_CACHE_DIR"
            self._report(note("cache-usable", message, hint=hint))

    def _path(self, stage: str, key: str) -> Path:
        assert self.folder is not None
        assert _STAGE.fullmatch(stage), stage
        assert stage != _TEMPORARY
        assert _KEY.fullmatch(key), key
        return self.folder / "store" / stage / key[:2] / key

    def _write(self, path: Path, head: bytes, payload: bytes) -> None:
        with self._temporary() as (temporary, file):
            file.write(head)
            file.write(payload)
            file.flush()
            try:
                temporary.replace(path)
            except FileNotFoundError:
                _make_private(path.parent)
                with contextlib.suppress(FileNotFoundError):  # another process cleared the cache meanwhile
                    temporary.replace(path)

    @contextlib.contextmanager
    def _temporary(self) -> Iterator[tuple[Path, IO[bytes]]]:
        """Open a new file that counts as in use, by its lock, as long as this process lives."""
        assert self.folder is not None
        folder = self.folder / "store" / _TEMPORARY
        _make_private(folder)
        while True:
            self._serial += 1
            path = folder / f"{os.getpid()}-{id(self):x}-{self._serial}"
            try:
                handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            except FileExistsError:  # left by a killed process that had our number
                continue
            break
        try:
            with os.fdopen(handle, "wb") as file:
                with contextlib.suppress(OSError):  # no locks here: a prune may take the file, and this put is lost
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                yield path, file
        finally:
            path.unlink(missing_ok=True)

    # ------------------------------------------------------------ pruning

    def _is_prune_due(self, key: str) -> bool:
        """Say yes after an eighth of the limit was written, and else once a process on one key in sixteen."""
        if self._upkeep.written >= self.limit // 8:
            self._upkeep.written = 0
            return True
        if self._upkeep.sampled or key[0] != "0":
            return False
        self._upkeep.sampled = True
        return True

    @contextlib.contextmanager
    def _pruning(self) -> Iterator[bool]:
        if self.folder is None:
            yield False
            return
        try:
            handle = os.open(self.folder / "store", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError:
            yield False
            return
        try:
            yield _take_lock(handle)
        finally:
            os.close(handle)

    def _remove_leftovers(self) -> int:
        """Remove temporary files that no living process holds; return their bytes."""
        if self.folder is None:
            return 0
        removed = 0
        for entry in _files(self.folder / "store" / _TEMPORARY):
            with contextlib.suppress(OSError):
                handle = os.open(entry.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
                try:
                    if _take_lock(handle):
                        removed += _remove(entry)
                finally:
                    os.close(handle)
        return removed

    def _entries(self) -> Iterator[_Entry]:
        for stage in _stages(self.folder) if self.folder is not None else ():
            yield from _entries(stage)


@dataclass(frozen=True, slots=True)
class Shelf:
    """A store for what is made from nothing but texts, and what all of it depends on besides: code, engines.

    By itself it keeps nothing.
    """

    store: Cache = field(default_factory=lambda: Cache(None))
    made_by: tuple[str, ...] = ()

    def kept(self, stage: str, type_: type[T], make: Callable[[], T], *parts: str | bytes) -> T:
        """Return what ``make`` makes from exactly ``parts``, made where it is not kept."""
        name = key(stage, *self.made_by, *parts)
        known = self.store.get(stage, name, type_)
        if known is None:
            known = make()
            self.store.put(stage, name, known)
        return known


NOTHING_KEPT: Final = Shelf()


# ---------------------------------------------------------------- entries


def _encode(value: "DataclassInstance | bytes", name: str) -> tuple[bytes, bytes]:
    """Return the head line and the payload of an entry."""
    payload = value if isinstance(value, bytes) else encoded(value)
    return _MAGIC + _digest(payload, type(value), name) + b"\n", payload


def _decode(stored: bytes, type_: type[T], name: str) -> T | None:
    """Return the value of an entry, or ``None`` when it is not what was put there."""
    payload = stored[_HEAD:]
    if stored[:_HEAD] != _MAGIC + _digest(payload, type_, name) + b"\n":
        return None
    if issubclass(type_, bytes):
        return type_(payload)
    import msgspec

    try:
        return decoded(payload, type_)
    except (msgspec.DecodeError, RecursionError):
        return None


def encoded(value: "DataclassInstance") -> bytes:
    """Return a frozen dataclass of plain values as bytes: sooner than Python pickles it."""
    assert is_dataclass(value), "a cached value is a dataclass or bytes"
    import msgspec

    with _ONE_AT_A_TIME:
        return msgspec.msgpack.encode(value)


def decoded(data: bytes, type_: type[T]) -> T:
    """Return the dataclass that was :func:`encoded`; raise a ``msgspec.DecodeError`` where it was none of the type."""
    import msgspec

    with _ONE_AT_A_TIME:
        return msgspec.msgpack.decode(data, type=type_)


def _digest(payload: bytes, type_: type[object], name: str) -> bytes:
    shape = _shape(type_)  # type: ignore[arg-type]  # mypy takes a class's hash for that of its instances
    digest = hashlib.sha256(f"{name} {shape}\n".encode())
    digest.update(payload)
    return digest.hexdigest().encode()


@lru_cache(maxsize=64)
def _shape(type_: type[object]) -> str:
    """Return a hash of a type's fields, so that a value from before a field was added is never taken for one after."""
    if issubclass(type_, bytes):
        return "bytes"
    import msgspec

    with _ONE_AT_A_TIME:
        schema = msgspec.json.encode(msgspec.json.schema(type_), order="sorted")
    return hashlib.sha256(schema).hexdigest()


def _read(path: Path) -> bytes | None:
    """Return a file's bytes, or ``None`` when there is no regular file of that name."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as failure:
        if failure.errno == errno.ENOENT:
            return None
        raise
    with os.fdopen(handle, "rb") as file:
        return file.read() if stat.S_ISREG(os.fstat(handle).st_mode) else None


def _remove(entry: _Entry) -> int:
    """Remove a file; return the bytes this freed."""
    try:
        Path(entry.path).unlink()
    except OSError:
        return 0
    return entry.bytes


def _stages(folder: Path) -> list[Path]:
    return [stage for stage in _folders(folder / "store") if stage.name != _TEMPORARY]


def _entries(stage: Path) -> list[_Entry]:
    return [entry for shelf in _folders(stage) for entry in _files(shelf)]


def _files(folder: Path) -> list[_Entry]:
    found = []
    for entry in _scan(folder):
        with contextlib.suppress(OSError):
            if entry.is_file(follow_symlinks=False):
                status = entry.stat(follow_symlinks=False)
                found.append(_Entry(status.st_mtime_ns, status.st_size, entry.path))
    return found


def _folders(folder: Path) -> list[Path]:
    return [Path(entry.path) for entry in _scan(folder) if entry.is_dir(follow_symlinks=False)]


def _scan(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []


# ---------------------------------------------------------------- trust


def _distrust(folder: Path) -> str | None:
    """Say why a folder must not hold a private manuscript, or ``None``."""
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode):
        return f"{folder.name} is not a folder"
    if status.st_uid != os.geteuid():
        return "it belongs to another user"
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        return "others can write to it"
    if folder.name == "store" and status.st_mode & 0o077:
        folder.chmod(0o700)
    return None


def _make_private(folder: Path) -> None:
    """Make a folder that only this user can enter, and so any folder above it that is missing."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        return
    except FileNotFoundError:
        _make_private(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def _tag(folder: Path) -> None:
    """Mark the folder as a cache for backup programs; see https://bford.info/cachedir/."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with contextlib.suppress(OSError), os.fdopen(os.open(folder / "CACHEDIR.TAG", flags, 0o600), "w") as file:
        file.write(_TAG)


def _take_lock(handle: int) -> bool:
    """Take the lock of an open file if nobody holds it; say whether that worked."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
