"""Parquet files of other tools: columns, types and rules of the contract, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from toolkit.inspection.collecting import Collector, Found
from toolkit.inspection.flaws import moved
from toolkit.inspection.reports import ShardReport, ShardTask
from toolkit.inspection.running import read_tables
from toolkit.inspection.totals import find_repeated_values

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from toolkit.contract import Contract
    from toolkit.engines import Progress
    from toolkit.inspection.collecting import Selection


def inspect_foreign(
    paths: Sequence[Path], rules: Contract, *, selection: Selection, workers: int | None, progress: Progress | None
) -> tuple[Found, int]:
    """What is wrong with some Parquet files, their rows counted from the first file on; and how many rows there are."""
    tasks = [
        ShardTask(path=path, file=str(path), rules=rules, own=None, layout=None, selection=selection) for path in paths
    ]
    reports = [
        report for report in read_tables(tasks, workers=workers, progress=progress) if isinstance(report, ShardReport)
    ]
    collector = Collector(selection)
    rows = 0
    for report in reports:
        collector.take(report.footer)
        collector.take(replace(report.findings, diagnostics=tuple(moved(report.findings.diagnostics, rows))))
        rows += report.rows
    collector.add(find_repeated_values([task.file for task in tasks], reports, rules))
    return collector.found(), rows
