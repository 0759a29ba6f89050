"""A dataset, checked part by part."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from toolkit.dataset import ListedFile, Manifest, digest, merge
from toolkit.inspection.card import CardTruth, find_card_flaws
from toolkit.inspection.collecting import Collector, Found, Selection
from toolkit.inspection.copies import find_tags_flaws, read_contract, read_layout
from toolkit.inspection.findings import place
from toolkit.inspection.flaws import moved
from toolkit.inspection.integrity import find_file_flaws, read_manifest
from toolkit.inspection.tables import Sources, Tables
from toolkit.inspection.totals import (
    PageList,
    find_count_flaws,
    find_digest_flaws,
    find_orphans,
    find_repeated_pages,
    find_repeated_values,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from toolkit.contract import Contract
    from toolkit.diagnostics import Diagnostic
    from toolkit.inspection.reports import ShardReport
    from toolkit.inspection.running import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check of a dataset: of all of it, or of the file `shard` (its path in the dataset)."""

    name: str
    shard: str | None = None
    find: Callable[[], Found]

    def run(self) -> tuple[Diagnostic, ...]:
        """What is wrong, as much of it as the inspection keeps; empty where nothing is."""
        return self.find().diagnostics


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """All checks of one dataset. `rows` and `shards` are what its manifest says, null where it has none.

    `load` reads all tables at once, on several processes; without it each check reads what it needs.
    """

    checks: tuple[Check, ...]
    rows: int | None
    shards: int | None
    load: Callable[[], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Aims:
    """What a dataset is held to: `rules` judges its rows in place of its own contract, null for that one.

    `workers` is null for as many as the size of its tables and this machine's cores are worth.
    """

    rules: Contract | None = None
    expect_digest: str | None = None
    selection: Selection
    workers: int | None
    progress: Progress | None = None


def inspect_dataset(folder: Path, aims: Aims) -> Inspection:
    """The checks of the dataset in `folder`, ready to run. UsageError where a newer toolkit wrote it."""
    read = read_manifest(folder)
    about = _Checks(aims.selection)
    about.add("manifest", lambda: read.flaws)
    if read.manifest is None:
        return Inspection(checks=tuple(about.checks), rows=None, shards=None, load=lambda: None)
    manifest = read.manifest
    contract, layout = read_contract(folder, manifest), read_layout(folder)
    sources = Sources(rules=aims.rules or contract.contract, own=contract.contract, layout=layout.layout)
    tables = Tables(folder, manifest, sources, selection=aims.selection, workers=aims.workers, progress=aims.progress)
    about.add("files", lambda: find_file_flaws(folder, manifest))
    about.add("contract", lambda: contract.flaws)
    about.add("layout", lambda: layout.flaws)
    about.add("tags", lambda: find_tags_flaws(folder))
    about.add_tables(tables)
    _Whole(folder, manifest, sources, tables, aims).add_to(about)
    return Inspection(
        checks=tuple(about.checks), rows=manifest.counts.rows, shards=len(tables.shards), load=tables.load
    )


class _Checks:
    """Checks in the order they are added."""

    def __init__(self, selection: Selection) -> None:
        self.checks: list[Check] = []
        self._selection = selection

    def add(self, name: str, find: Callable[[], Iterable[Diagnostic]]) -> None:
        """A check of the whole dataset."""

        def collected() -> Found:
            collector = Collector(self._selection)
            collector.add(find())
            return collector.found()

        self.checks.append(Check(name=name, find=collected))

    def add_tables(self, tables: Tables) -> None:
        """The checks of single Parquet files."""
        for file in tables.readable(tables.shards):
            self._add_part("footer", file, lambda file: tables.shard(file).footer)
        for file in tables.readable(tables.shards):
            self._add_part(
                "rows", file, lambda file: _over_split(tables.shard(file).findings, tables.rows_before(file))
            )
        for file in tables.readable(tables.leftovers):
            self._add_part(file.path.split("/")[0].split(".")[0], file, lambda file: tables.leftover(file).findings)

    def _add_part(self, name: str, file: ListedFile, find: Callable[[ListedFile], Found]) -> None:
        self.checks.append(Check(name=name, shard=file.path, find=lambda: find(file)))


def _over_split(found: Found, before: int) -> Found:
    """Findings of one shard, their rows counted over the split."""
    return replace(found, diagnostics=tuple(moved(found.diagnostics, before)))


@dataclass(frozen=True, slots=True)
class _Whole:
    """What only all files together can tell."""

    folder: Path
    manifest: Manifest
    sources: Sources
    tables: Tables
    aims: Aims

    def add_to(self, about: _Checks) -> None:
        """Add the checks."""
        about.add("repeats", self._repeats)
        about.add("digest", self._digest)
        about.add("counts", self._counts)
        about.add("card", self._card)

    def _reports(self) -> list[ShardReport]:
        self.tables.load()
        return [self.tables.shard(file) for file in self.tables.shards]

    def _repeats(self) -> Iterator[Diagnostic]:
        reports, tables = self._reports(), self.tables
        files = [place(self.folder, file.path).file for file in tables.shards]
        if self.sources.rules is not None:
            yield from find_repeated_values(files, reports, self.sources.rules)
        rows = [
            PageList(
                file=name,
                path="page.file",
                first=tables.rows_before(file),
                files=report.files,
                pages=report.pages,
            )
            for name, file, report in zip(files, tables.shards, reports, strict=True)
        ]
        leftovers = [self._pages_of(file) for file in tables.readable(tables.leftovers)]
        yield from find_repeated_pages([*rows, *leftovers])
        for file in tables.readable(tables.leftovers):
            if tables.leftover(file).firsts and all(report.whole for report in reports):
                yield from find_orphans(self._pages_of(file), tables.leftover(file).firsts, [*rows, *leftovers])

    def _pages_of(self, file: ListedFile) -> PageList:
        report = self.tables.leftover(file)
        name = place(self.folder, file.path).file
        return PageList(file=name, path="file", first=0, files=report.files, pages=report.pages)

    def _digest(self) -> Iterator[Diagnostic]:
        return find_digest_flaws(self.folder, self.manifest, self._reports(), self.aims.expect_digest)

    def _counts(self) -> Iterator[Diagnostic]:
        shards = {file.path: self.tables.shard(file) for file in self.tables.shards}
        leftovers = {file.path: self.tables.leftover(file) for file in self.tables.readable(self.tables.leftovers)}
        held = {path: report.rows for path, report in shards.items() if report.whole}
        held |= {path: report.rows for path, report in leftovers.items() if report.whole}
        whole = all(path in held for path in shards)
        facts = merge(report.facts for report in shards.values()) if whole else None
        return find_count_flaws(self.folder, self.manifest, held, facts)

    def _card(self) -> Iterable[Diagnostic]:
        if self.sources.own is None:
            return ()
        reports = self._reports()
        whole = all(report.whole for report in reports)
        truth = CardTruth(
            contract=self.sources.own,
            version=self.manifest.version,
            digest=digest(report.hashes for report in reports) if whole else self.manifest.digest,
            rows=sum(report.rows for report in reports) if whole else self.manifest.counts.rows,
            num_bytes=sum(report.decoded_bytes for report in reports) if whole else None,
            download_size=sum(file.bytes for file in self.tables.shards),
        )
        return find_card_flaws(self.folder, truth)
