"""A head start for workers: forked before the work begins, they share all that this process has imported."""

from __future__ import annotations

import os
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

from toolkit.engines import fork_ahead, may_fork, start_forkserver, usable_cores
from toolkit.errors import WorkerError
from toolkit.preloads import BUILD, BUILD_RUNS, READ
from toolkit.storage.presence import is_file, is_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

_MANY_FILES: Final = 6_000
"""So many pages of 6 KB are cut into several tasks."""

_MOST: Final = 16
"""Workers that are forked ahead: each takes 3 ms and 2 MB. Where more are wanted, a server forks them."""


def start_early(inputs: Sequence[str], workers: int | None) -> None:
    """Have the workers of a large build forked from this process, before it has a second thread.

    Where that is not safe, or workers are many, the forkserver starts instead, and imports beside this process. A wrong
    guess only costs time; what fails here fails again where it is reported.
    """
    workers = workers or usable_cores()
    if workers > 1:
        with suppress(ImportError, OSError, ValueError, WorkerError):
            if any(map(_is_large, inputs)):
                _start(BUILD, BUILD_RUNS * workers)


def start_readers(given: Sequence[str], count: int) -> None:
    """Have `count` workers forked from this process if one of the paths is a dataset: they share what reads one.

    For a small dataset it would take longer to have a server import that once more than to read it.
    """
    from toolkit.storage.dataset_files import MANIFEST_NAME  # noqa: PLC0415 - the help of the command need not wait for it

    with suppress(ImportError, OSError, ValueError, WorkerError):
        if any(is_file(Path(path, MANIFEST_NAME)) for path in given):
            _start(READ, count)


def _start(preload: Sequence[str], count: int) -> None:
    if count <= _MOST and may_fork():
        for module in preload:
            import_module(module)
        if fork_ahead(count):
            return
    start_forkserver(preload)


def _is_large(given: str) -> bool:
    path = Path(given)
    if is_folder(path):
        return _has_many_files(given)
    from toolkit.sources import expansion, may_be_cut  # noqa: PLC0415 - imports pyarrow; a folder need not wait for it

    name = os.fsencode(path)
    return is_file(path) and may_be_cut(name, path.stat().st_size * expansion(name))


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
