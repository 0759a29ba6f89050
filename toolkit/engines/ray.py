"""The engine of a Ray cluster: `run_ray(fn, tasks)` gives the results in task order."""

from __future__ import annotations

import logging
import os
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from toolkit.engines.messages import answer
from toolkit.engines.schedule import Ended, run_on
from toolkit.engines.workers import import_paths
from toolkit.errors import UsageError, WorkerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import ModuleType

    from toolkit.engines.outcomes import Died

T = TypeVar("T")
R = TypeVar("R")

ATTEMPTS = 3
"""A lost node takes innocent tasks with it, so one more attempt than on local processes."""

CONNECT_TIMEOUT_S = 10.0
WAIT_TIMEOUT_S = 0.1
"""How long a signal may have to wait: Ray looks for one only between its calls, or once a second."""

QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",  # no report of use to Ray's makers
    "RAY_DEDUP_LOGS_SKIP_REGEX": ".",  # Ray prints what befalls its processes to stdout, which is ours
}


def run_ray(
    fn: Callable[[T], R],
    tasks: Sequence[T],
    *,
    workers: int | None,
    on_result: Callable[[int, R], None] | None = None,
) -> list[R | Died]:
    """The results of `fn` for every task, in task order: as the local engine gives them, from Ray's workers.

    At most `workers` tasks are in flight, by default twice the CPUs of the cluster, so that none waits for us. A task
    is `toolkit NAME INDEX` in Ray's state API. One whose worker or node is lost is run again when all others are done,
    and once more; then `Died`, whose exit code is null, stands for its result. Files that tasks name must be seen by
    every node. Uses the cluster that this process has joined, or `ray_cluster`. Raises UsageError without Ray or its
    cluster, WorkerError if the cluster fails or lacks this package; else as the local engine.
    """
    with ray_cluster(workers) as ray:
        limit = workers or 2 * max(1, int(ray.cluster_resources().get("CPU", 0)))
        pool = _RayTasks(ray, getattr(getattr(fn, "func", fn), "__name__", "task"))
        try:
            return run_on(pool, fn, tasks, workers=limit, attempts=ATTEMPTS, retrying=limit, on_result=on_result)
        finally:
            pool.cancel_all()


@contextmanager
def ray_cluster(workers: int | None) -> Iterator[ModuleType]:
    """Ray, joined to the cluster at RAY_ADDRESS, or to one of this machine that ends with the block.

    The cluster of this machine has `workers` CPUs, by default all. Where this process has joined a cluster before,
    that one is used, and left as it is: so several runs in one block share a cluster.
    Raises UsageError if Ray is not installed, or the cluster cannot be joined.
    """
    ray = _import_ray()
    if ray.is_initialized():
        yield ray
        return
    _join(ray, workers)
    try:
        yield ray
    finally:
        ray.shutdown()


def _import_ray() -> ModuleType:
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    try:
        import ray  # noqa: PLC0415 - heavy, optional
        import ray.exceptions  # noqa: PLC0415 - as above
    except ImportError as error:
        raise UsageError(
            f"the engine `ray` needs Ray, which cannot be imported: {error}", mend="pip install 'article-toolkit[ray]'"
        ) from error
    return ray


def _join(ray: ModuleType, workers: int | None) -> None:
    address = os.environ.get("RAY_ADDRESS") or "local"
    options = {"num_cpus": workers} if address == "local" else {}
    try:
        _knock(address)
        with import_paths():
            ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR, **options)
    except (OSError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
        raise UsageError(
            f"no Ray cluster could be joined at {address}: {error}",
            mend="Check RAY_ADDRESS, and that Ray and Python have the same versions there; unset, a local one is used.",
        ) from error


def _knock(address: str) -> None:
    """Raises OSError if nobody listens there: Ray itself would try for five minutes."""
    host, colon, port = address.rpartition("://")[2].rpartition(":")
    if colon and port.isdigit():
        socket.create_connection((host.strip("[]"), int(port)), timeout=CONNECT_TIMEOUT_S).close()


class _RayTasks:
    """The tasks of a run that are at work in the cluster, by their reference."""

    def __init__(self, ray: ModuleType, name: str) -> None:
        self._ray = ray
        self._name = name
        self._remote = ray.remote(max_retries=0)(answer)
        self._running: dict[object, int] = {}  # by Ray's ObjectRef

    def begin(self, index: int, message: bytes) -> None:
        self._running[self._remote.options(name=f"toolkit {self._name} {index}").remote(message)] = index

    def wait(self) -> list[Ended]:
        ready: list[object] = []
        while not ready:
            ready, _ = self._ray.wait(list(self._running), num_returns=1, timeout=WAIT_TIMEOUT_S)
        ended = self._end(ready[0])
        del self._running[ready[0]]
        return [ended]

    def _end(self, reference: object) -> Ended:
        problems = self._ray.exceptions
        lost = problems.WorkerCrashedError, problems.NodeDiedError, problems.OutOfMemoryError, problems.ObjectLostError
        try:
            return Ended(index=self._running[reference], message=self._ray.get(reference))
        except lost:
            return Ended(index=self._running[reference], message=None)
        except problems.RayError as error:
            raise WorkerError(
                f"the Ray cluster could not run a task: {error}",
                mend="Install the same version of article-toolkit on every node.",
            ) from error

    def cancel(self, index: int) -> None:
        for reference, running in list(self._running.items()):
            if running == index:
                del self._running[reference]
                self._ray.cancel(reference, force=True)

    def rest(self) -> None:
        """Nothing to do: Ray ends its idle processes itself."""

    def cancel_all(self) -> None:
        for reference in self._running:
            self._ray.cancel(reference, force=True)
        self._running.clear()
