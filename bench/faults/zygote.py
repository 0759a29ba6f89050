"""Builds on demand, each in a forked process of one that has already imported everything.

Run as a script under the shim: reads one JSON list a line (subject and its arguments), answers with the exit code.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
import traceback
from contextlib import suppress

from bench.faults.subjects import SUBJECTS, warm_up


def serve() -> None:
    warm_up(sys.argv[1])
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps(_run(request["argv"], request["log"], request["kill_within_s"])), flush=True)


def _run(argv: list[str], log: str, kill_within_s: float) -> int:
    child = os.fork()
    if child == 0:
        _become(argv, log)
    group = _group_of(child)
    if kill_within_s:
        time.sleep(random.uniform(0, kill_within_s))
        _kill(group)
    _, status = os.waitpid(child, 0)
    _kill(group)
    return os.waitstatus_to_exitcode(status)


def _group_of(child: int) -> int:
    with suppress(PermissionError, ProcessLookupError):  # the child was quicker
        os.setpgid(child, child)
    return child


def _kill(group: int) -> None:
    with suppress(ProcessLookupError):  # nobody of it is left
        os.killpg(group, signal.SIGKILL)


def _become(argv: list[str], log: str) -> None:
    """End this process with the exit code of the build; its words go to `log`."""
    code = 70
    try:
        os.setpgid(0, 0)
        file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.dup2(file, 1)
        os.dup2(file, 2)
        code = SUBJECTS[argv[0]](argv[1:])
    except BaseException:  # noqa: BLE001 - whatever happened, this process ends here
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    serve()
