"""Caller problems: one family of exceptions, each with the exit code that the command line ends with."""

from __future__ import annotations

from typing import Any, ClassVar


class ToolkitError(Exception):
    """A problem the caller can act on; `exit_code` is what the command line ends with.

    Arguments are kept as given, so the exception survives pickling between processes.
    """

    exit_code: ClassVar[int] = 70

    def __init__(self, message: str, *, mend: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.mend = mend

    def __reduce__(self) -> tuple[Any, ...]:  # Any: the shape pickle asks for
        return _restore, (type(self), self.message, self.mend)

    def __str__(self) -> str:
        return f"{self.message}\n  {self.mend}" if self.mend else self.message


def _restore(kind: type[ToolkitError], message: str, mend: str) -> ToolkitError:
    return kind(message, mend=mend)


class UsageError(ToolkitError):
    """Wrong arguments, no page found, or an output that is not ours."""

    exit_code = 2


class ContractError(ToolkitError):
    """A contract or layout that cannot be obeyed; the message starts with file:line."""

    exit_code = 2


class InputError(ToolkitError):
    """An input that cannot be read or is cut short."""

    exit_code = 3


class OutputError(ToolkitError):
    """The output could not be written; what stood there is unchanged."""

    exit_code = 4


class IntegrityError(ToolkitError):
    """A hash, a count or a file of a dataset is not what its manifest says."""

    exit_code = 5


class LockedError(ToolkitError):
    """Another build holds the output."""

    exit_code = 6


class WorkerError(ToolkitError):
    """Out of memory, or a worker process died for good."""

    exit_code = 7


class DestinationError(ToolkitError):
    """A publish or rollback failed at its destination, which holds the old release or the new one."""

    exit_code = 8


class DurabilityError(ToolkitError):
    """The output was committed, but the disk did not confirm that it will survive a power cut."""

    exit_code = 9
