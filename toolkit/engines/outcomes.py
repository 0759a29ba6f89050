"""What became of a task: it returned, it raised, or the process that ran it died."""

from __future__ import annotations

import signal
import traceback
from dataclasses import dataclass
from typing import Generic, TypeVar

from toolkit.errors import WorkerError

R = TypeVar("R")

OUT_OF_MEMORY_MEND = "Use fewer --workers or a smaller --shard-size."


@dataclass(frozen=True, slots=True, kw_only=True)
class Died:
    """Stands in place of a result: the process that ran task `task` (from 0) died, at each attempt.

    `exit_code` is what it ended with, -N for signal N; null where the engine cannot know it.
    """

    task: int
    exit_code: int | None

    @property
    def was_killed(self) -> bool:
        """Whether the system, or somebody, ended the process: no task does that."""
        return self.exit_code == -signal.SIGKILL

    @property
    def reason(self) -> str:
        """How the process ended, in words: `SIGKILL`, `exit code 3`."""
        if self.exit_code is None:
            return "lost"
        if self.exit_code >= 0:
            return f"exit code {self.exit_code}"
        known = {number.value: number.name for number in signal.Signals}
        return known.get(-self.exit_code, f"signal {-self.exit_code}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned(Generic[R]):
    """The task came to its end with `result`."""

    result: R


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """The task raised `error`; `trace` is where, as text, since a traceback does not travel between processes."""

    error: BaseException
    trace: str

    def again(self) -> BaseException:
        """The exception to raise once more, with the traceback of the other process as its note."""
        self.error.add_note(f"In a worker process:\n{self.trace}")
        return self.error


def raised(error: BaseException) -> Raised:
    """What `error` means for a run: as it is, but running out of memory becomes a WorkerError."""
    if isinstance(error, MemoryError):
        return Raised(error=out_of_memory(error), trace="")
    return Raised(error=error, trace="".join(traceback.format_exception(error)))


def out_of_memory(error: MemoryError) -> WorkerError:
    """The WorkerError (exit code 7) for a task that could not get the memory it asked for."""
    return WorkerError(f"out of memory: {error}" if str(error) else "out of memory", mend=OUT_OF_MEMORY_MEND)
