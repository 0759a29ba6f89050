"""Standard streams that are closed, full, or that nobody reads any more."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TextIO

from toolkit.errors import DurabilityError, OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator


class Unprinted(SystemExit):
    """stdout takes no more: nobody reads on, or it cannot be written. A SystemExit, so that no library catches it."""

    def __init__(self, failure: OSError) -> None:
        self.is_closed = isinstance(failure, BrokenPipeError)
        self.exit_code = 128 + signal.SIGPIPE if self.is_closed else OutputError.exit_code
        self.message = f"the results could not be printed: {failure.strerror}"
        super().__init__(self.exit_code)


@contextmanager
def guarded_streams() -> Iterator[None]:
    """Inside the block what stdout does not take raises `Unprinted`, and what stderr does not take is dropped."""
    _open_missing()
    streams = sys.stdout, sys.stderr
    for stream in streams:
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]  # text streams are
    sys.stdout, sys.stderr = _Guarded(streams[0], must_take=True), _Guarded(streams[1], must_take=False)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = streams


@contextmanager
def after_commit(mend: str) -> Iterator[None]:
    """Inside the block the results of something that is done are printed: DurabilityError with `mend` if that fails."""
    try:
        yield
    except Unprinted as failure:
        if failure.is_closed:
            raise
        raise DurabilityError(failure.message, mend=mend) from failure


class _Guarded:
    """A standard stream: what it does not take is dropped, and raises `Unprinted` where it `must_take` everything."""

    def __init__(self, stream: TextIO, *, must_take: bool) -> None:
        self._stream = stream
        self._must_take = must_take

    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except OSError as failure:
            self._refused(failure)
            return len(text)

    def flush(self) -> None:
        try:
            self._stream.flush()
        except OSError as failure:
            self._refused(failure)

    def _refused(self, failure: OSError) -> None:
        _let_go(self._stream)
        if self._must_take:
            raise Unprinted(failure) from failure

    def __getattr__(self, name: str) -> Any:  # Any: whatever else a stream has
        return getattr(self._stream, name)


def _open_missing() -> None:
    """Open standard streams that are closed: else the next file that is opened would get the messages."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(descriptor)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123 - for the whole run


def _let_go(stream: TextIO) -> None:
    """Send what is left in the buffer of a stream, and all that follows, to the null device."""
    with suppress(OSError, ValueError):  # a stream without a descriptor
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
