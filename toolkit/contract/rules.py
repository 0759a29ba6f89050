"""Rules of a contract -> pandera: a Check for each, named by its code, on a frame of Arrow-backed columns.

pandas and pandera take half a second to import, so this module is imported only where a table is checked or a schema
asked for, not where a contract is only loaded or printed. Without them its import is a UsageError.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import lru_cache, partial
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from toolkit.contract.fields import Field, Rule, walk
from toolkit.contract.kernels import broken_by, chunks
from toolkit.contract.types import arrow_type
from toolkit.errors import ToolkitError, UsageError

try:
    import pandas as pd
    import pandera.pandas as pandera
    from pandera.config import ValidationDepth, config_context
    from pandera.errors import SchemaError, SchemaErrorReason, SchemaErrors
except ImportError as fault:
    MESSAGE = f"the rules of a contract need pandera, which cannot be imported: {fault}"
    raise UsageError(MESSAGE, mend="Install it: pip install 'pandera[pandas]'") from fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Kernel = Callable[..., pd.Series | bool]


def frame_schema(fields: tuple[Field, ...], name: str) -> pandera.DataFrameSchema:
    """The pandera schema of a frame with these columns and no others.

    Columns are nullable, `required` is one of the checks. A check's name is its rule's code, its title the rule's name.
    """
    return _schema(fields, name, _holds)


@lru_cache(maxsize=32)
def _schema(fields: tuple[Field, ...], name: str, holds: Kernel) -> pandera.DataFrameSchema:
    columns = {field.name: _column(field, holds) for field in fields}
    return pandera.DataFrameSchema(columns, name=name, strict=True)


def _column(field: Field, holds: Kernel) -> pandera.Column:
    return pandera.Column(
        pd.ArrowDtype(arrow_type(field)),
        checks=[_check(rule, holds) for nested in walk((field,)) for rule in nested.rules],
        nullable=True,
        description=field.description.english,
    )


def _check(rule: Rule, holds: Kernel) -> pandera.Check:
    return pandera.Check(
        partial(holds, rule=rule),
        name=rule.code,
        title=rule.name,
        description=rule.description or f"{rule.path}: {rule.expected}",
        ignore_na=False,
    )


def _holds(series: pd.Series, rule: Rule) -> pd.Series:
    """For each row, whether every value in it that the rule is on obeys it."""
    holds = np.ones(len(series), np.bool_)
    for first, chunk in chunks(pa.array(series), rule):
        reached, broken = broken_by(chunk, rule)
        holds[first + reached.rows[broken]] = False
    return pd.Series(holds, index=series.index)


def _always_holds(series: pd.Series, rule: Rule) -> bool:
    """Whether all values obey the rule. One answer for all rows, or pandera would list every wrong one."""
    return not any(broken_by(chunk, rule)[1].any() for _, chunk in chunks(pa.array(series.array), rule))


def broken_rules(table: pa.Table | pa.RecordBatch, fields: tuple[Field, ...], name: str) -> tuple[Rule, ...]:
    """The rules that pandera finds broken in those columns of `table`, in the order of the contract."""
    columns = {field.name: pd.arrays.ArrowExtensionArray(table.column(field.name)) for field in fields}
    frame = pd.DataFrame(columns, copy=False)
    with enabled():
        try:
            _schema(fields, name, _always_holds).validate(frame, lazy=True, inplace=True)
        except SchemaErrors as errors:
            broken = {_rule_name(error) for error in errors.schema_errors}
            return tuple(rule for field in walk(fields) for rule in field.rules if rule.name in broken)
    return ()


@contextmanager
def enabled() -> Iterator[None]:
    """Inside the block pandera checks schema and data, whatever the environment says; ToolkitError if it does not."""
    with config_context(validation_enabled=True, validation_depth=ValidationDepth.SCHEMA_AND_DATA):
        _refuse_silence()
        yield


@lru_cache(maxsize=1)
def _refuse_silence() -> None:
    """ToolkitError if pandera lets a broken check pass: its silence would say nothing about the data."""
    impossible = pandera.DataFrameSchema({"n": pandera.Column(int, pandera.Check(lambda _: False))})
    try:
        impossible.validate(pd.DataFrame({"n": [1]}))
    except SchemaError:
        return
    raise ToolkitError(
        "pandera is installed but checks nothing", mend="Unset the variables PANDERA_* of the environment."
    )


def _rule_name(error: SchemaError) -> str:
    title = getattr(error.check, "title", None)
    if error.reason_code is not SchemaErrorReason.DATAFRAME_CHECK or not isinstance(title, str):
        raise ToolkitError(f"pandera could not run a check: {error}") from error
    return title
