"""`serve`: the whole life of a worker process."""

from __future__ import annotations

import fcntl
import multiprocessing
import os
import signal
import sys
import threading
from contextlib import suppress
from multiprocessing.connection import wait
from typing import TYPE_CHECKING

from toolkit.engines.messages import answer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from multiprocessing.connection import Connection


def serve(connection: Connection, environment: Mapping[str, str] | None = None) -> None:
    """Answer tasks, with this environment (null: as it is), until the parent closes the pipe or dies."""
    for number in (signal.SIGHUP, signal.SIGINT):  # a terminal sends them to every process, but only the parent decides
        signal.signal(number, signal.SIG_IGN)
    _die_with_parent()
    if environment is not None:
        os.environ.clear()
        os.environ.update(environment)
    with suppress(EOFError, OSError):
        while True:
            connection.send_bytes(answer(connection.recv_bytes()))


def _die_with_parent() -> None:
    """End this process when its parent ends, even by SIGKILL, and even while a task holds the interpreter's lock."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    if sys.platform == "linux":
        fcntl.fcntl(parent.sentinel, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(parent.sentinel, fcntl.F_SETSIG, signal.SIGKILL)
        flags = fcntl.fcntl(parent.sentinel, fcntl.F_GETFL)
        fcntl.fcntl(parent.sentinel, fcntl.F_SETFL, flags | os.O_ASYNC)
        if wait([parent.sentinel], timeout=0):
            os._exit(1)
    else:
        threading.Thread(target=lambda: (parent.join(), os._exit(1)), daemon=True).start()
