"""`toolkit COMMAND` and `python -c CODE` in a process of its own that need not import everything once more.

A program that has imported what they need is started once for all tests of this process; each command is forked from
it. So a command has its own environment, folder, streams, signals and exit code, as if it had been started anew.
What depends on how an interpreter starts (locale, limits, a terminal, a signal from outside) is tried with one that is.
"""

import ast
import atexit
import ctypes
import gc
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

PRELOAD = (
    "toolkit.contract.preloaded",
    "pyarrow.parquet",
    "toolkit.converter",
    "toolkit.inspector",
    "toolkit.release",
    "rich.console",
    "typer.main",
    "multiprocessing.spawn",  # it keeps the name of the interpreter
    "aiohttp", "dill", "fsspec.implementations.http", "multiprocess.pool", "pyarrow.dataset", "requests", "tqdm.auto",
)  # fmt: skip
"""No module that reads the environment when it is imported: of `datasets` and the Hub's client what they import."""

MAX_ORDER_BYTES = 1024 * 1024
PR_SET_PDEATHSIG = 1
ENVIRONMENT = dict(os.environ)
"""That of the tests before one of them has changed it."""

CLIENT = """#!/bin/sh
'''exec' "{python}" -SE "$0" "$@"
' '''
import _socket, os, sys
server = _socket.socket(_socket.AF_UNIX, _socket.SOCK_SEQPACKET)
server.connect({place!r})
order = repr((sys.argv, os.getcwd(), dict(os.environ))).encode()
streams = b"".join(number.to_bytes(4, sys.byteorder) for number in (0, 1, 2))
server.sendmsg([order], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, streams)])
code = os.waitstatus_to_exitcode(int(server.recv(16)))
if code < 0:
    os.kill(os.getpid(), -code)
sys.exit(code)
"""
"""To the shell its second line is a command, to Python a string: no line `#!` can have a path with a space in it.

It imports next to nothing, for that would take longer than what it does.
"""


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
    place, command, interpreter = (Path(folder.name, name) for name in ("server", "toolkit", "interpreter"))
    for program in (command, interpreter):
        program.write_text(CLIENT.format(python=sys.executable, place=str(place)))
        program.chmod(0o755)
    server = subprocess.Popen([sys.executable, __file__, place, interpreter], env=ENVIRONMENT, stdout=subprocess.PIPE)
    server.stdout.readline()  # it has imported everything, and listens
    atexit.register(lambda: (server.kill(), server.communicate(), folder.cleanup()))
    return command


def python_command():
    """The path of a program that does as `python [-P] -c CODE ARGUMENTS`, and as `python -`."""
    interpreter = toolkit_command().parent / "interpreter"
    return interpreter if interpreter.exists() else Path(sys.executable)


def serve(listening):
    """Fork the process that each caller orders, and tell how it ended; give back in that process."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    running, poll = {}, select.poll()
    poll.register(listening, select.POLLIN)
    while True:
        for ready, _ in poll.poll():
            if ready in running:
                process, caller = running.pop(ready)
                caller.send(str(os.waitpid(process, 0)[1]).encode())
                caller.close()
                poll.unregister(ready)
                os.close(ready)
                continue
            caller, _ = listening.accept()
            order, streams, _, _ = socket.recv_fds(caller, MAX_ORDER_BYTES, 3)
            process = os.fork()
            if process == 0:
                for held in (listening, caller, *(other for _, other in running.values())):
                    held.close()
                for end in running:
                    os.close(end)
                become(*ast.literal_eval(order.decode()), streams)
                return
            for stream in streams:
                os.close(stream)
            end = os.pidfd_open(process)
            poll.register(end, select.POLLIN)
            running[end] = process, caller


def become(words, folder, environment, streams):
    """Be the process that was ordered, but for running the command."""
    for number, (stream, name) in enumerate(zip(streams, ("stdin", "stdout", "stderr"), strict=True)):
        os.dup2(stream, number)
        os.close(stream)
        mode, buffering = ("w" if number else "r"), (1 if number == 2 else -1)
        setattr(sys, name, open(number, mode, buffering, closefd=False))  # noqa: SIM115 - the path is a number
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    os.chdir(folder)
    sys.argv = words


def run_program():
    """Do what `python` does with the words of this process."""
    if sys.argv[1] == "-P":
        del sys.argv[1], sys.path[0]
    else:
        sys.path[0] = ""
    del sys.argv[0]
    assert sys.argv[0] in ("-c", "-"), sys.argv
    code = sys.argv.pop(1) if sys.argv[0] == "-c" else sys.stdin.read()
    sys.modules["__main__"] = program = ModuleType("__main__")
    exec(compile(code, "<string>", "exec"), vars(program))


def end_with(code):
    """End as an interpreter does, but without taking apart all that it has imported, which takes most of the time."""
    if isinstance(code, str):
        print(code, file=sys.stderr)
    threading._shutdown()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(1 if isinstance(code, str) else code or 0)


if __name__ == "__main__":
    from toolkit.engines import tune_process

    tune_process()
    for name in PRELOAD:
        import_module(name)
    sys.executable = sys.argv[2]
    tempfile.tempdir = None  # dill has asked for it
    gc.freeze()  # else each process would copy all of it as soon as it collects
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as place:
        place.bind(sys.argv[1])
        place.listen()
        print(flush=True)
        serve(place)
    from toolkit.cli import main

    code = 0
    try:
        main() if Path(sys.argv[0]).name == "toolkit" else run_program()
    except SystemExit as end:
        code = end.code
    end_with(code)
