"""What the footer of a shard says of the values in a row group; readers pass over rows by it without reading them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from toolkit.diagnostics import Diagnostic, Location
from toolkit.inspection.findings import finding
from toolkit.inspection.parquet import translated

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow.parquet as pq


def find_statistics_flaws(group: pq.RowGroupMetaData, number: int, rows: pa.Table, file: str) -> Iterator[Diagnostic]:
    """Where the footer lies about `rows`, which are all of a row group and have the columns of the contract.

    DamagedTableError where what it says cannot be read.
    """
    where, place = Location(file=file), f"row group {number}"
    if group.num_rows != len(rows):
        yield _flaw(where, place, "num_rows", group.num_rows, len(rows))
    leaves = [leaf for column in rows.columns for leaf in _leaves(column.combine_chunks(), 0)]
    for index, (values, missing) in enumerate(leaves):
        column = group.column(index)
        with translated(f"{place}, column {column.path_in_schema}"):
            lies = list(_lies(column.statistics, values, missing))
        for name, said, true in lies:
            yield _flaw(where, f"{place}, column {column.path_in_schema}", name, said, true)


def _lies(said: pq.Statistics | None, values: pa.Array, missing: int) -> Iterator[tuple[str, object, object]]:
    """What is said of a column and is not so: its name, what is said, and what is; bounds may be wider than need be."""
    if said is None:
        return
    nulls = missing + values.null_count
    if said.has_null_count and said.null_count not in {nulls, values.null_count}:  # pyarrow 24 and 25 count no lists
        yield "null_count", said.null_count, nulls
    least, greatest = pc.min_max(values).as_py().values()
    if said.has_min_max and least is not None:
        if said.min > least:
            yield "min", said.min, least
        if said.max < greatest:
            yield "max", said.max, greatest


def _leaves(values: pa.Array, missing: int) -> Iterator[tuple[pa.Array, int]]:
    """The innermost values, column by column as Parquet has them, and how many nulls are lists without any."""
    if pa.types.is_list(values.type):
        empty = pc.sum(pc.equal(pc.fill_null(pc.list_value_length(values), 0), 0)).as_py() or 0
        yield from _leaves(pc.list_flatten(values), missing + empty)
    elif pa.types.is_struct(values.type):
        for member in values.flatten():
            yield from _leaves(member, missing)
    else:
        yield values, missing


def _flaw(where: Location, place: str, name: str, said: object, true: object) -> Diagnostic:
    return finding(
        "I514", f"{place}: the footer has another {name} than the rows", where, found=str(said), expected=str(true)
    )
