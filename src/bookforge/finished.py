"""An edition to make in, its artifact out: the one that is kept, where nothing it is made from has changed.

Known before anything is composed: an artifact follows from the manifest, the chapters, the pictures, the layouts, the
fonts, our code and the engines, and how it was ordered. Nothing that lays out or writes is even imported.
"""

import dataclasses
import hashlib
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Final

from bookforge import engines, shipped
from bookforge.cache import Cache, bytes_digest, file_digest
from bookforge.cache import key as cache_key
from bookforge.diagnostics import Diagnostic
from bookforge.edition import Artifact, Edition
from bookforge.manifest import Manifest
from bookforge.pipeline import Loaded, code_digest
from bookforge.workshop import Workshop

_STAGE: Final = "finished"
_FILES: Final = "finished-file"
_SHARE: Final = 8
"""No artifact takes more than this part of the cache."""


@dataclass(frozen=True, slots=True)
class Finished:
    """An artifact without the bytes of its files, which are kept by their hashes, and what was said while it was made.

    ``fonts`` are the font files it is set in with the hashes of their bytes: where they lie, the layout decides.
    """

    artifact: Artifact
    files: Mapping[str, str]
    package: Mapping[str, str]
    said: tuple[Diagnostic, ...]
    fonts: Mapping[str, str]


def find(loaded: Loaded, edition: Edition, shop: Workshop) -> Artifact | None:
    """Return what an earlier build made of the very same, and say what it said."""
    return _found(_name(loaded, edition, shop, _around(loaded, edition, shop)), shop)


def _found(name: str | None, shop: Workshop) -> Artifact | None:
    known = shop.store.get(_STAGE, name, Finished) if name is not None else None
    whole = _whole(known, shop.store) if known is not None and _has_fonts(known.fonts) else None
    for finding in known.said if known is not None and whole is not None else ():
        shop.report(finding)
    return whole


def make(loaded: Loaded, edition: Edition, shop: Workshop) -> Artifact:
    """Make an edition, or take what an earlier build made of the very same.

    Errors: as :func:`bookforge.editions.make`.
    """
    around = _around(loaded, edition, shop)
    name = _name(loaded, edition, shop, around)
    known = _found(name, shop)
    if known is not None:
        return known
    from bookforge import editions

    said: list[Diagnostic] = []

    def report(finding: Diagnostic) -> None:
        said.append(finding)
        shop.report(finding)

    artifact = editions.make(loaded, edition, dataclasses.replace(shop, report=report))
    if name is not None and _around(loaded, edition, shop) == around:  # nothing was saved meanwhile
        _keep(name, artifact, tuple(said), _fonts(loaded, edition), shop.store)
    return artifact


# ---------------------------------------------------------------- what it depends on


def _around(loaded: Loaded, edition: Edition, shop: Workshop) -> tuple[str, ...] | None:
    """Return the state of the files that are read while an edition is made: the manifest, layouts, fonts.

    ``None`` where no artifact is kept, or files decide that nothing here knows of.
    """
    if shop.store.folder is None or _has_more(loaded.manifest, edition):
        return None
    declared = loaded.manifest
    return file_digest(declared.path), *_designs(declared.folder), *_font_packages()


def _name(loaded: Loaded, edition: Edition, shop: Workshop, around: tuple[str, ...] | None) -> str | None:
    """Return the name an artifact is kept by, if it is.

    ``around`` is the state of the files besides the chapters and the pictures, which are read already.
    """
    if around is None:
        return None
    declared = loaded.manifest
    return cache_key(
        _STAGE,
        code_digest(),
        engines.versions(*engines.ALL),
        repr((edition, shop.drawn, shop.draft, shop.reference, loaded.only)),
        repr(dataclasses.replace(declared, path=Path(declared.path.name), folder=Path())),  # wherever the book lies
        loaded.book.revision,
        *(text for source in loaded.sources for text in (source.path, source.raw)),
        *_assets(loaded),
        *around,
    )


def _has_more(declared: Manifest, edition: Edition) -> bool:
    """Say whether an edition depends on files that nothing here knows of."""
    concerned = [each for each in declared.editions if each.name in {edition.name, edition.of}]
    return any(PurePath(each.printer or "").suffix or (each.wrap and each.wrap.file) for each in concerned)


def files(loaded: Loaded, editions: Iterable[Edition]) -> tuple[Path, ...]:
    """Return the files and folders by whose state alone it is known that editions are the same, besides our code.

    None where there are others. Folders count, since a new name in one may be nearer to what the author wrote.
    """
    declared = loaded.manifest
    titles = [entry.meta.title or "" for entry in declared.entries if not entry.path]
    if any(_has_more(declared, edition) for edition in editions) or any("/" in title for title in titles):
        return ()  # a part's title with a slash is a path as soon as there is such a file
    named = [*(entry.path for entry in declared.entries if entry.path), *loaded.book.assets]
    named += [declared.bibliography] if declared.bibliography else []
    own = [declared.path, *(declared.folder / path for path in named)]
    folders = {folder for path in own for folder in path.parents if folder.is_relative_to(declared.folder)}
    fonts = (Path(place, font) for place in sys.path for font in _fontpkgs(place))
    trees = (declared.folder / "layouts", shipped.layouts(), *fonts)
    inside = (Path(path) for root in trees for folder, files in _tree(root) for path in (folder, *files))
    places = (Path(place) for place in sys.path if Path(place).is_dir())
    return (*own, *sorted(folders), *inside, *places)


def _tree(root: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield a folder and all folders in it, if it is there, each with its files; no folder twice, wherever links lead.

    As texts, since all layouts are looked through at each build.
    """
    seen: set[tuple[int, int]] = set()
    for folder, folders, files in os.walk(root, followlinks=True):
        status = os.stat(folder)  # noqa: PTH116
        if (status.st_dev, status.st_ino) in seen:
            folders.clear()
            continue
        seen.add((status.st_dev, status.st_ino))
        folders.sort()
        yield folder, [f"{folder}{os.sep}{file}" for file in sorted(files) if not file.endswith(".pyc")]


def _fontpkgs(place: str) -> list[str]:
    """Return the names of the font packages that are installed in a place."""
    try:
        return sorted(name for name in os.listdir(place or ".") if name.startswith("fontpkg"))  # noqa: PTH208
    except OSError:
        return []


def _assets(loaded: Loaded) -> Iterator[str]:
    for path, asset in sorted(loaded.book.assets.items()):
        yield f"{path} {asset.media_type} {asset.width} {asset.height} {bytes_digest(asset.data)}"


def _designs(folder: Path) -> Iterator[str]:
    """Yield all files of all layouts: those of the book itself come before ours, so a new one may hide another."""
    for name, root in (("own", folder / "layouts"), (str(shipped.layouts()), shipped.layouts())):
        yield name
        for path in (path for _, files in _tree(root) for path in files):
            if os.path.isfile(path):  # noqa: PTH113
                yield f"{path[len(str(root)) :]} {file_digest(path)}"


def _font_packages() -> Iterator[str]:
    """Yield what is installed of font packages, and where: a layout names them, not the files in them."""
    yield from (f"{place} {found}" for place in sys.path for found in _fontpkgs(place))


def _fonts(loaded: Loaded, edition: Edition) -> dict[str, str]:
    from bookforge import editions, fonts

    _, layout = editions.settle(edition, loaded.manifest)
    return {face.path: file_digest(Path(face.path)) for face in fonts.resolve(layout.fonts)}


def _has_fonts(known: Mapping[str, str]) -> bool:
    try:
        return all(file_digest(Path(path)) == digest for path, digest in known.items())
    except OSError:
        return False


# ---------------------------------------------------------------- keeping


def _keep(name: str, artifact: Artifact, said: tuple[Diagnostic, ...], fonts: Mapping[str, str], store: Cache) -> None:
    every = (*artifact.files.values(), *artifact.package.values())
    if sum(map(len, every)) > store.limit // _SHARE:  # it would push out what its next build needs
        return
    files, package = (_stored(its, store) for its in (artifact.files, artifact.package))
    bare = dataclasses.replace(artifact, files={}, package={})
    store.put(_STAGE, name, Finished(bare, files, package, said, fonts))


def _stored(files: Mapping[str, bytes], store: Cache) -> dict[str, str]:
    """Keep files by their digests; return these by the files' paths."""
    digests = {path: hashlib.sha256(data).hexdigest() for path, data in files.items()}
    for path, data in files.items():
        store.put(_FILES, digests[path], data)
    return digests


def _whole(known: Finished, store: Cache) -> Artifact | None:
    """Return an artifact with its files; ``None`` where one of them is no longer kept."""
    files, package = (_read(digests, store) for digests in (known.files, known.package))
    if files is None or package is None:
        return None
    return dataclasses.replace(known.artifact, files=files, package=package)


def _read(digests: Mapping[str, str], store: Cache) -> dict[str, bytes] | None:
    found = {path: store.get(_FILES, digest, bytes) for path, digest in digests.items()}
    whole = {path: data for path, data in found.items() if data is not None}
    return whole if len(whole) == len(found) else None
