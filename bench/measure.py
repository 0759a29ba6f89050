"""`measure`: wall time, CPU time and memory of a command and of everything it leaves behind. Linux only.

A parent is charged with the CPU of a child when it waits for it. Children that nobody waits for (a `forkserver` and its
workers) would be charged to no one, so the command runs below a supervisor that is a subreaper
(`prctl(PR_SET_CHILD_SUBREAPER)`, linux/prctl.h): orphans become its children, it waits for each, and the usage that
`wait4` gives (of the process and of the children it waited for itself) is summed over them, each process once.
The supervisor is a small process of its own, for a child's maximum RSS begins with that of the process that forked it.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36
SAMPLE_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a command took.

    `wall_s` until the command itself ended; `cpu_s` user and system time of it and all its descendants; `largest_bytes`
    the highest RSS of any one process, by the kernel; `tree_bytes` the peak of the summed PSS (shared pages once) and
    `tree_rss_bytes` that of the summed RSS (shared pages counted in each), both sampled every 50 ms;
    `processes` how many the samples saw; `exit_code` is negative for a signal.
    """

    wall_s: float
    cpu_s: float
    largest_bytes: int
    tree_bytes: int
    tree_rss_bytes: int
    processes: int
    exit_code: int


class CommandFailedError(Exception):
    """A measured command ended with another exit code than 0."""


def measure(command: Sequence[str], *, log: Path, cwd: Path | None = None, timeout_s: float = 3600) -> Usage:
    """The usage of a command, whose output goes to `log`; raises `CommandFailedError` with its end where it fails."""
    answer = _ask_supervisor(command, log=log, cwd=cwd, timeout_s=timeout_s)
    usage = Usage(**json.loads(answer)) if answer else None
    if usage is None or usage.exit_code != 0:
        tail = log.read_text("utf-8", errors="replace")[-2000:]
        ended = "without a report" if usage is None else f"with exit code {usage.exit_code}"
        raise CommandFailedError(f"{' '.join(command)} ended {ended}:\n{tail}")
    return usage


def _ask_supervisor(command: Sequence[str], *, log: Path, cwd: Path | None, timeout_s: float) -> bytes:
    """The supervisor's JSON, empty where it died; an interruption ends the whole tree."""
    reader, writer = os.pipe()
    words = [sys.executable, "-S", __file__, "--report", str(writer), "--timeout", str(timeout_s), "--", *command]
    with log.open("wb") as output, os.fdopen(reader, "rb") as report:
        supervisor = subprocess.Popen(
            words,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=[writer],
            start_new_session=True,
        )
        os.close(writer)
        try:
            return report.read()
        finally:
            supervisor.terminate()
            supervisor.wait()


def main() -> int:
    """The supervisor."""
    parser = argparse.ArgumentParser(prog="python -m bench.measure")
    parser.add_argument("--report", type=int, default=1, help="file descriptor for the JSON")
    parser.add_argument("--timeout", type=float, default=3600)
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    usage = supervise(options.command, report=options.report, timeout_s=options.timeout)
    with os.fdopen(options.report, "w") as stream:
        stream.write(json.dumps(asdict(usage)) + "\n")
    return 0


def supervise(command: Sequence[str], *, report: int, timeout_s: float) -> Usage:
    """The usage of a command; this process becomes a subreaper and must have no other children."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")
    signal.signal(signal.SIGTERM, _end_tree)
    signal.signal(signal.SIGINT, _end_tree)
    os.set_inheritable(report, report <= 2)
    sampler = Sampler()
    alarm = threading.Timer(timeout_s, _end_tree)
    alarm.daemon = True
    started = time.perf_counter()
    child = os.posix_spawnp(command[0], list(command), os.environ, setpgroup=0)
    sampler.start()
    alarm.start()
    wall_s, exit_code, cpu_s, largest_bytes = _reap(child, started)
    alarm.cancel()
    sampler.stop()
    return Usage(
        wall_s=wall_s,
        cpu_s=cpu_s,
        largest_bytes=largest_bytes,
        tree_bytes=sampler.peak_pss_bytes,
        tree_rss_bytes=sampler.peak_rss_bytes,
        processes=len(sampler.seen),
        exit_code=exit_code,
    )


def _reap(child: int, started: float) -> tuple[float, int, float, int]:
    """Waits until no descendant is left: wall time and exit code of the child, CPU seconds and maximum RSS of all."""
    wall_s, exit_code, cpu_s, largest_bytes = 0.0, 0, 0.0, 0
    while True:
        try:
            pid, status, used = os.wait4(-1, 0)
        except ChildProcessError:
            return wall_s, exit_code, cpu_s, largest_bytes
        cpu_s += used.ru_utime + used.ru_stime
        largest_bytes = max(largest_bytes, used.ru_maxrss * 1024)
        if pid == child:
            wall_s, exit_code = time.perf_counter() - started, os.waitstatus_to_exitcode(status)


class Sampler:
    """Peaks of the memory of all descendants, from /proc (proc(5)), while it runs in a thread of its own."""

    def __init__(self) -> None:
        self.peak_pss_bytes = 0
        self.peak_rss_bytes = 0
        self.seen: set[int] = set()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Begins to sample."""
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread; the peaks stay."""
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(SAMPLE_S):
            tree = list_descendants(os.getpid())
            self.seen.update(tree)
            rss_bytes = sum(map(_read_rss_bytes, tree))
            self.peak_rss_bytes = max(self.peak_rss_bytes, rss_bytes)
            if rss_bytes > self.peak_pss_bytes:  # PSS is never above RSS, and reading it is dear
                self.peak_pss_bytes = max(self.peak_pss_bytes, sum(map(_read_pss_bytes, tree)))


def list_descendants(root: int) -> list[int]:
    """The ids of all processes below `root`, parents before children."""
    children: dict[int, list[int]] = {}
    for name in filter(str.isdigit, os.listdir("/proc")):  # noqa: PTH208  a Path for each is dear
        stat = _read(f"/proc/{name}/stat")
        if stat:
            children.setdefault(int(stat[stat.rindex(b")") + 2 :].split()[1]), []).append(int(name))
    found: list[int] = []
    waiting = [root]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def _read_rss_bytes(pid: int) -> int:
    fields = _read(f"/proc/{pid}/statm").split()
    return int(fields[1]) * resource.getpagesize() if fields else 0


def _read_pss_bytes(pid: int) -> int:
    for line in _read(f"/proc/{pid}/smaps_rollup").splitlines():
        if line.startswith(b"Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def _read(path: str) -> bytes:
    """The bytes of a file of /proc, empty where its process has ended or is another user's."""
    try:
        with open(path, "rb") as stream:  # noqa: PTH123  a Path for each is dear
            return stream.read()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return b""


def _end_tree(*_: object) -> None:
    """Kills every descendant: a signal handler and a timer's function."""
    for pid in list_descendants(os.getpid()):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


if __name__ == "__main__":
    raise SystemExit(main())
