"""What the footer of a Parquet file says of its rows; readers count them, and pass over some, by it alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from toolkit.dataset.parquet import translated
from toolkit.inspection.findings import finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pyarrow.parquet as pq

    from toolkit.diagnostics import Diagnostic, Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Of a column as Parquet has it: nulls among the values, lists without any, and bounds; null if all are null."""

    nulls: int
    without: int
    least: Any = None  # Any: values of every type of a column
    greatest: Any = None  # Any: as above


def find_count_flaws(file: pq.ParquetFile, where: Location) -> Iterator[Diagnostic]:
    """Where the footer has another number of rows than its row groups."""
    held = sum(file.metadata.row_group(group).num_rows for group in range(file.num_row_groups))
    if file.metadata.num_rows != held:
        message = "the footer has another number of rows than its row groups"
        yield finding("I514", message, where, found=str(file.metadata.num_rows), expected=str(held))


def find_statistics_flaws(
    group: pq.RowGroupMetaData, number: int, rows: int, spans: Iterable[Span], where: Location
) -> Iterator[Diagnostic]:
    """Where the footer lies about a row group, which has so many `rows`, and the `spans` of the schema wanted.

    DamagedTableError where what it says cannot be read.
    """
    place = f"row group {number}"
    if group.num_rows != rows:
        yield _flaw(where, place, "num_rows", group.num_rows, rows)
    for index, span in enumerate(spans):
        with translated(place):
            column = group.column(index)
            column_place = f"{place}, column {column.path_in_schema}"
        with translated(column_place):
            lies = list(_lies(column.statistics, span))
        for name, said, true in lies:
            yield _flaw(where, column_place, name, said, true)


def spans_of(rows: pa.Table | pa.RecordBatch) -> list[Span]:
    """Those of the columns of Parquet, in their order."""
    arrays = [column.combine_chunks() for column in rows.columns] if isinstance(rows, pa.Table) else rows.columns
    return [_span(*leaf) for array in arrays for leaf in _leaves(array, 0)]


def joined_spans(some: list[Span], more: list[Span]) -> list[Span]:
    """Those of rows that stand in two batches; `some` may be none yet."""
    return [_joined(*pair) for pair in zip(some, more, strict=True)] if some else more


def _span(values: pa.Array, without: int) -> Span:
    least, greatest = pc.min_max(values).as_py().values()
    return Span(nulls=values.null_count, without=without, least=least, greatest=greatest)


def _joined(one: Span, other: Span) -> Span:
    if one.least is None or other.least is None:
        bounds = other if one.least is None else one
        least, greatest = bounds.least, bounds.greatest
    else:
        least, greatest = min(one.least, other.least), max(one.greatest, other.greatest)
    return Span(nulls=one.nulls + other.nulls, without=one.without + other.without, least=least, greatest=greatest)


def _lies(said: pq.Statistics | None, true: Span) -> Iterator[tuple[str, object, object]]:
    """What is said of a column and is not so: its name, what is said, and what is; bounds may be wider than need be."""
    if said is None:
        return
    nulls = true.without + true.nulls
    if said.has_null_count and said.null_count not in {nulls, true.nulls}:  # pyarrow 24 and 25 count no lists
        yield "null_count", said.null_count, nulls
    if said.has_min_max and true.least is not None:
        if said.min > true.least:
            yield "min", said.min, true.least
        if said.max < true.greatest:
            yield "max", said.max, true.greatest


def _leaves(values: pa.Array, without: int) -> Iterator[tuple[pa.Array, int]]:
    """The innermost values, column by column as Parquet has them, and how many lists are without any."""
    if pa.types.is_list(values.type):
        empty = pc.sum(pc.equal(pc.fill_null(pc.list_value_length(values), 0), 0)).as_py() or 0
        yield from _leaves(pc.list_flatten(values), without + empty)
    elif pa.types.is_struct(values.type):
        for member in values.flatten():
            yield from _leaves(member, without)
    else:
        yield values, without


def _flaw(where: Location, place: str, name: str, said: object, true: object) -> Diagnostic:
    return finding(
        "I514", f"{place}: the footer has another {name} than the rows", where, found=str(said), expected=str(true)
    )
