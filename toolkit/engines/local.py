"""The engine of local processes: `run(fn, tasks)` gives the results in task order."""

from __future__ import annotations

from collections import Counter, deque
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Generic, TypeVar

from toolkit.engines.outcomes import Died, Raised, Returned, out_of_memory
from toolkit.engines.workers import Worker, start_forkserver
from toolkit.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from multiprocessing.connection import Connection

T = TypeVar("T")
R = TypeVar("R")


def run(
    fn: Callable[[T], R],
    tasks: Sequence[T],
    *,
    workers: int,
    on_result: Callable[[int, R], None] | None = None,
    preload: Sequence[str] = (),
    isolated: bool = False,
) -> list[R | Died]:
    """The results of `fn` for every task, in task order, whatever the number of workers.

    With one worker or one task, unless `isolated`, `fn` runs in this very process: what kills it there kills us.
    Else on at most `workers` processes, to which `fn` and tasks are pickled; the caller's script is not run again.
    A worker that dies takes no other with it. Its task is run again, alone, when all others are done; if that worker
    dies too, `Died` stands for the result. `on_result(index, result)` is called here, as results come, not for `Died`.
    What `fn` raises ends the run with the exception of the lowest-numbered task that raises one, as with one worker;
    later tasks are killed. MemoryError becomes WorkerError. On any exception here, as KeyboardInterrupt, and on the
    death of this process, workers are killed at once.
    """
    if workers < 1:
        raise UsageError(f"{workers} workers cannot do anything; at least 1 is needed")
    if not isolated and (workers == 1 or len(tasks) < 2):
        return _run_here(fn, tasks, on_result)
    crew = _Crew(fn, tasks, on_result)
    start_forkserver(preload)
    crew.work(range(len(tasks)), workers)
    for index in sorted(crew.deaths):
        crew.work([index], 1)
    if crew.failure is not None:
        raise crew.failure.again()
    return [crew.results[index] for index in range(len(tasks))]


def _run_here(fn: Callable[[T], R], tasks: Sequence[T], on_result: Callable[[int, R], None] | None) -> list[R | Died]:
    results: list[R | Died] = []
    for index, task in enumerate(tasks):
        try:
            result = fn(task)
        except MemoryError as error:
            raise out_of_memory(error) from error
        results.append(result)
        if on_result is not None:
            on_result(index, result)
    return results


class _Crew(Generic[T, R]):
    """The state of a run: what is done, what died how often, which worker is at which task."""

    def __init__(self, fn: Callable[[T], R], tasks: Sequence[T], on_result: Callable[[int, R], None] | None) -> None:
        self.results: dict[int, R | Died] = {}
        self.deaths: Counter[int] = Counter()
        self.failure: Raised | None = None
        self._fn = fn
        self._tasks = tasks
        self._on_result = on_result
        self._failed = len(tasks)
        self._idle: list[Worker] = []
        self._busy: dict[Connection, tuple[Worker, int]] = {}

    def work(self, indexes: Iterable[int], workers: int) -> None:
        """Run the tasks of `indexes` (ascending) on at most `workers` fresh processes, which are gone afterwards."""
        queue = deque(indexes)
        try:
            while (queue and queue[0] < self._failed) or self._busy:
                while queue and queue[0] < self._failed and len(self._busy) < workers:
                    self._hand_out(queue.popleft())
                ready = wait(list(self._busy))
                for connection in [busy for busy in self._busy if busy in ready]:
                    self._settle(connection)
            while self._idle:
                self._idle.pop().close()
        finally:
            self._kill_all()

    def _hand_out(self, index: int) -> None:
        worker = self._idle.pop() if self._idle else Worker()
        self._busy[worker.connection] = worker, index
        worker.give(self._fn, self._tasks[index])

    def _settle(self, connection: Connection) -> None:
        if connection not in self._busy:  # killed a moment ago, since a task before it has raised
            return
        worker, index = self._busy[connection]
        answer: Returned[R] | Raised | None = worker.take()
        del self._busy[connection]
        if answer is None:
            self._bury(worker, index)
            return
        self._idle.append(worker)
        if isinstance(answer, Raised):
            self._fail(index, answer)
        else:
            self._accept(index, answer.result)

    def _bury(self, worker: Worker, index: int) -> None:
        worker.kill()
        self.deaths[index] += 1
        if self.deaths[index] > 1:
            self.results[index] = Died(task=index, exit_code=worker.exit_code())

    def _fail(self, index: int, failure: Raised) -> None:
        self.failure, self._failed = failure, index
        later = [connection for connection, (_, other) in self._busy.items() if other > index]
        for connection in later:
            worker, _ = self._busy.pop(connection)
            worker.kill()

    def _accept(self, index: int, result: R) -> None:
        self.results[index] = result
        if self._on_result is not None:
            self._on_result(index, result)

    def _kill_all(self) -> None:
        left = [*self._idle, *(worker for worker, _ in self._busy.values())]
        for worker in left:
            worker.kill()
        for worker in left:
            worker.exit_code()
        self._idle.clear()
        self._busy.clear()
