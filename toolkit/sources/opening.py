"""A file of a run to its open bytes, wherever it is, and to what shows that it is another one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from toolkit.sources.files import open_container, open_file
from toolkit.sources.names import is_url, join
from toolkit.sources.remote import RemoteFile, open_remote

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from typing import BinaryIO

    from toolkit.sources.tasks import State


def open_source(root: str, path: bytes, *, follow: bool) -> AbstractContextManager[BinaryIO]:
    """The file at `path` below `root`, open for reading; `SourceError` if it cannot be opened or changed meanwhile."""
    if is_url(root):
        return open_remote(join(root, path.decode()))
    return open_container(open_file(os.fsencode(join(root, "")) + path, follow=follow))


def state_of(raw: BinaryIO) -> State:
    """What changes where the open file is replaced or written to: its size, and the time (ns) or tag of its content."""
    if isinstance(raw, RemoteFile):
        return raw.state()
    found = os.fstat(raw.fileno())
    return found.st_size, found.st_mtime_ns
