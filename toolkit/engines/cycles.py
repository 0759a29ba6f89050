"""`rare_collections`: less of Python's search for reference cycles while tasks run."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

THRESHOLDS = 100_000, 20, 20
"""Those of `gc.set_threshold` where objects are many and cycles few."""


@contextmanager
def rare_collections() -> Iterator[None]:
    """Inside the block the collector runs rarely; in a process of the toolkit's own, only over what was made meanwhile.

    A task makes very many objects without a cycle among them; looking at each again and again takes a twentieth of it.
    """
    thresholds = gc.get_threshold()
    # as `tune_process` sets them; without freezing, the first search would go through all that was imported
    is_ours = thresholds == THRESHOLDS
    if is_ours:
        gc.freeze()
    gc.set_threshold(*THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        if is_ours:
            gc.unfreeze()
