"""`spare`: what a process that is the toolkit's alone does without, so that it starts and works faster."""

from __future__ import annotations

import gc
import os
import sys

from toolkit.engines.cycles import THRESHOLDS


def spare() -> None:
    """Leave out what no verb needs; before numpy and pandera are imported, and never in a process of somebody else.

    That is: numpy's threads for linear algebra, which wait in a loop for work; hypothesis, which pandera imports where
    it is installed; most of Python's search for reference cycles.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    sys.modules.setdefault("hypothesis", None)  # type: ignore[arg-type]  # what `import` takes for not installed
    gc.set_threshold(*THRESHOLDS)
