"""Where the column chunks of a Parquet file are, as its footer says it (apache/parquet-format: parquet.thrift).

Read here because pyarrow's `RowGroupMetaData.column` ends the whole process where the footer is not what it should be
(an exception of C++ that nobody catches), and because it goes by names, while its decoder goes by order.
"""

from __future__ import annotations

from typing import BinaryIO, NamedTuple

from toolkit.sources.findings import BEYOND_BOUND, SourceError
from toolkit.sources.parquet.thrift import LIST, NUMBERS, STRUCT, Compact

_TAIL_BYTES = 8
"""The length of the footer in four bytes, and the mark."""


class Chunk(NamedTuple):
    """A column chunk: the place of its first page, and its bytes as they are stored."""

    start: int
    stored: int


class Group(NamedTuple):
    """A row group: its chunks, in the order of the leaves of the schema, and its number of rows."""

    chunks: list[Chunk]
    rows: int


def read_groups(raw: BinaryIO) -> list[Group]:
    """The row groups of the open file; `SourceError` where its footer cannot be read."""
    size = raw.seek(0, 2)
    raw.seek(max(0, size - _TAIL_BYTES))
    length = int.from_bytes(raw.read(4), "little")
    if length > size - _TAIL_BYTES:
        raise SourceError("damaged: a footer that is longer than the file")
    raw.seek(size - _TAIL_BYTES - length)
    data = Compact(raw.read(length))
    try:
        return _file(data)
    except IndexError as failure:
        raise SourceError("damaged: a footer that cannot be read") from failure


def _file(data: Compact) -> list[Group]:
    """`FileMetaData`."""
    groups: list[Group] = []
    for field, kind in data.fields():
        if (field, kind) == (4, LIST):
            groups = [_group(data) for item in data.items() if _is_struct(item)]
        else:
            data.skip(kind)
    return groups


def _group(data: Compact) -> Group:
    """`RowGroup`."""
    chunks: list[Chunk] = []
    rows = -1
    for field, kind in data.fields():
        if (field, kind) == (1, LIST):
            chunks = [_chunk(data) for item in data.items() if _is_struct(item)]
        elif field == 3 and kind in NUMBERS:
            rows = data.number()
        else:
            data.skip(kind)
    return Group(chunks, rows)


def _chunk(data: Compact) -> Chunk:
    """`ColumnChunk`."""
    chunk = Chunk(-1, -1)
    for field, kind in data.fields():
        if (field, kind) == (3, STRUCT):
            chunk = _metadata(data)
        elif (field, kind) == (8, STRUCT):
            raise SourceError("is encrypted, a column of it at least", code=BEYOND_BOUND)
        else:
            data.skip(kind)
    return chunk


def _metadata(data: Compact) -> Chunk:
    """`ColumnMetaData`: pages begin with that of the dictionary, if there is one."""
    numbers = data.numbers()
    starts = [place for field in (9, 11) if (place := numbers.get(field, -1)) > 0]
    return Chunk(min(starts, default=-1), numbers.get(7, -1))


def _is_struct(kind: int) -> bool:
    if kind != STRUCT:
        raise IndexError
    return True
