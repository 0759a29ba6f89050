"""A bound on the memory of a process that reads untrusted files."""

from __future__ import annotations

import resource
import sys
from functools import cache
from pathlib import Path

import pyarrow as pa

MAX_TABLE_BYTES = 352 * 1024 * 1024
"""Memory for one file, on top of what the process holds already: three times what a row group of ours takes."""


@cache
def limit_memory() -> None:
    """Let this process, a worker of ours, take at most `MAX_TABLE_BYTES` more. Linux only; elsewhere nothing.

    Arrow's own allocators set apart a gigabyte at a time, which cannot be told from use: the system's does not.
    """
    if sys.platform != "linux":
        return
    pa.set_memory_pool(pa.system_memory_pool())
    held = int(Path("/proc/self/statm").read_text("ascii").split()[5]) * resource.getpagesize()
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = held + MAX_TABLE_BYTES
    resource.setrlimit(resource.RLIMIT_DATA, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))
