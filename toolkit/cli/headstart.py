"""A head start: the process that workers are forked from gets ready while this one is still importing."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from toolkit.engines import start_forkserver
from toolkit.errors import WorkerError
from toolkit.preloads import BUILD

if TYPE_CHECKING:
    from collections.abc import Sequence

_MANY_FILES: Final = 5_000
_MANY_BYTES: Final = 32 * 1024 * 1024


def start_early(inputs: Sequence[str], workers: int | None) -> None:
    """Start it if there are several workers and large inputs; small or remote ones are not worth it.

    A wrong guess only costs time; what fails here fails again where it is reported.
    """
    if (workers or os.cpu_count() or 1) > 1:
        with suppress(OSError, ValueError, WorkerError):
            if any(map(_is_large, inputs)):
                start_forkserver(BUILD)


def _is_large(given: str) -> bool:
    path = Path(given)
    return _has_many_files(given) if path.is_dir() else path.is_file() and path.stat().st_size >= _MANY_BYTES


def _has_many_files(folder: str) -> bool:
    """Whether there are `_MANY_FILES` entries at any depth; no more are looked at."""
    seen = 0
    waiting = [folder]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                seen += 1
                if seen >= _MANY_FILES:
                    return True
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
    return False
