"""Plain files to documents: one page each, opened once, never through a link, a pipe or a device."""

from __future__ import annotations

import errno
import os
import stat
from hashlib import sha256
from typing import TYPE_CHECKING

from toolkit.documents import MAX_PAGE_BYTES, Document
from toolkit.sources.findings import not_regular, unreadable

if TYPE_CHECKING:
    from toolkit.diagnostics import Diagnostic

_FOLLOWING = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK
_STEP_BYTES = 1024 * 1024


def read_file(path: bytes, file: str, *, follow: bool) -> Document | Diagnostic:
    """The page in the regular file at `path`, or why it cannot be read (S402, S403).

    A file that changes while it is read is read once more; if it changes again, the document has the fault S401.
    """
    document = _read_once(path, file, follow=follow)
    if isinstance(document, Document) and document.fault is not None:
        return _read_once(path, file, follow=follow)
    return document


def _read_once(path: bytes, file: str, *, follow: bool) -> Document | Diagnostic:
    try:
        descriptor = os.open(path, _FOLLOWING if follow else _FOLLOWING | os.O_NOFOLLOW)
    except OSError as failure:
        return _why_closed(file, failure)
    try:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            return not_regular(file, before.st_mode)
        size = before.st_size
        if size > MAX_PAGE_BYTES:
            return _digest(descriptor, file, before)
        raw = os.read(descriptor, size + 1)  # one more byte than it should have: a longer file shows itself
        after = os.fstat(descriptor)
    except OSError as failure:
        return unreadable(file, str(failure.strerror))
    finally:
        os.close(descriptor)
    fault = None if len(raw) == size == after.st_size and before.st_mtime_ns == after.st_mtime_ns else "S401"
    return Document(file=file, raw=raw, size=len(raw), sha256=sha256(raw).hexdigest(), fault=fault)


def _why_closed(file: str, failure: OSError) -> Diagnostic:
    if failure.errno == errno.ELOOP:
        return not_regular(file, stat.S_IFLNK)
    if failure.errno == errno.ENXIO:
        return not_regular(file, stat.S_IFSOCK)
    return unreadable(file, str(failure.strerror))


def _digest(descriptor: int, file: str, before: os.stat_result) -> Document:
    """The document of a page too large to keep: its size and hash, read in steps."""
    size, digest = 0, sha256()
    while size <= before.st_size and (step := os.read(descriptor, _STEP_BYTES)):  # a growing file has no end
        digest.update(step)
        size += len(step)
    after = os.fstat(descriptor)
    same = size == before.st_size == after.st_size and before.st_mtime_ns == after.st_mtime_ns
    return Document(file=file, raw=None, size=size, sha256=digest.hexdigest(), fault=None if same else "S401")
