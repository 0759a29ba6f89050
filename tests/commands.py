"""`toolkit COMMAND` in a process of its own that need not import everything once more.

A program that has imported what the verbs need is started once for all tests of this process; each command is forked
from it. So a command has its own environment, folder, streams, signals and exit code, as if it had been started anew.
What depends on how an interpreter starts (locale, limits, a terminal, a signal from outside) is tried with one that is.
"""

import atexit
import ctypes
import gc
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from functools import cache
from importlib import import_module
from pathlib import Path

PRELOAD = (
    "toolkit.contract.preloaded",
    "pyarrow.parquet",
    "toolkit.converter",
    "toolkit.inspector",
    "toolkit.release",
    "rich.console",
    "typer.main",
)
"""No module that reads the environment when it is imported."""

MAX_ORDER_BYTES = 1024 * 1024
PR_SET_PDEATHSIG = 1
ENVIRONMENT = dict(os.environ)
"""That of the tests before one of them has changed it."""

CLIENT = """#!/bin/sh
'''exec' "{python}" -SE "$0" "$@"
' '''
import json, os, socket, sys
with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as server:
    server.connect({place!r})
    order = dict(words=sys.argv[1:], folder=os.getcwd(), environment=dict(os.environ))
    socket.send_fds(server, [json.dumps(order).encode()], [0, 1, 2])
    code = os.waitstatus_to_exitcode(int(server.recv(16)))
if code < 0:
    os.kill(os.getpid(), -code)
sys.exit(code)
"""
"""To the shell its second line is a command, to Python a string: no line `#!` can have a path with a space in it."""


def python_path(folder):
    """The PYTHONPATH of a program that looks into `folder` first, and finds the toolkit where these tests do."""
    return os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")]))


def toolkit_run(*arguments, cwd=None, env=None):
    """What `toolkit ARGUMENTS` ends with and prints."""
    command = [toolkit_command(), *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False, timeout=120)


@cache
def toolkit_command():
    """The path of a program that is called, and does, as the installed `toolkit`."""
    if sys.platform != "linux":  # where it is not safe to fork what others have imported
        return Path(sys.executable).parent / "toolkit"
    folder = tempfile.TemporaryDirectory(prefix="commands-")
    place, command = Path(folder.name, "server"), Path(folder.name, "toolkit")
    command.write_text(CLIENT.format(python=sys.executable, place=str(place)))
    command.chmod(0o755)
    server = subprocess.Popen([sys.executable, __file__, place], env=ENVIRONMENT, stdout=subprocess.PIPE)
    server.stdout.readline()  # it has imported everything, and listens
    atexit.register(lambda: (server.kill(), server.communicate(), folder.cleanup()))
    return command


def serve(listening):
    """Fork a process for each caller, which waits for the command; give back in that of the command."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system buries those that have waited
    while True:
        caller, _ = listening.accept()
        if os.fork() == 0:
            listening.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            message, streams, _, _ = socket.recv_fds(caller, MAX_ORDER_BYTES, 3)
            process = os.fork()
            if process == 0:
                caller.close()
                become(json.loads(message), streams)
                return
            for stream in streams:
                os.close(stream)
            caller.send(str(os.waitpid(process, 0)[1]).encode())
            os._exit(0)
        caller.close()


def become(order, streams):
    """Be the process that was ordered, but for running the command."""
    for number, (stream, name) in enumerate(zip(streams, ("stdin", "stdout", "stderr"), strict=True)):
        os.dup2(stream, number)
        os.close(stream)
        mode, buffering = ("w" if number else "r"), (1 if number == 2 else -1)
        setattr(sys, name, open(number, mode, buffering, closefd=False))  # noqa: SIM115 - the path is a number
    os.environ.clear()
    os.environ.update(order["environment"])
    time.tzset()
    os.chdir(order["folder"])
    sys.argv[1:] = order["words"]


if __name__ == "__main__":
    from toolkit.engines import tune_process

    tune_process()
    for name in PRELOAD:
        import_module(name)
    gc.freeze()  # else each process would copy all of it as soon as it collects
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as place:
        place.bind(sys.argv[1])
        place.listen()
        print(flush=True)
        serve(place)
    from toolkit.cli import main

    main()
