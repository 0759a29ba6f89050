"""`Engine`: one way to run tasks, local processes or a Ray cluster, whose progress somebody watches."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeVar, get_args

from toolkit.engines.advance import StepCount
from toolkit.engines.cores import usable_cores
from toolkit.engines.local import run_local
from toolkit.engines.ray import ray_cluster, run_ray
from toolkit.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from toolkit.engines.advance import Progress
    from toolkit.engines.outcomes import Died

EngineName = Literal["local", "ray"]

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """How tasks are run: `workers` null for as many as this process may use cores, or the cluster has.

    `preload` are modules that local workers need, imported once for all of them; `isolated` keeps even a single task
    out of this process.
    """

    name: EngineName = "local"
    workers: int | None
    progress: Progress | None
    preload: Sequence[str]
    isolated: bool = False

    def __post_init__(self) -> None:
        """UsageError if there is no engine of that name."""
        if self.name not in (known := get_args(EngineName)):
            raise UsageError(f"there is no engine {self.name!r}", mend=f"There are {' and '.join(known)}.")

    def held(self) -> AbstractContextManager[object]:
        """While it is held, runs share what starting the engine costs."""
        return ray_cluster(self.workers) if self.name == "ray" else nullcontext()

    def run(self, step: str, work: Callable[[T], R], tasks: Sequence[T]) -> list[R | Died]:
        """The results of all tasks, in order; `Died` for one that killed its worker twice."""
        count = StepCount(step=step, total=len(tasks), progress=self.progress)
        if self.name == "ray":
            return run_ray(work, tasks, workers=self.workers, on_result=count)
        workers = self.workers or usable_cores()
        return run_local(work, tasks, workers=workers, on_result=count, preload=self.preload, isolated=self.isolated)
