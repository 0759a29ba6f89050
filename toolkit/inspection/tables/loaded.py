"""`Tables`: the reports of a dataset's Parquet files, each read once, when it is first asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from toolkit.inspection.findings import place
from toolkit.inspection.integrity import REJECTS, duplicates_of, rejects_of, shards_of
from toolkit.inspection.tables.reports import ShardReport, ShardTask
from toolkit.inspection.tables.running import Task, read_tables
from toolkit.inspection.tables.unpublished import UnpublishedReport, UnpublishedTask
from toolkit.storage.filesystem import is_absent, is_seen_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from toolkit.contract import Contract
    from toolkit.dataset.manifest import ListedFile, Manifest
    from toolkit.engines import Progress
    from toolkit.pages import Layout
    from toolkit.validation import Selection


@dataclass(frozen=True, slots=True, kw_only=True)
class Standards:
    """What a dataset's tables are held to, as in `ShardTask`; each is null where it cannot be read."""

    rules: Contract | None
    own: Contract | None
    layout: Layout | None


class Tables:
    """The Parquet files of the dataset in `folder` that are there."""

    def __init__(
        self,
        folder: Path,
        manifest: Manifest,
        standards: Standards,
        *,
        selection: Selection,
        workers: int | None,
        progress: Progress | None,
    ) -> None:
        self._folder = folder
        self._standards = standards
        self._selection = selection
        self._workers = workers
        self._progress = progress
        self._shards: dict[str, ShardReport] = {}
        self._unpublished: dict[str, UnpublishedReport] = {}
        self.shards = shards_of(manifest)
        self.unpublished = [*rejects_of(manifest), *duplicates_of(manifest)]

    def readable(self, files: Iterable[ListedFile]) -> list[ListedFile]:
        """Those of the files that are there; no shard where there is nothing to read it by."""
        ours = self._standards.rules is not None
        return [file for file in files if (ours or file in self.unpublished) and is_seen_file(self._folder / file.path)]

    def load(self) -> None:
        """Read everything now, on as many processes as there may be."""
        self._load(self.readable([*self.shards, *self.unpublished]))

    def shard(self, file: ListedFile) -> ShardReport:
        """The report of a shard; an empty one where it cannot be read."""
        self._load(self.readable([file]))
        return self._shards.get(file.path, ShardReport())

    def unpublished_report(self, file: ListedFile) -> UnpublishedReport:
        """The report of a file of rejects or duplicates; an empty one where it cannot be read."""
        self._load(self.readable([file]))
        return self._unpublished.get(file.path, UnpublishedReport())

    def unread(self, files: Iterable[ListedFile]) -> tuple[str, ...]:
        """The paths of those files that cannot be read whole; missing rejects and duplicates do not count."""
        due = [file for file in files if file in self.shards or not is_absent(self._folder / file.path)]
        whole = {
            file.path: (self.shard if file in self.shards else self.unpublished_report)(file).whole for file in due
        }
        return tuple(path for path, is_whole in whole.items() if not is_whole)

    def rows_before(self, file: ListedFile) -> int:
        """Rows of the shards before this one; of a shard that was not read whole, as many as the manifest says."""
        earlier = [(each.rows or 0, self._shards.get(each.path)) for each in self.shards[: self.shards.index(file)]]
        return sum(report.rows if report is not None and report.whole else rows for rows, report in earlier)

    def _load(self, files: Sequence[ListedFile]) -> None:
        """Read those of the files that have not been read yet."""
        new = [file for file in files if file.path not in self._shards and file.path not in self._unpublished]
        if not new:
            return
        tasks = [self._task(file) for file in new]
        for file, report in zip(new, read_tables(tasks, workers=self._workers, progress=self._progress), strict=True):
            if isinstance(report, ShardReport):
                self._shards[file.path] = report
            else:
                self._unpublished[file.path] = report

    def _task(self, file: ListedFile) -> Task:
        path, shown = self._folder / file.path, place(self._folder, file.path).file
        standards = self._standards
        if file in self.unpublished or standards.rules is None:
            kind: Literal["rejects", "duplicates"] = "rejects" if REJECTS.fullmatch(file.path) else "duplicates"
            return UnpublishedTask(path=path, file=shown, kind=kind, selection=self._selection)
        return ShardTask(
            path=path,
            file=shown,
            rules=standards.rules,
            own=standards.own,
            layout=standards.layout,
            selection=self._selection,
        )
