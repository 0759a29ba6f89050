"""The first pass of a build: the pages of one shard task -> columns, ledger and rejects in the staging folder."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

import pyarrow as pa

from toolkit.dataset.manifest import document_hash
from toolkit.dataset.tables import REJECTS, ROWS, reject_batch
from toolkit.diagnostics import Diagnostic
from toolkit.pipeline.ledger import LEDGER, ledger_batch, read_hashes, read_ledger
from toolkit.pipeline.outcomes import ReadBatch, ReadingRules, read_batches
from toolkit.pipeline.records import from_record, to_record
from toolkit.sources import SourceOptions, SourceTask, read
from toolkit.storage.output import Staging, create_work, is_intact, recall, remember
from toolkit.storage.sink import WrittenFile  # noqa: TC001 - from_record asks for the types of what it reads

if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolkit.documents import Document

DEADLY = "D106"
"""The code of a page that kills the process that reads it."""

TAG_FACTS = "tag_facts"
"""Column beside those of a row, in the staging folder only: what the page's own text says of its tags line."""

TAGS = pa.schema([("line", pa.string()), (TAG_FACTS, pa.uint64())])
"""The tags line of each row (null where it has none) and its facts, once more: learning tags reads nothing else."""

_STREAMS = {"rows": ROWS.append(pa.field(TAG_FACTS, pa.uint64())), "tags": TAGS, "ledger": LEDGER, "rejects": REJECTS}
"""The schema of each stream of a task, by its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectTask:
    """One shard's worth of input, and where its columns go. Travels to workers.

    `deadly` are the documents (from 0, in the order of the source) that kill the process that reads them.
    """

    number: int
    source: SourceTask
    options: SourceOptions
    rules: ReadingRules
    staging: Staging
    deadly: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """The files of one task in the staging folder: Arrow IPC streams of rows, their `TAGS`, ledger and rejects.

    `pages` and `bytes` are those of all documents read, `urls` of them have a URL, `rejected` are rejects already;
    `unreadable` are inputs that were skipped because the caller allows it; `matched` are the entries of
    `ReadingRules.excluded` that named some of the pages, sorted.
    """

    rows: WrittenFile
    tags: WrittenFile
    ledger: WrittenFile
    rejects: WrittenFile
    pages: int
    urls: int
    rejected: int
    bytes: int
    unreadable: tuple[Diagnostic, ...]
    matched: tuple[str, ...]


def collect(task: CollectTask) -> Collected:
    """Read the pages of a task; or take over what an interrupted build has finished of it, if all hashes are right.

    InputError if an input is unreadable or cut short, OutputError if the disk is.
    """
    return _collected_before(task) or _collect(task)


def _collected_before(task: CollectTask) -> Collected | None:
    record = recall(task.staging, f"{task.number:05d}/collected") if task.staging.reused else None
    found = None if record is None else from_record(Collected, record)
    if found is None:
        return None
    if not all(is_intact(task.staging, file) for file in (found.rows, found.tags, found.ledger, found.rejects)):
        return None
    unreadable: list[Diagnostic] = []
    hashes = (document_hash(document) for document in read_documents(task, unreadable))
    return found if _match_ledger(hashes, task, found) and tuple(unreadable) == found.unreadable else None


def _match_ledger(hashes: Iterator[bytes], task: CollectTask, found: Collected) -> bool:
    """Whether these are the documents of a ledger, in its order."""
    ledger = read_hashes(read_ledger(task.staging, found.ledger, "document"), "document")
    return all(seen == noted for seen, noted in zip_longest(hashes, (row.tobytes() for row in ledger)))


def _collect(task: CollectTask) -> Collected:
    unreadable: list[Diagnostic] = []
    matched: set[str] = set()
    pages = urls = size = rejected = 0
    with ExitStack() as open_files:
        sinks, streams = {}, {}
        for name, schema in _STREAMS.items():
            sinks[name] = open_files.enter_context(create_work(task.staging, f"{task.number:05d}/{name}.arrow"))
            streams[name] = open_files.enter_context(pa.ipc.new_stream(sinks[name], schema))
        for batch in read_batches(read_documents(task, unreadable), task.rules):
            pages += len(batch.documents)
            urls += sum(document.url is not None for document in batch.documents)
            rejected += len(batch.rejects)
            matched |= batch.matched
            size += sum(document.size for document in batch.documents)
            for name, columns in _columns(batch).items():
                streams[name].write_batch(columns)
    collected = Collected(
        **{name: sink.written for name, sink in sinks.items()},
        pages=pages,
        urls=urls,
        rejected=rejected,
        bytes=size,
        unreadable=tuple(unreadable),
        matched=tuple(sorted(matched)),
    )
    remember(task.staging, f"{task.number:05d}/collected", to_record(collected))
    return collected


def _columns(batch: ReadBatch) -> dict[str, pa.RecordBatch]:
    """What goes into each stream of a task."""
    facts = pa.array(batch.tag_facts, pa.uint64())
    return {
        "rows": batch.rows.append_column(TAG_FACTS, facts),
        "tags": pa.RecordBatch.from_arrays([batch.rows.column("page").field("tags"), facts], schema=TAGS),
        "ledger": ledger_batch(batch),
        "rejects": reject_batch((reject.document, reject.diagnostics) for reject in batch.rejects),
    }


def read_documents(task: CollectTask, unreadable: list[Diagnostic]) -> Iterator[Document]:
    """The documents of a task; what is skipped is added to `unreadable`, deadly ones are marked as faulty."""
    number = 0
    for found in read(task.source, task.options):
        if isinstance(found, Diagnostic):
            unreadable.append(found)
            continue
        yield found._replace(fault=DEADLY) if number in task.deadly else found
        number += 1
