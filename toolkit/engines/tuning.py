"""`tune_process`: settings with which a process of the toolkit's own starts and works faster."""

from __future__ import annotations

import atexit
import ctypes
import gc
import os
import sys
from typing import Final

from toolkit.engines.cycles import THRESHOLDS

_M_TRIM_THRESHOLD: Final = -1
_M_MMAP_THRESHOLD: Final = -3
_KEPT_BYTES: Final = 64 * 1024 * 1024
_LARGEST_KEPT: Final = 12 * 1024 * 1024  # the text of a row group goes back: among blocks of all sizes the heap grows


def tune_process() -> None:
    """Leave out what no verb needs. Before numpy and pandera are imported, and never in a process of somebody else.

    - numpy starts no threads for linear algebra, which would wait in a loop for work;
    - jemalloc, which Arrow brings along, starts no thread;
    - pandera does not import hypothesis, nor pydantic look for plugins among all that is installed;
    - Python searches rarely for reference cycles, and not at all when the process ends;
    - memory is kept after each batch of pages for the next one, not given back to the system.
    """
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    os.environ.setdefault("JE_ARROW_MALLOC_CONF", "background_thread:false")
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    sys.modules.setdefault("hypothesis", None)  # type: ignore[arg-type]  # what `import` takes for not installed
    gc.set_threshold(*THRESHOLDS)
    atexit.register(gc.freeze)
    _keep_freed_memory()


def _keep_freed_memory() -> None:
    """Have glibc, where it is the C library, keep what is freed for what comes next; Arrow too takes it from there."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is None:
        return
    mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES)
    mallopt(_M_MMAP_THRESHOLD, _LARGEST_KEPT)
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
