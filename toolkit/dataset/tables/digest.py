"""`row_hashes` and `digest`: the content of a dataset as one hash that no shard, codec or library version changes.

A *cell* is written as its length in bytes, then its bytes; a null is the length -1 (eight bytes 0xFF) and nothing more.
Lengths and counts are signed 64-bit integers, little-endian. The bytes of a cell are

- of text: its UTF-8; of binary: itself;
- of a number, day (days since 1970-01-01) or boolean (one byte, 0 or 1): its Arrow bytes, little-endian;
- of a list: the number of its elements, then each element as a cell;
- of a struct: each member as a cell, in the order of the schema.

A row's hash is the SHA-256 of its cells in the order of the schema. The digest of a dataset is `sha256:` and the
SHA-256, in hex, of the hashes of all its rows in order. Names of columns are no part of it.
"""

from __future__ import annotations

import hashlib
import itertools
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from toolkit.arrays import to_mask
from toolkit.dataset.tables.sizes import byte_lengths, is_text, list_borders, runs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from toolkit.arrays import Ints

HASH_BYTES = 32

Borders: TypeAlias = npt.NDArray[np.int32]

_STEP_BYTES = 16 * 1024 * 1024
"""The pieces of rows are made in steps of this many Arrow bytes, so memory stays flat."""

_JOINED_ROWS = 64
"""How many rows are joined at once: few enough to be hashed while they are in the processor's cache."""


def row_hashes(table: pa.Table | pa.RecordBatch) -> bytes:
    """The hashes of the rows of `table` one after another, 32 bytes each."""
    batches = table.to_batches() if isinstance(table, pa.Table) else [table]
    return b"".join(hashed for batch in batches for hashed in _batch_hashes(batch))


def digest(parts: Iterable[bytes]) -> str:
    """`sha256:…` of a dataset whose row hashes are `parts`, results of `row_hashes` in the order of the rows."""
    total = hashlib.sha256()
    for part in parts:
        total.update(part)
    return f"sha256:{total.hexdigest()}"


def _batch_hashes(batch: pa.RecordBatch) -> Iterator[bytes]:
    for (step,) in runs([batch], _STEP_BYTES):
        pieces = [piece for column in step.columns for piece in _cell(column)]
        for start in range(0, len(step), _JOINED_ROWS):
            rows = _joined([piece.slice(start, _JOINED_ROWS) for piece in pieces])
            data = memoryview(rows.buffers()[2])
            for first, last in itertools.pairwise(_borders(rows).tolist()):
                yield hashlib.sha256(data[first:last]).digest()


def _cell(array: pa.Array) -> list[pa.Array]:
    """Binary arrays that side by side give the cell of each value: first its length, then the pieces of its bytes."""
    pieces = _content(array)
    lengths = np.zeros(len(array), np.int64)
    for piece in pieces:
        lengths += byte_lengths(piece)
    if array.null_count:
        lengths[to_mask(array.is_null())] = -1
        pieces = [piece if piece.null_count else pc.if_else(array.is_valid(), piece, None) for piece in pieces]
    return [_integers(lengths), *pieces]


def _content(array: pa.Array) -> list[pa.Array]:
    kind = array.type
    if is_text(kind):
        return [array.cast(pa.binary())]
    if pa.types.is_list(kind):
        return _list_content(array)
    if pa.types.is_struct(kind):
        return [piece for member in array.flatten() for piece in _cell(member)]
    if pa.types.is_boolean(kind):
        return _content(array.cast(pa.uint8()))
    return [array.view(pa.binary(kind.bit_width // 8)).cast(pa.binary())]


def _list_content(array: pa.ListArray) -> list[pa.Array]:
    borders = list_borders(array)
    elements = _joined(_cell(array.flatten()))
    return [_integers(np.diff(borders)), _binary(_borders(elements)[borders], elements.buffers()[2])]


def _joined(pieces: list[pa.Array]) -> pa.BinaryArray:
    return pc.binary_join_element_wise(*pieces, b"", null_handling="replace", null_replacement=b"")


def _borders(joined: pa.BinaryArray) -> Borders:
    """Where each value begins in its data, and at last where they all end."""
    return np.frombuffer(joined.buffers()[1], np.int32, count=len(joined) + 1, offset=joined.offset * 4)


def _integers(values: Ints) -> pa.BinaryArray:
    """`values` as binary, eight bytes each."""
    return _binary(np.arange(0, 8 * len(values) + 1, 8, dtype=np.int32), pa.py_buffer(values.astype("<i8", copy=False)))


def _binary(borders: Borders, data: pa.Buffer) -> pa.BinaryArray:
    return pa.Array.from_buffers(pa.binary(), len(borders) - 1, [None, pa.py_buffer(borders), data])
