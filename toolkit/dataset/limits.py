"""A bound on the memory of a process that reads untrusted files."""

from __future__ import annotations

import resource
import sys
from functools import cache
from pathlib import Path

import pyarrow as pa


@cache
def limit_memory(max_bytes: int) -> None:
    """Let this worker process take at most `max_bytes` more memory than it holds. Linux only; no limit elsewhere.

    Arrow's own allocators reserve a gigabyte at a time, which would count as used: the system's does not.
    """
    if sys.platform != "linux":
        return
    pa.set_memory_pool(pa.system_memory_pool())
    held = int(Path("/proc/self/statm").read_text("ascii").split()[5]) * resource.getpagesize()
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = held + max_bytes
    resource.setrlimit(resource.RLIMIT_DATA, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))


def is_limited() -> bool:
    """Whether this process is such a worker."""
    return limit_memory.cache_info().currsize > 0
