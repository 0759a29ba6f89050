"""What the campaigns share that look for faults: how they end, what they skip, and where they write."""

from __future__ import annotations

import signal
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

SKIPPED = 77
"""The exit code of a campaign that cannot run here."""
MEMORY = Path("/dev/shm") if Path("/dev/shm").is_dir() else None
"""A folder in memory, for flushing a disk takes most of the time; null: the system's."""


def end_in_order() -> None:
    """Have SIGTERM, with which others end a campaign that takes too long, end this process as `sys.exit` does."""
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))


def runnable(names: Iterable[str]) -> list[str]:
    """Those of `names` that can run here: without fastwarc none of WET, which is printed."""
    names = list(names)
    kept = names if find_spec("fastwarc") else [name for name in names if "wet" not in name.lower()]
    if len(kept) < len(names):
        print("skipped: WET, for fastwarc is not installed (pip install -e .[warc])")
    return kept
