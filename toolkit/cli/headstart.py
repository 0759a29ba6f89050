"""A head start for large builds: workers that share all that this process has imported."""

from __future__ import annotations

import os
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

from toolkit.engines import fork_ahead, may_fork, start_forkserver
from toolkit.errors import WorkerError
from toolkit.preloads import BUILD, BUILD_RUNS

if TYPE_CHECKING:
    from collections.abc import Sequence

_MANY_FILES: Final = 6_000
_MANY_BYTES: Final = 32 * 1024 * 1024
_PACKED: Final = (".gz", ".tgz", ".zst", ".zip", ".parquet")
_MANY_PACKED_BYTES: Final = 8 * 1024 * 1024
"""So much is cut into several tasks where a page has 6 KB, and where it is packed to a quarter."""

_MOST: Final = 8
"""Workers that are forked ahead for each run: each takes 3 ms and 2 MB. Where more are wanted, a server forks them."""


def start_early(inputs: Sequence[str], workers: int | None) -> None:
    """Have the workers of a large build forked from this process, before it has a second thread.

    Where that is not safe, or workers are many, the forkserver starts instead, and imports beside this process. A wrong
    guess only costs time; what fails here fails again where it is reported.
    """
    workers = workers or os.cpu_count() or 1
    if workers > 1:
        with suppress(ImportError, OSError, ValueError, WorkerError):
            if any(map(_is_large, inputs)):
                _start(workers)


def _start(workers: int) -> None:
    if workers > _MOST or not may_fork():
        start_forkserver(BUILD)
        return
    for module in BUILD:
        import_module(module)
    if not fork_ahead(BUILD_RUNS * workers):
        start_forkserver(BUILD)


def _is_large(given: str) -> bool:
    path = Path(given)
    if path.is_dir():
        return _has_many_files(given)
    many = _MANY_PACKED_BYTES if given.lower().endswith(_PACKED) else _MANY_BYTES
    return path.is_file() and path.stat().st_size >= many


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
