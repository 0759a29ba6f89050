"""Operating system errors, told as what they mean to the caller."""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from toolkit.errors import DestinationError, OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from toolkit.errors import ToolkitError

_NO_ROOM: Final = {errno.ENOSPC, errno.EDQUOT}
_NO_PERMISSION: Final = {errno.EACCES, errno.EPERM, errno.EROFS}


@contextmanager
def map_os_errors(path: Path, *, error: type[ToolkitError] = OutputError, mend: str = "") -> Iterator[None]:
    """Inside the block an `OSError` becomes `error`, with the file that failed (else `path`) and the system's words.

    Without a `mend` it gets the one of `mend_of`.
    """
    try:
        yield
    except OSError as failure:
        told = f"{_failed_file(failure, path)}: {reason(failure)}"
        raise error(told, mend=mend or mend_of(failure, error)) from failure


def mend_of(failure: OSError, error: type[ToolkitError]) -> str:
    """What to do about `failure`, which became `error`: of a full disk and of missing permissions, else empty."""
    if failure.errno in _NO_ROOM:
        return "Make room, then run the same command again."
    if failure.errno in _NO_PERMISSION:
        needed = "read and write there" if error in {OutputError, DestinationError} else "read it"
        return f"Permission to {needed} is needed."
    return ""


def _failed_file(failure: OSError, path: Path) -> str:
    """The file that `failure` names, else `path`."""
    name = failure.filename
    return os.fsdecode(name) if isinstance(name, str | bytes) else str(path)


def reason(failure: OSError) -> str:
    """What the system says, for example `No space left on device`."""
    return failure.strerror or str(failure) or type(failure).__name__
