"""What the footer of a Parquet file says of its columns and row groups."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from toolkit.contract import check_schema
from toolkit.diagnostics import Diagnostic, Location
from toolkit.inspection.findings import finding
from toolkit.inspection.rows import diagnostics_of
from toolkit.inspection.tables.statistics import find_count_flaws

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa
    import pyarrow.parquet as pq

    from toolkit.inspection.tables.reports import ShardTask

HUB_KEY = b"huggingface"
ARROW_KEY = b"ARROW:schema"


def find_footer_flaws(file: pq.ParquetFile, schema: pa.Schema, task: ShardTask) -> Iterator[Diagnostic]:
    """Columns and types that are not the contract's; of a shard of ours also its metadata and its row groups."""
    rules, own = task.standards.rules, task.standards.own
    yield from diagnostics_of(check_schema(schema, rules), task.file, 0)
    if own is None:
        return
    if rules != own:
        yield from diagnostics_of(check_schema(schema, own), task.file, 0)
    yield from _metadata_flaws([schema.metadata or {}, file.metadata.metadata or {}], own.hub_metadata(), task.file)
    required = [field.name for field in schema if not field.nullable]
    if required:
        yield _flaw(
            task.file, "a column is said to have no nulls", f"{', '.join(required)} not null", "no such promise"
        )
    yield from find_count_flaws(file, Location(file=task.file))
    for group in range(file.num_row_groups):
        if not file.metadata.row_group(group).num_rows:
            yield finding(
                "I513",
                f"row group {group} has no rows",
                Location(file=task.file),
                expected="row groups with rows: `datasets` reads no others",
            )


def _metadata_flaws(found: Sequence[dict[bytes, bytes]], wanted: dict[bytes, bytes], file: str) -> Iterator[Diagnostic]:
    """What the metadata say that a build does not write; those of the columns and those of the file may differ."""
    told = [metadata[HUB_KEY] for metadata in found if HUB_KEY in metadata] or [b""]
    lie = next((text for text in told if _parsed(text) != _parsed(wanted[HUB_KEY])), None)
    if lie is not None:
        shown = lie.decode("utf-8", "replace")
        yield _flaw(file, "the features in its metadata are not the contract's", shown, wanted[HUB_KEY].decode())
    more = sorted(set[bytes]().union(*found) - wanted.keys() - {ARROW_KEY})
    if more:
        names = ", ".join(key.decode("utf-8", "replace") for key in more)
        yield _flaw(file, "its metadata says more than a build writes, and some readers obey it", names, "nothing more")


def _parsed(text: bytes) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _flaw(file: str, message: str, found: str, expected: str) -> Diagnostic:
    return finding("I512", message, Location(file=file), found=found, expected=expected)
