"""`run_isolated`: work on untrusted files in a process of its own with a memory limit.

A few kilobytes of Parquet can decode to hundreds of gigabytes, and a damaged file can crash the process that decodes
it. So all that reads rows which others may have written runs as a whole in such a process, and returns a small result.
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar

import pyarrow as pa

from toolkit import preloads
from toolkit.engines import Died, run_local
from toolkit.errors import IntegrityError, WorkerError

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
R = TypeVar("R")

MAX_WORK_BYTES: Final = 1024 * 1024 * 1024
"""Enough to read one batch of rows at a time, and to keep what is needed of millions of them."""

MEND: Final = "`toolkit validate` tells which file it is."
KILLED_MEND: Final = "Run again; a system that is short of memory kills processes."


def run_isolated(work: Callable[P, R], *given: P.args, **named: P.kwargs) -> R:
    """What `work` gives; it, its arguments and its result are pickled.

    Inside such work it is called directly, and so it is in a daemonic process, such as a worker of a
    `multiprocessing.Pool`, which may start no other: there its memory is not limited.
    IntegrityError if it needs more than `MAX_WORK_BYTES`, or if its process dies; WorkerError if that is killed. It is
    not run a second time, since it may have written something. What it raises itself is raised here.
    """
    if is_limited() or multiprocessing.current_process().daemon:
        return work(*given, **named)
    tasks = [partial(work, *given, **named)]
    (result,) = run_local(_bounded, tasks, workers=1, preload=preloads.ISOLATED, isolated=True, attempts=1)
    if isinstance(result, Died):
        if result.was_killed:
            raise WorkerError("the process that read the files was killed", mend=KILLED_MEND)
        raise IntegrityError(f"the process that read the files ended with {result.reason}", mend=MEND)
    return result


def _bounded(work: Callable[[], R]) -> R:
    limit_memory(MAX_WORK_BYTES)
    try:
        return work()
    except MemoryError as fault:
        raise IntegrityError("what is read asks for more memory than it is given", mend=MEND) from fault


@cache
def limit_memory(max_bytes: int) -> None:
    """Let this worker process take at most `max_bytes` more memory than it holds. Linux only; no limit elsewhere.

    Arrow's own allocators reserve a gigabyte at a time, which would count as used: the system's does not.
    """
    if sys.platform != "linux":
        return
    pa.set_memory_pool(pa.system_memory_pool())
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = _held_bytes() + max_bytes
    resource.setrlimit(resource.RLIMIT_DATA, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))


def _held_bytes() -> int:
    """How much memory this process holds of the kind that is limited."""
    try:
        return int(Path("/proc/self/statm").read_text("ascii").split()[5]) * resource.getpagesize()
    except OSError:  # no /proc in this container: what it used, which is less by some tens of megabytes
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def is_limited() -> bool:
    """Whether this process is such a worker."""
    return limit_memory.cache_info().currsize > 0
