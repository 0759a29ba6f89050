"""Reading files and listing folders, with bounds, and never through a pipe or a device."""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from toolkit.errors import InputError
from toolkit.storage.failures import map_os_errors, mend_of
from toolkit.storage.hashes import HASHES
from toolkit.storage.presence import is_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from toolkit.errors import ToolkitError
    from toolkit.storage.hashes import HashName

CHUNK_BYTES = 1024 * 1024

MAX_NAME_BYTES = 200
"""File systems take 255; while a file is written there is more to its name."""


def read_text(path: Path, *, max_bytes: int, error: type[ToolkitError] = InputError) -> str:
    """The text of a file in UTF-8, without a leading byte order mark; line ends as they are.

    Errors as `read_bytes`; bytes that are no UTF-8 are an `error` that names the line.
    """
    return text_of(read_bytes(path, max_bytes=max_bytes, error=error), path, error=error)


def text_of(raw: bytes, file: str | Path, *, error: type[ToolkitError] = InputError) -> str:
    """The text of bytes in UTF-8, as `read_text` gives it; `error` names `file` and the line."""
    try:
        return raw.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as failure:
        line = raw.count(b"\n", 0, failure.start) + 1
        raise error(
            f"{file}:{line}: byte {raw[failure.start]:#04x} is not UTF-8", mend="Save the file as UTF-8."
        ) from failure


def read_bytes(
    path: Path, *, max_bytes: int, follow_links: bool = True, error: type[ToolkitError] = InputError
) -> bytes:
    """The bytes of a regular file; `error` if it cannot be opened or read, is something else, or has more bytes."""
    with open_regular(path, follow_links=follow_links, error=error) as file, map_os_errors(path, error=error):
        size = os.fstat(file.fileno()).st_size
        raw = file.read(size + 1) if size <= max_bytes else b""  # for `max_bytes` that much memory would be asked for
        if len(raw) > size:  # it has grown, or tells no size
            raw += file.read(max_bytes)
    if size > max_bytes or len(raw) > max_bytes:
        raise error(f"{path}: more than the {max_bytes} bytes that such a file may have")
    return raw


def read_if_file(
    path: Path, *, max_bytes: int, follow_links: bool = True, error: type[ToolkitError] = InputError
) -> bytes | None:
    """The bytes of a regular file, null if none has this name. `error` as `read_bytes`, and if that cannot be told."""
    with map_os_errors(path, error=error):
        if not is_file(path):
            return None
    return read_bytes(path, max_bytes=max_bytes, follow_links=follow_links, error=error)


def open_regular(path: Path, *, follow_links: bool = True, error: type[ToolkitError] = InputError) -> BinaryIO:
    """An open file, buffered, for reading; `error` if it cannot be opened or is no regular file.

    A pipe or a device is refused without waiting for it. Raw pages are opened with `follow_links=False`; files of a
    dataset may be links to regular files, as in snapshots of the Hub.
    """
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | (0 if follow_links else os.O_NOFOLLOW)
    try:
        descriptor = os.open(path, flags)
    except OSError as failure:
        told = f"{path}: {_why_closed(failure, follow_links=follow_links)}"
        raise error(told, mend=mend_of(failure, error)) from failure
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        raise error(f"{path}: {file_type(mode)}, not a regular file")
    return os.fdopen(descriptor, "rb")


def _why_closed(failure: OSError, *, follow_links: bool) -> str:
    if failure.errno == errno.ELOOP and not follow_links:
        return "a symbolic link, not a regular file"
    if failure.errno == errno.ENXIO:
        return "a socket or a device, not a regular file"
    return failure.strerror or str(failure)


def file_type(mode: int) -> str:
    """What `st_mode` stands for, in words."""
    kinds = {
        stat.S_IFREG: "a file",
        stat.S_IFDIR: "a folder",
        stat.S_IFLNK: "a symbolic link",
        stat.S_IFIFO: "a pipe",
        stat.S_IFSOCK: "a socket",
    }
    return kinds.get(stat.S_IFMT(mode), "a device")


def digest_file(
    path: Path, *, follow_links: bool = True, error: type[ToolkitError] = InputError, kind: HashName = "sha256"
) -> tuple[int, str]:
    """Number of bytes and hash (hex) of a regular file, read in steps. Errors as `open_regular`."""
    digest, size = HASHES[kind](), 0
    for chunk in read_chunks(path, follow_links=follow_links, error=error):
        digest.update(chunk)
        size += len(chunk)
    return size, digest.hexdigest()


def read_chunks(path: Path, *, follow_links: bool = True, error: type[ToolkitError] = InputError) -> Iterator[bytes]:
    """The bytes of a regular file in steps. Errors as `open_regular`, and `error` if reading fails."""
    with open_regular(path, follow_links=follow_links, error=error) as file, map_os_errors(path, error=error):
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Something below a folder: `path` is relative to it, with `/`; links are not followed, so never a folder."""

    path: str
    is_folder: bool
    is_regular: bool


def list_tree(folder: Path) -> list[Entry]:
    """Everything below `folder` in the order of the paths, a folder before what it holds. Raises `OSError`."""
    found: list[Entry] = []
    waiting = [""]
    while waiting:
        prefix = waiting.pop()
        with os.scandir(folder / prefix) as entries:
            for entry in entries:
                path = prefix + entry.name
                is_folder = entry.is_dir(follow_symlinks=False)
                found.append(Entry(path=path, is_folder=is_folder, is_regular=entry.is_file(follow_symlinks=False)))
                if is_folder:
                    waiting.append(path + "/")
    return sorted(found, key=lambda entry: entry.path.split("/"))
