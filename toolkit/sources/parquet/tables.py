"""Parquet to documents: one row a page; a record has the number of its row, from 1."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from toolkit.documents import Document
from toolkit.sources.findings import (
    BEYOND_BOUND,
    BROKEN_RECORD,
    CUT_SHORT,
    NO_TEXT_COLUMN,
    SourceError,
    finding,
    no_text,
)
from toolkit.sources.parquet.chunks import largest_page
from toolkit.sources.parquet.footers import read_groups
from toolkit.sources.streams import BLOCK_BYTES, check_ratio

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from toolkit.diagnostics import Diagnostic
    from toolkit.sources.parquet.footers import Group
    from toolkit.sources.tasks import Part, SourceOptions

BATCH_BYTES = 64 * 1024 * 1024
"""So much may be decoded at once, even if every value of a batch is as large as the largest page."""
MAX_BATCH_ROWS = 64
ROW_BYTES = 16
"""What a row counts beside its text, as much as a record of JSON Lines: a page may hold millions of empty ones."""
_MARK, _MARK_OF_ENCRYPTED = b"PAR1", b"PARE"
_HOSTILE = (pa.ArrowException, OSError, ValueError, OverflowError, KeyError, TypeError)
"""What pyarrow raises for files that are not what they say."""
_TEXT_TYPES = {pa.string(), pa.large_string(), pa.string_view(), pa.binary(), pa.large_binary(), pa.binary_view()}


def read_table(raw: BinaryIO, file: str, options: SourceOptions, part: Part | None) -> Iterator[Document | Diagnostic]:
    """A document for each row with a text; its `page.file` ends with `!` and the row's number.

    A row without a text is a diagnostic (S408). Of a `part`, the row groups that begin there.
    """
    stored = _check_end(raw)
    with _translated():
        table = pq.ParquetFile(raw, pre_buffer=False, buffer_size=BLOCK_BYTES, page_checksum_verification=True)
        columns = _columns(table.schema_arrow, options)
        groups = read_groups(raw)
    decoded = 0
    for index, number in _begun(groups, part):
        for row, (text, url) in enumerate(_rows(raw, table, (index, groups[index]), columns), start=number):
            decoded += len(text or b"") + ROW_BYTES
            check_ratio(decoded, stored)
            yield _document(text, url, file, row, columns[0])


def _check_end(raw: BinaryIO) -> int:
    """The size of the file in bytes; `SourceError` if its last ones are not those of Parquet."""
    size = raw.seek(0, 2)
    raw.seek(max(0, size - len(_MARK)))
    mark = raw.read(len(_MARK))
    if mark == _MARK_OF_ENCRYPTED:
        raise SourceError("is encrypted", code=BEYOND_BOUND)
    if mark != _MARK:
        raise SourceError("cut short: the file does not end as a Parquet file does", code=CUT_SHORT)
    return size


@contextmanager
def _translated() -> Iterator[None]:
    """Inside the block whatever pyarrow raises for a hostile file becomes a `SourceError`."""
    try:
        yield
    except SourceError:
        raise
    except MemoryError as failure:
        raise SourceError("needs more memory than there is", code=BEYOND_BOUND) from failure
    except _HOSTILE as failure:
        raise SourceError(f"damaged: {str(failure) or type(failure).__name__}") from failure


def _columns(schema: pa.Schema, options: SourceOptions) -> list[str]:
    """The names of the text column and, where there is one, of the column of URLs."""
    for name in (options.text_field, options.url_field):
        if (times := schema.names.count(name)) > 1:
            raise SourceError(f"has {times} columns named {name!r}", code=NO_TEXT_COLUMN)
    if not _is_text(schema, options.text_field):
        others = (name for name in schema.names if _is_text(schema, name))
        raise SourceError(no_text("column of text named", options.text_field, others), code=NO_TEXT_COLUMN)
    return [options.text_field, *([options.url_field] if _is_text(schema, options.url_field) else [])]


def _is_text(schema: pa.Schema, name: str) -> bool:
    if schema.get_field_index(name) < 0:  # absent, or there twice
        return False
    kind = schema.field(name).type
    return (kind.value_type if pa.types.is_dictionary(kind) else kind) in _TEXT_TYPES


def _begun(groups: Sequence[Group], part: Part | None) -> Iterator[tuple[int, int]]:
    """The row groups of `part` (each begins after the bytes of those before), with the numbers of their first rows."""
    start, stop = (part.start, part.stop) if part else (0, None)
    at, number = 0, 1
    for index, group in enumerate(groups):
        if at >= start and (stop is None or at < stop):
            yield index, number
        at += sum(max(0, chunk.stored) for chunk in group.chunks)
        number += group.rows


def _rows(
    raw: BinaryIO, table: pq.ParquetFile, numbered: tuple[int, Group], columns: list[str]
) -> Iterator[tuple[bytes | None, bytes | None]]:
    """Text and URL of each row of a row group; a fault where they are not as many as it says."""
    index, group = numbered
    with _translated():
        largest = _largest_value(raw, group, _leaves(table.schema, columns))
        at_once = max(1, min(MAX_BATCH_ROWS, BATCH_BYTES // max(1, largest)))
        batches = table.iter_batches(at_once, [index], columns, use_threads=False)
    seen = 0
    while True:
        with _translated():
            batch = next(batches, None)
            values = [_values(batch.column(name)) for name in columns] if batch is not None else []
        if batch is None:
            break
        seen += batch.num_rows
        yield from zip(values[0], values[1] if len(values) > 1 else [None] * batch.num_rows, strict=True)
    if seen != group.rows:
        raise SourceError(f"damaged: row group {index} has {seen} rows, but says {group.rows}")


def _leaves(schema: pq.ParquetSchema, columns: list[str]) -> list[int]:
    """Where among the leaves of the schema the columns are: chunks stand in the order of the leaves."""
    return [index for index in range(len(schema)) if schema.column(index).path in columns]


def _largest_value(raw: BinaryIO, group: Group, leaves: list[int]) -> int:
    """Bytes that one value may have: no more than the largest page of the columns at `leaves`."""
    largest = 0
    for leaf in leaves:
        if leaf >= len(group.chunks) or min(group.chunks[leaf]) < 0:
            raise SourceError("damaged: a row group without the place of a column")
        start, stored = group.chunks[leaf]
        largest = max(largest, largest_page(raw, start, start + stored))
    return largest


def _values(column: pa.Array) -> list[bytes | None]:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    values: list[bytes | None] = column.cast(pa.large_binary()).to_pylist()
    return values


def _document(text: bytes | None, url: bytes | None, file: str, row: int, column: str) -> Document | Diagnostic:
    name = f"{file}!{row}"
    if text is None:
        return finding(BROKEN_RECORD, f"has no text in the column {column!r}", name)
    return Document.of(text, file=name, url=None if url is None else url.decode("utf-8", "backslashreplace"))
