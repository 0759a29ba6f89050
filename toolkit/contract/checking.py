"""`check`: a table and a contract -> every failure, with its row and its path into nested values."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from toolkit.contract.kernels import broken_by, chunks, judged_path
from toolkit.contract.places import placed
from toolkit.contract.types import arrow_type
from toolkit.diagnostics import MAX_FOUND_CHARACTERS, cut

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from toolkit.arrays import Ints
    from toolkit.contract.fields import Field, Rule
    from toolkit.contract.model import Contract
    from toolkit.diagnostics import Level

MAX_LISTED_A_ROW: Final = 100
"""How many failures of one rule in one row are listed at most; all are in the totals."""

MAX_LISTED_A_RULE: Final = 10_000
"""The same for one rule in one chunk of a table; but the first failure of each row is always listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One value that breaks one rule.

    `row` is its index in the table, null where the whole column is wrong; `path` has the place in each list
    (`related[2].headline`); `found` is the value as text, cut, null where it is null or missing.
    """

    code: str
    rule: str
    level: Level
    row: int | None
    column: str
    path: str
    found: str | None
    expected: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failures:
    """All failures of one table. `listed` is bounded, and in the order of rows (those without a row first).

    `totals` counts the failures of each broken rule by its name, listed or not.
    """

    listed: tuple[Failure, ...]
    totals: Mapping[str, int]

    def __iter__(self) -> Iterator[Failure]:
        return iter(self.listed)


def check(table: pa.Table | pa.RecordBatch, contract: Contract) -> Failures:
    """Every failure of `table` against `contract`: first its columns and their types, then the rules on those that fit.

    Repeats of a column that must be unique are looked for within `table`. Needs pandera, and fails without it.
    """
    from toolkit.contract.rules import broken_rules  # noqa: PLC0415 - imports pandera, which takes half a second

    wrong = check_schema(table.schema, contract)
    fitting = tuple(field for field in contract.fields if _fits(table.schema, field))
    rules = broken_rules(table, fitting, contract.about.title.english)
    broken = [part for rule in rules for part in _broken_parts(table.column(rule.column), rule)]
    listed = [failure for part in broken for failure in _failures(part)]
    return Failures(
        listed=(*wrong, *sorted(listed, key=lambda failure: failure.row or 0)),
        totals=_totals(wrong, broken),
    )


def check_schema(schema: pa.Schema, contract: Contract) -> list[Failure]:
    """What is wrong with the columns of a table and their types, whatever its rows."""
    fields = contract.fields
    names = [field.name for field in fields]
    missing = [_column_failure("C321", field.name, None, field) for field in fields if field.name not in schema.names]
    seen: Counter[str] = Counter()
    unknown = []
    for name, kind in zip(schema.names, schema.types, strict=True):
        seen[name] += 1
        if name not in names or seen[name] > 1:
            unknown.append(_column_failure("C322", name, str(kind), None))
    mistyped = [
        _column_failure("C323", field.name, str(schema.field(field.name).type), field)
        for field in fields
        if schema.names.count(field.name) == 1 and not _fits(schema, field)
    ]
    if not missing and not unknown and schema.names != names:
        return [*mistyped, _order_failure(schema.names, names)]
    return [*missing, *unknown, *mistyped]


def _fits(schema: pa.Schema, field: Field) -> bool:
    return schema.names.count(field.name) == 1 and bool(schema.field(field.name).type == arrow_type(field))


def _column_failure(code: str, name: str, found: str | None, field: Field | None) -> Failure:
    expected = "no such column" if field is None else f"a column of type {arrow_type(field)}"
    return _failure_of_table(code, name, found, expected, f"column {cut(name, 80)} is {found or 'missing'}")


def _order_failure(found: list[str], expected: list[str]) -> Failure:
    first = next(name for name, other in zip(found, expected, strict=True) if name != other)
    return _failure_of_table("C324", first, ", ".join(found), ", ".join(expected), "the columns stand in another order")


def _failure_of_table(code: str, column: str, found: str | None, expected: str, message: str) -> Failure:
    return Failure(
        code=code,
        rule=code,
        level="error",
        row=None,
        column=column,
        path=column,
        found=None if found is None else cut(found),
        expected=expected,
        message=f"{cut(message)}; expected {expected}",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Broken:
    """The values of one chunk that break `rule`: their rows in the table, their places, the values themselves."""

    rule: Rule
    rows: Ints
    places: tuple[Ints, ...]
    values: pa.Array


def _broken_parts(column: pa.Array | pa.ChunkedArray, rule: Rule) -> Iterator[_Broken]:
    for first, chunk in chunks(column, rule):
        reached, broken = broken_by(chunk, rule)
        indices = np.flatnonzero(broken)
        yield _Broken(
            rule=rule,
            rows=first + reached.rows[indices],
            places=tuple(place[indices] for place in reached.places),
            values=reached.values.take(pa.array(indices)),
        )


def _totals(wrong: list[Failure], broken: list[_Broken]) -> dict[str, int]:
    counts = Counter(failure.rule for failure in wrong)
    for part in broken:
        counts[part.rule.name] += len(part.rows)
    return dict(counts)


def _failures(part: _Broken) -> Iterator[Failure]:
    listed = _listed(part.rows)
    rows, places = part.rows[listed].tolist(), [place[listed].tolist() for place in part.places]
    for row, found, *place in zip(rows, _texts(part.values.take(pa.array(listed))), *places, strict=True):
        path = placed(judged_path(part.rule), tuple(place))
        yield Failure(
            code=part.rule.code,
            rule=part.rule.name,
            level=part.rule.level,
            row=row,
            column=part.rule.column,
            path=path,
            found=found,
            expected=part.rule.expected,
            message=f"{path} {_said(found, part.values.type)}; expected {part.rule.expected} (rule {part.rule.name})",
        )


def _said(found: str | None, kind: pa.DataType) -> str:
    if found is None:
        return "is null"
    return f"has {found}" if pa.types.is_list(kind) else f"is {cut(found, 80)!r}"


def _listed(rows: Ints) -> Ints:
    """Indices of the failures that are listed, of failures in the order of `rows`."""
    rank = np.arange(len(rows)) - np.searchsorted(rows, rows)
    first = np.flatnonzero(rank == 0)
    others = np.flatnonzero((rank > 0) & (rank < MAX_LISTED_A_ROW))
    return np.sort(np.concatenate([first, others[: max(0, MAX_LISTED_A_RULE - len(first))]]))


def _texts(values: pa.Array) -> list[str | None]:
    if pa.types.is_list(values.type):
        lengths = pc.list_value_length(values).to_pylist()
        return [None if length is None else "1 item" if length == 1 else f"{length} items" for length in lengths]
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        values = pc.utf8_slice_codeunits(values, 0, MAX_FOUND_CHARACTERS + 1)  # a body is not made a str to be cut
    return [None if value is None else cut(str(value)) for value in values.to_pylist()]
