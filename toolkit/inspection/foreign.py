"""Parquet files of other tools: columns, types and rules of the contract, and nothing else."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING

from toolkit.errors import InputError, UsageError
from toolkit.inspection.repeats import find_repeated_values
from toolkit.inspection.tables import ShardTask, Standards, read_tables
from toolkit.sources.kinds import kind_of
from toolkit.storage.enclosure import holds_dataset
from toolkit.storage.failures import map_os_errors
from toolkit.validation import Collector, ValidationResult

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from toolkit.contract import Contract
    from toolkit.inspection.aims import Aims


def tables_at(path: Path) -> list[Path]:
    """The Parquet files that a path stands for, sorted; in a folder none that is hidden or of a dataset of ours.

    UsageError for a folder of more pages than tables: those of pages are no tables of another tool.
    """
    with map_os_errors(path, error=InputError):
        if not path.is_dir():
            return [path] if path.suffix == ".parquet" else []
        tables = sorted(_visible(path, "*.parquet"))
        pages = sorted(filter(_is_of_pages, _visible(path, "*"))) if tables else []
    if len(pages) > len(tables):
        raise UsageError(
            f"{path}: holds tables, such as {tables[0]}, and more pages, such as {pages[0]}",
            mend="Name what is to be checked one by one; where the tables hold pages, too, give --text-field.",
        )
    return tables


def _is_of_pages(file: Path) -> bool:
    return file.suffix != ".parquet" and kind_of(os.fsencode(file.name)) is not None


def _visible(folder: Path, pattern: str) -> Iterator[Path]:
    """Files at any depth, but for hidden ones and those of datasets of ours."""
    is_dataset = cache(holds_dataset)
    for file in folder.rglob(pattern):
        inner = file.relative_to(folder)
        is_left_out = any(part.startswith(".") for part in inner.parts) or any(
            is_dataset(folder / above) for above in inner.parents[:-1]
        )
        if not is_left_out and file.is_file():
            yield file


def inspect_foreign(paths: Sequence[Path], rules: Contract, aims: Aims) -> tuple[ValidationResult, int]:
    """What is wrong with some Parquet files, their rows counted from the first file on; and how many rows there are."""
    standards = Standards(rules=rules)
    tasks = [ShardTask(path=path, file=str(path), standards=standards, selection=aims.selection) for path in paths]
    reports = read_tables(tasks, workers=aims.workers, progress=aims.progress)
    collector = Collector(aims.selection)
    rows = 0
    for report in reports:
        collector.take(report.footer)
        collector.take(report.findings.moved(rows))
        rows += report.rows
    collector.add(find_repeated_values([task.file for task in tasks], reports, rules))
    return collector.found(), rows
