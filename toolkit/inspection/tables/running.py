"""Reads Parquet files in processes of their own, which may take so much memory and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolkit import preloads
from toolkit.dataset.isolation import KILLED_MEND, limit_memory
from toolkit.diagnostics import Location
from toolkit.engines import Died, Engine, usable_cores
from toolkit.errors import WorkerError
from toolkit.inspection.findings import finding
from toolkit.inspection.tables.reports import ShardTask, TableReport
from toolkit.inspection.tables.shards import inspect_shard
from toolkit.inspection.tables.unpublished import inspect_unpublished
from toolkit.storage.presence import is_seen_file
from toolkit.validation import Collector

if TYPE_CHECKING:
    from collections.abc import Sequence

    from toolkit.engines import Progress
    from toolkit.inspection.tables.reports import Task

MAX_TABLE_BYTES = 352 * 1024 * 1024
"""Memory for one file, on top of what the process holds already: three times what a row group of ours takes."""

BYTES_A_WORKER = 64 * 1024 * 1024
"""A process costs its start and 150 MB of memory: for fewer bytes of Parquet one process does as well as two."""


def read_tables(tasks: Sequence[Task], *, workers: int | None, progress: Progress | None) -> list[TableReport]:
    """The report of each file, in order; a file whose reader dies has one that says so. WorkerError if one is killed.

    `workers` is null for one, and one more for each `BYTES_A_WORKER` of the files, up to the cores there are.
    """
    engine = Engine(workers=workers or _enough(tasks), progress=progress, preload=preloads.READ, isolated=True)
    results = engine.run("reading tables", _read, tasks)
    return [_told(task, result) for task, result in zip(tasks, results, strict=True)]


def _enough(tasks: Sequence[Task]) -> int:
    size = sum(task.path.stat().st_size for task in tasks if is_seen_file(task.path))
    return min(usable_cores(), 1 + size // BYTES_A_WORKER)


def _read(task: Task) -> TableReport:
    limit_memory(MAX_TABLE_BYTES)
    try:
        return inspect_shard(task) if isinstance(task, ShardTask) else inspect_unpublished(task)
    except MemoryError:
        return _damaged(task, "it asks for more memory than is given to one file")


def _told(task: Task, result: TableReport | Died) -> TableReport:
    if not isinstance(result, Died):
        return result
    if result.was_killed:
        raise WorkerError(f"{task.file}: the process that read it was killed", mend=KILLED_MEND)
    return _damaged(task, f"the process that read it ended with {result.reason}")


def _damaged(task: Task, message: str) -> TableReport:
    collector = Collector(task.selection)
    collector.add([finding("I511", message, Location(file=task.file))])
    found = collector.found()
    return TableReport(footer=found) if isinstance(task, ShardTask) else TableReport(findings=found)
