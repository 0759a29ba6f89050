"""What the footer of a Parquet file says of its columns and row groups."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from toolkit.contract import check
from toolkit.diagnostics import Diagnostic, Location
from toolkit.inspection.findings import finding
from toolkit.inspection.rows import diagnostics_of
from toolkit.inspection.tables.statistics import find_count_flaws

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa
    import pyarrow.parquet as pq

    from toolkit.inspection.tables.reports import ShardTask

HUB_KEY = b"huggingface"
ARROW_KEY = b"ARROW:schema"


def find_footer_flaws(file: pq.ParquetFile, schema: pa.Schema, task: ShardTask) -> Iterator[Diagnostic]:
    """Columns and types that are not the contract's; of a shard of ours also its metadata and its row groups."""
    columns = schema.empty_table()
    rules, own = task.standards.rules, task.standards.own
    yield from diagnostics_of(check(columns, rules), task.file, 0)
    if own is None:
        return
    if rules != own:
        yield from diagnostics_of(check(columns, own), task.file, 0)
    of_file = file.metadata.metadata or {}
    yield from _metadata_flaws({**of_file, **(schema.metadata or {})}, own.hub_metadata(), task.file)
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


def _metadata_flaws(found: dict[bytes, bytes], wanted: dict[bytes, bytes], file: str) -> Iterator[Diagnostic]:
    if _parsed(found.get(HUB_KEY)) != _parsed(wanted[HUB_KEY]):
        text = found.get(HUB_KEY, b"").decode("utf-8", "replace")
        yield _flaw(file, "the features in its metadata are not the contract's", text, wanted[HUB_KEY].decode())
    more = sorted(found.keys() - wanted.keys() - {ARROW_KEY})
    if more:
        names = ", ".join(key.decode("utf-8", "replace") for key in more)
        yield _flaw(file, "its metadata says more than a build writes, and some readers obey it", names, "nothing more")


def _parsed(text: bytes | None) -> object:
    try:
        return None if text is None else json.loads(text)
    except (ValueError, RecursionError):
        return None


def _flaw(file: str, message: str, found: str, expected: str) -> Diagnostic:
    return finding("I512", message, Location(file=file), found=found, expected=expected)
