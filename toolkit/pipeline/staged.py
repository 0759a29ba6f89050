"""Rows in the staging folder, as Arrow streams in `work/`: written by one task, and read as it wrote them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from toolkit.storage.output import create_work, open_work

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from toolkit.arrays import Mask
    from toolkit.storage.output import Staging
    from toolkit.storage.sink import WrittenFile


def write_batches(staging: Staging, name: str, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> WrittenFile:
    """The batches as an Arrow stream in `work/`. OutputError if the disk fails."""
    with create_work(staging, name) as sink, pa.ipc.new_stream(sink, schema) as stream:
        for batch in batches:
            stream.write_batch(batch)
    return sink.written


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
