"""The files in a staging folder: made, remembered, given to the dataset, and proved before they are used again."""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, BinaryIO

from toolkit.errors import OutputError
from toolkit.storage.exchange import UNSUPPORTED
from toolkit.storage.failures import map_os_errors
from toolkit.storage.filesystem import digest_file, open_regular
from toolkit.storage.output.records import read_record, write_record
from toolkit.storage.output.staging import Staging, joined
from toolkit.storage.presence import is_file, is_link, is_there
from toolkit.storage.sink import Sink, WrittenFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NO_HARD_LINKS = UNSUPPORTED | {errno.EPERM, errno.EMLINK}


@contextmanager
def create(staging: Staging, name: str) -> Iterator[Sink]:
    """A sink for the new file `name` of the dataset (relative, with `/`), flushed and read back at the end.

    The folders above it are made. It may be used in any process. OutputError if the file exists or cannot be written,
    LockedError if another build has taken the staging folder over.
    """
    path = _place(staging.dataset, name)
    with joined(staging):
        _make_folders(path)
        with Sink(path, name, durable=True) as sink:
            yield sink


def create_bytes(staging: Staging, name: str, data: bytes) -> WrittenFile:
    """Write the file `name` of the dataset at once. Errors as `create`."""
    with create(staging, name) as sink:
        sink.write(data)
    return sink.written


@contextmanager
def create_work(staging: Staging, name: str, *, durable: bool = False) -> Iterator[Sink]:
    """A sink for the file `name` in `work/`, in place of what an interrupted build left under that name.

    `durable`: flushed and read back at the end, as a file must be that `adopt` gives to the dataset. Errors as
    `create`.
    """
    path = _place(staging.work, name)
    with joined(staging):
        _make_folders(path)
        _remove(path)
        with Sink(path, name, durable=durable) as sink:
            yield sink


@contextmanager
def open_work(staging: Staging, name: str) -> Iterator[BinaryIO]:
    """The file `name` of `work/`, for reading. OutputError if that fails, in the `with` too."""
    path = _place(staging.work, name)
    with map_os_errors(path), open_regular(path, follow_links=False, error=OutputError) as file:
        yield file


def remember(staging: Staging, name: str, payload: bytes) -> None:
    """Leave a record in `work/` that `recall` gives back whole or not at all. Errors as `create`."""
    path = _place(staging.work, name)
    with joined(staging):
        _make_folders(path)
        _remove(path)
        write_record(path, payload, durable=False)


def recall(staging: Staging, name: str) -> bytes | None:
    """What `remember` left under that name, null if nothing or not all of it. OutputError if it cannot be read."""
    with map_os_errors(staging.root):
        return read_record(_place(staging.work, name))


def is_intact(staging: Staging, written: WrittenFile) -> bool:
    """Whether `work/` holds that file with that size and hash; it is read whole. OutputError if that fails."""
    path = _place(staging.work, written.path)
    with map_os_errors(path):
        if is_link(path) or not is_file(path) or path.stat().st_size != written.bytes:
            return False
    found = digest_file(path, follow_links=False, error=OutputError, kind=written.kind)
    return found == (written.bytes, written.digest)


def adopt(staging: Staging, written: WrittenFile, name: str) -> WrittenFile:
    """Give a durable file of `work/` to the dataset as `name`; what it is there. Errors as `create`.

    It stays in `work/` too, where the file system knows hard links, and so serves the next build after a kill.
    """
    source, path = _place(staging.work, written.path), _place(staging.dataset, name)
    with joined(staging):
        _make_folders(path)
        with map_os_errors(path):
            _link(source, path)
    return WrittenFile.durable(path=name, bytes=written.bytes, sha256=written.sha256)


def _link(source: Path, path: Path) -> None:
    try:
        os.link(source, path, follow_symlinks=False)
    except OSError as failure:
        if failure.errno not in NO_HARD_LINKS or is_there(path):
            raise
        source.rename(path)


def _place(folder: Path, name: str) -> Path:
    path = PurePosixPath(name)
    if not name or str(path) != name or path.is_absolute() or ".." in path.parts or name == ".":
        raise ValueError(f"{name!r} is no relative path")
    return folder / path


def _make_folders(path: Path) -> None:
    with map_os_errors(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)


def _remove(path: Path) -> None:
    with map_os_errors(path):
        path.unlink(missing_ok=True)
