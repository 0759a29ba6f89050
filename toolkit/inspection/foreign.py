"""Parquet files of other tools: columns, types and rules of the contract, and nothing else."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.errors import InputError, UsageError
from toolkit.inspection.repeats import find_repeated_values
from toolkit.inspection.tables import ShardTask, Standards, read_tables
from toolkit.sources.kinds import kind_of
from toolkit.storage.enclosure import holds_dataset
from toolkit.storage.failures import map_os_errors
from toolkit.storage.presence import is_file, is_folder, is_seen_file
from toolkit.validation import Collector, ValidationResult

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from toolkit.contract import Contract
    from toolkit.inspection.aims import Aims


def tables_at(path: Path) -> list[Path]:
    """The Parquet files that a path stands for, sorted; in a folder none that is hidden or of a dataset of ours.

    UsageError for a folder of more pages than tables: those of pages are no tables of another tool. InputError for a
    folder of tables, any part of which cannot be seen.
    """
    with map_os_errors(path, error=InputError):
        if not is_folder(path):
            return [path] if path.suffix == ".parquet" else []
        if not any(_find_visible(path, _is_table)):
            return []
        found = sorted(_find_visible(path, _is_table_or_of_pages, must_see_all=True))
    tables = [file for file in found if _is_table(file.name)]
    pages = [file for file in found if not _is_table(file.name)]
    if len(pages) > len(tables):
        raise UsageError(
            f"{path}: holds tables, such as {tables[0]}, and more pages, such as {pages[0]}",
            mend="Name what is to be checked one by one; where the tables hold pages, too, give --text-field.",
        )
    return tables


def _is_table(name: str) -> bool:
    return name.endswith(".parquet")


def _is_table_or_of_pages(name: str) -> bool:
    return _is_table(name) or kind_of(os.fsencode(name)) is not None


def _find_visible(folder: Path, is_wanted: Callable[[str], bool], *, must_see_all: bool = False) -> Iterator[Path]:
    """Files with such a name at any depth, but for hidden ones and those of datasets of ours.

    What the system does not let be seen is passed over, unless all must be seen: then `OSError`.
    """
    is_one = is_file if must_see_all else is_seen_file
    waiting = [folder]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as found:
                entries = [entry for entry in found if not entry.name.startswith(".")]
        except OSError:
            if must_see_all:
                raise
            continue
        folders = [Path(entry) for entry in entries if entry.is_dir(follow_symlinks=False)]
        waiting += [inner for inner in folders if not holds_dataset(inner)]
        files = (Path(entry) for entry in entries if is_wanted(entry.name))
        yield from filter(is_one, files)


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
