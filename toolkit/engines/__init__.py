"""Engines: `(fn, tasks) -> results in task order`, on local processes or on a Ray cluster.

- An `Engine` (`engine`) is one of the two, and says how far it is (`advance`). `local` and `ray` leave to `schedule`
  which task is run next, and which once more; `messages` go to a worker process and back, and bring `outcomes`.
- A local worker (`workers`) is a process with a pipe of its own, which it serves all its life (`serving`). It was
  forked from this process before the work began (`forked`), or comes from the forkserver, whose first and last imports
  are `forkserver_first` and `forkserver_last`.
- `cores` are how many may be used; `tuning` and `cycles` make processes start and work faster.
"""

from toolkit.engines.advance import Advance, Progress
from toolkit.engines.cores import usable_cores
from toolkit.engines.engine import Engine, EngineName
from toolkit.engines.forked import fork_ahead, may_fork
from toolkit.engines.local import run_local
from toolkit.engines.outcomes import Died
from toolkit.engines.ray import ray_cluster, run_ray
from toolkit.engines.tuning import tune_process
from toolkit.engines.workers import start_forkserver

__all__ = [
    "Advance",
    "Died",
    "Engine",
    "EngineName",
    "Progress",
    "fork_ahead",
    "may_fork",
    "ray_cluster",
    "run_local",
    "run_ray",
    "start_forkserver",
    "tune_process",
    "usable_cores",
]
