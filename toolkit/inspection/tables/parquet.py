"""Untrusted Parquet: read in small steps, every fault of its reader as one exception."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.parquet as pq

from toolkit.dataset.impossible import has_impossible_day
from toolkit.diagnostics import cut, escape
from toolkit.errors import IntegrityError, ToolkitError
from toolkit.storage.filesystem import open_regular

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STEP_ROWS: Final = 128
"""Rows decoded at a time: the sizes that a footer gives bind nothing, so memory is asked for in small steps."""

MAX_FOOTER_STRING_BYTES: Final = 64 * 1024 * 1024
MAX_FOOTER_ITEMS: Final = 10_000_000

_FAULTS: Final = (
    pa.ArrowException,
    OSError,
    ValueError,
    OverflowError,
    MemoryError,
    LookupError,
    TypeError,
    NotImplementedError,
)
"""What readers of hostile files raise."""


class DamagedTableError(IntegrityError):
    """A Parquet file that cannot be read, or not to its end; the message says where and why, without the file."""


@contextmanager
def open_table(path: Path) -> Iterator[pq.ParquetFile]:
    """An open Parquet file whose page checksums are verified; DamagedTableError if it is no Parquet."""
    with open_regular(path, error=DamagedTableError) as file:
        with translated("the footer"):
            table = pq.ParquetFile(
                file,
                page_checksum_verification=True,
                pre_buffer=False,
                thrift_string_size_limit=MAX_FOOTER_STRING_BYTES,
                thrift_container_size_limit=MAX_FOOTER_ITEMS,
            )
        yield table


def read_schema(file: pq.ParquetFile) -> pa.Schema:
    """The Arrow schema of a file, its metadata too; DamagedTableError if it has none."""
    with translated("the schema"):
        return file.schema_arrow


def read_group(file: pq.ParquetFile, number: int) -> Iterator[pa.RecordBatch]:
    """The rows of a row group, some at a time, every value checked; DamagedTableError where they cannot be read."""
    with translated(f"row group {number}"):
        for batch in file.iter_batches(batch_size=STEP_ROWS, row_groups=[number], use_threads=False):
            batch.validate(full=True)
            if has_impossible_day(batch):
                raise DamagedTableError(f"row group {number}: it has a day that no calendar has")
            yield batch


@contextmanager
def translated(place: str) -> Iterator[None]:
    """What reading raises in the block becomes a DamagedTableError that names the place."""
    try:
        yield
    except ToolkitError:
        raise
    except MemoryError as fault:
        raise DamagedTableError(f"{place}: needs more memory than is given to one file") from fault
    except _FAULTS as fault:
        reason = str(fault).strip().splitlines() or [type(fault).__name__]
        raise DamagedTableError(f"{place}: {escape(cut(reason[0]))}") from fault
