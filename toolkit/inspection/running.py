"""Reads Parquet files in processes of their own, which may take so much memory and no more."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from toolkit.diagnostics import Location
from toolkit.engines import Died, run_local
from toolkit.inspection.collecting import Collector
from toolkit.inspection.findings import finding
from toolkit.inspection.leftovers import LeftoverReport, LeftoverTask, inspect_leftovers
from toolkit.inspection.limits import limit_memory
from toolkit.inspection.reports import ShardReport, ShardTask
from toolkit.inspection.shards import inspect_shard

PRELOAD = ("pandera.pandas", "pyarrow.parquet", "toolkit.inspection.running")
"""What every worker needs, imported once for all of them."""

Progress = Callable[[str, int, int], None]
"""Called with the name of the step, the parts that are done, and the parts there are."""

Task = ShardTask | LeftoverTask
Report = ShardReport | LeftoverReport


def read_tables(tasks: Sequence[Task], *, workers: int, progress: Progress | None) -> list[Report]:
    """The report of each file, in order; a file whose reader dies has one that says so."""
    done = 0

    def count(_index: int, _report: Report) -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress("reading tables", done, len(tasks))

    results = run_local(_read, tasks, workers=workers, on_result=count, preload=PRELOAD, isolated=True)
    return [_told(task, result) for task, result in zip(tasks, results, strict=True)]


def _read(task: Task) -> Report:
    limit_memory()
    try:
        return inspect_shard(task) if isinstance(task, ShardTask) else inspect_leftovers(task)
    except MemoryError:
        return _damaged(task, "it asks for more memory than is given to one file")


def _told(task: Task, result: Report | Died) -> Report:
    if not isinstance(result, Died):
        return result
    return _damaged(task, f"the process that read it ended with {result.reason}")


def _damaged(task: Task, message: str) -> Report:
    collector = Collector(task.selection)
    collector.add([finding("I511", message, Location(file=task.file))])
    found = collector.found()
    return ShardReport(footer=found) if isinstance(task, ShardTask) else LeftoverReport(findings=found)
