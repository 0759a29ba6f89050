"""`run_on`: the same order, retries and failures for every engine, whatever it is that runs the tasks."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from toolkit.engines.messages import pack, unpack
from toolkit.engines.outcomes import Died, Raised, Returned

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A task that a pool has done with: `message` is its answer, null where its process died with `exit_code`."""

    index: int
    message: bytes | None
    exit_code: int | None = None


class Pool(Protocol):
    """What runs tasks in processes of their own."""

    def begin(self, index: int, message: bytes) -> None:
        """Start a task; there are never more at a time than the workers of the run."""

    def wait(self) -> list[Ended]:
        """Tasks that have ended since the last call, each once, in any order; blocks until there is one."""

    def cancel(self, index: int) -> None:
        """End a task that has been begun; `wait` will not give it."""

    def rest(self) -> None:
        """End the processes that have no task."""


def run_on(
    pool: Pool,
    fn: Callable[[T], R],
    tasks: Sequence[T],
    *,
    workers: int,
    attempts: int,
    retrying: int,
    on_result: Callable[[int, R], None] | None,
) -> list[R | Died]:
    """The results of `fn` for every task, in task order; `Died` for a task whose process died at each attempt.

    Tasks are begun in order, at most `workers` at a time; those that died are begun again when all others have ended,
    at most `retrying` at a time and up to `attempts` times in all, and the pool rests between them: what one of them
    leaves behind in its process must not kill the next.
    The exception that is raised is that of the lowest-numbered task that raises one, however the tasks overlap.
    """
    run = _Run(pool, fn, tasks, on_result)
    run.work(range(len(tasks)), workers)
    for _ in range(attempts - 1):
        again = run.unfinished()
        for first in range(0, len(again), retrying):
            run.work(again[first : first + retrying], retrying)
    if run.failure is not None:
        raise run.failure.again()
    died = {index: Died(task=index, exit_code=run.exit_codes[index]) for index in run.unfinished()}
    return [died[index] if index in died else run.results[index] for index in range(len(tasks))]


class _Run(Generic[T, R]):
    """The state of a run: what has ended, and how."""

    def __init__(
        self, pool: Pool, fn: Callable[[T], R], tasks: Sequence[T], on_result: Callable[[int, R], None] | None
    ) -> None:
        self.results: dict[int, R] = {}
        self.exit_codes: dict[int, int | None] = {}  # of the tasks that died
        self.failure: Raised | None = None
        self._failed = len(tasks)
        self._running: set[int] = set()
        self._pool = pool
        self._fn = fn
        self._tasks = tasks
        self._on_result = on_result

    def work(self, indexes: Iterable[int], workers: int) -> None:
        """Run the tasks of `indexes` (ascending) until each has ended, or stands after one that has failed."""
        queue = deque(indexes)
        while True:
            while queue and queue[0] < self._failed and len(self._running) < workers:
                self._begin(queue.popleft())
            if not self._running:
                break
            for ended in self._pool.wait():
                if ended.index in self._running:  # else it was cancelled a moment ago
                    self._settle(ended)
        self._pool.rest()

    def unfinished(self) -> list[int]:
        """The tasks whose process died at each attempt so far, in order."""
        return sorted(self.exit_codes.keys() - self.results.keys())

    def _begin(self, index: int) -> None:
        message = pack(self._fn, self._tasks[index])
        self._running.add(index)
        self._pool.begin(index, message)

    def _settle(self, ended: Ended) -> None:
        self._running.remove(ended.index)
        if ended.message is None:
            self.exit_codes[ended.index] = ended.exit_code
            return
        outcome: Returned[R] | Raised = unpack(ended.message)
        if isinstance(outcome, Raised):
            self._fail(ended.index, outcome)
        else:
            self._accept(ended.index, outcome.result)

    def _fail(self, index: int, failure: Raised) -> None:
        self.failure, self._failed = failure, index
        for later in sorted(self._running):
            if later > index:
                self._running.remove(later)
                self._pool.cancel(later)

    def _accept(self, index: int, result: R) -> None:
        self.results[index] = result
        if self._on_result is not None:
            self._on_result(index, result)
