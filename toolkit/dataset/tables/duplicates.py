"""Duplicates: pages whose bytes came before, as Arrow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterable

DUPLICATES: Final = pa.schema([("file", pa.string()), ("sha256", pa.string()), ("first", pa.string())])
"""duplicates.parquet: `first` is the `page.file` of the page that came first with the same bytes."""


def duplicate_batch(duplicates: Iterable[tuple[str, str, str]]) -> pa.RecordBatch:
    """Pages (file, SHA-256 in hex, file of the first) whose bytes came before, with the schema `DUPLICATES`."""
    rows = [{"file": file, "sha256": sha256, "first": first} for file, sha256, first in duplicates]
    return pa.RecordBatch.from_pylist(rows, schema=DUPLICATES)
