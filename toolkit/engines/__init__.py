"""Engines: `(fn, tasks) -> results in task order`, on local processes or on a Ray cluster."""

from toolkit.engines.advance import Advance, Progress
from toolkit.engines.cores import usable_cores
from toolkit.engines.engine import Engine, EngineName
from toolkit.engines.forked import fork_ahead, may_fork
from toolkit.engines.local import run as run_local
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
