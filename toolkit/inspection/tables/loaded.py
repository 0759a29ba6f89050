"""`Tables`: the reports of a dataset's Parquet files, each read once, when it is first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from toolkit.inspection.findings import place
from toolkit.inspection.integrity import duplicates_of, rejects_of, shards_of
from toolkit.inspection.tables.reports import ShardTask, TableReport, UnpublishedTask
from toolkit.inspection.tables.running import read_tables
from toolkit.storage.dataset_files import is_rejects
from toolkit.storage.presence import is_absent, is_seen_file

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from toolkit.dataset.manifest import ListedFile, Manifest
    from toolkit.inspection.aims import Aims
    from toolkit.inspection.tables.reports import Standards, Task
    from toolkit.validation import ValidationResult


class Tables:
    """The Parquet files of the dataset in `folder`; `standards` is null where there is nothing to read shards by."""

    def __init__(self, folder: Path, manifest: Manifest, standards: Standards | None, aims: Aims) -> None:
        self._folder = folder
        self._standards = standards
        self._aims = aims
        self._reports: dict[str, TableReport] = {}
        # a manifest may name very many, and each is looked for again and again
        self.shards = {file: number for number, file in enumerate(shards_of(manifest))}
        self.unpublished = [*rejects_of(manifest), *duplicates_of(manifest)]
        self.every = [*self.shards, *self.unpublished]
        self._begins = [0]  # the row that each shard begins with, as far as it was asked for

    def readable(self, files: Iterable[ListedFile]) -> list[ListedFile]:
        """Those of the files that are there; no shard where there is nothing to read it by."""
        unknown = self.shards if self._standards is None else {}
        return [file for file in files if file not in unknown and is_seen_file(self._folder / file.path)]

    def report(self, file: ListedFile) -> TableReport:
        """The report of a file; an empty one where it cannot be read."""
        self.load([file])
        return self._reports.get(file.path, TableReport())

    def footer(self, file: ListedFile) -> ValidationResult:
        """What is wrong with the columns and the footer of a shard."""
        return self.report(file).footer

    def findings(self, file: ListedFile) -> ValidationResult:
        """What is wrong with the rows of a file; those of shards are counted over all shards."""
        return self.report(file).findings.moved(self.rows_before(file))

    def unread(self, files: Iterable[ListedFile]) -> tuple[str, ...]:
        """The paths of those files that cannot be read whole; missing rejects and duplicates do not count."""
        due = [file for file in files if file in self.shards or not is_absent(self._folder / file.path)]
        return tuple(file.path for file in due if not self.report(file).whole)

    def rows_before(self, file: ListedFile) -> int:
        """Rows of the shards before this one; of a shard that was not read whole, as many as the manifest says."""
        number = self.shards.get(file, 0)
        for earlier in self.every[len(self._begins) - 1 : number]:
            report = self._reports.get(earlier.path)
            rows = report.rows if report is not None and report.whole else earlier.rows or 0
            self._begins.append(self._begins[-1] + rows)
        return self._begins[number]

    def load(self, files: Iterable[ListedFile]) -> None:
        """Read those of the files that have not been read yet, on as many processes as there may be."""
        new = [file for file in self.readable(files) if file.path not in self._reports]
        if new:
            tasks = [self._task(file) for file in new]
            reports = read_tables(tasks, workers=self._aims.workers, progress=self._aims.progress)
            self._reports |= zip((file.path for file in new), reports, strict=True)
            del self._begins[1 + min(self.shards.get(file, len(self.shards)) for file in new) :]

    def _task(self, file: ListedFile) -> Task:
        path, shown, selection = self._folder / file.path, place(self._folder, file.path).file, self._aims.selection
        if file in self.shards and self._standards is not None:
            return ShardTask(path=path, file=shown, standards=self._standards, selection=selection)
        kind: Literal["rejects", "duplicates"] = "rejects" if is_rejects(file.path) else "duplicates"
        return UnpublishedTask(path=path, file=shown, kind=kind, selection=selection)
