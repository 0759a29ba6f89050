"""Processes that end: how long one takes, and what is left of those that it has started."""

import os
import time
from pathlib import Path

PATIENCE_S = 30
"""Longer than any machine takes to end processes; one that is left behind sleeps for longer."""


def seconds_to_end(program):
    """How long a program that was told to end still runs, without the time for which it waits for a core."""
    started, waited = time.monotonic(), _waited_s(program.pid)
    waited_at_last = waited
    while program.poll() is None:
        waited_at_last = _waited_s(program.pid)
        time.sleep(0.01)
    return time.monotonic() - started - (waited_at_last - waited)


def _waited_s(process):
    """For how long the scheduler has let a process wait (Linux, Documentation/scheduler/sched-stats); 0 elsewhere."""
    try:
        return int(Path(f"/proc/{process}/schedstat").read_text("ascii").split()[1]) / 1_000_000_000
    except OSError:
        return 0


def is_gone(group):
    """Whether all processes of a group end."""
    deadline = time.monotonic() + PATIENCE_S
    while _is_running(group):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _is_running(group):
    if Path("/proc/self/stat").exists():
        return any(_runs_in(group, process) for process in Path("/proc").glob("[0-9]*"))
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def _runs_in(group, process):
    """Whether a process runs, and is of the group; process 1 may take seconds to ask for the code of one that ended."""
    try:
        state, _, its_group = (process / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()[:3]
    except OSError:
        return False
    return int(its_group) == group and state != "Z"
