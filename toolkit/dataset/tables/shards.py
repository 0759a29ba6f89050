"""Shards: record batches -> Parquet files that depend on the rows and the pyarrow version alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from toolkit.dataset.tables.sizes import Weigh, decoded_bytes, row_sizes, runs
from toolkit.storage.sink import Sink

GROUP_BYTES = 32 * 1024 * 1024
"""Arrow bytes of a row group: small enough for a worker and the Hub's viewer, large enough to compress well."""

Create: TypeAlias = Callable[[str], AbstractContextManager[Sink]]
"""Gives the sink of a new file: `functools.partial(storage.create, staging)`."""

REPEATING = frozenset({"source", "date", "kind", "age", "warnings", "codes", "code", "level", "message", "mend"})
"""Columns (of any depth) whose values repeat, so that a dictionary pays."""

LONG = frozenset({"headline", "body", "raw"})
"""Columns (of any depth) whose least and greatest value are of no use and would fill the footer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardFile:
    """A finished Parquet file: `path` as the sink names it, bytes and SHA-256 (hex) of the file, and its rows.

    `decoded_bytes` is its part of the split's `num_bytes` in the card.
    """

    path: str
    rows: int
    bytes: int
    sha256: str
    decoded_bytes: int


def write_shard(
    batches: Iterable[pa.RecordBatch], create: Create, path: str, schema: pa.Schema, *, weigh: Weigh = row_sizes
) -> ShardFile:
    """Write the rows of `batches` to a new file at `path`.

    Row groups of `GROUP_BYTES`, as `weigh` counts, end where the rows say, not where the batches do: the same rows
    give the same bytes. Without any row the file has no row group, which `datasets` reads only beside other files. The
    columns of `batches` are those of `schema`; its metadata (`huggingface`) goes into the file. OutputError if the file
    cannot be written.
    """
    rows = decoded = batch_rows = 0
    with create(path) as sink, _writer(sink, schema) as writer:
        for run in runs(batches, GROUP_BYTES, weigh):
            group = pa.Table.from_batches(run).replace_schema_metadata(schema.metadata).combine_chunks()
            run.clear()
            writer.write_table(group, row_group_size=len(group))
            batch_rows = batch_rows or len(group)
            rows += len(group)
            decoded += decoded_bytes(group, batch_rows)
            del group  # else it is held while the rows of the next are collected
    written = sink.written
    return ShardFile(path=written.path, rows=rows, bytes=written.bytes, sha256=written.sha256, decoded_bytes=decoded)


def write_numbered(
    batches: Iterable[pa.RecordBatch],
    create: Create,
    name_of: Callable[[int], str],
    schema: pa.Schema,
    *,
    full_bytes: int,
) -> list[ShardFile]:
    """Write the rows of `batches` to numbered files, each full once it holds `full_bytes` of Arrow bytes.

    `name_of` gives the path of each by its number, from 0. Without any row there is no file.
    """
    rest = runs(batches, GROUP_BYTES)
    return [
        write_shard(_until_full(run, rest, full_bytes), create, name_of(number), schema)
        for number, run in enumerate(rest)
    ]


def _until_full(
    run: list[pa.RecordBatch], rest: Iterator[list[pa.RecordBatch]], full_bytes: int
) -> Iterator[pa.RecordBatch]:
    held = 0
    following: list[pa.RecordBatch] | None = run
    while following is not None:
        yield from following
        held += sum(int(row_sizes(batch).sum()) for batch in following)
        following = next(rest, None) if held < full_bytes else None


def _writer(sink: Sink, schema: pa.Schema) -> pq.ParquetWriter:
    columns = list(_leaves(schema))
    return pq.ParquetWriter(
        sink,
        schema,
        version="2.6",
        compression="zstd",
        compression_level=3,
        use_dictionary=[path for name, path in columns if name in REPEATING],
        write_statistics=[path for name, path in columns if name not in LONG],
        write_page_index=True,
        write_page_checksum=True,
        use_content_defined_chunking=True,
    )


def _leaves(schema: pa.Schema) -> Iterator[tuple[str, str]]:
    """The name of the innermost field and the path in Parquet of each column: `kind`, `related.list.element.kind`."""
    for field in schema:
        yield from _field_leaves(field.name, field.name, field.type)


def _field_leaves(name: str, path: str, kind: pa.DataType) -> Iterator[tuple[str, str]]:
    if pa.types.is_list(kind):
        yield from _field_leaves(name, f"{path}.list.element", kind.value_type)
    elif pa.types.is_struct(kind):
        for field in kind:
            yield from _field_leaves(field.name, f"{path}.{field.name}", field.type)
    else:
        yield name, path
