"""Local files: a plain one to its document, a container to its bytes. Never through a link, a pipe or a device."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import contextmanager
from hashlib import sha256
from typing import TYPE_CHECKING, BinaryIO

from toolkit.documents import MAX_PAGE_BYTES, Document
from toolkit.sources.findings import CHANGED, SourceError, not_regular, told, unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolkit.diagnostics import Diagnostic

_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK
_STEP_BYTES = 1024 * 1024
_BUFFER_BYTES = 64 * 1024


def read_file(path: bytes, file: str, *, follow: bool) -> Document | Diagnostic:
    """The page in the regular file at `path`, or why it cannot be read (S402, S403).

    A file that changes while it is read is read once more; if it changes again, the document has the fault S401.
    """
    try:
        document = _read_once(path, file, follow=follow)
        return document if document.fault is None else _read_once(path, file, follow=follow)
    except SourceError as fault:
        return told(fault, file)


def _read_once(path: bytes, file: str, *, follow: bool) -> Document:
    descriptor, before = _open(path, follow=follow)
    try:
        size = before.st_size
        if size > MAX_PAGE_BYTES:
            return _digest(descriptor, file, before)
        raw = os.read(descriptor, size + 1)  # one more byte than it should have: a longer file shows itself
        after = os.fstat(descriptor)
    except OSError as failure:
        raise unreadable(failure) from failure
    finally:
        os.close(descriptor)
    fault = None if len(raw) == size == after.st_size and before.st_mtime_ns == after.st_mtime_ns else CHANGED
    return Document.of(raw, file=file, fault=fault)


def _digest(descriptor: int, file: str, before: os.stat_result) -> Document:
    """The document of a page too large to keep: its size and hash, read in steps."""
    size, digest = 0, sha256()
    while size <= before.st_size and (step := os.read(descriptor, _STEP_BYTES)):  # a growing file has no end
        digest.update(step)
        size += len(step)
    fault = None if size == before.st_size and _is_same(before, os.fstat(descriptor)) else CHANGED
    return Document(file=file, raw=None, size=size, sha256=digest.hexdigest(), fault=fault)


@contextmanager
def open_container(path: bytes, *, follow: bool) -> Iterator[BinaryIO]:
    """The regular file at `path`, open and buffered; `SourceError` if there is none, or if it changed meanwhile."""
    descriptor, before = _open(path, follow=follow)
    try:
        with os.fdopen(descriptor, "rb", buffering=_BUFFER_BYTES, closefd=False) as raw:  # pyarrow closes what it reads
            yield raw
        if not _is_same(before, os.fstat(descriptor)):
            raise SourceError("changed while it was read", code=CHANGED)
    except OSError as failure:
        raise unreadable(failure) from failure
    finally:
        os.close(descriptor)


def _open(path: bytes, *, follow: bool) -> tuple[int, os.stat_result]:
    try:
        descriptor = os.open(path, _FLAGS if follow else _FLAGS | os.O_NOFOLLOW)
    except OSError as failure:
        mode = {errno.ELOOP: stat.S_IFLNK, errno.ENXIO: stat.S_IFSOCK}.get(failure.errno or 0)
        raise (not_regular(mode) if mode else unreadable(failure)) from failure
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        os.close(descriptor)
        raise not_regular(found.st_mode)
    return descriptor, found


def _is_same(before: os.stat_result, after: os.stat_result) -> bool:
    return before.st_size == after.st_size and before.st_mtime_ns == after.st_mtime_ns
