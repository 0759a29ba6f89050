"""`fork_ahead`: workers forked from this very process, so that they need not import again what it has imported.

Their parent must have a single thread when it forks them: a lock that another one holds would stay held in them for
ever. So they are made before the work begins, and those that die are replaced by the forkserver.
"""

from __future__ import annotations

import atexit
import ctypes
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
_HANDLED: Final = {signal.SIGHUP, signal.SIGINT, signal.SIGTERM}
_PR_SET_PDEATHSIG: Final = 1


class Forked(NamedTuple):
    """A worker that waits for its first task."""

    connection: Connection
    process: BaseProcess


_ahead: deque[Forked] = deque()


def may_fork() -> bool:
    """Whether workers can be forked from this process safely, and it is told how they end."""
    try:
        is_alone = sys.platform == "linux" and len([*_OWN_THREADS.iterdir()]) == 1
    except OSError:  # /proc is not there, or hidden
        return False
    is_told = signal.getsignal(signal.SIGCHLD) is signal.SIG_DFL
    return is_alone and is_told and not multiprocessing.current_process().daemon


def fork_ahead(count: int) -> bool:
    """Fork so many more workers, with the environment of this moment; false where that is not safe, or not possible.

    `take_forked` gives them. Those that nobody takes end with this process.
    """
    if not may_fork():
        return False
    # blocked until the worker has its own answer to them
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, _HANDLED)
    try:
        for _ in range(count):
            _ahead.append(_fork())
    except OSError:  # too many processes or open files
        return False
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
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
        target=_serve_forked, args=(theirs, ours, os.getpid()), daemon=True, name="toolkit worker"
    )
    try:
        process.start()
    except BaseException:
        ours.close()
        raise
    finally:
        theirs.close()
    return Forked(ours, process)


def _serve_forked(connection: Connection, parents: Connection, parent: int) -> None:
    # the pipe that tells of the parent's end is also held by the workers that are forked after this one
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    parents.close()  # it is a copy; with it open, this process would wait for itself
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    serve(connection)


def _leave_to_parent() -> None:
    """In a forked child: the workers are its parent's, and so are the other ends of their pipes."""
    while _ahead:
        _ahead.popleft().connection.close()


def _end_waiting() -> None:
    """At the end of this process; multiprocessing would wait for one that was stopped."""
    while _ahead:
        forked = _ahead.popleft()
        forked.connection.close()
        forked.process.kill()


os.register_at_fork(after_in_child=_leave_to_parent)
atexit.register(_end_waiting)
