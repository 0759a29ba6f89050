"""Tasks for the tests of engines: a worker imports them by name, so they stand in a module of their own."""

from __future__ import annotations

import ctypes
import os
import re
import resource
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING

from toolkit.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def double(number: int) -> int:
    return 2 * number


def double_slowly_backwards(number: int) -> int:
    time.sleep(0.02 * (10 - number))
    return 2 * number


def process_id(_: object) -> int:
    return os.getpid()


def kill_yourself_at_3(number: int) -> int:
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def exit_at_3(number: int) -> int:
    if number == 3:
        os._exit(3)
    return number


def segfault_at_3(number: int) -> int:
    if number == 3:
        ctypes.string_at(0)
    return number


def die_the_first_time(mark: Path) -> str:
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return mark.name


def die_then_leave_a_trap(mark: Path) -> str:
    """The first attempt dies; the second returns at once, but its process is killed a little later."""
    if mark.exists():
        threading.Timer(0.3, os.kill, [os.getpid(), signal.SIGKILL]).start()
    return die_the_first_time(mark)


def die_then_take_long(mark: Path) -> str:
    """The first attempt dies; the second takes a second."""
    if mark.exists():
        time.sleep(1)
    return die_the_first_time(mark)


def call(task: tuple[Callable[[Path], str], Path]) -> str:
    """One of the tasks above."""
    fn, mark = task
    return fn(mark)


def wait_to_be_killed(mark: Path) -> str:
    """The first attempt leaves its process id and sleeps, the second returns."""
    if not mark.exists():
        _leave_process_id(mark)
        time.sleep(300)
    return mark.name


def wait_for_go(mark: Path) -> str:
    mark.touch()
    while not (mark.parent / "go").exists():
        time.sleep(0.01)
    return mark.name


def wait_for_the_other(mark: Path) -> int:
    """Returns when both tasks are running: in two processes."""
    mark.touch()
    while not all((mark.parent / name).exists() for name in "ab"):
        time.sleep(0.01)
    return os.getpid()


def leave_a_child(_: object) -> int:
    """Leaves a process that holds all that this one has inherited; returns its id."""
    child = os.fork()
    if child == 0:
        os.closerange(0, 3)
        time.sleep(300)
    return child


def die_while_sending(delay_s: float | None) -> bytes:
    """8 MiB, but the process is killed `delay_s` after the task began; null: never."""
    if delay_s is not None:
        threading.Timer(delay_s, os.kill, [os.getpid(), signal.SIGKILL]).start()
    return b"x" * 8_388_608


def eat_memory(_: object) -> int:
    limit = 2 * 1024**3
    resource.setrlimit(resource.RLIMIT_AS, (limit, resource.RLIM_INFINITY))
    return len(bytearray(2 * limit))


def fail_at_4_and_6(number: int) -> int:
    """Task 4 fails late, task 6 at once."""
    if number == 4:
        time.sleep(0.1)
    if number in (4, 6):
        raise InputError(f"page {number} is cut short", mend="fetch it again")
    return number


def die_at_1_fail_at_1_and_2(mark: Path) -> str:
    """Task 1 dies, and fails when it is run again; task 2 fails at once."""
    if mark.name == "1" and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    if mark.name in ("1", "2"):
        raise InputError(f"page {mark.name}")
    return mark.name


def fail_at_0(mark: Path) -> None:
    if mark.name == "0":
        raise InputError("page 0")
    mark.touch()


def fail_or_sleep(task: tuple[Path, bool]) -> None:
    """One task fails once the other has left its process id in the mark and sleeps."""
    return_or_sleep(task)
    raise InputError("failed")


def return_or_sleep(task: tuple[Path, bool]) -> None:
    mark, waits = task
    if waits:
        while not mark.exists():
            time.sleep(0.01)
    else:
        _leave_process_id(mark)
        time.sleep(300)


def _leave_process_id(mark: Path) -> None:
    new = mark.with_suffix(".new")
    new.write_text(str(os.getpid()), "ascii")
    new.rename(mark)


class NeverPickledError(Exception):
    def __reduce__(self):
        raise TypeError("not this one")


class NeverRestoredError(Exception):
    def __init__(self, message: str, detail: str) -> None:
        super().__init__(message)


def raise_never_pickled(_: object) -> None:
    raise NeverPickledError("first")


def raise_never_restored(_: object) -> None:
    raise NeverRestoredError("second", "detail")


def return_lambda(_: object):
    return lambda: 0


def environment(name: str) -> str | None:
    return os.environ.get(name)


def is_imported(module: str) -> bool:
    return module in sys.modules


def announce_and_sleep(mark: Path) -> None:
    mark.touch()
    time.sleep(300)


def announce_and_hold_the_interpreter(mark: Path) -> None:
    """Only the kernel can end this: one call that never gives up the interpreter's lock."""
    mark.touch()
    re.match(r"(a+)+$", "a" * 60 + "b")


def kill_the_forkserver_at_2(number: int) -> int:
    if number == 2:
        os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(0.02)
    return number
