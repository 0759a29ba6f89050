"""The engine of local processes: `run_local(fn, tasks)` gives the results in task order."""

from __future__ import annotations

from multiprocessing.connection import wait
from typing import TYPE_CHECKING, TypeVar

from toolkit.engines.cycles import rare_collections
from toolkit.engines.outcomes import Died, out_of_memory
from toolkit.engines.schedule import Ended, run_on
from toolkit.engines.workers import Worker
from toolkit.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from multiprocessing.connection import Connection

T = TypeVar("T")
R = TypeVar("R")


def run_local(
    fn: Callable[[T], R],
    tasks: Sequence[T],
    *,
    workers: int,
    on_result: Callable[[int, R], None] | None = None,
    preload: Sequence[str] = (),
    isolated: bool = False,
    attempts: int = 2,
) -> list[R | Died]:
    """The results of `fn` for every task, in task order, whatever the number of workers.

    With one worker or one task, unless `isolated`, `fn` runs in this very process: what kills it there kills us.
    Else on at most `workers` processes, to which `fn` and tasks are pickled; the caller's script is not run again.
    A worker that dies takes no other with it. Its task is run again, alone, when all others are done; if the last of
    `attempts` workers dies too, `Died` stands for the result. `on_result(index, result)` is called here, as results
    come, not for `Died`.
    What `fn` raises ends the run with the exception of the lowest-numbered task that raises one, as with one worker;
    later tasks are killed. MemoryError becomes WorkerError. On any exception here, as KeyboardInterrupt, and on the
    death of this process, workers are killed at once.
    """
    if workers < 1:
        raise UsageError(f"{workers} workers cannot do anything; at least 1 is needed")
    if not isolated and (workers == 1 or len(tasks) < 2):
        return _run_here(fn, tasks, on_result)
    pool = _Processes(preload)
    try:
        return run_on(pool, fn, tasks, workers=workers, attempts=attempts, retrying=1, on_result=on_result)
    finally:
        pool.kill()


def _run_here(fn: Callable[[T], R], tasks: Sequence[T], on_result: Callable[[int, R], None] | None) -> list[R | Died]:
    results: list[R | Died] = []
    for index, task in enumerate(tasks):
        try:
            with rare_collections():
                result = fn(task)
        except MemoryError as error:
            raise out_of_memory(error) from error
        results.append(result)
        if on_result is not None:
            on_result(index, result)
    return results


class _Processes:
    """The worker processes of a run, by their connection; one that has ended a task is kept for the next."""

    def __init__(self, preload: Sequence[str]) -> None:
        self._preload = preload
        self._idle: list[Worker] = []
        self._busy: dict[Connection, tuple[Worker, int]] = {}

    def begin(self, index: int, message: bytes) -> None:
        worker = self._idle.pop() if self._idle else Worker(self._preload)
        self._busy[worker.connection] = worker, index
        worker.send(message)

    def wait(self) -> list[Ended]:
        ready = wait(list(self._busy))
        return [self._end(connection) for connection in list(self._busy) if connection in ready]

    def _end(self, connection: Connection) -> Ended:
        worker, index = self._busy[connection]
        message = worker.receive()
        del self._busy[connection]
        if message is None:
            worker.kill()
            return Ended(index=index, message=None, exit_code=worker.exit_code())
        self._idle.append(worker)
        return Ended(index=index, message=message)

    def cancel(self, index: int) -> None:
        for connection, (worker, running) in list(self._busy.items()):
            if running == index:
                del self._busy[connection]
                worker.kill()

    def rest(self) -> None:
        while self._idle:
            self._idle.pop().close()

    def kill(self) -> None:
        """End every process, whatever it is at."""
        left = [*self._idle, *(worker for worker, _ in self._busy.values())]
        for worker in left:
            worker.kill()
        for worker in left:
            worker.exit_code()
