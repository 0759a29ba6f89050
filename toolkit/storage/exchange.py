"""Renaming in one step, and making it last. Every function here raises `OSError`."""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import sys
from typing import TYPE_CHECKING

from toolkit.storage.presence import is_there

if TYPE_CHECKING:
    from pathlib import Path

AT_FDCWD = -100
RENAME_NOREPLACE = 1  # linux/fs.h
RENAME_EXCHANGE = 2
RENAME_SWAP = 2  # sys/stdio.h of macOS
RENAME_EXCL = 4
SYSCALL_RENAMEAT2 = {"x86_64": 316, "aarch64": 276, "riscv64": 276}
"""For C libraries without `renameat2` (musl before 1.2.6)."""

UNSUPPORTED = frozenset({errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP})


def rename_new(source: Path, target: Path) -> None:
    """Give a folder a name that nothing but an empty folder may hold.

    A file system without such a rename gets the plain one: for a folder it also replaces nothing but an empty folder.
    """
    try:
        _rename(source, target, RENAME_EXCL if sys.platform == "darwin" else RENAME_NOREPLACE)
    except OSError as failure:
        if failure.errno not in UNSUPPORTED:
            raise
        source.rename(target)


def exchange(left: Path, right: Path) -> None:
    """Swap two names in one step: both are there at every moment."""
    _rename(left, right, RENAME_SWAP if sys.platform == "darwin" else RENAME_EXCHANGE)


def can_exchange(folder: Path) -> bool:
    """Whether the file system of `folder` can swap two names, tried on two empty folders in it."""
    pair = (folder / "probe-1", folder / "probe-2")
    for probe in pair:
        probe.mkdir(exist_ok=True)
    try:
        exchange(*pair)
    except OSError as failure:
        if failure.errno not in UNSUPPORTED:
            raise
        return False
    finally:
        for probe in pair:
            probe.rmdir()
    return True


def _rename(source: Path, target: Path, flags: int) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    number = SYSCALL_RENAMEAT2.get(platform.machine()) if sys.platform == "linux" else None
    old, new, how = os.fsencode(source), os.fsencode(target), ctypes.c_uint(flags)
    ctypes.set_errno(0)
    if sys.platform == "darwin":
        result = library.renamex_np(old, new, how)
    elif hasattr(library, "renameat2"):
        result = library.renameat2(AT_FDCWD, old, AT_FDCWD, new, how)
    elif number is not None:
        result = library.syscall(ctypes.c_long(number), AT_FDCWD, old, AT_FDCWD, new, how)
    else:
        raise OSError(errno.ENOTSUP, "this system cannot exchange two names in one step")
    if result != 0:
        failure = ctypes.get_errno()
        raise OSError(failure, os.strerror(failure), os.fspath(target))


def sync_file(descriptor: int) -> None:
    """Return once the file is on the medium. After an error its state is unknown: never try again on it."""
    if sys.platform == "darwin":
        import fcntl  # noqa: PLC0415 - only there does fsync stop before the medium

        fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
    else:
        os.fsync(descriptor)


def make_folders(folder: Path) -> None:
    """Make a folder and those above it; where one was made, its name is on the medium when this returns."""
    missing = [place for place in (folder, *folder.parents) if not is_there(place)]
    for place in reversed(missing):
        place.mkdir(exist_ok=True)
        sync_folder(place.parent)


def sync_folder(folder: Path) -> None:
    """Return once the names in `folder` are on the medium; file systems that know no such call are let pass."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as failure:
        if failure.errno not in UNSUPPORTED:
            raise OSError(failure.errno, failure.strerror, os.fspath(folder)) from failure
    finally:
        os.close(descriptor)
