"""Operating system errors, told as what they mean to the caller."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from toolkit.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from toolkit.errors import ToolkitError


@contextmanager
def writing(path: Path, *, error: type[ToolkitError] = OutputError, mend: str = "") -> Iterator[None]:
    """Inside the block an `OSError` becomes `error`, with the file that failed (else `path`) and the system's words."""
    try:
        yield
    except OSError as failure:
        raise error(f"{failed_file(failure, path)}: {reason(failure)}", mend=mend) from failure


def failed_file(failure: OSError, path: Path) -> str:
    """The file that `failure` names, else `path`."""
    name = failure.filename
    return os.fsdecode(name) if isinstance(name, str | bytes) else str(path)


def reason(failure: OSError) -> str:
    """What the system says, for example `No space left on device`."""
    return failure.strerror or str(failure) or type(failure).__name__
