"""Sizes of rows: their Arrow bytes, runs of rows up to a size, and the bytes that `datasets` counts for a row group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from toolkit.arrays import Ints

Weigh: TypeAlias = "Callable[[pa.RecordBatch], Ints]"

_LARGE_TEXTS: Final = (pa.large_string(), pa.large_binary())
_TEXTS: Final = (pa.string(), pa.binary(), *_LARGE_TEXTS)


def row_sizes(batch: pa.RecordBatch) -> Ints:
    """Arrow bytes of each row of `batch`, bitmaps of nulls left out; they depend on the row's values alone."""
    sizes = np.zeros(batch.num_rows, np.int64)
    for column in batch.columns:
        sizes += _value_sizes(column)
    return sizes


def _value_sizes(array: pa.Array) -> Ints:
    kind = array.type
    if pa.types.is_struct(kind):
        return sum((_value_sizes(member) for member in array.flatten()), np.zeros(len(array), np.int64))
    if pa.types.is_list(kind):
        ends = np.concatenate(([0], np.cumsum(_value_sizes(array.flatten()))))
        borders = list_borders(array)
        return ends[borders[1:]] - ends[borders[:-1]] + 4
    if is_text(kind):
        return byte_lengths(array) + _offset_bytes(kind)
    return np.full(len(array), max(1, kind.bit_width // 8), np.int64)


def is_text(kind: pa.DataType) -> bool:
    """Whether values of `kind` are strings or bytes of any length."""
    return kind in _TEXTS


def _offset_bytes(text: pa.DataType) -> int:
    return 8 if text in _LARGE_TEXTS else 4


def byte_lengths(array: pa.Array) -> Ints:
    """Bytes of each string of `array`; 0 for a null."""
    return _or_zero(pc.binary_length(array))


def list_borders(array: pa.ListArray) -> Ints:
    """Where each list begins in `array.flatten()`, and at last where they all end; a null list is empty."""
    return np.concatenate(([0], np.cumsum(_or_zero(pc.list_value_length(array)))))


def _or_zero(lengths: pa.Array) -> Ints:
    filled = lengths.fill_null(0) if lengths.null_count else lengths
    return np.asarray(filled.to_numpy(), np.int64)


def runs(batches: Iterable[pa.RecordBatch], limit: int, weigh: Weigh = row_sizes) -> Iterator[list[pa.RecordBatch]]:
    """The rows of `batches` in runs of at most `limit` Arrow bytes; a row that alone has more is a run of its own.

    `weigh` gives the bytes of each row of a batch. A run ends before the row that would make it too large, wherever
    the batches end. No run and no batch is empty.
    """
    held: list[pa.RecordBatch] = []
    room = limit
    for batch in batches:
        ends = np.cumsum(weigh(batch))
        start = 0
        while start < len(ends):
            before = int(ends[start - 1]) if start else 0
            stop = max(int(np.searchsorted(ends, before + room, side="right")), start if held else start + 1)
            if stop > start:
                held.append(batch.slice(start, stop - start))
                room -= int(ends[stop - 1]) - before
            if stop < len(ends):
                yield held
                held, room = [], limit
            start = stop
    if held:
        yield held


def decoded_bytes(table: pa.Table, batch_rows: int) -> int:
    """Bytes that `datasets` counts for a row group that decodes to `table`, in batches of `batch_rows` rows.

    Over a split they add up to `num_bytes` and `dataset_size`. datasets 5.2 reads a file in batches as long as its
    first row group and adds up `nbytes` of each; only where batches of a single row follow each other it joins them,
    and then counts a few bytes of null bitmaps less.
    """
    batches = [(start, min(start + batch_rows, len(table))) for start in range(0, len(table), batch_rows)]
    columns = [column.chunk(0) for column in table.combine_chunks().columns] if len(table) else []
    return sum(_slice_bytes(column, start, stop) for column in columns for start, stop in batches)


def _slice_bytes(array: pa.Array, start: int, stop: int) -> int:
    """Bytes of the values from `start` to `stop` in buffers that begin with the array (a struct's bitmap: none)."""
    kind = array.type
    if pa.types.is_struct(kind):
        return sum(_slice_bytes(member, start, stop) for member in array.flatten())
    bitmap = _bit_bytes(start, stop) if array.null_count or _is_number(kind) else 0
    if pa.types.is_list(kind):
        first, last = (int(border) for border in list_borders(array)[[start, stop]])
        return bitmap + (stop - start) * 4 + _slice_bytes(array.flatten(), first, last)
    if is_text(kind):
        return bitmap + (stop - start) * _offset_bytes(kind) + int(byte_lengths(array.slice(start, stop - start)).sum())
    return bitmap + _bit_bytes(start * kind.bit_width, stop * kind.bit_width)


def _is_number(kind: pa.DataType) -> bool:
    """Whether Arrow's reader of Parquet (26.0) gives values of `kind` a bitmap though none is null."""
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def _bit_bytes(start: int, stop: int) -> int:
    return (stop + 7) // 8 - start // 8
