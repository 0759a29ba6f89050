"""A campaign that is told to end leaves nothing behind."""

from __future__ import annotations

import signal
import sys


def end_in_order() -> None:
    """Have SIGTERM, with which others end a campaign that takes too long, end this process as `sys.exit` does."""
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
