"""`fork_ahead`: workers forked from this very process, so that they need not import again what it has imported.

Their parent must have a single thread when it forks them: a lock that another one holds would stay held in them for
ever. So they are made before the work begins, and whatever ends or comes too late is replaced by other means.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from toolkit.engines.serving import serve

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

_OWN_THREADS: Final = Path("/proc/self/task")
_HANDLED: Final = {signal.SIGINT, signal.SIGTERM}


class Forked(NamedTuple):
    """A worker that waits for its first task."""

    connection: Connection
    process: BaseProcess


_ahead: deque[Forked] = deque()


def fork_ahead(count: int) -> bool:
    """Fork workers, with the environment that this process has now; false where it cannot be done safely.

    `take_forked` gives them. Those that nobody takes end with this process.
    """
    if sys.platform != "linux" or len([*_OWN_THREADS.iterdir()]) > 1 or multiprocessing.current_process().daemon:
        return False
    gc.freeze()  # else each of them would copy all that was imported as soon as its collector looks at it
    # blocked until the worker has its own answer to them
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, _HANDLED)
    try:
        while len(_ahead) < count:
            _ahead.append(_fork())
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        gc.unfreeze()
    return True


def take_forked() -> Forked | None:
    """A worker that was forked ahead and still lives, for the caller alone; null if none is left."""
    while _ahead:
        forked = _ahead.popleft()
        if forked.process.is_alive():
            return forked
        forked.connection.close()
    return None


def _fork() -> Forked:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(
        target=_serve_forked, args=(theirs, ours), daemon=True, name="toolkit worker"
    )
    try:
        process.start()
    finally:
        theirs.close()
    return Forked(ours, process)


def _serve_forked(connection: Connection, parents: Connection) -> None:
    parents.close()  # it is a copy; with it open, this process would wait for itself
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    serve(connection, dict(os.environ))


def _leave_to_parent() -> None:
    """In a forked child: the workers are its parent's, and so are the other ends of their pipes."""
    while _ahead:
        _ahead.popleft().connection.close()


os.register_at_fork(after_in_child=_leave_to_parent)
