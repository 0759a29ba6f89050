"""The second pass of a build: staged columns, tags and the contract -> a shard, and rows that became rejects."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from toolkit.dataset.facts import Facts, Measurement, Sample
from toolkit.dataset.tables import GROUP_BYTES, REJECTS, ShardFile, reject_batch, row_hashes, write_shard
from toolkit.dataset.tables.sizes import byte_lengths, list_borders, row_sizes, runs
from toolkit.diagnostics import Diagnostic
from toolkit.errors import InputError
from toolkit.pages import Lexicon, Splitter, lexicon_to_json, read_page
from toolkit.pipeline.collecting import TAG_FACTS, Collected, CollectTask
from toolkit.pipeline.judging import Checked, judge, tag_rows
from toolkit.pipeline.ledger import read_ledger
from toolkit.pipeline.page_diagnostics import explain_failure, explain_finding
from toolkit.pipeline.records import from_record, to_record
from toolkit.pipeline.staged import staged_batches, write_batches
from toolkit.sources import read
from toolkit.storage.output import create_work, is_intact, recall, remember
from toolkit.storage.sink import WrittenFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from toolkit.arrays import Ints
    from toolkit.contract import Failure
    from toolkit.documents import Document
    from toolkit.storage.sink import Sink


_BYTES_A_TAG_BYTE = 4
_BYTES_AN_ITEM = 64
_NOT_WEIGHED = frozenset({"tags", "page", TAG_FACTS})  # of `page` all members but the warnings are


@dataclass(frozen=True, slots=True, kw_only=True)
class LearntTags:
    """The tags learnt from all rows; they are compared by the SHA-256 of their text."""

    lexicon: Lexicon = field(compare=False)
    sha256: str


def learnt_tags(lexicon: Lexicon) -> LearntTags:
    """The tags of `lexicon`, for every task of a build."""
    return LearntTags(lexicon=lexicon, sha256=sha256(lexicon_to_json(lexicon).encode()).hexdigest())


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishTask:
    """A collected shard, which of its rows to keep (one bit a row, packed), and the tags that they are given."""

    collected: Collected
    origin: CollectTask
    keep: bytes
    tags: LearntTags


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """What a shard became. `shard` (durable, in `work/`) is null where no row was left.

    `hashes` holds the SHA-256 of each row in order, 32 bytes each; `refused` the rejects that the contract made,
    an Arrow stream, `sample` the rows that a report may show, another; all in `work/`.
    """

    shard: ShardFile | None
    hashes: WrittenFile
    refused: WrittenFile
    sample: WrittenFile
    facts: Facts
    rows: int
    rejected: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Record:
    """What a finished shard leaves for a build that goes on after an interruption."""

    finished: Finished
    made_from: str


@dataclass(slots=True)
class _Tally:
    """What is counted while the rows of a shard pass by."""

    facts: Measurement = field(default_factory=Measurement)
    sample: Sample = field(default_factory=Sample)
    refused: dict[str, Sequence[Failure]] = field(default_factory=dict)
    rows: int = 0

    def add(self, rows: pa.RecordBatch) -> None:
        """Count some more accepted rows."""
        self.rows += len(rows)
        self.sample.add(rows)
        self.facts.add(pa.Table.from_batches([rows]))


def finish(task: FinishTask) -> Finished:
    """Write one shard; or take over what an interrupted build has finished of it, if all hashes are right.

    OutputError if the disk fails, InputError if a page to reject has changed meanwhile.
    """
    return _finished_before(task) or _finish(task)


def _finished_before(task: FinishTask) -> Finished | None:
    staging, number = task.origin.staging, task.origin.number
    record = recall(staging, f"{number:05d}/finished") if staging.reused else None
    found = None if record is None else from_record(_Record, record)
    if found is None or found.made_from != _made_from(task):
        return None
    files = [found.finished.hashes, found.finished.refused, found.finished.sample]
    if found.finished.shard is not None:
        shard = found.finished.shard
        files.append(WrittenFile.durable(path=shard.path, bytes=shard.bytes, sha256=shard.sha256))
    return found.finished if all(is_intact(staging, file) for file in files) else None


def _made_from(task: FinishTask) -> str:
    """What a finished shard depends on, beside what the key of the staging folder names."""
    parts = (task.collected.rows.digest, task.keep.hex(), task.tags.sha256)
    return sha256("\0".join(parts).encode()).hexdigest()


def _finish(task: FinishTask) -> Finished:
    staging, number = task.origin.staging, task.origin.number
    schema = task.origin.rules.contract.arrow().with_metadata(task.origin.rules.contract.hub_metadata())
    tally = _Tally()
    with create_work(staging, f"{number:05d}/hashes") as hashes:
        shard = write_shard(
            _hashed(_accepted(task, tally), hashes),
            lambda path: create_work(staging, path, durable=True),
            f"{number:05d}/shard.parquet",
            schema,
            weigh=_weigh,
        )
    refused = (reject_batch([page]) for page in _read_again(task, tally.refused))
    sample = tally.sample.table(task.origin.rules.contract)
    finished = Finished(
        shard=shard if tally.rows else None,
        hashes=hashes.written,
        refused=write_batches(staging, f"{number:05d}/refused.arrow", REJECTS, refused),
        sample=write_batches(staging, f"{number:05d}/sample.arrow", sample.schema, sample.to_batches()),
        facts=tally.facts.facts(),
        rows=tally.rows,
        rejected=len(tally.refused),
    )
    remember(staging, f"{number:05d}/finished", to_record(_Record(finished=finished, made_from=_made_from(task))))
    return finished


def _hashed(batches: Iterable[pa.RecordBatch], hashes: Sink) -> Iterator[pa.RecordBatch]:
    """The batches as they are, the hashes of their rows written."""
    for rows in batches:
        hashes.write(row_hashes(rows))
        yield rows
        del rows  # else they are held while the next are collected


def _accepted(task: FinishTask, tally: _Tally) -> Iterator[pa.RecordBatch]:
    """The rows that obey the contract, run by run; a run of which all rows do becomes a row group without a copy."""
    splitter = _splitter(task.tags)
    for run in runs(_kept(task), GROUP_BYTES, _weigh):
        checked = _check(run, task, splitter)
        tally.refused.update(checked.refused)
        if len(checked.accepted):
            tally.add(checked.accepted)
            yield checked.accepted
        del checked  # else its rows are held while the next are collected


def _weigh(rows: pa.RecordBatch) -> Ints:
    """Memory (bytes) of each row while it is tagged, checked and written; the same before and after it is tagged.

    Tags and related items take more than their bytes, since each is an element of a list.
    """
    page = rows.column("page")
    columns = [rows.column(name) for name in rows.schema.names if name not in _NOT_WEIGHED]
    columns += [page.field(member.name) for member in page.type if member.name != "warnings"]
    items: Ints = np.diff(list_borders(rows.column("related")))
    steady = pa.RecordBatch.from_arrays(columns, names=[*map(str, range(len(columns)))])
    return row_sizes(steady) + _BYTES_A_TAG_BYTE * byte_lengths(page.field("tags")) + _BYTES_AN_ITEM * items


@lru_cache(maxsize=1)
def _splitter(tags: LearntTags) -> Splitter:
    """The splitter of these tags, kept for the next shard of this process: a large lexicon takes a while."""
    return Splitter(tags.lexicon)


def _check(run: list[pa.RecordBatch], task: FinishTask, splitter: Splitter) -> Checked:
    rows = pa.Table.from_batches(run).combine_chunks().to_batches()[0]
    run.clear()  # `runs` still holds the list, which would keep the rows in memory
    tagged = tag_rows(rows.drop_columns(TAG_FACTS), rows.column(TAG_FACTS), splitter)
    return judge(tagged, task.origin.rules.contract)


def _kept(task: FinishTask) -> Iterator[pa.RecordBatch]:
    """The rows that repeat no earlier page, with their tag facts."""
    keep = np.unpackbits(np.frombuffer(task.keep, np.uint8)).astype(np.bool_)
    return staged_batches(task.origin.staging, task.collected.rows, keep)


def _read_again(
    task: FinishTask, refused: Mapping[str, Sequence[Failure]]
) -> Iterator[tuple[Document, list[Diagnostic]]]:
    """The pages of refused rows, read once more: a reject keeps its bytes, and each failure has its place in them."""
    if not refused:
        return
    pages = task.origin.rules.page_rules()
    missing = _collected_sha256(task, refused)
    for document in read(task.origin.source, task.origin.options):
        if isinstance(document, Diagnostic) or missing.get(document.file) != document.sha256:
            continue
        del missing[document.file]
        reading = read_page(document.raw or b"", pages)
        found = [explain_finding(finding, document.file) for finding in reading.findings]
        yield document, found + [explain_failure(failure, document, reading) for failure in refused[document.file]]
    if missing:
        raise InputError(f"{min(missing)}: gone or changed while it was being built", mend="Build again.")


def _collected_sha256(task: FinishTask, files: Iterable[str]) -> dict[str, str]:
    """The SHA-256, in hex, of these pages as they were collected."""
    ledger = read_ledger(task.origin.staging, task.collected.ledger, "file", "sha256")
    chosen = ledger.filter(pc.is_in(ledger.column("file"), pa.array(sorted(files), pa.string())))
    return {row["file"]: row["sha256"].hex() for row in chosen.to_pylist()}
