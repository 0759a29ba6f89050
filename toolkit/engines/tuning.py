"""`tune_process`: what a process that is the toolkit's alone does without, so that it starts and works faster."""

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
    """Leave out what no verb needs; before numpy and pandera are imported, and never in a process of somebody else.

    That is: numpy's threads for linear algebra, which wait in a loop for work; hypothesis, which pandera imports where
    it is installed, and plugins, which pydantic looks for among all that is installed; most of Python's search for
    reference cycles, above all the last one, among all that ends with the process; and that memory goes back to the
    system after each batch of pages, to be cleared and fetched again for the next.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
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
