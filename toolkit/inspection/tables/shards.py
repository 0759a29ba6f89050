"""`inspect_shard`: one Parquet file against the contract, and each of its rows against itself."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from toolkit.contract import check
from toolkit.dataset.facts import Measurement
from toolkit.dataset.parquet import DamagedTableError, read_group, read_schema, table_at
from toolkit.dataset.tables import row_hashes
from toolkit.dataset.tables.sizes import decoded_bytes, runs
from toolkit.diagnostics import Location
from toolkit.inspection.findings import finding
from toolkit.inspection.rows import RowsProof, diagnostics_of, find_raised
from toolkit.inspection.tables.footers import find_footer_flaws
from toolkit.inspection.tables.keys import make_keys, page_key
from toolkit.inspection.tables.reports import ShardTask, TableReport
from toolkit.inspection.tables.statistics import find_statistics_flaws, spans_of
from toolkit.validation import Collector

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pyarrow.parquet as pq

    from toolkit.contract import Failure, Failures
    from toolkit.inspection.rows.flaws import Flaw

PROOF_BYTES: Final = 4 * 1024 * 1024
"""Arrow bytes of rows that are proven together."""

STEP_BYTES: Final = 32 * 1024 * 1024
"""Arrow bytes of rows of another tool that are checked together; those of a shard are checked by its row groups."""


def inspect_shard(task: ShardTask) -> TableReport:
    """Read the file once, with bounded memory. Never raises because of what is in it."""
    return _ShardReading(task).report()


class _ShardReading:
    """One file on its way to its report."""

    def __init__(self, task: ShardTask) -> None:
        self._task = task
        self._where = Location(file=task.file)
        self._rules, self._own, layout = task.standards.rules, task.standards.own, task.standards.layout
        self._unique = {rule.name: rule.column for rule in self._rules.rules if rule.kind == "unique"}
        self._proof = None if self._own is None or layout is None else RowsProof(self._own, layout)
        self._footer = Collector(task.selection)
        self._findings = Collector(task.selection)
        self._whole = False
        self._rows = self._first_rows = self._decoded = 0
        self._hashes, self._files, self._pages = bytearray(), bytearray(), bytearray()
        self._keys: defaultdict[str, bytearray] = defaultdict(bytearray)
        self._facts = Measurement()
        self._example: dict[str, Any] = {}  # Any: a cell of any type

    def report(self) -> TableReport:
        """What is found until the end of the file, or until it cannot be read any further."""
        try:
            with table_at(self._task.path) as file:
                self._read(file)
        except DamagedTableError as fault:
            self._footer.add([finding("I511", fault.message, self._where)])
        return TableReport(
            footer=self._footer.found(),
            findings=self._findings.found(),
            rows=self._rows,
            whole=self._whole,
            hashes=bytes(self._hashes),
            files=bytes(self._files),
            pages=bytes(self._pages),
            keys={rule: bytes(keys) for rule, keys in self._keys.items()},
            facts=self._facts.facts(),
            decoded_bytes=self._decoded,
            example=self._example,
        )

    def _read(self, file: pq.ParquetFile) -> None:
        schema = read_schema(file)
        self._footer.add(find_footer_flaws(file, schema, self._task))
        fits = self._own is not None and schema.equals(self._own.arrow())
        for number, table in self._steps(file):
            self._check(table, fits=fits)
            if fits:
                said, spans = file.metadata.row_group(number), spans_of(table)
                self._footer.add(find_statistics_flaws(said, number, len(table), spans, self._where))
        self._whole = fits

    def _steps(self, file: pq.ParquetFile) -> Iterator[tuple[int, pa.Table]]:
        """The rows group by group, with its number; of another tool's file in steps of `STEP_BYTES`."""
        for number in range(file.num_row_groups):
            held: list[pa.RecordBatch] = []
            size = 0
            for batch in read_group(file, number):
                held.append(batch)
                size += batch.nbytes
                if self._own is None and size >= STEP_BYTES:
                    yield number, _joined(held)
                    size = 0
            if held:
                yield number, _joined(held)

    def _check(self, table: pa.Table, *, fits: bool) -> None:
        """Add what is wrong with the next rows; those that fit the contract are proven and noted, too."""
        failures = check(table, self._rules)
        of_rows = [failure for failure in failures if failure.row is not None and failure.rule not in self._unique]
        self._add(of_rows, 0)
        self._count_unlisted(failures, of_rows)
        for rule, column in self._unique.items():
            if table.schema.get_field_index(column) >= 0:  # below it is absent, or there twice
                self._keys[rule] += make_keys(table.column(column).combine_chunks())
        if fits:
            if self._rules != self._own:
                self._add(find_raised(table, self._rules), 0)
            self._prove(table, of_rows)
            self._note(table)
        self._rows += len(table)

    def _add(self, found: Iterable[Flaw | Failure], first: int) -> None:
        """What is found in the rows of this step from its row `first` on."""
        self._findings.add(diagnostics_of(found, self._task.file, self._rows + first))

    def _count_unlisted(self, failures: Failures, listed: Sequence[Failure]) -> None:
        """Count the failures beyond those that are listed; values that repeat are looked for in all files together."""
        counted = Counter(failure.rule for failure in listed)
        for rule in self._rules.rules:
            if rule.name not in self._unique:
                self._findings.count(rule.code, rule.level, failures.totals.get(rule.name, 0) - counted[rule.name])

    def _prove(self, table: pa.Table, failures: Iterable[Failure]) -> None:
        if self._proof is None:
            return
        warned: defaultdict[int, set[str]] = defaultdict(set)
        for failure in failures:
            if failure.row is not None and failure.level == "warning":
                warned[failure.row].add(failure.code)
        at = 0
        for (rows,) in runs(table.combine_chunks().to_batches(), PROOF_BYTES):
            codes = {row - at: warned[row] for row in warned if at <= row < at + len(rows)}
            flaws = self._proof.find_flaws(rows, codes if self._rules == self._own else None)
            self._add(flaws, at)
            at += len(rows)

    def _note(self, table: pa.Table) -> None:
        """What is compared with other shards, manifest and card."""
        page = table.column("page").combine_chunks()
        hashes = pc.struct_field(page, "sha256").to_pylist()
        if not self._first_rows:
            self._first_rows, self._example = len(table), table.slice(0, 1).to_pylist()[0]
        self._decoded += decoded_bytes(table, self._first_rows)
        self._hashes += row_hashes(table)
        self._files += make_keys(pc.struct_field(page, "file"))
        self._pages += b"".join(page_key(sha256) for sha256 in hashes)
        self._facts.add(table)


def _joined(batches: list[pa.RecordBatch]) -> pa.Table:
    """The rows of `batches`, which are given up for them: the same rows are not held twice."""
    table = pa.Table.from_batches(batches).combine_chunks()
    batches.clear()
    pa.default_memory_pool().release_unused()
    return table
