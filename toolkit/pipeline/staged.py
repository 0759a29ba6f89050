"""`staged_batches`: rows that a task has left in the staging folder, as it wrote them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from toolkit.storage.output import open_work

if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolkit.arrays import Mask
    from toolkit.storage.output import Staging
    from toolkit.storage.sink import WrittenFile


def staged_batches(staging: Staging, written: WrittenFile, keep: Mask | None = None) -> Iterator[pa.RecordBatch]:
    """The batches of an Arrow stream in `work/`, of their rows only those to keep; no batch is empty."""
    at = 0
    with open_work(staging, written.path) as file, pa.ipc.open_stream(file) as stream:
        for batch in stream:
            chosen = None if keep is None else keep[at : at + len(batch)]
            at += len(batch)
            kept = batch if chosen is None or chosen.all() else batch.filter(pa.array(chosen))
            if len(kept):
                yield kept
