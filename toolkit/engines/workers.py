"""`Worker`: a process with a pipe of its own. It may die at any moment, and no other process waits for it.

`concurrent.futures.ProcessPoolExecutor` is not used: its workers share one pipe of results and its lock, so that a
worker which is killed while it sends leaves the parent, and every other worker, waiting for ever.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
import types
from contextlib import contextmanager, suppress
from multiprocessing import forkserver, resource_tracker
from typing import TYPE_CHECKING

from toolkit.engines.forked import take_forked
from toolkit.engines.serving import serve
from toolkit.errors import WorkerError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkServerProcess
    from multiprocessing.process import BaseProcess

FIRST, LAST = "toolkit.engines.forkserver_first", "toolkit.engines.forkserver_last"
"""Imported by the process that workers are forked from, before and after all else."""

START_ATTEMPTS = 5
START_PAUSE_S = 0.1
END_TIMEOUT_S = 1.0

_starting = threading.RLock()
"""Held while `__main__` and the environment are not the caller's: by one thread at a time."""


class Worker:
    """A process that runs one task after another; `connection` is ready once it has answered or died."""

    connection: Connection
    _process: BaseProcess

    def __init__(self, preload: Sequence[str] = ()) -> None:
        """Take a process that was forked ahead, or have the server fork one; `preload` is for `start_forkserver`.

        One that the server forks has the environment that this process has now. WorkerError if it cannot be started.
        """
        if forked := take_forked():
            self.connection, self._process = forked
            return
        start_forkserver(preload)
        self.connection, theirs = multiprocessing.Pipe()
        try:
            self._process = _start(theirs)
        except (OSError, EOFError) as error:
            raise WorkerError(f"a worker process could not be started: {error!r}") from error
        except BaseException:
            self.connection.close()  # if the process has started, it ends when it sees this
            raise
        finally:
            theirs.close()

    def send(self, message: bytes) -> None:
        """Give the process a task. One that is dead by now is found by `receive`."""
        with suppress(OSError):
            self.connection.send_bytes(message)

    def receive(self) -> bytes | None:
        """The answer to the task that was sent last; null if the process died instead. Blocks until one is known."""
        try:
            return self.connection.recv_bytes()
        except (EOFError, OSError):
            return None

    def close(self) -> None:
        """Let the process end in peace; one that does not within a second is killed."""
        self.connection.close()
        self._process.join(END_TIMEOUT_S)
        self.kill()

    def kill(self) -> None:
        """End the process now, whatever it is at."""
        self.connection.close()
        self._process.kill()

    def exit_code(self) -> int | None:
        """What a process that was killed or died has ended with, -N for signal N; null if that is not known in time."""
        self._process.join(END_TIMEOUT_S)
        return self._process.exitcode


def start_forkserver(preload: Sequence[str] = ()) -> None:
    """Start the process that workers are forked from; it imports `preload` once, for all of them.

    It returns at once: the imports go on beside the caller. What cannot be imported is left to the tasks; a server that
    runs already keeps what it has. It ends with the caller's process. Raises WorkerError if it cannot be started.
    """
    if multiprocessing.current_process().daemon:
        raise WorkerError(
            "worker processes cannot be started by a daemonic process, as those of multiprocessing.Pool are",
            mend="Call it from a process of concurrent.futures.ProcessPoolExecutor.",
        )
    try:
        resource_tracker.ensure_running()
        with _apart_from_main():
            _ensure_server([FIRST, __name__, *preload, LAST])
    except OSError as error:
        mend = "They need a current folder, and one with a short path in TMPDIR, such as /tmp, for their sockets."
        raise WorkerError(f"worker processes cannot be started: {error}", mend=mend) from error


def _ensure_server(modules: list[str]) -> None:
    forkserver.set_forkserver_preload(modules)
    try:
        forkserver.ensure_running()
    except ChildProcessError:  # that of a process which forked this one before it imported us
        _leave_to_parent()
        _ensure_server(modules)


def _start(connection: Connection) -> ForkServerProcess:
    """A process that serves at `connection`; one that is killed while it starts, or whose server is, is replaced."""
    for _ in range(START_ATTEMPTS - 1):
        with suppress(OSError, EOFError):
            return _try_start(connection)
        time.sleep(START_PAUSE_S)
    return _try_start(connection)


def _try_start(connection: Connection) -> ForkServerProcess:
    process = multiprocessing.get_context("forkserver").Process(
        target=serve, args=(connection, dict(os.environ)), daemon=True, name="toolkit worker"
    )
    with _apart_from_main():
        process.start()
    return process


@contextmanager
def _apart_from_main() -> Iterator[None]:
    """Start processes without a trace of the program that called us.

    `multiprocessing` would run the caller's script again in each worker; only a blank `__main__` keeps it from that.
    SIGINT and SIGHUP never reach them: a terminal sends them to every process, but only the parent decides.
    """
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP, signal.SIGINT})
    try:
        with _starting, import_paths():
            main, sys.modules["__main__"] = sys.modules["__main__"], types.ModuleType("__main__")
            try:
                yield
            finally:
                sys.modules["__main__"] = main
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


@contextmanager
def import_paths() -> Iterator[None]:
    """Let the server import from where this process does; as a `python -c` it would try the current folder first."""
    ours = {"PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path)), "PYTHONSAFEPATH": "1"}
    before = {name: os.environ[name] for name in ours if name in os.environ}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name in ours:
            del os.environ[name]
        os.environ.update(before)


def _leave_to_parent() -> None:
    """In a forked child: the server that runs is its parent's, and none of its threads is starting a process."""
    global _starting  # noqa: PLW0603 - a lock that another thread held stays held for ever
    _starting = threading.RLock()
    server = vars(forkserver._forkserver)  # noqa: SLF001 - Python has no other way, and would wait for it in vain
    if server["_forkserver_pid"] is not None:
        os.close(server["_forkserver_alive_fd"])
        server.update(vars(forkserver.ForkServer()))


os.register_at_fork(after_in_child=_leave_to_parent)
