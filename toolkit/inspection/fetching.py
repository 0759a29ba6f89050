"""`dataset_at`: a dataset as files of this machine, for what can only be checked there, wherever it stands."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from toolkit.diagnostics import cut
from toolkit.engines import Advance
from toolkit.errors import InputError, ToolkitError
from toolkit.inspection.integrity import MAX_MANIFEST_BYTES, read_manifest
from toolkit.storage.dataset_files import MANIFEST_NAME
from toolkit.storage.delivery import write_chunks
from toolkit.storage.enclosure import holds_manifest
from toolkit.storage.filesystem import MAX_NAME_BYTES
from toolkit.storage.folders import open_folder
from toolkit.storage.output import NEVER_FOREIGN
from toolkit.storage.scratch import refuse_no_room, scratch_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from toolkit.engines import Progress
    from toolkit.storage.folders import Folder
    from toolkit.validation import ValidationResult

CHUNK_BYTES: Final = 1024 * 1024


def is_remote_dataset(url: str) -> bool:
    """Whether a manifest.json of ours stands below `url`; false, too, where nobody answers."""
    try:
        return holds_manifest(open_folder(url))
    except ToolkitError:
        return False


@contextmanager
def dataset_at(place: Path | str, progress: Progress | None = None) -> Iterator[Path]:
    """The folder of the dataset at a path; of one at a URL a copy, gone at the end, of all that its manifest lists.

    What else stands there is an empty file in the copy. InputError if a file cannot be fetched or the server lists
    none, OutputError if there is no room for them.
    """
    if isinstance(place, Path):
        yield place
        return
    with scratch_folder() as copy, _told_of(place, copy):
        _fetch(open_folder(place), copy, progress)
        yield copy


def found_at(place: Path | str, folder: Path, found: ValidationResult) -> ValidationResult:
    """Findings in the `folder` that `dataset_at` gave, told of the `place` that the caller named."""
    if isinstance(place, Path):
        return found
    told = (
        replace(one, file=_told(one.file, place, folder), message=_told(one.message, place, folder))
        for one in found.diagnostics
    )
    return replace(found, diagnostics=tuple(told))


@contextmanager
def _told_of(place: str, copy: Path) -> Iterator[None]:
    """Errors in the block name the place, not the copy."""
    try:
        yield
    except ToolkitError as error:
        raise type(error)(_told(error.message, place, copy), mend=_told(error.mend, place, copy)) from error


def _told(text: str, place: str, copy: Path) -> str:
    return text.replace(str(copy), place.rstrip("/"))


def _fetch(folder: Folder, copy: Path, progress: Progress | None) -> None:
    """First what vouches for the dataset, then what its manifest lists."""
    sizes = folder.files()
    if MANIFEST_NAME not in sizes:  # it is there, else nobody would fetch it
        raise InputError(
            f"{folder.name}: its server does not list the files there", mend="Download them, and name their folder."
        )
    for path in sizes:
        _refuse_odd_name(folder, path)
    for path in sorted(NEVER_FOREIGN & sizes.keys()):
        _copy(folder, path, copy, MAX_MANIFEST_BYTES)
    listed = _listed(copy)
    others = [path for path in sizes if path not in NEVER_FOREIGN]
    refuse_no_room(sum(listed.get(path, 0) for path in others), what=folder.name)
    for done, path in enumerate(others, 1):
        _copy(folder, path, copy, listed.get(path, 0))
        if progress is not None:
            progress(Advance(step="fetching files", done=done, total=len(others)))


def _refuse_odd_name(folder: Folder, path: str) -> None:
    """InputError for a name that leads out of the copy, or that file systems do not take."""
    parts = path.split("/")
    if "\0" in path or any(part in {"", ".", ".."} or len(os.fsencode(part)) > MAX_NAME_BYTES for part in parts):
        raise InputError(f"{folder.name}: holds a file {cut(repr(path))}, a name that no dataset has")


def _listed(copy: Path) -> Mapping[str, int]:
    """Bytes of the files that the manifest lists, by path; none where it cannot be read, which is a finding later."""
    manifest, _ = read_manifest(copy)
    return {} if manifest is None else {file.path: file.bytes for file in manifest.files}


def _copy(folder: Folder, path: str, copy: Path, size: int) -> None:
    """Copy a file, of one with more than `size` bytes one byte more: that it is another file is seen by then."""
    write_chunks(copy / path, _chunks(folder, path, size + 1) if size else (), durable=False)


def _chunks(folder: Folder, path: str, size: int) -> Iterator[bytes]:
    with folder.open(path) as file:
        while size and (chunk := file.read(min(CHUNK_BYTES, size))):
            size -= len(chunk)
            yield chunk
