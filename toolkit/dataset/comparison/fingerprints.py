"""Fingerprints: what is kept of a row to compare it with the same row of another dataset, spilled to a scratch file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from toolkit.dataset.tables import row_hashes
from toolkit.dataset.tables.digest import HASH_BYTES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from toolkit.storage.scratch import Scratch

Records = npt.NDArray[Any]  # Any: numpy has no type for structured records

PARTITIONS: Final = 64
"""Rows are compared a 64th at a time: of 10 million rows some 25 MB of each dataset are in memory."""

_KEY_BYTES: Final = 16
_FIELD_BYTES: Final = 8


def row_fields(schema: pa.Schema) -> dict[str, pa.DataType]:
    """What is compared of a row, by name: columns, and of a struct its members (`page.file`)."""
    return {field.name: field.type for column in schema for field in column.flatten()}


def fingerprint_rows(batch: pa.RecordBatch, fields: Sequence[str]) -> Records:
    """A record a row: `file` and `id` (16 bytes of the hash of `page.file` and `id`), `fields` (8 of each field's)."""
    values = pa.Table.from_batches([batch]).flatten()
    records = np.zeros(len(batch), record_type(len(fields)))
    records["file"] = _hashes(values["page.file"], _KEY_BYTES).view(f"S{_KEY_BYTES}")[:, 0]
    records["id"] = _hashes(values["id"], _KEY_BYTES).view(f"S{_KEY_BYTES}")[:, 0]
    for number, name in enumerate(fields):
        records["fields"][:, number] = _hashes(values[name], _FIELD_BYTES).view("<u8")[:, 0]
    return records


def record_type(fields: int) -> np.dtype[Any]:  # Any: as in Records
    """The type of the records of `fingerprint_rows` for so many fields."""
    return np.dtype([("file", f"S{_KEY_BYTES}"), ("id", f"S{_KEY_BYTES}"), ("fields", "<u8", (fields,))])


def _hashes(values: pa.Array | pa.ChunkedArray, size: int) -> npt.NDArray[np.uint8]:
    """The first `size` bytes of each value's hash, a line each."""
    hashed = row_hashes(pa.table([values], names=["value"]))
    return np.ascontiguousarray(np.frombuffer(hashed, np.uint8).reshape(-1, HASH_BYTES)[:, :size])


class Partitions:
    """Records in a scratch file, a part for each first byte of one of their keys."""

    def __init__(self, scratch: Scratch, fields: int, key: str) -> None:
        """`key` is `file` or `id`."""
        self._scratch = scratch
        self._type = record_type(fields)
        self._key = key
        self._places: list[list[tuple[int, int]]] = [[] for _ in range(PARTITIONS)]

    def add(self, records: Records) -> None:
        """Put records where they belong. OutputError if the scratch file cannot be written."""
        first = np.frombuffer(np.ascontiguousarray(records[self._key]).tobytes(), np.uint8)[::_KEY_BYTES]
        parts = first % PARTITIONS
        ordered = records[np.argsort(parts, kind="stable")]
        ends = np.cumsum(np.bincount(parts, minlength=PARTITIONS)).tolist()
        for part, (start, end) in enumerate(zip([0, *ends], ends, strict=False)):
            if end > start:
                data = ordered[start:end].tobytes()
                self._places[part].append((self._scratch.append(data), len(data)))

    def holds(self, values: Sequence[str]) -> list[bool]:
        """Of each value of the key, whether a record has it."""
        keys = _hashes(pa.array(values, pa.string()), _KEY_BYTES).view(f"S{_KEY_BYTES}")[:, 0]
        parts = (np.isin(keys, self.part(number)[self._key]) for number in range(PARTITIONS))
        found: list[bool] = np.logical_or.reduce(list(parts)).tolist()
        return found

    def part(self, number: int) -> Records:
        """The records of one part, in the order they were added."""
        data = b"".join(self._scratch.read(start, size) for start, size in self._places[number])
        return np.frombuffer(data, self._type)
