"""Engines: `(fn, tasks) -> results in task order`, on local processes."""

from toolkit.engines.local import run as run_local
from toolkit.engines.outcomes import Died
from toolkit.engines.workers import start_forkserver

__all__ = ["Died", "run_local", "start_forkserver"]
