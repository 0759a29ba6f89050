"""What stands at a path. Where the system gives no answer, neither do these: they raise `OSError`.

That is of a folder that may not be searched, a name that is too long, a disk that fails. `pathlib` says "nothing" to
some of it, and from Python 3.14 on to all: a dataset that cannot be seen would be none. `is_absent` and `is_seen_file`
are for those who can do without an answer.
"""

from __future__ import annotations

import errno
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def is_there(path: Path, *, follow_links: bool = True) -> bool:
    """Whether anything has this name; a link that leads nowhere only with `follow_links=False`."""
    return _mode(path, follow_links=follow_links) is not None


def is_folder(path: Path) -> bool:
    """Whether a folder, or a link to one, has this name."""
    return stat.S_ISDIR(_mode(path) or 0)


def is_file(path: Path) -> bool:
    """Whether a regular file, or a link to one, has this name."""
    return stat.S_ISREG(_mode(path) or 0)


def is_link(path: Path) -> bool:
    """Whether a symbolic link has this name."""
    return stat.S_ISLNK(_mode(path, follow_links=False) or 0)


def is_absent(path: Path) -> bool:
    """Whether nothing has this name, no broken link either; false where the system does not let it be seen."""
    try:
        return not is_there(path, follow_links=False)
    except OSError:
        return False


def is_seen_file(path: Path) -> bool:
    """Whether a regular file, or a link to one, has this name; false where the system does not let it be seen."""
    try:
        return is_file(path)
    except OSError:
        return False


def _mode(path: Path, *, follow_links: bool = True) -> int | None:
    """`st_mode`, null where nothing has the name or could have it: a link in a circle, a name with U+0000."""
    try:
        return path.stat(follow_symlinks=follow_links).st_mode
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None
    except OSError as failure:
        if failure.errno == errno.ELOOP:
            return None
        raise
