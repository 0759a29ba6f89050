"""One build at an output at a time."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from toolkit.errors import LockedError
from toolkit.storage.exchange import make_folders, sync_folder
from toolkit.storage.failures import map_os_errors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def lock_path(target: Path) -> Path:
    """`.NAME.lock` beside the target; it is made once and never deleted, or two builds could hold two files."""
    return target.parent / f".{target.name}.lock"


@contextmanager
def lock(target: Path) -> Iterator[None]:
    """Hold the output `target` (absolute) for one build; the folders above it are made.

    LockedError at once if another build holds it, OutputError if the lock cannot be made. The system drops the lock
    with the last process that holds it: a build's own, and those it forked without a new program.
    """
    path = lock_path(target)
    with map_os_errors(path):
        make_folders(target.parent)
        sync_folder(target.parent)  # what the commit ends with: better refused before the build than after it
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)
    try:
        _take(descriptor, path, target)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, path: Path, target: Path) -> None:
    with map_os_errors(path):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as failure:
            raise LockedError(
                f"{target}: another build holds it", mend="Wait for its end, or name another --out."
            ) from failure
