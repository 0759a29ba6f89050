"""The command line as a program runs it: in this process, and on a terminal of its own."""

from __future__ import annotations

import io
import os
import pty
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from toolkit.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import TextIO

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a call wrote, and its exit code."""

    code: int
    stdout: str
    stderr: str


def call(*arguments: str | Path) -> Said:
    """Run the command line with these arguments in this process, its output piped."""
    written = io.BytesIO(), io.BytesIO()
    streams = [io.TextIOWrapper(buffer, encoding="utf-8") for buffer in written]
    with _as_program(streams, [str(argument) for argument in arguments]):
        try:
            main()
            code = 0
        except SystemExit as done:
            code = done.code if isinstance(done.code, int) else 1
    for stream in streams:
        stream.flush()
    stdout, stderr = (buffer.getvalue().decode() for buffer in written)
    return Said(code=code, stdout=stdout, stderr=stderr)


@contextmanager
def _as_program(streams: Sequence[TextIO], arguments: list[str]) -> Iterator[None]:
    before = sys.argv, sys.stdout, sys.stderr
    handlers = [signal.getsignal(number) for number in SIGNALS]
    sys.argv, sys.stdout, sys.stderr = ["toolkit", *arguments], *streams
    try:
        yield
    finally:
        sys.argv, sys.stdout, sys.stderr = before
        for number, handler in zip(SIGNALS, handlers, strict=True):
            signal.signal(number, handler)


def call_on_terminal(*arguments: str | Path, timeout_s: float = 120.0) -> Said:
    """Run the command line on a terminal, with colours and a progress bar; both streams are one."""
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "toolkit", *map(str, arguments)]
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "200"}
    with subprocess.Popen(command, stdin=follower, stdout=follower, stderr=follower, env=environment) as process:
        os.close(follower)
        written = b"".join(_chunks(leader))
        code = process.wait(timeout_s)
    os.close(leader)
    return Said(code=code, stdout=written.decode("utf-8", "replace"), stderr="")


def _chunks(terminal: int) -> Iterator[bytes]:
    """What is written to a terminal until nobody holds its other end."""
    while True:
        try:
            chunk = os.read(terminal, 65536)
        except OSError:  # how Linux says that the other end is closed
            return
        if not chunk:
            return
        yield chunk
