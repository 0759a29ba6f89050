"""Rows and the learnt tags -> rows with their tags."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from toolkit.pages import find_uncovered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from toolkit.pages import Splitter


@dataclass(frozen=True, slots=True, kw_only=True)
class TaggedRows:
    """Rows with their tags, and the indexes of those whose splitting is `uncertain` (P231).

    `uncovered` are rows whose tags are not the words of their line: a defect of the splitting, which must not pass.
    """

    rows: pa.RecordBatch
    uncertain: list[int]
    uncovered: list[int]


def tag_rows(rows: pa.RecordBatch, facts: pa.UInt64Array, splitter: Splitter) -> TaggedRows:
    """`rows` with their `tags` filled in; `facts` has what each page's own text says of its tags line."""
    lines = rows.column("page").field("tags")
    splits = splitter.split(lines, facts)
    return TaggedRows(
        rows=rows.set_column(rows.schema.get_field_index("tags"), "tags", splits.tags),
        uncertain=np.flatnonzero(splits.uncertain).tolist(),
        uncovered=find_uncovered(lines, splits.tags),
    )


def add_warnings(rows: pa.RecordBatch, codes: Sequence[tuple[int, str]]) -> pa.RecordBatch:
    """`rows` with more codes in `page.warnings`: pairs of the row's index and the code."""
    if not codes:
        return rows
    page = rows.column("page")
    warnings = page.field("warnings").to_pylist()
    for row, code in codes:
        warnings[row] = sorted({*warnings[row], code})
    members = [page.field(index) for index in range(page.type.num_fields)]
    names = [page.type.field(index).name for index in range(page.type.num_fields)]
    members[names.index("warnings")] = pa.array(warnings, page.type.field("warnings").type)
    renewed = pa.StructArray.from_arrays(members, fields=list(page.type))
    return rows.set_column(rows.schema.get_field_index("page"), rows.schema.field("page"), renewed)
