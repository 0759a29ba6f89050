"""The diagnostics of this wing (S4xx): what could not be read, and why."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

from toolkit.diagnostics import Location, diagnose

if TYPE_CHECKING:
    from toolkit.diagnostics import Diagnostic


def unreadable(file: str, reason: str) -> Diagnostic:
    """S402: the file or folder `file` cannot be opened or read, for the `reason` that the system gives."""
    return diagnose("S402", f"cannot be read: {reason}", Location(file=file))


def not_regular(file: str, mode: int) -> Diagnostic:
    """S403: `file` is no regular file, but what `mode` (`st_mode`) says."""
    return diagnose("S403", f"is {_KINDS.get(stat.S_IFMT(mode), 'a device')}, not a regular file", Location(file=file))


_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFLNK: "a symbolic link",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
}
