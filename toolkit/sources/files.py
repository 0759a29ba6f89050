"""Local files: a plain one to its document, a container to its bytes. Never through a link, a pipe or a device."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections import deque
from contextlib import contextmanager
from hashlib import sha256
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from toolkit.documents import MAX_PAGE_BYTES, Document
from toolkit.sources.findings import CHANGED, SourceError, not_regular, told, unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from toolkit.diagnostics import Diagnostic

_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK
_STEP_BYTES = 1024 * 1024
_BUFFER_BYTES = 64 * 1024
AHEAD = 32
"""Files that are open before it is their turn, and on their way from the disk: it is asked for many at once."""
_ADVISED_BYTES = 1024 * 1024
"""Of a longer file the system itself reads on."""


class Opened(NamedTuple):
    """A regular file that is open, and what it was like then; whoever has it closes `descriptor`."""

    path: bytes
    follow: bool
    descriptor: int
    found: os.stat_result


def open_ahead(paths: Iterable[bytes], *, follow: bool) -> Iterator[Opened | SourceError]:
    """The file at each of `paths`, in their order, or why it cannot be read (S402, S403); `AHEAD` more are open."""
    waiting: deque[Opened | SourceError] = deque()
    try:
        for path in paths:
            opened = _try_open(path, follow=follow)
            while waiting and _is_one_too_many(opened):
                yield waiting.popleft()
                opened = _try_open(path, follow=follow)
            waiting.append(opened)
            if len(waiting) > AHEAD:
                yield waiting.popleft()
        while waiting:
            yield waiting.popleft()
    finally:
        for left in waiting:
            if isinstance(left, Opened):
                os.close(left.descriptor)


def _try_open(path: bytes, *, follow: bool) -> Opened | SourceError:
    try:
        opened = open_file(path, follow=follow)
    except SourceError as fault:
        return fault
    if sys.platform == "linux":
        try:  # noqa: SIM105 - of each page
            os.posix_fadvise(opened.descriptor, 0, _ADVISED_BYTES, os.POSIX_FADV_WILLNEED)
        except OSError:
            pass  # it is advice: no file system has to take it
    return opened


def _is_one_too_many(opened: Opened | SourceError) -> bool:
    """Whether it could not be opened because too many files are open."""
    failure = opened.__cause__ if isinstance(opened, SourceError) else None
    return isinstance(failure, OSError) and failure.errno in {errno.EMFILE, errno.ENFILE}


def read_file(opened: Opened, file: str) -> Document | Diagnostic:
    """The page in an open file, which is closed then, or why it cannot be read (S402, S403).

    A file that changed since it was opened is read once more; if it changes again, the document has the fault S401.
    """
    try:
        document = _read_once(opened, file)
        if document.fault is None:
            return document
        return _read_once(open_file(opened.path, follow=opened.follow), file)
    except SourceError as fault:
        return told(fault, file)


def _read_once(opened: Opened, file: str) -> Document:
    descriptor, before = opened.descriptor, opened.found
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
    fault = None if len(raw) == size and _is_same(before, after) else CHANGED
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
def open_container(opened: Opened) -> Iterator[BinaryIO]:
    """The bytes of an open file, buffered, which is closed then; `SourceError` if it changed meanwhile."""
    descriptor = opened.descriptor
    try:
        with os.fdopen(descriptor, "rb", buffering=_BUFFER_BYTES, closefd=False) as raw:  # pyarrow closes what it reads
            yield raw
        if not _is_same(opened.found, os.fstat(descriptor)):
            raise SourceError("changed while it was read", code=CHANGED)
    except OSError as failure:
        raise unreadable(failure) from failure
    finally:
        os.close(descriptor)


def open_file(path: bytes, *, follow: bool) -> Opened:
    """The regular file at `path`; `SourceError` if there is none, or it cannot be opened."""
    try:
        descriptor = os.open(path, _FLAGS if follow else _FLAGS | os.O_NOFOLLOW)
    except OSError as failure:
        mode = {errno.ELOOP: stat.S_IFLNK, errno.ENXIO: stat.S_IFSOCK}.get(failure.errno or 0)
        raise (not_regular(mode) if mode else unreadable(failure)) from failure
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        os.close(descriptor)
        raise not_regular(found.st_mode)
    return Opened(path, follow, descriptor, found)


def _is_same(before: os.stat_result, after: os.stat_result) -> bool:
    return before.st_size == after.st_size and before.st_mtime_ns == after.st_mtime_ns
