"""Builds on demand, each in a forked process of one that has already imported everything.

Run as a script under the shim: reads one JSON request a line (see `Request`), answers with the exit codes.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

from bench.faults.processes import pick_victim
from bench.faults.subjects import SUBJECTS
from bench.faults.warmth import warm_up
from toolkit.engines import fork_ahead

HANG = 124
"""Stands for the exit code of a build that did not end in time."""

Victim = Literal["all", "build", "worker", "server", "forked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Builds to run at once, one for each argv, whose words go to `logs`; each begins after its delay.

    After `after_s` the `victim` is killed (empty: nobody): every process of the first build, or one of them.
    `orphans`: what a build leaves running is not killed at its end, but at that of the next request. `ahead` workers
    are forked from each build before it begins, as those of a large build are.
    """

    argvs: list[list[str]]
    logs: list[str]
    delays_s: list[float]
    victim: str = ""
    after_s: float = 0
    orphans: bool = False
    ahead: int = 0
    timeout_s: float = 120


class Zygote:
    """The process that builds are forked from."""

    def __init__(self) -> None:
        self._left: list[int] = []

    def run(self, request: Request) -> dict[str, Any]:  # Any: JSON
        deadline = time.monotonic() + request.timeout_s
        builds = zip(request.argvs, request.logs, request.delays_s, strict=True)
        children = [_fork(argv, log, delay_s, request.ahead) for argv, log, delay_s in builds]
        killed = bool(request.victim) and self._kill(children[0], request)
        codes = [_wait(child, deadline) for child in children]
        self._left += children
        if not request.orphans:
            for group in self._left:
                _kill_group(group)
            self._left.clear()
        return {"codes": codes, "killed": killed}

    def _kill(self, child: int, request: Request) -> bool:
        time.sleep(request.after_s)
        if request.victim == "all":
            return _kill_group(child)
        victim = pick_victim(child, request.victim)
        with suppress(ProcessLookupError):
            if victim:
                os.kill(victim, signal.SIGKILL)
                return True
        return False


def serve() -> None:
    warm_up(sys.argv[1])
    print(json.dumps("ready"), flush=True)
    zygote = Zygote()
    for line in sys.stdin:
        print(json.dumps(zygote.run(Request(**json.loads(line)))), flush=True)


def _fork(argv: list[str], log: str, delay_s: float, ahead: int) -> int:
    child = os.fork()
    if child == 0:
        time.sleep(delay_s)
        _become(argv, log, ahead)
    with suppress(PermissionError, ProcessLookupError):  # the child was quicker
        os.setpgid(child, child)
    return child


def _wait(child: int, deadline: float) -> int:
    descriptor = os.pidfd_open(child)
    ended, _, _ = select.select([descriptor], [], [], max(0, deadline - time.monotonic()))
    os.close(descriptor)
    if not ended:
        _kill_group(child)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) if ended else HANG


def _kill_group(group: int) -> bool:
    with suppress(ProcessLookupError):  # nobody of it is left
        os.killpg(group, signal.SIGKILL)
        return True
    return False


def _become(argv: list[str], log: str, ahead: int) -> None:
    """End this process with the exit code of the build; its words go to `log`."""
    code = 70
    try:
        os.setpgid(0, 0)
        file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.dup2(file, 1)
        os.dup2(file, 2)
        if not ahead or fork_ahead(ahead):
            code = SUBJECTS[argv[0]](argv[1:])
    except BaseException:  # noqa: BLE001 - whatever happened, this process ends here
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    serve()
