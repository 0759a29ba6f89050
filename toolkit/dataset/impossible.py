"""`find_impossible`: values that no build writes, refused in one place so that other code need not expect them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

CODE: Final = "^[A-Z][0-9]{3}$"


def find_impossible(rows: pa.RecordBatch) -> str | None:
    """What rows of the columns of page-format.md, section 2, have that no build writes, in words; null for nothing."""
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
