"""`find_impossible`: values that no build writes, refused in one place so that other code need not expect them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FIRST_DAY: Final = -719_162
LAST_DAY: Final = 2_932_896
"""0001-01-01 and 9999-12-31, in days since 1970-01-01: the range of `datetime.date`."""

CODE: Final = "^[A-Z][0-9]{3}$"


def find_impossible(rows: pa.RecordBatch) -> str | None:
    """What rows of the columns of page-format.md, section 2, have that no build writes, in words; null for nothing."""
    if has_impossible_day(rows):
        return "it has a day that no calendar has"
    return _fault(_required(rows), pc.list_flatten(pc.struct_field(rows.column("page"), "warnings")))


def find_impossible_reject(rejects: pa.RecordBatch) -> str | None:
    """The same of rows of `REJECTS`, or of some of their columns."""
    names = [name for name in ("file", "bytes", "codes", "diagnostics") if name in rejects.schema.names]
    required = [(name, rejects.column(name)) for name in names]
    if "diagnostics" in names:
        found = pc.list_flatten(rejects.column("diagnostics"))
        members = [(f"diagnostics[].{name}", pc.struct_field(found, name)) for name in ("code", "level", "message")]
        required += [("diagnostics[]", found), *members]
    return _fault(required, pc.list_flatten(rejects.column("codes")))


def _fault(required: Iterable[tuple[str, pa.Array]], codes: pa.Array) -> str | None:
    for path, values in required:
        if values.null_count:
            return f"{path} is null"
    if codes.null_count or not pc.all(pc.match_substring_regex(codes, CODE), min_count=0).as_py():
        return "a code is not a letter and three digits"
    return None


def has_impossible_day(rows: pa.RecordBatch) -> bool:
    """Whether a column of days has one before the year 1 or after 9999."""
    days = (column.cast(pa.int32()) for column in rows.columns if pa.types.is_date32(column.type))
    spans = [pc.min_max(column).as_py() for column in days]
    return any(span["min"] is not None and not FIRST_DAY <= span["min"] <= span["max"] <= LAST_DAY for span in spans)


def _required(rows: pa.RecordBatch) -> Iterator[tuple[str, pa.Array]]:
    """Values that every row has, by their path."""
    for name in ("id", "tags", "related", "page"):
        yield name, rows.column(name)
    for name in ("file", "sha256", "warnings"):
        yield f"page.{name}", pc.struct_field(rows.column("page"), name)
    yield "tags[]", pc.list_flatten(rows.column("tags"))
    related = pc.list_flatten(rows.column("related"))
    yield "related[]", related
    for name in ("headline", "kind"):
        yield f"related[].{name}", pc.struct_field(related, name)
