"""Rejects: pages with errors, as Arrow."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Final

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterable

    from toolkit.diagnostics import Diagnostic
    from toolkit.documents import Document

DIAGNOSTIC: Final = pa.struct(
    [
        ("code", pa.string()),
        ("level", pa.string()),
        ("message", pa.string()),
        ("file", pa.string()),
        ("line", pa.int64()),
        ("column", pa.int64()),
        ("row", pa.int64()),
        ("path", pa.string()),
        ("found", pa.string()),
        ("expected", pa.string()),
        ("mend", pa.string()),
    ]
)
"""A `Diagnostic`, key by key."""

_KEYS: Final = tuple(DIAGNOSTIC.names)
_values_of: Final = attrgetter(*_KEYS)

REJECTS: Final = pa.schema(
    [
        ("file", pa.string()),
        ("sha256", pa.string()),
        ("bytes", pa.int64()),
        ("codes", pa.list_(pa.string())),
        ("diagnostics", pa.list_(DIAGNOSTIC)),
        ("raw", pa.binary()),
    ]
)
"""rejects/rejects-NNNNN.parquet: `codes` are those of the errors, sorted, each once; `raw` is null beyond 16 MiB."""


def reject_batch(rejects: Iterable[tuple[Document, Iterable[Diagnostic]]]) -> pa.RecordBatch:
    """Rejected pages with all that was found in them, one row each, with the schema `REJECTS`."""
    return pa.RecordBatch.from_pylist([_reject(page, list(found)) for page, found in rejects], schema=REJECTS)


def _reject(page: Document, found: list[Diagnostic]) -> dict[str, object]:
    return {
        "file": page.file,
        "sha256": page.sha256,
        "bytes": page.size,
        "codes": sorted({diagnostic.code for diagnostic in found if diagnostic.level == "error"}),
        "diagnostics": [dict(zip(_KEYS, _values_of(each), strict=True)) for each in found],  # `asdict` takes far longer
        "raw": page.raw,
    }
