"""Rejects of a build, in the order of the input."""

from __future__ import annotations

import heapq
from functools import partial
from typing import TYPE_CHECKING

from toolkit.dataset.tables import REJECTS, write_numbered
from toolkit.diagnostics import Diagnostic
from toolkit.pipeline import Outcome, read_ledger, rows_to_keep, staged_batches
from toolkit.storage.dataset_files import rejects_name
from toolkit.storage.output import create

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pyarrow as pa

    from toolkit.assembly.values import Passed, RejectTally
    from toolkit.dataset.tables import ShardFile
    from toolkit.storage.output import Staging

REJECTS_FILE_BYTES = 256 * 1024 * 1024
MAX_DIAGNOSTICS = 10_000


def write_rejects(staging: Staging, passed: Passed, tally: RejectTally) -> list[ShardFile]:
    """Every rejected page that repeats no earlier one, in the order of the input."""
    return write_numbered(
        _tallied(_rejects(staging, passed), tally),
        partial(create, staging),
        rejects_name,
        REJECTS,
        full_bytes=REJECTS_FILE_BYTES,
    )


def _tallied(batches: Iterable[pa.RecordBatch], tally: RejectTally) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        tally.rejected += len(batch)
        tally.codes.update(code for codes in batch.column("codes").to_pylist() for code in codes)
        room = MAX_DIAGNOSTICS - len(tally.diagnostics)
        if room > 0:
            found = batch.column("diagnostics").slice(0, room).to_pylist()
            tally.diagnostics += [Diagnostic(**entry) for entries in found for entry in entries][:room]
        yield batch


def _rejects(staging: Staging, passed: Passed) -> Iterator[pa.RecordBatch]:
    parts = zip(passed.collected, passed.reduced.repeats.masks, passed.finished, strict=True)
    for collected, repeats, finished in parts:
        ledger = read_ledger(staging, collected.ledger, "file", "outcome")
        unread = staged_batches(staging, collected.rejects, rows_to_keep(ledger, repeats, Outcome.REJECT))
        refused = list(staged_batches(staging, finished.refused))
        if refused:
            yield from _in_order(ledger.column("file").to_pylist(), unread, refused)
        else:
            yield from unread


def _in_order(
    files: Sequence[str], left: Iterable[pa.RecordBatch], right: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """The rows of two streams, one a batch, in the order in which their pages stand in the input."""
    place = {file: number for number, file in enumerate(files)}
    rows = [(batch.slice(row, 1) for batch in stream for row in range(len(batch))) for stream in (left, right)]
    return heapq.merge(*rows, key=lambda row: place[row.column("file")[0].as_py()])
