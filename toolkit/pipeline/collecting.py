"""The first pass of a build: the pages of one shard task -> columns, ledger and rejects in the staging folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from toolkit.dataset import REJECTS, RowBuilder, reject_batch
from toolkit.diagnostics import Diagnostic
from toolkit.documents import Document
from toolkit.pipeline.ledger import LEDGER, ledger_batch
from toolkit.pipeline.outcomes import ReadBatch, ReadingRules, read_batches
from toolkit.sources import SourceOptions, SourceTask, read
from toolkit.storage import Staging, WrittenFile, create_work

if TYPE_CHECKING:
    from toolkit.storage import Sink

TAG_FACTS = "tag_facts"
"""Column beside those of a row, in the staging folder only: what the page's own text says of its tags line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectTask:
    """One shard's worth of input, and where its columns go. Travels to workers."""

    number: int
    source: SourceTask
    options: SourceOptions
    rules: ReadingRules
    staging: Staging


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """The files of one task in the staging folder: Arrow IPC streams of rows, ledger and rejects.

    `pages` and `bytes` are those of all documents read; `unreadable` are inputs that were skipped because the caller allows it.
    """

    rows: WrittenFile
    ledger: WrittenFile
    rejects: WrittenFile
    pages: int
    bytes: int
    unreadable: tuple[Diagnostic, ...]


def collect(task: CollectTask) -> Collected:
    """Read the pages of a task once. InputError if an input is unreadable or cut short, OutputError if disk is."""
    unreadable: list[Diagnostic] = []
    pages = size = 0
    row_schema = RowBuilder().finish().schema.append(pa.field(TAG_FACTS, pa.uint64()))
    with ExitStack() as open_files:
        sinks = {
            name: open_files.enter_context(create_work(task.staging, f"{task.number:05d}/{name}.arrow"))
            for name in ("rows", "ledger", "rejects")
        }
        rows, ledger, rejects = (
            open_files.enter_context(pa.ipc.new_stream(sinks[name], schema))
            for name, schema in (("rows", row_schema), ("ledger", LEDGER), ("rejects", REJECTS))
        )
        for batch in read_batches(_documents(task, unreadable), task.rules):
            pages += len(batch.documents)
            size += sum(document.size for document in batch.documents)
            rows.write_batch(_with_facts(batch))
            ledger.write_batch(ledger_batch(batch))
            rejects.write_batch(reject_batch((reject.document, reject.diagnostics) for reject in batch.rejects))
    return Collected(
        rows=sinks["rows"].written,
        ledger=sinks["ledger"].written,
        rejects=sinks["rejects"].written,
        pages=pages,
        bytes=size,
        unreadable=tuple(unreadable),
    )


def _documents(task: CollectTask, unreadable: list[Diagnostic]) -> Iterator[Document]:
    for found in read(task.source, task.options):
        if isinstance(found, Diagnostic):
            unreadable.append(found)
        else:
            yield found


def _with_facts(batch: ReadBatch) -> pa.RecordBatch:
    return batch.rows.append_column(pa.field(TAG_FACTS, pa.uint64()), pa.array(batch.tag_facts, pa.uint64()))
