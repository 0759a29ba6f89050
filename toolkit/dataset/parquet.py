"""Parquet that anybody may have written: read in small steps, every fault of its reader as one exception."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from toolkit.diagnostics import cut, escape
from toolkit.errors import IntegrityError
from toolkit.storage.failures import map_os_errors
from toolkit.storage.filesystem import open_regular

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import BinaryIO

STEP_ROWS: Final = 128
"""Rows decoded at a time: the sizes that a footer gives bind nothing, so memory is asked for in small steps."""

MAX_FOOTER_STRING_BYTES: Final = 64 * 1024 * 1024
MAX_FOOTER_ITEMS: Final = 10_000_000

FIRST_DAY: Final = -719_162
LAST_DAY: Final = 2_932_896
"""0001-01-01 and 9999-12-31, in days since 1970-01-01: the range of `datetime.date`."""

_FAULTS: Final = (
    pa.ArrowException,
    OSError,
    ValueError,
    OverflowError,
    LookupError,
    TypeError,
    NotImplementedError,
)
"""What readers of hostile files raise, beside MemoryError."""


class DamagedTableError(IntegrityError):
    """A Parquet file that cannot be read, or not to its end; the message says where and why, without the file."""


@contextmanager
def table_at(path: Path) -> Iterator[pq.ParquetFile]:
    """The open table at a path; DamagedTableError, too, for what the system says of the file inside the block."""
    with open_regular(path, error=DamagedTableError) as file, map_os_errors(path, error=DamagedTableError):
        yield open_table(file)


def open_table(file: BinaryIO) -> pq.ParquetFile:
    """A table whose page checksums are verified. Here and below DamagedTableError for what cannot be read.

    What the disk or a server raises stays an OSError.
    """
    with translated("the footer"):
        return pq.ParquetFile(
            file,
            page_checksum_verification=True,
            pre_buffer=False,
            thrift_string_size_limit=MAX_FOOTER_STRING_BYTES,
            thrift_container_size_limit=MAX_FOOTER_ITEMS,
        )


def read_schema(table: pq.ParquetFile) -> pa.Schema:
    """The Arrow schema of a table, its metadata too."""
    with translated("the schema"):
        return table.schema_arrow


def read_group(
    table: pq.ParquetFile, number: int, *, step_rows: int = STEP_ROWS, columns: Sequence[str] | None = None
) -> Iterator[pa.RecordBatch]:
    """The rows of a row group, at most `step_rows` at a time, every value checked; of `columns` alone if named."""
    with translated(f"row group {number}"):
        for batch in table.iter_batches(step_rows, [number], columns, use_threads=False):
            batch.validate(full=True)
            if _has_impossible_day(batch):
                raise DamagedTableError(f"row group {number}: it has a day that no calendar has")
            yield batch


def _has_impossible_day(rows: pa.RecordBatch) -> bool:
    """Whether a column of days has one before the year 1 or after 9999."""
    days = (column.cast(pa.int32()) for column in rows.columns if pa.types.is_date32(column.type))
    spans = [pc.min_max(column).as_py() for column in days]
    return any(span["min"] is not None and not FIRST_DAY <= span["min"] <= span["max"] <= LAST_DAY for span in spans)


@contextmanager
def translated(place: str) -> Iterator[None]:
    """What Arrow raises in the block becomes a DamagedTableError that names the place."""
    try:
        yield
    except MemoryError as fault:
        raise DamagedTableError(f"{place}: needs more memory than is given to one file") from fault
    except _FAULTS as fault:
        if isinstance(fault, OSError) and (type(fault) is not OSError or fault.errno is not None):
            raise  # the system's
        reason = str(fault).strip().splitlines() or [type(fault).__name__]
        raise DamagedTableError(f"{place}: {escape(cut(reason[0]))}") from fault
